//! `enroll`: the code names the root to trust, the collector issues a certificate over a key that is made here.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use data_encoding::BASE64;
use hashimori_shared::checkin::PROTOCOL_VERSION;
use hashimori_shared::code::{EnrolmentCode, InvalidCode};
use hashimori_shared::enroll::{ENROLL_PATH, EnrollRequest, Issued};
use hashimori_shared::lang::Lang;
use hashimori_shared::problem::kind;
use rand::Rng as _;
use zeroize::Zeroizing;

use super::{PSEUDONYM_KEY, World, language};
use crate::client::{Answer, Collector, Endpoint, Me};
use crate::exit::{Exit, Failure};
use crate::identity::{Enrolment, Identity};
use crate::key::{DeviceKey, KeyPlace};
use crate::link::usable_chain;
use crate::trust::{Trust, certain_time};
use crate::words;

/// A file or pipe longer than this holds no enrolment code.
const LONGEST_CODE: u64 = 4096;
const LONGEST_LABEL: usize = 60;

#[derive(Debug, Args)]
pub(super) struct EnrollArgs {
    /// 収集サーバーの機器用ポート（ホスト:ポート）
    #[arg(long, value_name = "HOST:PORT")]
    server: String,
    /// 登録コードを書いたファイル（- は標準入力）。省くと、端末では尋ね、そうでなければ標準入力から読む
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// 管理番号や置き場所など（60字まで。人の名前は書かない）
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// 判定や理由を知らせる言葉（ja または en。あとで変えるには agent.toml の language）
    #[arg(long, value_name = "LANG", value_parser = language::named, default_value = "ja")]
    lang: Lang,
}

pub(super) fn enroll(mut world: World, args: EnrollArgs) -> Result<Exit, Failure> {
    let endpoint: Endpoint = args.server.parse().map_err(|e| {
        Failure::new(Exit::Usage, "--server は ホスト:ポート の形で指定してください（例: collector.example:8443）。").because(e)
    })?;
    if args.label.as_ref().is_some_and(|l| l.chars().count() > LONGEST_LABEL) {
        return Err(Failure::new(Exit::Usage, "--label は60字までです。"));
    }
    let _lock = world.folder.lock().map_err(words::state)?;
    match Identity::find(&world.folder).map_err(words::state)? {
        Enrolment::Enrolled(identity) => {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "この機器は {} に登録済みです。登録し直すには、先に hashimori-agent unenroll を実行してください。",
                    identity.facility
                ),
            ));
        }
        Enrolment::Damaged => Identity::set_aside(&world.folder).map_err(words::state)?,
        Enrolment::Absent => {}
    }
    let code = read_code(args.code_file.as_deref())?;
    let now = World::now();
    let pseudonym_key = pseudonym_key(&mut world)?;
    let observation = world.observe(now, pseudonym_key);
    let (key, key_place) = key(&world)?;
    let machine = observation.report.machine;
    let request = EnrollRequest {
        v: PROTOCOL_VERSION,
        secret: code.secret_hex(),
        csr: key.request().map_err(|e| Failure::new(Exit::Failed, "証明書の申請を作れません。").because(e))?,
        agent: observation.report.agent,
        os: machine.os.and_then(|f| f.value().cloned()),
        hardware: machine.hardware.and_then(|f| f.value().cloned()),
        hardware_ids: machine.hardware_ids.and_then(|f| f.value().cloned()).unwrap_or_default(),
        label: args.label.clone(),
    };
    let json = Zeroizing::new(serde_json::to_vec(&request).unwrap_or_default());
    let unreachable = |e| {
        let text = words::no_answer(&e, &endpoint.to_string(), Lang::Japanese);
        Failure::new(words::exit(&e), text.replace("内容は保管し、送り直します。", "登録コードはまだ使われていません。")).because(e)
    };
    let collector =
        Collector::new(endpoint.clone(), Trust::Pin(code.root_pin), Me::Anonymous, certain_time(None), world.settings.proxy.as_ref())
            .map_err(&unreachable)?;
    let answer = collector.post(ENROLL_PATH, &json).map_err(&unreachable)?;
    if answer.status != 200 && answer.status != 201 {
        return Err(refused(&answer));
    }
    let issued: Issued =
        serde_json::from_slice(&answer.body).map_err(|e| Failure::said(Exit::Refused, words::NOT_UNDERSTOOD).because(e))?;
    let chain =
        usable_chain(&issued, &key, certain_time(None)).map_err(|e| Failure::said(Exit::Refused, words::NOT_UNDERSTOOD).because(e))?;
    let root = collector.root().ok_or_else(|| Failure::said(Exit::Untrusted, words::NOT_UNDERSTOOD))?;
    let identity = Identity {
        device: words::plain(&issued.device),
        endpoints: vec![endpoint.to_string()],
        facility: words::plain(&issued.facility),
        label: args.label,
        language: args.lang,
        enrolled_at: now,
        roots: vec![BASE64.encode(&root)],
        chain,
        key_place,
        next_root_serial: 0,
        successor_serial: 0,
    };
    identity.save(&world.folder).map_err(words::state)?;
    println!("{} に登録しました。機器番号: {}", identity.facility, identity.device);
    println!("自動で確認するコードでなければ、管理者が確認するまでは「登録待ち」です。すぐに一度送るには: hashimori-agent check-in");
    println!("常駐を始めるには: systemctl enable --now hashimori-agent");
    Ok(Exit::Done)
}

