//! Drawings as inline SVG: outlines over steps of time. They hold no text, so that they can be stretched to any width; what
//! they say stands beside them and in their title and description.

use super::markup::Markup;
use crate::deliver::phrases::round;
use crate::model::{Step, Steps, Time};
use std::fmt::Write as _;

/// Height of a drawing's own units; its width is one unit a step.
const HEIGHT: f64 = 100.0;

/// A shaded stretch is never thinner than this share of the drawing, or it could not be seen.
const THINNEST: f64 = 0.004;

/// A drawing over steps of time.
pub(super) struct Drawing<'a> {
    /// The time base.
    pub(super) steps: &'a Steps,
    /// Unique in the page.
    pub(super) id: String,
    /// What it shows.
    pub(super) title: String,
    /// What is to be seen in it.
    pub(super) says: String,
    /// The class of its style.
    pub(super) class: &'static str,
}

/// An outline: its class and a height from 0 to 1 for each step.
pub(super) struct Outline {
    /// The class of its style.
    pub(super) class: &'static str,
    /// 0 to 1, one for each step.
    pub(super) heights: Vec<f64>,
}

impl Drawing<'_> {
    /// Writes it: the shaded stretches, then the outlines, each before the last one.
    pub(super) fn write(&self, page: &mut Markup, shaded: &[(Time, Time)], outlines: &[Outline]) {
        let shades: Vec<(f64, f64)> = shaded.iter().map(|(from, to)| self.stretch(*from, *to)).collect();
        self.svg(page, |page| {
            for (x, width) in shades {
                let (x, width) = (round(x), round(width));
                page.within(
                    "rect",
                    &[
                        ("class", &"shade"),
                        ("x", &x),
                        ("y", &0),
                        ("width", &width),
                        ("height", &HEIGHT),
                    ],
                    |_| {},
                );
            }
            for outline in outlines {
                path(page, outline.class, &area(&outline.heights));
            }
        });
    }

    /// Writes a strip: where there was traffic, and failing shares in five steps, each a colour and a height of its own.
    pub(super) fn write_strip(&self, page: &mut Markup, steps: &[Step]) {
        let traffic = steps.iter().map(|step| if step.attempts > 0 { 1.0 } else { 0.0 });
        let traffic: Vec<f64> = traffic.collect();
        self.svg(page, |page| {
            path(page, "has", &area(&traffic));
            for level in &LEVELS {
                let bars = bars(steps, level);
                if !bars.is_empty() {
                    path(page, level.class, &bars);
                }
            }
        });
    }

    fn svg(&self, page: &mut Markup, fill: impl FnOnce(&mut Markup)) {
        let view = format!("0 0 {} {HEIGHT}", self.steps.steps.len().max(1));
        let (title, says) = (format!("{}-t", self.id), format!("{}-d", self.id));
        let labels = format!("{title} {says}");
        let attributes: [(&'static str, &dyn std::fmt::Display); 6] = [
            ("class", &self.class),
            ("viewBox", &view),
            ("preserveAspectRatio", &"none"),
            ("role", &"img"),
            ("aria-labelledby", &labels),
            ("focusable", &"false"),
        ];
        page.within("svg", &attributes, |page| {
            page.element("title", &[("id", &title)], &self.title);
            page.element("desc", &[("id", &says)], &self.says);
            fill(page);
        });
    }

    /// Place and width of a stretch, in steps.
    fn stretch(&self, from: Time, to: Time) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "places on a drawing")]
        let (count, at) = (self.steps.steps.len() as f64, |time: Time| {
            time.since(self.steps.start) as f64 / self.steps.step_ms.max(1) as f64
        });
        let (left, right) = (at(from).clamp(0.0, count), at(to).clamp(0.0, count));
        (left, (right - left).max(count * THINNEST))
    }
}

/// A failing share's step: colour and height say the same.
pub(super) struct Level {
    /// The class of its style.
    pub(super) class: &'static str,
    /// From this share on.
    pub(super) from: f64,
    /// Below this share.
    pub(super) below: f64,
    /// Height of its bar, 0 to 100.
    pub(super) height: u8,
    /// What the legend says.
    pub(super) says: &'static str,
}

/// The steps of a failing share: those of the severity (25 % and 90 %), and halfway.
pub(super) const LEVELS: [Level; 5] = [
    Level {
        class: "l1",
        from: 0.0,
        below: 0.05,
        height: 22,
        says: "under 5 %",
    },
    Level {
        class: "l2",
        from: 0.05,
        below: 0.25,
        height: 40,
        says: "5 to 25 %",
    },
    Level {
        class: "l3",
        from: 0.25,
        below: 0.5,
        height: 60,
        says: "25 to 50 %",
    },
    Level {
        class: "l4",
        from: 0.5,
        below: 0.9,
        height: 80,
        says: "50 to 90 %",
    },
    Level {
        class: "l5",
        from: 0.9,
        below: f64::INFINITY,
        height: 100,
        says: "90 % and more",
    },
];

fn path(page: &mut Markup, class: &'static str, line: &str) {
    page.within("path", &[("class", &class), ("d", &line)], |_| {});
}

/// The area below steps of these heights (0 to 1), neighbours of one height in one stroke.
fn area(heights: &[f64]) -> String {
    let mut line = format!("M0 {HEIGHT}");
    let mut at = f64::NAN;
    for (step, height) in heights.iter().enumerate() {
        let y = ((1.0 - height.clamp(0.0, 1.0)) * HEIGHT * 10.0).round() / 10.0;
        if at.to_bits() != y.to_bits() {
            let _ = write!(line, "H{step}V{y}");
            at = y;
        }
    }
    let _ = write!(line, "H{}V{HEIGHT}z", heights.len());
    line
}

/// The bars of the steps whose failing share is in a level, neighbours in one.
fn bars(steps: &[Step], level: &Level) -> String {
    let is_in = |step: &Step| step.failures > 0 && step.share() >= level.from && step.share() < level.below;
    let mut line = String::new();
    let mut start = None;
    for at in 0..=steps.len() {
        match (steps.get(at).is_some_and(is_in), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let (width, height) = (at - from, level.height);
                let _ = write!(line, "M{from} {HEIGHT}h{width}v-{height}h-{width}z");
                start = None;
            }
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, area, bars};
    use crate::model::Step;

    #[test]
    fn neighbours_of_one_height_are_one_stroke() {
        assert_eq!(area(&[0.0, 0.5, 0.5, 1.0]), "M0 100H0V100H1V50H3V0H4V100z");
    }

    #[test]
    fn a_step_is_in_one_level() {
        let step = |failures: u64| Step {
            attempts: 10,
            failures,
            caller_side: 0,
        };
        let steps = [step(0), step(10), step(9), step(2)];
        let drawn: Vec<String> = LEVELS.iter().map(|level| bars(&steps, level)).collect();
        assert_eq!(drawn, ["", "M3 100h1v-40h-1z", "", "", "M1 100h2v-100h-2z"]);
    }
}
