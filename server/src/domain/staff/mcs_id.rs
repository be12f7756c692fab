//! What speaks against an ID of the network (§19-2, §19-3). Nobody is kept from registering it: only a person knows.

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

/// The doubts about an ID, beside those that others on the list have.
pub fn doubts<'a>(id: &str, mut others: impl Iterator<Item = &'a str>) -> Vec<Doubt> {
    let id = id.to_ascii_lowercase();
    if id.is_empty() {
        return Vec::new();
    }
    let (local, domain) = id.split_once('@').unwrap_or((&id, ""));
    let name = local.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    let mut doubts = Vec::new();
    doubts.extend(others.any(|other| other.eq_ignore_ascii_case(&id)).then_some(Doubt::Shared));
    doubts.extend(DEPARTMENTS.contains(&name).then_some(Doubt::Department));
    doubts.extend(PRIVATE.contains(&domain).then_some(Doubt::Private));
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_departments_private_ones_and_those_of_two_are_doubted_and_a_persons_own_is_not() {
        let doubted = |id: &str| doubts(id, ["Hanako@hotaru.example"].into_iter());
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
