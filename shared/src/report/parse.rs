//! Strict reading of a report. Each refusal names the field (JSON pointer) and the rule it broke.

use super::Report;
use crate::problem::FieldError;

/// Longest report taken, in bytes.
pub const MAX_REPORT_BYTES: usize = 64 * 1024;

/// Reads a report from the exact bytes a device sent.
pub fn parse_report(json: &[u8]) -> Result<Report, Vec<FieldError>> {
    let refuse = |pointer: &str, rule: String| Err(vec![FieldError { pointer: pointer.to_owned(), rule }]);
    if json.len() > MAX_REPORT_BYTES {
        return refuse("", format!("at most {MAX_REPORT_BYTES} bytes"));
    }
    match serde_json::from_slice::<Report>(json) {
        Ok(report) if report.v != super::REPORT_VERSION => refuse("/v", format!("version {} is not known here", report.v)),
        Ok(report) => Ok(report),
        Err(error) => refuse("", error.to_string()),
    }
}
