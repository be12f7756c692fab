//! 災害時特例 and 利用制限 on every page: whoever is signed in is told of what holds where they work; whoever came by a facility's link, of
//! what holds there; anybody, of what holds in a whole region.

use axum::http::request::Parts;

use super::visit::Visitor;
use super::{PageError, Web};
use crate::domain::disaster::Phase;
use crate::domain::ids::FacilityId;
use crate::domain::people::Scope;
use crate::store::belonging::Home;
use crate::store::disaster::cover::{self, Open};
use crate::store::paper;
use crate::views::{Banner, BannerKind, Moment};
use crate::words::Text;

/// Puts the banners beside the visitor, for the page's shell.
pub(super) async fn tell(web: &Web, parts: &mut Parts, scope: Option<Scope>) -> Result<(), PageError> {
    let banners = of(web, scope).await?;
    if let Some(visitor) = parts.extensions.get_mut::<Visitor>() {
        visitor.banners = banners;
    }
    Ok(())
}

/// Whoever came by a facility's link is told of what holds there; what to do about it is for those who sign in.
pub(super) async fn behind_link(web: &Web, visitor: &Visitor, home: Home) -> Result<Visitor, PageError> {
    let open = cover::open_over(web.store.read(), home, web.now()).await?;
    let mut banners = both(web, &open, ("disaster-banner-facility", "disaster-banner-drill"), "/sign-in");
    for banner in &mut banners {
        banner.action = "disaster-banner-sign-in";
    }
    let mut told = visitor.clone();
    told.banners = banners;
    Ok(told)
}

/// The banners for somebody of this scope; `None`: for anybody.
pub(super) async fn of(web: &Web, scope: Option<Scope>) -> Result<Vec<Banner>, PageError> {
    let (db, now) = (web.store.read(), web.now());
    Ok(match scope {
        None => {
            let told = |(region, open): &(String, Open)| {
                let text = Text::new("disaster-banner-public").with("region", region.clone());
                banner(web, open, text, ("/sign-in".to_owned(), "disaster-banner-sign-in"))
            };
            cover::open_everywhere(db, now).await?.iter().map(told).collect()
        }
        Some(Scope::Region(region)) => {
            let open = cover::open_in(db, region, now).await?;
            both(web, &open, ("disaster-banner-region", "disaster-banner-drill"), "/disaster")
        }
        Some(Scope::Facility(region, facility)) => {
            let open = cover::open_over(db, Home { region, facility }, now).await?;
            let path = format!("/facilities/{facility}/disaster");
            let mut banners = both(web, &open, ("disaster-banner-facility", "disaster-banner-drill"), &path);
            banners.extend(restricted(web, facility).await?);
            banners
        }
    })
}

/// One banner for the 利用制限 of a facility: the one that began last stands for all.
async fn restricted(web: &Web, facility: FacilityId) -> Result<Option<Banner>, PageError> {
    let holding = paper::list_restrictions(&web.store, facility, web.now()).await?;
    let Some(newest) = holding.first() else { return Ok(None) };
    let moment = |at| Moment::new(at, web.now());
    let (link, action) = if holding.len() == 1 {
        (format!("/papers/{}", newest.id), "paper-restriction-see")
    } else {
        (format!("/facilities/{facility}/papers?kind={}&is=open", newest.kind.as_str()), "paper-restriction-see-all")
    };
    Ok(Some(Banner {
        kind: BannerKind::Restriction,
        text: Text::new("paper-restriction-banner").with("more", holding.len() - 1),
        began: moment(newest.period.from),
        ends: moment(newest.period.last_day()),
        link,
        action,
    }))
}

/// One banner for what holds, and one for drills: the widest stands for all.
fn both(web: &Web, open: &[Open], (held, drilled): (&'static str, &'static str), link: &str) -> Vec<Banner> {
    let of = |drill: bool| {
        let mut all = open.iter().filter(|open| open.drill == drill);
        let first = all.next()?;
        let key = match (drill, first.phase) {
            (true, _) => drilled,
            (false, Phase::Provisional) => "disaster-banner-provisional",
            (false, Phase::On | Phase::Extended | Phase::CleanUp | Phase::Reported | Phase::Closed) => held,
        };
        let action = if drill { "disaster-banner-see-drill" } else { "disaster-banner-see" };
        Some(banner(web, first, Text::new(key).with("more", all.count()), (link.to_owned(), action)))
    };
    [false, true].into_iter().filter_map(of).collect()
}

fn banner(web: &Web, open: &Open, text: Text, (link, action): (String, &'static str)) -> Banner {
    let moment = |at| Moment::new(at, web.now());
    let kind = if open.drill { BannerKind::Drill } else { BannerKind::Disaster };
    Banner { kind, text, began: moment(open.began_at), ends: moment(open.ends_at), link, action }
}
