# What a person must look at, and devices that wait for a decision.
alerts-title = 確かめることがあります（{ $n }件）
alerts-lost-seen = 紛失として扱っている機器から、状態報告が届きました。
alerts-lost-seen-todo = 見つかったのか、ほかの人が使っているのかを確かめてください。届いた報告は記録として残ります。
alerts-copied = 同じ鍵を持つ機器が2台ある疑いがあります（複製の疑い）。
alerts-copied-todo = 現物を確かめ、この機器を確認するか、登録を断ってください。
alerts-copied-decide = 確認を待つ機器のページへ
alerts-when = 最後: { $last }（{ $ago }）、最初: { $first }、{ $times }回
alerts-close = 確かめました
alerts-close-one = { $name } について確かめました
alerts-more = ほかにもあります。確かめた分から閉じると、続きが出ます。
alerts-waiting = 人の確認を待つ機器が{ $n }台あります。
alerts-waiting-act = 現物と見比べて確認する
alerts-pager = 一覧のページ
alerts-next-devices = 次の機器を見る
alerts-next-codes = 次の登録コードを見る
alerts-no-further = この先にはありません。
alerts-no-qr = QRコードを作れませんでした。上のコードを入力してください。
