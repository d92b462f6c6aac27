//! What a class must answer: everything that is ever said about a class stands in that class's file.

use super::evidence::Evidence;
use crate::model::Class;

/// One of the four classes.
pub(super) trait Argues: Sync {
    /// Which.
    fn class(&self) -> Class;
    /// Whether the evidence is of this class; the classes are asked in order, and the first that holds wins
    /// (classification B0).
    fn holds(&self, evidence: &Evidence<'_>) -> bool;
    /// What speaks for it, in one sentence with its counts.
    fn because(&self, evidence: &Evidence<'_>) -> String;
    /// Why it was not chosen, in one sentence with its counts.
    fn why_not(&self, evidence: &Evidence<'_>) -> String;
    /// What to do next (figures of the product definition, section 1).
    fn next_step(&self, evidence: &Evidence<'_>) -> String;
}
