//! Takes terminal sequences out of a line: colours, links, titles.

use memchr::memchr;

const ESCAPE: u8 = 0x1b;

/// The text without its terminal sequences; as it stands where it has none. `scratch` holds what had to be made.
///
/// ECMA-48: `ESC [`, parameters, a final byte (CSI); `ESC ]` up to BEL or `ESC \` (OSC, of titles and links); `ESC` and
/// one byte. A sequence that breaks off takes the rest of the text with it.
#[must_use]
pub fn strip<'a>(text: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let Some(first) = memchr(ESCAPE, text) else { return text };
    scratch.clear();
    let (before, mut rest) = text.split_at_checked(first).unwrap_or((text, b""));
    scratch.extend_from_slice(before);
    loop {
        let plain = memchr(ESCAPE, rest).unwrap_or(rest.len());
        let (before, sequence) = rest.split_at_checked(plain).unwrap_or((rest, b""));
        scratch.extend_from_slice(before);
        if sequence.is_empty() {
            return scratch;
        }
        rest = sequence.get(length(sequence)..).unwrap_or_default();
    }
}

/// How long the sequence is that `text` begins with.
fn length(text: &[u8]) -> usize {
    let behind = text.get(2..).unwrap_or_default();
    let end = match text.get(1) {
        Some(b'[') => behind.iter().position(|byte| matches!(byte, 0x40..=0x7e)),
        Some(b']') => {
            let end = behind.iter().position(|byte| matches!(*byte, 0x07 | ESCAPE));
            // `ESC \` has two bytes.
            end.map(|end| end + usize::from(behind.get(end) == Some(&ESCAPE)))
        }
        Some(_) => return 2,
        None => return 1,
    };
    end.map_or(text.len(), |end| end + 3)
}

#[cfg(test)]
mod tests {
    use super::strip;
    use proptest::prelude::*;

    fn stripped(text: &str) -> String {
        String::from_utf8(strip(text.as_bytes(), &mut Vec::new()).to_vec()).unwrap()
    }

    #[test]
    fn colours_and_links_go_and_text_stays() {
        assert_eq!(stripped("\u{1b}[1;37mINFO\u{1b}[0m: ok"), "INFO: ok");
        assert_eq!(
            stripped("\u{1b}]8;;https://a/\u{1b}\\link\u{1b}]8;;\u{7} end\u{1b}(B"),
            "link endB"
        );
        assert_eq!(stripped("no sequence [1m"), "no sequence [1m");
        assert_eq!(stripped("cut\u{1b}[1;3"), "cut");
    }

    proptest! {
        #[test]
        fn nothing_that_is_left_begins_a_sequence(text in proptest::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b']'), any::<u8>()], 0..60)) {
            prop_assert!(!strip(&text, &mut Vec::new()).contains(&0x1b));
        }
    }
}
