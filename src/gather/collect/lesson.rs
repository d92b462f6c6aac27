//! Learns a kind of lines while one of them is parsed.

use super::known::Meant;
use super::{Collector, says_a_key_twice};
use crate::gather::alike::Owned;
use crate::gather::formats::Format;
use crate::model::Fields;
use std::str;

/// What is learned of a record while it is parsed.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    facts: u32,
    learned: Option<(Meant, Said)>,
}

/// What the parse of a record took for its own.
#[derive(Debug)]
struct Said {
    stamp: Option<Box<[u8]>>,
    duration_ms: Option<f64>,
    ids: [Option<Box<[u8]>>; 3],
    tokens: (Option<u64>, Option<u64>),
    /// A gateway's id, and a `cf-ray` without the place where it was served: successes keep neither.
    others: [Option<Box<[u8]>>; 2],
}

impl Said {
    fn by_parse(fields: &Fields<'_>) -> Self {
        let id = |id: Option<&str>| id.map(|id| id.as_bytes().into());
        Self {
            stamp: fields.timestamp.map(|stamp| stamp.as_bytes().into()),
            duration_ms: fields.duration_ms,
            ids: [fields.x_request_id, fields.request_id, fields.x_client_request_id].map(id),
            tokens: (fields.input_tokens, fields.output_tokens),
            others: [fields.gateway_request_id, fields.cf_ray.map(ray)].map(id),
        }
    }

    fn by_path(owned: &Owned<'_>) -> Self {
        Self {
            stamp: owned.stamp().map(Box::from),
            duration_ms: owned.duration_ms(),
            ids: owned.ids().map(|id| id.map(Box::from)),
            tokens: owned.tokens(),
            others: [owned.gateway_id(), owned.ray()].map(|id| id.map(Box::from)),
        }
    }

    /// Whether a path says the same. What it does not hold for a line's own is the same in all lines, ids aside.
    fn agrees(&self, path: &Self) -> bool {
        let mut others = self.others.iter().zip(&path.others);
        self.stamp == path.stamp
            && self.duration_ms == path.duration_ms
            && self.ids == path.ids
            && self.tokens == path.tokens
            && others.all(|(mine, theirs)| theirs.is_none() || mine == theirs)
    }
}

impl Lesson {
    pub(super) fn note_fact(&mut self) {
        self.facts += 1;
    }
}

impl Collector<'_> {
    /// Notes what the record at hand comes to.
    pub(super) fn note(&mut self, meant: Meant, fields: &Fields<'_>) {
        if let Some(lesson) = &mut self.lesson {
            lesson.learned = Some((meant, Said::by_parse(fields)));
        }
    }

    /// Whether the next record's kind is to be learned.
    pub(super) fn begin_lesson(&mut self, record: &[u8]) {
        let wants = self.known.as_mut().is_some_and(|known| known.paths.wants(record));
        self.lesson = wants.then(Lesson::default);
    }

    /// Learns the kind of a line that `format` read.
    pub(super) fn learn(&mut self, lesson: Lesson, format: &dyn Format, record: &[u8]) -> Option<()> {
        let known = self.known.as_mut()?;
        if lesson.facts != u32::from(lesson.learned.is_some()) {
            return None;
        }
        // Each source says of itself whether it has such records.
        let is_kept = lesson.learned.as_ref().is_some_and(|(meant, _)| meant.is_kept());
        if is_kept && says_a_key_twice(record) {
            return None;
        }
        let own = format.own(str::from_utf8(record).ok()?)?;
        known.paths.learn(record, &own)?;
        let by_path = known.paths.follow(record).map(|(_, owned)| Said::by_path(&owned));
        known.meant.push(match lesson.learned {
            None => Meant::NoCall,
            Some((meant, by_parse)) if by_path.is_some_and(|by_path| by_parse.agrees(&by_path)) => meant,
            Some(_) => Meant::Unknown,
        });
        Some(())
    }
}

/// A `cf-ray` without the place where it was served.
pub(super) fn ray(ray: &str) -> &str {
    ray.rsplit_once('-').map_or(ray, |(ray, _)| ray)
}
