//! The ids of one attempt: what ties its records to each other, and what a provider looks it up by.

use super::terms::Name;
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use triomphe::ThinArc;

/// Ids that are a request's own.
const OWN: usize = 5;

/// Bytes of ids that are put together without memory of their own: those of nearly every request.
const MOST_BYTES: usize = 256;

/// The ids of one attempt. Each has passed `redact::scrub`: it has an id's shape and hides no secret.
///
/// They are cheap to clone, and lie in one piece of memory: of a million failures each id in its own took twice as much, for
/// every piece has a head and is rounded up. What many attempts have in common lies elsewhere, once.
#[derive(Clone, Default)]
pub struct Ids(Option<ThinArc<Head, u8>>);

/// What stands before the texts of a request's own ids.
#[derive(Clone, Debug)]
struct Head {
    common: Option<Arc<CommonIds>>,
    /// Where each of them ends among the texts; one that is absent ends where it begins.
    ends: [u16; OWN],
}

/// Ids that many attempts have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CommonIds {
    /// The thread or worker that wrote the record.
    pub thread: Option<Name>,
    /// The provider's organisation id.
    pub organization: Option<Name>,
}

/// What [`Ids`] are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdTexts<'t> {
    /// See [`Ids::x_request_id`].
    pub x_request_id: Option<&'t str>,
    /// See [`Ids::x_client_request_id`].
    pub x_client_request_id: Option<&'t str>,
    /// See [`Ids::gateway_request_id`].
    pub gateway_request_id: Option<&'t str>,
    /// See [`Ids::cf_ray`].
    pub cf_ray: Option<&'t str>,
    /// See [`Ids::sdk`].
    pub sdk: Option<&'t str>,
    /// What it has in common with others.
    pub common: Option<Arc<CommonIds>>,
}

impl<'t> IdTexts<'t> {
    fn own(&self) -> [Option<&'t str>; OWN] {
        [
            self.x_request_id,
            self.x_client_request_id,
            self.gateway_request_id,
            self.cf_ray,
            self.sdk,
        ]
    }
}

impl From<IdTexts<'_>> for Ids {
    /// An id that is empty is none; ids longer than 65,535 bytes in all are left out from where they pass that.
    fn from(texts: IdTexts<'_>) -> Self {
        let mut together: SmallVec<[u8; MOST_BYTES]> = SmallVec::new();
        let mut ends = [0; OWN];
        for (end, text) in ends.iter_mut().zip(texts.own()) {
            let text = text.unwrap_or_default().as_bytes();
            if u16::try_from(together.len() + text.len()).is_ok() {
                together.extend_from_slice(text);
            }
            *end = u16::try_from(together.len()).unwrap_or(u16::MAX);
        }
        let common = texts.common.filter(|common| **common != CommonIds::default());
        if together.is_empty() && common.is_none() {
            return Self(None);
        }
        Self(Some(ThinArc::from_header_and_slice(Head { common, ends }, &together)))
    }
}

impl Ids {
    /// The provider's id and the caller's.
    #[must_use]
    pub fn new(x_request_id: Option<&str>, x_client_request_id: Option<&str>) -> Self {
        Self::from(IdTexts {
            x_request_id,
            x_client_request_id,
            ..IdTexts::default()
        })
    }

    /// One of the request's own.
    #[inline]
    fn own(&self, place: usize) -> Option<&str> {
        let held = self.0.as_ref()?;
        let ends = &held.header.header.ends;
        let begin = place.checked_sub(1).map_or(Some(&0), |before| ends.get(before))?;
        let text = held.slice.get(usize::from(*begin)..usize::from(*ends.get(place)?))?;
        std::str::from_utf8(text).ok().filter(|text| !text.is_empty())
    }

    /// The provider's id (`x-request-id`, `request-id`, `apim-request-id`).
    #[inline]
    #[must_use]
    pub fn x_request_id(&self) -> Option<&str> {
        self.own(0)
    }

    /// The caller's id.
    #[inline]
    #[must_use]
    pub fn x_client_request_id(&self) -> Option<&str> {
        self.own(1)
    }

    /// An id a proxy made itself; never passed off as the provider's.
    #[must_use]
    pub fn gateway_request_id(&self) -> Option<&str> {
        self.own(2)
    }

    /// The provider's edge.
    #[must_use]
    pub fn cf_ray(&self) -> Option<&str> {
        self.own(3)
    }

    /// The SDK's id of the attempt, or of the first attempt it retries.
    #[must_use]
    pub fn sdk(&self) -> Option<&str> {
        self.own(4)
    }

    /// What they have in common with others.
    #[must_use]
    pub fn common(&self) -> Option<&Arc<CommonIds>> {
        self.0.as_ref()?.header.header.common.as_ref()
    }

    /// The thread or worker that wrote the record.
    #[must_use]
    pub fn thread(&self) -> Option<&str> {
        self.common()?.thread.as_deref()
    }

