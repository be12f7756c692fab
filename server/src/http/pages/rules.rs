//! Pages that explain: the regulation clause by clause, and what the agent looks at.

mod done_at;

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{Clause, Pack};

use done_at::done_at;

use super::guard::Who;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::ids::FacilityId;
use crate::domain::retention::Record;
use crate::store::session;
use crate::views::{ConflictLine, RuleGroup, RuleLine, RulesPage, Said, WhatIsCheckedPage, kept};
use crate::words::Text;

/// `GET /rules`
pub(super) async fn show_rules(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let (lang, pack) = (visitor.lang, &*web.pack);
    page(&RulesPage {
        shell: shell("rules-title", &visitor, Some(&person)),
        edition: Said::of(pack.edition(), lang),
        source: Said::of(pack.source(), lang),
        pack: format!("{} {}", pack.id(), pack.revision()),
        groups: groups(pack, lang, person.scope.facility()),
        kept: Record::ALL.iter().map(|record| (record.key(), kept(record.keep(&pack.parameters().retention)))).collect(),
        kept_source: pack.parameters().retention.source().map(|source| Said::of(&source, lang)),
    })
}

/// `GET /what-is-checked`: for anybody, signed in or not.
pub(super) async fn show_what_is_checked(Use(web): Use<Web>, visitor: Visitor) -> Result<Response, PageError> {
    let signed_in = session::find_signed_in(web.store.read(), &visitor.token.hash(), web.now()).await?;
    let visitor = visitor.reading(signed_in.as_ref().and_then(|s| s.language));
    let rules = &web.pack.parameters().retention;
    page(&WhatIsCheckedPage {
        shell: shell("checked-title", &visitor, signed_in.as_ref().map(|s| &s.person)),
        kept: Text::new("retention-checked-about").with("reports", kept(rules.reports)).with("records", kept(rules.records)),
    })
}

/// A clause's id for links within a page: `§20-1` → `c20-1`.
pub(super) fn anchor(clause: &str) -> String {
    let mut anchor = String::from("c");
    for c in clause.chars() {
        match c {
            '§' => {}
            '附' => anchor.push_str("fusoku"),
            '留' => anchor.push_str("ryui"),
            c if c.is_ascii_alphanumeric() || c == '-' => anchor.push(c),
            c => anchor.extend(c.escape_unicode().filter(char::is_ascii_alphanumeric)),
        }
    }
    anchor
}

fn groups(pack: &Pack, lang: Lang, facility: Option<FacilityId>) -> Vec<RuleGroup> {
    let mut groups: Vec<RuleGroup> = Vec::new();
    for clause in pack.clauses() {
        let title = heading(&clause.id);
        if groups.last().is_none_or(|group| group.title != title) {
            groups.push(RuleGroup { title, clauses: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.clauses.push(line(clause, lang, facility));
        }
    }
    groups
}

/// `§20-1` stands under 「第20条」, `附則2` under 「附則」, `留3-1` under 「留意事項3」.
fn heading(clause: &str) -> Text {
    let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    if let Some(rest) = clause.strip_prefix('§') {
        Text::new("rules-article").with("n", number(rest))
    } else if let Some(rest) = clause.strip_prefix('留') {
        Text::new("rules-notes").with("n", number(rest))
    } else {
        Text::new("rules-supplement")
    }
}

fn line(clause: &Clause, lang: Lang, facility: Option<FacilityId>) -> RuleLine {
    RuleLine {
        id: clause.id.clone(),
        anchor: anchor(&clause.id),
        title: Said::of(&clause.title, lang),
        gist: Said::of(&clause.gist, lang),
        official: clause.official_text.clone(),
        strength: clause.strength.label(lang),
        responsible: lang.list(&clause.responsible.iter().map(|r| r.label(lang)).collect::<Vec<_>>()),
        answered: lang.list(&clause.answered.iter().map(|a| a.label(lang)).collect::<Vec<_>>()),
        done: done_at(clause, facility),
        left_to_people: clause.out_of_scope.as_ref().map(|why| Said::of(why, lang)),
        conflict: clause.conflict.as_ref().map(|c| ConflictLine {
            note: Said::of(&c.note, lang),
            source: Said::of(&c.source, lang),
            verified: c.verified,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_of_the_bundled_pack_has_an_anchor_of_its_own_and_stands_in_one_group() {
        let pack = Pack::bundled();
        let mut anchors: Vec<String> = pack.clauses().iter().map(|c| anchor(&c.id)).collect();
        let total = anchors.len();
        anchors.sort();
        anchors.dedup();
        assert_eq!(anchors.len(), total);
        assert!(anchors.iter().all(|a| a.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')));
        let groups = groups(&pack, Lang::Japanese, None);
        let mut titles: Vec<String> = groups.iter().map(|g| g.title.in_lang(Lang::Japanese)).collect();
        assert_eq!(groups.iter().map(|g| g.clauses.len()).sum::<usize>(), total);
        let many = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), many, "the clauses of one article stand together");
    }
}
