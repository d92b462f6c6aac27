//! How fast each format reads: its own samples, over and over, in bytes per second.

#![expect(clippy::expect_used, reason = "a bench that cannot go on is to stop")]

use divan::{Bencher, counter::BytesCount};
use faultscope::gather::formats::{ALL, Format};

fn main() {
    divan::main();
}

fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|format| format.name())
}

fn format(name: &str) -> &'static dyn Format {
    ALL.iter()
        .copied()
        .find(|format| format.name() == name)
        .expect("a format of that name")
}

/// Parsing alone: no framing, no counting.
#[divan::bench(args = names())]
fn parse(bencher: Bencher, name: &str) {
    let format = format(name);
    let samples = format.samples();
    let bytes: usize = samples.iter().map(|sample| sample.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let mut emitted = 0_u32;
        for sample in samples {
            let _ = format.parse(sample.as_bytes(), &mut |fields| emitted += u32::from(fields.status.is_some()));
        }
        emitted
    });
}
