//! Whether a document is an HTTP archive, and who exported it.

use crate::model::Vantage;
use memchr::memmem;

/// Words in the name of a creator that is a proxy, in lower case.
const PROXIES: [&str; 10] = [
    "mitm",
    "charles",
    "fiddler",
    "proxy",
    "http toolkit",
    "burp",
    "zap",
    "reqable",
    "httpcanary",
    "requestly",
];

/// How far behind its key the creator's name is looked for.
const CREATOR_WITHIN: usize = 120;

/// The head of a HAR behind the start of its `log`; `None` where it is something else.
pub(super) fn log(head: &[u8]) -> Option<&[u8]> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut rest = head;
    for token in [&b"{"[..], b"\"log\"", b":", b"{"] {
        rest = rest.trim_ascii_start().strip_prefix(token)?;
    }
    let has = |name: &str| memmem::find(rest, name.as_bytes()).is_some();
    (has("\"entries\"") || has("\"creator\"") && has("\"version\"")).then_some(rest)
}

/// Who exported an archive. Fiddler names itself at the end, and is known by its comment.
pub(super) fn exporter(log: &[u8]) -> Vantage {
    let before_entries = memmem::find(log, b"\"entries\"")
        .and_then(|end| log.get(..end))
        .unwrap_or(log);
    let name = memmem::find(before_entries, b"\"creator\"").and_then(|at| before_entries.get(at..));
    let name = name.map(|name| name.get(..CREATOR_WITHIN).unwrap_or(name).to_ascii_lowercase());
    let is_proxy = name.is_some_and(|name| PROXIES.iter().any(|proxy| memmem::find(&name, proxy.as_bytes()).is_some()));
    if is_proxy || memmem::find(before_entries, b"\"exported @").is_some() {
        Vantage::Proxy
    } else {
        Vantage::Browser
    }
}
