//! Makes a deterministic log of any size for measuring: one day, three failure windows, and the truth beside it.
//!
//! `cargo run --release --example make-corpus -- json|nginx|text|mixed SIZE DIR`, SIZE as `64M` or `1G`. The same arguments
//! give the same bytes. Shares: 2 % failures, 1.5 % of 429, 0.8 % of other 4xx; one JSON line in ten is not about a call.
//! `mixed` is 200 rotated files of such lines, 40 % of them .gz and 20 % .zst: an application in JSON, the nginx before it,
//! and another application in text; SIZE is what they unpack to.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a generator of test data, run by hand"
)]

use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Start of the day: 2026-03-02T00:00:00Z.
const DAY_START_MS: u64 = 1_772_409_600_000;
const DAY_MS: u64 = 86_400_000;

/// A small generator of numbers (xorshift64*, Vigna 2016), so that no crate's version changes the bytes.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

#[derive(Default)]
struct Truth {
    lines: u64,
    attempts: u64,
    failures: u64,
    caller_side: u64,
}

const MODELS: [&str; 5] = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "text-embedding-3-small", "o3-mini"];
const ENDPOINTS: [&str; 3] = ["/v1/chat/completions", "/v1/responses", "/v1/embeddings"];

/// One attempt.
struct Attempt {
    ms: u64,
    model: &'static str,
    endpoint: &'static str,
    status: u16,
    duration_ms: u64,
    id: [u64; 2],
    client_id: [u64; 2],
}

fn attempt(numbers: &mut Numbers, ms: u64) -> Attempt {
    let in_day = ms - DAY_START_MS;
    let hour = in_day / 3_600_000;
    let failing_window = matches!(hour, 3 | 11 | 19) && in_day % 3_600_000 < 1_700_000;
    let model = MODELS[numbers.below(5) as usize];
    let draw = numbers.below(10_000);
    let failing = if failing_window { draw < 3_000 } else { draw < 5 };
    let status = match draw {
        _ if failing => [500, 502, 503][numbers.below(3) as usize],
        9_700..9_850 => 429,
        9_900..9_980 => 400,
        _ => 200,
    };
    Attempt {
        ms,
        model,
        endpoint: ENDPOINTS[numbers.below(3) as usize],
        status,
        duration_ms: 200 + numbers.below(4_000),
        id: [numbers.next(), numbers.next()],
        client_id: [numbers.next(), numbers.next()],
    }
}

fn stamp(ms: u64) -> String {
    let s = (ms - DAY_START_MS) / 1000;
    format!(
        "2026-03-02T{:02}:{:02}:{:02}.{:03}Z",
        s / 3600,
        s / 60 % 60,
        s % 60,
        ms % 1000
    )
}

fn uuid([a, b]: [u64; 2]) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b & 0xfff,
        b >> 16
    )
}

fn json(out: &mut dyn Write, one: &Attempt, noise: bool) -> io::Result<()> {
    if noise {
        return writeln!(
            out,
            r#"{{"timestamp":"{}","level":"info","service":"assistant","host":"app-1","logger":"worker.pool","event":"job picked up from the queue","queue":"default","depth":{},"note":"{}"}}"#,
            stamp(one.ms),
            one.duration_ms,
            "x".repeat(280)
        );
    }
    let error = if one.status >= 400 {
        r#","error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","code":null}"#
    } else {
        ""
    };
    writeln!(
        out,
        r#"{{"timestamp":"{}","level":"{}","service":"assistant","host":"app-1","provider":"openai","server.address":"api.openai.com","http.request.method":"POST","url.path":"{}","gen_ai.request.model":"{}","service_tier":"default","project":"proj_alpha","attempt":1,"duration_ms":{},"x_client_request_id":"{}","http.response.status_code":{},"x_request_id":"req_{:016x}{:016x}"{error}}}"#,
        stamp(one.ms),
        if one.status >= 400 { "error" } else { "info" },
        one.endpoint,
        one.model,
        one.duration_ms,
        uuid(one.client_id),
        one.status,
        one.id[0],
        one.id[1]
    )
}

