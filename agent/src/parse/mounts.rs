//! `/proc/self/mountinfo` and `/proc/swaps` (proc(5)): where people's data lies and on which device.

use super::Garbage;

/// One mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// `major:minor`.
    pub device: String,
    /// Where it is mounted, escapes undone.
    pub point: String,
    /// Kind of file system.
    pub kind: String,
    /// What is mounted, as given to mount(2).
    pub source: String,
}

/// All mounts; a later one hides an earlier one at the same point, and only the visible one is kept.
pub fn mounts(mountinfo: &str) -> Result<Vec<Mount>, Garbage> {
    let mut mounts: Vec<Mount> = Vec::new();
    for line in mountinfo.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let (left, right): (Vec<_>, Vec<_>) = (left.split(' ').collect(), right.split(' ').collect());
        let ([_, _, device, _, point, ..], [kind, source, ..]) = (&left[..], &right[..]) else { continue };
        let mount = Mount { device: (*device).to_owned(), point: unescape(point), kind: (*kind).to_owned(), source: unescape(source) };
        mounts.retain(|earlier| earlier.point != mount.point);
        mounts.push(mount);
    }
    if mounts.iter().any(|mount| mount.point == "/") { Ok(mounts) } else { Err(Garbage("the list of mounts has no root")) }
}

/// `\040` and the like.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let octal = bytes.get(at + 1..at + 4).filter(|digits| bytes[at] == b'\\' && digits.iter().all(|d| (b'0'..=b'7').contains(d)));
        if let Some(digits) = octal {
            out.push(digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
            at += 4;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What a file system's kind says about where its data rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// On a block device of this machine.
    Block,
    /// On another machine or behind a program; looking inside can hang or download.
    Elsewhere,
    /// In memory, or nothing rests at all.
    Memory,
    /// Encrypted by the file system itself.
    EncryptedLayer,
    /// A layer over others, or a kind that keeps its own devices.
    Opaque,
}

impl Mount {
    /// Where this file system's data rests.
    pub fn rest(&self) -> Rest {
        match self.kind.as_str() {
            "ecryptfs" | "fuse.gocryptfs" | "fuse.cryfs" | "fuse.encfs" => Rest::EncryptedLayer,
            "ext2" | "ext3" | "ext4" | "xfs" | "btrfs" | "f2fs" | "jfs" | "vfat" | "exfat" | "ntfs" | "ntfs3" | "fuseblk" => Rest::Block,
            "tmpfs" | "ramfs" | "devtmpfs" | "proc" | "sysfs" | "squashfs" | "erofs" | "iso9660" => Rest::Memory,
            kind if kind.starts_with("nfs") || kind.starts_with("fuse") => Rest::Elsewhere,
            "cifs" | "smb3" | "9p" | "afs" | "ceph" | "glusterfs" | "autofs" | "virtiofs" => Rest::Elsewhere,
            _ => Rest::Opaque,
        }
    }
}

/// A swap area: a device or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// Path of the device or file.
    pub path: String,
    /// Whether it is a file on a mounted file system.
    pub is_file: bool,
}

/// The swap areas that rest on a medium (not compressed memory).
pub fn swaps(text: &str) -> Vec<Swap> {
    let area = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let (path, kind) = (unescape(words.next()?), words.next()?);
        (path.starts_with('/') && !path.contains("/zram")).then(|| Swap { is_file: kind == "file", path })
    };
    text.lines().skip(1).filter_map(area).collect()
}

/// How a device-mapper node encrypts, from its `dm/uuid`: `CRYPT-LUKS2-…`; `CRYPT-VERITY-…` only checks, it hides nothing.
pub fn crypt_method(dm_uuid: &str) -> Option<&'static str> {
    let rest = dm_uuid.trim().strip_prefix("CRYPT-")?;
    match rest.split('-').next()? {
        "LUKS2" => Some("luks2"),
        "LUKS1" => Some("luks1"),
        "PLAIN" => Some("plain"),
        "TCRYPT" => Some("tcrypt"),
        "BITLK" => Some("bitlocker"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INFO: &str = "22 1 254:1 / / rw - ext4 /dev/mapper/vg-root rw\n23 22 0:5 / /proc rw shared:1 - proc proc rw\n\
        24 22 0:40 / /mnt/a\\040b rw - fuse.sshfs host: rw\n25 22 8:1 / /home rw - ext4 /dev/sda1 rw\n26 25 254:2 / /home rw - ext4 /dev/dm-2 rw\n";

    #[test]
    fn the_visible_mount_is_kept_and_escapes_are_undone() {
        let mounts = mounts(INFO).expect("parses");
        let home: Vec<_> = mounts.iter().filter(|mount| mount.point == "/home").map(|mount| mount.device.as_str()).collect();
        assert_eq!(home, ["254:2"]);
        let sshfs = mounts.iter().find(|mount| mount.point == "/mnt/a b").expect("there");
        assert_eq!(sshfs.rest(), Rest::Elsewhere);
        assert!(super::mounts("garbage").is_err());
    }

    #[test]
    fn verity_is_not_encryption() {
        assert_eq!(crypt_method("CRYPT-LUKS2-0123456789abcdef-luks-root\n"), Some("luks2"));
        assert_eq!(crypt_method("CRYPT-VERITY-0123456789abcdef-root"), None);
        assert_eq!(crypt_method("LVM-abc"), None);
        assert_eq!(crypt_method(""), None);
    }

    #[test]
    fn compressed_memory_is_no_swap_medium() {
        let text = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/zram0 partition 1 0 100\n/dev/dm-1 partition 2 0 -2\n/swapfile file 3 0 -3\n";
        assert_eq!(swaps(text), [Swap { path: "/dev/dm-1".into(), is_file: false }, Swap { path: "/swapfile".into(), is_file: true }]);
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text in "\\PC*|([0-9: /\\\\-]|a)*") {
            let _ = (mounts(&text), swaps(&text), crypt_method(&text), unescape(&text));
        }
    }
}
