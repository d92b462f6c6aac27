//! What a form is made of: the kinds of its fields, and how a request is written down.

/// What a field holds, and so where its answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::deliver::ticket) enum Ask {
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
pub(in crate::deliver::ticket) struct Skeleton {
    /// The host, where no log tells one of the provider's own.
    pub(in crate::deliver::ticket) host: &'static str,
    /// The header that carries the key, from an environment variable.
    pub(in crate::deliver::ticket) key_header: &'static str,
    /// Further headers.
    pub(in crate::deliver::ticket) headers: &'static [&'static str],
    /// What follows the path.
    pub(in crate::deliver::ticket) query: &'static str,
}

/// One provider's form.
#[derive(Debug)]
pub(in crate::deliver::ticket) struct Form {
    /// `gen_ai.provider.name`; empty for the one that serves all others.
    pub(super) provider: &'static str,
    /// It is about the web surface.
    pub(super) web: bool,
    /// The response header that holds the provider's id.
    pub(in crate::deliver::ticket) id_header: &'static str,
    /// Whether its answers carry an id at all: Google's do not.
    pub(in crate::deliver::ticket) sends_id: bool,
    /// The request header that holds the caller's id.
    pub(in crate::deliver::ticket) client_header: &'static str,
    /// The fields, in the order in which its support names them.
    pub(in crate::deliver::ticket) fields: &'static [(&'static str, Ask)],
    /// The response header that tells the organisation, where there is one.
    pub(in crate::deliver::ticket) organization_header: Option<&'static str>,
    /// Where the provider itself shows whether it failed.
    pub(in crate::deliver::ticket) health: &'static str,
    /// Whether one can filter there by model, tier and project.
    pub(in crate::deliver::ticket) health_filters: bool,
    /// How to write a request down; none for the web.
    pub(in crate::deliver::ticket) skeleton: Option<Skeleton>,
}
