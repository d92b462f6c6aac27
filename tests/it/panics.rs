//! Where a format panics, in spite of all: does the file that did it get named, and do all others count?

use crate::watched::{GOOD, good_log};
use faultscope::gather::formats::{self, Fit, Format, Unread};
use faultscope::gather::{Plan, gather};
use faultscope::model::{Fields, Vantage};
use std::fs;

/// Panics over what it reads, and over what it is asked.
struct Panics {
    name: &'static str,
    already_when_asked: bool,
}

impl Format for Panics {
    fn name(&self) -> &'static str {
        self.name
    }
    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }
    fn fit(&self, line: &[u8]) -> Fit {
        let is_mine = line.starts_with(self.name.as_bytes());
        assert!(!(is_mine && self.already_when_asked), "{}", String::from_utf8_lossy(line));
        if is_mine { Fit::Yes } else { Fit::No }
    }
    fn parse(&self, record: &[u8], _: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        assert!(record.is_empty(), "{}", String::from_utf8_lossy(record));
        Ok(())
    }
    fn samples(&self) -> &'static [&'static str] {
        &[]
    }
    fn source(&self) -> &'static str {
        "made up"
    }
}

static READING: Panics = Panics {
    name: "reading",
    already_when_asked: false,
};
static ASKED: Panics = Panics {
    name: "asked",
    already_when_asked: true,
};

#[test]
fn a_panic_is_caught_at_the_file_it_happened_in() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["asked", "reading"] {
        fs::write(
            folder.path().join(format!("{name}.log")),
            format!("{name} FAKE-SECRET\n").repeat(9),
        )
        .unwrap();
    }
    fs::write(folder.path().join("good.log"), good_log()).unwrap();
    let known: Vec<&'static dyn Format> = [&READING as &dyn Format, &ASKED]
        .into_iter()
        .chain(formats::ALL.iter().copied())
        .collect();
    let plan = Plan {
        known: known.leak(),
        threads: 2,
        ..Plan::of(vec![folder.path().to_path_buf()])
    };
    let rollup = gather(&plan, &()).unwrap().rollup;
    let skipped: Vec<_> = rollup
        .skipped
        .iter()
        .map(|skipped| (&*skipped.path, skipped.reason.as_str()))
        .collect();
    let reason = "stopped reading: internal error";
    assert_eq!(skipped, [("asked.log", reason), ("reading.log", reason)]);
    assert_eq!(rollup.sources["good.log"].records, GOOD);
}
