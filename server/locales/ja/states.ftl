# States, standings, roles and moments: words that stand on many pages.
state-not-applicable = 該当なし
state-compliant = 適合
state-recommendation-unmet = 推奨未達
state-awaiting-declaration = 申告待ち
state-stale = 要確認
state-unknown = 未確認
state-non-compliant = 不適合
standing-pending = 登録待ち
standing-reconfirm = 再確認待ち
standing-lost = 紛失
standing-copied = 複製の疑い
standing-retired = 使用終了
standing-refused = 登録を断った機器
counts-none = 機器はまだありません
counts-devices = { $n ->
   *[other] 台
}
role-secretariat = 事務局
role-administrator = いつつばし連絡帳管理者
role-head = 事業所管理者
role-deputy = 代行者
role-auditor = 閲覧者
moment-in-minutes = あと{ $n }分
moment-in-hours = あと{ $n }時間
moment-in-days = あと{ $n }日
moment-both = { $at }（{ $ago }）
moment-now = たった今
moment-minutes-ago = { $n }分前
moment-hours-ago = { $n }時間前
moment-days-ago = { $n }日前
