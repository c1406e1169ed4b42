//! The words of the account's page.

use crate::i18n::{Text, text};
use domain::Scope;

pub const ACCOUNT: Text = text("アカウント", "Account");
pub const COULD_NOT_LOAD: Text = text("アカウントを読み込めませんでした", "The account did not load");
pub const SIGN_OUT: Text = text("サインアウト", "Sign out");
pub const NOT_DONE: Text = text("できませんでした", "It did not work");
pub const LIMITS: Text = text("上限", "Limits");
pub const ENDS: Text = text("利用期限", "Account ends");

pub const PASSWORD: Text = text("パスワード", "Password");
pub const PASSWORD_WHAT: Text =
    text("変えると、ほかのブラウザーはサインアウトします。", "Your other browsers are signed out when you change it.");
pub const CURRENT: Text = text("今のパスワード", "Present password");
pub const CHANGE: Text = text("パスワードを変える", "Change password");
pub const CHANGED: Text = text("パスワードを変えました", "Password changed");

pub const KEYBOARD: Text = text("キーボード", "Keyboard");
pub const SINGLE_KEYS: Text = text("1文字のキーで操作する", "Use keys of one letter");
pub const SINGLE_KEYS_WHAT: Text = text(
    "N で新しいジョブ、J と K で行を移動、など。キーの一覧は ? で開きます。オフにしても Ctrl+Enter、Enter、矢印、Esc は使えます。",
    "N for a new job, J and K along the rows, and more: ? lists them. Ctrl+Enter, Enter, arrows and Esc work either way.",
);

pub const SESSIONS: Text = text("サインイン中のブラウザー", "Browsers signed in");
pub const HERE: Text = text("このブラウザー", "this browser");
pub const SINCE: Text = text("サインイン", "Signed in");
pub const SEEN: Text = text("最後の利用", "Last used");
pub const END: Text = text("サインアウト", "Sign out");
pub const END_OTHERS: Text = text("ほかをすべてサインアウト", "Sign out everywhere else");
pub const OTHERS_ENDED: Text = text("ほかのブラウザーをサインアウトしました", "The other browsers are signed out");

pub const TOKENS: Text = text("APIトークン", "API tokens");
pub const TOKENS_WHAT: Text = text(
    "スクリプトや CAE のマクロが、あなたの名前でこのシステムを使うためのものです。",
    "With a token a script or a CAE macro uses this system in your name.",
);
pub const API: Text = text("API の説明 (OpenAPI)", "What the API offers (OpenAPI)");
pub const NO_TOKENS: Text = text("トークンはまだありません。", "No tokens yet.");
pub const TOKEN_NAME: Text = text("何に使うか", "What for");
pub const TOKEN_NAME_HINT: Text = text("例: 解析室の CAE マクロ", "Such as: CAE macro in the lab");
pub const SCOPE: Text = text("できること", "Allowed to");
pub const MADE_AT: Text = text("作成", "Made");
pub const USED: Text = text("最後の利用", "Last used");
pub const NEVER: Text = text("未使用", "never");
pub const MAKE: Text = text("トークンを作る", "Make a token");
pub const REVOKE: Text = text("取り消す…", "Revoke…");
pub const REVOKE_VERB: Text = text("取り消す", "Revoke");
pub const KEEP: Text = text("残す", "Keep it");
pub const REVOKED: Text = text("トークンを取り消しました", "Token revoked");
pub const REVOKE_WHAT: Text = text(
    "このトークンを使うプログラムは、すぐに使えなくなります。",
    "Programs that use this token stop working at once.",
);
pub const SHOWN_ONCE: Text = text("今だけ表示します", "Shown once");
pub const SHOWN_ONCE_WHAT: Text = text(
    "コピーして、他人に見えない場所にしまってください。あとから見ることはできません。",
    "Copy it to a place that others cannot read. It cannot be shown again.",
);
pub const COPY: Text = text("コピー", "Copy");

/// What a scope lets a program do.
pub fn scope(scope: Scope) -> Text {
    match scope {
        Scope::Read => text("見る・結果を取る", "look and fetch results"),
        Scope::Submit => text("見る・結果を取る・投入・中止・予約", "look, fetch, submit, stop, reserve"),
        Scope::All => text("自分にできることすべて", "everything I may"),
    }
}
