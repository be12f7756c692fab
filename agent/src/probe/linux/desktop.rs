//! Which login program and desktop decide, and what GNOME's settings say of the screen lock. Other desktops are not read yet.

use hashimori_shared::report::{AutoLogin, Fact, ScreenLock, UnknownCode};

use super::accounts::Person;
use super::disk::{Disk, Obstacle};
use super::{Survey, homes};
use crate::parse::autologin::{LoginProgram, getty_logs_in};
use crate::parse::gnome::{ProfileLine, Settings, default_profile, profile};
use crate::parse::keyfile;
use crate::parse::settings_db::Database;

/// What starts the graphical login.
pub(super) enum Greeter {
    Known(LoginProgram),
    /// One this agent does not read.
    Other,
    /// No graphical login.
    None,
}

pub(super) fn greeter(disk: &Disk) -> Result<Greeter, Obstacle> {
    let debian = disk.text_if_any("/etc/X11/default-display-manager")?.filter(|text| !text.trim().is_empty());
    let name = debian.or_else(|| disk.link_name("/etc/systemd/system/display-manager.service"));
    Ok(match name {
        None => Greeter::None,
        Some(name) => LoginProgram::from_name(&name).map_or(Greeter::Other, Greeter::Known),
    })
}

pub(super) fn auto_login(survey: &Survey) -> Fact<AutoLogin> {
    const SOURCE: &str = "login program settings";
    let disk = &survey.machine.disk;
    let read = || -> Result<Fact<AutoLogin>, Obstacle> {
        // "No login program" may only be said of a system that can be looked at.
        disk.text("/etc/passwd")?;
        if console_logs_in(disk)? {
            return Ok(Fact::read(AutoLogin { enabled: true, by: "getty".into() }, "/etc/systemd/system/getty@tty1.service.d"));
        }
        Ok(match greeter(disk)? {
            Greeter::None => Fact::read(AutoLogin { enabled: false, by: "none".into() }, SOURCE),
            Greeter::Other => Fact::unknown(UnknownCode::NotReadYet, "the login program is not one this agent reads", SOURCE),
            Greeter::Known(program) => {
                let files = settings_files(disk, program)?;
                Fact::read(AutoLogin { enabled: program.logs_in_by_itself(&files)?, by: program.id().into() }, SOURCE)
            }
        })
    };
    read().unwrap_or_else(|obstacle| obstacle.fact(SOURCE))
}

