//! Strict reading of a report. Each refusal names the field (JSON pointer, RFC 6901) and the rule it broke.
//! What a newer agent adds is kept: facts of unknown names in `foreign`, within the same limits.

use serde::Deserialize;

use super::scan::{push_segment, scan};
use super::{Account, Fact, MachineFacts, REPORT_VERSION, Reading, Report};
use crate::problem::FieldError;
use crate::time::Timestamp;

/// Longest report taken, in bytes. A full one of a shared PC with twenty accounts has about 20 KiB.
pub const MAX_REPORT_BYTES: usize = 64 * 1024;

/// Most items of an array and members of an object, so most accounts in a report.
pub const MAX_ITEMS: usize = limits::ITEMS;

/// Limits on the shape of a report.
pub(super) mod limits {
    /// Containers within containers; a report of this version needs 8.
    pub(in crate::report) const DEPTH: usize = 12;
    /// Members of an object, items of an array.
    pub(in crate::report) const ITEMS: usize = 64;
    /// Characters of a string.
    pub(in crate::report) const STRING_CHARS: usize = 300;
    /// Bytes of a member's name.
    pub(in crate::report) const KEY_CHARS: usize = 64;
    /// Refusals told at once.
    pub(in crate::report) const ERRORS: usize = 20;
}

/// Latest instant a report may hold: 2100-01-01T00:00:00Z. Clocks may be wrong by years; beyond this it is garbage.
const LATEST: Timestamp = Timestamp::from_seconds(4_102_444_800);

/// Reads a report from the exact bytes a device sent. A version not known here is refused with the single pointer `/v`.
pub fn parse_report(json: &[u8]) -> Result<Report, Vec<FieldError>> {
    if json.len() > MAX_REPORT_BYTES {
        return Err(vec![error("", format!("at most {MAX_REPORT_BYTES} bytes"))]);
    }
    let errors = scan(json);
    if !errors.is_empty() {
        return Err(errors);
    }
    let report: Report = match serde_json::from_slice(json) {
        Ok(report) => report,
        Err(_) => return Err(vec![locate(json)]),
    };
    if report.v != REPORT_VERSION {
        return Err(vec![unknown_version(report.v)]);
    }
    let errors = check(&report);
    if errors.is_empty() { Ok(report) } else { Err(errors) }
}

fn error(pointer: impl Into<String>, rule: impl Into<String>) -> FieldError {
    FieldError { pointer: pointer.into(), rule: rule.into() }
}

fn unknown_version(v: u16) -> FieldError {
    error("/v", format!("report version {REPORT_VERSION} is known here, not {v}"))
}

/// The slow path of a refusal: which field it was. Another version is the first thing to say.
fn locate(json: &[u8]) -> FieldError {
    #[derive(Deserialize)]
    struct Version {
        v: u16,
    }
    if let Ok(Version { v }) = serde_json::from_slice(json)
        && v != REPORT_VERSION
    {
        return unknown_version(v);
    }
    let mut de = serde_json::Deserializer::from_slice(json);
    let Err(failed) = serde_path_to_error::deserialize::<_, Report>(&mut de) else {
        return error("", "must be a report");
    };
    let mut pointer = String::new();
    for segment in failed.path() {
        use serde_path_to_error::Segment;
        match segment {
            Segment::Seq { index } => push_segment(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_segment(&mut pointer, key),
            // A reading's variants are members of its JSON object; those of other enumerations are plain strings.
            Segment::Enum { variant } if variant == "value" || variant == "unknown" => push_segment(&mut pointer, variant),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let message = failed.inner().to_string();
    let rule = message.rsplit_once(" at line ").map_or(message.as_str(), |(rule, _)| rule);
    error(pointer, rule)
}

/// What types cannot say: instants within range, each account once.
fn check(report: &Report) -> Vec<FieldError> {
    let mut errors = Vec::new();
    machine(&report.machine, &mut errors);
    for (i, account) in report.accounts.iter().enumerate() {
        if report.accounts[..i].iter().any(|other| other.id == account.id) {
            errors.push(error(format!("/accounts/{i}/id"), "each account once"));
        }
        let mut own = Vec::new();
        account_times(account, &mut own);
        errors.extend(own.into_iter().map(|e| error(format!("/accounts/{i}{}", e.pointer), e.rule)));
    }
    errors.truncate(limits::ERRORS);
    errors
}

fn machine(m: &MachineFacts, errors: &mut Vec<FieldError>) {
    macro_rules! observed {
        ($($field:ident),+) => {
            $(observed(m.$field.as_ref(), concat!("/machine/", stringify!($field)), errors);)+
        };
    }
    observed!(
        os,
        last_update,
        pending_updates,
        reboot_required,
        auto_login,
        password_policy,
        antivirus,
        forbidden_software,
        browsers,
        disk_encryption,
        firewall,
        management,
        hardware,
        hardware_ids,
        mobile_line
    );
    if let Some(at) = m.last_update.as_ref().and_then(Fact::value) {
        in_range(*at, "/machine/last_update/value", errors);
    }
    if let Some(pending) = m.pending_updates.as_ref().and_then(Fact::value) {
        in_range(pending.lists_refreshed_at, "/machine/pending_updates/value/lists_refreshed_at", errors);
    }
    if let Some(Reading::Value(at)) = m.password_policy.as_ref().and_then(Fact::value).map(|p| &p.since) {
        in_range(*at, "/machine/password_policy/value/since/value", errors);
    }
    for (i, product) in m.antivirus.as_ref().and_then(Fact::value).into_iter().flat_map(|a| a.products.iter().enumerate()) {
        if let Reading::Value(at) = product.signatures_at {
            in_range_at(at, || format!("/machine/antivirus/value/products/{i}/signatures_at/value"), errors);
        }
    }
}

fn account_times(a: &Account, errors: &mut Vec<FieldError>) {
    observed(a.login_password.as_ref(), "/login_password", errors);
    observed(a.password_changed.as_ref(), "/password_changed", errors);
    observed(a.screen_lock.as_ref(), "/screen_lock", errors);
    observed(a.password_saving.as_ref(), "/password_saving", errors);
    if let Reading::Value(at) = a.last_used {
        in_range(at, "/last_used/value", errors);
    }
    if let Some(at) = a.password_changed.as_ref().and_then(Fact::value) {
        in_range(*at, "/password_changed/value", errors);
    }
}

fn observed<T>(fact: Option<&Fact<T>>, pointer: &str, errors: &mut Vec<FieldError>) {
    if let Some(at) = fact.and_then(|f| f.observed_at) {
        in_range_at(at, || format!("{pointer}/observed_at"), errors);
    }
}

fn in_range(at: Timestamp, pointer: &str, errors: &mut Vec<FieldError>) {
    in_range_at(at, || pointer.to_owned(), errors);
}

fn in_range_at(at: Timestamp, pointer: impl FnOnce() -> String, errors: &mut Vec<FieldError>) {
    if at.seconds() < 0 || at > LATEST {
        errors.push(error(pointer(), format!("an instant from 0 to {} (seconds since 1970)", LATEST.seconds())));
    }
}

#[cfg(test)]
mod tests;
