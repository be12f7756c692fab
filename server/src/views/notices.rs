//! Views of お知らせ: the lists, one as the 事務局 sees it, one as a facility reads it, and the form.

use askama::Template;

use super::{Choice, Mark, Moment, Place, Shell};
use crate::words::Text;

/// `/notices` and `/facilities/{facility}/notices`.
#[derive(Template)]
#[template(path = "notices.html")]
pub(crate) struct NoticesPage {
    pub shell: Shell,
    /// The facility whose list it is; `None`: the 事務局's.
    pub facility: Option<Place>,
    pub lines: Vec<NoticeLine>,
    pub may_send: bool,
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
}

/// A notice in a list.
#[derive(Clone, Debug)]
pub(crate) struct NoticeLine {
    pub link: String,
    pub title: String,
    /// Set where it matters more than others.
    pub weight: Option<Mark>,
    /// Set where it is not to be read any more.
    pub over: Option<Mark>,
    pub sent: Moment,
    /// Its last day.
    pub until: Text,
    /// What the reader did with it.
    pub read: Option<Mark>,
    /// How many facilities have read it.
    pub counts: Option<Text>,
}

/// A notice as it is read.
#[derive(Clone, Debug)]
pub(crate) struct NoticeView {
    pub weight: Option<Mark>,
    pub lines: Vec<String>,
    pub sent: Moment,
    pub sender: Option<String>,
    /// Its last day.
    pub until: Text,
    /// Why it is not to be read any more.
    pub over: Option<Text>,
    /// Path of the one that took its place.
    pub corrected_by: Option<String>,
    /// Path of the one whose place it takes.
    pub corrects: Option<String>,
}

/// `/notices/{notice}`.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct NoticePage {
    pub shell: Shell,
    pub id: String,
    pub notice: NoticeView,
    /// Whom it is for.
    pub places: Vec<Text>,
    pub remind: Option<u32>,
    /// (path, key, how many facilities, whether these are shown).
    pub numbers: Vec<(String, &'static str, i64, bool)>,
    pub facilities: Vec<ReadersAt>,
    pub next: Option<String>,
    /// Whether the reader may correct it and take it back.
    pub may_send: bool,
    pub longest: usize,
    /// As typed.
    pub why: String,
    pub error: Option<Text>,
}

/// A facility that a notice is for.
#[derive(Clone, Debug)]
pub(crate) struct ReadersAt {
    pub facility: Place,
    pub mark: Mark,
    pub readers: Vec<ReaderLine>,
}

/// Somebody there.
#[derive(Clone, Debug)]
pub(crate) struct ReaderLine {
    pub name: String,
    /// Key of the word.
    pub role: &'static str,
    pub did: Text,
}

/// `/facilities/{facility}/notices/{notice}`.
#[derive(Template)]
#[template(path = "facility_notice.html")]
pub(crate) struct FacilityNoticePage {
    pub shell: Shell,
    pub facility: Place,
    pub id: String,
    pub notice: NoticeView,
    /// What the reader did with it.
    pub did: Option<Text>,
    pub may_confirm: bool,
}

/// `/notices/new` and `/notices/{notice}/correct`.
#[derive(Template)]
#[template(path = "notice_form.html")]
pub(crate) struct NoticeFormPage {
    pub shell: Shell,
    pub action: String,
    /// The one whose place it takes.
    pub corrects: Option<String>,
    pub title: String,
    pub body: String,
    pub weights: Vec<Choice>,
    pub until: String,
    pub remind: String,
    /// `all`, `areas` or `facilities`.
    pub reach: String,
    pub areas: Vec<Choice>,
    pub facilities: Vec<Choice>,
    /// Whether there are more facilities than are offered.
    pub more: bool,
    pub longest_title: usize,
    pub longest_body: usize,
    pub error: Option<Text>,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl NoticeLine {
        pub(crate) fn samples(region: bool) -> Vec<Self> {
            let counts = Text::new("notice-counts").with("all", 3_i64).with("confirmed", 1_i64).with("opened", 1_i64).with("unread", 1_i64);
            let line = Self {
                link: "/notices/n".to_owned(),
                title: "見本".to_owned(),
                weight: Some(Mark::alarming("notice-weight-emergency")),
                over: None,
                sent: Moment::new(NOW.plus_days(-1), NOW),
                until: Text::Day(NOW),
                read: (!region).then_some(Mark::waiting("notice-unread")),
                counts: region.then_some(counts),
            };
            vec![line.clone(), Self { weight: None, over: Some(Mark::out_of_use("notice-withdrawn")), ..line }]
        }
    }

