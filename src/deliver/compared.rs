//! What failed of each value of an attribute within a window, a line each.

use super::phrases::{count, inert};
use crate::model::{ControlGroup, Dimension, Window};

/// Values told; the rest are counted.
const TOLD: usize = 6;

/// The attributes and the words before their values.
const WORDS: [(Dimension, &str); 6] = [
    (Dimension::Surface, "by kind"),
    (Dimension::Proxy, "by proxy"),
    (Dimension::Host, "by host"),
    (Dimension::ServerAddress, "by server"),
    (Dimension::Model, "by model"),
    (Dimension::Endpoint, "by path"),
];

/// One line for each attribute of which several values can be compared, or whose only value the scope does not say.
pub(super) fn comparisons(window: &Window) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for (dimension, word) in WORDS {
        let groups = window.case.groups.iter().filter(|group| group.dimension == dimension);
        let groups: Vec<&ControlGroup> = groups.collect();
        if is_told(window, dimension, &groups) {
            lines.push((word, values(window, &groups)));
        }
    }
    let by_proxy_logs = !lines.iter().any(|(word, _)| *word == "by proxy") && window.case.proxies.len() > 1;
    if by_proxy_logs {
        let told = window.case.proxies.iter().map(|log| {
            format!(
                "{} {} of {}",
                inert(&log.proxy),
                count(log.share.failed),
                count(log.share.attempts)
            )
        });
        lines.insert(0, ("by proxy", line(told)));
    }
    lines
}

fn is_told(window: &Window, dimension: Dimension, groups: &[&ControlGroup]) -> bool {
    // Counts over more than the scope compare only what took another way, not what was asked for.
    let is_way = matches!(dimension, Dimension::Proxy | Dimension::Host);
    if groups.iter().any(|group| group.wider) && !is_way {
        return false;
    }
    match groups {
        [] => false,
        // What all of it was asked of is told where the scope does not say it.
        [one] => {
            let is_what = matches!(dimension, Dimension::ServerAddress | Dimension::Model | Dimension::Endpoint);
            is_what && !window.scope.values.contains_key(&dimension) && one.share.attempts == window.attempts
        }
        _ => true,
    }
}

fn values(window: &Window, groups: &[&ControlGroup]) -> String {
    let told = groups.iter().map(|group| {
        let failed = format!("{} {}", inert(&group.value), count(group.share.failed));
        if group.told_by_failures {
            return failed;
        }
        format!("{failed} of {}", count(group.share.attempts))
    });
    let untold = if !window.only_failures && groups.iter().any(|group| group.told_by_failures) {
        "; what went well names none"
    } else if groups.iter().any(|group| group.wider) {
        "; of all their traffic"
    } else {
        ""
    };
    format!("{}{untold}", line(told))
}

fn line(values: impl ExactSizeIterator<Item = String>) -> String {
    let more = values.len().saturating_sub(TOLD);
    let told = values.take(TOLD).collect::<Vec<_>>().join("; ");
    match more {
        0 => told,
        more => format!("{told}; {more} more"),
    }
}
