//! A bundle as one `.tar.gz`, the same bytes for the same files: names in order, no owner, one time for all.
//!
//! The layout is POSIX.1-1988 `ustar`, which every `tar` since reads.

use super::item::{Bundle, Item};
use chrono::{DateTime, Utc};
use flate2::{Compression, GzBuilder};
use std::io::{self, Write};

/// Everything in a `tar` file comes in blocks.
const BLOCK: usize = 512;

/// Empty blocks at the end.
const END: usize = 2;

/// A place in a header: where it begins and how long it is.
type Place = (usize, usize);

const NAME: Place = (0, 100);
const MODE: Place = (100, 8);
const OWNER: Place = (108, 8);
const GROUP: Place = (116, 8);
const SIZE: Place = (124, 12);
const TIME: Place = (136, 12);
const CHECKSUM: Place = (148, 8);
const KIND: Place = (156, 1);
const MAGIC: Place = (257, 8);
const MAJOR: Place = (329, 8);
const MINOR: Place = (337, 8);

/// Read and written by its owner, read by others: the secrets are out of it.
const FILE_MODE: u64 = 0o644;

/// The archive. All its files are in one folder, named by the time they were made, so that two that are unpacked in one
/// place do not mix.
///
/// # Errors
/// Where a file is larger than the layout can say: 8 GiB.
pub fn archive(bundle: &Bundle, made: DateTime<Utc>) -> io::Result<Vec<u8>> {
    let folder = made.format("faultscope-%Y%m%dT%H%M%SZ").to_string();
    let seconds = u64::try_from(made.timestamp()).unwrap_or(0);
    let mut items: Vec<&Item> = bundle.items.iter().collect();
    items.sort_by(|one, other| one.name.cmp(&other.name));
    // The header's own time and the name of the system are left empty (RFC 1952: 0 and 255).
    let mut gz = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::best());
    for item in items {
        gz.write_all(&header(&format!("{folder}/{}", item.name), item.bytes.len() as u64, seconds)?)?;
        gz.write_all(&item.bytes)?;
        let over = item.bytes.len() % BLOCK;
        if over > 0 {
            gz.write_all(&vec![0; BLOCK - over])?;
        }
    }
    gz.write_all(&[0; BLOCK * END])?;
    gz.finish()
}

fn header(name: &str, size: u64, seconds: u64) -> io::Result<[u8; BLOCK]> {
    let mut header = [0; BLOCK];
    put(&mut header, NAME, name.as_bytes())?;
    for (place, number) in [
        (MODE, FILE_MODE),
        (OWNER, 0),
        (GROUP, 0),
        (SIZE, size),
        (TIME, seconds),
        (MAJOR, 0),
        (MINOR, 0),
    ] {
        put(&mut header, place, octal(number, place.1).as_bytes())?;
    }
    put(&mut header, KIND, b"0")?;
    put(&mut header, MAGIC, b"ustar\x0000")?;
    // The checksum is that of the header with blanks in its own place.
    put(&mut header, CHECKSUM, b"        ")?;
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    put(&mut header, CHECKSUM, format!("{sum:06o}\0 ").as_bytes())?;
    Ok(header)
}

/// A number as octal digits that fill a place but for the zero byte at its end.
fn octal(number: u64, length: usize) -> String {
    format!("{number:0width$o}", width = length - 1)
}

fn put(header: &mut [u8; BLOCK], (at, length): Place, bytes: &[u8]) -> io::Result<()> {
    let place = header.get_mut(at..at + length).and_then(|place| place.get_mut(..bytes.len()));
    let place = place.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "too large for a tar file"))?;
    place.copy_from_slice(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Bundle, Item, archive, header};
    use chrono::DateTime;

    #[test]
    fn the_checksum_is_that_of_gnu_tar() {
        // What `tar --format=ustar --owner=:0 --group=:0 --mode=644 --mtime=@0` writes for an empty file `a`, without "root".
        let header = header("a", 0, 0).unwrap();
        assert_eq!(&header[148..156], b"007336\0 ");
    }

    #[test]
    fn one_bundle_is_one_archive_whatever_the_order_of_its_files() {
        let item = |name: &str| Item {
            name: name.to_owned(),
            says: String::new(),
            bytes: name.as_bytes().to_vec(),
        };
        let bundle = |names: [&str; 2]| Bundle {
            items: names.map(item).to_vec(),
            removed: Vec::new(),
        };
        let [one, other] = [["a", "b"], ["b", "a"]].map(|names| archive(&bundle(names), DateTime::UNIX_EPOCH).unwrap());
        assert_eq!(one, other);
    }

    #[test]
    fn a_file_that_the_layout_cannot_hold_is_refused() {
        assert!(header("a", 1 << 40, 0).is_err());
    }
}
