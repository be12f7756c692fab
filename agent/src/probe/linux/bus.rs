//! Questions to services over the system bus, each with a time limit. Only services that already run are asked: a question must not start one.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use zbus::Connection;
use zbus::connection::Builder;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::disk::Obstacle;

/// A person's session as logind knows it (org.freedesktop.login1).
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) uid: u32,
    /// `x11`, `wayland`, `tty`.
    pub(super) kind: String,
    /// Name of the session file: `gnome`, `plasma`.
    pub(super) desktop: String,
}

/// Everything one observation wants to know from the bus.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// Sessions of people (not of login screens); `None` = logind does not run.
    pub(super) sessions: Option<Vec<Session>>,
    /// `ActiveState` of units that are loaded; `None` = systemd does not answer.
    pub(super) units: Option<BTreeMap<String, String>>,
    /// firewalld's state; `None` = it does not run.
    pub(super) firewalld: Option<String>,
}

const LOGIND: &str = "org.freedesktop.login1";
const SYSTEMD: &str = "org.freedesktop.systemd1";
const FIREWALLD: &str = "org.fedoraproject.FirewallD1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

pub(super) fn ask(limit: Duration, units: &[&str]) -> Result<Answers, Obstacle> {
    ask_at(Builder::system().map_err(|_| Obstacle::NoBus)?, limit, units)
}

fn ask_at(bus: Builder<'_>, limit: Duration, units: &[&str]) -> Result<Answers, Obstacle> {
    let asked = async {
        let bus = bus.method_timeout(limit).build().await?;
        let mut answers = Answers::default();
        if runs(&bus, LOGIND).await? {
            answers.sessions = Some(sessions(&bus).await?);
        }
        if runs(&bus, SYSTEMD).await? {
            answers.units = Some(states(&bus, units).await);
        }
        if runs(&bus, FIREWALLD).await? {
            let state = get(&bus, FIREWALLD, "/org/fedoraproject/FirewallD1", FIREWALLD, "state").await?;
            answers.firewalld = String::try_from(state).ok();
        }
        Ok::<_, zbus::Error>(answers)
    };
    zbus::block_on(asked).map_err(|_| Obstacle::NoBus)
}

async fn runs(bus: &Connection, name: &str) -> zbus::Result<bool> {
    let daemon = "org.freedesktop.DBus";
    bus.call_method(Some(daemon), "/org/freedesktop/DBus", Some(daemon), "NameHasOwner", &name).await?.body().deserialize()
}

async fn sessions(bus: &Connection) -> zbus::Result<Vec<Session>> {
    let reply =
        bus.call_method(Some(LOGIND), "/org/freedesktop/login1", Some("org.freedesktop.login1.Manager"), "ListSessions", &()).await?;
    let listed: Vec<(String, u32, String, String, OwnedObjectPath)> = reply.body().deserialize()?;
    let mut sessions = Vec::new();
    for (_, uid, _, _, path) in listed.into_iter().take(100) {
        let reply = bus.call_method(Some(LOGIND), path, Some(PROPERTIES), "GetAll", &"org.freedesktop.login1.Session").await?;
        let properties: HashMap<String, OwnedValue> = reply.body().deserialize()?;
        let text = |name: &str| properties.get(name).and_then(|value| <&str>::try_from(value).ok()).unwrap_or_default().to_owned();
        if text("Class").starts_with("user") {
            sessions.push(Session { uid, kind: text("Type"), desktop: text("Desktop") });
        }
    }
    Ok(sessions)
}

/// States of the units among `names` that are loaded; `GetUnit` loads nothing.
async fn states(bus: &Connection, names: &[&str]) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for &name in names {
        let manager = "org.freedesktop.systemd1.Manager";
        let Ok(reply) = bus.call_method(Some(SYSTEMD), "/org/freedesktop/systemd1", Some(manager), "GetUnit", &name).await else {
            continue;
        };
        let Ok(path) = reply.body().deserialize::<OwnedObjectPath>() else { continue };
        let state = get(bus, SYSTEMD, path.as_str(), "org.freedesktop.systemd1.Unit", "ActiveState").await;
        if let Some(state) = state.ok().and_then(|value| String::try_from(value).ok()) {
            states.insert(name.to_owned(), state);
        }
    }
    states
}

