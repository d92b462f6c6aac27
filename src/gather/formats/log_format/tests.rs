//! What do lines say when they are read by the format of their proxy's configuration?

use super::Dialect;
use crate::gather::formats::{Format, Unread};
use crate::model::{Fields, Instant};

/// What the fields of a line are asked.
fn with<T>(dialect: Dialect, format: &str, line: &str, ask: impl Fn(&Fields<'_>) -> T) -> Option<T> {
    let compiled = dialect.compile(format).unwrap();
    let mut answer = None;
    compiled
        .parse(line.as_bytes(), &mut |fields| answer = Some(ask(fields)))
        .unwrap();
    answer
}

const UPSTREAM: &str =
    r#"$remote_addr - $remote_user [$time_local] "$request" $status $upstream_addr $upstream_status $request_time"#;

#[test]
fn a_line_of_nginx_is_read_by_the_literals_between_the_variables() {
    let line = r#"10.0.0.1 - a b [06/Mar/2025:14:02:42 +0000] "POST /v1/responses HTTP/1.1" 200 1.2.3.4:443 200 0.861"#;
    with(Dialect::Nginx, UPSTREAM, line, |fields| {
        assert_eq!(fields.timestamp, Some("06/Mar/2025:14:02:42 +0000"));
        assert_eq!(fields.url, Some("/v1/responses"));
        assert_eq!(fields.duration_ms, Some(861.0));
        assert_eq!(fields.instant, Instant::End);
    })
    .unwrap();
}

#[test]
fn blanks_inside_a_list_of_tries_do_not_end_it() {
    let line = r#"::1 - - [t] "GET / HTTP/1.1" 200 1.2.3.4:443, [::1]:443 : d 502, 502 : 200 0.861"#;
    with(Dialect::Nginx, UPSTREAM, line, |fields| {
        assert_eq!(fields.upstream_address, Some("1.2.3.4:443, [::1]:443 : d"));
        assert_eq!(fields.upstream_status, Some("502, 502 : 200"));
    })
    .unwrap();
}

#[test]
fn a_whole_directive_of_nginx_or_its_quoted_parts_are_taken_as_nginx_reads_them() {
    let parts = "escape=json '{\"t\":\"$time_iso8601\",'\n  '\"a\":\"$http_user_agent\",\"s\":\"${status}\"}';";
    let line = r#"{"t":"2025-03-06T14:02:42+00:00","a":"x\",\"s\":\"200","s":"502"}"#;
    for format in [
        parts.to_owned(),
        format!("log_format llm {parts}"),
        parts.replace("escape=json ", ""),
    ] {
        assert_eq!(
            with(Dialect::Nginx, &format, line, |fields| fields.status),
            Some(Some(502)),
            "{format}"
        );
    }
}

#[test]
fn a_host_may_touch_the_uri_and_a_request_may_stand_bare() {
    with(Dialect::Nginx, "$host$request_uri $status", "a.example/v1/x 200", |fields| {
        assert_eq!(fields.server_address, Some("a.example"));
        assert_eq!(fields.url, Some("/v1/x"));
    })
    .unwrap();
    with(
        Dialect::Nginx,
        "$time_local $request $status",
        "06/Mar/2025:14:02:42 +0000 POST /v1/x HTTP/1.1 200",
        |fields| {
            assert_eq!(fields.timestamp, Some("06/Mar/2025:14:02:42 +0000"));
            assert_eq!((fields.url, fields.status), (Some("/v1/x"), Some(200)));
        },
    )
    .unwrap();
}

#[test]
fn the_upstreams_header_goes_before_the_one_that_was_sent_and_the_callers_never_counts() {
    for format in [
        "$uri $http_x_request_id $sent_http_x_request_id $upstream_http_x_request_id",
        "$uri $http_x_request_id $upstream_http_x_request_id $sent_http_x_request_id",
    ] {
        let line = if format.ends_with("$sent_http_x_request_id") {
            "/v1/x callers req_1 own"
        } else {
            "/v1/x callers own req_1"
        };
        let id = with(Dialect::Nginx, format, line, |fields| fields.x_request_id.map(str::to_owned));
        assert_eq!(id.flatten().as_deref(), Some("req_1"), "{format}");
    }
    let callers = with(Dialect::Apache, "%U %{X-Request-Id}i %s", "/v1/x req_1 200", |fields| {
        fields.x_request_id.is_none()
    });
    assert_eq!(callers, Some(true));
}

#[test]
fn a_line_that_breaks_off_is_cut_short_and_one_whose_status_is_none_is_another() {
    let compiled = Dialect::Nginx.compile(UPSTREAM).unwrap();
    let read = |line: &str| compiled.parse(line.as_bytes(), &mut |_| {});
    assert_eq!(read("10.0.0.1 - - [06/Mar"), Err(Unread::CutShort));
    assert_eq!(
        read(r#"10.0.0.1 - - [06/Mar/2025] "GET / HTTP/1.1" what is this 1"#),
        Err(Unread::NotThisFormat)
    );
}

#[test]
fn the_combined_directive_is_taken_as_apache_reads_it() {
    let directive = r#"LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D" combined"#;
    let line = r#"10.0.3.7 - - [02/Jul/2026:21:05:14 +0200] "POST /v1/embeddings HTTP/1.1" 200 1028 "-" "x \"y\" z" 1283080"#;
    with(Dialect::Apache, directive, line, |fields| {
        assert_eq!(fields.timestamp, Some("02/Jul/2026:21:05:14 +0200"));
        assert_eq!(fields.status, Some(200));
        assert_eq!(fields.duration_ms, Some(1283.08));
        assert_eq!(fields.instant, Instant::Start);
    })
    .unwrap();
}

#[test]
fn a_time_of_several_directives_is_one_value() {
    let format = r#"%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t %{%z}t %v %a "%r" %>s rid=%{x-request-id}o crid=%{X-Client-Request-Id}i"#;
    let line = r#"2026-07-02T21:05:14.995 +0200 web-01 10.23.1.13 "POST /v1/x HTTP/1.1" 200 rid=req_1 crid=c-1"#;
    with(Dialect::Apache, format, line, |fields| {
        assert_eq!(fields.timestamp, Some("2026-07-02T21:05:14.995 +0200"));
        assert_eq!(fields.client, Some("10.23.1.13"));
        assert_eq!(fields.x_request_id, Some("req_1"));
        assert_eq!(fields.x_client_request_id, Some("c-1"));
    })
    .unwrap();
}

const HTTPLOG: &str =
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r";

#[test]
fn haproxys_own_default_says_what_the_built_in_reader_says() {
    let built_in = crate::gather::formats::ALL
        .iter()
        .find(|format| format.name() == "haproxy")
        .unwrap();
    let compiled = Dialect::Haproxy.compile(&format!("log-format \"{HTTPLOG}\"")).unwrap();
    let told = |format: &dyn Format, line: &str| {
        let mut told = None;
        let read = format.parse(line.as_bytes(), &mut |fields| told = Some(format!("{fields:?}")));
        (read.is_ok(), told)
    };
    let plain = r#"10.0.3.7:34138 [06/Mar/2025:14:02:45.554] fe be/<NOSRV> 0/0/-1/-1/+60001 503 198 - - SC-- 1/1/0/0/0 0/0 "POST /v1/x HTTP/1.1""#;
    let http = built_in.samples().iter().copied().filter(|sample| sample.contains("HTTP/"));
    for line in http.chain([plain]) {
        let (read, said) = told(&compiled, line);
        assert!(read, "{line}");
        assert_eq!(said, told(*built_in, line).1, "{line}");
    }
}

#[test]
fn an_expression_of_haproxy_is_known_by_the_header_it_fetches() {
    let format = r"%ci\ [%T]\ %ST\ %{+Q}[res.hdr(x-request-id)]\ %[var(txn.crid)]\ %HM\ %HU";
    let line = r#"10.0.3.7 [06/Mar/2025:14:02:45 +0000] 500 "req_1" c-000001 POST /v1/x"#;
    with(Dialect::Haproxy, format, line, |fields| {
        assert_eq!(fields.x_request_id, Some("req_1"));
        assert_eq!(fields.x_client_request_id, Some("c-000001"));
        assert_eq!((fields.status, fields.url), (Some(500), Some("/v1/x")));
    })
    .unwrap();
}

#[test]
fn squids_own_default_says_what_the_built_in_reader_says() {
    let format = "logformat squid %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt";
    let line = "1741269755.778      7 10.0.3.7 TCP_DENIED/407 4021 CONNECT api.openai.com:443 - HIER_NONE/- text/html";
    with(Dialect::Squid, format, line, |fields| {
        assert_eq!(fields.timestamp, Some("1741269755.778"));
        assert_eq!(fields.duration_ms, Some(7.0));
        assert_eq!(fields.proxy_flag, Some("TCP_DENIED/407"));
        assert_eq!(fields.status, Some(407));
        assert_eq!(fields.server_address, Some("api.openai.com"));
        assert_eq!(fields.instant, Instant::End);
    })
    .unwrap();
}

#[test]
fn squids_error_code_says_more_than_its_result() {
    let format = r#"%tl %>a "%rm %ru HTTP/%rv" %>Hs %Ss err=%err_code/%err_detail crid="%{X-Client-Request-Id}>h""#;
    let line = r#"06/Mar/2025:14:02:42 +0000 10.0.3.7 "CONNECT api.openai.com:443 HTTP/1.1" 503 NONE_NONE err=ERR_CONNECT_FAIL/errno=111 crid="c-000001""#;
    with(Dialect::Squid, format, line, |fields| {
        assert_eq!(fields.proxy_flag, Some("ERR_CONNECT_FAIL"));
        assert_eq!(fields.x_client_request_id, Some("c-000001"));
        assert_eq!(fields.timestamp, Some("06/Mar/2025:14:02:42 +0000"));
    })
    .unwrap();
}

const ENVOY: &str = "[%START_TIME(%Y-%m-%d %H:%M:%S.%3f)%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" \
    %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %DURATION% \
    %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% %REQ(X-REQUEST-ID)% %RESP(X-REQUEST-ID):64% %UPSTREAM_HOST%\\n";

#[test]
fn an_envoy_text_is_read_by_its_operators() {
    let line = r#"[2025-03-06 14:02:45.123] "POST /v1/x HTTP/2" 503 UF upstream_reset "delayed_connect_error:_111" 10 - cc21 req_1 1.2.3.4:443"#;
    with(Dialect::Envoy, ENVOY, line, |fields| {
        assert_eq!(fields.timestamp, Some("2025-03-06 14:02:45.123"));
        assert_eq!((fields.status, fields.proxy_flag), (Some(503), Some("UF")));
        assert_eq!(fields.proxy_detail, Some("delayed_connect_error:_111"));
        assert_eq!(fields.gateway_request_id, Some("cc21"));
        assert_eq!(fields.x_request_id, Some("req_1"));
        assert_eq!(fields.upstream_header_ms, Some(None));
        assert_eq!(fields.instant, Instant::Start);
    })
    .unwrap();
}

#[test]
fn an_envoy_template_is_read_by_its_keys_in_any_order() {
    let format = r#"{"t": "%START_TIME%", "http": {"code": "%RESPONSE_CODE%", "id": "%RESP(X-REQUEST-ID)%"}, "p": "%REQ(:PATH)%", "env": "prod"}"#;
    let line = r#"{"http":{"id":"req_1","code":500},"env":"prod","p":"/v1/x","t":"2025-03-06T14:02:45.123Z","more":null}"#;
    with(Dialect::Envoy, format, line, |fields| {
        assert_eq!(fields.timestamp, Some("2025-03-06T14:02:45.123Z"));
        assert_eq!((fields.status, fields.x_request_id), (Some(500), Some("req_1")));
        assert_eq!(fields.url, Some("/v1/x"));
    })
    .unwrap();
    let slip = Dialect::Envoy.compile(r#"{"c": "%RESPONSE_COD%"}"#).unwrap_err().to_string();
    assert!(slip.starts_with("at character 8: there is no %RESPONSE_COD%"), "{slip}");
}
