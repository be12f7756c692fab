//! A scanner's own command that hangs or never stops talking, put where the real one would be, in a mount namespace of its own:
//! the real binary says *unknown* in time, reads everything else, and leaves no process behind.
#![cfg(all(target_os = "linux", not(feature = "none-platform")))]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use skipped::skipped;

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;

const AGENT: &str = env!("CARGO_BIN_EXE_hashimori-agent");

/// Lays these folders over /usr/bin and /opt, for this process and its children alone.
const LAID_OVER: &str = "set -e
for folder in usr/bin opt; do
  mount -t overlay overlay -o \"lowerdir=/$folder,upperdir=$1/upper/$folder,workdir=$1/work/$folder\" \"/$folder\"
done
shift
exec \"$@\"";

/// The report of a machine on which this script is `mdatp`; `None`, said loudly, where nothing may be mounted.
fn report_with(folder: &Path, script: &str) -> anyhow::Result<Option<Value>> {
    for part in ["upper/usr/bin", "upper/opt/microsoft/mdatp", "work/usr/bin", "work/opt"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    let mdatp = folder.join("upper/usr/bin/mdatp");
    std::fs::write(&mdatp, format!("#!/bin/sh\n{script}\n"))?;
    std::fs::set_permissions(&mdatp, std::fs::Permissions::from_mode(0o755))?;
    let laid_over = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", LAID_OVER, "sh"]).arg(folder).args(program);
        command
    };
    if !laid_over(&["test", "-x", "/usr/bin/mdatp"]).output().is_ok_and(|output| output.status.success()) {
        skipped("no folder can be laid over another here");
        return Ok(None);
    }
    let output = laid_over(&[AGENT, "report", "--json", "--state"]).arg(folder.join("state")).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

fn scanner(report: &Value) -> anyhow::Result<&Value> {
    let products = report["machine"]["antivirus"]["value"]["products"].as_array().context("products")?;
    products.iter().find(|product| product["id"] == "mdatp").context("the scanner was not found")
}

/// Whether a process runs with this word in its command line.
fn runs(word: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).split('\0').any(|argument| argument == word))
}

/// Whether no process runs any more with this word; one that was killed may take a moment to be gone.
fn is_gone(word: &str) -> bool {
    (0..500).any(|_| {
        let gone = !runs(word);
        if !gone {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        gone
    })
}

#[test]
fn a_command_that_hangs_or_babbles_is_unknown_the_rest_is_read_and_nothing_is_left_running() -> anyhow::Result<()> {
    // Numbers of seconds of this run's own, to know the processes by.
    let own = 1_000_000_000 + 10 * u64::from(std::process::id());
    let (first, second) = (own.to_string(), (own + 1).to_string());
    let cases = [
        (format!("sleep {first} & exec sleep {second}"), Some("timeout")),
        ("exec yes '{\"healthy\": true}'".to_owned(), None),
        ("echo '{\"healthy\": tr'".to_owned(), Some("parse_failed")),
        ("exit 1".to_owned(), None),
    ];
    for (script, code) in cases {
        let folder = tempfile::tempdir()?;
        let Some(report) = report_with(folder.path(), &script)? else { return Ok(()) };
        let scanner = scanner(&report)?;
        for reading in ["real_time", "signatures_at"] {
            let unknown = &scanner[reading]["unknown"]["code"];
            assert!(unknown.is_string() && code.is_none_or(|code| *unknown == code), "{script}: {scanner}");
        }
        assert!(report["machine"]["os"].get("value").is_some(), "{script}: {report}");
        assert!(is_gone(&first) && is_gone(&second), "{script}: a child outlived the report");
    }
    Ok(())
}

#[test]
fn a_scanner_that_answers_is_believed_and_one_that_is_not_well_is_not() -> anyhow::Result<()> {
    let health = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/antivirus/mdatp-health.json"))?;
    let answers = |health: &str| format!("cat <<'END'\n{health}\nEND");
    let folder = tempfile::tempdir()?;
    let Some(report) = report_with(folder.path(), &answers(&health))? else { return Ok(()) };
    let well = scanner(&report)?;
    assert_eq!((&well["real_time"]["value"], &well["signatures_at"]["value"]), (&Value::Bool(true), &Value::from(1_795_000_000)), "{well}");
    let folder = tempfile::tempdir()?;
    let Some(report) = report_with(folder.path(), &answers(&health.replace("\"healthy\": true", "\"healthy\": false")))? else {
        return Ok(());
    };
    assert_eq!(scanner(&report)?["real_time"]["unknown"]["code"], "conflicting_sources", "{report}");
    Ok(())
}
