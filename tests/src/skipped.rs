//! A test that cannot be tried here says so where it is seen: on the real standard error, which the test harness does not capture, and
//! in the file that `HASHIMORI_SKIPS` names, which `tests/run.sh` shows and counts. The agent's and the collector's own tests include this
//! file by its path. Knows nothing of either.

use std::io::Write as _;

/// Says that the present test, or a part of it, is not tried, and why.
///
/// # Panics
///
/// Where the list of skips cannot be written: a skip that nobody hears of would pass for a test.
pub fn skipped(why: impl std::fmt::Display) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {}\n", thread.name().unwrap_or("a test"), why.to_string().trim().replace('\n', " "));
    // `eprintln!` would be kept from whoever watches the tests pass.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let Some(file) = std::env::var_os("HASHIMORI_SKIPS") else { return };
    // One write each: tests append side by side.
    let written = std::fs::File::options().create(true).append(true).open(&file).and_then(|mut list| list.write_all(line.as_bytes()));
    assert!(written.is_ok(), "{} cannot be written: {written:?}", file.display());
}
