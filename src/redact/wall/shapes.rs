//! The shapes of keys, tokens and personal data (gitleaks b58d3f1, trufflehog, the providers' own formats). Each begins
//! with a fixed mark or stands beside a key's name, so that ids, times and versions are not taken.

use super::checks::{always, is_card, is_iban, is_ipv4, is_ipv6, is_value};
use super::hints::{self, Hint, around};

/// Stands for [`BOUND`] in a shape.
pub(super) const BOUND_MARK: &str = "%B";

/// Before a key: nothing, no part of a word, or a line end as JSON writes it.
pub(super) const BOUND: &str = r"(?:^|[^A-Za-z0-9]|\\[bfnrt])";

/// A class, a shape whose group `s` is what goes, its check, and what every match holds.
pub(super) type Row = (&'static str, &'static str, fn(&str) -> bool, Hint);

/// What leaves in no report. A key may stand behind any letter that is not part of a word, and ends before any that is
/// not part of a key: quotes, brackets, `&` and the end are all the same.
pub(super) const SECRETS: &[Row] = &[
    // A block cut short is one too; in one line its line ends are written as \n.
    (
        "private-key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,]*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?",
        always,
        Hint::Words(&["-----BEGIN "]),
    ),
    (
        "jwt",
        r"eyJ[A-Za-z0-9_=-]{8,}\.[A-Za-z0-9_=-]{8,}(?:\.[A-Za-z0-9_=-]*){0,3}",
        always,
        Hint::Words(&["eyJ"]),
    ),
    // OpenAI, Anthropic, OpenRouter: marks that nothing else has, wherever they stand.
    (
        "api-key",
        r"sk-(?:proj|svcacct|admin|None|ant|or-v1|lf|litellm)-[A-Za-z0-9_-]{8,}",
        always,
        Hint::Words(&[
            "sk-proj-",
            "sk-svcacct-",
            "sk-admin-",
            "sk-None-",
            "sk-ant-",
            "sk-or-v1-",
            "sk-lf-",
            "sk-litellm-",
        ]),
    ),
    // DeepSeek, LiteLLM, OpenAI of old: not the end of "task-" or "disk-".
    (
        "api-key",
        r"%B(?P<s>(?:sk|rk|pk)-[A-Za-z0-9_-]{15,})",
        always,
        Hint::Marks(&["sk-", "rk-", "pk-"]),
    ),
    // Stripe.
    (
        "api-key",
        r"%B(?P<s>(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,})",
        always,
        Hint::Marks(&["sk_", "rk_", "pk_", "whsec_"]),
    ),
    (
        "api-key",
        r"%B(?P<s>(?:sess-|ek_|gsk_|xai-|pplx-|nvapi-|r8_|hf_|api_org_|GOCSPX-|hvs\.|hvb\.|npm_|pypi-|tgp_v1_|csk-)[A-Za-z0-9_.-]{16,})",
        always,
        Hint::Marks(&[
            "sess-", "ek_", "gsk_", "xai-", "pplx-", "nvapi-", "r8_", "hf_", "api_org_", "GOCSPX-", "hvs.", "hvb.", "npm_",
            "pypi-", "tgp_v1_", "csk-",
        ]),
    ),
    (
        "api-key",
        r"%B(?P<s>dapi[0-9a-f]{32}(?:-\d)?|fw_[A-Za-z0-9]{20,})",
        always,
        Hint::Marks(&["dapi", "fw_"]),
    ),
    ("api-key", r"ya29\.[A-Za-z0-9_-]{16,}", always, Hint::Words(&["ya29."])),
    ("api-key", r"AIza[A-Za-z0-9_-]{30,}", always, Hint::Words(&["AIza"])),
    (
        "api-key",
        r"%B(?P<s>SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})",
        always,
        Hint::Marks(&["SG."]),
    ),
    (
        "api-key",
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_.-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}",
        always,
        Hint::Words(&[
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "xoxa-",
            "xoxb-",
            "xoxe-",
            "xoxo-",
            "xoxp-",
            "xoxr-",
            "xoxs-",
            "xapp-",
        ]),
    ),
    // AWS: key ids, Bedrock's long-lived and short-lived keys.
    (
        "api-key",
        r"%B(?P<s>(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16})",
        always,
        Hint::Marks(&["AKIA", "ASIA", "ABIA", "ACCA", "A3T"]),
    ),
    (
        "api-key",
        r"ABSK[A-Za-z0-9+/=]{40,}|bedrock-api-key-[A-Za-z0-9+/=_-]{16,}",
        always,
        Hint::Words(&["ABSK", "bedrock-api-key-"]),
    ),
    // Azure: the mark inside newer keys and OpenAI's name in base64; the secrets of Entra ID applications.
    (
        "api-key",
        r"[A-Za-z0-9_-]{12,}(?:JQQJ99|T3BlbkFJ)[A-Za-z0-9_-]{12,}",
        always,
        Hint::Words(&["JQQJ99", "T3BlbkFJ"]),
    ),
    (
        "api-key",
        r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}",
        always,
        Hint::Words(&["Q~"]),
    ),
    (
        "webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{16,}",
        always,
        Hint::Words(&["hooks.slack.com/"]),
    ),
    (
        "credential",
        r"(?i)%B(?P<s>(?:bearer|basic|apikey|negotiate|ntlm|digest)[ \t]+[a-z0-9._~+/=-]{12,})",
        always,
        Hint::Names {
            names: &["bearer", "basic", "apikey", "negotiate", "ntlm", "digest"],
            before: around::no_word,
            next: around::blank_and_token,
        },
    ),
    (
        "credential",
        r#"AWS4-HMAC-SHA256[ ,]+Credential=[^\r\n"'`]*"#,
        always,
        Hint::Words(&["AWS4-HMAC-SHA256"]),
    ),
    (
        "credential",
        r#"(?i)%B(?P<s>(?:api[-_]?key|x-api-key|x-goog-api-key|subscription-key|access[-_]?key|access[-_]?token|auth[-_]?token|session[-_]?token|refresh[-_]?token|id[-_]?token|secret[-_]?access[-_]?key|secret|password|passwd|passphrase|pwd|client[-_]?secret|sharedaccesskey|accountkey|private[-_]?key|sig|signature|token)["'\\]*[ \t]*[=:][ \t]*["'\\]*[^\s"'&,;<>]{8,})"#,
        is_value,
        Hint::Names {
            names: &[
                "key",
                "token",
                "secret",
                "password",
                "passwd",
                "passphrase",
                "pwd",
                "sig",
                "signature",
            ],
            before: around::anything,
            next: around::value,
        },
    ),
    (
        "cookie",
        r#"(?i)(?:set-)?cookie["'\\]*:[ \t]*[^\r\n"]+"#,
        always,
        Hint::Names {
            names: &["cookie"],
            before: around::anything,
            next: around::colon,
        },
    ),
    (
        "credential",
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@",
        always,
        Hint::Names {
            names: &["@"],
            before: around::user,
            next: around::anything,
        },
    ),
    (
        "signed-url",
        r#"(?i)[?&](?:(?:x-amz-[a-z-]+|x-goog-signature|awsaccesskeyid|sig|signature|key|access_token)=|s[ve]=\d{4}-)[^\s"'<>|`]*"#,
        always,
        Hint::Names {
            names: &[
                "x-amz-",
                "x-goog-signature=",
                "awsaccesskeyid=",
                "sig=",
                "signature=",
                "key=",
                "access_token=",
                "sv=",
                "se=",
            ],
            before: around::field,
            next: around::anything,
        },
    ),
    (
        "email",
        r"(?i)[a-z0-9._%+'-]+(?:@|%40)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.[a-z]{2,}",
        always,
        Hint::Names {
            names: &["@", "%40"],
            before: around::user,
            next: around::domain,
        },
    ),
    (
        "iban",
        r"(?:^|[^0-9A-Za-z-]|\\[nrt])(?P<s>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)(?P<end>$|[^0-9A-Za-z_-])",
        is_iban,
        Hint::Begins(u8::is_ascii_uppercase, hints::iban),
    ),
    // Grouped as they are printed, or bare; a number within an id with dashes is none.
    (
        "card",
        r"(?:^|[^0-9A-Za-z.-]|\\[nrt])(?P<s>\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]?\d{3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{14,19})(?P<end>$|[^0-9A-Za-z_-])",
        is_card,
        Hint::Begins(u8::is_ascii_digit, hints::card),
    ),
    (
        "government-id",
        r"(?:^|[^0-9A-Za-z-]|\\[nrt])(?P<s>\d{3}-\d{2}-\d{4})(?P<end>$|[^0-9A-Za-z_-])",
        always,
        Hint::Begins(u8::is_ascii_digit, hints::government_id),
    ),
    (
        "phone",
        r"(?:^|[^0-9A-Za-z+]|\\[nrt])(?P<s>\+\d{1,3}[ ./-]?\(?\d{1,4}\)?(?:[ ./-]\d{2,4}){2,4})\b",
        always,
        Hint::Begins(|byte| *byte == b'+', hints::phone),
    ),
    (
        "phone",
        r"(?:^|[^0-9A-Za-z-]|\\[nrt])(?P<s>\(\d{3}\) ?\d{3}-\d{4})\b",
        always,
        Hint::Begins(|byte| *byte == b'(', hints::phone_in_brackets),
    ),
];

/// What strangers do not read besides.
pub(super) const ADDRESSES: &[Row] = &[
    (
        "mac-address",
        r"(?i)(?:^|[^0-9a-z:-])(?P<s>[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})\b",
        always,
        Hint::Begins(u8::is_ascii_hexdigit, hints::mac),
    ),
    (
        "address",
        r"(?:^|[^0-9A-Za-z.])(?P<s>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\b",
        is_ipv4,
        Hint::Begins(u8::is_ascii_digit, hints::ipv4),
    ),
    (
        "address",
        r"(?i)(?:^|[^0-9a-z:.])(?P<s>[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f])\b",
        is_ipv6,
        Hint::Begins(|byte| byte.is_ascii_hexdigit() || *byte == b':', hints::ipv6),
    ),
];
