//! 災害時特例 on the night on which nobody can sign in: the operator at the machine beside the running collector, the sheet that anybody
//! can print, and what was written on it entered later, also when the exception is over.

use anyhow::{Context as _, ensure};
use hashimori_server::clock::{Clock as _, SystemClock};
use hashimori_shared::lang::Lang;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::visitor::Visitor;

const HOUR: i64 = 3_600;

/// So long ago, as a form or the command line takes it.
fn ago(seconds: i64) -> String {
    SystemClock.now().plus_seconds(-seconds).jst_minute_in(Lang::English).replacen(' ', "T", 1)
}

#[test]
fn where_nobody_can_sign_in_the_operator_acts_and_the_sheet_is_entered_later_with_its_own_times() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let mut anybody = Visitor::at(collector.web_address());
    let lost = anybody.open("/sign-in/lost")?;
    ensure!(lost.contains("href=\"/disaster/paper\"") && lost.contains("hashimori-server disaster"), "{lost}");
    let sheet = anybody.open("/disaster/paper")?;
    ensure!(sheet.contains("災害時特例 記録用紙") && sheet.contains("使った管理外の端末"), "{sheet}");

    // Told by telephone, entered three hours after it was decided.
    let act = |arguments: &[&str]| Ok::<_, anyhow::Error>(collector.command(&[&["disaster"], arguments].concat())?.expect(0)?.out);
    let said = ["--reason", "大雨。事務局から電話", "--basis", "規程第25条", "--days", "2", "--event", &ago(3 * HOUR)];
    let made = act(&[&["activate"], &said[..]].concat())?;
    let id = made.split_whitespace().next().context("an id")?;
    ensure!(made.contains("  on  region  ") && act(&["list"])?.contains(id), "{made}");
    ensure!(anybody.open("/sign-in")?.contains("【緊急】"), "every page says so");
    ensure!(act(&["extend", "--reason", "続く", "--days", "1", id])?.contains("  extended  "), "it goes on");

    // Somebody can sign in again: the operator's link, and what stands on the sheet.
    let link = collector.command(&["account", "reset", "--login", "hanako"])?.expect(0)?.out;
    let mut administrator = Visitor::at(collector.web_address());
    administrator.set_up(&format!("/start/{}", link.trim().split_once("/start/").context("a link")?.1), "amber ferry crossing")?;
    let home = administrator.ask("GET", "/", "")?.header("location").context("a path")?.to_owned();
    let door = format!("{}/disaster/let-in", home.strip_suffix("/today").context("a facility")?);
    let mut enter = |name: &str, event: &str| {
        administrator.post(&door, &door, &[("whose", "own"), ("machine", "phone"), ("name", name), ("event", event)])
    };
    ensure!(enter("見本 守", &ago(2 * HOUR))?.status == 303, "within the exception");
    let early = enter("見本 早", &ago(4 * HOUR))?;
    ensure!(early.status == 422 && early.text().contains("value=\"見本 早\""), "before it, and what was typed is kept: {}", early.text());
    ensure!(act(&["lift", "--reason", "避難指示の解除", id])?.contains("  clean_up  "), "lifted");
    ensure!(!anybody.open("/sign-in")?.contains("【緊急】"), "and no page says so any more");
    ensure!(enter("見本 遅", &ago(HOUR))?.status == 303, "a sheet that turns up when it is over");
    let entered = administrator.open(&door)?;
    ensure!(entered.contains("見本 守") && entered.contains("見本 遅") && !entered.contains("見本 早</th>"), "{entered}");

    // For one facility, by its name.
    let local = act(&["activate", "--reason", "停電", "--basis", "規程第25条", "--facility", FACILITY])?;
    ensure!(local.contains("  on  facilities  "), "{local}");
    Ok(())
}
