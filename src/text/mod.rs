//! To be filled.

pub mod scan;
