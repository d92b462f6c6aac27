//! Does every shape of secret go, and does everything that only looks like one stay?

use super::{wall, wall_for_strangers};
use proptest::prelude::*;

/// Shapes of secrets, one of each of the list (trust, section 2.1); every letter is made up.
const SECRET_SHAPES: &[&str] = &[
    "sk-proj-[A-Za-z0-9_-]{58}T3BlbkFJ[A-Za-z0-9_-]{58}",
    "sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74}",
    "sk-svcacct-[A-Za-z0-9_-]{58}T3BlbkFJ[A-Za-z0-9_-]{58}",
    "sk-admin-[A-Za-z0-9_-]{58}T3BlbkFJ[A-Za-z0-9_-]{58}",
    "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    "sk-None-[A-Za-z0-9]{40}",
    "sess-[A-Za-z0-9]{40}",
    "ek_[A-Za-z0-9]{32}",
    "sk-[a-f0-9]{32}",
    "sk-or-v1-[a-f0-9]{64}",
    "sk-[A-Za-z0-9_-]{21}[A-Za-z0-9]",
    "gsk_[A-Za-z0-9]{52}",
    "xai-[A-Za-z0-9]{80}",
    "pplx-[A-Za-z0-9]{48}",
    "nvapi-[A-Za-z0-9_-]{63}[A-Za-z0-9]",
    "r8_[A-Za-z0-9]{37}",
    "sk-ant-api03-[A-Za-z0-9_-]{93}AA",
    "sk-ant-admin01-[A-Za-z0-9_-]{93}AA",
    "sk-ant-oat01-[A-Za-z0-9_-]{93}AA",
    "AIza[A-Za-z0-9_-]{34}[A-Za-z0-9]",
    "ya29\\.[A-Za-z0-9_-]{60}",
    "GOCSPX-[A-Za-z0-9_-]{27}[A-Za-z0-9]",
    "(AKIA|ASIA|ABIA|ACCA|A3TX)[A-Z2-7]{16}",
    "ABSK[A-Za-z0-9+/]{109}",
    "bedrock-api-key-YmVkcm9jay[A-Za-z0-9]{60}",
    "[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}",
    "[A-Za-z0-9]{3}8Q~[A-Za-z0-9]{33}",
    "hf_[A-Za-z]{34}",
    "api_org_[A-Za-z]{34}",
    "gh[pousr]_[A-Za-z0-9]{36}",
    "github_pat_[A-Za-z0-9_]{81}[A-Za-z0-9]",
    "glpat-[A-Za-z0-9_-]{19}[A-Za-z0-9]",
    "glpat-[A-Za-z0-9_-]{27}\\.01\\.[a-z0-9]{9}",
    "xox[abprs]-[0-9]{12}-[0-9]{12}-[A-Za-z0-9]{24}",
    "xapp-1-[A-Z0-9]{11}-[0-9]{13}-[a-f0-9]{64}",
    "https://hooks\\.slack\\.com/services/T[A-Z0-9]{8}/B[A-Z0-9]{8}/[A-Za-z0-9]{24}",
    "sk_live_[A-Za-z0-9]{24}",
    "SG\\.[A-Za-z0-9_-]{21}[A-Za-z0-9]\\.[A-Za-z0-9_-]{42}[A-Za-z0-9]",
    "npm_[A-Za-z0-9]{36}",
    "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{60}",
    "hvs\\.[A-Za-z0-9_-]{90}",
    "dapi[a-f0-9]{32}",
    "fw_[A-Za-z0-9]{24}",
    "eyJhbGciOiJIUzI1NiJ9\\.eyJ[A-Za-z0-9_-]{40}\\.[A-Za-z0-9_-]{43}",
    "Bearer [A-Za-z0-9._~+/-]{24}",
    "Basic [A-Za-z0-9+/]{24}==",
    "ApiKey [A-Za-z0-9]{24}",
    "AWS4-HMAC-SHA256 Credential=AKIA[A-Z2-7]{16}/20260101/us-east-1/bedrock/aws4_request, Signature=[a-f0-9]{64}",
    "api-key: [a-f0-9]{32}",
    "\"api_key\": \"[a-f0-9]{32}",
    "x-api-key: [A-Za-z0-9]{24}",
    "OPENAI_API_KEY=[A-Za-z0-9]{24}",
    "aws_secret_access_key=[A-Za-z0-9+/]{40}",
    "X-Amz-Security-Token=[A-Za-z0-9%]{60}",
    "AccountKey=[A-Za-z0-9+/]{86}==",
    "Password=[A-Za-z0-9!]{12}",
    "Cookie: session=[A-Za-z0-9]{32}",
    "postgres://app:[A-Za-z0-9]{12}@",
    "-----BEGIN RSA PRIVATE KEY-----\\\\n[A-Za-z0-9+/]{64}\\\\n-----END RSA PRIVATE KEY-----",
    "[a-z]{3,8}\\.[a-z]{3,8}@example\\.(com|net|org)",
    "\\+1-202-555-01[0-9]{2}",
    "\\+49 30 [0-9]{4} [0-9]{4}",
    "[0-9]{3}-[0-9]{2}-[0-9]{4}",
];

