//! Does any report hold a secret, or a name that strangers should not read?

use crate::run::{CORPORA, corpus, findings, plan, report, secrets};
use faultscope::deliver;
use faultscope::keep::Store;
use faultscope::redact::Audience;

#[test]
fn no_report_holds_a_planted_secret() {
    for name in CORPORA {
        let (findings, secrets) = (findings(&plan(name)), secrets(name));
        let audiences = [Audience::Terminal, Audience::Internal, Audience::Forwardable];
        let forms = deliver::ALL.iter().map(|form| form.name());
        for (form, audience) in forms.flat_map(|form| audiences.map(|audience| (form, audience))) {
            let text = report(&findings, form, audience, b"key");
            for secret in &secrets {
                assert!(!text.contains(secret), "{name}: the {form} report holds {secret}");
            }
        }
    }
}

#[test]
fn a_report_that_may_be_forwarded_names_no_own_host() {
    let findings = findings(&plan("model-down"));
    for form in deliver::ALL.iter().map(|form| form.name()) {
        let text = report(&findings, form, Audience::Forwardable, b"key");
        for host in [
            "edge-a",
            "edge-b",
            "worker-1",
            "worker-2",
            "litellm-ny",
            "edge-a.internal",
            "10.22.1.31",
        ] {
            assert!(!text.contains(host), "the {form} report names {host}");
        }
    }
}

#[test]
fn request_ids_survive() {
    let findings = findings(&plan("model-down"));
    let text = report(&findings, "json", Audience::Forwardable, b"key");
    assert!(text.contains("req_f5ca1b8aacf1a03db8f8f84d32d76c56"));
}

#[test]
fn pseudonyms_are_stable_under_one_key_and_differ_under_two() {
    let findings = findings(&plan("model-down"));
    let [first, again, other] = [b"one", b"one", b"two"].map(|key| report(&findings, "json", Audience::Forwardable, key));
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn what_nights_keep_and_write_holds_no_planted_secret() {
    for name in CORPORA {
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_faultscope"))
            .current_dir(folder.path())
            .env_clear()
            .args(["nightly", "--state", "state", "--out", "out"])
            .arg(corpus(name).join("logs"))
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{name}");
        let kept = Store::look(&folder.path().join("state")).unwrap().rollups().unwrap();
        let mut told = format!("{kept:?}").into_bytes();
        told.extend([output.stdout, output.stderr].concat());
        for night in std::fs::read_dir(folder.path().join("out")).into_iter().flatten() {
            for report in std::fs::read_dir(night.unwrap().path()).unwrap() {
                told.extend(std::fs::read(report.unwrap().path()).unwrap());
            }
        }
        let told = String::from_utf8_lossy(&told);
        for secret in secrets(name) {
            assert!(!told.contains(&secret), "{name}: {secret}");
        }
    }
}

#[test]
fn what_a_shard_hands_on_holds_no_planted_secret() {
    for name in CORPORA {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_faultscope"))
            .env_clear()
            .args(["scan", "-o"])
            .args([&part, &corpus(name).join("logs")])
            .output()
            .unwrap();
        let part = faultscope::keep::part_unpacked(&std::fs::read(part).unwrap()).unwrap();
        let told = format!("{part:?}{}", String::from_utf8_lossy(&output.stderr));
        for secret in secrets(name) {
            assert!(!told.contains(&secret), "{name}: {secret}");
        }
    }
}
