//! Is an access line known in every spelling, and an application's line never taken for one?

use super::AccessJson;
use crate::gather::formats::{Fit, Format};

fn fits(line: &str) -> bool {
    [AccessJson::NGINX, AccessJson::OTHER]
        .iter()
        .any(|format| format.fit(line.as_bytes()) != Fit::No)
}

/// What a line says, in short.
fn read(line: &str) -> (Option<u16>, Option<f64>, Option<String>, Option<String>) {
    let mut said = (None, None, None, None);
    for format in [AccessJson::NGINX, AccessJson::OTHER] {
        let _ = format.parse(line.as_bytes(), &mut |fields| {
            let id = |id: Option<&str>| id.map(str::to_owned);
            said = (
                fields.status,
                fields.duration_ms,
                id(fields.x_request_id),
                id(fields.x_client_request_id),
            );
        });
    }
    said
}

#[test]
fn the_spelling_of_the_keys_does_not_matter() {
    for line in [
        r#"{"time":"2026-11-18T08:04:05Z","remoteAddr":"10.0.3.7","method":"POST","path":"/v1/messages","statusCode":"503","requestTime":"1.006","upstreamStatus":"503","providerRequestId":"req_1","clientRequestId":"c"}"#,
        r#"{"Time":"2026-11-18T08:04:05Z","Method":"POST","Path":"/v1/messages","Status":503,"Duration":1.006,"UpstreamStatus":"503","XRequestId":"req_1","XClientRequestId":"c","ClientIP":"10.0.3.7"}"#,
        r#"{"date":"2026-11-18T08:04:05Z","request-method":"POST","request-uri":"/v1/messages","response-status":503,"response-time":1.006,"upstream-addr":"104.18.7.192:443","x-request-id":"req_1","x-client-request-id":"c"}"#,
        r#"{"@timestamp":"2026-11-18T08:04:05Z","http.request.method":"POST","url.path":"/v1/messages","http.response.status_code":503,"http.server.request.duration":1.006,"http.response.header.x-request-id":"req_1","http.request.header.x-client-request-id":"c","client.address":"10.0.3.7"}"#,
        r#"{"@timestamp":"2026-11-18T08:04:05Z","event":{"duration":"1.006"},"http":{"request":{"method":"POST","headers":{"X-Client-Request-Id":"c"}},"response":{"status_code":"503","x_request_id":"req_1"}},"url":{"path":"/v1/messages"},"source":{"ip":"10.0.3.7"}}"#,
        r#"{"ts":1794989045.984,"client":{"ip":"10.0.3.7"},"request":{"method":"POST","path":"/v1/messages","headers":{"x-client-request-id":"c"}},"response":{"status":503,"duration_s":1.006,"headers":{"x-request-id":"req_1"}}}"#,
    ] {
        let ids = (Some("req_1".to_owned()), Some("c".to_owned()));
        assert_eq!(read(line), (Some(503), Some(1006.0), ids.0, ids.1), "{line}");
    }
}

#[test]
fn a_servers_own_log_of_requests_is_one_whatever_its_logger_adds() {
    for line in [
        r#"{"time":"2026-11-18T08:04:05Z","level":"info","msg":"access","method":"POST","path":"/v1/messages","status":503,"latency":1.006,"upstream":"104.18.7.192:443"}"#,
        r#"{"level":"info","message":"HTTP POST /v1/messages","meta":{"req":{"headers":{"user-agent":"x/1"},"httpVersion":"1.1","method":"POST","url":"/v1/messages"},"res":{"statusCode":503},"responseTime":1757},"timestamp":"2026-11-18T08:04:09.502Z"}"#,
        r#"{"time":"2026-11-18T08:04:05Z","id":"","remote_ip":"10.0.3.7","host":"llm-gw","method":"POST","uri":"/v1/messages","user_agent":"x","status":503,"error":"","latency":1006000000,"latency_human":"1.006s","bytes_in":1,"bytes_out":2}"#,
        r#"{"time":"2026-11-18T08:04:05Z","level":"INFO","msg":"request completed","method":"POST","path":"/v1/messages","status":503,"bytes":12}"#,
        r#"{"severity":"INFO","time":"2026-11-18T08:04:05Z","httpRequest":{"requestMethod":"POST","requestUrl":"https://llm-gw.corp.example/v1/messages","status":503,"latency":"1.006s"}}"#,
    ] {
        assert!(fits(line), "{line}");
    }
}

