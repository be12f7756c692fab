//! Two regions with facilities and people, all fictional, behind the real router.

use std::sync::Arc;

use axum::Router;
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::BootId;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, Report};
use hashimori_shared::time::Timestamp;
use tokio::sync::watch;

use super::super::{Parts, Web, WebSettings, router};
use super::browser::Browser;
use crate::accounts::{Invite, invite};
use crate::clock::{Clock as _, SetClock};
use crate::domain::act::Actor;
use crate::domain::area::Area;
use crate::domain::device::{Ownership, Standing};
use crate::domain::disaster::Reach;
use crate::domain::enrolment::CodeWish;
use crate::domain::ids::{AreaId, CodeId, DeviceId, ExceptionId, FacilityId, NoticeId, PaperId, PersonId, RegionId};
use crate::domain::judge::{Judge, Rules};
use crate::domain::notice::{Notice, Reach as NoticeReach, Weight, Wish as NoticeWish};
use crate::domain::paper::{Kind, Period, Wish};
use crate::domain::people::role::DeputyTerm;
use crate::domain::people::totp::Seed;
use crate::domain::people::{Role, Scope};
use crate::domain::staff::Details;
use crate::domain::webhook::Networks;
use crate::exceptions;
use crate::pki::{Authority, Hands, Pki, Tickets, create_authority};
use crate::random::Random;
use crate::rules::RuleBook;
use crate::secrets::MasterKey;
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, NewDevice};
use crate::store::facility::Facility;
use crate::store::ingest::{self, Ingest, NewReport, Submission};
use crate::store::paper::{self, NewPaper};
use crate::store::region::Region;
use crate::store::staff::{self, Registrar};
use crate::store::{Store, StoreUrl, area, facility, meta, notice, passkey, person, rank, region};

/// 2026-08-03 09:00 JST.
pub(super) const MORNING: Timestamp = Timestamp::from_seconds(1_785_715_200);
/// Address of the web port.
pub(super) const ORIGIN: &str = "https://hashimori.example";
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
    pub pack: Arc<Pack>,
    pub root_pin: [u8; 10],
    pub master: Arc<MasterKey>,
    /// The edition that pages follow.
    pub books: crate::rules::Rules,
    ingest: Ingest,
    _rules: watch::Sender<Arc<dyn Judge>>,
    _folder: tempfile::TempDir,
}

async fn authority(store: &Store, master: &MasterKey, random: &Random) -> Pki {
    let mut tx = store.begin().await.expect("begins");
    let names = vec!["collector.example".to_owned()];
    create_authority(&mut tx, &names, Hands { master, random, now: MORNING }).await.expect("made");
    tx.commit().await.expect("commits");
    Pki::new(Authority::load(store, master).await.expect("loads"), Arc::new(Tickets::default()))
}

