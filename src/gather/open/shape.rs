//! What a source is, told by its first bytes and never by its name.

/// How a source is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What the first bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text in an encoding that leaves ASCII alone.
    Text,
    /// Text in UTF-16.
    Utf16 {
        /// Least significant byte first.
        little_endian: bool,
    },
    /// Packed.
    Packed(Packing),
    /// An archive or packing that is not read.
    Unsupported(&'static str),
    /// No text.
    Binary,
    /// Nothing but zero bytes.
    Zeros,
}

/// Magic numbers of what is not read (file(1), and the formats' own documentation).
const UNSUPPORTED: [(&[u8], &str); 7] = [
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x9d", "compress (.Z)"),
];

/// Where a tar archive says that it is one.
const TAR_MAGIC_AT: usize = 257;

/// The bytes by which text is told from binary data.
const FIRST_BLOCK: usize = 8192;

/// Tells what a source is by its first bytes.
#[must_use]
pub fn shape(head: &[u8]) -> Shape {
    let head = head.get(..FIRST_BLOCK).unwrap_or(head);
    if head.starts_with(b"\x1f\x8b") {
        return Shape::Packed(Packing::Gzip);
    }
    let is_skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    if is_skippable || head.starts_with(b"\x28\xb5\x2f\xfd") {
        return Shape::Packed(Packing::Zstd);
    }
    if let Some((_, name)) = UNSUPPORTED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Shape::Unsupported(name);
    }
    if head.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Shape::Unsupported("tar");
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        let little_endian = head.first() == Some(&0xff);
        return Shape::Utf16 { little_endian };
    }
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    match nuls {
        0 => Shape::Text,
        all if all == head.len() => Shape::Zeros,
        _ => with_nuls(head),
    }
}

/// UTF-16 without a mark has a zero in every second byte; a log that lost a block has runs of zeros between text.
fn with_nuls(head: &[u8]) -> Shape {
    let zeros_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros_at(0), zeros_at(1));
    let most = head.len() / 2 * 4 / 5;
    if most > 0 && (odd >= most && even == 0 || even >= most && odd == 0) {
        return Shape::Utf16 { little_endian: odd > 0 };
    }
    let rest: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | 0x20..=0x7e);
    let text = rest.iter().filter(|byte| is_text(byte)).count();
    // Logs in other languages than English still are ASCII for the most part; machine code and indexes are not.
    if text * 20 >= rest.len() * 19 {
        Shape::Text
    } else {
        Shape::Binary
    }
}

#[cfg(test)]
mod tests {
    use super::{Packing, Shape, shape};

    #[test]
    fn magic_bytes_tell_what_a_source_is() {
        assert_eq!(shape(b"\x1f\x8b\x08\0"), Shape::Packed(Packing::Gzip));
        assert_eq!(shape(b"\x28\xb5\x2f\xfd"), Shape::Packed(Packing::Zstd));
        assert_eq!(shape(b"\x5f\x2a\x4d\x18"), Shape::Packed(Packing::Zstd));
        assert_eq!(shape(b"PK\x03\x04\0\0"), Shape::Unsupported("zip"));
        let tar = [[b'n'; 257].as_slice(), b"ustar\0"].concat();
        assert_eq!(shape(&tar), Shape::Unsupported("tar"));
    }

    #[test]
    fn utf_16_is_told_with_and_without_its_mark() {
        let text = "2026-03-01 14:00:00 GET /";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(shape(&[b"\xff\xfe", &*little].concat()), Shape::Utf16 { little_endian: true });
        assert_eq!(shape(&little), Shape::Utf16 { little_endian: true });
        assert_eq!(shape(&big), Shape::Utf16 { little_endian: false });
    }

    #[test]
    fn a_block_of_zeros_in_a_log_does_not_make_it_binary() {
        let holed = [&b"GET /v1/models 200\n"[..], &[0; 4000], b"GET /v1/models 500\n"].concat();
        assert_eq!(shape(&holed), Shape::Text);
        assert_eq!(shape(&[0; 100]), Shape::Zeros);
        assert_eq!(shape(b"\x7fELF\x02\x01\x01\0\0\0\0\x03\0>\0\x01"), Shape::Binary);
    }
}
