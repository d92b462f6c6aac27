//! Do the reports say what is so, and nothing that another of them, or another line, contradicts?

use crate::run::{CORPORA, context, corpus, findings, found, plan, report};
use faultscope::deliver::{self, digest::Digest};
use faultscope::gather::{Plan, gather};
use faultscope::judge;
use faultscope::model::{Dimension, Findings};
use faultscope::redact::{Audience, Policy, seal};
use std::collections::BTreeMap;

/// The day of these logs, 2026-07-31.
const DAY: i64 = 1_785_456_000;

/// A call's line, so many seconds after the day began.
fn line(second: i64, status: u16, model: &str) -> String {
    let time = chrono::DateTime::from_timestamp(DAY + second, 0).unwrap();
    format!(
        "{{\"time\":\"{}\",\"msg\":\"llm call\",\"provider\":\"openai\",\"model\":\"{model}\",\"endpoint\":\"/v1/chat/completions\",\
         \"status\":{status},\"duration_ms\":900,\"x_request_id\":\"req_{second:032x}\"}}\n",
        time.format("%Y-%m-%dT%H:%M:%S.000Z")
    )
}

/// Calls of one model every so many seconds, in the order of time.
fn calls(seconds: std::ops::Range<i64>, every: usize, status: u16, model: &str) -> String {
    seconds.step_by(every).map(|second| line(second, status, model)).collect()
}

/// One model that failed for so long, an hour after the first call and an hour before the last.
fn outage(from: i64, long: i64) -> Findings {
    let (end, hour) = (from + long, 3_600);
    found(
        &[
            calls(from - hour..from, 20, 200, "gpt-4o"),
            calls(from..end, 20, 500, "gpt-4o"),
            calls(end..end + hour, 20, 200, "gpt-4o"),
        ]
        .concat(),
    )
}

/// A report in one line, for reports wrap.
fn told(findings: &Findings, form: &str) -> String {
    let told = report(findings, form, Audience::Forwardable, b"key");
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_window_over_midnight_is_told_with_both_its_days() {
    let found = outage(86_400 - 3_600, 7_200);
    for form in ["text", "markdown", "html"] {
        let told = told(&found, form);
        assert!(told.contains("23:00:00 UTC to 2026-08-01 00:59:40 UTC (1"), "{form}: {told}");
    }
}

#[test]
fn what_goes_on_is_not_said_twice_to_be_open() {
    let mut found = outage(10_000, 1_200);
    found.windows[0].ongoing = true;
    let told = told(&found, "text");
    assert!(told.contains("(19 min 40 s, not proven to be over), 100.0 %"), "{told}");
}

#[test]
fn a_short_fault_is_to_be_reported_only_if_it_comes_back() {
    let found = findings(&plan("blip"));
    let text = told(&found, "text");
    assert!(
        text.contains("Report window 1 only if it comes back:") && text.contains("Report it if it comes back."),
        "{text}"
    );
    assert!(!text.contains("Send the provider its"), "{text}");
    assert!(told(&found, "ticket").contains("send it only if it comes back"));
}

#[test]
fn a_list_that_is_cut_is_not_said_to_hold_all() {
    let mut found = findings(&plan("model-down"));
    assert!(told(&found, "ticket").contains("all 228 are in the attached list"));
    found.windows[0].requests.truncate(100);
    found.windows[0].requests_omitted = 128;
    let ticket = told(&found, "ticket");
    assert!(
        !ticket.contains("all 228 are") && !ticket.contains("(228 in the attached list)"),
        "{ticket}"
    );
    assert!(
        ticket.contains("the attached list holds 100 of the window's 228 failures"),
        "{ticket}"
    );
    for (form, list) in [("text", "--report csv"), ("html", "the JSON report")] {
        let told = told(&found, form);
        let said = format!("100 of them with {list}, all with --max-requests 228");
        assert!(told.contains(&said), "{form}: {told}");
    }
}

#[test]
fn what_is_said_of_the_times_at_first_is_what_the_report_says() {
    let rollup = gather(&Plan::of(vec![corpus("model-down").join("logs")]), &())
        .unwrap()
        .rollup;
    let (clocks, _) = judge::clocks_and_wanted(&rollup, 1);
    let read = judge::times_read(&rollup, Some(&clocks));
    let coverage = judge::judge(&rollup, &judge::Options::default()).coverage;
    let mut zones = BTreeMap::new();
    for zone in coverage.sources.iter().filter_map(|source| source.time_zone.clone()) {
        *zones.entry(zone).or_insert(0) += 1;
    }
    assert_eq!((read.span, &read.zones), (coverage.start.zip(coverage.end), &zones));
    assert_ne!(read, judge::times_read(&rollup, None), "no clock of these logs was set right");
}

#[test]
fn a_zone_that_others_tell_is_no_clock_that_was_wrong() {
    let found = findings(&Plan::of(vec![corpus("model-down").join("logs")]));
    let zoned = |about: &str| found.findings.iter().filter(|finding| finding.about == about).count();
    let off = found
        .coverage
        .sources
        .iter()
        .filter(|source| source.clock_offset_seconds.abs() >= 1.0);
    assert_eq!(zoned("clock"), off.count());
    assert!(zoned("time-zone") > 0);
    let remarks = told(&found, "text");
    assert!(
        remarks.contains("they were read as UTC") && !remarks.contains("7200"),
        "{remarks}"
    );
}

#[test]
fn a_call_that_nobody_retried_is_not_lost_after_its_retries() {
    let found = outage(10_000, 1_200);
    for form in ["text", "markdown", "html", "ticket", "json"] {
        let told = told(&found, form);
        assert!(!told.contains("after their retries"), "{form}: {told}");
    }
    assert!(told(&findings(&plan("model-down")), "text").contains("76 lost after their retries"));
}

#[test]
fn what_is_told_of_each_value_adds_up_to_the_window() {
    for name in CORPORA {
        for window in findings(&plan(name)).windows {
            for dimension in [Dimension::Host, Dimension::Model, Dimension::Endpoint, Dimension::Proxy] {
                let is_scoped = window.scope.values.contains_key(&dimension);
                let groups = window.case.groups.iter().filter(|group| group.dimension == dimension);
                let groups: Vec<_> = groups.filter(|group| group.affected == is_scoped).collect();
                if groups.iter().any(|group| group.wider || group.told_by_failures) {
                    continue;
                }
                let all: u64 = groups.iter().map(|group| group.share.attempts).sum();
                assert!(all <= window.attempts, "{name} {dimension:?}: {all} of {}", window.attempts);
            }
        }
    }
}

#[test]
fn others_that_failed_too_are_not_said_to_have_worked() {
    let mut lines = Vec::new();
    for second in (0..14_400).step_by(10) {
        let status = |from: i64, every: i64| {
            if (from..from + 2_400).contains(&second) && second / 10 % every > 0 {
                500
            } else {
                200
            }
        };
        lines.push(line(second, status(6_000, 20), "gpt-4o"));
        lines.push(line(second + 3, status(7_000, 2), "o3"));
        lines.push(line(second + 6, 200, "gpt-4.1"));
    }
    let found = found(&lines.concat());
    let said: Vec<&String> = found.windows.iter().flat_map(|window| &window.verdict.because).collect();
    let others: Vec<_> = said.iter().filter(|says| says.contains("ther models")).collect();
    let share = |says: &str| -> f64 { says.rsplit('(').next().unwrap().split(' ').next().unwrap().parse().unwrap() };
    assert!(others.iter().any(|says| !says.contains("worked")), "{said:?}");
    assert!(
        others.iter().all(|says| !says.contains("worked") || share(says) <= 10.0),
        "{said:?}"
    );
}

#[test]
fn traffic_of_one_model_is_told_with_its_name() {
    let text = told(&outage(10_000, 1_200), "text");
    assert!(text.contains("by model gpt-4o 60 of 60"), "{text}");
}

#[test]
fn every_report_for_people_says_in_which_zone_stamps_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = calls(0..3_600, 20, 200, "gpt-4o").replace(".000Z", ".000").replace('T', " ");
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    std::fs::write(folder.path().join("empty.log"), "").unwrap();
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    for form in ["text", "markdown", "html"] {
        let told = told(&found, form);
        assert!(told.contains("assumed UTC"), "{form}: {told}");
        assert!(!told.contains("in the log"), "{form}: {told}");
    }
}

