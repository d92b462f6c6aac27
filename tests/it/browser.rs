//! Does a browser show the HTML report without a complaint, and without having to scroll sideways? Asked where a Chromium
//! is installed; elsewhere the test says that it did not ask.

use crate::html::{elements, poisoned};
use crate::run::{findings, plan, report};
use faultscope::redact::Audience;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Widths of a desk, of a window on it, of a tablet and of a telephone, in CSS pixels.
const WIDTHS: [u32; 4] = [1280, 1060, 820, 390];

/// Shows by how much a page is wider than a frame of that width. The page may run nothing itself.
const FRAME: &str = "<!DOCTYPE html><meta charset=utf-8><body><p id=said></p><script>
  const frame = document.createElement('iframe');
  frame.style = 'border:0;height:900px;width:WIDTHpx';
  frame.onload = () => {
    const root = frame.contentDocument.documentElement;
    document.getElementById('said').textContent = 'sticks out by ' + (root.scrollWidth - root.clientWidth);
  };
  frame.srcdoc = PAGE;
  document.body.append(frame);
</script>";

#[expect(clippy::print_stderr, reason = "a test that does not ask says so")]
fn chromium() -> Option<&'static str> {
    let answers = |name: &&str| {
        let asked = Command::new(name).arg("--version").output();
        asked.is_ok_and(|answer| answer.status.success())
    };
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(answers);
    if found.is_none() {
        eprintln!("skipped: there is no Chromium to show the report to");
    }
    found
}

/// The page as the browser has it after loading, and what it says on its console.
fn shown(chromium: &str, folder: &Path, file: &Path) -> (String, Vec<String>) {
    let Output { stdout, stderr, .. } = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--enable-logging=stderr",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&stderr);
    let console = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (String::from_utf8_lossy(&stdout).into_owned(), console.collect())
}

/// What a page says of its size in a frame of a width.
fn framed(chromium: &str, folder: &Path, page: &str, width: u32) -> String {
    // What a script's text may hold is decided by the browser, which looks for its end first.
    let text = serde_json::to_string(page).unwrap().replace("</", "<\\/");
    let frame = FRAME.replace("WIDTH", &width.to_string()).replace("PAGE", &text);
    let file = folder.join("frame.html");
    fs::write(&file, frame).unwrap();
    shown(chromium, folder, &file).0
}

#[test]
fn a_browser_shows_it_without_a_complaint_and_without_scrolling_sideways() {
    let Some(chromium) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    let long = "deployment-of-a-very-long-name_".repeat(4);
    let pages = [
        ("outage-full", findings(&plan("outage-full"))),
        ("0108-net_proxy", findings(&plan("0108-net_proxy"))),
        ("long names", poisoned(findings(&plan("model-down")), &long)),
    ];
    for (name, findings) in pages {
        let page = report(&findings, "html", Audience::Internal, b"key");
        let file = folder.path().join("page.html");
        fs::write(&file, &page).unwrap();
        let (dom, console) = shown(chromium, folder.path(), &file);
        assert_eq!(console, [""; 0], "{name}");
        // A browser mends what is ill formed; it found nothing to mend.
        let names = |page: &str| elements(page).into_iter().map(|element| element.name).collect::<Vec<_>>();
        assert_eq!(names(dom.trim_end()), names(&page), "{name}");
        for width in WIDTHS {
            let dom = framed(chromium, folder.path(), &page, width);
            assert!(dom.contains("sticks out by 0<"), "{name} at {width}: {dom:.600}");
        }
    }
}

#[test]
fn the_browser_complains_and_sees_what_sticks_out_so_its_silence_means_something() {
    let Some(chromium) = chromium() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = report(&findings(&plan("quiet-day")), "html", Audience::Forwardable, b"key");
    let file = folder.path().join("page.html");
    let foreign = "<script>document.title = 'run'</script><img src=\"x.png\"></body>";
    fs::write(&file, page.replace("</body>", foreign)).unwrap();
    let (dom, console) = shown(chromium, folder.path(), &file);
    assert!(console.len() >= 2 && !dom.contains("<title>run"), "{console:?}");
    let wide = page.replace("</body>", "<p style=\"width:2000px\">wide</p></body>");
    assert!(!framed(chromium, folder.path(), &wide, 390).contains("sticks out by 0<"));
}
