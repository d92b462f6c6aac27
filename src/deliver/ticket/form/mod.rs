//! What a provider's support asks for: the kinds of field, and which form is whose.

mod tables;

use tables::{ANY_WEB, COMPATIBLE, FORMS};

/// What a field holds, and so where its answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The organisation's id, from the response's headers.
    Organization,
    /// The provider's project.
    Project,
    /// Method and path.
    Endpoint,
    /// The model as it was sent.
    Model,
    /// An Azure deployment: it stands where others have the model.
    Deployment,
    /// Whose model it is behind the deployment or the gateway: no log tells.
    Fill(&'static str),
    /// The service tier.
    Tier,
    /// The region, as far as the host's name tells it.
    Region,
    /// The name of an Azure resource: an own name, so it is a pseudonym unless the report is internal.
    Resource,
    /// The API's operation, by the path.
    Operation,
    /// Start and end in UTC and in local time, with the length.
    Range,
    /// How much failed.
    Failing,
    /// Statuses and transport errors, error types, codes and known messages.
    Error,
    /// The provider's request ids.
    ServerIds,
    /// The caller's request ids.
    ClientIds,
    /// Google's word for how a fault comes: intermittent, transient or consistent.
    Pattern,
    /// What the calls do, and a minimal request.
    Context,
}

/// How a request to the provider is written down without its body and key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skeleton {
    /// The host, where no log tells one of the provider's own.
    pub(super) host: &'static str,
    /// The header that carries the key, from an environment variable.
    pub(super) key_header: &'static str,
    /// Further headers.
    pub(super) headers: &'static [&'static str],
    /// What follows the path.
    pub(super) query: &'static str,
}

/// One provider's form.
#[derive(Debug)]
pub(super) struct Form {
    /// `gen_ai.provider.name`; empty for the one that serves all others.
    provider: &'static str,
    /// It is about the web surface.
    web: bool,
    /// The response header that holds the provider's id.
    pub(super) id_header: &'static str,
    /// Whether its answers carry an id at all: Google's do not.
    pub(super) sends_id: bool,
    /// The request header that holds the caller's id.
    pub(super) client_header: &'static str,
    /// The fields, in the order in which its support names them.
    pub(super) fields: &'static [(&'static str, Ask)],
    /// The response header that tells the organisation, where there is one.
    pub(super) organization_header: Option<&'static str>,
    /// Where the provider itself shows whether it failed.
    pub(super) health: &'static str,
    /// Whether one can filter there by model, tier and project.
    pub(super) health_filters: bool,
    /// How to write a request down; none for the web.
    pub(super) skeleton: Option<Skeleton>,
}

impl Form {
    /// Whether it is one provider's own.
    pub(super) fn is_named(&self) -> bool {
        !self.provider.is_empty()
    }

    /// The form of a provider and a surface; whoever has none of its own speaks OpenAI's API.
    pub(super) fn of(provider: Option<&str>, surface: Option<&str>) -> &'static Self {
        let web = surface == Some("web");
        let own = FORMS.iter().find(|form| Some(form.provider) == provider && form.web == web);
        own.copied().unwrap_or(if web { &ANY_WEB } else { &COMPATIBLE })
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, FORMS, Form};

    #[test]
    fn every_form_asks_for_time_share_error_and_ids() {
        for form in FORMS {
            for needed in [Ask::Range, Ask::Failing, Ask::Error, Ask::ServerIds] {
                assert!(
                    form.fields.iter().any(|(_, ask)| *ask == needed),
                    "{} {}: {needed:?}",
                    form.provider,
                    form.web
                );
            }
        }
    }

    #[test]
    fn azure_and_google_are_told_the_region_first_and_anthropic_the_id() {
        let first = |provider| Form::of(Some(provider), Some("api")).fields.first().map(|(_, ask)| *ask);
        assert_eq!(first("azure.ai.openai"), Some(Ask::Region));
        assert_eq!(first("gcp.gemini"), Some(Ask::Region));
        assert_eq!(first("anthropic"), Some(Ask::ServerIds));
    }

    #[test]
    fn who_has_no_form_of_its_own_speaks_openais_api() {
        assert!(
            Form::of(Some("groq"), Some("api"))
                .fields
                .iter()
                .any(|(_, ask)| *ask == Ask::Endpoint)
        );
        assert!(Form::of(None, None).skeleton.is_some());
    }
}
