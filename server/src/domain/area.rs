//! Areas (地区): named parts of a region. A facility may lie in several, or in none.

use super::ids::{AreaId, RegionId};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 40;
/// Most areas of one region: a person reads them all when choosing.
pub const MOST: usize = 100;

/// A part of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Its region.
    pub region: RegionId,
    /// Its name, unique in the region.
    pub name: String,
}

/// A name that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an area has 1 to {LONGEST_NAME} characters")]
pub struct InvalidName;

/// A name as typed: one line, without blanks around it.
pub fn name(typed: &str) -> Result<String, InvalidName> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(InvalidName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_neither_empty_nor_endless() {
        assert_eq!(name(" 周東\u{3000}東部\n"), Ok("周東 東部".to_owned()));
        for bad in ["", " \u{3000} ", "\u{7}", &"東".repeat(LONGEST_NAME + 1)] {
            assert_eq!(name(bad), Err(InvalidName), "{bad:?}");
        }
    }
}
