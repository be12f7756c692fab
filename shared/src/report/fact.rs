//! A fact is a value or *unknown* with a code and a sentence; always with its source. Never a bare `Option`:
//! "absent" (an older agent) and "cannot tell" are different answers.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::time::Timestamp;

/// A value, or the reason there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Reading_of_{T}"))]
#[serde(rename_all = "snake_case")]
pub enum Reading<T> {
    /// Read from the operating system.
    Value(T),
    /// Could not be read.
    Unknown(Unknown),
}

impl<T> Reading<T> {
    /// Unknown with a code and a sentence (English, for the log and the facts table).
    pub fn unknown(code: UnknownCode, text: impl Into<String>) -> Self {
        Self::Unknown(Unknown { code, text: text.into() })
    }

    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// Why a fact could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// The kind of obstacle.
    pub code: UnknownCode,
    /// One English sentence with the particulars, at most 300 characters, no personal names.
    pub text: String,
}

/// The kinds of obstacle to reading a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnknownCode {
    /// The agent lacks the right to look.
    NoPermission,
    /// This OS or edition offers no way to tell.
    NotSupportedOs,
    /// A way exists but this version of the agent does not read it yet.
    NotReadYet,
    /// Readable only while the person is logged in.
    UserNotLoggedIn,
    /// The account is kept in a directory elsewhere.
    DirectoryAccount,
    /// The place to look does not exist.
    SourceMissing,
    /// The place exists but its content could not be understood.
    ParseFailed,
    /// The system did not answer in time.
    Timeout,
    /// Two sources contradict each other.
    ConflictingSources,
    /// Another maker's product that does not say.
    ThirdPartyOpaque,
    /// Deliberately not looked at (data minimisation).
    NotInspectedByDesign,
    /// A code of a newer agent.
    #[serde(other)]
    Other,
}

impl UnknownCode {
    /// The reason as a clause for verdicts, e.g. 「点検プログラムに読み取りの権限がありません」.
    pub const fn reason(self, lang: Lang) -> &'static str {
        match self {
            Self::NoPermission => lang.pick("点検プログラムに読み取りの権限がありません", "the checking program has no right to read it"),
            Self::NotSupportedOs => lang.pick("このOSでは読み取る方法がありません", "this system offers no way to read it"),
            Self::NotReadYet => {
                lang.pick("この版の点検プログラムはまだ読み取れません", "this version of the checking program cannot read it yet")
            }
            Self::UserNotLoggedIn => {
                lang.pick("利用者がログインしていないため読み取れません", "it can be read only while the user is logged in")
            }
            Self::DirectoryAccount => lang.pick(
                "アカウントが組織の認証サーバーで管理されているため、この機器からは読み取れません",
                "the account is kept on a server elsewhere, so this device cannot read it",
            ),
            Self::SourceMissing => lang.pick("読み取り先が見つかりません", "the place to read it from is not there"),
            Self::ParseFailed => lang.pick("読み取った内容を解釈できません", "what was read could not be understood"),
            Self::Timeout => lang.pick("時間内に応答がありませんでした", "the system did not answer in time"),
            Self::ConflictingSources => lang.pick("複数の読み取り元の内容が食い違っています", "two sources contradict each other"),
            Self::ThirdPartyOpaque => lang.pick("製品が状態を公開していないため読み取れません", "the product does not tell its state"),
            Self::NotInspectedByDesign => lang.pick(
                "個人の情報に触れないため、調べないことにしています",
                "it is deliberately not looked at, to keep clear of personal data",
            ),
            Self::Other => lang.pick(
                "新しい版の点検プログラムが挙げた理由で読み取れません",
                "it cannot be read, for a reason that a newer checking program gave",
            ),
        }
    }

    /// How the obstacle is removed, where something on the device can remove it; where only a person can answer instead,
    /// that is said by whoever knows that there is a question.
    pub const fn remedy(self, lang: Lang) -> Option<&'static str> {
        match self {
            Self::NoPermission => Some(lang.pick(
                "点検プログラムを管理者権限のサービスとして動かしてください",
                "Run the checking program as a service with administrator rights",
            )),
            Self::UserNotLoggedIn => {
                Some(lang.pick("その利用者がログインすると読み取れます", "It can be read once that user has logged in"))
            }
            Self::NotReadYet => {
                Some(lang.pick("点検プログラムを新しい版に更新してください", "Update the checking program to a newer version"))
            }
            Self::DirectoryAccount
            | Self::ThirdPartyOpaque
            | Self::NotSupportedOs
            | Self::NotInspectedByDesign
            | Self::SourceMissing
            | Self::ParseFailed
            | Self::Timeout
            | Self::ConflictingSources
            | Self::Other => None,
        }
    }
}

