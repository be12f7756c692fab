//! Writing a notice: a new one, or one that takes the place of another. What was typed is kept whatever is wrong with it.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use serde::Deserialize;

use super::{find, overtaken};
use crate::domain::act::{Done, What};
use crate::domain::ids::{AreaId, FacilityId, NoticeId, RegionId};
use crate::domain::notice::{
    Ending, Invalid, LATEST_REMINDER, LONGEST_BODY, LONGEST_DAYS, LONGEST_TITLE, MOST_FACILITIES, Notice, Reach, Weight, Wish,
};
use crate::domain::people::Person;
use crate::http::pages::guard::Who;
use crate::http::pages::typed::{Asked, Typed, value, values};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::notice::{self, Found};
use crate::store::{Tx, area, facility};
use crate::views::{Choice, NoticeFormPage};
use crate::words::Text;

/// Facilities offered one by one; a region with more names one from its own page, or an area.
const OFFERED: u16 = 200;
/// Days after which those who have not confirmed are reminded, unless something else is typed.
const REMIND_DAYS: &str = "3";

/// Which facility a new one is for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Begin {
    facility: Option<String>,
}

/// `GET /notices/new`
pub(in crate::http::pages) async fn show_new(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(begin): Asked<Begin>,
) -> Result<Response, PageError> {
    let mut typed: Fields = vec![("remind".to_owned(), REMIND_DAYS.to_owned())];
    if let Some(facility) = begin.facility {
        typed.extend([("reach".to_owned(), "facilities".to_owned()), ("facility".to_owned(), facility)]);
    }
    form_page(&web, &visitor, &person, (None, &typed), None).await
}

/// `GET /notices/{notice}/correct`
pub(in crate::http::pages) async fn show_correct(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let found = find(&web, person.scope.region(), &id).await?;
    valid(&web, &person, &found).await?;
    let said = &found.notice.said;
    let places = notice::list_places(&web.store, found.notice.id).await?;
    let areas = area::list(web.store.read(), person.scope.region()).await?;
    let is_area = |place: &str| areas.iter().any(|area| area.id.to_string() == place);
    let reach = match places.first() {
        None => "all",
        Some((place, _)) if is_area(place) => "areas",
        Some(_) => "facilities",
    };
    let mut typed: Fields = [
        ("title", said.title.clone()),
        ("body", said.body.clone()),
        ("weight", said.weight.as_str().to_owned()),
        ("until", said.until.plus_seconds(-1).jst_date_in(Lang::English)),
        ("remind", said.remind_days.map(|days| days.to_string()).unwrap_or_default()),
        ("reach", reach.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let field = if reach == "areas" { "area" } else { "facility" };
    typed.extend(places.into_iter().map(|(place, _)| (field.to_owned(), place)));
    form_page(&web, &visitor, &person, (Some(found.notice.id), &typed), None).await
}

async fn valid(web: &Web, reader: &Person, found: &Found) -> Result<(), PageError> {
    if found.notice.is_valid(web.now()) { Ok(()) } else { Err(overtaken(web, reader, found.notice.id).await?) }
}

async fn form_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (corrects, typed): (Option<NoticeId>, &Fields),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let region = person.scope.region();
    let chosen = |field: &str, id: &str| values(typed, field).any(|typed| typed == id);
    let areas = area::list(web.store.read(), region).await?;
    let mut facilities = facility::list(&web.store, region, None, OFFERED + 1).await?;
    let more = facilities.len() > usize::from(OFFERED);
    facilities.truncate(usize::from(OFFERED));
    // One that was chosen elsewhere is offered also where there are more than that.
    for id in values(typed, "facility").filter_map(|id| id.parse::<FacilityId>().ok()).take(MOST_FACILITIES) {
        if !facilities.iter().any(|known| known.id == id) {
            facilities.extend(facility::find(&web.store, region, id).await?);
        }
    }
    let typed_or = |field: &str| value(typed, field).unwrap_or_default().to_owned();
    let choice = |field: &str, value: String, name: String| Choice { chosen: chosen(field, &value), value, text: Text::verbatim(name) };
    let weights = Weight::ALL.iter().map(|weight| Choice {
        value: weight.as_str().to_owned(),
        text: Text::new(weight.key()),
        chosen: value(typed, "weight").map_or(*weight == Weight::Normal, |typed| typed == weight.as_str()),
    });
    let action = corrects.map_or("/notices".to_owned(), |id| format!("/notices/{id}/correct"));
    page(&NoticeFormPage {
        shell: shell(if corrects.is_some() { "notice-correct" } else { "notice-new" }, visitor, Some(person)),
        action,
        corrects: corrects.map(|id| id.to_string()),
        title: typed_or("title"),
        body: typed_or("body"),
        weights: weights.collect(),
        until: typed_or("until"),
        remind: typed_or("remind"),
        reach: value(typed, "reach").unwrap_or("all").to_owned(),
        areas: areas.into_iter().map(|area| choice("area", area.id.to_string(), area.name)).collect(),
        facilities: facilities.into_iter().map(|known| choice("facility", known.id.to_string(), known.name)).collect(),
        more,
        longest_title: LONGEST_TITLE,
        longest_body: LONGEST_BODY,
        error,
    })
}

fn wrong(invalid: Invalid) -> Text {
    match invalid {
        Invalid::Title => Text::of_field("notice-wrong-title", "title").with("most", LONGEST_TITLE),
        Invalid::Body => Text::of_field("notice-wrong-body", "body").with("most", LONGEST_BODY),
        Invalid::Weight => Text::of_field("notice-wrong-weight", "weight"),
        Invalid::Until => Text::of_field("notice-wrong-until", "until").with("most", LONGEST_DAYS),
        Invalid::Remind => Text::of_field("notice-wrong-remind", "remind").with("most", LATEST_REMINDER),
    }
}

/// Whom it is for, as typed.
async fn reach(web: &Web, region: RegionId, typed: &Fields) -> Result<Result<Reach, Text>, PageError> {
    let (areas, facilities): (Vec<_>, Vec<_>) = (values(typed, "area").collect(), values(typed, "facility").collect());
    Ok(match value(typed, "reach").unwrap_or_default() {
        "all" if areas.is_empty() && facilities.is_empty() => Ok(Reach::Region),
        "all" => Err(Text::of_field("notice-wrong-all", "reach")),
        "areas" if areas.is_empty() => Err(Text::of_field("notice-wrong-no-area", "area")),
        "areas" => {
            let known = area::list(web.store.read(), region).await?;
            let ids = areas.iter().map(|id| id.parse::<AreaId>().ok().filter(|id| known.iter().any(|area| area.id == *id)));
            Ok(Reach::Areas(ids.collect::<Option<_>>().ok_or(PageError::NotFound)?))
        }
        "facilities" if facilities.is_empty() => Err(Text::of_field("notice-wrong-no-facility", "facility")),
        "facilities" if facilities.len() > MOST_FACILITIES => {
            Err(Text::of_field("notice-wrong-many", "facility").with("most", MOST_FACILITIES))
        }
        "facilities" => {
            let mut found = Vec::new();
            for id in facilities {
                let id = id.parse().map_err(|_| PageError::NotFound)?;
                found.push(facility::find(&web.store, region, id).await?.ok_or(PageError::NotFound)?.id);
            }
            Ok(Reach::Facilities(found))
        }
        _ => Err(Text::of_field("notice-wrong-reach", "reach")),
    })
}

/// A notice as typed and whom it is for, or what is wrong.
async fn read(web: &Web, region: RegionId, typed: &Fields) -> Result<Result<(Wish, Reach), Text>, PageError> {
    match Wish::read(web.now(), |field| value(typed, field)) {
        Ok(wish) => Ok(reach(web, region, typed).await?.map(|reach| (wish, reach))),
        Err(invalid) => Ok(Err(wrong(invalid))),
    }
}

/// `POST /notices`
pub(in crate::http::pages) async fn send_notice(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (said, reach) = match read(&web, person.scope.region(), &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, (None, &typed), error).await,
    };
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &twice::mark_of(&typed)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    let sent = send(&web, &mut tx, &person, (said, &reach), None).await?;
    let next = format!("/notices/{sent}");
    taking.leads_to(&web, &mut tx, &next, None).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}

