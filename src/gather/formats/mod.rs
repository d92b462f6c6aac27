//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod access_json;
mod access_keys;
mod access_line;
mod access_own;
mod access_values;
mod apache_access;
mod apache_error;
mod aws_alb;
mod aws_api_gateway;
mod azure_apim;
mod azure_openai;
mod caddy;
mod cloudflare_ai_gateway;
mod cloudflare_logpush;
mod cloudfront;
mod colours;
mod csv_rows;
mod elapsed;
mod envoy_json;
mod envoy_text;
mod fastly;
mod format;
mod gateway_log;
mod gateway_rows;
mod gcp_requests;
mod gin;
mod haproxy;
mod har;
mod header_map;
mod helicone;
mod json_lines;
mod json_records;
mod json_values;
mod kong;
mod levels;
mod litellm;
mod log_format;
mod logfmt;
mod ltsv;
mod mitmproxy;
mod nginx_combined;
mod nginx_error;
mod nginx_upstream;
mod openai_node;
mod openrouter;
mod otlp;
mod own;
mod plain_text;
mod portkey;
mod proxy_pairs;
mod python_logging;
mod rich_logging;
mod shapes;
mod squid_cache;
mod squid_custom;
mod squid_native;
mod text_logging;
mod threads;
mod tinyproxy;
mod told;
mod tower_http;
mod traefik;
mod tyk;
mod varnish;
mod vllm;
mod w3c;
mod w3c_extended;

pub(super) use csv_rows::{cells, is_table_of_calls};
pub use format::{Beside, Fit, Format, Unread};
pub use log_format::{CompileError, Compiled, Dialect};
pub use openai_node::OpenAiNode;
pub use own::{Definition, Key as DefinitionKey, Own, Wrong};
pub use plain_text::PlainText;
pub use python_logging::{PythonLogging, is_sdk_handler_line};

#[cfg(test)]
mod case_tests;

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[
    &access_json::AccessJson::NGINX,
    &access_json::AccessJson::OTHER,
    &access_values::AccessValues::ANY,
    &apache_access::ApacheAccess::ANY,
    &apache_error::ApacheError,
    &aws_alb::AwsAlb,
    &aws_api_gateway::AwsApiGateway,
    &azure_apim::AzureApim,
    &azure_openai::AzureOpenAi,
    &caddy::Caddy,
    &cloudflare_logpush::CloudflareLogpush,
    &cloudfront::CloudFront::STANDARD,
    &cloudflare_ai_gateway::CLOUDFLARE_AI_GATEWAY,
    &csv_rows::CsvRows::ANY,
    &envoy_json::EnvoyJson,
    &envoy_text::EnvoyText,
    &fastly::Fastly,
    &gateway_log::GatewayLog::ANY,
    &gcp_requests::GcpRequests,
    &gin::Gin,
    &haproxy::Haproxy,
    &har::OF_BROWSER,
    &har::OF_PROXY,
    &helicone::HELICONE,
    &json_lines::JsonLines::ANY,
    &kong::Kong,
    &litellm::Litellm::USUAL,
    &litellm::LitellmPayload,
    &logfmt::Logfmt,
    &ltsv::Ltsv,
    &mitmproxy::Mitmproxy,
    &nginx_combined::NginxCombined,
    &nginx_error::NginxError,
    &nginx_upstream::NginxUpstream::ANY,
    &OpenAiNode,
    &otlp::Otlp,
    &openrouter::OPENROUTER,
    &PlainText,
    &portkey::PORTKEY,
    &proxy_pairs::ProxyPairs::ENVOY,
    &proxy_pairs::ProxyPairs::HAPROXY,
    &PythonLogging,
    &rich_logging::RichLogging,
    &squid_cache::SquidCache,
    &squid_custom::SquidCustom,
    &squid_native::SquidNative,
    &text_logging::TextLogging,
    &tinyproxy::Tinyproxy,
    &varnish::Varnish,
    &vllm::Vllm,
    &w3c_extended::W3cExtended::IIS,
    &tower_http::TowerHttp::ANY,
    &traefik::Traefik,
    &tyk::Tyk,
];
