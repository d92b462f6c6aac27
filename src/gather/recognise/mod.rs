//! What a source is in: which formats may read its records, what its lines lie in, and what its stamps lack.

mod beside;
mod order;
mod recognised;
mod standing;

pub use order::Order;
pub use recognised::Recognised;
pub use standing::{Standing, stand};

use super::dates::{self, Lacking};
use super::envelopes::{self, Judged, Opening, Split};
use super::formats::{Fit, Format};
use super::frame::{RECORD_LIMIT, document};
use crate::model::Vantage;
use crate::text::timestamp::{DateKnown, Slashed};
use beside::tell_what_stands_beside;
use memchr::memmem::Finder;
use recognised::OPEN;
use standing::{stand_briefly, stand_within};
use std::sync::{Arc, LazyLock};

/// Lines that are looked at, empty ones left out.
pub const LINES: usize = 200;

/// Bytes that are looked at, unless they hold no whole record.
pub const HEAD: usize = 256 * 1024;

/// Bytes that are looked at, at most: past the longest record that is kept, and past one that is too long to be kept.
pub const LONGEST_HEAD: usize = 3 * RECORD_LIMIT;

/// Newlines that a longer head ends with: so many lines are no longer an accident.
const FEW: usize = 8;

/// Whether so much of a source is enough to recognise it.
#[must_use]
pub fn is_enough(head: &[u8]) -> bool {
    let lines = if head.len() >= HEAD { FEW } else { LINES };
    head.len() >= LONGEST_HEAD || memchr::memchr_iter(b'\n', head).nth(lines).is_some()
}

/// Recognises a source by its first bytes; `whole` says that there are no more. `None`: no format knows it.
#[must_use]
pub fn recognise(head: &[u8], whole: bool, order: &Order) -> Option<Recognised> {
    let is_document = |format: &dyn Format| format.framing().items().is_some();
    let documents = order.unranked().iter().filter(|ranked| is_document(ranked.format));
    let fitting = documents.filter(|ranked| ranked.format.fit(head) == Fit::Yes);
    if let Some(ranked) = fitting.min_by_key(|ranked| order.rank(ranked)) {
        return Some(Recognised::forced(ranked.format));
    }
    let (items, records) = document(head, LINES).unzip();
    let lines: Vec<&[u8]> = match &records {
        Some(records) => records.iter().map(Vec::as_slice).collect(),
        None => sampled(head, whole),
    };
    let (opening, known) = match items {
        // Its records are no lines of the source, in which envelopes would be looked for.
        Some(_) if Split::of(head) == Split::Lines => (Opening::default(), judge(&lines, order, false).known),
        _ => envelopes::find(head, &lines, &|lines, is_dated| judge(lines, order, is_dated)),
    };
    let mut recognised = known?;
    recognised.items = items.filter(|_| opening.is_plain());
    let first = recognised.lacking.take();
    recognised.lacking = match (opening.dated, first) {
        // The envelopes tell what the lines leave out, and not how they write what they do not.
        (Some(DateKnown::Full), first) => first.filter(|first| first.slashed == Some(Slashed::DayFirst)),
        (Some(dated), None) => Some(Box::new(Lacking {
            stamp: String::new(),
            dated,
            slashed: None,
        })),
        (_, first) => first.filter(|first| !first.is_nothing()),
    };
    if opening.says_anything() {
        recognised.opening = Arc::new(opening);
    }
    Some(recognised)
}

/// Recognises the lines of one of several programs that write into one source; `is_dated` says that envelopes tell when.
#[must_use]
pub fn recognise_lines(lines: &[&[u8]], order: &Order, is_dated: bool) -> Option<Recognised> {
    judge(lines, order, is_dated).known
}

/// What lines are that lie open, and how many of them are known.
fn judge(lines: &[&[u8]], order: &Order, is_dated: bool) -> Judged<Recognised> {
    let (mut standings, mut halves) = stand_briefly(lines, order);
    if is_dated && halves < 2 * lines.len() {
        // Who needs the envelopes' time says little of a line, and so is heard where it knows more of them than all others.
        for (standing, more) in stand_within(lines, &standings, order) {
            if more > halves {
                standings.push(standing);
                halves += more;
            }
        }
    }
    let mut candidates: Vec<&Standing> = standings
        .iter()
        .filter(|standing| standing.is_candidate(lines.len()))
        .collect();
    if candidates.is_empty() {
        candidates = standings.iter().filter(|standing| standing.tells_a_call(lines)).collect();
    }
    let most = candidates.iter().rev().max_by_key(|standing| standing.first);
    let measured = |standing: &&Standing| {
        // Another reads all of the lines before it does: its unit would be worked out for nothing.
        let unit = (standing.first > 0).then(|| standing.format.measured(lines)).flatten();
        unit.unwrap_or(standing.format)
    };
    let mut formats: Vec<&'static dyn Format> = candidates.iter().map(measured).collect();
    tell_what_stands_beside(&mut formats, lines);
    let is_gateways = formats.iter().any(|format| format.is_the_gateways());
    let known = most.map(|most| Recognised {
        candidates: formats,
        name: most.format.name(),
        vantage: if is_gateways { Vantage::Proxy } else { most.format.vantage() },
        items: None,
        lacking: None,
        told_in_order: told_in_order(lines),
        opening: Arc::clone(&OPEN),
    });
    let known = known.map(|known| Recognised {
        lacking: dates::first(lines, &known.candidates).map(Box::new),
        ..known
    });
    Judged {
        share: halves * 500 / lines.len().max(1),
        known,
    }
}

