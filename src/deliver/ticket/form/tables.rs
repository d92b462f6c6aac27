//! One table a provider: its fields in its own words and order.
//!
//! Sources: OpenAI help article 1000499 and its guide to error codes; platform.claude.com/docs/en/api/errors; the texts of
//! Azure OpenAI's errors (go.microsoft.com/fwlink/?linkid=2213926); cloud.google.com/support/docs/best-practices; AWS
//! Bedrock, troubleshooting-api-error-codes.

use super::field::{Ask, Form, Skeleton};

const PRIORITY: Ask = Ask::Fill("priority and business impact, P1 (critical) to P4 (low)");
const RESPONSE_CAME: &str = "x-request-id";

/// Every provider's own form.
pub(super) static FORMS: [&Form; 7] = [&OPENAI, &CHATGPT, &ANTHROPIC, &CLAUDE_WEB, &AZURE, &GOOGLE, &BEDROCK];

static OPENAI: Form = Form {
    provider: "openai",
    web: false,
    id_header: RESPONSE_CAME,
    sends_id: true,
    client_header: "X-Client-Request-Id",
    fields: &[
        ("Organization ID", Ask::Organization),
        ("Project ID", Ask::Project),
        ("Endpoint", Ask::Endpoint),
        ("Model", Ask::Model),
        ("Service tier", Ask::Tier),
        ("Time range with time zone", Ask::Range),
        ("Approximate failing percentage", Ask::Failing),
        ("Error message and code", Ask::Error),
        ("x-request-id", Ask::ServerIds),
        ("X-Client-Request-Id", Ask::ClientIds),
        ("Request context to reproduce it", Ask::Context),
    ],
    organization_header: Some("openai-organization"),
    health: "Service Health of the API dashboard",
    health_filters: true,
    skeleton: Some(Skeleton {
        host: "api.openai.com",
        key_header: "Authorization: Bearer $OPENAI_API_KEY",
        headers: &["X-Client-Request-Id: $(uuidgen)"],
        query: "",
    }),
};

/// What support asks of a browser, whoever's.
const WEB_FIELDS: &[(&str, Ask)] = &[
    (
        "Conversation URL",
        Ask::Fill("conversation URL, if it is about one conversation"),
    ),
    (
        "Account and plan",
        Ask::Fill("account e-mail and plan (Free, Plus, Pro, Team, Enterprise, …)"),
    ),
    ("Time with time zone", Ask::Range),
    ("What failed", Ask::Endpoint),
    ("Model shown", Ask::Model),
    ("How much", Ask::Failing),
    ("Error shown", Ask::Error),
    ("Request ids", Ask::ServerIds),
    (
        "Browser, device, app version",
        Ask::Fill("browser and version, device, operating system, app version"),
    ),
    ("Screenshot of the error", Ask::Fill("attach a screenshot, with time")),
    (
        "HAR and console log",
        Ask::Fill("attach a sanitised HAR and the console log; never a raw HAR, it holds your session cookies"),
    ),
];

static CHATGPT: Form = Form {
    provider: "openai",
    web: true,
    id_header: RESPONSE_CAME,
    sends_id: true,
    client_header: "client request id",
    fields: WEB_FIELDS,
    organization_header: None,
    health: "https://status.openai.com, the ChatGPT components (the API's are others)",
    health_filters: false,
    skeleton: None,
};

static CLAUDE_WEB: Form = Form {
    provider: "anthropic",
    web: true,
    id_header: "request-id",
    sends_id: true,
    client_header: "client request id",
    fields: WEB_FIELDS,
    organization_header: None,
    health: "https://status.claude.com, the component claude.ai",
    health_filters: false,
    skeleton: None,
};

/// For the web surface of all others.
pub(super) static ANY_WEB: Form = Form {
    provider: "",
    web: true,
    id_header: "request id",
    sends_id: true,
    client_header: "client request id",
    fields: WEB_FIELDS,
    organization_header: None,
    health: "the provider's status page, the component of the web application",
    health_filters: false,
    skeleton: None,
};

static ANTHROPIC: Form = Form {
    provider: "anthropic",
    web: false,
    id_header: "request-id",
    sends_id: true,
    client_header: "client request id",
    fields: &[
        ("request-id", Ask::ServerIds),
        ("Organization", Ask::Organization),
        ("Workspace", Ask::Fill("workspace of the API key, from the Console")),
        ("Endpoint", Ask::Endpoint),
        ("Model", Ask::Model),
        ("Time range with time zone", Ask::Range),
        ("Failing percentage", Ask::Failing),
        ("HTTP status and error type", Ask::Error),
        ("Our own request id", Ask::ClientIds),
        ("Request context to reproduce it", Ask::Context),
    ],
    organization_header: Some("anthropic-organization-id"),
    health: "https://status.claude.com, the component Claude API",
    health_filters: false,
    skeleton: Some(Skeleton {
        host: "api.anthropic.com",
        key_header: "x-api-key: $ANTHROPIC_API_KEY",
        headers: &["anthropic-version: 2023-06-01"],
        query: "",
    }),
};

