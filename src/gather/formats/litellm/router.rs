//! What the router of a gateway says in a log without access lines: LiteLLM with JSON logs keeps uvicorn's lines back.
//!
//! There the router's `200 OK` is all that is said of a call that went well, and nothing is unless INFO is logged, while of one that
//! failed the gateway's own words are the answer, and the router's only what one of its tries came to. A router within an application writes the same words, so a
//! gateway has to be told by what only a gateway says (litellm/proxy/proxy_cli.py; litellm/_logging.py).

use super::super::json_values::{Unescaped, raw};
use super::records::plain;
use crate::model::{Fields, Grain, Instant};
use crate::text::json::Members;
use memchr::memmem;

/// What only a gateway says.
const GATEWAYS: [&[u8]; 4] = [
    b"{\"message\": \"litellm.proxy.",
    b"{\"message\": \"Current Usage of key in this minute",
    b"LiteLLM: Proxy initialized",
    b"Using json logs. Setting log_config to None.",
];

/// How the records begin that tell what became of calls: the router's of what went well, and the gateway's of what did not.
const ENDS: [&[u8]; 2] = [b"{\"message\": \"litellm.a", b"{\"message\": \"litellm.proxy."];

/// What every access line of uvicorn's holds, in either layout.
const ACCESS: [&[u8]; 2] = [b" HTTP/1.1\" ", b" HTTP/1.1\\\" "];

/// A line of the router's about a try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    stamp: &'a str,
    model: &'a str,
    went_well: bool,
}

/// Whether a log begins as that of a gateway does whose router alone tells what went well.
pub(super) fn tells_alone(head: &[u8]) -> bool {
    let holds = |mark: &&[u8]| memmem::find(head, mark).is_some();
    ENDS.iter().any(holds) && GATEWAYS.iter().any(holds) && !ACCESS.iter().any(holds) && !holds(&NEWER)
}

/// What newer releases' records name (1.106 does, 1.74 does not), and those write their access lines as JSON, too.
const NEWER: &[u8] = b"\"component\": \"";

/// Whether a line is a record of such a gateway, whatever it says.
pub(super) fn is_own(line: &str) -> bool {
    let Some(mut members) = Members::of(line) else { return false };
    let mut told = 0;
    let are_known = members.by_ref().all(|(name, _)| {
        told += u32::from(matches!(name, "message" | "level" | "timestamp"));
        matches!(name, "message" | "level" | "timestamp" | "stacktrace")
    });
    are_known && told == 3 && members.is_whole()
}

/// `{"message": "litellm.acompletion(model=openai/gpt-4o) 200 OK", …}` without a component; `None` of any other line.
pub(super) fn said<'a>(line: &'a str, unescaped: &'a Unescaped) -> Option<Said<'a>> {
    let (mut message, mut stamp) = (None, None);
    let mut members = Members::of(line)?;
    for (name, value) in members.by_ref() {
        match name {
            "message" => message = unescaped.text(value),
            "timestamp" => stamp = raw(value),
            "component" => return None,
            _ => {}
        }
    }
    let (_, rest) = message?.strip_prefix("litellm.a")?.split_once("(model=")?;
    let (model, how) = rest.split_once(')')?;
    members.is_whole().then_some(Said {
        stamp: stamp?,
        model: model.split_once('/').map_or(model, |(_, model)| model),
        went_well: plain(how).trim() == "200 OK",
    })
}

impl<'a> Said<'a> {
    pub(super) fn fields(self) -> Fields<'a> {
        if !self.went_well {
            return Fields {
                grain: Grain::Start,
                timestamp: Some(self.stamp),
                ..Fields::default()
            };
        }
        Fields {
            timestamp: Some(self.stamp),
            instant: Instant::End,
            model: Some(self.model),
            status: Some(200),
            ..Fields::default()
        }
    }
}
