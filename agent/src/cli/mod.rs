//! The command line: parses arguments, gathers settings, runs one command and turns its end into an exit code.

mod check_in;
mod enroll;
mod explain;
mod language;
mod report;
mod run;
mod status;
mod unenroll;
mod verdict;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use hashimori_shared::time::Timestamp;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};

use crate::config::{self, Overrides, Settings};
use crate::exit::{Exit, Failure};
use crate::state::{Folder, Found, Progress};
use crate::{clock, observe, trust, words};

/// 橋守の点検プログラム: この機器の安全設定を読み取り（変更はしません）、登録先の収集サーバーだけに送ります。
#[derive(Debug, Parser)]
#[command(name = "hashimori-agent", version, after_help = Exit::HELP)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// 状態フォルダー
    #[arg(long, global = true, value_name = "DIR", env = "HASHIMORI_STATE")]
    state: Option<PathBuf>,
    /// 設定ファイル（既定: /etc/hashimori-agent/agent.toml、なくてもよい）
    #[arg(long, global = true, value_name = "FILE", env = "HASHIMORI_CONFIG")]
    config: Option<PathBuf>,
    /// CONNECT に対応したプロキシ（http://ホスト:ポート）または none
    #[arg(long, global = true, value_name = "URL", env = "HASHIMORI_PROXY", hide_env_values = true)]
    proxy: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 登録コードでこの機器を登録する
    Enroll(enroll::EnrollArgs),
    /// 常駐して定期的に点検結果を送る
    Run,
    /// 今すぐ一度だけ点検して送る
    CheckIn,
    /// 送る内容をそのまま表示する（通信も状態の変更もしない）
    Report(report::ReportArgs),
    /// 登録・通信・判定の状態を表示する
    Status(status::StatusArgs),
    /// 何を送り、どう判定され、何をすればよいかを説明する
    Explain(explain::ExplainArgs),
    /// 最後に知らされた判定を表または JSON で表示する
    Verdict(verdict::VerdictArgs),
    /// 登録をやめ、鍵と状態を消す
    Unenroll(unenroll::UnenrollArgs),
    /// Internal: reads the facts for the parent process.
    #[command(name = observe::SUBCOMMAND, hide = true)]
    ObserveChild,
    /// Internal: keeps a page for the caller and opens it.
    #[command(name = explain::hand_over::SUBCOMMAND, hide = true)]
    ShowPage(explain::hand_over::ShowPageArgs),
}

/// What every command gets.
struct World {
    settings: Settings,
    folder: Folder,
    rng: StdRng,
}

impl World {
    fn now() -> Timestamp {
        clock::now()
    }

    /// This device's secret for pseudonyms, if there is one.
    fn pseudonym_key(&self) -> Result<Option<[u8; 32]>, Failure> {
        Ok(match self.folder.read(PSEUDONYM_KEY).map_err(words::state)? {
            Found::Content(bytes) => bytes.try_into().ok(),
            Found::Absent | Found::Damaged => None,
        })
    }

    /// The same, or a one-time one where there is none or it may not be read: `report` works for everybody and changes nothing.
    fn pseudonym_key_or_temporary(&mut self) -> [u8; 32] {
        if let Ok(Some(key)) = self.pseudonym_key() {
            return key;
        }
        let mut key = [0; 32];
        self.rng.fill_bytes(&mut key);
        key
    }

    fn observe(&self, now: Timestamp, key: [u8; 32]) -> observe::Observation {
        // Whoever may not read the state folder can still look at what this device would say of itself.
        let previous = crate::state::Observed::load(&self.folder).unwrap_or_default().map(|o| (o.report, o.at));
        let limit = std::time::Duration::from_secs(self.settings.probe_timeout_s.into());
        let known = Progress::peek(&self.folder).ok().and_then(|progress| progress.known_time);
        let when = observe::When { now, certain: trust::certain_time(known) };
        observe::observe(when, key, previous, self.settings.catalogues.clone(), limit)
    }
}

/// File with the pseudonym secret.
const PSEUDONYM_KEY: &str = "pseudonym.key";

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(std::env::args_os().collect::<Vec<OsString>>()) {
        Ok(cli) => cli,
        Err(e) => {
            let exit = if e.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = e.print();
            return ExitCode::from(exit as u8);
        }
    };
    if matches!(cli.command, Command::ObserveChild) {
        return match observe::child() {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                eprintln!("<4>{e}");
                ExitCode::from(Exit::Failed as u8)
            }
        };
    }
    let exit = if let Command::ShowPage(args) = cli.command { explain::hand_over::show(args.lang) } else { run(cli) };
    ExitCode::from(exit.unwrap_or_else(|failure| told(&failure)) as u8)
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    world(cli.common).and_then(|world| dispatch(cli.command, world))
}

fn told(failure: &Failure) -> Exit {
    eprintln!("{failure}");
    failure.exit
}

fn world(common: Common) -> Result<World, Failure> {
    let env = |upper: &str, lower: &str| std::env::var(upper).or_else(|_| std::env::var(lower)).ok();
    let overrides = Overrides {
        state: common.state,
        config: common.config,
        proxy: common.proxy,
        env_proxy: env("HTTPS_PROXY", "https_proxy"),
        env_no_proxy: env("NO_PROXY", "no_proxy"),
    };
    let settings = config::load(overrides).map_err(|e| Failure::new(Exit::Usage, e.to_string()))?;
    let rng = StdRng::try_from_rng(&mut SysRng).map_err(|e| Failure::new(Exit::Failed, "乱数を得られません。").because(e))?;
    Ok(World { folder: Folder::at(settings.state.clone()), settings, rng })
}

fn dispatch(command: Command, world: World) -> Result<Exit, Failure> {
    match command {
        Command::Enroll(args) => enroll::enroll(world, args),
        Command::Run => run::run(world),
        Command::CheckIn => check_in::check_in(world),
        Command::Report(args) => report::report(world, &args),
        Command::Status(args) => status::status(&world, &args),
        Command::Explain(args) => explain::explain(world, &args),
        Command::Verdict(args) => verdict::verdict(&world, &args),
        Command::Unenroll(args) => unenroll::unenroll(world, &args),
        Command::ObserveChild | Command::ShowPage(_) => Ok(Exit::Done), // answered in `main`, before settings are read
    }
}
