//! When failures are more than usual: every number of the window finder, with its reason.
//!
//! The fields can be set by the user; the constants are fixed, each for the reason given (classification B10).

use std::collections::BTreeMap;

/// Minutes are the cells of the finder: seconds come from the failures themselves (Deepview, NSDI'18).
pub(crate) const CELL_MS: i64 = 60_000;
/// The background is never taken below this: one failure in 333 attempts is no news (classification A2).
pub(crate) const BACKGROUND_FLOOR: f64 = 0.003;
/// Above 2 % it is no background any more (classification A2, from BurstGPT's 1.8 %).
pub(crate) const BACKGROUND_CAP: f64 = 0.02;
/// The quantile of block rates taken as background: robust while windows cover under 75 % of the log.
pub(crate) const BACKGROUND_QUANTILE: f64 = 0.25;
/// The background measured outside the windows replaces the guess from this ratio on: below it, hardly a window changes, and
/// a second search costs as much as the first.
pub(crate) const BACKGROUND_AGAIN: f64 = 1.2;
/// Values of a dimension are searched each by itself where what went well names it for this part of what the failures do at
/// least. Below it the values' rates are told ten times too high, which makes of the lowest background one that is no background
/// any more.
pub(crate) const TOLD_ALIKE: f64 = 0.1;
/// Attempts a minute that are assumed where only failures were logged. With the lowest background they make one failure in 22
/// minutes usual, so that a window has about one in four minutes and more.
pub(crate) const ASSUMED_A_MINUTE: u32 = 15;
/// The part of the hours with failures that has no more of them than usual, where only failures were logged: the same quarter
/// as that of [`BACKGROUND_QUANTILE`].
pub(crate) const ARRIVALS_USUAL: usize = 4;
/// Attempts per block of the background.
pub(crate) const BACKGROUND_BLOCK: f64 = 200.0;
/// Rates of the burst automaton's states (Kleinberg 2002, with binomial emissions); the lowest is 5 % minus noise.
pub(crate) const LEVELS: [f64; 7] = [0.03, 0.06, 0.12, 0.25, 0.5, 0.8, 0.97];
/// A level is at least this many times the background: twice as bad is drift, not a window.
pub(crate) const LEVEL_RATIO: f64 = 4.0;
/// Nats for going up, for coming down, and between levels: a lone failure (5.8 nats at most) cannot pay up and down.
pub(crate) const COST_UP: f64 = 5.0;
/// See [`COST_UP`].
pub(crate) const COST_DOWN: f64 = 1.0;
/// See [`COST_UP`].
pub(crate) const COST_SWITCH: f64 = 2.0;
/// No segment counts with less evidence than this, in nats.
pub(crate) const EVIDENCE_FLOOR: f64 = 10.0;
/// Rounds of peeling at most.
pub(crate) const ROUNDS: usize = 40;
/// A segment this near to the strongest may anchor the window when its rate is clearly higher.
pub(crate) const ANCHOR_SHARE: f64 = 0.8;
/// How much higher its rate must be.
pub(crate) const ANCHOR_RATIO: f64 = 1.3;
/// A gap is bridged up to three hours while recovery is not proven.
pub(crate) const BRIDGED_MS: i64 = 10_800_000;
/// How likely a clean gap must stay by chance for it to be bridged.
pub(crate) const BRIDGE_CHANCE: f64 = 0.05;
/// A clean gap less likely than this by chance proves recovery.
pub(crate) const RECOVERY_CHANCE: f64 = 0.002;
/// The same over all gaps that are tried, divided by the failures.
pub(crate) const RECOVERY_CHANCE_ALL: f64 = 0.02;
/// A value is affected when its count has at most this chance at the background rate (Elastic uses 0.02).
pub(crate) const AFFECTED_CHANCE: f64 = 0.01;
/// Affected values fail at least at this share of the worst one's rate (Squeeze's equal ratio, loosened for small n).
pub(crate) const SAME_RATE_SHARE: f64 = 0.25;
/// The others are healthy when so few failures have at most this chance at a third of the affected rate. The method had
/// 0.05, which asks for 20 healthy attempts where 40 % of a quiet slice fail, and so lost true scopes of small windows
/// (on 300 generated scenarios 0.2 found 2 % more of them and no wrong one); that the two rates differ is shown by the gain.
pub(crate) const HEALTHY_CHANCE: f64 = 0.2;
/// See [`HEALTHY_CHANCE`].
pub(crate) const HEALTHY_SHARE: f64 = 1.0 / 3.0;
/// The same where the others are another provider's: two providers that fail at once, and not for a fault on the own side,
/// are rarer by far than one, so that even odds on the health of the other do (on 300 generated scenarios, 5 of 22 outages
/// of one provider more were told as such, and one of all providers less).
pub(crate) const OTHER_PROVIDER_CHANCE: f64 = 0.5;
/// The affected values explain this share of the excess (Adtributor's idea; 0.85 lost true scopes).
pub(crate) const COVERAGE: f64 = 0.75;
/// Nats that each value costs.
pub(crate) const VALUE_COST: f64 = 2.0;
/// Nats that an attribute must gain.
pub(crate) const GAIN_NEEDED: f64 = 3.0;
/// Attributes within so many nats of the best are as good: the fewest values win, then the order of precedence.
pub(crate) const TIE: f64 = 2.5;
/// The proxies' table explains better than the applications' attributes only by this factor, plus [`GAIN_NEEDED`].
pub(crate) const PROXY_RATIO: f64 = 1.1;
/// Stretches shorter than so many minutes do not tell two values apart in time.
pub(crate) const STAGGER_MINUTES: usize = 5;
/// Nats by which a stretch must show two rates.
pub(crate) const STAGGER_EVIDENCE: f64 = 6.0;
/// Nats by which the background explains a model's counts of such a stretch better than its own failing rate does, from
/// which on it is not failing there: odds of 50 to 1, for both ends of both models are tried.
pub(crate) const STAGGER_HEALTHY: f64 = 4.0;
/// Nats of evidence that other models fail there: more than one failure has (5.8 at most), less than a window needs.
pub(crate) const STAGGER_FAILING: f64 = 9.0;
/// How far a lone call must be from the rest of a window to be a stray one: nearer ones move an edge by little, and are how
/// a fault that fades ends.
pub(crate) const STRAY_GAP_MS: i64 = 120_000;
/// The same for more calls than one: the merge gap, within which failures belong together.
pub(crate) const STRAY_PART_GAP_MS: i64 = 600_000;
/// Nats by which background must explain a stray part and its gap better than the rest's rate: at even odds, half of a
/// faint window's quiet ends were cut off too.
pub(crate) const STRAY_EVIDENCE: f64 = 1.0;
/// A stray part has at most this share of the rest's failed calls: two parts of like size are one window or two, not one
/// and its strays.
pub(crate) const STRAY_PART_SHARE: f64 = 0.5;
/// Failed calls that the rest of a window must have to say what its rate is.
pub(crate) const STRAY_REST: f64 = 3.0;
/// Parts cut off one window at most.
pub(crate) const STRAY_CUTS: usize = 16;
/// A window shorter than this needs [`SHORT_FAILURES`] failed calls.
pub(crate) const SHORT_MS: i64 = 60_000;
/// See [`SHORT_MS`].
pub(crate) const SHORT_FAILURES: u64 = 4;
/// Failed calls that make a window at all.
pub(crate) const CALLS_NEEDED: u64 = 2;
/// The dispersion of clustered background is at most this (classification, part C).
pub(crate) const DISPERSION_CAP: f64 = 4.0;
/// Prior count of the dispersion.
pub(crate) const DISPERSION_PRIOR: f64 = 4.0;
/// Windows with this much evidence stand whatever the dispersion.
pub(crate) const STRONG: f64 = 60.0;

