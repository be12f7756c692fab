//! The main path with the real programs: enrol, wait, be confirmed, know how one stands; and what may happen on the way.

use anyhow::Context as _;
use hashimori_tests::agent::Agent;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::proxy::Proxy;
use hashimori_tests::visitor::{Visitor, text_of};
use hashimori_tests::waiting::until;

/// An enrolled agent whose device nobody has to confirm.
fn enrolled(collector: &Collector) -> anyhow::Result<Agent> {
    let agent = Agent::new()?;
    let code = collector.code_for(1)?.to_text();
    agent.enroll(collector, &code)?.expect(0)?;
    Ok(agent)
}

#[test]
fn a_device_enrols_waits_for_a_person_and_then_sees_its_verdict_clause_by_clause() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let agent = Agent::new()?;
    let said = agent.enroll(&collector, &collector.code(&[])?)?.expect(0)?;
    assert!(said.out.contains(FACILITY), "{}", said.out);

    agent.check_in()?.expect(0)?;
    assert_eq!(agent.status()?["standing"], "pending");

    assert!(collector.stop()?.success());
    collector.device("confirm", &agent.device()?)?;
    collector.run()?;
    agent.check_in()?.expect(0)?;
    let status = agent.status()?;
    assert_eq!(status["standing"], "active");
    assert_ne!(status["headline"], serde_json::Value::Null);

    let explained = agent.run(&["explain"], "")?.expect(0)?.out;
    for clause in ["§19-6", "§20-1", "§20-2"] {
        assert!(explained.contains(clause), "no {clause} in\n{explained}");
    }
    Ok(())
}

/// The facility's administrator, who has just set up the account.
fn administrator(collector: &Collector) -> anyhow::Result<Visitor> {
    let invited = ["account", "invite", "--facility", FACILITY, "--hand-over", "--login", "hotaru-kanri", "--name", "見本 花子"];
    let link = collector.command(&invited)?.expect(0)?.out;
    let start = format!("/start/{}", link.trim().split_once("/start/").context("no link")?.1);
    let mut person = Visitor::at(collector.web_address());
    person.set_up(&start, "amber ferry crossing")?;
    Ok(person)
}

/// The facility's own part of the paths of an administrator's pages.
fn facility_of(person: &mut Visitor) -> anyhow::Result<String> {
    let page = person.open("/")?;
    let facility = page.split("/facilities/").nth(1).and_then(|rest| rest.split(['/', '"']).next()).context("a facility")?;
    Ok(format!("/facilities/{facility}"))
}

#[test]
fn the_line_printed_beside_a_code_is_all_that_a_device_needs_with_it() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let mut person = administrator(&collector)?;
    let codes = format!("{}/codes", facility_of(&mut person)?);
    let page = person.open(&codes)?;
    let page = person.send(&page, &codes, &[("uses", "1"), ("hours", "24")])?;
    let code = text_of(&page, "code-text")?;
    let line = page.split("<pre tabindex=\"0\">").nth(1).and_then(|rest| rest.split('<').next()).context("no line in the page")?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["sudo", "hashimori-agent", arguments @ ..] = words.as_slice() else { anyhow::bail!("{line}") };
    let agent = Agent::new()?;
    let said = agent.run(arguments, code)?.expect(0)?;
    assert!(said.out.contains(FACILITY), "{}", said.out);
    agent.check_in()?.expect(0)?;
    assert_eq!(agent.status()?["standing"], "pending");
    Ok(())
}

#[test]
fn what_the_administrator_answers_stands_in_the_verdict_that_page_and_device_show() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let agent = enrolled(&collector)?;
    agent.check_in()?.expect(0)?;
    let device = format!("/devices/{}", agent.device()?);
    let answered = "管理者確認で「はい」";
    let mut person = administrator(&collector)?;
    assert!(!person.open(&device)?.contains(answered));

    let self_check = format!("{}/self-check", facility_of(&mut person)?);
    let page = person.open(&self_check)?;
    let page = person.send(&page, &self_check, &[("for", "all"), ("grade", "administrator"), ("§20-6.no_copies", "yes")])?;
    assert!(page.contains("1台について記録しました"), "{page}");

    until("the sweeper to judge the device anew", || person.open(&device).map(|page| page.contains(answered).then_some(())).transpose())??;
    agent.check_in()?.expect(0)?;
    let explained = agent.run(&["explain"], "")?.expect(0)?.out;
    assert!(explained.contains(answered), "{explained}");
    Ok(())
}

