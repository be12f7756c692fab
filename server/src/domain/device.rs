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
}
