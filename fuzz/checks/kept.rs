//! What has to hold of what is kept and handed on: parts of shards, and the state of nights.

use faultscope::gather::{Plan, count_once, cut_late, gather, redate};
use faultscope::judge::{self, Options};
use faultscope::keep::history::{Summary, by_span, day, month, week};
use faultscope::keep::windows::{State, matched, news};
use faultscope::keep::{Kept, NightDone, Store, StoreError, hours, named, part_packed, part_unpacked, wanted_unpacked, within};
use faultscope::model::{KnownLog, Time};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

/// Parts and questions that say whatever a forger likes, with checksums that are right, are refused or judged.
pub(crate) fn parts(bytes: &[u8]) {
    let _ = (part_unpacked(bytes), wanted_unpacked(bytes));
    let _ = wanted_unpacked(&sealed(b"faultscope wanted\n", bytes));
    judged(&sealed(b"faultscope part\n", bytes));
    // One source's blob, in a part that holds nothing else.
    let nothing: (u8, u8) = (0, 0);
    let sources = vec![("app.log", blob(bytes))];
    let asked = [0_u8; 4];
    let part = postcard::to_stdvec(&(nothing, sources, [0_u8; 4], asked)).unwrap();
    judged(&sealed(b"faultscope part\n", &part));
}

fn judged(bytes: &[u8]) {
    let Ok(part) = part_unpacked(bytes) else { return };
    part_unpacked(&part_packed(&part).unwrap()).unwrap();
    let (mut rollup, mut kept) = (part.rollup, part.kept);
    let _ = redate(&part.undated, &mut rollup, &mut kept);
    let _ = count_once(&mut rollup.sources);
    let _ = cut_late(&mut rollup.sources, &part.written);
    let rollup = rollup.settled();
    let wanted = judge::wanted(&rollup);
    let rollup = rollup.merge(judge::chosen(kept, &wanted)).settled();
    let _ = judge::judge(&rollup, &Options::default());
}

/// What `keep::part` makes of a value's bytes.
fn sealed(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [kind, &[2], Sha256::digest(body).as_slice(), body].concat()
}

/// What `keep::blob` makes of a value's bytes.
fn blob(plain: &[u8]) -> Vec<u8> {
    let body = zstd::bulk::compress(plain, 1).unwrap();
    let sized = [(plain.len() as u64).to_le_bytes().as_slice(), &body].concat();
    [[1].as_slice(), &Sha256::digest(&sized)[..8], &sized].concat()
}

/// A state file of which some bytes are others is damaged, or is read and kept on.
///
/// Five bytes are a change: where, and what stands there then.
pub(crate) fn state(changes: &[u8], folder: &Path) {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    let file = folder.join("state.sqlite");
    let mut bytes = WHOLE.get_or_init(|| whole_state(folder, &file)).clone();
    for change in changes.chunks_exact(5) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize % bytes.len();
        bytes[at] = change[4];
    }
    for beside in ["state.sqlite-wal", "state.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.join(beside));
    }
    std::fs::write(&file, bytes).unwrap();
    let _ = used(folder);
}

/// Everything that a night and a history ask of a state.
fn used(folder: &Path) -> Result<(), StoreError> {
    let mut store = Store::open(folder)?;
    let history = store.history(Time(0), Time(4_000_000_000_000))?;
    let _ = Summary::of(&history);
    for span in [day, week, month] {
        let _ = by_span(&history, span);
    }
    let logs = store.logs()?;
    let rollups = store.rollups()?;
    let present: Vec<_> = logs.iter().collect();
    let rollup = named(rollups, &present, &[]).settled();
    let findings = judge::judge(&rollup, &Options::default());
    let known = store.windows(Time(0))?;
    let states: Vec<State> = findings.windows.iter().map(State::of).collect();
    for (state, place) in states.iter().zip(matched(&states, &known)) {
        let _ = news(state, place.and_then(|place| known.get(place)));
    }
    let _ = (store.horizon()?, store.complaints()?, store.nights()?);
    let done = NightDone {
        began: Time(1_772_445_600_000),
        logs: logs.into_iter().map(|log| (log, BTreeMap::new())).collect(),
        windows: known,
        drop_before: Some(Time(1_772_359_205_000)),
        ..NightDone::default()
    };
    let (night, _) = store.keep(&done)?;
    store.told(night, &[])
}

/// A state file as one night makes it.
fn whole_state(folder: &Path, file: &Path) -> Vec<u8> {
    let log = folder.join("app.log");
    let line = |second: usize| {
        format!(
            r#"{{"timestamp":"2026-03-01T10:{:02}:{:02}Z","status":{},"model":"gpt-4o","url":"https://api.openai.com/v1/responses","x_client_request_id":"c-{second}"}}"#,
            second / 60,
            second % 60,
            if (60..120).contains(&second) { 503 } else { 200 }
        ) + "\n"
    };
    std::fs::write(&log, (0..300).map(line).collect::<String>()).unwrap();
    let rollup = gather(&Plan::of(vec![log]), &()).unwrap().rollup;
    let options = Options {
        keep_traffic: true,
        ..Options::default()
    };
    let findings = judge::judge(&rollup, &options);
    let kept = |window| Kept {
        number: 0,
        state: State::of(window),
        attempts: window.attempts,
        calls: window.calls,
        calls_lost: window.calls_lost,
        confidence: window.verdict.confidence,
        nights: (0, 0),
        standing: true,
        told: None,
    };
    let log = KnownLog {
        name: "app.log".into(),
        size: 1,
        ..KnownLog::default()
    };
    let parts = rollup
        .sources
        .into_iter()
        .map(|(name, source)| (within("app.log", &name), *source));
    let done = NightDone {
        began: Time(1_772_359_200_000),
        logs: vec![(log, parts.collect())],
        complaints: [("odd.log".to_owned(), "it is no text".to_owned())].into(),
        windows: findings.windows.iter().map(kept).collect(),
        hours: findings.traffic.as_deref().map(hours::tally).unwrap_or_default(),
        folder: Some("2026-03-01".to_owned()),
        ..NightDone::default()
    };
    let mut store = Store::open(folder).unwrap();
    store.keep(&done).unwrap();
    drop(store);
    std::fs::read(file).unwrap()
}
