//! View of people who hold no role any more.

use askama::Template;

use super::{Moment, Shell};
use crate::words::Text;

/// `/accounts/former`.
#[derive(Template)]
#[template(path = "former.html")]
pub(crate) struct FormerPage {
    pub shell: Shell,
    /// When names go by themselves.
    pub about: Text,
    pub people: Vec<FormerLine>,
    pub may_erase: bool,
    pub next: Option<String>,
    pub paged: bool,
}

/// Somebody without a role.
#[derive(Clone, Debug)]
pub(crate) struct FormerLine {
    pub id: String,
    pub name: String,
    pub login: String,
    /// Key of the word of the last role.
    pub role: &'static str,
    pub facility: Option<String>,
    pub left: Moment,
}

impl FormerLine {
    /// What the button is called where it stands alone.
    pub(crate) fn erase_label(&self) -> Text {
        Text::new("retention-erase-of").with("name", self.name.clone())
    }
}

#[cfg(test)]
mod samples {
    use hashimori_shared::pack::Keep;
    use hashimori_shared::time::Timestamp;

    use super::super::{Sample, kept};
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl Sample for FormerPage {
        fn samples() -> Vec<Self> {
            let line = |facility| FormerLine {
                id: "p".to_owned(),
                name: "見本 花子".to_owned(),
                login: "hanako".to_owned(),
                role: "role-administrator",
                facility,
                left: Moment::new(NOW.plus_days(-40), NOW),
            };
            let sample = |people, may_erase| Self {
                shell: Shell::sample("retention-former-title", true),
                about: Text::new("retention-former-about").with("period", kept(Keep::Months(60))),
                people,
                may_erase,
                next: Some("/accounts/former?after=p".to_owned()),
                paged: true,
            };
            vec![
                sample(vec![line(Some("さくら架空診療所".to_owned())), line(None)], true),
                sample(vec![line(None)], false),
                sample(Vec::new(), true),
            ]
        }
    }
}
