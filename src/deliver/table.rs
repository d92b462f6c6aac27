//! Tables for a terminal: the one file that knows comfy-table.

use crate::redact::wall;
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, presets};

/// Blanks around a cell.
const AROUND: u16 = 2;

/// A line under the header and no other: lines between the rows would make a report twice as long.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table that fits `width` columns. Names in its first columns are not wrapped if there is room for them. What is wrapped within a cell has lost its shape when the wall sees the finished report, so
/// the wall sees every cell before.
pub(crate) fn table(header: &[&str], rows: Vec<Vec<String>>, width: usize) -> String {
    let mut table = Table::new();
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    table
        .load_style(RULED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.into_iter().map(|cell| wall(cell).0));
    }
    // The first columns name things; the rest of the width is for those that tell of them.
    let mut left = width / 5 * 3;
    for (at, longest) in table
        .column_max_content_widths()
        .into_iter()
        .enumerate()
        .take(header.len() - 1)
    {
        let needed = longest.saturating_add(AROUND);
        if let (Some(column), Some(rest)) = (table.column_mut(at), left.checked_sub(needed)) {
            column.set_constraint(ColumnConstraint::ContentWidth);
            left = rest;
        }
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Columns without lines between them, as wide as they need: for many rows.
pub(super) fn columns(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    table.add_rows(rows);
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

/// A text wrapped to `width` columns, every line after `indent`, the first after `lead`.
pub(crate) fn wrapped(text: &str, lead: &str, indent: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = lead.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(&line);
            out.push('\n');
            indent.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(&line);
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_name_is_told_in_one_piece_and_no_line_stands_between_rows() {
        let row = |name: &str| {
            vec![
                name.to_owned(),
                "what is said of it takes more than the room that is left".to_owned(),
            ]
        };
        let told = table(&["file", "says"], vec![row("edge-b/access.json.log"), row("x.log")], 50);
        assert!(told.contains(" edge-b/access.json.log "), "{told}");
        assert_eq!(told.lines().filter(|line| line.contains('─')).count(), 1, "{told}");
    }

    #[test]
    fn a_secret_that_a_cell_wraps_is_not_told() {
        let key = format!("sk-proj-{}T3BlbkFJ{}", "FAKE".repeat(12), "0123456789".repeat(4));
        let told = table(&["scope"], vec![vec![format!("host {key}")]], 40);
        assert!(!told.contains("FAKE") && !told.contains("0123456789"), "{told}");
    }
}
