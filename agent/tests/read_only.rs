//! The agent reads and does not write: traced on a real run, and by comparing files before and after.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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

#[test]
fn one_whole_report_changes_nothing_on_the_device() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    let trace = dir.path().join("trace");
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%file,ftruncate,fchmod,fchown,fsetxattr,fremovexattr", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_hashimori-agent"))
        .args(["report", "--json", "--state"])
        .arg(&state)
        .output();
    let Ok(output) = traced else {
        eprintln!("SKIPPED: strace is not installed; tests/run.sh installs it");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("ptrace") {
        eprintln!("SKIPPED: this machine does not let processes be traced: {said}");
        return;
    }
    assert!(output.status.success(), "{said}");
    serde_json::from_slice::<hashimori_shared::report::Report>(&output.stdout).expect("a report");
    let text = std::fs::read_to_string(&trace).expect("a trace");
    assert!(text.contains("/etc/os-release"), "the trace follows the probing child");
    assert_eq!(changes(&text, &state), Vec::<&str>::new());
    assert!(!state.exists(), "`report` makes no state either");
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

fn tree(root: &Path) -> BTreeMap<String, (u64, Option<std::time::SystemTime>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            let meta = std::fs::symlink_metadata(&path).expect("metadata");
            found.insert(path.display().to_string(), (meta.len(), meta.modified().ok()));
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[test]
fn commands_that_only_look_leave_the_state_folder_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    std::fs::create_dir_all(state.join("outbox")).expect("made");
    for file in ["identity.json", "progress.json", "observed.json", "pseudonym.key", "outbox/00000000000000000001.json"] {
        std::fs::write(state.join(file), b"garbage").expect("written");
    }
    let before = tree(&state);
    for args in [&["report", "--json"][..], &["report", "--schema"], &["report"], &["status"], &["explain"]] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_hashimori-agent")).args(args).arg("--state").arg(&state).output().expect("the agent runs");
        assert!(output.status.code().is_some(), "{args:?}");
        assert_eq!(tree(&state), before, "{args:?}");
    }
}
