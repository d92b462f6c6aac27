//! What the bodies of an HTTP archive tell: the model that was asked, and the error that was answered. Nothing else of
//! them is looked at.

use crate::gather::formats::json_values::raw;
use crate::model::Fields;
use crate::text::json::{Members, Value, unescape};
use data_encoding::BASE64;

/// A body with its escapes undone.
#[derive(Debug, Default)]
pub(super) struct Body(String);

impl Body {
    /// A body as it stands in the archive; nothing where it is packed in a way of its own.
    pub(super) fn of(written: Option<Value<'_>>, encoding: Option<&str>) -> Self {
        let mut text = String::new();
        match written {
            Some(Value::Escaped(written)) => unescape(written, &mut text),
            Some(Value::Text(written)) => text.push_str(written),
            _ => {}
        }
        match encoding {
            None | Some("") => Self(text),
            Some("base64") => Self(decoded(&text)),
            Some(_) => Self::default(),
        }
    }
}

/// The bytes of base64 as text, as far as they are there: a long body was cut.
fn decoded(text: &str) -> String {
    let whole = text.len() / 4 * 4;
    let bytes = text.as_bytes().get(..whole).and_then(|whole| BASE64.decode(whole).ok());
    bytes.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Fills model, stream and service tier.
pub(super) fn of_request<'a>(body: &'a Body, fields: &mut Fields<'a>) {
    for (name, value) in Members::of(&body.0).into_iter().flatten() {
        match (name, value) {
            ("model", Value::Text(model)) => fields.model = Some(model),
            ("service_tier", Value::Text(tier)) => fields.service_tier = Some(tier),
            ("stream", Value::Word("true")) => fields.stream = Some(true),
            ("stream", Value::Word("false")) => fields.stream = Some(false),
            _ => {}
        }
    }
}

/// Fills the error; a body that is no object is shown whole, for it may be a page of somebody on the way. Shapes: OpenAI's,
/// Anthropic's and Gemini's error objects, and `detail` of OpenAI's web site.
pub(super) fn of_failure<'a>(body: &'a Body, fields: &mut Fields<'a>) {
    let text = body.0.trim_start();
    if text.is_empty() {
        return;
    }
    let error = Members::of(text)
        .into_iter()
        .flatten()
        .find_map(|(name, value)| match (name, value) {
            ("error" | "detail", Value::Object(error)) => Some(error),
            _ => None,
        });
    let Some(members) = Members::of(error.unwrap_or(text)) else {
        fields.error_message = Some(text);
        return;
    };
    for (name, value) in members {
        let said = raw(value).filter(|said| !said.is_empty() && *said != "null");
        match name {
            "message" | "detail" => fields.error_message = said.or(fields.error_message),
            "type" | "status" => fields.error_type = said.or(fields.error_type),
            "code" => fields.error_code = said.or(fields.error_code),
            _ => {}
        }
    }
}