    impl NoticeView {
        fn samples() -> [Self; 2] {
            let view = Self {
                weight: Some(Mark::waiting("notice-weight-important")),
                lines: vec!["見本".to_owned(), "見本".to_owned()],
                sent: Moment::new(NOW.plus_days(-1), NOW),
                sender: Some("見本 花子".to_owned()),
                until: Text::Day(NOW),
                over: None,
                corrected_by: None,
                corrects: Some("/notices/m".to_owned()),
            };
            let over = Text::new("notice-was-withdrawn").with("at", NOW).with("why", "見本".to_owned());
            [view.clone(), Self { sender: None, over: Some(over), corrected_by: Some("/notices/o".to_owned()), ..view }]
        }
    }

    impl Sample for NoticesPage {
        fn samples() -> Vec<Self> {
            let place = Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() };
            let sample = |facility: Option<Place>, lines, may_send: bool| Self {
                shell: Shell::sample("notices-title", true),
                next: may_send.then(|| "/notices?before=n".to_owned()),
                paged: facility.is_some(),
                facility,
                lines,
                may_send,
            };
            vec![
                sample(None, NoticeLine::samples(true), true),
                sample(Some(place), NoticeLine::samples(false), false),
                sample(None, Vec::new(), true),
            ]
        }
    }

    impl Sample for NoticePage {
        fn samples() -> Vec<Self> {
            let reader = |did| ReaderLine { name: "見本 花子".to_owned(), role: "role-administrator", did };
            let facility = Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() };
            let read = ReadersAt {
                facility: facility.clone(),
                mark: Mark::running("notice-confirmed"),
                readers: vec![reader(Text::new("notice-confirmed-at").with("at", NOW)), reader(Text::new("notice-unread"))],
            };
            let unread = ReadersAt { facility, mark: Mark::alarming("notice-unread"), readers: Vec::new() };
            let sample = |notice, facilities: Vec<ReadersAt>, may_send: bool| Self {
                shell: Shell::sample(Text::verbatim("見本"), true),
                id: "n".to_owned(),
                notice,
                places: vec![Text::new("notice-reach-all")],
                remind: may_send.then_some(3),
                numbers: vec![
                    ("/notices/n#readers".to_owned(), "notice-readers-all", 2, true),
                    ("/notices/n?is=unread#readers".to_owned(), "notice-unread", 1, false),
                ],
                next: may_send.then(|| "/notices/n?after=f#readers".to_owned()),
                facilities,
                may_send,
                longest: 200,
                why: "見本".to_owned(),
                error: may_send.then(|| Text::new("people-wrong-reason").with("most", 200_i64)),
            };
            let [valid, over] = NoticeView::samples();
            vec![sample(valid, vec![read, unread], true), sample(over, Vec::new(), false)]
        }
    }

    impl Sample for FacilityNoticePage {
        fn samples() -> Vec<Self> {
            let sample = |notice, may_confirm: bool| Self {
                shell: Shell::sample(Text::verbatim("見本"), true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                id: "n".to_owned(),
                notice,
                did: may_confirm.then(|| Text::new("notice-opened-at").with("at", NOW)),
                may_confirm,
            };
            let [valid, over] = NoticeView::samples();
            vec![sample(valid, true), sample(over, false)]
        }
    }

    impl Sample for NoticeFormPage {
        fn samples() -> Vec<Self> {
            let choice = |value: &str, text, chosen| Choice { value: value.to_owned(), text, chosen };
            let sample = |corrects: Option<String>, more: bool, error| Self {
                shell: Shell::sample("notice-new", true),
                action: "/notices".to_owned(),
                corrects,
                title: "見本".to_owned(),
                body: "見本".to_owned(),
                weights: vec![
                    choice("normal", Text::new("notice-weight-normal"), true),
                    choice("emergency", Text::new("notice-weight-emergency"), false),
                ],
                until: "2026-08-10".to_owned(),
                remind: "3".to_owned(),
                reach: "areas".to_owned(),
                areas: if more { vec![choice("a", Text::verbatim("見本"), true)] } else { Vec::new() },
                facilities: vec![choice("f", Text::verbatim("さくら架空診療所"), false)],
                more,
                longest_title: 60,
                longest_body: 1_500,
                error,
            };
            vec![sample(None, true, Some(Text::new("notice-wrong-all"))), sample(Some("n".to_owned()), false, None)]
        }
    }
}
