//! One question a test: which instant does this mean on Wednesday 2026-03-04 at 13:00 UTC?

use super::parse;
use crate::model::Time;
use crate::text::timestamp::Zone;

const NOW: Time = Time(1_772_629_200_000);
fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap()
}

fn at(text: &str, zone: &Zone) -> String {
    parse(text, NOW, zone).map_or_else(|_| "none".to_owned(), |time| time.to_string())
}

#[test]
fn dates_and_clock_times_are_of_the_zone_given() {
    assert_eq!(NOW.to_string(), "2026-03-04T13:00:00.000Z");
    assert_eq!(at("2026-03-01 14:00", &Zone::Utc), "2026-03-01T14:00:00.000Z");
    assert_eq!(at("2026-03-01 14:00:05", &berlin()), "2026-03-01T13:00:05.000Z");
    assert_eq!(at("2026-07-01T14:00", &berlin()), "2026-07-01T12:00:00.000Z");
    assert_eq!(at("2026-03-01", &berlin()), "2026-02-28T23:00:00.000Z");
    assert_eq!(at("09:30", &Zone::Utc), "2026-03-04T09:30:00.000Z");
}

#[test]
fn days_have_words() {
    assert_eq!(at("now", &berlin()), NOW.to_string());
    assert_eq!(at("today", &Zone::Utc), "2026-03-04T00:00:00.000Z");
    assert_eq!(at("yesterday", &berlin()), "2026-03-02T23:00:00.000Z");
    assert_eq!(at("tomorrow", &Zone::Fixed(-3600)), "2026-03-05T01:00:00.000Z");
}

#[test]
fn durations_are_ago() {
    for text in ["-2h", "2h", "2 hours ago", "1h 60min ago", "-120 min"] {
        assert_eq!(at(text, &berlin()), "2026-03-04T11:00:00.000Z", "{text}");
    }
    assert_eq!(at("+2h", &berlin()), "2026-03-04T15:00:00.000Z");
}

#[test]
fn epochs_and_rfc_3339_carry_their_zone() {
    assert_eq!(at("@1741269731", &berlin()), "2025-03-06T14:02:11.000Z");
    assert_eq!(at("@1741269731.5", &berlin()), "2025-03-06T14:02:11.500Z");
    assert_eq!(at("2026-03-01T14:00:00+02:00", &Zone::Utc), "2026-03-01T12:00:00.000Z");
    assert_eq!(at("2026-03-01T14:00:00.25Z", &berlin()), "2026-03-01T14:00:00.250Z");
}

#[test]
fn a_stamp_may_be_copied_out_of_a_log() {
    assert_eq!(at("2026-03-01T14:00Z", &berlin()), "2026-03-01T14:00:00.000Z");
    assert_eq!(at("01/Mar/2026:14:00:05 +0100", &Zone::Utc), "2026-03-01T13:00:05.000Z");
    assert_eq!(at("Mar  1 14:00:05", &berlin()), "2026-03-01T13:00:05.000Z");
    assert_eq!(at("2026-03-01 14:00:05,250", &Zone::Utc), "2026-03-01T14:00:05.250Z");
    assert_eq!(at("02/03/2026 14:00:05", &Zone::Utc), "none");
}

#[test]
fn a_zone_may_follow() {
    assert_eq!(at("2026-03-01 14:00 UTC", &berlin()), "2026-03-01T14:00:00.000Z");
    assert_eq!(at("2026-03-01 14:00 +02:00", &Zone::Utc), "2026-03-01T12:00:00.000Z");
    assert_eq!(at("2026-03-01 Europe/Berlin", &Zone::Utc), "2026-02-28T23:00:00.000Z");
    assert_eq!(at("14:00 Europe/Berlin", &Zone::Utc), "2026-03-04T13:00:00.000Z");
}

#[test]
fn what_is_no_time_is_refused_with_what_is() {
    for text in [
        "",
        "soon",
        "2026-13-01",
        "25:00",
        "@",
        "@x",
        "2026-03-01 14:00 Berlin",
        "-",
        "ago",
        "5",
    ] {
        assert_eq!(at(text, &Zone::Utc), "none", "{text}");
    }
    assert!(
        parse("soon", NOW, &Zone::Utc)
            .unwrap_err()
            .contains("'soon' is no time; write 2026-03-01 14:00")
    );
}