static AZURE: Form = Form {
    provider: "azure.ai.openai",
    web: false,
    id_header: "apim-request-id",
    sends_id: true,
    client_header: "x-ms-client-request-id",
    fields: &[
        ("Region", Ask::Region),
        ("Subscription ID", Ask::Fill("subscription ID")),
        ("Resource", Ask::Resource),
        ("Deployment", Ask::Deployment),
        (
            "Model and version behind the deployment",
            Ask::Fill("model and version, from the deployment's page"),
        ),
        (
            "Deployment type",
            Ask::Fill("standard, global standard, data zone or provisioned (PTU)"),
        ),
        (
            "api-version",
            Ask::Fill("api-version of the requests; the logs read do not keep query strings"),
        ),
        ("Operation", Ask::Endpoint),
        ("Time (UTC)", Ask::Range),
        ("Failing percentage", Ask::Failing),
        ("Status and error text", Ask::Error),
        ("apim-request-id", Ask::ServerIds),
        ("x-ms-client-request-id", Ask::ClientIds),
        ("Steps to reproduce", Ask::Context),
    ],
    organization_header: None,
    health: "Service Health in the Azure portal (Azure OpenAI, the resource's region) and the resource's metrics, split by status code",
    health_filters: false,
    skeleton: Some(Skeleton {
        host: "RESOURCE.openai.azure.com",
        key_header: "api-key: $AZURE_OPENAI_API_KEY",
        headers: &[],
        query: "?api-version=API_VERSION",
    }),
};

static GOOGLE: Form = Form {
    provider: "gcp.gemini",
    web: false,
    id_header: "request id of the response",
    sends_id: false,
    client_header: "our own request id",
    fields: &[
        ("Location (region or zone)", Ask::Region),
        ("Project ID", Ask::Project),
        ("Product and feature", Ask::Operation),
        ("Model", Ask::Model),
        ("Time range (ISO 8601)", Ask::Range),
        ("Problem type", Ask::Pattern),
        ("Failing percentage", Ask::Failing),
        ("Error status", Ask::Error),
        ("Identifiers of requests", Ask::ServerIds),
        ("Our own request id", Ask::ClientIds),
        (
            "Artifacts",
            Ask::Fill("attach the list of failed requests, and a sanitised HAR or tcpdump if you have one"),
        ),
        ("Priority", PRIORITY),
        ("Steps to reproduce", Ask::Context),
    ],
    organization_header: None,
    health: "https://status.cloud.google.com (Vertex AI), or the status page of AI Studio for the Gemini API",
    health_filters: false,
    skeleton: Some(Skeleton {
        host: "generativelanguage.googleapis.com",
        key_header: "x-goog-api-key: $GEMINI_API_KEY",
        headers: &[],
        query: "",
    }),
};

static BEDROCK: Form = Form {
    provider: "aws.bedrock",
    web: false,
    id_header: "x-amzn-RequestId",
    sends_id: true,
    client_header: "our own request id",
    fields: &[
        ("AWS account", Ask::Fill("12-digit account ID")),
        ("Region", Ask::Region),
        ("API operation", Ask::Operation),
        ("Model ID or inference profile", Ask::Model),
        ("Time of the requests", Ask::Range),
        ("Failing percentage", Ask::Failing),
        ("Error code and message", Ask::Error),
        ("x-amzn-RequestId", Ask::ServerIds),
        ("Our own request id", Ask::ClientIds),
        (
            "Severity and business impact",
            Ask::Fill("severity of the case and business impact"),
        ),
        ("Request details", Ask::Context),
    ],
    organization_header: None,
    health: "the AWS Health Dashboard (Amazon Bedrock, the region above); a 503 there is capacity, not your quota",
    health_filters: false,
    skeleton: Some(Skeleton {
        host: "bedrock-runtime.REGION.amazonaws.com",
        key_header: "Authorization: Bearer $AWS_BEARER_TOKEN_BEDROCK",
        headers: &[],
        query: "",
    }),
};

/// For whoever speaks OpenAI's API.
pub(super) static COMPATIBLE: Form = Form {
    provider: "",
    web: false,
    id_header: "request id of the response",
    sends_id: true,
    client_header: "X-Client-Request-Id",
    fields: &[
        ("Account or organization", Ask::Organization),
        ("Endpoint", Ask::Endpoint),
        ("Model", Ask::Model),
        (
            "Upstream provider, if you route to several",
            Ask::Fill("upstream provider that the error's metadata names, or \"not applicable\""),
        ),
        ("Time range with time zone", Ask::Range),
        ("Failing percentage", Ask::Failing),
        ("Status and error", Ask::Error),
        ("Request id", Ask::ServerIds),
        ("Our own request id", Ask::ClientIds),
        ("Request context to reproduce it", Ask::Context),
    ],
    organization_header: None,
    health: "the provider's status page, the component of this model",
    health_filters: false,
    skeleton: Some(Skeleton {
        host: "HOST",
        key_header: "Authorization: Bearer $API_KEY",
        headers: &["X-Client-Request-Id: $(uuidgen)"],
        query: "",
    }),
};
