//! Are pino-pretty's records counted, whose pairs and errors stand under the message?

use crate::run;

fn counted(lines: impl Fn(u32) -> String) -> (u64, u64) {
    run::counted(&(10..20).map(lines).collect::<String>())
}

/// An error of openai-node, its request's id ending in the minute.
fn error(minute: u32) -> String {
    format!(
        "    err: {{\n      \"type\": \"InternalServerError\",\n      \"message\": \"500 The server had an error\",\n      \"stack\":\n          \
         Error: 500 The server had an error\n              at APIError.generate (file:///srv/node_modules/openai/core/error.mjs:62:20)\n      \
         \"status\": 500,\n      \"requestID\": \"req_170c2a0d8af7d75f61d5c9af619497{minute}\"\n    }}\n"
    )
}

#[test]
fn pairs_on_lines_of_their_own_tell_successes_and_failures() {
    for head in [
        "[08:MM:SS.100] ",
        "[2026-09-14T08:MM:SS.100Z] ",
        "[2026-09-14 08:MM:SS.100 +0000] ",
    ] {
        let counted = counted(|minute| {
            let at = |second: &str| head.replace("MM", &minute.to_string()).replace("SS", second);
            let pairs = "    model: \"gpt-4o\"\n    durationMs: 1920\n";
            let (one, two) = (at("01"), at("31"));
            format!(
                "{one}INFO: completion ok\n{pairs}{two}ERROR: completion failed\n{pairs}{}",
                error(minute)
            )
        });
        assert_eq!(counted, (20, 10), "{head}");
    }
}

#[test]
fn pairs_behind_the_message_tell_successes_and_failures() {
    let counted = counted(|minute| {
        let pairs = "{\"model\":\"gpt-4o\",\"durationMs\":1740}";
        format!(
            "[2026-09-14 08:{minute}:01.100] INFO: completion ok {pairs}\n[2026-09-14 08:{minute}:31.100] ERROR: completion failed {pairs}\n{}",
            error(minute)
        )
    });
    assert_eq!(counted, (20, 10));
}

#[test]
fn a_web_servers_requests_and_errors_are_no_calls() {
    let counted = counted(|minute| {
        format!(
            "[08:{minute}:01.100] INFO: request completed\n    res: {{\n      \"statusCode\": 503\n    }}\n    responseTime: 12\n\
             [08:{minute}:02.100] ERROR: chat page failed\n    err: {{\n      \"type\": \"InternalServerError\",\n      \"message\": \"boom\",\n      \
             \"stack\":\n          InternalServerError: boom\n              at next (/srv/node_modules/koa/lib/application.js:1:2)\n      \
             \"status\": 500\n    }}\n"
        )
    });
    assert_eq!(counted, (0, 0));
}
