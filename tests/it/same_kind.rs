//! Does a log say the same when another of its kind was read before it?

use faultscope::gather::{Plan, gather};
use faultscope::model::SourceRollup;
use std::fs;
use std::path::Path;

/// An application's log of JSON lines, past the size from which its lines are learned. One line in twenty failed.
fn log(host: u32, failed: &str) -> String {
    let line = |number: u32| {
        let (status, word) = if number.is_multiple_of(20) {
            (503, failed)
        } else {
            (200, "\"status\":200")
        };
        format!(
            "{{\"timestamp\":\"2026-03-01T{:02}:{:02}:{:02}Z\",\"method\":\"POST\",\"url\":\"https://api.openai.com/v1/responses\",\
             \"model\":\"gpt-4o\",\"request_id\":\"req_{host:08x}{number:024x}\",\"duration_ms\":{},\"level\":\"{}\",{word}}}\n",
            number / 3600,
            number / 60 % 60,
            number % 60,
            200 + number * 37 % 900,
            if status == 200 { "info" } else { "error" },
        )
    };
    (0..2_000).map(line).collect()
}

/// What is read of the last of some logs, by one worker and in their order.
fn last_of(folder: &Path) -> SourceRollup {
    let mut plan = Plan::of(vec![folder.to_path_buf()]);
    plan.threads = 1;
    let mut rollup = gather(&plan, &()).unwrap().rollup;
    rollup.sources.pop_last().map(|(_, source)| *source).unwrap()
}

/// The last of two logs reads as it does where it is alone.
fn reads_as_alone(first: (&str, String), second: (&str, String)) {
    let [alone, behind] = [0, 1].map(|others| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [&second, &first].into_iter().take(1 + others) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut source = last_of(folder.path());
        let cells = std::mem::take(&mut source.cells);
        let cells: Vec<_> = cells.in_order().map(|cell| format!("{cell:?}")).collect();
        format!("{source:?} {cells:?}")
    });
    assert_eq!(behind, alone);
}

#[test]
fn a_log_of_the_same_program() {
    let failed = "\"status\":503";
    reads_as_alone(("a.log", log(1, failed)), ("b.log", log(2, failed)));
}

#[test]
fn a_log_of_another_host() {
    let failed = "\"status\":503";
    reads_as_alone(("web-1/app.log", log(1, failed)), ("web-2/app.log", log(2, failed)));
}

#[test]
fn a_log_with_its_own_remark() {
    let twice = "\"status\":503,\"pod\":\"a\",\"pod\":\"a\"";
    reads_as_alone(("a.log", log(1, twice)), ("b.log", log(2, twice)));
}

#[test]
fn a_log_of_other_kinds_of_lines() {
    reads_as_alone(
        ("a.log", log(1, "\"status\":503")),
        ("b.log", log(2, "\"status\":502,\"error\":\"upstream reset\"")),
    );
}
