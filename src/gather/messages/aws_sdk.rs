//! What botocore says at DEBUG of an answer: its headers, in a line of their own behind urllib3's.

use super::said::Said;
use super::{dump, headers};
use crate::model::{Fields, Grain, Instant};

/// Reads `Response headers: {…}` of `botocore.parsers` (botocore/parsers.py, `ResponseParser.parse`): the one line that
/// holds the id. Other services of AWS give such ids too; these find no attempt to belong to.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let dumped = line.strip_prefix("Response headers: ")?;
    dump::walk(dumped, &mut |path, value| {
        if path.depth() == 0 && path.key().eq_ignore_ascii_case("x-amzn-requestid") {
            headers::response(path.key(), value, fields);
        }
    });
    fields.x_request_id?;
    fields.provider = Some("aws.bedrock");
    fields.grain = Grain::Detail;
    fields.instant = Instant::Unknown;
    fields.ok = None;
    Some(Said::AboutACall)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::{Fields, Grain};

    #[test]
    fn the_id_of_an_answer_is_taken_from_its_headers() {
        let line = "Response headers: {'Date': 'Wed, 14 Oct 2026 13:02:02 GMT', 'x-amzn-RequestId': '41536363-f672-4ba0-8329-c05b09e80319'}";
        let mut fields = Fields::default();
        assert!(read(line, &mut fields).is_some());
        assert_eq!(fields.x_request_id, Some("41536363-f672-4ba0-8329-c05b09e80319"));
        assert_eq!(fields.grain, Grain::Detail);
    }

    #[test]
    fn headers_without_an_id_are_about_no_call() {
        assert!(read("Response headers: {'x-amz-request-id': 'TX1'}", &mut Fields::default()).is_none());
    }
}
