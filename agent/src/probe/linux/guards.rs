//! Host firewall and device management.

use hashimori_shared::report::{Fact, Firewall, Management, Reading, UnknownCode};

use super::Survey;
use super::disk::Obstacle;
use crate::parse::keyfile::shell_value;

/// Units asked for over the bus.
pub(super) const UNITS: [&str; 5] =
    ["ufw.service", "nftables.service", "netfilter-persistent.service", "iptables.service", "firewalld.service"];

/// ufw or firewalld, by what they say of themselves. A ruleset of another kind may or may not filter: that is unknown.
pub(super) fn firewall(survey: &Survey) -> Fact<Firewall> {
    const SOURCE: &str = "/etc/ufw, firewalld, systemd";
    judge(survey, SOURCE).unwrap_or_else(|obstacle| obstacle.fact(SOURCE))
}

fn judge(survey: &Survey, source: &str) -> Result<Fact<Firewall>, Obstacle> {
    let says = |active, by: &str| Ok(Fact::read(Firewall { active, by: by.to_owned() }, source));
    let bus = survey.bus.as_ref().map_err(|obstacle| *obstacle);
    let is_active = |name: &str| -> Result<bool, Obstacle> {
        let units = bus?.units.as_ref().map_err(|obstacle| *obstacle)?;
        match units.get(name) {
            Some(Ok(state)) => Ok(state.as_deref() == Some("active")),
            Some(Err(obstacle)) => Err(*obstacle),
            None => Err(Obstacle::NoBus),
        }
    };
    let firewalld = bus.and_then(|bus| bus.firewalld.as_ref().map_err(|obstacle| *obstacle));
    if firewalld.is_ok_and(|state| state.as_deref() == Some("RUNNING")) {
        return says(true, "firewalld");
    }
    let ufw = ufw(survey)?;
    if ufw == Some(true) {
        return says(is_active("ufw.service")?, "ufw");
    }
    // From here on the answer would be "no": every one that could still say "yes" must have been heard.
    let firewalld = firewalld?;
    for other in ["nftables.service", "netfilter-persistent.service", "iptables.service"] {
        if is_active(other)? {
            return Ok(Fact::unknown(UnknownCode::ThirdPartyOpaque, "rules are loaded that this agent does not judge", source));
        }
    }
    if firewalld.is_none() && is_active("firewalld.service")? {
        return Ok(Fact::unknown(UnknownCode::ConflictingSources, "firewalld runs but is not on the bus", source));
    }
    if ufw == Some(false) {
        return says(false, "ufw");
    }
    if survey.machine.disk.exists("/usr/sbin/firewalld") {
        return says(false, "firewalld");
    }
    Ok(Fact::unknown(UnknownCode::SourceMissing, "no firewall program is installed that this agent can ask", source))
}

/// Whether ufw is switched on and refuses what no rule allows; `None` = not installed.
fn ufw(survey: &Survey) -> Result<Option<bool>, Obstacle> {
    let disk = &survey.machine.disk;
    let Some(conf) = disk.text_if_any("/etc/ufw/ufw.conf")? else { return Ok(None) };
    let enabled = match shell_value(&conf, "ENABLED").as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(Obstacle::Garbage("ufw.conf does not say whether it is enabled")),
    };
    let defaults = disk.text_if_any("/etc/default/ufw")?.unwrap_or_default();
    let input = shell_value(&defaults, "DEFAULT_INPUT_POLICY").unwrap_or_else(|| "DROP".to_owned());
    Ok(Some(enabled && matches!(input.to_ascii_uppercase().as_str(), "DROP" | "REJECT")))
}

/// Management agents for Linux: a path, its maker's name, and whether the path exists only on an enrolled device (else: installed).
const AGENTS: [(&str, &str, bool); 7] = [
    ("/opt/orbit/secret-orbit-node-key.txt", "fleet", true),
    ("/opt/jc/jcagent.conf", "jumpcloud", true),
    ("/var/lib/landscape/client/broker.bpickle", "landscape", true),
    ("/opt/microsoft/intune", "intune", false),
    ("/opt/omnissa/ws1-hub", "workspace-one", false),
    ("/opt/vmware/ws1-hub", "workspace-one", false),
    ("/usr/local/manageengine/uems_agent", "manageengine", false),
];

