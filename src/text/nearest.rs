//! The known word that a mistyped one is nearest to.

/// Letters that may be wrong in a word, as a share of its length: a third, rounded up.
const WRONG: usize = 3;

/// The nearest word, if one is near.
#[must_use]
pub fn nearest<'w>(typed: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let near = known
        .map(|word| (distance(typed, word), word))
        .filter(|(distance, word)| *distance * WRONG <= word.len().max(typed.len()) + 1);
    near.min().map(|(_, word)| word)
}

/// Letters to change, add or leave out (Levenshtein 1966), `_` for `-` not counted.
fn distance(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|word| word.to_ascii_lowercase().replace('_', "-").chars().collect::<Vec<char>>());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cell = (corner + usize::from(x != y)).min(left + 1).min(*above + 1);
            corner = std::mem::replace(above, cell);
            left = cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("max_requests", "max-requests", 0),
            ("tz", "zt", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_a_near_word_is_named() {
        let known = ["max-requests", "threads", "tz", "min-rate"];
        assert_eq!(nearest("max-request", known.into_iter()), Some("max-requests"));
        assert_eq!(nearest("thread", known.into_iter()), Some("threads"));
        assert_eq!(nearest("colour-of-the-sky", known.into_iter()), None);
    }
}
