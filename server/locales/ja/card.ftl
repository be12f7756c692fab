# The card printed with an enrolment code: no names on it.
card-title = 登録コードの控え（印刷用）
card-about = この枠の中だけで登録できます。事業所や人の名前は入っていません。使い終えたら破棄してください。
card-server = 収集サーバー
card-steps = 手順
card-step-install = 機器に点検プログラムを入れます。
card-step-run = 管理者権限で次の1行を実行します。
card-step-type = 尋ねられたら、上のコードを入力します（間のハイフンは省けます）。
card-step-confirm = 登録待ちの機器として出るので、現物と見比べて確認します。
card-other = WindowsとmacOS: 点検プログラムはまだありません。用意ができしだい、ここに手順を載せます。
