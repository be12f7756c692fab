//! Observation in a short-lived child process: the daemon stays small, and a probe that hangs or dies costs one report's facts
//! (they read *unknown*), never the daemon. The child gets its input on standard input and answers on standard output, both bounded.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use hashimori_shared::ids::BootId;
use hashimori_shared::report::{Account, AgentInfo, Fact, MachineFacts, REPORT_VERSION, Reading, Report, UnknownCode};
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::child;
use crate::probe::{self, ProbeContext, Signatures};

/// Name of the hidden subcommand.
pub(crate) const SUBCOMMAND: &str = "observe-child";
/// Longest report that is taken from the child; the collector's body limit is 256 KiB.
const LONGEST_REPORT: u64 = 240 * 1024;

/// What the child is told.
#[derive(Serialize, Deserialize)]
struct Task {
    now: Timestamp,
    certain: Timestamp,
    key: String,
    previous: Option<(Report, Timestamp)>,
    /// Folder of the local administrator's catalogues.
    catalogues: Option<PathBuf>,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Observation {
    /// This boot.
    pub(crate) boot: BootId,
    /// The facts.
    pub(crate) report: Report,
    /// Whether the probes ran to their end; facts are retained only from such a report.
    #[serde(skip, default = "yes")]
    pub(crate) whole: bool,
}

const fn yes() -> bool {
    true
}

/// When it is: by the device's clock, and an instant that has passed whatever that clock says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub(crate) now: Timestamp,
    pub(crate) certain: Timestamp,
}

/// Observes this device in a child, within `limit`. Total: if the child fails, every fact is unknown and says why.
pub(crate) fn observe(
    when: When,
    key: [u8; 32],
    previous: Option<(Report, Timestamp)>,
    catalogues: Option<PathBuf>,
    limit: Duration,
) -> Observation {
    let When { now, certain } = when;
    let task = Task { now, certain, key: data_encoding::HEXLOWER.encode(&key), previous, catalogues };
    let failed = match run_child(own_program(), &[SUBCOMMAND], &serde_json::to_vec(&task).unwrap_or_default(), limit) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(observation) => return observation,
            Err(e) => (UnknownCode::ParseFailed, format!("the probing process answered nonsense: {e}")),
        },
        Err(failed) => failed,
    };
    let context = ProbeContext::new(now, key);
    Observation { boot: probe::boot_id(&context), report: all_unknown(failed.0, &failed.1, task.previous.map(|p| p.0)), whole: false }
}

/// The child's side: one task in, one observation out.
pub(crate) fn child() -> Result<(), String> {
    let mut input = Vec::new();
    std::io::stdin().lock().take(LONGEST_REPORT * 2).read_to_end(&mut input).map_err(|e| e.to_string())?;
    let task: Task = serde_json::from_slice(&input).map_err(|e| e.to_string())?;
    let mut key = [0; 32];
    data_encoding::HEXLOWER.decode_mut(task.key.as_bytes(), &mut key).map_err(|_| "key".to_owned())?;
    // A message that travels is short; the folder was whole when the program started.
    let signatures = Signatures::load(task.catalogues.as_deref()).map_err(|why| why.chars().take(200).collect());
    let context = ProbeContext { certain: task.certain, previous: task.previous, signatures, ..ProbeContext::new(task.now, key) };
    let observation = Observation { boot: probe::boot_id(&context), report: probe::observe(&context), whole: true };
    let bytes = serde_json::to_vec(&observation).map_err(|e| e.to_string())?;
    std::io::stdout().lock().write_all(&bytes).map_err(|e| e.to_string())
}

/// The running program itself; on Linux also when its file was replaced by an upgrade (proc(5)).
pub(crate) fn own_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_default()
}

/// Runs a program with `input`, at most `limit` long, at most `LONGEST_REPORT` of output. It leads its own process group,
/// so that what it started ends with it.
fn run_child(program: PathBuf, args: &[&str], input: &[u8], limit: Duration) -> Result<Vec<u8>, (UnknownCode, String)> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|e| (UnknownCode::Other, format!("the probing process did not start: {e}")))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err((UnknownCode::Other, "the probing process has no pipes".to_owned()));
    };
    let input = input.to_vec();
    let (done, finished) = mpsc::channel();
    std::thread::spawn(move || {
        // A child that dies before it has read everything closes the pipe; its answer tells the rest.
        let _ = stdin.write_all(&input);
        drop(stdin);
        let mut output = Vec::new();
        let read = stdout.take(LONGEST_REPORT + 1).read_to_end(&mut output);
        let _ = done.send(read.map(|_| output));
    });
    let answer = finished.recv_timeout(limit);
    let whole = matches!(&answer, Ok(Ok(output)) if output.len() as u64 <= LONGEST_REPORT);
    let ended = whole && child::ends_well(&mut child, limit).unwrap_or(false);
    if !ended {
        child::kill(&mut child);
    }
    match answer {
        Err(_) => Err((UnknownCode::Timeout, format!("reading the facts took longer than {} s", limit.as_secs()))),
        Ok(Err(e)) => Err((UnknownCode::Other, format!("the probing process cannot be read: {e}"))),
        Ok(Ok(output)) if output.len() as u64 > LONGEST_REPORT => Err((UnknownCode::ParseFailed, "the report is too long".to_owned())),
        Ok(Ok(output)) if ended => Ok(output),
        Ok(Ok(_)) => Err((UnknownCode::Other, "the probing process failed".to_owned())),
    }
}

