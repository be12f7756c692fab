//! §19-6: the screen, and values that were carried over.

use super::*;

fn locks_after(locks_after_s: Option<u32>) -> State {
    let lock = ScreenLock { locks_after_s, desktop: "gnome".into() };
    good().with(|r| r.accounts[0].screen_lock = Some(Fact::read(lock, "dconf"))).state("§19-6", "screen")
}

#[test]
fn a_screen_that_only_goes_dark_or_locks_too_late_misses_the_recommendation() {
    assert_eq!(locks_after(Some(900)), State::Compliant);
    assert_eq!(locks_after(Some(901)), State::RecommendationUnmet);
    assert_eq!(locks_after(None), State::RecommendationUnmet);
}

#[test]
fn a_value_carried_over_grows_old_and_then_says_nothing_but_an_old_miss_stays_a_miss() {
    let seen = |days, locks_after_s| {
        let lock = ScreenLock { locks_after_s, desktop: "gnome".into() };
        let fact = Fact { observed_at: Some(days_ago(days)), ..Fact::read(lock, "dconf") };
        good().with(|r| r.accounts[0].screen_lock = Some(fact)).state("§19-6", "screen")
    };
    assert_eq!(seen(7, Some(300)), State::Compliant);
    assert_eq!(seen(8, Some(300)), State::Stale);
    assert_eq!(seen(31, Some(300)), State::Unknown);
    assert_eq!(seen(8, None), State::RecommendationUnmet, "a miss of a recommendation");
    assert_eq!(seen(31, None), State::Unknown);
    assert_eq!(seen(-1826, Some(300)), State::Unknown, "read five years from now: the device's clock is wrong");
}
