//! One observation seen from outside: what it looked into is the same afterwards, and without rights it says so.
//! (`read_only` watches the same call by call.)
#![cfg(all(target_os = "linux", not(feature = "none-platform")))]

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

const AGENT: &str = env!("CARGO_BIN_EXE_hashimori-agent");

/// Length, mode, owner, inode and times of everything below the folders that the agent looks into.
fn snapshot(roots: &[&str]) -> BTreeMap<PathBuf, [i64; 7]> {
    let mut seen = BTreeMap::new();
    let mut left: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
    while let Some(path) = left.pop() {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        if metadata.is_dir() {
            left.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
        let number = |value: u64| value.cast_signed();
        let state = [
            number(metadata.len()),
            i64::from(metadata.mode()),
            i64::from(metadata.uid()),
            number(metadata.ino()),
            metadata.mtime(),
            metadata.ctime(),
            metadata.ctime_nsec(),
        ];
        seen.insert(path, state);
    }
    seen
}

#[test]
fn what_the_agent_looks_into_is_the_same_afterwards() -> anyhow::Result<()> {
    const LOOKED_INTO: [&str; 8] =
        ["/etc", "/home", "/opt", "/srv", "/usr/share/glib-2.0", "/usr/share/xsessions", "/var/lib/apt", "/var/cache/apt"];
    let folder = tempfile::tempdir()?;
    let home = folder.path().join("home");
    std::fs::create_dir(&home)?;
    let before = snapshot(&LOOKED_INTO);
    let output = Command::new(AGENT)
        .args(["report", "--json", "--state"])
        .arg(folder.path().join("state"))
        .env("HOME", &home)
        .current_dir(&home)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let after = snapshot(&LOOKED_INTO);
    let changed: Vec<_> = after.iter().filter(|(path, state)| before.get(*path) != Some(*state)).map(|(path, _)| path).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "changed: {changed:?}");
    assert_eq!(std::fs::read_dir(&home)?.count(), 0, "nothing is left in the home folder either");
    Ok(())
}

#[test]
fn without_the_rights_to_look_the_agent_says_so_and_guesses_nothing() -> anyhow::Result<()> {
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir()?;
    if folder.path().metadata()?.uid() != 0 {
        eprintln!("SKIPPED: only the superuser can run a program as somebody else");
        return Ok(());
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    let agent = folder.path().join("agent");
    std::fs::copy(AGENT, &agent)?;
    let output = Command::new(&agent)
        .args(["report", "--json", "--state"])
        .arg(folder.path().join("state"))
        .env_clear()
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(report["agent"]["privileged"], false);
    for account in report["accounts"].as_array().context("accounts")? {
        if account["kind"] == "local" {
            assert_eq!(account["login_password"]["unknown"]["code"], "no_permission", "{account}");
            assert_eq!(account["password_changed"]["unknown"]["code"], "no_permission", "{account}");
        }
    }
    assert!(report["machine"]["os"].get("value").is_some(), "{report}");
    Ok(())
}
