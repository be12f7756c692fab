//! GVDB files: dconf databases and compiled GSettings schemas, read without D-Bus (GNOME dconf overview, gvdb-format).
//! Says what a key holds in one database; which database wins is `gnome`'s affair.

use super::{Garbage, gvariant};

const FORM: Garbage = Garbage("a settings database is damaged or not of the GVDB form");

/// A value of a kind the screen lock is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `b`.
    Switch(bool),
    /// `u`.
    Number(u32),
}

/// One database's bytes, checked to be one. Read by hand and not by a library because the file is a person's: every step is bounded,
/// also where names point at each other in a circle.
#[derive(Clone, Debug)]
pub struct Database(Vec<u8>);

impl Database {
    /// Refuses what is no GVDB file.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Garbage> {
        let database = Self(bytes);
        database.root()?;
        Ok(database)
    }

    /// What a dconf database holds under a full path such as `/org/gnome/desktop/session/idle-delay`.
    pub fn setting(&self, path: &str) -> Result<Option<Setting>, Garbage> {
        let Some(bytes) = self.root()?.value(path)? else { return Ok(None) };
        gvariant::setting(bytes).map(Some).ok_or(Garbage("a setting is not of the kind its schema asks for"))
    }

    /// Whether a dconf database locks a path against the databases above it.
    pub fn locks(&self, path: &str) -> Result<bool, Garbage> {
        Ok(self.root()?.table(".locks")?.is_some_and(|locks| locks.find(path).is_some()))
    }

    /// The default of `key` in a compiled schema, with the override of the first of `desktops` that has one
    /// (`XDG_CURRENT_DESKTOP`, GSettings per-desktop overrides); `None` if the schema or key is not installed.
    pub fn schema_default(&self, schema: &str, key: &str, desktops: &[String]) -> Result<Option<Setting>, Garbage> {
        let Some(table) = self.root()?.table(schema)? else { return Ok(None) };
        let Some(bytes) = table.value(key)? else { return Ok(None) };
        gvariant::schema_key(bytes, desktops).map(Some).ok_or(FORM)
    }

    fn root(&self) -> Result<Table<'_>, Garbage> {
        let header = self.0.get(..24).ok_or(FORM)?;
        if &header[..8] != b"GVariant" || number(header, 8) != Some(0) {
            return Err(FORM);
        }
        Table::at(&self.0, &header[16..24])
    }
}

/// One hash table: items of 24 bytes `hash, parent, key start, key size (2), kind, 0, value start, value end`.
#[derive(Clone, Copy)]
struct Table<'a> {
    file: &'a [u8],
    items: &'a [[u8; 24]],
}

const NO_PARENT: u32 = u32::MAX;
/// Deepest path that is followed; real ones have a handful of parts.
const DEEPEST: usize = 64;

impl<'a> Table<'a> {
    fn at(file: &'a [u8], pointer: &[u8]) -> Result<Self, Garbage> {
        let bytes = slice(file, pointer, 0).ok_or(FORM)?;
        let (Some(bloom), Some(buckets)) = (number(bytes, 0), number(bytes, 4)) else { return Err(FORM) };
        let skip = 8 + 4 * (u64::from(bloom & 0x07ff_ffff) + u64::from(buckets));
        let items = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..)).ok_or(FORM)?;
        let (items, rest) = items.as_chunks::<24>();
        if rest.is_empty() { Ok(Self { file, items }) } else { Err(FORM) }
    }

    fn find(&self, key: &str) -> Option<&'a [u8; 24]> {
        let hash =
            key.bytes().fold(5381_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(i32::from(byte.cast_signed()).cast_unsigned()));
        self.items.iter().find(|item| number(&item[..], 0) == Some(hash) && self.is_named(item, key.as_bytes()))
    }

    /// A name is its parent's name followed by the item's own part.
    fn is_named(&self, item: &[u8; 24], key: &[u8]) -> bool {
        let (mut item, mut left) = (item, key);
        for _ in 0..DEEPEST {
            let (Some(parent), Some(start)) = (number(item, 4), number(item, 8)) else { return false };
            let (start, size) = (start as usize, usize::from(u16::from_le_bytes([item[12], item[13]])));
            let Some(shorter) = self.file.get(start..start.saturating_add(size)).and_then(|part| left.strip_suffix(part)) else {
                return false;
            };
            left = shorter;
            if parent == NO_PARENT {
                return left.is_empty();
            }
            let Some(above) = self.items.get(parent as usize) else { return false };
            item = above;
        }
        false
    }

    fn table(&self, key: &str) -> Result<Option<Self>, Garbage> {
        match self.find(key) {
            None => Ok(None),
            Some(item) if item[14] == b'H' => Self::at(self.file, &item[16..24]).map(Some),
            Some(_) => Err(FORM),
        }
    }

    fn value(&self, key: &str) -> Result<Option<&'a [u8]>, Garbage> {
        match self.find(key) {
            None => Ok(None),
            Some(item) if item[14] == b'v' => slice(self.file, &item[16..24], 7).map(Some).ok_or(FORM),
            Some(_) => Err(FORM),
        }
    }
}

