//! What a log's name is without rotation and packing.

/// Endings that packing adds.
const PACKED: [&str; 7] = [".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".Z"];

/// Endings of what a hand, an editor or a program lays beside a log before it goes on with it.
const SET_ASIDE: [&str; 5] = [".bak", ".old", ".orig", ".copy", "~"];

/// The name that all rotations of one log share: `x.log` of `x.log.1`, `x.log.2.gz`, `x.log-20250306` (logrotate),
/// `x.log.2025-03-06_14` (Python). Only the name's end is looked at: a false relative costs one comparison, a missed
/// one a log that is counted twice, and copies lie beside each other in one of these forms.
#[must_use]
pub(in crate::gather) fn family(file_name: &str) -> &str {
    let name = without(without(file_name, &PACKED), &SET_ASIDE);
    let is_rotation = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | ':' | 'T');
    let stem = name.trim_end_matches(is_rotation);
    if stem.is_empty() { name } else { stem }
}

/// A name without the first of these endings that it has.
fn without<'n>(name: &'n str, endings: &[&str]) -> &'n str {
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn every_rotation_is_of_the_family_of_its_log() {
        for name in [
            "x.log",
            "x.log.1",
            "x.log.2.gz",
            "x.log-20250306.zst",
            "x.log.2025-03-06_14",
            "x.log-2025030614",
            "x.log.bak",
            "x.log.1.old.gz",
            "x.log~",
        ] {
            assert_eq!(family(name), "x.log");
        }
        assert_eq!(family("000001.gz"), "000001");
        assert_ne!(family("app-01.log"), family("app-02.log"));
    }
}
