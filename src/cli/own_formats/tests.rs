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

/// What files that hold these texts say, the one that counts more first.
fn read(texts: &[&str]) -> anyhow::Result<OwnFormats> {
    let folder = tempfile::tempdir()?;
    let paths: Vec<_> = (0..texts.len())
        .map(|number| folder.path().join(format!("{number}.toml")))
        .collect();
    for (path, text) in paths.iter().zip(texts) {
        std::fs::write(path, text)?;
    }
    OwnFormats::read(&paths.iter().map(|path| path.as_path()).collect::<Vec<_>>())
}

/// What is wrong with a text, from its line on.
fn wrong(text: &str) -> String {
    let said = read(&[text]).err().unwrap().to_string();
    said.split_once(".toml:").unwrap().1.to_owned()
}

#[test]
fn formats_and_globs_are_read_beside_other_keys() {
    let own = read(&[OWN]).unwrap();
    assert_eq!(own.known.len(), ALL.len() + 1);
    let forced: Vec<_> = own.forced.iter().map(|(_, format)| format.name()).collect();
    assert_eq!(forced, ["billing", "nginx-log-format"]);
    assert_eq!(own.by_name("billing").unwrap().zone().unwrap().to_string(), "Europe/Berlin");
    assert!(read(&["format = ['x=y']\n"]).unwrap().forced.is_empty(), "that is the option");
}

#[test]
fn a_flag_for_all_logs_goes_before_the_file() {
    let own = read(&[OWN]).unwrap();
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

#[test]
fn the_file_that_counts_more_goes_before_another() {
    let system = OWN.replace("Europe/Berlin", "UTC").replace("edge/*.log", "**");
    let both = read(&[OWN, &system]).unwrap();
    assert_eq!(both.known.len(), ALL.len() + 1);
    assert_eq!(both.by_name("billing").unwrap().zone().unwrap().to_string(), "Europe/Berlin");
    let logs: Vec<_> = both.forced.iter().map(|(logs, _)| logs.as_ref().unwrap()).collect();
    let means = |at: usize| logs[at].means(std::path::Path::new("edge/x.log"), "", std::path::Path::new(""));
    // The last that matches counts: of the weaker file the first two, of the stronger one the last.
    assert_eq!((0..4).map(means).collect::<Vec<_>>(), [true, false, false, true]);
}
