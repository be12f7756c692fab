//! Random reports, attestations and devices, thick around every boundary in the pack.

use std::collections::BTreeMap;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{NOW, PACK};
use crate::evaluate::{Answer, Attestation, AttestedBy, DeviceContext, Ownership, Reporting};
use crate::pack::{OwnParameter, OwnRules, OwnValue};
use crate::report::{
    Account, AccountKind, AgentInfo, Antivirus, AntivirusProduct, AutoLogin, Browser, BrowserProfile, DeviceClass, Fact, ForbiddenSoftware,
    Hardware, LoginPassword, MachineFacts, Management, Os, OsFamily, PasswordPolicy, PendingUpdates, Reading, Report, ScreenLock,
    SoftwareHit, UnknownCode, UnreadablePlace,
};
use crate::time::Timestamp;

/// Around the days at which the bundled pack draws lines, to the second, and a little in the future.
pub(super) fn instant() -> impl Strategy<Value = Timestamp> {
    let day = select(vec![0i64, 1, 7, 14, 30, 45, 76, 89, 90, 91, 180, 365, 400, -1, -2, -400]);
    (day, select(vec![-3600i64, -1, 0, 1, 7200])).prop_map(|(days, s)| NOW.plus_days(-days).plus_seconds(s))
}

fn code() -> impl Strategy<Value = UnknownCode> {
    select(vec![
        UnknownCode::NoPermission,
        UnknownCode::NotSupportedOs,
        UnknownCode::NotReadYet,
        UnknownCode::UserNotLoggedIn,
        UnknownCode::DirectoryAccount,
        UnknownCode::Timeout,
        UnknownCode::ThirdPartyOpaque,
        UnknownCode::Other,
    ])
}

fn reading<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T> + 'static) -> impl Strategy<Value = Reading<T>> {
    prop_oneof![4 => value.prop_map(Reading::Value), 1 => code().prop_map(|c| Reading::unknown(c, "made up"))]
}

fn fact<T: Clone + std::fmt::Debug + 'static>(value: impl Strategy<Value = T> + 'static) -> impl Strategy<Value = Option<Fact<T>>> {
    let carried = prop_oneof![3 => Just(None), 1 => instant().prop_map(Some)];
    option::weighted(
        0.9,
        (reading(value), carried).prop_map(|(reading, observed_at)| Fact { reading, source: "x".into(), managed: false, observed_at }),
    )
}

fn text(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    select(words.to_vec()).prop_map(str::to_owned)
}

fn os() -> impl Strategy<Value = Os> {
    let known = select(vec![
        (OsFamily::Linux, "debian", "13"),
        (OsFamily::Linux, "debian", "12"),
        (OsFamily::Linux, "debian", "10"),
        (OsFamily::Linux, "ubuntu", "20.04"),
        (OsFamily::Linux, "made-up", "1"),
        (OsFamily::Windows, "windows", "26200"),
        (OsFamily::Windows, "windows", "26100"),
        (OsFamily::Windows, "windows", "19045"),
        (OsFamily::Macos, "macos", "15.7"),
        (OsFamily::Ios, "ios", "26.1"),
    ]);
    let edition = option::of(text(&["home", "enterprise", "ltsc"]));
    (known, edition).prop_map(|((family, id, version), edition)| Os {
        family,
        id: id.into(),
        version: version.into(),
        build: None,
        edition,
        name: id.into(),
    })
}

fn software() -> impl Strategy<Value = ForbiddenSoftware> {
    let place = || text(&["processes", "dpkg", "programs", "home", "snap"]);
    let hit = (text(&["qbittorrent", "aria2", "of-a-newer-catalogue"]), text(&["process", "package", "file"]));
    let unreadable = (place(), code()).prop_map(|(place, code)| UnreadablePlace { place, code });
    (
        proptest::collection::vec(hit.prop_map(|(id, how)| SoftwareHit { id, how }), 0..2),
        proptest::collection::vec(place(), 0..5),
        proptest::collection::vec(unreadable, 0..2),
    )
        .prop_map(|(hits, searched, unreadable)| ForbiddenSoftware { hits, catalogue: "1".into(), searched, unreadable })
}

fn antivirus() -> impl Strategy<Value = Antivirus> {
    let id = text(&["clamav", "defender", "xprotect", "of-a-newer-catalogue"]);
    let product = (id, reading(any::<bool>()), reading(instant())).prop_map(|(id, real_time, signatures_at)| AntivirusProduct {
        id,
        real_time,
        signatures_at,
    });
    proptest::collection::vec(product, 0..3).prop_map(|products| Antivirus { products, catalogue: "1".into() })
}

fn browsers() -> impl Strategy<Value = Vec<Browser>> {
    let browser = (text(&["firefox", "chromium", "opera"]), text(&["153.2", "150.0", "151.0", "149.0.1", "20.1", "999", "?"]));
    proptest::collection::vec(browser.prop_map(|(id, version)| Browser { id, version }), 0..3)
}

