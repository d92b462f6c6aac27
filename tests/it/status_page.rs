//! Is a status page fetched as promised: only where an address is given, from that host, in time, and not without end?

use crate::run::corpus;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server on loopback that answers every request as told, and remembers what it was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().and_then(Result::ok).unwrap_or_default();
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                remembered.lock().unwrap().push(path.clone());
                answer(&path, &mut stream);
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: &mut TcpStream, status: &str, more: &str, body: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n{body}",
        body.len()
    );
}

/// A page on which every API failed since 2020.
fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/status-pages/openai-shim.json"))
        .unwrap()
        .replace("2026-03-10T14:10:00Z", "2020-01-01T00:00:00Z")
        .replace("\"resolved_at\":\"2026-03-10T14:50:00Z\"", "\"resolved_at\":null")
        .replace(
            "\"status\":\"resolved\",\"impact\":\"major\"",
            "\"status\":\"monitoring\",\"impact\":\"major\"",
        )
}

fn analyze(pages: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faultscope"));
    command.env_clear().args(["analyze", "-q", "--report", "json", "--internal"]);
    for page in pages {
        command.args(["--status-page", page]);
    }
    command.arg(corpus("outage-full").join("logs")).output().unwrap()
}

fn notes(output: &Output) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let windows = report["windows"].as_array().unwrap();
    windows
        .iter()
        .flat_map(|window| window["status_page"].as_array().unwrap().clone())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_saved_page_and_a_fetched_one_say_the_same() {
    let server = Server::new(|path, stream| match path {
        "/api/v2/incidents.json" => answer(stream, "200 OK", "", &page()),
        "/moved" => answer(stream, "302 Found", "location: /api/v2/incidents.json\r\n", ""),
        _ => answer(stream, "404 Not Found", "", ""),
    });
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("incidents.json");
    fs::write(&saved, page()).unwrap();
    let saved = analyze(&[saved.to_str().unwrap()]);
    assert!(notes(&saved).iter().any(|note| note["agrees"] == true), "{}", said(&saved));
    for url in ["/api/v2/incidents.json", "/moved"] {
        let fetched = analyze(&[&format!("http://{}{url}", server.address)]);
        assert_eq!((notes(&fetched), said(&fetched)), (notes(&saved), String::new()));
    }
}

#[test]
fn of_a_bare_address_the_known_places_are_asked() {
    let server = Server::new(|path, stream| match path {
        "/api/v2/incidents.json" | "/api/v2/summary.json" => answer(stream, "200 OK", "", &page()),
        _ => answer(stream, "404 Not Found", "", ""),
    });
    let output = analyze(&[&format!("http://{}", server.address)]);
    assert!(notes(&output).iter().any(|note| note["agrees"] == true), "{}", said(&output));
    assert_eq!(
        server.asked(),
        ["/proxy/127.0.0.1", "/api/v2/summary.json", "/api/v2/incidents.json"]
    );
}

#[test]
fn another_host_is_never_asked() {
    let elsewhere = Server::new(|_, stream| answer(stream, "200 OK", "", &page()));
    let target = elsewhere.address.replace("127.0.0.1", "localhost");
    let server = Server::new(move |_, stream| {
        answer(
            stream,
            "301 Moved",
            &format!("location: http://{target}/incidents.json\r\n"),
            "",
        );
    });
    let output = analyze(&[&format!("http://{}/incidents.json", server.address)]);
    assert!(said(&output).contains("leads to another host"), "{}", said(&output));
    assert_eq!(
        (notes(&output).len(), elsewhere.asked().len(), output.status.code()),
        (0, 0, Some(0))
    );
}

#[test]
fn a_page_without_end_a_silent_one_and_a_broken_one_stop_nothing() {
    let endless = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        let block = [b' '; 65536];
        while stream.write_all(&block).is_ok() {}
    });
    let silent = Server::new(|_, _| thread::sleep(std::time::Duration::from_secs(60)));
    let circle = Server::new(|path, stream| answer(stream, "302 Found", &format!("location: {path}x\r\n"), ""));
    let broken = Server::new(|_, stream| answer(stream, "200 OK", "", "{\"incidents\": ["));
    for (server, reason) in [
        (&endless, "larger than"),
        (&silent, "timeout"),
        (&circle, "in circles"),
        (&broken, "no JSON"),
    ] {
        let output = analyze(&[&format!("http://{}/x", server.address)]);
        assert!(said(&output).contains(reason), "{reason}: {}", said(&output));
        assert_eq!((output.status.code(), notes(&output).len()), (Some(0), 0));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = report["findings"].as_array().unwrap().iter();
        let mut said = said.filter(|finding| finding["about"] == "status-page");
        assert!(
            said.any(|finding| finding["says"].as_str().unwrap().contains(reason)),
            "{reason}"
        );
    }
}
