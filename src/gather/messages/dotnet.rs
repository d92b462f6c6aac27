//! What .NET's HTTP client raises, under a line that names an LLM: the exceptions themselves are any service's.

use super::{exception, prose};

/// Classes that the client raises for an exchange that broke.
const CLIENTS: [&str; 4] = [
    "System.Net.Http.HttpRequestException",
    "System.Net.Http.HttpIOException",
    "System.Threading.Tasks.TaskCanceledException",
    "System.TimeoutException",
];

/// Whether the exception under a failed call's line is the HTTP client's. `System.ClientModel` gathers those of all its
/// tries in one: `System.AggregateException: Retry failed after 4 tries. …`.
pub(super) fn broke(line: &str, rest: &str) -> bool {
    let Some((class, text)) = exception::class(rest.trim_start()) else {
        return false;
    };
    let is_clients =
        CLIENTS.contains(&class) || class == "System.AggregateException" && text.trim_start().starts_with("Retry failed after ");
    is_clients && (prose::names_llm(line) || prose::model(line).is_some())
}
