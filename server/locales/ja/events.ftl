# What can happen to an account's ways in; the key is `event-` and the stored word.
event-reset_issued = アカウントを設定し直すための一度だけ使えるリンクが発行されました。
event-reset_used = 一度だけ使えるリンクで、アカウントが設定し直されました。
event-reset_asked = パスワードだけで、アカウントの設定し直しが申し込まれました。
event-reset_stopped = 通常のサインインがあったため、アカウントの設定し直しの申込みを取り消しました。心当たりがないときは、パスワードを変更してください。
event-password_changed = パスワードを設定しました。
event-password_removed = パスワードと確認アプリによるサインインをやめました。
event-app_changed = 確認アプリを登録しました。
event-codes_renewed = 予備コードを作り直しました。
event-passkey_added = パスキーを登録しました。
event-passkey_removed = パスキーを削除しました。
event-oidc_linked = 組織のアカウントと結び付けました。
event-address_registered = メールアドレスを登録しました。
event-address_removed = 登録したメールアドレスを削除しました。
event-oidc_unlinked = 組織のアカウントとの結び付けをやめました。
event-calendar_made = カレンダー用のアドレスを作りました。
event-calendar_ended = カレンダー用のアドレスを止めました。
