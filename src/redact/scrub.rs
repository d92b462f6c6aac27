//! The gate on the way in: an id, a model or a word is taken only when it has that shape and hides no secret.
//!
//! Asked of every line, so the common case is one pass over a byte table. Shapes of secrets: gitleaks and trufflehog
//! rules, by their prefixes.

use super::wall::is_clean;

/// Prefixes of keys and tokens (gitleaks b58d3f1 and the providers' own formats). Compared without case.
const SECRET_PREFIXES: [&str; 38] = [
    "sk-",
    "sk_",
    "pk_live",
    "rk_live",
    "sess-",
    "ek_",
    "gsk_",
    "xai-",
    "pplx-",
    "nvapi-",
    "r8_",
    "aiza",
    "ya29.",
    "gocspx-",
    "akia",
    "asia",
    "abia",
    "acca",
    "absk",
    "bedrock-api-key",
    "hf_",
    "api_org_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "xapp-",
    "hvs.",
    "dapi",
    "npm_",
    "pypi-",
    "sg.",
    "whsec_",
    "eyj",
];

/// Marks inside a key that its prefix may not show: base64 of "OpenAI", and Azure's.
const SECRET_MARKS: [&str; 2] = ["T3BlbkFJ", "JQQJ99"];

/// What follows `sk-` in keys and in nothing else, so that such a key is known in the middle of an id, too.
const SECRET_KINDS: [&str; 8] = ["proj-", "svcacct-", "admin-", "None-", "ant-", "or-v1-", "lf-", "litellm-"];

/// Longest client id that the API accepts (OpenAI: 512 characters); nobody reports a longer one.
const LONGEST_ID: usize = 512;

/// Shortest id that can tell two requests apart.
const SHORTEST_ID: usize = 6;

/// Letters that a number of a person's has at most: an account's begins with a country and a bank (ISO 13616).
const LETTERS_OF_A_NUMBER: usize = 6;

/// An id as it may be reported: `[A-Za-z0-9._:/=+-]`, 6 to 512 characters, no key and no address or number of a person.
#[must_use]
pub fn id(text: &str) -> Option<&str> {
    let shaped = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'=' | b'+' | b'-');
    // A number of a telephone, a card or an account has few letters, and ids that are told have many.
    let is_number = || text.bytes().filter(u8::is_ascii_alphabetic).count() <= LETTERS_OF_A_NUMBER && !is_clean(text);
    ((SHORTEST_ID..=LONGEST_ID).contains(&text.len()) && text.bytes().all(shaped) && !is_secret(text) && !is_number())
        .then_some(text)
}

/// A model's name: `[A-Za-z0-9_.:/@-]`, 1 to 96 characters, no key.
#[must_use]
pub fn model(text: &str) -> Option<&str> {
    let shaped = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'@' | b'-');
    ((1..=96).contains(&text.len()) && text.bytes().all(shaped) && !is_secret(text) && !is_email(text)).then_some(text)
}

/// A model's version may stand behind an `@` (Vertex: `claude-3-5-sonnet@20240620`), a domain may not.
fn is_email(text: &str) -> bool {
    let domain = text.rsplit_once('@').map(|(_, domain)| domain);
    domain.is_some_and(|domain| domain.contains('.') && domain.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

/// A word of a closed vocabulary (an error type, a tier): `[A-Za-z0-9_.:-]`, 1 to 64 characters, no key.
#[must_use]
pub fn word(text: &str) -> Option<&str> {
    let shaped = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
    ((1..=64).contains(&text.len()) && text.bytes().all(shaped) && !is_secret(text)).then_some(text)
}

/// Tiers of service: OpenAI's (`service_tier`), Anthropic's, Bedrock's (`serviceTier`) and Groq's.
/// <https://platform.openai.com/docs/api-reference/chat/create>, <https://docs.anthropic.com/en/api/service-tiers>,
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html>,
/// <https://console.groq.com/docs/service-tiers>
const SERVICE_TIERS: [&str; 12] = [
    "auto",
    "batch",
    "default",
    "flex",
    "on_demand",
    "optimized",
    "performance",
    "priority",
    "reserved",
    "scale",
    "standard",
    "standard_only",
];

/// A tier of service that a provider has.
#[must_use]
pub fn service_tier(text: &str) -> Option<&'static str> {
    SERVICE_TIERS.into_iter().find(|known| known.eq_ignore_ascii_case(text))
}

/// A `cf-ray`: 16 hexadecimal digits, and behind a dash the three letters of the site that served it (Cloudflare's documentation
/// of its request headers).
#[must_use]
pub fn ray(text: &str) -> Option<&str> {
    let (digits, site) = text
        .split_once('-')
        .map_or((text, None), |(digits, site)| (digits, Some(site)));
    let is_ray = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_site = site.is_none_or(|site| site.len() == 3 && site.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (is_ray && is_site).then_some(text)
}

/// What is told in the place of a path that is none.
pub const NO_PATH: &str = "(no path)";

/// The path of a request: `[A-Za-z0-9/._:{}*@~-]`. What else stands in its place is free text.
#[must_use]
pub fn path(text: &str) -> Option<&str> {
    let shaped = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b':' | b'-' | b'{' | b'}' | b'*' | b'@' | b'~')
    };
    text.bytes().all(shaped).then_some(text)
}

