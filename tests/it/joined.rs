//! Is each line of a proxy laid to the attempt that it is about, and to no other?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Attempt, Findings, Millis, Reached};

/// What is found in some logs, each by its path.
fn found(logs: &[(&str, String)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (path, log) in logs {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, log).unwrap();
    }
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn failures(found: &Findings) -> Vec<&Attempt> {
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    windowed.chain(&found.isolated).collect()
}

/// One log of what `lines` writes for every minute.
fn by_minute(lines: impl Fn(u32) -> String) -> String {
    (10..22).map(lines).collect()
}

/// An application's line: what it came to, and the ids that it names.
fn told(minute: u32, second: u32, rest: &str) -> String {
    format!(
        "{{\"ts\": \"2026-03-04T09:{minute}:{second:02}.000Z\", \"url\": \"https://llm-gw.corp.example/v1/chat/completions\", \"model\": \
         \"gpt-4o\", \"client_request_id\": \"fd22c6f2-3fe0-43bc-b628-8546e41021{minute}\", {rest}}}\n"
    )
}

/// A gateway's line with what stands behind the user agent.
fn answered(minute: u32, second: u32, status: u16, ids: &str) -> String {
    format!(
        "10.0.3.7 - - [04/Mar/2026:09:{minute}:{second:02} +0000] \"POST /v1/chat/completions HTTP/1.1\" {status} 312 \"-\" \
         \"OpenAI/Python 2.54.0\" rt=0.800 uct=\"0.004\" uht=\"0.800\" urt=\"0.800\" us=\"{status}\" ua=\"104.18.7.192:443\"{ids}\n"
    )
}

const REFUSED: &str = "\"duration_ms\": 4, \"error\": \"ConnectError: [Errno 111] Connection refused\"";

fn provider_id(minute: u32) -> String {
    format!("req_9173f23bce7865e526ee19496b3801{minute}")
}

fn client_id(minute: u32) -> String {
    format!(" crid=\"fd22c6f2-3fe0-43bc-b628-8546e41021{minute}\"")
}

#[test]
fn what_was_never_connected_does_not_take_the_line_of_its_retry() {
    let app = by_minute(|minute| {
        let failed = format!(
            "\"status\": 500, \"duration_ms\": 804, \"request_id\": \"{}\"",
            provider_id(minute)
        );
        told(minute, 40, REFUSED) + &told(minute, 41, &failed)
    });
    let gateway = by_minute(|minute| {
        let ids = format!(" rid=\"{}\"{}", provider_id(minute), client_id(minute));
        answered(minute, 41, 500, &ids)
    });
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    let reached = |reached: Reached| failures(&found).iter().filter(|one| one.reached == reached).count();
    assert_eq!((reached(Reached::Yes), reached(Reached::No)), (12, 12));
}

#[test]
fn a_proxys_line_is_of_the_attempt_that_has_its_status() {
    let app = by_minute(|minute| {
        let failed = |status: u16| format!("\"status\": {status}, \"duration_ms\": 804");
        told(minute, 40, &failed(504)) + &told(minute, 41, &failed(503))
    });
    let gateway = by_minute(|minute| answered(minute, 40, 503, &client_id(minute)));
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    let seen: Vec<_> = failures(&found)
        .iter()
        .filter(|one| one.joined.is_some())
        .map(|one| one.outcome.status())
        .collect();
    assert_eq!(seen, [Some(503); 12]);
}

#[test]
fn a_connection_that_was_refused_has_no_line_with_its_callers_id() {
    let app = by_minute(|minute| told(minute, 40, REFUSED));
    let gateway = by_minute(|minute| answered(minute, 41, 500, &client_id(minute)));
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    assert!(failures(&found).iter().all(|one| one.joined.is_none()));
}

#[test]
fn a_time_out_is_joined_with_the_other_status_that_its_proxy_wrote() {
    let app = by_minute(|minute| told(minute, 40, "\"duration_ms\": 804, \"error\": \"ReadTimeout: timed out\""));
    let gateway = by_minute(|minute| answered(minute, 40, 500, &client_id(minute)));
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    assert_eq!(failures(&found).iter().filter(|one| one.joined.is_some()).count(), 12);
}

/// Apache's line on a failed request, after one that went well.
fn apache(minute: u32) -> String {
    let line = |second: u32, status: u16| {
        format!(
            "10.0.3.7 - - [04/Mar/2026:09:{minute}:{second:02} +0000] \"POST /v1/responses HTTP/1.1\" {status} 1510 863 \
             \"AsyncOpenAI/Python 2.54.0\"\n"
        )
    };
    line(0, 200) + &line(20, 500)
}

/// What Apache writes of a request whose upstream showed a certificate that it does not trust, in its own order.
fn apache_error(minute: u32) -> String {
    let line = |module: &str, said: &str| {
        format!("[Wed Mar 04 09:{minute}:20.106849 2026] [{module}:error] [pid 5184:tid 5231] {said}\n")
    };
    [
        line(
            "ssl",
            "[remote 104.18.7.192:443] AH02039: Certificate Verification: Error (18): self-signed certificate",
        ),
        line(
            "proxy",
            "(20014)Internal error (specific information not available): [client 10.0.3.7:40040] AH01084: pass request body \
             failed to 104.18.7.192:443 (api.openai.com)",
        ),
        line(
            "proxy",
            "[client 10.0.3.7:40040] AH00898: Error during SSL Handshake with remote server returned by /v1/responses",
        ),
        line(
            "proxy_http",
            "[client 10.0.3.7:40040] AH01097: pass request body failed to 104.18.7.192:443 (api.openai.com) from 10.0.3.7 ()",
        ),
    ]
    .concat()
}

#[test]
fn a_handshake_that_failed_is_what_apache_tells_of_though_its_last_line_says_less() {
    let found = found(&[
        ("web/access.log", by_minute(apache)),
        ("web/error.log", by_minute(apache_error)),
    ]);
    let reached: Vec<_> = failures(&found).iter().map(|one| one.reached).collect();
    assert_eq!(reached, [Reached::No; 12]);
}

#[test]
fn a_body_that_apache_could_not_pass_on_may_have_been_read() {
    let last = |minute: u32| apache_error(minute).lines().last().map(|line| format!("{line}\n")).unwrap();
    let found = found(&[("web/access.log", by_minute(apache)), ("web/error.log", by_minute(last))]);
    let reached: Vec<_> = failures(&found).iter().map(|one| one.reached).collect();
    assert_eq!(reached, [Reached::Unknown; 12]);
}

#[test]
fn the_line_of_an_error_log_is_cited_as_its_own() {
    let found = found(&[
        ("web/access.log", by_minute(apache)),
        ("web/error.log", by_minute(apache_error)),
    ]);
    let failures = failures(&found);
    let of = |log: &str| -> Vec<u64> {
        let seen = failures.iter().flat_map(|one| one.seen_by.iter());
        seen.filter(|seen| seen.path.ends_with(log)).map(|seen| seen.line).collect()
    };
    assert_eq!(of("access.log"), (1..=12).map(|minute| 2 * minute).collect::<Vec<u64>>());
    // The first of four names no request.
    assert_eq!(of("error.log"), (1..=48).filter(|line| line % 4 != 1).collect::<Vec<u64>>());
}

/// Two proxies one behind the other, of which a request's lines differ by the proxy's own time, and an application that logs
/// no ids of what failed: every request of some minutes' second half fails.
fn chain(minutes: std::ops::Range<u32>) -> [(&'static str, String); 3] {
    let mut logs = [String::new(), String::new(), String::new()];
    let url = "http://llm-gw.corp.example/v1/chat/completions";
    for (minute, second) in minutes
        .clone()
        .flat_map(|minute| (0..60).step_by(4).map(move |second| (minute, second)))
    {
        let failed = (20..30).contains(&minute) && second % 8 == 0;
        let (status, words) = if failed {
            (503, "503 Service Unavailable")
        } else {
            (200, "200 OK")
        };
        let id = format!("req_df122bd89e969d7a7d6639fb79{minute:03}{second:03}");
        let line = answered(minute, second, status, &format!(" rid=\"{id}\""));
        logs[0] +=
            &format!("2026-03-04 09:{minute}:{second:02},000 INFO [httpx] HTTP Request: POST {url} \"HTTP/1.1 {words}\"\n");
        if !failed {
            logs[0] +=
                &format!("2026-03-04 09:{minute}:{second:02},005 INFO [app.llm] completion ok model=gpt-4.1 request_id={id}\n");
        }
        logs[1] += &line.replace("rt=0.800", "rt=0.802");
        logs[2] += &line.replace("10.0.3.7", "10.0.5.2");
    }
    let [app, gateway, egress] = logs;
    [
        ("app/app.log", app),
        ("gw/access.log", gateway),
        ("egress/access.log", egress),
    ]
}

#[test]
fn a_failure_that_two_proxies_in_a_chain_saw_is_not_confined_to_one_of_them() {
    let found = found(&chain(10..40));
    let told: Vec<_> = found
        .windows
        .iter()
        .map(|window| (window.failures, window.scope.values.len()))
        .collect();
    assert_eq!((found.counts.attempts, told), (450, vec![(80, 0)]));
}

#[test]
fn a_request_that_passed_two_proxies_is_one_attempt() {
    let [_, gateway, egress] = chain(10..40);
    let counts = found(&[gateway, egress]).counts;
    assert_eq!((counts.attempts, counts.failures), (450, 80));
}

#[test]
fn failures_of_one_second_have_a_line_of_the_error_log_each() {
    let access = |minute: u32| {
        let line = |second: u32, status: u16| {
            format!(
                "10.0.3.7 - - [04/Mar/2026:09:{minute}:{second:02} +0000] \"POST /v1/chat/completions HTTP/1.1\" {status} 157 \"-\" \
                 \"OpenAI/Python 2.54.0\"\n"
            )
        };
        line(0, 200) + &line(20, 502).repeat(3)
    };
    let error = |minute: u32| {
        format!(
            "2026/03/04 09:{minute}:20 [error] 898#898: *30 connect() failed (111: Connection refused) while connecting to upstream, \
             client: 10.0.3.7, server: llm-gw, request: \"POST /v1/chat/completions HTTP/1.1\", upstream: \
             \"https://104.18.7.192:443/v1/chat/completions\", host: \"llm-gw\"\n"
        )
        .repeat(3)
    };
    let found = found(&[("gw/access.log", by_minute(access)), ("gw/error.log", by_minute(error))]);
    let seen: Vec<_> = failures(&found)
        .iter()
        .map(|one| (one.reached, one.seen_by.iter().count()))
        .collect();
    assert_eq!(seen, [(Reached::No, 2); 36]);
}

#[test]
fn an_attempt_whose_own_line_says_no_duration_has_the_proxys() {
    let app = by_minute(|minute| told(minute, 41, "\"status\": 503"));
    let gateway = by_minute(|minute| answered(minute, 41, 503, ""));
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    let took: Vec<_> = failures(&found).iter().map(|one| one.duration_ms).collect();
    assert_eq!(took, [Some(Millis::from(800)); 12]);
}

/// The lines of six calls that go well, and of two at once that both fail for good, of an SDK that names no call; and the
/// gateway's, which do.
fn two_at_once(minute: u32) -> (String, String) {
    let (mut app, mut gateway) = (String::new(), String::new());
    let failing = [(10, 1), (11, 2), (12, 2), (13, 1), (14, 1), (15, 2)].map(|(second, call)| (second, call, 503));
    let well = [30, 33, 36, 39, 42, 45].map(|second| (second, second / 3, 200));
    for (second, call, status) in failing.into_iter().chain(well) {
        let id = format!("fd22c6f2-3fe0-43bc-b628-8546e4{call:02}00{minute}");
        let ended = format!("model=gpt-4o client_request_id={id} took=4.553s");
        let told = match (status, second) {
            (200, _) => format!("INFO [app.llm] completion ok {ended}"),
            (_, 14..) => format!("ERROR [app.llm] completion failed {ended} InternalServerError: Error code: 503"),
            _ => "INFO [openai._base_client] Retrying request to /chat/completions in 0.439285 seconds".to_owned(),
        };
        let time = format!("2026-03-04 09:{minute}:{second}");
        let asked = "HTTP Request: POST https://llm-gw.corp.example/v1/chat/completions";
        app += &format!("{time},100 INFO [httpx] {asked} \"HTTP/1.1 {status} X\"\n{time},101 {told}\n");
        gateway += &answered(minute, second, status, &format!(" crid=\"{id}\""));
    }
    (app, gateway)
}

#[test]
fn the_callers_ids_that_a_proxy_logs_tell_the_calls_that_an_application_mixes() {
    let app = by_minute(|minute| two_at_once(minute).0);
    let gateway = by_minute(|minute| two_at_once(minute).1);
    let found = found(&[("app/app.log", app), ("gw/access.log", gateway)]);
    assert!(failures(&found).iter().all(|one| one.joined.is_some()));
    let mut numbers: Vec<_> = failures(&found).iter().map(|one| one.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [[1; 24], [2; 24], [3; 24]].concat());
}

/// A failed call to the provider's own host that ended with the page of an Envoy.
fn told_envoys_page(minute: u32) -> String {
    format!(
        "{{\"ts\": \"2026-03-04T09:{minute}:40.033Z\", \"url\": \"https://api.openai.com/v1/chat/completions\", \"model\": \"gpt-4o\", \
         \"client_request_id\": \"fd22c6f2-3fe0-43bc-b628-8546e41021{minute}\", \"status\": 503, \"duration_ms\": 33, \"error\": \"503 upstream \
         connect error or disconnect/reset before headers. reset reason: connection failure\"}}\n"
    )
}

/// The line of one's own Envoy on it: it never had a connection upstream, or it passed an answer on.
fn envoys(minute: u32, flags: &str, details: &str, upstream_ms: &str) -> String {
    format!(
        "{{\"start_time\":\"2026-03-04T09:{minute}:40.000Z\",\"method\":\"POST\",\"path\":\"/v1/chat/completions\",\"protocol\":\"HTTP/1.1\",\
         \"response_code\":503,\"response_flags\":\"{flags}\",\"response_code_details\":\"{details}\",\"bytes_received\":900,\"bytes_sent\":91,\
         \"duration\":33,\"upstream_service_time\":{upstream_ms},\"user_agent\":\"OpenAI/Python 2.54.0\",\"authority\":\"api.openai.com\",\
         \"upstream_host\":\"162.159.140.245:443\",\"x_client_request_id\":\"fd22c6f2-3fe0-43bc-b628-8546e41021{minute}\"}}\n"
    )
}

#[test]
fn the_page_of_ones_own_envoy_is_not_the_providers_edge() {
    let reached = |flags: &str, details: &str, upstream_ms: &str| -> Vec<Reached> {
        let app = by_minute(told_envoys_page);
        let envoy = by_minute(|minute| envoys(minute, flags, details, upstream_ms));
        let found = found(&[("app/app.log", app), ("egress/access.log", envoy)]);
        failures(&found).iter().map(|one| one.reached).collect()
    };
    let unconnected = "upstream_reset_before_response_started{connection_failure}";
    assert_eq!(reached("UF", unconnected, "null"), [Reached::No; 12]);
    assert_eq!(reached("-", "via_upstream", "\"30\""), [Reached::Yes; 12]);
}
