//! Small scanners over text.

pub mod json;
pub mod logfmt;
pub mod scan;
pub mod timestamp;
