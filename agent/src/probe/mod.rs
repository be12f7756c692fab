//! Asks the operating system and puts the answers into a report. One room per platform behind the same three functions;
//! a platform without a room answers *unknown*, never a value. Knows nothing of rules, of the collector or of the network.

mod carry;
mod fit;
mod pseudonym;
mod signatures;

#[cfg(all(target_os = "linux", not(feature = "none-platform")))]
#[path = "linux/mod.rs"]
mod imp;
#[cfg(any(not(target_os = "linux"), feature = "none-platform"))]
#[path = "none.rs"]
mod imp;

pub use signatures::Signatures;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use hashimori_shared::ids::{AccountId, BootId};
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;

/// What one observation needs from outside: the instant, a secret, the last report and where the file system begins.
#[derive(Clone)]
pub struct ProbeContext {
    /// The instant of this observation.
    pub now: Timestamp,
    /// An instant that has certainly passed, whatever the device's clock says: what ends by time has ended only before it.
    pub certain: Timestamp,
    /// Secret of this device from which account pseudonyms and the boot id are derived; never sent.
    pub pseudonym_key: [u8; 32],
    /// The last report and the instant it was observed, for per-account facts that cannot be read now.
    pub previous: Option<(Report, Timestamp)>,
    /// Where the file system begins: `/`, or a recorded tree in tests (then nothing live is asked: no processes, no bus, no commands).
    pub root: PathBuf,
    /// How much work one observation may do.
    pub limits: Limits,
    /// By what software is recognised, or why that cannot be read: then what rests on it is unknown.
    pub signatures: Result<Signatures, String>,
}

impl ProbeContext {
    /// A context for this machine, without a previous report and without an instant that is certain.
    pub fn new(now: Timestamp, pseudonym_key: [u8; 32]) -> Self {
        Self {
            now,
            certain: Timestamp::from_seconds(i64::MIN),
            pseudonym_key,
            previous: None,
            root: PathBuf::from("/"),
            limits: Limits::default(),
            signatures: Ok(Signatures::bundled()),
        }
    }
}

/// Bounds of one observation, so that a huge home, a dead network mount or a hanging command costs one fact and not the report.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest wait for one group of facts; after it they are unknown (`timeout`).
    pub per_probe: Duration,
    /// Longest wait for one external command.
    pub per_command: Duration,
    /// Largest configuration or state file read whole, in bytes.
    pub file_bytes: u64,
    /// Most output taken from one command, in bytes.
    pub command_bytes: u64,
    /// Most directory entries looked at under one account's home or one system folder.
    pub walk_entries: u32,
    /// How deep below a searched folder.
    pub walk_depth: u32,
    /// Days after which a carried-over fact is dropped for *unknown*.
    pub carry_days: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_probe: Duration::from_secs(20),
            per_command: Duration::from_secs(5),
            file_bytes: 16 << 20,
            command_bytes: 256 << 10,
            walk_entries: 20_000,
            walk_depth: 4,
            carry_days: 30,
        }
    }
}

/// Observes this device once. Total: what cannot be read is unknown inside the report.
pub fn observe(ctx: &ProbeContext) -> Report {
    let mut report = imp::observe(ctx);
    if let Some((previous, observed_at)) = &ctx.previous {
        carry::carry_over(&mut report, previous, *observed_at, ctx.now, ctx.limits.carry_days);
    }
    fit::fit(&mut report);
    report
}

/// This boot, as a keyed digest of the OS's own boot id.
pub fn boot_id(ctx: &ProbeContext) -> BootId {
    pseudonym::boot(&ctx.pseudonym_key, &imp::boot_marker(ctx))
}

/// The names behind the pseudonyms of `observe`, for display on this device only; never sent.
pub fn account_names(ctx: &ProbeContext) -> BTreeMap<AccountId, String> {
    imp::account_names(ctx)
}

#[cfg(all(test, any(not(target_os = "linux"), feature = "none-platform")))]
mod tests {
    use super::*;

    #[test]
    fn a_platform_without_a_room_reports_every_machine_fact_as_unknown() {
        let report = observe(&ProbeContext::new(Timestamp::from_seconds(1_800_000_000), [7; 32]));
        let machine = serde_json::to_value(&report.machine).expect("facts serialise");
        let facts = machine.as_object().expect("an object");
        assert_eq!(facts.len(), 15);
        for (name, fact) in facts {
            assert!(fact.get("unknown").is_some() && fact.get("value").is_none(), "{name}");
        }
        assert!(report.accounts.iter().all(|account| account.login_password.as_ref().is_some_and(|fact| fact.value().is_none())));
        assert_eq!(report.agent.platform, "none");
    }
}
