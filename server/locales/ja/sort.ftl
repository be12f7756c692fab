# Saying that a device is of another kind, or another's.
sort-offer = 種類・所有を改める
sort-title = { $device }の種類・所有を改める
sort-then-judged = 種類と所有によって、守る条項が変わります。すぐに判定をやり直します。
sort-then-facts = 個人所有の機器の読み取った内容は、事業所の担当者だけが見られます。事業所の機器に改めると、事務局と閲覧者にも見えるようになります。
sort-then-seen = 改めたことと理由は、「対象から外した機器」として、事務局に見え続けます。
sort-do = 改める
sort-same = 種類も所有も、今のままです。改めるほうを選んでください。
sort-wrong = 種類か所有が選ばれていません。選び直してください。
sort-gone = この機器は、先にほかの人が改めたか、使用を終えています。何も変えていません。機器のページで今の状態を確かめてください。
sort-owner-changed = { $was }から{ $is }に変更
sort-class-changed = { $was }から{ $is }に変更
