//! Which parts of a line of HAProxy are its own: its time, its port, its timers, the bytes and connections that it counts, and
//! ids among the captured headers.

use super::values::headless;
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::gather::formats::access_keys::millis_of;
use crate::model::Fields;
use crate::text::scan::{Cursor, Token};

/// Timers of an exchange; of a connection there are fewer.
const TIMERS: usize = 5;

/// The parts of the line of an exchange that are its own.
pub(super) fn own(line: &str, fields: &Fields<'_>) -> Option<Vec<Slot>> {
    let (mut slots, rest) = header(line)?;
    let mut cursor = Cursor::new(rest);
    slots.extend(Slot::port(line, cursor.word()?));
    let Token::Bracketed(stamp) = cursor.token()? else {
        return None;
    };
    slots.push(Slot::stamp(line, stamp)?);
    let (_, _, timers) = (cursor.word()?, cursor.word()?, cursor.word()?);
    let timers: Vec<&str> = timers.split('/').collect();
    let (total, others) = timers.split_last().filter(|_| timers.len() == TIMERS)?;
    slots.extend(numbers(line, others));
    slots.extend(Slot::number(line, total, Own::Duration(Elapsed::By(millis_of))));
    cursor.word()?;
    slots.extend(Slot::number(line, cursor.word()?, Own::Nothing));
    for _ in 0..3 {
        cursor.word()?;
    }
    // The last of the connections is the count of retries.
    let connections: Vec<&str> = cursor.word()?.split('/').collect();
    slots.extend(numbers(line, connections.split_last()?.1));
    slots.extend(numbers(line, &cursor.word()?.split('/').collect::<Vec<_>>()));
    while let Some(token) = cursor.token() {
        if let Token::Braced(block) = token {
            slots.extend(block.split('|').filter_map(|value| id(line, fields, value)));
        }
    }
    Some(slots)
}

/// The stamp of syslog, which stands before the host's name, and what follows the header.
pub(in crate::gather::formats) fn header(line: &str) -> Option<(Vec<Slot>, &str)> {
    let (host, _, rest) = headless(line);
    if rest.len() == line.len() {
        return Some((Vec::new(), line));
    }
    let before = line.get(..(host?.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?)?;
    Some((vec![Slot::digits(line, before, Own::Nothing)?], rest))
}

fn numbers<'a>(line: &'a str, values: &'a [&'a str]) -> impl Iterator<Item = Slot> + 'a {
    let number = |value: &&str| Slot::number(line, value, Own::Nothing).filter(|_| !value.contains('.'));
    values.iter().filter_map(number)
}

/// An id among captured headers, if the parse took it for one.
pub(in crate::gather::formats) fn id(line: &str, fields: &Fields<'_>, value: &str) -> Option<Slot> {
    let is = |field: Option<&str>| field.is_some_and(|field| std::ptr::eq(field, value));
    match () {
        () if is(fields.x_request_id) => Slot::id(line, value, Own::ProviderId),
        () if is(fields.x_client_request_id) => Slot::id(line, value, Own::ClientId),
        () if is(fields.cf_ray) => Slot::ray(line, value),
        () => None,
    }
}
