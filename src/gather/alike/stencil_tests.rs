//! Whether lines that are known by their layout are what the tree takes them for.

use super::{Own, Owned, Paths, Places, Slot};
use proptest::prelude::*;

/// Lines of one kind each: `%` is a digit, `~` a hexadecimal digit, `^` any letter, and `#` digits of any number.
const KINDS: [&str; 5] = [
    "10.0.3.1 - [2026-03-02T00:00:%%] \"POST /v1/responses\" 200 # rt=#.%%% uct=0.%%% rid=~~~~~~~~-~~~~-~~~~ crid=~~~~~~~~~~~~~~~~",
    "10.0.3.2 - [2026-03-02T00:00:%%] \"POST /v1/responses\" 200 # rt=#.%%% uct=0.%%% rid=~~~~~~~~-~~~~-~~~~ crid=~~~~~~~~~~~~~~~~",
    "10.0.3.1 - [2026-03-02T00:00:%%] \"POST /v1/embedded_\" 200 # rt=#.%%% uct=0.%%% rid=~~~~~~~~-~~~~-~~~~ crid=~~~~~~~~~~~~~~~~",
    "{\"time\":\"2026-03-02T00:00:%%.%%%Z\",\"status\":200,\"took\":#,\"id\":\"req_^^^^^^^^^^^^\"}",
    "{\"time\":\"2026-03-02T00:00:%%.%%%Z\",\"status\":201,\"took\":#,\"id\":\"req_^^^^^^^^^^^^\"}",
];

fn filled(pattern: &str, mut filling: u64) -> String {
    let digits = filling % 4;
    let mut fill = |letters: &[u8]| {
        filling = filling
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        char::from(letters[(filling >> 33) as usize % letters.len()])
    };
    let mut line = String::new();
    for letter in pattern.chars() {
        match letter {
            '%' => line.push(fill(b"0123456789")),
            '~' => line.push(fill(b"0123456789abcdef")),
            '^' => line.push(fill(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            '#' => (0..=digits).for_each(|_| line.push(fill(b"123456789"))),
            other => line.push(other),
        }
    }
    line
}

fn behind<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let (_, value) = line.split_once(key)?;
    value.split(['"', ' ', ']', ',', '}']).next()
}

fn own(line: &str) -> Option<Vec<Slot>> {
    let number = |key, own| behind(line, key).and_then(|value| Slot::number(line, value, own));
    let id = |key, own| behind(line, key).and_then(|value| Slot::id(line, value, own));
    let bytes = line
        .split_once("\" 200 ")
        .and_then(|(_, bytes)| Slot::number(line, bytes.split(' ').next()?, Own::Nothing));
    let stamp = behind(line, "[").or(behind(line, "time\":\""))?;
    let mut slots = vec![Slot::stamp(line, stamp)?];
    slots.extend(bytes);
    slots.extend(number("rt=", Own::InputTokens));
    slots.extend(number("took\":", Own::InputTokens));
    slots.extend(number("uct=", Own::Nothing));
    slots.extend(id("rid=", Own::ProviderId));
    slots.extend(id("crid=", Own::ClientId));
    slots.extend(id("\"id\":\"", Own::ProviderId));
    Some(slots)
}

fn said((leaf, owned): (usize, Owned<'_>)) -> String {
    format!("{leaf} {:?} {:?} {:?}", owned.ids(), owned.stamp(), owned.tokens())
}

fn learned(fillings: &[u64]) -> Paths {
    let mut paths = Paths::default();
    for kind in KINDS {
        let line = filled(kind, 1);
        paths.learn(line.as_bytes(), &own(&line).unwrap());
        for filling in fillings {
            paths.follow(filled(kind, *filling).as_bytes());
        }
    }
    paths
}

proptest! {
    #[test]
    fn a_layout_says_what_the_tree_says(
        fillings in prop::collection::vec(any::<u64>(), 1..30),
        which in 0..KINDS.len(),
        filling in any::<u64>(),
        damage in prop::option::of((any::<usize>(), prop::sample::select(&b"0a9fgZ-_.\"\\ ,:=\x10\x19\xb0\xff"[..]))),
    ) {
        let paths = learned(&fillings);
        for filling in fillings.iter().copied().chain([filling]) {
            let mut line = filled(KINDS[which], filling).into_bytes();
            if let Some((at, byte)) = damage {
                let at = at % line.len();
                line[at] = byte;
            }
            let found = paths.stencils.find(&line).and_then(|number| paths.stencils.known(number));
            if let Some((leaf, places)) = found {
                let mut walked = Places::default();
                let walked = paths.tree.walk(&line, &mut walked, |_, _| {}).map(|leaf| said((leaf, walked.of(&line))));
                prop_assert_eq!(Some(said((leaf, places.of(&line)))), walked, "{}", String::from_utf8_lossy(&line));
            }
        }
    }
}

#[test]
fn lines_of_a_layout_that_was_seen_are_known_by_it() {
    let paths = learned(&(0..200).collect::<Vec<_>>());
    let known = |filling| {
        KINDS
            .iter()
            .filter(|kind| paths.stencils.find(filled(kind, filling).as_bytes()).is_some())
            .count()
    };
    let all: usize = (0..200).map(known).sum();
    assert!(all > 950, "{all}");
}

#[test]
fn more_layouts_than_there_is_room_for_are_forgotten() {
    let mut paths = Paths::default();
    for length in 0..4000_usize {
        let line = format!(
            "2026-03-02T00:00:00 {} crid=0123456789abcdef {}",
            "x".repeat(length % 700),
            length / 700
        );
        let own = [
            Slot::stamp(&line, line.split_once(' ').unwrap().0).unwrap(),
            Slot::id(&line, behind(&line, "crid=").unwrap(), Own::ClientId).unwrap(),
        ];
        paths.learn(line.as_bytes(), &own);
        for _ in 0..2 {
            assert!(
                paths
                    .follow(line.as_bytes())
                    .is_some_and(|(_, owned)| owned.x_client_request_id() == Some(b"0123456789abcdef"))
            );
        }
    }
}
