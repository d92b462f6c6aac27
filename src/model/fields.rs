//! What one record says, still in the log's spelling: the value every format fills and `gather::normalise` reads.
//!
//! Names are OpenTelemetry's where it has one, with dots as underscores. Everything is borrowed for the length of one
//! `emit`, so that a success line costs no allocation; a format that had to unescape a value lends its own buffer.

use super::terms::Grain;

/// Which instant of the attempt the record's time stamp means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instant {
    /// Not known: the clocks of joined pairs decide (classification B3.1); until then it is taken as the end.
    #[default]
    Unknown,
    /// The request was about to be sent.
    Start,
    /// The answer had come, or the attempt was given up.
    End,
}

/// One record's facts. A format fills what the log spells and leaves the rest absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a> {
    /// What the record is about.
    pub grain: Grain,
    /// The record's time as it is written (any grammar of `text::timestamp`). Absent: the reader's neighbours decide.
    pub timestamp: Option<&'a str>,
    /// Which instant `timestamp` is.
    pub instant: Instant,
    /// The HTTP `date` header of the response, which tells the zone of a zone-less stamp.
    pub http_date: Option<&'a str>,
    /// `http.client.request.duration` in milliseconds. Negative values are dropped by the format.
    pub duration_ms: Option<f64>,
    /// `http.response.status_code`; 0 where the log prints a zero or `000`.
    pub status: Option<u16>,
    /// The program's own word on the end where no status stands: `Some(true)` it went well, `Some(false)` it failed.
    pub ok: Option<bool>,
    /// `http.request.method`.
    pub method: Option<&'a str>,
    /// `url.full` or `url.path`, or the application's short word (`chat`, `responses`); `normalise` makes a path of it.
    pub url: Option<&'a str>,
    /// `server.address`, where it stands apart from the URL.
    pub server_address: Option<&'a str>,
    /// `gen_ai.request.model`, or an Azure deployment.
    pub model: Option<&'a str>,
    /// `gen_ai.provider.name` as the log spells it.
    pub provider: Option<&'a str>,
    /// `openai.response.service_tier`.
    pub service_tier: Option<&'a str>,
    /// The provider's organisation.
    pub organization: Option<&'a str>,
    /// The provider's project.
    pub project: Option<&'a str>,
    /// The provider's region, where the line or a header names it.
    pub region: Option<&'a str>,
    /// The egress proxy's name, where the line names it.
    pub proxy: Option<&'a str>,
    /// The remote address a proxy saw.
    pub client: Option<&'a str>,
    /// The host that wrote the line, where the line names it.
    pub host: Option<&'a str>,
    /// The thread or worker that wrote the line.
    pub thread: Option<&'a str>,
    /// The end of the route whose answer the line announces: a gateway's router says so before the answer's own line.
    pub route: Option<&'a str>,
    /// An id that stood on a **provider's response** by its name: `x-request-id`, `request-id`, `apim-request-id`,
    /// `$upstream_http_x_request_id`.
    pub x_request_id: Option<&'a str>,
    /// A bare `request_id` key, which may be the application's own; `normalise` judges it by its shape.
    pub request_id: Option<&'a str>,
    /// `X-Client-Request-Id`.
    pub x_client_request_id: Option<&'a str>,
    /// An id that a proxy or gateway made itself (`$request_id`, Envoy's `request_id`, `litellm_call_id`).
    pub gateway_request_id: Option<&'a str>,
    /// `cf-ray`.
    pub cf_ray: Option<&'a str>,
    /// The SDK's own call id (`log_c21621`), and the one it retries.
    pub sdk_id: Option<&'a str>,
    /// The first attempt's `sdk_id` on a retry.
    pub sdk_retry_of: Option<&'a str>,
    /// The provider's error type, or the exception class.
    pub error_type: Option<&'a str>,
    /// The provider's error code.
    pub error_code: Option<&'a str>,
    /// The error's message, a body, or the exception's text. Never leaves `gather` as it is.
    pub error_message: Option<&'a str>,
    /// Free text to look for error signatures in (a traceback, an error-log line). Never leaves `gather`.
    pub text: Option<&'a str>,
    /// The number of this attempt within its call, from 1.
    pub attempt: Option<u32>,
    /// A retry was announced, to start in so many milliseconds.
    pub retry_in_ms: Option<f64>,
    /// The answer's `Retry-After`, in milliseconds: how long the provider asked to wait.
    pub retry_after_ms: Option<f64>,
    /// How many retries the SDK says are left.
    pub retries_left: Option<u32>,
    /// The record says the attempt's body was sent as a stream.
    pub stream: Option<bool>,
    /// `$upstream_addr` and its kin; a list where the proxy tried several.
    pub upstream_address: Option<&'a str>,
    /// `$upstream_status` and its kin, as written.
    pub upstream_status: Option<&'a str>,
    /// How often the proxy itself tried again upstream, where the log has a field for it.
    pub upstream_retries: Option<u32>,
    /// Milliseconds until the proxy was connected upstream; `Some(None)`: the log has the field and it is empty.
    pub upstream_connect_ms: Option<Option<f64>>,
    /// Milliseconds until the proxy had read the response headers; `Some(None)`: the field is there and empty.
    pub upstream_header_ms: Option<Option<f64>>,
    /// The proxy's own word on the end: Envoy response flags, HAProxy termination state, Squid result or error code.
    pub proxy_flag: Option<&'a str>,
    /// Envoy `response_code_details`, nginx error text and the like.
    pub proxy_detail: Option<&'a str>,
    /// `gen_ai.usage.input_tokens`.
    pub input_tokens: Option<u64>,
    /// `gen_ai.usage.output_tokens`.
    pub output_tokens: Option<u64>,
}
