//! Are the access lines of a gateway counted, whatever they lie in and whatever server wrote them, and nothing else?

use crate::run::{counted, findings, found};
use faultscope::gather::Plan;
use serde_json::json;

/// One log of what `line` writes for every minute and its status: eight calls, of which three in a row failed.
fn by_minute(line: impl Fn(u32, u16) -> String) -> String {
    let status = |minute| if (13..16).contains(&minute) { 503 } else { 200 };
    (10..18).map(|minute| line(minute, status(minute)) + "\n").collect()
}

/// A line of nginx's.
fn combined(minute: u32, status: u16, request: &str) -> String {
    format!("10.0.3.7 - - [21/Nov/2026:10:{minute}:01 +0000] \"{request} HTTP/1.1\" {status} 144 \"-\" \"OpenAI/Python 2.54.0\"")
}

const CALL: &str = "POST /v1/chat/completions";

#[test]
fn every_layout_of_haproxys_is_read_behind_its_syslog_header() {
    let layouts: [fn(u32, u16) -> String; 4] = [
        |minute, status| {
            format!(
                "10.0.3.7 - - [21/Nov/2026:10:{minute}:00 +0000] \"{CALL} HTTP/1.1\" {status} 353 \"\" \"\" 52962 219 \"fe\" \"be\" \"o1\" 0 0 4 817 821 ---- 1 1 0 0 0 0 0 \"\" \"\" "
            )
        },
        |_, status| format!("client=10.0.3.7 method=POST path=/v1/chat/completions status={status} Tr=821 tsc=---- rid=-"),
        |minute, status| {
            format!(
                "client=\"10.0.3.7\" t=21/Nov/2026:10:{minute}:00 +0000 method=\"POST\" path=\"/v1/chat/completions\" status={status} Tr=821"
            )
        },
        |minute, status| format!("10.0.3.7:1234 [21/Nov/2026:10:{minute}:00.250] fe be/o1 821 {status} \"{CALL} HTTP/1.1\" -"),
    ];
    for layout in layouts {
        let log = by_minute(|minute, status| format!("Nov 21 10:{minute}:01 lb-5 haproxy[7473]: {}", layout(minute, status)));
        let log =
            log + "Nov 21 10:20:01 lb-5 haproxy[7473]: Server be/o1 is UP, reason: Layer4 check passed, check duration: 0ms.\n";
        assert_eq!(counted(&log), (8, 3), "{}", layout(10, 200));
    }
}

#[test]
fn pages_and_notices_behind_haproxys_header_are_no_calls() {
    let log = by_minute(|minute, status| {
        let header = format!("Nov 21 10:{minute}:01 lb-5 haproxy[7473]:");
        format!(
            "{header} client=10.0.3.7 method=GET path=/healthz status={status} Tr=821 tsc=----\n\
             {header} Server be/o1 is DOWN, reason: Layer7 wrong status, code: {status}, info: \"POST refused\"\n\
             {header} 10.0.3.7:1234 [21/Nov/2026:10:{minute}:00.250] fe be/o1 821 {status} \"GET /login HTTP/1.1\" -"
        )
    });
    assert_eq!(counted(&log), (0, 0));
}

/// A line of nginx's in objects of those who do not read it.
fn in_objects(minute: u32, text: &str) -> [String; 10] {
    let stamp = format!("2026-11-21T10:{minute}:01.071Z");
    [
        json!({"labels": {"app": "gw"}, "line": text, "timestamp": stamp}),
        json!({"message": text, "nodeName": "n1", "podName": "gw-7c9d", "containerName": "nginx"}),
        json!({"_index": "logs-1", "_id": "1", "_source": {"@timestamp": stamp, "message": text, "host": {"name": "gw-1"}}}),
        json!({"id": "AY", "type": "log", "attributes": {"timestamp": stamp, "host": "gw-1", "message": text}}),
        json!({"_id": "AY", "date": stamp, "host": "gw-1", "status": "info", "message": text, "attributes": {}}),
        json!({"logName": "projects/p/logs/stdout", "timestamp": stamp, "jsonPayload": {"message": text}}),
        json!({"@timestamp": stamp, "host": "lb-2", "severity": "info", "syslogtag": "nginx:", "message": text}),
        json!({"PROGRAM": "nginx", "PRIORITY": "info", "MESSAGE": text, "HOST": "gw-1"}),
        json!({"timestamp": stamp, "level": "INFO", "message": text, "logger": "root", "requestId": "6f0c"}),
        json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": text}, "attributes": []}]}]}]}),
    ]
    .map(|object| object.to_string())
}

