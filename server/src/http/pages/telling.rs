//! A stored verdict in the reader's language (`retold`). State and evidence are always the stored ones; where judging again comes to
//! another, or another edition of the rules is in force, the stored Japanese is shown and says that it is Japanese.

use hashimori_shared::catalogue::editions_in;
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::OwnParameter;
use hashimori_shared::report::Report;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{ClauseVerdict, Evidence, State, SubCheck, Verdict};

use super::Web;
use super::places::calls_for_action;
use super::rules::anchor;
use crate::domain::device::Standing;
use crate::domain::ids::OwnRulesId;
use crate::domain::judge::Own;
use crate::domain::overlay;
use crate::domain::own_rules::{name_key, value_text};
use crate::retold::retold;
use crate::store::belonging::Home;
use crate::store::device::Device;
use crate::store::device_state::Present;
use crate::store::{Error, own_rules};
use crate::views::{CheckLine, ClauseGroup, ClauseLine, Mark, Said, VerdictView};
use crate::words::Text;

/// Tells one device's verdict.
pub(super) struct Telling<'a> {
    web: &'a Web,
    lang: Lang,
    /// The verdict once more, in `lang`; `None`: the stored words are the ones to show.
    again: Option<Verdict>,
    /// The facility's own rules that the verdict was made with: the filing's number, and sentences by their clause.
    own: Option<(i64, Vec<(&'static str, Text)>)>,
}

impl<'a> Telling<'a> {
    /// Of this device to a reader of that language.
    pub(super) async fn of(
        web: &'a Web,
        (device, home): (&Device, Home),
        present: Option<&Present>,
        report: Option<&Report>,
        lang: Lang,
    ) -> Result<Self, Error> {
        let filing: Option<OwnRulesId> = present.and_then(|p| p.verdict.own_rules.as_ref()?.parse().ok());
        let own = match filing {
            Some(id) => own_rules::find(&web.store, home.facility, id).await?,
            None => None,
        };
        let again = match (present, report) {
            (Some(present), Some(report)) => {
                let of = (present, report, own.as_ref().map(|(_, own)| own));
                let book = web.books.borrow().clone();
                retold(&web.store, &book, device, of, lang).await?
            }
            _ => None,
        };
        let own = own.zip(present).map(|((number, own), present)| (number, decided(web, (number, &own), &present.verdict.pack)));
        Ok(Self { web, lang, again, own })
    }

    /// The headline's reason in one sentence.
    pub(super) fn reason(&self, device: &Device, seen: Option<Timestamp>, verdict: Option<&Verdict>) -> Said {
        let say = |text: Text| Said::new(text.in_lang(self.lang), self.lang);
        match device.standing {
            Standing::Pending => return say("device-reason-pending".into()),
            Standing::Reconfirm => return say("device-reason-reconfirm".into()),
            Standing::Lost => return say("device-reason-lost".into()),
            Standing::Copied => return say("device-reason-copied".into()),
            Standing::Retired => return say("device-reason-retired".into()),
            Standing::Refused => return say("device-reason-refused".into()),
            Standing::Active => {}
        }
        let (Some(seen), Some(verdict)) = (seen, verdict) else {
            return say("device-reason-silent-yet".into());
        };
        let today = self.web.now().jst_day();
        if let Some(silence) = overlay::silence(seen.jst_day(), today, &self.web.pack.parameters().staleness)
            && silence > verdict.headline
        {
            return say(Text::new("device-reason-silent").with("n", today - seen.jst_day()));
        }
        // The headline is made by the binding clauses; a recommendation decides only where none of them does.
        let decides = |binding: bool| verdict.clauses.iter().find(|c| c.state == verdict.headline && c.strength.is_binding() == binding);
        match decides(true).or_else(|| decides(false)) {
            Some(clause) if verdict.headline != State::Compliant => {
                let (reason, lang) = self.clause_words(clause).map_or((&clause.reason, Lang::Japanese), |again| (&again.reason, self.lang));
                let title = self.web.pack.clause(&clause.clause).map(|c| c.title.get(lang)).unwrap_or_default();
                Said::new(format!("{} {title}: {reason}", clause.clause), lang)
            }
            Some(_) | None => say("device-reason-compliant".into()),
        }
    }

    /// Clause by clause.
    pub(super) fn verdict(&self, present: &Present) -> VerdictView {
        let Verdict { pack, pack_revision, catalogues, clauses, .. } = &present.verdict;
        let with = match &self.own {
            None => Text::new("device-judged-with"),
            Some((number, _)) => Text::new("own-judged-with").with("n", *number),
        };
        let with = with.with("pack", format!("{pack} {pack_revision}")).with("catalogues", editions_in(catalogues, self.lang));
        VerdictView { groups: self.groups(clauses), judged: Text::new("device-judged").with("with", with).with("at", present.judged_at) }
    }

    fn groups(&self, clauses: &[ClauseVerdict]) -> Vec<ClauseGroup> {
        let (mut open, rest): (Vec<_>, Vec<_>) = clauses.iter().partition(|c| calls_for_action(c.state));
        open.sort_by_key(|c| std::cmp::Reverse((c.strength.is_binding(), c.state)));
        [("device-clauses-open", open), ("device-clauses-rest", rest)]
            .into_iter()
            .filter(|(_, clauses)| !clauses.is_empty())
            .map(|(title, clauses)| ClauseGroup { title, clauses: clauses.into_iter().map(|clause| self.clause_line(clause)).collect() })
            .collect()
    }

    /// The clause as judged again, where it came to the same.
    fn clause_words(&self, stored: &ClauseVerdict) -> Option<&ClauseVerdict> {
        let again = self.again.as_ref()?.clauses.iter().find(|c| c.clause == stored.clause)?;
        (again.state == stored.state && again.evidence == stored.evidence).then_some(again)
    }

    fn check_words(&self, clause: &ClauseVerdict, stored: &SubCheck) -> Option<&SubCheck> {
        let again = self.again.as_ref()?.clauses.iter().find(|c| c.clause == clause.clause)?;
        again.checks.iter().find(|c| c.id == stored.id && c.state == stored.state && c.evidence == stored.evidence)
    }

    /// The stored words, or those of judging again.
    fn said(&self, stored: &str, again: Option<&str>) -> Said {
        again.map_or_else(|| Said::new(stored, Lang::Japanese), |words| Said::new(words, self.lang))
    }

    fn evidence(&self, grade: Option<Evidence>) -> Text {
        grade.map_or(Text::new("frame-none"), |grade| Text::verbatim(grade.label(self.lang)))
    }

    fn clause_line(&self, clause: &ClauseVerdict) -> ClauseLine {
        let rule = self.web.pack.clause(&clause.clause);
        let again = self.clause_words(clause);
        let checks = if clause.checks.len() > 1 { clause.checks.as_slice() } else { &[] };
        ClauseLine {
            id: clause.clause.clone(),
            anchor: anchor(&clause.clause),
            title: rule.map_or_else(|| Said::new("", self.lang), |r| Said::of(&r.title, self.lang)),
            strength: clause.strength.label(self.lang),
            mark: Mark::of(clause.state),
            evidence: self.evidence(clause.evidence),
            reason: self.said(&clause.reason, again.map(|a| a.reason.as_str())),
            own: self.own.iter().flat_map(|(_, said)| said).filter(|(id, _)| *id == clause.clause).map(|(_, text)| text.clone()).collect(),
            remedy: clause.remedy.as_deref().map(|remedy| self.said(remedy, again.and_then(|a| a.remedy.as_deref()))),
            checks: checks.iter().map(|check| self.check_line(clause, check)).collect(),
            conflict: rule.and_then(|r| r.conflict.as_ref()).map(|c| {
                let key = if c.verified { "device-conflict" } else { "device-conflict-unverified" };
                let text = Text::new(key).with("note", c.note.get(self.lang).to_owned());
                Said::new(text.in_lang(self.lang), c.note.lang_of(self.lang))
            }),
        }
    }

    fn check_line(&self, clause: &ClauseVerdict, check: &SubCheck) -> CheckLine {
        let rule = self.web.pack.clause(&clause.clause).and_then(|r| r.checks.iter().find(|c| c.id == check.id));
        let again = self.check_words(clause, check);
        CheckLine {
            title: rule.map_or_else(|| Said::new(check.id.as_str(), Lang::English), |c| Said::of(&c.title, self.lang)),
            mark: Mark::of(check.state),
            evidence: self.evidence(check.evidence),
            reason: self.said(&check.reason, again.map(|a| a.reason.as_str())),
            remedy: check.remedy.as_deref().map(|remedy| self.said(remedy, again.and_then(|a| a.remedy.as_deref()))),
        }
    }
}

/// What a filing decided beside the region's pack, by clause.
fn decided(web: &Web, (number, own): (i64, &Own), pack: &str) -> Vec<(&'static str, Text)> {
    let book = web.books.borrow();
    let (Some(region), Some(laid)) = (book.pack(pack), book.pack_with(pack, own)) else { return Vec::new() };
    let of = |parameter: OwnParameter| (parameter.of(laid.parameters()), parameter.of(region.parameters()));
    let differs = |parameter: &OwnParameter| {
        let (own, region) = of(*parameter);
        own != region
    };
    let said = |parameter: OwnParameter| {
        let (own, region) = of(parameter);
        let text = Text::new("own-decided").with("n", number).with("name", Text::new(name_key(parameter)));
        (parameter.clause(), text.with("value", value_text(parameter, own)).with("region", value_text(parameter, region)))
    };
    OwnParameter::ALL.iter().copied().filter(differs).map(said).collect()
}
