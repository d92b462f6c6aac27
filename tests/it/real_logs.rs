//! Are logs that real SDKs wrote counted and judged right? Each is cut to the few lines that were once read wrongly.

use crate::run::{counted, found};
use faultscope::model::{Dimension, Reached};

/// One log of what `lines` writes for every minute.
fn by_minute(lines: impl Fn(u32) -> String) -> String {
    (10..20).map(lines).collect()
}

#[test]
fn a_retry_that_anthropics_sdk_names_messages_is_of_the_route_that_bedrock_and_vertex_have_for_it() {
    for host in [
        "bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1:0/invoke",
        "us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5:rawPredict",
    ] {
        let log = by_minute(|minute| {
            let sent = format!("httpx: HTTP Request: POST https://{host}");
            format!(
                "2026-09-14 09:{minute}:01,100 INFO {sent} \"HTTP/1.1 503 Service Unavailable\"\n\
                 2026-09-14 09:{minute}:01,110 INFO anthropic._base_client: Retrying request to /v1/messages in 0.475265 seconds\n\
                 2026-09-14 09:{minute}:01,900 INFO {sent} \"HTTP/1.1 200 OK\"\n"
            )
        });
        assert_eq!(counted(&log), (20, 10), "{host}");
    }
}

#[test]
fn botocores_exception_under_a_message_that_says_nothing_is_a_failure() {
    let log = by_minute(|minute| {
        format!(
            "2026-09-14 09:{minute}:01,100 ERROR app.llm: completion failed\nTraceback (most recent call last):\n  \
             File \"/usr/lib/python3/dist-packages/botocore/client.py\", line 1094, in _make_api_call\n    \
             raise error_class(parsed_response, operation_name)\n\
             botocore.errorfactory.ServiceUnavailableException: An error occurred (ServiceUnavailableException) when calling the \
             Converse operation (reached max retries: 2): Bedrock is unable to process your request.\n"
        )
    });
    assert_eq!(counted(&log), (10, 10));
}

#[test]
fn two_errors_of_bedrock_at_once_are_two_where_their_codes_differ() {
    let log = by_minute(|minute| {
        let failed = |second: u32, code: &str| {
            format!(
                "2026-09-14 09:{minute}:{second:02},100 ERROR app.llm: completion failed for model anthropic.claude-3-haiku-20240307-v1:0: \
                 An error occurred ({code}) when calling the Converse operation: Try your request again.\n"
            )
        };
        failed(1, "InternalServerException") + &failed(2, "ServiceUnavailableException")
    });
    assert_eq!(counted(&log), (20, 20));
}

#[test]
fn errors_of_requests_that_stand_near_each_other_are_each_one() {
    let log = by_minute(|minute| {
        let failed = |second: u32| {
            format!(
                "2026-09-14 09:{minute}:{second:02},100 ERROR app.llm: completion failed for model gpt-4o: 503 Server Error: \
                 Service Unavailable for url: https://api.openai.com/v1/chat/completions\n"
            )
        };
        failed(1) + &failed(2)
    });
    assert_eq!(counted(&log), (20, 20));
}

#[test]
fn two_threads_answers_are_no_twins_where_a_float_lost_its_last_digit() {
    let log = by_minute(|minute| {
        let answer = |fraction: &str| {
            format!(
                "{{\"ts\": 17893{minute}600.{fraction}, \"level\": \"info\", \"logger\": \"httpx\", \"msg\": \"HTTP Request: POST \
                 https://api.openai.com/v1/chat/completions \\\"HTTP/1.1 503 Service Unavailable\\\"\"}}\n"
            )
        };
        answer("448312") + &answer("77521")
    });
    assert_eq!(counted(&log), (20, 20));
}

#[test]
fn a_call_that_its_program_calls_unsuccessful_failed() {
    let log = by_minute(|minute| {
        let told = |second: u32, rest: &str| {
            format!(
                "{{\"time\": \"2026-09-14T09:{minute}:{second:02}.100Z\", \"msg\": \"call\", \"model\": \"gpt-4o\", \"duration_ms\": 812, {rest}}}\n"
            )
        };
        told(1, "\"level\": \"error\", \"success\": false") + &told(31, "\"level\": \"info\", \"success\": true")
    });
    assert_eq!(counted(&log), (20, 10));
}

