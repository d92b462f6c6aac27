//! A request to try again by hand: method, host, path and model; never a body, never a key.

use super::answer::to_fill_in;
use super::form::Form;
use crate::model::{Dimension, Part};
use crate::providers;

/// The lines of a `curl` command.
pub(super) fn curl(form: &Form, part: &Part) -> Vec<String> {
    let Some(skeleton) = form.skeleton else {
        return Vec::new();
    };
    let first = |dimension| {
        part.tally(dimension)
            .and_then(|tally| tally.named.first())
            .map(|(name, _)| &**name)
    };
    // An own gateway's name is nobody else's business; the provider's own host is what it can try.
    let host = first(Dimension::ServerAddress)
        .filter(|host| providers::by_host(host).is_some() && !host.starts_with("host-"))
        .and_then(in_shell)
        .unwrap_or(skeleton.host);
    let model = part.model.as_deref().and_then(in_shell).unwrap_or("MODEL");
    let path = path(first(Dimension::Endpoint).unwrap_or("/PATH"), host, model, part);
    let method = part
        .methods
        .named
        .first()
        .and_then(|(method, _)| in_shell(method))
        .unwrap_or("POST")
        .to_ascii_uppercase();
    let mut lines = vec![format!("curl -sS -i -X {method} 'https://{host}{path}{}' \\", skeleton.query)];
    for header in std::iter::once(&skeleton.key_header).chain(skeleton.headers) {
        lines.push(format!("  -H \"{header}\" \\"));
    }
    lines.push("  -H 'Content-Type: application/json' \\".to_owned());
    lines.push("  --data @request.json".to_owned());
    lines.push(format!(
        "request.json: {}",
        to_fill_in(&format!("smallest body with model {model} that fails, without private data"))
    ));
    lines
}

/// The provider's own path: in the findings Azure's endpoints are named as OpenAI's, and models and ids are left out.
fn path(path: &str, host: &str, model: &str, part: &Part) -> String {
    let path = path.replace("{model}", model);
    let path = in_shell(&path).unwrap_or("/PATH");
    match part.provider.as_deref() {
        Some("azure.ai.openai") => format!("/openai/deployments/{model}{}", path.strip_prefix("/v1").unwrap_or(path)),
        Some("gcp.gemini") if host.ends_with("aiplatform.googleapis.com") => {
            let action = path.rsplit('/').next().unwrap_or(path);
            format!("/v1/projects/PROJECT/locations/REGION/publishers/google/models/{action}")
        }
        _ => path.to_owned(),
    }
}

/// A word that a shell takes as it stands, even within quotes: these letters and no others.
fn in_shell(word: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'@' | b'-');
    (!word.is_empty() && !word.starts_with('-') && word.bytes().all(plain)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::in_shell;

    #[test]
    fn nothing_from_a_log_can_end_its_quotes() {
        for word in ["gpt-4'; rm -rf ~", "$(id)", "`id`", "a b", "-o", "x\ny", ""] {
            assert_eq!(in_shell(word), None, "{word}");
        }
        assert_eq!(in_shell("ft:gpt-4o:acme::abc"), Some("ft:gpt-4o:acme::abc"));
    }
}
