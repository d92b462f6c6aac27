//! What a column's name means.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gather::formats) enum Column {
    Date,
    Time,
    Epoch,
    Client,
    Method,
    /// The path.
    Stem,
    /// The query, into which IIS's request routing writes its own words; the rest may hold secrets and is not kept.
    Query,
    Status,
    /// The host asked for.
    Host,
    /// The host that the viewer asked for, where a CDN's own name stands in `cs(Host)`.
    ViewerHost,
    /// Seconds with decimals (CloudFront) or whole milliseconds (IIS).
    Taken,
    /// CloudFront's word on the end.
    Result,
    /// The same, more exactly.
    Detailed,
    /// An id of the edge or of the gateway.
    GatewayId,
    /// Seconds until the origin's first byte.
    OriginFirstByte,
    /// The machine that wrote the line.
    Machine,
    /// The provider's id on the response, which a site may log.
    ProviderId,
    ClientRequestId,
    /// The Windows error of a request that IIS could not serve.
    Win32,
    /// What tells nothing of a call.
    Other,
}

impl Column {
    /// What a name means, whatever its case (CloudFront, IIS, and the draft itself).
    pub(in crate::gather::formats) fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" | "timestamp(ms)" => Self::Epoch,
            "c-ip" => Self::Client,
            "cs-method" => Self::Method,
            "cs-uri-stem" | "cs-uri" => Self::Stem,
            "cs-uri-query" => Self::Query,
            "sc-status" => Self::Status,
            "cs(host)" | "cs-host" => Self::Host,
            "x-host-header" => Self::ViewerHost,
            "time-taken" => Self::Taken,
            "x-edge-result-type" | "x-edge-response-result-type" => Self::Result,
            "x-edge-detailed-result-type" => Self::Detailed,
            "x-edge-request-id" | "x-arr-log-id" | "cs(x-arr-log-id)" => Self::GatewayId,
            "origin-fbl" => Self::OriginFirstByte,
            "s-computername" => Self::Machine,
            "sc(x-request-id)" | "sc(apim-request-id)" | "sc(request-id)" => Self::ProviderId,
            "cs(x-client-request-id)" | "x-client-request-id" => Self::ClientRequestId,
            "sc-win32-status" => Self::Win32,
            _ => Self::Other,
        }
    }
}
