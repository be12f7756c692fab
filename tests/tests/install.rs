//! The README's way to install a collector, typed as it stands there, on a machine whose /etc, /usr/bin and /var/lib are laid over for
//! this test alone: afterwards the unit's own commands find program, account, configuration and key.

use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_tests::agent::Said;
use hashimori_tests::programs::{program, workspace};
use hashimori_tests::skipped::skipped;

/// Lays a folder of our own over each of these, for this process and its children alone.
const LAID_OVER: &str = "set -e
for folder in etc usr/bin var/lib; do
  mkdir -p \"$1/upper/$folder\" \"$1/work/$folder\"
  mount -t overlay overlay -o \"lowerdir=/$folder,upperdir=$1/upper/$folder,workdir=$1/work/$folder\" \"/$folder\"
done
shift
exec sh -euxc \"$@\"";

/// The lines of the README's blocks from the first that has `first` to the first that has `last`, as root types them.
fn typed(readme: &str, (first, last): (&str, &str)) -> anyhow::Result<String> {
    let lines = readme.split("```").skip(1).step_by(2).flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or_default());
    let from = lines.skip_while(|line| !line.contains(first));
    let mut text = String::new();
    for line in from {
        text += line;
        text.push('\n');
        if line.contains(last) {
            return Ok(text.replace("sudo -u hashimori ", "runuser -u hashimori -- ").replace("sudo ", ""));
        }
    }
    anyhow::bail!("no line with {last} after one with {first}")
}

#[test]
fn what_the_readme_says_of_installing_a_collector_leads_to_one_that_its_unit_can_start() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let laid_over = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", LAID_OVER, "sh"]).arg(folder.path()).arg(script).current_dir(workspace());
        Said::by(&mut command, "")
    };
    if laid_over("true").map_or(true, |said| said.code != 0) {
        skipped("no folder can be laid over another here");
        return Ok(());
    }
    let (readme, unit) = (workspace().join("README.md"), workspace().join("deploy/server/hashimori-server.service"));
    let (readme, unit) = (std::fs::read_to_string(readme)?, std::fs::read_to_string(unit)?);
    let programs = program("hashimori-server")?.parent().context("a folder")?.display().to_string();
    let install = typed(&readme, ("install target/release/hashimori-server", "--check-config"))?.replace("target/release", &programs);
    let init = typed(&readme, ("hashimori-server init", "hashimori-server init"))?;
    let before = unit.lines().find_map(|line| line.strip_prefix("ExecStartPre=")).context("ExecStartPre")?;
    let key = "/etc/hashimori/master.key";
    ensure!(readme.contains(&format!("`[secrets] master_key_file` to `{key}`")), "the README sets another key file");
    let script = format!(
        "{install}
         sed -i 's|^master_key_file = .*|master_key_file = \"{key}\"|' /etc/hashimori/server.toml
         {init}
         runuser -u hashimori -- {before}
         stat -c 'key %U %a' {key}
         stat -c 'data %U %a' /var/lib/hashimori/store.db /var/lib/hashimori"
    );
    let said = laid_over(&script)?.expect(0)?;
    for words in ["key hashimori 600", "data hashimori 700"] {
        assert!(said.out.contains(words), "no {words} in\n{}\n{}", said.out, said.err);
    }
    assert!(said.out.contains("/start/"), "no one-time link in\n{}", said.out);
    Ok(())
}