    /// The provider's organisation id.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.common()?.organization.as_deref()
    }

    /// What they are made of.
    #[must_use]
    pub fn texts(&self) -> IdTexts<'_> {
        IdTexts {
            x_request_id: self.x_request_id(),
            x_client_request_id: self.x_client_request_id(),
            gateway_request_id: self.gateway_request_id(),
            cf_ray: self.cf_ray(),
            sdk: self.sdk(),
            common: self.common().cloned(),
        }
    }

    /// Those that are of a request or a call; a thread and an organisation have many.
    pub fn of_request(&self) -> impl Iterator<Item = &str> {
        (0..OWN).filter_map(|place| self.own(place))
    }

    /// Every id, in the order of the fields of [`IdTexts`] and [`CommonIds`].
    #[must_use]
    pub fn each(&self) -> [Option<&str>; OWN + 2] {
        [
            self.x_request_id(),
            self.x_client_request_id(),
            self.gateway_request_id(),
            self.cf_ray(),
            self.sdk(),
            self.thread(),
            self.organization(),
        ]
    }

    /// Those that [`Ids::each`] tells, in its order.
    #[must_use]
    pub fn of_each(each: [Option<Name>; OWN + 2]) -> Self {
        let [
            x_request_id,
            x_client_request_id,
            gateway_request_id,
            cf_ray,
            sdk,
            thread,
            organization,
        ] = each;
        Self::from(IdTexts {
            x_request_id: x_request_id.as_deref(),
            x_client_request_id: x_client_request_id.as_deref(),
            gateway_request_id: gateway_request_id.as_deref(),
            cf_ray: cf_ray.as_deref(),
            sdk: sdk.as_deref(),
            common: Some(Arc::new(CommonIds { thread, organization })),
        })
    }

    /// Whether both lie in one place, and so are the same.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(mine), Some(theirs)) => std::ptr::eq(&mine.slice, &theirs.slice),
            (None, None) => true,
            _ => false,
        }
    }

    /// The same with what `change` gives in the place of some; `None` where all stay.
    #[must_use]
    pub fn changed(&self, mut change: impl FnMut(&str) -> Option<Name>) -> Option<Self> {
        let changed = self.each().map(|id| change(id?));
        if changed.iter().all(Option::is_none) {
            return None;
        }
        let mut all = self.each().map(|id| id.map(Name::from));
        for (id, changed) in all.iter_mut().zip(changed) {
            *id = changed.or(id.take());
        }
        Some(Self::of_each(all))
    }

    /// Fills what is absent here from `other`.
    pub fn fill_from(&mut self, other: &Self) {
        let (mine, theirs) = (self.texts(), other.texts());
        let common = match (&mine.common, &theirs.common) {
            (Some(mine), Some(theirs)) if mine != theirs => Some(Arc::new(CommonIds {
                thread: mine.thread.clone().or_else(|| theirs.thread.clone()),
                organization: mine.organization.clone().or_else(|| theirs.organization.clone()),
            })),
            (mine, theirs) => mine.clone().or_else(|| theirs.clone()),
        };
        *self = Self::from(IdTexts {
            x_request_id: mine.x_request_id.or(theirs.x_request_id),
            x_client_request_id: mine.x_client_request_id.or(theirs.x_client_request_id),
            gateway_request_id: mine.gateway_request_id.or(theirs.gateway_request_id),
            cf_ray: mine.cf_ray.or(theirs.cf_ray),
            sdk: mine.sdk.or(theirs.sdk),
            common,
        });
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts().fmt(formatter)
    }
}

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        self.is_same_as(other) || self.each() == other.each()
    }
}

impl Eq for Ids {}

impl PartialOrd for Ids {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ids {
    fn cmp(&self, other: &Self) -> Ordering {
        self.each().cmp(&other.each())
    }
}

impl Hash for Ids {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.each().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{CommonIds, IdTexts, Ids};
    use crate::model::Name;
    use std::sync::Arc;

    fn of_thread(thread: &str) -> Option<Arc<CommonIds>> {
        Some(Arc::new(CommonIds {
            thread: Some(Name::from(thread)),
            organization: None,
        }))
    }

    #[test]
    fn no_ids_are_nowhere() {
        let ids = Ids::from(IdTexts {
            x_request_id: Some(""),
            common: Some(Arc::default()),
            ..IdTexts::default()
        });
        assert!(ids.0.is_none());
    }

    #[test]
    fn every_id_is_told_as_it_was_given() {
        let texts = IdTexts {
            x_request_id: Some("req_1"),
            x_client_request_id: None,
            gateway_request_id: Some("gateway"),
            cf_ray: Some("8c1"),
            sdk: Some("log_1"),
            common: of_thread("worker_1"),
        };
        let ids = Ids::from(texts.clone());
        assert_eq!(ids.texts(), texts);
        let each = ids.each().map(|id| id.unwrap_or("-"));
        assert_eq!(each, ["req_1", "-", "gateway", "8c1", "log_1", "worker_1", "-"]);
    }

    #[test]
    fn an_id_longer_than_any_is_left_out() {
        let long = "a".repeat(70_000);
        let ids = Ids::new(Some(&long), Some("client"));
        assert_eq!((ids.x_request_id(), ids.x_client_request_id()), (None, Some("client")));
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let mut ids = Ids::from(IdTexts {
            common: of_thread("worker_1"),
            ..IdTexts::default()
        });
        ids.fill_from(&Ids::from(IdTexts {
            x_request_id: Some("req_1"),
            sdk: Some("log_1"),
            common: of_thread("worker_2"),
            ..IdTexts::default()
        }));
        let texts = ids.each().map(|id| id.unwrap_or("-"));
        assert_eq!(texts, ["req_1", "-", "-", "-", "log_1", "worker_1", "-"]);
    }
}