/// What the user may set.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Longest window of the class transient, in milliseconds. 300 s: the short window of burn-rate alerts (SRE
    /// workbook); only 2.2 % of acknowledged incidents are shorter (classification A1).
    pub transient_max_ms: i64,
    /// Gaps up to this are bridged, in milliseconds. 600 s: half of the tenth percentile of incident lengths.
    pub merge_gap_ms: i64,
    /// Failures that make a window. 3: two may be one call and its retry.
    pub min_failures: u64,
    /// Chance segments expected per day over all slices. 0.05: a quarter of the rate of real incidents.
    pub alpha: f64,
    /// The background rate; estimated from the logs where absent.
    pub background: Option<f64>,
    /// Least failing share of a window. 0.02: above the background's cap.
    pub min_rate: f64,
}

/// The fixed numbers that a reader may want to check a window against, by their names in the JSON report.
const FIXED: [(&str, f64); 27] = [
    ("affected_chance", AFFECTED_CHANCE),
    ("background_again", BACKGROUND_AGAIN),
    ("background_cap", BACKGROUND_CAP),
    ("background_floor", BACKGROUND_FLOOR),
    ("background_quantile", BACKGROUND_QUANTILE),
    ("bridge_chance", BRIDGE_CHANCE),
    ("bridged_seconds", BRIDGED_MS as f64 / 1000.0),
    ("cell_seconds", CELL_MS as f64 / 1000.0),
    ("cost_down_nats", COST_DOWN),
    ("cost_switch_nats", COST_SWITCH),
    ("cost_up_nats", COST_UP),
    ("coverage", COVERAGE),
    ("dispersion_cap", DISPERSION_CAP),
    ("evidence_floor_nats", EVIDENCE_FLOOR),
    ("gain_needed_nats", GAIN_NEEDED),
    ("healthy_chance", HEALTHY_CHANCE),
    ("level_ratio", LEVEL_RATIO),
    ("recovery_chance", RECOVERY_CHANCE),
    ("same_rate_share", SAME_RATE_SHARE),
    ("stagger_evidence_nats", STAGGER_EVIDENCE),
    ("stagger_failing_nats", STAGGER_FAILING),
    ("stagger_healthy_nats", STAGGER_HEALTHY),
    ("stray_evidence_nats", STRAY_EVIDENCE),
    ("stray_gap_seconds", STRAY_GAP_MS as f64 / 1000.0),
    ("stray_part_gap_seconds", STRAY_PART_GAP_MS as f64 / 1000.0),
    ("stray_part_share", STRAY_PART_SHARE),
    ("value_cost_nats", VALUE_COST),
];

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            transient_max_ms: 300_000,
            merge_gap_ms: 600_000,
            min_failures: 3,
            alpha: 0.05,
            background: None,
            min_rate: 0.02,
        }
    }
}

impl Thresholds {
    /// The numbers in force, by the names of the JSON report: those that can be set, and those that are fixed.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&'static str, f64> {
        #[expect(clippy::cast_precision_loss, reason = "durations and counts set by hand")]
        let (transient, merge, failures) = (
            self.transient_max_ms as f64 / 1000.0,
            self.merge_gap_ms as f64 / 1000.0,
            self.min_failures as f64,
        );
        let mut named = FIXED.into_iter().collect::<BTreeMap<_, _>>();
        named.extend([
            ("alpha_per_day", self.alpha),
            ("merge_gap_seconds", merge),
            ("min_failures", failures),
            ("min_rate", self.min_rate),
            ("transient_max_seconds", transient),
        ]);
        if let Some(background) = self.background {
            named.insert("background_rate", background);
        }
        named
    }
}
