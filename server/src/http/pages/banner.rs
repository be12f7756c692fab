//! 災害時特例 on every page: whoever is signed in is told of what holds where they work; anybody, of what holds in a whole region.

use axum::http::request::Parts;

use super::visit::Visitor;
use super::{PageError, Web};
use crate::domain::disaster::Phase;
use crate::domain::people::Scope;
use crate::store::belonging::Home;
use crate::store::disaster::cover::{self, Open};
use crate::views::{Banner, Moment};
use crate::words::Text;

/// Puts the banners beside the visitor, for the page's shell.
pub(super) async fn tell(web: &Web, parts: &mut Parts, scope: Option<Scope>) -> Result<(), PageError> {
    let banners = of(web, scope).await?;
    if let Some(visitor) = parts.extensions.get_mut::<Visitor>() {
        visitor.banners = banners;
    }
    Ok(())
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
            both(web, &open, ("disaster-banner-facility", "disaster-banner-drill"), &format!("/facilities/{facility}/disaster"))
        }
    })
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
    Banner { drill: open.drill, text, began: moment(open.began_at), ends: moment(open.ends_at), link, action }
}
