//! The files inside an archive, each read as a log of its own; nothing is ever written out.
//!
//! Names in an archive are anybody's: they are shown and compared, and no file is opened by them. A member may be packed
//! once more, as rotated logs are; an archive in an archive is named and left.

mod tape;
mod tar;
mod zip;
mod zip_entry;
mod zip_headers;

use super::section::Section;
use super::{Bundle, FileId, Limit, Opened, Packing, Refused, Stream, begin, open};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tape::Tape;

/// Members that are listed; what has more is no bundle of logs.
const MOST_MEMBERS: usize = 100_000;

/// Bytes of a member's name that are kept.
const LONGEST_NAME: usize = 255;

/// What kind of archive a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// How it holds its members.
    pub bundle: Bundle,
    /// How it is packed as a whole.
    pub packing: Option<Packing>,
}

/// An archive that lies in a file.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    id: Option<FileId>,
    kind: Kind,
    limit: Limit,
    /// Where the last reader of a packed archive stopped, for the reader of the next member.
    left_off: Mutex<Option<Tape>>,
}

/// One file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive, without what leads out of it.
    pub name: PathBuf,
    /// Its bytes, as the archive says.
    pub size: u64,
    /// When it was last written, as the archive says.
    pub written: Option<NaiveDate>,
    place: Place,
}

/// Where a member's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// From this byte of the (unpacked) archive on.
    Tar(u64),
    Zip(zip::Packed),
}

/// What an archive holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// Its files, in its order.
    pub members: Vec<Member>,
    /// Names of what is not read, and why.
    pub left_out: Vec<(PathBuf, String)>,
    /// Links, which are not followed.
    pub links: u64,
    /// What ended the listing before the archive's end.
    pub broken: Option<String>,
}

impl Member {
    /// Where it begins in a tar archive: the order in which a packed one is read.
    #[must_use]
    pub fn on_tape(&self) -> Option<u64> {
        match self.place {
            Place::Tar(at) => Some(at),
            Place::Zip(_) => None,
        }
    }
}

impl Archive {
    /// An archive in a file, of which so much is believed.
    #[must_use]
    pub fn new(path: &Path, id: Option<FileId>, kind: Kind, limit: Limit) -> Self {
        Self {
            path: path.to_path_buf(),
            id,
            kind,
            limit,
            left_off: Mutex::new(None),
        }
    }

    /// Whether its members have to be read one after the other.
    #[must_use]
    pub fn is_serial(&self) -> bool {
        self.kind.packing.is_some()
    }

    /// What it holds. What is damaged further on is no error: what comes before is listed.
    ///
    /// # Errors
    /// Why it cannot be read at all.
    pub fn list(&self) -> Result<Listing, Refused> {
        let mut listing = match self.kind.bundle {
            Bundle::Tar => tar::list(self.tape()?),
            Bundle::Zip if self.is_serial() => return Err(Refused("a packed zip archive: unpack it first".to_owned())),
            Bundle::Zip => zip::list(&self.file()?, self.limit)?,
        };
        listing.members.retain(|member| !is_of_macos(&member.name));
        Ok(listing)
    }

    /// The bytes of a member.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(self: &Arc<Self>, member: &Member) -> Result<Stream, Refused> {
        match &member.place {
            Place::Zip(packed) => Ok(packed.stream(self.file()?, self.limit)?),
            Place::Tar(at) if self.is_serial() => Ok(Box::new(OnTape::new(self, *at, member.size)?)),
            Place::Tar(at) => Ok(Box::new(Section::new(Arc::new(self.file()?), *at, member.size, CUT_SHORT))),
        }
    }

    fn file(&self) -> Result<File, Refused> {
        open(&self.path, self.id)
    }

    /// A tar archive from its start.
    fn tape(&self) -> Result<Tape, Refused> {
        let file = self.file()?;
        if self.is_serial() {
            let opened: Opened = begin(Box::new(file), self.limit)?;
            return Ok(Tape::of_stream(opened.into_stream()));
        }
        Ok(Tape::of_file(file))
    }
}

/// A member of a packed archive. Its tape goes back to the archive when it was read to its end.
struct OnTape {
    archive: Arc<Archive>,
    tape: Option<Tape>,
    left: u64,
}

impl OnTape {
    fn new(archive: &Arc<Archive>, at: u64, size: u64) -> Result<Self, Refused> {
        let kept = archive.left_off.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut tape = match kept.filter(|tape| tape.at() <= at) {
            Some(tape) => tape,
            None => archive.tape()?,
        };
        tape.skip(at - tape.at().min(at))?;
        Ok(Self {
            archive: Arc::clone(archive),
            tape: Some(tape),
            left: size,
        })
    }
}

impl Read for OnTape {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(tape) = self.tape.as_mut().filter(|_| self.left > 0) else {
            return Ok(0);
        };
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        let read = tape.read(out.get_mut(..most).unwrap_or_default());
        match read {
            Ok(0) if most > 0 => {
                self.tape = None;
                Err(cut_short())
            }
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) => {
                self.tape = None;
                Err(error)
            }
        }
    }
}

impl Drop for OnTape {
    fn drop(&mut self) {
        let mut left_off = self.archive.left_off.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tape) = self.tape.take() {
            *left_off = Some(tape);
        }
    }
}

const CUT_SHORT: &str = "the archive is cut short";

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, CUT_SHORT)
}

/// A member's name from bytes that anybody wrote: without roots, drives and steps upwards, and not longer than a file
/// system would take; `None` where nothing is left.
fn name(written: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(written).replace('\\', "/");
    let kept: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let parts = Path::new(&kept).components().filter_map(|part| match part {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    let mut name = parts.collect::<Vec<_>>().join("/");
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    (!name.is_empty()).then(|| PathBuf::from(name))
}

/// Finder's own notes on a file, which its archives hold beside it: no logs.
fn is_of_macos(name: &Path) -> bool {
    let is_note = name
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("._") || name == ".DS_Store");
    is_note || name.starts_with("__MACOSX")
}
