//! Are a proxy's own tries upstream told apart from attempts?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::Findings;

fn read(name: &str, line: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), format!("{line}\n").repeat(3)).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn told(findings: &Findings) -> Vec<&str> {
    let told = findings.findings.iter().filter(|finding| finding.about == "upstream-retries");
    told.map(|finding| finding.says.as_str()).collect()
}

#[test]
fn the_servers_that_nginx_went_through_are_one_attempt() {
    let found = read(
        "access.log",
        r#"203.0.113.9 - - [02/Mar/2026:09:00:00 +0000] "POST /v1/responses HTTP/1.1" 200 512 "-" "python" rt=1.204 uct="0.010, 0.011" uht="0.500, 0.600" urt="0.501, 0.690" ua="192.0.2.1:443, 192.0.2.2:443" us="502, 200" rid="req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa""#,
    );
    assert_eq!((found.counts.attempts, found.counts.failures), (3, 0));
    assert!(
        told(&found).iter().any(|says| says.contains("3 times, in 3 of 3 records")),
        "{found:#?}"
    );
}

#[test]
fn haproxys_count_of_retries_is_told() {
    let found = read(
        "haproxy.log",
        r#"10.0.0.7:34114 [02/Mar/2026:09:00:00.123] llm openai/api1 0/0/2004/310/2314 200 512 - - ---- 1/1/0/0/+2 0/0 "POST /v1/responses HTTP/1.1""#,
    );
    assert!(
        told(&found).iter().any(|says| says.contains("6 times, in 3 of 3 records")),
        "{found:#?}"
    );
}

#[test]
fn a_proxy_that_tried_once_is_not_spoken_of() {
    let found = read(
        "haproxy.log",
        r#"10.0.0.7:34114 [02/Mar/2026:09:00:00.123] llm openai/api1 0/0/4/310/314 200 512 - - ---- 1/1/0/0/0 0/0 "POST /v1/responses HTTP/1.1""#,
    );
    assert_eq!(told(&found), Vec::<&str>::new());
}
