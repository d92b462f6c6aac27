//! One window: its verdict with reasons and counter-reasons, its course, its figures, and the requests to quote.

use super::charts::axis;
use super::class_of;
use super::drawing::{Drawing, Outline};
use super::markup::Markup;
use super::summary::badge;
use super::table::{numbers, table, words};
use super::{requests, spans};
use crate::deliver::phrases::{self, confidence, count, second};
use crate::model::{Time, Window, Zoom};

/// Error types shown per window.
const ERRORS_SHOWN: usize = 5;

/// Writes a window's section.
pub(super) fn write(page: &mut Markup, number: usize, window: &Window, zoom: Option<&Zoom>, is_open: bool) {
    let id = format!("w{number}");
    let class = format!("window {}", class_of(window));
    page.within("article", &[("class", &class)], |page| {
        let title = |page: &mut Markup| {
            page.within("h3", &[], |page| {
                page.text(&format!("Window {number} "));
                badge(page, window);
            });
        };
        let whole = |page: &mut Markup| {
            // The place to jump to is inside: a browser opens what is closed around it.
            page.within("p", &[("id", &id), ("class", &"lead")], |page| page.prose(&lead(window)));
            course(page, number, window, zoom);
            page.within("div", &[("class", &"columns")], |page| {
                page.within("div", &[], |page| verdict(page, window));
                page.within("div", &[], |page| figures(page, window, zoom));
            });
            let of = count(window.failures);
            let list = phrases::list_of(window, "the JSON report");
            requests::write(page, &window.requests, |shown| {
                format!("{shown} of {of} failed requests, spread over the window; {list}")
            });
        };
        if is_open {
            title(page);
            whole(page);
        } else {
            page.within("details", &[], |page| {
                page.within("summary", &[], |page| {
                    title(page);
                    page.element("span", &[("class", &"when")], &lead(window));
                });
                whole(page);
            });
        }
    });
}

fn lead(window: &Window) -> String {
    format!(
        "{}, {}: {}.",
        spans::span(window.start, window.end),
        phrases::scope(&window.scope),
        phrases::failed(window)
    )
}

/// The scope's traffic and failures, in the window and around it.
fn course(page: &mut Markup, number: usize, window: &Window, zoom: Option<&Zoom>) {
    let Some(around) = zoom.map(|zoom| &zoom.around).filter(|around| !around.steps.is_empty()) else {
        return;
    };
    let most = around.steps.iter().map(|step| step.attempts).max().unwrap_or(0).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a height on a drawing")]
    let heights = |of: fn(&crate::model::Step) -> u64| around.steps.iter().map(|step| of(step) as f64 / most as f64).collect();
    page.within("figure", &[("class", &"chart")], |page| {
        page.within("p", &[("class", &"panel")], |page| {
            page.within("strong", &[], |page| {
                page.element("span", &[("class", &"key traffic")], "attempts");
                page.text(" of its scope, of these ");
                page.element("span", &[("class", &"key failures")], "failed");
            });
            page.element(
                "span",
                &[],
                &format!("at most {} in {}", count(most), spans::step(around.step_ms)),
            );
        });
        let drawing = Drawing {
            steps: around,
            id: format!("w{number}c"),
            title: format!("Window {number} and the time around it"),
            says: lead(window),
            class: "zoom",
        };
        drawing.write(
            page,
            &[(window.start, window.end)],
            &[
                Outline {
                    class: "traffic",
                    heights: heights(|step| step.attempts),
                },
                Outline {
                    class: "failures",
                    heights: heights(|step| step.failures),
                },
            ],
        );
        axis(page, around);
    });
}

fn verdict(page: &mut Markup, window: &Window) {
    page.within("p", &[("class", &"next")], |page| {
        page.element("strong", &[], "Next: ");
        page.prose(&window.verdict.next_step);
    });
    page.element("h4", &[], &format!("Why {}", class_of(window)));
    page.within("ul", &[("class", &"reasons")], |page| {
        for sentence in &window.verdict.because {
            page.within("li", &[], |page| page.prose(sentence));
        }
    });
    page.element("h4", &[], "Why nothing else");
    page.within("ul", &[("class", &"reasons against")], |page| {
        for counter in &window.verdict.against {
            page.within("li", &[], |page| {
                page.element("strong", &[], &format!("Not {}: ", counter.class.name()));
                page.prose(&counter.says);
            });
        }
    });
    status_page(page, window);
}

/// What the provider's status page said, where one was asked.
fn status_page(page: &mut Markup, window: &Window) {
    if window.status_page.is_empty() {
        return;
    }
    page.element("h4", &[], "Status page");
    page.within("ul", &[("class", &"reasons")], |page| {
        for note in &window.status_page {
            page.within("li", &[], |page| page.prose(&phrases::status_note(note)));
        }
    });
}

