//! Is a log read by the format that its proxy or its owner wrote as it is read by looking at it, and is what is wrong
//! told?

use crate::run;
use faultscope::gather::formats::{Definition, Dialect, Format, Own};
use faultscope::gather::{Pattern, gather};
use faultscope::model::{Instant, Observation, SourceRollup, Vantage};
use proptest::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Corpus, log, proxy and the format as the proxy's configuration has it.
const WRITTEN: [(&str, &str, Dialect, &str); 9] = [
    (
        "azure-deployment-down",
        "az-gw/access.log",
        Dialect::Nginx,
        r#"log_format az '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
           '"$http_user_agent" rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" '
           'urt="$upstream_response_time" ua="$upstream_addr" us="$upstream_status" rid="$upstream_http_x_request_id" '
           'apim="$upstream_http_apim_request_id" region="$upstream_http_x_ms_region" crid="$http_x_client_request_id"';"#,
    ),
    (
        "model-down",
        "edge-a/llm_access.log",
        Dialect::Nginx,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" ua="$upstream_addr" us="$upstream_status" rid="$upstream_http_x_request_id" crid="$http_x_client_request_id""#,
    ),
    (
        "model-down",
        "edge-b/access.json.log",
        Dialect::Nginx,
        r#"log_format json escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","method":"$request_method","host":"$host",'
           '"uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"request_time":$request_time,'
           '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status","upstream_response_time":"$upstream_response_time",'
           '"x_request_id":"$upstream_http_x_request_id","x_client_request_id":"$http_x_client_request_id",'
           '"cf_ray":"$upstream_http_cf_ray","user_agent":"$http_user_agent"}';"#,
    ),
    (
        "egress-b-broken",
        "egress-b/tunnel.log",
        Dialect::Squid,
        r#"logformat tunnel %{%Y-%m-%dT%H:%M:%S}tl.%03tu%{%z}tl client=%>a req="%rm %ru HTTP/%rv" status=%>Hs/%<Hs result=%Ss err=%err_code/%err_detail hier=%Sh peer=%<a:%<p ms=%tr dns_ms=%dt crid=%{X-Client-Request-Id}>h rid=%{x-request-id}<h bytes=%<st"#,
    ),
    (
        "egress-b-broken",
        "egress-b/access.log",
        Dialect::Squid,
        "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt",
    ),
    (
        "outage-full",
        "web-01/llm_access.log",
        Dialect::Apache,
        r#"LogFormat "%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t %{%z}t %v %a \"%r\" %>s %O us=%D rid=%{x-request-id}o crid=%{X-Client-Request-Id}i ray=%{CF-Ray}o" llm"#,
    ),
    (
        "outage-full",
        "lb-01/haproxy.log",
        Dialect::Haproxy,
        r#"log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r""#,
    ),
    (
        "rate-limit-storm",
        "envoy-01/access.log",
        Dialect::Envoy,
        r#"[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n"#,
    ),
    (
        "rate-limit-storm",
        "envoy-01/access.json.log",
        Dialect::Envoy,
        r#"{"authority": "%REQ(:AUTHORITY)%", "client_request_id": "%REQ(X-CLIENT-REQUEST-ID)%", "duration": "%DURATION%",
            "method": "%REQ(:METHOD)%", "openai_request_id": "%RESP(X-REQUEST-ID)%", "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
            "request_id": "%REQ(X-REQUEST-ID)%", "response_code": "%RESPONSE_CODE%",
            "response_code_details": "%RESPONSE_CODE_DETAILS%", "response_flags": "%RESPONSE_FLAGS%", "start_time": "%START_TIME%",
            "upstream_host": "%UPSTREAM_HOST%", "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
            "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%", "user_agent": "%REQ(USER-AGENT)%",
            "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%"}"#,
    ),
];

/// What one log of a corpus says, read by looking or by a format.
fn source(corpus: &str, log: &str, written: Option<(Dialect, &str)>) -> SourceRollup {
    let mut plan = run::plan(corpus);
    plan.inputs = vec![run::corpus(corpus).join("logs").join(log)];
    if let Some((dialect, format)) = written {
        let compiled = Box::leak(Box::new(dialect.compile(format).unwrap()));
        plan.formats.push((None::<Pattern>, compiled));
    }
    *gather(&plan, &()).unwrap().rollup.sources.into_values().next().unwrap()
}

