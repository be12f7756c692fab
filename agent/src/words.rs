//! Sentences for the person at the device, in one place.

use hashimori_shared::lang::{Lang, say};

use crate::client::NoAnswer;
use crate::exit::{Exit, Failure};
use crate::state::StateError;
use crate::trust::Distrust;

/// A sentence in every language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence {
    ja: &'static str,
    en: &'static str,
}

impl Sentence {
    /// In a language.
    pub(crate) const fn get(self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }
}

/// A sentence of these words.
pub(crate) const fn both(ja: &'static str, en: &'static str) -> Sentence {
    Sentence { ja, en }
}

pub(crate) const NOT_ENROLLED: Sentence = both(
    "この機器はまだ登録されていません。管理者から登録コードを受け取り、hashimori-agent enroll --server ホスト:ポート を実行してください。",
    "This device is not enrolled yet. Get an enrolment code from your administrator and run hashimori-agent enroll --server HOST:PORT.",
);
pub(crate) const IDENTITY_DAMAGED: Sentence = both(
    "登録情報のファイルが壊れています。管理者から新しい登録コードを受け取り、もう一度 enroll を実行してください。",
    "The file that holds this device's enrolment is damaged. Get a new enrolment code from your administrator and run enroll again.",
);
pub(crate) const KEY_LOST: Sentence = both(
    "この機器の鍵が見つからないか壊れています。管理者から新しい登録コードを受け取り、もう一度 enroll を実行してください。",
    "This device's key is missing or damaged. Get a new enrolment code from your administrator and run enroll again.",
);
pub(crate) const BUSY_THERE: Sentence = both(
    "収集サーバーが混み合っています。指定された時間を置いて送り直します。",
    "The collector is busy. This device sends again after the time that it was told.",
);
pub(crate) const FAILED_THERE: Sentence = both(
    "収集サーバーで処理に失敗しました。時間を置いて送り直します。",
    "Something failed at the collector. This device sends again after a while.",
);
pub(crate) const NOT_UNDERSTOOD: Sentence = both(
    "収集サーバーと話が合いません（点検プログラムの版か証明書の問題です）。内容は保管しています。管理者に連絡してください。",
    "This device and the collector do not understand each other (the checking program's version, or a certificate). \
     Nothing is lost. Ask your administrator.",
);
pub(crate) const GONE: Sentence = both(
    "収集サーバーがこの接続先にはもうありません。管理者に連絡してください。",
    "The collector is no longer at this address. Ask your administrator.",
);
pub(crate) const REFUSED_REPORT: Sentence = both(
    "収集サーバーが受け付けない報告が1件あり、脇に置きました。続くようなら管理者に連絡してください。",
    "The collector did not take one report, which was set aside. If it happens again, ask your administrator.",
);
pub(crate) const TOO_OLD: Sentence = both(
    "長く使われなかったため、証明書を更新できる期間を過ぎました。管理者から新しい登録コードを受け取り、hashimori-agent unenroll --force のあと、もう一度 enroll を実行してください。",
    "This device was away too long for its certificate to be renewed. Get a new enrolment code from your administrator, run \
     hashimori-agent unenroll --force, then enroll again.",
);
pub(crate) const NOT_RENEWED: Sentence =
    both("証明書を更新できませんでした。管理者に連絡してください。", "The certificate could not be renewed. Ask your administrator.");
pub(crate) const RETIRED: Sentence = both(
    "この機器は登録から外されました。以後は何も送りません。心当たりがなければ管理者に連絡してください。",
    "This device was taken out of use and sends nothing any more. If you did not expect that, ask your administrator.",
);
const STATE_BUSY: Sentence = both(
    "点検プログラムの別の処理が作業中です。しばらく待ってやり直してください。",
    "The checking program is at work elsewhere. Wait a moment and try again.",
);
const STATE_UNREADABLE: Sentence = both(
    "状態フォルダーを読み書きできません。権限（root で実行しているか）と空き容量を確かめてください。",
    "The state folder cannot be read or written. See that you are root, and that the disk has room.",
);
/// Text of the collector's as it may be shown on a terminal: no control characters, so that a stolen collector cannot
/// steer the terminal it is shown on.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// How a command ends when there was no answer.
pub(crate) const fn exit(no_answer: &NoAnswer) -> Exit {
    match no_answer {
        NoAnswer::Untrusted(_) => Exit::Untrusted,
        NoAnswer::Proxy(_) | NoAnswer::Tls(_) | NoAnswer::Unreachable(_) => Exit::Later,
    }
}