fn nginx(out: &mut dyn Write, one: &Attempt) -> io::Result<()> {
    let s = (one.ms - DAY_START_MS) / 1000;
    writeln!(
        out,
        r#"10.0.3.{} - - [02/Mar/2026:{:02}:{:02}:{:02} +0000] "POST {} HTTP/1.1" {} 1500 "-" "OpenAI/Python 3.52.0" rt={}.{:03} uct="0.012" uht="0.{:03}" urt="{}.{:03}" ua="104.18.7.192:443" us="{}" rid="req_{:016x}{:016x}" crid="{}""#,
        one.id[0] % 8,
        s / 3600,
        s / 60 % 60,
        s % 60,
        one.endpoint,
        one.status,
        one.duration_ms / 1000,
        one.duration_ms % 1000,
        one.duration_ms % 1000,
        one.duration_ms / 1000,
        one.duration_ms % 1000,
        one.status,
        one.id[0],
        one.id[1],
        uuid(one.client_id)
    )
}

fn text(out: &mut dyn Write, one: &Attempt) -> io::Result<()> {
    let stamp = stamp(one.ms).replace('T', " ").replace('Z', "").replace('.', ",");
    let worker = one.id[0] % 8;
    let reason = if one.status == 200 { "OK" } else { "Error" };
    writeln!(
        out,
        r#"{stamp} INFO     [worker_{worker}] httpx: HTTP Request: POST https://api.openai.com{} "HTTP/1.1 {} {reason}""#,
        one.endpoint, one.status
    )?;
    if one.status == 200 {
        return Ok(());
    }
    writeln!(
        out,
        "{stamp} ERROR    [worker_{worker}] app.llm: llm call failed endpoint={} model={} client_request_id={} status={} latency_ms={}\nTraceback (most recent call last):\n  File \"/srv/app/llm.py\", line 64, in handle\n    return self.call(model)\nopenai.InternalServerError: Error code: {} - {{'error': {{'message': 'The server had an error', 'type': 'server_error', 'param': None, 'code': None}}}}",
        one.endpoint,
        one.model,
        uuid(one.client_id),
        one.status,
        one.duration_ms,
        one.status
    )
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(kind), Some(size), Some(directory)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: make-corpus json|nginx|text|mixed SIZE DIR"));
    };
    let unit = if size.ends_with('G') { 1 << 30 } else { 1 << 20 };
    let bytes: u64 = size.trim_end_matches(['M', 'G']).parse::<u64>().map_err(io::Error::other)? * unit;
    let mean = match kind.as_str() {
        "json" => 480,
        "nginx" => 320,
        _ => 150,
    };
    std::fs::create_dir_all(&directory)?;
    if kind == "mixed" {
        return mixed(Path::new(&directory), bytes);
    }
    let path = Path::new(&directory).join(format!("{kind}.log"));
    let mut out = Counted {
        inner: BufWriter::with_capacity(1 << 20, File::create(&path)?),
        written: 0,
    };
    let step = (DAY_MS as f64) / (bytes as f64 / f64::from(mean));
    let (mut numbers, mut truth, mut at) = (Numbers(0x9e37_79b9_7f4a_7c15), Truth::default(), 0.0);
    while out.written < bytes {
        let one = attempt(&mut numbers, DAY_START_MS + (at as u64).min(DAY_MS - 1));
        at += step;
        let noise = kind == "json" && numbers.below(10) == 0;
        match kind.as_str() {
            "json" => json(&mut out, &one, noise)?,
            "nginx" => nginx(&mut out, &one)?,
            _ => text(&mut out, &one)?,
        }
        truth.lines += 1;
        if !noise {
            truth.attempts += 1;
            truth.failures += u64::from(one.status >= 500);
            truth.caller_side += u64::from((400..500).contains(&one.status));
        }
    }
    out.flush()?;
    let Truth {
        lines,
        attempts,
        failures,
        caller_side,
    } = truth;
    let truth = format!("{{\"lines\":{lines},\"attempts\":{attempts},\"failures\":{failures},\"caller_side\":{caller_side}}}\n");
    std::fs::write(path.with_extension("truth.json"), truth)
}

