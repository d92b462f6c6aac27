//! Is the HTML report whole in itself, well formed, and deaf to whatever a log holds?

use crate::run::{CORPORA, findings, plan, report};
use faultscope::model::{Dimension, Findings, IdTexts, Ids, Name};
use faultscope::redact::Audience;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What somebody may have written into a model, a host or a file name.
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title></svg></table><iframe srcdoc=x>",
    "&lt;b&gt;\u{202e}\u{1b}[31m javascript:alert(1) cookie: a=b?sv=2020-",
];

/// Every element that the report is made of; whatever else stands in it came from somewhere else.
const ELEMENTS: [&str; 43] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "footer",
    "nav",
    "section",
    "article",
    "figure",
    "figcaption",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "span",
    "strong",
    "small",
    "code",
    "a",
    "i",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "svg",
    "desc",
    "rect",
    "path",
    "details",
];

/// An element as it stands in the page.
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: BTreeMap<String, String>,
}

/// The elements of a page, all of them closed in their order.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let (style, rest) = page.split_once("<style>").map_or(("", page), |(before, after)| {
        let (style, after) = after.split_once("</style>").unwrap();
        assert!(!before.contains("<body"), "a style in the body");
        (style, after)
    });
    assert!(!style.contains(['<', '>']) || !style.contains('<'), "markup in the style");
    let head = page.split_once("<style>").map_or("", |(before, _)| before);
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for part in [head, rest] {
        let mut left = part;
        while let Some(at) = left.find('<') {
            left = &left[at + 1..];
            let end = tag_end(left);
            let tag = &left[..end];
            left = &left[end + 1..];
            if tag == "!DOCTYPE html" {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "closed out of order");
                continue;
            }
            let element = element(tag);
            if element.name != "meta" {
                open.push(element.name.clone());
            }
            found.push(element);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    found
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, letter)| {
            quoted ^= *letter == '"';
            *letter == '>' && !quoted
        })
        .map(|(at, _)| at)
        .unwrap()
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        attributes.insert(name.trim().to_owned(), value.to_owned());
        rest = after;
    }
    assert!(rest.trim().is_empty(), "an attribute without quotes: {rest}");
    Element {
        name: name.to_owned(),
        attributes,
    }
}

/// What makes a page not be whole in itself.
fn wrongs(page: &str) -> Vec<String> {
    let elements = elements(page);
    let mut wrongs = Vec::new();
    let mut ids = BTreeSet::new();
    for element in &elements {
        if !ELEMENTS.contains(&element.name.as_str()) && element.name != "summary" {
            wrongs.push(format!("an element <{}>", element.name));
        }
        for (name, value) in &element.attributes {
            let loads = [
                "src",
                "srcset",
                "srcdoc",
                "action",
                "data",
                "background",
                "poster",
                "xlink:href",
            ]
            .contains(&name.as_str());
            let leaves = name == "href" && !value.starts_with('#');
            let styled = name == "style" && (value.contains("url") || value.contains('\\'));
            if loads || leaves || styled || name.starts_with("on") {
                wrongs.push(format!("{name}={value}"));
            }
            if name == "id" && !ids.insert(value.clone()) {
                wrongs.push(format!("two elements with the id {value}"));
            }
        }
    }
    for element in &elements {
        let wanted = element.attributes.get("href").map(|href| href.trim_start_matches('#'));
        let labels = element.attributes.get("aria-labelledby").into_iter();
        for id in labels.flat_map(|labels| labels.split(' ')).chain(wanted) {
            if !ids.contains(id) {
                wrongs.push(format!("there is nothing with the id {id}"));
            }
        }
    }
    for loads in ["url(", "@import", "javascript:alert(1)\""] {
        if page.contains(loads) {
            wrongs.push(loads.to_owned());
        }
    }
    wrongs
}

fn page(findings: &Findings, audience: Audience) -> String {
    report(findings, "html", audience, b"key")
}

