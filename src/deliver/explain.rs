//! Every number behind one verdict, as text: what `--explain` shows.

use super::filters;
use super::phrases::{count, dimension_word, ending, handle, inert, second};
use super::report::Context;
use super::table::{columns, wrapped};
use crate::model::{Attempt, Compared, Side, Tally, Time, Window, Working};
use crate::redact::Sealed;
use std::io;

/// Writes the working of one window.
pub(super) fn write(
    place: usize,
    window: &Window,
    working: &Working,
    sealed: &Sealed,
    context: &Context<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let verdict = &window.verdict;
    writeln!(
        out,
        "w{}: {} ({:.2}), {} to {}\n",
        place + 1,
        verdict.class.name(),
        verdict.confidence,
        second(window.start),
        second(window.end)
    )?;
    if let Some(told) = filters::told(&sealed.findings().narrowed) {
        paragraph(&format!("Filtered: {told}"), context, out)?;
        writeln!(out)?;
    }
    evidence(window, working, context, out)?;
    scope(window, working, context, out)?;
    sides(window, working, context, out)?;
    confidence(working, verdict.confidence, out)?;
    minutes(window, working, out)?;
    failures(window, out)?;
    writeln!(out, "Thresholds in force")?;
    for (name, value) in &sealed.findings().thresholds {
        writeln!(out, "  {name} {value}")?;
    }
    Ok(())
}

fn paragraph(text: &str, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "{}", wrapped(text, "  ", "  ", context.width))
}

/// Failures of attempts; of failures alone, where only they were logged.
fn of(tally: Tally, window: &Window) -> String {
    if window.only_failures {
        return format!("{:.0}", tally.failures);
    }
    format!("{:.0} of {:.0}", tally.failures, tally.attempts)
}

fn evidence(window: &Window, working: &Working, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "Is it more than usual?")?;
    let side = match window.side {
        Side::Provider => "the provider's side",
        Side::Network => "the network's side",
    };
    let counted = if window.only_failures {
        format!(
            "Only failures were logged, so no share is known. Counted: first attempts that failed on {side}, as if a few \
             attempts a minute had gone well, of which {:.2} % fail usually (assumed, not measured). That they came closer together is \
             spoken for",
            working.background * 100.0
        )
    } else {
        format!(
            "Counted: first attempts that failed on {side}. Usual: {:.2} % (background). The window's counts speak for a higher share",
            working.background * 100.0
        )
    };
    paragraph(
        &format!(
            "{counted} with {:.1} nats; {:.1} were asked for (chance gives so much alpha_per_day times a day over all slices). Failures outside \
             come in clumps of {:.2}, which leaves {:.1} nats. The burst automaton gave {:.1}.",
            working.evidence,
            working.threshold,
            working.dispersion,
            working.evidence / working.dispersion,
            working.score
        ),
        context,
        out,
    )?;
    writeln!(out)
}

fn scope(window: &Window, working: &Working, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "What do the failing ones share?")?;
    if working.scope.is_empty() {
        paragraph(
            "No attribute explains the failures with the rest proven healthy, so the scope is everything.",
            context,
            out,
        )?;
    }
    for Compared {
        dimension,
        affected,
        others,
        gain,
        chance_of_healthy,
    } in &working.scope
    {
        paragraph(
            &format!(
                "{}: {} against {} of the others; two shares explain this better than one by {gain:.1} nats; if the others failed \
                 at a third of that share, so few failures would have a chance of {chance_of_healthy:.2e}.",
                dimension_word(*dimension),
                of(*affected, window),
                of(*others, window)
            ),
            context,
            out,
        )?;
    }
    let rows = working.values.iter().map(|told| {
        vec![
            dimension_word(told.dimension).to_owned(),
            told.value.as_deref().map_or_else(|| "(not logged)".to_owned(), inert),
            of(told.tally, window),
            if window.only_failures {
                "unknown".to_owned()
            } else {
                format!("{:.1e}", told.chance)
            },
            if told.in_scope { "yes" } else { "" }.to_owned(),
        ]
    });
    let header = ["attribute", "value", "failed", "chance at the usual share", "in scope"];
    writeln!(out, "{}", columns(&header, rows.collect()))
}

fn sides(window: &Window, working: &Working, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "Did they reach the provider?")?;
    let rows = working
        .facts
        .iter()
        .map(|(fact, failures)| vec![fact.says().to_owned(), fact.reached().name().to_owned(), count(*failures)]);
    write!(out, "{}", columns(&["decided by", "reached", "failures"], rows.collect()))?;
    paragraph(
        &format!(
            "Together: yes {}, no {}, unknown {}; the side of {} was decided by their neighbours.",
            count(window.reached_yes),
            count(window.reached_no),
            count(window.reached_unknown),
            count(working.by_vote)
        ),
        context,
        out,
    )?;
    writeln!(out)
}

fn confidence(working: &Working, confidence: f64, out: &mut dyn io::Write) -> io::Result<()> {
    let factors: Vec<String> = working
        .confidence
        .iter()
        .map(|(name, factor)| format!("{name} {factor:.3}"))
        .collect();
    writeln!(out, "How sure?\n  {} = {confidence:.2}\n", factors.join(" x "))
}

fn minutes(window: &Window, working: &Working, out: &mut dyn io::Write) -> io::Result<()> {
    let what = if window.only_failures {
        "that failed"
    } else {
        "failed of all"
    };
    writeln!(out, "Minute by minute (first attempts, {what}; * inside the window)")?;
    let is_inside = |start: Time| start.plus_ms(60_000) > window.start && start <= window.end;
    let rows = working.minutes.iter().map(|minute| {
        let mark = if is_inside(minute.start) { "*" } else { " " };
        vec![
            format!("{mark} {}", second(minute.start)),
            of(minute.inside, window),
            of(minute.outside, window),
            format!("{:+.2}", minute.gain),
        ]
    });
    let header = ["minute", "in scope", "others", "nats"];
    writeln!(out, "{}", columns(&header, rows.collect()))
}

fn failures(window: &Window, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "The failures used")?;
    let row = |attempt: &Attempt| {
        let seen = attempt.seen_by.iter().next();
        vec![
            attempt.time.to_string(),
            ending(attempt.outcome),
            attempt.number.to_string(),
            format!("{} ({})", attempt.reached.name(), attempt.fact.says()),
            handle(attempt),
            seen.map_or_else(String::new, |seen| format!("{}:{}", inert(seen.path), seen.line)),
        ]
    };
    let header = ["time", "end", "attempt", "reached", "handle", "first seen"];
    write!(out, "{}", columns(&header, window.requests.iter().map(row).collect()))?;
    if window.requests_omitted > 0 {
        writeln!(
            out,
            "  and {} more; --max-requests shows them",
            count(window.requests_omitted)
        )?;
    }
    writeln!(out)
}
