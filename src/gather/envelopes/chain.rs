//! Passes a line through every envelope of a source, from the outermost to what lies inside.

use super::Opening;
use super::colours::strip;
use super::envelope::{Envelope, Letter};
use crate::gather::frame::RECORD_LIMIT;
use crate::model::Name;
use crate::text::timestamp::{Reference, Stamp, StampCache, Zone};
use ahash::RandomState;
use memchr::memchr;

/// Hosts and services whose names are kept for the next line; those of a file that has more are made anew.
const NAMES_KEPT: usize = 64;

/// Lines that may be open at once, each of another writer; a line of one more is given up as it stands. Each may hold
/// [`RECORD_LIMIT`] bytes.
const JOINTS: usize = 16;

/// How stamps are read that lack a zone, a year or a date.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The zone of those without one.
    pub zone: Zone,
    /// The year or date of those without.
    pub reference: Reference,
}

/// Where a line's outermost envelope begins, seen from the bytes that the reader owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Before them: it is read for its context.
    Before,
    /// Among them.
    #[default]
    Within,
    /// Behind them: it is read for what it ends.
    Behind,
}

/// What the envelopes say of the line inside them.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) place: Place,
    /// The line of the outermost envelope, from 1; of a line in several parts the first's.
    pub(super) line: u64,
    pub(super) stamp: Option<Stamp>,
    pub(super) host: Option<Name>,
    pub(super) service: Option<Name>,
    /// The host and the service; 0 where neither is named.
    pub(super) origin: u64,
    /// The origin and the process.
    pub(super) program: u64,
    /// The program and its stream.
    pub(super) writer: u64,
}

/// The envelopes of one source, and what their reader remembers.
pub(super) struct Chain {
    layers: Vec<Layer>,
    clock: Clock,
    bare: Vec<u8>,
}

struct Layer {
    envelope: &'static dyn Envelope,
    bare: Vec<u8>,
    scratch: String,
    memory: Memory,
}

/// What a layer remembers of the lines before.
struct Memory {
    stamps: StampCache,
    names: Vec<Name>,
    hasher: RandomState,
    last: Told,
    joints: Vec<Joint>,
    /// Memory that is used again.
    spare: Vec<u8>,
}

/// A line of which parts have come.
struct Joint {
    told: Told,
    bytes: Vec<u8>,
}

/// Takes a line and what is told of it.
pub(super) type Emit<'a> = &'a mut dyn FnMut(&[u8], &Told);

impl Chain {
    pub(super) fn new(opening: &Opening, clock: Clock) -> Self {
        let layer = |envelope: &&'static dyn Envelope| Layer {
            envelope: *envelope,
            bare: Vec::new(),
            scratch: String::new(),
            memory: Memory {
                stamps: StampCache::default(),
                names: Vec::new(),
                hasher: RandomState::with_seeds(5, 6, 7, 8),
                last: Told::default(),
                joints: Vec::new(),
                spare: Vec::new(),
            },
        };
        Self {
            layers: opening.layers.iter().map(layer).collect(),
            clock,
            bare: Vec::new(),
        }
    }

    /// Gives the lines inside the envelope that begins on `line`.
    pub(super) fn open(&mut self, unit: &[u8], place: Place, line: u64, emit: Emit<'_>) {
        let told = Told {
            place,
            line,
            ..Told::default()
        };
        through(&mut self.layers, &self.clock, &mut self.bare, unit, &told, emit);
    }

    /// Whether no part waits for its line's rest.
    pub(super) fn is_done(&self) -> bool {
        let waits = |joint: &Joint| joint.told.place == Place::Within;
        !self.layers.iter().any(|layer| layer.memory.joints.iter().any(waits))
    }

    /// Gives the lines of which the last part did not come.
    pub(super) fn finish(&mut self, emit: Emit<'_>) {
        let mut layers = self.layers.as_mut_slice();
        while let Some((layer, deeper)) = layers.split_first_mut() {
            for joint in std::mem::take(&mut layer.memory.joints) {
                lines(deeper, &self.clock, &mut self.bare, &joint.bytes, &joint.told, emit);
            }
            layers = deeper;
        }
    }
}

