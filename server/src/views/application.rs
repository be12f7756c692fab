//! View of the page of whoever filed a paper without an account.

use askama::Template;

use super::{Mark, Moment, Shell};
use crate::words::Text;

/// `/application/{secret}`.
#[derive(Template)]
#[template(path = "application.html")]
pub(crate) struct ApplicationPage {
    pub shell: Shell,
    /// The facility's name.
    pub facility: String,
    /// What is said as long as nothing has become of it.
    pub received: Option<Text>,
    /// How it stands with the mail address; `None`: there is none to be told at.
    pub proof: Option<Proof>,
    pub mark: Mark,
    /// What that means for the reader, and what is asked of them.
    pub told: Text,
    /// Key of what it is called, and what was said with the last decision.
    pub said: Option<(&'static str, String)>,
    /// Key of what filing it is called, and when that was.
    pub filed: (&'static str, Moment),
    /// Key of what its days are called, and which they are.
    pub period: (&'static str, Text),
    /// Address of this page.
    pub url: String,
    /// Where it is filled in again; `None`: it was not sent back.
    pub correct: Option<String>,
    /// The form that takes it back; `None`: somebody has decided on it.
    pub withdraw: Option<WithdrawForm>,
    pub error: Option<Text>,
}

/// How it stands with the mail address of whoever filed it.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// The reader came by the link that was mailed to it: where they say that it is theirs.
    Asked(String),
    /// A link was mailed to it, and is still to be opened.
    Mailed(Text),
    /// It is theirs.
    Given,
}

/// Taking one's own paper back.
#[derive(Clone, Debug)]
pub(crate) struct WithdrawForm {
    pub action: String,
    pub version: i64,
    pub why: String,
    pub longest: usize,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::*;
    use crate::views::Sample;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl Sample for ApplicationPage {
        fn samples() -> Vec<Self> {
            let sample = |proof: Option<Proof>, mark, told| Self {
                shell: Shell::sample(
                    Text::new("paper-numbered").with("kind", Text::new("paper-personal-device")).with("number", 3_i64),
                    false,
                ),
                facility: "さくら架空診療所".to_owned(),
                received: None,
                proof,
                mark,
                told: Text::new(told),
                said: None,
                filed: ("paper-applied-on", Moment::new(NOW, NOW)),
                period: ("paper-period", Text::new("paper-days").with("from", Text::Day(NOW)).with("until", Text::Day(NOW.plus_days(7)))),
                url: "https://hashimori.example/application/x".to_owned(),
                correct: None,
                withdraw: None,
                error: None,
            };
            let withdraw =
                WithdrawForm { action: "/application/x/withdraw".to_owned(), version: 0, why: "見本".to_owned(), longest: 200 };
            let mailed = Proof::Mailed(Text::new("application-mailed").with("until", NOW));
            vec![
                Self {
                    received: Some(Text::new("application-received").with("n", 3_i64)),
                    withdraw: Some(withdraw.clone()),
                    error: Some(Text::new("application-changed")),
                    ..sample(Some(mailed), Mark::waiting("paper-state-filed"), "application-filed")
                },
                sample(Some(Proof::Asked("/application/x/address".to_owned())), Mark::waiting("paper-state-filed"), "application-filed"),
                Self {
                    said: Some(("people-why", "見本".to_owned())),
                    correct: Some("/application/x/edit".to_owned()),
                    withdraw: Some(withdraw),
                    ..sample(Some(Proof::Given), Mark::waiting("paper-state-sent-back"), "application-sent-back")
                },
                sample(None, Mark::out_of_use("paper-state-withdrawn"), "application-withdrawn"),
            ]
        }
    }
}
