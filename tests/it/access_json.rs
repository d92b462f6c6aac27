//! Is an access log in JSON known by what it holds, whatever its site calls that, and is an application's log none?

use crate::run::{counted, findings, found};
use faultscope::gather::Plan;
use faultscope::model::Vantage;

/// One log of what `line` writes for every call: its minute, and its status.
fn calls(line: impl Fn(u32, u16) -> String) -> String {
    let status = |minute: u32| if (20..30).contains(&minute) { 503 } else { 200 };
    (10..40).map(|minute| line(minute, status(minute)) + "\n").collect()
}

fn id(minute: u32) -> String {
    format!("req_5d2c9e0b7f3a41c8a6e4b0f19d8273{minute}")
}

/// Attempts and failures of a gateway's log beside its application's.
fn beside_its_application(gateway: &str) -> (u64, u64) {
    let app = calls(|minute, status| {
        let word = if status == 200 {
            "INFO app: chat ok"
        } else {
            "ERROR app: chat failed"
        };
        let id = id(minute);
        format!("2026-09-14 09:{minute}:01,100 {word} model=gpt-4o status={status} request_id={id} took=0.821s")
    });
    let folder = tempfile::tempdir().unwrap();
    for (name, log) in [("app", app.as_str()), ("gw", gateway)] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("x.log"), log).unwrap();
    }
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    (found.counts.attempts, found.counts.failures)
}

#[test]
fn a_gateways_own_json_and_its_applications_log_tell_one_traffic() {
    let camel = |minute, status| {
        let id = id(minute);
        format!(
            r#"{{"timestamp":"2026-09-14T09:{minute}:01.110Z","remoteAddr":"10.0.3.7","method":"POST","path":"/v1/chat/completions","statusCode":"{status}","requestTime":"0.821","upstreamAddr":"104.18.7.192:443","providerRequestId":"{id}"}}"#
        )
    };
    let dotted = |minute, status| {
        let id = id(minute);
        format!(
            r#"{{"@timestamp":"2026-09-14T09:{minute}:01.110Z","http.request.method":"POST","url.path":"/v1/chat/completions","http.response.status_code":{status},"http.server.request.duration":0.821,"http.response.header.x-request-id":"{id}","client.address":"10.0.3.7"}}"#
        )
    };
    let pino = |minute, status| {
        let (id, level) = (id(minute), if status == 200 { 30 } else { 50 });
        format!(
            r#"{{"level":{level},"time":"2026-09-14T09:{minute}:01.110Z","req":{{"method":"POST","url":"/v1/chat/completions","remoteAddress":"10.0.3.7"}},"res":{{"statusCode":{status},"headers":{{"x-request-id":"{id}"}}}},"responseTime":821,"msg":"request completed"}}"#
        )
    };
    for log in [calls(camel), calls(dotted), calls(pino)] {
        assert_eq!(beside_its_application(&log), (30, 10), "{log}");
    }
}

#[test]
fn an_applications_log_is_read_though_it_has_a_proxys_keys() {
    for member in [
        r#""upstream":{"addr":"1.2.3.4:443"}"#,
        r#""upstream_addr":"1.2.3.4:443""#,
        r#""tokens_in":12,"tokens_out":40"#,
        r#""delay_ms":500"#,
        r#""latencies":{"total":821}"#,
        r#""remote_addr":"10.0.3.7""#,
    ] {
        let log = calls(|minute, status| {
            format!(
                r#"{{"time":"2026-09-14T09:{minute}:01Z","level":"info","msg":"llm call","model":"gpt-4o","method":"POST","path":"/v1/chat/completions","status":{status},"duration_ms":821,{member}}}"#
            )
        });
        let found = found(&log);
        assert_eq!((found.counts.attempts, found.counts.failures), (30, 10), "{member}");
        assert_eq!(found.coverage.sources[0].vantage, Some(Vantage::Application), "{member}");
    }
}

#[test]
fn whole_milliseconds_do_not_move_the_failures() {
    for time in ["dur=849", "duration=849", "latency=849.5", "took=849ms", "elapsed=849000"] {
        let log = calls(|minute, status| {
            format!(r#"2026-09-14T09:{minute}:01.110Z 10.0.3.7 "POST /v1/chat/completions HTTP/1.1" {status} {time}"#)
        });
        let found = found(&log);
        assert_eq!((found.counts.attempts, found.counts.failures), (30, 10), "{time}");
        let window = &found.windows[0];
        let latency = window.requests[0].duration_ms;
        assert!(
            latency.is_some_and(|ms| (840..860).contains(&ms.get())),
            "{time}: {latency:?}"
        );
    }
}

#[test]
fn a_page_that_the_gateway_serves_itself_is_no_call() {
    let log = calls(|minute, status| {
        format!(
            r#"{{"time":"2026-09-14T09:{minute}:01Z","clientIp":"10.0.3.7","method":"GET","path":"/healthz","statusCode":{status},"durationMs":3,"userAgent":"kube-probe/1.29"}}"#
        )
    });
    assert_eq!(counted(&log), (0, 0));
}
