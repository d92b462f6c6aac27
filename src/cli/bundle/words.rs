//! The words of the command line as a bundle may tell them: flags as they are, and every value that may name something of
//! one's own replaced.

use crate::redact::{Policy, told};

/// Flags whose values are words of this program, numbers or times, or what the provider knows anyway.
const TOLD: [&str; 22] = [
    "--since",
    "--until",
    "--fail-on",
    "--status",
    "--max-requests",
    "--threads",
    "--color",
    "--audience",
    "--explain",
    "--provider",
    "--surface",
    "--model",
    "--endpoint",
    "--tier",
    "--transient-max",
    "--merge-gap",
    "--min-failures",
    "--alpha",
    "--min-rate",
    "--baseline",
    "--compare",
    "--width",
];

/// Flags whose value names a path before its last `=`.
const SCOPED: [&str; 2] = ["--tz", "--format"];

/// The flag whose value names a path after its first `=`.
const REPORT: &str = "--report";

/// Words that are subcommands where they stand first.
const SUBCOMMANDS: [&str; 2] = ["analyze", "nightly"];

/// The words, without the program's own name, as the policy's audience may read them.
pub(super) fn told_words(words: &[String], policy: &Policy) -> Vec<String> {
    let mut flag: Option<&str> = None;
    let mut shown = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word.as_str(), None),
        };
        let is_flag = word.starts_with('-') && word.len() > 1 && flag.is_none_or(|flag| !takes_hyphens(flag));
        if is_flag {
            shown.push(match value {
                Some(value) => format!("{name}={}", told_value(name, value, policy)),
                None => name.to_owned(),
            });
            flag = value.is_none().then_some(name);
        } else if at == 0 && SUBCOMMANDS.contains(&word.as_str()) {
            shown.push(word.clone());
        } else {
            shown.push(told_value(flag.take().unwrap_or(""), word, policy));
        }
    }
    shown
}

/// Whether a flag's value may begin with a hyphen, as in `--since -2h`.
fn takes_hyphens(flag: &str) -> bool {
    matches!(flag, "--since" | "--until" | "--tz")
}

fn told_value(flag: &str, value: &str, policy: &Policy) -> String {
    let own = |name: &str| told(policy, name);
    if TOLD.contains(&flag) || value == "-" {
        return value.to_owned();
    }
    if SCOPED.contains(&flag) {
        return value
            .rsplit_once('=')
            .map_or_else(|| value.to_owned(), |(path, value)| format!("{}={value}", own(path)));
    }
    if flag == REPORT {
        return value
            .split_once('=')
            .map_or_else(|| value.to_owned(), |(report, path)| format!("{report}={}", own(path)));
    }
    own(value)
}

#[cfg(test)]
mod tests {
    use super::told_words;
    use crate::redact::{Audience, Policy};

    fn shown(words: &[&str], audience: Audience) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let policy = Policy {
            audience,
            key: b"key".to_vec(),
        };
        told_words(&words, &policy).join(" ")
    }

    #[test]
    fn flags_and_times_are_told_and_own_names_are_not() {
        let words = [
            "analyze",
            "/var/log/acme",
            "--since",
            "-2h",
            "--report=html=/home/erika/r.html",
            "--tz",
            "acme/**=Europe/Berlin",
            "--bundle",
            "acme-case",
            "-q",
            "--host",
            "acme-worker-1",
            "--model",
            "gpt-4o",
            "edge.acme.log",
        ];
        let told = shown(&words, Audience::Forwardable);
        for kept in [
            "analyze path-",
            "--since -2h",
            "--report=html=path-",
            "=Europe/Berlin",
            "--bundle path-",
            "-q",
            "--model gpt-4o",
        ] {
            assert!(told.contains(kept), "{kept}: {told}");
        }
        assert!(!told.contains("acme") && !told.contains("erika"), "{told}");
    }

    #[test]
    fn an_internal_bundle_tells_every_word() {
        assert_eq!(shown(&["logs", "--host", "w1"], Audience::Internal), "logs --host w1");
    }
}
