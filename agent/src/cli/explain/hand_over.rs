//! Puts the page where only its reader can read it, and opens it with the desktop's own opener. When the agent runs as root for
//! somebody else (sudo, pkexec), a child that has become that person does both: root follows no path in a person's folder,
//! and starts no browser.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use hashimori_shared::lang::{Lang, say};

use super::super::language;
use crate::exit::{Exit, Failure};
#[cfg(unix)]
use crate::observe;
use crate::words::{Sentence, both};

/// Name of the hidden subcommand.
pub(crate) const SUBCOMMAND: &str = "show-page";

/// In the person's home, where browsers confined by snap or flatpak may read it too (they see neither /tmp nor hidden files).
const NAME: &str = "hashimori-this-device.html";
/// The desktop's opener (xdg-utils).
const OPENER: &str = "/usr/bin/xdg-open";
/// A page is far smaller.
const LONGEST_PAGE: u64 = 4 * 1024 * 1024;

const NOT_MADE: Sentence = both("ページを作れません。", "The page cannot be made.");
const NO_HOME: Sentence =
    both("ホームフォルダーがないため、ページを置く所がありません。", "There is no home folder, so there is nowhere to keep the page.");
#[cfg(not(unix))]
const NOT_HERE: Sentence = both(
    "このOSではまだページを開けません。hashimori-agent explain をお使いください。",
    "On this OS the page cannot be opened yet. Please use hashimori-agent explain.",
);

/// What the child is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowPageArgs {
    /// The page's language.
    #[arg(value_parser = language::named)]
    pub(in crate::cli) lang: Lang,
}

/// Gives the page to a child that acts as the caller.
#[cfg(unix)]
pub(super) fn hand_over(page: &str, lang: Lang) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    let failed = |error: std::io::Error| Failure::said(Exit::Failed, NOT_MADE).because(error);
    let mut command = Command::new(observe::own_program());
    if let Some(person) = behind_sudo() {
        command.env("HOME", &person.home).env("XDG_RUNTIME_DIR", format!("/run/user/{}", person.uid));
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").uid(person.uid).gid(person.gid);
    }
    let mut child = command.args([SUBCOMMAND, lang.tag()]).current_dir("/").stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(page.as_bytes()).map_err(failed)?;
    }
    match child.wait().map_err(failed)?.code() {
        Some(0) => Ok(()),
        // It has said why itself.
        Some(_) | None => Err(Failure::said(Exit::Failed, NOT_MADE)),
    }
}

#[cfg(not(unix))]
pub(super) fn hand_over(_page: &str, _lang: Lang) -> Result<(), Failure> {
    Err(Failure::said(Exit::Failed, NOT_HERE))
}

/// The person who runs the agent through sudo(8) or pkexec(1).
#[cfg(unix)]
struct Person {
    uid: u32,
    gid: u32,
    home: PathBuf,
}

#[cfg(unix)]
fn behind_sudo() -> Option<Person> {
    use std::os::unix::fs::MetadataExt as _;

    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let number = |name: &str| std::env::var(name).ok()?.parse::<u32>().ok();
    let uid = number("SUDO_UID").or_else(|| number("PKEXEC_UID")).filter(|uid| *uid != 0)?;
    let accounts = crate::parse::passwd::passwd(&std::fs::read_to_string("/etc/passwd").ok()?).ok()?;
    let account = accounts.into_iter().find(|account| account.uid == uid)?;
    // The group that the person's own home belongs to, where sudo did not say it.
    let gid = number("SUDO_GID").or_else(|| Some(std::fs::metadata(&account.home).ok()?.gid())).filter(|gid| *gid != 0)?;
    Some(Person { uid, gid, home: account.home.into() })
}

/// The child's side: the page from standard input into a file, its path said, and the file opened where there is a desktop.
pub(in crate::cli) fn show(lang: Lang) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::said(Exit::Failed, NOT_MADE).because(error).told_in(lang);
    let mut page = String::new();
    std::io::stdin().lock().take(LONGEST_PAGE).read_to_string(&mut page).map_err(failed)?;
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute() && home.is_dir());
    let home = home.ok_or_else(|| Failure::said(Exit::Failed, NO_HOME).told_in(lang))?;
    let path = keep(&home, &page).map_err(failed)?;
    let shown = path.display();
    if open(&path) {
        println!("{}", say!(lang, "開きました: {shown}", "Opened: {shown}"));
    } else {
        let made =
            say!(lang, "ページを作りました。ブラウザで開いてください: {shown}", "The page is made. Please open it in a browser: {shown}");
        println!("{made}");
    }
    Ok(Exit::Done)
}

/// Written under a name of its own and renamed: never into what somebody else put there.
fn keep(folder: &Path, page: &str) -> std::io::Result<PathBuf> {
    use std::io::Write as _;

    let (path, part) = (folder.join(NAME), folder.join(format!(".{NAME}.{}", std::process::id())));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&part).and_then(|mut file| file.write_all(page.as_bytes())).and_then(|()| std::fs::rename(&part, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map(|()| path)
}

/// Whether the desktop's opener took the file. Not as root, whose browser would be everybody's way in.
fn open(path: &Path) -> bool {
    use std::process::{Command, Stdio};

    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let wayland = runtime.is_some_and(|folder| folder.join("wayland-0").exists());
    if !(set("DISPLAY") || set("WAYLAND_DISPLAY") || wayland) || is_root() {
        return false;
    }
    let mut opener = Command::new(OPENER);
    if wayland && !set("WAYLAND_DISPLAY") {
        opener.env("WAYLAND_DISPLAY", "wayland-0");
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut opener, 0);
    // It may stay for as long as the browser does: nobody waits for it.
    opener.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

#[cfg(unix)]
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

#[cfg(not(unix))]
const fn is_root() -> bool {
    false
}
