//! A trend as a chart: lines in a box of `WIDTH` × `HEIGHT`, each with a dash pattern of its own, and the same as a table.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::{DAY, Timestamp};

use super::Shell;
use crate::domain::reading::Band;
use crate::domain::summary::Counts;
use crate::words::Text;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 260;
/// Room for the numbers at the left, and the days below.
const LEFT: i64 = 96;
const BOTTOM: i64 = 44;
const TOP: i64 = 20;
const RIGHT: i64 = 12;

/// A trend.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub width: i64,
    pub height: i64,
    /// `None`: fewer than two days are known.
    pub drawing: Option<Drawing>,
    /// Every band, gravest first.
    pub lines: Vec<Line>,
    /// Newest first: the day, and the devices of each band.
    pub days: Vec<(Day, Vec<i64>)>,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// Horizontal lines: height and number.
    pub grid: Vec<(i64, i64)>,
    /// Where the grid begins and ends.
    pub left: i64,
    pub right: i64,
    /// Days below: place, where the text is anchored, day.
    pub marks: Vec<(i64, &'static str, Day)>,
    /// Height of the text below.
    pub below: i64,
    /// The drawing in one sentence: the gravest band on the first and last day.
    pub first: Day,
    pub before: i64,
    pub last: Day,
    pub after: i64,
}

/// A band's line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Key of the words.
    pub word: &'static str,
    /// Key of the words over a column.
    pub short: &'static str,
    pub class: &'static str,
    /// Points of the line.
    pub points: String,
    /// Devices on the last day.
    pub now: i64,
}

/// A JST day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(i64);

impl Day {
    /// As a language writes it.
    pub(crate) fn said(self, shell: &Shell) -> String {
        self.in_lang(shell.lang)
    }

    fn in_lang(self, lang: Lang) -> String {
        // Noon in JST of that day.
        Timestamp::from_seconds(self.0 * DAY + 3 * 3600).jst_date_in(lang)
    }
}

fn words(band: Band) -> (&'static str, &'static str, &'static str) {
    match band {
        Band::Act => ("trend-act", "trend-act-short", "line-act"),
        Band::Tell => ("trend-tell", "trend-tell-short", "line-tell"),
        Band::Wait => ("trend-wait", "trend-wait-short", "line-wait"),
        Band::Fine => ("trend-fine", "trend-fine-short", "line-fine"),
    }
}

/// The next of 1, 2, 5, 10, 20, 50, … that is even when halved and not less.
fn rounded_up(most: i64) -> i64 {
    let mut step = 2;
    loop {
        for top in [step, step * 2, step * 5] {
            if top >= most {
                return top;
            }
        }
        step *= 10;
    }
}

impl Chart {
    /// The trend of these days, oldest first and without gaps.
    pub(crate) fn of(days: &[(i64, Counts)]) -> Self {
        let value = |(_, counts): &(i64, Counts), band| counts.band(band).max(0);
        let most = days.iter().flat_map(|day| Band::ALL.map(|band| value(day, band))).max().unwrap_or(0);
        let top = rounded_up(most);
        let last = i64::try_from(days.len()).unwrap_or(0) - 1;
        let x = |at: i64| LEFT + (WIDTH - LEFT - RIGHT) * at / last.max(1);
        let y = |n: i64| TOP + (HEIGHT - TOP - BOTTOM) * (top - n) / top;
        let line = |band| {
            let (word, short, class) = words(band);
            let points: Vec<String> = days.iter().zip(0..).map(|(day, at)| format!("{},{}", x(at), y(value(day, band)))).collect();
            Line { word, short, class, points: points.join(" "), now: days.last().map_or(0, |day| value(day, band)) }
        };
        let drawing = match days {
            [first, .., end] => Some(Drawing {
                grid: [top, top / 2, 0].map(|n| (y(n), n)).to_vec(),
                left: LEFT,
                right: WIDTH - RIGHT,
                marks: [(0, "start"), (last / 2, "middle"), (last, "end")].map(|(at, anchor)| (x(at), anchor, Day(first.0 + at))).to_vec(),
                below: HEIGHT - 10,
                first: Day(first.0),
                before: value(first, Band::Act),
                last: Day(end.0),
                after: value(end, Band::Act),
            }),
            [_] | [] => None,
        };
        Self {
            width: WIDTH,
            height: HEIGHT,
            drawing,
            lines: Band::ALL.map(line).to_vec(),
            days: days.iter().rev().map(|day| (Day(day.0), Band::ALL.map(|band| value(day, band)).to_vec())).collect(),
        }
    }

    /// The drawing in one sentence.
    pub(crate) fn about(&self, shell: &Shell) -> String {
        let Some(drawing) = &self.drawing else {
            let young = |(day, _): &(Day, Vec<i64>)| Text::new("trend-too-young").with("from", day.said(shell));
            return shell.say(self.days.last().map_or(Text::new("trend-none"), young));
        };
        let about = Text::new("trend-about")
            .with("act", Text::new("trend-act"))
            .with("from", drawing.first.said(shell))
            .with("before", drawing.before)
            .with("to", drawing.last.said(shell))
            .with("after", drawing.after);
        shell.say(about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_in_the_box_and_the_highest_at_its_number() {
        let days: Vec<(i64, Counts)> = (0..90).map(|day| (20_000 + day, Counts::parse(&format!("lost=1 compliant={}", day * 3)))).collect();
        let chart = Chart::of(&days);
        let drawing = chart.drawing.expect("drawn");
        assert_eq!(drawing.grid.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [400, 200, 0]);
        for line in &chart.lines {
            let points: Vec<(i64, i64)> = line
                .points
                .split(' ')
                .map(|p| p.split_once(',').map(|(x, y)| (x.parse().expect("x"), y.parse().expect("y"))).expect("a point"))
                .collect();
            assert_eq!(points.len(), 90);
            assert!(
                points.iter().all(|(x, y)| (LEFT..=WIDTH - RIGHT).contains(x) && (TOP..=HEIGHT - BOTTOM).contains(y)),
                "{}",
                line.points
            );
        }
        assert_eq!(chart.lines.iter().map(|line| line.now).collect::<Vec<_>>(), [1, 0, 0, 267]);
        assert_eq!(chart.days[0].1, [1, 0, 0, 267], "the table begins with the newest day");
    }

    #[test]
    fn one_day_is_no_trend_and_no_device_draws_no_line_out_of_the_box() {
        assert!(Chart::of(&[(20_000, Counts::default())]).drawing.is_none());
        let flat = Chart::of(&[(20_000, Counts::default()), (20_001, Counts::default())]);
        assert!(flat.lines.iter().all(|line| line.points == format!("{LEFT},{0} {1},{0}", HEIGHT - BOTTOM, WIDTH - RIGHT)), "{flat:?}");
        assert_eq!(rounded_up(0), 2);
        assert_eq!([rounded_up(3), rounded_up(11), rounded_up(250_000)], [4, 20, 400_000]);
    }

    #[test]
    fn a_day_reads_as_the_day_it_is() {
        let morning = Timestamp::from_seconds(1_785_715_200);
        assert_eq!(Day(morning.jst_day()).in_lang(Lang::Japanese), "2026年8月3日");
    }
}
