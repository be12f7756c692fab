//! A calendar day in a catalogue. Makers publish days, so the last day counts to its end, in JST.

use serde::{Deserialize, Deserializer, de};

use crate::time::{DAY, Timestamp};

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(Timestamp);

impl Day {
    /// The instant at which the day begins in JST.
    pub(super) const fn start(self) -> Timestamp {
        self.0
    }

    /// The last second of the day in JST.
    pub(super) const fn last_second(self) -> Timestamp {
        self.0.plus_seconds(DAY - 1)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let day: jiff::civil::Date = text.parse().map_err(|_| de::Error::custom(format!("{text:?} is not a date, YYYY-MM-DD")))?;
        let jst = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(9));
        let zoned = day.to_zoned(jst).map_err(de::Error::custom)?;
        Ok(Self(Timestamp::from_seconds(zoned.timestamp().as_second())))
    }
}
