//! A log format that its site wrote itself, compiled to steps: a literal, and the variable behind it.
//!
//! What every site knows of its proxy's log is the line in the proxy's configuration. A line is read by looking for the
//! literal that follows each variable: no backtracking, one `memchr` a field.

mod apache;
mod build;
mod compiled;
mod envoy;
mod haproxy;
mod headers;
mod meaning;
pub(super) mod nginx;
mod own;
mod spelled;
mod squid;
mod template;
#[cfg(test)]
mod tests;

pub use compiled::Compiled;

use crate::model::Instant;
use thiserror::Error;

/// Why a format cannot be compiled. Places are characters of what was given, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// It holds no variable.
    #[error("the format has no variable (such as {0})")]
    NoVariable(&'static str),
    /// Nothing tells where one variable ends and the next begins.
    #[error("at character {at}: {first} and {second} stand side by side: no text between them tells where the first one ends")]
    Adjacent {
        /// Where the second one begins.
        at: usize,
        /// The variable before.
        first: String,
        /// The variable after.
        second: String,
    },
    /// A quoted part of the directive, or a name in braces, does not end.
    #[error("at character {at}: the format ends inside a quotation or a name in braces")]
    Unterminated {
        /// Where that begins.
        at: usize,
    },
    /// No variable of the proxy's is called so.
    #[error("at character {at}: there is no {variable}{}", nearest.as_ref().map_or_else(String::new, |near| format!("; did you mean {near}?")))]
    Unknown {
        /// Where it begins.
        at: usize,
        /// As it is spelt.
        variable: String,
        /// The known one that it is nearest to.
        nearest: Option<String>,
    },
}

/// The proxies whose format strings are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// nginx's `log_format`.
    Nginx,
    /// Apache's `LogFormat`.
    Apache,
    /// HAProxy's `log-format`.
    Haproxy,
    /// Squid's `logformat`.
    Squid,
    /// Envoy's access log format, a text or a JSON template.
    Envoy,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Apache, Self::Haproxy, Self::Squid, Self::Envoy];

    /// The word before the format on the command line (`nginx:$remote_addr …`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Haproxy => "haproxy",
            Self::Squid => "squid",
            Self::Envoy => "envoy",
        }
    }

    /// Compiles a format: its text, or the whole directive as it stands in the proxy's configuration.
    ///
    /// # Errors
    /// [`CompileError`], with the part that is not understood.
    pub fn compile(self, format: &str) -> Result<Compiled, CompileError> {
        match self {
            Self::Nginx => nginx::compile(format),
            Self::Apache => apache::compile(format),
            Self::Haproxy => haproxy::compile(format),
            Self::Squid => squid::compile(format),
            Self::Envoy => envoy::compile(format),
        }
    }

    /// The report's word for a log in such a format. It begins with the proxy's name, by which its flags are known.
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx-log-format",
            Self::Apache => "apache-log-format",
            Self::Haproxy => "haproxy-log-format",
            Self::Squid => "squid-logformat",
            Self::Envoy => "envoy-log-format",
        }
    }

    /// Which instant the proxy stamps, unless the format says otherwise.
    fn instant(self) -> Instant {
        match self {
            Self::Nginx | Self::Squid => Instant::End,
            Self::Apache | Self::Haproxy | Self::Envoy => Instant::Start,
        }
    }

    /// Variables to show to who gave none.
    fn example(self) -> &'static str {
        match self {
            Self::Nginx => "$remote_addr, $status",
            Self::Apache => "%h, %>s",
            Self::Haproxy => "%ci, %ST",
            Self::Squid => "%>a, %>Hs",
            Self::Envoy => "%START_TIME%, %RESPONSE_CODE%",
        }
    }

    /// Where its grammar is documented.
    fn source(self) -> &'static str {
        match self {
            Self::Nginx => "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
            Self::Apache => "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
            Self::Haproxy => "https://docs.haproxy.org/2.8/configuration.html#8.2.6",
            Self::Squid => "https://www.squid-cache.org/Doc/config/logformat/",
            Self::Envoy => "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
        }
    }
}
