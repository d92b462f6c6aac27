//! What Kubernetes' container runtimes write: the instant, the stream, `P` for a part or `F` for a line's end, the text.

use super::envelope::{Envelope, Letter};
use crate::gather::formats::Fit;
use memchr::memchr;

/// The envelope.
pub(super) struct Cri;

fn read(line: &[u8]) -> Option<Letter<'_>> {
    let (stamp, rest) = word(line)?;
    let (stream, rest) = word(rest)?;
    // Nothing, not even a blank, follows the tag of an empty line that an editor trimmed.
    let (tags, text) = word(rest).unwrap_or((rest, b""));
    let stream = match stream {
        b"stdout" => "stdout",
        b"stderr" => "stderr",
        _ => return None,
    };
    let is_part = match tags.split(|byte| *byte == b':').next()? {
        b"P" => true,
        b"F" => false,
        _ => return None,
    };
    let stamp = str::from_utf8(stamp).ok()?;
    (stamp.starts_with(|first: char| first.is_ascii_digit()) && stamp.contains('T')).then_some(Letter {
        text,
        stamp: Some(stamp),
        stream,
        is_part,
        ..Letter::default()
    })
}

fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (word, rest) = text.split_at_checked(memchr(b' ', text)?)?;
    Some((word, rest.get(1..)?))
}

impl Envelope for Cri {
    fn name(&self) -> &'static str {
        "a Kubernetes container log"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(line).is_some() { Fit::Yes } else { Fit::No }
    }

    fn peel(&self, line: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(line).map(|letter| give(&letter)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("2016-10-06T00:17:09.669794202Z stdout P log content 1", "log content 1"),
            ("2016-10-06T00:17:10.113242941Z stderr F log content 2", "log content 2"),
            ("2025-03-06T15:02:11.123456789+01:00 stdout F:x   indented", "  indented"),
        ]
    }

    fn source(&self) -> &'static str {
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/logs/logs.go"
    }
}
