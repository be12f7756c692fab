//! Who gets past the login program without a password: what its PAM stack says, and who is in the groups it names.

use hashimori_shared::report::{Fact, LoginPassword, UnknownCode};

use super::desktop::{self, Greeter};
use super::disk::{Disk, Obstacle};
use crate::parse::autologin::LoginProgram;
use crate::parse::pam_entry::{Caller, Entry, EntryStack};
use crate::parse::passwd::groups;

/// The group whose members gdm and lightdm let in by their usual stacks.
const WITHOUT_PASSWORD: &str = "nopasswdlogin";
const SOURCE: &str = "/etc/pam.d, /etc/group";

/// The ways in that a person has before the screen.
pub(super) struct Door {
    /// Stacks of the graphical login and of the console, those that exist.
    stacks: Vec<Result<EntryStack, Obstacle>>,
    group_text: Result<String, Obstacle>,
}

impl Door {
    pub(super) fn look(disk: &Disk) -> Self {
        let graphical = match desktop::greeter(disk) {
            Ok(Greeter::Known(LoginProgram::Gdm)) => Some("gdm-password"),
            Ok(Greeter::Known(LoginProgram::Sddm)) => Some("sddm"),
            Ok(Greeter::Known(LoginProgram::Lightdm)) => Some("lightdm"),
            Ok(Greeter::Other | Greeter::None) | Err(_) => None,
        };
        let stacks = graphical.into_iter().chain(["login"]).filter_map(|service| stack(disk, service)).collect();
        Self { stacks, group_text: disk.text_if_any("/etc/group").map(Option::unwrap_or_default) }
    }

    /// What stands in the place of the password's own state, where somebody gets in without it: blank in effect, or unknown.
    pub(super) fn opens(&self, name: &str, uid: u32, gid: Option<u32>) -> Option<Fact<LoginPassword>> {
        let groups = match &self.group_text {
            Ok(text) => groups(text, name, gid),
            Err(obstacle) => return Some(obstacle.fact("/etc/group")),
        };
        let caller = Caller { name, uid, groups: &groups };
        let mut unclear = groups.iter().any(|group| group == WITHOUT_PASSWORD).then(|| {
            let text = "the account is in the group nopasswdlogin, which login programs let in without a password";
            Fact::unknown(UnknownCode::ConflictingSources, text, SOURCE)
        });
        for stack in &self.stacks {
            match stack.as_ref().map(|stack| stack.lets_in(&caller)) {
                Ok(Entry::Open) => return Some(Fact::read(LoginPassword::Blank, SOURCE)),
                Ok(Entry::Asked) => {}
                Ok(Entry::Unclear) => {
                    let text = "the login program lets people in on a condition this agent does not follow";
                    unclear = unclear.or_else(|| Some(Fact::unknown(UnknownCode::ConflictingSources, text, SOURCE)));
                }
                Err(obstacle) => unclear = unclear.or_else(|| Some(obstacle.fact(SOURCE))),
            }
        }
        unclear
    }
}

/// The stack of a service; `None` if it has no file.
fn stack(disk: &Disk, service: &str) -> Option<Result<EntryStack, Obstacle>> {
    let mut hindered = None;
    let mut fetch = |name: &str| {
        let places = [format!("/etc/pam.d/{name}"), format!("/usr/lib/pam.d/{name}")];
        places.iter().find_map(|path| match disk.text_if_any(path) {
            Ok(text) => text,
            Err(obstacle) => {
                hindered = Some(obstacle);
                None
            }
        })
    };
    fetch(service)?;
    let stack = EntryStack::load(service, &mut fetch).map_err(Obstacle::from);
    Some(hindered.map_or(stack, Err))
}