fn machine() -> impl Strategy<Value = MachineFacts> {
    let pending = (0u32..3, reading(0u32..2), instant()).prop_map(|(total, security, lists_refreshed_at)| PendingUpdates {
        total,
        security,
        lists_refreshed_at,
    });
    let policy = (any::<bool>(), 4u32..9, any::<bool>(), reading(instant()))
        .prop_map(|(enforced, min_length, letters_and_digits, since)| PasswordPolicy { enforced, min_length, letters_and_digits, since });
    let class = select(vec![DeviceClass::Desktop, DeviceClass::Laptop, DeviceClass::Tablet, DeviceClass::Unclear]);
    let hardware = class.prop_map(|class| Hardware { class, vendor: None, model: None, hypervisor: None });
    let management =
        (any::<bool>(), reading(any::<bool>())).prop_map(|(enrolled, remote_wipe)| Management { enrolled, provider: None, remote_wipe });
    let auto = any::<bool>().prop_map(|enabled| AutoLogin { enabled, by: "gdm3".into() });
    (
        (fact(os()), fact(instant()), fact(pending), fact(auto), fact(policy)),
        (fact(antivirus()), fact(software()), fact(browsers()), fact(management), fact(hardware), fact(any::<bool>())),
    )
        .prop_map(|((os, last_update, pending_updates, auto_login, password_policy), rest)| {
            let (antivirus, forbidden_software, browsers, management, hardware, mobile_line) = rest;
            MachineFacts {
                os,
                last_update,
                pending_updates,
                auto_login,
                password_policy,
                antivirus,
                forbidden_software,
                browsers,
                management,
                hardware,
                mobile_line,
                ..MachineFacts::default()
            }
        })
}

fn account() -> impl Strategy<Value = Account> {
    let password = select(vec![LoginPassword::Set, LoginPassword::Set, LoginPassword::Blank, LoginPassword::Locked]);
    let lock =
        option::of(select(vec![0u32, 300, 900, 901, 3600])).prop_map(|locks_after_s| ScreenLock { locks_after_s, desktop: "gnome".into() });
    let profile = reading(any::<bool>()).prop_map(|saves_passwords| BrowserProfile {
        browser: "firefox".into(),
        profile: "p1".into(),
        saves_passwords,
        locked: false,
    });
    let saving = proptest::collection::vec(profile, 0..3);
    (reading(instant()), fact(password), fact(instant()), fact(lock), fact(saving)).prop_map(
        |(last_used, login_password, password_changed, screen_lock, password_saving)| Account {
            id: "aaaa".parse().expect("well formed"),
            kind: AccountKind::Local,
            last_used,
            login_password,
            password_changed,
            screen_lock,
            password_saving,
            foreign: BTreeMap::new(),
        },
    )
}

pub(super) fn report() -> impl Strategy<Value = Report> {
    (machine(), proptest::collection::vec(account(), 0..4)).prop_map(|(machine, mut accounts)| {
        for (i, account) in accounts.iter_mut().enumerate() {
            account.id = format!("a{i}").parse().expect("well formed");
        }
        Report { v: 1, agent: AgentInfo { version: "1".into(), platform: "linux".into(), privileged: true }, machine, accounts }
    })
}

fn attestation(clause: String, check: String) -> impl Strategy<Value = Attestation> {
    let answer = prop_oneof![
        select(vec![Answer::Yes, Answer::Yes, Answer::Limited, Answer::Partly, Answer::No, Answer::NotApplicable]),
        instant().prop_map(Answer::On),
        instant().prop_map(|t| Answer::Until(t.plus_days(60))),
    ];
    let by = select(vec![AttestedBy::Person, AttestedBy::Administrator, AttestedBy::ManagementService, AttestedBy::Proof]);
    (answer, by, instant()).prop_map(move |(answer, by, at)| Attestation { clause: clause.clone(), check: check.clone(), answer, by, at })
}

fn topics() -> Vec<(String, String)> {
    PACK.device_clauses().flat_map(|c| c.checks.iter().map(|k| (c.id.clone(), k.id.clone()))).collect()
}

/// Any number of answers to any check.
pub(super) fn attestations() -> impl Strategy<Value = Vec<Attestation>> {
    proptest::collection::vec(select(topics()).prop_flat_map(|(clause, check)| attestation(clause, check)), 0..40)
}

/// At most one answer to each check: what a later answer replaced cannot come back by losing the later one.
pub(super) fn one_attestation_each() -> impl Strategy<Value = Vec<Attestation>> {
    attestations().prop_map(|mut all| {
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|a| seen.insert((a.clause.clone(), a.check.clone())));
        all
    })
}

pub(super) fn device() -> impl Strategy<Value = DeviceContext> {
    let class = option::of(select(vec![DeviceClass::Desktop, DeviceClass::Laptop, DeviceClass::Phone]));
    (class, any::<bool>(), any::<bool>()).prop_map(|(class, personal, people)| DeviceContext {
        class,
        ownership: if personal { Ownership::Personal } else { Ownership::Managed },
        reporting: if people { Reporting::People } else { Reporting::Agent },
    })
}

/// A facility's own parameters, each as tight as the bundled pack's or tighter.
pub(super) fn tightening() -> impl Strategy<Value = OwnRules> {
    use OwnParameter as P;
    let lines: Vec<&[(P, u32)]> = vec![
        &[(P::PasswordMin, 8), (P::PasswordMaxAge, 60)],
        &[(P::NetworkPasswordMaxAge, 30)],
        &[(P::ScreenLock, 300)],
        &[(P::AntivirusAmber, 3), (P::AntivirusFail, 7)],
        &[(P::UpdateAmber, 14), (P::UpdateFail, 30), (P::UpdateHold, 30), (P::UpdateLists, 2)],
        &[(P::AttestationDays, 180), (P::AttestationPersonal, 30)],
        &[(P::PersonalDeviceDays, 14), (P::TakeOutDays, 92)],
    ];
    let own = |lines: Vec<&[(P, u32)]>| OwnRules::new(lines.concat().into_iter().map(|(parameter, n)| (parameter, OwnValue::Number(n))));
    proptest::sample::subsequence(lines, 0..7).prop_map(own)
}
