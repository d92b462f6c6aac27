//! The progress bar: bytes read of bytes found, on standard error, only where somebody watches.

use super::args::Analyze;
use super::world;
use crate::gather::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Draws a second: enough to see that it moves, too few to cost anything.
const DRAWS_PER_SECOND: u8 = 10;

/// A bar, or nothing.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new(args: &Analyze) -> Self {
        if args.quiet || args.no_progress || !world::is_watched() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
        let style = ProgressStyle::with_template("reading {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}");
        Self(Some(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)))
    }

    /// Takes the bar away, so that what follows stands on a clean line.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn found(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(bytes);
        }
    }

    fn read(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }
}