/// A secret as it is written.
fn secret() -> impl Strategy<Value = String> {
    from(SECRET_SHAPES)
}

proptest! {
    #[test]
    fn no_secret_survives_between_any_two_delimiters(
        secret in secret(),
        before in proptest::sample::select(vec!["", " ", "\"", "'", "(", "[", "{", "=", ":", ",", ";", "&", "?", "/", "|", "\n", "`", "<", "_", "\\n"]),
        after in proptest::sample::select(vec!["", " ", "\"", "'", ")", "]", "}", ",", ";", "&", "|", "\n", "`", "<"]),
    ) {
        let lead = if before.is_empty() { "" } else { "x" };
        let (text, removed) = wall(format!("{lead}{before}{secret}{after}"));
        let part = secret.trim_end_matches('=').rsplit([' ', ':', '=']).next().unwrap().trim_matches('"');
        prop_assert!(!text.contains(&secret), "{}", text);
        prop_assert!(!text.contains(part), "{} of {}", text, part);
        prop_assert!(removed.values().sum::<u64>() >= 1);
    }

    #[test]
    fn a_secret_in_base64_goes_too(secret in proptest::sample::select(vec![
        "sk-proj-FAKE0123456789abcdefghijklmnop",
        "sk-ant-api03-FAKE0123456789abcdefghijkl",
        "maria.beispiel@example.net",
        "AKIAFAKEFAKEFAKE2345",
    ]), padding in "[a-z ]{0,9}") {
        let coded = data_encoding::BASE64.encode(format!("{padding} {secret} ").as_bytes());
        let (text, _) = wall(format!("id={coded} end"));
        prop_assert!(!text.contains(coded.trim_end_matches('=')), "{}", text);
    }

    #[test]
    fn a_second_pass_finds_nothing(text in "[ -~]{0,200}") {
        let (once, _) = wall(text);
        let (twice, removed) = wall(once.clone());
        prop_assert_eq!(once, twice);
        prop_assert!(removed.is_empty());
    }

    #[test]
    fn a_second_pass_over_removed_secrets_finds_nothing(first in secret(), second in secret()) {
        let (once, _) = wall_for_strangers(format!("password={first}&token: {second}"));
        let (twice, removed) = wall_for_strangers(once.clone());
        prop_assert_eq!(once, twice);
        prop_assert!(removed.is_empty());
    }

    #[test]
    fn ids_that_look_alike_stay(id in look_alike(), before in proptest::sample::select(vec![" ", "\"", "`", "|", ","])) {
        let text = format!("x{before}{id}{before}y");
        let (kept, removed) = wall_for_strangers(text.clone());
        prop_assert_eq!(kept, text);
        prop_assert!(removed.is_empty());
    }
}

