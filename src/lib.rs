//! faultscope joins application and proxy logs of LLM API calls, finds the windows in which calls failed, says whose
//! fault they were, and writes the ticket.
//!
//! Three acts that do not know each other, each a function from one plain value to the next; only [`cli`] strings them
//! together. [`gather`] turns bytes into a `Rollup`, in parallel. [`judge`] turns a `Rollup` into `Findings`, purely.
//! [`deliver`] turns sealed findings into a report. Beside them, [`keep`] remembers from night to night. `ARCHITECTURE.md` has the picture.

pub mod model;

pub mod text;

pub mod redact;

pub mod providers;

mod workers;

pub mod gather;

pub mod judge;

pub mod deliver;

pub mod keep;

pub mod cli;