#[test]
fn what_an_application_writes_of_its_calls_is_none() {
    for line in [
        r#"{"time":"2026-11-21T10:00:00Z","method":"POST","path":"/v1/chat/completions","duration_ms":1067,"code":503}"#,
        r#"{"time":"2026-11-21T10:00:00Z","level":"info","msg":"llm call","model":"gpt-4o","method":"POST","path":"/v1/chat/completions","status":200,"upstream":{"addr":"1.2.3.4:443"}}"#,
        r#"{"time":"2026-11-21T10:00:00Z","request":{"method":"POST","url":"https://api.openai.com/v1/chat/completions","headers":{"user-agent":"OpenAI/Python"}},"response":{"status":503,"bytes":12}}"#,
        r#"{"time":"2026-11-21T10:00:00Z","method":"POST","url":"https://api.openai.com/v1/responses","status":503,"bytes":12,"user_agent":"x","protocol":"HTTP/1.1"}"#,
        r#"{"time":"2026-11-21T10:00:00Z","level":"INFO","msg":"request completed","method":"POST","path":"/v1/responses","status":503}"#,
        r#"{"time":"2026-11-21T10:00:00Z","client":"openai-python","method":"POST","path":"/v1/responses","status":503}"#,
        r#"{"time":"2026-11-21T10:00:00Z","client_ip":"10.0.0.1","method":"POST","path":"/v1/responses","status":503,"attempt":2}"#,
        r#"{"time":"2026-11-21T10:00:00Z","client_ip":"10.0.0.1","method":"POST","path":"/ask","status":503,"model":"gpt-4o"}"#,
        r#"{"time":"2026-11-21T10:00:00Z","status":503,"model":"gpt-4o","request_time":0.812}"#,
        r#"{"time":"2026-11-21T10:00:00Z","level":"error","message":"request failed","client_ip":"10.0.0.1","method":"POST","path":"/ask","status":503}"#,
    ] {
        assert!(!fits(line), "{line}");
    }
}

#[test]
fn an_id_of_the_requests_header_is_not_the_providers() {
    let line = r#"{"ts":1794989045.984,"client":{"ip":"10.0.3.7"},"request":{"method":"POST","path":"/v1/messages","headers":{"x-request-id":"req_9"}},"response":{"status":503}}"#;
    assert_eq!(read(line).2, None);
}

#[test]
fn the_times_of_a_log_are_in_one_unit() {
    let log = |times: [&str; 3]| {
        let line = |time: &str| {
            format!(
                r#"{{"time":"2026-11-18T08:04:05Z","client_ip":"10.0.3.7","method":"POST","path":"/v1/messages","status":503,"latency":{time}}}"#
            )
        };
        let lines = times.map(line);
        let format = AccessJson::OTHER
            .measured(&lines.each_ref().map(|line| line.as_bytes()))
            .unwrap();
        let mut ms = None;
        let _ = format.parse(line(times[0]).as_bytes(), &mut |fields| ms = fields.duration_ms);
        ms
    };
    assert_eq!(log(["0.312", "1.006", "30.0"]), Some(312.0));
    assert_eq!(log(["312.4", "1006.1", "30000.0"]), Some(312.4));
    assert_eq!(log(["312", "15006", "849"]), Some(312.0));
    assert_eq!(log(["312000", "1006000", "849000"]), Some(312.0));
    assert_eq!(log(["312000000", "1006000000", "849000000"]), Some(312.0));
    assert_eq!(log(["\"312ms\"", "\"1.006s\"", "3"]), Some(312.0));
}
