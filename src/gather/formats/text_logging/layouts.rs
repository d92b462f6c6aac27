//! The table of layouts. A pattern's parts: [`super::pattern`].

use super::pattern::Pattern;
use crate::gather::formats::Fit;
use std::sync::LazyLock;

/// One layout.
struct Layout {
    /// The shape that the time must have, digit by digit (`d`); empty where any will do.
    stamp: &'static str,
    /// What stands behind the time.
    pattern: &'static str,
    /// Whether nobody else writes it; `No`: so many others do that only its message can tell.
    fit: Fit,
}

/// One layout, taken apart.
pub(super) struct Readable {
    pub(super) stamp: &'static str,
    pub(super) pattern: Pattern,
    pub(super) fit: Fit,
}

fn readable(layouts: &[Layout]) -> Vec<Readable> {
    let readable = |layout: &Layout| Readable {
        stamp: layout.stamp,
        pattern: Pattern::of(layout.pattern),
        fit: layout.fit,
    };
    layouts.iter().map(readable).collect()
}

/// Layouts that begin with the time.
pub(super) static BEHIND_TIME: LazyLock<Vec<Readable>> = LazyLock::new(|| readable(AFTER_TIME));

/// Layouts that begin with the time in a bracket.
pub(super) static BEHIND_BRACKET: LazyLock<Vec<Readable>> = LazyLock::new(|| readable(IN_BRACKET));

/// Layouts in which something else comes first.
pub(super) static OTHERS: LazyLock<Vec<Readable>> = LazyLock::new(|| readable(TIME_LATER));

const fn telling(pattern: &'static str) -> Layout {
    Layout {
        stamp: "",
        pattern,
        fit: Fit::Yes,
    }
}

const fn common(pattern: &'static str) -> Layout {
    Layout {
        stamp: "",
        pattern,
        fit: Fit::Maybe,
    }
}

const fn stamped(stamp: &'static str, pattern: &'static str) -> Layout {
    Layout {
        stamp,
        pattern,
        fit: Fit::No,
    }
}

const fn pretty(stamp: &'static str) -> Layout {
    Layout {
        stamp,
        pattern: "] {level}: {message}",
        fit: Fit::Yes,
    }
}

/// Layouts that begin with the time. The more particular ones come first.
const AFTER_TIME: &[Layout] = &[
    // Spring Boot (DefaultLogbackConfiguration): process number, application name since 3.2, thread.
    telling(" {level} {number} --- [{inside}] [{thread}] {word} : {message}"),
    telling(" {level} {number} --- [{thread}] {word} : {message}"),
    // logback's BasicConfigurator and its documentation's first pattern; two dashes since 1.3.
    telling(" [{thread}] {level} {word} - {message}"),
    telling(" [{thread}] {level} {word} -- {message}"),
    // log4j's documentation: `%d %-5p [%t] %c - %m`, and with the class and line in parentheses.
    telling(" {level} [{thread}] {word} - {message}"),
    // Quarkus and WildFly: `%d{…} %-5p [%c{3.}] (%t) %s%e`.
    telling(" {level} [{inside}] ({thread}) {message}"),
    // NLog's default: `${longdate}|${level:uppercase=true}|${logger}|${message}`.
    telling("|{level}|{word}|{message}"),
    // Ruby's semantic_logger: `2011-07-19 14:36:15.660235 D [1149:main file.rb:5] [tag] Rails -- message -- payload`.
    telling(" {level} [{inside}] {word} -- {message}"),
    // Rust's tracing, full format: the spans with their fields stand before the target.
    telling(" {level} {span}: {word}: {message}"),
    // Without spans, and in the compact format, the target alone; only tracing writes microseconds and `Z`.
    Layout {
        stamp: "dddd-dd-ddTdd:dd:dd.ddddddZ",
        pattern: " {level} {word}: {message}",
        fit: Fit::Yes,
    },
    // .NET's console with a TimestampFormat, and java.util.logging's SimpleFormatter: the message is on the next line.
    telling(" {level}: {word}[{number}]\n{message}"),
    telling(" {word} {word}\n{level}: {message}"),
    // zap's development encoder.
    telling("\t{level}\t{word}\t{message}"),
    // AWS Lambda's Node runtime: the request's id before the level.
    telling("\t{word}\t{level}\t{message}"),
    // Serilog's file sink, with and without the source.
    telling(" [{level}] ({inside}) {message}"),
    // glog, klog and absl: the level's letter, the month and the day are one word.
    Layout {
        stamp: "adddd dd:dd:dd.dddddd",
        pattern: " {number} {word}] {message}",
        fit: Fit::Yes,
    },
    // What remains is what many loggers write.
    common(" [{level}] {message}"),
    common(" {level}: {message}"),
    common(" - {level}: {message}"),
    common(" - {level} - {message}"),
    common(" {level} {message}"),
    common(" [{thread}] {level} {message}"),
    common(" [{thread}] [{level}] {message}"),
    common(" {word}[{number}]: {level} {message}"),
    common(" {word} {level} {message}"),
    common(" {word} [{level}] {message}"),
    common(" [{thread}] {word} {level} {message}"),
    common(" | {level} | {message}"),
    common("|{level}|{message}"),
    common(";{level};{message}"),
    common(",{level},{message}"),
    // Go's log package writes no level: only its date tells it from prose.
    stamped("dddd/dd/dd dd:dd:dd", " {message}"),
    stamped("dddd/dd/dd dd:dd:dd.dddddd", " {message}"),
    // Python's `%(asctime)s %(message)s` (its logging how-to), and what programs put a time before.
    stamped("dddd-dd-dd dd:dd:dd,ddd", " {message}"),
    stamped("dddd-dd-dd dd:dd:dd.ddd", " {message}"),
    stamped("dddd-dd-dd dd:dd:dd", " {message}"),
    stamped("dddd-dd-ddTdd:dd:dd.dddZ", " {message}"),
    stamped("dddd-dd-ddTdd:dd:ddZ", " {message}"),
    stamped("dddd-dd-dd dd:dd:dd,ddd", " - {message}"),
    stamped("dddd-dd-dd dd:dd:dd", " - {message}"),
];

