//! Which rules a text may fall under at all, by what every match must hold: a mark, a key's name, digits in groups.
//!
//! Reports are clean, and a set of all shapes took 26 M instructions to be compiled and to learn its states, half of a run
//! over a small log. One pass over a text asks for what each shape cannot do without; only what is found is compiled. A
//! hint may be too ready, never too strict: the tests hold each to what its shape matches.

pub(super) mod around;
#[cfg(test)]
mod tests;

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind};

/// What every match of a shape holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hint {
    /// One of these words, spelled so.
    Words(&'static [&'static str]),
    /// One of them where no part of a word stands before it.
    Marks(&'static [&'static str]),
    /// One of them, in any case, behind and before such bytes.
    Names {
        names: &'static [&'static str],
        before: fn(&[u8]) -> bool,
        next: fn(&[u8]) -> bool,
    },
    /// Something that begins with such a byte, and so, where no part of a word stands before it.
    Begins(fn(&u8) -> bool, Begins),
}

/// Whether a text goes on so, by the byte before it, if there is one, and by all from there on.
type Begins = fn(Option<u8>, &[u8]) -> bool;

/// Sets of rules by their places, of which there are fewer than 63.
pub(super) type Places = u64;

/// The hints of some rules, to be asked in one pass.
pub(super) struct Hints {
    words: Option<DFA>,
    /// The rule of each word, its spelling and what it stands between.
    asked: Vec<(Places, &'static str, Hint)>,
    begins: Vec<(Places, Begins)>,
    /// The rules of which a match may begin with a byte, and [`IN_WORD`].
    by_first: [Places; 256],
    all: Places,
}

/// Beside the rules of a byte: it is a letter or a digit.
const IN_WORD: Places = 1 << 63;

impl Hints {
    pub(super) fn of(hints: impl Iterator<Item = Hint>) -> Self {
        let (mut asked, mut begins, mut all) = (Vec::new(), Vec::new(), 0);
        let mut by_first = [0; 256];
        for (byte, told) in (0..=u8::MAX).zip(&mut by_first) {
            *told |= if byte.is_ascii_alphanumeric() { IN_WORD } else { 0 };
        }
        for (place, hint) in hints.enumerate() {
            let rule = 1 << place;
            all |= rule;
            match hint {
                Hint::Words(words) | Hint::Marks(words) | Hint::Names { names: words, .. } => {
                    asked.extend(words.iter().map(|word| (rule, *word, hint)));
                }
                Hint::Begins(first, begin) => {
                    begins.push((rule, begin));
                    for (byte, rules) in (0..=u8::MAX).zip(&mut by_first) {
                        *rules |= if first(&byte) { rule } else { 0 };
                    }
                }
            }
        }
        let words = DFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(asked.iter().map(|(_, word, _)| *word));
        Self {
            words: words.ok(),
            asked,
            begins,
            by_first,
            all,
        }
    }

    /// The rules among these that a text may fall under; all of them where that cannot be told.
    pub(super) fn of_text(&self, text: &[u8], among: Places) -> Places {
        let start = |words: &DFA| words.start_state(Anchored::No).ok();
        let Some((words, mut state)) = self.words.as_ref().and_then(|words| Some((words, start(words)?))) else {
            return self.all & among;
        };
        // Nobody asks again of what was found, or need not be.
        let mut places = !among;
        let (mut last, mut is_in_word) = (None, false);
        for (at, &byte) in text.iter().enumerate() {
            state = words.next_state(Anchored::No, state, byte);
            if words.is_special(state) && words.is_match(state) {
                let found = (0..words.match_len(state)).map(|one| words.match_pattern(state, one));
                places |= found.fold(0, |places, word| places | self.word(word.as_usize(), text, at + 1));
            }
            let told = self.by_first.get(usize::from(byte)).copied().unwrap_or(0);
            let rules = told & !IN_WORD & !places;
            if rules != 0 && !is_in_word {
                places |= self.beginning(rules, last, text.get(at..).unwrap_or_default());
            }
            // A line end as JSON writes it is no part of a word.
            is_in_word = told & IN_WORD != 0 && !(last == Some(b'\\') && is_escape(byte));
            last = Some(byte);
        }
        places & among
    }

    /// The rule of a word that ends here, where it stands as the rule has it.
    fn word(&self, word: usize, text: &[u8], end: usize) -> Places {
        let Some((rule, word, hint)) = self.asked.get(word) else {
            return 0;
        };
        let (before, found) = text
            .get(..end)
            .and_then(|text| text.split_at_checked(end.checked_sub(word.len())?))
            .unwrap_or_default();
        let is_spelled = found == word.as_bytes();
        let holds = match hint {
            Hint::Words(_) => is_spelled,
            Hint::Marks(_) => is_spelled && ends_no_word(before),
            Hint::Names { before: lead, next, .. } => lead(before) && next(text.get(end..).unwrap_or_default()),
            Hint::Begins(..) => false,
        };
        if holds { *rule } else { 0 }
    }

