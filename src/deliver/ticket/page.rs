//! The lay-out of a ticket: plain text that survives a support form, one statement a line, never wrapped, for forms wrap.

/// Width of the rulers.
const RULER: usize = 78;

/// A ticket's text as it grows.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// One line.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.line("");
    }

    /// A heading, after an empty line.
    pub(super) fn heading(&mut self, heading: &str) {
        self.gap();
        self.line(&format!("{heading}:"));
    }

    /// An item of a list.
    pub(super) fn item(&mut self, item: &str) {
        self.line(&format!("- {item}"));
    }

    /// A field of the provider's form, and its answer.
    pub(super) fn field(&mut self, label: &str, answer: &[String]) {
        match answer {
            [one] => self.line(&format!("{label}: {one}")),
            more => {
                self.line(&format!("{label}:"));
                for line in more {
                    self.line(&format!("  {line}"));
                }
            }
        }
    }

    /// A ruler with words in its middle.
    pub(super) fn ruler(&mut self, letter: char, words: &str) {
        let words = if words.is_empty() {
            String::new()
        } else {
            format!(" {words} ")
        };
        let left = RULER.saturating_sub(words.chars().count()) / 2;
        let right = RULER.saturating_sub(words.chars().count() + left);
        let side = |width: usize| letter.to_string().repeat(width.max(3));
        self.line(&format!("{}{words}{}", side(left), side(right)));
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Appends another page.
    pub(super) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }

    /// Fields that the user has to fill in.
    pub(super) fn to_fill_in(&self) -> usize {
        self.text.matches("[[TO FILL IN:").count()
    }
}
