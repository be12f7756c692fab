//! Exit codes, and failures as the person at the device reads them (Japanese outside, English cause inside).

use std::fmt;

use hashimori_shared::lang::Lang;

use crate::words::Sentence;

/// How a command ended. The numbers are a promise to scripts; `--help` and README list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Something failed that this program did not foresee.
    Failed = 1,
    /// Wrong arguments or a wrong configuration file.
    Usage = 2,
    /// This device is not enrolled.
    NotEnrolled = 3,
    /// The collector could not be reached or asked to wait; everything is kept and tried again.
    Later = 4,
    /// The server's certificate is not trusted (TLS inspection, wrong code, wrong server).
    Untrusted = 5,
    /// The collector refused (code used up or expired, request not understood).
    Refused = 6,
    /// This device was retired; nothing is sent any more.
    Retired = 7,
    /// Another process works in the state folder.
    Busy = 8,
    /// The state folder cannot be read or written, or is damaged.
    State = 9,
}

impl Exit {
    /// The table in `--help`.
    pub(crate) const HELP: &'static str = "\
終了コード (exit codes):
  0  完了 (done)
  1  予期しない失敗 (unexpected failure)
  2  引数または設定ファイルの誤り (usage or configuration)
  3  未登録 (not enrolled)
  4  収集サーバーに届かない・待つよう言われた。内容は保管し再送する (kept, tried again later)
  5  接続先の証明書を信頼できない (untrusted: TLS inspection, wrong code or server)
  6  収集サーバーが断った (refused by the collector)
  7  登録から外された (retired)
  8  別の処理が作業中 (state folder busy)
  9  状態フォルダーを読み書きできない・壊れている (state folder)";
}

/// A command that did not succeed: what the person reads, and the cause for the log.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Exit code.
    pub(crate) exit: Exit,
    /// What happened and what to do (Japanese).
    pub(crate) message: String,
    /// The same in English, where the command that fails speaks it.
    english: Option<&'static str>,
    /// The cause (English), if there is more to say.
    pub(crate) cause: Option<String>,
}

impl Failure {
    /// A failure with its sentence for the person.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), english: None, cause: None }
    }

    /// A failure with its sentence for the person in every language.
    pub(crate) fn said(exit: Exit, sentence: Sentence) -> Self {
        Self { english: Some(sentence.get(Lang::English)), ..Self::new(exit, sentence.get(Lang::Japanese)) }
    }

    /// The same to a person of that language.
    #[must_use]
    pub(crate) fn told_in(mut self, lang: Lang) -> Self {
        match (lang, self.english) {
            (Lang::English, Some(english)) => english.clone_into(&mut self.message),
            (Lang::English, None) | (Lang::Japanese, _) => {}
        }
        self
    }

    /// With the cause.
    #[must_use]
    pub(crate) fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(cause) = &self.cause {
            write!(f, "\n  ({cause})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
