//! What the READMEs promise is there: their commands, flags, files and exit codes, the same in both languages.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_tests::programs::{program, workspace};

const READMES: [&str; 2] = ["README.md", "README.ja.md"];

fn read(name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(workspace().join(name)).with_context(|| name.to_owned())
}

/// Lines of fenced blocks, comments cut off, without prompts, `sudo` and whom it is to be.
fn commands(text: &str) -> BTreeSet<String> {
    let blocks = text.split("```").skip(1).step_by(2).filter(|block| block.starts_with("sh\n"));
    blocks
        .flat_map(str::lines)
        .skip(1)
        .map(|line| line.split(" #").next().unwrap_or_default().trim())
        .map(|line| line.strip_prefix("sudo ").unwrap_or(line))
        .map(|line| line.strip_prefix("-u hashimori ").unwrap_or(line).to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#') && line != "sh")
        .collect()
}

/// What stands in backquotes outside of fenced blocks.
fn inline(text: &str) -> impl Iterator<Item = &str> {
    text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// Rows of tables, each by its numbers and by what stands in backquotes.
fn tables(text: &str) -> Vec<(Vec<String>, Vec<&str>)> {
    let numbers = |row: &str| {
        let parts = row.split(|c: char| !(c.is_ascii_digit() || ".,".contains(c)));
        parts.map(|part| part.trim_matches([',', '.'])).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    text.lines().filter(|line| line.starts_with('|')).map(|row| (numbers(row), inline(row).collect())).collect()
}

/// Every flag in the help of a program and of everything below it.
fn flags(name: &str, words: &[&str], found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let help = Command::new(program(name)?).args(words).arg("--help").output()?;
    let help = String::from_utf8(help.stdout)?;
    found.extend(help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|w| w.starts_with("--")).map(str::to_owned));
    let subcommands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    for subcommand in subcommands.filter_map(|line| line.split_whitespace().next()).filter(|word| *word != "help") {
        flags(name, &[words, &[subcommand]].concat(), found)?;
    }
    Ok(())
}

/// Keys of a configuration's example, those commented out too: `[section] key`, or `key` at the top.
fn keys(file: &str) -> anyhow::Result<BTreeSet<String>> {
    let (text, mut section) = (read(file)?, String::new());
    let mut all = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with('[') {
            section = format!("{line} ");
        } else if let Some((key, _)) = line.trim_start_matches('#').split_once(" = ")
            && !key.contains(' ')
        {
            all.insert(format!("{section}{key}"));
        }
    }
    Ok(all)
}

/// The help of `program subcommand…`, and of how many words the subcommand is.
fn help(name: &str, words: &[&str]) -> anyhow::Result<(String, usize)> {
    let mut depth = 0;
    let mut known = String::new();
    for taken in 0..=words.len() {
        let out = Command::new(program(name)?).args(&words[..taken]).arg("--help").output()?;
        if !out.status.success() {
            break;
        }
        let text = String::from_utf8(out.stdout)?;
        if taken > 0 && text == known {
            break; // an argument, not a subcommand
        }
        (depth, known) = (taken, text);
    }
    Ok((known, depth))
}

#[test]
fn every_command_and_flag_in_the_readmes_exists() -> anyhow::Result<()> {
    for readme in READMES {
        let text = read(readme)?;
        let mut checked = 0;
        for line in commands(&text) {
            let words: Vec<&str> = line.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-')).collect();
            let Some((first, rest)) = words.split_first() else { continue };
            if let Some(script) = first.strip_prefix("./") {
                let source = read(script).with_context(|| format!("{readme}: {line}"))?;
                for flag in rest.iter().filter(|word| word.starts_with("--")) {
                    ensure!(source.contains(flag), "{readme}: {script} has no {flag}");
                }
            } else if first.starts_with("hashimori-") {
                let leading: Vec<&str> = rest.iter().copied().take_while(|word| !word.starts_with('-')).collect();
                let (help, depth) = help(first, &leading)?;
                ensure!(depth > 0 || leading.is_empty(), "{readme}: `{line}`: no such subcommand");
                for flag in rest.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                    let flag = flag.split('=').next().unwrap_or(flag);
                    let there = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == flag);
                    ensure!(there, "{readme}: `{line}`: no flag {flag} in\n{help}");
                }
            } else {
                continue;
            }
            checked += 1;
        }
        ensure!(checked >= 10, "{readme}: only {checked} commands were found to check");
    }
    Ok(())
}

#[test]
fn both_readmes_show_the_same_commands() -> anyhow::Result<()> {
    assert_eq!(commands(&read(READMES[0])?), commands(&read(READMES[1])?));
    Ok(())
}

