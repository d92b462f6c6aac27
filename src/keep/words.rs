//! Names and constants of a stored value, each written once and pointed to by number.

use crate::model::{Attributes, Dimension, Name, Shared};
use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The number of a name or of a combination of attributes; 0 means none.
pub(super) type Number = u32;

/// The names and the combinations of attributes that a stored value uses.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tables {
    names: Vec<String>,
    attributes: Vec<[Number; Dimension::COUNT]>,
}

/// Numbers what a value uses while it is written.
#[derive(Default)]
pub(super) struct Numbering {
    pub(super) tables: Tables,
    names: AHashMap<String, Number>,
    attributes: AHashMap<Attributes, Number>,
}

impl Numbering {
    /// The number of a name.
    pub(super) fn name(&mut self, name: Option<&str>) -> Number {
        let Some(name) = name else {
            return 0;
        };
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        self.tables.names.push(name.to_owned());
        let number = Number::try_from(self.tables.names.len()).unwrap_or(0);
        self.names.insert(name.to_owned(), number);
        number
    }

    /// The number of a combination of attributes.
    pub(super) fn attributes(&mut self, attributes: &Attributes) -> Number {
        if let Some(number) = self.attributes.get(attributes) {
            return *number;
        }
        let values = Dimension::ALL.map(|dimension| self.name(attributes.get(dimension).map(AsRef::as_ref)));
        self.tables.attributes.push(values);
        let number = Number::try_from(self.tables.attributes.len()).unwrap_or(0);
        self.attributes.insert(attributes.clone(), number);
        number
    }
}

/// What the numbers of a value mean while it is read.
pub(super) struct Meanings {
    names: Vec<Name>,
    attributes: Vec<Arc<Attributes>>,
}

impl Meanings {
    pub(super) fn of(tables: Tables) -> Self {
        let names: Vec<Name> = tables.names.into_iter().map(Name::from).collect();
        let name = |number: Number| {
            usize::try_from(number)
                .ok()?
                .checked_sub(1)
                .and_then(|at| names.get(at))
                .cloned()
        };
        let mut others = Shared::default();
        let attributes = tables.attributes.iter().map(|numbers| {
            let mut attributes = Attributes::default();
            for (dimension, number) in Dimension::ALL.into_iter().zip(numbers) {
                attributes.set(dimension, name(*number));
            }
            Arc::new(attributes.shared(&mut others))
        });
        let attributes = attributes.collect();
        Self { names, attributes }
    }

    pub(super) fn name(&self, number: Number) -> Option<Name> {
        self.names.get(usize::try_from(number).ok()?.checked_sub(1)?).cloned()
    }

    pub(super) fn attributes(&self, number: Number) -> Option<Arc<Attributes>> {
        self.attributes.get(usize::try_from(number).ok()?.checked_sub(1)?).cloned()
    }
}

/// Constants of the program that were stored: read back, they are constants again. There are as many as the program has
/// formats and sentences, and each is made once.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeSet<&'static str>);

impl Constants {
    pub(super) fn constant(&mut self, word: &str) -> &'static str {
        if let Some(known) = self.0.get(word) {
            return known;
        }
        let word: &'static str = word.to_owned().leak();
        self.0.insert(word);
        word
    }
}
