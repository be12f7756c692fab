//! The agent reads and does not write, and connects to nobody but its collector: files compared before and after real runs, and
//! its system calls traced meanwhile. Without the rights to look it says so.
#![cfg(all(target_os = "linux", not(feature = "none-platform")))]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::report::Report;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use skipped::skipped;
use testing::{LONG, Pki, Server, issued, json, reply};
use x509_parser::prelude::{FromDer as _, X509Certificate};

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;
#[expect(dead_code, reason = "shared with the crate's own tests, which use the rest")]
#[path = "../src/testing.rs"]
mod testing;

const AGENT: &str = env!("CARGO_BIN_EXE_hashimori-agent");

/// What one run looks into, or could write to.
const LOOKED_INTO: [&str; 12] = [
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/run",
    "/srv",
    "/usr/share/glib-2.0",
    "/usr/share/xsessions",
    "/usr/local",
    "/var/cache/apt",
    "/var/lib",
    "/var/log",
];

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

type Snapshot = BTreeMap<PathBuf, [i64; 7]>;

/// Length, mode, owner, inode and times of everything below these folders.
fn snapshot<P: Into<PathBuf>>(roots: impl IntoIterator<Item = P>) -> Snapshot {
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

/// The calls that touch files or reach out.
const TRACED: &str = "trace=%file,ftruncate,fchmod,fchown,fsetxattr,fremovexattr,connect,sendto,sendmsg,sendmmsg";

/// Runs the agent under strace; the trace.
fn traced(
    folder: &Path,
    args: &[&str],
    state: &Path,
    expected: impl Fn(&std::process::Output) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let trace = folder.join("trace");
    let home = folder.join("home");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", TRACED, "-o"]).arg(&trace).arg(AGENT).args(args).arg("--state").arg(state);
    let output = command.env_clear().env("HOME", &home).env("HASHIMORI_PROXY", "none").current_dir(&home).output()?;
    expected(&output)?;
    assert_eq!(std::fs::read_dir(&home)?.count(), 0, "nothing is left in the home folder");
    let text = std::fs::read_to_string(&trace)?;
    ensure!(text.contains("/etc/os-release"), "the trace follows the probing child");
    Ok(text)
}

/// Paths outside `state` that differ between before and after and that the trace names. Other processes write meanwhile as well.
fn changed(before: &Snapshot, after: &Snapshot, trace: &str, state: &Path) -> BTreeSet<PathBuf> {
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&&PathBuf| before.get(**path) != after.get(**path) && !path.starts_with(state);
    let named = |path: &&&PathBuf| trace.contains(&format!("\"{}\"", path.display()));
    paths.iter().filter(differs).filter(named).map(|path| (**path).clone()).collect()
}

/// Runs until nothing has changed, three times at most: what another process wrote by chance it does not write each time.
fn never_changes(state: &Path, mut run: impl FnMut() -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut always: Option<BTreeSet<PathBuf>> = None;
    loop {
        let before = snapshot(LOOKED_INTO);
        let trace = run()?;
        let now = changed(&before, &snapshot(LOOKED_INTO), &trace, state);
        let runs = always.as_ref().map_or(now.clone(), |earlier| earlier.intersection(&now).cloned().collect());
        if runs.is_empty() {
            return Ok(trace);
        }
        ensure!(always.is_none(), "changed again: {runs:?}");
        always = Some(runs);
    }
}

/// Addresses on a network that a trace shows being reached for.
fn reached(trace: &str) -> BTreeSet<String> {
    let address = |line: &str| {
        let rest = line.split_once("sin_port=htons(").or_else(|| line.split_once("sin6_port=htons("))?.1;
        let port = rest.split(')').next()?;
        let host = line.split("inet_addr(\"").nth(1).or_else(|| line.split("inet_pton(AF_INET6, \"").nth(1))?.split('"').next()?;
        Some(format!("{host}:{port}"))
    };
    trace.lines().filter(|line| line.contains("sa_family=AF_INET")).map(|line| address(line).unwrap_or_else(|| line.to_owned())).collect()
}

#[test]
fn one_whole_report_changes_nothing_on_the_device_and_reaches_for_nobody() -> anyhow::Result<()> {
    if !can_trace() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("state");
    std::fs::create_dir(folder.path().join("home"))?;
    let trace = never_changes(&state, || {
        traced(folder.path(), &["report", "--json"], &state, |output| {
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice::<Report>(&output.stdout)?;
            Ok(())
        })
    })?;
    assert!(!state.exists(), "`report` makes no state either");
    assert_eq!(changes(&trace, &state), Vec::<&str>::new());
    assert_eq!(reached(&trace), BTreeSet::new());
    Ok(())
}

#[test]
fn a_check_in_writes_below_its_state_folder_alone_and_connects_to_its_collector_alone() -> anyhow::Result<()> {
    if !can_trace() {
        return Ok(());
    }
    let pki = Arc::new(Pki::new("架空の根"));
    let answers = pki.clone();
    let server = Server::start(&pki, move |seen| match seen.path.as_str() {
        "/v1/enroll" | "/v1/renew" => json(200, &issued(&answers, &seen.json(), LONG)),
        "/v1/check-in" => json(200, &reply("accepted", 1_800_000_000, 1)),
        _ => (404, vec![], vec![]),
    });
    let folder = tempfile::tempdir()?;
    let (state, code) = (folder.path().join("state"), folder.path().join("code"));
    std::fs::create_dir(folder.path().join("home"))?;
    std::fs::write(&code, enrolment_code(&pki)?)?;
    let enrolled = Command::new(AGENT)
        .args(["enroll", "--server", &server.endpoint(), "--state"])
        .arg(&state)
        .env_clear()
        .env("HASHIMORI_PROXY", "none")
        .stdin(std::fs::File::open(&code)?)
        .output()?;
    ensure!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));
    let trace = never_changes(&state, || {
        traced(folder.path(), &["check-in"], &state, |output| {
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Ok(())
        })
    })?;
    assert!(server.seen().iter().any(|seen| seen.path == "/v1/check-in"), "it did check in");
    assert_eq!(changes(&trace, &state), Vec::<&str>::new());
    assert_eq!(reached(&trace), BTreeSet::from([server.endpoint()]));
    Ok(())
}

