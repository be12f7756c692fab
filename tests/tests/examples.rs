//! The examples of `deploy/examples`, tried with the real thing: haproxy and nginx before a collector, a database from the SQL file.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_tests::agent::{Agent, Said};
use hashimori_tests::collector::Collector;
use hashimori_tests::postgres::{Postgres, free_port};
use hashimori_tests::process::Running;
use hashimori_tests::programs::workspace;
use hashimori_tests::skipped::skipped;
use hashimori_tests::waiting::until_async;
use hashimori_tests::wire::{Connection, device_tls};

/// The name that devices connect to; people come by another one.
const NAME: &str = "localhost";

fn example(name: &str) -> std::path::PathBuf {
    workspace().join("deploy/examples").join(name)
}

/// A collector whose web port carries its own certificate, as the examples want it.
fn collector() -> anyhow::Result<(Collector, Vec<u8>)> {
    let mut collector = Collector::prepare(None)?;
    let made = rcgen::generate_simple_self_signed(vec!["people.hotaru.example".to_owned()])?;
    for (key, file, text) in [("CERTIFICATE", "web.pem", made.cert.pem()), ("KEY", "web.key", made.signing_key.serialize_pem())] {
        let path = collector.folder().join(file);
        std::fs::write(&path, text)?;
        collector.set(&format!("HASHIMORI__WEB__{key}"), &path.display().to_string());
    }
    collector.set("HASHIMORI__WEB__TRUSTED_PROXIES", "[\"127.0.0.1\"]");
    collector.set("HASHIMORI__WEB__PROXY_PROTOCOL", "true");
    collector.init()?;
    collector.run()?;
    Ok((collector, made.cert.der().to_vec()))
}

/// Through the one public port both kinds of client reach what is theirs, with the devices' TLS unopened.
async fn both_names_work(collector: &Collector, certificate: &[u8], public: SocketAddr) -> anyhow::Result<()> {
    let people = Arc::new(device_tls(None)?);
    let open = async || Connection::open(public, &people).await.ok();
    let mut page = until_async("the proxy to listen", open).await?;
    ensure!(page.certificate() == Some(certificate), "people meet another certificate than the web port's");
    page.send(b"GET /sign-in HTTP/1.1\r\nhost: people.hotaru.example\r\n\r\n").await?;
    let answer = page.answer().await?;
    ensure!(answer.status == 200 && answer.text().contains("サインイン"), "{} {}", answer.status, answer.text());

    // Somebody elsewhere tries one link after the other until they are stopped; whoever is here is not.
    let mut stranger = Connection::open_from([127, 0, 9, 9].into(), public, &people).await?;
    for n in 0..=60 {
        ensure!(open_link(&mut stranger, n).await? == if n < 60 { 404 } else { 429 }, "after {n} links");
    }
    ensure!(open_link(&mut page, 99).await? == 404, "the collector takes everybody behind the proxy for one network");

    let (agent, code) = (Agent::new()?, collector.code_for(1)?.to_text());
    let server = format!("{NAME}:{}", public.port());
    tokio::task::spawn_blocking(move || {
        agent.run(&["enroll", "--server", &server, "--code-file", "-"], &code)?.expect(0)?;
        agent.check_in()?.expect(0)?;
        ensure!(agent.status()?["standing"] == "active", "the device's certificate did not reach the collector");
        Ok(())
    })
    .await?
}

/// The status with which a link that is none is answered.
async fn open_link(connection: &mut Connection, n: u32) -> anyhow::Result<u16> {
    connection.send(format!("GET /start/{n} HTTP/1.1\r\nhost: people.hotaru.example\r\n\r\n").as_bytes()).await?;
    Ok(connection.answer().await?.status)
}

