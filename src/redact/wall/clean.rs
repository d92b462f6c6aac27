//! Whether the wall has anything to do with a text: nearly every report is clean, and most of its lines stand in it again
//! and again.
//!
//! Each shape lies in one line, or begins in one and is one without the rest (a private key), and before and behind it a line
//! end is as good as nothing. So a text is clean where each of its lines is by itself, and a line that was clean once is.
//! What a line is asked is no less than what the wall asks: of the matches of a shape that do not hold, the wall passes over
//! what begins within them, while here it may be one; where that cannot be told cheaply, the line is not called clean.

use super::hints::Places;
use super::{Rule, Rules, encoded, secret};

/// Texts of so many bytes have lines that may stand in them again.
const LONG: usize = 2048;

/// Lines that are remembered: some ten times those that a report repeats for each request.
const REMEMBERED: usize = 512;

/// Longer lines do not stand again.
const LONGEST: usize = 512;

/// Matches of a shape in a line that may fail to hold (numbers of sixteen digits without a check digit). Only a line made for
/// it has more.
const IN_VAIN: usize = 64;

/// Whether none of these rules removes anything of a text.
pub(super) fn is_clean(rules: &Rules, among: Places, text: &str) -> bool {
    if text.len() < LONG {
        return lines(text).all(|line| is_clean_line(rules, among, line));
    }
    let mut clean = [""; REMEMBERED];
    for line in lines(text) {
        let known = clean.get_mut(place(line.as_bytes())).filter(|_| line.len() <= LONGEST);
        if known.as_ref().is_some_and(|known| **known == line) {
            continue;
        }
        if !is_clean_line(rules, among, line) {
            return false;
        }
        if let Some(known) = known {
            *known = line;
        }
    }
    true
}

/// The lines, without their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    let mut from = 0;
    ends.filter_map(move |end| {
        let line = text.get(from..end);
        from = end + 1;
        line
    })
}

/// Where a line is remembered: by how long it is and its last bytes, for lines begin much alike.
fn place(line: &[u8]) -> usize {
    /// Odd, and its bits are as good as random (the golden ratio).
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = |line: &[u8]| line.last_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    let before = |bytes: usize| line.get(..line.len().saturating_sub(bytes)).unwrap_or_default();
    let mixed = word(line).wrapping_mul(SPREAD) ^ word(before(8)).wrapping_mul(SPREAD.rotate_left(21));
    let mixed = (mixed ^ word(before(16)).rotate_left(32) ^ line.len() as u64).wrapping_mul(SPREAD);
    usize::try_from(mixed >> 32).unwrap_or(0) % REMEMBERED
}

fn is_clean_line(rules: &Rules, among: Places, line: &str) -> bool {
    let places = rules.hints.of_text(line.as_bytes(), among);
    let asked = || rules.rules.iter().enumerate().filter(|(at, _)| places >> at & 1 == 1);
    (places == 0 || !asked().any(|(_, rule)| rule.may_remove(line)))
        && !encoded::is_in(line)
        && (line.is_ascii() || !line.chars().any(passes_for_ascii))
}

/// Letters and digits that a shape takes for ASCII's, and what is asked before it does not: whether the wall looks at them
/// depends on what else the text holds.
fn passes_for_ascii(letter: char) -> bool {
    matches!(letter, '\u{17f}' | '\u{212a}') || (letter.is_numeric() && !letter.is_ascii())
}

