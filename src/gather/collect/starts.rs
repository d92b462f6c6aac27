//! What is told where a request is sent, and not where it ends: SDKs at DEBUG write the model and the caller's id there only.
//!
//! openai-node and anthropic-ts number their requests. openai-python and anthropic-sdk-python do not: an end is of the one
//! request that its thread has open, or of any of them where they agree. Where they do not, nothing is told until all of them
//! have ended.
//!
//! LiteLLM's router says which model answered, and a few milliseconds later uvicorn that the client has its answer.

use crate::model::{Fields, Name, Time};
use crate::providers::split_url;
use ahash::AHashMap;
use std::collections::VecDeque;

/// SDKs give a request up after ten minutes (`DEFAULT_TIMEOUT` of openai-python and openai-node); one more for a slow end.
const LONGEST_MS: i64 = 660_000;

/// Requests that are remembered at a time, of one thread and by their numbers: beyond it the log tells too little.
const MOST: usize = 256;

/// Threads that are remembered at a time.
const THREADS: usize = 256;

/// uvicorn's line stands so soon below the router's: 2 to 10 ms were seen, and stamps may be whole seconds.
const ANNOUNCED_MS: i64 = 2_000;

/// One request that was sent.
#[derive(Clone, Debug)]
pub(super) struct Start {
    time: Time,
    pub(super) model: Name,
    pub(super) x_client_request_id: Option<Name>,
}

/// The requests that are open.
#[derive(Debug, Default)]
pub(super) struct Starts {
    by_id: AHashMap<Box<str>, Start>,
    by_thread: AHashMap<Box<str>, Open>,
    /// Answers that are to be given, each with the end of its route.
    announced: VecDeque<(Name, Start)>,
}

/// The requests of one thread.
#[derive(Debug, Default)]
struct Open {
    starts: Vec<Start>,
    /// How many of them have ended, nobody knows which.
    ended: usize,
}

impl Start {
    /// A record of the request's end, with what its start told.
    pub(super) fn filled<'f>(&'f self, fields: &Fields<'f>) -> Fields<'f> {
        Fields {
            model: fields.model.or(Some(&self.model)),
            x_client_request_id: fields.x_client_request_id.or(self.x_client_request_id.as_deref()),
            ..fields.clone()
        }
    }
}

impl Starts {
    /// Remembers the start of a request; one that names no model tells nothing.
    pub(super) fn begin(&mut self, fields: &Fields<'_>, time: Time) {
        let Some(model) = fields.model.map(Name::from) else { return };
        let start = Start {
            time,
            model,
            x_client_request_id: fields.x_client_request_id.map(Name::from),
        };
        if let Some(id) = fields.sdk_id {
            if self.by_id.len() >= MOST {
                self.by_id.retain(|_, start| is_open(start, time));
            }
            if self.by_id.len() < MOST {
                self.by_id.insert(id.into(), start);
            }
            return;
        }
        let thread = fields.thread.unwrap_or_default();
        if self.by_thread.len() >= THREADS && !self.by_thread.contains_key(thread) {
            self.by_thread.clear();
        }
        let open = self.by_thread.entry(thread.into()).or_default();
        open.forget(time);
        if open.starts.len() >= MOST {
            *open = Open::default();
        }
        open.starts.push(start);
    }

    /// Remembers that an answer of a model's is about to be given.
    pub(super) fn announce(&mut self, fields: &Fields<'_>, time: Time) {
        let (Some(model), Some(route)) = (fields.model, fields.route) else {
            return;
        };
        self.announced
            .retain(|(_, start)| time.since(start.time).abs() <= ANNOUNCED_MS);
        if self.announced.len() < MOST {
            let start = Start {
                time,
                model: Name::from(model),
                x_client_request_id: None,
            };
            self.announced.push_back((Name::from(route), start));
        }
    }

    /// Takes the first answer that was announced for the route of one that went well.
    fn announced(&mut self, fields: &Fields<'_>, time: Time) -> Option<Start> {
        let path = split_url(fields.url.filter(|_| fields.status.is_some_and(|status| status < 400))?).path;
        let is_its = |(route, start): &(Name, Start)| path.ends_with(&**route) && time.since(start.time).abs() <= ANNOUNCED_MS;
        let at = self.announced.iter().position(is_its)?;
        self.announced.remove(at).map(|(_, start)| start)
    }

    /// Takes the start of the request whose end this is, where it can be told.
    pub(super) fn end(&mut self, fields: &Fields<'_>, time: Time) -> Option<Start> {
        if let Some(announced) = self.announced(fields, time) {
            return Some(announced);
        }
        if let Some(id) = fields.sdk_id {
            return self.by_id.remove(id).filter(|start| is_open(start, time));
        }
        self.by_thread.get_mut(fields.thread.unwrap_or_default())?.end(time)
    }
}

impl Open {
    fn forget(&mut self, time: Time) {
        self.starts.retain(|start| is_open(start, time));
        if self.ended >= self.starts.len() {
            *self = Self::default();
        }
    }

