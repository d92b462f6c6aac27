//! Does the log of a gateway that somebody wrote count each call once, whatever else its program writes?

use crate::run::{counted, found, report};
use faultscope::gather::Plan;
use faultscope::redact::Audience;

/// Eight calls through a gateway, of which three in a row failed, as `lines` tells each.
fn by_minute(lines: impl Fn(u32, u16) -> String) -> String {
    let status = |minute| if (13..16).contains(&minute) { 503 } else { 200 };
    (10..18).map(|minute| lines(minute, status(minute)) + "\n").collect()
}

/// uvicorn's line in the program's own layout, among those of httpx and of the program.
fn fastapi(minute: u32, status: u16) -> String {
    format!(
        "2026-11-22 14:{minute}:36,200 INFO httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status} X\"\n\
         2026-11-22 14:{minute}:36,210 INFO gateway: upstream answered for tenant 7\n\
         2026-11-22 14:{minute}:36,215 INFO gateway: invoice written\n\
         2026-11-22 14:{minute}:36,220 INFO uvicorn.access: 10.0.3.7:49548 - \"POST /v1/chat/completions HTTP/1.1\" {status}\n\
         2026-11-22 14:{minute}:36,230 INFO uvicorn.access: 10.0.3.8:49549 - \"GET /health HTTP/1.1\" {status}"
    )
}

/// What the gateway's client says of the same calls.
fn client(minute: u32, status: u16) -> String {
    format!(
        "2026-11-22 14:{minute}:36,222 INFO [httpx] HTTP Request: POST http://llm-gw:8080/v1/chat/completions \"HTTP/1.1 {status} X\""
    )
}

#[test]
fn a_gateways_tries_are_no_calls_beside_its_own_access_lines() {
    assert_eq!(counted(&by_minute(fastapi)), (8, 3));
}

#[test]
fn a_gateway_and_its_client_tell_the_same_calls() {
    let folder = tempfile::tempdir().unwrap();
    for (name, log) in [("gateway.log", by_minute(fastapi)), ("app.log", by_minute(client))] {
        std::fs::write(folder.path().join(name), log).unwrap();
    }
    let found = crate::run::findings(&Plan::of(vec![folder.path().to_path_buf()]));
    assert_eq!((found.counts.attempts, found.counts.failures), (8, 3), "{found:#?}");
}

#[test]
fn a_middlewares_line_and_the_servers_own_are_one_call() {
    let log = by_minute(|minute, status| {
        let stamp = format!("2026-11-22T14:{minute}:34.386Z");
        format!(
            "{{\"timestamp\": \"{stamp}\", \"level\": \"INFO\", \"logger\": \"gateway\", \"message\": \"request\", \"method\": \"POST\", \"path\": \"/v1/chat/completions\", \"status_code\": {status}, \"duration_ms\": 200.11, \"client_ip\": \"10.0.3.7\", \"upstream_request_id\": \"req_0c5c7fd0a6a3a4506513270e269e0d37\"}}\n\
             {{\"timestamp\": \"{stamp}\", \"level\": \"INFO\", \"logger\": \"uvicorn.access\", \"message\": \"10.0.3.7:54522 - \\\"POST /v1/chat/completions HTTP/1.1\\\" {status}\"}}"
        )
    });
    assert_eq!(counted(&log), (8, 3));
}

#[test]
fn an_applications_calls_stay_its_own_beside_what_it_serves() {
    // An agent that answers one request by ten calls.
    let log = by_minute(|minute, status| {
        let calls: String = (10..20)
            .map(|second| {
                format!("2026-11-22 14:{minute}:{second},200 INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 {status} X\"\n")
            })
            .collect();
        calls
            + &format!(
                "2026-11-22 14:{minute}:36,220 INFO uvicorn.access: 10.0.3.7:49548 - \"POST /v1/chat/completions HTTP/1.1\" 200"
            )
    });
    assert!(counted(&log).0 >= 80);
}

#[test]
fn another_services_versioned_paths_are_no_calls() {
    let nginx = |path: &str| {
        by_minute(|minute, status| {
            format!(
                "10.0.3.7 - - [22/Nov/2026:14:{minute}:16 +0000] \"POST {path} HTTP/1.1\" {status} 137 \"-\" \"Mozilla/5.0\" \"-\""
            )
        })
    };
    for path in ["/v1/users/7", "/v1/invoices", "/v1/login?next=/v1/chat/completions", "/v1/"] {
        assert_eq!(counted(&nginx(path)), (0, 0), "{path}");
    }
    for path in [
        "/v1/chat/completions",
        "/v1/rerank",
        "/v1/fim/completions",
        "/gw/v1/chat/completions",
    ] {
        assert_eq!(counted(&nginx(path)), (8, 3), "{path}");
    }
}

#[test]
fn envoy_gateways_other_routes_are_no_calls() {
    let log = by_minute(|minute, status| {
        let line = |path: &str| {
            format!(
                "{{\":authority\":\"llm.corp.example\",\"bytes_received\":72,\"bytes_sent\":137,\"downstream_remote_address\":\"10.0.3.7:57884\",\"duration\":51,\"method\":\"POST\",\"protocol\":\"HTTP/1.1\",\"response_code\":{status},\"response_code_details\":\"via_upstream\",\"response_flags\":\"-\",\"start_time\":\"2026-11-22T14:{minute}:32.503Z\",\"upstream_cluster\":\"openai\",\"upstream_host\":\"162.159.140.245:443\",\"x-envoy-origin-path\":\"{path}\",\"x-request-id\":\"544df277-7f73-428b-896d-d01f82f5b372\"}}"
            )
        };
        format!("{}\n{}", line("/v1/chat/completions"), line("/api/orders"))
    });
    assert_eq!(counted(&log), (8, 3));
    let seen = found(&log);
    assert!(seen.windows.iter().all(|window| window.reached_yes == window.failures));
}

#[test]
fn an_upstreams_own_status_proves_that_it_answered() {
    let window = |upstream: &str, status: u16| {
        let log: String = (0..60)
            .map(|second| {
                let (status, upstream) = if (20..40).contains(&second) { (status, upstream) } else { (200, "200") };
                format!("2026-11-22T14:{:02}:{second:02}+00:00 10.0.3.7 \"POST /v1/responses HTTP/1.1\" {status} us={upstream} rt=0.350\n", 10 + second / 60)
            })
            .collect();
        let found = found(&log);
        let reached = found
            .windows
            .first()
            .map(|window| (window.reached_yes, window.reached_unknown));
        reached.unwrap_or_default()
    };
    assert_eq!(window("503", 503), (20, 0));
    assert_eq!(window("502", 502), (0, 20));
}

#[test]
fn calls_without_a_time_are_not_said_to_be_none() {
    let log =
        by_minute(|minute, status| format!("INFO:     10.0.3.7:500{minute} - \"POST /v1/chat/completions HTTP/1.1\" {status} X"));
    let told = report(&found(&log), "text", Audience::Forwardable, b"key");
    assert!(
        told.starts_with("No attempt could be counted: 8 records about a call were read in 1 file"),
        "{told}"
    );
}
