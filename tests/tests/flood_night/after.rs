//! From the end of the exception to its closed file, a drill, and the log.

use anyhow::{Context as _, ensure};

use crate::night::{DAY, HOUR, says, says_not};
use crate::story::{Story, application, entries};
use hashimori_tests::visitor::text_of;

const CHECKS: [(&str, &str); 5] =
    [("check", "logged_out"), ("check", "passwords"), ("check", "pictures"), ("check", "apps"), ("check", "new_password")];

impl Story {
    fn let_in(&self) -> String {
        format!("{}/let-in", self.local())
    }

    /// Day 14: what the facility began has run out by itself meanwhile; the rest is lifted.
    pub(crate) fn it_is_lifted_and_everybody_gets_a_list(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        let (own, wide, today) = (self.own.clone(), self.wide.clone(), format!("/facilities/{}/today", self.station));
        self.office.back(&self.night)?.does(&wide, &wide, &[("act", "lift"), ("why", "避難指示の解除")])?;
        says(&self.office.reads(&own)?, &["事後整理"])?;
        says(&self.office.reads(&wide)?, &["事後整理", "まだ整理されていないもの 6件", "架空医院 ほたる : 6件"])?;
        says(&self.nurse.back(&self.night)?.reads(&today)?, &["6件の整理が残っています"])?;
        says_not(&self.nurse.reads("/rules")?, &["【緊急】"])?;
        let list = self.nurse.page(&self.let_in())?;
        let names: Vec<_> = entries(&list)?.into_iter().map(|(who, _)| who).collect();
        ensure!(names.len() == 4, "{names:?}");
        says(&names.join("\n"), &["見本 守", "見本 救子", "見本 共用", "名前なし"])?;
        says(&crate::night::words(&list), &["承認の前に進めた届出・申請が2件"])?;
        says_not(&self.office.reads("/")?, &["災害時特例中の機器"])
    }

    /// Two weeks later: whoever did not answer is known; one telephone goes on in use with an approval, the rest is cleared.
    pub(crate) fn what_was_let_in_is_cleared_one_by_one(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        says(&self.office.back(&self.night)?.reads("/")?, &["整理の期限を過ぎた災害時特例の端末が6件あります"])?;
        self.nurse.back(&self.night)?;
        self.head.back(&self.night)?;
        self.one_telephone_becomes_an_application(since)?;
        let (list, clear) = (self.let_in(), format!("{}/clear", self.local()));
        for (who, id) in entries(&self.nurse.page(&list)?)? {
            if who.contains("名前なし") {
                continue;
            }
            let half = [("id", id.as_str()), ("check", "logged_out")];
            says(&self.nurse.is_refused(&list, &clear, &half)?, &["すべての項目を確かめて"])?;
            self.nurse.does(&list, &clear, &[&[("id", id.as_str())], CHECKS.as_slice()].concat())?;
        }
        // What went ahead on paper: the tablet came back, the telephone is used no more.
        let (taken_out, phone) = (self.taken_out.clone(), self.phone.clone());
        says(&self.nurse.reads(&taken_out)?, &["返却遅延", "災害時特例は終わりました"])?;
        self.nurse.acts(&taken_out, "return", &[])?;
        self.nurse.acts(&taken_out, "check_return", &[("checker", "見本 三郎"), ("condition", "good")])?;
        let cleared = [("data", "yes"), ("logout", "yes"), ("passwords", "yes"), ("checker", "見本 三郎")];
        self.nurse.acts(&phone, "confirm_end", &cleared)?;
        says(&self.nurse.reads(&phone)?, &["完了", "髙﨑 𠮷子"])?;
        let incident = self.incident.clone();
        says(&self.nurse.reads(&incident)?, &["対応中", "紛失とした後の通信"])?;
        self.nurse.acts(&incident, "no_leak", &[("why", "ディスクは乾かしても読めない")])?;
        self.nurse.acts(&incident, "close_incident", &[("cause", "1階に置いていた"), ("prevention", "2階に置く")]).map(drop)
    }

    /// From the list of what is to be cleared: a paper, a code, the real program, an approval by somebody else.
    fn one_telephone_becomes_an_application(&mut self, since: i64) -> anyhow::Result<()> {
        let (list, new) = (self.let_in(), format!("/facilities/{}/papers/new", self.station));
        let waiting = entries(&self.nurse.page(&list)?)?;
        let (_, entry) = waiting.into_iter().find(|(who, _)| who.contains("見本 守")).context("the telephone")?;
        let form = format!("{new}?kind=personal_device&let_in={entry}");
        says(&self.nurse.page(&list)?, &[&form.replace('&', "&#38;")])?;
        says(&self.nurse.page(&form)?, &["value=\"見本 守\""])?;
        let (from, until) = (self.night.day(since), self.night.day(since + 20 * DAY));
        let mut fields = application("見本 守", (&from, &until));
        fields.push(("let_in", &entry));
        let paper = self.nurse.does(&form, &new, &fields)?;
        says(&self.nurse.reads(&list)?, &["利用申請（第2号）"])?;
        let issued = self.nurse.does(&paper, &format!("{paper}/code"), &[])?;
        let code = text_of(&self.nurse.page(&issued)?, "code-text")?.to_owned();
        let telephone = self.night.enrol_with(&mut self.nurse, &code, &self.station)?;
        let device = telephone.device()?;
        self.nurse.acts(&paper, "link_device", &[("device", &device)])?;
        says(&self.nurse.reads(&format!("/devices/{device}"))?, &["承認なし"])?;
        self.head.acts(&paper, "approve", &[("why", "閲覧だけ")])?;
        says(&self.nurse.reads(&format!("/devices/{device}"))?, &["承認による例外"])?;
        says(&self.nurse.reads(&list)?, &["個人所有機器の利用申請が承認された"])?;
        let home = self.office.reads("/")?;
        says(&home, &["承認による例外（別に数えています） 承認による例外 1 台"])?;
        // Of a personal device its facility sees the facts, and nobody else.
        says_not(&self.office.reads(&format!("/devices/{device}"))?, &["見本 守"])
    }

