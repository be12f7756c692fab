//! The list of an archive's files.

use serde::{Deserialize, Serialize};

/// What the list says of the archive as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The region.
    pub region: Named,
    /// The facility.
    pub facility: Named,
    /// First day, JST, `YYYY-MM-DD`.
    pub from: String,
    /// Last day.
    pub until: String,
    /// When it was made, JST.
    pub made_at: String,
    /// For whom: the word of a role, for what a reader may see depends on it.
    pub reader: String,
    /// Where the operation log stood when its day began: `NUMBER:HASH`, as it is mailed and printed. `None`: no day has begun yet.
    pub log_head: Option<String>,
}

/// Something with an id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Name within the archive.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Rows, without the one that names the columns.
    pub rows: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Which form this is.
    pub format: String,
    /// The archive as a whole.
    pub about: About,
    /// The public key that goes with the signature, hexadecimal.
    pub key: String,
    /// The files, in order.
    pub files: Vec<Listed>,
}

/// The form that this build writes and checks.
pub(super) const FORMAT: &str = "hashimori-evidence-1";