#[test]
fn a_device_whose_enrolment_a_person_refuses_stands_so_and_is_told_to_stay_quiet() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let agent = Agent::new()?;
    agent.enroll(&collector, &collector.code(&[])?)?.expect(0)?;
    agent.check_in()?.expect(0)?;
    assert_eq!(agent.status()?["standing"], "pending");

    let mut person = administrator(&collector)?;
    let page = person.open("/")?;
    let facility = page.split("/facilities/").nth(1).and_then(|rest| rest.split(['/', '"']).next()).context("a facility")?;
    let pending = format!("/facilities/{facility}/pending");
    let page = person.open(&pending)?;
    let device = agent.device()?;
    let page = person.send(&page, &format!("/devices/{device}/refuse"), &[])?;
    assert!(page.contains("登録待ちの機器はありません"), "{page}");
    let page = person.open(&format!("/devices/{device}"))?;
    assert!(page.contains("登録を断った機器"), "{page}");

    let told = agent.check_in()?.expect(7)?;
    assert!(told.err.contains("登録から外"), "{}", told.err);
    let before = collector.metric("hashimori_handshakes_total{outcome=\"Full\"}")?;
    agent.check_in()?.expect(7)?;
    let after = collector.metric("hashimori_handshakes_total{outcome=\"Full\"}")?;
    assert!((after - before).abs() < f64::EPSILON, "a refused device connected again");
    assert!(collector.stop()?.success());
    let listed = collector.command(&["device", "list", "--facility", FACILITY])?.expect(0)?.out;
    assert!(listed.lines().any(|line| line.contains(&device) && line.contains("refused")), "{listed}");
    Ok(())
}

#[test]
fn a_collector_that_was_killed_knows_its_devices_when_it_is_back() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let agent = enrolled(&collector)?;
    agent.check_in()?.expect(0)?;
    collector.kill();
    let waiting = agent.check_in()?.expect(4)?;
    assert!(!waiting.err.is_empty());
    collector.run()?;
    agent.check_in()?.expect(0)?;
    assert_eq!(agent.status()?["waiting"], 0);
    Ok(())
}

#[test]
fn a_clock_five_years_off_still_checks_in_and_is_flagged() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    for offset in ["+5y", "-5y"] {
        let mut agent = Agent::new()?;
        agent.with_clock(offset)?;
        agent.enroll(&collector, &collector.code_for(1)?.to_text())?.expect(0)?;
        agent.check_in()?.expect(0)?;
        let skew = agent.status()?["clock_skew_s"].as_i64().unwrap_or_default();
        assert!(skew.abs() > 4 * 365 * 86_400, "{offset}: {skew}");
        let said = agent.run(&["status"], "")?.expect(0)?.out;
        assert!(said.contains("時刻ずれ"), "{said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_behind_a_proxy_enrols_and_checks_in_through_it() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let proxy = Proxy::start().await?;
    let mut agent = Agent::new()?;
    agent.with_proxy(&proxy.url());
    let code = collector.code_for(1)?.to_text();
    let agent = tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
        agent.enroll(&collector, &code)?.expect(0)?;
        agent.check_in()?.expect(0)?;
        Ok(agent)
    })
    .await??;
    assert!(proxy.tunnels() >= 2, "{} tunnels", proxy.tunnels());
    assert_eq!(agent.status()?["standing"], "active");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_behind_tls_is_used_when_its_own_authority_is_named_and_refused_when_another_is() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let (proxy, other) = (Proxy::start_behind_tls().await?, Proxy::start_behind_tls().await?);
    let mut agent = Agent::new()?;
    let (config, ca) = (collector.folder().join("agent.toml"), collector.folder().join("proxy.pem"));
    std::fs::write(&config, format!("proxy = \"{}\"\nproxy_ca = \"{}\"\n", proxy.url(), ca.display()))?;
    agent.set("HASHIMORI_CONFIG", &config.display().to_string());
    let trust = |pem: Option<&str>| std::fs::write(&ca, pem.unwrap_or_default());
    let code = collector.code_for(1)?.to_text();
    trust(other.certificate())?;
    let refused = tokio::task::block_in_place(|| agent.enroll(&collector, &code))?.expect(4)?;
    assert!(refused.err.contains("プロキシ"), "{}", refused.err);
    assert_eq!(proxy.tunnels(), 0, "nothing is said to a proxy that is not trusted");
    trust(proxy.certificate())?;
    tokio::task::block_in_place(|| agent.enroll(&collector, &code)?.expect(0))?;
    tokio::task::block_in_place(|| agent.check_in()?.expect(0))?;
    assert!(proxy.tunnels() >= 2, "{} tunnels", proxy.tunnels());
    Ok(())
}

