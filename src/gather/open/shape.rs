//! What a source is, told by its first bytes and never by its name.

/// How a source is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// <https://sourceware.org/bzip2/>
    Bzip2,
    /// <https://tukaani.org/xz/xz-file-format.txt>
    Xz,
    /// <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>
    Lz4,
}

impl Packing {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }
}

/// How several files are held in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle {
    /// POSIX.1-2001 `pax`, `ustar`, and what was before it.
    Tar,
    /// PKWARE's APPNOTE.
    Zip,
}

impl Bundle {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Zip => "zip",
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
    /// Several files in one.
    Bundle(Bundle),
    /// An archive or packing that is not read.
    Unsupported(&'static str),
    /// No text.
    Binary,
    /// Nothing but zero bytes.
    Zeros,
}

/// Magic numbers (file(1), and the formats' own documentation).
const MAGIC: [(&[u8], Shape); 11] = [
    (b"\x1f\x8b", Shape::Packed(Packing::Gzip)),
    (b"\x28\xb5\x2f\xfd", Shape::Packed(Packing::Zstd)),
    (b"BZh", Shape::Packed(Packing::Bzip2)),
    (b"\xfd7zXZ\0", Shape::Packed(Packing::Xz)),
    (b"\x04\x22\x4d\x18", Shape::Packed(Packing::Lz4)),
    (b"PK\x03\x04", Shape::Bundle(Bundle::Zip)),
    (b"PK\x05\x06", Shape::Bundle(Bundle::Zip)),
    (b"7z\xbc\xaf\x27\x1c", Shape::Unsupported("7z")),
    (b"Rar!\x1a\x07", Shape::Unsupported("rar")),
    (b"\x1f\x9d", Shape::Unsupported("compress (.Z)")),
    (b"\x02\x21\x4c\x18", Shape::Unsupported("lz4 of the legacy kind")),
];

/// The bytes by which text is told from binary data.
const FIRST_BLOCK: usize = 8192;

/// Tells what a source is by its first bytes.
#[must_use]
pub fn shape(head: &[u8]) -> Shape {
    let head = head.get(..FIRST_BLOCK).unwrap_or(head);
    if let Some((_, shape)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *shape;
    }
    // A skippable frame: lz4 has them too, but only zstd's tools begin with one.
    if matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        return Shape::Packed(Packing::Zstd);
    }
    if is_tar(head) {
        return Shape::Bundle(Bundle::Tar);
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

/// Whether a source begins with the header of a tar archive's member: its checksum is right. The oldest have no magic.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else {
        return false;
    };
    let header = tar::Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    block.first() != Some(&0) && header.cksum().is_ok_and(|written| written == sum)
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
    use super::{Bundle, Packing, Shape, shape};

    #[test]
    fn magic_bytes_tell_what_a_source_is() {
        assert_eq!(shape(b"\x1f\x8b\x08\0"), Shape::Packed(Packing::Gzip));
        assert_eq!(shape(b"\x28\xb5\x2f\xfd"), Shape::Packed(Packing::Zstd));
        assert_eq!(shape(b"\x5f\x2a\x4d\x18"), Shape::Packed(Packing::Zstd));
        assert_eq!(shape(b"BZh91AY&SY"), Shape::Packed(Packing::Bzip2));
        assert_eq!(shape(b"PK\x03\x04\0\0"), Shape::Bundle(Bundle::Zip));
        assert_eq!(shape(b"Rar!\x1a\x07\x01\0"), Shape::Unsupported("rar"));
    }

    #[test]
    fn a_tar_archive_is_told_by_its_first_headers_checksum() {
        for mut header in [tar::Header::new_ustar(), tar::Header::new_gnu(), tar::Header::new_old()] {
            header.set_path("app.log").unwrap();
            header.set_size(3);
            header.set_cksum();
            assert_eq!(shape(header.as_bytes()), Shape::Bundle(Bundle::Tar));
            header.set_mtime(1);
            assert_ne!(shape(header.as_bytes()), Shape::Bundle(Bundle::Tar));
        }
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
