//! Is a log in an archive read as the same log on the disk, and is no archive trusted?

use faultscope::gather::{Plan, gather};
use faultscope::model::{Rollup, Wanted};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

const RECORD: &str =
    r#"{"timestamp":"2026-03-01T10:00:00Z","status":500,"model":"gpt-4o","url":"https://api.openai.com/v1/responses"}"#;

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn header(name: &[u8], size: u64, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    // Names that lead out of the archive are not taken by the header's own setter.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_size(size);
    header.set_mtime(1_772_359_200);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let header = header(name.as_bytes(), bytes.len() as u64, tar::EntryType::Regular);
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::DEFLATE);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Lines that no packing makes small, so that a cut falls among them.
fn log(lines: u32) -> String {
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

fn read_folder(folder: &Path) -> Rollup {
    let mut plan = Plan::of(vec![folder.to_path_buf()]);
    plan.threads = 2;
    gather(&plan, &()).unwrap().rollup
}

fn read(name: &str, bytes: &[u8]) -> Rollup {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    read_folder(folder.path())
}

fn names(rollup: &Rollup) -> Vec<&str> {
    rollup.sources.keys().map(|name| &**name).collect()
}

fn reasons(rollup: &Rollup) -> Vec<(&str, &str)> {
    let skipped = rollup.skipped.iter();
    skipped.map(|skipped| (&*skipped.path, skipped.reason.as_str())).collect()
}

/// What every source says, without its name.
fn told(rollup: Rollup) -> Vec<String> {
    assert_eq!(reasons(&rollup), []);
    let source = |mut source: faultscope::model::SourceRollup| {
        source.chunks.clear();
        let (cells, starts) = (source.cells.in_order(), source.cells_if_start.in_order());
        (source.cells, source.cells_if_start) = Default::default();
        format!("{source:?} {cells:?} {starts:?}")
    };
    let mut told: Vec<String> = rollup.sources.into_values().map(source).collect();
    told.sort();
    told
}

#[test]
fn every_packing_and_every_archive_says_what_the_plain_logs_say() {
    let (app, proxy, har) = (log(5000), log(3000), include_str!("../../fixtures/formats/har/chrome.log"));
    let members: [(&str, &[u8]); 3] = [
        ("logs/app-01/app.log", app.as_bytes()),
        ("logs/edge/deep/proxy.log", proxy.as_bytes()),
        ("logs/laptop/page.har", har.as_bytes()),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in members {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let plain = told(read_folder(&folder.path().join("logs")));
    let tar = tar_of(&members);
    let packed = members.map(|(name, bytes)| (name, gz(bytes)));
    let packed = packed.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
    for (kind, archive) in [
        ("tar", tar.clone()),
        ("tar.gz", gz(&tar)),
        ("tar.bz2", bz2(&tar)),
        ("tar.xz", xz(&tar)),
        ("tar.lz4", lz4(&tar)),
        ("tar.zst", zstd::encode_all(tar.as_slice(), 1).unwrap()),
        ("zip", zip_of(&members)),
        ("tar of gz", tar_of(&packed)),
        ("zip of gz", zip_of(&packed)),
    ] {
        let rollup = read("bundle", &archive);
        assert_eq!(names(&rollup)[0], "bundle!logs/app-01/app.log", "{kind}");
        assert!(told(rollup) == plain, "{kind}");
    }
}

#[test]
fn a_log_beside_its_archive_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = log(500);
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/app.log"), &text).unwrap();
    fs::write(
        folder.path().join("logs.tar.gz"),
        gz(&tar_of(&[("logs/app.log", text.as_bytes())])),
    )
    .unwrap();
    fs::write(
        folder.path().join("logs/app.log.1.zip"),
        zip_of(&[("app.log.1", text.as_bytes())]),
    )
    .unwrap();
    let rollup = read_folder(folder.path());
    assert_eq!(names(&rollup), ["logs/app.log"]);
}

#[test]
fn archives_side_by_side_are_one_hosts_each() {
    let folder = tempfile::tempdir().unwrap();
    for host in ["edge-01", "edge-02"] {
        let text = log(20).replace("gpt-4o", host);
        let other = RECORD.replace("gpt-4o", host);
        let tar = tar_of(&[
            ("var/log/nginx/app.log", text.as_bytes()),
            ("var/log/other.log", other.as_bytes()),
        ]);
        fs::write(folder.path().join(format!("{host}.tar.gz")), gz(&tar)).unwrap();
        let rotated = format!("app.log.{}", host.trim_start_matches("edge-0"));
        fs::write(
            folder.path().join(format!("{rotated}.zip")),
            zip_of(&[(&rotated, text.as_bytes())]),
        )
        .unwrap();
    }
    let rollup = read_folder(folder.path());
    let hosts: Vec<(&str, Option<&str>)> = rollup
        .sources
        .iter()
        .map(|(name, source)| (&**name, source.host.as_deref()))
        .collect();
    let expected = [
        ("app.log.1.zip!app.log.1", None),
        ("app.log.2.zip!app.log.2", None),
        ("edge-01.tar.gz!var/log/nginx/app.log", Some("edge-01")),
        ("edge-01.tar.gz!var/log/other.log", Some("edge-01")),
        ("edge-02.tar.gz!var/log/nginx/app.log", Some("edge-02")),
        ("edge-02.tar.gz!var/log/other.log", Some("edge-02")),
    ];
    assert_eq!(hosts, expected);
}

#[test]
fn the_second_look_reads_what_is_wanted_of_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (log(2000), log(3000));
    let members: [(&str, &[u8]); 2] = [("a.log", first.as_bytes()), ("b.log", second.as_bytes())];
    fs::write(
        folder.path().join("x.tar.zst"),
        zstd::encode_all(tar_of(&members).as_slice(), 1).unwrap(),
    )
    .unwrap();
    let plan = Plan::of(vec![folder.path().to_path_buf()]);
    let gathered = gather(&plan, &()).unwrap();
    let mut wanted = Wanted::default();
    for name in ["x.tar.zst!a.log", "x.tar.zst!b.log"] {
        let span = gathered.rollup.sources[name].span.unwrap();
        wanted.spans.insert(name.into(), vec![span]);
    }
    let extra = gathered.look_again(&plan, &wanted, &());
    assert_eq!((extra.sources.len(), reasons(&extra)), (2, vec![]));
}

#[test]
fn what_a_cut_archive_still_holds_counts_and_the_part_is_named() {
    let (first, second) = (log(3000), log(4000));
    let members: [(&str, &[u8]); 2] = [("a.log", first.as_bytes()), ("b.log", second.as_bytes())];
    let tar = tar_of(&members);
    for (kind, archive) in [
        ("tar", tar.clone()),
        ("tar.gz", gz(&tar)),
        ("tar.xz", xz(&tar)),
        ("zip", zip_of(&members)),
    ] {
        let rollup = read("x", &archive[..archive.len() * 3 / 4]);
        assert_eq!(rollup.sources["x!a.log"].records, 3000, "{kind}");
        let half = rollup.sources["x!b.log"].records;
        assert!((100..4000).contains(&half), "{kind}: {half}");
        let named = reasons(&rollup);
        assert!(named.iter().any(|(path, _)| *path == "x!b.log"), "{kind}: {named:?}");
    }
}

#[test]
fn a_damaged_member_is_named_and_the_others_count() {
    let (first, second) = (log(3000), log(3000));
    let mut zip = zip_of(&[("a.log", first.as_bytes()), ("b.log", second.as_bytes())]);
    let place = zip.len() / 4;
    zip[place] ^= 0x55;
    let rollup = read("x.zip", &zip);
    assert_eq!(rollup.sources["x.zip!b.log"].records, 3000);
    assert!(reasons(&rollup).iter().all(|(path, _)| *path == "x.zip!a.log") && !rollup.skipped.is_empty());
}

#[test]
fn names_that_lead_out_of_an_archive_are_only_shown() {
    let record = RECORD.as_bytes();
    let hostile = ["../../etc/passwd", "/abs/app.log", "..\\..\\win.log", "a\u{1b}[31m\n.log"];
    let members = hostile.map(|name| (name, record));
    let rollup = read("x.tar", &tar_of(&members));
    let expected = ["x.tar!a[31m.log", "x.tar!abs/app.log", "x.tar!etc/passwd", "x.tar!win.log"];
    assert_eq!(names(&rollup), expected);
    assert_eq!(read("x.zip", &zip_of(&members[..2])).sources.len(), 2);
}

#[test]
fn links_devices_and_directories_are_no_logs() {
    let mut builder = tar::Builder::new(Vec::new());
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Fifo,
        tar::EntryType::Char,
        tar::EntryType::Directory,
    ] {
        builder.append(&header(b"x.log", 0, kind), &b""[..]).unwrap();
    }
    builder
        .append(
            &header(b"ok.log", RECORD.len() as u64, tar::EntryType::Regular),
            RECORD.as_bytes(),
        )
        .unwrap();
    let rollup = read("x.tar", &builder.into_inner().unwrap());
    assert_eq!(names(&rollup), ["x.tar!ok.log"]);
    assert_eq!(reasons(&rollup), []);
}