fn figures(page: &mut Markup, window: &Window, zoom: Option<&Zoom>) {
    page.element("h4", &[], "Figures");
    page.within("dl", &[("class", &"facts")], |page| {
        let mut fact = |name: &str, value: &str| {
            page.within("div", &[], |page| {
                page.element("dt", &[], name);
                page.within("dd", &[], |page| page.prose(value));
            });
        };
        fact(
            "First failure",
            &edge(window.start_not_before, window.start, "last success before"),
        );
        fact("Last failure", &edge(window.end_not_after, window.end, "first success after"));
        fact("Failed", &phrases::share(window));
        let usual = window.baseline.map_or_else(
            || phrases::usual(window),
            |baseline| format!("{:.1} %", phrases::round(baseline * 100.0)),
        );
        fact("Usual outside it", &usual);
        fact("Calls", &phrases::lost(window));
        fact("Ended in", &endings(window));
        if !window.by_error.is_empty() {
            fact("Errors", &errors(window));
        }
        fact(
            "Confidence",
            &format!("{} ({:.2})", confidence(window.verdict.confidence), window.verdict.confidence),
        );
        if !window.flags.is_empty() {
            let flags: Vec<&str> = window.flags.iter().map(|flag| flag.name()).collect();
            fact("Shape", &flags.join(", "));
        }
    });
    reached(page, window);
    if let Some(zoom) = zoom {
        took(page, zoom);
    }
}

fn edge(around: Option<Time>, edge: Time, what: &str) -> String {
    let around = around.map_or_else(
        || format!("no {what} within ten minutes"),
        |time| format!("{what}: {}", spans::of_day(edge, time)),
    );
    format!("{} ({around})", second(edge))
}

/// How long its scope's attempts took: before, in the window, and those that failed, on one scale.
fn took(page: &mut Markup, zoom: &Zoom) {
    let rows = [
        ("Successes before", zoom.healthy_before),
        ("Successes inside", zoom.healthy_inside),
        ("Failures", zoom.failed),
    ];
    let longest = rows.iter().filter_map(|(_, took)| Some(took.as_ref()?.p95_ms)).max();
    let Some(longest) = longest.filter(|longest| *longest > 0) else {
        return;
    };
    let place = |ms: u64| phrases::percent(ms, longest);
    let columns = [
        words("Latency"),
        numbers("Half within"),
        numbers("95 % within"),
        words("Range"),
    ];
    table(
        page,
        "took",
        "How long its scope’s attempts took, in the hour before the window and inside it",
        &columns,
        |rows_of| {
            for (name, took) in rows.iter().filter_map(|(name, took)| Some((name, took.as_ref()?))) {
                rows_of.row(|row| {
                    row.cell(|page| {
                        page.text(name);
                        page.element("small", &[], &format!(" {}", count(took.of)));
                    });
                    row.text(&phrases::duration(took.p50_ms));
                    row.text(&phrases::duration(took.p95_ms));
                    row.cell(|page| {
                        let style = format!(
                            "margin-left:{}%;width:{}%",
                            place(took.p50_ms),
                            phrases::round((place(took.p95_ms) - place(took.p50_ms)).max(1.0))
                        );
                        page.within("div", &[("class", &"range"), ("aria-hidden", &"true")], |page| {
                            page.within("i", &[("style", &style)], |_| {});
                        });
                    });
                });
            }
        },
    );
}

fn endings(window: &Window) -> String {
    let statuses = window
        .by_status
        .iter()
        .map(|(status, number)| format!("HTTP {status}: {}", count(*number)));
    let kinds = window
        .by_transport_error
        .iter()
        .map(|(kind, number)| format!("{}: {}", kind.name(), count(*number)));
    statuses.chain(kinds).collect::<Vec<_>>().join(", ")
}

fn errors(window: &Window) -> String {
    let said = window.by_error.iter().take(ERRORS_SHOWN);
    let said = said.map(|error| format!("{}: {}", phrases::error(error), count(error.count)));
    said.collect::<Vec<_>>().join("; ")
}

/// Whether the failures reached the provider, as a bar of three parts and in words.
fn reached(page: &mut Markup, window: &Window) {
    page.element("h4", &[], "Did the failures reach the provider?");
    let parts = [
        ("yes", window.reached_yes),
        ("no", window.reached_no),
        ("unknown", window.reached_unknown),
    ];
    page.within("div", &[("class", &"reached"), ("aria-hidden", &"true")], |page| {
        for (class, number) in parts {
            if number > 0 {
                let grow = format!("flex-grow:{number}");
                page.within("i", &[("class", &class), ("style", &grow)], |_| {});
            }
        }
    });
    page.within("ul", &[("class", &"legend")], |page| {
        for (class, number) in parts {
            page.within("li", &[], |page| {
                page.within(
                    "span",
                    &[("class", &format!("swatch reach {class}")), ("aria-hidden", &"true")],
                    |_| {},
                );
                page.text(&format!("{class}: {}", count(number)));
            });
        }
    });
}