#[test]
fn two_collectors_on_one_postgresql_serve_the_same_devices() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    let mut first = Collector::start_on(Some(&postgres.database("shared")?))?;
    let second = first.sibling()?;
    let agent = enrolled(&first)?;
    agent.check_in()?.expect(0)?;
    let other = enrolled(&second)?;
    other.check_in()?.expect(0)?;

    // The first one goes; its port stays what its devices know, so the second one's device is the one to go on.
    first.kill();
    other.check_in()?.expect(0)?;
    first.run()?;
    agent.check_in()?.expect(0)?;
    Ok(())
}

#[test]
fn a_lost_device_is_told_only_to_ask_the_administrator() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let agent = enrolled(&collector)?;
    agent.check_in()?.expect(0)?;
    assert!(collector.stop()?.success());
    collector.device("lost", &agent.device()?)?;
    collector.run()?;
    agent.check_in()?.expect(0)?;
    assert_eq!(agent.status()?["standing"], "held");
    let said = agent.run(&["status"], "")?.expect(0)?.out;
    assert!(said.contains("管理者に連絡してください") && !said.contains("紛失"), "{said}");
    Ok(())
}

#[test]
fn a_device_that_lay_in_a_drawer_until_its_certificate_expired_renews_it_and_goes_on() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let mut agent = enrolled(&collector)?;
    agent.check_in()?.expect(0)?;
    let before = agent.status()?["certificate_until"].as_i64();
    assert!(collector.stop()?.success());
    // 120 days later: past the leaf's 90, within the 400 in which it may renew.
    collector.set_clock("+120d")?;
    collector.accept_clock();
    collector.run()?;
    agent.with_clock("+120d")?;
    agent.check_in()?.expect(0)?;
    assert!(agent.status()?["certificate_until"].as_i64() > before, "not renewed");
    Ok(())
}

#[test]
fn after_a_restore_known_devices_send_in_full_and_those_it_does_not_know_wait_for_a_person() -> anyhow::Result<()> {
    let mut collector = Collector::prepare(None)?;
    let made: serde_json::Value = serde_json::from_str(&collector.init()?.out)?;
    collector.run()?;
    let known = enrolled(&collector)?;
    known.check_in()?.expect(0)?;
    let backup = collector.command(&["backup", "--to", &collector.folder().join("backups").display().to_string()])?.expect(0)?;
    let later = enrolled(&collector)?;
    later.check_in()?.expect(0)?;

    assert!(collector.stop()?.success());
    std::fs::rename(collector.data(), collector.folder().join("lost"))?;
    let key = made["recovery_key"].as_str().context("no recovery key")?;
    collector.command_reading(&["restore", "--none-lost", backup.out.trim()], key)?.expect(0)?;
    collector.run()?;
    known.check_in()?.expect(0)?;
    assert_eq!(known.status()?["standing"], "active");
    later.check_in()?.expect(0)?;
    assert_eq!(later.status()?["standing"], "held");
    Ok(())
}

