//! Small scanners over text.

pub mod json;
pub mod logfmt;
pub mod nearest;
pub mod needles;
pub mod scan;
pub mod thousands;
pub mod timestamp;
