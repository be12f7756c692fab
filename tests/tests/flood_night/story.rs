//! From the warning on Friday to the day on which one area goes on.

use anyhow::Context as _;
use hashimori_tests::agent::Agent;
use hashimori_tests::collector::FACILITY;
use hashimori_tests::waiting::until;

use crate::night::{BASIS, DAY, HOUR, Night, Person, field, link, says, says_not, words};

/// Where letters to two administrators go.
const NURSE: &str = "kango@hotaru.example";
const PHARMACIST: &str = "yakuzaishi@tsubame.example";

/// What happens, to whom.
pub(crate) struct Story {
    pub(crate) night: Night,
    pub(crate) office: Person,
    pub(crate) nurse: Person,
    pub(crate) head: Person,
    pub(crate) pharmacist: Person,
    /// Facilities: 周東, 玖珂, 和木.
    pub(crate) station: String,
    pub(crate) pharmacy: String,
    pub(crate) elsewhere: String,
    /// Their devices.
    pub(crate) reception: Agent,
    pub(crate) tablet: Agent,
    pub(crate) till: Agent,
    pub(crate) far: Agent,
    /// What the office wrote in the night, to be read in the morning.
    pub(crate) written: String,
    /// Areas by name.
    pub(crate) areas: Vec<(&'static str, String)>,
    /// Files of what the facility began, and of what the office did.
    pub(crate) own: String,
    pub(crate) wide: String,
    /// Papers that went ahead.
    pub(crate) taken_out: String,
    pub(crate) phone: String,
    /// What became of the reception's machine.
    pub(crate) incident: String,
}

impl Story {
    /// Three facilities in three places, four devices in use.
    pub(crate) fn on_friday_evening() -> anyhow::Result<Self> {
        let night = Night::begin()?;
        let mut office = night.person("jimukyoku", &[])?;
        let mut nurse = night.person("hotaru-kanri", &["--facility", FACILITY, "--hand-over"])?;
        let head = night.person("hotaru-shocho", &["--facility", FACILITY, "--role", "head", "--why", "所長"])?;
        let (pharmacy, elsewhere) = (night.facility("架空薬局 つばめ")?, night.facility("架空歯科 かもめ")?);
        let mut pharmacist = night.person("tsubame-kanri", &["--facility", "架空薬局 つばめ"])?;
        night.register(&mut nurse, NURSE)?;
        night.register(&mut pharmacist, PHARMACIST)?;
        let station = nurse.home()?.split('/').nth(2).context("an id")?.to_owned();
        let mut areas = Vec::new();
        for (name, facility) in [("周東", Some(&station)), ("玖珂", Some(&pharmacy)), ("美川", None), ("和木", Some(&elsewhere))] {
            let area = office.does("/areas", "/areas", &[("name", name)])?;
            if let Some(facility) = facility {
                office.does(&area, &area, &[("facility", facility)])?;
            }
            areas.push((name, area.rsplit('/').next().context("an id")?.to_owned()));
        }
        let [reception, tablet] = [night.enrol(&mut office, &station)?, night.enrol(&mut office, &station)?];
        let (till, far) = (night.enrol(&mut office, &pharmacy)?, night.enrol(&mut office, &elsewhere)?);
        let [written, own, wide, taken_out, phone, incident] = [const { String::new() }; 6];
        Ok(Self {
            night,
            office,
            nurse,
            head,
            pharmacist,
            station,
            pharmacy,
            elsewhere,
            reception,
            tablet,
            till,
            far,
            written,
            areas,
            own,
            wide,
            taken_out,
            phone,
            incident,
        })
    }

    pub(crate) fn move_to(&mut self, since: i64) -> anyhow::Result<()> {
        let agents = &mut [&mut self.reception, &mut self.tablet, &mut self.till, &mut self.far];
        self.night.move_to(since, agents)
    }

    pub(crate) fn local(&self) -> String {
        format!("/facilities/{}/disaster", self.station)
    }

    fn area(&self, name: &str) -> &str {
        self.areas.iter().find(|(known, _)| *known == name).map_or("", |(_, id)| id)
    }

    /// Sends a notice to the three areas by the river; its path.
    fn tell(&mut self, title: &str, weight: &str) -> anyhow::Result<String> {
        let areas = ["周東", "玖珂", "美川"].map(|name| self.area(name).to_owned());
        let until = self.night.day(14 * DAY);
        let mut fields = vec![("title", title), ("body", "見本の本文"), ("weight", weight), ("until", until.as_str()), ("reach", "areas")];
        fields.extend(areas.iter().map(|area| ("area", area.as_str())));
        self.office.does("/notices/new", "/notices", &fields)
    }

    /// The page of a notice at the station, and at the pharmacy.
    fn at_both(&self, notice: &str) -> [String; 2] {
        [&self.station, &self.pharmacy].map(|facility| format!("/facilities/{facility}{notice}"))
    }

