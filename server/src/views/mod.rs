//! What templates see: typed views with words ready for people, never rows. Every view has samples; one test renders them all.
//! A template may compare and loop; it decides nothing.

mod account;
mod alerts;
mod application;
mod areas;
pub(crate) mod assets;
mod backup_note;
mod banner;
mod boxes;
mod calendar;
mod connections;
mod device;
mod disaster;
mod enrolment;
mod error;
mod evidence;
mod export;
mod former;
mod ledger;
mod let_in;
mod log;
mod loss;
mod mail;
mod membership;
mod notices;
mod overview;
mod own_rules;
mod papers;
mod people;
mod places;
mod qr;
mod rules;
mod self_check;
mod staff;
mod state;
mod steps;
mod today;
mod trend;
mod wrong;

pub(crate) use account::{
    AccountAppPage, AccountLine, AccountPage, AccountPasswordPage, AccountsPage, AppForm, EventLine, IssuedLink, IssuedLinkPage, KeptPage,
    LostPage, NewPasskeyPage, OidcLine, OidcLinkPage, PasskeyForm, PasskeyLine, PasskeyOffer, PasswordForm, RecoveryPage, SessionLine,
    SetupAppPage, SetupChoicePage, SetupPasswordPage, SignInPage, StartPage, StepUpPage,
};
pub(crate) use alerts::{AlertLine, Alerts};
pub(crate) use application::{ApplicationPage, Proof, WithdrawForm};
pub(crate) use areas::{AreaFacility, AreaLine, AreaPage, AreasPage};
pub(crate) use backup_note::BackupNote;
pub(crate) use banner::{Banner, BannerKind};
pub(crate) use boxes::Boxes;
pub(crate) use calendar::CalendarPage;
pub(crate) use connections::{ConnectionIssuedPage, ConnectionsPage, DeliveryLine, HookForm, HookLine, TokenForm, TokenLine};
pub(crate) use device::{
    CardView, ChangeLine, CheckLine, ClauseGroup, ClauseLine, DevicePage, Permit, PersonalDevicePage, Sent, SortPage, VerdictView, Viewed,
};
pub(crate) use disaster::{
    Choice, DisasterPage, DisasterPaperPage, ExceptionFile, ExceptionForm, ExceptionLine, FacilityDisasterPage, FileStep,
};
pub(crate) use enrolment::{Candidate, CodeIssuedPage, CodeLine, CodesPage, IssuedCode, PendingPage, Place, Suspicion};
pub(crate) use error::{ErrorPage, ExpiredPage};
pub(crate) use evidence::EvidencePage;
pub(crate) use export::ExportPage;
pub(crate) use former::{FormerLine, FormerPage};
pub(crate) use ledger::{LedgerCardPage, LedgerLine, LedgerPage, NewInLedger};
pub(crate) use let_in::{DoorPage, GonePage, JoinPage, LetInForm, LetInLine, LetInPage};
pub(crate) use log::{DayHead, LogFilter, LogLine, LogPage};
pub(crate) use loss::{Custody, LossPage, Missing, Protection};
pub(crate) use mail::{AccountMailPage, ConfirmMailPage, LetterLine, LettersPage, MailNote, MailSection};
pub(crate) use membership::{
    IntakeLine, IntakesPage, MemberAct, MemberForm, MembershipPage, NewIntakePage, PublicFacilitiesPage, PublicLine,
};
pub(crate) use notices::{FacilityNoticePage, NoticeFormPage, NoticeLine, NoticePage, NoticeView, NoticesPage, ReaderLine, ReadersAt};
pub(crate) use overview::{Excepted, FacilityLine, Find, FoundDevice, RegionPage, SilenceView, VersionLine};
pub(crate) use own_rules::{FiledView, ListedFiling, OwnField, OwnGroup, OwnLine, OwnRulesListPage, OwnRulesPage};
pub(crate) use papers::{
    ActForm, DecisionLine, DecisionsPage, FacilityLinkLine, FacilityLinkPage, FacilityLinksPage, FileLine, FormField, IncidentLine,
    IncidentsPage, MeasureLine, MeasuresPage, PaperFiles, PaperFormPage, PaperLine, PaperPage, PaperPrintPage, PapersPage, PolicyLine,
    PolicyPage, Seal,
};
pub(crate) use people::{
    AppointPage, AppointedPage, ConfirmPage, Deputies, ExcludedLine, ExcludedPage, HeldLine, KnownLine, PastLine, PeoplePage, Seat,
    VacanciesPage, Vacant,
};
pub(crate) use places::{DeviceLine, FacilityPage};
pub(crate) use qr::Qr;
pub(crate) use rules::{ConflictLine, RuleGroup, RuleLine, RulesPage, WhatIsCheckedPage, kept};
pub(crate) use self_check::{AskedQuestion, SelfCheckLine, SelfCheckPage, Tick};
pub(crate) use staff::{
    PledgesPage, ReviewLine, StaffAct, StaffCountsPage, StaffField, StaffFormPage, StaffImportPage, StaffLine, StaffMemberPage, StaffPage,
    StaffRegionLine, StaffRegionPage, StaffSheetPage, Ticked, TrainingLine, TrainingPage,
};
pub(crate) use state::{Count, Mark, Moment};
pub(crate) use steps::StepLine;
pub(crate) use today::{ClauseName, ListedPage, TodayPage, TodoLine};
pub(crate) use trend::Chart;
pub(crate) use wrong::wrong_field;

