//! What a format must answer.

use crate::gather::alike::Slot;
use crate::gather::frame::Framing;
use crate::model::{Fields, Vantage};
use crate::text::timestamp::Zone;

/// How well a source's first lines fit a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// They are something else.
    No,
    /// They could be read, and a more telling format may go first.
    Maybe,
    /// They are this format.
    Yes,
}

/// Why a record was not read. A bad line is data for the coverage count, never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is not in this format.
    NotThisFormat,
    /// It begins as this format does and breaks off.
    CutShort,
}

/// Lines about calls that are of other formats.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// Of proxies' and servers'.
    pub proxies: usize,
    /// Of applications'.
    pub applications: usize,
    /// One of those names a model or a provider's id.
    pub tell_more: bool,
}

/// A log format. It is stateless: two readers of two halves of a file must say the same as one.
pub trait Format: Sync {
    /// The name of `--format` and of the report.
    fn name(&self) -> &'static str;

    /// Who writes it.
    fn vantage(&self) -> Vantage;

    /// How records are told apart.
    fn framing(&self) -> Framing {
        Framing::Line
    }

    /// Whether a line starts a record; asked of formats that are [`Framing::Continued`] only.
    fn starts_record(&self, line: &[u8]) -> bool {
        let _ = line;
        true
    }

    /// How well one line (without its newline) fits. Cheap: it is asked of a few hundred lines of every source. A format
    /// of documents ([`Framing::Items`]) is asked once, and shown the first bytes instead of a line.
    fn fit(&self, line: &[u8]) -> Fit;

    /// Emits none, one or several facts. `Ok` with none emitted: understood, and not about a call.
    ///
    /// # Errors
    /// [`Unread`] where the record is not understood.
    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread>;

    /// The parts of a record that are its own, in their order, where this format says the same of every record that differs
    /// in nothing else (see `gather::alike`). `None` where it cannot tell: such records are parsed one by one.
    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let _ = record;
        None
    }

    /// Whether [`Format::own`] holds for failures too: each of its parts is a stamp, an id, a duration or a count, and none says
    /// anything of how the call ended.
    fn owns_failures(&self) -> bool {
        false
    }

    /// Whether a record without a stamp has the one above it, left out by the same handler: then it is no other handler's line.
    fn leaves_out_stamps(&self) -> bool {
        false
    }

    /// The same format with the layout that a source's first lines declare (`#Fields:` of W3C logs). Asked once per source,
    /// before it is recognised, and what comes of it lives as long as the program: the reader itself stays stateless.
    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let _ = head;
        None
    }

    /// The same format with the unit that a source's first times are in together, where their keys name none. Asked of the formats
    /// that a source was recognised as, for it is the lines that tell.
    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        let _ = lines;
        None
    }

    /// The same format with what else its source tells: so many of the first lines are its own, and so many of the others about
    /// calls. Asked of a gateway's log, in which other loggers may tell the same calls.
    fn beside(&self, lines: usize, calls: Beside) -> Option<&'static dyn Format> {
        let _ = (lines, calls);
        None
    }

    /// The format that fits none of its lines, and would read them all the same.
    fn left_by(&self) -> Option<&'static str> {
        None
    }

    /// Whether [`Format::beside`] has anything to say.
    fn asks_what_stands_beside(&self) -> bool {
        false
    }

    /// Whether its lines are a gateway's own: what the gateway's program says of its tries counts no second time.
    fn is_the_gateways(&self) -> bool {
        false
    }

    /// Whether it reads lines only where an envelope tells when they were written, and is no candidate for any other.
    fn needs_an_envelope(&self) -> bool {
        false
    }

    /// Whether the user wrote it: where it stands equal with another, it goes first.
    fn is_the_users(&self) -> bool {
        false
    }

    /// The zone of its stamps where they carry none; `None` where only the site knows.
    fn zone(&self) -> Option<Zone> {
        None
    }

    /// Where the format leaves a line that it does not fit, for who develops one; nothing of the line itself. `None` where
    /// it fits, or the format cannot tell.
    fn leaves(&self, line: &[u8]) -> Option<String> {
        let _ = line;
        None
    }

    /// Records as the vendor's documentation or a run of the software shows them; tests hold every format to its own
    /// and to no other's.
    fn samples(&self) -> &'static [&'static str];

    /// Where the grammar is documented.
    fn source(&self) -> &'static str;
}