/// Ids, times, versions, models and figures of all makers.
const LOOK_ALIKES: &[&str] = &[
    "req_[a-f0-9]{32}",
    "req_011[A-Za-z0-9]{21}",
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "[0-9]{8}-[0-9]{4}-4[0-9]{3}-8[0-9]{3}-[0-9]{12}",
    "[3-5][0-9]{17}",
    "req_[0-9]{32}",
    "[0-9]{3}-[0-9]{2}-[0-9]{4}-[0-9]{6}",
    "[a-f0-9]{16}-(FRA|AMS|IAD)",
    "chatcmpl-[A-Za-z0-9]{29}",
    "resp_[a-f0-9]{48}",
    "msg_01[A-Za-z0-9]{22}",
    "task-[a-f0-9]{24}",
    "fw_request_[0-9]{12}",
    "/v1/files\\?keyword=[a-z]{8}",
    "disk-[a-z0-9]{24}",
    "org-[A-Za-z0-9]{24}",
    "proj_[A-Za-z0-9]{24}",
    "host-[a-z2-7]{10}",
    "path-[a-z2-7]{10}\\.log",
    "ip-private-[a-z2-7]{10}",
    "20[0-9]{2}-0[1-9]-1[0-9]T0[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z",
    "20[0-9]{2}-0[1-9]-1[0-9]T0[0-9]:[0-5][0-9]:[0-5][0-9]\\+0[0-9]:00",
    "17[0-9]{11}",
    "0[1-9]:[0-5][0-9]:[0-5][0-9]",
    "[1-9]\\.[0-9]{1,2}\\.[0-9]{1,2}",
    "gpt-4o-2024-08-06",
    "claude-sonnet-4-5-20250929",
    "claude-3-5-sonnet@20240620",
    "ft:gpt-4o-mini:acme::abc123",
    "us\\.anthropic\\.claude-sonnet-4-20250514-v1:0",
    "meta-llama/Llama-3-70b-chat-hf",
    "/v1/chat/completions",
    "[1-9][0-9]{0,2},[0-9]{3} of [1-9][0-9]{0,2},[0-9]{3}",
    "(median|longest) [0-9]{1,3}\\.[0-9]{2} s",
    "\\+[0-9]{1,4}\\.[0-9] s",
    "1-[0-9a-f]{8}-[0-9a-f]{24}",
    "00-[0-9a-f]{32}-[0-9a-f]{16}-01",
    "input_tokens: [0-9]{1,9}",
    "max_tokens=[0-9]{8}",
];

fn look_alike() -> impl Strategy<Value = String> {
    from(LOOK_ALIKES)
}

fn from(shapes: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(shapes).prop_flat_map(|shape| proptest::string::string_regex(shape).unwrap())
}

#[test]
fn every_shape_is_a_regex() {
    for (class, shape, ..) in super::SECRETS.iter().chain(super::ADDRESSES) {
        assert!(
            regex::Regex::new(&shape.replace(super::BOUND_MARK, super::BOUND)).is_ok(),
            "{class}: {shape}"
        );
        assert!(super::checks::CLASSES.contains(class), "{class}");
    }
}

#[test]
fn what_has_a_check_digit_goes_and_its_neighbour_stays() {
    let (text, removed) =
        wall("4111 1111 1111 1111, 4111 1111 1111 1112, DE02120300000000202051, DE03120300000000202051".to_owned());
    assert_eq!(
        text,
        "[card removed], 4111 1111 1111 1112, [iban removed], DE03120300000000202051"
    );
    assert_eq!(removed.values().sum::<u64>(), 2);
}

#[test]
fn a_variable_in_the_place_of_a_key_stays() {
    let skeleton = "curl -H \"api-key: $AZURE_OPENAI_API_KEY\" -H \"x-api-key: $ANTHROPIC_API_KEY\" -H \"Authorization: Bearer $OPENAI_API_KEY\"";
    assert_eq!(wall(skeleton.to_owned()).0, skeleton);
}

#[test]
fn addresses_go_where_strangers_read_and_stay_at_the_terminal() {
    let text = "10.22.1.31 and 2001:db8::7 and [fe80::1] and 00:1a:2b:3c:4d:5e at 06:08:33, version 3.52.0";
    assert_eq!(wall(text.to_owned()).0, text);
    assert_eq!(
        wall_for_strangers(text.to_owned()).0,
        "[address removed] and [address removed] and [[address removed]] and [mac-address removed] at 06:08:33, version 3.52.0"
    );
}