#[test]
fn every_report_with_own_names_says_that_it_is_not_to_be_sent() {
    let found = findings(&plan("blip"));
    for form in ["text", "markdown", "json", "ticket", "csv"] {
        let told = |audience| report(&found, form, audience, b"key").to_lowercase().replace('_', " ");
        assert!(told(Audience::Internal).contains("do not send"), "{form}");
        assert!(!told(Audience::Forwardable).contains("do not send"), "{form}");
    }
}

#[test]
fn azures_support_is_told_no_path_that_nobody_called() {
    let ticket = told(&findings(&plan("azure-deployment-down")), "ticket");
    assert!(
        ticket.contains(" on POST chat/completions, model") && !ticket.contains("/v1/chat"),
        "{ticket}"
    );
}

#[test]
fn errors_of_one_type_are_told_apart_by_their_codes() {
    let text = told(&findings(&plan("azure-deployment-down")), "text");
    let errors = text.split("ended in").nth(1).unwrap().split(')').next().unwrap();
    let words: Vec<&str> = errors.split('(').nth(1).unwrap().split("; ").collect();
    let mut names: Vec<&str> = words
        .iter()
        .filter_map(|word| word.rsplit_once(": "))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!((names.len(), all), (all, words.len()), "{errors}");
}

#[test]
fn the_subject_of_a_mail_names_its_zone() {
    let policy = Policy {
        audience: Audience::Terminal,
        key: Vec::new(),
    };
    let sealed = seal(outage(10_000, 1_200), &policy);
    let digest = Digest {
        news: vec!["new"],
        ..Digest::default()
    };
    let (bytes, _) = deliver::deliver(&sealed, &digest, &context(false)).unwrap();
    let subject = String::from_utf8(bytes).unwrap();
    assert!(subject.lines().next().unwrap().contains(" UTC, 100 % failed"), "{subject}");
}
