//! A report of any length: looked over by the second wall piece by piece, beside its making, and then written.
//!
//! The wall asks each line by itself, so a report is clean where its pieces are, if they are cut at line ends.

mod look;

use super::finished::{in_memory, settled};
use super::report::{Context, Report};
use crate::model::Findings;
use crate::redact::{Removed, Sealed};
use crate::workers::Workers;
use look::{Cut, Look, fields_to_fill_in};
use std::io::{self, Write};

/// Logs from which nothing of a report is kept: a list of them is longer than that, and what is known of them needs the memory.
const A_GREAT_MANY: usize = 1 << 14;

/// Requests and logs of which a report fills some pieces.
const MANY: usize = 512;

/// A report past the second wall.
pub struct Draft<'d> {
    /// What the wall removed, a sign of a fault.
    pub removed: Removed,
    /// Fields that only its sender can fill in.
    pub to_fill_in: u64,
    text: Text<'d>,
}

enum Text<'d> {
    /// The finished bytes, one piece after the other.
    Finished(Vec<Vec<u8>>),
    /// What makes them again: they were clean, and too long to be held.
    Remade(&'d Sealed, &'d dyn Report, Context<'d>),
}

/// Those who look over a report on these findings: of a short one there is nothing to share.
#[must_use]
pub fn lookers(findings: &Findings, threads: usize) -> Workers {
    let requests = findings.windows.iter().map(|window| window.requests.len()).sum::<usize>();
    let traffic = findings.traffic.as_ref();
    let traffic = traffic.map_or(0, |traffic| traffic.attempts.len() + traffic.cells.len());
    let told = findings.coverage.sources.len() + findings.isolated.len() + requests + traffic;
    Workers::new(if told >= MANY { threads } else { 1 })
}

/// Makes a report and passes it by the second wall, by the workers as far as it is made. What is told of removed in it is the
/// own names replaced and what the wall removes, so a report with hits is made twice.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn draft<'d>(sealed: &'d Sealed, report: &'d dyn Report, context: &Context<'d>, workers: &Workers) -> io::Result<Draft<'d>> {
    let mut told = Context {
        removed: sealed.replaced().clone(),
        ..context.clone()
    };
    let is_kept = sealed.findings().coverage.sources.len() < A_GREAT_MANY;
    let look = Look::by(sealed.audience(), is_kept);
    workers.beside(
        |give| {
            let mut cut = Cut::into(give);
            report.write(sealed, &told, &mut cut)?;
            cut.ended();
            io::Result::Ok(())
        },
        |(at, piece)| look.at(at, piece),
    )?;
    let found = look.found();
    if found.is_clean {
        return Ok(Draft {
            removed: Removed::default(),
            to_fill_in: found.to_fill_in,
            text: match found.pieces {
                Some(pieces) => Text::Finished(pieces),
                None => Text::Remade(sealed, report, told),
            },
        });
    }
    let write = |context: &Context<'_>, bytes: &mut Vec<u8>| report.write(sealed, context, bytes);
    let (bytes, removed) = settled(in_memory(&told, &write)?, sealed.audience(), &mut told, &write)?;
    Ok(Draft {
        removed,
        to_fill_in: fields_to_fill_in(&bytes),
        text: Text::Finished(vec![bytes]),
    })
}

impl Draft<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Whatever `out` raises.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.text {
            Text::Finished(pieces) => pieces.iter().try_for_each(|piece| out.write_all(piece)),
            Text::Remade(sealed, report, context) => report.write(sealed, context, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look::{HELD, PIECE};
    use super::{draft, lookers};
    use crate::deliver::{Context, Report, deliver};
    use crate::model::Findings;
    use crate::redact::{Audience, Policy, Removed, Sealed, seal};
    use crate::workers::Workers;
    use std::io::{self, Write};

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

        fn write(&self, _: &Sealed, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
            for line in 0..self.count {
                writeln!(out, "line {line}")?;
            }
            writeln!(out, "{} and {:?}", self.says, context.removed)
        }
    }

