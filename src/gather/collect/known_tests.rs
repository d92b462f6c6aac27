//! Whether lines that are known are counted as lines that are parsed.

use super::{Collector, KnownLines, SourceContext};
use crate::gather::formats::{self, Dialect, Format};
use crate::gather::sieve::Sieve;
use crate::model::{Cells, Name, SourceRollup, Time, Wanted, id_hash};
use crate::text::timestamp::{Reference, Zone};
use chrono::NaiveDate;
use proptest::prelude::*;
use std::cell::RefCell;

/// Lines as programs write them: `%` is a digit, `~` a hexadecimal digit, and `^` one of a few letters.
const LINES: [(&str, &str); 49] = [
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%.%%%Z","level":"info","provider":"openai","server.address":"api.openai.com","http.request.method":"POST","url.path":"/v1/responses","gen_ai.request.model":"gpt-4^","attempt":1,"duration_ms":%8%%,"x_client_request_id":"~~~~~~~~-40a2-4b9d-a828-~~~~bfece098","http.response.status_code":200,"x_request_id":"req_~~~~d6e5a10dd4859de6cf0f6d5a586e"}"#,
    ),
    (
        "json-lines",
        r#"{"time": 17724096%%.%%%, "status": 200, "model": "gpt-4o", "latency": %.%8, "request_id": "~~~~~~~~a10dd4859de6cf0f6d5a586e", "prompt_tokens": 1%%, "completion_tokens": %%, "depth": %%}"#,
    ),
    (
        "json-lines",
        r#"{"ts":"2026-03-02T00:00:%%Z","msg":"job ^ is done","depth":%%,"trace_id":"~~~~d6e5a10dd485"}"#,
    ),
    (
        "json-lines",
        r#"{"start_time":"2026-03-02T00:00:%%Z","duration_seconds":%%.%%%,"model":"o3","status":200,"request_id":"chatcmpl-~~~~~~~~","usage":{"input_tokens":%%}}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%Z","model":"o3","status":200,"status":5%%,"x_request_id":"req_~~~~d6e5a10d"}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%Z","attempt":%,"model":"o3","status":200,"x_request_id":"req_~~~~d6e5a10d","message":"\u00e4"}"#,
    ),
    (
        "nginx-upstream",
        r#"10.0.3.% - - [02/Mar/2026:00:0%:%% +0000] "POST /v1/responses HTTP/1.1" 200 15%% "-" "OpenAI/Python 3.52.0" rt=%.%%% uct="0.01%" uht="0.8%%" urt="%.%%%" ua="104.18.7.192:443" us="200" rid="req_~~~~d6e5a10dd4859de6cf0f6d5a586e" crid="~~~~4048-40a2-4b9d-a828-674bfece098c""#,
    ),
    (
        "nginx-upstream",
        r#"10.0.3.7 - - [02/Mar/2026:00:0%:%% +0000] "POST /v1/chat/completions HTTP/1.1" ^00 %% "-" "-" urt=%.%1 us=200 rid=~~~~~~~~5a10dd4859de6cf0f6d5a58~ rt_ms=%%"#,
    ),
    (
        "nginx-upstream",
        r#"time=2026-03-02T00:01:%%.281+00:00 proxy=egress-1 request="POST /v1/embeddings HTTP/1.1" host=api.openai.com status=200 rt=0.3%% uct=0.012 bytes=1%%% x_request_id=req_ffec85cc~~~~c69c0337 x_client_request_id=~~~~85d1-10ef-474b-42d9-21228a38e31e cf_ray=1e78a603f193~~~~-FRA"#,
    ),
    (
        "nginx-upstream",
        r#"msec=17412697%%.%%% remote_addr=10.0.0.6 request_method=POST request_uri=/v1/responses http_host=api.openai.com status=200 upstream_status=200 request_time=%.0%% request_id=5d2c9e0b7f3a41c8a6e4b0f1~~~~73aa"#,
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% INFO     [worker_^] httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 200 OK\"",
    ),
    (
        "python-logging",
        "[2026-03-02 00:00:%% - httpx:1025 - INFO] HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 200 OK\"",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 5%% Oops\"",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%.%%% | INFO | app:run:%% - nothing of a call",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% ERROR [worker_^] app.llm: llm call failed endpoint=chat model=gpt-4^ client_request_id=~~~~~~~~-40a2-4b9d-a828-0000bfece098 status=5%% latency_ms=%% prompt_tokens=1%%\nTraceback (most recent call last):\n  File \"/srv/app/llm.py\", line 64, in handle\n    return self.call(model)\nopenai.InternalServerError: Error code: 500 - {'error': {'message': 'The server had an error', 'type': 'server_error', 'param': None, 'code': None}}",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% INFO app: llm call ok model=gpt-4^ request_id=req_~~~~d6e5a10dd4859de6cf0f6d5a586e latency=%.%% prompt_tokens=1%% completion_tokens=%% attempt=^",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% ERROR app: call to gpt-4^ failed: Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o. Please try again in %s. (request id req_~~~~d6e5a10dd4859de6cf0f6d5a586e)'}}",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% INFO openai._base_client: Retrying request to /responses in 0.^ seconds",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% WARNING app: model=o3 status=50^ took=%%ms cause=ProxyError('503 Service Unavailable') x_request_id=req_~~~~d6e5a10dd4859de6cf0f6d5a586e",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%% INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 5^0 Oops\"",
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%Z ERROR 1 --- [chat] [nio-8080-exec-^] c.a.Svc    : call failed model=gpt-4^ status=503 latency_ms=%% client_request_id=~~~~~~~~-40a2-4b9d-a828-0000bfece098\ncom.openai.errors.InternalServerException: 500: The server had an error\n\tat c.a.Svc.ask(Svc.java:10)",
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%Z  INFO 1 --- [chat] [nio-8080-exec-^] c.a.Svc    : call ok model=gpt-4^ status=200 latency_ms=%%% client_request_id=~~~~~~~~-40a2-4b9d-a828-0000bfece098",
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%%%%Z  WARN llm_call{model=\"gpt-4^\" attempt=1}: svc: server error status=50^ took=%.%s x_request_id=\"req_~~~~d6e5a10dd4859de6cf0f6d5a586e\"",
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%%%%Z  INFO http_request{method=POST path=/chat id=%%}: svc::web: served status=%00 latency_us=%%% user=%% tries=%",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% INFO app: llm call ok model=gpt-4^ user=%%; latency=%.%% status=200 depth=%% by=team-%",
    ),
    (
        "python-logging",
        "2026-03-02 00:00:%%,%%% WARNING app: attempt=%% user=%% model=o3 error=took n=%% of=%",
    ),
    (
        "text-logging",
        "E0302 00:00:%%.%%%000    1234 llm.go:88] call failed model=gpt-4o status=500 latency_ms=8%%",
    ),
    (
        "text-logging",
        "00:00:%%.%%% [main] ERROR c.a.Svc -- call failed model=gpt-4o status=500 latency_ms=8%%",
    ),
    (
        "text-logging",
        "2026-03-02 00:0%:%%.%%%0|ERROR|MyApp.Llm|call failed model=gpt-4o status=50^ latency_ms=%%2, latency: %",
    ),
    (
        "nginx-combined",
        r#"10.0.3.% - - [02/Mar/2026:00:0%:%% +0000] "POST /v1/responses HTTP/1.1" 200 15%% "-" "OpenAI/Python 3.52.0" %.%%%"#,
    ),
    (
        "nginx-combined",
        r#"10.0.3.% - alice [02/Mar/2026:00:0%:%% +0100] "POST /v1/responses HTTP/2.0" 200 3%%% "-" "OpenAI/JS 6.49.0" "198.51.100.4""#,
    ),
    (
        "apache-access",
        r#"2026-07-02T21:05:%%.%%5 +0200 web-01 10.23.1.13 "POST /v1/embeddings HTTP/1.1" 200 23% us=1283080 rid=req_~~~~638f29c31ff955f4558a8bdbc282 crid=~~~~a20c-783d-4b0f-bb1f-ecb77c6aa173 ray=c7bde0040dbb~~~~-FRA"#,
    ),
    (
        "nginx-json",
        r#"{"time":"2026-10-06T13:40:%%-04:00","remote_addr":"10.22.1.32","method":"POST","host":"edge-b.internal","uri":"/v1/embeddings","status":200,"bytes":23%,"request_time":1.%%%,"upstream_addr":"162.159.140.245:443","upstream_status":"200","upstream_response_time":"1.6%%","x_request_id":"req_~~~~2209b7b206173ea243b1f226f344","x_client_request_id":"~~~~37ae-71fb-4d79-addc-6510f09f2048","cf_ray":"edaeac2f3bb3~~~~-AMS"}"#,
    ),
    (
        "logfmt",
        r#"timestamp=2025-03-06T14:02:%%.68%%%6Z level=info event="openai call done" status=200 model=gpt-4o latency_ms=8%% depth=%% request_id=req_~~~~9e0b7f3a41c8a6e4b0f19d8273aa trace="~~~~~~~~0f1e2d3c""#,
    ),
    (
        "haproxy",
        r#"10.0.3.7:3%1%% [06/Mar/2025:14:02:%%.5%%] fe_llm be_openai/api1 0/0/3/10%%/10%% 200 46% - - ---- 1%/1/0/0/0 0/% {~~~~ad5b-d9cb-469f-a165-70867728950e} {req_~~~~9e0b7f3a41c8a6e4b0f19d8273aa} "POST /v1/chat/completions HTTP/1.1""#,
    ),
    (
        "haproxy",
        r#"Jul  2 19:39:%% lb-01 haproxy[12192]: 10.23.1.11:580%% [02/Jul/2026:19:36:28.4%%] llm_in openai/openai% 0/0/0/-1/20%%%% 504 19% - - sH-- 30/30/22/13/% 0/0 "POST /v1/chat/completions HTTP/1.1""#,
    ),
    (
        "envoy-text",
        r#"[2025-03-06T14:02:%%.%%3Z] "POST /v1/chat/completions HTTP/1.1" 200 - 51% 29%% 1%%% 1%%% "10.0.3.7" "OpenAI/Python 1.66.0" "~~~~ad5b-d9cb-469f-a165-70867728950e" "api.openai.com" "104.18.7.192:443" req_~~~~9e0b7f3a41c8a6e4b0f19d8273aa"#,
    ),
    (
        "envoy-json",
        r#"{"start_time":"2025-03-06T14:02:%%.%%3Z","method":"POST","path":"/v1/chat/completions","response_code":200,"response_flags":"-","bytes_received":51%,"bytes_sent":2%%,"duration":1%%%,"upstream_service_time":"1%%%","downstream_remote_address":"10.0.3.7:3%%%%","request_id":"~~~~ad5b-d9cb-469f-a165-70867728950e","authority":"api.openai.com","upstream_host":"104.18.7.192:443"}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%.%%%Z","level":"error","server.address":"api.openai.com","url.path":"/v1/responses","gen_ai.request.model":"gpt-4^","attempt":1,"duration_ms":%8%%,"x_client_request_id":"~~~~~~~~-40a2-4b9d-a828-0000bfece098","http.response.status_code":50^,"x_request_id":"req_~~~~d6e5a10dd4859de6cf0f6d5a586e","cf_ray":"1e78a603f193~~~~-FRA","error":{"message":"The server had an error","type":"server_error","code":null}}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%Z","level":"error","model":"gpt-4^","status":4%9,"latency_ms":%%%,"request_id":"~~~~~~~~-40a2-4b9d-a828-0000bfece098","litellm_call_id":"~~~~85d1-10ef-474b-42d9-21228a38e31e","msg":"Rate limit reached. Please try again in %s."}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%Z","level":"error","model":"o3","status":50%,"x_request_id":"~~~~85d1-10ef-474b-42d9-21228a38e31e","input_tokens":1%,"status":503}"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%.%%%Z","level":"warning","msg":"Retrying request to /responses in 0.4 seconds","attempt":^,"sdk_id":"log_~~~~~~"}"#,
    ),
    (
        "nginx-upstream",
        r#"10.0.3.% - - [02/Mar/2026:00:00:%% +0000] "POST /v1/responses HTTP/1.1" 50^ 16% "-" "-" rt=%.%%% uct="0.00%" uht="-" urt="%.%%%" us="50^" ua="104.18.7.192:443" rid="-" crid="~~~~4048-40a2-4b9d-a828-674bfece098c" cf_ray=1e78a603f193~~~~-FRA"#,
    ),
    (
        "nginx-upstream",
        r#"time=2026-03-02T00:01:%%.281+00:00 proxy=egress-1 request="POST /v1/embeddings HTTP/1.1" host=api.openai.com status=4^9 rt=0.3%% uct=0.012 uht=0.3%% bytes=1%%% request_id=5d2c9e0b7f3a41c8a6e4b0f1~~~~73aa upstream_x_request_id=req_ffec85cc~~~~c69c0337 x_client_request_id=~~~~85d1-10ef-474b-42d9-21228a38e31e"#,
    ),
    (
        "nginx-upstream",
        r#"10.0.3.7 - - [02/Mar/2026:00:00:%% +0000] "POST /v1/responses HTTP/1.1" 429 16% "-" "-" rt=%.%%% us="429" x_request_id=~~~~4048-40a2-4b9d-a828-674bfece098c crid=sk-proj-~~~~4048aaaaaaaaaaaaaaaa"#,
    ),
    (
        "json-lines",
        r#"{"timestamp":"2026-03-02T00:00:%%Z","level":"info","msg":"summary ^","model":"gpt-4o","request_id":"req_~~~~d6e5a10dd485","completion_tokens":%%}"#,
    ),
    (
        "json-lines",
        r#"{"@t":"2026-03-02T00:00:%%Z","@mt":"Call to {Model} took {Elapsed:0.0} ms","Model":"gpt-4o","Elapsed":%74.%%%%}"#,
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%Z  INFO 1 --- [chat] [nio-8080-exec-^] c.a.Svc    : llm call ok model=gpt-4o tokens=%% request_id=req_~~~~d6e5a10dd485",
    ),
    (
        "text-logging",
        "2026-03-02T00:00:%%.%%%Z  INFO 1 --- [chat] [nio-8080-exec-^] c.a.Svc    : ticket is open model=gpt-4o tokens=%%",
    ),
];

