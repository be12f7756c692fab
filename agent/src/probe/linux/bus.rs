//! Questions to services over the system bus, each with a time limit. Only services that already run are asked: a question must not start one.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use zbus::{Connection, OwnedObjectPath, OwnedVariant};

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
    let asked = async {
        let bus = zbus::connection::Builder::system().method_timeout(limit).build().await?;
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
    zruntime::block_on(asked).map_err(|_| Obstacle::NoBus)
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
        let properties: HashMap<String, OwnedVariant> = reply.body().deserialize()?;
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

async fn get(bus: &Connection, service: &str, path: &str, interface: &str, property: &str) -> zbus::Result<OwnedVariant> {
    bus.call_method(Some(service), path, Some(PROPERTIES), "Get", &(interface, property)).await?.body().deserialize()
}
