//! Antivirus products: found by package, process, unit or path; what they say of themselves is asked of ClamAV and mdatp only.
//! A process proves presence, never protection.

use hashimori_shared::catalogue;
use hashimori_shared::report::{Antivirus, AntivirusProduct, Fact, OsFamily, Reading, UnknownCode};
use hashimori_shared::time::Timestamp;

use super::Survey;
use super::disk::Obstacle;
use super::{command, running};
use crate::parse::antivirus::{clamav_made_at, clamav_watches_something, defender_health};

pub(super) fn antivirus(survey: &Survey) -> Fact<Antivirus> {
    const SOURCE: &str = "packages, processes, units, paths";
    let catalogue = match &survey.signatures {
        Ok(signatures) => &signatures.antivirus,
        Err(why) => return Fact::unknown(UnknownCode::ParseFailed, why.as_str(), SOURCE),
    };
    let on_linux = catalogue.products().iter().filter(|product| product.os.contains(&OsFamily::Linux));
    let mut products: Vec<_> = on_linux.filter(|product| is_present(survey, product)).map(|product| state(survey, &product.id)).collect();
    products.sort_by(|a, b| a.id.cmp(&b.id));
    // "None" may only be said where all that would show one could be looked at.
    if products.is_empty()
        && let Some(obstacle) = survey.packages.as_ref().err().or(survey.processes.as_ref().err())
    {
        return obstacle.fact(SOURCE);
    }
    Fact::read(Antivirus { products, catalogue: catalogue.version().to_owned() }, SOURCE)
}

fn is_present(survey: &Survey, product: &catalogue::AntivirusProduct) -> bool {
    let disk = &survey.machine.disk;
    let installed = || survey.packages.as_ref().is_ok_and(|packages| product.packages.iter().any(|name| has(packages, name)));
    let runs = || survey.processes.as_ref().is_ok_and(|names| product.processes.iter().any(|name| running::is_running(names, name)));
    let path = || product.paths.iter().any(|path| path.starts_with('/') && disk.exists(path));
    let unit = || {
        let units = product.services.iter().filter(|name| name.ends_with(".service"));
        let template = |name: &str| name.split_once('@').map_or_else(|| name.to_owned(), |(base, _)| format!("{base}@.service"));
        units.map(|name| template(name)).any(|name| {
            ["/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"]
                .iter()
                .any(|dir| disk.exists(&format!("{dir}/{name}")))
        })
    };
    installed() || runs() || path() || unit()
}

fn has(packages: &[crate::parse::apt::installed::Package], name: &str) -> bool {
    packages.binary_search_by(|package| package.name.as_str().cmp(name)).is_ok()
}

fn state(survey: &Survey, id: &str) -> AntivirusProduct {
    let (real_time, signatures_at) = match id {
        "clamav" => (clamav_real_time(survey), clamav_signatures(survey)),
        "mdatp" => mdatp(survey),
        _ => (opaque(), opaque()),
    };
    AntivirusProduct { id: id.to_owned(), real_time, signatures_at }
}

fn opaque<T>() -> Reading<T> {
    Reading::unknown(UnknownCode::ThirdPartyOpaque, "the product was found but does not tell its state to this agent")
}

/// Only clamonacc watches files in use; clamd alone waits to be asked. It needs clamd, and something to watch.
fn clamav_real_time(survey: &Survey) -> Reading<bool> {
    let names = match &survey.processes {
        Ok(names) => names,
        Err(obstacle) => return obstacle.reading(),
    };
    if !(running::is_running(names, "clamonacc") && running::is_running(names, "clamd")) {
        return Reading::Value(false);
    }
    let configurations = ["/etc/clamav/clamd.conf", "/etc/clamd.d/scan.conf", "/etc/clamd.conf"];
    let mut last = Obstacle::Missing;
    for path in configurations {
        match survey.machine.disk.text(path) {
            Ok(text) => return Reading::Value(clamav_watches_something(&text)),
            Err(Obstacle::Missing) => {}
            Err(obstacle) => last = obstacle,
        }
    }
    last.reading()
}