    /// Waits until a letter about a notice has arrived at both.
    fn arrives(&self, notice: &str) -> anyhow::Result<()> {
        let [station, pharmacy] = self.at_both(notice);
        until("letters about a notice", || {
            let has = |address: &str, page: &String| self.night.letters_to(address).is_ok_and(|letters| letters.contains(page));
            (has(NURSE, &station) && has(PHARMACIST, &pharmacy)).then_some(())
        })
    }

    /// 17:00: no waiver; a notice to those by the river, and lists to be printed while there is power.
    pub(crate) fn the_office_warns_and_prints_and_nothing_is_waived_yet(&mut self) -> anyhow::Result<()> {
        let notice = self.tell("大雨への警戒", "important")?;
        says(&self.office.reads("/notices")?, &["2か所のうち確認0、開封のみ0、未読2"])?;
        let [station, pharmacy] = self.at_both(&notice);
        says(&self.nurse.reads(&format!("/facilities/{}/today", self.station))?, &["事務局からのお知らせ（未確認）", "大雨への警戒"])?;
        says(&self.nurse.reads(&station)?, &["見本の本文"])?;
        self.nurse.does(&station, &station, &[])?;
        says(&self.office.reads("/notices")?, &["2か所のうち確認1、開封のみ0、未読1"])?;
        says(&self.pharmacist.reads(&pharmacy)?, &["見本の本文"])?;
        says(&self.office.reads("/notices")?, &["2か所のうち確認1、開封のみ1、未読0"])?;
        says(&self.office.reads(&notice)?, &[FACILITY, "架空薬局 つばめ", "周東", "美川"])?;
        says_not(&self.office.reads(&notice)?, &["架空歯科 かもめ"])?;
        // The second channel: it is a working hour still.
        self.arrives(&notice)?;
        says(&self.office.reads("/disaster/paper")?, &["災害時特例", "氏名"])?;
        let file = self.office.page(&format!("/facilities/{}/devices.csv", self.station))?;
        for agent in [&self.reception, &self.tablet] {
            says(&file, &[&agent.device()?])?;
        }
        until("the overview to know every facility", || {
            let list = self.office.page("/export/facilities.csv").ok()?;
            says(&list, &[FACILITY, "架空薬局 つばめ", "架空歯科 かもめ", "周東", "和木"]).ok()
        })?;
        for person in [&mut self.office, &mut self.nurse, &mut self.pharmacist] {
            says_not(&person.reads("/rules")?, &["【緊急】", "発動中です"])?;
        }
        says_not(&self.office.reads("/")?, &["災害時特例中の機器"])
    }

    /// Saturday 02:30, entered at 03:00: cut off; the collector could not be reached for half an hour, either.
    pub(crate) fn a_station_cut_off_begins_by_itself(&mut self, since: i64) -> anyhow::Result<()> {
        self.night.lose_the_collector()?;
        let waits = self.tablet.check_in()?.expect(4)?;
        anyhow::ensure!(!waits.err.is_empty(), "it says that it waits");
        let agents = &mut [&mut self.reception, &mut self.tablet, &mut self.till, &mut self.far];
        self.night.wake(since, agents)?;
        self.tablet.check_in()?.expect(0)?;
        anyhow::ensure!(self.tablet.status()?["waiting"] == 0, "what waited arrived: {}", self.tablet.status()?);

        let (local, event) = (self.local(), self.night.minute(since - HOUR / 2));
        let begin = [("act", "begin"), ("why", "浸水・停電。電話で事務局に連絡"), ("basis", BASIS), ("event", event.as_str())];
        self.nurse.back(&self.night)?.does(&local, &local, &begin)?;
        let told = self.nurse.page("/rules")?;
        says(&words(&told), &["【緊急】", "仮発動中です。事務局の追認を待っています"])?;
        says(&told, &[&format!("datetime=\"{}+09:00\"", event.replacen('T', " ", 1))])?;
        says(&self.nurse.reads(&local)?, &["仮発動中（追認待ち）"])?;
        says_not(&self.pharmacist.back(&self.night)?.reads("/rules")?, &["【緊急】"])
    }

