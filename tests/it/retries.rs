//! Is a retry told from the first attempt of another call, and what it saved from what was lost?

use crate::run::{findings, found, plan, truth};
use faultscope::gather::Plan;
use faultscope::model::{Counts, Side};

/// What is counted in one application's log.
fn counts(log: &str) -> Counts {
    found(log).counts
}

/// Calls, those saved by a retry, and those lost.
fn calls(log: &str) -> [u64; 3] {
    let counts = counts(log);
    [counts.calls, counts.calls_recovered, counts.calls_lost]
}

/// One log of what `lines` writes for every minute.
fn by_minute(lines: impl Fn(u32) -> String) -> String {
    (10..40).map(lines).collect()
}

/// A line of httpx on an answer.
fn answer(minute: u32, second: &str, thread: &str, status: &str) -> String {
    format!(
        "2026-09-14 09:{minute}:{second} INFO [{thread}] httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions \
         \"HTTP/1.1 {status}\"\n"
    )
}

/// A line of openai-python on a retry to come.
fn retrying(minute: u32, second: &str, thread: &str) -> String {
    format!(
        "2026-09-14 09:{minute}:{second} INFO [{thread}] openai._base_client: Retrying request to /chat/completions in 0.472113 \
         seconds\n"
    )
}

#[test]
fn the_next_answer_of_the_same_thread_ends_the_wait_for_a_retry() {
    let log = by_minute(|minute| {
        let first = if minute % 2 == 0 {
            answer(minute, "00,000", "worker_0", "503 Service Unavailable") + &retrying(minute, "00,001", "worker_0")
        } else {
            String::new()
        };
        first + &answer(minute, "02,000", "worker_0", "200 OK")
    });
    assert_eq!(calls(&log), [30, 15, 0]);
}

#[test]
fn another_threads_answer_ends_no_wait_for_a_retry() {
    let log = by_minute(|minute| {
        let failed = |second: &str| answer(minute, second, "worker_0", "503 Service Unavailable");
        failed("00,000")
            + &retrying(minute, "00,001", "worker_0")
            + &answer(minute, "01,000", "worker_1", "200 OK")
            + &failed("02,000")
    });
    assert_eq!(calls(&log), [60, 0, 30]);
}

#[test]
fn an_answer_ahead_of_the_retry_is_another_calls() {
    let log = by_minute(|minute| {
        let failed = |second: &str| answer(minute, second, "main", "503 Service Unavailable");
        failed("00,000") + &retrying(minute, "00,001", "main") + &answer(minute, "00,300", "main", "200 OK") + &failed("02,000")
    });
    assert_eq!(calls(&log), [60, 0, 30]);
}

#[test]
fn a_success_that_names_the_attempt_it_retries_saved_the_call() {
    let log = by_minute(|minute| {
        let line = |second: u32, id: &str, end: &str| {
            format!("2026-09-14T09:{minute}:{second:02}.100Z [{id}] post https://api.openai.com/v1/chat/completions {end}\n")
        };
        let first = format!("log_00a0{minute}");
        let second = format!("log_00b0{minute}, retryOf: {first}");
        let other = format!("log_00c0{minute}");
        line(1, &first, "failed with status 500 in 20ms - retrying, 1 attempts remaining")
            + &line(2, &other, "succeeded with status 200 in 700ms")
            + &line(3, &second, "succeeded with status 200 in 940ms")
    });
    assert_eq!(calls(&log), [60, 30, 0]);
}

#[test]
fn a_retry_without_an_answer_that_names_only_itself_is_of_the_call_that_announced_it() {
    let log = by_minute(|minute| {
        let line = |second: u32, id: &str, end: &str| {
            let stamp = format!("2026-09-14T09:{minute}:{second:02}.100Z");
            format!("{stamp} [{id}] {end}\n")
        };
        let post = |end: &str| format!("post https://api.openai.com/v1/chat/completions {end}");
        let first = format!("log_00a0{minute}");
        let third = format!("log_00b0{minute}, retryOf: {first}");
        line(
            1,
            &first,
            &post("failed with status 500 in 20ms - retrying, 2 attempts remaining"),
        ) + &line(2, &format!("log_00c0{minute}"), &post("succeeded with status 200 in 700ms"))
            + &line(
                3,
                &format!("log_00d0{minute}"),
                "connection failed - retrying, 1 attempts remaining",
            )
            + &line(5, &third, &post("succeeded with status 200 in 940ms"))
    });
    assert_eq!(calls(&log), [60, 30, 0]);
}

