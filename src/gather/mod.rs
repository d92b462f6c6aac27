//! Act one: from bytes to a rollup, in parallel.

pub mod formats;
pub mod frame;
pub mod messages;
pub mod signatures;
