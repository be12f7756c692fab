//! The first of the two commands, as a newcomer types it, with programs that are built already.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_shared::pack::{Answered, Pack};
use hashimori_shared::verdict::{Evidence, State};
use hashimori_tests::agent::Said;
use hashimori_tests::programs::{program, workspace};
use hashimori_tests::visitor::Visitor;
use hashimori_tests::waiting::until;

fn quickstart(data: &Path, arguments: &[&str]) -> anyhow::Result<Said> {
    quickstart_with(program("hashimori-server")?.parent().context("a folder")?, data, arguments)
}

/// With a home folder beside `data` that must stay empty.
fn quickstart_with(programs: &Path, data: &Path, arguments: &[&str]) -> anyhow::Result<Said> {
    let home = data.with_file_name("home");
    std::fs::create_dir_all(&home)?;
    let mut command = Command::new(workspace().join("deploy/quickstart.sh"));
    command.arg("--yes").arg("--data").arg(data).args(arguments).env("HASHIMORI_PROGRAMS", programs);
    // A region to look at need not be large to be tried.
    command.env("HASHIMORI_DEMO_SIZE", "--facilities 5 --devices 30");
    let said = Said::by(command.env("HOME", &home).env_remove("XDG_DATA_HOME"), "")?;
    ensure!(std::fs::read_dir(&home)?.next().is_none(), "something was put outside of --data, into {}", home.display());
    Ok(said)
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
    let measured: Vec<String> = (Pack::bundled().clauses().iter())
        .filter(|clause| clause.is_answered_by(Answered::Machine) && ["§19-", "§20-"].iter().any(|part| clause.id.starts_with(part)))
        .map(|clause| clause.id.clone())
        .collect();
    assert!(measured.len() >= 6, "{measured:?}");
    let mut device = None;
    for run in ["first", "second"] {
        let said = quickstart(&data, &["--once"])?.expect(0).context(run)?;
        let last = said.out.lines().last().context("nothing said")?;
        let verdict: serde_json::Value = serde_json::from_str(last).with_context(|| said.out.clone())?;
        assert!(states.contains(&verdict["state"].as_str().context("state")?), "{last}");
        assert_eq!(verdict["pack"], "itsutsubashi-2019-02-08");
        let clauses = verdict["clauses"].as_object().context("clauses")?;
        for id in &measured {
            assert!(clauses.contains_key(id), "{run}: no {id} in {last}");
        }
        for (id, clause) in clauses {
            assert!(id.starts_with("§19") || id.starts_with("§20"), "{id}");
            assert!(states.contains(&clause["state"].as_str().context("state")?), "{id}: {clause}");
            let grade = clause["evidence"].as_str().with_context(|| format!("{id}: {clause}"))?;
            assert!(grades.contains(&grade) || grade == "なし", "{id}: {clause}");
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
    // The first port it would take is taken, here if not by somebody else, though nobody listens there: it goes on to the next.
    let taken = tokio::net::TcpSocket::new_v4()?;
    let _ = taken.bind(std::net::SocketAddr::from(([127, 0, 0, 1], 8080)));
    for _ in 0..2 {
        let said = quickstart(&data, &[])?.expect(0)?;
        let link = said.out.split_whitespace().find(|word| word.contains("/start/")).with_context(|| said.out.clone())?;
        let (web, start) = link.strip_prefix("http://").and_then(|rest| rest.split_once("/start/")).context(link.to_owned())?;
        let page = Visitor::at(web.parse()?).open(&format!("/start/{start}"))?;
        assert!(page.contains("hotaru-kanri"), "{link} leads to\n{page}");
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

/// Devices of a region in all, as its first page counts them.
fn counted(page: &str) -> anyhow::Result<u32> {
    let all = page.split("id=\"all\"").nth(1).and_then(|rest| rest.split("id=\"list\"").next()).context("no counts")?;
    let numbers = all.split("class=\"number\">").skip(1).filter_map(|rest| rest.split('<').next());
    numbers.map(|number| Ok(number.parse::<u32>()?)).sum()
}

#[test]
fn demo_fills_a_region_that_its_secretariat_reads_and_a_second_run_adds_nothing() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let _stopped = Stopped(&data);
    let mut devices = Vec::new();
    for run in ["first", "second"] {
        let said = quickstart(&data, &["--demo"])?.expect(0).context(run)?;
        let links: Vec<&str> = said.out.split_whitespace().filter(|word| word.contains("/start/")).collect();
        let [_, secretariat, administrator] = links[..] else { anyhow::bail!("{run}: not three links in\n{}", said.out) };
        let (web, start) = secretariat.strip_prefix("http://").and_then(|rest| rest.split_once("/start/")).context("a link")?;
        let mut person = Visitor::at(web.parse()?);
        person.set_up(&format!("/start/{start}"), "amber ferry crossing")?;
        let page = until("the region's facilities to be in order", || {
            let page = person.open("/").ok()?;
            let list = page.split("id=\"list\"").nth(1)?.split("<tbody").nth(1)?;
            let first = list.split("</th>").next()?;
            (first.contains("架空医院あさぎり") && page.matches("href=\"/facilities/").count() >= 5).then_some(page)
        })?;
        assert!(page.contains("見本の圏域（架空）") && !page.contains("架空医院ほたる"), "{page}");
        devices.push(counted(&page)?);
        assert!(person.open(&format!("/start/{}", administrator.rsplit('/').next().unwrap_or_default()))?.contains("kakuu-001"));
    }
    assert_eq!(devices, [30, 30]);
    assert_eq!(std::fs::read_to_string(data.join("demo.done"))?.lines().count(), 5);
    quickstart(&data, &["--stop"])?.expect(0)?;
    assert_eq!(running_under(&data), Vec::<String>::new());
    let refused = quickstart(&data, &["--demo", "--once"])?.expect(1)?;
    assert!(refused.err.contains("--once"), "{}", refused.err);
    Ok(())
}

#[test]
fn a_sign_in_link_that_cannot_be_made_is_said_and_fails() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, programs) = (folder.path().join("data"), folder.path().join("programs"));
    std::fs::create_dir(&programs)?;
    let refusing =
        format!("#!/bin/sh\ncase \" $* \" in *' account '*) exit 1 ;; esac\nexec '{}' \"$@\"\n", program("hashimori-server")?.display());
    std::fs::write(programs.join("hashimori-server"), refusing)?;
    std::fs::set_permissions(programs.join("hashimori-server"), std::fs::Permissions::from_mode(0o755))?;
    std::os::unix::fs::symlink(program("hashimori-agent")?, programs.join("hashimori-agent"))?;
    let said = quickstart_with(&programs, &data, &["--once"])?.expect(1)?;
    assert!(said.err.contains("sign-in link"), "{}", said.err);
    assert_eq!(running_under(&data), Vec::<String>::new());
    Ok(())
}