/// `POST /notices/{notice}/correct`: the one before ends, and everybody is to confirm the new one.
pub(in crate::http::pages) async fn correct_notice(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let found = find(&web, person.scope.region(), &id).await?;
    let before = found.notice.id;
    let (said, reach) = match read(&web, person.scope.region(), &typed).await? {
        Ok(read) => read,
        Err(error) => return refused(&web, &visitor, &person, (Some(before), &typed), error).await,
    };
    valid(&web, &person, &found).await?;
    let mut tx = web.store.begin().await?;
    if !notice::end(&mut tx, before, (Ending::Corrected, ""), (person.id, web.now())).await? {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, before).await?);
    }
    let sent = send(&web, &mut tx, &person, (said, &reach), Some(before)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/notices/{sent}")).into_response())
}

async fn send(
    web: &Web,
    tx: &mut Tx,
    person: &Person,
    (said, reach): (Wish, &Reach),
    corrects: Option<NoticeId>,
) -> Result<NoticeId, PageError> {
    let now = web.now();
    let new = Notice { id: NoticeId::new(web.random.uuid(now)), region: person.scope.region(), said, sent_at: now, corrects, ended: None };
    notice::insert(tx, &new, reach, person.id).await?;
    let what = if corrects.is_some() { What::NoticeCorrected } else { What::NoticeSent };
    let corrects = corrects.map(|id| format!(" corrects={id}")).unwrap_or_default();
    let detail = format!("reach={} places={} weight={}{corrects}", reach.as_str(), reach.places().len(), new.said.weight.as_str());
    web.log(tx, &Done::by_person(person, what, now).on_notice(new.id, &new.said.title).noting(detail)).await?;
    Ok(new.id)
}

async fn refused(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    form: (Option<NoticeId>, &Fields),
    error: Text,
) -> Result<Response, PageError> {
    let answer = form_page(web, visitor, person, form, Some(error)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}
