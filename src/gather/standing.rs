//! How every format stands before a source's first lines.

use super::formats::{Fit, Format};
use super::recognise::Order;

/// How a format stands before a source's first lines.
#[derive(Clone, Copy)]
pub struct Standing {
    /// The format, with the layout that the source declares.
    pub format: &'static dyn Format,
    /// Samples of other formats that it accepts: the more, the less it tells.
    pub strangers: usize,
    /// Lines that can be nothing else.
    pub yes: usize,
    /// Lines that it may read, those among them.
    pub fits: usize,
    /// Lines that no format before it may read.
    pub first: usize,
}

impl Standing {
    fn new(format: &'static dyn Format, strangers: usize, head: &[u8]) -> Self {
        Self {
            format: format.declared(head).unwrap_or(format),
            strangers,
            yes: 0,
            fits: 0,
            first: 0,
        }
    }

    /// Whether it may read records of the source, of which so many lines were looked at.
    #[must_use]
    pub fn is_candidate(&self, lines: usize) -> bool {
        self.yes > 0 || self.fits * 2 > lines
    }
}

/// Asks every format of lines about a source's first ones. With it, how many of them are known: a line that only may be
/// one's counts one, any other two.
#[must_use]
pub fn stand(lines: &[&[u8]], order: &Order) -> (Vec<Standing>, usize) {
    let head = lines.join(&b'\n');
    let of_lines = order.ranked().filter(|(format, _)| format.framing().items().is_none());
    let mut standings: Vec<Standing> = of_lines
        .map(|(format, strangers)| Standing::new(format, strangers, &head))
        .collect();
    let mut halves = 0;
    for line in lines {
        let mut best = Fit::No;
        for standing in &mut standings {
            let fit = standing.format.fit(line);
            standing.yes += usize::from(fit == Fit::Yes);
            standing.fits += usize::from(fit != Fit::No);
            standing.first += usize::from(fit != Fit::No && best == Fit::No);
            best = best.max(fit);
        }
        halves += best as usize;
    }
    (standings, halves)
}
