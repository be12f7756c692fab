//! Facts of the machine's body: disk encryption per mount, firmware, mobile line.

use hashimori_shared::report::{DeviceClass, Fact, Hardware, HardwareIds, MountEncryption, Reading, UnknownCode};

use super::Survey;
use super::disk::{Disk, Obstacle};
use crate::parse::hardware::{class, digest, hypervisor, real};
use crate::parse::mounts::{Mount, Rest, crypt_method, swaps};

/// Encryption by the operating system. A drive that encrypts by itself (OPAL) looks like any other once it is open, so "none" is
/// what the system shows and no more.
pub(super) fn disk_encryption(survey: &Survey) -> Fact<Vec<MountEncryption>> {
    const SOURCE: &str = "/proc/self/mountinfo, /sys/block; a drive that encrypts by itself does not show there";
    let disk = &survey.machine.disk;
    let mounts = match &survey.mounts {
        Ok(mounts) => mounts,
        Err(obstacle) => return obstacle.fact(SOURCE),
    };
    let mut found: Vec<MountEncryption> = mounts.iter().filter_map(|mount| Some(encryption(disk, mount, shown(&mount.point)?))).collect();
    match disk.text_if_any("/proc/swaps") {
        Ok(text) => {
            for swap in swaps(&text.unwrap_or_default()) {
                let node = if swap.is_file {
                    holder(mounts, &swap.path).map(|mount| node_of(disk, mount))
                } else {
                    Some(node_of_path(disk, &swap.path))
                };
                found.push(judge(disk, node.flatten(), "swap"));
            }
        }
        Err(obstacle) => found.push(MountEncryption { mount: "swap".into(), encrypted: obstacle.reading(), method: "unknown".into() }),
    }
    if compressed_memory_overflows(disk) {
        let text = "compressed memory is written out to a device this agent does not follow";
        found.push(MountEncryption {
            mount: "swap".into(),
            encrypted: Reading::unknown(UnknownCode::NotReadYet, text),
            method: "unknown".into(),
        });
    }
    found.sort_by(|a, b| a.mount.cmp(&b.mount).then_with(|| a.method.cmp(&b.method)));
    found.dedup();
    Fact::read(found, SOURCE)
}

/// Whether a zram device, which otherwise lies in memory, has a device behind it (kernel documentation, zram, "writeback").
fn compressed_memory_overflows(disk: &Disk) -> bool {
    let devices = disk.names_if_any("/sys/block").unwrap_or_default();
    let backed = |name: &String| {
        let device = disk.text(&format!("/sys/block/{name}/backing_dev")).unwrap_or_default();
        !matches!(device.trim(), "" | "none")
    };
    devices.iter().filter(|name| name.starts_with("zram")).any(backed)
}

/// The mounts where people's data lies; a home of its own is named without its owner.
fn shown(point: &str) -> Option<&str> {
    match point {
        "/" | "/home" | "/var" | "/srv" | "/opt" | "/root" | "/data" => Some(point),
        _ if point.starts_with("/home/") => Some("/home/*"),
        _ => None,
    }
}

fn encryption(disk: &Disk, mount: &Mount, shown: &str) -> MountEncryption {
    let unknown =
        |code, text: &str| MountEncryption { mount: shown.into(), encrypted: Reading::unknown(code, text), method: "unknown".into() };
    match mount.rest() {
        Rest::Block => match judge(disk, node_of(disk, mount), shown) {
            MountEncryption { encrypted: Reading::Value(false), .. } if has_encrypted_folders(disk, &mount.point) => MountEncryption {
                method: "fscrypt".into(),
                ..unknown(UnknownCode::NotReadYet, "single folders are encrypted by the file system; which ones is not read")
            },
            judged => judged,
        },
        Rest::EncryptedLayer => MountEncryption { mount: shown.into(), encrypted: Reading::Value(true), method: "filesystem".into() },
        Rest::Memory => unknown(UnknownCode::NotReadYet, "the file system lies in memory or on a read-only image"),
        Rest::Elsewhere => unknown(UnknownCode::NotInspectedByDesign, "the file system lies on another machine or behind a program"),
        Rest::Opaque => unknown(UnknownCode::NotReadYet, "a kind of file system that keeps its own devices"),
    }
}

/// Whether fscrypt(8) keeps policies on this file system: single folders are encrypted, the rest is not.
fn has_encrypted_folders(disk: &Disk, point: &str) -> bool {
    let policies = format!("{}/.fscrypt/policies", point.trim_end_matches('/'));
    match disk.names_if_any(&policies) {
        Ok(names) => !names.is_empty(),
        Err(_) => true,
    }
}

fn holder<'a>(mounts: &'a [Mount], path: &str) -> Option<&'a Mount> {
    mounts.iter().filter(|mount| std::path::Path::new(path).starts_with(&mount.point)).max_by_key(|mount| mount.point.len())
}

/// The kernel's name of the block device below a mount: by number, or by source where the file system has a number of its own (btrfs).
fn node_of(disk: &Disk, mount: &Mount) -> Option<String> {
    disk.link_name(&format!("/sys/dev/block/{}", mount.device)).or_else(|| node_of_path(disk, &mount.source))
}

fn node_of_path(disk: &Disk, path: &str) -> Option<String> {
    let path = path.strip_prefix("/dev/")?;
    let name = disk.link_name(&format!("/dev/{path}")).unwrap_or_else(|| path.to_owned());
    (!name.contains('/') && disk.exists(&format!("/sys/class/block/{name}"))).then_some(name)
}

