//! The first of the two commands, as a newcomer types it, with programs that are built already.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use hashimori_shared::verdict::{Evidence, State};
use hashimori_tests::agent::Said;
use hashimori_tests::programs::{program, workspace};

fn quickstart(data: &Path, arguments: &[&str]) -> anyhow::Result<Said> {
    let programs = program("hashimori-server")?.parent().context("a folder")?.to_owned();
    let mut command = Command::new(workspace().join("deploy/quickstart.sh"));
    command.arg("--yes").arg("--data").arg(data).args(arguments).env("HASHIMORI_PROGRAMS", programs);
    Said::by(&mut command, "")
}

/// Ends what a failed test would leave running.
struct Stopped<'d>(&'d Path);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let _ = quickstart(self.0, &["--stop"]);
    }
}

/// Processes whose command line names `data`.
fn running_under(data: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(&data.display().to_string())).collect()
}

#[test]
fn once_ends_with_the_verdict_as_one_line_of_json_and_leaves_nothing_running() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("with space \"and quotes\"");
    let states = State::ALL.map(State::label_ja);
    let grades =
        [Evidence::Declared, Evidence::Confirmed, Evidence::Imported, Evidence::Measured, Evidence::Proven].map(Evidence::label_ja);
    let mut device = None;
    for run in ["first", "second"] {
        let said = quickstart(&data, &["--once"])?.expect(0).context(run)?;
        let last = said.out.lines().last().context("nothing said")?;
        let verdict: serde_json::Value = serde_json::from_str(last).with_context(|| said.out.clone())?;
        assert!(states.contains(&verdict["state"].as_str().context("state")?), "{last}");
        assert_eq!(verdict["pack"], "itsutsubashi-2019-02-08");
        let clauses = verdict["clauses"].as_object().context("clauses")?;
        for id in ["§19-6", "§20-1", "§20-2", "§20-3"] {
            assert!(clauses.contains_key(id), "{run}: no {id} in {last}");
        }
        for (id, clause) in clauses {
            assert!(id.starts_with("§19") || id.starts_with("§20"), "{id}");
            assert!(states.contains(&clause["state"].as_str().context("state")?), "{id}: {clause}");
            assert!(clause["evidence"].as_str().is_none_or(|grade| grades.contains(&grade)), "{id}: {clause}");
            assert!(!clause["reason"].as_str().context("reason")?.is_empty(), "{id}");
        }
        assert!(clauses.values().any(|clause| clause["evidence"] == "実測"), "{run}: nothing was measured: {last}");
        let id = verdict["device"].as_str().context("device")?.to_owned();
        assert_eq!(*device.get_or_insert(id.clone()), id, "the second run enrolled another device");
        assert_eq!(running_under(&data), Vec::<String>::new(), "{run}");
    }
    Ok(())
}

#[test]
fn without_once_it_leaves_a_collector_that_stop_ends() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let _stopped = Stopped(&data);
    for _ in 0..2 {
        let said = quickstart(&data, &[])?.expect(0)?;
        for words in ["この機器の判定", "http://127.0.0.1:", "--stop"] {
            assert!(said.out.contains(words), "no {words} in\n{}", said.out);
        }
        assert_eq!(running_under(&data).len(), 1, "{:?}", running_under(&data));
    }
    quickstart(&data, &["--stop"])?.expect(0)?;
    assert_eq!(running_under(&data), Vec::<String>::new());
    quickstart(&data, &["--stop"])?.expect(0)?;
    Ok(())
}
