//! Reads the access logs of AWS's Application Load Balancer, and of the Classic one, whose lines are their beginning.
//!
//! The Application Load Balancer stamps the end of a response and tells the start further on; the Classic one stamps the
//! start. Fields were added at the end over the years, so any number may follow.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>

use super::elapsed;
use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AwsAlb;

/// What a line begins with: the type of the request or connection.
const TYPES: [&str; 6] = ["http", "https", "h2", "grpcs", "ws", "wss"];

/// Words between the quoted user agent and the quoted trace id: cipher, protocol, target group.
const BEFORE_TRACE: usize = 3;

/// Which balancer wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Balancer {
    Application,
    Classic,
}

/// The first status that is an error.
const ERRORS_FROM: u16 = 400;

fn read(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let mut cursor = Cursor::new(line);
    let (balancer, timestamp) = begin(&mut cursor).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        timestamp: Some(timestamp),
        instant: Instant::Start,
        ..Fields::default()
    };
    if exchange(&mut cursor, &mut fields).is_none() {
        // Nothing but this format has its type, its stamp and its balancer's name one after the other.
        return Err(if balancer == Balancer::Application {
            Unread::CutShort
        } else {
            Unread::NotThisFormat
        });
    }
    if balancer == Balancer::Application {
        fields.instant = Instant::End;
        application(&mut cursor, &mut fields);
    }
    Ok(fields.url.is_some().then_some(fields))
}

/// The type, the stamp and the balancer's name.
fn begin<'a>(cursor: &mut Cursor<'a>) -> Option<(Balancer, &'a str)> {
    let first = cursor.word()?;
    if TYPES.contains(&first) {
        let stamp = cursor.word().filter(|word| is_stamp(word))?;
        cursor.word().filter(|name| name.starts_with("app/"))?;
        return Some((Balancer::Application, stamp));
    }
    if is_stamp(first)
        && cursor
            .word()?
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Some((Balancer::Classic, first));
    }
    None
}

/// From `client:port` to the user agent: what both balancers write.
fn exchange<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    let client = cursor.word()?;
    fields.client = Some(client.rsplit_once(':')?.0);
    let target = cursor.word()?;
    let times = [cursor.word()?, cursor.word()?, cursor.word()?];
    let status = cursor.word()?;
    let target_status = cursor.word()?;
    for time in times {
        time.parse::<f64>().ok()?;
    }
    cursor.word()?.parse::<u64>().ok()?;
    cursor.word()?.parse::<u64>().ok()?;
    let request = cursor.token()?.text();
    cursor.token()?;
    fields.status = scan::status(status);
    fields.duration_ms = times
        .into_iter()
        .map(|time| scan::scaled(time, 3))
        .try_fold(0.0, |sum, time| time.map(|time| sum + time));
    if target == "-" {
        fields.upstream_connect_ms = Some(None);
    } else {
        fields.upstream_address = Some(target);
    }
    if target_status == "-" {
        fields.upstream_header_ms = Some(None);
        // The balancer's own word: it made this status.
        fields.proxy_flag = Some(status).filter(|_| fields.status.is_some_and(|status| status >= ERRORS_FROM));
    } else {
        fields.upstream_status = Some(target_status);
        let [_, target_time, _] = times;
        fields.upstream_header_ms = Some(scan::scaled(target_time, 3));
    }
    if let Some((method, url)) = scan::request(request) {
        fields.method = Some(method);
        fields.url = Some(url);
    }
    Some(())
}

/// What the Application Load Balancer adds: trace id, start, reason of an error. A line of an early version ends earlier.
fn application<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    for _ in 0..BEFORE_TRACE {
        cursor.token()?;
    }
    let trace = cursor.token()?.text();
    fields.gateway_request_id = trace.split(';').find(|part| part.starts_with("Root="));
    // The host of the handshake, the certificate, the rule's priority.
    for _ in 0..3 {
        cursor.token()?;
    }
    let started = cursor.token()?.text();
    if fields.duration_ms.is_none() {
        fields.duration_ms = fields.timestamp.and_then(|ended| elapsed::between(started, ended));
    }
    // What it did and where it redirected to.
    for _ in 0..2 {
        cursor.token()?;
    }
    fields.proxy_detail = Some(cursor.token()?.text()).filter(|reason| *reason != "-");
    Some(())
}

/// `2025-03-06T14:02:45.186641Z`.
fn is_stamp(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && bytes.get(10) == Some(&b'T') && word.ends_with('Z')
}

impl Format for AwsAlb {
    fn name(&self) -> &'static str {
        "aws-alb"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        if let Some(fields) = read(&text)? {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"https 2025-03-06T14:02:45.186641Z app/llm-egress/50dc6c495c0c9188 10.0.3.7:2817 10.1.2.9:8080 0.000 60.001 -1 504 - 0 57 "POST https://llm.example.net:443/v1/chat/completions HTTP/1.1" "python-httpx/0.28" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/llm/73e2 "Root=1-67c9a8e5-2b8f66a2e5b1c3d4f5061728" "llm.example.net" "-" 0 2025-03-06T14:01:45.180000Z "forward" "-" "-" "10.1.2.9:8080" "-" "-" "-" TID_1234abcd"#,
            r#"http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - 0.000 0.001 0.000 502 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 0 2018-11-30T22:22:48.364000Z "forward" "-" "LambdaInvalidResponse" "-" "-" "-" "-""#,
            r#"2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html"
    }
}
