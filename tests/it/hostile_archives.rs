//! Is what an archive still holds read, and is nothing that it says trusted?

use crate::pack::{RECORD, gz, header, log, lz4, names, read, reasons, tar_of, xz, zip_of};

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
