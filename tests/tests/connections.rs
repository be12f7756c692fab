//! Whom the collector speaks to of its own accord: its database, and nobody else. Watched through the system calls of one life of it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::Context as _;
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::{Collector, get};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::skipped::skipped;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::waiting::until;

const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

/// Addresses of the internet protocols in traced calls; what goes back over an accepted connection names none.
fn addresses(trace: &str) -> anyhow::Result<BTreeSet<SocketAddr>> {
    let between = |text: &str, from: &str, to: char| Some(text.split_once(from)?.1.split_once(to)?.0.to_owned());
    let address = |line: &str| {
        let port: u16 = between(line, "_port=htons(", ')')?.parse().ok()?;
        let host = between(line, "inet_addr(\"", '"').or_else(|| between(line, "inet_pton(AF_INET6, \"", '"'))?;
        Some(SocketAddr::new(host.parse().ok()?, port))
    };
    trace.lines().filter(|line| line.contains("AF_INET")).map(|line| address(line).with_context(|| line.to_owned())).collect()
}

/// Start, enrolment, a check-in, a page, the counts, end; everybody it turned to meanwhile. `None`, said loudly, where nothing may be traced.
async fn turned_to(database: Option<&str>) -> anyhow::Result<Option<BTreeSet<SocketAddr>>> {
    if !Command::new("strace").args(["-D", "-qq", "-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success()) {
        skipped("strace is not installed, or may not trace; tests/run.sh installs it");
        return Ok(None);
    }
    let mut collector = Collector::prepare(database)?;
    collector.init()?;
    let trace = collector.folder().join("trace").display().to_string();
    collector.run_under(&["strace", "-D", "-f", "-q", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", &trace])?;
    let mut device = Synthetic::enroll(collector.device_address(), &collector.code_for(1)?, 1).await?;
    assert_eq!(device.check_in(collector.device_address(), true, NOW).await?.status, 200);
    assert!(get(collector.web_address(), "/sign-in")?.contains("サインイン"));
    assert!(get(collector.metrics_address(), "/metrics")?.contains("hashimori_"));
    let id = collector.id().to_string();
    assert!(collector.stop()?.success());
    // A short process id is padded.
    let is_end = |line: &str| line.strip_prefix(&id).is_some_and(|rest| rest.trim() == "+++ exited with 0 +++");
    let whole = || std::fs::read_to_string(&trace).ok().filter(|text| text.lines().any(is_end));
    Ok(Some(addresses(&until("the trace's end", whole)?)?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_collector_turns_to_nobody() -> anyhow::Result<()> {
    let Some(all) = turned_to(None).await? else { return Ok(()) };
    assert_eq!(all, BTreeSet::new());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_the_collector_turns_to_its_database_and_to_nobody_else() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    let url = postgres.database("alone")?;
    let Some(all) = turned_to(Some(&url)).await? else { return Ok(()) };
    let database: SocketAddr = url.split(['@', '/']).nth(3).context("an address")?.parse()?;
    assert_eq!(all, BTreeSet::from([database]));
    Ok(())
}

#[test]
fn the_trace_reader_finds_every_address() -> anyhow::Result<()> {
    let trace = "7 connect(9, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr(\"192.0.2.1\")}, 16) = 0\n\
                 7 connect(9, {sa_family=AF_UNIX, sun_path=\"/run/nscd/socket\"}, 110) = -1 ENOENT (No such file or directory)\n\
                 8 sendto(9, \"x\", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), sin6_scope_id=0}, 28) = 1\n";
    let expected = ["192.0.2.1:5432".parse()?, "[2001:db8::1]:53".parse()?];
    assert_eq!(addresses(trace)?, BTreeSet::from(expected));
    assert!(addresses("7 connect(9, {sa_family=AF_INET, …").is_err(), "what cannot be read is not passed over");
    Ok(())
}