#[test]
fn a_call_that_its_program_calls_unsuccessful_is_the_one_whose_answer_stands_above() {
    let log = by_minute(|minute| {
        format!(
            "{{\"time\": \"2026-09-14T09:{minute}:01.100Z\", \"level\": \"info\", \"msg\": \"HTTP Request: POST \
             https://api.openai.com/v1/chat/completions \\\"HTTP/1.1 503 Service Unavailable\\\"\"}}\n\
             {{\"time\": \"2026-09-14T09:{minute}:01.110Z\", \"level\": \"error\", \"msg\": \"call\", \"success\": false, \"model\": \"gpt-4o\", \"duration_ms\": 812}}\n"
        )
    });
    assert_eq!(counted(&log), (10, 10));
}

#[test]
fn what_a_known_model_took_is_a_call_that_went_well() {
    let json = by_minute(|minute| {
        format!(
            "{{\"level\":30,\"time\":\"2026-09-14T09:{minute}:01.100Z\",\"model\":\"gpt-4o-mini\",\"durationMs\":812,\"msg\":\"llm call\"}}\n\
             {{\"level\":50,\"time\":\"2026-09-14T09:{minute}:02.100Z\",\"model\":\"gpt-4.1\",\"status\":503,\"msg\":\"llm call failed\"}}\n"
        )
    });
    let text = by_minute(|minute| {
        format!(
            "2026-09-14 09:{minute}:01,100 INFO app: completion ok model=gpt-4o-mini took 0.92s\n\
             2026-09-14 09:{minute}:02,100 ERROR app: completion failed model=gpt-4.1 status=503\n"
        )
    });
    for log in [json, text] {
        assert_eq!(counted(&log), (20, 10), "{log}");
    }
}

#[test]
fn what_comes_before_an_end_is_no_call_that_went_well() {
    let log = by_minute(|minute| {
        format!(
            "{{\"level\":30,\"time\":\"2026-09-14T09:{minute}:01.100Z\",\"model\":\"gpt-4o-mini\",\"latency_ms\":212,\"msg\":\"first token\"}}\n\
             {{\"level\":30,\"time\":\"2026-09-14T09:{minute}:02.100Z\",\"model\":\"gpt-4o-mini\",\"latency_ms\":812,\"msg\":\"llm call ok\"}}\n"
        )
    });
    assert_eq!(counted(&log), (10, 0));
}

#[test]
fn the_status_behind_a_programs_words_is_the_calls() {
    let log = by_minute(|minute| {
        format!(
            "2026-09-14T09:{minute}:01.100Z error: llm call failed: 503 The server is currently overloaded with other requests. Sorry about that!\n\
             2026-09-14T09:{minute}:31.100Z error: db migration failed: 503 rows were left\n"
        )
    });
    assert_eq!(counted(&log), (10, 10));
}

#[test]
fn the_page_that_is_all_of_an_error_tells_its_status() {
    let log = by_minute(|minute| {
        format!(
            "2026-09-14 09:{minute}:01,100 ERROR app.llm: completion failed for model claude-haiku-4-5: <html>\n\
             <head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>\n"
        )
    });
    let found = found(&log);
    assert_eq!(found.counts.failures, 10);
    assert_eq!(found.counts.by_status.get(&502), Some(&10));
}

#[test]
fn an_exception_that_no_call_line_tells_is_a_failure_beside_those_that_one_does() {
    let log = by_minute(|minute| {
        let raised = |second: u32, text: &str| {
            format!(
                "{{\"event\": \"completion failed for model claude-haiku-4-5\", \"level\": \"error\", \"timestamp\": \
                 \"2026-09-14T09:{minute}:{second:02}.100Z\", \"exception\": \"Traceback (most recent call last):\\n  File \\\"a.py\\\", \
                 line 3, in f\\nanthropic.InternalServerError: {text}\"}}\n"
            )
        };
        raised(1, "<html>\\r\\n<head><title>502 Bad Gateway</title></head>\\r\\n</html>")
            + &raised(
                21,
                "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}, 'request_id': 'req_011CokAbxwv1ZEzF5Ej0EE3f'}",
            )
            + &raised(
                41,
                "Error code: 500 - {'type': 'error', 'error': {'type': 'api_error', 'message': 'oh'}, 'request_id': 'req_011CokAbxwv1ZEzF5Ej0EE3g'}",
            )
    });
    assert_eq!(counted(&log), (30, 30));
}