/// The little-endian number at `at`.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(word.try_into().ok()?))
}

/// What a pointer `start, end` points at, if it starts at a multiple of `mask + 1`.
fn slice<'a>(file: &'a [u8], pointer: &[u8], mask: usize) -> Option<&'a [u8]> {
    let (start, end) = (number(pointer, 0)? as usize, number(pointer, 4)? as usize);
    if start & mask == 0 { file.get(start..end) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USER: &[u8] = include_bytes!("../../fixtures/gnome/user");
    const LOCKED: &[u8] = include_bytes!("../../fixtures/gnome/local-locked");
    const SCHEMAS: &[u8] = include_bytes!("../../fixtures/gnome/gschemas.compiled");
    const IDLE: &str = "/org/gnome/desktop/session/idle-delay";

    fn database(bytes: &[u8]) -> Database {
        Database::new(bytes.to_vec()).expect("a database")
    }

    #[test]
    fn a_dconf_database_says_what_it_holds_and_what_it_locks() {
        assert_eq!(database(USER).setting(IDLE), Ok(Some(Setting::Number(900))));
        assert_eq!(database(USER).setting("/org/gnome/desktop/screensaver/lock-enabled"), Ok(Some(Setting::Switch(false))));
        assert_eq!(database(USER).setting("/org/gnome/desktop/session/other"), Ok(None));
        assert_eq!(database(USER).locks(IDLE), Ok(false));
        assert_eq!(database(LOCKED).locks(IDLE), Ok(true));
        assert_eq!(database(LOCKED).locks("/org/gnome/desktop/screensaver/lock-delay"), Ok(false));
    }

    #[test]
    fn a_compiled_schema_says_its_default_with_the_desktops_own_override() {
        let session = |desktops: &[&str]| {
            let desktops: Vec<String> = desktops.iter().map(|&desktop| desktop.to_owned()).collect();
            database(SCHEMAS).schema_default("org.gnome.desktop.session", "idle-delay", &desktops)
        };
        assert_eq!(session(&[]), Ok(Some(Setting::Number(300))));
        assert_eq!(session(&["GNOME"]), Ok(Some(Setting::Number(300))));
        assert_eq!(session(&["clinic", "GNOME"]), Ok(Some(Setting::Number(120))));
        assert_eq!(database(SCHEMAS).schema_default("org.gnome.absent", "idle-delay", &[]), Ok(None));
    }

    #[test]
    fn garbage_and_a_truncated_database_are_refused() {
        assert!(Database::new(b"garbage".to_vec()).is_err());
        assert!(Database::new(Vec::new()).is_err());
        for cut in 0..USER.len() {
            if let Ok(cut_off) = Database::new(USER[..cut].to_vec()) {
                assert!(!matches!(cut_off.setting(IDLE), Ok(Some(setting)) if setting != Setting::Number(900)));
            }
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic_or_loop(flips in proptest::collection::vec((0..USER.len(), any::<u8>()), 0..40)) {
            let mut bytes = USER.to_vec();
            for (at, byte) in flips {
                bytes[at] = byte;
            }
            if let Ok(database) = Database::new(bytes) {
                let _ = (database.setting(IDLE), database.locks(IDLE), database.schema_default("org", "x", &[]));
            }
        }
    }
}
