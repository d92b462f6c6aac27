//! Is a log in an archive read as the same log on the disk?

use crate::pack::{RECORD, bz2, gz, log, lz4, names, read, read_folder, reasons, tar_of, xz, zip_of};
use faultscope::gather::{Plan, gather};
use faultscope::model::{Rollup, Wanted};
use std::fs;

/// What every source says, without its name.
fn told(rollup: Rollup) -> Vec<String> {
    assert_eq!(reasons(&rollup), []);
    let source = |mut source: Box<faultscope::model::SourceRollup>| {
        source.chunks.clear();
        let cells = std::mem::take(&mut source.cells);
        let cells = (
            cells.in_order().collect::<Vec<_>>(),
            cells.in_order_if_start().collect::<Vec<_>>(),
        );
        format!("{source:?} {cells:?}")
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
