//! `--status-page`: a saved page, or one that is fetched because its address was given; the only connection that the
//! program ever opens.

use super::say::say;
use crate::judge::corroborate::{self, StatusPage};
use crate::model::Findings;
use anyhow::{Context as _, anyhow, bail};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use ureq::http::Uri;

/// A page that has not answered by then is not waited for: the report must not hang on somebody else's page.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a page at most: fifty incidents with all their updates are a tenth of it.
const MOST: u64 = 8 << 20;

/// Redirections that are followed, on the same host only.
const REDIRECTS: usize = 3;

/// What the pages of one provider are, where only its address is given: the fuller layout first.
const PLACES: [&[&str]; 2] = [
    &["/proxy/{host}", "/proxy/{host}/incidents"],
    &["/api/v2/summary.json", "/api/v2/incidents.json"],
];

/// Notes in the findings what the pages say. A page that cannot be read is said there, too, and stops nothing.
pub(super) fn note(findings: &mut Findings, asked: &[String]) {
    let mut pages = Vec::new();
    let mut saved = Vec::new();
    let mut unread = Vec::new();
    for one in asked {
        if is_url(one) {
            match fetched(one) {
                Ok(page) => pages.push(page),
                Err(error) => unread.push((one, format!("{error:#}"))),
            }
        } else {
            match read(Path::new(one)) {
                Ok(bytes) => saved.push((one, bytes)),
                Err(error) => unread.push((one, format!("{error:#}"))),
            }
        }
    }
    pages.extend(together(saved, &mut unread));
    corroborate::corroborate(findings, &pages);
    for (one, why) in unread {
        say(&format!("--status-page {one}: {why}"));
        corroborate::unread(findings, one, &why);
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Saved documents that are of one page belong together, for one may name the components of another's incidents.
fn together<'a>(saved: Vec<(&'a String, Vec<u8>)>, unread: &mut Vec<(&'a String, String)>) -> Vec<StatusPage> {
    let mut documents: Vec<Vec<u8>> = Vec::new();
    for (name, bytes) in saved {
        match corroborate::status_page(std::slice::from_ref(&bytes)) {
            Ok(_) => documents.push(bytes),
            Err(error) => unread.push((name, error.to_string())),
        }
    }
    corroborate::by_page(&documents)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    limited(File::open(path)?)
}

fn limited(reader: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        bail!("it is larger than {} MiB, which no status page is", MOST >> 20);
    }
    Ok(bytes)
}

/// The page at an address; where that is a page's own, its documents are looked for where such pages have them.
fn fetched(url: &str) -> anyhow::Result<StatusPage> {
    let uri: Uri = url.parse().context("it is no address")?;
    let host = uri.host().ok_or_else(|| anyhow!("it names no host"))?.to_owned();
    if uri.path().len() > 1 {
        return Ok(corroborate::status_page(&[fetch(&uri)?])?);
    }
    let base = url.trim_end_matches('/');
    let mut why = None;
    for places in PLACES {
        let documents: anyhow::Result<Vec<Vec<u8>>> = places
            .iter()
            .map(|place| fetch(&format!("{base}{}", place.replace("{host}", &host)).parse()?))
            .collect();
        match documents.and_then(|documents| Ok(corroborate::status_page(&documents)?)) {
            Ok(page) => return Ok(page),
            Err(error) => why = Some(error),
        }
    }
    Err(why.unwrap_or_else(|| anyhow!("there is no status page")))
}

/// One document. A redirection to another host is refused: who was named is who is asked.
fn fetch(uri: &Uri) -> anyhow::Result<Vec<u8>> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("faultscope/", env!("CARGO_PKG_VERSION")))
            .build(),
    );
    let mut uri = uri.clone();
    for _ in 0..=REDIRECTS {
        let response = agent.get(&uri).header("accept", "application/json").call()?;
        let status = response.status();
        if !status.is_redirection() {
            if !status.is_success() {
                bail!("it answered {}", status.as_u16());
            }
            return limited(response.into_body().into_reader());
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        uri = next(
            &uri,
            location.ok_or_else(|| anyhow!("it leads nowhere ({})", status.as_u16()))?,
        )?;
    }
    bail!("it leads in circles")
}

/// Where a redirection leads, on the same host.
fn next(from: &Uri, location: &str) -> anyhow::Result<Uri> {
    let (scheme, authority) = (
        from.scheme_str().unwrap_or("https"),
        from.authority().map_or("", |authority| authority.as_str()),
    );
    let to: Uri = if location.starts_with('/') && !location.starts_with("//") {
        format!("{scheme}://{authority}{location}").parse()
    } else {
        location.parse()
    }
    .context("it leads to no address")?;
    let is_same = to.host().map(str::to_ascii_lowercase) == from.host().map(str::to_ascii_lowercase);
    let is_weaker = from.scheme_str() == Some("https") && to.scheme_str() != Some("https");
    if !is_same || is_weaker {
        bail!("it leads to another host, which is not asked; name that one instead");
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn redirections_stay_on_their_host_and_do_not_give_up_encryption() {
        let from = "https://status.example.com/x".parse().unwrap();
        assert_eq!(next(&from, "/y").unwrap().to_string(), "https://status.example.com/y");
        assert!(next(&from, "https://STATUS.example.com/z").is_ok());
        for elsewhere in [
            "https://example.com/y",
            "//example.com/y",
            "http://status.example.com/y",
            "file:///etc/passwd",
        ] {
            assert!(next(&from, elsewhere).is_err(), "{elsewhere}");
        }
    }
}