/// Any console whose unit or drop-in starts agetty with its own login.
fn console_logs_in(disk: &Disk) -> Result<bool, Obstacle> {
    for dir in ["/etc/systemd/system", "/run/systemd/system"] {
        for name in disk.names_if_any(dir)?.iter().filter(|name| name.contains("getty@") || name.starts_with("console-getty")) {
            let path = format!("{dir}/{name}");
            let texts = if super::disk::has_ending(name, "d") {
                drop_ins(disk, &path)?
            } else {
                // A unit that is masked or stands elsewhere has no text here.
                disk.text(&path).ok().into_iter().collect()
            };
            if texts.iter().any(|text| getty_logs_in(text)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// All `*.conf` of a folder in order of name.
fn drop_ins(disk: &Disk, dir: &str) -> Result<Vec<String>, Obstacle> {
    let names = disk.names_if_any(dir)?;
    names.iter().filter(|name| super::disk::has_ending(name, "conf")).map(|name| disk.text(&format!("{dir}/{name}"))).collect()
}

/// The files a login program reads, in its own order (later wins).
fn settings_files(disk: &Disk, program: LoginProgram) -> Result<Vec<String>, Obstacle> {
    let (dirs, last): (&[&str], &[&str]) = match program {
        LoginProgram::Gdm => (&[], &["/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/gdm/custom.conf", "/run/gdm3/custom.conf"]),
        LoginProgram::Sddm => (&["/usr/lib/sddm/sddm.conf.d", "/etc/sddm.conf.d"], &["/etc/sddm.conf"]),
        LoginProgram::Lightdm => (
            &["/usr/share/lightdm/lightdm.conf.d", "/etc/xdg/lightdm/lightdm.conf.d", "/etc/lightdm/lightdm.conf.d"],
            &["/etc/lightdm/lightdm.conf"],
        ),
    };
    let mut files = Vec::new();
    for dir in dirs {
        files.extend(drop_ins(disk, dir)?);
    }
    for path in last {
        files.extend(disk.text_if_any(path)?);
    }
    Ok(files)
}

const SESSION: &str = "the person's desktop session";

/// The screen lock of one person. The session's own desktop decides; nothing is tried in turn.
pub(super) fn screen_lock(survey: &Survey, person: &Person) -> Fact<ScreenLock> {
    if let Err(obstacle) = homes::open(survey, person) {
        return obstacle.fact("~/.config/dconf/user");
    }
    let read = || -> Result<Fact<ScreenLock>, Obstacle> {
        let desktops = match desktops(survey, person)? {
            Ok(desktops) => desktops,
            Err(unclear) => return Ok(unclear),
        };
        if !is_gnome(&desktops) {
            return Ok(Fact::unknown(UnknownCode::NotReadYet, "the settings of this person's desktop are not read yet", SESSION));
        }
        if !matches!(greeter(&survey.machine.disk)?, Greeter::Known(LoginProgram::Gdm)) {
            return Ok(Fact::unknown(UnknownCode::ConflictingSources, "GNOME locks the screen only under its own login program", SESSION));
        }
        if profile_is_named_elsewhere(survey, person)? {
            let text = "DCONF_PROFILE names another dconf profile in the session's environment, and this agent does not follow it";
            return Ok(Fact::unknown(UnknownCode::NotReadYet, text, SESSION));
        }
        gnome(survey, person, desktops)
    };
    read().unwrap_or_else(|obstacle| obstacle.fact(SESSION))
}

/// Whether the environment chooses the dconf profile: then the usual files do not say which settings are in force. Looked for where
/// a session's environment is made (environment.d(5), pam_env(8), shell profiles), and in the running session where it may be seen.
fn profile_is_named_elsewhere(survey: &Survey, person: &Person) -> Result<bool, Obstacle> {
    let disk = &survey.machine.disk;
    let own = |name: &str| format!("{}/{name}", person.home);
    let mut files: Vec<String> =
        ["/etc/environment", "/etc/profile", "/etc/security/pam_env.conf", "/etc/X11/Xsession.options"].map(str::to_owned).to_vec();
    files.extend([".profile", ".bash_profile", ".pam_environment", ".xsessionrc", ".gnomerc"].map(own));
    let dirs = ["/etc/environment.d", "/usr/lib/environment.d", "/usr/local/lib/environment.d", "/run/environment.d", "/etc/profile.d"];
    for dir in dirs.map(str::to_owned).into_iter().chain([own(".config/environment.d")]) {
        files.extend(disk.names_if_any(&dir)?.into_iter().map(|name| format!("{dir}/{name}")));
    }
    for file in files {
        match disk.text_if_any(&file) {
            Ok(Some(text)) if names_profile(&text) => return Ok(true),
            Ok(_) | Err(Obstacle::WrongKind) => {}
            Err(obstacle) => return Err(obstacle),
        }
    }
    Ok(survey.machine.live && super::running::session_has(disk, person.uid, "DCONF_PROFILE"))
}

fn names_profile(text: &str) -> bool {
    text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains("DCONF_PROFILE"))
}

/// `XDG_CURRENT_DESKTOP` of the person's session: of the one running now, else of the one last chosen, else of the only one installed.
fn desktops(survey: &Survey, person: &Person) -> Result<Result<Vec<String>, Fact<ScreenLock>>, Obstacle> {
    let disk = &survey.machine.disk;
    let running = survey.bus.as_ref().ok().and_then(|bus| bus.sessions.as_ref().ok()).and_then(|sessions| {
        sessions.iter().find(|session| session.uid == person.uid && (session.kind == "x11" || session.kind == "wayland"))
    });
    if let Some(session) = running {
        return Ok(Ok(names_of(disk, &session.desktop)?));
    }
    let chosen = match disk.text_if_any(&format!("/var/lib/AccountsService/users/{}", person.name)) {
        Ok(text) => text.and_then(|text| {
            let of = |key| keyfile::value(&text, "User", key).filter(|name| !name.is_empty()).map(str::to_owned);
            of("Session").or_else(|| of("XSession"))
        }),
        Err(Obstacle::Denied) => return Ok(Err(Fact::unknown(UnknownCode::UserNotLoggedIn, LATER, SESSION))),
        Err(obstacle) => return Err(obstacle),
    };
    if let Some(name) = chosen {
        return Ok(Ok(names_of(disk, &name)?));
    }
    let mut installed = Vec::new();
    for dir in SESSION_DIRS {
        for name in disk.names_if_any(dir)?.iter().filter_map(|name| name.strip_suffix(".desktop")) {
            installed.push(names_of(disk, name)?);
        }
    }
    match installed.first() {
        None => Ok(Err(Fact::unknown(UnknownCode::SourceMissing, "no graphical desktop is installed", SESSION))),
        Some(first) if installed.iter().all(|names| is_gnome(names)) => Ok(Ok(first.clone())),
        Some(_) => Ok(Err(Fact::unknown(UnknownCode::UserNotLoggedIn, LATER, SESSION))),
    }
}

const LATER: &str = "which desktop this person uses shows only while they are logged in";
const SESSION_DIRS: [&str; 2] = ["/usr/share/wayland-sessions", "/usr/share/xsessions"];

/// The names a session gives itself, from its desktop entry.
fn names_of(disk: &Disk, session: &str) -> Result<Vec<String>, Obstacle> {
    if session.contains('/') {
        return Err(Obstacle::Garbage("the name of the session is no name"));
    }
    for dir in SESSION_DIRS {
        if let Some(entry) = disk.text_if_any(&format!("{dir}/{session}.desktop"))? {
            let names = keyfile::value(&entry, "Desktop Entry", "DesktopNames").unwrap_or_default();
            let names: Vec<_> = names.split([';', ':']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            if !names.is_empty() {
                return Ok(names);
            }
        }
    }
    Ok(vec![session.to_owned()])
}

/// Budgie and others call themselves GNOME as well but lock by their own settings: only GNOME's own variants count.
fn is_gnome(desktops: &[String]) -> bool {
    let own = ["GNOME", "GNOME-Classic", "GNOME-Flashback", "ubuntu", "pop", "gnome", "gnome-xorg", "gnome-classic", "gnome-wayland"];
    desktops.iter().any(|name| name.eq_ignore_ascii_case("gnome") || name.starts_with("gnome-"))
        && desktops.iter().all(|name| own.contains(&name.as_str()))
        && !desktops.iter().any(|name| name == "GNOME-Flashback")
}

fn gnome(survey: &Survey, person: &Person, desktops: Vec<String>) -> Result<Fact<ScreenLock>, Obstacle> {
    let disk = &survey.machine.disk;
    let mut lines = None;
    let shared = ["/etc/dconf/profile/user", "/usr/local/share/dconf/profile/user", "/usr/share/dconf/profile/user"];
    for path in [format!("/run/dconf/user/{}", person.uid)].iter().map(String::as_str).chain(shared) {
        if let Some(text) = disk.text_if_any(path)? {
            lines = Some(profile(&text)?);
            break;
        }
    }
    let mut databases = Vec::new();
    for line in lines.unwrap_or_else(default_profile) {
        let (path, writable) = match line {
            ProfileLine::User(name) => (format!("{}/.config/dconf/{name}", person.home), true),
            ProfileLine::System(name) => (format!("/etc/dconf/db/{name}"), false),
            ProfileLine::File(path) => (path, false),
        };
        match disk.bytes(&path) {
            Ok(bytes) => databases.push((Some(Database::new(bytes)?), writable)),
            Err(Obstacle::Missing) => databases.push((None, writable)),
            Err(obstacle) => return Err(obstacle),
        }
    }
    let schemas = Database::new(disk.bytes("/usr/share/glib-2.0/schemas/gschemas.compiled")?)?;
    let (lock, managed) = Settings { databases, schemas, desktops }.screen_lock()?;
    Ok(Fact { managed, ..Fact::read(lock, "~/.config/dconf/user, /etc/dconf, gschemas.compiled") })
}
