//! Forbidden software: what counts as a find, and which places were really searched.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use serde_json::{Value, json};

use crate::tree::{Tree, clinic_pc};

const FOUND: &str = "/machine/forbidden_software/value";

fn hits(tree: &Tree) -> Value {
    tree.fact(&format!("{FOUND}/hits"))
}

fn hit(id: &str, how: &str) -> Value {
    json!({"id": id, "how": how})
}

fn home(tree: &Tree) -> (bool, Vec<Value>) {
    let found = tree.fact(FOUND);
    let unreadable = found["unreadable"].as_array().expect("a list").iter().filter(|place| place["place"] == "home");
    (found["searched"].as_array().expect("a list").contains(&json!("home")), unreadable.map(|place| place["code"].clone()).collect())
}

#[test]
fn a_folder_that_is_called_like_a_program_is_none() {
    let tree = clinic_pc();
    tree.put("home/hanako/.config/deluge/core.conf", "").put("home/hanako/Winny.exe/photo.jpg", "").put("opt/rtorrent/x", "");
    assert_eq!(hits(&tree), json!([]));
    tree.put("opt/rtorrent/rtorrent", "");
    assert_eq!(hits(&tree), json!([hit("rtorrent", "file")]));
}

#[test]
fn a_program_under_another_name_is_found_by_what_it_leaves_behind() {
    let tree = clinic_pc();
    tree.put("home/hanako/work/tools/viewer.exe", "").put("home/hanako/work/tools/Noderef.txt", "");
    assert_eq!(hits(&tree), json!([hit("winny", "trace")]));
}

#[test]
fn portable_programs_are_found_in_any_folder_of_a_home_on_other_disks_and_with_the_superuser() {
    for place in ["home/hanako/work/a/b/Winny.exe", "root/tools/Winny.exe", "data/share/Winny.exe", "media/hanako/STICK/a/Winny.exe"] {
        let tree = clinic_pc();
        tree.put(place, "");
        assert_eq!(hits(&tree), json!([hit("winny", "file")]), "{place}");
    }
    let deep = clinic_pc();
    deep.put("home/hanako/a/b/c/d/e/Winny.exe", "");
    assert_eq!(hits(&deep), json!([]), "there is a depth, and the fact says it");
    let source = deep.fact("/machine/forbidden_software/source");
    assert!(source.as_str().is_some_and(|source| source.contains("4 levels")), "{source}");
}

#[test]
fn a_name_that_is_no_text_hides_nothing_and_a_home_folder_kept_elsewhere_is_followed() {
    let tree = clinic_pc();
    let odd = tree.0.path().join("home/hanako").join(OsStr::from_bytes(b"\x83t\x83H\x83\x8b\x83_"));
    std::fs::create_dir_all(&odd).expect("made");
    std::fs::write(odd.join("Winny.exe"), "").expect("written");
    assert_eq!(hits(&tree), json!([hit("winny", "file")]));
    let linked = clinic_pc();
    linked.put("disk2/documents/WinMX.exe", "").link("home/hanako/Documents", "../../disk2/documents");
    assert_eq!((hits(&linked), home(&linked)), (json!([hit("winmx", "file")]), (true, vec![])));
    linked.link("home/hanako/elsewhere", "/usr");
    assert_eq!(home(&linked), (false, vec![json!("not_inspected_by_design")]), "a place outside of what is observed");
}

#[test]
fn forbidden_programs_from_flatpak_and_snap_are_found_for_everybody_and_for_one_person() {
    for (place, id) in [
        ("var/lib/flatpak/app/org.qbittorrent.qBittorrent/x", "qbittorrent"),
        ("home/hanako/.local/share/flatpak/app/com.transmissionbt.Transmission/x", "transmission"),
        ("snap/utorrent/current/x", "bittorrent"),
        ("var/lib/snapd/snap/frostwire/current/x", "frostwire"),
    ] {
        let tree = clinic_pc();
        tree.put(place, "");
        assert_eq!(hits(&tree), json!([hit(id, "package")]), "{place}");
    }
}

#[test]
fn a_share_of_another_machine_is_not_this_devices_and_is_not_looked_into() {
    let tree = clinic_pc();
    tree.put("mnt/nas/Winny.exe", "");
    tree.put("proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/dm-1 rw\n24 22 0:50 / /mnt/nas rw - nfs4 nas:/ rw\n");
    let found = tree.fact(FOUND);
    tree.link("home/hanako/share", "../../mnt/nas");
    assert_eq!((&found["hits"], home(&tree)), (&json!([]), (true, vec![])));
    assert!(found["searched"].as_array().expect("a list").contains(&json!("disks")), "{found}");
}