/// One fact: a reading, where it came from, and when (if not with the rest of the report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "WireFact<T>", into = "WireFact<T>", bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>"))]
#[cfg_attr(feature = "schema", schemars(bound = "T: schemars::JsonSchema", rename = "Fact_of_{T}"))]
pub struct Fact<T> {
    /// The value or why there is none.
    pub reading: Reading<T>,
    /// Where it was read: a path, registry key or interface name; never a person's name.
    pub source: String,
    /// Set and locked by an administrator's policy rather than by the person.
    pub managed: bool,
    /// Only when carried over from an earlier observation (the person is logged out now): the instant it was really read.
    pub observed_at: Option<Timestamp>,
}

impl<T> Fact<T> {
    /// A value read now from `source`.
    pub fn read(value: T, source: impl Into<String>) -> Self {
        Self { reading: Reading::Value(value), source: source.into(), managed: false, observed_at: None }
    }

    /// Unknown, with the obstacle, at `source`.
    pub fn unknown(code: UnknownCode, text: impl Into<String>, source: impl Into<String>) -> Self {
        Self { reading: Reading::unknown(code, text), source: source.into(), managed: false, observed_at: None }
    }

    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        self.reading.value()
    }
}

/// A fact's JSON: exactly one of `value` and `unknown`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
struct WireFact<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<Unknown>,
    source: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    managed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    observed_at: Option<Timestamp>,
}

impl<T> TryFrom<WireFact<T>> for Fact<T> {
    type Error = &'static str;
    fn try_from(wire: WireFact<T>) -> Result<Self, Self::Error> {
        let reading = match (wire.value, wire.unknown) {
            (Some(value), None) => Reading::Value(value),
            (None, Some(unknown)) => Reading::Unknown(unknown),
            (Some(_), Some(_)) => return Err("a fact has either `value` or `unknown`, not both"),
            (None, None) => return Err("a fact needs `value` or `unknown`"),
        };
        Ok(Self { reading, source: wire.source, managed: wire.managed, observed_at: wire.observed_at })
    }
}

impl<T> From<Fact<T>> for WireFact<T> {
    fn from(fact: Fact<T>) -> Self {
        let (value, unknown) = match fact.reading {
            Reading::Value(value) => (Some(value), None),
            Reading::Unknown(unknown) => (None, Some(unknown)),
        };
        Self { value, unknown, source: fact.source, managed: fact.managed, observed_at: fact.observed_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_a_value_or_unknown_and_never_both_or_neither() {
        let fact = Fact::read(true, "/etc/example");
        let json = serde_json::to_string(&fact).expect("a fact serialises");
        assert_eq!(json, r#"{"value":true,"source":"/etc/example"}"#);
        assert_eq!(serde_json::from_str::<Fact<bool>>(&json).expect("and comes back"), fact);
        for bad in [r#"{"source":"x"}"#, r#"{"value":true,"unknown":{"code":"timeout","text":"t"},"source":"x"}"#] {
            let error = serde_json::from_str::<Fact<bool>>(bad).expect_err("refused");
            assert!(error.to_string().contains("`value`"), "{error}");
        }
    }

    #[test]
    fn a_newer_agents_unknown_code_is_still_unknown() {
        let fact: Fact<bool> = serde_json::from_str(r#"{"unknown":{"code":"eclipse","text":"t"},"source":"x"}"#).expect("parses");
        assert!(matches!(fact.reading, Reading::Unknown(Unknown { code: UnknownCode::Other, .. })));
    }
}
