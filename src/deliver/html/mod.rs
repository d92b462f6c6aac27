//! The report for a browser, a mail attachment or paper: one file without a script, in which nothing is loaded from anywhere.
//!
//! [`markup`] is the only way to write into it; `style.css` its looks, light, dark and printed. The page itself forbids
//! what it does not do (Content Security Policy 3: `default-src 'none'`).

mod axis;
mod charts;
mod coverage;
mod drawing;
mod markup;
mod requests;
mod slices;
mod spans;
mod summary;
mod table;
mod traffic;
mod window;

use super::report::{Context, Report};
use super::summary::headline;
use crate::model::Findings;
use crate::redact::Sealed;
use markup::Markup;
use std::io;

/// What a browser is to refuse, should anything get past the escaping.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Windows whose sections stand open; of more, the gravest do and the others open on a click.
const OPEN: usize = 6;

/// The report.
pub(super) struct Html;

impl Report for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn extension(&self) -> &'static str {
        "html"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(page(sealed.findings(), context).as_bytes())
    }
}

fn page(findings: &Findings, context: &Context<'_>) -> String {
    let mut page = Markup::document();
    page.within("html", &[("lang", &"en-GB")], |page| {
        page.within("head", &[], |page| head(page, findings));
        page.within("body", &[], |page| {
            page.within("header", &[], |page| summary::write(page, findings, context));
            page.within("main", &[], |page| body(page, findings));
            page.within("footer", &[], |page| {
                let made = context.generated_at.format("%Y-%m-%d %H:%M:%S UTC");
                page.element(
                    "p",
                    &[],
                    &format!("faultscope {}, made {made}. All times are UTC.", context.version),
                );
            });
        });
    });
    page.into_text()
}

fn head(page: &mut Markup, findings: &Findings) {
    page.meta(&[("charset", &"utf-8")]);
    page.meta(&[("http-equiv", &"Content-Security-Policy"), ("content", &POLICY)]);
    for (name, content) in [
        ("viewport", "width=device-width, initial-scale=1"),
        ("color-scheme", "light dark"),
        ("referrer", "no-referrer"),
        ("robots", "noindex"),
        ("format-detection", "telephone=no"),
    ] {
        page.meta(&[("name", &name), ("content", &content)]);
    }
    page.element("title", &[], &headline(findings));
    page.style(include_str!("style.css"));
}

fn body(page: &mut Markup, findings: &Findings) {
    summary::windows(page, findings);
    charts::write(page, findings);
    slices::write(page, findings);
    windows(page, findings);
    traffic::isolated(page, findings);
    traffic::caller_side(page, findings);
    traffic::retries(page, findings);
    traffic::remarks(page, findings);
    coverage::write(page, findings);
}

fn windows(page: &mut Markup, findings: &Findings) {
    if findings.windows.is_empty() {
        return;
    }
    let mut gravest: Vec<usize> = (0..findings.windows.len()).collect();
    gravest.sort_by_key(|at| std::cmp::Reverse(findings.windows.get(*at).map(|window| window.failures)));
    gravest.truncate(OPEN);
    page.within("section", &[("id", &"details")], |page| {
        page.element("h2", &[], "Each window");
        for (at, one) in findings.windows.iter().enumerate() {
            let zoom = findings.timeline.windows.get(at);
            window::write(page, at + 1, one, zoom, gravest.contains(&at));
        }
    });
}

/// The class of a window's style.
fn class_of(window: &crate::model::Window) -> &'static str {
    window.verdict.class.name()
}
