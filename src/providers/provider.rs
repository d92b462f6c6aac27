//! What a provider must answer: by which words, hosts, models and paths it is known, and whom to write to.

/// One provider of a language-model API. Everything that is peculiar to it stands in its own file.
pub trait Provider: Sync {
    /// `gen_ai.provider.name` of the OpenTelemetry GenAI conventions, or the closest word where they have none.
    fn name(&self) -> &'static str;

    /// The name for a reader.
    fn display_name(&self) -> &'static str;

    /// Every other word that logs use for it, lower-case with `_` for separators.
    fn spellings(&self) -> &'static [&'static str];

    /// Whether it serves this host (lower- or upper-case, without port).
    fn owns_host(&self, host: &str) -> bool;

    /// Whether a model of this name is its own.
    fn owns_model(&self, model: &str) -> bool;

    /// Whether only its API has such a path.
    fn owns_path(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Response headers that hold its request id, the surest first, lower-case.
    fn id_headers(&self) -> &'static [&'static str];

    /// Whether its ids are UUIDs, as those of proxies are too.
    fn makes_uuids(&self) -> bool {
        false
    }

    /// Where to write to, in words for a reader.
    fn support(&self) -> &'static str;

    /// What its support asks a report to name, in its words and its order.
    fn asks_for(&self) -> &'static [&'static str];

    /// Its public status page.
    fn status_page(&self) -> Option<&'static str>;
}

/// Whether a host ends in one of the names: one that begins with a dot or dash names all below it, one that ends in a dot
/// names all that begin so.
pub(super) fn host_is_one_of(host: &str, names: &[&str]) -> bool {
    let ends = |name: &str| {
        host.len() > name.len()
            && host
                .get(host.len() - name.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(name))
    };
    names.iter().any(|name| match name.as_bytes() {
        [b'.' | b'-', ..] => ends(name),
        [.., b'.'] => starts_with_one_of(host, &[name]),
        _ => host.eq_ignore_ascii_case(name),
    })
}

/// Whether a text begins with one of the words, in whatever case.
pub(super) fn starts_with_one_of(text: &str, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}