/// Known management agents. Enrolment shows a capability, never that somebody will use it; an agent this build does not know stays
/// unseen, so the wipe is unknown also where none is found.
pub(super) fn management(survey: &Survey) -> Fact<Management> {
    const SOURCE: &str = "paths of known management agents";
    let unknown = |text: &str| Reading::unknown(UnknownCode::ThirdPartyOpaque, text);
    match AGENTS.iter().find(|(path, _, _)| survey.machine.disk.exists(path)) {
        Some((_, name, true)) => {
            let remote_wipe = unknown("the management agent does not tell whether it can wipe this device");
            Fact::read(Management { enrolled: true, provider: Some((*name).to_owned()), remote_wipe }, SOURCE)
        }
        Some((_, _, false)) => Fact::unknown(
            UnknownCode::ThirdPartyOpaque,
            "a management agent is installed that does not tell whether it is enrolled",
            SOURCE,
        ),
        None => {
            let remote_wipe = Reading::unknown(UnknownCode::SourceMissing, "no management agent is found that this agent knows");
            Fact::read(Management { enrolled: false, provider: None, remote_wipe }, SOURCE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::imp::bus::Answers;

    fn fact(ufw: &str, units: &[(&str, Result<Option<&str>, Obstacle>)], firewalld: Result<Option<&str>, Obstacle>) -> Fact<Firewall> {
        let tree = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(tree.path().join("etc/ufw")).expect("made");
        std::fs::write(tree.path().join("etc/ufw/ufw.conf"), format!("ENABLED={ufw}\n")).expect("written");
        let mut survey = Survey::of_tree(tree.path());
        let mut states: std::collections::BTreeMap<_, _> = UNITS.iter().map(|&unit| (unit.to_owned(), Ok(None))).collect();
        states.extend(units.iter().map(|(unit, state)| ((*unit).to_owned(), state.map(|state| state.map(str::to_owned)))));
        let firewalld = firewalld.map(|state| state.map(str::to_owned));
        survey.bus = Ok(Answers { sessions: Ok(Vec::new()), units: Ok(states), firewalld });
        firewall(&survey)
    }

    fn said(fact: &Fact<Firewall>) -> Result<bool, UnknownCode> {
        match &fact.reading {
            Reading::Value(firewall) => Ok(firewall.active),
            Reading::Unknown(unknown) => Err(unknown.code),
        }
    }

    #[test]
    fn a_state_that_was_not_to_be_had_is_unknown_and_never_an_inactive_firewall() {
        let of = |ufw, unit: &str, state| said(&fact(ufw, &[(unit, state)], Ok(None)));
        assert_eq!(of("yes", "ufw.service", Ok(Some("active"))), Ok(true));
        assert_eq!(of("yes", "ufw.service", Ok(None)), Ok(false), "enabled, and not started");
        assert_eq!(of("yes", "ufw.service", Err(Obstacle::Timeout)), Err(UnknownCode::Timeout));
        assert_eq!(of("yes", "ufw.service", Err(Obstacle::Denied)), Err(UnknownCode::NoPermission));
        assert_eq!(of("no", "nftables.service", Err(Obstacle::Timeout)), Err(UnknownCode::Timeout));
        assert_eq!(of("no", "nftables.service", Ok(Some("active"))), Err(UnknownCode::ThirdPartyOpaque));
        assert_eq!(of("no", "firewalld.service", Ok(Some("active"))), Err(UnknownCode::ConflictingSources));
        assert_eq!(of("no", "ufw.service", Ok(None)), Ok(false));
    }

    #[test]
    fn a_silent_firewalld_is_a_timeout() {
        assert_eq!(said(&fact("no", &[], Err(Obstacle::Timeout))), Err(UnknownCode::Timeout));
        assert_eq!(said(&fact("no", &[], Ok(Some("RUNNING")))), Ok(true));
        assert_eq!(
            said(&fact("yes", &[("ufw.service", Ok(Some("active")))], Err(Obstacle::Timeout))),
            Ok(true),
            "ufw filters, whatever firewalld does"
        );
    }
}
