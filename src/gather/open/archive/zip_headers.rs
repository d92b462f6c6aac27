//! Walks a zip archive by the headers before its members: the way to what a cut-off archive still holds, for its
//! directory stood at its end.

use super::zip_entry::{Entry, is_method};
use chrono::NaiveDate;
use memchr::memmem;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// A header without its name and extra field (APPNOTE 4.3.7).
const HEADER: usize = 30;

const MAGIC: &[u8] = b"PK\x03\x04";

/// The newest version that APPNOTE 6.3 knows is 6.3; what claims more is no header.
const NEWEST: u16 = 63;

/// Bytes searched for the next header at a time.
const BLOCK: usize = 256 * 1024;

/// The size that says that the true one stands in the extra field, and that field's number (APPNOTE 4.5.3).
const IN_EXTRA: u64 = 0xffff_ffff;
const ZIP64: u16 = 1;

/// A header's numbers.
struct Header {
    flags: u16,
    method: u16,
    date: u16,
    sum: u32,
    packed: u64,
    size: u64,
    name: usize,
    extra: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.get(..HEADER)?.strip_prefix(MAGIC)?;
        let half = |at: usize| rest.get(at - 4..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
        let whole = |at: usize| rest.get(at - 4..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        let header = Self {
            flags: half(6)?,
            method: half(8)?,
            date: half(12)?,
            sum: whole(14)?,
            packed: whole(18)?.into(),
            size: whole(22)?.into(),
            name: half(26)?.into(),
            extra: half(28)?.into(),
        };
        (half(4)? & 0xff <= NEWEST && is_method(header.method) && header.name > 0).then_some(header)
    }

    /// The true sizes of a large member.
    fn take_zip64(&mut self, mut extra: &[u8]) {
        while let Some((head, rest)) = extra.split_first_chunk::<4>() {
            let [a, b, c, d] = *head;
            let (number, length) = (u16::from_le_bytes([a, b]), usize::from(u16::from_le_bytes([c, d])));
            let Some((field, behind)) = rest.split_at_checked(length) else {
                return;
            };
            if number == ZIP64 {
                let mut values = field
                    .chunks_exact(8)
                    .filter_map(|value| value.first_chunk().map(|value| u64::from_le_bytes(*value)));
                for place in [&mut self.size, &mut self.packed] {
                    if *place == IN_EXTRA {
                        *place = values.next().unwrap_or(*place);
                    }
                }
            }
            extra = behind;
        }
    }

    fn written(&self) -> Option<NaiveDate> {
        let (year, month, day) = (self.date >> 9, self.date >> 5 & 15, self.date & 31);
        NaiveDate::from_ymd_opt(i32::from(year) + 1980, month.into(), day.into())
    }
}

/// Shows every member that can be found.
///
/// # Errors
/// Those of reading.
pub(super) fn each(file: &File, on_disk: u64, mut take: impl FnMut(Entry<'_>)) -> io::Result<()> {
    let mut next = find(file, 0, on_disk)?;
    while let Some(at) = next {
        let Some((mut header, names)) = header(file, at)? else {
            next = find(file, at + 1, on_disk)?;
            continue;
        };
        let (name, extra) = names.split_at_checked(header.name).unwrap_or((&names, &[]));
        header.take_zip64(extra);
        let data = at + (HEADER + header.name + header.extra) as u64;
        // A writer that did not know the sizes wrote them behind the member: it reaches to the next header at most.
        let is_told = header.flags & 8 == 0;
        let after = if is_told { data.saturating_add(header.packed) } else { data };
        next = find(file, after, on_disk)?;
        take(Entry {
            name,
            method: header.method,
            is_encrypted: header.flags & 1 != 0,
            at: data,
            packed: if is_told {
                header.packed
            } else {
                next.unwrap_or(on_disk).saturating_sub(data)
            },
            whole: is_told.then_some((header.size, header.sum)),
            written: header.written(),
        });
    }
    Ok(())
}

/// A header with its name and extra field; `None` where there is none, or the file ends in it.
fn header(file: &File, at: u64) -> io::Result<Option<(Header, Vec<u8>)>> {
    let mut fixed = [0; HEADER];
    if !fill(file, &mut fixed, at)? {
        return Ok(None);
    }
    let Some(header) = Header::read(&fixed) else { return Ok(None) };
    let mut names = vec![0; header.name + header.extra];
    let is_whole = fill(file, &mut names, at + HEADER as u64)?;
    Ok(is_whole.then_some((header, names)))
}

fn fill(file: &File, bytes: &mut [u8], at: u64) -> io::Result<bool> {
    match file.read_exact_at(bytes, at) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where the next header begins at or after `from`.
fn find(file: &File, mut from: u64, on_disk: u64) -> io::Result<Option<u64>> {
    let mut block = vec![0; BLOCK];
    while from < on_disk {
        let count = file.read_at(&mut block, from)?;
        let bytes = block.get(..count).unwrap_or_default();
        for found in memmem::find_iter(bytes, MAGIC) {
            let at = from + found as u64;
            if header(file, at)?.is_some() {
                return Ok(Some(at));
            }
        }
        if count < MAGIC.len() {
            break;
        }
        from += (count - MAGIC.len() + 1) as u64;
    }
    Ok(None)
}
