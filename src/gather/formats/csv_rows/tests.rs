//! Are headers told from other lines, rows from the lines within their quotes, and gateways' exports from others?

use super::{CsvRows, Header};
use crate::gather::formats::{ALL, Format};
use crate::gather::recognise::{Order, recognise};

#[test]
fn a_header_names_the_columns_whatever_parts_them() {
    for line in [
        "time,status,model",
        "Time;Status;Model\r",
        "\"time\"\t\"status\"\t\"model\"",
        "\u{feff}time,status,model",
    ] {
        assert_eq!(Header::of(line.as_bytes()).unwrap().keys.len(), 3, "{line}");
    }
}

#[test]
fn a_line_of_words_or_values_is_no_header() {
    for line in [
        "2025-03-06,500,gpt-4o",
        "the time, the status and the model",
        "name,mail,city",
        "window,timestamp,status,model,endpoint,reached_provider,decided_by",
    ] {
        assert!(Header::of(line.as_bytes()).is_none(), "{line}");
    }
}

#[test]
fn a_gateways_export_is_read_as_the_gateways() {
    for (name, head) in [
        (
            "cloudflare-logpush",
            "RayID,EdgeStartTimestamp,EdgeResponseStatus\n91c0f3e2aa0b1d2c,2025-03-06T14:02:45Z,522\n",
        ),
        ("csv", CsvRows::ANY.samples()[1]),
    ] {
        assert_eq!(recognise(head.as_bytes(), true, &Order::of(ALL)).unwrap().name, name);
    }
}

#[test]
fn a_quoted_value_runs_over_lines_behind_the_time() {
    let head = b"time,status,model,error\n2025-03-06T14:02:45Z,500,o3,\"one\ntwo, three\n\"\n";
    let format = CsvRows::ANY.declared(head).unwrap();
    let starts: Vec<bool> = head
        .split(|byte| *byte == b'\n')
        .map(|line| format.starts_record(line))
        .collect();
    assert_eq!(starts, [true, true, false, false, false]);
}
