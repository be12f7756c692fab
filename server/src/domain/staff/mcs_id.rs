//! What speaks against an ID of the network (§19-2, §19-3). Nobody is kept from registering it: only a person knows.

use std::collections::HashMap;

use crate::domain::worded::words;

words!(
    /// A doubt.
    Doubt {
        /// Somebody else on the list has the same.
        Shared = "shared", "staff-doubt-shared";
        /// It reads like an address of a department.
        Department = "department", "staff-doubt-department";
        /// It reads like a private address.
        Private = "private", "staff-doubt-private";
    }
);

/// What addresses of departments are called before the `@`.
const DEPARTMENTS: &[&str] = &[
    "admin",
    "all",
    "care",
    "caremane",
    "clinic",
    "contact",
    "dental",
    "desk",
    "doctor",
    "fax",
    "front",
    "group",
    "guest",
    "help",
    "home",
    "homecare",
    "hospital",
    "houkan",
    "houmon",
    "info",
    "iryo",
    "jimu",
    "jimukyoku",
    "kaigo",
    "kango",
    "kyotaku",
    "mail",
    "master",
    "member",
    "nurse",
    "office",
    "pharmacy",
    "post",
    "reception",
    "renkei",
    "shared",
    "soudan",
    "soumu",
    "staff",
    "station",
    "support",
    "tablet",
    "team",
    "uketsuke",
    "user",
    "visit",
    "web",
    "webmaster",
    "yakkyoku",
    "zaitaku",
];

/// Services where people have addresses of their own.
const PRIVATE: &[&str] = &[
    "aol.com",
    "au.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "gmail.com",
    "googlemail.com",
    "hotmail.co.jp",
    "hotmail.com",
    "i.softbank.jp",
    "icloud.com",
    "live.jp",
    "mac.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "outlook.jp",
    "protonmail.com",
    "rakumail.jp",
    "softbank.ne.jp",
    "yahoo.co.jp",
    "yahoo.com",
    "yahoo.ne.jp",
    "ymail.ne.jp",
    "ymobile.ne.jp",
];

/// How many on a list have each ID, whether in capitals or small letters.
#[derive(Clone, Debug, Default)]
pub struct Ids(HashMap<String, usize>);

impl Ids {
    /// Counts them.
    pub fn of<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        let mut counted = HashMap::new();
        ids.for_each(|id| *counted.entry(id.to_ascii_lowercase()).or_default() += 1);
        Self(counted)
    }

    /// How many have this one.
    pub fn having(&self, id: &str) -> usize {
        self.0.get(&id.to_ascii_lowercase()).copied().unwrap_or_default()
    }
}

/// The doubts about an ID; `shared`: somebody else on the list has it.
pub fn doubts(id: &str, shared: bool) -> Vec<Doubt> {
    let id = id.to_ascii_lowercase();
    if id.is_empty() {
        return Vec::new();
    }
    let (local, domain) = id.split_once('@').unwrap_or((&id, ""));
    let name = local.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    let mut doubts = Vec::new();
    doubts.extend(shared.then_some(Doubt::Shared));
    doubts.extend(DEPARTMENTS.contains(&name).then_some(Doubt::Department));
    doubts.extend(PRIVATE.contains(&domain).then_some(Doubt::Private));
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_departments_private_ones_and_those_of_two_are_doubted_and_a_persons_own_is_not() {
        let ids = Ids::of(["Hanako@hotaru.example", "", ""].into_iter());
        let doubted = |id: &str| doubts(id, ids.having(id) > 0);
        for id in ["info@hotaru.example", "nurse@hotaru.example", "Nurse-02@hotaru.example", "jimu1"] {
            assert_eq!(doubted(id), [Doubt::Department], "{id}");
        }
        assert_eq!(doubted("hanako@HOTARU.example"), [Doubt::Shared]);
        assert_eq!(doubted("taro@gmail.com"), [Doubt::Private]);
        assert_eq!(doubted("staff@yahoo.co.jp"), [Doubt::Department, Doubt::Private]);
        for id in ["", "taro@hotaru.example", "k-yamada", "nursery.taro@hotaru.example"] {
            assert_eq!(doubted(id), [], "{id}");
        }
    }
}