/// Files of a mixed corpus.
const MIXED_FILES: u64 = 200;

/// A directory of rotated logs, packed and not.
fn mixed(directory: &Path, bytes: u64) -> io::Result<()> {
    let mean = 480 + 320 + 150;
    let step = (DAY_MS as f64) / (bytes as f64 / f64::from(mean));
    let (mut traffic, mut other, mut noise) = (Numbers(0x9e37_79b9_7f4a_7c15), Numbers(0x1234_5678), Numbers(0x8765_4321));
    let rotated = |name| Rotated::new(directory, name, bytes / MIXED_FILES);
    let (mut app, mut proxy, mut worker) = (
        rotated("app/app.log"),
        rotated("proxy/access.log"),
        rotated("worker/worker.log"),
    );
    let (mut truth, mut written, mut at) = (Truth::default(), 0, 0.0);
    while written < bytes {
        let ms = DAY_START_MS + (at as u64).min(DAY_MS - 1);
        at += step;
        let (one, unrelated) = (attempt(&mut traffic, ms), attempt(&mut other, ms));
        let before = app.all() + proxy.all() + worker.all();
        if noise.below(10) == 0 {
            json(&mut app.unpacked, &one, true)?;
        }
        json(&mut app.unpacked, &one, false)?;
        nginx(&mut proxy.unpacked, &one)?;
        text(&mut worker.unpacked, &unrelated)?;
        written += app.all() + proxy.all() + worker.all() - before;
        for log in [&mut app, &mut proxy, &mut worker] {
            log.rotate_if_full(false)?;
        }
        for one in [&one, &unrelated] {
            truth.attempts += 1;
            truth.failures += u64::from(one.status >= 500);
            truth.caller_side += u64::from((400..500).contains(&one.status));
        }
    }
    for log in [&mut app, &mut proxy, &mut worker] {
        log.rotate_if_full(true)?;
    }
    let Truth {
        attempts,
        failures,
        caller_side,
        ..
    } = truth;
    let truth = format!("{{\"attempts\":{attempts},\"failures\":{failures},\"caller_side\":{caller_side}}}\n");
    std::fs::write(directory.join("mixed.truth.json"), truth)
}

/// A log that is begun anew when it is full, and packed then, or not.
struct Rotated {
    path: PathBuf,
    unpacked: Vec<u8>,
    full: u64,
    count: u64,
    before: u64,
}

impl Rotated {
    fn new(directory: &Path, name: &str, full: u64) -> Self {
        Self {
            path: directory.join(name),
            unpacked: Vec::new(),
            full,
            count: 0,
            before: 0,
        }
    }

    fn all(&self) -> u64 {
        self.before + self.unpacked.len() as u64
    }

    fn rotate_if_full(&mut self, is_last: bool) -> io::Result<()> {
        if (self.unpacked.len() as u64) < self.full && !is_last {
            return Ok(());
        }
        let name = self.path.display();
        let number = self.count;
        if let Some(directory) = self.path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        match number % 5 {
            0 | 1 => {
                let mut out = GzEncoder::new(File::create(format!("{name}.{number}.gz"))?, flate2::Compression::default());
                out.write_all(&self.unpacked)?;
                out.finish()?;
            }
            2 => {
                let packed = zstd::encode_all(self.unpacked.as_slice(), 3)?;
                std::fs::write(format!("{name}.{number}.zst"), packed)?;
            }
            _ => std::fs::write(format!("{name}.{number}"), &self.unpacked)?,
        }
        self.before += self.unpacked.len() as u64;
        self.count += 1;
        self.unpacked.clear();
        Ok(())
    }
}

/// Counts what goes through.
struct Counted<W> {
    inner: W,
    written: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
