//! See `checks::envelopes`.
#![no_main]

#[path = "../checks/mod.rs"]
#[expect(dead_code, unused_imports, reason = "each target does one of the checks")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::envelopes(bytes));
