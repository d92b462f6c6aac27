//! Is a status known under every name that people give it, and a number of something else under none?

use crate::run::counted;

/// One log of what `line` writes for every call: its minute, and its status.
fn calls(line: impl Fn(u32, u16) -> String) -> String {
    let status = |minute: u32| if (20..30).contains(&minute) { 503 } else { 200 };
    (10..40).map(|minute| line(minute, status(minute)) + "\n").collect()
}

#[test]
fn a_status_under_any_name_is_one_and_no_call_went_well_that_has_a_failing_one() {
    for name in [
        "code",
        "response",
        "resp_status",
        "resultCode",
        "sc",
        "st",
        "s",
        "rc",
        "res.statusCode",
        "final_status",
    ] {
        let log = calls(|minute, status| {
            format!(
                r#"{{"time":"2026-09-14T09:{minute}:01Z","method":"POST","path":"/v1/chat/completions","duration_ms":821,"{name}":{status}}}"#
            )
        });
        assert_eq!(counted(&log), (30, 10), "{name}");
        let log = calls(|minute, status| {
            format!(
                "time=2026-09-14T09:{minute}:01Z level=info msg=call method=POST path=/v1/chat/completions {name}={status} duration_ms=821"
            )
        });
        assert_eq!(counted(&log), (30, 10), "{name}");
    }
}

#[test]
fn a_number_of_something_else_is_no_status() {
    for name in ["bytes", "country_code", "line", "tokens", "job_status", "port"] {
        let log = calls(|minute, status| {
            format!(
                r#"{{"time":"2026-09-14T09:{minute}:01Z","level":"info","msg":"llm call ok","model":"gpt-4o","duration_ms":821,"{name}":{status}}}"#
            )
        });
        assert_eq!(counted(&log), (30, 0), "{name}");
    }
    // Without a request, a short name may be anything's.
    let log = calls(|minute, status| {
        format!(
            r#"{{"time":"2026-09-14T09:{minute}:01Z","level":"info","msg":"llm call ok","model":"gpt-4o","duration_ms":821,"s":{status}}}"#
        )
    });
    assert_eq!(counted(&log), (30, 0));
}

#[test]
fn two_numbers_that_may_be_the_status_tell_no_end() {
    let log = calls(|minute, status| {
        format!(
            r#"{{"time":"2026-09-14T09:{minute}:01Z","method":"POST","path":"/v1/chat/completions","duration_ms":821,"code":{status},"final_status":404}}"#
        )
    });
    assert_eq!(counted(&log), (0, 0));
}
