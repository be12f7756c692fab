//! §19-6: a lock at start-up, and a screen that locks when nobody is there.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap;
use super::super::outcome::Outcome;
use super::{Result, password};
use crate::pack::{Check, Clause};
use crate::verdict::State;

/// The start-up lock holds if every account in use needs a password and none is logged in by itself.
pub(super) fn startup(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let set = password::set(cx, clause, check).unwrap_or_else(|g| g.settle(cx, clause, check));
    let auto = password::auto_login(cx).unwrap_or_else(|g| g.settle(cx, clause, check));
    if set.state == State::Compliant && auto.state == State::Compliant {
        let evidence = set.evidence.min(auto.evidence);
        return Outcome::new(State::Compliant, evidence, format!("{}、{}", set.reason, auto.reason));
    }
    if set.state >= auto.state { set } else { auto }
}

/// Per account: locked by itself within the pack's limit.
pub(super) fn screen(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let max_s = cx.parameters().screen_lock.max_s;
    let stale_days = cx.parameters().staleness.stale_days;
    let clear = format!("離席後{}以内に画面がロックされます", duration(max_s));
    accounts::judge(cx, &clear, |account| match gap::read(cx, account.screen_lock.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((lock, age)) => {
            let part = match lock.locks_after_s {
                Some(s) if s <= max_s => (State::Compliant, format!("離席後{}で画面がロックされます", duration(s))),
                Some(s) => (
                    State::NonCompliant,
                    format!("画面がロックされるのは離席後{}で、基準の{}より長くなっています", duration(s), duration(max_s)),
                ),
                None => (State::NonCompliant, "画面が自動でロックされません".to_owned()),
            };
            Part::from(gap::aged(Outcome::measured(part.0, part.1), age, stale_days))
        }
    })
}

/// 「15分」「1分30秒」「45秒」.
fn duration(seconds: u32) -> String {
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s}秒"),
        (m, 0) => format!("{m}分"),
        (m, s) => format!("{m}分{s}秒"),
    }
}
