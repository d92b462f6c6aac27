//! What a log's name is without rotation and packing.

/// Endings that packing adds.
const PACKED: [&str; 7] = [".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".Z"];

/// The name that all rotations of one log share: `x.log` of `x.log.1`, `x.log.2.gz`, `x.log-20250306` (logrotate),
/// `x.log.2025-03-06_14` (Python). Only the name's end is looked at: a false relative costs one comparison, a missed
/// one a log that is counted twice, and copies lie beside each other in one of these forms.
#[must_use]
pub(in crate::gather) fn family(file_name: &str) -> &str {
    let name = PACKED
        .iter()
        .find_map(|ending| file_name.strip_suffix(ending))
        .unwrap_or(file_name);
    let is_rotation = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | ':' | 'T');
    let stem = name.trim_end_matches(is_rotation);
    if stem.is_empty() { name } else { stem }
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
        ] {
            assert_eq!(family(name), "x.log");
        }
        assert_eq!(family("000001.gz"), "000001");
        assert_ne!(family("app-01.log"), family("app-02.log"));
    }
}
