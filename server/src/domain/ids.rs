//! Typed identifiers of stored things: UUIDv7, made from (clock, randomness).

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// From a fresh UUID.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A region: one network with its own rule pack and council.
    RegionId
);
id!(
    /// A facility (事業所).
    FacilityId
);
id!(
    /// A device (機器).
    DeviceId
);
id!(
    /// A person's account on the web port.
    PersonId
);
id!(
    /// An enrolment code.
    CodeId
);
id!(
    /// An act of 自己点検.
    SelfCheckId
);
id!(
    /// A filing of a facility's own rules (§26).
    OwnRulesId
);
id!(
    /// A passkey.
    PasskeyId
);
id!(
    /// A region's OpenID provider.
    ProviderId
);
id!(
    /// A role held by a person for a time.
    AppointmentId
);
id!(
    /// Something taken out of the count.
    ExclusionId
);
id!(
    /// A paper: a notice, an application, a report or a record.
    PaperId
);
id!(
    /// A letter in the outbox.
    LetterId
);
id!(
    /// A 災害時特例 (§25).
    ExceptionId
);
id!(
    /// Something that a 災害時特例 let in.
    LetInId
);
id!(
    /// A part of a region (地区).
    AreaId
);
id!(
    /// A token with which a machine reads.
    TokenId
);
id!(
    /// A webhook.
    WebhookId
);
id!(
    /// Something that webhooks are told.
    EventId
);
id!(
    /// Somebody on a facility's list of staff.
    MemberId
);
id!(
    /// A notice of the 事務局 (§23).
    NoticeId
);