fn roots(agent: &Agent) -> anyhow::Result<usize> {
    let file = std::fs::read_to_string(agent.state().join("identity.json"))?;
    // A checksum stands before it.
    let identity: serde_json::Value = serde_json::from_str(&file[file.find('{').context("no object")?..])?;
    Ok(identity["roots"].as_array().context("no roots")?.len())
}

#[test]
fn the_next_root_is_announced_taken_up_and_switched_to_and_nobody_enrols_again() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let (hears, misses) = (enrolled(&collector)?, enrolled(&collector)?);
    for agent in [&hears, &misses] {
        agent.check_in()?.expect(0)?;
    }
    let old_code = collector.code(&["--hours", "1"])?;
    let take_up = |collector: &mut Collector| -> anyhow::Result<()> {
        let times = |said: &str| said.matches("read the authority of devices again").count();
        let before = times(&collector.process()?.said());
        collector.process()?.signal("HUP")?;
        collector.process()?.until_said("the authority to be read again", |said| (times(said) > before).then_some(()))
    };
    collector.command(&["ca", "next-root"])?.expect(0)?;
    take_up(&mut collector)?;
    hears.check_in()?.expect(0)?;
    assert_eq!((roots(&hears)?, roots(&misses)?), (2, 1), "one has heard of it, one has not");

    let said = collector.command(&["ca", "switch-root"])?.expect(0)?.out;
    assert!(said.contains("need not enrol again"), "{said}");
    take_up(&mut collector)?;
    hears.check_in()?.expect(0)?;
    misses.check_in()?.expect(0)?;
    assert_eq!(roots(&misses)?, 2, "it reached the new root over the old one's word, and took it up");
    misses.check_in()?.expect(0)?;

    // A code from before the switch names the old root, one from after it the new one: both let in.
    for code in [old_code, collector.code(&["--hours", "1"])?] {
        let fresh = Agent::new()?;
        fresh.enroll(&collector, &code)?.expect(0)?;
        let said = fresh.check_in()?.expect(0)?;
        assert!(!said.err.contains("announcement"), "{}", said.err);
    }
    // Without a next root there is nothing to switch to.
    let refused = collector.command(&["ca", "switch-root"])?.expect(1)?;
    assert!(refused.err.contains("next-root"), "{}", refused.err);
    Ok(())
}

#[test]
fn codes_that_are_used_up_expired_or_mistyped_are_refused_and_say_what_to_do() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let code = collector.code(&["--hours", "1"])?;
    Agent::new()?.enroll(&collector, &code)?.expect(0)?;
    let again = Agent::new()?.enroll(&collector, &code)?.expect(6)?;
    assert!(again.err.contains("新しいコード"), "{}", again.err);

    let mistyped: String = code.chars().rev().collect();
    Agent::new()?.enroll(&collector, &mistyped)?.expect(2)?;
    let old = collector.code(&["--hours", "1"])?;
    assert!(collector.stop()?.success());
    collector.set_clock("+2h")?;
    collector.run()?;
    Agent::new()?.enroll(&collector, &old)?.expect(6)?;

    // A code of another collector names another root: the agent does not even ask.
    let elsewhere = Collector::start()?;
    Agent::new()?.enroll(&collector, &elsewhere.code(&[])?)?.expect(5)?;
    Ok(())
}

#[test]
fn a_retired_device_is_told_once_and_stays_quiet() -> anyhow::Result<()> {
    let mut collector = Collector::start()?;
    let agent = enrolled(&collector)?;
    agent.check_in()?.expect(0)?;
    assert!(collector.stop()?.success());
    collector.device("retire", &agent.device()?)?;
    collector.run()?;
    agent.check_in()?.expect(7)?;
    let before = collector.metric("hashimori_handshakes_total{outcome=\"Full\"}")?;
    agent.check_in()?.expect(7)?;
    assert!(
        (collector.metric("hashimori_handshakes_total{outcome=\"Full\"}")? - before).abs() < f64::EPSILON,
        "a retired device connected again"
    );
    Ok(())
}
