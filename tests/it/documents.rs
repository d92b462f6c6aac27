//! Is a record of a document read as the same record on a line?

use faultscope::gather::{Plan, gather};
use faultscope::model::{Outcome, Rollup};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::os::unix::fs::FileExt;

fn records() -> Vec<Value> {
    let record = |number: u32| {
        json!({
            "timestamp": format!("2026-03-01T10:{:02}:{:02}Z", number / 60 % 60, number % 60),
            "level": if number % 40 == 3 { "error" } else { "info" },
            "model": "gpt-4o",
            "url": "https://api.openai.com/v1/responses",
            "status": if number % 40 == 3 { 503 } else { 200 },
            "note": "a \"word\" { and [ brackets",
            "tags": ["a", {"b": [1, 2]}],
        })
    };
    (0..900).map(record).collect()
}

fn read(name: &str, bytes: &[u8], plan: impl FnOnce(&mut Plan)) -> Rollup {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let mut all = Plan::of(vec![folder.path().to_path_buf()]);
    plan(&mut all);
    gather(&all, &()).unwrap().rollup
}

/// What is counted and kept, without where it stood.
fn told(rollup: &Rollup) -> String {
    let source = rollup.sources.values().next().unwrap();
    let seen = source
        .observations
        .iter()
        .map(|seen| (seen.time, seen.outcome, seen.attributes.clone()));
    format!(
        "{:?} {:?} {} {} {} {:?} {:?} {:?}",
        source.format,
        source.vantage,
        source.records,
        source.other_records,
        source.unread_records,
        source.span,
        source.cells.in_order().collect::<Vec<_>>(),
        seen.collect::<Vec<_>>()
    )
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn records_in_a_document_say_what_they_say_on_lines() {
    let records = records();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let plain = told(&read("x.log", lines.as_bytes(), |_| {}));
    assert!(plain.contains("json-lines"), "{plain}");
    let pretty: String = records.iter().map(|record| format!("{record:#}\n")).collect();
    let batches: String = records
        .chunks(100)
        .map(|batch| format!("{}\n", json!({ "records": batch })))
        .collect();
    let hits = json!({"took": 3, "hits": {"total": {"value": 900}, "hits": records}});
    for (kind, document) in [
        ("array", json!(records).to_string()),
        ("pretty array", format!("\u{feff}{:#}\r\n", json!(records))),
        (
            "array with a line each",
            format!("[\n{}]\n", lines.trim_end().replace('\n', ",\n")),
        ),
        ("records", json!({ "records": records }).to_string()),
        ("pretty records", format!("{:#}", json!({ "count": 900, "records": records }))),
        ("batches", batches),
        ("hits", hits.to_string()),
        ("printed by jq", pretty),
    ] {
        assert_eq!(told(&read("x.json", document.as_bytes(), |_| {})), plain, "{kind}");
        assert_eq!(
            told(&read("x.json", &gz(document.as_bytes()), |_| {})),
            plain,
            "{kind}, packed"
        );
        let forced = read("x.json", document.as_bytes(), |plan| {
            let known = plan.known.iter().find(|format| format.name() == "json-lines");
            plan.formats.push((None, *known.unwrap()));
        });
        assert_eq!(told(&forced), plain, "{kind}, forced");
    }
}

#[test]
fn a_records_line_is_that_on_which_it_begins() {
    let pretty: String = records().iter().map(|record| format!("{record:#}\n")).collect();
    let rollup = read("x.json", pretty.as_bytes(), |_| {});
    let lines: Vec<&str> = pretty.lines().collect();
    let source = &rollup.sources["x.json"];
    assert_eq!(source.observations.len(), 23);
    for seen in &source.observations {
        let at = usize::try_from(seen.line).unwrap() - 1;
        assert_eq!((lines[at], lines[at + 1].contains("error")), ("{", true));
    }
}

#[test]
fn any_format_of_json_lines_may_stand_in_an_array() {
    let lines = include_str!("../../fixtures/formats/caddy/access.log");
    let rollup = read("caddy.log", lines.as_bytes(), |_| {});
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    assert_eq!(told(&read("caddy.json", array.as_bytes(), |_| {})), told(&rollup));
    assert_eq!(rollup.sources["caddy.log"].format, Some("caddy"));
}

#[test]
fn a_document_that_is_cut_off_counts_to_there_and_is_named() {
    let whole = json!(records()).to_string();
    let rollup = read("x.json", &whole.as_bytes()[..whole.len() / 2], |_| {});
    let source = &rollup.sources["x.json"];
    assert!((440..460).contains(&source.records) && source.unread_records == 0);
    let reasons: Vec<&str> = rollup.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    assert_eq!(reasons, ["the document is cut short; what comes before was read"]);
}

#[test]
fn only_calls_of_a_page_count_and_an_aborted_one_is_the_callers() {
    let har = include_str!("../../fixtures/formats/har/chrome.log");
    let rollup = read("page.har", har.as_bytes(), |_| {});
    let source = &rollup.sources["page.har"];
    assert_eq!((source.format, source.records, source.other_records), (Some("har"), 7, 3));
    let ends: Vec<Outcome> = source.observations.iter().map(|seen| seen.outcome).collect();
    assert_eq!(ends.iter().filter(|end| end.is_failure()).count(), 4);
    assert_eq!(ends.iter().filter(|end| end.is_caller_side()).count(), 1);
}

#[test]
fn a_page_that_was_exported_twice_is_counted_once() {
    let entry = |number: u32| {
        json!({
            "startedDateTime": format!("2026-03-01T10:00:{number:02}Z"),
            "time": 100,
            "request": {"method": "POST", "url": "https://chatgpt.com/backend-api/conversation", "headers": []},
            "response": {"status": 200, "headers": [{"name": "x-request-id", "value": format!("req_{number:032x}")}]},
        })
    };
    let har = |entries: std::ops::Range<u32>| {
        let entries: Vec<Value> = entries.map(entry).collect();
        json!({"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}}).to_string()
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("page.har", har(0..20)),
        ("page (1).har", har(0..50)),
        ("other.har", har(40..60)),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let gathered = gather(&Plan::of(vec![folder.path().to_path_buf()]), &()).unwrap();
    let left: Vec<&str> = gathered.rollup.sources.keys().map(|name| &**name).collect();
    assert_eq!(left, ["other.har", "page (1).har"]);
    assert_eq!(
        (&*gathered.copies[0].copy, &*gathered.copies[0].kept),
        ("page.har", "page (1).har")
    );
}

#[test]
fn nothing_secret_of_a_har_is_kept() {
    let har = include_str!("../../fixtures/formats/har/chrome.log");
    let kept = format!("{:?}", read("page.har", har.as_bytes(), |_| {}));
    for secret in ["FAKE0000", "FAKE-SESSION", "Say", "overloaded\\\""] {
        assert!(!kept.contains(secret), "{secret}");
    }
}

#[test]
fn a_clock_without_a_date_is_dated_by_the_other_logs_and_goes_over_midnight() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(
        "app.log",
        "{\"timestamp\":\"2025-12-31T23:58:00Z\",\"status\":200,\"model\":\"gpt-4o\"}\n{\"timestamp\":\"2026-01-01T00:30:00Z\",\"status\":200,\"model\":\"gpt-4o\"}\n",
    );
    put(
        "mitmdump.log",
        "[23:59:10.000][10.0.0.1:5000] client connect\n10.0.0.1:5000: POST https://api.openai.com/v1/responses\n   << 500 Internal Server Error 1b\n[00:10:00.000][10.0.0.1:5000] client disconnect\n10.0.0.1:5001: POST https://api.openai.com/v1/responses\n   << 503 Service Unavailable 1b\n",
    );
    let rollup = gather(&Plan::of(vec![folder.path().to_path_buf()]), &()).unwrap().rollup;
    let source = &rollup.sources["mitmdump.log"];
    let times: Vec<String> = source.observations.iter().map(|seen| seen.time.to_string()).collect();
    assert_eq!(times, ["2025-12-31T23:59:10.000Z", "2026-01-01T00:10:00.000Z"]);
    assert!(source.notes.iter().any(|note| note.contains("2025-12-31")));
}

#[test]
fn holes_cost_nothing_before_a_log_and_refuse_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, stretches: &[(u64, &str)]| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        for (at, text) in stretches {
            file.write_all_at(text.as_bytes(), *at).unwrap();
        }
    };
    let flow =
        "[10:30:15.561][10.0.0.1:5000] client connect\n10.0.0.1:5000: GET https://api.openai.com/v1/models\n << 500 Oh 1b\n";
    put("truncated.log", &[(1 << 40, flow)]);
    put("holed.log", &[(0, flow), (1 << 40, flow)]);
    let long = format!("[{}", "{\"a\":1},\n".repeat(60_000));
    put("holed.json", &[(0, &long), (1 << 40, "{\"a\":1}]\n")]);
    let rollup = gather(&Plan::of(vec![folder.path().to_path_buf()]), &()).unwrap().rollup;
    assert_eq!(rollup.sources["truncated.log"].records, 1);
    assert_eq!(rollup.sources["holed.log"].records, 2);
    let skipped: Vec<&str> = rollup.skipped.iter().map(|skipped| &*skipped.path).collect();
    assert_eq!(skipped, ["holed.json"]);
}
