//! Tables that stay readable: with a caption, heads that say what they head, and cells that carry their column's head, so
//! that a narrow screen can show a row as a card.
//!
//! The roles are spelt out because a row shown as a card is no row to a screen reader any more.

use super::markup::{Attribute, Markup};

/// A column.
pub(super) struct Column {
    /// Its head.
    pub(super) head: &'static str,
    /// The class of its cells; `n` for numbers.
    pub(super) class: &'static str,
}

/// A column of text.
pub(super) const fn words(head: &'static str) -> Column {
    Column { head, class: "" }
}

/// A column of numbers.
pub(super) const fn numbers(head: &'static str) -> Column {
    Column { head, class: "n" }
}

/// The rows of a table being written.
pub(super) struct Rows<'m> {
    page: &'m mut Markup,
    columns: &'m [Column],
}

/// A row being written.
pub(super) struct Row<'m> {
    page: &'m mut Markup,
    columns: std::slice::Iter<'m, Column>,
    is_first: bool,
}

/// Writes a table; the first cell of each row is its head.
pub(super) fn table(page: &mut Markup, class: &'static str, caption: &str, columns: &[Column], fill: impl FnOnce(&mut Rows<'_>)) {
    page.within("table", &[("class", &class), ("role", &"table")], |page| {
        page.element("caption", &[], caption);
        page.within("thead", &[("role", &"rowgroup")], |page| {
            page.within("tr", &[("role", &"row")], |page| {
                for column in columns {
                    let mut attributes: Vec<Attribute<'_>> = vec![("scope", &"col"), ("role", &"columnheader")];
                    if !column.class.is_empty() {
                        attributes.push(("class", &column.class));
                    }
                    page.element("th", &attributes, column.head);
                }
            });
        });
        page.within("tbody", &[("role", &"rowgroup")], |page| fill(&mut Rows { page, columns }));
    });
}

impl Rows<'_> {
    /// Writes a row.
    pub(super) fn row(&mut self, fill: impl FnOnce(&mut Row<'_>)) {
        let columns = self.columns.iter();
        self.page.within("tr", &[("role", &"row")], |page| {
            fill(&mut Row {
                page,
                columns,
                is_first: true,
            });
        });
    }

    /// Writes a row that heads those after it.
    pub(super) fn group(&mut self, head: &str) {
        let span = self.columns.len();
        self.page.within("tr", &[("role", &"row"), ("class", &"group")], |page| {
            page.element(
                "th",
                &[("scope", &"rowgroup"), ("role", &"rowheader"), ("colspan", &span)],
                head,
            );
        });
    }
}

impl Row<'_> {
    /// Writes the next cell.
    pub(super) fn cell(&mut self, fill: impl FnOnce(&mut Markup)) {
        let Some(column) = self.columns.next() else { return };
        let mut attributes: Vec<Attribute<'_>> = Vec::with_capacity(4);
        if !column.class.is_empty() {
            attributes.push(("class", &column.class));
        }
        if std::mem::take(&mut self.is_first) {
            attributes.extend_from_slice(&[("scope", &"row"), ("role", &"rowheader")]);
            self.page.within("th", &attributes, fill);
        } else {
            attributes.extend_from_slice(&[("role", &"cell"), ("data-head", &column.head)]);
            self.page.within("td", &attributes, fill);
        }
    }

    /// Writes the next cell, of text.
    pub(super) fn text(&mut self, text: &str) {
        self.cell(|page| page.text(text));
    }

    /// Writes the next cell, of text with dates in it.
    pub(super) fn prose(&mut self, text: &str) {
        self.cell(|page| page.prose(text));
    }

    /// Writes the next cell, of a value from a log.
    pub(super) fn code(&mut self, text: &str) {
        self.cell(|page| page.element("code", &[], text));
    }
}
