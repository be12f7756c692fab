//! What the firmware says of the machine (SMBIOS): class, maker, model, and identifiers as digests. Makers' placeholders are dropped.

use data_encoding::HEXLOWER;
use hashimori_shared::report::DeviceClass;
use sha2::{Digest as _, Sha256};

/// Class from the SMBIOS chassis type (SMBIOS 3.7 §7.4.1).
pub fn class(chassis_type: &str) -> DeviceClass {
    match chassis_type.trim().parse::<u8>() {
        Ok(3..=7 | 13 | 15 | 16 | 24 | 34..=36) => DeviceClass::Desktop,
        Ok(8..=10 | 14 | 31 | 32) => DeviceClass::Laptop,
        Ok(11 | 30) => DeviceClass::Tablet,
        Ok(17 | 23 | 25 | 28 | 29) => DeviceClass::Server,
        _ => DeviceClass::Unclear,
    }
}

/// Texts that makers leave in where an identifier should be (compared in lower case).
const PLACEHOLDERS: [&str; 22] = [
    "to be filled by o.e.m.",
    "to be filled by o.e.m",
    "default string",
    "system serial number",
    "system product name",
    "system manufacturer",
    "system version",
    "chassis serial number",
    "base board serial number",
    "none",
    "n/a",
    "na",
    "not specified",
    "not available",
    "not applicable",
    "unknown",
    "invalid",
    "o.e.m.",
    "oem",
    "empty",
    "serial number",
    "03000200-0400-0500-0006-000700080009",
];

/// The text, unless it is a placeholder: a known one, all one character (`000…`, `FFF…`, `xxx…`), or counting digits.
pub fn real(text: &str) -> Option<&str> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let letters: Vec<char> = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let monotone = letters.windows(2).all(|pair| pair[0] == pair[1]);
    let counting = "0123456789012345678901234567890123456789".contains(&letters.iter().collect::<String>());
    let printable = !text.contains(char::is_control) && text.len() <= 100;
    (printable && letters.len() >= 2 && !monotone && !counting && !PLACEHOLDERS.contains(&lower.as_str())).then_some(text)
}

/// Digest of one identifier under a fixed prefix: equal on the same hardware, meaningless elsewhere. Spelling differences do not count.
pub fn digest(kind: &str, identifier: &str) -> String {
    let plain: String = identifier.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let hash = Sha256::new().chain_update("hashimori hardware v1\0").chain_update(kind).chain_update([0]).chain_update(plain).finalize();
    HEXLOWER.encode(&hash[..16])
}

/// The hypervisor's vendor from the firmware's maker and model, if this is a known kind of virtual machine.
pub fn hypervisor(vendor: &str, model: &str) -> Option<&'static str> {
    let known = [
        ("QEMU", "QEMU"),
        ("KVM", "KVM"),
        ("VMware", "VMware"),
        ("innotek", "VirtualBox"),
        ("VirtualBox", "VirtualBox"),
        ("Xen", "Xen"),
        ("Parallels", "Parallels"),
        ("Amazon EC2", "Amazon EC2"),
        ("Google Compute Engine", "Google"),
        ("OpenStack", "OpenStack"),
    ];
    let found = known.iter().find(|(sign, _)| vendor.contains(sign) || model.contains(sign)).map(|(_, name)| *name);
    found.or((vendor.starts_with("Microsoft") && model.starts_with("Virtual Machine")).then_some("Hyper-V"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn placeholders_of_makers_are_no_identity() {
        for placeholder in [
            "To Be Filled By O.E.M.",
            "Default string",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "03000200-0400-0500-0006-000700080009",
            "0123456789",
            "123456789",
            "System Serial Number",
            " None \n",
            "N/A",
            "",
            "xxxxxxx",
            "0",
        ] {
            assert_eq!(real(placeholder), None, "{placeholder}");
        }
        assert_eq!(real(" PF3ABCDE\n"), Some("PF3ABCDE"));
    }

    #[test]
    fn the_same_identifier_has_the_same_digest_however_it_is_spelled() {
        assert_eq!(digest("uuid", "4C4C4544-0042"), digest("uuid", "4c4c45440042\n"));
        assert_ne!(digest("uuid", "4c4c45440042"), digest("serial", "4c4c45440042"));
        assert_eq!(digest("uuid", "a").len(), 32);
    }

    #[test]
    fn the_chassis_type_tells_what_is_carried_about() {
        for (text, expected) in [
            ("3", DeviceClass::Desktop),
            ("10\n", DeviceClass::Laptop),
            ("31", DeviceClass::Laptop),
            ("30", DeviceClass::Tablet),
            ("17", DeviceClass::Server),
            ("2", DeviceClass::Unclear),
            ("1", DeviceClass::Unclear),
            ("garbage", DeviceClass::Unclear),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
        assert_eq!(hypervisor("Microsoft Corporation", "Virtual Machine"), Some("Hyper-V"));
        assert_eq!(hypervisor("Microsoft Corporation", "Surface Pro"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic(text in "\\PC*") {
            let _ = (real(&text), class(&text), digest("uuid", &text), hypervisor(&text, &text));
        }
    }
}
