//! Are errors that Node's loggers print whole, with stack and properties, counted where a call to an LLM failed, and once each?

use crate::run::{counted, found};

/// A Docker log of what `texts` print for every minute, each line in an entry of its own.
fn docker(texts: &[&str]) -> String {
    let mut log = String::new();
    for minute in 10..30 {
        for (place, text) in texts.iter().enumerate() {
            for line in text.lines() {
                let line = serde_json::to_string(&format!("{line}\n")).unwrap();
                log += &format!(
                    "{{\"log\":{line},\"stream\":\"stderr\",\"time\":\"2026-09-14T08:{minute}:{:02}.100000000Z\"}}\n",
                    place * 15
                );
            }
        }
    }
    log
}

const WELL: &str = "completion by gpt-4o in 3600ms";

/// What Node's console prints of an error of axios.
fn axios(text: &str, url: &str, status: &str) -> String {
    format!(
        "completion failed <ref *1> AxiosError: {text}
    at settle (/srv/app/node_modules/axios/dist/node/axios.cjs:2671:12)
    at async work (file:///srv/app/apps.mjs:149:153) {{
  isAxiosError: true,
  code: 'ERR_BAD_RESPONSE',
  config: [Object: null prototype] {{
    adapter: [ 'xhr', 'http', 'fetch' ],
    env: {{ FormData: [Function], Blob: [class Blob] }},
    headers: Object [AxiosHeaders] {{
      Accept: 'application/json, text/plain, */*',
      'Content-Type': 'application/json'
    }},
    method: 'post',
    url: '{url}',
    data: '{{\"model\":\"gpt-4.1\",\"messages\":[]}}'
  }},
  request: <ref *2> ClientRequest {{
    _events: [Object: null prototype] {{
      timeout: [Function (anonymous)]
    }},
    path: '/v1/chat/completions'
  }},
  status: {status}
}}"
    )
}

#[test]
fn an_error_of_axios_has_its_url_and_status_in_its_dump() {
    let url = "https://api.openai.com/v1/chat/completions";
    let failed = axios("Request failed with status code 503", url, "503");
    let late = axios("timeout of 60000ms exceeded", url, "undefined");
    let counts = found(&docker(&[&failed, &late, WELL])).counts;
    assert_eq!((counts.attempts, counts.failures), (60, 40));
    assert_eq!(counts.by_status.get(&503), Some(&20));
    let other = axios("Request failed with status code 503", "https://shop.example.com/cart", "503");
    assert_eq!(counted(&docker(&[&other, WELL])), (20, 0));
}

/// An error under which stands where it was made.
fn made(head: &str, place: &str) -> String {
    format!("{head}\n    at {place}\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)")
}

#[test]
fn an_error_that_an_llms_sdk_made_needs_no_class_of_its_own() {
    let langchain = "wrapOpenAIClientError (file:///srv/app/node_modules/@langchain/openai/dist/utils/client.js:14:11)";
    let vercel = "node_modules/@ai-sdk/anthropic/node_modules/@ai-sdk/provider-utils/dist/index.mjs:3079:14";
    for (head, place) in [
        ("chain failed Error [TimeoutError]: Request timed out.", langchain),
        ("[error] Overloaded", vercel),
        ("[error] Internal server error", vercel),
    ] {
        assert_eq!(counted(&docker(&[&made(head, place), WELL])), (40, 20), "{head}");
    }
    let own = "lookup (file:///srv/app/shop.mjs:14:11)";
    for (head, place) in [
        ("chain failed Error [TimeoutError]: Request timed out.", own),
        ("[error] Overloaded", own),
        ("[error] prompt has no messages", vercel),
        ("[error] API key is missing", langchain),
    ] {
        assert_eq!(counted(&docker(&[&made(head, place), WELL])), (20, 0), "{head}");
    }
}

#[test]
fn a_class_that_a_logger_prints_apart_from_its_text_is_an_errors() {
    let stack = "error stack:\n  • index.mjs\t_retryWithExponentialBackoff\n\tnode_modules/ai/dist/index.mjs:294";
    let line = |minute: u32, head: &str, text: &str| {
        format!("2026-09-14 08:{minute}:29.220\tERROR\t\tchat\t{head}\n\n {text}\n{stack}\n")
    };
    let log = |head: &str, text: &str| (10..30).map(|minute| line(minute, head, text)).collect::<String>();
    let head = "generateText failed (gpt-4o-mini)";
    for (text, status) in [
        (
            "AI_RetryError  Failed after 3 attempts. Last error: Bad Gateway, AI_RetryError, maxRetriesExceeded, [{\"statusCode\":502}]",
            502,
        ),
        (
            "AI_RetryError  Failed after 3 attempts. Last error: unknown, AI_RetryError, maxRetriesExceeded, [{\"statusCode\":500},{\"statusCode\":520}]",
            520,
        ),
    ] {
        let counts = found(&log(head, text)).counts;
        assert_eq!(
            (counts.failures, counts.by_status.get(&status)),
            (20, Some(&20)),
            "{text} {counts:?}"
        );
    }
    assert_eq!(counted(&log("lookup failed", "QueryError  no such row")), (0, 0));
}

#[test]
fn the_properties_of_an_error_that_a_logger_cut_into_lines_are_no_errors() {
    let mut log = String::new();
    for minute in 10..30 {
        let at = format!("2026-09-14T08:{minute}:46.380Z");
        log += &format!(
            "{at} {at}\t1089206c-14f4-4140-a3e8-1ede1c0a8ba1\tERROR\tInternalServerError: 500 The server had an error while processing your request. Sorry about that!\n"
        );
        for line in [
            "    at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:62:20) {",
            "  status: 500,",
            "  error: {",
            "    message: 'The server had an error while processing your request. Sorry about that!',",
            "    type: 'server_error',",
            "  },",
            "}",
        ] {
            log += &format!("{at} {line}\n");
        }
    }
    assert_eq!(counted(&log), (20, 20));
}