#[test]
fn a_status_error_that_an_sdk_encountered_is_no_second_failure() {
    let log = by_minute(|minute| {
        let line = |milliseconds: u32, message: &str, rest: &str| {
            format!(
                "{{\"event\": \"{message}\", \"level\": \"debug\", \"timestamp\": \"2026-09-14T09:{minute}:01.{milliseconds}Z\"{rest}}}\n"
            )
        };
        line(
            100,
            "HTTP Request: POST https://api.openai.com/v1/chat/completions \\\"HTTP/1.1 502 Bad Gateway\\\"",
            "",
        ) + &line(
            110,
            "Encountered httpx.HTTPStatusError",
            ", \"exception\": \"Traceback (most recent call last):\\n  File \\\"/openai/_base_client.py\\\", line 1004, in \
                 _request\\nhttpx.HTTPStatusError: Server error '502 Bad Gateway' for url 'https://api.openai.com/v1/chat/completions'\"",
        )
    });
    assert_eq!(counted(&log), (10, 10));
}

/// How often each answer was given to whether the provider was reached.
fn reached(log: &str) -> Vec<Reached> {
    let found = found(log);
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    let mut reached: Vec<Reached> = windowed.chain(&found.isolated).map(|attempt| attempt.reached).collect();
    reached.dedup();
    reached
}

fn failing_answers(host: &str, ok: &str) -> String {
    by_minute(|minute| {
        format!(
            "2026-09-14 09:{minute}:01,100 INFO httpx: HTTP Request: POST https://{host}/v1/chat/completions \"HTTP/1.1 200 OK\"\n{}\
             2026-09-14 09:{minute}:31,100 INFO httpx: HTTP Request: POST https://{host}/v1/chat/completions \"HTTP/1.1 502 Bad Gateway\"\n",
            ok.replace("{minute}", &minute.to_string())
        )
    })
}

#[test]
fn a_status_of_the_providers_own_host_is_its_edges_where_no_answer_shows_an_id() {
    assert_eq!(reached(&failing_answers("api.openai.com", "")), [Reached::Yes]);
}

#[test]
fn a_status_of_a_gateways_host_tells_nothing_of_the_provider() {
    assert_eq!(reached(&failing_answers("llm-gw.internal", "")), [Reached::Unknown]);
}

#[test]
fn a_page_without_an_id_is_a_proxys_where_answers_show_ids() {
    let log = by_minute(|minute| {
        let told = |second: u32, rest: &str| {
            format!(
                "{{\"time\": \"2026-09-14T09:{minute}:{second:02}.100Z\", \"server.address\": \"api.openai.com\", \"url.path\": \
                 \"/v1/chat/completions\", \"http.request.method\": \"POST\", \"model\": \"gpt-4o\", {rest}}}\n"
            )
        };
        told(
            1,
            &format!("\"status\": 200, \"x_request_id\": \"req_5d2c9e0b7f3a41c8a6e4b0f19d82{minute}aa\""),
        ) + &told(
            31,
            "\"status\": 502, \"error\": {\"message\": \"<html><head><title>502 Bad Gateway</title></head></html>\"}",
        )
    });
    assert_eq!(reached(&log), [Reached::No]);
}

#[test]
fn bedrocks_uuid_is_its_id() {
    let log = by_minute(|minute| {
        let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1:0/invoke";
        format!(
            "2026-09-14 09:{minute}:01,100 INFO httpx: HTTP Request: POST {url} \"HTTP/1.1 503 Service Unavailable\"\n\
             2026-09-14 09:{minute}:01,101 DEBUG anthropic._base_client: HTTP Response: POST {url} \"503 Service Unavailable\" \
             Headers({{'content-type': 'application/json', 'x-amzn-requestid': '41536363-f672-4ba0-8329-c05b09e803{minute}'}})\n"
        )
    });
    let found = found(&log);
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    let ids = windowed
        .chain(&found.isolated)
        .filter(|attempt| attempt.ids.x_request_id().is_some());
    assert_eq!(ids.count(), 10);
}

