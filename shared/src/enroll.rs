//! Enrolment, renewal and leaving on the device port, and the operator's signed announcements. JSON both ways.

use serde::{Deserialize, Serialize};

use crate::ids::StoreEpoch;
use crate::report::{AgentInfo, Hardware, HardwareIds, Os};
use crate::time::Timestamp;

/// Enrolment (no client certificate yet; the code authorises).
pub const ENROLL_PATH: &str = "/v1/enroll";
/// Renewal of the leaf (client certificate, also one expired for up to 400 days).
pub const RENEW_PATH: &str = "/v1/renew";
/// The device says that it leaves (client certificate); a person decides what that means.
pub const LEAVE_PATH: &str = "/v1/leave";

/// A device asks to be enrolled.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrollRequest {
    /// Protocol version, `checkin::PROTOCOL_VERSION`.
    pub v: u16,
    /// The enrolment secret (`EnrolmentCode::secret`), 32 lower-case hexadecimal digits.
    pub secret: String,
    /// PKCS#10 request over the device's own key (P-256), base64 of DER.
    pub csr: String,
    /// Which agent asks.
    pub agent: AgentInfo,
    /// OS, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
    /// Kind of machine, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Hardware>,
    /// Hardware evidence (digests).
    #[serde(default)]
    pub hardware_ids: HardwareIds,
    /// Label the person gave the device (管理番号 or place), at most 60 characters; never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The collector's answer to `EnrollRequest` and to renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Protocol version.
    pub v: u16,
    /// The device's id (UUID).
    pub device: String,
    /// Leaf and issuing certificate, base64 of DER, leaf first.
    pub chain: Vec<String>,
    /// Facility's display name, shown to the person enrolling.
    pub facility: String,
    /// The collector's clock.
    pub server_time: Timestamp,
    /// The collector's store epoch.
    pub epoch: StoreEpoch,
}

/// Renewal: a fresh request over the same key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// Protocol version.
    pub v: u16,
    /// PKCS#10 request over the device's present key, base64 of DER.
    pub csr: String,
}

/// The device leaves.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveRequest {
    /// Protocol version.
    pub v: u16,
    /// When, by the device's clock.
    pub left_at: Timestamp,
}

/// Something the operator tells every device, signed (ECDSA P-256 SHA-256 over `payload`'s bytes) by a root the device trusts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// JSON of `AnnouncementPayload`, exactly as signed.
    pub payload: String,
    /// Signature (ASN.1 DER), base64.
    pub signature: String,
}

/// What an announcement says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnnouncementPayload {
    /// From now on this root is trusted as well (base64 of DER).
    NextRoot {
        /// Rising number; an agent ignores one not above the last it took.
        serial: u64,
        /// The root certificate.
        root: String,
    },
    /// The collector moves; try these endpoints (`host:port`) in order once the present one is gone or says so.
    Successor {
        /// Rising number; an agent ignores one not above the last it took.
        serial: u64,
        /// Endpoints.
        endpoints: Vec<String>,
    },
}
