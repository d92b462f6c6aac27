//! Gives the records of one part to the collector, or to those of the programs that write into the source.

use super::LINE_BITS;
use super::parts::{Lent, Parts, describe};
use crate::gather::collect::{Collector, KnownLines, SourceContext};
use crate::gather::envelopes::{self, Clock, Opening, Outer, Wrapped};
use crate::gather::formats::{Fit, Format};
use crate::gather::frame::{self, Ended, Framing, Items, Owned, Refill, Sink, Window};
use crate::gather::recognise::{Order, Recognised, recognise_lines};
use crate::gather::sieve::Savers;
use crate::model::{ChunkSpan, Name};
use crate::redact::scrub;
use std::collections::{BTreeMap, BTreeSet};

/// The number of all programs together whose lines no format knows. Others' are hashes, and would have to meet it.
const STRANGERS: u64 = u64::MAX;

/// A host and service that write into a file of several.
struct Origin<'a> {
    name: Name,
    recognised: Option<Recognised>,
    collector: Collector<'a>,
}

/// Gives records to the collector.
pub(super) struct Records<'a> {
    collector: Collector<'a>,
    context: SourceContext<'a>,
    /// The sources that the envelopes tell apart.
    origins: BTreeMap<u64, Origin<'a>>,
    /// Programs whose lines no format knows: they are one source together.
    strangers: BTreeSet<u64>,
    /// How they are recognised; `None` where the user forces a format.
    order: Option<&'a Order>,
    candidates: &'a [&'static dyn Format],
    /// Where the records are, of a document.
    items: Option<Items>,
    /// The part's number, where lines have it.
    part: u64,
    /// Envelopes tell when the lines were written.
    dated: bool,
    /// Terminal colours stand in the lines.
    coloured: bool,
    /// A record without them.
    bare: Vec<u8>,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        context: SourceContext<'a>,
        candidates: &'a [&'static dyn Format],
        order: Option<&'a Order>,
        part: usize,
        recognised: Option<&Recognised>,
    ) -> Self {
        Self {
            collector: Collector::new(context.clone()),
            context,
            origins: BTreeMap::new(),
            strangers: BTreeSet::new(),
            order,
            candidates,
            part: (part as u64) << LINE_BITS,
            coloured: recognised.is_some_and(|recognised| recognised.opening.coloured),
            dated: recognised.is_some_and(|recognised| recognised.opening.dated.is_some()),
            items: recognised.and_then(|recognised| recognised.items),
            bare: Vec::new(),
        }
    }

    /// Takes the kinds of lines that are known of the source.
    pub(super) fn remember(&mut self, known: Box<KnownLines>) {
        self.collector.remember(known);
    }

    /// Takes what is lent of what was read of the source before, to go on with it.
    pub(super) fn lend(&mut self, lent: Lent) {
        self.collector.lend(lent.samples, lent.numbers, lent.records);
    }

    /// Gives them back, with what was learned.
    pub(super) fn give_back(&mut self) -> Option<Box<KnownLines>> {
        self.collector.give_back()
    }

    /// What they gave, read from `offset` on.
    pub(super) fn finish(self, opening: &Opening, part: usize, offset: u64) -> Parts {
        let mut sightings = Vec::new();
        let mut savers = Savers::default();
        let mut finish = |mut collector: Collector<'_>| {
            savers.add(std::mem::take(&mut collector.savers));
            sightings.append(&mut collector.sightings);
            let mut rollup = collector.finish();
            rollup.notes.extend(opening.said());
            if let Some((first, last)) = rollup.span {
                rollup.chunks.push(ChunkSpan { offset, first, last });
            }
            rollup
        };
        let mut parts = Parts {
            rollup: Box::new(finish(self.collector)),
            ..Parts::default()
        };
        let host = opening.host.clone().filter(|host| scrub::host(host).is_some());
        parts.rollup.host = parts.rollup.host.take().or(host);
        for origin in self.origins.into_values() {
            let mut rollup = finish(origin.collector);
            describe(&mut rollup, origin.recognised.as_ref());
            parts.add(origin.name, rollup);
        }
        parts.sightings = sightings.into_iter().collect();
        if !savers.is_empty() {
            parts.savers.push((part, savers));
        }
        parts
    }

    /// Reads the bytes that are owned.
    pub(super) fn read(&mut self, window: &mut Window, reader: &mut dyn Refill, opening: &Opening, owned: &Owned) -> Ended {
        if opening.is_plain() {
            self.cut(window, reader, owned)
        } else {
            self.open(window, reader, opening, owned)
        }
    }

    /// Reads lines that lie open.
    fn cut(&mut self, window: &mut Window, reader: &mut dyn Refill, owned: &Owned) -> Ended {
        let (candidates, coloured) = (self.candidates, self.coloured);
        if let Some(items) = self.items {
            return frame::items(window, reader, items, self);
        }
        // Asked of every line: of the one format of most sources without a look at the others.
        if let ([only], false) = (candidates, coloured)
            && only.framing() == Framing::Continued
        {
            return frame::cut(window, reader, owned, Some(&|line| only.starts_record(line)), self);
        }
        let starts = |line: &[u8]| {
            if coloured {
                starts_record(candidates, envelopes::strip_colours(line, &mut Vec::new()))
            } else {
                starts_record(candidates, line)
            }
        };
        frame::cut(window, reader, owned, continued(candidates).then_some(&starts), self)
    }

    /// Reads a source whose lines lie in envelopes.
    fn open(&mut self, window: &mut Window, reader: &mut dyn Refill, opening: &Opening, owned: &Owned) -> Ended {
        let wrapped = Wrapped {
            opening,
            clock: Clock {
                zone: self.context.zone,
                reference: self.context.reference,
            },
        };
        envelopes::read(window, reader, &wrapped, owned, self)
    }

    /// Takes what the envelope of the next record says of it, and gives the collector of its origin.
    fn lies_in(&mut self, outer: &Outer) -> &mut Collector<'a> {
        let of_origin = self.number(outer.origin).and_then(|number| self.origins.get_mut(&number));
        let collector = of_origin.map_or(&mut self.collector, |origin| &mut origin.collector);
        collector.lies_in(outer);
        collector
    }

    /// The context of a source within the source: `all.log [web-1 nginx]`.
    fn context_of(&self, origin: u64, outer: &Outer) -> SourceContext<'a> {
        let shown = |name: &Option<Name>| name.clone().filter(|name| scrub::host(name).is_some());
        let (host, service) = (shown(&outer.host), shown(&outer.service));
        let words: Vec<&str> = [&host, &service].into_iter().flatten().map(|word| &**word).collect();
        // What cannot be shown is told apart by its number.
        let told = [&outer.host, &outer.service].into_iter().flatten().count();
        let words = if words.len() == told {
            words.join(" ")
        } else {
            format!("{origin:016x}")
        };
        SourceContext {
            name: Name::from(format!("{} [{words}]", self.context.name)),
            host: host.or_else(|| self.context.host.clone()),
            ..self.context.clone()
        }
    }

    /// Where an origin is kept.
    fn number(&self, origin: Option<u64>) -> Option<u64> {
        origin.map(|origin| if self.strangers.contains(&origin) { STRANGERS } else { origin })
    }

    /// The formats of an origin; of the whole source where none is told.
    fn candidates_of(&self, origin: Option<u64>) -> &[&'static dyn Format] {
        match self.number(origin).and_then(|number| self.origins.get(&number)) {
            Some(origin) => origin.recognised.as_ref().map_or(&[][..], |known| &known.candidates),
            None => self.candidates,
        }
    }

    /// Gives a record without terminal colours.
    #[inline]
    fn bared(&mut self, record: &[u8], give: impl FnOnce(&mut Collector<'_>, &[u8])) {
        if self.coloured {
            give(&mut self.collector, envelopes::strip_colours(record, &mut self.bare));
        } else {
            give(&mut self.collector, record);
        }
    }
}

