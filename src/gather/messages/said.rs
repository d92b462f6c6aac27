//! What a message turned out to be.

/// What a message turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The end, start or a detail of an attempt or call: `fields.grain` says which.
    AboutACall,
    /// Something else.
    Other,
}
