//! Keeps the last value of a per-account fact that cannot be read now, with the instant it was really read.
//! Invariant: a carried fact never looks newer than its observation, and never outlives `carry_days`.

use hashimori_shared::report::{Account, Fact, Reading, Report, UnknownCode};
use hashimori_shared::time::Timestamp;

/// Fills facts of `report` that are unknown *because nobody is logged in* from `previous`, observed at `observed_at`.
pub(super) fn carry_over(report: &mut Report, previous: &Report, observed_at: Timestamp, now: Timestamp, carry_days: i64) {
    let keep = |age_of: Timestamp| now.days_since(age_of) < carry_days && age_of <= now;
    for account in &mut report.accounts {
        let Some(before) = previous.accounts.iter().find(|candidate| candidate.id == account.id) else { continue };
        let Account { login_password, password_changed, screen_lock, password_saving, .. } = account;
        carry(login_password, before.login_password.as_ref(), observed_at, keep);
        carry(password_changed, before.password_changed.as_ref(), observed_at, keep);
        carry(screen_lock, before.screen_lock.as_ref(), observed_at, keep);
        carry(password_saving, before.password_saving.as_ref(), observed_at, keep);
    }
}

/// Only a passing obstacle carries: a value hidden by, say, a parse error must not be papered over with an old one.
const fn passes_by_itself(code: UnknownCode) -> bool {
    matches!(code, UnknownCode::UserNotLoggedIn)
}

fn carry<T: Clone>(now: &mut Option<Fact<T>>, before: Option<&Fact<T>>, observed_at: Timestamp, keep: impl Fn(Timestamp) -> bool) {
    let Some(Fact { reading: Reading::Unknown(obstacle), .. }) = now.as_ref() else { return };
    let Some(before) = before.filter(|fact| fact.value().is_some()) else { return };
    let read_at = before.observed_at.unwrap_or(observed_at);
    if passes_by_itself(obstacle.code) && keep(read_at) {
        *now = Some(Fact { observed_at: Some(read_at), ..before.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashimori_shared::report::{AccountKind, AgentInfo, MachineFacts, REPORT_VERSION, ScreenLock};

    const SOURCE: &str = "dconf";

    fn report(screen_lock: Fact<ScreenLock>) -> Report {
        Report {
            v: REPORT_VERSION,
            agent: AgentInfo { version: "0.0.0".into(), platform: "linux".into(), privileged: true },
            machine: MachineFacts::default(),
            accounts: vec![Account {
                id: super::super::pseudonym::unnamed(),
                kind: AccountKind::Local,
                last_used: Reading::unknown(UnknownCode::SourceMissing, "none"),
                login_password: None,
                password_changed: None,
                screen_lock: Some(screen_lock),
                password_saving: None,
                foreign: std::collections::BTreeMap::new(),
            }],
        }
    }

    fn locks() -> Fact<ScreenLock> {
        Fact::read(ScreenLock { locks_after_s: Some(300), desktop: "gnome".into() }, SOURCE)
    }

    fn lock_of(report: &Report) -> &Fact<ScreenLock> {
        report.accounts[0].screen_lock.as_ref().expect("present")
    }

    #[test]
    fn a_logged_out_persons_fact_keeps_the_instant_it_was_really_read_across_many_reports() {
        let first = Timestamp::from_seconds(1_000_000);
        let mut previous = report(locks());
        let mut observed_at = first;
        for day in 1..30 {
            let now = first.plus_days(day);
            let mut current = report(Fact::unknown(UnknownCode::UserNotLoggedIn, "logged out", SOURCE));
            carry_over(&mut current, &previous, observed_at, now, 30);
            assert_eq!(lock_of(&current).observed_at, Some(first));
            (previous, observed_at) = (current, now);
        }
        let mut stale = report(Fact::unknown(UnknownCode::UserNotLoggedIn, "logged out", SOURCE));
        carry_over(&mut stale, &previous, observed_at, first.plus_days(30), 30);
        assert!(lock_of(&stale).value().is_none());
    }

    #[test]
    fn an_old_value_never_hides_an_obstacle_that_does_not_pass_by_itself_nor_comes_from_the_future() {
        let now = Timestamp::from_seconds(1_000_000);
        let mut garbled = report(Fact::unknown(UnknownCode::ParseFailed, "garbage", SOURCE));
        carry_over(&mut garbled, &report(locks()), now, now, 30);
        assert!(lock_of(&garbled).value().is_none());
        let mut early = report(Fact::unknown(UnknownCode::UserNotLoggedIn, "logged out", SOURCE));
        carry_over(&mut early, &report(locks()), now.plus_days(1), now, 30);
        assert!(lock_of(&early).value().is_none());
    }
}
