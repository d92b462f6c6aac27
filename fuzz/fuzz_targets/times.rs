//! See `checks::times`.
#![no_main]

#[path = "../checks/mod.rs"]
#[expect(dead_code, unused_imports, reason = "each target does one of the checks")]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::times(text));
