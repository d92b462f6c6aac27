//! The answers of .NET's HTTP client that stand behind a record which is not their request's: requests overlap.

use super::head;
use crate::gather::messages;
use crate::model::Fields;

/// Before a client's name in the head of its lines.
const CLIENT: &str = ".HttpClient.";

/// Emits the answers in `record` behind its first one, which its request has where `first_is_taken`.
pub(super) fn emit(record: &str, first_is_taken: bool, emit: &mut dyn FnMut(&Fields<'_>)) {
    // Nearly every record is one line.
    if memchr::memchr(b'\n', record.as_bytes()).is_none() {
        return;
    }
    let heads = memchr::memmem::find_iter(record.as_bytes(), messages::ANSWER_HEAD);
    for at in heads.skip(usize::from(first_is_taken)) {
        let begins = record
            .get(..at)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |end| end + 1);
        let Some((answer, before)) = record.get(begins..).zip(record.get(begins..at)) else {
            continue;
        };
        let Some((head, (_, client))) = head::read(answer).zip(before.rsplit_once(CLIENT)) else {
            continue;
        };
        let mut fields = Fields {
            timestamp: head.stamp,
            ..Fields::default()
        };
        if messages::answer(client, head.message, &mut fields) {
            emit(&fields);
        }
    }
}

/// Whether a record holds such an answer.
pub(super) fn stand_in(record: &str) -> bool {
    memchr::memmem::find(record.as_bytes(), messages::ANSWER_HEAD.as_bytes()).is_some()
}
