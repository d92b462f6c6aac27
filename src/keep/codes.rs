//! The numbers that stand for words in a stored value. They are never used again for another word, and a word that the model
//! gains does not compile until it has one.

/// Writes and reads the words of one kind.
macro_rules! codes {
    ($module:ident: $kind:ident { $($word:ident = $code:literal),+ $(,)? }) => {
        pub(super) mod $module {
            use crate::model::$kind;

            pub(in crate::keep) fn write(word: $kind) -> u8 {
                match word {
                    $($kind::$word => $code),+
                }
            }

            pub(in crate::keep) fn read(code: u8) -> Option<$kind> {
                match code {
                    $($code => Some($kind::$word),)+
                    _ => None,
                }
            }
        }
    };
}

codes!(vantage: Vantage { Application = 0, Proxy = 1, Browser = 2 });

codes!(grain: Grain { Attempt = 0, Call = 1, Start = 2, Detail = 3, Tunnel = 4 });

codes!(instant: Instant { Unknown = 0, Start = 1, End = 2 });

codes!(transport: TransportError {
    Dns = 0,
    Connect = 1,
    Tls = 2,
    Reset = 3,
    Timeout = 4,
    ProxyAuth = 5,
    Filtered = 6,
    StreamAbort = 7,
    Other = 8,
});

codes!(caller: CallerKind {
    RateLimit = 0,
    Quota = 1,
    Authentication = 2,
    Permission = 3,
    BadRequest = 4,
    ProviderCapacity = 5,
    ClientCancel = 6,
});

codes!(fact: Fact {
    ProxySaysItsOwn = 0,
    ProviderId = 1,
    ProviderBody = 2,
    EdgeStatus = 3,
    UpstreamAnswered = 4,
    NeverConnected = 5,
    TransportKind = 6,
    ProxyPage = 7,
    AnswerBegun = 8,
    ProxyGaveUp = 9,
    SentUnanswered = 10,
    StatusOnly = 11,
});