/// Whether a program is here; says so loudly when not.
fn is_here(program: &str) -> bool {
    let here = Command::new(program).arg("-v").output().is_ok();
    if !here {
        skipped(format!("{program} is not installed; tests/run.sh installs it"));
    }
    here
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_haproxy_one_port_serves_devices_and_people() -> anyhow::Result<()> {
    if !is_here("haproxy") {
        return Ok(());
    }
    let (collector, certificate) = collector()?;
    let public = SocketAddr::from(([127, 0, 0, 1], free_port()?));
    let settings = [
        ("HASHIMORI_PUBLIC", public.to_string()),
        ("HASHIMORI_NAME", NAME.to_owned()),
        ("HASHIMORI_DEVICE", collector.device_address().to_string()),
        ("HASHIMORI_WEB", collector.web_address().to_string()),
    ];
    let haproxy = |more: &[&str]| {
        let mut command = Command::new("haproxy");
        command.args(more).arg("-f").arg(example("haproxy.cfg")).envs(settings.clone());
        command
    };
    let checked = Said::by(&mut haproxy(&["-c"]), "")?.expect(0)?;
    assert!(!checked.err.contains("WARNING"), "{}", checked.err);
    let _running = Running::start(&mut haproxy(&["-db"]), &collector.folder().join("haproxy.log"))?;
    both_names_work(&collector, &certificate, public).await
}

/// A whole configuration around the example, with the names and addresses of this test in place of the example's.
fn nginx_configuration(folder: &Path, collector: &Collector, public: SocketAddr) -> anyhow::Result<String> {
    let inner = format!("127.0.0.1:{}", free_port()?);
    let mut text = std::fs::read_to_string(example("nginx-stream.conf"))?;
    for (from, to) in [
        ("devices.hotaru.example", NAME.to_owned()),
        ("10.0.0.5:8443", collector.device_address().to_string()),
        ("10.0.0.5:8080", collector.web_address().to_string()),
        ("127.0.0.1:8444", inner),
        ("listen 443;", format!("listen {public};")),
    ] {
        ensure!(text.contains(from), "nginx-stream.conf has no {from} any more");
        text = text.replace(from, &to);
    }
    let module = Path::new("/usr/lib/nginx/modules/ngx_stream_module.so");
    let load = if module.exists() { format!("load_module {};\n", module.display()) } else { String::new() };
    let folder = folder.display();
    Ok(format!("{load}daemon off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n{text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_one_port_serves_devices_and_people() -> anyhow::Result<()> {
    if !is_here("nginx") {
        return Ok(());
    }
    let (collector, certificate) = collector()?;
    let public = SocketAddr::from(([127, 0, 0, 1], free_port()?));
    let file = collector.folder().join("nginx.conf");
    std::fs::write(&file, nginx_configuration(collector.folder(), &collector, public)?)?;
    let mut nginx = Command::new("nginx");
    nginx.arg("-p").arg(collector.folder()).arg("-c").arg(&file).args(["-e", "stderr"]);
    // Its master process ends its workers when it is asked to, not when it is killed.
    let running = Running::start(&mut nginx, &collector.folder().join("nginx.log"))?;
    let worked = both_names_work(&collector, &certificate, public).await.with_context(|| running.said());
    running.stop()?;
    worked
}

#[test]
fn the_sql_file_makes_a_database_that_a_collector_can_use_and_others_cannot() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    let psql = |user: &str, database: &str, more: &[&str]| {
        let mut command = Command::new("psql");
        command.args(["-X", "-d"]).arg(format!("{}/{database}", postgres.url().replace("postgres@", &format!("{user}@")))).args(more);
        Said::by(&mut command, "")
    };
    let file = example("postgresql.sql").display().to_string();
    psql("postgres", "postgres", &["-v", "password=0123456789abcdef", "-f", &file])?.expect(0)?;
    psql("postgres", "postgres", &["-c", "CREATE ROLE stranger LOGIN"])?.expect(0)?;
    let refused = psql("stranger", "hashimori", &["-c", "SELECT 1"])?.expect(2)?;
    assert!(refused.err.contains("permission denied"), "{}", refused.err);

    let url = format!("{}/hashimori", postgres.url().replace("postgres@", "hashimori:0123456789abcdef@"));
    let mut collector = Collector::start_on(Some(&url))?;
    let agent = Agent::new()?;
    agent.enroll(&collector, &collector.code_for(1)?.to_text())?.expect(0)?;
    agent.check_in()?.expect(0)?;
    assert!(collector.stop()?.success());
    let again = psql("postgres", "postgres", &["-v", "password=0123456789abcdef", "-f", &file])?;
    assert_ne!(again.code, 0, "a second run says that it is there already: {again:?}");
    Ok(())
}
