# A device's past: changes of its verdict, and who read its page.
history-title = 判定の移り変わり
history-none = 判定はまだ変わっていません。
history-col-at = 日時
history-col-verdict = 判定
history-col-cause = きっかけ
history-col-clauses = 変わった条項
history-report = 新しい状態報告
history-time = 時間の経過
history-rules = 規程・一覧表の更新
history-answer = 自己点検の回答
history-other = そのほか
history-older = 古い変化を見る
viewers-title = このページを見た人
viewers-about = 同じ人が10分以内に見直したときは、1回として記録しています。
viewers-none = まだだれも見ていません。
viewers-col-who = 見た人
viewers-col-at = 日時
