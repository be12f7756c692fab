//! Two regions with facilities and people, all fictional, behind the real router.

use std::sync::Arc;

use axum::Router;
use hashimori_shared::time::Timestamp;

use super::super::{Web, WebSettings, router};
use super::browser::Browser;
use crate::accounts::{Invite, invite};
use crate::clock::SetClock;
use crate::domain::ids::{FacilityId, RegionId};
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::{Store, StoreUrl};

/// 2026-08-03 09:00 JST.
pub(super) const MORNING: Timestamp = Timestamp::from_seconds(1_785_715_200);
pub(super) const PASSWORD: &str = "amber ferry crossing";

pub(super) struct World {
    pub store: Store,
    pub clock: SetClock,
    pub random: Arc<Random>,
    pub router: Router,
    pub region: RegionId,
    pub other_region: RegionId,
    /// A facility of `region`.
    pub facility: FacilityId,
    /// Another facility of `region`.
    pub neighbour: FacilityId,
    /// A facility of `other_region`.
    pub foreign: FacilityId,
    _folder: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreUrl::Sqlite(folder.path().join("store.db"))).await.expect("opens");
        let (clock, random) = (SetClock::at(MORNING), Arc::new(Random::seeded(7)));
        let master = Arc::new(MasterKey::generate(&random));
        let settings = WebSettings { secure: true, ..WebSettings::default() };
        let web = Web::new(store.clone(), Arc::new(clock.clone()), Arc::clone(&random), master, settings);
        let region = RegionId::new(random.uuid(MORNING));
        let other_region = RegionId::new(random.uuid(MORNING));
        let [facility, neighbour, foreign] = std::array::from_fn(|_| FacilityId::new(random.uuid(MORNING)));
        let world = Self { store, clock, random, router: router(web), region, other_region, facility, neighbour, foreign, _folder: folder };
        world.add_places().await;
        world
    }

    async fn add_places(&self) {
        let mut tx = self.store.begin().await.expect("begins");
        for (id, name) in [(self.region, "架空圏域"), (self.other_region, "仮想圏域")] {
            sqlx::query("INSERT INTO region (id, name, pack, created_at) VALUES ($1, $2, 'itsutsubashi-2019-02-08', 0)")
                .bind(id.to_string())
                .bind(name)
                .execute(&mut *tx)
                .await
                .expect("inserts");
        }
        for (id, region, name) in [
            (self.facility, self.region, "さくら架空診療所"),
            (self.neighbour, self.region, "もみじ架空薬局"),
            (self.foreign, self.other_region, "みなと仮想訪問看護"),
        ] {
            sqlx::query("INSERT INTO facility (id, region_id, name, created_at) VALUES ($1, $2, $3, 0)")
                .bind(id.to_string())
                .bind(region.to_string())
                .bind(name)
                .execute(&mut *tx)
                .await
                .expect("inserts");
        }
        tx.commit().await.expect("commits");
    }

    /// A one-time link's path for a person; `facility` makes an administrator.
    pub(super) async fn link(&self, region: RegionId, facility: Option<FacilityId>, login: &str) -> String {
        let wanted = Invite { region, facility, login, name: "見本 花子" };
        invite(&self.store, &self.random, crate::clock::Clock::now(&self.clock), &wanted).await.expect("invites").path
    }

    /// A browser in which this person has set up their account and is signed in; with the seed of their app.
    pub(super) async fn signed_in(
        &self,
        region: RegionId,
        facility: Option<FacilityId>,
        login: &str,
    ) -> (Browser, crate::domain::people::totp::Seed) {
        let link = self.link(region, facility, login).await;
        let mut browser = Browser::new(&self.router);
        browser.get(&link).await.status(200);
        browser.submit(&link, &[]).await.redirects_to("/setup/password");
        browser.get("/setup/password").await.status(200);
        browser.submit("/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await.redirects_to("/setup/app");
        let page = browser.get("/setup/app").await;
        let seed = page.seed();
        let code = seed.code_at(crate::clock::Clock::now(&self.clock)).expect("a code");
        browser.submit("/setup/app", &[("code", &code)]).await.redirects_to("/setup/recovery");
        (browser, seed)
    }
}
