//! What a test adds: devices, codes, papers, staff, exceptions, notices and areas.

use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;

use super::{MORNING, World};
use crate::clock::Clock as _;
use crate::domain::act::Actor;
use crate::domain::area::Area;
use crate::domain::device::{Ownership, Standing};
use crate::domain::disaster::Reach;
use crate::domain::enrolment::CodeWish;
use crate::domain::ids::{AreaId, CodeId, DeviceId, ExceptionId, FacilityId, NoticeId, PaperId, PersonId, RegionId};
use crate::domain::notice::{Notice, Reach as NoticeReach, Weight, Wish as NoticeWish};
use crate::domain::paper::{Fit, Format, Kind, Period, Wish};
use crate::domain::staff::Details;
use crate::exceptions;
use crate::store::belonging::Home;
use crate::store::device::{self, NewDevice};
use crate::store::paper::{self, Added, NewAttachment, NewPaper};
use crate::store::staff::{self, Registrar};
use crate::store::{area, notice};

impl World {
    /// A device in 登録待ち.
    pub(crate) async fn add_device(&self, region: RegionId, facility: FacilityId, label: &str) -> DeviceId {
        self.add_device_of(Ownership::Managed, region, facility, label).await
    }

    /// The same, whosever it is.
    pub(crate) async fn add_device_of(&self, ownership: Ownership, region: RegionId, facility: FacilityId, label: &str) -> DeviceId {
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

    /// An enrolment code.
    pub(crate) async fn add_code(&self, region: RegionId, facility: FacilityId) -> CodeId {
        let wish = CodeWish { region, facility, uses: 1, hours: 1, auto_confirm: false, ownership: Ownership::Managed };
        let (issued, _) = wish.issue([0; 10], MORNING, &self.random).expect("issued");
        let mut tx = self.store.begin().await.expect("begins");
        tx.insert_code(&issued, "operator").await.expect("inserts");
        tx.commit().await.expect("commits");
        issued.id
    }

    /// A 持出届 that waits for an approval, for five days from today.
    pub(crate) async fn add_paper(&self, region: RegionId, facility: FacilityId, device: Option<DeviceId>, applicant: &str) -> PaperId {
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

    /// A file of a paper; its number.
    pub(crate) async fn add_file(&self, paper: PaperId) -> i64 {
        let fit = Fit { name: "見本.pdf".to_owned(), format: Format::Pdf };
        let (by, at) = (PersonId::new(self.random.uuid(MORNING)), self.clock.now());
        let new = NewAttachment { paper, fit: &fit, sha256: "見本", remark: "", body: b"%PDF-", by, at };
        let mut tx = self.store.begin_ledger().await.expect("begins");
        let added = paper::insert_attachment(&mut tx, &new).await.expect("inserts");
        tx.commit().await.expect("commits");
        let Added::As(n) = added else { panic!("{added:?}") };
        n
    }

    /// Somebody on a facility's list of staff, from today on; their number.
    pub(crate) async fn add_member(&self, region: RegionId, facility: FacilityId, name: &str) -> i64 {
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
    pub(crate) async fn add_exception(&self, region: RegionId) -> ExceptionId {
        self.activate(region, true).await
    }

    /// A 災害時特例 of a region, for drill or not.
    pub(crate) async fn activate(&self, region: RegionId, drill: bool) -> ExceptionId {
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
    pub(crate) async fn add_notice(&self, region: RegionId, reach: NoticeReach) -> NoticeId {
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
    pub(crate) async fn add_area(&self, region: RegionId, name: &str, facilities: &[FacilityId]) -> AreaId {
        let new = Area { id: AreaId::new(self.random.uuid(self.clock.now())), region, name: name.to_owned() };
        let mut tx = self.store.begin().await.expect("begins");
        assert!(area::insert(&mut tx, &new, MORNING).await.expect("inserts"), "{name} is taken");
        area::add_facilities(&mut tx, &new, facilities).await.expect("inserts");
        tx.commit().await.expect("commits");
        new.id
    }
}
