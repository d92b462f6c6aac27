//! The vocabulary: plain values that every wing speaks, without I/O, threads or judgement.
//!
//! A **record** is what a log holds; an [`Observation`] is one attempt as one [`Vantage`] saw it; an [`Attempt`] is
//! one HTTP exchange, whoever saw it; a **call** is what the program wanted and may take several attempts; a
//! **failure** is an [`Outcome`]; a [`Window`] is a stretch of time; a [`Verdict`] names its class.

mod attempt;
mod case;
mod cells;
mod counting;
mod counts;
mod coverage;
mod fields;
mod findings;
mod ids;
mod known_log;
mod method;
mod millis;
mod observation;
mod outcome;
mod reached;
mod rollup;
mod runs;
mod sample;
mod seldom;
mod shared;
mod source_rollup;
mod terms;
mod time;
mod timeline;
mod took;
mod trace;
mod undated;
mod wanted;
mod window;
mod working;

pub use attempt::{Attempt, ByProxies, CallOutcome, JoinMethod, Log, Seen, SeenAt, SeenBy, Side, Traffic, TrafficCell};
pub use case::{ByError, Case, ControlGroup, Durations, Ending, IdCounts, Occurrences, Part, ProxyLog, Share, Stretch};
pub use cells::{CELL_SECONDS, Cell, Cells, MAX_TUPLES, TupleId, slot, start};
pub use counting::Counting;
pub use coverage::{Coverage, Skipped, SourceCoverage, UNREAD_SHARE_ALLOWED};
pub use fields::{Fields, Instant};
pub use findings::{CallerSideCount, Counts, Finding, Findings, Narrowed, RetryAudit, RetryFinding};
pub use ids::{CommonIds, IdTexts, Ids};
pub use known_log::{Hash, KnownLog};
pub use method::Method;
pub use millis::Millis;
pub use observation::{Alike, ErrorSaid, Observation, RetrySaid, Tokens, Upstream};
pub use outcome::{CallerKind, Outcome, TransportError};
pub use reached::{Fact, Reached};
pub use rollup::{Rollup, SourceName};
pub(crate) use runs::sort_runs;
pub use sample::{IdSample, SampledId};
pub use seldom::{Empty, Seldom};
pub use shared::Shared;
pub use source_rollup::{ChunkSpan, Rare, SourceRollup, TokensUsed, UNREAD_LINES_KEPT, order_records};
pub use terms::{Attributes, Dimension, Grain, Name, Others, Vantage};
pub use time::Time;
pub use timeline::{Slice, Step, Steps, Timeline, Took, Zoom};
pub use took::{TOOK_SECONDS, TookClass};
pub use trace::{CallEnd, InWindow, Sighting, Trace, TracedAttempt, TracedCall, TracedRecord};
pub use undated::Undated;
pub use wanted::{Wanted, id_hash, id_hash_of};
pub use window::{Class, Counter, Flag, Scope, Severity, StatusNote, Verdict, Window};
pub use working::{Compared, Minute, Tally, ValueTally, Working};
