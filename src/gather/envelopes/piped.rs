//! What tools put before the lines that pass through them: `ts`, `multilog`, `svlogd`, `s6-log` and `tai64nlocal`, `cf logs`,
//! `gh run view --log`, GitLab's job logs, Jenkins' timestamper, Papertrail's archives, Grafana's text download.

use super::envelope::{Envelope, Letter};
use super::syslog;
use super::values::{begins_anew, goes_on, has_no_time, is_dated};
use crate::gather::formats::Fit;
use crate::text::scan;
use crate::text::timestamp;
use std::fmt::Write as _;

/// The envelope.
pub(super) struct Piped;

/// Who puts nothing else before a line is certain; of the others what follows must tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nobody else writes so.
    Certain,
    /// Loggers write so, too.
    ByWhatFollows,
    /// Nearly every program may write so: only what goes on, has a date of its own or is known to have none tells.
    ByADateWithin,
}

struct Line<'a> {
    letter: Letter<'a>,
    told: Told,
}

fn read(line: &str) -> Option<Line<'_>> {
    tai64n(line)
        .or_else(|| tabbed(line))
        .or_else(|| cloud_foundry(line))
        .or_else(|| gitlab(line))
        .or_else(|| stamped(line))
}

fn of<'a>(stamp: &'a str, text: &'a str, told: Told) -> Line<'a> {
    Line {
        letter: Letter {
            text: text.as_bytes(),
            stamp: Some(stamp),
            ..Letter::default()
        },
        told,
    }
}

/// `@400000006b03669f3a7e20f4 text`: seconds as TAI64 has them, and nanoseconds. [`unix`] makes its stamp.
fn tai64n(line: &str) -> Option<Line<'_>> {
    let (label, text) = line.strip_prefix('@')?.split_once(' ')?;
    let is_label = label.len() == 24 && label.starts_with("4000") && label.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_label.then(|| of(label, text, Told::Certain))
}

/// A label's seconds since the epoch. daemontools and runit add 10 s to Unix time and know of no leap seconds; a tool that does
/// is 27 s ahead, which only a program without stamps of its own shows.
fn unix<'a>(label: &str, scratch: &'a mut String) -> Option<&'a str> {
    const UNIX: u64 = (1 << 62) + 10;
    let number = |digits: Option<&str>| u64::from_str_radix(digits?, 16).ok();
    let seconds = number(label.get(..16))?.checked_sub(UNIX)?;
    let nanoseconds = number(label.get(16..))?;
    scratch.clear();
    write!(scratch, "{seconds}.{nanoseconds:09}").ok()?;
    Some(scratch)
}

/// Columns: `gh run view --log` (job, step, stamp and text), Papertrail's archives (ten of them), Grafana's text download
/// (nanoseconds, stamp, text).
fn tabbed(line: &str) -> Option<Line<'_>> {
    let (first, rest) = line.split_once('\t')?;
    let (second, rest) = rest.split_once('\t')?;
    let is_number = |word: &str| word.len() > 15 && word.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(first) && is_iso(second) {
        let Some((received, archived)) = rest.split_once('\t').filter(|(received, _)| is_iso(received)) else {
            return Some(of(second, rest, Told::Certain));
        };
        let mut columns = archived.splitn(7, '\t');
        let host = columns.nth(1);
        let (service, text) = (columns.nth(3)?, columns.next()?);
        let line = of(received, text, Told::Certain);
        let letter = Letter {
            stamp: Some(second),
            host,
            service,
            ..line.letter
        };
        return Some(Line { letter, ..line });
    }
    // GitHub's runner writes seven digits of a second.
    let (stamp, text) = rest.trim_start_matches('\u{feff}').split_once(' ')?;
    let is_github = is_iso(stamp) && stamp.len() == 28 && !first.is_empty() && !second.is_empty();
    is_github.then(|| of(stamp, text, Told::Certain))
}

/// `   2016-03-30T16:37:06.39+0200 [APP/PROC/WEB/0] OUT text`.
fn cloud_foundry(line: &str) -> Option<Line<'_>> {
    let (stamp, rest) = line.trim_start().split_once(" [")?;
    let (source, rest) = rest.split_once("] ")?;
    let (stream, text) = rest.split_at_checked(3)?;
    let stream = match stream {
        "OUT" => "stdout",
        "ERR" => "stderr",
        _ => return None,
    };
    let is_source = source.contains('/') && !source.contains(' ') && is_iso(stamp);
    is_source.then(|| {
        let line = of(stamp, text.strip_prefix(' ').unwrap_or(text), Told::Certain);
        let letter = Letter {
            service: source,
            stream,
            ..line.letter
        };
        Line { letter, ..line }
    })
}

/// `2024-05-22T12:43:46.962646Z 01O text`: 27 bytes of time, the stream's number in hexadecimal digits, its kind, and a plus
/// where the line goes on with the one above.
fn gitlab(line: &str) -> Option<Line<'_>> {
    let (stamp, rest) = line.split_once(' ')?;
    let (head, text) = rest.split_at_checked(4)?;
    let is_head =
        matches!(head.as_bytes(), [one, two, b'O' | b'E', b' ' | b'+'] if one.is_ascii_hexdigit() && two.is_ascii_digit());
    (is_head && stamp.len() == 27 && is_iso(stamp)).then(|| of(stamp, text, Told::Certain))
}

