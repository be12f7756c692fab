//! What templates see: typed views with words ready for people, never rows. Every view has samples; one test renders them all.
//! A template may compare and loop; it decides nothing.

mod account;
mod device;
mod enrolment;
mod error;
mod people;
mod places;
mod qr;
mod rules;
mod self_check;
mod state;

pub(crate) use account::{
    AccountAppPage, AccountLine, AccountPage, AccountPasswordPage, AccountsPage, AppForm, EventLine, IssuedLink, IssuedLinkPage, KeptPage,
    LostPage, NewPasskeyPage, PasskeyForm, PasskeyLine, PasskeyOffer, PasswordForm, RecoveryPage, SessionLine, SetupAppPage,
    SetupChoicePage, SetupPasswordPage, SignInPage, StartPage, StepUpPage,
};
pub(crate) use device::{CheckLine, ClauseGroup, ClauseLine, DevicePage, PersonalDevicePage, Sent, VerdictView};
pub(crate) use enrolment::{Candidate, CodeIssuedPage, CodeLine, CodesPage, IssuedCode, PendingPage, Place, Suspicion};
pub(crate) use error::{ErrorPage, ExpiredPage};
pub(crate) use people::{
    AppointPage, AppointedPage, ConfirmPage, Deputies, ExcludedLine, ExcludedPage, HeldLine, KnownLine, PastLine, PeoplePage, Seat,
    VacanciesPage, Vacant,
};
pub(crate) use places::{DeviceLine, FacilityLine, FacilityPage, RegionPage};
pub(crate) use qr::Qr;
pub(crate) use rules::{ConflictLine, RuleGroup, RuleLine, RulesPage, WhatIsCheckedPage};
pub(crate) use self_check::{AskedQuestion, SelfCheckLine, SelfCheckPage, Tick};
pub(crate) use state::{Count, Mark, Moment};

use hashimori_shared::lang::Lang;

use crate::words::{Text, Value};

/// Part of the assets' addresses: raise it with every change of a stylesheet or icon.
pub(crate) const ASSETS: &str = env!("CARGO_PKG_VERSION");

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
}

/// The signed-in person, for the page's head.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// Name.
    pub name: String,
    /// Key of the role's word.
    pub role: &'static str,
}

impl Shell {
    /// The sentence of the catalogue with this key.
    pub(crate) fn t(&self, key: &'static str) -> String {
        Text::new(key).in_lang(self.lang)
    }

    /// The same with a number, `$n`.
    pub(crate) fn tn(&self, key: &'static str, n: impl Into<Value>) -> String {
        Text::new(key).with("n", n).in_lang(self.lang)
    }

    /// What a view has to say.
    pub(crate) fn say(&self, text: impl std::borrow::Borrow<Text>) -> String {
        text.borrow().in_lang(self.lang)
    }

    /// How long ago.
    pub(crate) fn ago(&self, at: &Moment) -> String {
        at.ago().in_lang(self.lang)
    }

    /// An instant, exactly; JST.
    pub(crate) fn exact(&self, at: &Moment) -> String {
        at.exact(self.lang)
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
impl Shell {
    pub(crate) fn sample(title: &str, signed_in: bool) -> Self {
        let who = signed_in.then(|| Who { name: "見本 花子".to_owned(), role: crate::domain::people::Role::Administrator.key() });
        Self { lang: Lang::Japanese, title: title.to_owned(), csrf: "見本".to_owned(), who }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render<V: Sample>() {
        for view in V::samples() {
            let html = view.render().unwrap_or_else(|e| panic!("{}: {e}", std::any::type_name::<V>()));
            let name = std::any::type_name::<V>();
            assert!(html.contains("<html lang=\"ja\">") && html.ends_with("</html>"), "{name} is a whole page");
            let inline = html.matches("<script").count() - html.matches("<script src=\"/assets/").count();
            assert!(!html.contains("style=") && inline == 0 && !html.contains("onclick"), "{name} obeys the CSP");
            assert_eq!(html.matches("<h1").count(), 1, "{name} has one main heading");
            let posts = html.matches("method=\"post\"").count();
            assert_eq!(posts, html.matches("name=\"csrf\"").count(), "{name}: every form carries a token");
            for control in ["input", "select", "textarea"] {
                for field in html.split(&format!("<{control} ")).skip(1) {
                    let tag = field.split('>').next().unwrap_or_default();
                    let Some(id) = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                        assert!(tag.contains("type=\"hidden\""), "{name}: a field without an id: {tag}");
                        continue;
                    };
                    assert!(html.contains(&format!("for=\"{id}\"")), "{name}: {id} has no label");
                }
            }
        }
    }

    #[test]
    fn every_template_renders_its_samples_with_labels_tokens_and_one_heading() {
        render::<SignInPage>();
        render::<LostPage>();
        render::<StepUpPage>();
        render::<KeptPage>();
        render::<SetupChoicePage>();
        render::<AccountPasswordPage>();
        render::<AccountAppPage>();
        render::<NewPasskeyPage>();
        render::<AccountPage>();
        render::<AccountsPage>();
        render::<IssuedLinkPage>();
        render::<StartPage>();
        render::<SetupPasswordPage>();
        render::<SetupAppPage>();
        render::<RecoveryPage>();
        render::<ErrorPage>();
        render::<RegionPage>();
        render::<FacilityPage>();
        render::<CodesPage>();
        render::<CodeIssuedPage>();
        render::<PendingPage>();
        render::<DevicePage>();
        render::<PersonalDevicePage>();
        render::<RulesPage>();
        render::<WhatIsCheckedPage>();
        render::<ExpiredPage>();
        render::<SelfCheckPage>();
        render::<PeoplePage>();
        render::<AppointPage>();
        render::<ConfirmPage>();
        render::<AppointedPage>();
        render::<VacanciesPage>();
        render::<ExcludedPage>();
    }
}
