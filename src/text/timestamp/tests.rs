//! One question a test: which instant does this spelling mean?

use super::{DateKnown, Reference, Stamp, StampCache, Zone, parse};
use chrono::NaiveDate;
use proptest::prelude::*;

fn reference() -> Reference {
    Reference::on(NaiveDate::from_ymd_opt(2025, 3, 7).unwrap())
}

fn stamp(text: &str, zone: &str) -> Option<Stamp> {
    parse(text, &zone.parse().unwrap(), &reference())
}

fn utc(text: &str) -> Option<String> {
    stamp(text, "UTC").map(|stamp| stamp.time.to_string())
}

fn reads(text: &str, expected: &str) {
    assert_eq!(utc(text).as_deref(), Some(expected), "{text}");
}

#[test]
fn rfc_3339_in_all_its_spellings() {
    reads("2025-03-06T14:02:11Z", "2025-03-06T14:02:11.000Z");
    reads("2025-03-06t14:02:11.5z", "2025-03-06T14:02:11.500Z");
    reads("2025-03-06T14:02:11.123456789Z", "2025-03-06T14:02:11.123Z");
    reads("2025-03-06T14:02:45.4350000Z", "2025-03-06T14:02:45.435Z");
    reads("2025-03-06 14:02:11+01:00", "2025-03-06T13:02:11.000Z");
    reads("2025-03-06T14:02:11-0330", "2025-03-06T17:32:11.000Z");
    reads("2025-03-06T14:02:11+01", "2025-03-06T13:02:11.000Z");
    reads("2026-07-02T21:05:14.995 +0200", "2026-07-02T19:05:14.995Z");
    reads("2025-03-06T14:02:11.123+01:00[Europe/Berlin]", "2025-03-06T13:02:11.123Z");
    reads("2025-03-06 14:02:11.123456 +0000 UTC", "2025-03-06T14:02:11.123Z");
}

#[test]
fn python_logging_has_a_comma_and_no_zone() {
    let stamp = stamp("2026-03-02 00:00:13,130", "Europe/Berlin").unwrap();
    assert_eq!(stamp.time.to_string(), "2026-03-01T23:00:13.130Z");
    assert!(!stamp.zoned);
    assert_eq!(stamp.dated, DateKnown::Full);
}

#[test]
fn proxies() {
    reads("06/Mar/2025:14:02:42 +0000", "2025-03-06T14:02:42.000Z");
    reads("[06/Mar/2025:14:02:42 +0100]", "2025-03-06T13:02:42.000Z");
    reads("06/Mar/2025:14:02:45.532", "2025-03-06T14:02:45.532Z");
    reads("2025/03/06 14:02:42", "2025-03-06T14:02:42.000Z");
    reads("2025/03/06 - 14:02:42", "2025-03-06T14:02:42.000Z");
    reads("Thu Mar 06 14:02:55.776475 2025", "2025-03-06T14:02:55.776Z");
    reads("[Thu Mar 06 14:02:55 2025]", "2025-03-06T14:02:55.000Z");
    reads("2025-03-06\t14:02:42", "2025-03-06T14:02:42.000Z");
    reads("Mar 6, 2025 @ 14:02:42.123", "2025-03-06T14:02:42.123Z");
    reads("[2025-03-06][14:02:42]", "2025-03-06T14:02:42.000Z");
}

#[test]
fn local_habits() {
    reads("10/06/2026 01:41:08 PM", "2026-10-06T13:41:08.000Z");
    reads("10/06/2026 12:00:00 AM", "2026-10-06T00:00:00.000Z");
    reads("10/6/2026, 1:41:08\u{202f}PM", "2026-10-06T13:41:08.000Z");
    reads("10/06/2026 13:41:08", "2026-10-06T13:41:08.000Z");
    reads("02.07.2026 21:05:16", "2026-07-02T21:05:16.000Z");
    reads("02.07.2026 21:05:16,250", "2026-07-02T21:05:16.250Z");
    reads("02-07-2026 21:05:16.250", "2026-07-02T21:05:16.250Z");
    reads("07-31-2026 21:05:16", "2026-07-31T21:05:16.000Z");
    reads("Thu, 06 Mar 2025 14:02:11 GMT", "2025-03-06T14:02:11.000Z");
    reads("Mar 06, 2025 2:02:11 PM", "2025-03-06T14:02:11.000Z");
    reads("Thu Mar  6 14:02:11 UTC 2025", "2025-03-06T14:02:11.000Z");
    reads("2025-03-06, 14:02:11 UTC", "2025-03-06T14:02:11.000Z");
}

