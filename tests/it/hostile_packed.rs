//! Is a packed log that is broken, false or endless named, and does what it still holds count? (Archives of several
//! files are in `hostile_archives`.)

use crate::pack::{bz2, gz, log, lz4, xz};
use crate::watched::{GOOD, Tree, good_log, long_log};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

type Pack = fn(&[u8]) -> Vec<u8>;

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// As small as gzip can make it: below this its ratio is that of a log.
fn tight_gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// 1.25 GiB out of members that each hold 16 MiB of one line, or of lines of 64 KiB.
fn bomb(pack: Pack, lines: bool) -> Vec<u8> {
    let mut bytes = vec![b'x'; 16 << 20];
    bytes
        .iter_mut()
        .step_by(1 << 16)
        .filter(|_| lines)
        .for_each(|byte| *byte = b'\n');
    pack(&bytes).repeat(80)
}

#[test]
fn bomb_gz() {
    let run = Tree::new().with("bomb.log.gz", bomb(tight_gz, true)).read();
    run.reads_the_good_log().names("bomb.log.gz", "unpacks");
}

#[test]
fn bomb_zst() {
    let run = Tree::new().with("bomb.log.zst", bomb(zst, true)).read();
    run.reads_the_good_log().names("bomb.log.zst", "unpacks");
}

#[test]
fn bomb_of_one_line() {
    let run = Tree::new().with("line.log.gz", bomb(tight_gz, false)).read();
    run.reads_the_good_log().names("line.log.gz", "unpacks");
}

#[test]
fn more_than_max_unpacked_is_left_and_named() {
    let log = long_log(2000);
    let tree = || {
        Tree::new()
            .with("app.log.gz", gz(log.as_bytes()))
            .with("app.zip", crate::pack::zip_of(&[("b.log", log.as_bytes())]))
    };
    let run = tree().read_with(&["--max-unpacked", "64K"]);
    run.reads_the_good_log()
        .names("app.log.gz", "--max-unpacked")
        .names("app.zip", "--max-unpacked");
    let read = run.records("app.log.gz");
    assert!((400..700).contains(&read), "{read}: {}", run.told());
    let run = tree().read_with(&["--max-unpacked", "1M"]);
    assert_eq!((run.records("app.log.gz"), run.code()), (2000, Some(0)), "{}", run.told());
}

#[test]
fn a_size_that_is_given_goes_before_the_ratio() {
    let run = Tree::new()
        .with("bomb.log.zst", bomb(zst, true))
        .read_with(&["--max-unpacked", "2G"]);
    assert!(!run.stderr.contains("unpacks"), "{}", run.told());
}

#[test]
fn truncated() {
    let text = log(4000);
    let mut tree = Tree::new();
    let packings: [(&str, Pack); 5] = [("gz", gz), ("zst", zst), ("bz2", bz2), ("xz", xz), ("lz4", lz4)];
    for (ending, pack) in packings {
        let packed = pack(text.as_bytes());
        tree = tree.with(&format!("{ending}/app.log.{ending}"), &packed[..packed.len() * 3 / 4]);
    }
    let run = tree.read();
    for (ending, _) in packings {
        let path = format!("{ending}/app.log.{ending}");
        run.reads_the_good_log().names(&path, "what comes before was read");
        assert!(run.report()["coverage"]["records"].as_u64().unwrap() > GOOD, "{}", run.told());
    }
}

#[test]
fn corrupt() {
    let text = log(4000);
    let mut tree = Tree::new();
    // Without a checksum, zstd and lz4 cannot tell.
    let zst: Pack = |bytes| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let lz4: Pack = |bytes| {
        let info = lz4_flex::frame::FrameInfo::new().content_checksum(true);
        let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let packings: [(&str, Pack); 5] = [("gz", gz), ("zst", zst), ("bz2", bz2), ("xz", xz), ("lz4", lz4)];
    for (ending, pack) in packings {
        let mut packed = pack(text.as_bytes());
        let middle = packed.len() / 2;
        packed[middle..middle + 64].iter_mut().for_each(|byte| *byte ^= 0x5a);
        tree = tree.with(&format!("{ending}/app.log.{ending}"), &packed);
    }
    let run = tree.read();
    for (ending, _) in packings {
        run.reads_the_good_log().names(&format!("{ending}/app.log.{ending}"), "");
    }
}

#[test]
fn gz_members_and_what_follows_them() {
    let good = good_log();
    let twice = gz(good.as_bytes()).repeat(2);
    let padded = [gz(good.as_bytes()), vec![0; 1000]].concat();
    let junk = [gz(good.as_bytes()), b"trailing junk".to_vec()].concat();
    let tree = Tree::new()
        .with("a/members.gz", twice)
        .with("b/padded.gz", padded)
        .with("c/junk.gz", junk)
        .with("d/no-suffix.log", gz(good.as_bytes()))
        .with("e/plain-inside.log.gz", &good)
        .with("f/twice.log.gz.gz", gz(&gz(good.as_bytes())));
    let run = tree.read();
    assert_eq!(run.reads_the_good_log().records("a/members.gz"), 2 * GOOD);
    for path in ["b/padded.gz", "c/junk.gz", "d/no-suffix.log", "e/plain-inside.log.gz"] {
        assert_eq!(run.records(path), GOOD, "{path}: {}", run.told());
    }
    run.names("f/twice.log.gz.gz", "packed twice");
}

#[test]
fn zst_huge_window() {
    // A frame that asks for a window of 2 GiB (RFC 8878, 3.1.1.1.2): descriptor 0, exponent 21.
    let frame = b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00hello";
    Tree::new()
        .with("huge.log.zst", frame)
        .read()
        .reads_the_good_log()
        .names("huge.log.zst", "");
}

#[test]
fn other_archives() {
    let kinds: [(&str, &[u8]); 4] = [
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ("b.rar", b"Rar!\x1a\x07\x01\0"),
        ("c.log.Z", b"\x1f\x9d\x90abc"),
        ("d.parquet", b"PAR1\x15\x04\x15\x10"),
    ];
    let mut tree = Tree::new();
    for (name, bytes) in kinds {
        tree = tree.with(name, [bytes, &[0, 1, 2, 3, 0xff]].concat());
    }
    let run = tree.read();
    for (name, _) in kinds {
        run.reads_the_good_log().names(name, "");
    }
}
