//! Steps with a paper, as its page offers them.

use super::browser::{Browser, Page};

/// Opens a paper, and takes a step with it as it stands.
pub(super) async fn act(browser: &mut Browser, paper: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    let seen = browser.get(paper).await.seen();
    submit(browser, paper, &seen, act, fields).await
}

/// Takes a step with a paper as it stood.
pub(super) async fn submit(browser: &mut Browser, paper: &str, seen: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    let fields: Vec<_> = [("act", act), ("seen", seen)].into_iter().chain(fields.iter().copied()).collect();
    browser.submit(&format!("{paper}/act"), &fields).await
}
