//! GNOME's screen lock from its settings: which dconf database wins (dconf profile and locks), what the schema says where none speaks,
//! and how the settings add up to the seconds after which the screen is locked.

use hashimori_shared::report::ScreenLock;

use super::Garbage;
use super::settings_db::{Database, Setting};

/// One line of a dconf profile, in order; the first is the person's own database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileLine {
    /// `user-db:NAME`: `~/.config/dconf/NAME`.
    User(String),
    /// `system-db:NAME`: `/etc/dconf/db/NAME`.
    System(String),
    /// `file-db:PATH`.
    File(String),
}

/// The lines of a dconf profile (dconf overview, "Profiles"). A kind this agent cannot read without asking a service is refused.
pub fn profile(text: &str) -> Result<Vec<ProfileLine>, Garbage> {
    let mut lines = Vec::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty()) {
        let named = |name: &str| if name.contains(['/', '\0']) || name.starts_with('.') { Err(PROFILE) } else { Ok(name.to_owned()) };
        lines.push(match line.split_once(':') {
            Some(("user-db", name)) => ProfileLine::User(named(name)?),
            Some(("system-db", name)) => ProfileLine::System(named(name)?),
            Some(("file-db", path)) if path.starts_with('/') => ProfileLine::File(path.to_owned()),
            _ => return Err(PROFILE),
        });
    }
    if lines.is_empty() { Err(PROFILE) } else { Ok(lines) }
}

const PROFILE: Garbage = Garbage("the dconf profile has a line this agent cannot follow");

/// The profile where no file gives one.
pub fn default_profile() -> Vec<ProfileLine> {
    vec![ProfileLine::User("user".to_owned())]
}

/// The databases of a profile, the person's first.
pub struct Settings {
    /// Each with whether the person can write it; `None` where the file does not exist, which dconf takes for an empty one.
    pub databases: Vec<(Option<Database>, bool)>,
    /// Compiled schemas, where the defaults are.
    pub schemas: Database,
    /// Names the session gives itself in `XDG_CURRENT_DESKTOP`, for per-desktop defaults.
    pub desktops: Vec<String>,
}

/// A setting that is in force, and whether the person can change it.
struct InForce<T> {
    value: T,
    locked: bool,
}

impl Settings {
    /// The screen lock in force, and whether policy fixes every setting it is made of.
    pub fn screen_lock(&self) -> Result<(ScreenLock, bool), Garbage> {
        let idle = self.number("org.gnome.desktop.session", "idle-delay")?;
        let enabled = self.switch("org.gnome.desktop.screensaver", "lock-enabled")?;
        let delay = self.number("org.gnome.desktop.screensaver", "lock-delay")?;
        let forbidden = self.switch("org.gnome.desktop.lockdown", "disable-lock-screen")?;
        let locks = enabled.value && !forbidden.value && idle.value > 0;
        let locks_after_s = locks.then(|| idle.value.saturating_add(delay.value));
        let managed = idle.locked && enabled.locked && delay.locked && forbidden.locked;
        Ok((ScreenLock { locks_after_s, desktop: "gnome".to_owned() }, managed))
    }

    fn number(&self, schema: &str, key: &str) -> Result<InForce<u32>, Garbage> {
        match self.in_force(schema, key)? {
            InForce { value: Setting::Number(value), locked } => Ok(InForce { value, locked }),
            InForce { value: Setting::Switch(_), .. } => Err(KIND),
        }
    }

    fn switch(&self, schema: &str, key: &str) -> Result<InForce<bool>, Garbage> {
        match self.in_force(schema, key)? {
            InForce { value: Setting::Switch(value), locked } => Ok(InForce { value, locked }),
            InForce { value: Setting::Number(_), .. } => Err(KIND),
        }
    }

    /// The lowest database that locks the path shuts out those above it; of the rest the first that speaks wins; else the schema's default.
    fn in_force(&self, schema: &str, key: &str) -> Result<InForce<Setting>, Garbage> {
        let path = format!("/{}/{key}", schema.replace('.', "/"));
        let mut from = 0;
        for (index, (database, writable)) in self.databases.iter().enumerate() {
            if let Some(database) = database.as_ref().filter(|_| !writable)
                && database.locks(&path)?
            {
                from = index;
            }
        }
        let default = self.schemas.schema_default(schema, key, &self.desktops)?;
        let default = default.ok_or(Garbage("the desktop's settings schema is not installed"))?;
        for database in self.databases[from..].iter().filter_map(|(database, _)| database.as_ref()) {
            match database.setting(&path)? {
                // GSettings ignores a stored value of another kind than the schema's.
                Some(value) if std::mem::discriminant(&value) == std::mem::discriminant(&default) => {
                    return Ok(InForce { value, locked: from > 0 || !self.writable() });
                }
                Some(_) | None => {}
            }
        }
        Ok(InForce { value: default, locked: from > 0 || !self.writable() })
    }

    fn writable(&self) -> bool {
        self.databases.first().is_none_or(|(_, writable)| *writable)
    }
}

const KIND: Garbage = Garbage("a setting is not of the kind its schema asks for");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USER: &[u8] = include_bytes!("../../fixtures/gnome/user");
    const LOCAL: &[u8] = include_bytes!("../../fixtures/gnome/local");
    const LOCKED: &[u8] = include_bytes!("../../fixtures/gnome/local-locked");
    const SCHEMAS: &[u8] = include_bytes!("../../fixtures/gnome/gschemas.compiled");

    fn lock(databases: &[&[u8]], desktops: &[&str]) -> (Option<u32>, bool) {
        let database = |bytes: &[u8]| Database::new(bytes.to_vec()).expect("a database");
        let writable = |bytes: &[u8]| bytes == USER || bytes.is_empty();
        let databases = databases.iter().map(|bytes| ((!bytes.is_empty()).then(|| database(bytes)), writable(bytes))).collect();
        let desktops = desktops.iter().map(|&desktop| desktop.to_owned()).collect();
        let (lock, managed) = Settings { databases, schemas: database(SCHEMAS), desktops }.screen_lock().expect("readable");
        (lock.locks_after_s, managed)
    }

    #[test]
    fn an_untouched_desktop_locks_by_the_schemas_defaults() {
        assert_eq!(lock(&[], &["GNOME"]), (Some(300), false));
        assert_eq!(lock(&[], &["clinic"]), (Some(120), false));
    }

    #[test]
    fn the_person_wins_over_the_system_unless_the_system_locks() {
        assert_eq!(lock(&[USER, LOCAL], &[]), (None, false), "switched off by the person");
        assert_eq!(lock(&[&[], LOCAL], &[]), (Some(330), false), "a person without settings of their own could still make some");
        assert_eq!(lock(&[USER, LOCKED], &[]), (Some(330), false), "delay comes from the system, idle and switch are locked");
    }

    #[test]
    fn a_profile_is_followed_line_by_line_and_a_service_is_not_asked() {
        let lines = profile("# clinic\nuser-db:user\nsystem-db:local # site\nfile-db:/usr/share/clinic/db\n").expect("parses");
        assert_eq!(
            lines,
            [ProfileLine::User("user".into()), ProfileLine::System("local".into()), ProfileLine::File("/usr/share/clinic/db".into())]
        );
        for refused in ["service-db:keyfile/user", "user-db:../../etc/x", "garbage", ""] {
            assert!(profile(refused).is_err(), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn no_profile_makes_it_panic(text in "\\PC*") {
            let _ = profile(&text);
        }
    }
}
