//! Lists tar archives: ustar, GNU's and pax's long names and sizes, and what was before them.
//!
//! The headers are walked here, because names and attributes have to be bounded: an archive may claim a name of
//! gigabytes. <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html>

use super::tape::Tape;
use super::{Listing, MOST_MEMBERS, Member, Place, name};
use crate::gather::open::words;
use ::tar::{EntryType, Header};
use chrono::DateTime;
use std::io;

/// A header, and the unit in which everything is laid out.
const BLOCK: u64 = 512;

/// Bytes of long names and attributes that are looked at; a path has 4 KiB at most.
const MOST_ATTRIBUTES: u64 = 1 << 20;

const SPARSE: &str = "a sparse file in an archive: not read, unpack it first";

/// What the headers before a member say of it.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

/// What an archive holds.
pub(super) fn list(mut tape: Tape) -> Listing {
    let mut listing = Listing::default();
    if let Err(error) = walk(&mut tape, &mut listing) {
        let last = listing.members.last().map(|member| member.name.display().to_string());
        let after = last.map_or_else(String::new, |name| format!(" in or after {name}"));
        listing.broken = Some(format!("{}{after}; what comes before was read", words(&error)));
    }
    listing
}

fn walk(tape: &mut Tape, listing: &mut Listing) -> io::Result<()> {
    let mut said = Said::default();
    let mut block = [0; BLOCK as usize];
    while tape.block(&mut block)? {
        // Two such blocks end an archive; others may follow, as `cat` leaves them.
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        let header = Header::from_byte_slice(&block);
        if !is_whole(header, &block) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the archive is damaged"));
        }
        let written = header.entry_size()?;
        let kind = header.entry_type();
        let size = if kind.is_file() {
            said.size.unwrap_or(written)
        } else {
            written
        };
        let at = tape.at();
        match kind {
            EntryType::GNULongName => said.name = Some(attributes(tape, size)?),
            EntryType::XHeader => pax(&attributes(tape, size)?, &mut said),
            EntryType::XGlobalHeader | EntryType::GNULongLink => {}
            _ => {
                take(header, kind, at, size, &std::mem::take(&mut said), listing);
                if listing.members.len() >= MOST_MEMBERS {
                    return Err(io::Error::other("it holds more files than any bundle of logs"));
                }
            }
        }
        let end = at.checked_add(size).and_then(|end| end.checked_next_multiple_of(BLOCK));
        let end = end.ok_or_else(super::cut_short)?;
        tape.skip(end.saturating_sub(tape.at()))?;
    }
    Ok(())
}

fn is_whole(header: &Header, block: &[u8]) -> bool {
    let field = 148..156;
    let value = |(at, byte): (usize, &u8)| {
        if field.contains(&at) {
            u32::from(b' ')
        } else {
            u32::from(*byte)
        }
    };
    let sum: u32 = block.iter().enumerate().map(value).sum();
    header.cksum().is_ok_and(|written| written == sum)
}

fn take(header: &Header, kind: EntryType, at: u64, size: u64, said: &Said, listing: &mut Listing) {
    let written_name = said.name.as_deref().map_or_else(|| header.path_bytes(), Into::into);
    let Some(name) = name(&written_name) else { return };
    match kind {
        // The oldest archives know a directory by its name's end.
        EntryType::GNUSparse => listing.left_out.push((name, SPARSE.to_owned())),
        _ if said.is_sparse => listing.left_out.push((name, SPARSE.to_owned())),
        EntryType::Regular | EntryType::Continuous if !written_name.ends_with(b"/") => listing.members.push(Member {
            name,
            size,
            written: header.mtime().ok().and_then(day),
            place: Place::Tar(at),
        }),
        EntryType::Symlink | EntryType::Link => listing.links += 1,
        _ => {}
    }
}

fn day(seconds: u64) -> Option<chrono::NaiveDate> {
    let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    DateTime::from_timestamp(seconds, 0).map(|written| written.date_naive())
}

/// The bytes of a long name or of attributes, as far as they are looked at.
fn attributes(tape: &mut Tape, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size.min(MOST_ATTRIBUTES)).unwrap_or_default()];
    if !bytes.is_empty() && !tape.block(&mut bytes)? {
        return Err(super::cut_short());
    }
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok(bytes)
}

/// `30 path=logs/app.log`, a line each: its length, a name and a value.
fn pax(attributes: &[u8], said: &mut Said) {
    for line in attributes.split(|byte| *byte == b'\n') {
        let pair = line.iter().position(|byte| *byte == b' ').and_then(|at| line.get(at + 1..));
        let Some(pair) = pair else { continue };
        if let Some(path) = pair.strip_prefix(b"path=") {
            said.name = Some(path.to_vec());
        } else if pair.starts_with(b"GNU.sparse.") {
            said.is_sparse = true;
        } else if let Some(size) = pair.strip_prefix(b"size=") {
            said.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
        }
    }
}
