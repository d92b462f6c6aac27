//! Lists zip archives by their directory, and one without a directory by what stands before each member.
//!
//! Members are unpacked by this program's own decoders, so that its limits hold. Which bytes are a member's is all that
//! is asked of the directory. <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>

use super::zip_entry::{Entry, Method, method};
use super::{CUT_SHORT, Listing, MOST_MEMBERS, Member, Place, name, zip_headers};
use crate::gather::open::section::Section;
use crate::gather::open::unpack::{self, Counted, Limit, capped};
use crate::gather::open::{Refused, Stream};
use ::zip::{CompressionMethod, ZipArchive};
use chrono::NaiveDate;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes asked of the disk at a time.
const BLOCK: usize = 128 * 1024;

/// The methods' numbers (APPNOTE 4.4.5), which the directory's reader keeps to itself.
const NUMBERS: [(CompressionMethod, u16); 9] = [
    (CompressionMethod::STORE, 0),
    (CompressionMethod::DEFLATE, 8),
    (CompressionMethod::DEFLATE64, 9),
    (CompressionMethod::BZIP2, 12),
    (CompressionMethod::LZMA, 14),
    (CompressionMethod::ZSTD, 93),
    (CompressionMethod::XZ, 95),
    (CompressionMethod::PPMD, 98),
    (CompressionMethod::AES, 99),
];

/// Where a member's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    at: u64,
    size: u64,
    method: Method,
    /// Bytes and checksum of what is unpacked; unknown where the directory is lost and the writer wrote them behind.
    whole: Option<(u64, u32)>,
}

impl Packed {
    /// The unpacked bytes, which break off where they are not those the archive promises.
    pub(super) fn stream(&self, file: File, limit: Limit) -> io::Result<Stream> {
        let section = Section::new(Arc::new(file), self.at, self.size, CUT_SHORT);
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            inner: Box::new(section),
            count: Arc::clone(&taken),
        };
        let buffered = BufReader::with_capacity(BLOCK, counted);
        let inner: Stream = match self.method {
            Method::Stored => Box::new(buffered),
            Method::Deflated => capped(Box::new(DeflateDecoder::new(buffered)), taken, limit),
            Method::Like(packing) => unpack::unpack(packing, Box::new(buffered), limit)?,
        };
        Ok(match self.whole {
            Some((size, sum)) => Box::new(Checked {
                inner,
                left: size,
                sum,
                crc: Crc::new(),
            }),
            None => inner,
        })
    }
}

/// Holds a member to its promised size and checksum.
struct Checked {
    inner: Stream,
    left: u64,
    sum: u32,
    crc: Crc,
}

impl Read for Checked {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        let wrong = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        if count == 0 && !out.is_empty() {
            return match (self.left, self.crc.sum() == self.sum) {
                (0, true) => Ok(0),
                (0, false) => wrong("its checksum is wrong"),
                _ => wrong("it holds less than the archive says"),
            };
        }
        let Some(left) = self.left.checked_sub(count as u64) else {
            return wrong("it holds more than the archive says");
        };
        self.left = left;
        self.crc.update(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// What an archive holds.
///
/// # Errors
/// It has neither a directory nor a member.
pub(super) fn list(file: &File, limit: Limit) -> Result<Listing, Refused> {
    let mut listing = Listing::default();
    let on_disk = file.metadata()?.len();
    match ZipArchive::new(BufReader::new(file)) {
        Ok(mut archive) => by_directory(&mut archive, on_disk, limit, &mut listing),
        Err(_) => {
            zip_headers::each(file, on_disk, |entry| take(&entry, &mut listing))?;
            if listing.members.is_empty() && listing.left_out.is_empty() {
                return Err(Refused("the archive is damaged".to_owned()));
            }
            listing.broken = Some("the archive's directory is cut off or damaged; what stands before it was read".to_owned());
        }
    }
    Ok(listing)
}

fn by_directory(archive: &mut ZipArchive<BufReader<&File>>, on_disk: u64, limit: Limit, listing: &mut Listing) {
    let mut unpacked: u64 = 0;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index_raw(index) else {
            listing.broken = Some(format!("member {} cannot be found; the others were read", index + 1));
            continue;
        };
        if member.is_dir() {
            continue;
        }
        if member.is_symlink() {
            listing.links += 1;
            continue;
        }
        unpacked = unpacked.saturating_add(member.size());
        if limit.is_passed(on_disk, unpacked) || listing.members.len() >= MOST_MEMBERS {
            listing.broken =
                Some("it unpacks to more than any bundle of logs (--max-unpacked); what comes before was read".to_owned());
            return;
        }
        let known = NUMBERS.iter().find(|(method, _)| *method == member.compression());
        let method = known.map_or(u16::MAX, |(_, number)| *number);
        let stamp = member.last_modified();
        let entry = Entry {
            name: member.name_raw(),
            method,
            is_encrypted: member.encrypted(),
            at: member.data_start().unwrap_or(u64::MAX),
            packed: member.compressed_size(),
            whole: Some((member.size(), member.crc32())),
            written: stamp
                .and_then(|stamp| NaiveDate::from_ymd_opt(stamp.year().into(), stamp.month().into(), stamp.day().into())),
        };
        take(&entry, listing);
    }
}

fn take(entry: &Entry<'_>, listing: &mut Listing) {
    let Some(name) = name(entry.name).filter(|_| !entry.name.ends_with(b"/")) else {
        return;
    };
    if entry.is_encrypted {
        listing.left_out.push((name, "encrypted: not read".to_owned()));
        return;
    }
    let Some(method) = method(entry.method) else {
        listing.left_out.push((name, unread(entry.method)));
        return;
    };
    listing.members.push(Member {
        name,
        size: entry.whole.map_or(entry.packed, |(size, _)| size),
        written: entry.written,
        place: Place::Zip(Packed {
            at: entry.at,
            size: entry.packed,
            method,
            whole: entry.whole,
        }),
    });
}

fn unread(method: u16) -> String {
    let name = match method {
        9 => "deflate64",
        14 => "lzma",
        98 => "ppmd",
        99 => "AES encryption",
        _ => "an unknown method",
    };
    format!("packed with {name}: not read, unpack it first")
}
