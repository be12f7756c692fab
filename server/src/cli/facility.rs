//! `facility add`: facilities of a region, one or a whole list, with their administrators. Run again, it adds what is missing.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Subcommand;

use super::account::{Person, invite};
use super::init::{ensure_facility, named};
use super::operator::{self, Operator};
use crate::config::Settings;
use crate::domain::people::{Login, Scope};
use crate::store::person;

#[derive(Debug, Subcommand)]
pub(super) enum FacilityCommand {
    /// Takes facilities in; those that are there already stay as they are. Prints each one's id and name, and for an administrator who
    /// is new the one-time link, parted by tabs.
    Add {
        /// Region, by name or id, when there are several.
        #[arg(long)]
        region: Option<String>,
        /// A file with a facility in each line: its name, or name, sign-in name of its administrator and name shown to colleagues,
        /// parted by tabs; `-` reads standard input.
        #[arg(long, value_name = "FILE", required_unless_present = "names")]
        list: Option<PathBuf>,
        /// Names of facilities.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    facility: String,
    /// Sign-in name, and name shown to colleagues.
    administrator: Option<(String, String)>,
}

pub(super) async fn run(settings: Settings, command: FacilityCommand) -> anyhow::Result<()> {
    let FacilityCommand::Add { region, list, names } = command;
    let mut lines: Vec<Line> =
        names.into_iter().map(|name| Ok(Line { facility: named(&name)?, administrator: None })).collect::<anyhow::Result<_>>()?;
    if let Some(list) = list {
        // Read to its end first: a list with a mistake in it changes nothing.
        lines.extend(read(&list)?);
    }
    let operator = Operator::start(settings).await?;
    let region = operator::region(&operator.store, region.as_deref()).await?;
    for line in lines {
        let facility = ensure_facility(&operator.store, region.id, &line.facility, &operator.random, operator.now).await?;
        let scope = Scope::Facility(region.id, facility.id);
        let link = match &line.administrator {
            Some((login, name)) => appoint(&operator, scope, login, name).await.with_context(|| facility.name.clone())?,
            None => String::new(),
        };
        println!("{}\t{}\t{link}", facility.id, facility.name);
    }
    Ok(())
}

/// The one-time link of a new administrator; empty for one who has the account already, whose link or password goes on working.
async fn appoint(operator: &Operator, scope: Scope, login: &str, name: &str) -> anyhow::Result<String> {
    let known = person::find_by_login(operator.store.read(), &Login::parse(login)?).await?;
    if known.is_some_and(|known| known.scope == scope) {
        return Ok(String::new());
    }
    invite(&operator.store, &operator.random, operator.now, &operator.settings, Person::first(scope, login, name)).await
}

fn read(list: &Path) -> anyhow::Result<Vec<Line>> {
    let mut text = String::new();
    if list == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
    } else {
        text = std::fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    }
    parse(&text)
}

fn parse(text: &str) -> anyhow::Result<Vec<Line>> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, number): (&str, usize)| parse_line(line).with_context(|| format!("line {number} of the list"))).collect()
}

fn parse_line(line: &str) -> anyhow::Result<Line> {
    let parts: Vec<&str> = line.split('\t').map(str::trim).collect();
    let administrator = match parts[..] {
        [_] => None,
        [_, login, name] => {
            ensure!(!name.is_empty(), "the administrator has no name");
            Some((Login::parse(login)?.to_string(), name.to_owned()))
        }
        _ => anyhow::bail!("a line holds a name, or a name, a sign-in name and a person's name, parted by tabs"),
    };
    Ok(Line { facility: named(parts[0])?, administrator })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_a_mistake_is_named_with_its_line() {
        let read = parse("架空医院\n\n架空薬局\tyakkyoku\t見本 花子\n").expect("a good list");
        let administrator = Some(("yakkyoku".to_owned(), "見本 花子".to_owned()));
        let bare = Line { facility: "架空医院".to_owned(), administrator: None };
        assert_eq!(read, [bare, Line { facility: "架空薬局".to_owned(), administrator }]);
        for (bad, why) in [
            ("架空医院\n架空薬局\tyakkyoku", "line 2"),
            ("\tyakkyoku\t見本 花子", "line 1"),
            ("架空薬局\tyak kyoku\t見本 花子", "line 1"),
            ("架空薬局\tyakkyoku\t", "line 1"),
        ] {
            let error = format!("{:#}", parse(bad).expect_err(bad));
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}
