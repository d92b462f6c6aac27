//! Packs logs in every way that is read, and reads them again.

use faultscope::gather::{Plan, gather};
use faultscope::model::Rollup;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

pub(crate) const RECORD: &str =
    r#"{"timestamp":"2026-03-01T10:00:00Z","status":500,"model":"gpt-4o","url":"https://api.openai.com/v1/responses"}"#;

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn header(name: &[u8], size: u64, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    // Names that lead out of the archive are not taken by the header's own setter.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_size(size);
    header.set_mtime(1_772_359_200);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

pub(crate) fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let header = header(name.as_bytes(), bytes.len() as u64, tar::EntryType::Regular);
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::DEFLATE);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Lines that no packing makes small, so that a cut falls among them.
pub(crate) fn log(lines: u32) -> String {
    let mut text = String::new();
    for line in 0..lines {
        let status = if line % 50 == 7 { 503 } else { 200 };
        let noise = u64::from(line).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        writeln!(
            text,
            r#"{{"timestamp":"2026-03-01T10:{:02}:{:02}Z","status":{status},"model":"gpt-4o","url":"https://api.openai.com/v1/responses","note":"{noise:x}"}}"#,
            line / 60 % 60,
            line % 60
        )
        .unwrap();
    }
    text
}

pub(crate) fn read_folder(folder: &Path) -> Rollup {
    let mut plan = Plan::of(vec![folder.to_path_buf()]);
    plan.threads = 2;
    gather(&plan, &()).unwrap().rollup
}

pub(crate) fn read(name: &str, bytes: &[u8]) -> Rollup {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    read_folder(folder.path())
}

pub(crate) fn names(rollup: &Rollup) -> Vec<&str> {
    rollup.sources.keys().map(|name| &**name).collect()
}

pub(crate) fn reasons(rollup: &Rollup) -> Vec<(&str, &str)> {
    let skipped = rollup.skipped.iter();
    skipped.map(|skipped| (&*skipped.path, skipped.reason.as_str())).collect()
}
