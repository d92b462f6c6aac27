//! The plain values of an access line: a number, a status, a request line.

use super::Cursor;
use memchr::memrchr;

/// An unsigned decimal times ten to the `power`, exact as long as the digits fit 53 bits; `None` for anything else, a
/// sign included.
#[must_use]
pub fn scaled(text: &str, power: i32) -> Option<f64> {
    /// So many digits fit 64 bits, whatever they are.
    const SAFE: usize = 19;
    let mut digits: u64 = 0;
    let mut places: i32 = 0;
    let mut point = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                digits = if text.len() <= SAFE {
                    digits.wrapping_mul(10).wrapping_add(digit)
                } else {
                    digits.checked_mul(10)?.checked_add(digit)?
                };
                places += i32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if text.is_empty() || text == "." {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a duration in a log has far fewer than 53 bits")]
    let digits = digits as f64;
    let power = power - places;
    Some(match power {
        0 => digits,
        ..0 => digits / ten_to(-power),
        1.. => digits * ten_to(power),
    })
}

/// A power of ten. The small ones are exact, and looking them up saves a loop of multiplications.
fn ten_to(power: i32) -> f64 {
    const SMALL: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
    let small = usize::try_from(power).ok().and_then(|power| SMALL.get(power));
    small.copied().unwrap_or_else(|| 10_f64.powi(power))
}

/// A status code as logs print it: one to three digits.
#[must_use]
pub fn status(text: &str) -> Option<u16> {
    (text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Method and URL of a request line (`POST /v1/responses HTTP/1.1`); `None` where it is none (a scan, a TLS hello).
#[must_use]
pub fn request(line: &str) -> Option<(&str, &str)> {
    let mut cursor = Cursor::new(line);
    let method = cursor.until(b' ')?;
    let rest = cursor.rest();
    let url = match memrchr(b' ', rest.as_bytes()).and_then(|at| rest.split_at_checked(at)) {
        Some((url, version)) if version.starts_with(" HTTP/") => url,
        _ => rest,
    };
    (is_method(method) && !url.is_empty() && url != "-").then_some((method, url))
}

/// Whether a word can be an HTTP method: three to sixteen capital letters (`PROPFIND` and its kin have underscores
/// nowhere).
#[must_use]
pub fn is_method(word: &str) -> bool {
    (3..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::{request, scaled, status};

    #[test]
    fn seconds_become_exact_milliseconds() {
        assert_eq!(scaled("0.011", 3), Some(11.0));
        assert_eq!(scaled("7", 3), Some(7000.0));
        assert_eq!(scaled("1283080", -3), Some(1283.08));
        assert_eq!(scaled("-1", 0), None);
        assert_eq!(scaled("", 0), None);
    }

    #[test]
    fn a_status_has_at_most_three_digits() {
        assert_eq!(status("000"), Some(0));
        assert_eq!(status("200"), Some(200));
        assert_eq!(status("1283080"), None);
        assert_eq!(status("-"), None);
    }

    #[test]
    fn a_request_line_has_method_and_url() {
        assert_eq!(request("POST /v1/responses HTTP/1.1"), Some(("POST", "/v1/responses")));
        assert_eq!(request("GET /with blank HTTP/1.0"), Some(("GET", "/with blank")));
        assert_eq!(request("-"), None);
        assert_eq!(request(r"\x16\x03\x01"), None);
    }
}