const OTHERS: [&str; 7] = [
    "nginx-combined",
    "apache-access",
    "nginx-json",
    "logfmt",
    "haproxy",
    "envoy-text",
    "envoy-json",
];

/// One line: which, how its places are filled, and what is damaged of it.
type Made = (usize, u64, Option<(usize, u8, u8)>);

fn filled(pattern: &str, mut filling: u64) -> String {
    let mut fill = |most: u64| {
        filling = filling
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        u32::try_from((filling >> 33) % most).unwrap_or(0)
    };
    let filled = pattern.chars().map(|letter| match letter {
        '%' => char::from_digit(fill(10), 10).unwrap(),
        '~' => char::from_digit(fill(16), 16).unwrap(),
        '^' => ['2', '5', 'o'][fill(3) as usize],
        other => other,
    });
    filled.collect()
}

fn line((which, filling, damage): Made) -> Vec<u8> {
    let mut line = filled(LINES[which].1, filling).into_bytes();
    if let Some((at, kind, byte)) = damage {
        let at = at % line.len();
        match kind {
            0 => line[at] = byte,
            1 => line.insert(at, byte),
            2 => drop(line.remove(at)),
            3 => line.truncate(at),
            // What a log's own writer may write in its place.
            _ => line[at] = b"0a9f-_.\"\\ ,:Zz="[usize::from(byte) % 15],
        }
    }
    if !LINES[which].1.contains('\n') {
        line.retain(|byte| *byte != b'\n');
    }
    line
}

