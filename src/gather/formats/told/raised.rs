//! What the exceptions and errors in a structured line's values say, where its own keys do not.

use super::Told;
use crate::gather::keys::Key;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

impl<'a> Told<'a> {
    /// An SDK's exception in the line's message, error or traceback, where the line says nothing else of a call.
    pub(super) fn raised(&self, level_ok: Option<bool>) -> Option<Fields<'a>> {
        let trace = self.trace().unwrap_or("");
        let error = self.get(Key::ErrorMessage);
        let message = self.get(Key::Message).unwrap_or("");
        if error.is_none() && trace.is_empty() {
            return None;
        }
        // A line that holds an error is one, whatever its level.
        let ok = level_ok.or(Some(false));
        let read = |line: &'a str, rest: &'a str| {
            let mut fields = self.fields(ok);
            (fields.error_message, fields.text) = (None, None);
            (messages::raised(line, rest, &mut fields) == Said::AboutACall).then_some(fields)
        };
        // The answer's body as it came.
        let quoted = |error: &'a str| {
            let mut fields = self.fields(ok);
            (fields.error_message, fields.text) = (None, None);
            (messages::quoted(error, &mut fields)? == Said::AboutACall).then_some(fields)
        };
        let typed = || {
            let class = self.get(Key::ErrorType).filter(|class| messages::is_sdk_class(class))?;
            let mut fields = self.fields(ok);
            let raised = messages::exception_of(class, error.unwrap_or(message));
            fields.error_type = None;
            fields.grain = Grain::Detail;
            fields.instant = Instant::End;
            messages::attach(trace, &mut fields);
            fields.text = fields.text.or(Some(trace).filter(|trace| !trace.is_empty())).or(error);
            // The class that the trace ends in is what the program caught.
            let caught = fields.error_type;
            raised.supplement(&mut fields);
            fields.error_type = caught.or(fields.error_type);
            Some(fields)
        };
        let (first, under) = first_line(trace);
        let mut raised = typed()
            .or_else(|| error.and_then(|error| read(error, trace)))
            .or_else(|| read(message, trace))
            .or_else(|| read(first, under))
            .or_else(|| error.and_then(quoted))?;
        raised.model = raised.model.or_else(|| messages::model_in(message));
        Some(raised)
    }
}

/// The status before an error's text, as the SDKs of Node write it: bunyan and others leave the class out, for its `name`
/// is `Error` there. Only where the line tells of a call, or the stack of the SDK.
pub(super) fn nodes_status(text: &str, fields: &Fields<'_>) -> Option<u16> {
    let (status, rest) = text.split_at_checked(3)?;
    let is_sdk = || fields.text.is_some_and(|stack| stack.contains("APIError.generate"));
    let is_apart = rest.is_empty() || rest.starts_with(' ');
    let status = status.parse().ok().filter(|status| (400..600).contains(status) && is_apart)?;
    (fields.model.is_some() || is_sdk()).then_some(status)
}

/// What an exception's text in a value says, where the line's own keys do not.
pub(in crate::gather::formats) fn fill_from_exception<'a>(text: &'a str, fields: &mut Fields<'a>) {
    if let Some(raised) = messages::exception(text).or_else(|| messages::operation(text)) {
        raised.supplement(fields);
    }
}

/// What an exception within the line's message says, where the line's own keys do not.
pub(super) fn fill_from_raised<'a>(raised: &Fields<'a>, fields: &mut Fields<'a>) {
    fields.status = fields.status.or(raised.status);
    fields.error_type = fields.error_type.or(raised.error_type);
    fields.error_code = fields.error_code.or(raised.error_code);
    fields.error_message = fields.error_message.or(raised.error_message);
    fields.text = fields.text.or(raised.text);
    fields.x_request_id = fields.x_request_id.or(raised.x_request_id);
    fields.url = fields.url.or(raised.url);
}

/// Whether an error's type says by itself how a call ended. An SDK's exception with a text is read as one.
pub(super) fn names_an_end(error_type: &str, fields: &Fields<'_>) -> bool {
    let is_bare = fields.error_message.is_none() && fields.text.is_none();
    if messages::is_sdk_class(error_type) {
        is_bare
    } else {
        providers::meant(error_type).is_some()
    }
}

fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
