//! See `checks::compilers`: the first line is the format string, the rest the line it reads.
#![no_main]

#[path = "../checks/mod.rs"]
#[expect(dead_code, unused_imports, reason = "each target does one of the checks")]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (format, line) = text.split_once('\n').unwrap_or((text, text));
    checks::compilers(format, line);
});
