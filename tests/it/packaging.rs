//! Is what is shipped beside the program right: units, example configuration, script?

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

#[test]
fn the_units_pass_systemd_where_it_is() {
    // The programs that the units name need not be installed where they are checked.
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    for entry in fs::read_dir(packaging().join("systemd")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let unit = folder.path().join(path.file_name().unwrap());
        fs::write(&unit, text.replace("Documentation=man:faultscope(1)\n", "")).unwrap();
        units.push(unit);
    }
    assert_eq!(units.len(), 3);
    let Ok(output) = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args(&units)
        .output()
    else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn every_key_of_the_example_configuration_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let example = fs::read_to_string(packaging().join("config.example.toml")).unwrap();
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') && key.contains(" = ") => key,
        _ => line,
    });
    let path = folder.path().join("config.toml");
    fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    for command in ["analyze", "nightly", "history"] {
        let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
            .env_clear()
            .args(["config", "show", command, "--config"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_script_mails_what_was_said_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    put("mail", "#!/bin/sh\n{ echo \"$@\"; cat; } >\"$MAILED\"\n");
    let mailed = folder.path().join("mailed");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    for (says, code, expected) in [
        (
            "echo 'a subject'; echo; echo body; exit 3",
            3,
            Some("-s a subject root\na subject\n\nbody\n"),
        ),
        ("exit 0", 0, None),
    ] {
        put("faultscope", &format!("#!/bin/sh\n{says}\n"));
        let _ = fs::remove_file(&mailed);
        let status = Command::new(packaging().join("cron/nightly-mail"))
            .env("PATH", &path)
            .env("MAILED", &mailed)
            .env_remove("MAILTO")
            .status()
            .unwrap();
        assert_eq!(
            (status.code(), fs::read_to_string(&mailed).ok().as_deref()),
            (Some(code), expected)
        );
    }
}