    fn sealed() -> Sealed {
        let policy = Policy {
            audience: Audience::Forwardable,
            key: b"key".to_vec(),
        };
        seal(Findings::default(), &policy)
    }

    fn context() -> Context<'static> {
        Context {
            generated_at: chrono::DateTime::UNIX_EPOCH,
            width: 80,
            colour: false,
            version: "0",
            internal: false,
            removed: Removed::default(),
        }
    }

    /// Lines of a report that is one piece, of some that are held, and of one that is not.
    const LENGTHS: [usize; 3] = [3, PIECE / 4, HELD / 8];

    fn drafted(count: usize, says: &'static str) -> (Vec<u8>, Removed, u64) {
        let (sealed, context) = (sealed(), context());
        let report = Lines { count, says };
        let (held, removed) = deliver(&sealed, &report, &context).unwrap();
        let drafts = [1, 4].map(|threads| draft(&sealed, &report, &context, &Workers::new(threads)).unwrap());
        for draft in &drafts {
            let mut written = Vec::new();
            draft.write(&mut written).unwrap();
            assert!(written == held, "{count} lines, {says}");
            assert_eq!((&draft.removed, draft.to_fill_in), (&removed, drafts[0].to_fill_in));
        }
        (held, removed, drafts[0].to_fill_in)
    }

    #[test]
    fn a_long_report_is_the_same_as_if_it_had_been_held() {
        for count in LENGTHS {
            let (bytes, removed, to_fill_in) = drafted(count, "[[TO FILL IN: a name]]");
            assert!(
                bytes.ends_with(b"and {}\n") && removed.is_empty() && to_fill_in == 1,
                "{count} lines"
            );
        }
    }

    #[test]
    fn a_secret_in_a_long_report_is_removed_and_told() {
        for count in [3, PIECE / 4] {
            let (bytes, removed, _) = drafted(count, "sk-proj-FAKEFAKEFAKE");
            assert!(bytes.ends_with(b"[api-key removed] and {\"api-key\": 1}\n"), "{count} lines");
            assert_eq!(removed, Removed::from([("api-key", 1)]));
        }
    }

    #[test]
    fn a_secret_is_removed_wherever_it_stands_in_a_long_report() {
        struct Planted(usize);
        impl Report for Planted {
            fn name(&self) -> &'static str {
                "planted"
            }
            fn extension(&self) -> &'static str {
                "txt"
            }
            fn write(&self, _: &Sealed, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
                let mut text = "ten bytes\n".repeat(PIECE / 5);
                text.replace_range(self.0..self.0, "npm_FAKEFAKEFAKEFAKEFAKE");
                // As a buffered report writes.
                text.as_bytes().chunks(4000).try_for_each(|bytes| out.write_all(bytes))
            }
        }
        for at in [
            0,
            4000 - 30,
            4000 - 10,
            PIECE - 30,
            PIECE - 10,
            PIECE,
            PIECE + 10,
            2 * PIECE - 10,
        ] {
            let report = Planted(at / 10 * 10);
            let (sealed, context) = (sealed(), context());
            for threads in [1, 4] {
                let draft = draft(&sealed, &report, &context, &Workers::new(threads)).unwrap();
                assert_eq!(draft.removed, Removed::from([("api-key", 1)]), "at {at}");
            }
        }
    }

    #[test]
    fn few_requests_are_looked_at_by_one() {
        let works_apart = |findings: &Findings| {
            let own = std::thread::current().id();
            let apart = std::sync::atomic::AtomicBool::new(false);
            let work = |()| apart.store(std::thread::current().id() != own, std::sync::atomic::Ordering::Relaxed);
            lookers(findings, 4).beside(|give| give(()), work);
            apart.into_inner()
        };
        assert!(!works_apart(&Findings::default()));
    }
}
