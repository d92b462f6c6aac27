//! A terminal's colours, which some loggers write into files too: Rust's tracing by default, zerolog, loguru, NestJS; and the
//! progress bars that tqdm leaves before the next line, for it draws them on one line over and over.

use std::borrow::Cow;

/// A record as text, without control sequences. Allocates only where it holds some, or bytes that are no UTF-8.
pub(super) fn plain(record: &[u8]) -> Cow<'_, str> {
    // The checked reading is several times faster than the lossy one, which few records need.
    let text = str::from_utf8(record).map_or_else(|_| String::from_utf8_lossy(record), Cow::Borrowed);
    let is_plain = memchr::memchr(ESCAPE, text.as_bytes()).is_none();
    if is_plain && !text.starts_with('\r') {
        return text;
    }
    let text = if is_plain {
        text
    } else {
        Cow::Owned(without_sequences(&text))
    };
    match behind_a_bar(&text) {
        behind if behind.len() < text.len() => Cow::Owned(behind.to_owned()),
        _ => text,
    }
}

/// What stands on the terminal's line in the end: behind the last return to its start, and behind tqdm's bar there.
fn behind_a_bar(text: &str) -> &str {
    /// Bytes before a bar: what it counts, and how much of it is done.
    const BEFORE_A_BAR: usize = 80;
    if !text.starts_with('\r') {
        return text;
    }
    let first = text.split('\n').next().unwrap_or(text).trim_end_matches('\r');
    let at = first.rfind('\r').map_or(0, |at| at + 1);
    let (line, all) = (first.get(at..).unwrap_or(""), text.get(at..).unwrap_or(text));
    // ` 12%|█▏        | 12/100 [00:06<20:32,  6.19s/it]`, `12it [00:02, 4.70it/s]`.
    let bar = [("%|", "["), ("it [", "")].iter().find_map(|(sign, open)| {
        let at = line.find(sign).filter(|at| *at < BEFORE_A_BAR)?;
        let is_counted = line.get(..at)?.ends_with(|last: char| last.is_ascii_digit());
        let counts = line.get(at + sign.len()..).filter(|_| is_counted)?;
        let inside = counts.get(counts.find(open)?..)?;
        inside.find(']').map(|end| line.len() - inside.len() + end + 1)
    });
    all.get(bar.unwrap_or(0)..).unwrap_or(all)
}

const ESCAPE: u8 = 0x1b;

/// Leaves out `ESC [ … letter`; a lone escape goes too.
fn without_sequences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        let parameters = part.strip_prefix('[').unwrap_or("");
        let length = parameters
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?'))
            .count();
        let rest = parameters
            .get(length + 1..)
            .filter(|_| parameters.as_bytes().get(length).is_some_and(u8::is_ascii_alphabetic));
        out.push_str(rest.unwrap_or(part));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tracings_colours_go() {
        let line =
            "\u{1b}[2m2025-03-06T14:02:26.854993Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[2msvc\u{1b}[0m\u{1b}[2m:\u{1b}[0m x";
        assert_eq!(plain(line.as_bytes()), "2025-03-06T14:02:26.854993Z  WARN svc: x");
    }

    #[test]
    fn a_progress_bar_before_a_line_goes() {
        let line = "2026-11-20 09:00:23,215 INFO httpx x";
        for bar in [
            "\r  0%|▎         | 1/200 [00:06<20:32,  6.19s/it]",
            "\r  0%|          | 0/200 [00:00<?, ?it/s]\rrows:  50%|█████     | 100/200 [00:06<00:06, 16.1it/s, loss=0.3]",
            "\r12it [00:02, 4.70it/s]",
            "\r                              \r",
        ] {
            assert_eq!(plain(format!("{bar}{line}\n").as_bytes()), format!("{line}\n"));
        }
        assert_eq!(plain(b"\r[2026-11-20 09:00:23] x"), "[2026-11-20 09:00:23] x");
        assert_eq!(plain(b"x\ry"), "x\ry");
    }

    #[test]
    fn what_is_no_sequence_stays() {
        assert_eq!(plain("a\u{1b}b[1m \u{1b}[3".as_bytes()), "ab[1m [3");
    }
}
