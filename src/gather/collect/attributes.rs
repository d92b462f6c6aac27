//! The attributes of a record, worked out once for each combination of raw values.

use super::Collector;
use crate::gather::normalise;
use crate::model::{Attributes, Fields, TupleId, Vantage};
use std::sync::Arc;

/// Combinations of raw values remembered per piece; beyond it the memory starts anew, so that it is bounded.
const ATTRIBUTES_REMEMBERED: usize = 16_384;

/// The attributes of one combination of raw values, and their number in the counts.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) attributes: Arc<Attributes>,
    pub(super) tuple: TupleId,
}

impl Collector<'_> {
    /// The attributes of a record, worked out once for each combination of raw values.
    pub(super) fn attributes(&mut self, fields: &Fields<'_>, vantage: Vantage) -> Known {
        self.raw.clear();
        // The same words mean another thing in a proxy's record: a mixed source may hold both.
        self.raw.push_str(vantage.name());
        let parts = [
            fields.url,
            fields.server_address,
            fields.model,
            fields.provider,
            fields.service_tier,
            fields.project,
            fields.region,
            normalise::edge_site(fields),
            fields.proxy,
            // Each of a client's connections has a port of its own.
            fields.client.map(normalise::without_port),
            fields.host,
        ];
        for part in parts {
            if let Some(part) = part {
                self.raw.push_str(part);
            }
            self.raw.push('\u{1f}');
        }
        if let Some(known) = self.remembered.get(self.raw.as_str()) {
            return known.clone();
        }
        if self.remembered.len() >= ATTRIBUTES_REMEMBERED {
            self.remembered.clear();
        }
        let attributes = normalise::attributes(fields, vantage, self.context.host.as_ref());
        let attributes = self.context.repeated.borrow_mut().attributes(attributes);
        let tuple = self.cells.tuple(&attributes);
        let new = Known { attributes, tuple };
        self.remembered.insert(self.raw.as_str().into(), new.clone());
        new
    }
}
