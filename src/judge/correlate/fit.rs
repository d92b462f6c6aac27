//! Whether two views may be of one attempt, and how near they are.

use super::view::View;
use crate::model::{Dimension, Method, Millis, Name, Outcome};
use std::cmp::Reverse;

/// Milliseconds between two records of one attempt on corrected clocks (classification B3.3).
pub(super) const TOLERANCE_MS: i64 = 2_000;

/// Milliseconds between two views of one attempt.
pub(super) fn distance(view: &View, theirs: Option<&View>) -> i64 {
    theirs.map_or(i64::MAX, |theirs| theirs.time.since(view.time).abs())
}

/// The nearest in time first; of the hops of one request the one that took longest, for it waits for the one behind it.
pub(super) fn nearest(view: &View, theirs: Option<&View>) -> (i64, Reverse<Option<Millis>>) {
    let took = theirs.and_then(|theirs| theirs.duration_ms);
    (distance(view, theirs), Reverse(took))
}

pub(super) fn in_conflict(mine: Option<&str>, theirs: Option<&str>) -> bool {
    matches!((mine, theirs), (Some(a), Some(b)) if a != b)
}

/// Equal status, or a broken exchange whose proxy line says that the client left or that the proxy failed.
pub(super) fn ends_fit(mine: &View, theirs: &View) -> bool {
    match (mine.outcome, theirs.outcome) {
        (Outcome::Transport(_), Outcome::Caller(crate::model::CallerKind::ClientCancel, _) | Outcome::Transport(_)) => true,
        (a, b) => a.status().is_some() && a.status() == b.status(),
    }
}

/// Whether a proxy's line may tell the end of an attempt otherwise: not where the application was never connected, for what
/// sends nothing has no line with its id, and the status there is another attempt's.
pub(super) fn ends_may_differ(mine: &View, theirs: &View) -> bool {
    use crate::model::TransportError::{Connect, Dns, Tls};
    !matches!(mine.outcome, Outcome::Transport(Dns | Connect | Tls)) || theirs.outcome.status().is_none()
}

/// Whether a proxy's view is of a tunnel: it knows the host and nothing of the request.
fn is_tunnel(theirs: &View) -> bool {
    theirs.method == Some(Method::Connect)
}

/// Whether two views name one endpoint.
pub(super) fn is_one_endpoint(mine: &View, theirs: &View) -> bool {
    let endpoint = |view: &View| view.attributes.get(Dimension::Endpoint).cloned();
    is_tunnel(theirs) || endpoint(mine).is_some() && endpoint(mine) == endpoint(theirs)
}

/// Whether an application's view names no endpoint, as an SDK's exception does not, and has the status of a proxy's.
pub(super) fn is_of_no_endpoint(mine: &View, theirs: &View) -> bool {
    mine.attributes.get(Dimension::Endpoint).is_none()
        && mine.outcome.status().is_some()
        && mine.outcome.status() == theirs.outcome.status()
}

/// Whether an application's view tells nothing of how it failed, and a proxy's of a failing answer may be that of it.
pub(super) fn is_of_untold_end(mine: &View, theirs: &View) -> bool {
    let is_of_one = mine.attributes.get(Dimension::Endpoint).is_none() || is_one_endpoint(mine, theirs);
    mine.is_of_untold_end() && matches!(theirs.outcome, Outcome::Status(_)) && is_of_one
}

/// Whether ids and hosts allow two views to be of one attempt. Behind a gateway the two name different
/// hosts, so server addresses only speak where both name a provider's.
pub(super) fn may_be_one(mine: &View, theirs: &View) -> bool {
    let server = |view: &View| {
        view.attributes
            .get(Dimension::ServerAddress)
            .filter(|host| crate::providers::by_host(host).is_some())
            .cloned()
    };
    let both_differ = |a: Option<Name>, b: Option<Name>| in_conflict(a.as_deref(), b.as_deref());
    let both_have_an_id = mine.known_client_id().is_some() && theirs.ids.x_client_request_id().is_some()
        || mine.ids.x_request_id().is_some() && theirs.ids.x_request_id().is_some();
    !both_have_an_id && !both_differ(server(mine), server(theirs))
}

#[cfg(test)]
mod tests {
    use super::is_of_untold_end;
    use crate::judge::correlate::view::View;
    use crate::model::{Fact, Observation, Outcome, Time, TransportError};

    #[test]
    fn a_failure_of_which_only_the_retry_is_told_fits_a_failing_answer_and_a_broken_connection_does_not() {
        let view = |outcome: Outcome, fact: Option<Fact>| {
            let mut view = View::of(0, &Observation::ended(Time(0), outcome));
            view.fact = fact;
            view
        };
        let (untold, answer) = (Outcome::Transport(TransportError::Other), Outcome::Status(503));
        let fits = |fact: Option<Fact>, theirs: Outcome| is_of_untold_end(&view(untold, fact), &view(theirs, None));
        let told = [
            fits(None, answer),
            fits(Some(Fact::ProviderBody), answer),
            fits(Some(Fact::SentUnanswered), answer),
            fits(None, Outcome::Transport(TransportError::Reset)),
        ];
        assert_eq!(told, [true, true, false, false]);
    }
}
