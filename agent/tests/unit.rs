//! The systemd unit stays hardened, and the package's files are where the unit looks for them.

use std::path::Path;
use std::process::Command;

use skipped::skipped;

#[path = "../../tests/src/skipped.rs"]
pub mod skipped;

fn deploy(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/agent").join(file)
}

#[test]
fn the_unit_is_exposed_by_2_5_at_most_and_can_still_read_what_root_can() {
    let unit = deploy("hashimori-agent.service");
    let text = std::fs::read_to_string(&unit).expect("the unit");
    for needed in ["CapabilityBoundingSet=CAP_DAC_READ_SEARCH\n", "ProtectHome=read-only\n", "StateDirectory=hashimori-agent\n"] {
        assert!(text.contains(needed), "{needed}");
    }
    // systemd.exec(5): the threshold is in tenths. Without systemd there is nothing to ask; tests/run.sh installs it.
    let Ok(output) =
        Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=25", "--no-pager"]).arg(&unit).output()
    else {
        skipped("systemd-analyze is not installed; tests/run.sh installs it");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", said.lines().last().unwrap_or_default());
}

#[test]
fn the_shipped_configuration_is_one_the_agent_takes_also_with_every_key_set() {
    let shipped = std::fs::read_to_string(deploy("agent.toml")).expect("the configuration");
    let every_key: String = shipped
        .lines()
        .map(|line| line.strip_prefix('#').filter(|l| l.contains(" = ") && !l.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    assert_eq!(every_key.lines().filter(|l| l.contains(" = ") && !l.starts_with('#')).count(), 7);
    let dir = tempfile::tempdir().expect("a folder");
    // The one folder that must be there if it is named.
    let catalogues = dir.path().join("catalogues");
    std::fs::create_dir(&catalogues).expect("made");
    let every_key = every_key.replace("/etc/hashimori-agent/catalogues", &catalogues.display().to_string());
    for text in [shipped, every_key] {
        let file = dir.path().join("agent.toml");
        std::fs::write(&file, text).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_hashimori-agent"))
            .args(["status", "--state"])
            .arg(dir.path().join("state"))
            .arg("--config")
            .arg(&file)
            .output()
            .expect("the agent runs");
        assert_eq!(output.status.code(), Some(3), "not enrolled, and nothing worse: {}", String::from_utf8_lossy(&output.stderr));
    }
}
