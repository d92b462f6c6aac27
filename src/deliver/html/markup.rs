//! A writer of HTML that cannot write raw text: elements close themselves, and what is said inside one or in an attribute is
//! escaped on its way in.
//!
//! Names of elements and attributes are words of this program (`&'static str`), never of a log. There is no way to name
//! a script, a link to elsewhere or anything else that loads: the only reference is to a place in the same page.

use crate::deliver::phrases::inert;
use crate::redact::wall;
use std::fmt::{Display, Write as _};

/// An attribute's name and its value.
pub(super) type Attribute<'a> = (&'static str, &'a dyn Display);

/// Elements that begin a line of the source: for those who read it, and so that a change shows as one.
const ON_THEIR_OWN_LINE: [&str; 27] = [
    "html",
    "head",
    "meta",
    "title",
    "body",
    "header",
    "main",
    "footer",
    "nav",
    "section",
    "article",
    "figure",
    "figcaption",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "li",
    "dl",
    "table",
    "tr",
    "svg",
    "path",
    "details",
];

/// Letters of a word that a narrow screen shows in one line.
const KEPT_WHOLE: usize = 26;

/// A page being written.
#[derive(Default)]
pub(super) struct Markup {
    out: String,
}

impl Markup {
    /// A page that begins as HTML.
    pub(super) fn document() -> Self {
        Self {
            out: "<!DOCTYPE html>".to_owned(),
        }
    }

    /// The page.
    pub(super) fn into_text(mut self) -> String {
        self.out.push('\n');
        self.out
    }

    /// An element with whatever `fill` writes into it.
    pub(super) fn within(&mut self, element: &'static str, attributes: &[Attribute<'_>], fill: impl FnOnce(&mut Self)) {
        self.start(element, attributes);
        fill(self);
        let _ = write!(self.out, "</{element}>");
    }

    /// An element with nothing but text in it.
    pub(super) fn element(&mut self, element: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.within(element, attributes, |page| page.text(text));
    }

    /// An element that holds nothing and is not closed (HTML, section 13.1.2: void elements).
    pub(super) fn meta(&mut self, attributes: &[Attribute<'_>]) {
        self.start("meta", attributes);
    }

    /// A link to a place in this page.
    pub(super) fn jump(&mut self, to: &str, attributes: &[Attribute<'_>], text: &str) {
        let to = format!("#{to}");
        let mut all: Vec<Attribute<'_>> = vec![("href", &to)];
        all.extend_from_slice(attributes);
        self.element("a", &all, text);
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) {
        let mut text = inert(text);
        // The second wall removes a cookie up to the end of its line, which here would be markup: it goes before.
        let has_cookie = names_cookie(&text);
        if has_cookie {
            text = wall(text).0;
        }
        let start = self.out.len();
        escape(&text, &mut self.out);
        if has_cookie {
            let written = self.out.split_off(start).replace(':', "&#58;");
            self.out.push_str(&written);
        }
        // And a signed URL up to the next blank: it ends here.
        if text.contains('?') {
            self.out.push('\n');
        }
    }

    /// Text with its dates, times and figures kept whole: words that hold a digit and no more than [`KEPT_WHOLE`] letters
    /// are not broken at their hyphens.
    pub(super) fn prose(&mut self, text: &str) {
        if names_cookie(text) {
            return self.text(text);
        }
        let mut rest = text;
        while let Some(at) = rest.find(|letter: char| !letter.is_whitespace()) {
            let (blank, from) = rest.split_at(at);
            let end = from.find(char::is_whitespace).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            if !blank.is_empty() {
                self.text(" ");
            }
            if word.contains('-') && word.contains(|letter: char| letter.is_ascii_digit()) && word.len() <= KEPT_WHOLE {
                self.element("span", &[("class", &"w")], word);
            } else {
                self.text(word);
            }
            rest = after;
        }
    }

    /// A style sheet of this program.
    pub(super) fn style(&mut self, sheet: &'static str) {
        let _ = write!(self.out, "\n<style>\n{}\n</style>", sheet.trim());
    }

    fn start(&mut self, element: &'static str, attributes: &[Attribute<'_>]) {
        if ON_THEIR_OWN_LINE.contains(&element) {
            self.out.push('\n');
        }
        let _ = write!(self.out, "<{element}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"");
            let mut escaped = String::new();
            escape(&inert(&value.to_string()), &mut escaped);
            if escaped.contains('?') || names_cookie(&escaped) {
                escaped = escaped.replace('?', "&#63;").replace(':', "&#58;");
            }
            self.out.push_str(&escaped);
            self.out.push('"');
        }
        self.out.push('>');
    }
}

/// Whether the second wall would take what follows for a cookie.
fn names_cookie(text: &str) -> bool {
    text.to_ascii_lowercase().contains("cookie:")
}

/// Text as it may stand in an element or a quoted attribute.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn text_and_attributes_cannot_end_what_they_stand_in() {
        let mut page = Markup::default();
        let hostile = "\"><script>alert('&')</script>";
        page.element("i", &[("title", &hostile)], hostile);
        let text = "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;";
        assert_eq!(page.into_text(), format!("<i title=\"{text}\">{text}</i>\n"));
    }

    #[test]
    fn what_the_second_wall_removes_is_never_markup() {
        for hostile in ["Cookie: a=b", "x cookie:", "x?sv=2020-1", "?x-amz-signature=1"] {
            let mut page = Markup::default();
            page.within("p", &[("title", &hostile)], |page| page.prose(hostile));
            page.element("b", &[], "end");
            let (shown, _) = crate::redact::wall(page.into_text());
            assert!(
                shown.contains("\">") && shown.contains("</p>") && shown.ends_with("<b>end</b>\n"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_link_leads_to_a_place_in_the_page_whatever_it_is_given() {
        let mut page = Markup::default();
        page.jump("javascript:x", &[], "x");
        assert!(page.into_text().starts_with("<a href=\"#javascript:x\">"));
    }
}