    /// Which of some rules have a match that may begin where `rest` does.
    fn beginning(&self, rules: Places, last: Option<u8>, rest: &[u8]) -> Places {
        let begun = self
            .begins
            .iter()
            .filter(|(rule, begins)| rules & rule != 0 && begins(last, rest));
        begun.fold(0, |places, (rule, _)| places | rule)
    }
}

/// Whether what follows begins a word: nothing, no part of a word, or a line end as JSON writes it stands before.
pub(super) fn ends_no_word(before: &[u8]) -> bool {
    match before {
        [.., b'\\', letter] if is_escape(*letter) => true,
        [.., last] => !last.is_ascii_alphanumeric(),
        [] => true,
    }
}

/// Whether a letter behind a backslash stands for a blank.
fn is_escape(byte: u8) -> bool {
    matches!(byte, b'b' | b'f' | b'n' | b'r' | b't')
}

/// Whether bytes begin with one of each of these classes: `A` a capital, `9` a digit, `f` a digit of base 16, `X` a capital
/// or a digit, with or without a blank before, any other byte itself or another that parts groups of digits.
fn begins(rest: &[u8], pattern: &[u8]) -> bool {
    let is_like = |(byte, class): (&u8, &u8)| match class {
        b'A' => byte.is_ascii_uppercase(),
        b'9' => byte.is_ascii_digit(),
        b'f' => byte.is_ascii_hexdigit(),
        b'X' => byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ',
        b'-' => matches!(byte, b'-' | b' ' | b':'),
        other => byte == other,
    };
    rest.len() >= pattern.len() && rest.iter().zip(pattern).all(is_like)
}

pub(super) fn iban(last: Option<u8>, rest: &[u8]) -> bool {
    last != Some(b'-') && begins(rest, b"AA99X")
}

/// Groups of four, of four and six, or fourteen digits and more; a group of a UUID is none.
pub(super) fn card(last: Option<u8>, rest: &[u8]) -> bool {
    let is_grouped = || begins(rest, b"9999-9999-9999") || begins(rest, b"9999-999999-9999");
    !matches!(last, Some(b'-' | b'.')) && (is_grouped() || begins(rest, b"99999999999999"))
}

pub(super) fn government_id(last: Option<u8>, rest: &[u8]) -> bool {
    last != Some(b'-') && begins(rest, b"999-99-9999")
}

/// A plus and a number of which two groups have two digits and more.
pub(super) fn phone(_: Option<u8>, rest: &[u8]) -> bool {
    let Some(number) = rest.strip_prefix(b"+") else { return false };
    let is_of_number = |byte: &&u8| byte.is_ascii_digit() || b" ./-()".contains(byte);
    // Four groups of as many as a number has, and what parts them.
    let length = number.iter().take(40).take_while(is_of_number).count();
    let number = number.get(..length).unwrap_or_default();
    let is_group =
        |bytes: &&[u8]| matches!(bytes, [b' ' | b'.' | b'/' | b'-', one, two] if one.is_ascii_digit() && two.is_ascii_digit());
    number.windows(3).filter(is_group).count() >= 2
}

pub(super) fn phone_in_brackets(last: Option<u8>, rest: &[u8]) -> bool {
    last != Some(b'-') && (begins(rest, b"(999)999-9999") || begins(rest, b"(999) 999-9999"))
}

pub(super) fn mac(last: Option<u8>, rest: &[u8]) -> bool {
    !matches!(last, Some(b'-' | b':')) && begins(rest, b"ff-ff-ff-ff-ff-ff")
}

/// Three numbers of up to three digits with a dot behind each, and a digit.
pub(super) fn ipv4(last: Option<u8>, mut rest: &[u8]) -> bool {
    if last == Some(b'.') {
        return false;
    }
    for _ in 0..3 {
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        match rest.get(digits..).and_then(|rest| rest.strip_prefix(b".")) {
            Some(behind) if (1..=3).contains(&digits) => rest = behind,
            _ => return false,
        }
    }
    rest.first().is_some_and(u8::is_ascii_digit)
}

/// A run that holds two colons side by side, or six: every IPv6 address does (RFC 4291, 2.2), and no time of day.
pub(super) fn ipv6(last: Option<u8>, rest: &[u8]) -> bool {
    // Not within such a run, which is looked at once.
    if matches!(last, Some(b':' | b'.')) {
        return false;
    }
    let is_of_run = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let (mut colons, mut side_by_side, mut before) = (0, false, 0);
    for &byte in rest.iter().take_while(is_of_run) {
        side_by_side |= byte == b':' && before == b':';
        colons += usize::from(byte == b':');
        before = byte;
    }
    side_by_side || colons >= 6
}