/// The secret for pseudonyms: kept from an earlier enrolment, so that accounts keep their pseudonyms, else drawn.
fn pseudonym_key(world: &mut World) -> Result<[u8; 32], Failure> {
    if let Some(key) = world.pseudonym_key()? {
        return Ok(key);
    }
    let mut key = [0; 32];
    world.rng.fill_bytes(&mut key);
    world.folder.write(PSEUDONYM_KEY, &key).map_err(words::state)?;
    Ok(key)
}

/// The key of an enrolment that was interrupted, else a new one; kept before the code is used, so that no crash can
/// use up a code and lose the key it was used for.
fn key(world: &World) -> Result<(DeviceKey, KeyPlace), Failure> {
    let failed = |e| Failure::new(Exit::State, "機器の鍵を作れない、または保管できません。").because(e);
    if let Ok(key) = DeviceKey::load(&world.folder, KeyPlace::File) {
        return Ok((key, KeyPlace::File));
    }
    let key = DeviceKey::generate().map_err(failed)?;
    let place = key.keep(&world.folder, world.settings.key_store).map_err(failed)?;
    Ok((key, place))
}

fn read_code(file: Option<&Path>) -> Result<EnrolmentCode, Failure> {
    let unreadable = |e: std::io::Error| Failure::new(Exit::Usage, "登録コードを読めません。").because(e);
    let mut text = Zeroizing::new(String::new());
    match file {
        Some(path) if path != Path::new("-") => {
            std::fs::File::open(path).map_err(unreadable)?.take(LONGEST_CODE).read_to_string(&mut text).map_err(unreadable)?;
        }
        None if std::io::stdin().is_terminal() => {
            eprint!("登録コード: ");
            std::io::stdin().lock().take(LONGEST_CODE).read_line(&mut text).map_err(unreadable)?;
        }
        Some(_) | None => {
            std::io::stdin().lock().take(LONGEST_CODE).read_to_string(&mut text).map_err(unreadable)?;
        }
    }
    text.trim().parse().map_err(|e| {
        Failure::new(
            Exit::Usage,
            match e {
                InvalidCode::Character { position, character } => {
                    format!("登録コードの{position}文字目「{character}」は、登録コードに使われない文字です。")
                }
                InvalidCode::Length(n) => format!("登録コードは44文字ですが、{n}文字しか（または余分に）入力されています。"),
                InvalidCode::Checksum => "登録コードに打ち間違いがあります。見比べて、もう一度入力してください。".to_owned(),
            },
        )
    })
}

fn refused(answer: &Answer) -> Failure {
    let problem = answer.problem();
    let is = |slug: &str| problem.as_ref().is_some_and(|p| p.is(slug));
    let failure = if is(kind::CODE_REFUSED) {
        Failure::new(
            Exit::Refused,
            "登録コードが受け付けられませんでした（使用済み・期限切れ・取り消しのいずれかです）。管理者に新しいコードを頼んでください。",
        )
    } else if matches!(answer.status, 429 | 503) {
        let wait = answer.retry_after_s.map_or_else(|| "しばらく".to_owned(), |s| format!("{s}秒ほど"));
        Failure::new(
            Exit::Later,
            format!("収集サーバーが混み合っています。{wait}待ってやり直してください。登録コードはまだ使われていません。"),
        )
    } else if answer.status >= 500 {
        Failure::new(Exit::Later, "収集サーバーで処理に失敗しました。しばらく待ってやり直してください。")
    } else {
        Failure::said(Exit::Refused, words::NOT_UNDERSTOOD)
    };
    let cause = problem.map_or_else(|| "no problem document".to_owned(), |p| format!("{} {}", p.title, p.detail.unwrap_or_default()));
    failure.because(format!("{}: {}", answer.status, cause.trim()))
}