/// Tests listen on this machine.
pub(super) fn this_machine() -> Networks {
    Networks(["127.0.0.0/8", "::1"].map(|text| text.parse().expect("a network")).into())
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreUrl::Sqlite(folder.path().join("store.db"))).await.expect("opens");
        let (clock, random) = (SetClock::at(MORNING), Arc::new(Random::seeded(7)));
        let master = Arc::new(MasterKey::generate(&random));
        let pki = Arc::new(authority(&store, &master, &random).await);
        let (pack, root_pin) = (Arc::new(Pack::bundled()), pki.authority().root_pin);
        let judge: Arc<dyn Judge> = Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()));
        let (rules, judge) = watch::channel(judge);
        let books = crate::rules::Rules::new(RuleBook::load(None, None).expect("the bundled ones"));
        meta::ensure_epoch(&store, &random).await.expect("an epoch");
        let limits = ingest::Settings { judge, queue: 64, batch: 64 };
        let (ingest, _) = Ingest::start(store.clone(), limits).await.expect("starts");
        let web = Web::new(Parts {
            store: store.clone(),
            clock: Arc::new(clock.clone()),
            random: Arc::clone(&random),
            master: Arc::clone(&master),
            books: books.books(),
            pki,
            settings: WebSettings {
                secure: true,
                device_address: "collector.example:8443".to_owned(),
                public_url: ORIGIN.to_owned(),
                trusted_proxies: Vec::new(),
                daily_backup: true,
                mail: true,
                webhooks: this_machine(),
            },
        });
        let region = RegionId::new(random.uuid(MORNING));
        let other_region = RegionId::new(random.uuid(MORNING));
        let [facility, neighbour, foreign] = std::array::from_fn(|_| FacilityId::new(random.uuid(MORNING)));
        let router = router(web);
        let world = Self {
            store,
            clock,
            random,
            router,
            region,
            other_region,
            facility,
            neighbour,
            foreign,
            pack,
            root_pin,
            master,
            books,
            ingest,
            _rules: rules,
            _folder: folder,
        };
        world.add_places().await;
        world
    }

    async fn add_places(&self) {
        let mut tx = self.store.begin().await.expect("begins");
        for (id, name) in [(self.region, "架空圏域"), (self.other_region, "仮想圏域")] {
            let region = Region { id, name: name.to_owned(), pack: Pack::bundled().id().to_owned(), created_at: MORNING };
            region::insert(&mut tx, &region).await.expect("inserts");
        }
        for (id, region, name) in [
            (self.facility, self.region, "さくら架空診療所"),
            (self.neighbour, self.region, "もみじ架空薬局"),
            (self.foreign, self.other_region, "みなと仮想訪問看護"),
        ] {
            facility::insert(&mut tx, &Facility { id, region, name: name.to_owned(), created_at: MORNING }).await.expect("inserts");
        }
        tx.commit().await.expect("commits");
    }

    /// A one-time link's path for a person; `facility` makes an administrator, else it is the 事務局.
    pub(super) async fn link(&self, region: RegionId, facility: Option<FacilityId>, login: &str) -> String {
        let role = if facility.is_some() { Role::Administrator } else { Role::Secretariat };
        self.link_as(role, region, facility, login).await
    }

    /// The same for any role.
    pub(super) async fn link_as(&self, role: Role, region: RegionId, facility: Option<FacilityId>, login: &str) -> String {
        let scope = facility.map_or(Scope::Region(region), |facility| Scope::Facility(region, facility));
        self.link_at(role, scope, login, "見本 花子").await
    }

    /// The same at `facility`, for somebody of another name.
    pub(super) async fn link_named(&self, role: Role, login: &str, name: &str) -> String {
        self.link_at(role, Scope::Facility(self.region, self.facility), login, name).await
    }

    /// The same in the region.
    pub(super) async fn link_in_region(&self, role: Role, login: &str, name: &str) -> String {
        self.link_at(role, Scope::Region(self.region), login, name).await
    }

    async fn link_at(&self, role: Role, scope: Scope, login: &str, name: &str) -> String {
        let wanted = Invite { scope, role, login, name, why: "見本", hand_over: false, deputies_everywhere: role == Role::Deputy };
        invite(&self.store, &self.random, self.clock.now(), &wanted).await.expect("invites").path
    }

    /// 代行者 act for a facility from now on.
    pub(super) async fn allow_deputies(&self, facility: FacilityId) {
        let mut tx = self.store.begin_ledger().await.expect("begins");
        facility::put_deputy_term(&mut tx, facility, DeputyTerm { from: self.clock.now(), until: None }).await.expect("writes");
        tx.commit().await.expect("commits");
    }

    /// A browser in which this person has set up their account and is signed in; with the seed of their app.
    pub(super) async fn signed_in(
        &self,
        region: RegionId,
        facility: Option<FacilityId>,
        login: &str,
    ) -> (Browser, crate::domain::people::totp::Seed) {
        let link = self.link(region, facility, login).await;
        self.set_up(&link).await
    }

    /// The same for any role.
    pub(super) async fn signed_in_as(&self, role: Role, region: RegionId, facility: Option<FacilityId>, login: &str) -> (Browser, Seed) {
        let link = self.link_as(role, region, facility, login).await;
        self.set_up(&link).await
    }

    /// A browser in which the account behind this link was set up and is signed in.
    pub(super) async fn set_up(&self, link: &str) -> (Browser, Seed) {
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

    /// A device in 登録待ち.
    pub(super) async fn add_device(&self, region: RegionId, facility: FacilityId, label: &str) -> DeviceId {
        self.add_device_of(Ownership::Managed, region, facility, label).await
    }

    /// The same, whosever it is.
    pub(super) async fn add_device_of(&self, ownership: Ownership, region: RegionId, facility: FacilityId, label: &str) -> DeviceId {
        let id = DeviceId::new(self.random.uuid(MORNING));
        let new = NewDevice {
            id,
            region,
            facility,
            label: label.to_owned(),
            ownership,
            class: DeviceClass::Laptop,
            standing: Standing::Pending,
            enrolled_at: MORNING,
            confirmed_by: None,
        };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        device::insert(&mut tx, &new).await.expect("inserts");
        tx.commit().await.expect("commits");
        id
    }

    /// An account that was never set up.
    pub(super) async fn add_person(&self, region: RegionId, facility: FacilityId, login: &str) -> PersonId {
        self.link_as(Role::Auditor, region, Some(facility), login).await;
        self.person(login).await
    }

    /// The id of whoever has this sign-in name.
    pub(super) async fn person(&self, login: &str) -> PersonId {
        let login = crate::domain::people::Login::parse(login).expect("a sign-in name");
        person::find_by_login(self.store.read(), &login).await.expect("reads").expect("a person").id
    }

    /// The id of this person's first passkey.
    pub(super) async fn store_passkey(&self, login: &str) -> String {
        let owner = self.person(login).await;
        passkey::list(self.store.read(), owner).await.expect("reads").first().expect("a passkey").id.to_string()
    }

    /// The code that the app with this seed shows now.
    pub(super) fn code(&self, seed: &Seed) -> String {
        seed.code_at(self.clock.now()).expect("a code")
    }

    /// An enrolment code.
    pub(super) async fn add_code(&self, region: RegionId, facility: FacilityId) -> CodeId {
        let wish = CodeWish { region, facility, uses: 1, hours: 1, auto_confirm: false, ownership: Ownership::Managed };
        let (issued, _) = wish.issue([0; 10], MORNING, &self.random).expect("issued");
        let mut tx = self.store.begin().await.expect("begins");
        tx.insert_code(&issued, "operator").await.expect("inserts");
        tx.commit().await.expect("commits");
        issued.id
    }

    /// A 持出届 that waits for an approval, for five days from today.
    pub(super) async fn add_paper(&self, region: RegionId, facility: FacilityId, device: Option<DeviceId>, applicant: &str) -> PaperId {
        let now = self.clock.now();
        let today = Timestamp::from_seconds(now.seconds() - (now.seconds() + 9 * 3600).rem_euclid(86_400));
        let wish = Wish {
            applicant: applicant.to_owned(),
            device,
            period: Period { from: today, until: today.plus_days(5) },
            values: [("contents", "見本"), ("medium", "見本"), ("purpose", "見本")].map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
            on: None,
        };
        let id = PaperId::new(self.random.uuid(now));
        let by = PersonId::new(self.random.uuid(now));
        let by = Actor::Person(by);
        let (kind, exception, own_hash) = (Kind::TakeOut, None, None);
        let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: None, exception, own_hash, by, at: now };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        paper::insert(&mut tx, &new).await.expect("inserts");
        tx.commit().await.expect("commits");
        id
    }

    /// Somebody on a facility's list of staff, from today on; their number.
    pub(super) async fn add_member(&self, region: RegionId, facility: FacilityId, name: &str) -> i64 {
        let now = self.clock.now();
        let joined = Timestamp::from_seconds(now.seconds() - (now.seconds() + 9 * 3600).rem_euclid(86_400));
        let details = Details { name: name.to_owned(), job: "看護師".to_owned(), joined, mcs_id: String::new() };
        let registrar = Registrar { random: &self.random, by: PersonId::new(self.random.uuid(now)), at: now };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        let number = staff::insert(&mut tx, Home { region, facility }, &[details], registrar).await.expect("inserts");
        tx.commit().await.expect("commits");
        number
    }

    /// A 災害時特例 of a region, for drill: whatever else a test looks at stays as it was.
    pub(super) async fn add_exception(&self, region: RegionId) -> ExceptionId {
        self.activate(region, true).await
    }

    /// A 災害時特例 of a region, for drill or not.
    pub(super) async fn activate(&self, region: RegionId, drill: bool) -> ExceptionId {
        let act =
            exceptions::Act {
                random: &self.random, doer: None, why: "見本".to_owned(), event_at: self.clock.now(), now: self.clock.now()
            };
        let mut tx = self.store.begin().await.expect("begins");
        let basis = ("見本".to_owned(), drill);
        let made = exceptions::activate(&mut tx, &act, (region, Reach::Region), basis, 7).await.expect("activates");
        tx.commit().await.expect("commits");
        made.id
    }

    /// A notice to these, valid for a week.
    pub(super) async fn add_notice(&self, region: RegionId, reach: NoticeReach) -> NoticeId {
        let now = self.clock.now();
        let said = NoticeWish {
            title: "見本".to_owned(),
            body: "見本".to_owned(),
            weight: Weight::Normal,
            until: now.plus_days(7),
            remind_days: None,
        };
        let new = Notice { id: NoticeId::new(self.random.uuid(now)), region, said, sent_at: now, corrects: None, ended: None };
        let mut tx = self.store.begin().await.expect("begins");
        notice::insert(&mut tx, &new, &reach, PersonId::new(self.random.uuid(now))).await.expect("inserts");
        tx.commit().await.expect("commits");
        new.id
    }

    /// An area with these facilities in it.
    pub(super) async fn add_area(&self, region: RegionId, name: &str, facilities: &[FacilityId]) -> AreaId {
        let new = Area { id: AreaId::new(self.random.uuid(self.clock.now())), region, name: name.to_owned() };
        let mut tx = self.store.begin().await.expect("begins");
        assert!(area::insert(&mut tx, &new, MORNING).await.expect("inserts"), "{name} is taken");
        area::add_facilities(&mut tx, &new, facilities).await.expect("inserts");
        tx.commit().await.expect("commits");
        new.id
    }

    /// How a device stands.
    pub(super) async fn standing(&self, device: &str) -> Option<String> {
        for facility in [self.facility, self.neighbour, self.foreign] {
            let id = device.parse().expect("an id");
            if let Some(found) = device::find(&self.store, facility, id).await.expect("reads") {
                return Some(found.standing.as_str().to_owned());
            }
        }
        None
    }

    /// A person confirms a device.
    pub(super) async fn confirm(&self, facility: FacilityId, id: DeviceId) {
        let decision = Decision { standing: Standing::Active, by: "見本".to_owned(), at: self.clock.now() };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        assert!(device::stand(&mut tx, facility, id, &[Standing::Pending], &decision).await.expect("writes"));
        tx.commit().await.expect("commits");
    }

    /// Details of the operation log's entries about one kind of act, oldest first.
    pub(super) async fn acts(&self, what: &str) -> Vec<String> {
        let query = sqlx::query_scalar("SELECT detail FROM log_entry WHERE what = $1 ORDER BY id").bind(what.to_owned());
        query.fetch_all(self.store.read()).await.expect("reads")
    }

    /// How a device stands from now on, whatever came before.
    pub(super) async fn stand(&self, facility: FacilityId, id: DeviceId, standing: Standing) {
        let decision = Decision { standing, by: "見本".to_owned(), at: self.clock.now() };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        assert!(device::stand(&mut tx, facility, id, Standing::ALL, &decision).await.expect("writes"));
        tx.commit().await.expect("commits");
    }

    /// What is due is judged anew, as the sweeper does.
    pub(super) async fn sweep(&self) {
        while self.ingest.rejudge(self.clock.now()).await.expect("runs").more {}
    }

    /// Facilities are put in order anew, as the job does.
    pub(super) async fn rank(&self) {
        while rank::refresh(&self.store, self.clock.now().jst_day(), &self.pack.parameters().staleness).await.expect("ranks") {}
    }

    /// A device checks in with a report, through the writer.
    pub(super) async fn report(&self, facility: FacilityId, id: DeviceId, report: &Report) {
        self.report_under(facility, id, (BootId::from_bytes(self.random.bytes()), 1), report).await;
    }

    /// The same under this key.
    pub(super) async fn report_under(&self, facility: FacilityId, id: DeviceId, (boot, seq): (BootId, u64), report: &Report) {
        let device = device::find(&self.store, facility, id).await.expect("reads").expect("a device").n;
        let json = serde_json::to_vec(report).expect("json");
        let now = self.clock.now();
        let body = ingest::Body::Report(Box::new(NewReport::new(&json, report.clone()).expect("packs")));
        let submission =
            Submission { device, boot, seq, observed_at: now, sent_at: now, received_at: now, have_verdict: None, dropped: 0, body };
        self.ingest.submit(submission).await.expect("stored");
        self.ingest.fold().await.expect("folded");
    }
}
