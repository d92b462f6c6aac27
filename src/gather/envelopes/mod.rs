//! What others wrapped around a log's lines: container runtimes, journals, syslog, shippers. One file an envelope.
//!
//! An envelope is told by a source's first lines, together with the ones inside it ([`find`]), and peeled before records
//! are told apart ([`read`]): a traceback whose every line lies in an envelope of its own is one record. What the envelope
//! knows and the line may not - the instant with its zone, the host, which of several programs wrote it - goes with the
//! record as [`Outer`].

mod access_text;
mod answers;
mod chain;
mod clock;
mod cloudwatch_json;
mod cloudwatch_text;
mod colours;
mod cri;
mod docker;
mod envelope;
mod find;
mod fluentd;
mod framer;
mod java_head;
mod journal_export;
mod journald;
mod loki;
mod piped;
mod prefixed;
mod read;
mod reader;
mod rows;
mod shipper;
mod stores;
mod syslog;
mod syslog_5424;
#[cfg(test)]
mod tests;
mod units;
mod values;
mod workers;
mod yaml;

use crate::model::Name;
use crate::text::timestamp::DateKnown;

pub use chain::Clock;
pub use clock::{Bearings, Inner, Outer};
pub use colours::strip as strip_colours;
pub use envelope::{Envelope, Letter};
pub use find::{Judged, find};
pub use read::{Wrapped, read};
pub use reader::Reader;
pub use units::Split;

/// Every envelope; of two that a line fits equally, the first.
pub static ALL: &[&dyn Envelope] = &[
    &docker::Docker,
    &cri::Cri,
    &journald::Journald,
    &journal_export::JournalExport,
    &syslog_5424::Syslog5424,
    &cloudwatch_json::CloudwatchJson,
    &loki::Loki,
    &stores::Stores,
    &workers::Workers,
    &shipper::Shipper,
    &fluentd::Fluentd,
    &syslog::Syslog,
    &cloudwatch_text::CloudwatchText,
    &piped::Piped,
    &prefixed::Prefixed,
    &java_head::JavaHead,
    &access_text::AccessText,
];

/// How a source's lines are wrapped.
#[derive(Clone, Default)]
pub struct Opening {
    /// How the outermost envelopes are told apart.
    pub split: Split,
    /// The envelopes, the outermost first.
    pub layers: Vec<&'static dyn Envelope>,
    /// Terminal colours stand between the lines' words.
    pub coloured: bool,
    /// Lines of several hosts or services were seen: each of them is read as a source of its own.
    pub many_origins: bool,
    /// The host of all lines, where one is named.
    pub host: Option<Name>,
    /// How much of the date the envelopes' first stamp says; `None` where they have none.
    pub dated: Option<DateKnown>,
    /// Lines of several processes were seen: threads of one are not those of another.
    pub many_programs: bool,
}

impl Opening {
    /// Whether the lines lie open, so that the source can be read at any place.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether it differs from that of lines that lie open and tell nothing of themselves.
    #[must_use]
    pub fn says_anything(&self) -> bool {
        let Self {
            split,
            layers,
            coloured,
            many_origins,
            host,
            dated,
            many_programs,
        } = self;
        let is_plain = *split == Split::Lines && layers.is_empty() && host.is_none() && dated.is_none();
        !is_plain || *coloured || *many_origins || *many_programs
    }

    /// Whether pieces of the source can be read apart from each other. A program among several is recognised by its first
    /// lines, which only the first piece holds.
    #[must_use]
    pub fn can_be_cut(&self) -> bool {
        self.split == Split::Lines && !self.many_origins
    }

    /// The envelopes by name, for the report; `None` where there are none.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let names: Vec<&str> = self.layers.iter().map(|layer| layer.name()).collect();
        (!names.is_empty()).then(|| format!("read out of {}", names.join(", then ")))
    }
}
