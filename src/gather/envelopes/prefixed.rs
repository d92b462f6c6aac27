//! Names before every line: `docker compose logs`, `docker service logs`, `kubectl logs --prefix`, `stern`, `kubetail`, `kail`,
//! `pm2 logs`, foreman and honcho, `grep` over several logs or with the numbers of the lines.

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
        .or_else(|| grep(line))
}

/// `[pod/web-7d9f-x2x4z/web] text`, and kubetail's `[web-7d9f8c6b5-x2x4z web] text`.
fn kubectl(line: &str) -> Option<Letter<'_>> {
    let (names, text) = line.strip_prefix('[')?.split_once(']')?;
    let (pod, container) = match names.strip_prefix("pod/") {
        Some(names) => names.split_once('/')?,
        None => names
            .split_once(' ')
            .filter(|(pod, container)| is_pod(pod) && is_name(container))?,
    };
    Some(letter(pod, container, text.strip_prefix(' ').unwrap_or(text)))
}

/// `web-1  | text`; a swarm's `shop_web.1.k2x4z@node-1    | text`; foreman's and honcho's `14:02:11 web.1  | text`.
fn compose(line: &str) -> Option<Letter<'_>> {
    let (name, text) = line.split_once('|')?;
    let name = name.trim_end();
    let name = name
        .split_once(' ')
        .filter(|(clock, _)| is_clock(clock))
        .map_or(name, |(_, name)| name);
    let text = if text.is_empty() { text } else { text.strip_prefix(' ')? };
    match name.split_once('@') {
        Some((task, node)) => (is_name(task) && is_name(node)).then(|| letter(node, task, text)),
        None => is_name(name).then(|| letter(name, "", text)),
    }
}

/// `0|web      | text`: a process by its number and name.
fn pm2(line: &str) -> Option<Letter<'_>> {
    let (number, rest) = line.split_once('|')?;
    let (name, text) = rest.split_once('|')?;
    let (name, text) = (name.trim_end(), text.strip_prefix(' ').unwrap_or(text));
    (is_number(number) && is_name(name)).then(|| of_service(name, text))
}

/// `web-7d9f8c6b5-x2x4z web text`: a pod and its container, behind their namespace where several are asked for; kail's `shop/web-7d9f8c6b5-x2x4z[web]: text`.
fn stern(line: &str) -> Option<Letter<'_>> {
    let (pod, rest) = line.split_once(' ')?;
    if let Some(names) = pod.strip_suffix("]:") {
        let (pod, container) = names.split_once('/')?.1.split_once('[')?;
        return (is_pod(pod) && is_name(container)).then(|| letter(pod, container, rest));
    }
    let (pod, rest) = if is_pod(pod) || !is_name(pod) {
        (pod, rest)
    } else {
        rest.split_once(' ')?
    };
    let (container, text) = rest.split_once(' ')?;
    (is_pod(pod) && is_name(container)).then(|| letter(pod, container, text))
}

/// `app/api.log:text`, `app/api.log.2.gz:17:text`, `app/api.log-18-text` and `17:text`: what grep found in logs, with the lines around it.
fn grep(line: &str) -> Option<Letter<'_>> {
    let (first, rest) = line.split_once(':').unwrap_or((line, ""));
    if is_number(first) {
        return begins_anew(rest.as_bytes()).then(|| of_service("", rest));
    }
    if is_log(first) {
        let numbered = rest.split_once(':').filter(|(number, _)| is_number(number));
        return Some(of_service(first, numbered.map_or(rest, |(_, text)| text)));
    }
    line.match_indices('-').take(NAME_PARTS).find_map(|(at, _)| {
        let (path, rest) = line.split_at_checked(at)?;
        let (number, text) = rest.get(1..)?.split_once('-')?;
        (is_log(path) && is_number(number)).then(|| of_service(path, text))
    })
}

/// Hyphens in a path that are looked at for the number behind it.
const NAME_PARTS: usize = 8;

/// Whether a word is the path of a log.
fn is_log(word: &str) -> bool {
    const ENDINGS: [&str; 7] = ["log", "out", "err", "txt", "json", "jsonl", "ndjson"];
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@' | b'+');
    let name = word.rsplit('/').next().unwrap_or(word);
    let is_named = name.split('.').skip(1).any(|part| ENDINGS.contains(&part));
    let is_of_the_system = word.starts_with("/var/log/") && !name.contains('.');
    (is_named || is_of_the_system) && word.bytes().all(is_allowed)
}

/// Whether a word names a pod: of a deployment (a set's hash and its own), of a stateful set (a number), of a daemon set or a job.
fn is_pod(word: &str) -> bool {
    // The letters that Kubernetes makes names of: no vowels, so that they spell nothing (apimachinery, util/rand).
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let Some((before, last)) = word.rsplit_once('-') else {
        return false;
    };
    let of_a_set = || before.rsplit_once('-').is_some_and(|(_, set)| (8..=10).contains(&set.len()));
    let is_hash = last.len() == 5 && (of_a_set() || last.bytes().all(|byte| LETTERS.contains(&byte)));
    (is_number(last) || is_hash) && before.starts_with(|first: char| first.is_ascii_lowercase()) && is_name(word)
}

/// `14:02:11`.
fn is_clock(word: &str) -> bool {
    matches!(word.as_bytes(), [_, _, b':', _, _, b':', _, _]) && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn of_service<'a>(service: &'a str, text: &'a str) -> Letter<'a> {
    Letter {
        text: text.as_bytes(),
        service,
        ..Letter::default()
    }
}

fn letter<'a>(host: &'a str, container: &'a str, text: &'a str) -> Letter<'a> {
    Letter {
        host: Some(host),
        ..of_service(container, text)
    }
}

fn is_name(word: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && word.bytes().all(is_allowed)
}

impl Envelope for Prefixed {
    fn name(&self) -> &'static str {
        "lines behind a name"
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
            ("shop web-7d9f8c6b5-x2x4z web INFO:     started", "INFO:     started"),
            ("[web-7d9f8c6b5-x2x4z web] {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("shop/web-x2x4z[web]: {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("shop_web.1.k2x4z@node-1    | {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("14:02:11 web.1  | {\"level\":\"info\"}", r#"{"level":"info"}"#),
            ("app/api.log.2.gz:17:{\"level\":\"info\"}", r#"{"level":"info"}"#),
            (
                "/var/log/llm-api.log-18-  File \"app.py\", line 3",
                "  File \"app.py\", line 3",
            ),
            ("17:{\"level\":\"info\"}", r#"{"level":"info"}"#),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.docker.com/reference/cli/docker/compose/logs/; https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/; https://github.com/stern/stern; https://pm2.keymetrics.io/docs/usage/log-management/; https://github.com/johanhaleby/kubetail; https://github.com/boz/kail; https://docs.docker.com/reference/cli/docker/service/logs/; https://www.gnu.org/software/grep/manual/grep.html#Output-Line-Prefix-Control"
    }
}
