//! What a provider's support asks for, and which form is whose.

mod field;
mod tables;

pub(super) use field::{Ask, Form};
use tables::{ANY_WEB, COMPATIBLE, FORMS};

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
