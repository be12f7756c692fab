//! `status`: how this device stands, without network.

use clap::Args;
use hashimori_shared::checkin::Standing;
use hashimori_shared::time::Timestamp;
use serde::Serialize;

use super::World;
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::identity::Identity;
use crate::outbox::Outbox;
use crate::state::Progress;
use crate::words;

/// A clock further off than this is flagged 時刻ずれ, seconds.
const SKEW_S: i64 = 300;

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// JSONで出す
    #[arg(long)]
    json: bool,
}

/// What `status --json` prints.
#[derive(Debug, Serialize)]
struct Status<'a> {
    device: &'a str,
    facility: &'a str,
    label: Option<&'a str>,
    endpoints: &'a [String],
    key: crate::key::KeyPlace,
    certificate_until: Option<Timestamp>,
    standing: Option<Standing>,
    retired_at: Option<Timestamp>,
    last_answer_at: Option<Timestamp>,
    next_due: Option<Timestamp>,
    waiting: usize,
    dropped: u32,
    set_aside: u32,
    clock_skew_s: Option<i64>,
    headline: Option<hashimori_shared::verdict::State>,
    trouble: Option<&'a str>,
}

pub(super) fn status(world: &World, args: &StatusArgs) -> Result<Exit, Failure> {
    let identity = enrolled(&world.folder)?;
    let progress = Progress::peek(&world.folder).map_err(words::state)?;
    let waiting = Outbox::count(&world.folder).map_err(words::state)?;
    if args.json {
        let status = Status {
            device: &identity.device,
            facility: &identity.facility,
            label: identity.label.as_deref(),
            endpoints: &identity.endpoints,
            key: identity.key_place,
            certificate_until: identity.validity().map(|v| v.1),
            standing: progress.last_reply.as_ref().map(|r| r.standing),
            retired_at: progress.retired_at,
            last_answer_at: progress.last_reply.as_ref().map(|r| r.at),
            next_due: progress.next_due,
            waiting,
            dropped: progress.dropped,
            set_aside: progress.set_aside,
            clock_skew_s: progress.clock_skew_s(),
            headline: progress.verdict.as_ref().map(|v| v.headline),
            trouble: progress.trouble.as_ref().map(|t| t.text.as_str()),
        };
        println!("{}", serde_json::to_string(&status).unwrap_or_default());
    } else {
        print!("{}", describe(&identity, &progress, waiting));
    }
    Ok(if progress.retired_at.is_some() { Exit::Retired } else { Exit::Done })
}

fn describe(identity: &Identity, progress: &Progress, waiting: usize) -> String {
    let mut lines = vec![
        format!("施設: {}", identity.facility),
        format!("機器番号: {}", identity.device),
        format!("ラベル: {}", identity.label.as_deref().unwrap_or("（なし）")),
        format!("接続先: {}", identity.endpoints.join("、次に ")),
        format!("鍵の場所: {}", identity.key_place.label_ja()),
        format!("証明書の期限: {}", identity.validity().map_or_else(|| "読めません".to_owned(), |v| v.1.jst_date())),
    ];
    let standing = match (progress.retired_at, progress.last_reply.as_ref().map(|r| r.standing)) {
        (Some(at), _) => format!("登録から外されました（{}）。何も送りません", at.jst_minute()),
        (None, None) => "まだ一度も届いていません".to_owned(),
        (None, Some(Standing::Pending)) => "登録待ち（管理者の確認を待っています）".to_owned(),
        (None, Some(Standing::Active)) => "使用中".to_owned(),
        (None, Some(Standing::Held)) => "保留中。管理者に連絡してください".to_owned(),
    };
    lines.push(format!("登録の状態: {standing}"));
    if let Some(reply) = &progress.last_reply {
        lines.push(format!("最後に届いた時刻: {}", reply.at.jst_minute()));
        lines.extend(reply.message.as_ref().map(|m| format!("収集サーバーから: {m}")));
    }
    lines.extend(progress.verdict.as_ref().map(|v| format!("判定: {}（詳しくは hashimori-agent explain）", v.headline.label_ja())));
    lines.extend(progress.next_due.filter(|_| progress.retired_at.is_none()).map(|due| format!("次の予定: {}", due.jst_minute())));
    lines.push(format!("送信待ち: {waiting}件"));
    if progress.dropped > 0 {
        lines.push(format!("送れずに捨てた点検: {}件（次に送るとき伝えます）", progress.dropped));
    }
    if progress.set_aside > 0 {
        lines.push(format!("壊れていた、または断られて脇に置いたファイル: {}件（状態フォルダーの damaged）", progress.set_aside));
    }
    lines.extend(progress.clock_skew_s().filter(|s| s.abs() > SKEW_S).map(skew));
    lines.extend(progress.trouble.as_ref().map(|t| format!("困っていること（{}）: {}", t.at.jst_minute(), t.text)));
    lines.join("\n") + "\n"
}

fn skew(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    let amount = match minutes {
        0..120 => format!("{minutes}分"),
        120..2880 => format!("{}時間", minutes / 60),
        _ => format!("{}日", minutes / 1440),
    };
    let side = if seconds > 0 { "進んで" } else { "遅れて" };
    format!("時刻ずれ: この機器の時計は約{amount}{side}います。時計を合わせてください")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_named_with_its_size_and_direction() {
        assert!(skew(-5 * 365 * 86_400).contains("約1825日遅れて"));
        assert!(skew(600).contains("約10分進んで"));
        assert!(skew(3 * 3600).contains("約3時間進んで"));
    }
}
