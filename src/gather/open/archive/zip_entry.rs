//! What a zip archive's directory, or the header before a member, says of that member.

use crate::gather::open::Packing;
use chrono::NaiveDate;

/// How a member is packed (APPNOTE 4.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
    Like(Packing),
}

/// What a directory or a header says of a member.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    pub(super) at: u64,
    pub(super) packed: u64,
    pub(super) whole: Option<(u64, u32)>,
    pub(super) written: Option<NaiveDate>,
}

/// The method of a number, where this program reads it.
pub(super) fn method(number: u16) -> Option<Method> {
    Some(match number {
        0 => Method::Stored,
        8 => Method::Deflated,
        12 => Method::Like(Packing::Bzip2),
        93 => Method::Like(Packing::Zstd),
        95 => Method::Like(Packing::Xz),
        _ => return None,
    })
}

/// Whether a member may be looked for behind a damaged header: only what this program reads.
pub(super) fn is_method(number: u16) -> bool {
    method(number).is_some()
}
