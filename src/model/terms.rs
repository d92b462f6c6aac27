//! The words of a call: who watched, what a record is about, and the attributes by which failures are told apart.

use super::shared::Shared;
use std::sync::{Arc, LazyLock};

/// A word that repeats in a log (a model, a host, a path): shared, never copied.
pub type Name = Arc<str>;

/// Who wrote the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vantage {
    /// The program that calls the API, or its SDK.
    Application,
    /// A proxy, gateway or load balancer on the way.
    Proxy,
    /// A browser (HAR).
    Browser,
}

impl Vantage {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Proxy => "proxy",
            Self::Browser => "browser",
        }
    }
}

/// What one record is about; a log may spread one attempt over several records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// One HTTP exchange, ended: an SDK's response line, an access-log line, a JSON line with an attempt number.
    #[default]
    Attempt,
    /// One call of the program, ended: the application's own summary line (it tells its last attempt).
    Call,
    /// A request is about to be sent.
    Start,
    /// A fact about an attempt that another record tells: a request id line, a retry line, a traceback, an error log.
    Detail,
    /// A tunnel that a proxy opened and that ended well: attempts went through it, and it is none itself.
    Tunnel,
}

/// The attributes of an attempt. The order is that of the JSON report's `scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Dimension {
    /// `gen_ai.provider.name`: openai, anthropic, azure.ai.openai, gcp.gemini, aws.bedrock, …
    Provider = 0,
    /// `api` or `web`.
    Surface = 1,
    /// `server.address`: the host the attempt was sent to, as this log names it.
    ServerAddress = 2,
    /// `gen_ai.request.model`, or the Azure deployment.
    Model = 3,
    /// `url.path` without query, as the API documents it (`/v1/chat/completions`).
    Endpoint = 4,
    /// `openai.response.service_tier`.
    ServiceTier = 5,
    /// The provider's project.
    Project = 6,
    /// The egress proxy the attempt left by.
    Proxy = 7,
    /// The host the application ran on.
    Host = 8,
    /// The provider's region (`us-east-1`), by the server's name or a header.
    Region = 9,
    /// The site of the provider's edge that answered: the letters of its `cf-ray` (`FRA`).
    EdgeSite = 10,
    /// Who sent the request, as a proxy saw it (its remote address). Never localised on: it ties proxy lines to
    /// applications.
    Client = 11,
}

impl Dimension {
    /// How many dimensions there are.
    pub const COUNT: usize = 12;

    /// Every dimension, in the order of the report.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Provider,
        Self::Surface,
        Self::ServerAddress,
        Self::Model,
        Self::Endpoint,
        Self::ServiceTier,
        Self::Project,
        Self::Proxy,
        Self::Host,
        Self::Region,
        Self::EdgeSite,
        Self::Client,
    ];

    /// The key of the JSON report's `scope`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Surface => "surface",
            Self::ServerAddress => "server_address",
            Self::Model => "model",
            Self::Endpoint => "endpoint",
            Self::ServiceTier => "service_tier",
            Self::Project => "project",
            Self::Proxy => "proxy",
            Self::Host => "host",
            Self::Region => "region",
            Self::EdgeSite => "edge_site",
            Self::Client => "client",
        }
    }
}

/// The value of every dimension for one attempt; absent where no log says it.
///
/// A log's records differ in the client most, so that the rest is held once for many of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attributes {
    others: Arc<Others>,
    /// The last dimension, so that these sort as a list of all would.
    client: Option<Name>,
}

/// The values of the dimensions without the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Others([Option<Name>; Dimension::COUNT - 1]);

/// What all attributes are before anything is known.
static NOTHING: LazyLock<Arc<Others>> = LazyLock::new(Arc::default);

impl Default for Attributes {
    fn default() -> Self {
        Self {
            others: Arc::clone(&NOTHING),
            client: None,
        }
    }
}

impl Attributes {
    /// The value of one dimension.
    #[must_use]
    pub fn get(&self, dimension: Dimension) -> Option<&Name> {
        match dimension {
            Dimension::Client => self.client.as_ref(),
            other => self.others.0.get(other as usize).and_then(Option::as_ref),
        }
    }

    /// Sets or clears one dimension.
    pub fn set(&mut self, dimension: Dimension, value: Option<Name>) {
        let is_same = match (self.get(dimension), &value) {
            (Some(held), Some(value)) => Arc::ptr_eq(held, value),
            (held, value) => held.is_none() && value.is_none(),
        };
        if dimension == Dimension::Client {
            self.client = value;
        } else if !is_same && let Some(place) = Arc::make_mut(&mut self.others).0.get_mut(dimension as usize) {
            *place = value;
        }
    }

    /// The same attributes with one dimension set; for tests and builders.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: &str) -> Self {
        self.set(dimension, Some(Name::from(value)));
        self
    }

    /// Fills what is absent here from `other`.
    pub fn fill_from(&mut self, other: &Self) {
        for dimension in Dimension::ALL {
            if self.get(dimension).is_none() {
                self.set(dimension, other.get(dimension).cloned());
            }
        }
    }

    /// The same values, held once with those of other attributes.
    #[must_use]
    pub fn shared(self, shared: &mut Shared<Others>) -> Self {
        Self {
            others: shared.of(self.others),
            client: self.client,
        }
    }
}
