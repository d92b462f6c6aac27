//! What may be told: [`scrub`] lets only what has a known shape in, [`seal`] makes findings showable on the way out, and
//! [`wall`] looks over the finished bytes.

mod pseudonym;
pub mod scrub;
mod seal;
mod wall;

pub use seal::{Audience, Policy, Sealed, SealedTrace, seal, seal_scope, seal_trace, told};
pub use wall::{Removed, is_clean, is_clean_for_strangers, wall, wall_for_strangers};