#[test]
fn dates_without_separators() {
    for text in [
        "20250306T140211Z",
        "20250306 140211",
        "20250306_140211",
        "20250306-14:02:11",
        "20250306 14:02:11",
        "20250306140211",
    ] {
        reads(text, "2025-03-06T14:02:11.000Z");
    }
    reads("20250306T140211.500+0100", "2025-03-06T13:02:11.500Z");
    reads("20250306140211714", "2025-03-06T14:02:11.714Z");
    for text in ["20250306", "20251306140211", "20250306 246011", "20250306T1402"] {
        assert_eq!(utc(text), None, "{text}");
    }
}

#[test]
fn a_month_and_a_day_behind_a_dash_take_the_year_of_the_reference() {
    reads("03-06 14:02:11.123", "2025-03-06T14:02:11.123Z");
    assert_eq!(stamp("03-06 14:02:11", "UTC").unwrap().dated, DateKnown::NoYear);
}

#[test]
fn glogs_month_and_day_stand_behind_its_level() {
    reads("E0306 14:02:11.714000", "2025-03-06T14:02:11.714Z");
    assert_eq!(utc("E1306 14:02:11.714000"), None);
}

#[test]
fn epochs_are_told_by_their_length() {
    for text in [
        "1741269731.562",
        "1741269731562",
        "1741269731562000",
        "1741269731562000000",
        "638768665315620000",
    ] {
        reads(text, "2025-03-06T14:02:11.562Z");
        assert!(stamp(text, "UTC").unwrap().zoned, "{text}");
    }
    reads("638481757794854611", "2024-04-08T12:22:59.485Z");
    reads("1741269731", "2025-03-06T14:02:11.000Z");
}

#[test]
fn syslog_takes_the_year_of_the_reference() {
    reads("Mar  6 14:02:11", "2025-03-06T14:02:11.000Z");
    reads("Mar 06 14:02:11.123456", "2025-03-06T14:02:11.123Z");
    assert_eq!(stamp("Mar  6 14:02:11", "UTC").unwrap().dated, DateKnown::NoYear);
}