/// A report in which every fact is unknown. Accounts known from the last report stay listed, so that nobody's facts seem to have gone away.
fn all_unknown(code: UnknownCode, text: &str, previous: Option<Report>) -> Report {
    let text: String = text.chars().take(300).collect();
    let text = text.as_str();
    let accounts = previous.map(|p| p.accounts).unwrap_or_default();
    Report {
        v: REPORT_VERSION,
        agent: AgentInfo { version: env!("CARGO_PKG_VERSION").to_owned(), platform: std::env::consts::OS.to_owned(), privileged: false },
        machine: MachineFacts {
            os: Some(unknown(code, text)),
            last_update: Some(unknown(code, text)),
            pending_updates: Some(unknown(code, text)),
            reboot_required: Some(unknown(code, text)),
            auto_login: Some(unknown(code, text)),
            password_policy: Some(unknown(code, text)),
            antivirus: Some(unknown(code, text)),
            forbidden_software: Some(unknown(code, text)),
            browsers: Some(unknown(code, text)),
            disk_encryption: Some(unknown(code, text)),
            firewall: Some(unknown(code, text)),
            management: Some(unknown(code, text)),
            hardware: Some(unknown(code, text)),
            hardware_ids: Some(unknown(code, text)),
            mobile_line: Some(unknown(code, text)),
            foreign: std::collections::BTreeMap::default(),
        },
        accounts: accounts
            .into_iter()
            .map(|account| Account {
                id: account.id,
                kind: account.kind,
                last_used: Reading::unknown(code, text),
                login_password: Some(unknown(code, text)),
                password_changed: Some(unknown(code, text)),
                screen_lock: Some(unknown(code, text)),
                password_saving: Some(unknown(code, text)),
                foreign: std::collections::BTreeMap::default(),
            })
            .collect(),
    }
}

fn unknown<T>(code: UnknownCode, text: &str) -> Fact<T> {
    Fact::unknown(code, text, "agent")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn child_that(script: &str, limit: Duration) -> Result<Vec<u8>, UnknownCode> {
        run_child(PathBuf::from("/bin/sh"), &["-c", script], b"task", limit).map_err(|(code, _)| code)
    }

    #[test]
    fn a_probing_child_that_hangs_babbles_lingers_or_fails_costs_its_facts_and_nothing_else() {
        let (soon, long) = (Duration::from_millis(300), Duration::from_mins(1));
        assert_eq!(child_that("cat", long), Ok(b"task".to_vec()));
        assert_eq!(child_that("exec sleep 600", soon), Err(UnknownCode::Timeout));
        assert_eq!(child_that("exec yes", long), Err(UnknownCode::ParseFailed), "more than any report");
        assert_eq!(child_that("head -c 300000 /dev/zero; exec sleep 600", long), Err(UnknownCode::ParseFailed), "and then it hangs");
        assert_eq!(child_that("echo {}; exec >&-; exec sleep 600", long), Err(UnknownCode::Other), "it said all and does not end");
        assert_eq!(child_that("echo {}; exit 3", long), Err(UnknownCode::Other));
    }

    #[test]
    fn when_the_child_fails_every_fact_is_unknown_and_known_accounts_stay_listed() {
        let account = Account {
            id: "a1".parse().expect("a pseudonym"),
            kind: hashimori_shared::report::AccountKind::Local,
            last_used: Reading::Value(Timestamp::from_seconds(0)),
            login_password: None,
            password_changed: None,
            screen_lock: None,
            password_saving: None,
            foreign: std::collections::BTreeMap::default(),
        };
        let before = Report { accounts: vec![account], ..all_unknown(UnknownCode::Other, "", None) };
        let json = serde_json::to_value(all_unknown(UnknownCode::Timeout, "took too long", Some(before))).expect("JSON");
        let facts = json["machine"].as_object().expect("facts");
        assert!(facts.len() > 10 && facts.values().all(|fact| fact["unknown"]["code"] == "timeout"), "{facts:?}");
        assert_eq!(json["accounts"].as_array().map(Vec::len), Some(1));
        assert_eq!(json["accounts"][0]["login_password"]["unknown"]["code"], "timeout");
    }
}
