//! Sizes as people write them: `500M`, `64G`, `2 TiB`; every unit is 1,024 of the one before, as `ls -h` has it.

/// The units' letters, each 1,024 of the one before it.
const UNITS: &str = "KMGTPE";

/// Bytes of a size; a bare number is bytes.
///
/// # Errors
/// How one is written.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    parsed(text.trim()).ok_or_else(|| "a size is written as 500M, 64G or 2T".to_owned())
}

fn parsed(text: &str) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = unit.trim_start().to_ascii_uppercase();
    let unit = unit.strip_suffix("IB").or_else(|| unit.strip_suffix('B')).unwrap_or(&unit);
    let power = if unit.is_empty() {
        0
    } else {
        UNITS.split("").skip(1).position(|letter| letter == unit)? + 1
    };
    let unit = 1024_u64.checked_pow(u32::try_from(power).ok()?)?;
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let cases = [
            ("1", 1),
            ("4096b", 4096),
            ("500M", 500 << 20),
            ("64G", 64 << 30),
            ("2 TiB", 2 << 40),
            ("8kb", 8 << 10),
        ];
        for (text, size) in cases {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "0", "G", "-1", "1.5G", "5X", "5KM", "99999999E", "1iB2"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
