//! Counts a success that is parsed, and samples its ids.

use super::Collector;
use super::attributes::Known;
use super::kept::tokens;
use super::moments::duration;
use crate::gather::normalise::{self, End};
use crate::model::{Attributes, Cell, Dimension, Fields, Grain, Instant, Name, SampledId, Time, TokensUsed, Vantage, id_hash};

impl Collector<'_> {
    pub(super) fn success(&mut self, line: u64, fields: &Fields<'_>, vantage: Vantage, time: Time) {
        let duration = duration(fields);
        let ended = if fields.instant == Instant::Start {
            time.plus_ms(i64::from(duration.unwrap_or(0)))
        } else {
            time
        };
        let provider_id = normalise::provider_id_shaped(fields);
        let client_id = fields.x_client_request_id;
        if let Some(wanted) = self.context.wanted {
            let started = ended.plus_ms(-i64::from(duration.unwrap_or(0)));
            let by_id = client_id.is_some_and(|id| wanted.wants_id(&self.context.name, id, ended));
            if by_id || wanted.wants_end(&self.context.name, fields.grain, started, ended) {
                self.keep(line, fields, vantage, time, End::SUCCESS);
            }
            return;
        }
        let Known { attributes, tuple } = self.attributes(fields, vantage);
        self.sample(provider_id, client_id, ended, duration, &attributes);
        self.note_saver(client_id.map(id_hash), fields.grain);
        if fields.grain == Grain::Start {
            return;
        }
        self.count_provider_id(provider_id.is_some());
        self.count_client_id(client_id.is_some(), duration, fields.attempt.is_some());
        let later = fields.attempt.is_some_and(|attempt| attempt > 1);
        if later {
            // It saved its call: there are no more of these than failures.
            self.keep(line, fields, vantage, time, End::SUCCESS);
        }
        let cell = Cell {
            ok: 1,
            ok_later: u32::from(later),
        };
        let grain = if normalise::is_tunnel(fields, vantage) {
            Grain::Tunnel
        } else {
            fields.grain
        };
        let has_no_time = fields.timestamp.is_none() && self.outer.stamp.is_none();
        // A log that is cut into pieces may lose the next stamp to another piece.
        let is_whole = self.starts.is_some();
        if has_no_time && is_whole && vantage == Vantage::Proxy && grain == Grain::Attempt && !later {
            self.waiting.hold(tuple, time);
            return;
        }
        self.cells.add(ended, grain, tuple, cell);
        self.count_tokens(fields, &attributes);
        // A tunnel's duration is how long it stood open.
        let is_tunnel = fields.method.is_some_and(|method| method.eq_ignore_ascii_case("CONNECT"));
        if let Some(ms) = duration.filter(|_| !is_tunnel) {
            self.cells.add_took(ended, tuple, ms);
        }
        if vantage == Vantage::Application {
            let until = if fields.instant == Instant::Unknown {
                i64::from(duration.unwrap_or(0))
            } else {
                0
            };
            self.cells.add_if_start(ended.plus_ms(until), fields.grain, tuple, cell);
        }
    }

    /// Adds up what a success used: from it, what a failure cost is estimated.
    pub(super) fn count_tokens(&mut self, fields: &Fields<'_>, attributes: &Attributes) {
        let (Some(tokens), Some(model)) = (tokens(fields), attributes.get(Dimension::Model)) else {
            return;
        };
        let used = TokensUsed {
            records: 1,
            input: u64::from(tokens.input),
            output: u64::from(tokens.output),
        };
        match self.rollup.tokens.get_mut(model) {
            Some(sum) => sum.add(used),
            None => {
                self.rollup.tokens.insert(Name::clone(model), used);
            }
        }
    }

    fn count_provider_id(&mut self, has_id: bool) {
        if has_id {
            self.rollup.successes_with_id += 1;
        } else {
            self.rollup.successes_without_id += 1;
        }
    }

    /// Notes a success that may have saved a call, by the hash of the caller's id.
    pub(super) fn note_saver(&mut self, client_id: Option<u64>, grain: Grain) {
        self.savers.any |= grain == Grain::Call;
        if let Some(hash) = client_id {
            self.savers.note(hash);
        }
    }

    pub(super) fn count_client_id(&mut self, has_id: bool, duration: Option<u32>, numbers_attempts: bool) {
        if has_id {
            self.rollup.with_client_id += 1;
        } else {
            self.rollup.without_client_id += 1;
        }
        self.rollup.longest_ms = self.rollup.longest_ms.max(duration.unwrap_or(0));
        self.rollup.numbers_attempts |= numbers_attempts;
    }

    pub(super) fn sample(
        &mut self,
        provider_id: Option<&str>,
        client_id: Option<&str>,
        time: Time,
        duration_ms: Option<u32>,
        attributes: &Attributes,
    ) {
        self.sample_hashes(
            [provider_id, client_id].map(|id| id.map(id_hash)),
            time,
            duration_ms,
            attributes,
        );
    }

    /// The same by the hashes of the provider's and the caller's id.
    #[inline(never)]
    pub(super) fn sample_hashes(&mut self, ids: [Option<u64>; 2], time: Time, duration_ms: Option<u32>, attributes: &Attributes) {
        let is_of_fraction = |hash: &u64| hash & self.fraction == 0;
        let [provider_id, client_id] = ids.map(|hash| hash.filter(is_of_fraction));
        if provider_id.is_none() && client_id.is_none() {
            return;
        }
        let seen = || SampledId {
            time,
            duration_ms,
            client: attributes.get(Dimension::Client).cloned(),
        };
        let samples = [&mut self.rollup.provider_ids, &mut self.rollup.client_ids];
        for (sample, hash) in samples.into_iter().zip([provider_id, client_id]) {
            if let Some(hash) = hash.filter(|hash| sample.wants(*hash)) {
                sample.lay_by(hash, seen());
            }
        }
    }
}
