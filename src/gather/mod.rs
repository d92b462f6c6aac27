//! Act one: from bytes to a rollup, in parallel.

pub mod collect;
pub mod formats;
pub mod frame;
pub mod messages;
pub mod normalise;
pub mod signatures;