    /// The last entry is what the file waits for; then it is reported and closed.
    pub(crate) fn the_report_and_the_closed_files(&mut self, since: i64) -> anyhow::Result<()> {
        self.move_to(since)?;
        let (own, wide) = (self.own.clone(), self.wide.clone());
        self.office.back(&self.night)?;
        self.nurse.back(&self.night)?;
        let close = [("act", "close"), ("why", "未整理0を確認")];
        for file in [&own, &wide] {
            self.office.does(file, file, &[("act", "report"), ("why", "連絡網と予備電源を見直す")])?;
        }
        says(&self.office.is_refused(&wide, &wide, &close)?, &["まだ整理されていない機器・人が1件"])?;
        let (list, clear) = (self.let_in(), format!("{}/clear", self.local()));
        let (_, nameless) = entries(&self.nurse.page(&list)?)?.pop().context("an entry")?;
        let unknown = [("id", nameless.as_str()), ("how", "unreachable"), ("why", "だれが使ったかわからない。全員に確認済み")];
        self.nurse.does(&list, &clear, &unknown)?;
        for file in [&own, &wide] {
            says(&self.office.reads(file)?, &["まだ整理されていないもの 0件"])?;
            self.office.does(file, file, &close)?;
            says(&self.office.reads(file)?, &["終結", "連絡網と予備電源を見直す", "未整理0を確認"])?;
        }
        let told = [
            "職員個人の端末 1件",
            "貸与・共用の端末 1件",
            "応援に来た人の端末 1件",
            "名前なしで使った端末 1件",
            "承認の前に進めた届出・申請 2件",
            "失った機器 0件",
        ];
        says(&self.office.reads(&wide)?, &told)?;
        // It was gone at five, when only what the station itself had begun was in force.
        says(&self.office.reads(&own)?, &["失った機器 1件"])?;
        says_not(&self.office.reads("/")?, &["災害時特例中の機器", "整理の期限を過ぎた"])
    }

    /// 訓練: on every page, and in nothing else.
    pub(crate) fn a_drill_touches_nothing_real(&mut self) -> anyhow::Result<()> {
        let drill = [("why", "年に一度の訓練"), ("basis", "規程第25条"), ("days", "1"), ("drill", "yes")];
        let file = self.office.does("/disaster", "/disaster", &drill)?;
        says(&self.nurse.reads("/rules")?, &["訓練中です。実際の機器や承認には影響しません"])?;
        says_not(&self.office.reads("/")?, &["災害時特例中の機器"])?;
        let (gone, device) = (format!("{}/gone", self.local()), self.tablet.device()?);
        self.nurse.does(&gone, &gone, &[("how", "missing"), ("why", "訓練"), ("device", device.as_str())])?;
        self.tablet.check_in()?.expect(0)?;
        ensure!(self.tablet.status()?["standing"] == "active", "{}", self.tablet.status()?);
        // An application waits for its approval as on any day.
        let new = format!("/facilities/{}/papers/new", self.station);
        let (from, until) = (self.night.day(45 * DAY), self.night.day(50 * DAY));
        let paper = self.nurse.does(&new, &new, &application("見本 実習生", (&from, &until)))?;
        says(&self.nurse.reads(&paper)?, &["承認待ち"])?;
        for (act, why) in [("lift", "訓練の終わり"), ("report", "電話番号を直す"), ("close", "訓練の記録を終える")] {
            self.office.does(&file, &file, &[("act", act), ("why", why)])?;
        }
        says_not(&self.nurse.reads("/rules")?, &["訓練中です"])
    }

    /// Every act stands in the log, signed in one chain.
    pub(crate) fn the_log_holds_from_the_first_line_to_the_last(&mut self) -> anyhow::Result<()> {
        let log = self.office.reads("/log")?;
        says(&log, &["特例"])?;
        let said = self.night.collector.command(&["verify-log"])?.expect(0)?.out;
        says(&said, &["the operation log holds"])?;
        let entries: u32 = said.split_once("holds: ").and_then(|(_, rest)| rest.split(' ').next()).context("a number")?.parse()?;
        ensure!(entries > 40, "{said}");
        ensure!(self.night.friday.seconds() % HOUR == 0, "the story began at a full hour");
        ensure!(self.night.collector.stop()?.success(), "it stops by itself");
        Ok(())
    }
}
