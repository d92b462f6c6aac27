//! One question a test: what is read of this file?

use super::{Content, Limit, Refused, Stream, begin, look, open};
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
    let mut stream = begin(raw, Limit::default()).unwrap().into_stream();
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
    begin(raw, Limit::default()).err().map(|Refused(why)| why).unwrap_or_default()
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

fn bz2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn lz4(text: &[u8], checksum: bool) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new()
        .block_size(lz4_flex::frame::BlockSize::Max64KB)
        .content_checksum(checksum);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn streams_of_every_packing_are_read_one_after_the_other() {
    for pack in [bz2, xz, |text: &[u8]| lz4(text, false), |text: &[u8]| lz4(text, true)] {
        let packed = [pack(b"one\n"), pack(b"two\n")].concat();
        assert_eq!(read(packed), ("one\ntwo\n".to_owned(), None));
    }
}

#[test]
fn what_comes_before_a_cut_counts_in_every_packing() {
    let lines: Vec<String> = (0..60_000_u32)
        .map(|line| format!("line {} of a log\n", line.wrapping_mul(2_654_435_761)))
        .collect();
    let long = lines.concat();
    for pack in [bz2, xz, |text: &[u8]| lz4(text, false), |text: &[u8]| lz4(text, true)] {
        let packed = pack(long.as_bytes());
        for part in [1, 2, 3] {
            let (text, why) = read(packed.get(..packed.len() * part / 4).unwrap().to_vec());
            assert!(long.starts_with(&text) && why.is_some(), "{why:?}");
        }
        let (text, why) = read(packed.get(..packed.len() - 6).unwrap().to_vec());
        assert!(text.len() > long.len() / 2 && why.is_some(), "{why:?}");
    }
}

#[test]
fn lz4_that_breaks_off_between_two_blocks_is_told() {
    let packed = lz4(&b"a line of a log\n".repeat(50_000), false);
    // The end mark is the last thing.
    let (text, why) = read(packed.get(..packed.len() - 4).unwrap().to_vec());
    assert_eq!((text.len(), why.as_deref()), (800_000, Some("the last frame is cut short")));
}

#[test]
fn an_xz_block_that_asks_for_too_much_memory_is_told() {
    let mut options = lzma_rust2::XzOptions::with_preset(0);
    options.lzma_options.dict_size = 256 << 20;
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(b"small\n").unwrap();
    let (text, why) = read(encoder.finish().unwrap());
    assert_eq!((text.as_str(), why.is_some()), ("", true));
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
    assert_eq!(why(b"7z\xbc\xaf\x27\x1c\0".to_vec()), "7z: not read, unpack it first");
    assert_eq!(why(gz(&gz(b"x"))), "gzip: packed twice, unpack it first");
    assert_eq!(why(gz(b"7z\xbc\xaf\x27\x1c\0")), "gzip with 7z: not read, unpack it first");
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