#[test]
fn long_names_are_read_and_endless_ones_are_not() {
    let long = format!("{}/app.log", "d".repeat(150));
    let mut builder = tar::Builder::new(Vec::new());
    let mut plain = tar::Header::new_gnu();
    plain.set_size(RECORD.len() as u64);
    builder.append_data(&mut plain, &long, RECORD.as_bytes()).unwrap();
    assert_eq!(
        names(&read("x.tar", &builder.into_inner().unwrap())),
        [format!("x.tar!{long}")]
    );
    // It claims a name of 60 GiB.
    let mut tar = header(b"name", 60 << 30, tar::EntryType::GNULongName).as_bytes().to_vec();
    tar.extend(b"n".repeat(4 << 20));
    assert_eq!(reasons(&read("x.tar.gz", &gz(&tar))).len(), 1);
}

#[test]
fn two_members_of_one_name_have_two_names_and_a_repeated_one_counts_once() {
    let (old, new) = (log(100), log(300));
    let other = RECORD.replace("gpt-4o", "gpt-5");
    let tar = tar_of(&[
        ("a.log", old.as_bytes()),
        ("a.log", new.as_bytes()),
        ("a.log", other.as_bytes()),
    ]);
    let rollup = read("x.tar", &tar);
    assert_eq!(names(&rollup), ["x.tar!a.log (2)", "x.tar!a.log (3)"]);
    let records: u64 = rollup.sources.values().map(|source| source.records).sum();
    assert_eq!(records, 301);
}

