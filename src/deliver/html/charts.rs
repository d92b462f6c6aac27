//! All traffic over time: one drawing a measure on one axis, the windows shaded in each and named in a lane below.

use super::axis::{percent, ticks};
use super::class_of;
use super::drawing::{Drawing, Outline};
use super::markup::Markup;
use super::spans;
use crate::deliver::phrases::{count, counted, round, second};
use crate::model::{Findings, Step, Steps, Time, Window};

/// Lanes of windows that overlap; more would take more room than they tell.
const LANES: usize = 6;

/// A window in its lane takes at least this much of the width, in percent: room for its number on a narrow screen.
const LANE_PERCENT: f64 = 5.5;

/// Height of a lane in pixels, as in the style sheet.
const LANE_PIXELS: usize = 22;

/// Writes the drawings.
pub(super) fn write(page: &mut Markup, findings: &Findings) {
    let timeline = &findings.timeline;
    if timeline.all.steps.is_empty() {
        return;
    }
    page.within("section", &[("id", &"timeline")], |page| {
        page.element("h2", &[], "Over time");
        page.within("figure", &[("class", &"chart")], |page| {
            panels(page, &timeline.all, &findings.windows);
            axis(page, &timeline.all);
            lanes(page, &timeline.all, &findings.windows);
            let shaded = if findings.windows.is_empty() {
                "no windows"
            } else {
                "windows are shaded and numbered"
            };
            let mut says = format!(
                "All traffic, {} to {}, in steps of {}; {shaded}.",
                second(timeline.all.start),
                second(timeline.all.end()),
                spans::step(timeline.all.step_ms)
            );
            if timeline.outside > 0 {
                says.push_str(&format!(
                    " {} lie far from all others in time and are not drawn.",
                    counted(timeline.outside, "attempt", "attempts")
                ));
            }
            page.within("figcaption", &[], |page| page.prose(&says));
        });
    });
}

/// Fewer than this do not fill a drawing: a single failure is not to look like a disaster.
const FULL: f64 = 4.0;

/// A measure of a step.
struct Measure {
    title: &'static str,
    class: &'static str,
    of: fn(&Step) -> f64,
    is_share: bool,
}

const MEASURES: [Measure; 4] = [
    Measure {
        title: "Attempts",
        class: "traffic",
        of: |step| number(step.attempts),
        is_share: false,
    },
    Measure {
        title: "Failures",
        class: "failures",
        of: |step| number(step.failures),
        is_share: false,
    },
    Measure {
        title: "Failing share",
        class: "failures",
        of: |step| step.share(),
        is_share: true,
    },
    Measure {
        title: "The caller’s own errors",
        class: "caller",
        of: |step| number(step.caller_side),
        is_share: false,
    },
];

/// Up to which share a drawing goes: the least that holds them all, of few, so that drawings can be compared.
fn scale(most: f64) -> f64 {
    let tops = [0.05, 0.1, 0.25, 0.5];
    tops.into_iter().find(|top| most <= *top).unwrap_or(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a height on a drawing")]
fn number(number: u64) -> f64 {
    number as f64
}

fn panels(page: &mut Markup, all: &Steps, windows: &[Window]) {
    let shaded: Vec<(Time, Time)> = windows.iter().map(|window| (window.start, window.end)).collect();
    // Where nothing but failures was logged, there is no share to draw.
    let knows_share = all.steps.iter().any(|step| step.attempts > step.failures + step.caller_side);
    for (measure, panel) in MEASURES.iter().zip(1..) {
        if measure.is_share && !knows_share {
            continue;
        }
        let values: Vec<f64> = all.steps.iter().map(measure.of).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        if most <= 0.0 {
            continue;
        }
        let at = values.iter().position(|value| *value >= most).unwrap_or(0);
        let when = all.start.plus_ms(all.step_ms.saturating_mul(i64::try_from(at).unwrap_or(0)));
        let peak = if measure.is_share {
            format!(
                "at most {:.1} %, drawn up to {:.0} %",
                round(most * 100.0),
                scale(most) * 100.0
            )
        } else {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a count")]
            let most = most as u64;
            format!("at most {} in {}", count(most), spans::step(all.step_ms))
        };
        page.within("p", &[("class", &"panel")], |page| {
            page.element("strong", &[], measure.title);
            page.element("span", &[], &peak);
        });
        let drawing = Drawing {
            steps: all,
            id: format!("all{panel}"),
            title: format!("{} over time", measure.title),
            says: format!(
                "{peak}, at {}; {} shaded.",
                second(when),
                counted(windows.len() as u64, "window", "windows")
            ),
            class: "panel",
        };
        let scale = if measure.is_share { scale(most) } else { most.max(FULL) };
        drawing.write(
            page,
            &shaded,
            &[Outline {
                class: measure.class,
                heights: values.iter().map(|value| value / scale).collect(),
            }],
        );
    }
}

/// Writes the instants below a drawing.
pub(super) fn axis(page: &mut Markup, steps: &Steps) {
    page.within("div", &[("class", &"axis"), ("aria-hidden", &"true")], |page| {
        for tick in ticks(steps) {
            let place = format!("left:{}%", round(tick.percent));
            page.element("span", &[("style", &place)], &tick.says);
        }
    });
}

/// Writes the windows below all drawings, each a link to its section.
fn lanes(page: &mut Markup, all: &Steps, windows: &[Window]) {
    if windows.is_empty() {
        return;
    }
    let mut ends: Vec<f64> = Vec::new();
    let mut places = Vec::with_capacity(windows.len());
    for window in windows {
        let (left, right) = (percent(all, window.start), percent(all, window.end));
        let left = left.min(100.0 - LANE_PERCENT / 2.0);
        let end = right.max(left + LANE_PERCENT);
        let free = ends.iter().position(|end| *end <= left);
        let lane = free.unwrap_or(ends.len()).min(LANES - 1);
        match ends.get_mut(lane) {
            Some(taken) => *taken = taken.max(end),
            None => ends.push(end),
        }
        places.push((left, (right - left).max(0.0), lane));
    }
    let height = format!("height:{}px", ends.len() * LANE_PIXELS);
    let attributes: [(&'static str, &dyn std::fmt::Display); 3] =
        [("class", &"lanes"), ("style", &height), ("aria-label", &"Windows over time")];
    page.within("nav", &attributes, |page| {
        for ((window, number), (left, width, lane)) in windows.iter().zip(1..).zip(places) {
            let place = format!("left:{}%;width:{}%;top:{}px", round(left), round(width), lane * LANE_PIXELS);
            let class = format!("tag {}", class_of(window));
            let says = format!("Window {number}: {}, {}", class_of(window), second(window.start));
            page.jump(
                &format!("w{number}"),
                &[("class", &class), ("style", &place), ("aria-label", &says)],
                &number.to_string(),
            );
        }
    });
}
