//! Opens a source and undoes its packing, told by its first bytes and never by its name.
//!
//! Files are read, never mapped: a log that is truncated under a mapping kills the process (SIGBUS).

pub mod archive;
mod gunzip;
mod lz4;
pub(super) mod section;
mod shape;
#[cfg(test)]
mod tests;
mod unpack;
mod utf16;

pub use shape::{Bundle, Packing, Shape, shape};
pub use unpack::{Limit, Stream};

use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes that are read before anything is decided; they hold 200 lines of most logs.
const HEAD: usize = 64 * 1024;

/// Zero bytes that are read through at the start of a file before it is given up: a log truncated under its writer
/// begins with a hole, which costs nothing.
const MOST_ZEROS: u64 = 64 << 20;

/// Why a source is not read, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self(words(&error))
    }
}

/// An error without its number and without any path.
#[must_use]
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    // The standard library's own word for an end that comes too early.
    if text == "failed to fill whole buffer" {
        return "the packed data break off".to_owned();
    }
    text.split_once(" (os error")
        .map_or(text.as_str(), |(words, _)| words)
        .to_owned()
}

/// Which file it is, whatever its name: device and inode.
pub type FileId = (u64, u64);

/// Opens a regular file for reading; nothing else is ever opened, and a name that now means another file is refused.
///
/// # Errors
/// Why not.
pub fn open(path: &Path, expected: Option<FileId>) -> Result<File, Refused> {
    // O_NONBLOCK: a FIFO put in the file's place between the listing and now must not stop us.
    let flags = (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW).bits();
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(i32::try_from(flags).unwrap_or_default());
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || expected.is_some_and(|id| id != (metadata.dev(), metadata.ino())) {
        return Err(Refused("it was replaced while it was read".to_owned()));
    }
    Ok(file)
}

/// What a file turned out to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Empty,
    /// Text that can be read at any place.
    Plain {
        /// The first byte that is not zero.
        begins: u64,
    },
    /// Something that has to be read from its start.
    Streamed,
}

/// Looks at a file's first bytes.
///
/// # Errors
/// Why it cannot be read.
pub fn look(file: &File) -> Result<Content, Refused> {
    // Of ten thousand small files each would fill 64 KiB with zeros.
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(HEAD);
    let mut block = vec![0; if size == 0 { HEAD } else { size.min(HEAD) }];
    let mut begins = 0;
    let mut zeros = 0;
    loop {
        let count = file.read_at(&mut block, begins)?;
        let head = block.get(..count).unwrap_or_default();
        if head.is_empty() {
            return if begins == 0 {
                Ok(Content::Empty)
            } else {
                Err(Refused(BINARY.to_owned()))
            };
        }
        let kept = head.iter().position(|byte| *byte != 0).unwrap_or(count);
        zeros += kept as u64;
        begins += kept as u64;
        if zeros > MOST_ZEROS {
            return Err(Refused(BINARY.to_owned()));
        }
        let text = head.get(kept..).unwrap_or_default();
        if text.is_empty() {
            // Where a hole reaches to the end of the file, nothing follows.
            begins = next_data(file, begins).ok_or_else(|| Refused(BINARY.to_owned()))?;
            continue;
        }
        let whole = if kept < 2 { head } else { text };
        return match shape(whole) {
            Shape::Text => Ok(Content::Plain { begins }),
            Shape::Utf16 { .. } | Shape::Packed(_) | Shape::Bundle(_) if begins < 2 => Ok(Content::Streamed),
            other => Err(refused(other, None)),
        };
    }
}

/// Where data follow at or after `from`; holes are jumped.
#[must_use]
pub fn next_data(file: &File, from: u64) -> Option<u64> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(from)) {
        Ok(at) => Some(at),
        Err(rustix::io::Errno::NXIO) => None,
        // A file system without holes.
        Err(_) => Some(from),
    }
}

const BINARY: &str = "it is no text";

fn refused(shape: Shape, within: Option<Packing>) -> Refused {
    let what = match shape {
        Shape::Unsupported(name) => format!("{name}: not read, unpack it first"),
        Shape::Packed(packing) => format!("{}: packed twice, unpack it first", packing.name()),
        Shape::Bundle(bundle) => format!("{}: an archive in an archive, unpack it first", bundle.name()),
        _ => BINARY.to_owned(),
    };
    Refused(match within {
        Some(packing) if matches!(shape, Shape::Unsupported(_)) => format!("{} with {what}", packing.name()),
        _ => what,
    })
}

/// A source that is read from its start: unpacked, as UTF-8, its head already read.
pub struct Opened {
    /// The first bytes.
    pub head: Vec<u8>,
    rest: Stream,
    /// Packed bytes taken so far.
    pub taken: Arc<AtomicU64>,
    /// How it is packed.
    pub packing: Option<Packing>,
    /// It is several files in one, and these are no text.
    pub bundle: Option<Bundle>,
}

impl Opened {
    /// Refuses several files in one, where one is wanted.
    ///
    /// # Errors
    /// It is an archive.
    pub fn single(self) -> Result<Self, Refused> {
        match self.bundle {
            Some(bundle) => Err(refused(Shape::Bundle(bundle), None)),
            None => Ok(self),
        }
    }

    /// Makes the head longer, up to `most` bytes, for who needs more to decide.
    pub fn look_further(&mut self, most: usize) {
        let rest = std::mem::replace(&mut self.rest, Box::new(io::empty()));
        let more = most.saturating_sub(self.head.len());
        self.rest = read_head(&mut self.head, rest, more);
    }

    /// All of it.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        Box::new(Cursor::new(self.head).chain(self.rest))
    }
}

/// Begins to read a source from its start, and stops where more comes out of it than `limit` believes.
///
/// # Errors
/// Why it cannot be read. Data that are damaged further on are no error here: what comes before counts.
pub fn begin(raw: Stream, limit: Limit) -> Result<Opened, Refused> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted: Stream = Box::new(unpack::Counted {
        inner: raw,
        count: Arc::clone(&taken),
    });
    let mut head = Vec::new();
    let mut rest = read_head(&mut head, counted, HEAD);
    let mut packing = None;
    if let Shape::Packed(found) = shape(&head) {
        let packed: Stream = Box::new(Cursor::new(std::mem::take(&mut head)).chain(rest));
        rest = read_head(&mut head, unpack::unpack(found, packed, limit)?, HEAD);
        packing = Some(found);
    }
    let mut bundle = None;
    match shape(&head) {
        Shape::Text => {}
        Shape::Bundle(found) => bundle = Some(found),
        Shape::Utf16 { little_endian } => {
            let inner: Stream = Box::new(Cursor::new(std::mem::take(&mut head)).chain(rest));
            rest = read_head(&mut head, Box::new(utf16::Utf16::new(inner, little_endian)), HEAD);
        }
        other => return Err(refused(other, packing)),
    }
    Ok(Opened {
        head,
        rest,
        taken,
        packing,
        bundle,
    })
}

/// Reads up to `most` more bytes; an error among them comes up again where it happened.
fn read_head(head: &mut Vec<u8>, mut stream: Stream, most: usize) -> Stream {
    // A list that doubles as it grows leaves its halves behind.
    head.reserve_exact(most);
    match stream.as_mut().take(most as u64).read_to_end(head) {
        Ok(_) => stream,
        Err(error) => Box::new(Broken(Some(error))),
    }
}

/// The place where the data break.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
