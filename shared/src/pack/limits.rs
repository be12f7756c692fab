//! Which parameters make sense.

use super::Parameters;
use crate::report::{DeviceClass, OsFamily};

/// Ten years.
const MOST_FORMER_DAYS: u32 = 120 * 31;

/// The first rule that the parameters break.
pub(super) fn check(p: &Parameters) -> Result<(), String> {
    let age_ok = |days: u32| days == 0 || (30..=366).contains(&days);
    let days_ok = |days: u32| (1..=3660).contains(&days);
    let rules = [
        (p.password.floor >= 1 && p.password.min >= p.password.floor, "password.min must be at least password.floor, and that at least 1"),
        (p.password.min <= 64, "password.min must not exceed 64"),
        (age_ok(p.password.max_age_days), "password.max_age_days must be 30 to 366, or 0 for off"),
        (age_ok(p.network_password.max_age_days), "network_password.max_age_days must be 30 to 366, or 0 for off"),
        (p.password.notice_days < 30 && p.network_password.notice_days < 30, "notice_days must be below 30"),
        ((30..=86_400).contains(&p.screen_lock.max_s), "screen_lock.max_s must be 30 to 86400"),
        (places_ok(p), "software.places_* must each name at least one place"),
        (p.antivirus.amber_days <= p.antivirus.fail_days, "antivirus.amber_days must not exceed fail_days"),
        (days_ok(p.antivirus.fail_days), "antivirus.fail_days must be 1 to 3660"),
        (!p.antivirus.exempt_os.contains(&OsFamily::Other), "antivirus.exempt_os must name linux, windows, macos, ios or android"),
        (p.update.amber_days <= p.update.fail_days, "update.amber_days must not exceed fail_days"),
        (
            days_ok(p.update.fail_days) && days_ok(p.update.catalogue_max_age_days),
            "update.fail_days and catalogue_max_age_days must be 1 to 3660",
        ),
        (
            days_ok(p.update.hold_max_days) && days_ok(p.update.lists_max_age_days),
            "update.hold_max_days and lists_max_age_days must be 1 to 3660",
        ),
        (
            p.staleness.stale_days >= 1 && p.staleness.stale_days <= p.staleness.unknown_days && days_ok(p.staleness.unknown_days),
            "staleness.stale_days must be at least 1 and not exceed unknown_days",
        ),
        ((30..=3660).contains(&p.staleness.dormant_days), "staleness.dormant_days must be 30 to 3660"),
        (
            p.attestation.personal_days >= 1 && p.attestation.personal_days <= p.attestation.days,
            "attestation.personal_days must be 1 to days",
        ),
        (p.attestation.days <= 730, "attestation.days must not exceed 730"),
        (!p.carried.classes.contains(&DeviceClass::Unclear), "carried.classes must name desktop, laptop, tablet, phone or server"),
        (
            days_ok(p.personal_devices.max_days) && p.personal_devices.standing_max_days <= 366,
            "personal_devices: max_days 1 to 3660, standing_max_days up to 366",
        ),
        (days_ok(p.take_out.standing_days), "take_out.standing_days must be 1 to 3660"),
        ((1..=90).contains(&p.take_out.missing_days), "take_out.missing_days must be 1 to 90"),
        (!p.approval.own_request_approvers.contains(&p.approval.approver), "approval: nobody approves their own request"),
        (!p.approval.own_request_approvers.is_empty(), "approval.own_request_approvers must name somebody"),
        (!p.hand_over.kinds.is_empty(), "hand_over.kinds must not be empty"),
        (
            days_ok(p.administrator.vacancy_alert_days) && days_ok(p.training.interval_days),
            "vacancy_alert_days and training.interval_days must be 1 to 3660",
        ),
        (
            p.incident.to_administrator_hours <= p.incident.to_secretariat_hours,
            "incident.to_administrator_hours must not exceed to_secretariat_hours",
        ),
        (
            p.incident.first_report_days <= p.incident.full_report_days
                && p.incident.full_report_days <= p.incident.full_report_days_if_meant
                && days_ok(p.incident.full_report_days_if_meant),
            "incident.first_report_days, full_report_days and full_report_days_if_meant must each not exceed the next",
        ),
        (
            p.disaster.provisional_hours >= 1 && p.disaster.provisional_hours <= p.disaster.provisional_max_hours,
            "disaster.provisional_hours must be at least 1 and not exceed provisional_max_hours",
        ),
        (
            (1..=31).contains(&p.disaster.expiry_days) && !p.disaster.scopes.is_empty(),
            "disaster.expiry_days must be 1 to 31, and scopes not empty",
        ),
        (
            (1..=31).contains(&p.disaster.guest_days) && (1..=90).contains(&p.disaster.clear_days),
            "disaster.guest_days must be 1 to 31, and clear_days 1 to 90",
        ),
        (p.quiet_hours.from_hour < 24 && p.quiet_hours.to_hour < 24, "quiet_hours must be hours from 0 to 23"),
        (
            p.retention.reports.at_least_days() >= 28 && p.retention.reports.at_most_days() <= p.retention.records.at_least_days(),
            "retention.reports must be at least 28 days (1 month), and shorter than records",
        ),
        (
            p.retention.records.at_least_days() >= p.attestation.days,
            "retention.records must not be shorter than attestation.days: an answer that still counts would go",
        ),
        (
            p.retention.former_people.at_least_days() >= 28 && p.retention.former_people.at_most_days() <= MOST_FORMER_DAYS,
            "retention.former_people must be at least 28 days (1 month) and at most 10 years",
        ),
        (
            [&p.retention.source, &p.retention.source_en].into_iter().flatten().all(|s| !s.trim().is_empty() && s.chars().count() <= 500),
            "retention.source and source_en must have 1 to 500 characters where they are there",
        ),
    ];
    rules.into_iter().find(|(ok, _)| !ok).map_or(Ok(()), |(_, reason)| Err(reason.to_owned()))
}

fn places_ok(p: &Parameters) -> bool {
    [&p.software.places_linux, &p.software.places_windows, &p.software.places_macos].into_iter().all(|places| !places.is_empty())
}
