//! The desktop's environment, the disks and the mobile line, each where it cannot be told.

use serde_json::{Value, json};

use crate::tree::clinic_pc;

#[test]
fn an_environment_that_names_another_dconf_profile_leaves_the_screen_lock_unknown() {
    const LOCK: &str = "/accounts/0/screen_lock";
    for (file, text) in [
        ("etc/environment", "LANG=ja_JP.UTF-8\nDCONF_PROFILE=/etc/dconf/clinic\n"),
        ("etc/environment.d/60-clinic.conf", "DCONF_PROFILE=clinic\n"),
        ("home/hanako/.config/environment.d/own.conf", "DCONF_PROFILE=mine\n"),
        ("home/hanako/.profile", "export DCONF_PROFILE=mine\n"),
    ] {
        let lock = clinic_pc().put(file, text).fact(LOCK);
        assert_eq!((&lock["unknown"]["code"], &lock["value"]), (&json!("not_read_yet"), &Value::Null), "{file}");
    }
    let commented = clinic_pc().put("etc/environment", "# DCONF_PROFILE=clinic\nLANG=C\n").fact(LOCK);
    assert_eq!(commented["value"]["locks_after_s"], 300);
}

#[test]
fn encryption_of_single_folders_and_what_lies_in_memory_are_neither_encrypted_nor_not() {
    const HOME: &str = "/machine/disk_encryption/value/1";
    let tree = clinic_pc();
    tree.put("home/.fscrypt/policies/0123", "").put("home/hanako/.profile", "");
    let home = tree.fact(HOME);
    assert_eq!(
        (&home["mount"], &home["method"], &home["encrypted"]["value"]),
        (&json!("/home"), &json!("fscrypt"), &Value::Null),
        "{home}"
    );
    let memory = clinic_pc();
    memory
        .put("proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/mapper/vg-root rw\n24 22 0:51 / /home rw - ext4 /dev/zram1 rw\n")
        .put("sys/class/block/zram1/size", "1");
    assert_eq!(memory.fact(HOME)["encrypted"]["unknown"]["code"], "not_read_yet");
    let written_out = clinic_pc();
    written_out.put("sys/block/zram0/backing_dev", "/dev/sda9\n").put("sys/block/zram1/backing_dev", "none\n");
    let mounts = written_out.fact("/machine/disk_encryption/value");
    let swap: Vec<_> = mounts.as_array().expect("a list").iter().filter(|mount| mount["mount"] == "swap").collect();
    assert!(swap.iter().any(|mount| mount["encrypted"]["unknown"]["code"] == "not_read_yet"), "{mounts}");
}

#[test]
fn that_no_modem_is_seen_now_does_not_say_that_there_is_none() {
    let tree = clinic_pc();
    tree.put("sys/class/net/wwp0s20f0u6/uevent", "INTERFACE=eth0\n");
    let line = tree.fact("/machine/mobile_line");
    assert_eq!((&line["unknown"]["code"], &line["value"]), (&json!("not_supported_os"), &Value::Null));
}
