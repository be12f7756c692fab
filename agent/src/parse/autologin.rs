//! Automatic login in the settings of the login programs: gdm (custom.conf), sddm.conf(5), lightdm.conf and agetty's own option.

use super::{Garbage, keyfile};

/// The login programs whose settings are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginProgram {
    /// GNOME's.
    Gdm,
    /// KDE's.
    Sddm,
    /// LightDM.
    Lightdm,
}

impl LoginProgram {
    /// From the name of its executable or unit: `/usr/sbin/gdm3`, `lightdm.service`.
    pub fn from_name(name: &str) -> Option<Self> {
        let base = name.trim().rsplit('/').next().unwrap_or_default();
        match base.strip_suffix(".service").unwrap_or(base) {
            "gdm" | "gdm3" => Some(Self::Gdm),
            "sddm" => Some(Self::Sddm),
            "lightdm" => Some(Self::Lightdm),
            _ => None,
        }
    }

    /// The name reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Gdm => "gdm3",
            Self::Sddm => "sddm",
            Self::Lightdm => "lightdm",
        }
    }

    /// Whether somebody is logged in without a password, from the program's settings files in the order it reads them (later wins).
    pub fn logs_in_by_itself(self, files: &[String]) -> Result<bool, Garbage> {
        for file in files {
            well_formed(file)?;
        }
        match self {
            Self::Gdm => gdm(files),
            Self::Sddm => Ok(last(files, |group| group == "Autologin", "User").is_some_and(|user| !user.is_empty())),
            Self::Lightdm => {
                let seat = |group: &str| group.starts_with("Seat:") || group == "SeatDefaults";
                let user = last(files, seat, "autologin-user").is_some_and(|user| !user.is_empty());
                let guest = last(files, seat, "autologin-guest").map_or(Ok(false), switch)?;
                Ok(user || guest)
            }
        }
    }
}

/// Immediately (`AutomaticLogin`) or after a delay (`TimedLogin`); each needs its switch and a user.
fn gdm(files: &[String]) -> Result<bool, Garbage> {
    let daemon = |key| last(files, |group| group == "daemon", key);
    let on = |switch_key, user_key| -> Result<bool, Garbage> {
        Ok(daemon(switch_key).map_or(Ok(false), switch)? && daemon(user_key).is_some_and(|user| !user.is_empty()))
    };
    Ok(on("AutomaticLoginEnable", "AutomaticLogin")? || on("TimedLoginEnable", "TimedLogin")?)
}

fn switch(text: &str) -> Result<bool, Garbage> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Garbage("a switch of the login program is neither true nor false")),
    }
}

fn last<'a>(files: &'a [String], group: impl Fn(&str) -> bool + Copy, key: &str) -> Option<&'a str> {
    files
        .iter()
        .flat_map(|file| keyfile::entries(file))
        .filter(|entry| group(entry.group) && entry.key == key)
        .map(|entry| entry.value)
        .last()
}

fn well_formed(file: &str) -> Result<(), Garbage> {
    let odd = |line: &str| !(line.is_empty() || line.starts_with(['#', ';', '[']) || line.contains('='));
    if file.lines().map(str::trim).any(odd) || file.contains('\0') {
        return Err(Garbage("the settings of the login program are not of the form [group] key=value"));
    }
    Ok(())
}

/// Whether a drop-in of `getty@.service` starts agetty(8) with `--autologin` or `-a`.
pub fn getty_logs_in(drop_in: &str) -> bool {
    let commands = keyfile::entries(drop_in).filter(|entry| entry.group == "Service" && entry.key == "ExecStart");
    commands.last().is_some_and(|entry| {
        entry.value.split_ascii_whitespace().any(|word| word == "-a" || word == "--autologin" || word.starts_with("--autologin="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn files(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn gdm_needs_the_switch_and_a_user_and_a_delay_is_no_password_either() {
        let gdm = |text: &str| LoginProgram::Gdm.logs_in_by_itself(&files(&[text]));
        assert_eq!(gdm("[daemon]\nAutomaticLoginEnable=True\nAutomaticLogin=hanako\n"), Ok(true));
        assert_eq!(gdm("[daemon]\nTimedLoginEnable = true\nTimedLogin = hanako\nTimedLoginDelay = 10\n"), Ok(true));
        assert_eq!(gdm("[daemon]\n#  AutomaticLoginEnable = true\n#  AutomaticLogin = user1\n[security]\n"), Ok(false));
        assert_eq!(gdm("[daemon]\nAutomaticLoginEnable=true\n"), Ok(false));
        assert_eq!(gdm("[debug]\nAutomaticLoginEnable=true\nAutomaticLogin=a\n"), Ok(false));
        assert!(gdm("[daemon]\nAutomaticLoginEnable=perhaps\n").is_err());
        assert!(gdm("\u{7f}ELF garbage").is_err());
    }

    #[test]
    fn a_later_sddm_file_wins_also_when_it_takes_the_user_away() {
        let (on, off) = ("[Autologin]\nUser=hanako\nSession=plasma\n", "[Autologin]\nUser=\n");
        assert_eq!(LoginProgram::Sddm.logs_in_by_itself(&files(&[off, on])), Ok(true));
        assert_eq!(LoginProgram::Sddm.logs_in_by_itself(&files(&[on, off])), Ok(false));
        assert_eq!(LoginProgram::Sddm.logs_in_by_itself(&[]), Ok(false));
    }

    #[test]
    fn lightdm_logs_in_a_user_or_a_guest_under_any_seat() {
        let lightdm = |text: &str| LoginProgram::Lightdm.logs_in_by_itself(&files(&[text]));
        assert_eq!(lightdm("[Seat:*]\nautologin-user=hanako\n"), Ok(true));
        assert_eq!(lightdm("[SeatDefaults]\nautologin-guest=true\n"), Ok(true));
        assert_eq!(lightdm("[Seat:*]\n#autologin-user=hanako\nautologin-guest=false\n"), Ok(false));
        assert_eq!(lightdm("[LightDM]\nautologin-user=hanako\n"), Ok(false));
    }

    #[test]
    fn a_console_that_logs_in_by_itself_shows_in_its_drop_in() {
        assert!(getty_logs_in("[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin hanako --noclear %I $TERM\n"));
        assert!(!getty_logs_in("[Service]\nExecStart=-/sbin/agetty -a hanako\nExecStart=-/sbin/agetty --noclear %I\n"));
        assert!(!getty_logs_in("garbage"));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text in "\\PC*") {
            for program in [LoginProgram::Gdm, LoginProgram::Sddm, LoginProgram::Lightdm] {
                let _ = program.logs_in_by_itself(std::slice::from_ref(&text));
            }
            let _ = getty_logs_in(&text);
        }
    }
}