#[test]
fn an_archive_in_an_archive_is_named() {
    let inner = zip_of(&[("a.log", RECORD.as_bytes())]);
    let rollup = read("x.tar", &tar_of(&[("ok.log", RECORD.as_bytes()), ("inner.zip", &inner)]));
    assert_eq!(names(&rollup), ["x.tar!ok.log"]);
    assert_eq!(
        reasons(&rollup),
        [("x.tar!inner.zip", "zip: an archive in an archive, unpack it first")]
    );
}

#[test]
fn a_zip_that_promises_more_than_any_bundle_is_left_where_it_does() {
    let zip = zip_of(&[("a.log", RECORD.as_bytes()), ("b.log", RECORD.as_bytes())]);
    // The size of the second member in the directory: 80 GiB take a field of their own, 4 GiB do not.
    let mut lying = zip.clone();
    let at = lying.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    lying[at + 24..at + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    let rollup = read("x.zip", &lying);
    assert_eq!(names(&rollup), ["x.zip!a.log"]);
    assert_eq!(rollup.skipped.len(), 1);
}

#[test]
fn no_damaged_archive_panics() {
    let text = log(40);
    let members: [(&str, &[u8]); 2] = [("a.log", text.as_bytes()), ("b.log", RECORD.as_bytes())];
    let archives = [
        tar_of(&members),
        gz(&tar_of(&members)),
        zip_of(&members),
        xz(&tar_of(&members)),
        lz4(&tar_of(&members)),
    ];
    for archive in archives {
        for step in 0..60_usize {
            let mut damaged = archive.clone();
            let at = step * 7919 % damaged.len();
            damaged[at] = damaged[at].wrapping_add(1 + u8::try_from(step).unwrap());
            let as_it_is = read("x", &damaged);
            damaged.truncate(at.max(1));
            let and_cut = read("x", &damaged);
            for (_, reason) in reasons(&as_it_is).into_iter().chain(reasons(&and_cut)) {
                assert!(!reason.contains("internal error"), "byte {at}");
            }
        }
    }
}
