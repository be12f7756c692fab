//! Many persons of a list in one act: those who were ticked, a step for each of them, and all of the steps or none.

use super::Book;
use super::one::overtaken;
use crate::domain::people::Person;
use crate::domain::staff::{Member, Moved, Refusal};
use crate::http::pages::typed::values;
use crate::http::pages::visit::Fields;
use crate::http::pages::{PageError, Web};
use crate::store::belonging::Home;
use crate::store::{Tx, staff};
use crate::words::Text;

/// The numbers of those who were ticked.
pub(super) fn ticked(typed: &Fields) -> Vec<i64> {
    values(typed, "who").filter_map(|number| number.parse().ok()).collect()
}

/// The step of everybody who was ticked; else why there is none.
pub(super) fn steps(book: &Book, typed: &Fields, step: impl Fn(&Member) -> Result<Moved, Refusal>) -> Result<Vec<(Member, Moved)>, Text> {
    let chosen = ticked(typed);
    let chosen = book.members.iter().filter(|member| chosen.contains(&member.number));
    let steps: Result<Vec<_>, Refusal> = chosen.map(|member| Ok((member.clone(), step(member)?))).collect();
    let steps = steps.map_err(|refusal| refusal.text())?;
    if steps.is_empty() { Err(Text::of_field("staff-nobody", "who")) } else { Ok(steps) }
}

/// Keeps all of them; where somebody was quicker with one, none.
pub(super) async fn keep(web: &Web, tx: &mut Tx, (person, home): (&Person, Home), steps: Vec<(Member, Moved)>) -> Result<(), PageError> {
    for (member, moved) in steps {
        let after = member.after(&moved);
        if !staff::apply(tx, home.facility, &after, &moved).await? {
            return Err(overtaken(web, person, after.id).await?);
        }
    }
    Ok(())
}
