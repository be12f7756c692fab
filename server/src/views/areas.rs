//! Views of areas: the region's list, and one of them with the facilities that lie in it.

use askama::Template;

use super::Shell;
use crate::words::Text;

/// `/areas`.
#[derive(Template)]
#[template(path = "areas.html")]
pub(crate) struct AreasPage {
    pub shell: Shell,
    pub areas: Vec<AreaLine>,
    /// Whether the reader may make and change them.
    pub may_arrange: bool,
    /// As typed.
    pub name: String,
    pub longest: usize,
    pub error: Option<Text>,
}

/// One area.
#[derive(Clone, Debug)]
pub(crate) struct AreaLine {
    pub id: String,
    pub name: String,
    /// How many facilities lie in it.
    pub facilities: i64,
}

/// `/areas/{area}`.
#[derive(Template)]
#[template(path = "area.html")]
pub(crate) struct AreaPage {
    pub shell: Shell,
    pub id: String,
    /// How many facilities lie in it.
    pub inside: usize,
    /// A page of the region's facilities.
    pub facilities: Vec<AreaFacility>,
    pub may_arrange: bool,
    /// Where this page begins.
    pub after: Option<String>,
    /// Path of the next page.
    pub next: Option<String>,
    /// As typed.
    pub name: String,
    pub longest: usize,
    /// Set after what was ticked has been written.
    pub done: bool,
    pub error: Option<Text>,
}

/// A facility, and whether it lies in the area.
#[derive(Clone, Debug)]
pub(crate) struct AreaFacility {
    pub id: String,
    pub name: String,
    pub inside: bool,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for AreasPage {
        fn samples() -> Vec<Self> {
            let sample = |areas: Vec<AreaLine>, may_arrange, error| Self {
                shell: Shell::sample("areas-title", true),
                areas,
                may_arrange,
                name: "見本".to_owned(),
                longest: 40,
                error,
            };
            let line = AreaLine { id: "a".to_owned(), name: "見本".to_owned(), facilities: 3 };
            vec![sample(vec![line], true, Some(Text::new("areas-taken").with("name", "見本".to_owned()))), sample(Vec::new(), false, None)]
        }
    }

    impl Sample for AreaPage {
        fn samples() -> Vec<Self> {
            let facility = |inside| AreaFacility { id: format!("f{inside}"), name: "さくら架空診療所".to_owned(), inside };
            let sample = |facilities: Vec<AreaFacility>, may_arrange: bool, error: Option<Text>| Self {
                shell: Shell::sample(Text::new("areas-one").with("name", "見本".to_owned()), true),
                id: "a".to_owned(),
                inside: 1,
                after: may_arrange.then(|| "f".to_owned()),
                next: may_arrange.then(|| "/areas/a?after=f".to_owned()),
                facilities,
                may_arrange,
                name: "見本".to_owned(),
                longest: 40,
                done: error.is_none(),
                error,
            };
            let both = vec![facility(true), facility(false)];
            let wrong = Text::new("areas-wrong-name").with("most", 40_i64);
            vec![sample(both.clone(), true, Some(wrong)), sample(both, false, None), sample(Vec::new(), true, None)]
        }
    }
}
