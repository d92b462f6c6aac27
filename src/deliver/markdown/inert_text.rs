//! Data in Markdown, where it can act on nothing: values stand in code spans, and our sentences are escaped.

use crate::deliver::phrases::inert;

/// A value from data in a code span, behind a fence longer than any inside it; a bar would end a table's cell.
pub(super) fn code(value: &str) -> String {
    let value = inert(value).replace('|', "¦");
    let longest = value.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 {
        format!("{fence} {value} {fence}")
    } else {
        format!("{fence}{value}{fence}")
    }
}

/// A sentence of ours that may hold a name from data: what Markdown would act on is escaped.
pub(super) fn prose(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    // Bare addresses become links by themselves (GitHub's extended autolinks).
    let sentence = inert(sentence).replace("://", "[:]//").replace("www.", "www[.]");
    for letter in sentence.chars() {
        if matches!(
            letter,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '|' | '#' | '&' | '~'
        ) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn data_stays_inside_its_code_span() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("x|y"), "`x¦y`");
    }

    #[test]
    fn no_name_becomes_a_link_or_an_image() {
        assert_eq!(prose("![x](http://evil)"), "\\!\\[x\\](http\\[:\\]//evil)");
    }
}
