//! Who can be invited, and the browsers in which they are signed in.

use super::{PASSWORD, World};
use crate::accounts::{Invite, invite};
use crate::clock::Clock as _;
use crate::domain::ids::{FacilityId, PersonId, RegionId};
use crate::domain::people::role::DeputyTerm;
use crate::domain::people::totp::Seed;
use crate::domain::people::{Role, Scope};
use crate::http::pages::tests::browser::Browser;
use crate::store::{facility, passkey, person};

impl World {
    /// A one-time link's path for a person; `facility` makes an administrator, else it is the 事務局.
    pub(crate) async fn link(&self, region: RegionId, facility: Option<FacilityId>, login: &str) -> String {
        let role = if facility.is_some() { Role::Administrator } else { Role::Secretariat };
        self.link_as(role, region, facility, login).await
    }

    /// The same for any role.
    pub(crate) async fn link_as(&self, role: Role, region: RegionId, facility: Option<FacilityId>, login: &str) -> String {
        let scope = facility.map_or(Scope::Region(region), |facility| Scope::Facility(region, facility));
        self.link_at(role, scope, login, "見本 花子").await
    }

    /// The same at `facility`, for somebody of another name.
    pub(crate) async fn link_named(&self, role: Role, login: &str, name: &str) -> String {
        self.link_at(role, Scope::Facility(self.region, self.facility), login, name).await
    }

    /// The same in the region.
    pub(crate) async fn link_in_region(&self, role: Role, login: &str, name: &str) -> String {
        self.link_at(role, Scope::Region(self.region), login, name).await
    }

    async fn link_at(&self, role: Role, scope: Scope, login: &str, name: &str) -> String {
        let wanted = Invite { scope, role, login, name, why: "見本", hand_over: false, deputies_everywhere: role == Role::Deputy };
        invite(&self.store, &self.random, self.clock.now(), &wanted).await.expect("invites").path
    }

    /// 代行者 act for a facility from now on.
    pub(crate) async fn allow_deputies(&self, facility: FacilityId) {
        let mut tx = self.store.begin_ledger().await.expect("begins");
        facility::put_deputy_term(&mut tx, facility, DeputyTerm { from: self.clock.now(), until: None }).await.expect("writes");
        tx.commit().await.expect("commits");
    }

    /// A browser in which this person has set up their account and is signed in; with the seed of their app.
    pub(crate) async fn signed_in(
        &self,
        region: RegionId,
        facility: Option<FacilityId>,
        login: &str,
    ) -> (Browser, crate::domain::people::totp::Seed) {
        let link = self.link(region, facility, login).await;
        self.set_up(&link).await
    }

    /// The same for any role.
    pub(crate) async fn signed_in_as(&self, role: Role, region: RegionId, facility: Option<FacilityId>, login: &str) -> (Browser, Seed) {
        let link = self.link_as(role, region, facility, login).await;
        self.set_up(&link).await
    }

    /// A browser in which the account behind this link was set up and is signed in.
    pub(crate) async fn set_up(&self, link: &str) -> (Browser, Seed) {
        let mut browser = Browser::new(&self.router);
        browser.get(link).await.status(200);
        browser.submit(link, &[]).await.redirects_to("/setup");
        browser.get("/setup/password").await.status(200);
        browser.submit("/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await.redirects_to("/setup/app");
        let page = browser.get("/setup/app").await;
        let seed = page.seed();
        let code = seed.code_at(self.clock.now()).expect("a code");
        browser.submit("/setup/app", &[("code", &code)]).await.redirects_to("/setup/recovery");
        (browser, seed)
    }

    /// An account that was never set up.
    pub(crate) async fn add_person(&self, region: RegionId, facility: FacilityId, login: &str) -> PersonId {
        self.link_as(Role::Auditor, region, Some(facility), login).await;
        self.person(login).await
    }

    /// The id of whoever has this sign-in name.
    pub(crate) async fn person(&self, login: &str) -> PersonId {
        let login = crate::domain::people::Login::parse(login).expect("a sign-in name");
        person::find_by_login(self.store.read(), &login).await.expect("reads").expect("a person").id
    }

    /// The id of this person's first passkey.
    pub(crate) async fn store_passkey(&self, login: &str) -> String {
        let owner = self.person(login).await;
        passkey::list(self.store.read(), owner).await.expect("reads").first().expect("a passkey").id.to_string()
    }

    /// The code that the app with this seed shows now.
    pub(crate) fn code(&self, seed: &Seed) -> String {
        seed.code_at(self.clock.now()).expect("a code")
    }
}
