//! What the READMEs promise is there: their commands, flags, files and exit codes, the same in both languages.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_tests::programs::{program, workspace};

const READMES: [&str; 2] = ["README.md", "README.ja.md"];

fn read(name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(workspace().join(name)).with_context(|| name.to_owned())
}

/// Lines of fenced blocks, comments cut off, without prompts and `sudo`.
fn commands(text: &str) -> BTreeSet<String> {
    let blocks = text.split("```").skip(1).step_by(2).filter(|block| block.starts_with("sh\n"));
    blocks
        .flat_map(str::lines)
        .skip(1)
        .map(|line| line.split(" #").next().unwrap_or_default().trim())
        .map(|line| line.strip_prefix("sudo ").unwrap_or(line).to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#') && line != "sh")
        .collect()
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