/// What the person reads when there was no answer.
pub(crate) fn no_answer(no_answer: &NoAnswer, endpoint: &str, lang: Lang) -> String {
    match no_answer {
        // Anybody may take this name; all that follows is to ask the administrator, whose code then decides.
        NoAnswer::Untrusted(Distrust::Foreign(issuer)) if issuer.starts_with("Hashimori Issuing CA") => say!(
            lang,
            "接続先 {endpoint} の収集サーバーは、この機器が知らない認証局を使っています（発行者: {issuer}）。\
             長く通信しない間に認証局が切り替わったか、別の収集サーバーです。管理者に確かめ、切り替わっていた場合は新しい登録コードを受け取り、\
             hashimori-agent unenroll --force のあと、もう一度 enroll を実行してください。",
            "The collector at {endpoint} has a certificate authority that this device does not know (issuer: {issuer}). \
             It changed while this device was away, or this is another collector. Ask your administrator; if it changed, get a new enrolment \
             code, run hashimori-agent unenroll --force, then enroll again."
        ),
        NoAnswer::Untrusted(Distrust::Foreign(issuer)) => say!(
            lang,
            "接続先 {endpoint} の証明書は、登録した収集サーバーのものではありません（発行者: {issuer}）。\
             通信を検査する機器やソフトが間にある場合は、{endpoint} を検査の対象から外すよう、ネットワークの担当者に頼んでください。",
            "The certificate at {endpoint} is not that of the collector this device enrolled with (issuer: {issuer}). \
             If something on the way inspects traffic, ask whoever runs the network to exempt {endpoint}."
        ),
        NoAnswer::Untrusted(Distrust::Expired) => say!(
            lang,
            "接続先 {endpoint} の証明書は期限が切れています。管理者に連絡してください。",
            "The certificate at {endpoint} has expired. Ask your administrator."
        ),
        NoAnswer::Untrusted(Distrust::OtherName) => say!(
            lang,
            "接続先 {endpoint} の証明書は別の名前のものです。--server に渡した名前を管理者に確かめてください。",
            "The certificate at {endpoint} is for another name. Ask your administrator about the name that was given with --server."
        ),
        NoAnswer::Untrusted(Distrust::Invalid(_)) => say!(
            lang,
            "接続先 {endpoint} の証明書を確かめられません。管理者に連絡してください。",
            "The certificate at {endpoint} cannot be verified. Ask your administrator."
        ),
        NoAnswer::Proxy(_) => lang
            .pick(
                "プロキシを通れませんでした。agent.toml の proxy か環境変数 HTTPS_PROXY を確かめてください。内容は保管し、送り直します。",
                "The proxy did not let this device through. See proxy in agent.toml, or HTTPS_PROXY in the environment. \
                 Nothing is lost; this device sends again.",
            )
            .to_owned(),
        NoAnswer::Tls(_) => say!(
            lang,
            "接続先 {endpoint} と暗号化通信（TLS 1.3）を始められません。途中の機器が妨げていることがあります。内容は保管し、送り直します。",
            "No encrypted connection (TLS 1.3) to {endpoint} comes about; something on the way may prevent it. \
             Nothing is lost; this device sends again."
        ),
        NoAnswer::Unreachable(_) => say!(
            lang,
            "収集サーバー {endpoint} に届きません。ネットワークを確かめてください。内容は保管し、送り直します。",
            "The collector {endpoint} cannot be reached. See to the network. Nothing is lost; this device sends again."
        ),
    }
}

/// A failure of the state folder.
pub(crate) fn state(error: StateError) -> Failure {
    match error {
        StateError::Busy => Failure::said(Exit::Busy, STATE_BUSY),
        StateError::Io { .. } => Failure::said(Exit::State, STATE_UNREADABLE).because(error),
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::is_japanese;

    use super::*;

    #[test]
    fn every_sentence_is_japanese_in_japanese_and_has_none_of_it_in_english() {
        let fixed = [
            NOT_ENROLLED,
            IDENTITY_DAMAGED,
            KEY_LOST,
            BUSY_THERE,
            FAILED_THERE,
            NOT_UNDERSTOOD,
            GONE,
            REFUSED_REPORT,
            TOO_OLD,
            NOT_RENEWED,
            RETIRED,
            STATE_BUSY,
            STATE_UNREADABLE,
        ];
        let issuers = ["Hashimori Issuing CA 2", "Inspector"].map(|issuer| Distrust::Foreign(issuer.to_owned()));
        let others = [Distrust::Expired, Distrust::OtherName, Distrust::Invalid(String::new())];
        let unanswered = issuers.into_iter().chain(others).map(NoAnswer::Untrusted).chain([
            NoAnswer::Proxy(String::new()),
            NoAnswer::Tls(String::new()),
            NoAnswer::Unreachable(String::new()),
        ]);
        let told = unanswered.map(|why| Lang::ALL.map(|lang| no_answer(&why, "collector.example:8443", lang)));
        for [ja, en] in fixed.into_iter().map(|sentence| Lang::ALL.map(|lang| sentence.get(lang).to_owned())).chain(told) {
            assert!(is_japanese(&ja) && !en.is_empty() && !is_japanese(&en) && !en.contains("  "), "{ja}\n{en}");
        }
    }
}
