//! The agent reads and does not write: files compared before and after a real run, and its system calls traced meanwhile.
//! Without the rights to look it says so.
#![cfg(all(target_os = "linux", not(feature = "none-platform")))]

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_shared::report::Report;
use serde_json::Value;
use skipped::skipped;

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;

const AGENT: &str = env!("CARGO_BIN_EXE_hashimori-agent");

/// What one run looks into.
const LOOKED_INTO: [&str; 8] =
    ["/etc", "/home", "/opt", "/srv", "/usr/share/glib-2.0", "/usr/share/xsessions", "/var/lib/apt", "/var/cache/apt"];

/// System calls that change files, and open(2)'s flags that allow it.
const CHANGING: [&str; 14] = [
    "rename",
    "unlink",
    "rmdir",
    "mkdir",
    "mknod",
    "link(",
    "linkat",
    "symlink",
    "chmod",
    "chown",
    "truncate",
    "utime",
    "setxattr",
    "removexattr",
];
const OPEN_FOR_WRITING: [&str; 4] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];

/// Length, mode, owner, inode and times of everything below these folders.
fn snapshot<P: Into<PathBuf>>(roots: impl IntoIterator<Item = P>) -> BTreeMap<PathBuf, [i64; 7]> {
    let mut seen = BTreeMap::new();
    let mut left: Vec<PathBuf> = roots.into_iter().map(Into::into).collect();
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

/// Calls in a trace that change something outside `state`, and outside pipes and `/dev/null`.
fn changes<'a>(trace: &'a str, state: &Path) -> Vec<&'a str> {
    let state = state.display().to_string();
    let call = |line: &'a str| line.split_once(' ').map_or(line, |(_pid, rest)| rest.trim_start());
    trace
        .lines()
        .filter(|line| !line.contains("= -1 ") && !line.contains("/dev/null") && !line.contains(&state))
        .filter(|line| {
            let call = call(line);
            let opens = call.starts_with("open") || call.starts_with("creat");
            CHANGING.iter().any(|c| call.starts_with(c)) || (opens && OPEN_FOR_WRITING.iter().any(|flag| call.contains(flag)))
        })
        .collect()
}

/// Whether processes may be traced here; says so loudly when not.
fn can_trace() -> bool {
    match Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output() {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            skipped(format!("the trace: {}", String::from_utf8_lossy(&output.stderr)));
            false
        }
        Err(_) => {
            skipped("the trace: strace is not installed; tests/run.sh installs it");
            false
        }
    }
}

#[test]
fn one_whole_report_changes_nothing_on_the_device() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (home, state, trace) = (folder.path().join("home"), folder.path().join("state"), folder.path().join("trace"));
    std::fs::create_dir(&home)?;
    let traced = can_trace();
    let mut command = Command::new(if traced { "strace" } else { AGENT });
    if traced {
        command.args(["-f", "-qq", "-e", "trace=%file,ftruncate,fchmod,fchown,fsetxattr,fremovexattr", "-o"]).arg(&trace).arg(AGENT);
    }
    let before = snapshot(LOOKED_INTO);
    let output = command.args(["report", "--json", "--state"]).arg(&state).env("HOME", &home).current_dir(&home).output()?;
    let after = snapshot(LOOKED_INTO);
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Report>(&output.stdout)?;

    let changed: Vec<_> = after.iter().filter(|(path, state)| before.get(*path) != Some(*state)).map(|(path, _)| path).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "changed: {changed:?}");
    assert_eq!(std::fs::read_dir(&home)?.count(), 0, "nothing is left in the home folder either");
    assert!(!state.exists(), "`report` makes no state either");
    if traced {
        let text = std::fs::read_to_string(&trace)?;
        assert!(text.contains("/etc/os-release"), "the trace follows the probing child");
        assert_eq!(changes(&text, &state), Vec::<&str>::new());
    }
    Ok(())
}

#[test]
fn the_trace_reader_itself_notices_what_changes_something() {
    let trace = "12 openat(AT_FDCWD, \"/etc/shadow\", O_RDONLY|O_CLOEXEC) = 3\n\
                 12 openat(AT_FDCWD, \"/home/x/.config/y\", O_RDWR|O_CREAT, 0600) = 3\n\
                 13 unlink(\"/var/lib/apt/lists/lock\") = 0\n\
                 13 mkdir(\"/root/.cache\", 0755) = -1 EEXIST (File exists)\n\
                 13 openat(AT_FDCWD, \"/state/a.tmp\", O_WRONLY|O_CREAT, 0600) = 3\n";
    assert_eq!(changes(trace, Path::new("/state")).len(), 2);
}

#[test]
fn commands_that_only_look_leave_the_state_folder_as_it_was() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    std::fs::create_dir_all(state.join("outbox"))?;
    for file in ["identity.json", "progress.json", "observed.json", "pseudonym.key", "outbox/00000000000000000001.json"] {
        std::fs::write(state.join(file), b"garbage")?;
    }
    let before = snapshot([&state]);
    for args in [&["report", "--json"][..], &["report", "--schema"], &["report"], &["status"], &["explain"], &["verdict"]] {
        let output = Command::new(AGENT).args(args).arg("--state").arg(&state).output()?;
        assert!(output.status.code().is_some(), "{args:?}");
        assert_eq!(snapshot([&state]), before, "{args:?}");
    }
    Ok(())
}

#[test]
fn without_the_rights_to_look_the_agent_says_so_and_guesses_nothing() -> anyhow::Result<()> {
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir()?;
    if folder.path().metadata()?.uid() != 0 {
        skipped("only the superuser can run a program as somebody else");
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
