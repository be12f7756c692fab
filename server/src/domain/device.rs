//! A device in the ledger: how it stands there and whose it is.

use hashimori_shared::checkin;
use hashimori_shared::report::DeviceClass;

/// The small number of a device, the key of the hot tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceN(pub i64);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The value a stored word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(
    /// How a device stands in the ledger.
    Standing {
        /// 登録待ち: waits for a person.
        Pending = "pending",
        /// In use.
        Active = "active",
        /// 紛失: check-ins are evidence for the incident.
        Lost = "lost",
        /// 複製の疑い: one key on two machines.
        Copied = "copied",
        /// 再確認待ち: known by its certificate only, after a restore.
        Reconfirm = "reconfirm",
        /// Out of use for good: refused.
        Retired = "retired",
        /// Refused at enrolment.
        Refused = "refused",
    }
);

impl Standing {
    /// What the device itself is told; `None`: it is refused and gets no answer of that kind.
    pub const fn told(self) -> Option<checkin::Standing> {
        match self {
            Self::Pending => Some(checkin::Standing::Pending),
            Self::Active => Some(checkin::Standing::Active),
            Self::Lost | Self::Copied | Self::Reconfirm => Some(checkin::Standing::Held),
            Self::Retired | Self::Refused => None,
        }
    }

    /// Whether its check-ins change its verdict.
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Pending | Self::Active)
    }
}

words!(
    /// Whose device it is.
    Ownership {
        /// The facility's.
        Managed = "managed",
        /// A person's own (§20-7).
        Personal = "personal",
    }
);

impl From<Ownership> for hashimori_shared::evaluate::Ownership {
    fn from(ownership: Ownership) -> Self {
        match ownership {
            Ownership::Managed => Self::Managed,
            Ownership::Personal => Self::Personal,
        }
    }
}

words!(
    /// The stored words for `DeviceClass`, which is the wire's.
    ClassWord {
        /// A PC that stays where it is.
        Desktop = "desktop",
        /// A PC that can be carried.
        Laptop = "laptop",
        /// A tablet.
        Tablet = "tablet",
        /// A phone.
        Phone = "phone",
        /// A server.
        Server = "server",
        /// Not told.
        Unclear = "unclear",
    }
);

impl From<DeviceClass> for ClassWord {
    fn from(class: DeviceClass) -> Self {
        match class {
            DeviceClass::Desktop => Self::Desktop,
            DeviceClass::Laptop => Self::Laptop,
            DeviceClass::Tablet => Self::Tablet,
            DeviceClass::Phone => Self::Phone,
            DeviceClass::Server => Self::Server,
            DeviceClass::Unclear => Self::Unclear,
        }
    }
}

impl From<ClassWord> for DeviceClass {
    fn from(word: ClassWord) -> Self {
        match word {
            ClassWord::Desktop => Self::Desktop,
            ClassWord::Laptop => Self::Laptop,
            ClassWord::Tablet => Self::Tablet,
            ClassWord::Phone => Self::Phone,
            ClassWord::Server => Self::Server,
            ClassWord::Unclear => Self::Unclear,
        }
    }
}

/// What a device is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Whose it is.
    pub ownership: Ownership,
    /// What kind of machine it is.
    pub class: DeviceClass,
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.ownership.as_str(), ClassWord::from(self.class).as_str())
    }
}

impl std::str::FromStr for Sort {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (ownership, class) = text.split_once(' ').ok_or(())?;
        Ok(Self { ownership: Ownership::from_word(ownership).ok_or(())?, class: ClassWord::from_word(class).ok_or(())?.into() })
    }
}

/// One sort that replaced another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortChange {
    /// What it was said to be.
    pub was: Sort,
    /// What it is said to be now.
    pub is: Sort,
}

impl SortChange {
    /// Whether it replaced anything.
    pub fn is_any(self) -> bool {
        self.was != self.is
    }

    /// The owners, where they differ.
    pub fn ownership(self) -> Option<(Ownership, Ownership)> {
        (self.was.ownership != self.is.ownership).then_some((self.was.ownership, self.is.ownership))
    }

    /// The kinds of machine, where they differ and may be told to anybody: of a person's own device that is its facility's business.
    pub fn class(self) -> Option<(DeviceClass, DeviceClass)> {
        let managed = [self.was, self.is].iter().all(|sort| sort.ownership == Ownership::Managed);
        (managed && self.was.class != self.is.class).then_some((self.was.class, self.is.class))
    }

    /// The same in words of ours: `ownership=managed>personal`, `class=laptop>tablet`.
    pub fn to_detail(self) -> String {
        let mut words = Vec::new();
        words.extend(self.ownership().map(|(was, is)| format!("ownership={}>{}", was.as_str(), is.as_str())));
        words.extend(self.class().map(|(was, is)| format!("class={}>{}", ClassWord::from(was).as_str(), ClassWord::from(is).as_str())));
        words.join(" ")
    }
}

impl std::fmt::Display for SortChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} > {}", self.was, self.is)
    }
}

impl std::str::FromStr for SortChange {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (was, is) = text.split_once(" > ").ok_or(())?;
        Ok(Self { was: was.parse()?, is: is.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_survives_its_stored_word_and_only_devices_out_of_use_are_refused() {
        for &standing in Standing::ALL {
            assert_eq!(Standing::from_word(standing.as_str()), Some(standing));
            let out_of_use = matches!(standing, Standing::Retired | Standing::Refused);
            assert_eq!(standing.told().is_none(), out_of_use, "{standing:?}");
        }
    }

    #[test]
    fn a_change_of_sort_survives_its_words_and_says_of_a_persons_own_device_whose_it_is_and_no_more() {
        let sort = |ownership, class| Sort { ownership, class };
        let office = sort(Ownership::Managed, DeviceClass::Laptop);
        let change = |is| SortChange { was: office, is };
        for is in [office, sort(Ownership::Managed, DeviceClass::Tablet), sort(Ownership::Personal, DeviceClass::Phone)] {
            assert_eq!(change(is).to_string().parse(), Ok(change(is)));
        }
        assert!(!change(office).is_any());
        assert_eq!(change(sort(Ownership::Managed, DeviceClass::Tablet)).to_detail(), "class=laptop>tablet");
        assert_eq!(change(sort(Ownership::Personal, DeviceClass::Phone)).to_detail(), "ownership=managed>personal");
    }
}
