//! Who there is in the region: facilities, people and devices, all plainly made up, the same for the same seed.

use hashimori_shared::report::DeviceClass;

use super::dice::Dice;
use super::posture::{Flaw, Machine, Posture};

/// Devices one code confirms by itself, and so the most of one facility.
const MOST: usize = 48;
/// Devices of the first facility, if there are enough.
const FIRST: usize = 16;

/// Kinds of facility, each with how many devices it has beside others.
const KINDS: &[(&str, u64)] = &[
    ("医院", 6),
    ("クリニック", 8),
    ("薬局", 5),
    ("訪問看護ステーション", 12),
    ("居宅介護支援事業所", 6),
    ("歯科", 5),
    ("デイサービス", 8),
    ("特別養護老人ホーム", 18),
    ("病院", 40),
];
/// Where facilities lie.
const AREAS: &[&str] = &["川上地区（架空）", "川中地区（架空）", "川下地区（架空）"];
const NAMES: &[&str] = &[
    "あさぎり",
    "いわつばめ",
    "うぐいす",
    "えのき",
    "かわせみ",
    "きつつき",
    "こだま",
    "さくら",
    "しらかば",
    "すずかけ",
    "たちばな",
    "つつじ",
    "なのはな",
    "ひばり",
    "みずうみ",
    "もみじ",
    "わかば",
];
const FAMILY: &[&str] = &["架空", "見本", "仮名", "例示"];
const JOBS: &[&str] = &["看護師", "介護職", "事務職", "相談員"];
const GIVEN: &[&str] = &["花子", "太郎", "一郎", "葉子", "直人", "みどり", "薫", "健"];

/// A facility.
#[derive(Clone, Debug)]
pub(crate) struct Facility {
    pub(crate) name: String,
    pub(crate) area: &'static str,
    /// `None`: the seat is vacant.
    pub(crate) administrator: Option<Account>,
    /// What its administrator answers in the self-check; `None`: has not answered.
    pub(crate) answers: Option<Answers>,
    /// Those on its list of staff, where its administrator keeps one.
    pub(crate) staff: Vec<Employee>,
    pub(crate) devices: Vec<Device>,
}

/// Somebody on a list of staff.
#[derive(Clone, Debug)]
pub(crate) struct Employee {
    pub(crate) name: String,
    pub(crate) job: &'static str,
    /// How long ago they joined, in days.
    pub(crate) joined: i64,
}

/// An administrator.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) name: String,
}

/// How a self-check is answered: yes throughout, but no to the questions of these clauses.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    pub(crate) but: Vec<&'static str>,
}

/// A device, and how it comes in.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) number: u32,
    pub(crate) label: String,
    pub(crate) way: Way,
    pub(crate) posture: Posture,
    /// Never reports.
    pub(crate) silent: bool,
    /// A second machine uses its key.
    pub(crate) twin: bool,
}

/// How a device comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With a code that confirms it.
    Confirmed,
    /// It waits to be confirmed.
    Waiting,
    /// Somebody's own: the administrator confirms it, where there is one who works.
    Personal,
}

/// How a facility keeps its devices.
#[derive(Clone, Copy)]
enum Custom {
    /// Hardly at all, and nobody has answered.
    Neglected,
    /// Like most; nobody has answered.
    Plain,
    /// Well, with a few noes.
    Mixed,
    /// Well.
    Kept,
}

/// Everybody in a region of this size.
pub(crate) fn region(seed: u64, facilities: usize, devices: usize) -> Vec<Facility> {
    let mut dice = Dice::new(seed);
    let sizes = sizes(&mut dice, facilities, devices);
    let mut number = 0;
    sizes.into_iter().enumerate().map(|(at, size)| facility(&mut dice, at, size, &mut number)).collect()
}

fn kind(at: usize) -> (&'static str, u64) {
    KINDS[at % KINDS.len()]
}

/// How many devices each facility has: at least one, the more the larger its kind.
fn sizes(dice: &mut Dice, facilities: usize, devices: usize) -> Vec<usize> {
    let mut sizes = vec![1; facilities];
    let mut left = devices.saturating_sub(facilities);
    if let Some(first) = sizes.first_mut() {
        let more = left.min(FIRST - 1);
        (*first, left) = (1 + more, left - more);
    }
    let all: u64 = (1..facilities).map(|at| kind(at).1).sum();
    while left > 0 && sizes.iter().skip(1).any(|size| *size < MOST) {
        let mut drawn = dice.roll(all);
        let found = (1..facilities).find(|at| {
            let weight = kind(*at).1;
            let hit = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            hit
        });
        if let Some(size) = found.and_then(|at| sizes.get_mut(at)).filter(|size| **size < MOST) {
            *size += 1;
            left -= 1;
        }
    }
    sizes
}

