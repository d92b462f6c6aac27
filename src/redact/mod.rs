//! Two gates: `scrub` lets only what has a known shape in, `seal` makes findings showable on the way out.

pub mod scrub;