fn enrolment_code(pki: &Pki) -> anyhow::Result<String> {
    let root = pki.root();
    let (_, certificate) = X509Certificate::from_der(&root)?;
    let digest = Sha256::digest(certificate.public_key().raw);
    Ok(EnrolmentCode { secret: [7; 16], root_pin: digest[..10].try_into()? }.to_text())
}

#[test]
fn the_trace_reader_itself_notices_who_is_reached_for_and_what_was_changed() {
    let trace = "12 connect(9, {sa_family=AF_UNIX, sun_path=\"/run/dbus/system_bus_socket\"}, 29) = 0\n\
                 12 connect(9, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"192.0.2.7\")}, 16) = 0\n\
                 12 sendto(9, \"x\", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), \
                 inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), sin6_scope_id=0}, 28) = 1\n";
    assert_eq!(reached(trace), BTreeSet::from(["192.0.2.7:443".to_owned(), "2001:db8::1:53".to_owned()]));
    let (old, new) = ([0; 7], [1; 7]);
    let before = Snapshot::from([("/etc/a".into(), old), ("/etc/b".into(), old), ("/state/c".into(), old)]);
    let after = Snapshot::from([("/etc/a".into(), new), ("/etc/b".into(), new), ("/state/c".into(), new)]);
    let trace = "12 openat(AT_FDCWD, \"/etc/a\", O_RDONLY) = 3\n12 openat(AT_FDCWD, \"/state/c\", O_WRONLY) = 3\n";
    assert_eq!(changed(&before, &after, trace, Path::new("/state")), BTreeSet::from([PathBuf::from("/etc/a")]));
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

#[test]
fn a_configuration_that_is_roots_alone_keeps_nobody_from_seeing_what_would_be_sent() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let own = folder.path().join("etc/hashimori-agent");
    std::fs::create_dir_all(&own)?;
    std::fs::create_dir(folder.path().join("work"))?;
    for part in ["", "etc", "etc/hashimori-agent"] {
        std::fs::set_permissions(folder.path().join(part), std::fs::Permissions::from_mode(0o755))?;
    }
    std::fs::write(own.join("agent.toml"), "language = \"en\"\n")?;
    std::fs::set_permissions(own.join("agent.toml"), std::fs::Permissions::from_mode(0o600))?;
    std::fs::copy(AGENT, folder.path().join("agent"))?;
    // As the package lays it down, in a mount namespace that ends with the program; then as nobody.
    let staged = "set -e; mount -t overlay overlay -o \"lowerdir=/etc,upperdir=$1/etc,workdir=$1/work\" /etc; cd /; \
                  exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$2\" report --json --state \"$1/state\"";
    let run = |program: &Path| {
        Command::new("unshare")
            .args(["--mount", "sh", "-c", staged, "sh"])
            .arg(folder.path())
            .arg(program)
            .env_remove("HASHIMORI_CONFIG")
            .output()
    };
    if !run(Path::new("/usr/bin/true")).is_ok_and(|output| output.status.success()) {
        skipped("only the superuser can lay a folder over another, and not everywhere");
        return Ok(());
    }
    let output = run(&folder.path().join("agent"))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(report["agent"]["privileged"], false);
    Ok(())
}
