//! What does a definition of the user's own read, and what is said of one that is wrong?

use super::{Definition, Key, Own, Wrong};
use crate::gather::formats::{Fit, Format, Unread};
use crate::model::{Fields, Grain, Instant, Vantage};

const PATTERN: &str = r"(?x)
    (?<timestamp> \d{4}-\d\d-\d\d \s \d\d:\d\d:\d\d )   # local time
    \s (?<level> [A-Z]+ )
    \s llm \s (?<endpoint> \S+ ) \s (?<model> \S+ )
    \s (?: http=(?<status> \d+ ) | broke=(?<transport_error> \S+ ) )
    \s took=(?<duration_s> [\d.]+ ) s
    (?: \s rid=(?<x_request_id> \S+ ) )?
    (?: \s crid=(?<x_client_request_id> \S+ ) )?";

const SAMPLE: &str = "2026-07-02 21:05:14 ERROR llm /v1/responses gpt-4o http=500 took=1.25s rid=req_1 crid=c-000001";

fn definition() -> Definition {
    Definition {
        name: "billing".to_owned(),
        vantage: Vantage::Application,
        pattern: PATTERN.to_owned(),
        starts: None,
        instant: Instant::End,
        about: None,
        zone: None,
        samples: vec![SAMPLE.to_owned()],
    }
}

fn with<T>(own: &Own, record: &str, ask: impl Fn(&Fields<'_>) -> T) -> Option<T> {
    let mut answer = None;
    own.parse(record.as_bytes(), &mut |fields| answer = Some(ask(fields)))
        .unwrap();
    answer
}

fn refused(change: impl Fn(&mut Definition)) -> Wrong {
    let mut definition = definition();
    change(&mut definition);
    Own::new(definition).err().unwrap()
}

#[test]
fn captures_become_fields() {
    let own = Own::new(definition()).unwrap();
    with(&own, SAMPLE, |fields| {
        assert_eq!(fields.timestamp, Some("2026-07-02 21:05:14"));
        assert_eq!((fields.status, fields.duration_ms), (Some(500), Some(1250.0)));
        assert_eq!(
            (fields.x_request_id, fields.x_client_request_id),
            (Some("req_1"), Some("c-000001"))
        );
        assert_eq!((fields.model, fields.url), (Some("gpt-4o"), Some("/v1/responses")));
        assert_eq!((fields.instant, fields.grain), (Instant::End, Grain::Call));
    })
    .unwrap();
    assert_eq!(own.fit(SAMPLE.as_bytes()), Fit::Yes);
    assert_eq!(own.fit(b"x 2026-07-02 21:05:14"), Fit::No, "it must match from the start");
    assert_eq!(own.parse(b"else", &mut |_| {}), Err(Unread::NotThisFormat));
}

#[test]
fn every_word_of_the_reports_for_a_broken_exchange_is_understood() {
    let own = Own::new(definition()).unwrap();
    for word in ["dns", "connect", "tls", "reset", "timeout", "stream-abort", "whatever"] {
        let line = SAMPLE.replace("http=500", &format!("broke={word}"));
        let end = with(&own, &line, |fields| {
            crate::gather::normalise::end(fields, Vantage::Application, "billing").outcome
        });
        let expected = if word == "whatever" { "other" } else { word };
        assert_eq!(end.unwrap().transport().map(|kind| kind.name()), Some(expected));
    }
}

#[test]
fn an_sdks_line_is_understood_in_the_message() {
    let own = Own::new(Definition {
        pattern: r"(?<timestamp>\S+) (?<level>\S+) (?<message>.*)".to_owned(),
        samples: vec!["2026-07-02T21:05:14Z INFO started".to_owned()],
        ..definition()
    })
    .unwrap();
    let line =
        r#"2026-07-02T21:05:14Z INFO HTTP Request: POST https://api.openai.com/v1/responses "HTTP/1.1 503 Service Unavailable""#;
    assert_eq!(with(&own, line, |fields| fields.status), Some(Some(503)));
    assert_eq!(with(&own, "2026-07-02T21:05:14Z INFO started", |_| ()), None);
}

#[test]
fn a_record_may_have_several_lines() {
    let own = Own::new(Definition {
        pattern: r"(?s)== (?<timestamp>\S+)\n.*?status: (?<status>\d+)".to_owned(),
        starts: Some("== ".to_owned()),
        samples: vec!["== 2026-07-02T21:05:14Z\nmodel: x\nstatus: 500\n".to_owned()],
        ..definition()
    })
    .unwrap();
    assert_eq!(own.fit(b"== 2026-07-02T21:05:14Z"), Fit::Yes);
    assert!(own.starts_record(b"== x") && !own.starts_record(b"status: 500"));
    let more = refused(|definition| definition.samples = vec![format!("{SAMPLE}\nmore")]);
    assert_eq!(more.key, Key::Samples(Some(0)));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let slip = refused(|definition| definition.pattern = PATTERN.replace("<x_request_id>", "<x_requst_id>"));
    assert_eq!(
        slip.to_string(),
        "pattern: no field is called 'x_requst_id'; did you mean 'x_request_id'?"
    );
    assert_eq!(slip.below, 6);
    let open = refused(|definition| definition.pattern = PATTERN.replace("(?<level> [A-Z]+ )", "(?<level> [A-Z+ )"));
    assert_eq!((open.key, open.below), (Key::Pattern, 2), "{open}");
    let early = refused(|definition| definition.samples = vec![SAMPLE.replace("http=500", "code=500")]);
    assert_eq!(
        early.to_string(),
        "sample 1: the pattern does not match: it fits as far as character 51, before 'code=500 took=1.25s rid=…', where it goes on \
         with '(?: http=(?<status> \\d+ …'"
    );
    let kind = refused(|definition| definition.pattern = PATTERN.replace("duration_s> [", "attempt> ["));
    assert_eq!(kind.to_string(), "sample 1: attempt is '1.25', which is no whole number");
    let stamp = refused(|definition| definition.pattern = PATTERN.replace("timestamp>", "host>").replace("level>", "timestamp>"));
    assert_eq!(
        stamp.to_string(),
        "sample 1: timestamp is 'ERROR', which is no time stamp of any known grammar"
    );
    assert_eq!(refused(|definition| definition.samples.clear()).key, Key::Samples(None));
    assert_eq!(refused(|definition| definition.name = "A b".to_owned()).key, Key::Name);
    let endless = refused(|definition| definition.pattern = "(?<timestamp>.*)".to_owned());
    assert!(endless.says.contains("ended"), "{endless}");
}

#[test]
fn an_expression_that_would_take_too_much_is_refused() {
    let big = refused(|definition| definition.pattern = r"(?<timestamp>\w{1000}){1000}".to_owned());
    assert_eq!(big.key, Key::Pattern);
    let deep = refused(|definition| definition.pattern = format!("{}x{}", "(".repeat(200), ")".repeat(200)));
    assert_eq!(deep.key, Key::Pattern);
}
