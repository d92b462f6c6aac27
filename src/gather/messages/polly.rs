//! What Polly's telemetry logs of an attempt: its standard handler is how .NET's HTTP clients try again.

use super::said::Said;
use super::{prose, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `Execution attempt. Source: 'openai-standard//Standard-Retry', …, Result: 'The operation was canceled.', …` with
/// its exception under it (Polly `src/Polly.Extensions/Telemetry/Log.cs`). An attempt that was answered has the client's own
/// line; one that broke or took too long has this alone.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let source = line.strip_prefix("Execution attempt. Source: '")?.split('\'').next()?;
    let result = scan::between(line, ", Result: '", '\'')?;
    if scan::status(result).is_some() || !names_llm_client(source.split(['-', '/']).next()?) {
        return Some(Said::Other);
    }
    fields.ok = Some(false);
    fields.duration_ms = scan::between(line, ", Execution Time: '", '\'').and_then(|time| time.parse().ok());
    fields.text = Some(rest).filter(|rest| !rest.trim().is_empty()).or(Some(result));
    fields.grain = Grain::Attempt;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

/// Whether a client is named after an LLM or its maker: `openai`, `AnthropicClient`, `mistral`.
pub(super) fn names_llm_client(name: &str) -> bool {
    prose::names_llm(name) || providers::by_spelling(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn said(source: &str, result: &str) -> Option<Said> {
        let line = format!(
            "Execution attempt. Source: '{source}', Operation Key: '', Result: '{result}', Handled: 'True', Attempt: '1', \
             Execution Time: '10003.4'"
        );
        read(
            &line,
            "System.Threading.Tasks.TaskCanceledException: x",
            &mut Fields::default(),
        )
    }

    #[test]
    fn an_attempt_that_was_not_answered_is_told_here_alone() {
        let source = "openai-standard//Standard-Retry";
        assert_eq!(said(source, "The operation was canceled."), Some(Said::AboutACall));
        assert_eq!(said(source, "503"), Some(Said::Other));
    }

    #[test]
    fn another_clients_attempt_is_about_no_call() {
        assert_eq!(
            said("orders-standard//Standard-Retry", "The operation was canceled."),
            Some(Said::Other)
        );
    }
}