/// Layouts that begin with the time in a bracket.
const IN_BRACKET: &[Layout] = &[
    // Rust's env_logger.
    telling(" {level} {word}] {message}"),
    // Serilog's console: `[{Timestamp:HH:mm:ss} {Level:u3}] {Message}`.
    telling(" {level}] {message}"),
    // Monolog and Laravel: channel and level.
    telling("] {word}.{level}: {message}"),
    // pino-pretty: `[14:02:11.714] ERROR (svc/1234): message`.
    telling("] {level} ({inside}): {message}"),
    // The same where the program leaves out process and host, as most do: known by its stamps (`translateTime`).
    pretty("dd:dd:dd.ddd"),
    pretty("dddd-dd-ddTdd:dd:dd.dddZ"),
    pretty("dddd-dd-dd dd:dd:dd.ddd"),
    pretty("dddd-dd-dd dd:dd:dd.ddd +dddd"),
    pretty("dddd-dd-dd dd:dd:dd.ddd -dddd"),
    common("] [{level}] {message}"),
    common("][{level}] {message}"),
    // fern's own example.
    common("][{word}][{level}] {message}"),
    common("] {level}: {message}"),
    common("] {level} {message}"),
    common("] [{thread}] [{level}] {message}"),
    common("] [{thread}] {level} {message}"),
    common("] {word} {level} {message}"),
    // What programs put a time before themselves: `print(f"[{datetime.now():%H:%M:%S}] …")`.
    stamped("dd:dd:dd", "] {message}"),
    stamped("dddd-dd-dd dd:dd:dd", "] {message}"),
    stamped("dddd-dd-dd dd:dd:dd.ddd", "] {message}"),
    stamped("dddd-dd-dd dd:dd:dd.dddddd", "] {message}"),
    // PHP's `error_log` (php_log_err in main/main.c): a zone by its name, and `PHP` and a level only of its own errors.
    stamped("dd-aaa-dddd dd:dd:dd UTC", "] {message}"),
    stamped("dd-aaa-dddd dd:dd:dd", " {word}] {message}"),
];

