//! An administrator at the pages: sets the account up, confirms people's own devices, answers the self-check, keeps the list of staff.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use hashimori_tests::visitor::{Visitor, value};

use super::plan::{Answers, Employee};

const PASSWORD: &str = "amber ferry crossing";
/// Bought support is on nobody's record here.
const UNANSWERED: &str = "§20-5.os_support";

/// Works through what a facility's administrator has to do; `start` is the path of the one-time link.
pub(crate) fn work(
    web: SocketAddr,
    start: &str,
    personal: &[String],
    (answers, staff): (&Answers, &[Employee]),
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut person = Visitor::at(web);
    person.set_up(start, PASSWORD)?;
    let page = person.open("/")?;
    let facility = page.split("/facilities/").nth(1).and_then(|rest| rest.split(['/', '"']).next()).context("no facility")?;
    let facility = format!("/facilities/{facility}");
    for device in personal {
        let page = person.open(&format!("{facility}/pending"))?;
        person.send(&page, &format!("/devices/{device}/confirm"), &[])?;
    }
    let path = format!("{facility}/self-check");
    let page = person.open(&path)?;
    let changed = now.plus_days(-20).jst_date_in(Lang::English);
    let mut fields = vec![("for", "all"), ("grade", "administrator"), ("note", "架空の点検")];
    fields.extend(questions(&page).into_iter().map(|(field, is_day)| {
        let no = answers.but.iter().any(|clause| field.strip_prefix(clause).is_some_and(|rest| rest.starts_with('.')));
        (
            field,
            if is_day {
                changed.as_str()
            } else if no {
                "no"
            } else {
                "yes"
            },
        )
    }));
    let page = person.send(&page, &path, &fields)?;
    ensure!(page.contains("banner-done"), "the self-check was not taken:\n{page}");
    keep_staff(&mut person, &format!("{facility}/staff"), staff, now)
}

/// Registers everybody; the newest has neither signed nor been trained yet.
fn keep_staff(person: &mut Visitor, list: &str, staff: &[Employee], now: Timestamp) -> anyhow::Result<()> {
    let day = |ago: i64| now.plus_days(-ago).jst_date_in(Lang::English);
    let table: Vec<String> = staff.iter().rev().map(|one| format!("{}\t{}\t{}\t\n", one.name, one.job, day(one.joined))).collect();
    let table = table.concat();
    let numbers: Vec<String> = (1..staff.len()).map(|number| number.to_string()).collect();
    let who = || numbers.iter().map(|number| ("who", number.as_str()));
    let (signed, held) = (day(150), day(120));
    let pledge: Vec<_> = [("day", signed.as_str())].into_iter().chain(who()).collect();
    let training: Vec<_> = [("day", held.as_str()), ("topic", "情報の取扱い（架空の研修）")].into_iter().chain(who()).collect();
    for (form, fields) in [("import", vec![("table", table.as_str())]), ("pledges", pledge), ("training", training)] {
        let path = format!("{list}/{form}");
        let page = person.open(&path)?;
        let page = person.send(&page, &path, &fields)?;
        ensure!(page.contains("banner-done"), "{form} of the staff was not taken:\n{page}");
    }
    Ok(())
}

/// The fields of the form's questions, and whether a day answers them.
fn questions(page: &str) -> Vec<(&str, bool)> {
    let inputs = page.split("<input ").skip(1);
    let found = inputs.filter_map(|input| {
        let name = value(input, "name")?;
        // A day is asked for in boxes, of which the first is the year's.
        let day = name.strip_suffix(":y");
        let field = day.unwrap_or(name);
        let asks = field.contains('.') && field.rsplit('.').next() != Some("until") && field != UNANSWERED;
        let says_yes = value(input, "type") == Some("radio") && value(input, "value") == Some("yes");
        (asks && (day.is_some() || says_yes)).then_some((field, day.is_some()))
    });
    found.collect()
}