fn made(format: &'static str) -> impl Strategy<Value = Made> {
    let of_format: Vec<usize> = (0..LINES.len()).filter(|at| LINES[*at].0 == format).collect();
    let damage = prop_oneof![
        3 => Just(None),
        2 => (any::<usize>(), 0..8_u8, any::<u8>()).prop_map(Some),
    ];
    (prop::sample::select(of_format), any::<u64>(), damage)
}

fn read(format: &'static dyn Format, lines: &[Vec<u8>], wanted: Option<&Wanted>, known: bool) -> SourceRollup {
    let asked = wanted.map(|wanted| Sieve::of(&wanted.client_ids));
    let repeated = RefCell::default();
    let mut kept = Box::<KnownLines>::default();
    let mut all = SourceRollup::default();
    // Two pieces, so that what is known is handed on.
    for piece in lines.chunks(lines.len().div_ceil(2).max(1)) {
        let mut collector = Collector::new(SourceContext {
            told_in_order: false,
            candidates: vec![format],
            name: Name::from("a.log"),
            host: None,
            zone: Zone::Utc,
            reference: Reference::on(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()),
            since: None,
            until: None,
            fraction: 0,
            size: 1 << 20,
            wanted,
            asked: asked.as_ref(),
            sought: None,
            repeated: &repeated,
        });
        if known {
            collector.remember(std::mem::take(&mut kept));
        }
        for (number, line) in (1..).zip(piece) {
            collector.record(number, line);
        }
        kept = collector.give_back().unwrap_or_default();
        all = all.merge(collector.finish());
    }
    all
}

