//! The platform without a room: every fact is unknown. It reads nothing at all.

use std::collections::BTreeMap;

use hashimori_shared::ids::AccountId;
use hashimori_shared::report::{Account, AccountKind, AgentInfo, Fact, MachineFacts, REPORT_VERSION, Reading, Report, UnknownCode};

use super::{ProbeContext, pseudonym};

const TEXT: &str = "this build has no probes for the platform it runs on";

fn unknown<T>() -> Option<Fact<T>> {
    Some(Fact::unknown(UnknownCode::NotSupportedOs, TEXT, "none"))
}

pub(super) fn observe(_ctx: &ProbeContext) -> Report {
    Report {
        v: REPORT_VERSION,
        agent: AgentInfo { version: env!("CARGO_PKG_VERSION").into(), platform: "none".into(), privileged: false },
        machine: MachineFacts {
            os: unknown(),
            last_update: unknown(),
            pending_updates: unknown(),
            reboot_required: unknown(),
            auto_login: unknown(),
            password_policy: unknown(),
            antivirus: unknown(),
            forbidden_software: unknown(),
            browsers: unknown(),
            disk_encryption: unknown(),
            firewall: unknown(),
            management: unknown(),
            hardware: unknown(),
            hardware_ids: unknown(),
            mobile_line: unknown(),
            foreign: BTreeMap::new(),
        },
        accounts: vec![Account {
            id: pseudonym::unnamed(),
            kind: AccountKind::Other,
            last_used: Reading::unknown(UnknownCode::NotSupportedOs, TEXT),
            login_password: unknown(),
            password_changed: unknown(),
            screen_lock: unknown(),
            password_saving: unknown(),
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
