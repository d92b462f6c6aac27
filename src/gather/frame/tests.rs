//! One question a test: does every cut give the records that the whole gives?

use super::{Owned, RECORD_LIMIT, Refill, Sink, Window, cut};
use std::io;

#[derive(Debug, Default, PartialEq)]
struct Seen {
    warm: Vec<String>,
    records: Vec<(u64, String)>,
    too_long: Vec<u64>,
    unfinished: Vec<(u64, String)>,
}

impl Sink for Seen {
    fn warm(&mut self, record: &[u8]) {
        self.warm.push(String::from_utf8_lossy(record).into_owned());
    }
    fn record(&mut self, line: u64, record: &[u8]) {
        self.records.push((line, String::from_utf8_lossy(record).into_owned()));
    }
    fn too_long(&mut self, line: u64) {
        self.too_long.push(line);
    }
    fn unfinished(&mut self, line: u64, record: &[u8]) {
        self.unfinished.push((line, String::from_utf8_lossy(record).into_owned()));
    }
}

/// Gives so many bytes at a time.
pub(super) struct Steps<'a> {
    pub(super) rest: &'a [u8],
    pub(super) step: usize,
}

impl Refill for Steps<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let (now, later) = self.rest.split_at(self.step.min(self.rest.len()));
        self.rest = later;
        window.fill(now.len().max(1), |space| {
            space[..now.len()].copy_from_slice(now);
            Ok(now.len())
        })
    }
}

fn indented(line: &[u8]) -> bool {
    !line.starts_with(b" ")
}

fn whole(text: &[u8], step: usize, continued: bool) -> Seen {
    let mut seen = Seen::default();
    let starts: &dyn Fn(&[u8]) -> bool = &indented;
    cut(
        &mut Window::default(),
        &mut Steps { rest: text, step },
        &Owned::WHOLE,
        continued.then_some(starts),
        &mut seen,
    );
    seen
}

fn in_pieces(text: &[u8], piece: usize, warm: usize, step: usize, continued: bool) -> Seen {
    let mut all = Seen::default();
    let mut lines = 0;
    for start in (0..text.len()).step_by(piece) {
        let from = start.saturating_sub(warm);
        let owned = Owned {
            from: from as u64,
            begins: from == 0,
            bytes: start as u64..(start + piece).min(text.len()) as u64,
        };
        let mut seen = Seen::default();
        let starts: &dyn Fn(&[u8]) -> bool = &indented;
        let mut steps = Steps {
            rest: &text[from..],
            step,
        };
        let ended = cut(
            &mut Window::default(),
            &mut steps,
            &owned,
            continued.then_some(starts),
            &mut seen,
        );
        let moved = |(line, text): (u64, String)| (line + lines, text);
        all.records.extend(seen.records.into_iter().map(moved));
        all.unfinished.extend(seen.unfinished.into_iter().map(moved));
        all.too_long.extend(seen.too_long.into_iter().map(|line| line + lines));
        lines += ended.newlines;
    }
    all
}

fn a_log() -> Vec<u8> {
    let mut text = Vec::new();
    for number in 0..60_usize {
        text.extend(format!("record {number}{}", "x".repeat(number * 7 % 50)).bytes());
        text.extend(if number % 5 == 0 { &b"\r\n"[..] } else { b"\n" });
        for line in 0..number % 4 {
            text.extend(format!("  continued {line}\n").bytes());
        }
        if number % 11 == 0 {
            text.extend(b"\n\n");
        }
    }
    text
}

#[test]
fn every_cut_gives_the_records_of_the_whole() {
    for ending in ["", "the last one has no newline", "one\n  and its half line"] {
        let text = [a_log(), ending.into()].concat();
        for continued in [false, true] {
            let expected = whole(&text, usize::MAX, continued);
            assert!(expected.records.len() > 50);
            for step in [1, 7, 64, usize::MAX] {
                assert_eq!(whole(&text, step, continued), expected);
                for piece in [1, 3, 16, 64, 100, 1000] {
                    for warm in [1, 16, 200] {
                        assert_eq!(in_pieces(&text, piece, warm, step, continued), expected);
                    }
                }
            }
        }
    }
}

#[test]
fn a_line_at_the_limit_is_read_and_one_beyond_it_is_counted() {
    let text = [
        b"first\n".to_vec(),
        vec![b'a'; RECORD_LIMIT],
        b"\n".to_vec(),
        vec![b'b'; RECORD_LIMIT + 1],
        b"\n  more\nlast\n".to_vec(),
    ]
    .concat();
    for continued in [false, true] {
        let expected = whole(&text, usize::MAX, continued);
        assert_eq!(expected.too_long, [3]);
        assert_eq!(
            expected.records.last().map(|(line, text)| (*line, text.as_str())),
            Some((5, "last"))
        );
        for step in [65_536, usize::MAX] {
            assert_eq!(whole(&text, step, continued), expected);
            for piece in [65_536, 1 << 20, 1 << 23] {
                assert_eq!(in_pieces(&text, piece, 4096, step, continued), expected);
            }
        }
    }
}

#[test]
fn a_record_of_many_lines_beyond_the_limit_is_counted_once() {
    let text = [b"start\n".to_vec(), b"  more of it\n".repeat(100_000), b"next\n".to_vec()].concat();
    let expected = whole(&text, usize::MAX, true);
    assert_eq!((expected.too_long.as_slice(), expected.records.len()), (&[1][..], 1));
    for piece in [4096, 65_536, 1 << 21] {
        assert_eq!(in_pieces(&text, piece, 4096, 65_536, true), expected);
    }
}

#[test]
fn the_records_before_a_piece_are_shown_to_it() {
    let owned = Owned {
        from: 2,
        begins: false,
        bytes: 12..20,
    };
    let mut seen = Seen::default();
    let text = b"first\nsecond\nthird\nfourth\n";
    cut(
        &mut Window::default(),
        &mut Steps {
            rest: &text[2..],
            step: 4,
        },
        &owned,
        None,
        &mut seen,
    );
    assert_eq!(seen.warm, ["second"]);
    assert_eq!(seen.records, [(2, "third".to_owned()), (3, "fourth".to_owned())]);
}

#[test]
fn a_byte_order_mark_blank_lines_and_leading_nuls_are_no_part_of_a_record() {
    let seen = whole(b"\xef\xbb\xbfone\r\n\r\n \t\n\0\0\0two\tthree\t\n", 5, false);
    assert_eq!(seen.records, [(1, "one".to_owned()), (4, "two\tthree\t".to_owned())]);
}
