//! Who approves a paper (§20-7, §20-8): the administrator or who acts for them, never the person it is for; the administrator's own
//! goes to whom the pack names, in its order.

use hashimori_shared::pack::{ApprovalRules, Responsible};

use super::flow::{Hand, Refusal, Surroundings};
use super::{Applicant, same_name};
use crate::domain::people::Role;

/// Whether somebody may approve what this person asks for.
pub(super) fn check(applicant: &Applicant, by: &Hand<'_>, around: &Surroundings<'_>) -> Result<(), Refusal> {
    if applicant.person == Some(by.person) || same_name(&applicant.name, by.name) {
        return Err(Refusal::OwnRequest);
    }
    let own = around.applicant == Some(Role::Administrator);
    let allowed = if own { turn(around) == Some(by.role) } else { matches!(by.role, Role::Head | Role::Administrator | Role::Deputy) };
    if allowed { Ok(()) } else { Err(Refusal::NotYours(turn(around).filter(|_| own))) }
}

/// Whether somebody may record that another person looked: not of their own paper while the facility has a head, who does it then.
/// Where there is nobody else with an account, the name of who looked stands alone, as on paper.
pub(super) fn check_looking(applicant: &Applicant, by: &Hand<'_>, around: &Surroundings<'_>) -> Result<(), Refusal> {
    let own = applicant.person == Some(by.person) || same_name(&applicant.name, by.name);
    if own && around.has_head && by.role != Role::Head { Err(Refusal::OwnCheck) } else { Ok(()) }
}

/// Who is asked to approve what this person asks for, by role.
pub fn asked(around: &Surroundings<'_>) -> &'static [Role] {
    if around.applicant != Some(Role::Administrator) {
        return &[Role::Administrator, Role::Deputy];
    }
    match turn(around) {
        Some(Role::Head) => &[Role::Head],
        Some(Role::Secretariat) => &[Role::Secretariat],
        Some(Role::Administrator | Role::Deputy | Role::Auditor) | None => &[],
    }
}

/// Whether somebody may approve what this person asks for.
pub fn may_approve(applicant: &Applicant, by: &Hand<'_>, around: &Surroundings<'_>) -> bool {
    check(applicant, by, around).is_ok()
}

/// Which administrators' own papers are the 事務局's to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForSecretariat {
    /// None.
    Never,
    /// Those of facilities without a head.
    WithoutHead,
    /// All.
    Always,
}

impl ForSecretariat {
    /// As a pack has it.
    pub fn of(rules: &ApprovalRules) -> Self {
        let turn = |of: Responsible| rules.own_request_approvers.iter().position(|one| *one == of);
        match (turn(Responsible::Secretariat), turn(Responsible::FacilityHead)) {
            (None, _) => Self::Never,
            (Some(own), Some(head)) if head < own => Self::WithoutHead,
            (Some(_), _) => Self::Always,
        }
    }
}

/// Whose turn it is where the administrator asks for themself; `None`: nobody's, until there is somebody.
fn turn(around: &Surroundings<'_>) -> Option<Role> {
    let ApprovalRules { own_request_approvers, .. } = around.rules;
    own_request_approvers.iter().find_map(|one| match one {
        Responsible::FacilityHead => around.has_head.then_some(Role::Head),
        Responsible::Secretariat => Some(Role::Secretariat),
        Responsible::Council | Responsible::Administrator | Responsible::HostFacility | Responsible::User | Responsible::Facility => None,
    })
}

#[cfg(test)]
mod tests {
    use hashimori_shared::pack::Pack;

    use super::*;

    #[test]
    fn the_secretariat_approves_in_the_order_that_the_pack_names() {
        let mut rules = Pack::bundled().parameters().approval.clone();
        assert_eq!(ForSecretariat::of(&rules), ForSecretariat::WithoutHead);
        rules.own_request_approvers.reverse();
        assert_eq!(ForSecretariat::of(&rules), ForSecretariat::Always);
        rules.own_request_approvers.retain(|one| *one == Responsible::FacilityHead);
        assert_eq!(ForSecretariat::of(&rules), ForSecretariat::Never);
    }
}