/// Layouts in which something else comes first.
const TIME_LATER: &[Layout] = &[
    // Ruby's Logger::Formatter.
    telling("{level}, [{time} #{number}] {level} -- {inside}: {message}"),
    // Dropwizard: `%-5p [%d{ISO8601,UTC}] %c: %m%n%rEx`.
    telling("{level} [{time}] {word}: {message}"),
    // AWS Lambda's Python runtime: level, time, request id, parted by tabs.
    telling("[{level}]\t{time}\t{word}\t{message}"),
    // logrus on a terminal: seconds since the start, no date.
    telling("{level}[{number}] {message}"),
    // NestJS's ConsoleLogger.
    telling("[Nest] {number} - {time} {level} [{inside}] {message}"),
    // .NET's console formatter: the message stands indented on the next line.
    telling("{level}: {word}[{number}]\n{message}"),
    // winston's simple format.
    common("[{level}] {time} {message}"),
    common("[{level}]\t{time}\t{message}"),
    common("{level} {time} {message}"),
    common("<{level}> {time} ({inside}) {message}"),
    common("<{level}> {time} {message}"),
    common("{level}: {message}"),
    // pytest's live log and others without a time.
    common("{level} {word}:{number} {message}"),
];

/// One record or more of each telling layout.
pub(super) const SAMPLES: &[&str] = &[
    "2025-03-06T14:02:11.123Z ERROR 1 --- [chat] [nio-8080-exec-1] c.a.Svc                                  : Retry error. Retry count:3",
    "2025-03-06T14:02:11.123Z [main] ERROR c.a.Svc - call failed\njava.lang.IllegalStateException: x",
    "2025-03-06T14:02:11.123Z ERROR [com.acm.Svc] (executor-thread-1) call failed",
    "2025-03-06 14:02:11.123  WARN 1 --- [nio-8080-exec-1] o.s.ai.retry.RetryUtils                  : Retry error. Retry count:3",
    "14:02:11.123 [main] ERROR c.a.Svc -- call failed\ncom.openai.errors.InternalServerException: 500: The server had an error",
    "2025-03-06 14:02:11,123 ERROR [com.acm.Svc] (executor-thread-1) call failed",
    "2025-03-06 14:02:11.1234|ERROR|MyApp.Llm|call failed model=gpt-4o status=500 latency_ms=812",
    "2025-03-06 14:02:11.715235 E [1149:main llm.rb:5] Llm -- call failed -- {:model=>\"gpt-4o\", :status=>500, :request_id=>\"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa\"}",
    "2025-03-06T14:02:26.854993Z  WARN llm_call{model=\"gpt-4o\" attempt=1}: svc: server error status=500 x_request_id=\"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa\"",
    "2025-03-06T14:02:26.854993Z  WARN async_openai::client: Server error: 500 Internal Server Error - {}",
    "2025-03-06T14:02:11.123+0100\tERROR\tllm/client.go:10\tcall failed\t{\"model\": \"gpt-4o\", \"status\": 500, \"error\": \"overloaded\"}",
    "2025-03-06T14:02:11.714Z\t8f1c2a34-5b6c-4d7e-8f90-a1b2c3d4e5f6\tERROR\tInternalServerError: 500 The server had an error",
    "[2025-03-06T14:02:26Z WARN  async_openai::client] Server error: 500 Internal Server Error - {}",
    "[14:02:11 ERR] call failed",
    "[2025-03-06 14:02:11] production.ERROR: call failed {\"model\":\"gpt-4o\",\"status\":500} []",
    "[14:02:11.714] ERROR (1234): call failed",
    "[14:02:11.714] ERROR: completion failed\n    model: \"gpt-4o\"\n    durationMs: 1920\n    err: {\n      \"status\": 500\n    }",
    "E, [2025-03-06T14:02:11.909260 #13939] ERROR -- app: call failed model=gpt-4o status=500 latency_ms=812",
    "ERRO[0042] call failed                                   model=gpt-4o status=500",
    "[Nest] 1234  - 03/06/2025, 2:02:11 PM   ERROR [LlmService] call failed",
    "E0306 14:02:11.714000    1234 llm.go:88] call failed model=gpt-4o status=500",
    "fail: MyApp.Llm[0]\n      call failed",
    "2025/03/06 14:02:11 POST \"https://api.openai.com/v1/chat/completions\": 500 Internal Server Error {\"error\":{}}",
    "Wed Sep 02 15:01:22 2026 openai._base_client[8591]: INFO Retrying request to /chat/completions in 0.432895 seconds",
    "<-- 500 (1.204s, 151-byte body)",
];
