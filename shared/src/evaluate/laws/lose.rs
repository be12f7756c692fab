//! Ways in which a report says less, or says something newer.

use proptest::prelude::*;
use proptest::sample::select;

use crate::report::{Account, AntivirusProduct, Fact, MachineFacts, Reading, Report, UnknownCode};
use crate::time::Timestamp;

/// How a fact is lost: left out, or unknown for a reason that can come and go.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    LeftOut,
    Unknown(UnknownCode),
}

pub(super) fn how() -> impl Strategy<Value = How> {
    select(vec![
        How::LeftOut,
        How::Unknown(UnknownCode::NoPermission),
        How::Unknown(UnknownCode::UserNotLoggedIn),
        How::Unknown(UnknownCode::SourceMissing),
        How::Unknown(UnknownCode::ParseFailed),
        How::Unknown(UnknownCode::Timeout),
        How::Unknown(UnknownCode::ConflictingSources),
        How::Unknown(UnknownCode::Other),
    ])
}

/// How a fact becomes one that a machine by its nature cannot tell: the one loss after which a person's word is heard.
pub(super) fn how_by_nature() -> impl Strategy<Value = How> {
    select(vec![
        How::Unknown(UnknownCode::NotReadYet),
        How::Unknown(UnknownCode::NotSupportedOs),
        How::Unknown(UnknownCode::DirectoryAccount),
        How::Unknown(UnknownCode::ThirdPartyOpaque),
        How::Unknown(UnknownCode::NotInspectedByDesign),
    ])
}

/// One place fewer was searched.
pub(super) fn searched(report: &mut Report, which: usize) {
    let Some(found) = value(&mut report.machine.forbidden_software) else { return };
    if !found.searched.is_empty() {
        found.searched.remove(which % found.searched.len());
    }
}

fn drop_fact<T>(fact: &mut Option<Fact<T>>, how: How) {
    *fact = match how {
        How::LeftOut => None,
        How::Unknown(code) => Some(Fact::unknown(code, "", "x")),
    };
}

fn drop_reading<T>(reading: Option<&mut Reading<T>>, how: How) {
    let Some(reading) = reading else { return };
    let code = match how {
        How::LeftOut => UnknownCode::NoPermission,
        How::Unknown(code) => code,
    };
    *reading = Reading::unknown(code, "");
}

fn value<T>(fact: &mut Option<Fact<T>>) -> Option<&mut T> {
    match fact.as_mut().map(|f| &mut f.reading) {
        Some(Reading::Value(value)) => Some(value),
        Some(Reading::Unknown(_)) | None => None,
    }
}

/// Loses one fact, or one reading inside a fact.
pub(super) fn fact(report: &mut Report, which: usize, how: How) {
    let m = &mut report.machine;
    let account = report.accounts.get_mut(which / 24);
    match which % 24 {
        0 => drop_fact(&mut m.os, how),
        1 => drop_fact(&mut m.last_update, how),
        2 => drop_fact(&mut m.pending_updates, how),
        3 => drop_fact(&mut m.auto_login, how),
        4 => drop_fact(&mut m.password_policy, how),
        5 => drop_fact(&mut m.antivirus, how),
        6 => drop_fact(&mut m.forbidden_software, how),
        7 => drop_fact(&mut m.browsers, how),
        8 => drop_fact(&mut m.management, how),
        9 => drop_fact(&mut m.hardware, how),
        10 => drop_fact(&mut m.mobile_line, how),
        11 => drop_reading(value(&mut m.pending_updates).map(|p| &mut p.security), how),
        12 => drop_reading(value(&mut m.password_policy).map(|p| &mut p.since), how),
        13 => drop_reading(product(m, 0).map(|p| &mut p.real_time), how),
        14 => drop_reading(product(m, 0).map(|p| &mut p.signatures_at), how),
        15 => drop_reading(product(m, 1).map(|p| &mut p.real_time), how),
        16 => drop_reading(product(m, 1).map(|p| &mut p.signatures_at), how),
        17 => drop_reading(value(&mut m.management).map(|p| &mut p.remote_wipe), how),
        n => account.into_iter().for_each(|a| account_fact(a, n, how)),
    }
}

fn account_fact(account: &mut Account, which: usize, how: How) {
    match which {
        18 => drop_fact(&mut account.login_password, how),
        19 => drop_fact(&mut account.password_changed, how),
        20 => drop_fact(&mut account.screen_lock, how),
        21 => drop_fact(&mut account.password_saving, how),
        22 => drop_reading(Some(&mut account.last_used), how),
        _ => drop_reading(value(&mut account.password_saving).and_then(|p| p.first_mut()).map(|p| &mut p.saves_passwords), how),
    }
}

fn product(m: &mut MachineFacts, index: usize) -> Option<&mut AntivirusProduct> {
    value(&mut m.antivirus).and_then(|a| a.products.get_mut(index))
}

fn later(at: Timestamp, seconds: i64, now: Timestamp) -> Timestamp {
    if at > now { at } else { at.plus_seconds(seconds).min(now) }
}

fn age<T>(fact: &mut Option<Fact<T>>, change: impl Fn(Option<Timestamp>) -> Option<Timestamp>) {
    if let Some(fact) = fact {
        fact.observed_at = change(fact.observed_at);
    }
}

/// Every fact, the machine's and the accounts', was read at another instant.
pub(super) fn observe_at(report: &mut Report, change: impl Fn(Option<Timestamp>) -> Option<Timestamp> + Copy) {
    let m = &mut report.machine;
    age(&mut m.os, change);
    age(&mut m.last_update, change);
    age(&mut m.pending_updates, change);
    age(&mut m.auto_login, change);
    age(&mut m.password_policy, change);
    age(&mut m.antivirus, change);
    age(&mut m.forbidden_software, change);
    age(&mut m.browsers, change);
    age(&mut m.management, change);
    age(&mut m.hardware, change);
    age(&mut m.mobile_line, change);
    for account in &mut report.accounts {
        age(&mut account.login_password, change);
        age(&mut account.password_changed, change);
        age(&mut account.screen_lock, change);
        age(&mut account.password_saving, change);
    }
}

/// The account's carried-over facts were really read later than stated, at most now.
pub(super) fn observe_later(account: &mut Account, seconds: i64, now: Timestamp) {
    let observed = [
        account.login_password.as_mut().map(|f| &mut f.observed_at),
        account.password_changed.as_mut().map(|f| &mut f.observed_at),
        account.screen_lock.as_mut().map(|f| &mut f.observed_at),
        account.password_saving.as_mut().map(|f| &mut f.observed_at),
    ];
    for at in observed.into_iter().flatten() {
        *at = at.map(|t| later(t, seconds, now));
    }
}

/// Updates, signatures and lists are newer than stated, at most of now.
pub(super) fn happen_later(report: &mut Report, seconds: i64, now: Timestamp) {
    if let Some(at) = value(&mut report.machine.last_update) {
        *at = later(*at, seconds, now);
    }
    if let Some(p) = value(&mut report.machine.pending_updates) {
        // What the lists say is another matter: newer lists that still hold an update are not better news.
        p.lists_refreshed_at = later(p.lists_refreshed_at, seconds, now);
    }
    for product in value(&mut report.machine.antivirus).into_iter().flat_map(|a| &mut a.products) {
        if let Reading::Value(at) = &mut product.signatures_at {
            *at = later(*at, seconds, now);
        }
    }
    for account in &mut report.accounts {
        if let Some(at) = value(&mut account.password_changed) {
            *at = later(*at, seconds, now);
        }
    }
}
