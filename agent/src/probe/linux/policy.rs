//! The password policy as PAM really loads it, and since when it stands.

use std::os::unix::fs::MetadataExt as _;

use hashimori_shared::report::{Fact, PasswordPolicy, Reading, UnknownCode};
use hashimori_shared::time::Timestamp;

use super::Survey;
use super::disk::{Disk, Obstacle};
use crate::parse::pam::PasswordStack;
use crate::parse::pwquality::Quality;

const SOURCE: &str = "/etc/pam.d/passwd, /etc/security/pwquality.conf";

pub(super) fn password_policy(survey: &Survey) -> Fact<PasswordPolicy> {
    read(&survey.machine.disk).map_or_else(|obstacle| obstacle.fact(SOURCE), |policy| Fact { managed: true, ..Fact::read(policy, SOURCE) })
}

fn read(disk: &Disk) -> Result<PasswordPolicy, Obstacle> {
    let mut files = Vec::new();
    let mut denied = None;
    let mut fetch = |name: &str| {
        let found =
            ["/etc/pam.d", "/usr/lib/pam.d"].iter().map(|dir| format!("{dir}/{name}")).find_map(|path| match disk.text_if_any(&path) {
                Ok(text) => text.map(|text| (path, text)),
                Err(obstacle) => {
                    denied = Some(obstacle);
                    None
                }
            });
        let (path, text) = found?;
        files.push(path);
        Some(text)
    };
    let stack = PasswordStack::load("passwd", &mut fetch);
    if let Some(obstacle) = denied {
        return Err(obstacle);
    }
    let quality = quality(disk, &mut files)?;
    let policy = stack?.policy(quality)?;
    let since = newest_change(disk, &files);
    Ok(PasswordPolicy { since, ..policy })
}

/// `pwquality.conf.d/*.conf` in order of name, then `pwquality.conf`; the vendor's copy only where the administrator has none.
fn quality(disk: &Disk, files: &mut Vec<String>) -> Result<Quality, Obstacle> {
    let mut quality = Quality::default();
    let dir = "/etc/security/pwquality.conf.d";
    for name in disk.names_if_any(dir)?.iter().filter(|name| super::disk::has_ending(name, "conf")) {
        let path = format!("{dir}/{name}");
        quality.apply_file(&disk.text(&path)?)?;
        files.push(path);
    }
    if disk.exists(dir) {
        files.push(dir.to_owned()); // taking a file away changes the policy too
    }
    for path in ["/etc/security/pwquality.conf", "/usr/lib/security/pwquality.conf"] {
        if let Some(text) = disk.text_if_any(path)? {
            quality.apply_file(&text)?;
            files.push(path.to_owned());
            break;
        }
    }
    Ok(quality)
}

/// The newest change of any of the files. The change of the inode counts as well: a modification time can be set back.
fn newest_change(disk: &Disk, files: &[String]) -> Reading<Timestamp> {
    let changed = |path: &String| disk.metadata(path).map(|metadata| metadata.mtime().max(metadata.ctime()));
    let times: Result<Vec<i64>, Obstacle> = files.iter().map(changed).collect();
    match times.map(|times| times.into_iter().max()) {
        Ok(Some(newest)) => Reading::Value(Timestamp::from_seconds(newest)),
        Ok(None) => Reading::unknown(UnknownCode::SourceMissing, "no file holds the policy"),
        Err(obstacle) => obstacle.reading(),
    }
}