impl Rule {
    /// Whether a line holds what this rule removes, at whatever letter it begins.
    fn may_remove(&self, line: &str) -> bool {
        let (Some(rough), Some(shape)) = (self.roughly.as_ref(), self.shape.as_ref()) else {
            return false;
        };
        if !rough.is_match(line.as_bytes()) {
            return false;
        }
        let mut from = 0;
        for _ in 0..IN_VAIN {
            let Some(found) = shape.captures_at(line, from) else {
                return false;
            };
            if (self.holds)(secret(&found).1) {
                return true;
            }
            let begins = found.get(0).map_or(line.len(), |found| found.start());
            let first = line.get(begins..).and_then(|rest| rest.chars().next());
            from = begins + first.map_or(0, char::len_utf8);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{is_clean, is_clean_for_strangers, wall, wall_for_strangers};
    use super::{LONG, lines};
    use proptest::prelude::*;

    /// Parts of shapes, what parts them, and what only looks like a secret.
    fn scraps() -> impl Strategy<Value = String> {
        let scrap = prop_oneof![
            3 => proptest::sample::select(vec![
                "\n", " ", "\"", "\\n", "=", ": ", "?", "&", ".", "-", "ü", "ſ", "٣", "\u{212a}", "\t", "\r", "'", "|",
            ]),
            3 => proptest::sample::select(vec![
                "sk-", "sk-proj-", "FAKEFAKEFAKEFAKEFAKE", "key", "token", "secret", "Bearer", "cookie", "-----BEGIN ", "PRIVATE KEY-----",
                "eyJ", "AKIA", "ABCDEFGH23456723", "@", "a@b.example", "://u:", "$KEY", "[api-key removed]", "c2stcHJvai1GQUtFRkFLRUZBS0U=",
                "+49 ", "30 ", "901820", "(030) 345-6789", "DE02", "1203 0000 0000 2020 51", "req_0123456789abcdef0123456789abcdef",
            ]),
            2 => proptest::sample::select(vec![
                "4111 1111 1111 1111", "4111111111111111", "4111 1111 1111 1112", "1111222233334444", "078-05-1120", "10.0.0.7", "999.0.0.1",
                "1:2:3:4:5:6:7:8", "::1", "00:1a:2b:3c:4d:5e", "2026-03-02T03:00:05.250Z", "6f1f9a52-3c3e-4b5e-9d5c-0d0f1a2b3c4d",
            ]),
        ];
        proptest::collection::vec(scrap, 0..24).prop_map(|scraps| scraps.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 2048 }))]

        #[test]
        fn what_is_called_clean_the_rules_leave_as_it_is(text in scraps()) {
            let none = super::super::Removed::new();
            if is_clean(&text) {
                prop_assert_eq!(super::super::replaced(text.clone()), (text.clone(), none.clone()));
            }
            if is_clean_for_strangers(&text) {
                prop_assert_eq!(super::super::replaced_for_strangers(text.clone()), (text, none));
            }
        }

        #[test]
        fn a_text_is_clean_where_its_pieces_of_whole_lines_are(texts in proptest::collection::vec(scraps(), 1..5)) {
            for is_clean in [is_clean, is_clean_for_strangers] {
                let pieces = texts.iter().all(|text| is_clean(text));
                prop_assert_eq!(is_clean(&texts.join("\n")), pieces);
                prop_assert_eq!(texts.join("\n").split_inclusive('\n').all(is_clean), pieces);
            }
        }

        #[test]
        fn a_text_with_lines_again_and_again_is_clean_where_each_is(texts in proptest::collection::vec(scraps(), 1..5)) {
            let text = texts.join("\n") + "\n";
            let long = text.repeat(1 + LONG / text.len());
            prop_assert_eq!(is_clean_for_strangers(&long), is_clean_for_strangers(&text));
        }
    }

    #[test]
    fn lines_are_without_their_ends() {
        assert_eq!(lines("a\n\nb\r\n").collect::<Vec<_>>(), ["a", "", "b\r", ""]);
    }

    #[test]
    fn a_secret_among_lines_that_stand_again_is_seen() {
        let clean = "\"status\": 503,\n\"model\": \"gpt-4o\",\n".repeat(200);
        assert!(is_clean_for_strangers(&clean));
        for secret in ["sk-proj-FAKEFAKEFAKE", "10.22.1.31"] {
            let text = format!("{clean}\"model\": \"{secret}\",\n{clean}");
            assert!(!is_clean_for_strangers(&text));
            assert_eq!(wall_for_strangers(text).1.values().sum::<u64>(), 1);
        }
    }

    #[test]
    fn a_card_within_what_only_looks_like_one_is_left_to_the_wall() {
        let text = "x 1111111111111111\n1111222233334444 4111111111111111 y";
        assert!(!is_clean(text));
        assert_eq!(wall(text.to_owned()).1.values().sum::<u64>(), 1);
    }
}