fn judge(disk: &Disk, node: Option<String>, shown: &str) -> MountEncryption {
    let (encrypted, method) = match node.map(|node| below(disk, &node, 12)) {
        None => (Reading::unknown(UnknownCode::SourceMissing, "the device below the mount is not shown by the kernel"), "unknown"),
        Some(Err(obstacle)) => (obstacle.reading(), "unknown"),
        Some(Ok(Some(method))) => (Reading::Value(true), method),
        Some(Ok(None)) => (Reading::Value(false), "none"),
    };
    MountEncryption { mount: shown.to_owned(), encrypted, method: method.to_owned() }
}

/// How everything below a block device is encrypted; `None` if some way down to a medium is not.
fn below(disk: &Disk, node: &str, depth: u32) -> Result<Option<&'static str>, Obstacle> {
    if depth == 0 {
        return Err(Obstacle::Garbage("block devices stand on each other without end"));
    }
    if node.starts_with("zram") {
        return Err(Obstacle::Memory);
    }
    let dir = format!("/sys/class/block/{node}");
    let uuid = disk.text_if_any(&format!("{dir}/dm/uuid"))?;
    if let Some(method) = uuid.as_deref().and_then(crypt_method) {
        return Ok(Some(method));
    }
    let slaves = disk.names_if_any(&format!("{dir}/slaves"))?;
    let mut common = None;
    for slave in &slaves {
        match below(disk, slave, depth - 1)? {
            None => return Ok(None),
            method => common = method,
        }
    }
    Ok(common)
}

const DMI: &str = "/sys/class/dmi/id";

pub(super) fn hardware(survey: &Survey) -> Fact<Hardware> {
    let disk = &survey.machine.disk;
    let field = |name: &str| disk.text(&format!("{DMI}/{name}")).ok();
    let (vendor, model) = (field("sys_vendor").unwrap_or_default(), field("product_name").unwrap_or_default());
    let by_firmware = hypervisor(vendor.trim(), model.trim()).map(str::to_owned);
    let by_processor = || {
        let info = disk.head("/proc/cpuinfo", 8192).unwrap_or_default();
        let flags = String::from_utf8_lossy(&info).into_owned();
        let is_virtual = flags
            .lines()
            .find(|line| line.starts_with("flags"))
            .is_some_and(|line| line.split_ascii_whitespace().any(|f| f == "hypervisor"));
        is_virtual.then(|| "unnamed".to_owned())
    };
    let found = Hardware {
        class: field("chassis_type").map_or(DeviceClass::Unclear, |chassis| class(&chassis)),
        vendor: real(&vendor).map(str::to_owned),
        model: real(&model).map(str::to_owned),
        hypervisor: by_firmware.or_else(by_processor),
    };
    if found.vendor.is_none() && found.model.is_none() && found.hypervisor.is_none() && found.class == DeviceClass::Unclear {
        return Obstacle::Missing.fact(DMI);
    }
    Fact::read(found, DMI)
}

/// Digests of what identifies the hardware. Without root the firmware's numbers are not readable: then only the installation's id is given.
pub(super) fn hardware_ids(survey: &Survey) -> Fact<HardwareIds> {
    let disk = &survey.machine.disk;
    let mut denied = false;
    let mut of = |kind: &str, paths: &[&str]| {
        paths.iter().find_map(|path| match disk.text(path) {
            Ok(text) => real(&text).map(|text| digest(kind, text)),
            Err(obstacle) => {
                denied |= obstacle == Obstacle::Denied;
                None
            }
        })
    };
    let ids = HardwareIds {
        system_uuid: of("system_uuid", &["/sys/class/dmi/id/product_uuid"]),
        serial: of(
            "serial",
            &["/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/board_serial", "/sys/firmware/devicetree/base/serial-number"],
        ),
        machine_id: of("machine_id", &["/etc/machine-id", "/var/lib/dbus/machine-id"]),
    };
    match ids {
        HardwareIds { system_uuid: None, serial: None, machine_id: None } if denied => Obstacle::Denied.fact(DMI),
        HardwareIds { system_uuid: None, serial: None, machine_id: None } => Obstacle::Missing.fact(DMI),
        ids => Fact::read(ids, "/sys/class/dmi/id, /etc/machine-id"),
    }
}

/// Whether a modem for mobile lines is there: the kernel marks its interfaces `wwan`. Whether a SIM is in it is not looked at.
/// One that is switched off, or plugged in only on the way, does not show: that none is seen says nothing, and a person answers.
pub(super) fn mobile_line(survey: &Survey) -> Fact<bool> {
    const NETWORK: &str = "/sys/class/net";
    let disk = &survey.machine.disk;
    match disk.names(NETWORK) {
        Ok(names) => {
            let is_modem = |name: &String| {
                let uevent = disk.text(&format!("{NETWORK}/{name}/uevent")).unwrap_or_default();
                uevent.lines().any(|line| line == "DEVTYPE=wwan") || name.starts_with("wwan")
            };
            let modem = names.iter().any(is_modem) || disk.names_if_any("/sys/class/wwan").is_ok_and(|names| !names.is_empty());
            if modem {
                return Fact::read(true, NETWORK);
            }
            Fact::unknown(UnknownCode::NotSupportedOs, "no modem is seen now; one that is unplugged or switched off does not show", NETWORK)
        }
        Err(obstacle) => obstacle.fact(NETWORK),
    }
}