/// The findings with a hostile word wherever a word of a log may stand.
pub(crate) fn poisoned(mut findings: Findings, word: &str) -> Findings {
    let name = Name::from(word);
    for window in &mut findings.windows {
        for values in window.scope.values.values_mut() {
            values.push(Arc::clone(&name));
        }
        window.verdict.because.push(word.to_owned());
        window.verdict.next_step.push_str(word);
        for error in &mut window.by_error {
            error.error_type = Some(Arc::clone(&name));
        }
        for attempt in &mut window.requests {
            let mut attributes = (*attempt.attributes).clone();
            for dimension in Dimension::ALL {
                attributes.set(dimension, Some(Arc::clone(&name)));
            }
            attempt.attributes = Arc::new(attributes);
            attempt.ids = Ids::from(IdTexts {
                x_request_id: Some(&name),
                cf_ray: Some(&name),
                ..attempt.ids.texts()
            });
            attempt.seen_by.paths_mut().for_each(|path| *path = Arc::clone(&name));
        }
    }
    for slice in &mut findings.timeline.slices {
        slice.name = Some(Arc::clone(&name));
    }
    for source in &mut findings.coverage.sources {
        source.path = Arc::clone(&name);
        source.time_zone = Some(word.into());
        source.notes.push(word.to_owned());
    }
    for finding in &mut findings.findings {
        finding.says = word.to_owned();
        finding.path = Some(Arc::clone(&name));
    }
    for kind in &mut findings.caller_side {
        kind.models.push(Arc::clone(&name));
    }
    findings
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    for name in CORPORA {
        let page = page(&findings(&plan(name)), Audience::Forwardable);
        assert_eq!(wrongs(&page), [""; 0], "{name}");
    }
}

#[test]
fn the_page_itself_forbids_what_it_does_not_do() {
    let page = page(&findings(&plan("quiet-day")), Audience::Forwardable);
    let head = page.split_once("<title>").unwrap().0;
    assert!(head.contains(
        "http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"
    ));
}

#[test]
fn a_hostile_word_stays_a_word_wherever_it_stands() {
    let clean = findings(&plan("model-down"));
    // Words that are kept whole stand in spans.
    let tags = |page: &str| -> Vec<String> {
        let elements = elements(page).into_iter().filter(|element| element.name != "span");
        elements.map(|element| element.name).collect()
    };
    let usual = tags(&page(&poisoned(clean.clone(), "word"), Audience::Internal));
    for word in HOSTILE {
        let page = page(&poisoned(clean.clone(), word), Audience::Internal);
        assert_eq!(wrongs(&page), [""; 0], "{word}");
        let (tags, usual) = (tags(&page), usual.iter());
        let odd = tags.iter().zip(usual).position(|(found, usual)| found != usual);
        assert_eq!(odd, None, "{word}: {:?}", odd.map(|at| &tags[at - 5..]));
        assert!(!page.contains(['\u{202e}', '\u{1b}']), "{word}");
    }
}

#[test]
fn every_table_has_a_caption_and_every_drawing_a_title_and_a_description() {
    let page = page(&findings(&plan("outage-full")), Audience::Forwardable);
    let names: Vec<String> = elements(&page).into_iter().map(|element| element.name).collect();
    let after = |name: &str, wanted: &[&str]| {
        let places = names.iter().enumerate().filter(|(_, found)| *found == name);
        places.for_each(|(at, _)| assert_eq!(names[at + 1..=at + wanted.len()], *wanted, "after {name}"));
    };
    after("table", &["caption", "thead"]);
    after("svg", &["title", "desc"]);
    let headings: Vec<&String> = names
        .iter()
        .filter(|name| ["h1", "h2", "h3", "h4"].contains(&name.as_str()))
        .collect();
    assert_eq!(headings.iter().filter(|name| **name == "h1").count(), 1);
    for pair in headings.windows(2) {
        assert!(
            pair[1][1..].parse::<u8>().unwrap() <= pair[0][1..].parse::<u8>().unwrap() + 1,
            "{pair:?}"
        );
    }
}

#[test]
fn a_page_of_many_windows_stays_a_page() {
    let mut findings = findings(&plan("outage-full"));
    let (window, zoom) = (findings.windows[0].clone(), findings.timeline.windows[0].clone());
    findings.windows = vec![window; 200];
    findings.timeline.windows = vec![zoom; 64];
    let page = page(&findings, Audience::Forwardable);
    assert_eq!(wrongs(&page), [""; 0]);
    assert!(page.len() < 4_000_000, "{}", page.len());
    assert_eq!(page.matches("<details").count(), 200 - 6);
}

#[test]
fn the_test_sees_what_it_looks_for() {
    for (page, wrong) in [
        ("<script>x</script>", "an element <script>"),
        ("<a href=\"http://x\">x</a>", "href=http://x"),
        ("<p onclick=\"x\">x</p>", "onclick=x"),
        ("<p style=\"background:url(x)\">x</p>", "style=background:url(x)"),
        ("<p id=\"a\">x</p><p id=\"a\">x</p>", "two elements with the id a"),
        ("<a href=\"#b\">x</a>", "there is nothing with the id b"),
    ] {
        assert!(wrongs(page).contains(&wrong.to_owned()), "{page}");
    }
}