/// All of a rollup in an order of its own.
fn told(rollup: SourceRollup) -> String {
    // Of one time they come in the order of their numbers, which says nothing.
    let mut took: Vec<_> = rollup.cells.took().collect();
    took.sort();
    let cells = rollup.cells.in_order().collect::<Vec<_>>();
    let if_start = rollup.cells.in_order_if_start().collect::<Vec<_>>();
    let counted = format!("{cells:#?}\n{if_start:#?}\n{took:#?}");
    let rest = SourceRollup {
        cells: Cells::default(),
        ..rollup
    };
    format!("{counted}\n{rest:#?}")
}

fn agree(format: &str, made: &[Made]) -> Result<(), TestCaseError> {
    let format = *formats::ALL.iter().find(|known| known.name() == format).unwrap();
    let lines: Vec<Vec<u8>> = made.iter().map(|made| line(*made)).collect();
    let (known, parsed) = (
        told(read(format, &lines, None, true)),
        told(read(format, &lines, None, false)),
    );
    let differs = known.lines().zip(parsed.lines()).find(|(known, parsed)| known != parsed);
    prop_assert_eq!(differs, None);
    prop_assert_eq!(known.lines().count(), parsed.lines().count());
    let spans = [(Name::from("a.log"), vec![(Time(0), Time(i64::MAX / 2))])];
    let wanted = Wanted {
        client_ids: [id_hash("00000000-40a2-4b9d-a828-0000bfece098")].into(),
        failures: [(Name::from("a.log"), vec![Time(1_772_409_630_000)])].into(),
        spans: spans.into(),
        ..Wanted::default()
    };
    // Of the second look nothing else is taken.
    let found = |known: bool| read(format, &lines, Some(&wanted), known).observations;
    prop_assert_eq!(found(true), found(false));
    Ok(())
}

