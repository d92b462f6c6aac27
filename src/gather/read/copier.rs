//! Copies what was read of small logs to one place, each as close as it can lie.
//!
//! A worker makes what stays among what it needs for a moment. Of a hundred thousand logs the gaps between weighed as much
//! as the logs.

use super::parts::Parts;
use crate::gather::repeated::Repeated;
use crate::model::{Alike, CommonIds, IdTexts, Ids, Name, Observation, SourceRollup};

/// What the copies have in common.
#[derive(Default)]
pub(in crate::gather) struct Copier {
    repeated: Repeated,
}

impl Copier {
    /// A copy that shares nothing with what it is of.
    pub(in crate::gather) fn copy(&mut self, parts: &Parts) -> Parts {
        let origins = parts.origins.iter();
        Parts {
            rollup: Box::new(self.rollup(&parts.rollup)),
            origins: origins
                .map(|(name, origin)| (Name::from(&**name), self.rollup(origin)))
                .collect(),
            newlines: parts.newlines.clone(),
            savers: parts.savers.clone(),
            trouble: parts.trouble.clone(),
            sightings: parts.sightings.clone(),
        }
    }

    fn rollup(&mut self, of: &SourceRollup) -> SourceRollup {
        let mut copy = of.clone();
        for word in [&mut copy.host, &mut copy.time_zone].into_iter().flatten() {
            self.word(word);
        }
        copy.tokens = std::mem::take(&mut copy.tokens)
            .into_iter()
            .map(|(model, used)| (self.repeated.word(&model), used))
            .collect();
        for attributes in copy.cells.combinations_mut() {
            *attributes = self.repeated.attributes((**attributes).clone());
        }
        for sample in [&mut copy.provider_ids, &mut copy.client_ids] {
            sample.settle();
            sample.clients_mut().for_each(|client| self.word(client));
        }
        let observations = copy.observations.held_mut().into_iter().flatten();
        observations.for_each(|seen| self.observation(seen));
        copy
    }

    fn word(&mut self, word: &mut Name) {
        *word = self.repeated.word(word);
    }

    fn observation(&mut self, seen: &mut Observation) {
        seen.ids = self.ids(&seen.ids);
        let mut alike = Alike::clone(&seen.alike);
        alike.attributes = self.repeated.attributes((*alike.attributes).clone());
        if let Some(error) = &mut alike.error {
            let mut said = (**error).clone();
            for word in [&mut said.error_type, &mut said.error_code].into_iter().flatten() {
                self.word(word);
            }
            *error = self.repeated.error(said);
        }
        if let Some(upstream) = &mut alike.upstream {
            let mut copy = (**upstream).clone();
            copy.address.iter_mut().for_each(|address| self.word(address));
            *upstream = self.repeated.upstream(copy);
        }
        seen.alike = self.repeated.alike(alike);
    }

    fn ids(&mut self, of: &Ids) -> Ids {
        let [thread, organization] = [of.thread(), of.organization()].map(|id| id.map(|id| self.repeated.word(id)));
        let common = self.repeated.common_ids(CommonIds { thread, organization });
        self.repeated.ids(IdTexts {
            common: Some(common),
            ..of.texts()
        })
    }
}
