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
    let says = |active, by: &str| Fact::read(Firewall { active, by: by.to_owned() }, SOURCE);
    let units = survey.bus.as_ref().map_err(|obstacle| *obstacle).and_then(|bus| bus.units.as_ref().ok_or(Obstacle::NoBus));
    let is_active = |name: &str| units.map(|units| units.get(name).is_some_and(|state| state == "active"));
    if survey.bus.as_ref().is_ok_and(|bus| bus.firewalld.as_deref() == Some("RUNNING")) {
        return says(true, "firewalld");
    }
    let ufw = match ufw(survey) {
        Ok(ufw) => ufw,
        Err(obstacle) => return obstacle.fact(SOURCE),
    };
    if ufw == Some(true) {
        return is_active("ufw.service").map_or_else(|obstacle| obstacle.fact(SOURCE), |active| says(active, "ufw"));
    }
    for other in ["nftables.service", "netfilter-persistent.service", "iptables.service"] {
        match is_active(other) {
            Ok(true) => return Fact::unknown(UnknownCode::ThirdPartyOpaque, "rules are loaded that this agent does not judge", SOURCE),
            Ok(false) => {}
            Err(obstacle) => return obstacle.fact(SOURCE),
        }
    }
    if ufw == Some(false) {
        return says(false, "ufw");
    }
    if survey.machine.disk.exists("/usr/sbin/firewalld") {
        return says(false, "firewalld");
    }
    Fact::unknown(UnknownCode::SourceMissing, "no firewall program is installed that this agent can ask", SOURCE)
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
