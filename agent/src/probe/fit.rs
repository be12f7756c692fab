//! Keeps a report within what a collector takes. What is left out is said to be: a report that was cut never says that all is well.

use hashimori_shared::report::{Account, AccountKind, Fact, LoginPassword, MAX_ITEMS, MAX_REPORT_BYTES, Reading, Report, UnknownCode};

use super::pseudonym;

const SOURCE: &str = "agent";
const TEXT: &str = "the device has more accounts than a report can hold";

/// Leaves accounts out, those without a blank password first, until the report fits; one account that is unknown in everything
/// stands for them.
pub(super) fn fit(report: &mut Report) {
    fit_into(report, MAX_ITEMS, MAX_REPORT_BYTES);
}

fn fit_into(report: &mut Report, most: usize, bytes: usize) {
    let long = |report: &Report| serde_json::to_vec(report).map_or(0, |json| json.len()) > bytes;
    if report.accounts.len() <= most && !long(report) {
        return;
    }
    report.accounts.retain(|account| account.id != pseudonym::unnamed());
    report.accounts.sort_by(|a, b| is_blank(b).cmp(&is_blank(a)).then_with(|| a.id.cmp(&b.id)));
    report.accounts.truncate(most.saturating_sub(1));
    report.accounts.push(left_out());
    while report.accounts.len() > 1 && long(report) {
        let last_named = report.accounts.len() - 2;
        report.accounts.remove(last_named);
    }
    report.accounts.sort_by(|a, b| a.id.cmp(&b.id));
}

fn is_blank(account: &Account) -> bool {
    account.login_password.as_ref().and_then(Fact::value) == Some(&LoginPassword::Blank)
}

fn left_out() -> Account {
    fn unknown<T>() -> Fact<T> {
        Fact::unknown(UnknownCode::ParseFailed, TEXT, SOURCE)
    }
    Account {
        id: pseudonym::unnamed(),
        kind: AccountKind::Other,
        last_used: Reading::unknown(UnknownCode::ParseFailed, TEXT),
        login_password: Some(unknown()),
        password_changed: Some(unknown()),
        screen_lock: Some(unknown()),
        password_saving: Some(unknown()),
        foreign: std::collections::BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::report::{AgentInfo, BrowserProfile, MachineFacts, REPORT_VERSION, parse_report};

    use super::*;

    fn account(number: usize, password: LoginPassword, profiles: usize) -> Account {
        let profile = |n| BrowserProfile {
            browser: "firefox".into(),
            profile: format!("p{n}"),
            saves_passwords: Reading::Value(false),
            locked: false,
        };
        Account {
            id: format!("u{number:04}").parse().expect("a pseudonym"),
            login_password: Some(Fact::read(password, "/etc/shadow")),
            password_saving: Some(Fact::read((0..profiles).map(profile).collect(), "~")),
            ..left_out()
        }
    }

    fn report(accounts: Vec<Account>) -> Report {
        let agent = AgentInfo { version: "0.1.0".into(), platform: "linux".into(), privileged: true };
        Report { v: REPORT_VERSION, agent, machine: MachineFacts::default(), accounts }
    }

    fn ids(report: &Report) -> Vec<&str> {
        report.accounts.iter().map(|account| account.id.as_str()).collect()
    }

    #[test]
    fn a_report_that_fits_is_left_alone() {
        let mut whole = report((0..64).map(|n| account(n, LoginPassword::Set, 1)).collect());
        let before = whole.clone();
        fit(&mut whole);
        assert_eq!(whole, before);
    }

    #[test]
    fn of_too_many_accounts_blank_ones_stay_and_one_unknown_account_stands_for_those_left_out() {
        let mut full: Vec<_> = (0..70).map(|n| account(n, LoginPassword::Set, 1)).collect();
        full.push(account(9_999, LoginPassword::Blank, 1));
        let mut cut = report(full);
        fit(&mut cut);
        assert_eq!(cut.accounts.len(), 64);
        assert!(ids(&cut).contains(&"u9999") && ids(&cut).contains(&pseudonym::unnamed().as_str()), "{:?}", ids(&cut));
        let marker = cut.accounts.iter().find(|account| account.id == pseudonym::unnamed()).expect("there");
        assert!(marker.login_password.as_ref().is_some_and(|fact| fact.value().is_none()) && marker.last_used.value().is_none());
        let parsed = parse_report(&serde_json::to_vec(&cut).expect("JSON"));
        assert_eq!(parsed.map(|report| report.accounts.len()), Ok(64), "the collector takes it");
    }

    #[test]
    fn a_report_too_long_in_bytes_is_cut_as_well() {
        let mut cut = report((0..40).map(|n| account(n, LoginPassword::Set, 50)).collect());
        assert!(serde_json::to_vec(&cut).expect("JSON").len() > MAX_REPORT_BYTES, "the test must be able to fail");
        fit(&mut cut);
        let json = serde_json::to_vec(&cut).expect("JSON");
        assert!(parse_report(&json).is_ok() && json.len() > MAX_REPORT_BYTES / 2, "{}", json.len());
        assert!(ids(&cut).contains(&pseudonym::unnamed().as_str()));
    }
}
