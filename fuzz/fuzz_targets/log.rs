//! See `checks::log`.
#![no_main]

#[path = "../checks/mod.rs"]
#[expect(dead_code, unused_imports, reason = "each target does one of the checks")]
mod checks;

use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for temporary files"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::log(bytes, FOLDER.path()));
