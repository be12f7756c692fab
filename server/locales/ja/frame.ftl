# What surrounds every page.
frame-title = { $page } | 橋守
frame-brand = 橋守
frame-brand-note = いつつばし連絡帳 機器の状態
frame-skip = 本文へ移動
frame-nav = 主なページ
frame-promise = 橋守は機器の状態を読み取るだけで、設定は変えません。
frame-language = ことば
nav-places = 事業所と機器
nav-rules = 規程
nav-what-is-checked = 点検プログラムが見るもの
nav-what-is-checked-whole = 点検プログラムが見るもの・見ないもの
nav-account = 自分のアカウント
nav-sign-out = サインアウト
