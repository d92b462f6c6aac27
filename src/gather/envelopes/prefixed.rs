//! Names before every line: `docker compose logs`, `kubectl logs --prefix`, `stern`, `pm2 logs`.

use super::envelope::{Envelope, Letter};
use super::values::begins_anew;
use crate::gather::formats::Fit;
use crate::text::scan;

/// The envelope.
pub(super) struct Prefixed;

fn read(line: &str) -> Option<Letter<'_>> {
    kubectl(line)
        .or_else(|| pm2(line))
        .or_else(|| compose(line))
        .or_else(|| stern(line))
}

/// `[pod/web-7d9f-x2x4z/web] text`.
fn kubectl(line: &str) -> Option<Letter<'_>> {
    let (names, text) = line.strip_prefix("[pod/")?.split_once(']')?;
    let (pod, container) = names.split_once('/')?;
    Some(letter(pod, container, text.strip_prefix(' ').unwrap_or(text)))
}

/// `web-1  | text`.
fn compose(line: &str) -> Option<Letter<'_>> {
    let (name, text) = line.split_once('|')?;
    let name = name.trim_end();
    let text = if text.is_empty() { text } else { text.strip_prefix(' ')? };
    is_name(name).then(|| letter(name, "", text))
}

/// `0|web      | text`: a process by its number and name.
fn pm2(line: &str) -> Option<Letter<'_>> {
    let (number, rest) = line.split_once('|')?;
    let (name, text) = rest.split_once('|')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let (name, text) = (name.trim_end(), text.strip_prefix(' ').unwrap_or(text));
    (is_number && is_name(name)).then(|| Letter {
        text: text.as_bytes(),
        service: name,
        ..Letter::default()
    })
}

/// `web-7d9f8c6b5-x2x4z web text`: a pod of a deployment or of a stateful set, and its container.
fn stern(line: &str) -> Option<Letter<'_>> {
    let (pod, rest) = line.split_once(' ')?;
    let (container, text) = rest.split_once(' ')?;
    let (before, last) = pod.rsplit_once('-')?;
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = last.len() == 5 && before.rsplit_once('-').is_some_and(|(_, set)| (8..=10).contains(&set.len()));
    let is_pod = (is_number || is_hash) && before.starts_with(|first: char| first.is_ascii_lowercase());
    (is_pod && is_name(pod) && is_name(container)).then(|| letter(pod, container, text))
}

fn letter<'a>(host: &'a str, container: &'a str, text: &'a str) -> Letter<'a> {
    Letter {
        text: text.as_bytes(),
        host: Some(host),
        service: container,
        ..Letter::default()
    }
}

fn is_name(word: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && word.bytes().all(is_allowed)
}

impl Envelope for Prefixed {
    fn name(&self) -> &'static str {
        "lines behind a container's name"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line)) {
            Some(letter) if begins_anew(letter.text) => Fit::Yes,
            Some(_) => Fit::Maybe,
            None => Fit::No,
        }
    }

    fn peel(&self, line: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(&scan::text(line)).map(|letter| give(&letter)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("[pod/web-7d9f8c6b5-x2x4z/web] {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("0|web      | {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("web-1   |   File \"app.py\", line 3", "  File \"app.py\", line 3"),
            ("web-7d9f8c6b5-x2x4z web INFO:     started", "INFO:     started"),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.docker.com/reference/cli/docker/compose/logs/; https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/; https://github.com/stern/stern; https://pm2.keymetrics.io/docs/usage/log-management/"
    }
}
