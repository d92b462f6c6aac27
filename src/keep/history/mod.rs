//! What earlier nights found: the windows, the counts of a year, and what both say together.

mod span;
mod stretch;
mod summary;

pub use span::{Span, UnknownSpan, day, month, week};
pub use stretch::History;
pub use summary::{Availability, Recurring, Repair, Summary, by_day, by_span, total};
