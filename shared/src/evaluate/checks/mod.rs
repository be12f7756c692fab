//! The rules, one function per kind of check. Each is total: whatever the report holds, it comes to an outcome.

mod antivirus;
mod browsers;
mod lock;
mod os;
mod password;
mod people;
mod software;

use super::context::Context;
use super::gap::Gap;
use super::outcome::Outcome;
use crate::pack::{Check, CheckKind, Clause};

/// Judges one check.
pub(super) fn judge(cx: &Context<'_>, clause: &Clause, check: &Check) -> Outcome {
    let result = match check.kind {
        CheckKind::StartupLock => Ok(lock::startup(cx, clause, check)),
        CheckKind::ScreenLock => lock::screen(cx, clause, check),
        CheckKind::PasswordSet => password::set(cx, clause, check),
        CheckKind::AutoLogin => password::auto_login(cx),
        CheckKind::PasswordLength => password::length(cx, clause, check),
        CheckKind::PasswordAge => password::age(cx, clause, check),
        CheckKind::ForbiddenSoftware => software::forbidden(cx, clause, check),
        CheckKind::AntivirusPresent => antivirus::present(cx, clause),
        CheckKind::AntivirusRealTime => antivirus::real_time(cx, clause),
        CheckKind::AntivirusSignatures => antivirus::signatures(cx, clause),
        CheckKind::BrowserPasswords => browsers::passwords(cx, clause, check),
        CheckKind::OsSupport => os::support(cx, clause, check),
        CheckKind::OsUpdated => os::updated(cx, clause, check),
        CheckKind::OsPending => os::pending(cx, clause, check),
        CheckKind::BrowserUpdated => browsers::updated(cx, clause, check),
        CheckKind::RemoteWipe => Ok(people::remote_wipe(cx, clause, check)),
        CheckKind::LineSuspension => Ok(people::line_suspension(cx, clause, check)),
        CheckKind::Management => Ok(people::management(cx, clause, check)),
        CheckKind::PersonalUse => Ok(people::personal_use(cx, clause, check)),
        CheckKind::Attested => Ok(people::attested(cx, clause, check)),
        CheckKind::AttestedAge => Ok(people::attested_age(cx, clause, check)),
    };
    result.unwrap_or_else(|gap| gap.settle(cx, clause, check))
}

type Result = std::result::Result<Outcome, Gap>;
