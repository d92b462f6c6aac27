//! What records say over and over, held once by each worker: a failure is then its ids and numbers, and little else.

use crate::model::{Alike, Attributes, CommonIds, Counting, Dimension, ErrorSaid, IdTexts, Ids, Name, Others, Shared, Upstream};
use ahash::AHashSet;
use std::sync::Arc;

/// Ids of no request held at a time: those of more threads than any site has.
const IDS_HELD: usize = 16_384;

/// What one worker's records share, whatever source they are of.
#[derive(Default)]
pub struct Repeated {
    words: Shared<str>,
    attributes: Shared<Attributes>,
    others: Shared<Others>,
    errors: Shared<ErrorSaid>,
    upstreams: Shared<Upstream>,
    /// Of those that name no request.
    ids: AHashSet<Ids>,
    common_ids: Shared<CommonIds>,
    alikes: Shared<Alike>,
    /// No counts, and room for those of the next piece.
    counting: Counting,
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

    /// What the ids of many records have in common.
    pub fn common_ids(&mut self, common: CommonIds) -> Arc<CommonIds> {
        self.common_ids.of(common)
    }

    /// The ids of a record. Those that name no request, but a thread at most, are many records'.
    pub fn ids(&mut self, texts: IdTexts<'_>) -> Ids {
        let ids = Ids::from(texts);
        if ids.of_request().next().is_some() {
            return ids;
        }
        if let Some(held) = self.ids.get(&ids) {
            return held.clone();
        }
        if self.ids.len() >= IDS_HELD {
            self.ids.clear();
        }
        self.ids.insert(ids.clone());
        ids
    }

    /// Where the successes of a piece are counted.
    pub fn counting(&mut self) -> Counting {
        std::mem::take(&mut self.counting)
    }

    /// Lays it by for the next one, with no counts in it.
    pub fn lay_by(&mut self, counting: Counting) {
        self.counting = counting;
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
