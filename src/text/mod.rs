//! Small scanners over text.

pub mod timestamp;
