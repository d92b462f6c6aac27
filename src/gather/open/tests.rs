//! One question a test: what is read of this file?

use super::{Content, Refused, Stream, begin, look, open};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{Cursor, Read, Write};

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read(bytes: Vec<u8>) -> (String, Option<String>) {
    let raw: Stream = Box::new(Cursor::new(bytes));
    let mut stream = begin(raw).unwrap().into_stream();
    let (mut text, mut block) = (Vec::new(), [0; 1000]);
    loop {
        match stream.read(&mut block) {
            Ok(0) => return (String::from_utf8(text).unwrap(), None),
            Ok(count) => text.extend(&block[..count]),
            Err(error) => return (String::from_utf8(text).unwrap(), Some(super::words(&error))),
        }
    }
}

fn why(bytes: Vec<u8>) -> String {
    let raw: Stream = Box::new(Cursor::new(bytes));
    begin(raw).err().map(|Refused(why)| why).unwrap_or_default()
}

#[test]
fn gzip_members_and_zero_padding_are_read() {
    let packed = [gz(b"one\n"), vec![0; 600], gz(b"two\n"), vec![0; 5]].concat();
    assert_eq!(read(packed), ("one\ntwo\n".to_owned(), None));
}

#[test]
fn what_comes_before_a_cut_counts() {
    let long = "a line of a log, the same again\n".repeat(20_000);
    let mut packed = [gz(b"whole\n"), gz(long.as_bytes())].concat();
    packed.truncate(packed.len() - 40);
    let (text, why) = read(packed);
    assert!(text.starts_with("whole\na line") && why.is_some());
}

#[test]
fn bytes_after_the_last_member_are_told() {
    let (text, why) = read([gz(b"one\n"), b"junk".to_vec()].concat());
    assert_eq!((text.as_str(), why.is_some()), ("one\n", true));
}

#[test]
fn zstd_frames_are_read_one_after_the_other() {
    let frame = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
    let packed = [frame(b"one\n"), b"\x50\x2a\x4d\x18\x02\0\0\0xx".to_vec(), frame(b"two\n")].concat();
    assert_eq!(read(packed), ("one\ntwo\n".to_owned(), None));
}

#[test]
fn a_zstd_window_beyond_the_limit_is_told() {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&[b'a'; 100_000]).unwrap();
    assert!(read(encoder.finish().unwrap()).1.is_some());
}

#[test]
fn utf_16_is_read_packed_or_not() {
    let text = "stamp GET \u{1f600}\r\n".repeat(5000);
    let bytes: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [gz(&bytes), bytes] {
        assert_eq!(read(bytes).0.trim_start_matches('\u{feff}'), text);
    }
}

#[test]
fn what_is_not_read_is_told_by_name() {
    assert_eq!(why(b"\xfd7zXZ\0\0".to_vec()), "xz: not read yet, unpack it first");
    assert_eq!(why(gz(&gz(b"x"))), "gzip: packed twice, unpack it first");
    let tar = [[b'n'; 257].as_slice(), b"ustar\0"].concat();
    assert_eq!(why(gz(&tar)), "gzip with tar: not read yet, unpack it first");
    assert_eq!(why(b"\x7fELF\x02\x01\x01\0\0\0\0\x03\0>\0\x01".to_vec()), "it is no text");
}

#[test]
fn a_log_that_begins_with_a_hole_is_read_from_its_text_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let file = std::fs::File::create(&path).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"GET /\n", 1 << 40).unwrap();
    assert_eq!(look(&open(&path, None).unwrap()), Ok(Content::Plain { begins: 1 << 40 }));
    file.set_len(0).unwrap();
    assert_eq!(look(&open(&path, None).unwrap()), Ok(Content::Empty));
    file.set_len(1 << 40).unwrap();
    assert!(look(&open(&path, None).unwrap()).is_err());
}
