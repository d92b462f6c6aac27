//! What records say over and over, held once by each worker: a failure is then its ids and numbers, and little else.

use crate::model::{Alike, Attributes, Dimension, ErrorSaid, Ids, Name, OtherIds, Others, Shared, Upstream};
use std::sync::Arc;

/// What one worker's records share, whatever source they are of.
#[derive(Default)]
pub struct Repeated {
    words: Shared<str>,
    attributes: Shared<Attributes>,
    others: Shared<Others>,
    errors: Shared<ErrorSaid>,
    upstreams: Shared<Upstream>,
    ids: Shared<Ids>,
    other_ids: Shared<OtherIds>,
    alikes: Shared<Alike>,
}

impl Repeated {
    /// A word.
    pub fn word(&mut self, word: &str) -> Name {
        self.words.of(word)
    }

    /// A combination of attributes, whose values are shared with other combinations.
    pub fn attributes(&mut self, mut attributes: Attributes) -> Arc<Attributes> {
        for dimension in Dimension::ALL {
            let word = attributes.get(dimension).map(|word| self.words.of(&**word));
            attributes.set(dimension, word);
        }
        let attributes = attributes.shared(&mut self.others);
        self.attributes.of(attributes)
    }

    /// The ids of a record. Those that name no request, but a thread at most, are many records'.
    pub fn ids(&mut self, mut ids: Ids) -> Arc<Ids> {
        ids.share(&mut self.other_ids);
        if ids.of_request().next().is_none() {
            self.ids.of(ids)
        } else {
            Arc::new(ids)
        }
    }

    /// What an error said.
    pub fn error(&mut self, said: ErrorSaid) -> Arc<ErrorSaid> {
        self.errors.of(said)
    }

    /// What a record says as others do.
    pub fn alike(&mut self, alike: Alike) -> Arc<Alike> {
        self.alikes.of(alike)
    }

    /// What a proxy knew of the way.
    pub fn upstream(&mut self, upstream: Upstream) -> Arc<Upstream> {
        self.upstreams.of(upstream)
    }
}
