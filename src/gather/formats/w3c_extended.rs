//! Reads W3C extended logs of web servers and proxies, above all of IIS with Application Request Routing.
//!
//! The order of the columns is the site's: a `#Fields` line at the start of a source declares it, and without one it is
//! IIS's own. IIS writes a line when the response has been sent, in UTC. <https://www.w3.org/TR/WD-logfile.html>

use super::format::{Fit, Format, Unread};
use super::w3c::{Column, Layout, Row, declared_in};
use crate::model::{Fields, Vantage};
use crate::text::scan;
use std::sync::LazyLock;

/// The format, with the columns of its lines.
#[derive(Clone, Debug)]
pub(super) struct W3cExtended {
    /// `None`: those that IIS has without configuration.
    layout: Option<Layout>,
}

impl W3cExtended {
    /// The format with the columns of IIS.
    pub(super) const IIS: Self = Self { layout: None };
}

/// IIS's columns since version 7.5.
static IIS: LazyLock<Layout> = LazyLock::new(|| {
    Layout::of(
        "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status \
         sc-substatus sc-win32-status time-taken",
    )
});

impl W3cExtended {
    fn row<'a>(&self, line: &'a str) -> Result<Row<'a>, Unread> {
        let layout = self.layout.as_ref().unwrap_or(&*IIS);
        let line = line.trim_end();
        let tabs = line.contains('\t');
        let split = move |c: char| if tabs { c == '\t' } else { c == ' ' };
        let row = layout.row(line.split(split));
        let exact = line.split(split).count() == layout.len();
        if exact && row.date.is_some_and(is_date) && row.fields.method.is_some() && row.fields.status.is_some() {
            Ok(row)
        } else {
            Err(Unread::NotThisFormat)
        }
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-')
}

impl Format for W3cExtended {
    fn name(&self) -> &'static str {
        "w3c-extended"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"{") {
            return Fit::No;
        }
        let line = scan::text(line);
        if let Some(layout) = Layout::declared(&line) {
            return if layout.has(Column::Status) && layout.has(Column::Method) {
                Fit::Maybe
            } else {
                Fit::No
            };
        }
        match self.row(&line) {
            Ok(_) => Fit::Yes,
            Err(_) if line.starts_with("#Software:") || line.starts_with("#Version:") || line.starts_with("#Date:") => Fit::Maybe,
            Err(_) => Fit::No,
        }
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let layout = declared_in(head).filter(|layout| layout.has(Column::Status) && layout.has(Column::Date))?;
        let own = !layout.has(Column::Result) && !layout.has(Column::Detailed);
        own.then(|| -> &'static dyn Format { Box::leak(Box::new(Self { layout: Some(layout) })) })
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
            "#Software: Microsoft Internet Information Services 10.0",
            "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
            "2025-03-06 14:02:45 10.1.2.9 POST /v1/chat/completions - 443 - 10.0.3.7 OpenAI/Python+1.66.0 - 502 3 12002 30011",
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.w3.org/TR/WD-logfile.html"
    }
}

#[cfg(test)]
mod tests {
    use super::W3cExtended;
    use crate::gather::formats::{ALL, Format};
    use crate::gather::recognise::{Order, recognise};

    const OWN_ORDER: &str = "#Software: Microsoft Internet Information Services 10.0\r\n\
        #Fields: date time sc-status cs-method cs-uri-stem c-ip time-taken\r\n\
        2025-03-06 14:02:45 502 POST /v1/chat/completions 10.0.3.7 30011\r\n";

    #[test]
    fn the_layout_that_a_source_declares_is_read() {
        let recognised = recognise(OWN_ORDER.as_bytes(), true, &Order::of(ALL)).unwrap();
        assert_eq!(recognised.name, "w3c-extended");
        let mut statuses = Vec::new();
        for line in OWN_ORDER.lines() {
            let format = recognised.candidates.first().unwrap();
            assert_eq!(
                format.parse(line.as_bytes(), &mut |fields| statuses.push(fields.status)),
                Ok(())
            );
        }
        assert_eq!(statuses, [Some(502)]);
    }

    #[test]
    fn a_source_without_a_declaration_keeps_the_default() {
        assert!(W3cExtended::IIS.declared(b"2025-03-06 14:02:45 x\n").is_none());
    }
}