#[test]
fn december_in_a_january_file_is_of_the_year_before() {
    let january = Reference::on(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
    let at = |text| parse(text, &Zone::Utc, &january).unwrap().time.to_string();
    assert_eq!(at("Dec 31 23:59:59"), "2025-12-31T23:59:59.000Z");
    assert_eq!(at("Jan  1 00:00:00"), "2026-01-01T00:00:00.000Z");
    assert_eq!(at("Feb 29 00:00:00"), "2024-02-29T00:00:00.000Z");
}

#[test]
fn january_in_a_file_of_new_years_eve_is_of_the_year_after() {
    let eve = Reference::on(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap());
    let stamp = parse("Jan  1 00:10:00", &Zone::Utc, &eve).unwrap();
    assert_eq!(stamp.time.to_string(), "2026-01-01T00:10:00.000Z");
}

#[test]
fn a_clock_takes_the_date_of_the_reference() {
    reads("14:02:31", "2025-03-07T14:02:31.000Z");
    reads("[14:02:31.123]", "2025-03-07T14:02:31.123Z");
    reads("2:02PM", "2025-03-07T14:02:00.000Z");
    assert_eq!(stamp("14:02:31", "UTC").unwrap().dated, DateKnown::NoDate);
    let dateless = Reference {
        year: 2025,
        date: None,
        day_first: false,
    };
    assert_eq!(parse("14:02:31", &Zone::Utc, &dateless), None);
}

#[test]
fn a_reading_the_clocks_jumped_over_takes_the_offset_before() {
    let stamp = stamp("2026-03-29 02:30:00", "Europe/Berlin").unwrap();
    assert_eq!(stamp.time.to_string(), "2026-03-29T01:30:00.000Z");
}

#[test]
fn a_reading_the_clocks_showed_twice_means_the_first() {
    let stamp = stamp("2026-10-25 02:30:00", "Europe/Berlin").unwrap();
    assert_eq!(stamp.time.to_string(), "2026-10-25T00:30:00.000Z");
}

#[test]
fn a_leap_second_is_clamped() {
    reads("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z");
}

#[test]
fn far_years_are_read() {
    reads("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z");
    reads("10000-01-01T00:00:00Z", "+10000-01-01T00:00:00.000Z");
}

#[test]
fn what_does_not_exist_is_no_stamp() {
    for text in [
        "",
        "2025",
        "200",
        "2025-03-06",
        "2025-02-29 00:00:00",
        "2025-13-01 00:00:00",
        "2025-03-06T24:00:00Z",
        "2025-03-06T14:60:00Z",
        "2025-03-06T14:02:61Z",
        "2025-03-06T14:02:11+25:00",
        "2025-03-06T14:02:11Zebra!",
        "32/Mar/2025:14:02:42 +0000",
        "13/13/2026 01:41:08",
        "10/06/2026 13:41:08 PM",
        "99:00:00",
        "hello",
        "12345678",
        "99999999999999999999",
        "Mar",
        "May be",
        "14:02",
        "10.0.3.7",
    ] {
        assert_eq!(utc(text), None, "{text}");
    }
}

#[test]
fn the_cache_says_what_the_parser_says() {
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let mut cache = StampCache::default();
    let stamps = [
        "2026-03-02 00:00:13,130",
        "2026-03-02 00:00:13,131",
        "2026-03-02 00:00:59,9",
        "2026-03-02 00:00:60,9",
        "2026-03-02 00:00:14",
        "2026-03-02 00:01:00,000",
        "2026-03-02 00:01:00,000Z",
        "2026-03-02 00:01:01,000Z",
        "[2026-03-29 02:59:59]",
        "[2026-03-29 03:00:00]",
        "10/06/2026 01:41:08 PM",
        "10/06/2026 01:41:09 AM",
        "10/06/2026 01:41:10 AM",
        "14:02:31",
        "14:02:32",
        "Mar  6 14:02:11",
        "Mar  6 14:02:12",
        "2026-03-02 00:00:1",
        "2026-03-02 00:00:13x",
    ];
    for text in stamps {
        assert_eq!(
            cache.parse(text, &zone, &reference()),
            parse(text, &zone, &reference()),
            "{text}"
        );
    }
    let later = Reference::on(NaiveDate::from_ymd_opt(2026, 5, 1).unwrap());
    assert_eq!(
        cache.parse("Mar  6 14:02:13", &zone, &later),
        parse("Mar  6 14:02:13", &zone, &later)
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = stamp(&text, "Europe/Berlin");
    }

    #[test]
    fn no_almost_stamp_panics_and_the_cache_agrees(
        texts in prop::collection::vec("[\\[\"]?(2026-[0-9]{2}-[0-9]{2}[ T]|[0-9]{1,2}/(Mar|[0-9]{1,2})/2026[ :]|Mar +[0-9]{1,2} |)[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{0,10})?( ?(Z|[+-][0-9]{2}:?[0-9]{2}|PM))?", 1..20)
    ) {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let mut cache = StampCache::default();
        for text in texts {
            prop_assert_eq!(cache.parse(&text, &zone, &reference()), parse(&text, &zone, &reference()));
        }
    }

    #[test]
    fn the_cache_agrees_on_stamps_of_one_minute(
        (before, after) in prop::sample::select(&[
            ("2026-03-02T00:00:", "Z"), ("2026-03-02 00:00:", ""), ("[02/Mar/2026:00:00:", " +0000]"), ("10/06/2026 01:41:", " PM"), ("14:02:", ""),
        ][..]),
        moving in prop::collection::vec("[0-9]{2}([.,][0-9]{0,7})?", 1..20),
        damage in (0_usize..40, prop::sample::select(&b"0a:Z .,-["[..]), 0_usize..20),
    ) {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let mut cache = StampCache::default();
        for (number, moving) in moving.iter().enumerate() {
            let mut text = format!("{before}{moving}{after}").into_bytes();
            if number == damage.2 && damage.0 < text.len() {
                text[damage.0] = damage.1;
            }
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(cache.parse(&text, &zone, &reference()), parse(&text, &zone, &reference()), "{}", text);
        }
    }

    #[test]
    fn every_instant_survives_rfc_3339(ms in 0_i64..4_102_444_800_000) {
        let time = crate::model::Time(ms);
        prop_assert_eq!(stamp(&time.to_string(), "UTC").map(|stamp| stamp.time), Some(time));
    }

    #[test]
    fn the_cached_offset_is_the_zones(slot in 0_i64..3_000_000, within in 0_i64..900_000) {
        let zone: Zone = "Australia/Lord_Howe".parse().unwrap();
        let (start, inside) = (slot * 900_000, slot * 900_000 + within);
        prop_assert_eq!(zone.seconds_east(start), zone.seconds_east(inside));
    }
}

#[test]
fn a_number_above_twelve_tells_the_order_of_a_date_behind_slashes() {
    let day_first = Reference {
        day_first: true,
        ..reference()
    };
    let read = |text: &str, reference: &Reference| parse(text, &Zone::Utc, reference).map(|stamp| stamp.time.to_string());
    for (text, month_first, or_day_first) in [
        ("05/11/2026 10:00:01", "2026-05-11T10:00:01.000Z", "2026-11-05T10:00:01.000Z"),
        ("18/11/2026 10:00:01", "2026-11-18T10:00:01.000Z", "2026-11-18T10:00:01.000Z"),
        ("11/18/2026 10:00:01", "2026-11-18T10:00:01.000Z", "2026-11-18T10:00:01.000Z"),
    ] {
        assert_eq!(read(text, &reference()).as_deref(), Some(month_first), "{text}");
        assert_eq!(read(text, &day_first).as_deref(), Some(or_day_first), "{text}");
    }
    assert_eq!(read("18/13/2026 10:00:01", &day_first), None);
}