#[test]
fn rows_without_a_method_are_one_call_where_a_later_one_has_the_failed_ones_id() {
    for key in ["method", "kind"] {
        let log = by_minute(|minute| {
            let row = |second: u32, status: u32, call: u32| {
                format!(
                    "{{\"timestamp\":\"2026-09-14T09:{minute}:{second:02}.000Z\",\"{key}\":\"POST\",\"model\":\"gpt-4o\",\
                     \"path\":\"/v1/chat/completions\",\"httpStatus\":{status},\
                     \"clientRequestId\":\"c0ffee00-1111-4222-8333-4444555{minute}{call:03}\"}}\n"
                )
            };
            row(1, 500, 1) + &row(2, 200, 2) + &row(4, 200, 1)
        });
        assert_eq!(calls(&log), [60, 30, 0], "{key}");
    }
}

#[test]
fn there_are_as_many_calls_as_were_made_whoever_saw_the_retry_that_saved_one() {
    for name in ["quiet-day", "blip", "azure-deployment-down", "model-down"] {
        let made = truth(name)["counts"]["requests"].as_u64();
        assert_eq!(Some(findings(&plan(name)).counts.calls), made, "{name}");
    }
}

#[test]
fn a_log_that_numbers_its_retries_alone_numbers_the_first_attempts_too() {
    let log = |first: &str| {
        by_minute(|minute| {
            let row = |second: u32, status: u32, number: &str| {
                format!(
                    "{{\"Timestamp\":\"2026-09-14T09:{minute}:{second:02}.000Z\",\"Body\":\"llm.request\",\"Attributes\":{{\
                     \"gen_ai.request.model\":\"gpt-4o\",\"http.request.method\":\"POST\",\
                     \"url.full\":\"https://api.openai.com/v1/chat/completions\",\"http.response.status_code\":{status}{number}}}}}\n"
                )
            };
            row(1, 500, first) + &row(4, 200, ",\"http.request.resend_count\":1") + &row(20, 200, first)
        })
    };
    assert_eq!(calls(&log("")), [60, 30, 0]);
    assert_eq!(calls(&log(",\"http.request.resend_count\":0")), [60, 30, 0]);
}

#[test]
fn a_retry_without_an_answer_is_of_the_transports_side_where_answers_have_lines() {
    let side = |answers: &str| {
        let log = by_minute(|minute| {
            retrying(minute, "10,000", "main") + &format!("2026-09-14 09:{minute}:40,000 INFO [main] {answers}\n")
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("app.log"), log).unwrap();
        let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
        let sides: Vec<Option<Side>> = found
            .traffic
            .iter()
            .flat_map(|all| all.attempts.iter().map(|one| one.side))
            .collect();
        assert_eq!(sides.len(), 30, "{answers}");
        sides.first().copied().flatten()
    };
    let answer = "httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 200 OK\"";
    assert_eq!(side(answer), Some(Side::Network));
    assert_eq!(side("app: warmed up"), Some(Side::Provider));
}

#[test]
fn failures_soon_after_another_are_calls_of_their_own_where_successes_name_no_model() {
    let log = by_minute(|minute| {
        let well = (0..9).map(|second| answer(minute, &format!("0{second},000"), &format!("worker_{second}"), "200 OK"));
        let failed = |second: u32| {
            format!(
                "2026-09-14 09:{minute}:{second},000 ERROR [worker_{second}] app.llm: completion failed: model=gpt-4o error=APITimeoutError: Request timed out.\n"
            )
        };
        well.collect::<String>() + &failed(20) + &failed(25)
    });
    assert_eq!(calls(&log), [30 * 11, 0, 60]);
}
