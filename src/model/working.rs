//! The numbers behind one verdict, for whoever doubts it (`--explain`).

use super::reached::Fact;
use super::terms::{Dimension, Name};
use super::time::Time;
use std::collections::BTreeMap;

/// First attempts and how many of them failed on the window's side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// First attempts.
    pub attempts: f64,
    /// Failures among them.
    pub failures: f64,
}

/// One minute of a window, with ten before and after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minute {
    /// Its start.
    pub start: Time,
    /// What the scope holds.
    pub inside: Tally,
    /// Everything else.
    pub outside: Tally,
    /// What it adds to the window's evidence at the window's own failing share, in nats.
    pub gain: f64,
}

/// One value of one dimension, over the window's minutes, whatever the scope.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTally {
    /// The dimension.
    pub dimension: Dimension,
    /// The value; none where no log says it.
    pub value: Option<Name>,
    /// Its counts.
    pub tally: Tally,
    /// Chance of so many failures or more at the background rate.
    pub chance: f64,
    /// It is in the scope.
    pub in_scope: bool,
}

/// Why a dimension is in the scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The dimension.
    pub dimension: Dimension,
    /// The affected values together.
    pub affected: Tally,
    /// The others together.
    pub others: Tally,
    /// Nats by which two rates explain the counts better than one, less what each value costs.
    pub gain: f64,
    /// Chance that the others show so few failures if they failed at a third of the affected values' share.
    pub chance_of_healthy: f64,
}

/// The numbers behind one verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Working {
    /// The background failing share that everything is measured against.
    pub background: f64,
    /// The window's evidence against it, in nats.
    pub evidence: f64,
    /// What the burst automaton gave, in nats.
    pub score: f64,
    /// The evidence that was asked for, in nats.
    pub threshold: f64,
    /// How much clustered background weakens the evidence; 1 is not at all.
    pub dispersion: f64,
    /// The minutes, by time; those without attempts are left out.
    pub minutes: Vec<Minute>,
    /// Every value of every dimension that has several.
    pub values: Vec<ValueTally>,
    /// The tests of the scope's dimensions, in the order in which they were found.
    pub scope: Vec<Compared>,
    /// Failures by the fact that decided whether the provider was reached.
    pub facts: BTreeMap<Fact, u64>,
    /// Failures whose side their neighbours decided.
    pub by_vote: u64,
    /// The factors of the confidence, and their names.
    pub confidence: Vec<(&'static str, f64)>,
}
