//! A recorded machine under construction: files as an operating system writes them.

use std::os::unix::fs::symlink;
use std::path::Path;

use hashimori_agent::probe::{self, ProbeContext};
use hashimori_shared::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const NOW: i64 = 1_795_300_000; // 2026-11-21
pub(crate) const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n\
    hanako:x:1000:1000:,,,:/home/hanako:/bin/bash\n";
pub(crate) const SHADOW: &str = "root:!:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\nhanako:$y$j9T$salt$hash:20700:0:99999:7:::\n";

/// A tree under construction.
pub(crate) struct Tree(pub(crate) TempDir);

impl Tree {
    pub(crate) fn put(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let at = self.0.path().join(path);
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("made");
        std::fs::write(at, content).expect("written");
        self
    }

    pub(crate) fn link(&self, path: &str, target: &str) -> &Self {
        let at = self.0.path().join(path);
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("made");
        symlink(target, at).expect("linked");
        self
    }

    pub(crate) fn remove(&self, path: &str) -> &Self {
        std::fs::remove_file(self.0.path().join(path)).expect("removed");
        self
    }

    pub(crate) fn report(&self) -> Value {
        self.report_knowing(NOW)
    }

    /// As observed by an agent that knows this instant to have passed.
    pub(crate) fn report_knowing(&self, certain: i64) -> Value {
        let now = Timestamp::from_seconds(NOW);
        let certain = Timestamp::from_seconds(certain);
        let context = ProbeContext { root: self.0.path().to_owned(), certain, ..ProbeContext::new(now, [7; 32]) };
        serde_json::to_value(probe::observe(&context)).expect("a report serialises")
    }

    pub(crate) fn fact(&self, pointer: &str) -> Value {
        self.report().pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).clone()
    }
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).expect("a fixture")
}

/// A clinic's Debian PC with GNOME, encrypted disk, Firefox and Chromium.
pub(crate) fn clinic_pc() -> Tree {
    let tree = Tree(tempfile::tempdir().expect("a folder"));
    tree.put("etc/os-release", "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n")
        .put("etc/debian_version", "13.2\n")
        .put("etc/passwd", PASSWD)
        .put("etc/shadow", SHADOW)
        .put("etc/login.defs", "UID_MIN 1000\nUID_MAX 60000\n")
        .put("etc/machine-id", "0123456789abcdef0123456789abcdee\n");
    desktop(&tree);
    policies(&tree);
    packages(&tree);
    body(&tree);
    tree
}

fn desktop(tree: &Tree) {
    tree.put("etc/X11/default-display-manager", "/usr/sbin/gdm3\n")
        .put("etc/gdm3/daemon.conf", "[daemon]\n#  AutomaticLoginEnable = true\n#  AutomaticLogin = user1\n[security]\n")
        .put("usr/share/wayland-sessions/gnome.desktop", "[Desktop Entry]\nName=GNOME\nDesktopNames=GNOME\n")
        .put("usr/share/xsessions/gnome-xorg.desktop", "[Desktop Entry]\nDesktopNames=GNOME\n")
        .put("usr/share/glib-2.0/schemas/gschemas.compiled", fixture("gnome/gschemas.compiled"))
        .put("home/hanako/.profile", "")
        .put("home/hanako/.config/chromium/Local State", "{}")
        .put("home/hanako/.config/chromium/Default/Preferences", r#"{"credentials_enable_service":false}"#)
        .put("home/hanako/.config/chromium/Profile 1/Preferences", r#"{"profile":{}}"#)
        .put("home/hanako/.mozilla/firefox/profiles.ini", fixture("browsers/firefox-profiles.ini"))
        .put("home/hanako/.mozilla/firefox/ef56ab78.default-esr/prefs.js", fixture("browsers/firefox-prefs.js"));
}

fn policies(tree: &Tree) {
    tree.put("etc/pam.d/passwd", "@include common-password\n")
        .put("etc/pam.d/common-password", fixture("pam/debian-12-common-password-pwquality"))
        .put("etc/security/pwquality.conf", "minlen = 10\ndcredit = -1\nlcredit = -1\nenforce_for_root\n");
}

fn packages(tree: &Tree) {
    let status =
        |name: &str, version: &str| format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n");
    let offer = |name: &str, version: &str| format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\n\n");
    let lists = "var/lib/apt/lists/deb.debian.org_debian";
    let status: String =
        [("bash", "5.2-1"), ("clamav-daemon", "1.4.3+dfsg-1"), ("firefox-esr", "140.4.0esr-1~deb13u1"), ("unattended-upgrades", "2.12")]
            .iter()
            .map(|(name, version)| status(name, version))
            .collect();
    tree.put("var/lib/dpkg/status", status)
        .put(
            &format!("{lists}_dists_trixie_InRelease"),
            "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: trixie\nDate: Sat, 14 Nov 2026 09:00:00 UTC\n",
        )
        .put(&format!("{lists}_dists_trixie_main_binary-amd64_Packages"), offer("bash", "5.2-2"))
        .put(&format!("{lists}-security_dists_trixie-security_InRelease"), fixture("apt/debian-security-InRelease-head"))
        .put(&format!("{lists}-security_dists_trixie-security_main_binary-amd64_Packages"), offer("firefox-esr", "140.5.0esr-1~deb13u1"))
        .put("var/log/dpkg.log", "2026-11-10 10:00:00 upgrade bash:amd64 5.1-1 5.2-1\n")
        .put(
            "var/lib/clamav/daily.cvd",
            format!("ClamAV-VDB:20 Nov 2026 09-00 +0000:27800:2000000:90:x:y:z:1795165200{}", " ".repeat(420)),
        );
}

fn body(tree: &Tree) {
    tree.put("proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/mapper/vg-root rw\n23 22 8:2 / /boot rw - ext4 /dev/sda2 rw\n24 22 0:50 / /home rw - btrfs /dev/dm-2 rw\n")
        .put("proc/swaps", "Filename Type Size Used Priority\n/dev/dm-3 partition 1 0 -2\n")
        .link("sys/dev/block/254:1", "../../devices/virtual/block/dm-1")
        .put("sys/class/block/dm-1/dm/uuid", "LVM-abc")
        .put("sys/class/block/dm-1/slaves/dm-0/x", "")
        .put("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123456789abcdef-sda3_crypt\n")
        .put("sys/class/block/dm-0/slaves/sda3/x", "")
        .put("sys/class/block/dm-2/dm/uuid", "CRYPT-VERITY-0123456789abcdef-home\n")
        .put("sys/class/block/dm-2/slaves/sda4/x", "")
        .put("sys/class/block/dm-3/dm/uuid", "CRYPT-PLAIN-swap\n")
        .put("sys/class/block/sda3/size", "1")
        .put("sys/class/block/sda4/size", "1")
        .put("sys/class/dmi/id/sys_vendor", "LENOVO\n")
        .put("sys/class/dmi/id/product_name", "ThinkPad Example\n")
        .put("sys/class/dmi/id/chassis_type", "10\n")
        .put("sys/class/dmi/id/product_uuid", "4c4c4544-0042-3510-8052-b4c04f313233\n")
        .put("sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n")
        .put("sys/class/net/lo/uevent", "INTERFACE=lo\n")
        .put("sys/class/net/wwp0s20f0u6/uevent", "DEVTYPE=wwan\nINTERFACE=wwp0s20f0u6\n")
        .put("etc/ufw/ufw.conf", "ENABLED=no\nLOGLEVEL=low\n");
}