proptest! {
    #[test]
    fn json_lines_that_are_known_are_counted_as_if_parsed(made in prop::collection::vec(made("json-lines"), 0..40)) {
        agree("json-lines", &made)?;
    }

    #[test]
    fn access_lines_that_are_known_are_counted_as_if_parsed(made in prop::collection::vec(made("nginx-upstream"), 0..40)) {
        agree("nginx-upstream", &made)?;
    }

    #[test]
    fn python_lines_that_are_known_are_counted_as_if_parsed(made in prop::collection::vec(made("python-logging"), 0..40)) {
        agree("python-logging", &made)?;
    }

    #[test]
    fn text_lines_that_are_known_are_counted_as_if_parsed(made in prop::collection::vec(made("text-logging"), 0..40)) {
        agree("text-logging", &made)?;
    }

    #[test]
    fn lines_of_other_formats_that_are_known_are_counted_as_if_parsed(
        (format, made) in prop::sample::select(&OTHERS[..]).prop_flat_map(|format| (Just(format), prop::collection::vec(made(format), 0..40))),
    ) {
        agree(format, &made)?;
    }
}

#[test]
fn most_lines_of_a_log_are_known() {
    for (which, (format, pattern)) in LINES.iter().enumerate().filter(|(which, _)| {
        [
            0, 1, 2, 6, 8, 9, 10, 11, 15, 17, 18, 20, 21, 22, 23, 29, 30, 31, 32, 33, 34, 36, 37,
        ]
        .contains(which)
    }) {
        let format = *formats::ALL.iter().find(|known| known.name() == *format).unwrap();
        let mut kept = Box::<KnownLines>::default();
        let lines: Vec<_> = (0..200).map(|filling| line((which, filling, None))).collect();
        for line in &lines {
            let own = format.own(str::from_utf8(line).unwrap());
            if let Some(own) = own {
                kept.paths.learn(line, &own);
            }
        }
        let known = lines.iter().filter(|line| kept.paths.follow(line).is_some()).count();
        assert_eq!(known, lines.len(), "{pattern}");
        assert!(kept.paths.leaves() <= 10, "{pattern}");
    }
}

#[test]
fn lines_of_a_format_that_the_user_names_are_counted_as_if_parsed() {
    let formats = [
        (
            Dialect::Nginx,
            r#"$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_time $request_length id=$upstream_http_x_request_id"#,
            r#"10.0.3.% [2026-03-02T00:0%:%%+00:00] "POST /v1/responses HTTP/1.1" 200 15%% %.%%% %% id=req_~~~~~~~~a10dd4859de6cf0f"#,
        ),
        (
            Dialect::Apache,
            r#"%h %l %u %t "%r" %>s %b %D"#,
            r#"10.0.3.7 - - [02/Mar/2026:00:0%:%% +0000] "POST /v1/responses HTTP/1.1" 200 15%% 1%%%%%"#,
        ),
    ];
    for (dialect, format, pattern) in formats {
        let format: &'static dyn Format = Box::leak(Box::new(dialect.compile(format).unwrap()));
        let lines: Vec<_> = (0..500).map(|filling| filled(pattern, filling).into_bytes()).collect();
        let known = told(read(format, &lines, None, true));
        assert_eq!(known, told(read(format, &lines, None, false)), "{pattern}");
        let own = format.own(str::from_utf8(&lines[0]).unwrap());
        assert!(own.is_some_and(|own| own.len() > 2), "{pattern}");
    }
}
