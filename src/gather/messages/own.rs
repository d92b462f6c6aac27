//! Which parts of a message are its own, so that messages that differ in nothing else need not be read (`gather::alike`).

use super::pairs::{Key, Pairs, Unit, latency_ms};
use super::said::Said;
use super::sdk_line::{behind_words, sdk_line};
use super::{read_within, scan, summary};
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::model::Fields;

/// The longest line with brackets whose numbers are told: whether a value's brackets are closed is looked for so many bytes
/// far (`pairs`), and numbers of other lengths would move the place.
const WITH_BRACKETS: usize = 400;

/// The ids of a message that lies in `record` behind its stamp, and the numbers among its pairs, with the stamp and in their
/// order; `None` where the stamp is none. `is_error` is what the level says, `span` as in [`super::read_within`].
pub fn own(record: &str, stamp: &str, span: Option<&str>, message: &str, is_error: bool) -> Option<Vec<Slot>> {
    let stamp = Slot::stamp(record, stamp)?;
    let mut fields = Fields {
        ok: is_error.then_some(false),
        ..Fields::default()
    };
    let is_other = read_within(span, message, &mut fields) == Said::Other;
    let line = scan::first_line(message.trim_start()).0;
    let is_paired = !is_sdks(message) && !has_far_brackets(line) && (is_other || summary::is_paired(span, line));
    let texts = [fields.text, fields.error_message];
    let is_said = texts
        .into_iter()
        .flatten()
        .any(|text| lies_in(text, line) || lies_in(line, text));
    let idle = idle(record, span, line).filter(|_| is_paired && !is_said);
    if is_other {
        return Some(in_order(idle.chain([stamp]).collect()));
    }
    let ids = [
        (fields.x_request_id, Own::ProviderId),
        (fields.request_id, Own::RequestId),
        (fields.x_client_request_id, Own::ClientId),
    ];
    let ids = ids.into_iter().filter_map(|(id, own)| Slot::id(record, id?, own));
    let numbers = if is_paired {
        numbers(record, line, &fields)
    } else {
        Vec::new()
    };
    Some(in_order(ids.chain(numbers).chain([stamp]).chain(idle).collect()))
}

/// Whether a reader of an SDK's lines reads the message.
fn is_sdks(message: &str) -> bool {
    let message = message.trim_start();
    let (line, rest) = scan::first_line(message);
    let scratch = &mut Fields::default();
    sdk_line(line, rest, message, scratch)
        .or_else(|| behind_words(line, rest, message, scratch))
        .is_some()
}

fn has_far_brackets(line: &str) -> bool {
    line.len() > WITH_BRACKETS && line.contains(['(', '[', '{'])
}

/// Parts in their order; of two that overlap the first counts.
fn in_order(mut slots: Vec<Slot>) -> Vec<Slot> {
    slots.sort_by_key(|slot| slot.range().start);
    slots.dedup_by(|later, first| later.range().start < first.range().end);
    slots
}

/// The numbers of pairs whose keys mean nothing, such as a user's: programs write them into most of their lines.
fn idle<'a>(record: &'a str, span: Option<&'a str>, line: &'a str) -> impl Iterator<Item = Slot> {
    let pairs = [span, Some(line)].into_iter().flatten().flat_map(Pairs::of);
    pairs
        .filter(|(name, _)| Key::of(name).is_none())
        .filter_map(move |(_, value)| Slot::number(record, value, Own::Nothing))
}

/// The latency and the counts of tokens that `fields` were given by pairs of the message's first line. Elsewhere a number may
/// say anything.
fn numbers(record: &str, line: &str, fields: &Fields<'_>) -> Vec<Slot> {
    let mut found = [const { Vec::new() }; 3];
    for (name, value) in Pairs::of(line) {
        let place = match Key::of(name) {
            Some(Key::Latency(unit)) if fields.duration_ms == latency_ms(value, unit) => {
                let (digits, milliseconds) = in_unit(value, unit);
                Some((0, Slot::number(record, digits, Own::Duration(Elapsed::By(milliseconds)))))
            }
            Some(Key::InputTokens) => Some((1, Slot::number(record, value, Own::InputTokens))),
            Some(Key::OutputTokens) => Some((2, Slot::number(record, value, Own::OutputTokens))),
            _ => None,
        };
        let is_text = [fields.text, fields.error_message]
            .into_iter()
            .flatten()
            .any(|text| lies_in(value, text));
        if let Some((kind, slot)) = place.filter(|_| !is_text)
            && let Some(found) = found.get_mut(kind)
        {
            found.push(slot);
        }
    }
    // Where a key stands twice, which of its values counts is the parse's to say.
    let once = found.into_iter().filter(|slots: &Vec<Option<Slot>>| slots.len() == 1);
    once.flatten().flatten().collect()
}

/// The digits of a latency, and how milliseconds are made of them.
fn in_unit(value: &str, unit: Unit) -> (&str, fn(&str) -> Option<f64>) {
    let length = value
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    match value.split_at_checked(length) {
        Some((digits, "ms")) => (digits, |digits| latency_ms(digits, Unit::Milliseconds)),
        Some((digits, "s")) => (digits, |digits| latency_ms(digits, Unit::Seconds)),
        _ => match unit {
            Unit::Milliseconds => (value, |digits| latency_ms(digits, Unit::Milliseconds)),
            Unit::Seconds => (value, |digits| latency_ms(digits, Unit::Seconds)),
            Unit::Unnamed => (value, |digits| latency_ms(digits, Unit::Unnamed)),
        },
    }
}

fn lies_in(part: &str, text: &str) -> bool {
    let (part, text) = (part.as_bytes().as_ptr_range(), text.as_bytes().as_ptr_range());
    text.start <= part.start && part.end <= text.end
}
