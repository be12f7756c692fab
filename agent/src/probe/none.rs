//! The platform without a room: every fact is unknown. It reads nothing at all.

use std::collections::BTreeMap;

use hashimori_shared::ids::AccountId;
use hashimori_shared::report::{Account, AccountKind, AgentInfo, Fact, MachineFacts, REPORT_VERSION, Reading, Report, UnknownCode};

use super::{ProbeContext, pseudonym};

const TEXT: &str = "this build has no probes for the platform it runs on";

fn unknown<T>() -> Fact<T> {
    Fact::unknown(UnknownCode::NotSupportedOs, TEXT, "none")
}

pub(super) fn observe(_ctx: &ProbeContext) -> Report {
    Report {
        v: REPORT_VERSION,
        agent: AgentInfo { version: env!("CARGO_PKG_VERSION").into(), platform: "none".into(), privileged: false },
        machine: MachineFacts {
            os: Some(unknown()),
            last_update: Some(unknown()),
            pending_updates: Some(unknown()),
            reboot_required: Some(unknown()),
            auto_login: Some(unknown()),
            password_policy: Some(unknown()),
            antivirus: Some(unknown()),
            forbidden_software: Some(unknown()),
            browsers: Some(unknown()),
            disk_encryption: Some(unknown()),
            firewall: Some(unknown()),
            management: Some(unknown()),
            hardware: Some(unknown()),
            hardware_ids: Some(unknown()),
            mobile_line: Some(unknown()),
            foreign: BTreeMap::new(),
        },
        accounts: vec![Account {
            id: pseudonym::unnamed(),
            kind: AccountKind::Other,
            last_used: Reading::unknown(UnknownCode::NotSupportedOs, TEXT),
            login_password: Some(unknown()),
            password_changed: Some(unknown()),
            screen_lock: Some(unknown()),
            password_saving: Some(unknown()),
            foreign: BTreeMap::new(),
        }],
    }
}

/// Without an OS boot id all boots look the same; the collector then tells replays by sequence alone.
pub(super) fn boot_marker(_ctx: &ProbeContext) -> String {
    "none".to_owned()
}

pub(super) fn account_names(_ctx: &ProbeContext) -> BTreeMap<AccountId, String> {
    BTreeMap::new()
}
