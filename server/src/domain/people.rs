//! People who sign in on the web port: roles, what each may see, and the secrets they prove themselves with.
//! Knows neither SQL nor HTTP.

pub mod browser;
pub mod common;
pub mod event;
pub mod link;
pub mod password;
pub mod recovery;
pub mod reset;
pub mod role;
pub mod session;
pub mod throttle;
pub mod totp;
pub mod ways;

use std::fmt;

use super::ids::{FacilityId, PersonId, RegionId};

pub use role::{Right, Role, may};

/// What a person may see. Anything outside it answers exactly like something that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every facility of a region.
    Region(RegionId),
    /// One facility.
    Facility(RegionId, FacilityId),
}

impl Scope {
    /// The region it lies in.
    pub const fn region(self) -> RegionId {
        match self {
            Self::Region(region) | Self::Facility(region, _) => region,
        }
    }

    /// The facility, where it is one.
    pub const fn facility(self) -> Option<FacilityId> {
        match self {
            Self::Region(_) => None,
            Self::Facility(_, facility) => Some(facility),
        }
    }

    /// Whether something that belongs to `facility` of `region` lies within.
    pub fn covers(self, region: RegionId, facility: FacilityId) -> bool {
        match self {
            Self::Region(own) => own == region,
            Self::Facility(own_region, own) => own_region == region && own == facility,
        }
    }
}

/// A person's account, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Role.
    pub role: Role,
    /// What the person may see.
    pub scope: Scope,
    /// Sign-in name.
    pub login: Login,
    /// Name shown to colleagues.
    pub name: String,
}

/// A sign-in name: 3 to 64 characters of `a-z 0-9 . _ - @`, lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login(String);

/// Not a sign-in name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sign-in name has 3 to 64 characters, only letters, digits and . _ - @")]
pub struct InvalidLogin;

impl Login {
    /// As typed: surrounding space, capitals and full-width letters are forgiven.
    pub fn parse(typed: &str) -> Result<Self, InvalidLogin> {
        let login: String = typed.trim().chars().map(half_width).map(|c| c.to_ascii_lowercase()).collect();
        let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '@');
        if (3..=64).contains(&login.len()) && login.chars().all(well_formed) { Ok(Self(login)) } else { Err(InvalidLogin) }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A full-width letter, digit or sign as its ASCII twin: what a Japanese keyboard leaves behind.
pub fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use hashimori_shared::time::Timestamp;

    #[test]
    fn an_administrator_covers_one_facility_and_the_secretariat_its_region_only() {
        let random = Random::seeded(1);
        let id = || random.uuid(Timestamp::from_seconds(0));
        let (region, other_region) = (RegionId::new(id()), RegionId::new(id()));
        let (facility, other) = (FacilityId::new(id()), FacilityId::new(id()));
        assert!(Scope::Facility(region, facility).covers(region, facility));
        assert!(!Scope::Facility(region, facility).covers(region, other));
        assert!(!Scope::Facility(region, facility).covers(other_region, facility));
        assert!(Scope::Region(region).covers(region, other));
        assert!(!Scope::Region(region).covers(other_region, other));
    }

    #[test]
    fn a_sign_in_name_forgives_capitals_and_full_width_but_not_japanese() {
        assert_eq!(Login::parse(" Ｊｉｍｕkyoku ").map(|l| l.to_string()), Ok("jimukyoku".to_owned()));
        for bad in ["ab", "事務局", "a b c", &"a".repeat(65)] {
            assert_eq!(Login::parse(bad), Err(InvalidLogin), "{bad}");
        }
    }
}