use hashimori_shared::lang::{Lang, Words};

use crate::words::{Text, Value};

/// Words that come with their language: those of a pack or a verdict, which may be there in Japanese only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub text: String,
    /// Tag, for `lang`.
    pub lang: &'static str,
}

impl Said {
    pub(crate) fn new(text: impl Into<String>, lang: Lang) -> Self {
        Self { text: text.into(), lang: lang.tag() }
    }

    /// A pack's words for a reader of that language.
    pub(crate) fn of(words: &Words, lang: Lang) -> Self {
        Self::new(words.get(lang), words.lang_of(lang))
    }
}

/// What surrounds every page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// In which language.
    pub lang: Lang,
    /// Title of page and heading.
    pub title: String,
    /// CSRF token for the page's forms.
    pub csrf: String,
    /// Who is signed in.
    pub who: Option<Who>,
    /// Path of the page, for coming back to it in another language.
    pub here: String,
    /// The revision of things that the page shows, where it renews itself.
    pub live: Option<String>,
    /// 災害時特例 that hold, and drills.
    pub banners: Vec<Banner>,
}

/// The signed-in person, for the page's head.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// Name.
    pub name: String,
    /// Key of the role's word.
    pub role: &'static str,
    /// The main pages: path, key of the words.
    pub pages: Vec<(String, &'static str)>,
}

impl Shell {
    /// Around a page that renews itself while this revision does not hold any more.
    pub(crate) fn live(self, revision: String) -> Self {
        Self { live: Some(revision), ..self }
    }

    /// The sentence of the catalogue with this key.
    pub(crate) fn t(&self, key: &'static str) -> String {
        Text::new(key).in_lang(self.lang)
    }

    /// The same with a number, `$n`.
    pub(crate) fn tn(&self, key: &'static str, n: impl Into<Value>) -> String {
        Text::new(key).with("n", n).in_lang(self.lang)
    }

    /// What a view has to say.
    pub(crate) fn say(&self, text: impl Into<Text>) -> String {
        text.into().in_lang(self.lang)
    }

    /// The sentence with a name in it, `$name`.
    pub(crate) fn named(&self, key: &'static str, name: impl Into<Value>) -> String {
        Text::new(key).with("name", name).in_lang(self.lang)
    }

    /// A sentence of which one part stands out or is a link, `<` and `>` around it in the catalogue: what is before, the part, what
    /// is after.
    pub(crate) fn cut(&self, text: impl Into<Text>) -> (String, String, String) {
        let said = text.into().in_lang(self.lang);
        let (before, rest) = said.split_once('<').unwrap_or((&said, ""));
        let (part, after) = rest.split_once('>').unwrap_or((rest, ""));
        (before.to_owned(), part.to_owned(), after.to_owned())
    }

    /// Said beside something else: in brackets.
    pub(crate) fn aside(&self, text: impl Into<Value>) -> String {
        Text::new("frame-aside").with("text", text).in_lang(self.lang)
    }

    /// The languages that the page is not in.
    pub(crate) fn other_langs(&self) -> impl Iterator<Item = Lang> {
        let lang = self.lang;
        Lang::ALL.into_iter().filter(move |other| *other != lang)
    }

    /// How long ago.
    pub(crate) fn ago(&self, at: &Moment) -> String {
        at.ago().in_lang(self.lang)
    }

    /// An instant, exactly; JST.
    pub(crate) fn exact(&self, at: &Moment) -> String {
        at.exact(self.lang)
    }

    /// A clause's name in the reader's language, where the pack has it.
    pub(crate) fn clause(&self, name: &ClauseName) -> Said {
        name.said(self.lang)
    }

    /// The title in the browser's frame.
    pub(crate) fn head_title(&self) -> String {
        Text::new("frame-title").with("page", self.title.clone()).in_lang(self.lang)
    }
}

/// A view that can show itself with made-up content.
#[cfg(test)]
pub(crate) trait Sample: askama::Template + Sized {
    /// Every shape of the page worth looking at.
    fn samples() -> Vec<Self>;
}

#[cfg(test)]
thread_local! {
    /// In which language samples are made.
    static SAMPLE_LANG: std::cell::Cell<Lang> = const { std::cell::Cell::new(Lang::Japanese) };
}

#[cfg(test)]
impl Shell {
    /// Around a sample; the title is a key, or a name as it is.
    pub(crate) fn sample(title: impl Into<Text>, signed_in: bool) -> Self {
        let pages = vec![("/".to_owned(), "nav-today"), ("/log".to_owned(), "nav-log")];
        let who =
            signed_in.then(|| Who { name: "見本 花子".to_owned(), role: crate::domain::people::Role::Administrator.key(), pages });
        let lang = SAMPLE_LANG.get();
        Self {
            lang,
            title: title.into().in_lang(lang),
            csrf: "見本".to_owned(),
            who,
            here: "/".to_owned(),
            live: None,
            banners: Banner::samples(signed_in),
        }
    }
}

#[cfg(test)]
mod tests;
