//! Sentences for the person at the device, in one place.

use crate::client::NoAnswer;
use crate::exit::{Exit, Failure};
use crate::state::StateError;
use crate::trust::Distrust;

pub(crate) const NOT_ENROLLED: &str =
    "この機器はまだ登録されていません。管理者から登録コードを受け取り、hashimori-agent enroll --server ホスト:ポート を実行してください。";
pub(crate) const IDENTITY_DAMAGED: &str =
    "登録情報のファイルが壊れています。管理者から新しい登録コードを受け取り、もう一度 enroll を実行してください。";
pub(crate) const KEY_LOST: &str =
    "この機器の鍵が見つからないか壊れています。管理者から新しい登録コードを受け取り、もう一度 enroll を実行してください。";
pub(crate) const BUSY_THERE: &str = "収集サーバーが混み合っています。指定された時間を置いて送り直します。";
pub(crate) const FAILED_THERE: &str = "収集サーバーで処理に失敗しました。時間を置いて送り直します。";
pub(crate) const NOT_UNDERSTOOD: &str =
    "収集サーバーと話が合いません（点検プログラムの版か証明書の問題です）。内容は保管しています。管理者に連絡してください。";
pub(crate) const GONE: &str = "収集サーバーがこの接続先にはもうありません。管理者に連絡してください。";
pub(crate) const REFUSED_REPORT: &str = "収集サーバーが受け付けない報告が1件あり、脇に置きました。続くようなら管理者に連絡してください。";
pub(crate) const TOO_OLD: &str = "長く使われなかったため、証明書を更新できる期間を過ぎました。管理者から新しい登録コードを受け取り、hashimori-agent unenroll --force のあと、もう一度 enroll を実行してください。";
pub(crate) const NOT_RENEWED: &str = "証明書を更新できませんでした。管理者に連絡してください。";
pub(crate) const RETIRED: &str = "この機器は登録から外されました。以後は何も送りません。心当たりがなければ管理者に連絡してください。";

/// Text of the collector's as it may be shown on a terminal: no control characters, so that a stolen collector cannot
/// steer the terminal it is shown on.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// What the person reads when there was no answer, with its exit code.
pub(crate) fn no_answer(no_answer: &NoAnswer, endpoint: &str) -> (Exit, String) {
    match no_answer {
        // Anybody may take this name; all that follows is to ask the administrator, whose code then decides.
        NoAnswer::Untrusted(Distrust::Foreign(issuer)) if issuer.starts_with("Hashimori Issuing CA") => (
            Exit::Untrusted,
            format!(
                "接続先 {endpoint} の収集サーバーは、この機器が知らない認証局を使っています（発行者: {issuer}）。\
                 長く通信しない間に認証局が切り替わったか、別の収集サーバーです。管理者に確かめ、切り替わっていた場合は新しい登録コードを受け取り、\
                 hashimori-agent unenroll --force のあと、もう一度 enroll を実行してください。"
            ),
        ),
        NoAnswer::Untrusted(Distrust::Foreign(issuer)) => (
            Exit::Untrusted,
            format!(
                "接続先 {endpoint} の証明書は、登録した収集サーバーのものではありません（発行者: {issuer}）。\
                 通信を検査する機器やソフトが間にある場合は、{endpoint} を検査の対象から外すよう、ネットワークの担当者に頼んでください。"
            ),
        ),
        NoAnswer::Untrusted(Distrust::Expired) => {
            (Exit::Untrusted, format!("接続先 {endpoint} の証明書は期限が切れています。管理者に連絡してください。"))
        }
        NoAnswer::Untrusted(Distrust::OtherName) => {
            (Exit::Untrusted, format!("接続先 {endpoint} の証明書は別の名前のものです。--server に渡した名前を管理者に確かめてください。"))
        }
        NoAnswer::Untrusted(Distrust::Invalid(_)) => {
            (Exit::Untrusted, format!("接続先 {endpoint} の証明書を確かめられません。管理者に連絡してください。"))
        }
        NoAnswer::Proxy(_) => (
            Exit::Later,
            "プロキシを通れませんでした。agent.toml の proxy か環境変数 HTTPS_PROXY を確かめてください。内容は保管し、送り直します。"
                .to_owned(),
        ),
        NoAnswer::Tls(_) => (
            Exit::Later,
            format!(
                "接続先 {endpoint} と暗号化通信（TLS 1.3）を始められません。途中の機器が妨げていることがあります。内容は保管し、送り直します。"
            ),
        ),
        NoAnswer::Unreachable(_) => {
            (Exit::Later, format!("収集サーバー {endpoint} に届きません。ネットワークを確かめてください。内容は保管し、送り直します。"))
        }
    }
}

/// A failure of the state folder.
pub(crate) fn state(error: StateError) -> Failure {
    match error {
        StateError::Busy => Failure::new(Exit::Busy, "点検プログラムの別の処理が作業中です。しばらく待ってやり直してください。"),
        StateError::Io { .. } => {
            Failure::new(Exit::State, "状態フォルダーを読み書きできません。権限（root で実行しているか）と空き容量を確かめてください。")
                .because(error)
        }
    }
}