#[test]
fn an_older_gateways_error_tells_the_answer_that_other_lines_part_it_from() {
    let log = by_minute(|minute| {
        format!(
            "09:{minute}:25 - LiteLLM Proxy:ERROR: proxy_server.py:3713 - litellm.proxy.proxy_server.chat_completion(): Exception occured - \
             litellm.InternalServerError: AnthropicError - {{\"type\": \"error\", \"error\": {{\"type\": \"overloaded_error\", \"message\": \
             \"Overloaded\"}}, \"request_id\": \"req_011CRvGiYzCiu5HL4VeFsW{minute}\"}}. Received Model Group=claude-sonnet-4-5\n\
             09:{minute}:25 - LiteLLM Proxy:ERROR: _common.py:120 - Giving up chat_completion(...) after 1 tries (litellm.proxy._types.ProxyException)\n\
             INFO:     127.0.0.1:45680 - \"POST /chat/completions HTTP/1.1\" 500 Internal Server Error\n"
        )
    });
    let found = found(&log);
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    let ids = windowed
        .chain(&found.isolated)
        .filter(|attempt| attempt.ids.x_request_id().is_some());
    assert_eq!((found.counts.failures, ids.count()), (10, 10));
}

#[test]
fn an_answer_on_the_line_behind_its_request_has_the_requests_address() {
    let dotnet = by_minute(|minute| {
        let line = |text: &str| format!("2026-09-14 09:{minute}:01.123 +00:00 [INF] {text}\n");
        line("Start processing HTTP request POST https://api.openai.com/v1/chat/completions")
            + &line("Sending HTTP request POST https://api.openai.com/v1/chat/completions")
            + &line("Received HTTP response headers after 812.3456ms - 503")
            + &line("End processing HTTP request after 815.2ms - 503")
            + &line("Sending HTTP request POST https://shop.example.com/orders")
            + &line("Received HTTP response headers after 12.3456ms - 500")
    });
    let faraday = by_minute(|minute| {
        let line = |text: &str| format!("I, [2026-09-14T09:{minute}:01.909260 #13939]  INFO -- {text}\n");
        line("request: POST https://api.openai.com/v1/chat/completions") + &line("response: Status 503")
    });
    for log in [dotnet, faraday] {
        assert_eq!(counted(&log), (10, 10), "{log}");
    }
}

#[test]
fn a_stream_that_broke_behind_its_200_is_one_attempt_though_its_traceback_names_no_endpoint() {
    let log = by_minute(|minute| {
        let answered = |second: u32| {
            format!(
                "2026-09-14 09:{minute}:{second:02},100 INFO httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions \
                 \"HTTP/1.1 200 OK\"\n"
            )
        };
        let failed = |second: u32, text: &str| {
            format!("2026-09-14 09:{minute}:{second:02},100 ERROR app: completion failed for model gpt-4o{text}\n")
        };
        answered(1)
            + &format!("2026-09-14 09:{minute}:02,100 INFO app: completion ok model=gpt-4o took 0.92s\n")
            + &answered(21)
            + &failed(
                22,
                "\nTraceback (most recent call last):\n  File \"/site-packages/openai/_streaming.py\", line 46, in __iter__\nhttpx.RemoteProtocolError: peer closed connection \
                 without sending complete message body (incomplete chunked read)",
            )
            + &answered(41)
            + &failed(
                42,
                ": The server had an error while processing your request. Sorry about that!",
            )
    });
    assert_eq!(counted(&log), (30, 20));
}

#[test]
fn the_second_of_two_equal_requests_in_one_second_is_no_twin_where_rich_leaves_its_time_out() {
    let request = |status: &str| {
        format!("INFO     HTTP Request: POST https://api.cohere.com/v2/chat \"HTTP/1.1 {status}\"             _client.py:1025\n")
    };
    let log = by_minute(|minute| {
        let (ok, blank) = (request("200 OK"), " ".repeat(22));
        format!("[2026-10-06 12:{minute}:54] {ok}{blank}{ok}")
    });
    assert_eq!(counted(&log), (20, 0));
}

#[test]
fn a_host_that_is_the_providers_is_no_machine_of_ours() {
    let log = by_minute(|minute| {
        format!(
            "{{\"timestamp\":\"2026-10-06T12:{minute}:01Z\",\"host\":\"https://api.anthropic.com\",\"model\":\"claude-haiku-4-5\",\"status\":529,\"duration_ms\":90}}\n"
        )
    });
    let found = found(&log);
    let windows = found.windows.iter().flat_map(|window| &window.requests);
    let seen: Vec<_> = windows.chain(&found.isolated).collect();
    assert!(!seen.is_empty());
    for attempt in seen {
        assert_eq!(
            attempt.attributes.get(Dimension::ServerAddress).map(|name| &**name),
            Some("api.anthropic.com")
        );
        assert_eq!(attempt.attributes.get(Dimension::Host), None);
    }
}