/// The newest daily database: `daily.cvd` as downloaded or `daily.cld` as updated in place.
fn clamav_signatures(survey: &Survey) -> Reading<Timestamp> {
    let mut newest: Option<Timestamp> = None;
    let mut obstacle = Obstacle::Missing;
    for path in ["/var/lib/clamav/daily.cld", "/var/lib/clamav/daily.cvd"] {
        match survey.machine.disk.head(path, 512).and_then(|header| Ok(clamav_made_at(&header)?)) {
            Ok(made) => newest = newest.max(Some(made)),
            Err(Obstacle::Missing) => {}
            Err(other) => obstacle = other,
        }
    }
    match newest {
        Some(made) if made > survey.machine.now.plus_days(1) => {
            Reading::unknown(UnknownCode::ConflictingSources, "the signatures are dated in the future")
        }
        Some(made) => Reading::Value(made),
        None => obstacle.reading(),
    }
}

fn mdatp(survey: &Survey) -> (Reading<bool>, Reading<Timestamp>) {
    if !survey.machine.live {
        return (Obstacle::NotLive.reading(), Obstacle::NotLive.reading());
    }
    let limits = &survey.machine.limits;
    let asked = command::output("/usr/bin/mdatp", &["health", "--output", "json"], limits.per_command, limits.command_bytes);
    match asked.and_then(|json| Ok(defender_health(&json)?)) {
        Ok(health) => (health.real_time, health.signatures_at),
        Err(obstacle) => (obstacle.reading(), obstacle.reading()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with these files, packages and processes.
    fn found(files: &[(&str, &str)], packages: Result<&[&str], Obstacle>, processes: &[&str]) -> Fact<Antivirus> {
        let tree = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let at = tree.path().join(path);
            std::fs::create_dir_all(at.parent().expect("a folder")).expect("made");
            std::fs::write(at, text).expect("written");
        }
        let mut survey = Survey::of_tree(tree.path());
        let package = |name: &&str| crate::parse::apt::installed::Package {
            name: (*name).to_owned(),
            architecture: "amd64".to_owned(),
            version: "1".to_owned(),
        };
        survey.packages = packages.map(|names| names.iter().map(package).collect());
        survey.processes = Ok(processes.iter().map(|&name| name.to_owned()).collect());
        antivirus(&survey)
    }

    fn real_time(fact: &Fact<Antivirus>, id: &str) -> Option<Reading<bool>> {
        fact.value()?.products.iter().find(|product| product.id == id).map(|product| product.real_time.clone())
    }

    #[test]
    fn clamav_watches_only_with_both_its_programs_running_and_something_to_watch() {
        let watching = ("etc/clamav/clamd.conf", "OnAccessIncludePath /home\n");
        let clamav = |files: &[(&str, &str)], processes: &[&str]| real_time(&found(files, Ok(&["clamav-daemon"]), processes), "clamav");
        assert_eq!(clamav(&[watching], &["clamd", "clamonacc"]), Some(Reading::Value(true)));
        assert_eq!(clamav(&[watching], &["clamd"]), Some(Reading::Value(false)), "clamd alone waits to be asked");
        assert_eq!(clamav(&[watching], &[]), Some(Reading::Value(false)));
        assert_eq!(clamav(&[("etc/clamav/clamd.conf", "LogTime yes\n")], &["clamd", "clamonacc"]), Some(Reading::Value(false)));
        let unreadable = clamav(&[], &["clamd", "clamonacc"]);
        assert!(matches!(unreadable, Some(Reading::Unknown(_))), "what it watches is not to be had: {unreadable:?}");
    }

    #[test]
    fn another_product_is_found_by_its_process_its_folder_or_its_unit_and_its_protection_stays_unknown() {
        for (files, processes, id) in [
            (&[][..], &["falcon-sensor"][..], "crowdstrike"),
            (&[("opt/kaspersky/kesl/bin/x", "")], &[], "kaspersky"),
            (&[("lib/systemd/system/sentinelone.service", "")], &[], "sentinelone"),
        ] {
            let fact = found(files, Ok(&[]), processes);
            let Some(Reading::Unknown(unknown)) = real_time(&fact, id) else { panic!("{id}: {fact:?}") };
            assert_eq!(unknown.code, UnknownCode::ThirdPartyOpaque, "{id}");
        }
    }

    #[test]
    fn none_is_said_only_where_everything_that_would_show_one_could_be_looked_at() {
        assert_eq!(found(&[], Ok(&["bash"]), &["init"]).value().map(|found| found.products.len()), Some(0));
        let elsewhere = found(&[], Err(Obstacle::Missing), &["init"]);
        assert!(elsewhere.value().is_none(), "a system without dpkg: {elsewhere:?}");
        assert!(found(&[], Err(Obstacle::Missing), &["clamd"]).value().is_some(), "what is found is found");
    }
}