/// Whether records may go on over several lines.
pub(in crate::gather) fn continued(candidates: &[&'static dyn Format]) -> bool {
    candidates.iter().any(|format| format.framing() != Framing::Line)
}

pub(in crate::gather) fn starts_record(candidates: &[&'static dyn Format], line: &[u8]) -> bool {
    candidates.iter().any(|format| starts(*format, line))
}

/// Whether a line starts a record: in a source of several formats, whoever knows the line decides.
fn starts(format: &dyn Format, line: &[u8]) -> bool {
    match format.framing() {
        Framing::Line => format.fit(line) != Fit::No,
        Framing::Continued => format.starts_record(line),
        Framing::Items(_) => false,
    }
}

impl Sink for Records<'_> {
    fn warm(&mut self, record: &[u8]) {
        self.bared(record, |collector, record| collector.warm(record));
    }

    fn record(&mut self, line: u64, record: &[u8]) {
        let line = self.part | line;
        self.bared(record, |collector, record| collector.record(line, record));
    }

    fn too_long(&mut self, line: u64) {
        self.collector.too_long(self.part | line);
    }

    fn unfinished(&mut self, line: u64, record: &[u8]) {
        let line = self.part | line;
        self.bared(record, |collector, record| collector.cut_short(line, record));
    }
}

impl envelopes::Reader for Records<'_> {
    fn meet(&mut self, outer: &Outer, lines: &[&[u8]]) {
        let Some(number) = outer.origin else { return };
        let mut context = self.context_of(number, outer);
        let recognised = match self.order {
            Some(order) => recognise_lines(lines, order, self.dated),
            None => context.candidates.first().map(|forced| Recognised::forced(*forced)),
        };
        if recognised.is_none() {
            self.strangers.insert(number);
            context.name = Name::from(format!("{} [others]", self.context.name));
            context.host = None;
        }
        context.candidates = recognised
            .as_ref()
            .map_or(Vec::new(), |recognised| recognised.candidates.clone());
        let number = if recognised.is_some() { number } else { STRANGERS };
        let origin = Origin {
            name: Name::clone(&context.name),
            collector: Collector::new(context),
            recognised,
        };
        self.origins.entry(number).or_insert(origin);
    }

    fn goes_on(&self, origin: Option<u64>) -> bool {
        continued(self.candidates_of(origin))
    }

    fn starts(&self, origin: Option<u64>, line: &[u8]) -> bool {
        starts_record(self.candidates_of(origin), line)
    }

    fn warm(&mut self, outer: &Outer, record: &[u8]) {
        self.lies_in(outer).warm(record);
    }

    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        let line = self.part | line;
        self.lies_in(outer).record(line, record);
    }

    fn too_long(&mut self, line: u64) {
        self.collector.too_long(self.part | line);
    }

    fn unfinished(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        let line = self.part | line;
        self.lies_in(outer).cut_short(line, record);
    }
}