#[test]
fn an_access_line_is_read_out_of_any_object() {
    for kind in 0..10 {
        let log = by_minute(|minute, status| in_objects(minute, &combined(minute, status, CALL))[kind].clone());
        assert_eq!(counted(&log), (8, 3), "{}", log.lines().next().unwrap());
    }
}

#[test]
fn a_list_of_objects_with_access_lines_is_read_too() {
    for (kind, before, after) in [
        (2, r#"{"took":3,"hits":{"total":{"value":8},"hits":["#, "]}}"),
        (3, r#"{"data": ["#, "]}"),
    ] {
        let objects: Vec<_> = by_minute(|minute, status| in_objects(minute, &combined(minute, status, CALL))[kind].clone())
            .lines()
            .map(str::to_owned)
            .collect();
        let dense = format!("{before}{}{after}", objects.join(","));
        let object: serde_json::Value = serde_json::from_str(&dense).unwrap();
        assert_eq!(counted(&serde_json::to_string_pretty(&object).unwrap()), (8, 3), "{before}");
        if kind == 3 {
            assert_eq!(counted(&dense), (8, 3), "{before}");
        }
    }
}

#[test]
fn pages_in_objects_are_no_calls_and_a_line_that_was_kept_twice_is_one() {
    for kind in 0..10 {
        let log = by_minute(|minute, status| in_objects(minute, &combined(minute, status, "GET /health"))[kind].clone());
        assert_eq!(counted(&log), (0, 0), "{}", log.lines().next().unwrap());
    }
    let twice = by_minute(|minute, status| {
        let line = combined(minute, status, CALL);
        json!({"message": line, "event": {"original": line}, "input": {"type": "log"}}).to_string()
    });
    assert_eq!(counted(&twice), (8, 3));
}

#[test]
fn a_programs_objects_are_read_beside_those_of_its_server() {
    let log = by_minute(|minute, status| {
        let page = combined(minute, 200, "POST /ask");
        let stamp = format!("2026-11-21T10:{minute}:02Z");
        let server = json!({"timestamp": stamp, "level": "INFO", "logger": "gunicorn.access", "message": page});
        let call = json!({"timestamp": stamp, "level": "INFO", "logger": "httpx",
            "message": format!("HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status} X\"")});
        format!("{server}\n{call}")
    });
    assert_eq!(counted(&log), (8, 3));
}

#[test]
fn a_day_above_twelve_anywhere_tells_that_the_day_comes_first() {
    let line = |date: &str, status: u16| {
        format!(
            "{date} 10:00:01 INFO [httpx] HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status} X\"\n"
        )
    };
    let first_day = |log: &str| found(log).coverage.start.unwrap().to_utc().date_naive().to_string();
    assert_eq!(counted(&line("18/11/2026", 503).repeat(8)), (8, 8));
    assert_eq!(first_day(&line("18/11/2026", 200).repeat(8)), "2026-11-18");
    // The day above 12 stands far behind the lines that a log is recognised by.
    let long = line("05/11/2026", 200).repeat(3000) + &line("13/11/2026", 200).repeat(200);
    assert_eq!(first_day(&long), "2026-11-05");
    assert_eq!(first_day(&line("11/18/2026", 200).repeat(8)), "2026-11-18");
    let mixed = line("05/11/2026", 200).repeat(8) + &line("05/13/2026", 200);
    assert_eq!(first_day(&mixed), "2026-05-11");
}

#[test]
fn dates_that_nothing_decides_are_told_and_other_logs_decide() {
    let app = by_minute(|minute, status| {
        format!(
            "05/11/2026 10:{minute}:01 INFO [httpx] HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status} X\""
        )
    });
    let notes = |found: &faultscope::model::Findings| -> String {
        let notes = found.coverage.sources.iter().flat_map(|source| source.notes.clone());
        notes.collect::<Vec<_>>().join("; ")
    };
    let alone = found(&app);
    assert!(
        notes(&alone).contains("month first, for nothing tells otherwise"),
        "{}",
        notes(&alone)
    );
    assert_eq!(alone.coverage.start.unwrap().to_utc().date_naive().to_string(), "2026-05-11");
    let folder = tempfile::tempdir().unwrap();
    let gateway = by_minute(|minute, status| combined(minute, status, CALL).replace("21/Nov", "05/Nov"));
    std::fs::write(folder.path().join("app.log"), &app).unwrap();
    std::fs::write(folder.path().join("gateway.log"), &gateway).unwrap();
    let both = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    assert!(notes(&both).contains("day first, like the other logs"), "{}", notes(&both));
    assert_eq!(both.coverage.start.unwrap().to_utc().date_naive().to_string(), "2026-11-05");
}

#[test]
fn a_gateways_own_log_tells_its_calls_by_its_servers_lines() {
    let layouts: [fn(u32, u16, &str) -> String; 6] = [
        |minute, status, request| {
            format!("2026-11-21 10:{minute}:01,123 INFO:     10.0.3.7:34602 - \"{request} HTTP/1.1\" {status} X")
        },
        |minute, status, request| {
            let inner = combined(minute, status, request)
                .replace("HTTP/1.1\"", "1.1\"")
                .replace("10.0.3.7", "10.0.3.7:5");
            format!("[2026-11-21 10:{minute}:01 +0000] [7704] [INFO] {inner}")
        },
        |minute, status, request| {
            format!(
                "2026-11-21 10:{minute}:01,071 INFO aiohttp.access {}",
                combined(minute, status, request).replace(" - -", "")
            )
        },
        |minute, status, request| {
            format!(
                "2026-11-21 10:{minute}:01,071 INFO werkzeug 10.0.3.7 - - [21/Nov/2026 10:{minute}:01] \"{request} HTTP/1.1\" {status} -"
            )
        },
        |minute, status, request| format!("2026-11-21T10:{minute}:01.699Z {request} {status} - - 1307.724 ms"),
        |minute, status, request| format!("2026-11-21 10:{minute}:01.123 [info] {request} {status} 821ms"),
    ];
    for layout in layouts {
        let calls = by_minute(|minute, status| layout(minute, status, CALL));
        assert_eq!(counted(&calls), (8, 3), "{}", layout(10, 200, CALL));
        for page in ["GET /health", "POST /login", "POST /v1/answers", "GET /v1/chat/completions"] {
            let pages = by_minute(|minute, status| layout(minute, status, page));
            assert_eq!(counted(&pages), (0, 0), "{}", layout(10, 200, page));
        }
    }
}

#[test]
fn a_gateways_own_tries_are_no_calls_beside_its_servers_lines() {
    let call = |minute: u32, second: u32, status: u16| {
        format!("2026-11-21 10:{minute}:{second:02},133 INFO:     10.0.3.7:34602 - \"{CALL} HTTP/1.1\" {status} X")
    };
    let tried = |minute: u32, second: u32, status: u16| {
        format!(
            "2026-11-21 10:{minute}:{second:02},123 INFO httpx HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status} X\""
        )
    };
    // Of what could not be reached no library says anything.
    let gateway = by_minute(|minute, status| match status {
        200 => format!("{}\n{}", tried(minute, 1, status), call(minute, 1, status)),
        _ => call(minute, 1, status),
    });
    assert_eq!(counted(&gateway), (8, 3));
    let program = (10..18).map(|minute| (1..6).map(|second| tried(minute, second, 503) + "\n").collect::<String>());
    let program = program.collect::<String>() + &call(18, 1, 200) + "\n";
    assert_eq!(counted(&program).1, 40);
}

#[test]
fn a_json_log_of_litellms_without_access_lines_counts_each_call_once() {
    let log = by_minute(|minute, status| {
        let said = |second: &str, message: &str| {
            let message = serde_json::to_string(message).unwrap();
            format!("{{\"message\": {message}, \"level\": \"INFO\", \"timestamp\": \"2026-11-21T10:{minute}:{second}\"}}")
        };
        let tried = "litellm.acompletion(model=openai/gpt-4.1)";
        if status == 200 {
            return said("01.071123", &format!("{tried}\u{1b}[32m 200 OK\u{1b}[0m"));
        }
        let error =
            "litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - The engine is currently overloaded";
        [
            said("01.071123", &format!("{tried}\u{1b}[31m Exception {error}\u{1b}[0m")),
            said("01.100123", "Trying to fallback b/w models"),
            said(
                "01.900123",
                &format!("litellm.proxy.proxy_server._handle_llm_api_exception(): Exception occured - {error}. Received Model Group=gpt-4.1\nAvailable Model Group Fallbacks=None"),
            ),
        ]
        .join("\n")
    });
    assert_eq!(counted(&log), (8, 3));
}