#[test]
fn every_file_the_readmes_name_exists() -> anyhow::Result<()> {
    const ROOMS: [&str; 6] = ["agent/", "deploy/", "server/", "shared/", "tests/", ".ci/"];
    for readme in READMES {
        let text = read(readme)?;
        let named = text.split('`').skip(1).step_by(2).chain(text.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
        let commands = commands(&text);
        let named = named.chain(commands.iter().flat_map(|line| line.split_whitespace()));
        for name in named.filter(|name| ROOMS.iter().any(|room| name.starts_with(room)) && !name.contains(char::is_whitespace)) {
            ensure!(workspace().join(name).exists(), "{readme} names {name}, which does not exist");
        }
    }
    Ok(())
}

#[test]
fn the_exit_codes_in_the_readmes_are_those_the_agent_prints() -> anyhow::Result<()> {
    let (help, _) = help("hashimori-agent", &[])?;
    let printed: BTreeSet<u8> = help
        .lines()
        .skip_while(|line| !line.contains("exit codes"))
        .filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    ensure!(printed.len() > 5, "the agent's help lists no exit codes:\n{help}");
    for readme in READMES {
        let text = read(readme)?;
        let documented: BTreeSet<u8> = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()?.parse().ok()).collect();
        assert_eq!(documented, printed, "{readme}");
    }
    Ok(())
}

#[test]
fn what_running_text_calls_a_flag_or_a_key_is_one() -> anyhow::Result<()> {
    let mut known = BTreeSet::new();
    flags("hashimori-server", &[], &mut known)?;
    flags("hashimori-agent", &[], &mut known)?;
    let (collector, agent) = (keys("deploy/hashimori-server.toml")?, keys("deploy/agent/agent.toml")?);
    ensure!(known.len() > 20 && collector.len() > 20 && agent.len() > 4, "{known:?} {collector:?} {agent:?}");
    let (metrics, pack) = (read("server/src/metrics.rs")?, read("shared/packs/itsutsubashi-2019-02-08.toml")?);
    for readme in READMES {
        let text = read(readme)?;
        let mut checked = 0;
        for word in inline(&text) {
            let variable = word.strip_prefix("HASHIMORI__").map(|path| match path.to_lowercase().split_once("__") {
                Some((section, key)) => format!("[{section}] {key}"),
                None => path.to_lowercase(),
            });
            let there = if let Some(metric) = word.strip_prefix("hashimori_") {
                let name = metric.trim_end_matches("_seconds").trim_end_matches("_bytes");
                metrics.contains(&format!("\"{name}\""))
            } else if let Some(flag) = word.split(' ').find(|part| part.starts_with("--")) {
                known.contains(flag)
            } else if let Some(key) = variable {
                collector.contains(&key)
            } else if word.starts_with('[') {
                collector.iter().any(|key| key == word || key.starts_with(&format!("{word} ")))
            } else if word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                agent.contains(word) || pack.contains(&format!("{word} = "))
            } else {
                continue;
            };
            ensure!(there || word == "cargo build --release", "{readme}: there is no `{word}`");
            checked += 1;
        }
        ensure!(checked >= 8, "{readme}: only {checked} flags and keys were found to check");
    }
    Ok(())
}

#[test]
fn both_readmes_name_the_same_things_and_their_tables_hold_the_same_numbers() -> anyhow::Result<()> {
    let (english, japanese) = (read(READMES[0])?, read(READMES[1])?);
    assert_eq!(inline(&english).collect::<BTreeSet<_>>(), inline(&japanese).collect::<BTreeSet<_>>());
    assert!(tables(&english).len() > 20, "no tables");
    assert_eq!(tables(&english), tables(&japanese));
    Ok(())
}

#[test]
fn the_readmes_put_programs_units_and_account_where_the_units_look_for_them() -> anyhow::Result<()> {
    for (unit, name) in
        [("deploy/server/hashimori-server.service", "hashimori-server"), ("deploy/agent/hashimori-agent.service", "hashimori-agent")]
    {
        let text = read(unit)?;
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        let started = value("ExecStart").and_then(|line| line.split(' ').next()).context("ExecStart")?;
        let folder = started.strip_suffix(&format!("/{name}")).with_context(|| format!("{unit} starts {started}"))?;
        for readme in READMES {
            let text = read(readme)?;
            let named: BTreeSet<&str> = inline(&text).filter(|word| word.starts_with('/') && word.ends_with("/bin")).collect();
            assert_eq!(named, BTreeSet::from([folder]), "{readme} and {unit}");
            for line in commands(&text).iter().filter(|line| line.starts_with("install ") && line.contains("/release/")) {
                ensure!(line.ends_with(&format!(" {folder}/")), "{readme}: `{line}`, but {unit} starts {started}");
            }
            let Some(account) = value("User") else { continue };
            ensure!(inline(&text).any(|word| word == account), "{readme} does not name the account {account} of {unit}");
            let made = commands(&text).iter().any(|line| line.starts_with("useradd ") && line.ends_with(&format!(" {account}")));
            ensure!(made, "{readme} does not make the account {account} of {unit}");
            let config = value("ExecStart").and_then(|line| line.split(" --config ").nth(1)).context("--config")?;
            ensure!(commands(&text).iter().any(|line| line.starts_with("install ") && line.ends_with(config)), "{readme}: no {config}");
        }
    }
    Ok(())
}
