//! §19-6: a lock at start-up, and a screen that locks when nobody is there.

use super::super::accounts::{self, Part};
use super::super::context::Context;
use super::super::gap;
use super::super::outcome::Outcome;
use super::{Result, password};
use crate::lang::say;
use crate::pack::{Check, Clause};
use crate::verdict::State;

/// The start-up lock holds if every account in use needs a password and none is logged in by itself.
pub(super) fn startup(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let set = password::set(cx, clause, check).unwrap_or_else(|g| g.settle(cx, clause, check));
    let auto = password::auto_login(cx).unwrap_or_else(|g| g.settle(cx, clause, check));
    // Somebody's word for one of the two decides as much as what was measured of the other.
    if set.state <= State::Compliant && auto.state <= State::Compliant {
        let evidence = [set.evidence, auto.evidence].into_iter().flatten().min();
        return Outcome::new(set.state.max(auto.state), evidence, cx.lang.list(&[&*set.reason, &*auto.reason]));
    }
    if set.state >= auto.state { set } else { auto }
}

/// Per account: locked by itself within the pack's limit.
pub(super) fn screen(cx: &Context<'_>, clause: &Clause, check: &Check) -> Result {
    let max_s = cx.parameters().screen_lock.max_s;
    let (lang, wanted) = (cx.lang, duration(cx, max_s));
    let clear = say!(lang, "離席後{wanted}以内に画面がロックされます", "the screen locks within {wanted} of absence");
    accounts::judge(cx, &clear, |account| match gap::read(cx, account.screen_lock.as_ref()) {
        Err(gap) => gap.settle(cx, clause, check).into(),
        Ok((lock, age)) => {
            let part = match lock.locks_after_s {
                Some(s) if s <= max_s => {
                    let time = duration(cx, s);
                    (State::Compliant, say!(lang, "離席後{time}で画面がロックされます", "the screen locks after {time} of absence"))
                }
                Some(s) => {
                    let time = duration(cx, s);
                    let words = say!(
                        lang,
                        "画面がロックされるのは離席後{time}で、基準の{wanted}より長くなっています",
                        "the screen locks after {time} of absence, later than the {wanted} asked for"
                    );
                    (State::NonCompliant, words)
                }
                None => (State::NonCompliant, cx.pick("画面が自動でロックされません", "the screen does not lock by itself").to_owned()),
            };
            Part::from(gap::aged(cx, Outcome::measured(part.0, part.1), age))
        }
    })
}

/// 「15分」「1分30秒」「45秒」.
fn duration(cx: &Context<'_>, seconds: u32) -> String {
    match (seconds / 60, seconds % 60) {
        (0, s) => say!(cx.lang, "{s}秒", "{s} s"),
        (m, 0) => say!(cx.lang, "{m}分", "{m} min"),
        (m, s) => say!(cx.lang, "{m}分{s}秒", "{m} min {s} s"),
    }
}