    fn end(&mut self, time: Time) -> Option<Start> {
        self.forget(time);
        let (first, others) = self.starts.split_first()?;
        let agree = others.iter().all(|start| start.model == first.model);
        if self.ended > 0 || !agree {
            self.ended += 1;
            self.forget(time);
            return None;
        }
        let is_alone = others.is_empty();
        let start = self.starts.remove(0);
        Some(Start {
            x_client_request_id: start.x_client_request_id.filter(|_| is_alone),
            ..start
        })
    }
}

fn is_open(start: &Start, time: Time) -> bool {
    time.since(start.time) <= LONGEST_MS
}

#[cfg(test)]
mod tests {
    use super::Starts;
    use crate::model::{Fields, Time};

    fn sent(model: &'static str, thread: Option<&'static str>) -> Fields<'static> {
        Fields {
            model: Some(model),
            thread,
            x_client_request_id: Some(model),
            ..Fields::default()
        }
    }

    fn model_of_end(starts: &mut Starts, end: &Fields<'_>) -> Option<String> {
        starts.end(end, Time(1_000)).map(|start| start.model.to_string())
    }

    #[test]
    fn an_end_is_of_the_one_request_that_is_open() {
        let mut starts = Starts::default();
        starts.begin(&sent("gpt-4o", None), Time(0));
        assert_eq!(model_of_end(&mut starts, &Fields::default()).as_deref(), Some("gpt-4o"));
        assert_eq!(model_of_end(&mut starts, &Fields::default()), None);
    }

    #[test]
    fn an_answer_is_of_the_model_that_was_announced_for_its_route() {
        let said = |model, route, time| {
            (
                Fields {
                    route: Some(route),
                    ..sent(model, None)
                },
                Time(time),
            )
        };
        let answer = |url, status| Fields {
            url: Some(url),
            status: Some(status),
            ..Fields::default()
        };
        let mut starts = Starts::default();
        for (said, time) in [
            said("gpt-4.1", "", -5_000),
            said("gpt-4o", "/chat/completions", 0),
            said("embed", "/embeddings", 0),
        ] {
            starts.announce(&said, time);
        }
        assert_eq!(
            model_of_end(&mut starts, &answer("/v1/embeddings", 200)).as_deref(),
            Some("embed")
        );
        assert_eq!(model_of_end(&mut starts, &answer("/v1/chat/completions", 503)), None);
        assert_eq!(
            model_of_end(&mut starts, &answer("/v1/chat/completions?x=1", 200)).as_deref(),
            Some("gpt-4o")
        );
        assert_eq!(model_of_end(&mut starts, &answer("/v1/chat/completions", 200)), None);
    }

    #[test]
    fn each_thread_has_its_own() {
        let mut starts = Starts::default();
        starts.begin(&sent("gpt-4o", Some("a")), Time(0));
        starts.begin(&sent("gpt-4.1", Some("b")), Time(0));
        let end = Fields {
            thread: Some("b"),
            ..Fields::default()
        };
        assert_eq!(model_of_end(&mut starts, &end).as_deref(), Some("gpt-4.1"));
    }

    #[test]
    fn of_two_models_nothing_is_told_until_both_have_ended() {
        let mut starts = Starts::default();
        starts.begin(&sent("gpt-4o", None), Time(0));
        starts.begin(&sent("gpt-4.1", None), Time(0));
        for _ in 0..2 {
            assert_eq!(model_of_end(&mut starts, &Fields::default()), None);
        }
        starts.begin(&sent("o3", None), Time(0));
        assert_eq!(model_of_end(&mut starts, &Fields::default()).as_deref(), Some("o3"));
    }

    #[test]
    fn two_of_one_model_share_it_and_not_the_callers_id() {
        let mut starts = Starts::default();
        starts.begin(&sent("gpt-4o", None), Time(0));
        starts.begin(&sent("gpt-4o", None), Time(0));
        let start = starts.end(&Fields::default(), Time(1)).unwrap();
        assert_eq!((&*start.model, start.x_client_request_id), ("gpt-4o", None));
    }

    #[test]
    fn a_numbered_end_is_of_its_number() {
        let mut starts = Starts::default();
        for (id, model) in [("log_a", "gpt-4o"), ("log_b", "gpt-4.1")] {
            let start = Fields {
                sdk_id: Some(id),
                ..sent(model, None)
            };
            starts.begin(&start, Time(0));
        }
        let end = Fields {
            sdk_id: Some("log_a"),
            ..Fields::default()
        };
        assert_eq!(model_of_end(&mut starts, &end).as_deref(), Some("gpt-4o"));
        assert_eq!(model_of_end(&mut starts, &end), None);
    }

    #[test]
    fn a_start_whose_end_was_not_logged_is_forgotten() {
        let mut starts = Starts::default();
        starts.begin(&sent("gpt-4o", None), Time(0));
        assert!(starts.end(&Fields::default(), Time(700_000)).is_none());
    }
}
