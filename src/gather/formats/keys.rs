//! Which fact a key names, whatever its spelling: one table for JSON lines and logfmt.
//!
//! A key is folded first: letters and digits only, in lower case, so `http.response.status_code`,
//! `httpResponseStatusCode` and `{"http":{"response":{"status_code":…}}}` are one. Spellings: the loggers' documentation
//! and what applications were seen to invent.

use ahash::AHashMap;
use std::sync::LazyLock;

/// The facts that a line may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub(super) enum Key {
    Timestamp,
    Level,
    Message,
    Status,
    Model,
    Url,
    Method,
    ServerAddress,
    Provider,
    XRequestId,
    RequestId,
    XClientRequestId,
    GatewayRequestId,
    CfRay,
    HttpDate,
    DurationMs,
    DurationSeconds,
    DurationAny,
    Attempt,
    RetriesTaken,
    RetriesLeft,
    RetryInMs,
    Stream,
    ServiceTier,
    Organization,
    Project,
    Proxy,
    Host,
    Thread,
    ErrorType,
    ErrorCode,
    ErrorMessage,
    Trace,
    LoguruText,
    Success,
    EpochSecond,
    NanoOfSecond,
    InputTokens,
    OutputTokens,
}

impl Key {
    /// How many facts there are.
    pub(super) const COUNT: usize = Self::OutputTokens as usize + 1;

    /// Every fact.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        SPELLINGS.iter().map(|(key, _)| *key)
    }
}

const SPELLINGS: &[(Key, &[&str])] = &[
    (
        Key::Timestamp,
        &[
            "timestamp",
            "time",
            "ts",
            "attimestamp",
            "asctime",
            "datetime",
            "date",
            "eventtime",
            "logtime",
            "t",
            "att",
            "datetimeutc",
            "timestring",
            "logdate",
            "receivedat",
            "loggedat",
            "timelocal",
        ],
    ),
    (
        Key::Level,
        &[
            "level",
            "levelname",
            "severity",
            "loglevel",
            "lvl",
            "severitytext",
            "atl",
            "levelstring",
            "loglevelname",
            "atlevel",
        ],
    ),
    (
        Key::Message,
        &[
            "message",
            "msg",
            "event",
            "shortmessage",
            "body",
            "atmessage",
            "atm",
            "atmt",
            "messagetemplate",
            "logmessage",
            "messagetext",
            "renderedmessage",
        ],
    ),
    (
        Key::Status,
        &[
            "status",
            "statuscode",
            "httpstatus",
            "httpstatuscode",
            "httpresponsestatuscode",
            "responsestatuscode",
            "responsecode",
            "httpcode",
            "responsestatus",
            "httpresponsestatus",
            "errstatus",
            "responsehttpstatus",
        ],
    ),
    (
        Key::Model,
        &[
            "model",
            "modelname",
            "genairequestmodel",
            "requestmodel",
            "llmmodel",
            "deployment",
            "deploymentname",
            "modelid",
            "llmmodelname",
            "aimodel",
            "openaimodel",
            "azuredeployment",
            "azureopenaideployment",
            "enginename",
            "llmrequestmodel",
            "modelused",
        ],
    ),
    (
        Key::Url,
        &[
            "url",
            "urlpath",
            "urlfull",
            "httpurl",
            "endpoint",
            "path",
            "uri",
            "requesturi",
            "requestpath",
            "httppath",
            "httptarget",
            "route",
            "requesturl",
            "apiendpoint",
        ],
    ),
    (Key::Method, &["method", "httpmethod", "httprequestmethod", "requestmethod"]),
    (
        Key::ServerAddress,
        &[
            "serveraddress",
            "server",
            "nethostname",
            "netpeername",
            "httphost",
            "upstreamhost",
            "targethost",
            "peeraddress",
        ],
    ),
    (
        Key::Provider,
        &["provider", "genaiprovidername", "genaisystem", "llmprovider", "vendor"],
    ),
    (
        Key::XRequestId,
        &[
            "xrequestid",
            "openairequestid",
            "anthropicrequestid",
            "apimrequestid",
            "providerrequestid",
            "upstreamrequestid",
            "xmsrequestid",
            "httpresponseheaderxrequestid",
            "openaixrequestid",
        ],
    ),
    (Key::RequestId, &["requestid", "reqid"]),
    (
        Key::XClientRequestId,
        &[
            "xclientrequestid",
            "clientrequestid",
            "xmsclientrequestid",
            "httprequestheaderxclientrequestid",
            "crid",
        ],
    ),
    (
        Key::GatewayRequestId,
        &["litellmcallid", "gatewayrequestid", "proxyrequestid"],
    ),
    (Key::CfRay, &["cfray", "ray", "httpresponseheadercfray"]),
    (Key::HttpDate, &["responsedate"]),
    (
        Key::DurationMs,
        &[
            "durationms",
            "latencyms",
            "elapsedms",
            "tookms",
            "responsetimems",
            "durationmillis",
            "durationmilliseconds",
            "latencymillis",
            "timems",
            "totalms",
            "elapsedmilliseconds",
            "elapsedmillis",
            "latencymilliseconds",
            "durms",
            "requestdurationms",
            "apilatencyms",
            "llmlatencyms",
        ],
    ),
    (
        Key::DurationSeconds,
        &[
            "durations",
            "durationsec",
            "durationseconds",
            "latencys",
            "latencysec",
            "latencyseconds",
            "elapseds",
            "elapsedsec",
            "elapsedseconds",
        ],
    ),
    (
        Key::DurationAny,
        &[
            "duration",
            "latency",
            "elapsed",
            "took",
            "responsetime",
            "httpclientrequestduration",
            "dur",
            "requestduration",
            "responseduration",
            "latencytime",
            "timetaken",
            "elapsedtime",
        ],
    ),
    (Key::Attempt, &["attempt", "attemptnumber", "trynumber", "attemptno"]),
    (
        Key::RetriesTaken,
        &["retriestaken", "xstainlessretrycount", "retrycount", "httprequestresendcount"],
    ),
    (Key::RetriesLeft, &["retriesleft", "attemptsremaining", "retriesremaining"]),
    (Key::RetryInMs, &["retryinms", "retryafterms", "backoffms"]),
    (Key::Stream, &["stream", "streaming", "isstream"]),
    (
        Key::ServiceTier,
        &[
            "servicetier",
            "tier",
            "openairesponseservicetier",
            "openairequestservicetier",
            "genaiopenairesponseservicetier",
        ],
    ),
    (
        Key::Organization,
        &["organization", "openaiorganization", "orgid", "organizationid"],
    ),
    (Key::Project, &["project", "openaiproject", "projectid"]),
    (Key::Proxy, &["proxy", "egressproxy", "egress", "proxyname"]),
    (Key::Host, &["host", "hostname", "hostid", "hostip", "podname"]),
    (
        Key::Thread,
        &[
            "thread",
            "threadname",
            "threadid",
            "worker",
            "processthreadname",
            "processthreadid",
            "workerid",
            "goroutine",
        ],
    ),
    (
        Key::ErrorType,
        &[
            "errortype",
            "exctype",
            "exceptionclass",
            "exceptiontype",
            "errorclass",
            "errorname",
            "exceptionname",
            "errtype",
            "errorkind",
            "thrownname",
            "exceptionclassname",
            "errortypename",
        ],
    ),
    (Key::ErrorCode, &["errorcode", "errcode", "exceptioncode"]),
    (
        Key::ErrorMessage,
        &[
            "error",
            "errormessage",
            "err",
            "exc",
            "exceptionmessage",
            "errmessage",
            "errmsg",
            "errorstr",
            "excvalue",
            "reason",
            "cause",
            "exceptionmessagetext",
            "thrownmessage",
            "failurereason",
            "errordetail",
            "errordetails",
        ],
    ),
    (
        Key::Trace,
        &[
            "excinfo",
            "exception",
            "stack",
            "stacktrace",
            "traceback",
            "exctext",
            "errorstack",
            "errorstacktrace",
            "errorverbose",
            "backtrace",
            "fullmessage",
            "atx",
            "exceptionstacktrace",
            "extendedstacktrace",
            "errorstacktracetext",
            "excinfotext",
            "throwable",
            "exceptiondetails",
            "stacktracestring",
        ],
    ),
    // loguru writes the formatted record here, traceback and all, and only `true` under its exception.
    (Key::LoguruText, &["text"]),
    (
        Key::Success,
        &["success", "ok", "succeeded", "issuccess", "eventoutcome", "outcome"],
    ),
    (Key::EpochSecond, &["epochsecond"]),
    (Key::NanoOfSecond, &["nanoofsecond"]),
    (
        Key::InputTokens,
        &[
            "inputtokens",
            "prompttokens",
            "genaiusageinputtokens",
            "usageprompttokens",
            "usageinputtokens",
        ],
    ),
    (
        Key::OutputTokens,
        &[
            "outputtokens",
            "completiontokens",
            "genaiusageoutputtokens",
            "usagecompletiontokens",
            "usageoutputtokens",
        ],
    ),
];

