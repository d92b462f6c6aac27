//! Where it failed: a strip of time for every model, endpoint, server, proxy and host, each under the other, so that what
//! failed alone and what failed together can be seen.

use super::charts::axis;
use super::drawing::{Drawing, LEVELS};
use super::markup::Markup;
use super::spans;
use super::table::{numbers, table, words};
use crate::deliver::phrases::{count, inert, percent, round, second};
use crate::model::{Dimension, Findings, Slice, Step, Steps};

/// Writes the table of strips.
pub(super) fn write(page: &mut Markup, findings: &Findings) {
    if !is_shown(findings) {
        return;
    }
    let timeline = &findings.timeline;
    page.within("section", &[("id", &"slices")], |page| {
        page.element("h2", &[], "Where it failed");
        legend(page);
        let caption = format!(
            "Failing share over time by attribute, in steps of {}; the most failing first",
            spans::step(timeline.all.step_ms)
        );
        let columns = [words("Value"), numbers("Attempts"), numbers("Failed"), words("Over time")];
        table(page, "strips", &caption, &columns, |rows| {
            let mut last = None;
            for (slice, number) in timeline.slices.iter().zip(1..) {
                if last.replace(slice.dimension) != Some(slice.dimension) {
                    rows.group(title(slice.dimension));
                }
                let total = total(&slice.steps);
                rows.row(|row| {
                    row.cell(|page| match &slice.name {
                        Some(name) => page.element("code", &[], name),
                        None => page.text(&name(slice)),
                    });
                    row.text(&count(total.attempts));
                    row.cell(|page| {
                        page.text(&format!("{:.1} %", percent(total.failures, total.attempts)));
                        page.element("small", &[], &format!(" {}", count(total.failures)));
                    });
                    row.cell(|page| strip(page, &timeline.all, slice, number));
                });
            }
        });
        page.within("div", &[("class", &"strips-axis")], |page| axis(page, &timeline.all));
    });
}

/// Whether there is anything to tell apart.
pub(super) fn is_shown(findings: &Findings) -> bool {
    !findings.timeline.slices.is_empty() && findings.timeline.all.total().failures > 0 && !findings.counts.without_successes()
}

fn strip(page: &mut Markup, all: &Steps, slice: &Slice, number: usize) {
    let worst = slice
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.failures > 0)
        .max_by(|(a, one), (b, other)| one.share().total_cmp(&other.share()).then(b.cmp(a)));
    let says = worst.map_or_else(
        || "No failure.".to_owned(),
        |(at, step)| {
            let at = i64::try_from(at).unwrap_or(0).saturating_mul(all.step_ms);
            format!(
                "Highest: {:.1} % of {} at {}.",
                round(step.share() * 100.0),
                count(step.attempts),
                second(all.start.plus_ms(at))
            )
        },
    );
    let drawing = Drawing {
        steps: all,
        id: format!("s{number}"),
        title: format!("{}: failing share over time", name(slice)),
        says,
        class: "strip",
    };
    drawing.write_strip(page, &slice.steps);
}

fn legend(page: &mut Markup) {
    page.within("ul", &[("class", &"legend"), ("aria-label", &"Failing share")], |page| {
        for level in &LEVELS {
            page.within("li", &[], |page| {
                let height = format!("height:{}%", level.height);
                page.within("span", &[("class", &"swatch"), ("aria-hidden", &"true")], |page| {
                    page.within("i", &[("class", &level.class), ("style", &height)], |_| {});
                });
                page.text(level.says);
            });
        }
        page.within("li", &[], |page| {
            page.within("span", &[("class", &"swatch none"), ("aria-hidden", &"true")], |_| {});
            page.text("no traffic");
        });
    });
}

fn total(steps: &[Step]) -> Step {
    let mut total = Step::default();
    steps.iter().for_each(|step| total.add(*step));
    total
}

fn name(slice: &Slice) -> String {
    slice
        .name
        .as_deref()
        .map_or_else(|| format!("{} more", count(slice.values)), inert)
}

fn title(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Provider => "Provider",
        Dimension::Surface => "Surface",
        Dimension::ServerAddress => "Server",
        Dimension::Model => "Model",
        Dimension::Endpoint => "Endpoint",
        Dimension::ServiceTier => "Service tier",
        Dimension::Project => "Project",
        Dimension::Proxy => "Proxy",
        Dimension::Host => "Host",
        Dimension::Region => "Region",
        Dimension::EdgeSite => "Edge site",
        Dimension::Client => "Client",
    }
}