#[test]
fn a_log_says_the_same_by_its_proxys_format_as_by_looking_at_it() {
    for (corpus, log, dialect, format) in WRITTEN {
        let (looked, written) = (source(corpus, log, None), source(corpus, log, Some((dialect, format))));
        assert!(looked.records > 0 && looked.unread_records == 0);
        let counts = |source: &SourceRollup| {
            (
                source.records,
                source.other_records,
                source.unread_records,
                source.successes_with_id,
                source.successes_without_id,
                source.with_client_id,
                source.span,
            )
        };
        assert_eq!(counts(&written), counts(&looked), "{corpus}/{log}");
        let said = |seen: &Observation| {
            (
                (seen.line, seen.time, seen.outcome, seen.fact, seen.duration_ms),
                (
                    seen.ids.x_request_id().map(str::to_owned),
                    seen.ids.x_client_request_id().map(str::to_owned),
                    seen.ids.cf_ray().map(str::to_owned),
                ),
                seen.attributes.get(faultscope::model::Dimension::Endpoint).cloned(),
            )
        };
        let all = |source: &SourceRollup| source.observations.iter().map(said).collect::<Vec<_>>();
        assert_eq!(all(&written), all(&looked), "{corpus}/{log}");
        assert!(written.format.unwrap().starts_with(dialect.word()));
    }
}

const CONFIG: &str = r#"
[[format]]
name = "billing"
vantage = "application"
instant = "end"
zone = "+02:00"
pattern = '''
(?x)
(?<timestamp> \d{4}-\d\d-\d\d \s \S+ )  # local time
\s (?<status> \d+ )
\s (?<model> \S+ )
\s took=(?<duration_s> [\d.]+ )
(?: \s rid=(?<x_request_id> \S+ ) )?
'''
samples = ["2026-07-02 21:05:14 500 gpt-4o took=1.2"]

[formats]
"edge.log" = 'nginx:$time_iso8601 "$request" $status rid=$upstream_http_x_request_id'
"#;

const BILLING: &str = "\
2026-07-02 21:05:14 500 gpt-4o took=1.2 rid=req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa
2026-07-02 21:05:15 200 gpt-4o took=1.2
started with key sk-proj-FAKE0123456789abcdefghij
2026-07-02 21:05:16 503 gpt-4o took=0.2 rid=sk-proj-FAKE0123456789abcdefghij
";

const EDGE: &str = r#"2026-07-02T19:05:14+00:00 "POST /v1/chat/completions HTTP/1.1" 500 rid=req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa
"#;

fn faultscope(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("own.toml", CONFIG),
        ("logs/app.log", BILLING),
        ("logs/edge.log", EDGE),
        ("odd/odd.log", &*BILLING.replace("took", "tooks")),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn every_case_is_understood_as_it_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/own_formats");
    let files = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().path());
    for config in files.filter(|path| path.extension().unwrap() == "toml") {
        let (log, expected) = (config.with_extension("log"), config.with_extension("jsonl"));
        let words = [
            "formats",
            "--report",
            "json",
            "--records",
            "9",
            "--config",
            config.to_str().unwrap(),
        ];
        let tried = faultscope(&cases, &[&words[..], &["--try", log.to_str().unwrap()]].concat());
        assert_eq!(tried.status.code(), Some(0), "{}{}", err(&tried), out(&tried));
        let json: Value = serde_json::from_str(&out(&tried)).unwrap();
        let file = &json["files"][0];
        assert_eq!(file["format"], config.file_stem().unwrap().to_str().unwrap());
        let said: Vec<String> = file["understood"].as_array().unwrap().iter().map(Value::to_string).collect();
        assert_eq!(
            said.join("\n") + "\n",
            fs::read_to_string(&expected).unwrap(),
            "{}",
            config.display()
        );
    }
}

#[test]
fn the_readme_shows_a_format_that_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = fs::read_to_string(root.join("fixtures/own_formats/billing.toml")).unwrap();
    assert!(
        readme.contains(&shown),
        "the README shows another one than fixtures/own_formats/billing.toml"
    );
}