static BY_SPELLING: LazyLock<AHashMap<&'static [u8], Key>> = LazyLock::new(|| {
    SPELLINGS
        .iter()
        .flat_map(|(key, spellings)| spellings.iter().map(|spelling| (spelling.as_bytes(), *key)))
        .collect()
});

/// Longest spelling that is looked up; longer keys name nothing we know.
const LONGEST: usize = 48;

/// A key without its punctuation, in lower case, in a fixed buffer.
pub(super) struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// Folds a key; `None` where it is longer than any spelling.
    pub(super) fn of(key: &str) -> Option<Self> {
        let mut folded = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        if key.starts_with('@') {
            folded.push(b'a')?;
            folded.push(b't')?;
        }
        for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
            folded.push(byte.to_ascii_lowercase())?;
        }
        Some(folded)
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }

    /// The folded bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// The fact it names.
    pub(super) fn key(&self) -> Option<Key> {
        BY_SPELLING.get(self.bytes()).copied()
    }
}

/// The fact a key names.
pub(super) fn key(spelling: &str) -> Option<Key> {
    Folded::of(spelling)?.key()
}

#[cfg(test)]
mod tests {
    use super::{Key, key};

    #[test]
    fn spellings_of_one_fact_are_one() {
        for spelling in [
            "http.response.status_code",
            "httpResponseStatusCode",
            "HTTP_RESPONSE_STATUS_CODE",
            "statusCode",
            "status",
        ] {
            assert_eq!(key(spelling), Some(Key::Status), "{spelling}");
        }
    }

    #[test]
    fn an_unknown_key_names_nothing() {
        assert_eq!(key("ticket"), None);
        assert_eq!(key(&"x".repeat(500)), None);
    }
}
