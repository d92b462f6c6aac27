//! What does a configuration say of formats, and where is it wrong?

use super::OwnFormats;
use crate::cli::args::Scoped;
use crate::gather::formats::ALL;

const OWN: &str = r#"
threads = 4

[[format]]
name = "billing"
vantage = "application"
instant = "end"
zone = "Europe/Berlin"
pattern = '''
(?x)
(?<timestamp> \S+ \s \S+ )  # local time
\s (?<status> \d+ )
\s (?<model> \S+ )
'''
samples = ["2026-07-02 21:05:14 500 gpt-4o"]

[formats]
'edge/*.log' = 'nginx:$remote_addr [$time_local] "$request" $status'
"*.bill" = "billing"
"#;

fn wrong(text: &str) -> String {
    let wrong = OwnFormats::of(text).err().unwrap();
    format!("{}: {}", wrong.line.unwrap_or(0), wrong.says)
}

#[test]
fn formats_and_globs_are_read_beside_other_keys() {
    let own = OwnFormats::of(OWN).unwrap();
    assert_eq!(own.known.len(), ALL.len() + 1);
    let forced: Vec<_> = own.forced.iter().map(|(_, format)| format.name()).collect();
    assert_eq!(forced, ["billing", "nginx-log-format"]);
    assert_eq!(own.by_name("billing").unwrap().zone().unwrap().to_string(), "Europe/Berlin");
    assert!(
        OwnFormats::of("format = ['x=y']\n").unwrap().forced.is_empty(),
        "that is the option"
    );
}

#[test]
fn a_flag_for_all_logs_goes_before_the_file() {
    let own = OwnFormats::of(OWN).unwrap();
    let flag = |glob: Option<&str>| Scoped {
        pattern: glob.map(|glob| crate::gather::Pattern::new(glob).unwrap()),
        value: "haproxy".parse().unwrap(),
    };
    assert_eq!(own.forced(&[flag(None)]).unwrap().len(), 1);
    assert_eq!(own.forced(&[flag(Some("*.x"))]).unwrap().len(), 3);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    assert!(
        wrong("\n[[format]\n").starts_with("2: unclosed"),
        "{}",
        wrong("\n[[format]\n")
    );
    let slip = wrong(&OWN.replace("instant =", "instnat ="));
    assert_eq!(slip, "7: a format has no key 'instnat'; did you mean 'instant'?");
    let word = wrong(&OWN.replace("\"end\"", "\"middle\""));
    assert_eq!(word, "7: 'instant' is one of start, end");
    let field = wrong(&OWN.replace("<model>", "<modle>"));
    assert_eq!(
        field,
        "13: format 'billing': pattern: no field is called 'modle'; did you mean 'model'?"
    );
    let sample = wrong(&OWN.replace("14 500", "14 OK"));
    assert!(
        sample.starts_with("15: format 'billing': sample 1: the pattern does not match"),
        "{sample}"
    );
    assert!(
        wrong(&OWN.replace("\"billing\"\nvantage", "\"haproxy\"\nvantage")).starts_with("5: the format 'haproxy' is built in")
    );
    assert_eq!(
        wrong(&OWN.replace("$status'", "$staus'")),
        "18: nginx: at character 39: there is no $staus; did you mean $status?"
    );
    assert!(wrong(&OWN.replace("\"*.bill\" = \"billing\"", "\"*.bill\" = \"biling\"")).contains("did you mean 'billing'"));
    assert!(
        wrong(&format!(
            "{OWN}{}",
            OWN.split("[formats]").next().unwrap().replace("threads = 4", "")
        ))
        .contains("two formats")
    );
}
