//! A report of any length: looked over by the second wall piece by piece, and written straight to where it goes.
//!
//! Each shape that the wall knows lies in one line or begins in one, so a report is clean where each of its lines is.

use super::{Context, Report, in_memory, past_the_wall, settled};
use crate::redact::{Audience, Removed, Sealed};
use std::io::{self, Write};

/// Bytes of a report that are held at a time. Nearly all reports are shorter, and are made once.
const HELD: usize = 1024 * 1024;

/// Begins a field of a ticket that only its sender can fill in.
const TO_FILL_IN: &[u8] = b"[[TO FILL IN:";

/// A report past the second wall.
pub struct Draft<'d> {
    /// What the wall removed, a sign of a fault.
    pub removed: Removed,
    /// Fields that only its sender can fill in.
    pub to_fill_in: u64,
    text: Text<'d>,
}

enum Text<'d> {
    /// The finished bytes.
    Finished(Vec<u8>),
    /// What makes them again: they were clean, and too long to be held.
    Remade(&'d Sealed, &'d dyn Report, Context<'d>),
}

/// Makes a report and passes it by the second wall. What is told of removed in it is the own names replaced and what the
/// wall removes, so a report with hits is made twice.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn draft<'d>(sealed: &'d Sealed, report: &'d dyn Report, context: &Context<'d>) -> io::Result<Draft<'d>> {
    let mut told = Context {
        removed: sealed.replaced().clone(),
        ..context.clone()
    };
    let write = |context: &Context<'_>, bytes: &mut Vec<u8>| report.write(sealed, context, bytes);
    let mut looked = Looked::by(sealed.audience());
    report.write(sealed, &told, &mut looked)?;
    let first = match looked.finished() {
        Look::Short(bytes) => bytes,
        Look::LongAndClean { to_fill_in } => {
            return Ok(Draft {
                removed: Removed::default(),
                to_fill_in,
                text: Text::Remade(sealed, report, told),
            });
        }
        Look::LongWithHits => in_memory(&told, &write)?,
    };
    let (bytes, removed) = settled(first, sealed.audience(), &mut told, &write)?;
    Ok(Draft {
        removed,
        to_fill_in: to_fill_in(&bytes),
        text: Text::Finished(bytes),
    })
}

impl Draft<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Whatever `out` raises.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.text {
            Text::Finished(bytes) => out.write_all(bytes),
            Text::Remade(sealed, report, context) => report.write(sealed, context, out),
        }
    }
}

fn to_fill_in(bytes: &[u8]) -> u64 {
    memchr::memmem::find_iter(bytes, TO_FILL_IN).count() as u64
}

/// Where a report is written to be looked over.
struct Looked {
    audience: Audience,
    /// All of a short report; of a long one what was not looked at yet.
    bytes: Vec<u8>,
    is_long: bool,
    is_clean: bool,
    to_fill_in: u64,
}

/// What a look over a report found.
enum Look {
    /// It is short: all of it.
    Short(Vec<u8>),
    /// The wall has nothing to remove.
    LongAndClean { to_fill_in: u64 },
    /// The wall has.
    LongWithHits,
}

impl Looked {
    fn by(audience: Audience) -> Self {
        Self {
            audience,
            bytes: Vec::new(),
            is_long: false,
            is_clean: true,
            to_fill_in: 0,
        }
    }

    /// Looks at the first so many bytes, which are whole lines, and lets them go.
    fn look(&mut self, until: usize) {
        let rest = self.bytes.split_off(until.min(self.bytes.len()));
        let lines = std::mem::replace(&mut self.bytes, rest);
        self.to_fill_in += to_fill_in(&lines);
        let text = String::from_utf8_lossy(&lines).into_owned();
        self.is_clean &= past_the_wall(self.audience, text).1.is_empty();
        self.is_long = true;
    }

    fn finished(mut self) -> Look {
        if !self.is_long {
            return Look::Short(self.bytes);
        }
        self.look(usize::MAX);
        if !self.is_clean {
            return Look::LongWithHits;
        }
        Look::LongAndClean {
            to_fill_in: self.to_fill_in,
        }
    }
}

impl Write for Looked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.bytes.len();
        if self.is_clean {
            self.bytes.extend_from_slice(bytes);
        }
        if self.bytes.len() > HELD
            && let Some(newline) = memchr::memrchr(b'\n', bytes)
        {
            self.look(before + newline + 1);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, draft};
    use crate::deliver::{Context, Report, deliver};
    use crate::model::Findings;
    use crate::redact::{Audience, Policy, Removed, Sealed, seal};
    use std::io;

    /// So many lines, one of which says something.
    struct Lines {
        count: usize,
        says: &'static str,
    }

    impl Report for Lines {
        fn name(&self) -> &'static str {
            "lines"
        }

        fn extension(&self) -> &'static str {
            "txt"
        }

        fn write(&self, _: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
            for line in 0..self.count {
                writeln!(out, "line {line}")?;
            }
            writeln!(out, "{} and {:?}", self.says, context.removed)
        }
    }

    fn drafted(count: usize, says: &'static str) -> (Vec<u8>, Removed, u64) {
        let policy = Policy {
            audience: Audience::Forwardable,
            key: b"key".to_vec(),
        };
        let sealed = seal(Findings::default(), &policy);
        let context = Context {
            generated_at: chrono::DateTime::UNIX_EPOCH,
            width: 80,
            colour: false,
            version: "0",
            internal: false,
            removed: Removed::default(),
        };
        let report = Lines { count, says };
        let draft = draft(&sealed, &report, &context).unwrap();
        let mut written = Vec::new();
        draft.write(&mut written).unwrap();
        let (held, removed) = deliver(&sealed, &report, &context).unwrap();
        assert_eq!((&written, &draft.removed), (&held, &removed));
        (written, draft.removed, draft.to_fill_in)
    }

    #[test]
    fn a_long_report_is_the_same_as_if_it_had_been_held() {
        for count in [3, HELD / 4] {
            let (bytes, removed, to_fill_in) = drafted(count, "[[TO FILL IN: a name]]");
            assert!(
                bytes.ends_with(b"and {}\n") && removed.is_empty() && to_fill_in == 1,
                "{count} lines"
            );
        }
    }

    #[test]
    fn a_secret_in_a_long_report_is_removed_and_told() {
        for count in [3, HELD / 4] {
            let (bytes, removed, _) = drafted(count, "sk-proj-FAKEFAKEFAKE");
            assert!(bytes.ends_with(b"[api-key removed] and {\"api-key\": 1}\n"), "{count} lines");
            assert_eq!(removed, Removed::from([("api-key", 1)]));
        }
    }
}