/// Opens one envelope, and those inside it.
fn through(layers: &mut [Layer], clock: &Clock, bare: &mut Vec<u8>, unit: &[u8], told: &Told, emit: Emit<'_>) {
    let Some((layer, deeper)) = layers.split_first_mut() else {
        emit(strip(unit, bare), told);
        return;
    };
    let Layer {
        envelope,
        bare: stripped,
        scratch,
        memory,
    } = layer;
    let unit = strip(unit, stripped);
    let is_peeled = envelope.peel(unit, scratch, &mut |letter| {
        memory.take(letter, told, clock, &mut |text, told| {
            lines(deeper, clock, bare, text, told, emit)
        });
    });
    if !is_peeled {
        // What stands without an envelope goes on where the line above left off.
        let inherited = Told {
            place: told.place,
            line: told.line,
            ..memory.last.clone()
        };
        through(deeper, clock, bare, unit, &inherited, emit);
    }
}

fn lines(layers: &mut [Layer], clock: &Clock, bare: &mut Vec<u8>, text: &[u8], told: &Told, emit: Emit<'_>) {
    let mut rest = text;
    while let Some((line, behind)) = memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end)) {
        through(layers, clock, bare, line, told, emit);
        rest = behind.get(1..).unwrap_or_default();
    }
    through(layers, clock, bare, rest, told, emit);
}

impl Memory {
    /// Gives a message's text and what is told of it; a part is kept until its line is whole.
    fn take(&mut self, letter: &Letter<'_>, outer: &Told, clock: &Clock, give: Emit<'_>) {
        let told = self.told(letter, outer, clock);
        let open = self.joints.iter().position(|joint| joint.told.writer == told.writer);
        match (open, letter.is_part) {
            (None, false) => {
                give(letter.text, &told);
                self.last = told;
                return;
            }
            (Some(at), false) => {
                let mut joint = self.joints.remove(at);
                append(&mut joint.bytes, letter.text);
                give(&joint.bytes, &joint.told);
                joint.bytes.clear();
                self.spare = joint.bytes;
            }
            (Some(at), true) => {
                if let Some(joint) = self.joints.get_mut(at) {
                    append(&mut joint.bytes, letter.text);
                }
            }
            (None, true) => {
                if self.joints.len() >= JOINTS {
                    let oldest = self.joints.remove(0);
                    give(&oldest.bytes, &oldest.told);
                }
                let mut bytes = std::mem::take(&mut self.spare);
                append(&mut bytes, letter.text);
                let told = told.clone();
                self.joints.push(Joint { told, bytes });
            }
        }
        self.last = told;
    }

    fn told(&mut self, letter: &Letter<'_>, outer: &Told, clock: &Clock) -> Told {
        let stamp = letter
            .stamp
            .and_then(|stamp| self.stamps.parse(stamp, &clock.zone, &clock.reference));
        // The inner one was written first; one that knows its zone is worth more.
        let outer_knows = outer.stamp.is_some_and(|stamp| stamp.zoned);
        let stamp = stamp.filter(|stamp| stamp.zoned || !outer_knows).or(outer.stamp);
        let service = Some(letter.service).filter(|service| !service.is_empty());
        let origin = if letter.host.is_none() && service.is_none() {
            outer.origin
        } else {
            self.hasher.hash_one((outer.origin, letter.host, service))
        };
        let program = self.hasher.hash_one((outer.program, origin, letter.process));
        Told {
            place: outer.place,
            line: outer.line,
            stamp,
            host: letter.host.map(|host| self.name(host)).or_else(|| outer.host.clone()),
            service: service.map(|service| self.name(service)).or_else(|| outer.service.clone()),
            origin,
            program,
            writer: self.hasher.hash_one((outer.writer, program, letter.stream)),
        }
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.iter().find(|name| &***name == text) {
            return Name::clone(name);
        }
        let name = Name::from(text);
        if self.names.len() < NAMES_KEPT {
            self.names.push(Name::clone(&name));
        }
        name
    }
}

/// Appends as much as shows that a line is too long.
fn append(bytes: &mut Vec<u8>, text: &[u8]) {
    let room = (RECORD_LIMIT + 1).saturating_sub(bytes.len());
    bytes.extend_from_slice(text.get(..room).unwrap_or(text));
}