/// A name of a host, path or proxy: printable ASCII without blanks, quotes or brackets, 1 to 253 characters (RFC 1035).
#[must_use]
pub fn host(text: &str) -> Option<&str> {
    let shaped = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-' | b'[' | b']' | b'%');
    ((1..=253).contains(&text.len()) && text.bytes().all(shaped) && !is_secret(text)).then_some(text)
}

/// Whether a text begins as a key does, or holds one or the mark of one.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    let starts = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_kind = |after: &str| SECRET_KINDS.iter().any(|kind| after.starts_with(kind));
    // One pass for all three, as many bytes at a time as a machine compares.
    let (mut has_k, mut has_mark) = (false, false);
    for byte in text.bytes() {
        has_k |= byte == b'k';
        has_mark |= byte == b'T' || byte == b'J';
    }
    if has_k && text.split("sk-").skip(1).any(is_kind) {
        return true;
    }
    // A key is longer than any word that happens to begin as one does.
    (text.len() >= 16 && begun(text).any(starts))
        || (text.len() >= 32 && has_mark && SECRET_MARKS.iter().any(|mark| text.contains(mark)))
}

/// The prefixes whose first two letters a text begins with. It is asked of every id that is kept, several times on its way to a
/// report, and most begin otherwise: an id that begins as `req_` or a UUID does was compared with all of them.
fn begun(text: &str) -> impl Iterator<Item = &'static str> {
    let with = |letters: &[u64; 256], letter: u8| letters.get(usize::from(letter)).copied().unwrap_or(0);
    let begun = match text.as_bytes() {
        [first, second, ..] => with(&WITH_FIRST, *first) & with(&WITH_SECOND, *second),
        _ => 0,
    };
    let numbered = SECRET_PREFIXES.iter().enumerate().take_while(move |_| begun != 0);
    numbered
        .filter(move |(at, _)| begun >> at & 1 == 1)
        .map(|(_, prefix)| *prefix)
}

/// By each byte the prefixes that begin with that letter, in either case.
static WITH_FIRST: [u64; 256] = prefixes_with(0);

/// And those that have it at their second place.
static WITH_SECOND: [u64; 256] = prefixes_with(1);

#[expect(clippy::indexing_slicing, reason = "worked out as the program is built")]
const fn prefixes_with(place: usize) -> [u64; 256] {
    let mut with = [0; 256];
    let mut at = 0;
    while at < SECRET_PREFIXES.len() {
        let letter = SECRET_PREFIXES[at].as_bytes()[place];
        with[letter.to_ascii_lowercase() as usize] |= 1 << at;
        if letter.is_ascii_alphabetic() {
            with[letter.to_ascii_uppercase() as usize] |= 1 << at;
        }
        at += 1;
    }
    with
}

#[cfg(test)]
mod tests {
    use super::{SECRET_KINDS, SECRET_MARKS, SECRET_PREFIXES, begun, id, is_secret, model, word};

    #[test]
    fn request_ids_and_uuids_pass() {
        for text in [
            "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "req_011CGYQg91SobafAev9iH7wv",
            "91c0f3e2aa0b1d2c-FRA",
        ] {
            assert_eq!(id(text), Some(text));
        }
    }

    #[test]
    fn a_key_in_the_place_of_an_id_does_not_pass() {
        assert_eq!(id("sk-proj-FAKE0123456789abcdefghij"), None);
        assert_eq!(id("eyJhbGciOiJIUzI1NiJ9.FAKE.FAKE"), None);
        assert_eq!(id("maria.beispiel@example.net"), None);
    }

    #[test]
    fn every_prefix_kind_and_mark_is_found_in_either_case() {
        for prefix in SECRET_PREFIXES {
            assert!(begun(prefix).any(|known| known == prefix), "{prefix}");
            assert!(is_secret(&format!("{prefix}FAKEFAKEFAKEFAKE")), "{prefix}");
            assert!(is_secret(&format!("{}FAKEFAKEFAKEFAKE", prefix.to_uppercase())), "{prefix}");
        }
        for inside in SECRET_KINDS
            .map(|kind| format!("sk-{kind}"))
            .into_iter()
            .chain(SECRET_MARKS.map(String::from))
        {
            assert!(is_secret(&format!("0000-{inside}-0000000000000000000000000")), "{inside}");
        }
    }

    #[test]
    fn a_key_in_the_middle_of_an_id_does_not_pass_and_the_end_of_a_word_does() {
        assert_eq!(id("user-42-sk-proj-FAKE0123456789abcdefghij"), None);
        assert_eq!(id("2026-07-14xsk-ant-FAKE0123456789abcdefghij"), None);
        assert_eq!(id("task-4711-of-the-night"), Some("task-4711-of-the-night"));
    }

    #[test]
    fn models_of_all_makers_pass() {
        for text in [
            "gpt-4o",
            "claude-sonnet-4-6",
            "ft:gpt-4o-mini:acme::abc123",
            "meta-llama/Llama-3-70b",
            "anthropic.claude-v2:1",
        ] {
            assert_eq!(model(text), Some(text));
        }
    }

    #[test]
    fn a_person_is_no_model_and_a_version_behind_an_at_sign_is_one() {
        assert_eq!(model("maria.beispiel@example.net"), None);
        assert_eq!(model("claude-3-5-sonnet@20240620"), Some("claude-3-5-sonnet@20240620"));
    }

    #[test]
    fn prose_is_no_word() {
        assert_eq!(word("Classify the sentiment"), None);
    }
}
