//! Areas: the 事務局 makes and names them and says which facilities lie in them; whoever reads the region sees them.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::Who;
use super::typed::{Asked, Typed};
use super::visit::{Fields, Kept, Visitor};
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::area::{self as named, Area};
use crate::domain::ids::{AreaId, FacilityId, RegionId};
use crate::domain::people::{Person, Right, may};
use crate::store::{area, facility};
use crate::views::{AreaFacility, AreaLine, AreaPage, AreasPage};
use crate::words::Text;

/// Facilities on one page.
const FACILITIES: u16 = 200;

async fn find(web: &Web, region: RegionId, id: &str) -> Result<Area, PageError> {
    let id: AreaId = id.parse().map_err(|_| PageError::NotFound)?;
    area::find(web.store.read(), region, id).await?.ok_or(PageError::NotFound)
}

/// `GET /areas`
pub(super) async fn show_areas(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    areas_page(&web, &visitor, &person, String::new(), None).await
}

async fn areas_page(web: &Web, visitor: &Visitor, person: &Person, name: String, error: Option<Text>) -> Result<Response, PageError> {
    let region = person.scope.region();
    let counts = area::count_facilities(web.store.read(), region).await?;
    let line = |area: Area| AreaLine { facilities: counts.get(&area.id).copied().unwrap_or(0), id: area.id.to_string(), name: area.name };
    page(&AreasPage {
        shell: shell("areas-title", visitor, Some(person)),
        areas: area::list(web.store.read(), region).await?.into_iter().map(line).collect(),
        may_arrange: may(person.role, Right::Arrange),
        name,
        longest: named::LONGEST_NAME,
        error,
    })
}

/// A name as typed.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
}

impl Named {
    fn read(&self) -> Result<String, Text> {
        named::name(&self.name).map_err(|_| Text::of_field("areas-wrong-name", "name").with("most", named::LONGEST_NAME))
    }
}

fn taken(name: &str) -> Text {
    Text::of_field("areas-taken", "name").with("name", name.to_owned())
}

/// `POST /areas`
pub(super) async fn make_area(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Named>,
) -> Result<Response, PageError> {
    let (region, now) = (person.scope.region(), web.now());
    let error = match typed.read() {
        Ok(name) => {
            let new = Area { id: AreaId::new(web.random.uuid(now)), region, name };
            let mut tx = web.store.begin().await?;
            if area::list(&mut *tx, region).await?.len() >= named::MOST {
                Text::new("areas-too-many").with("most", named::MOST)
            } else if area::insert(&mut tx, &new, now).await? {
                web.log(&mut tx, &Done::by_person(&person, What::AreaMade, now).on_area(&new)).await?;
                tx.commit().await?;
                return Ok(Redirect::to(&format!("/areas/{}", new.id)).into_response());
            } else {
                taken(&new.name)
            }
        }
        Err(error) => error,
    };
    let answer = areas_page(&web, &visitor, &person, typed.name, Some(error)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// Where the list begins: after this facility; and whether it was just written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
    done: Option<String>,
}

impl After {
    fn read(&self) -> Result<Option<FacilityId>, PageError> {
        self.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)
    }
}

/// `GET /areas/{area}`
pub(super) async fn show_area(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let area = find(&web, person.scope.region(), &id).await?;
    let name = area.name.clone();
    area_page(&web, &visitor, &person, &area, (asked, name, None)).await
}

async fn area_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    area: &Area,
    (asked, name, error): (After, String, Option<Text>),
) -> Result<Response, PageError> {
    let after = asked.read()?;
    let mut facilities = facility::list(&web.store, area.region, after, FACILITIES + 1).await?;
    let more = facilities.len() > usize::from(FACILITIES);
    facilities.truncate(usize::from(FACILITIES));
    let next = facilities.last().filter(|_| more).map(|last| format!("/areas/{}?after={}", area.id, last.id));
    let inside = area::facilities(web.store.read(), area.id).await?;
    page(&AreaPage {
        shell: shell(Text::new("areas-one").with("name", area.name.clone()), visitor, Some(person)),
        id: area.id.to_string(),
        inside: inside.len(),
        facilities: facilities
            .into_iter()
            .map(|f| AreaFacility { id: f.id.to_string(), inside: inside.binary_search(&f.id).is_ok(), name: f.name })
            .collect(),
        may_arrange: may(person.role, Right::Arrange),
        after: asked.after,
        next,
        name,
        longest: named::LONGEST_NAME,
        done: asked.done.is_some(),
        error,
    })
}

/// `POST /areas/{area}/name`
pub(super) async fn rename_area(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Named>,
) -> Result<Response, PageError> {
    let area = find(&web, person.scope.region(), &id).await?;
    let error = match typed.read() {
        Ok(name) if name == area.name => return Ok(Redirect::to(&format!("/areas/{}", area.id)).into_response()),
        Ok(name) => {
            let mut tx = web.store.begin().await?;
            if area::rename(&mut tx, &area, &name).await? {
                let renamed = Area { name, ..area };
                web.log(&mut tx, &Done::by_person(&person, What::AreaChanged, web.now()).on_area(&renamed).noting("name")).await?;
                tx.commit().await?;
                return Ok(Redirect::to(&format!("/areas/{}", renamed.id)).into_response());
            }
            taken(&name)
        }
        Err(error) => error,
    };
    let answer = area_page(&web, &visitor, &person, &area, (After::default(), typed.name, Some(error))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// `POST /areas/{area}`: what was ticked or unticked since the page was shown. The rest stays, whatever somebody else made of it meanwhile.
pub(super) async fn assign(
    Use(web): Use<Web>,
    Who(person): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let area = find(&web, person.scope.region(), &id).await?;
    let ids = |field: &str| -> Result<Vec<FacilityId>, PageError> {
        let sent = typed.iter().filter(|(name, _)| name == field).take(usize::from(FACILITIES));
        sent.map(|(_, id)| id.parse().map_err(|_| PageError::Malformed(Kept::default()))).collect()
    };
    let (was, ticked) = (ids("was")?, ids("facility")?);
    let left: Vec<FacilityId> = was.iter().copied().filter(|id| !ticked.contains(id)).collect();
    let come: Vec<FacilityId> = ticked.into_iter().filter(|id| !was.contains(id)).collect();
    let mut tx = web.store.begin().await?;
    let added = area::add_facilities(&mut tx, &area, &come).await?;
    let removed = area::remove_facilities(&mut tx, &area, &left).await?;
    if added + removed > 0 {
        let done = Done::by_person(&person, What::AreaChanged, web.now()).on_area(&area);
        web.log(&mut tx, &done.noting(format!("added={added} removed={removed}"))).await?;
        tx.commit().await?;
    }
    let after = typed.iter().find(|(name, value)| name == "after" && !value.is_empty()).map(|(_, value)| value);
    let here = after.map(|after| format!("&after={}", super::sign_in::encode(after))).unwrap_or_default();
    Ok(Redirect::to(&format!("/areas/{}?done=yes{here}", area.id)).into_response())
}