    /// 05:30: from a telephone at home.
    pub(crate) fn the_office_ratifies_it_and_covers_three_areas(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        says(&self.office.back(&self.night)?.reads("/")?, &["追認を待つ仮発動が1件あります"])?;
        // What can wait for the morning is written now, and goes on Monday.
        self.written = self.tell("避難所からの連絡先", "normal")?;
        self.own = link(&self.office.page("/disaster")?, FACILITY)?;
        let own = self.own.clone();
        says(&self.office.reads(&own)?, &["浸水・停電", "仮発動"])?;
        self.office.does(&own, &own, &[("act", "ratify"), ("days", "7"), ("why", "電話で状況を確認")])?;
        let [shuto, kuga, mikawa] = ["周東", "玖珂", "美川"].map(|name| self.area(name).to_owned());
        let areas = [("place", shuto.as_str()), ("place", kuga.as_str()), ("place", mikawa.as_str())];
        let act = [[("why", "大雨"), ("basis", BASIS), ("days", "7")].as_slice(), &areas].concat();
        self.wide = self.office.does("/disaster", "/disaster", &act)?;
        says(&self.office.reads("/")?, &["災害時特例中の機器", "災害時特例中 3 台"])?;
        let wide = self.wide.clone();
        says(&self.office.reads(&wide)?, &["周東", "玖珂", "美川", "避難指示", "発動"])?;
        for person in [&mut self.nurse, &mut self.pharmacist] {
            says(&person.back(&self.night)?.reads("/rules")?, &["【緊急】", "管理外の端末も使えます"])?;
        }
        // The exception is told at once, at any hour; the other letters wait.
        for (address, facility) in [(NURSE, &self.station), (PHARMACIST, &self.pharmacy)] {
            let page = format!("/facilities/{facility}/disaster");
            until("the letter about the exception", || self.night.letters_to(address).ok()?.contains(&page).then_some(()))?;
        }
        self.is_not_told_yet()?;
        says(&self.office.reads(&format!("/facilities/{}", self.pharmacy))?, &["災害時特例中"])?;
        let elsewhere = self.office.page(&format!("/facilities/{}", self.elsewhere))?;
        says_not(&words(elsewhere.split("<main").nth(1).unwrap_or_default()), &["災害時特例中"])
    }

    /// No letter about what was written in the night has arrived.
    fn is_not_told_yet(&self) -> anyhow::Result<()> {
        for (address, page) in [NURSE, PHARMACIST].into_iter().zip(self.at_both(&self.written)) {
            let letters = self.night.letters_to(address)?;
            anyhow::ensure!(!letters.contains(&page), "{address}: {letters:?}");
        }
        Ok(())
    }

    /// 06:30: own telephones; a name may be left out; papers go ahead; nothing blocks care, and verdicts go on underneath.
    pub(crate) fn people_use_what_they_have(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        let (local, papers) = (self.local(), format!("/facilities/{}/papers/new", self.station));
        let door = format!("{local}/door");
        self.nurse.back(&self.night)?.does(&door, &door, &[])?;
        let page = self.nurse.page(&door)?;
        let join = format!("/join/{}", page.split("/join/").nth(1).and_then(|rest| rest.split('<').next()).context("a link")?);
        for fields in [&[("name", "見本 守"), ("machine", "phone"), ("contact", "架空-0001")][..], &[("skip", "yes")]] {
            let answer = self.night.anybody()?.post(&join, &join, fields)?;
            anyhow::ensure!(answer.status == 303, "{}", words(&answer.text()));
        }
        // A telephone is asked for through the facility's link: it may be used at once.
        let links = format!("/facilities/{}/links", self.station);
        let issued = self.nurse.does(&links, &links, &[("kind", "personal_device")])?;
        let page = self.nurse.page(&issued)?;
        let apply = format!("/apply/{}", page.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).context("a link")?);
        let (from, until, tomorrow) = (self.night.day(since), self.night.day(since + 20 * DAY), self.night.day(since + DAY));
        let mut someone = self.night.anybody()?;
        let answer = someone.post(&apply, &apply, &application("髙﨑 𠮷子", (&from, &until)))?;
        let receipt = answer.header("location").with_context(|| words(&answer.text()))?.to_owned();
        says(&words(&someone.open(&receipt)?), &["第1号", "災害時特例（承認は後で）"])?;
        let list = self.nurse.page(&format!("/facilities/{}/papers?is=exempt", self.station))?;
        self.phone = newest_paper(&list)?;
        // The tablet goes out without waiting for an approval.
        let device = self.tablet.device()?;
        let notice = [
            ("kind", "take_out"),
            ("applicant", "見本 看護師"),
            ("device", device.as_str()),
            ("form", "single"),
            ("contents", "訪問予定表"),
            ("medium", "タブレット"),
            ("purpose", "避難所の訪問"),
            ("place", "架空避難所"),
            ("protection", "起動時ロック"),
            ("from", from.as_str()),
            ("until", tomorrow.as_str()),
        ];
        self.taken_out = self.nurse.does(&papers, &papers, &notice)?;
        let taken_out = self.taken_out.clone();
        says(&self.nurse.reads(&taken_out)?, &["災害時特例（承認は後で）"])?;

        for agent in [&self.reception, &self.tablet, &self.till, &self.far] {
            agent.check_in()?.expect(0)?;
            let status = agent.status()?;
            anyhow::ensure!(status["standing"] == "active" && status["headline"].is_string(), "{status}");
        }
        says(&self.nurse.reads(&format!("/devices/{device}"))?, &["災害時特例中"])
    }