/// A stamp and a blank, or two.
fn stamped(line: &str) -> Option<Line<'_>> {
    let bytes = line.as_bytes();
    let is = |shape: &str| timestamp::starts_as(bytes, shape.as_bytes());
    let parted = |length: usize| {
        let (stamp, rest) = line.split_at_checked(length)?;
        Some((stamp, rest.strip_prefix(' ')?))
    };
    // s6-log writes two blanks, and what loggers and tracebacks indent has an even number of them.
    let even = |text: &'_ str| (text.len() - text.trim_start_matches(' ').len()) % 2 == 1;
    if is("dddd-dd-dd dd:dd:dd.ddddddddd ") {
        let (stamp, text) = parted(29)?;
        let is_zone = text.starts_with(['+', '-']);
        let text = if even(text) { text.get(1..)? } else { text };
        return (!is_zone).then(|| of(stamp, text, Told::Certain));
    }
    if is("dddd-dd-dd_dd:dd:dd.ddddd ") {
        return parted(25).map(|(stamp, text)| of(stamp, text, Told::Certain));
    }
    if is("[dddd-dd-ddTdd:dd:dd.dddZ] ") {
        return parted(26).map(|(stamp, text)| of(stamp, text, Told::ByADateWithin));
    }
    if is("dd:dd:dd ") {
        let (stamp, text) = parted(8)?;
        let text = if even(text) { text.get(1..)? } else { text };
        return Some(of(stamp, text, Told::ByADateWithin));
    }
    let length = if is("dddddddddd.dddddd ") {
        17
    } else {
        syslog::bsd_stamp(line)?
    };
    parted(length).map(|(stamp, text)| of(stamp, text, Told::ByWhatFollows))
}

fn is_iso(word: &str) -> bool {
    timestamp::starts_as(word.as_bytes(), b"dddd-dd-ddTdd:dd:dd") && !word.contains(' ')
}

impl Envelope for Piped {
    fn name(&self) -> &'static str {
        "lines that passed through a tool"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let Some(read) = read(&line) else { return Fit::No };
        let text = scan::text(read.letter.text);
        let is_its_own = is_dated(read.letter.text) || has_no_time(read.letter.text) || goes_on(&text);
        match read.told {
            Told::Certain => Fit::Yes,
            Told::ByADateWithin if is_its_own => Fit::Yes,
            Told::ByADateWithin => Fit::No,
            Told::ByWhatFollows if syslog::is_one(&line) => Fit::No,
            Told::ByWhatFollows if is_its_own || begins_anew(read.letter.text) => Fit::Yes,
            Told::ByWhatFollows => Fit::Maybe,
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(Line { letter, .. }) = read(&line) else {
            return false;
        };
        let stamp = match letter.stamp {
            Some(label) if line.starts_with('@') => unix(label, scratch),
            stamp => stamp,
        };
        give(&Letter { stamp, ..letter });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("@400000006b03669f3a7e20f4 chat failed", "chat failed"),
            ("2026-11-22 22:03:01.985021470  chat failed", "chat failed"),
            (
                "2026-11-22 22:03:02.213172500   File \"app.py\", line 3",
                "  File \"app.py\", line 3",
            ),
            ("2026-11-22_22:03:01.99784 chat failed", "chat failed"),
            ("Nov 22 22:03:02 {\"level\":\"info\"}", r#"{"level":"info"}"#),
            (
                "Nov 22 22:03:02.324884 2026-11-22 22:03:02,324 INFO started",
                "2026-11-22 22:03:02,324 INFO started",
            ),
            ("1795384982.273275 {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("[2026-11-22T22:03:02.324Z] {\"level\":\"info\"}", r#"{"level":"info"}"#),
            (
                "[2026-11-22T22:03:02.324Z] INFO:httpx:HTTP Request: POST",
                "INFO:httpx:HTTP Request: POST",
            ),
            (
                "22:03:02  2026-11-22 22:03:02,324 INFO started",
                "2026-11-22 22:03:02,324 INFO started",
            ),
            (
                "   2016-03-30T16:37:06.39+0200 [APP/PROC/WEB/0] OUT chat failed",
                "chat failed",
            ),
            ("2024-05-22T12:43:46.962646Z 01O chat failed", "chat failed"),
            ("evals\tRun evals\t2026-11-22T22:03:02.3248840Z chat failed", "chat failed"),
            ("1795384982273275000\t2026-11-22T22:03:02.273Z\tchat failed", "chat failed"),
            (
                "7711582041804800\t2016-09-29T09:37:06Z\t2016-09-29T09:37:06Z\t31588051\tweb-1\t10.0.3.7\tUser\tInfo\tshop\tchat failed",
                "chat failed",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://joeyh.name/code/moreutils/; https://cr.yp.to/daemontools/multilog.html; https://smarden.org/runit/svlogd.8; https://skarnet.org/software/s6/s6-log.html; https://docs.cloudfoundry.org/devguide/deploy-apps/streaming-logs.html; https://cli.github.com/manual/gh_run_view; https://docs.gitlab.com/ci/jobs/job_logs/; https://plugins.jenkins.io/timestamper/; https://www.papertrail.com/help/permanent-log-archives/"
    }
}