#[test]
fn logs_in_formats_of_the_users_own_are_analysed() {
    let folder = folder();
    let args = ["--config", "own.toml", "logs", "-q", "--report", "json", "--internal"];
    let report: Value = serde_json::from_str(&out(&faultscope(folder.path(), &args))).unwrap();
    let sources = report["coverage"]["sources"].as_array().unwrap();
    let formats: Vec<&str> = sources.iter().map(|source| source["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["billing", "nginx-log-format"], "{report}");
    assert_eq!(sources[0]["time_zone"], "+02:00 by the format billing");
    // The proxy's line and the application's are one attempt.
    assert_eq!(report["counts"]["attempts"], 3);
    assert_eq!(report["counts"]["by_status"]["500"], 1);
}

#[test]
fn a_flag_for_all_logs_outdoes_the_configuration() {
    let folder = folder();
    let output = faultscope(
        folder.path(),
        &[
            "--config",
            "own.toml",
            "-v",
            "--format",
            "nginx:$time_iso8601 $status",
            "logs/edge.log",
        ],
    );
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(err(&output).contains("1 record not understood"), "{}", err(&output));
}

#[test]
fn a_trial_tells_what_is_understood_and_what_is_not_and_no_secret() {
    let folder = folder();
    let tried = faultscope(
        folder.path(),
        &["formats", "--config", "own.toml", "--try", "logs", "odd/odd.log"],
    );
    let told = out(&tried);
    assert_eq!(tried.status.code(), Some(3));
    for says in [
        "app.log: billing (application); 3 of 4 lines fit",
        "+02:00 by the format billing",
        "line 1: call time=2026-07-02T19:05:14.000Z(end) status=500 took=1200ms",
        "x_request_id=req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa",
        "not understood: line 3",
        "of line 3, it does not fit from its start",
        "edge.log: nginx-log-format (proxy), because you said so; 1 of 1 line fit",
        "odd.log: no format recognised it; 4 lines looked at",
        "no line fits; of the first one, it fits as far as character 35,",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    assert!(!told.contains("FAKE"), "{told}");
    let args = [
        "formats",
        "--config",
        "own.toml",
        "--try",
        "logs",
        "--report",
        "json",
        "--records",
        "1",
    ];
    let told = out(&faultscope(folder.path(), &args));
    let json: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(json["files"][0]["lines_that_fit"], 3);
    assert_eq!(json["files"][0]["unread_lines"][0]["line"], 3);
    assert_eq!(json["files"][0]["understood"].as_array().unwrap().len(), 1);
    assert!(!told.contains("FAKE"), "{told}");
}

#[test]
fn the_next_best_formats_are_named_with_why_they_were_not_taken() {
    let folder = folder();
    let line =
        r#"10.0.0.1 - - [06/Mar/2025:14:02:42 +0000] "POST /v1/responses HTTP/1.1" 200 1 "-" "-" rt=0.861 us="200" rid="req_1""#;
    fs::write(folder.path().join("a.log"), line).unwrap();
    let told = out(&faultscope(folder.path(), &["formats", "--try", "a.log"]));
    assert!(told.contains("a.log: nginx-upstream (proxy); 1 of 1 line fit"), "{told}");
    assert!(
        told.contains("not nginx-combined: 1 of 1 line fit, and nginx-upstream is asked first"),
        "{told}"
    );
}

#[test]
fn a_trial_reads_standard_input_archives_and_nothing() {
    let folder = folder();
    fs::write(folder.path().join("empty.log"), "").unwrap();
    let tried = faultscope(folder.path(), &["formats", "--try", "empty.log"]);
    assert_eq!((tried.status.code(), out(&tried).as_str()), (Some(0), "empty.log: empty\n"));
    let none = faultscope(folder.path(), &["formats", "--try", "none.log"]);
    assert_eq!(none.status.code(), Some(2), "{}", err(&none));
}

#[test]
fn the_list_tells_what_each_format_carries_by_its_samples() {
    let folder = folder();
    let told = out(&faultscope(folder.path(), &["formats"]));
    let row = |name: &str| {
        let row = told.lines().find(|line| line.split(' ').next() == Some(name)).unwrap();
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("haproxy"), "haproxy proxy yes - - yes yes provider client no zone, start");
    assert_eq!(row("nginx-combined"), "nginx-combined proxy yes - - - - - zone");
    let json = out(&faultscope(
        folder.path(),
        &["formats", "--report", "json", "--config", "own.toml"],
    ));
    let json: Value = serde_json::from_str(&json).unwrap();
    let billing = json["formats"]
        .as_array()
        .unwrap()
        .iter()
        .find(|format| format["name"] == "billing")
        .unwrap();
    assert_eq!((&billing["own"], &billing["zone"]), (&true.into(), &"+02:00".into()));
    let one = out(&faultscope(folder.path(), &["formats", "caddy"]));
    assert!(
        one.starts_with("caddy (proxy)\n") && one.contains("https://caddyserver.com"),
        "{one}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic_in_a_written_format(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[%${}()\\[\\]\"'a-zA-Z_ :>\\\\]{0,60}") {
        for dialect in Dialect::ALL {
            if let Ok(compiled) = dialect.compile(&text) {
                let _ = (compiled.fit(&bytes), compiled.leaves(&bytes), compiled.parse(&bytes, &mut |_| {}));
            }
        }
        for (_, _, dialect, format) in WRITTEN {
            let compiled = dialect.compile(format).unwrap();
            let _ = (compiled.fit(&bytes), compiled.leaves(&bytes), compiled.parse(&bytes, &mut |_| {}));
        }
    }
}

#[test]
fn long_runs_of_one_byte_are_read_in_no_time() {
    let own = Own::new(Definition {
        name: "own".to_owned(),
        vantage: Vantage::Proxy,
        pattern: r"(?<timestamp>\S+) (.*)*(?<status>\d+)(a|b|ab)*$".to_owned(),
        starts: None,
        instant: Instant::Unknown,
        about: None,
        zone: None,
        samples: vec!["2026-07-02T19:05:14Z 500".to_owned()],
    })
    .unwrap();
    for byte in *b"a\"{[= \\,:0" {
        let mut record = b"2026-07-02T19:05:14Z ".to_vec();
        record.resize(1 << 20, byte);
        let _ = (own.fit(&record), own.leaves(&record), own.parse(&record, &mut |_| {}));
        for (_, _, dialect, format) in WRITTEN {
            let compiled = dialect.compile(format).unwrap();
            let _ = (
                compiled.fit(&record),
                compiled.leaves(&record),
                compiled.parse(&record, &mut |_| {}),
            );
        }
    }
}

#[test]
fn what_is_wrong_with_a_format_is_one_line_with_its_place() {
    let folder = folder();
    let wrong = CONFIG.replace("<model>", "<modle>");
    fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
    for (args, says) in [
        (
            &["--config", "wrong.toml", "logs"][..],
            "faultscope: the configuration wrong.toml:11: format 'billing': pattern: no field is called 'modle'; did you mean 'model'?\n",
        ),
        (
            &["--format", "x=nginx:$staus", "logs"],
            "at character 1: there is no $staus; did you mean $status?",
        ),
        (
            &["--format", "haproxi", "logs"],
            "there is no format 'haproxi', did you mean 'haproxy'?",
        ),
        (&["formats", "haproxi"], "there is no format 'haproxi'"),
    ] {
        let output = faultscope(folder.path(), args);
        let said = err(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn the_readmes_own_format_reads_its_lines_whatever_stands_below_them() {
    let readme = include_str!("../../README.md");
    let config = readme
        .split("```toml\n")
        .find(|block| block.contains("[[format]]\n"))
        .unwrap();
    let config = config.split("```").next().unwrap();
    let (mut log, mut calls) = (String::new(), 0);
    for second in 10..50 {
        let end = if second % 5 == 0 { "http=500" } else { "http=200" };
        log += &format!("2026-07-02 21:05:{second},250 ERROR [worker-3] llm /v1/responses gpt-4o {end} took=1.25s\n");
        calls += 1;
        if second % 2 == 0 {
            log += "  cache flushed in 3 ms\n";
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), config).unwrap();
    fs::write(folder.path().join("app.log"), log).unwrap();
    let output = faultscope(folder.path(), &["--config", "own.toml", "--report", "json", "-q", "app.log"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["counts"]["attempts"], &report["counts"]["failures"]),
        (&calls.into(), &(calls / 5).into())
    );
}
