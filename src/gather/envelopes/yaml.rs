//! `gcloud logging read`, which prints an entry as a document of YAML if it is not told otherwise.
//!
//! Of YAML this reads what gcloud writes: keys that are indented by what holds them, texts plain, in quotes or as a block, and
//! texts that go on over more lines. Lists hold nothing of a line, and are left out.
//! <https://cloud.google.com/sdk/gcloud/reference/logging/read>

use crate::text::scan;
use memchr::memmem;
use serde_json::{Map, Value};

/// Objects within each other that are read; what lies deeper is left out.
const DEEPEST: usize = 16;

/// Whether a source begins with such an entry.
pub(super) fn is_of_gcloud(head: &[u8]) -> bool {
    let has = |key: &[u8]| memmem::find(head, key).is_some();
    let begins = head.starts_with(b"---\n") || head.starts_with(b"insertId: ") || head.starts_with(b"httpRequest:\n");
    begins && has(b"\nlogName: projects/") && (has(b"\ntextPayload: ") || has(b"\njsonPayload:\n") || has(b"\nresource:\n"))
}

/// A document as the object that it stands for, in `scratch`.
pub(super) fn object<'a>(document: &[u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let text = scan::text(document);
    let lines: Vec<&str> = text.lines().collect();
    let (object, _) = map(&lines, 0, 0);
    if !object.is_empty() {
        scratch.extend_from_slice(Value::Object(object).to_string().as_bytes());
    }
    scratch
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The keys that are indented by so much, and how many lines they took.
fn map(lines: &[&str], by: usize, depth: usize) -> (Map<String, Value>, usize) {
    let mut found = Map::new();
    let mut at = 0;
    while let Some(line) = lines.get(at).filter(|line| line.is_empty() || indent(line) >= by) {
        at += 1;
        let Some((key, value)) = line.get(by..).and_then(key) else {
            continue;
        };
        let held = held(lines.get(at..).unwrap_or_default(), by);
        at += held.len();
        if let Some(value) = read(value, held, depth) {
            found.insert(unquoted(key), value);
        }
    }
    (found, at)
}

/// The lines behind a key that are indented further, and empty ones among them.
fn held<'a>(lines: &'a [&'a str], by: usize) -> &'a [&'a str] {
    let count = lines.iter().take_while(|line| line.is_empty() || indent(line) > by).count();
    lines.get(..count).unwrap_or_default()
}

fn key(text: &str) -> Option<(&str, &str)> {
    let text = Some(text).filter(|text| !text.starts_with([' ', '-']))?;
    match text.split_once(": ") {
        Some((key, value)) => Some((key, value.trim())),
        None => Some((text.strip_suffix(':')?, "")),
    }
}

fn read(value: &str, held: &[&str], depth: usize) -> Option<Value> {
    if let Some(sign) = value.strip_prefix('|') {
        return Some(block(held, sign.starts_with('-')));
    }
    if value.is_empty() {
        let by = held.iter().find(|line| !line.is_empty()).map(|line| indent(line))?;
        return (depth < DEEPEST).then(|| Value::Object(map(held, by, depth + 1).0));
    }
    let mut whole = value.to_owned();
    for line in held {
        // A line that ends in a backslash goes on without a blank, an empty one is a break.
        match (whole.strip_suffix('\\'), line.trim()) {
            (Some(before), line) if value.starts_with('"') => {
                whole = format!("{before}{}", line.strip_prefix('\\').unwrap_or(line))
            }
            (_, "") => whole.push('\n'),
            (_, line) if whole.ends_with('\n') => whole.push_str(line),
            (_, line) => {
                whole.push(' ');
                whole.push_str(line);
            }
        }
    }
    let is_word = !whole.starts_with(['\'', '"']);
    let number = || {
        serde_json::from_str::<Value>(&whole)
            .ok()
            .filter(|value| !value.is_string() && !value.is_object())
    };
    Some(
        is_word
            .then(number)
            .flatten()
            .unwrap_or_else(|| Value::from(unquoted(&whole))),
    )
}

/// A text as it stands, without what indents all of it.
fn block(held: &[&str], is_stripped: bool) -> Value {
    let by = held.iter().find(|line| !line.is_empty()).map_or(0, |line| indent(line));
    let lines: Vec<&str> = held.iter().map(|line| line.get(by..).unwrap_or_default()).collect();
    let text = lines.join("\n");
    Value::from(if is_stripped { text.trim_end() } else { &text })
}

fn unquoted(text: &str) -> String {
    let inside = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    if let Some(inside) = inside {
        return inside.replace("''", "'");
    }
    match serde_json::from_str(text) {
        Ok(Value::String(text)) => text,
        _ => text.trim_matches('"').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_of_gcloud, object};
    use serde_json::{Value, json};

    const ENTRY: &str = "---\ninsertId: a1\njsonPayload:\n  error: 'it''s: down'\n  model: gpt-4o\n  status: 503\n\
        labels:\n  k8s-pod/app: shop\nlogName: projects/p/logs/stderr\nresource:\n  labels:\n    container_name: web\n  type: k8s_container\n\
        textPayload: |-\n  Traceback (most recent call last):\n    File \"llm.py\", line 41\n\n  done\ntimestamp: '2026-11-18T08:00:03.123Z'\nwords: one two\n  three\n";

    fn made(document: &str) -> Value {
        serde_json::from_slice(object(document.as_bytes(), &mut Vec::new())).unwrap_or(Value::Null)
    }

    #[test]
    fn an_entry_is_the_object_of_the_api() {
        assert!(is_of_gcloud(ENTRY.as_bytes()) && !is_of_gcloud(b"---\nname: shop\nlogName: x\n"));
        let entry = json!({
            "insertId": "a1", "jsonPayload": {"error": "it's: down", "model": "gpt-4o", "status": 503},
            "labels": {"k8s-pod/app": "shop"}, "logName": "projects/p/logs/stderr",
            "resource": {"labels": {"container_name": "web"}, "type": "k8s_container"},
            "textPayload": "Traceback (most recent call last):\n  File \"llm.py\", line 41\n\ndone",
            "timestamp": "2026-11-18T08:00:03.123Z", "words": "one two three",
        });
        assert_eq!(made(ENTRY), entry);
    }

    #[test]
    fn what_is_no_yaml_is_nothing_or_a_text() {
        for text in ["", "---", "::::", "  - a\n - b", "a: |\n", "a: 'x\nb: \"y"] {
            let _ = made(text);
        }
        assert_eq!(made("no keys here\n"), Value::Null);
    }
}