async fn get(bus: &Connection, service: &str, path: &str, interface: &str, property: &str) -> zbus::Result<OwnedValue> {
    bus.call_method(Some(service), path, Some(PROPERTIES), "Get", &(interface, property)).await?.body().deserialize()
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::{BufRead as _, BufReader};
    use std::pin::Pin;
    use std::process::{Child, Command, Stdio};

    use zbus::MessageStream;
    use zbus::export::futures_core::Stream as _;
    use zbus::zvariant::{ObjectPath, Value};

    /// A bus of our own, ended with the test.
    struct Bus(Child, String);

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn bus() -> Option<Bus> {
        let arguments = ["--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:tmpdir=/tmp"];
        let started = Command::new("/usr/bin/dbus-daemon").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut child) = started else {
            crate::skipped::skipped("no message bus can be started here (package dbus-daemon); tests/run.sh installs it");
            return None;
        };
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut address).expect("an address");
        Some(Bus(child, address.trim().to_owned()))
    }

    fn at(address: &str) -> Builder<'_> {
        Builder::address(address).expect("an address")
    }

    /// Plays logind, systemd and firewalld until the bus ends.
    fn play(address: &str, names: &'static [&'static str]) {
        let address = address.to_owned();
        let (ready, played) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            zbus::block_on(async {
                let bus = at(&address).build().await.expect("connects");
                let mut calls = MessageStream::from(&bus);
                for &name in names {
                    bus.request_name(name).await.expect("owns the name");
                }
                ready.send(()).expect("the test waits");
                while let Some(Ok(call)) = std::future::poll_fn(|cx| Pin::new(&mut calls).poll_next(cx)).await {
                    answer(&bus, &call).await;
                }
            });
        });
        played.recv().expect("plays");
    }

    async fn answer(bus: &Connection, call: &zbus::Message) {
        let header = call.header();
        let path = |path: &'static str| ObjectPath::try_from(path).expect("a path");
        let _ = match header.member().map(zbus::names::MemberName::as_str).unwrap_or_default() {
            "ListSessions" => {
                let session = |id: &'static str, uid: u32, at| (id, uid, "x", "seat0", path(at));
                bus.reply(&header, &vec![session("1", 1000, "/session/a"), session("2", 110, "/session/greeter")]).await
            }
            "GetAll" => {
                let class = if header.path().is_some_and(|path| path.as_str().ends_with("greeter")) { "greeter" } else { "user" };
                let properties = HashMap::from([("Class", class), ("Type", "wayland"), ("Desktop", "gnome")]);
                bus.reply(&header, &properties.into_iter().map(|(k, v)| (k, Value::from(v))).collect::<HashMap<_, _>>()).await
            }
            "GetUnit" => bus.reply(&header, &path("/unit/ufw")).await,
            "Get" if header.interface().is_some() && header.path().is_some_and(|path| path.as_str().starts_with("/unit")) => {
                bus.reply(&header, &Value::from("active")).await
            }
            "Get" => bus.reply(&header, &Value::from("RUNNING")).await,
            _ => Ok(()),
        };
    }

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn services_that_run_are_asked_and_login_screens_are_no_people() {
        let Some(bus) = bus() else { return };
        play(&bus.1, &[LOGIND, SYSTEMD, FIREWALLD]);
        let answers = ask_at(at(&bus.1), LIMIT, &["ufw.service"]).expect("answers");
        let sessions = answers.sessions.expect("logind");
        assert_eq!((sessions.len(), sessions[0].uid, sessions[0].desktop.as_str()), (1, 1000, "gnome"));
        assert_eq!(answers.units.expect("systemd").get("ufw.service").map(String::as_str), Some("active"));
        assert_eq!(answers.firewalld.as_deref(), Some("RUNNING"));
    }

    #[test]
    fn a_bus_without_these_services_or_no_bus_at_all_gives_no_answer() {
        let Some(bus) = bus() else { return };
        let answers = ask_at(at(&bus.1), LIMIT, &["ufw.service"]).expect("a bus");
        assert!(answers.sessions.is_none() && answers.units.is_none() && answers.firewalld.is_none());
        assert_eq!(ask_at(at("unix:path=/nonexistent"), LIMIT, &[]).err(), Some(Obstacle::NoBus));
    }

    #[test]
    fn a_service_that_never_answers_costs_its_limit_and_no_more() {
        let Some(bus) = bus() else { return };
        play(&bus.1, &[LOGIND]);
        // The player has no answer to this call of ours.
        let asked = zbus::block_on(async {
            let bus = at(&bus.1).method_timeout(Duration::from_millis(50)).build().await?;
            get(&bus, LOGIND, "/", "x.y", "z").await.map(|_| ())?;
            bus.call_method(Some(LOGIND), "/", Some("x.y"), "Hang", &()).await.map(|_| ())
        });
        assert!(asked.is_err());
    }
}