fn facility(dice: &mut Dice, at: usize, size: usize, number: &mut u32) -> Facility {
    let custom = match at {
        0 => Custom::Neglected,
        1 => Custom::Kept,
        2 => Custom::Mixed,
        3 => Custom::Plain,
        _ => match dice.roll(20) {
            0 => Custom::Neglected,
            1..=6 => Custom::Plain,
            7..=10 => Custom::Mixed,
            _ => Custom::Kept,
        },
    };
    let vacant = at % 19 == 7;
    let answers = match custom {
        _ if vacant => None,
        Custom::Neglected | Custom::Plain => None,
        Custom::Mixed => {
            Some(Answers { but: vec![*dice.pick(&["§19-1", "§19-2", "§19-5"]), *dice.pick(&["§19-3", "§20-6", "§20-12"])] })
        }
        Custom::Kept => Some(Answers { but: Vec::new() }),
    };
    let round = at / (KINDS.len() * NAMES.len());
    let again = if round == 0 { String::new() } else { format!("第{}", round + 1) };
    let (family, given) = (dice.pick(FAMILY), dice.pick(GIVEN));
    Facility {
        name: format!("架空{}{}{again}", kind(at).0, NAMES[at % NAMES.len()]),
        area: AREAS[at % AREAS.len()],
        administrator: (!vacant).then(|| Account { login: format!("kakuu-{:03}", at + 1), name: format!("{family} {given}") }),
        staff: if answers.is_some() { staff(6 + at % 12) } else { Vec::new() },
        answers,
        devices: (0..size)
            .map(|place| {
                *number += 1;
                device(dice, custom, (at, place), *number)
            })
            .collect(),
    }
}

/// So many people, each with another name.
fn staff(size: usize) -> Vec<Employee> {
    let names = FAMILY.iter().flat_map(|family| GIVEN.iter().map(move |given| format!("{family} {given}")));
    names.take(size).zip(JOBS.iter().cycle()).zip((200..).step_by(97)).map(|((name, job), joined)| Employee { name, job, joined }).collect()
}

fn device(dice: &mut Dice, custom: Custom, (facility, place): (usize, usize), number: u32) -> Device {
    let (class, what) = *dice.pick(&[
        (DeviceClass::Desktop, "受付"),
        (DeviceClass::Desktop, "事務室"),
        (DeviceClass::Desktop, "診察室"),
        (DeviceClass::Laptop, "訪問用"),
        (DeviceClass::Laptop, "相談員"),
        (DeviceClass::Laptop, "会議用"),
        (DeviceClass::Tablet, "持ち出し"),
    ]);
    let way = match dice.roll(100) {
        // The first facility shows what there is: the worst device, and one that waits.
        _ if facility == 0 && place == 0 => Way::Confirmed,
        _ if facility == 0 && place == 1 => Way::Waiting,
        0..=3 => Way::Waiting,
        4..=8 => Way::Personal,
        _ => Way::Confirmed,
    };
    let label = if way == Way::Personal { format!("個人用{}", place + 1) } else { format!("{what}{}号", place + 1) };
    let machine = *dice.pick(&[
        Machine::Windows11,
        Machine::Windows11,
        Machine::Windows11,
        Machine::Windows11Cloud,
        Machine::Debian,
        Machine::Ubuntu,
    ]);
    let agent = match dice.roll(20) {
        0 => "0.0.7",
        1..=4 => "0.0.9",
        _ => "0.1.0",
    };
    let posture = Posture { machine, class, agent, model: 1 + dice.roll(6), flaws: flaws(dice, custom, (facility, place)) };
    Device {
        number,
        label,
        way,
        posture,
        silent: way == Way::Confirmed && number % 60 == 31,
        twin: way == Way::Confirmed && number % 400 == 300,
    }
}

fn flaws(dice: &mut Dice, custom: Custom, (facility, place): (usize, usize)) -> Vec<Flaw> {
    let (share, most) = match custom {
        Custom::Neglected => (95, 5),
        Custom::Plain => (30, 2),
        Custom::Mixed => (15, 1),
        Custom::Kept => (6, 1),
    };
    if facility == 0 && place == 0 {
        return Flaw::WORST.to_vec();
    }
    if !dice.happens(share) {
        return Vec::new();
    }
    (0..=dice.roll(most)).map(|_| *dice.pick(Flaw::COMMON)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_region_has_as_many_facilities_and_devices_as_asked_each_name_once_and_the_same_each_time() {
        for (facilities, devices) in [(150, 1500), (5, 30), (200, 2000)] {
            let region = region(1, facilities, devices);
            let names: BTreeSet<&str> = region.iter().map(|facility| facility.name.as_str()).collect();
            assert_eq!((names.len(), region.iter().map(|f| f.devices.len()).sum::<usize>()), (facilities, devices));
            assert!(region.iter().all(|f| f.devices.len() <= MOST && f.name.starts_with("架空")));
            assert_eq!(format!("{region:?}"), format!("{:?}", super::region(1, facilities, devices)));
        }
    }

    #[test]
    fn a_region_of_the_usual_size_has_some_of_everything() {
        let region = region(1, 150, 1500);
        let devices: Vec<&Device> = region.iter().flat_map(|facility| &facility.devices).collect();
        for way in [Way::Confirmed, Way::Waiting, Way::Personal] {
            assert!(devices.iter().filter(|d| d.way == way).count() > 20, "{way:?}");
        }
        assert!(devices.iter().any(|d| d.twin) && devices.iter().any(|d| d.silent));
        assert!(region.iter().any(|f| f.administrator.is_none()));
        let answered = region.iter().filter(|f| f.answers.is_some()).count();
        assert!((50..120).contains(&answered), "{answered} facilities have answered");
        let flawless = devices.iter().filter(|d| d.posture.flaws.is_empty()).count();
        assert!((600..1400).contains(&flawless), "{flawless} devices are in order");
    }
}
