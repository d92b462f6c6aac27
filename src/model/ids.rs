//! The ids of one attempt: what ties its records to each other, and what a provider looks it up by.

use super::shared::Shared;
use super::terms::Name;
use std::ops::Deref;
use std::sync::Arc;

/// The ids of one attempt. Each has passed `redact::scrub`: it has an id's shape and hides no secret.
///
/// Most attempts have one or two, and say the same thread as thousands of others: what is rarer or shared lies elsewhere, which
/// makes an attempt's ids half as large.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ids {
    /// The provider's id (`x-request-id`, `request-id`, `apim-request-id`).
    pub x_request_id: Option<Name>,
    /// The caller's id.
    pub x_client_request_id: Option<Name>,
    /// The others, where there are any.
    others: Option<Arc<OtherIds>>,
}

/// The ids that few attempts have, and those that many have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherIds {
    /// An id a proxy made itself; never passed off as the provider's.
    pub gateway_request_id: Option<Name>,
    /// The provider's edge.
    pub cf_ray: Option<Name>,
    /// The SDK's id of the attempt, or of the first attempt it retries.
    pub sdk: Option<Name>,
    /// The thread or worker that wrote the record.
    pub thread: Option<Name>,
    /// The provider's organisation id.
    pub organization: Option<Name>,
}

/// What [`Ids`] without others read as.
const NO_OTHERS: &OtherIds = &OtherIds {
    gateway_request_id: None,
    cf_ray: None,
    sdk: None,
    thread: None,
    organization: None,
};

impl Deref for Ids {
    type Target = OtherIds;

    fn deref(&self) -> &OtherIds {
        self.others.as_deref().unwrap_or(NO_OTHERS)
    }
}

impl Ids {
    /// The provider's id and the caller's.
    #[must_use]
    pub fn new(x_request_id: Option<Name>, x_client_request_id: Option<Name>) -> Self {
        Self {
            x_request_id,
            x_client_request_id,
            others: None,
        }
    }

    /// The same with these others.
    #[must_use]
    pub fn with(self, others: OtherIds) -> Self {
        let others = (others != *NO_OTHERS).then(|| Arc::new(others));
        Self { others, ..self }
    }

    /// The same with the others of `like`, which are not held twice.
    #[must_use]
    pub fn with_those_of(self, like: &Self) -> Self {
        Self {
            others: like.others.clone(),
            ..self
        }
    }

    /// Every id, in the order of the fields.
    #[must_use]
    pub fn each(&self) -> [&Option<Name>; 7] {
        let others: &OtherIds = self;
        [
            &self.x_request_id,
            &self.x_client_request_id,
            &others.gateway_request_id,
            &others.cf_ray,
            &others.sdk,
            &others.thread,
            &others.organization,
        ]
    }

    /// Changes the others.
    pub fn change_others(&mut self, change: impl FnOnce(&mut OtherIds)) {
        change(Arc::make_mut(self.others.get_or_insert_default()));
        self.others.take_if(|others| **others == *NO_OTHERS);
    }

    /// Changes every id, in the order of the fields.
    pub fn change_each(&mut self, mut change: impl FnMut(&mut Option<Name>)) {
        change(&mut self.x_request_id);
        change(&mut self.x_client_request_id);
        self.change_others(|others| {
            let OtherIds {
                gateway_request_id,
                cf_ray,
                sdk,
                thread,
                organization,
            } = others;
            [gateway_request_id, cf_ray, sdk, thread, organization]
                .into_iter()
                .for_each(change);
        });
    }

    /// Takes others that are `shared` with further ids in the place of equal ones, unless they are of this request alone.
    pub fn share(&mut self, shared: &mut Shared<OtherIds>) {
        let is_common = self.gateway_request_id.is_none() && self.cf_ray.is_none() && self.sdk.is_none();
        self.others = self
            .others
            .take()
            .map(|others| if is_common { shared.of(others) } else { others });
    }

    /// Those that are of a request or a call; a thread and an organisation have many.
    pub fn of_request(&self) -> impl Iterator<Item = &Name> {
        self.each().into_iter().take(5).flatten()
    }

    /// Fills what is absent here from `other`.
    pub fn fill_from(&mut self, other: &Self) {
        let fill = |mine: &mut Option<Name>, theirs: &Option<Name>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        fill(&mut self.x_request_id, &other.x_request_id);
        fill(&mut self.x_client_request_id, &other.x_client_request_id);
        match (&self.others, &other.others) {
            (_, None) => {}
            (None, theirs) => self.others.clone_from(theirs),
            (Some(mine), Some(theirs)) if mine == theirs => {}
            (Some(_), Some(theirs)) => self.change_others(|mine| {
                fill(&mut mine.gateway_request_id, &theirs.gateway_request_id);
                fill(&mut mine.cf_ray, &theirs.cf_ray);
                fill(&mut mine.sdk, &theirs.sdk);
                fill(&mut mine.thread, &theirs.thread);
                fill(&mut mine.organization, &theirs.organization);
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, OtherIds};
    use crate::model::Name;

    fn of_thread(thread: &str) -> Ids {
        Ids::default().with(OtherIds {
            thread: Some(Name::from(thread)),
            ..OtherIds::default()
        })
    }

    #[test]
    fn others_that_were_taken_away_are_none() {
        let mut ids = of_thread("worker_1");
        ids.change_others(|others| others.thread = None);
        assert_eq!(ids, Ids::default());
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let mut ids = of_thread("worker_1");
        ids.fill_from(&Ids::new(Some(Name::from("req_1")), None).with(OtherIds {
            thread: Some(Name::from("worker_2")),
            sdk: Some(Name::from("log_1")),
            ..OtherIds::default()
        }));
        let texts = ids.each().map(|id| id.as_deref().unwrap_or("-"));
        assert_eq!(texts, ["req_1", "-", "-", "-", "log_1", "worker_1", "-"]);
    }

    #[test]
    fn every_id_is_changed_in_the_order_of_the_fields() {
        let mut ids = Ids::default();
        let mut number = 0;
        ids.change_each(|id| {
            number += 1;
            *id = Some(Name::from(number.to_string()));
        });
        let texts = ids.each().map(|id| id.as_deref().unwrap_or("-"));
        assert_eq!(texts, ["1", "2", "3", "4", "5", "6", "7"]);
    }
}
