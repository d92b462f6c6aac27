//! A logger's time stamp that does not stand at the start of its line.

use crate::text::json::{Members, Value};

/// The stamp in the object behind a message: winston's `combine(timestamp(), simple())` writes it nowhere else.
pub(super) fn behind(message: &str) -> Option<&str> {
    // JSON without blanks: none of its objects has one before it but the outermost.
    let at = message.ends_with('}').then(|| message.rfind(" {\""))??;
    let mut members = Members::of(message.get(at + 1..)?)?;
    let (_, stamp) = members.find(|(key, _)| *key == "timestamp")?;
    match stamp {
        Value::Text(stamp) => Some(stamp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_stamp_behind_the_message_is_the_outermost_objects() {
        let line = r#"summary {x} failed {"err":{"timestamp":"no"},"said":"a {\"b\"","timestamp":"2026-09-14T08:09:12.420Z"}"#;
        assert_eq!(behind(line), Some("2026-09-14T08:09:12.420Z"));
        for line in [r#"done {"a":1}"#, r#"{"timestamp":1} done"#, "}", r#"done {"timestamp":17"#] {
            assert_eq!(behind(line), None, "{line}");
        }
    }
}