/// Whether lines leave out what those around them tell, so that the log is read in its order. An SDK at DEBUG writes what it
/// sends, and with it the model, which no line on the answer names: openai-python and anthropic-sdk-python
/// (`Request options: {…}`), openai-node and anthropic-ts since 5 (`[log_…] sending request {`) and before
/// (`OpenAI:DEBUG:request https://… {`). So does LiteLLM's router, just above an access line (`(model=…) 200 OK`); its text is
/// read in its order anyway, so that whatever level it is at may be taken for one that tells. And answers may carry no stamp.
fn told_in_order(lines: &[&[u8]]) -> bool {
    static SENT: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["Request options: {'method'", "] sending request {", ":DEBUG:request http"].map(Finder::new));
    static ANNOUNCED: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["[32m 200 OK", " HTTP/1.1"].map(Finder::new));
    static TEXT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" - LiteLLM"));
    let holds = |mark: &Finder<'_>| lines.iter().any(|line| mark.find(line).is_some());
    SENT.iter().any(holds) || holds(&TEXT) || ANNOUNCED.iter().all(holds) || lines.iter().any(|line| is_uvicorns(line))
}

/// Whether a line is uvicorn's on an answer, as its default logger writes it: without a stamp, so that the lines around it tell when.
fn is_uvicorns(line: &[u8]) -> bool {
    static HTTP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" HTTP/1.1\" "));
    static BEHIND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(") INFO:     "));
    (line.starts_with(b"INFO:     ") || BEHIND.find(line).is_some()) && HTTP.find(line).is_some()
}

/// The first lines that are not empty; the last one only where it is whole, or the only one.
fn sampled(head: &[u8], whole: bool) -> Vec<&[u8]> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let end = if whole { None } else { memchr::memrchr(b'\n', head) };
    let head = end.and_then(|end| head.get(..end)).unwrap_or(head);
    let lines = head.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines = lines.filter(|line| !line.trim_ascii().is_empty()).take(LINES);
    lines.map(|line| line.get(..RECORD_LIMIT).unwrap_or(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Order, recognise};
    use crate::gather::formats::{self, Fit, Format, Unread};
    use crate::model::{Fields, Vantage};

    /// Says Yes to lines that begin with its word and Maybe to those that hold one of its letters.
    struct Toy {
        name: &'static str,
        maybe: &'static str,
        samples: &'static [&'static str],
    }

    impl Format for Toy {
        fn name(&self) -> &'static str {
            self.name
        }
        fn vantage(&self) -> Vantage {
            Vantage::Proxy
        }
        fn fit(&self, line: &[u8]) -> Fit {
            let maybe = line.iter().any(|byte| self.maybe.as_bytes().contains(byte));
            match (line.starts_with(self.name.as_bytes()), maybe) {
                (true, _) => Fit::Yes,
                (_, true) => Fit::Maybe,
                _ => Fit::No,
            }
        }
        fn parse(&self, _: &[u8], _: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
            Ok(())
        }
        fn samples(&self) -> &'static [&'static str] {
            self.samples
        }
        fn source(&self) -> &'static str {
            "made up"
        }
    }

    static ONE: Toy = Toy {
        name: "one",
        maybe: "",
        samples: &["one {}"],
    };
    static ANY: Toy = Toy {
        name: "any",
        maybe: "{",
        samples: &["any {}", "any {1}"],
    };
    static ALSO: Toy = Toy {
        name: "also",
        maybe: "{",
        samples: &["also {}", "also {1}"],
    };

    static ON: Toy = Toy {
        name: "on",
        maybe: "",
        samples: &["on 1"],
    };

    fn candidates(head: &str, formats: &[&'static dyn Format]) -> Vec<&'static str> {
        let recognised = recognise(head.as_bytes(), true, &Order::of(formats));
        recognised
            .map(|found| found.candidates.iter().map(|format| format.name()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn who_accepts_strangers_is_asked_later() {
        let order: Vec<_> = Order::of(&[&ANY, &ONE]).iter().map(Format::name).collect();
        assert_eq!(order, ["one", "any"]);
        assert_eq!(candidates("one {}\n\none {}\n", &[&ANY, &ONE]), ["one", "any"]);
    }

    #[test]
    fn one_yes_or_a_majority_of_maybes_makes_a_candidate() {
        assert_eq!(candidates("one\ntext\ntext\n", &[&ANY, &ONE]), ["one"]);
        assert_eq!(candidates("{\n{\ntext\n", &[&ANY, &ONE]), ["any"]);
        assert!(candidates("{\ntext\n", &[&ANY, &ONE]).is_empty());
    }

    #[test]
    fn a_line_of_another_shape_is_asked_of_every_format_though_one_is_sure_of_it() {
        assert_eq!(
            candidates("on 1\non 2\non 3\non 4\non 5\none {}\n", &[&ON, &ONE]),
            ["one", "on"]
        );
    }

    #[test]
    fn the_format_of_most_lines_gives_the_name() {
        let head = b"one {}\nother {}\nother {}\n";
        assert_eq!(recognise(head, true, &Order::of(&[&ANY, &ONE])).unwrap().name, "any");
    }

    #[test]
    fn two_equals_that_accept_each_other_are_a_tie() {
        assert_eq!(Order::of(&[&ANY, &ONE, &ALSO]).ties(), [("also", "any")]);
    }

    #[test]
    fn no_two_built_in_formats_are_a_tie() {
        assert!(Order::of(formats::ALL).ties().is_empty());
    }
}
