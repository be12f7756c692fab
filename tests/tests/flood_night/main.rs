//! The night of a flood as one story: the real collector behind TLS, real agents, people at their pages, and a clock that moves from
//! Friday at 17:00 to the closed file six weeks later.

mod after;
mod night;
mod story;

use night::{DAY, HOUR};
use story::Story;

/// From Friday at 17:00.
const CUT_OFF: i64 = 10 * HOUR;
const HALF_PAST_FIVE: i64 = 12 * HOUR + HOUR / 2;
const MORNING: i64 = 13 * HOUR + HOUR / 2;
const DAY_TWO: i64 = DAY + 16 * HOUR;
const DAY_SIX: i64 = 5 * DAY + 16 * HOUR;
const DAY_FOURTEEN: i64 = 13 * DAY + 2 * HOUR;
const TWO_WEEKS_LATER: i64 = DAY_FOURTEEN + 14 * DAY + 2 * HOUR;
const THIRTY_DAYS_LATER: i64 = DAY_FOURTEEN + 30 * DAY;

#[test]
fn from_friday_evening_to_the_closed_file_nothing_blocks_care_nothing_is_lost_and_nothing_stays_let_in() -> anyhow::Result<()> {
    let mut story = Story::on_friday_evening()?;
    story.the_office_warns_and_prints_and_nothing_is_waived_yet()?;
    story.a_station_cut_off_begins_by_itself(CUT_OFF)?;
    story.the_office_ratifies_it_and_covers_three_areas(HALF_PAST_FIVE)?;
    story.people_use_what_they_have(MORNING)?;
    story.helpers_come_and_devices_are_gone(DAY_TWO)?;
    story.one_area_goes_on_and_the_others_are_lifted(DAY_SIX)?;
    story.it_is_lifted_and_everybody_gets_a_list(DAY_FOURTEEN)?;
    story.what_was_let_in_is_cleared_one_by_one(TWO_WEEKS_LATER)?;
    story.the_report_and_the_closed_files(THIRTY_DAYS_LATER)?;
    story.a_drill_touches_nothing_real()?;
    story.the_log_holds_from_the_first_line_to_the_last()
}
