//! Objects and errors as Node's console prints them: `llm request failed {` and `InternalServerError: 502 …` with its
//! stack and properties.

use super::exception::Raised;
use super::named::{by_mistral, within};
use super::run::Run;
use super::said::Said;
use super::{dump, headers, node_client, prose, scan, trace};
use crate::model::{Fields, Grain};

/// Reads a message with an object behind its words, or an error's dump. `None` where it is neither.
pub(super) fn read<'a>(line: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    // `Unhandled Rejection at: Promise { <rejected> Error: …\n} reason: Error: …`, as Node's manual has programs print it: the
    // promise shows the error, too, and deeper.
    let reason = memchr::memmem::find(message.as_bytes(), b"\n} reason: ").filter(|_| line.ends_with("Promise {"));
    if let Some(reason) = reason.and_then(|at| message.get(at + "\n} reason: ".len()..)) {
        return read(scan::first_line(reason).0, reason, fields);
    }
    let stack = ["\n    at ", "\n  at "]
        .iter()
        .find_map(|at| memchr::memmem::find(message.as_bytes(), at.as_bytes()));
    let Some(stack) = stack else {
        return summary(line, message, fields);
    };
    let beside = beside(line, message, stack);
    let at = beside.as_ref().map_or(0, |(_, at)| *at);
    let said = error(message, at, stack, fields)?;
    if let Some((run, _)) = beside {
        run.add_to(fields);
        // What names the call and its failure is the program's own line on it.
        fields.grain = Grain::Call;
    }
    Some(said)
}

/// The object that stands between the words and the error, where it tells a call, and where the error begins:
/// `llm request failed { model: 'gpt-4o', … } InternalServerError: 500 …`.
fn beside<'a>(line: &'a str, message: &'a str, stack: usize) -> Option<(Run<'a>, usize)> {
    let begins = memchr::memchr(b'{', line.as_bytes())?;
    let object = message.get(begins..stack)?;
    let mut run = Run::new(0);
    let end = dump::walk_to_end(object, &mut |path, value| {
        if path.depth() == 0 {
            run.push(path.key(), value);
        }
    });
    let behind = object.get(end..)?.trim_start();
    let at = stack - behind.len();
    (run.tells_a_call() && !behind.is_empty()).then_some((run, at))
}

/// `llm request completed { endpoint: 'chat', model: 'gpt-4o', durationMs: 5310 }`: a summary line whose pairs are an
/// object's.
fn summary<'a>(line: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let at = memchr::memchr(b'{', line.as_bytes())?;
    let (words, object) = message.split_at_checked(at)?;
    let mut run = Run::new(at);
    let mut error = Raised::default();
    let mut cause = None;
    dump::walk(object, &mut |path, value| match (path.depth(), path.parent(), path.key()) {
        (0, _, key) => run.push(key, value),
        (1, "err" | "error", "name" | "class") => error.class = Some(value),
        (1, "err" | "error", "type") => error.error_type = Some(value),
        (1, "err" | "error", "code") => error.error_code = Some(value).filter(|code| scan::status(code).is_none()),
        (1, "err" | "error", "message") => error.message = Some(value),
        (1, "err" | "error", "status" | "statusCode") => error.status = scan::status(value),
        (1, "err" | "error", "requestID" | "request_id") => error.x_request_id = Some(value),
        (1, "err" | "error", "cause") => cause = Some(value),
        _ => {}
    });
    if !run.tells_a_call() {
        return None;
    }
    let said = run.conclude(words, "", fields);
    if let Some((_, raised)) = within(words, true) {
        error.class = error.class.or(raised.class);
    }
    trace::fill(&error, fields);
    fields.text = fields.text.or(cause);
    Some(said)
}

/// An error printed whole from `at` on: text, stack, properties. A page of HTML may stand between text and stack.
fn error<'a>(message: &'a str, at: usize, stack: usize, fields: &mut Fields<'a>) -> Option<Said> {
    let said = message.get(..stack)?;
    let line = scan::first_line(message.get(at..)?).0;
    let under = message.get(stack..)?;
    let named = within(line, true).or_else(|| by_mistral(line, message));
    if named.is_none() && line.contains("AxiosError: ") {
        let text = node_client::axios(line, under, fields)?;
        return Some(told(line, text, fields));
    }
    if named.is_none()
        && let Some((text, raised)) = node_client::of_an_sdk(line, under, fields)
    {
        trace::fill(&raised, fields);
        return Some(told(line, text, fields));
    }
    // A stream that broke is no SDK's exception: `TypeError: terminated`, cause `other side closed` (formats.md 1.4).
    let cut = line.ends_with("TypeError: terminated");
    if named.is_none() && !cut {
        return None;
    }
    trace::failed(fields);
    fields.text = Some(message);
    if let Some((text, _)) = named {
        // Again with the lines up to the stack, which may hold the page.
        let from = (at + line.len()).min(said.len()).saturating_sub(text.len());
        if let Some(raised) = said.get(from..).and_then(super::exception) {
            trace::fill(&raised, fields);
        }
        let words = line.get(..line.len().saturating_sub(text.len()));
        fields.model = fields.model.or_else(|| words.and_then(prose::model));
    }
    properties(message.get(stack..)?, fields);
    // Among the words before the error; its text quotes other models too.
    let words = named.and_then(|(text, _)| line.strip_suffix(text)).unwrap_or_default();
    fields.model = fields.model.or_else(|| prose::model(words));
    Some(Said::AboutACall)
}

/// An error whose text says how the call ended, behind words that may name the model.
fn told<'a>(line: &'a str, text: &'a str, fields: &mut Fields<'a>) -> Said {
    trace::failed(fields);
    fields.text = Some(text);
    let words = line.strip_suffix(text).unwrap_or_default();
    fields.model = fields.model.or_else(|| prose::model(words));
    Said::AboutACall
}

/// The properties behind the stack. An AI SDK dump repeats the last error, which is the one that counts.
fn properties<'a>(stack: &'a str, fields: &mut Fields<'a>) {
    let Some(object) = memchr::memmem::find(stack.as_bytes(), b" {\n").and_then(|at| stack.get(at + 1..)) else {
        return;
    };
    let mut last = Raised::default();
    dump::walk(object, &mut |path, value| match (path.parent(), path.key()) {
        ("headers" | "responseHeaders", name) => headers::response(name, value, fields),
        (_, "status" | "statusCode") => last.status = scan::status(value).or(last.status),
        (_, "requestID" | "request_id") => last.x_request_id = Some(value),
        (_, "url") => fields.url = Some(value),
        ("error" | "", "code") => last.error_code = Some(value).filter(|code| scan::status(code).is_none()),
        ("error" | "", "type") => last.error_type = Some(value),
        ("error", "message") => last.message = Some(value),
        _ => {}
    });
    trace::fill(&last, fields);
    fields.error_type = last.error_type.or(fields.error_type);
}