    /// Day 2, a Sunday: guests with a sponsor and an end, a shared tablet, and a machine that stands under water.
    pub(crate) fn helpers_come_and_devices_are_gone(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        self.is_not_told_yet()?;
        let (let_in, gone) = (format!("{}/let-in", self.local()), format!("{}/gone", self.local()));
        self.nurse.back(&self.night)?;
        let guest = [("whose", "guest"), ("name", "見本 救子"), ("machine", "phone"), ("days", "3")];
        says(&self.nurse.is_refused(&let_in, &let_in, &guest)?, &["氏名と所属"])?;
        self.nurse.does(&let_in, &let_in, &[guest.as_slice(), &[("from", "架空医療班")]].concat())?;
        self.nurse.does(&let_in, &let_in, &[("whose", "lent"), ("name", "見本 共用"), ("machine", "tablet")])?;
        let (device, event) = (self.reception.device()?, self.night.minute(12 * HOUR));
        let flooded = [("how", "flooded"), ("why", "1階が浸水"), ("event", event.as_str()), ("device", device.as_str())];
        self.nurse.does(&gone, &gone, &flooded)?;
        let page = format!("/devices/{device}");
        says(&self.nurse.reads(&page)?, &["紛失", "1階が浸水"])?;
        // Each that is gone is an incident of its own, with what was last known of it.
        self.incident = newest_paper(&self.nurse.page(&format!("/facilities/{}/papers?kind=incident", self.station))?)?;
        let incident = self.incident.clone();
        says(&self.nurse.reads(&incident)?, &["対応中", "1階が浸水", "ディスクの暗号化", "速報（個人情報保護委員会）の期限"])?;
        // It dried, and somebody switched it on: that is told, and closes nothing.
        self.reception.check_in()?.expect(0)?;
        anyhow::ensure!(self.reception.status()?["standing"] == "held", "{}", self.reception.status()?);
        let today = format!("/facilities/{}/today", self.station);
        says(&self.nurse.reads(&today)?, &["紛失とした機器1台から通信がありました"])?;
        says(&self.nurse.reads(&page)?, &["紛失"])?;
        says(&self.office.back(&self.night)?.reads("/")?, &["災害時特例中 2 台", "対応中の事故が1件あります"])?;
        self.office.acts(&incident, "tell_secretariat", &[("why", "架空医院から電話")]).map(drop)
    }

    /// Day 6.
    pub(crate) fn one_area_goes_on_and_the_others_are_lifted(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        let written = self.written.clone();
        self.arrives(&written)?;
        let wide = self.wide.clone();
        let [kuga, mikawa] = ["玖珂", "美川"].map(|name| self.area(name).to_owned());
        let lift = [("act", "lift-in"), ("why", "玖珂・美川は復旧"), ("place", kuga.as_str()), ("place", mikawa.as_str())];
        self.office.back(&self.night)?.does(&wide, &wide, &lift)?;
        self.office.does(&wide, &wide, &[("act", "extend"), ("days", "7"), ("why", "周東は続く")])?;
        says(&self.office.reads(&wide)?, &["周東は続く", "玖珂・美川は復旧", "発動中（延長）"])?;
        says(&self.office.reads("/")?, &["災害時特例中 1 台"])?;
        says_not(&self.pharmacist.back(&self.night)?.reads("/rules")?, &["【緊急】"])?;
        says(&self.nurse.back(&self.night)?.reads("/rules")?, &["【緊急】"])
    }
}

/// The first paper of a list.
fn newest_paper(page: &str) -> anyhow::Result<String> {
    let id = page.split("class=\"cell-link\" href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).context("a paper")?;
    Ok(format!("/papers/{id}"))
}

/// A personal device, asked for.
pub(crate) fn application<'a>(applicant: &'a str, (from, until): (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("kind", "personal_device"),
        ("applicant", applicant),
        ("unusable", "受付のパソコン"),
        ("cause", "disaster"),
        ("work", "連絡帳の閲覧"),
        ("model", "スマートフォン 架空電機 A1"),
        ("os", "Android 15"),
        ("wipe", "yes"),
        ("from", from),
        ("until", until),
    ];
    let checks = ["check_lock", "check_antivirus", "check_os", "check_sharing", "check_password", "check_family"];
    fields.extend(checks.map(|check| (check, "yes")));
    fields
}

/// The entries of the clearing list that wait, by who stands in them.
pub(crate) fn entries(page: &str) -> anyhow::Result<Vec<(String, String)>> {
    let rows = page.split("<tr role=\"row\">").skip(2).filter(|row| row.contains("name=\"id\""));
    rows.map(|row| Ok((words(row.split("</th>").next().unwrap_or_default()), field(row, "id")?))).collect()
}
