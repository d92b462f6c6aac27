//! A JSON object whose values are variables: `json_format` of Envoy. Its keys stand in any order in a line.

use super::compiled::Compiled;
use super::meaning::{Meaning, Told};
use super::{CompileError, Dialect, envoy};
use crate::gather::formats::format::Unread;
use crate::gather::formats::json_values::{Unescaped, raw};
use crate::model::Fields;
use crate::text::json::{Members, Value};

/// What each key means; those of objects in objects have the keys around them in front, with dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    keys: Vec<(String, Meaning)>,
}

/// Objects in objects that are looked into: a site's template is shallow, and what is deeper is a log's own.
const DEEPEST: usize = 4;

impl Template {
    pub(super) fn of(text: &str) -> Result<Self, CompileError> {
        let mut keys = Vec::new();
        add(text, text, "", &mut keys, DEEPEST)?;
        if keys.iter().all(|(_, meaning)| *meaning == Meaning::Silent) {
            return Err(CompileError::NoVariable(Dialect::Envoy.example()));
        }
        Ok(Self { keys })
    }

    /// Whether a line is an object with more than half of the keys: those without a value may be left out.
    pub(super) fn fits(&self, line: &str) -> bool {
        let mut found = 0;
        let walked = each(line, "", DEEPEST, &mut |name, _| {
            found += usize::from(self.meaning(name).is_some());
        });
        walked.is_ok() && found * 2 > self.keys.len()
    }

    pub(super) fn read(&self, line: &str, compiled: &Compiled, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let unescaped = Unescaped::default();
        let mut fields = Fields {
            instant: compiled.instant,
            ..Fields::default()
        };
        let mut told = Told::into(&mut fields);
        let mut found = 0;
        let mut taken = Ok(());
        each(line, "", DEEPEST, &mut |name, value| {
            let Some(meaning) = self.meaning(name) else { return };
            found += 1;
            if let Some(text) = unescaped.text(value)
                && taken.is_ok()
            {
                taken = told.take(meaning, if text == "null" { "-" } else { text });
            }
        })?;
        taken?;
        if found == 0 {
            return Err(Unread::NotThisFormat);
        }
        let has_target = self.keys.iter().any(|(_, meaning)| meaning.is_target());
        if told.finish(compiled.dialect, has_target) {
            emit(&fields);
        }
        Ok(())
    }

    fn meaning(&self, name: &str) -> Option<Meaning> {
        let found = self.keys.iter().find(|(key, _)| key == name);
        found.map(|(_, meaning)| *meaning)
    }
}

/// Adds the keys of an object of a template; `whole` is all of it, for the places.
fn add(whole: &str, object: &str, around: &str, keys: &mut Vec<(String, Meaning)>, deep: usize) -> Result<(), CompileError> {
    let place = |text: &str| {
        let at = (text.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
        whole.get(..at).map_or(1, |before| before.chars().count() + 1)
    };
    let unterminated = || CompileError::Unterminated { at: place(object) };
    let mut members = Members::of(object).ok_or_else(unterminated)?;
    for (name, value) in members.by_ref() {
        let name = format!("{around}{name}");
        match value {
            Value::Object(inner) if deep > 0 => add(whole, inner, &format!("{name}."), keys, deep - 1)?,
            value => {
                if let Some(text) = raw(value) {
                    keys.push((name, envoy::only(text, place(text))?));
                }
            }
        }
    }
    if members.is_whole() { Ok(()) } else { Err(unterminated()) }
}

/// Every value of an object and of those in it.
fn each<'a>(object: &'a str, around: &str, deep: usize, of: &mut dyn FnMut(&str, Value<'a>)) -> Result<(), Unread> {
    let mut members = Members::of(object).ok_or(Unread::NotThisFormat)?;
    for (name, value) in members.by_ref() {
        match value {
            Value::Object(inner) if deep > 0 => each(inner, &format!("{around}{name}."), deep - 1, of)?,
            value if around.is_empty() => of(name, value),
            value => of(&format!("{around}{name}"), value),
        }
    }
    if members.is_whole() { Ok(()) } else { Err(Unread::CutShort) }
}
