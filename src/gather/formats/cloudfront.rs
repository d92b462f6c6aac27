//! Reads CloudFront's standard logs: tab-separated (W3C extended), and the JSON lines of its newer delivery.
//!
//! The stamp is the moment CloudFront finished responding, in UTC. The order of the legacy log is fixed, new columns come
//! at the end; a `#Fields` line that declares another one is obeyed.
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html>

use super::format::{Fit, Format, Unread};
use super::json_values::{marks_in, raw};
use super::w3c::{Column, Layout, Row, declared_in};
use crate::model::{Fields, Vantage};
use crate::text::json::Members;
use crate::text::scan;
use std::sync::LazyLock;

/// The format, with the columns of its tab-separated lines.
#[derive(Clone, Debug)]
pub(super) struct CloudFront {
    /// `None`: those of the legacy log.
    layout: Option<Layout>,
}

impl CloudFront {
    /// The format with the legacy log's columns.
    pub(super) const STANDARD: Self = Self { layout: None };
}

/// The legacy log's columns.
static STANDARD: LazyLock<Layout> = LazyLock::new(|| {
    Layout::of(
        "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) \
         cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken \
         x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status \
         fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len \
         sc-range-start sc-range-end",
    )
});

/// Columns of the first version of the log, without which a line is none of it.
const FEWEST: usize = 18;

impl CloudFront {
    fn row<'a>(&self, line: &'a str) -> Result<Row<'a>, Unread> {
        if line.starts_with('{') {
            return json(line);
        }
        let layout = self.layout.as_ref().unwrap_or(&*STANDARD);
        let row = layout.row(line.trim_end_matches('\r').split('\t'));
        let values = memchr::memchr_iter(b'\t', line.as_bytes()).count() + 1;
        let dated = row.date.is_some_and(is_date) && row.time.is_some_and(is_clock);
        let enough = self.layout.is_some() || values >= FEWEST;
        if enough && dated && row.fields.method.is_some() && row.fields.status.is_some() {
            Ok(row)
        } else if dated && line.contains('\t') {
            Err(Unread::CutShort)
        } else {
            Err(Unread::NotThisFormat)
        }
    }
}

/// A line of JSON, whose keys are the columns' names.
fn json(line: &str) -> Result<Row<'_>, Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut row = Row::default();
    let mut edge = false;
    for (name, value) in members.by_ref() {
        edge |= name.starts_with("x-edge-");
        let column = Column::of(name);
        if let (true, Some(text)) = (column != Column::Other, raw(value)) {
            row.set(column, text);
        }
    }
    if !edge || row.fields.status.is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    Ok(row)
}

/// Whether a layout has a column that only CloudFront writes.
fn is_edge(layout: &Layout) -> bool {
    layout.has(Column::Result) || layout.has(Column::Detailed)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-')
}

fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes.get(2) == Some(&b':') && bytes.get(5) == Some(&b':')
}

impl Format for CloudFront {
    fn name(&self) -> &'static str {
        "cloudfront"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"{") && marks_in(line, &["x-edge-"]) == 0 {
            return Fit::No;
        }
        let line = scan::text(line);
        if let Some(layout) = Layout::declared(&line) {
            return if is_edge(&layout) { Fit::Yes } else { Fit::No };
        }
        match self.row(&line) {
            Ok(_) => Fit::Yes,
            Err(_) if line.starts_with("#Version:") => Fit::Maybe,
            Err(_) => Fit::No,
        }
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let layout = declared_in(head).filter(is_edge)?;
        Some(Box::leak(Box::new(Self { layout: Some(layout) })))
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if line.starts_with('#') {
            return Ok(());
        }
        self.row(&line)?.emit(emit);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end",
            "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)\t-\t-\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\td111111abcdef8.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-",
            r#"{"date":"2025-03-06","time":"14:02:45","x-edge-location":"FRA60-P3","sc-bytes":"1032","c-ip":"10.0.3.7","cs-method":"POST","cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"/v1/chat/completions","sc-status":"502","x-edge-result-type":"Error","x-edge-request-id":"SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==","x-host-header":"llm.example.net","time-taken":"30.011","x-edge-detailed-result-type":"OriginCommError","origin-fbl":"-"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html"
    }
}
