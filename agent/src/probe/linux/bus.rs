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
    pub(super) name: String,
    /// `x11`, `wayland`, `tty`.
    pub(super) kind: String,
    /// Name of the session file: `gnome`, `plasma`.
    pub(super) desktop: String,
}

/// Everything one observation wants to know from the bus, each part with the obstacle that stood in its way.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// Sessions of people (not of login screens).
    pub(super) sessions: Result<Vec<Session>, Obstacle>,
    /// `ActiveState` of each unit that was asked for; `Ok(None)` = systemd says that no such unit is loaded.
    pub(super) units: Result<BTreeMap<String, Result<Option<String>, Obstacle>>, Obstacle>,
    /// firewalld's state; `Ok(None)` = it does not run.
    pub(super) firewalld: Result<Option<String>, Obstacle>,
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
        let bus = bus.method_timeout(limit).build().await.map_err(|_| Obstacle::NoBus)?;
        let sessions = match runs(&bus, LOGIND).await {
            Ok(true) => sessions(&bus).await.map_err(|error| obstacle(&error)),
            Ok(false) => Err(Obstacle::NoBus),
            Err(error) => Err(obstacle(&error)),
        };
        let units = match runs(&bus, SYSTEMD).await {
            Ok(true) => Ok(states(&bus, units).await),
            Ok(false) => Err(Obstacle::NoBus),
            Err(error) => Err(obstacle(&error)),
        };
        let firewalld = match runs(&bus, FIREWALLD).await {
            Ok(true) => {
                let state = get(&bus, FIREWALLD, "/org/fedoraproject/FirewallD1", FIREWALLD, "state").await;
                state.map_err(|error| obstacle(&error)).and_then(|state| String::try_from(state).map(Some).map_err(|_| Obstacle::Failed))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(obstacle(&error)),
        };
        Ok(Answers { sessions, units, firewalld })
    };
    zbus::block_on(asked)
}

/// What a failed question means. A question without an answer in time is a timeout, whoever gave up.
fn obstacle(error: &zbus::Error) -> Obstacle {
    match error {
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => Obstacle::Timeout,
        zbus::Error::MethodError(name, _, _) => match name.as_str().rsplit('.').next().unwrap_or_default() {
            "NoReply" | "Timeout" | "TimedOut" => Obstacle::Timeout,
            "AccessDenied" | "AuthFailed" | "InteractiveAuthorizationRequired" => Obstacle::Denied,
            _ => Obstacle::Failed,
        },
        _ => Obstacle::Failed,
    }
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
    for (_, uid, name, _, path) in listed.into_iter().take(100) {
        let reply = bus.call_method(Some(LOGIND), path, Some(PROPERTIES), "GetAll", &"org.freedesktop.login1.Session").await?;
        let properties: HashMap<String, OwnedValue> = reply.body().deserialize()?;
        let text = |key: &str| properties.get(key).and_then(|value| <&str>::try_from(value).ok()).unwrap_or_default().to_owned();
        if text("Class").starts_with("user") {
            sessions.push(Session { uid, name, kind: text("Type"), desktop: text("Desktop") });
        }
    }
    Ok(sessions)
}

/// The state of each unit; `GetUnit` loads nothing. Once systemd has kept silent it is not asked again.
async fn states(bus: &Connection, names: &[&str]) -> BTreeMap<String, Result<Option<String>, Obstacle>> {
    let mut states = BTreeMap::new();
    let mut silent = false;
    for &name in names {
        let state = if silent { Err(Obstacle::Timeout) } else { state(bus, name).await };
        silent |= state == Err(Obstacle::Timeout);
        states.insert(name.to_owned(), state);
    }
    states
}

async fn state(bus: &Connection, unit: &str) -> Result<Option<String>, Obstacle> {
    let manager = "org.freedesktop.systemd1.Manager";
    let path: OwnedObjectPath = match bus.call_method(Some(SYSTEMD), "/org/freedesktop/systemd1", Some(manager), "GetUnit", &unit).await {
        Ok(reply) => reply.body().deserialize().map_err(|_| Obstacle::Failed)?,
        Err(zbus::Error::MethodError(name, _, _)) if name.as_str() == "org.freedesktop.systemd1.NoSuchUnit" => return Ok(None),
        Err(error) => return Err(obstacle(&error)),
    };
    let state = get(bus, SYSTEMD, path.as_str(), "org.freedesktop.systemd1.Unit", "ActiveState").await;
    let state = state.map_err(|error| obstacle(&error))?;
    String::try_from(state).map(Some).map_err(|_| Obstacle::Failed)
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
            "GetUnit" => match call.body().deserialize::<String>().unwrap_or_default().as_str() {
                "absent.service" => bus.reply_error(&header, "org.freedesktop.systemd1.NoSuchUnit", &"not loaded").await,
                "forbidden.service" => bus.reply_error(&header, "org.freedesktop.DBus.Error.AccessDenied", &"no").await,
                "silent.service" => Ok(()),
                _ => bus.reply(&header, &path("/unit/ufw")).await,
            },
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
        assert_eq!(answers.units.expect("systemd")["ufw.service"], Ok(Some("active".to_owned())));
        assert_eq!(answers.firewalld, Ok(Some("RUNNING".to_owned())));
    }

    #[test]
    fn a_unit_that_is_not_there_is_told_from_one_whose_state_was_not_to_be_had() {
        let Some(bus) = bus() else { return };
        play(&bus.1, &[SYSTEMD]);
        let ask = |limit, units: &[&str]| ask_at(at(&bus.1), limit, units).expect("answers").units.expect("systemd");
        let answered = ask(LIMIT, &["absent.service", "forbidden.service", "ufw.service"]);
        assert_eq!(answered["absent.service"], Ok(None));
        assert_eq!(answered["forbidden.service"], Err(Obstacle::Denied));
        assert_eq!(answered["ufw.service"], Ok(Some("active".to_owned())));
        let silent = ask(Duration::from_millis(50), &["silent.service", "ufw.service"]);
        assert_eq!(silent["silent.service"], Err(Obstacle::Timeout));
        assert_eq!(silent["ufw.service"], Err(Obstacle::Timeout), "a silent service is not waited for a second time");
    }

    #[test]
    fn a_bus_without_these_services_or_no_bus_at_all_gives_no_answer() {
        let Some(bus) = bus() else { return };
        let answers = ask_at(at(&bus.1), LIMIT, &["ufw.service"]).expect("a bus");
        assert!(answers.sessions.is_err() && answers.units.is_err());
        assert_eq!(answers.firewalld, Ok(None));
        assert_eq!(ask_at(at("unix:path=/nonexistent"), LIMIT, &[]).err(), Some(Obstacle::NoBus));
    }

    #[test]
    fn a_service_that_never_answers_costs_its_limit_and_no_more() {
        let Some(bus) = bus() else { return };
        play(&bus.1, &[LOGIND]);
        let limit = Duration::from_millis(200);
        zbus::block_on(async {
            let patient = at(&bus.1).method_timeout(LIMIT).build().await.expect("connects");
            assert!(get(&patient, LOGIND, "/", "x.y", "z").await.is_ok(), "the player answers what it knows");
            let hasty = at(&bus.1).method_timeout(limit).build().await.expect("connects");
            let begun = std::time::Instant::now();
            // The player has no answer to this call of ours.
            let asked = hasty.call_method(Some(LOGIND), "/", Some("x.y"), "Hang", &()).await;
            assert_eq!(asked.map_err(|error| obstacle(&error)).err(), Some(Obstacle::Timeout));
            assert!(begun.elapsed() >= limit, "it was waited for");
        });
    }
}
