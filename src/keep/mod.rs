//! What is kept from night to night: how far each log was read, what was read of the recent past, the windows that were
//! found, and hourly counts for a year.
//!
//! One SQLite file in the state directory, and a night is one transaction of it: a run that is killed anywhere has
//! happened or has not. [`Lock`] lets one run in at a time, [`Store`] is the file, [`windows`] tells a new window from a
//! known one, [`hours`] counts, and [`history`] answers what earlier nights found.

mod blob;
mod codes;
pub mod history;
pub mod hours;
mod lock;
mod named;
mod part;
mod recent;
mod rollup_v1;
mod schema;
mod seen_v1;
mod store;
pub mod windows;
mod words;

pub use lock::{Busy, Lock};
pub use named::{ITSELF, named, within};
pub use part::{Part, Unfit, part_packed, part_unpacked, wanted_packed, wanted_unpacked};
pub use store::{Horizon, Night, NightDone, Store, StoreError};
pub use windows::{Kept, News};
