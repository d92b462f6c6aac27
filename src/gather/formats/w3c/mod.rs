//! The W3C extended log: its columns, in the order that a `#Fields` line declares, as CloudFront and IIS write them.
//!
//! Stamps are UTC and never say so. A layout is a plain list of columns, made once per source; what a line means hangs on
//! nothing but the line and its layout. <https://www.w3.org/TR/WD-logfile.html>

mod column;
mod row;

pub(super) use column::Column;
pub(super) use row::Row;

/// The columns of a log, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    columns: Box<[Column]>,
}

/// What begins the line that declares the columns.
const FIELDS: &str = "#Fields:";

impl Layout {
    /// The layout that a `#Fields` line declares; `None` for every other line.
    pub(super) fn declared(line: &str) -> Option<Self> {
        let names = line.strip_prefix(FIELDS)?;
        Some(Self {
            columns: names.split_ascii_whitespace().map(Column::of).collect(),
        })
    }

    /// The layout of names that are known beforehand.
    pub(super) fn of(names: &str) -> Self {
        Self {
            columns: names.split_ascii_whitespace().map(Column::of).collect(),
        }
    }

    /// How many columns there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether a column is among them.
    pub(super) fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// Reads the values of a line.
    pub(super) fn row<'a>(&self, values: impl Iterator<Item = &'a str>) -> Row<'a> {
        let mut row = Row::default();
        for (column, value) in self.columns.iter().zip(values) {
            row.set(*column, value);
        }
        row
    }
}

/// The value of the first `#Fields` line among a source's first lines.
pub(super) fn declared_in(head: &[u8]) -> Option<Layout> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    head.split(|byte| *byte == b'\n')
        .take_while(|line| line.first() == Some(&b'#'))
        .find_map(|line| Layout::declared(std::str::from_utf8(line).ok()?.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::{Column, Layout, declared_in};

    #[test]
    fn a_header_gives_every_value_its_meaning() {
        let layout = Layout::declared("#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken").unwrap();
        let row = layout.row("2025-03-06 14:02:45 10.0.3.7 POST /v1/responses 502 812".split(' '));
        assert_eq!(row.stamp().as_deref(), Some("2025-03-06T14:02:45Z"));
        assert_eq!((row.fields.status, row.fields.duration_ms), (Some(502), Some(812.0)));
        assert!(layout.has(Column::Status) && layout.len() == 7);
    }

    #[test]
    fn only_the_lines_above_the_first_record_declare() {
        assert!(declared_in(b"#Version: 1.0\r\n#Fields: date time\r\n").is_some());
        assert!(declared_in(b"a b\n#Fields: date time\n").is_none());
    }
}
