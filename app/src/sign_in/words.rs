//! The words of coming in.

use crate::i18n::{Text, text};

pub const SIGN_IN: Text = text("サインイン", "Sign in");
pub const SIGN_IN_HOW: Text = text("研究室で登録したユーザーIDを使います。", "Use the user id you have in the lab.");
pub const USER_ID: Text = text("ユーザーID", "User id");
pub const PASSWORD: Text = text("パスワード", "Password");
pub const FORGOTTEN: Text = text(
    "パスワードを忘れたときは、管理者に頼むと、新しいパスワードを決めるリンクをもらえます。",
    "If you forgot your password, an admin can give you a link to set a new one.",
);
pub const NO_SESSION: Text = text("サインインが終わっています", "You are signed out");
pub const NO_SESSION_WHAT: Text = text(
    "時間がたったか、別の場所でサインアウトしました。入力したものはこの画面に残っています。サインインすると続けられます。",
    "Time has passed, or you signed out elsewhere. What you typed is still on this page. Sign in to go on.",
);
pub const WELCOME: Text = text("パスワードを決める", "Set your password");
pub const FIRST_ADMIN: Text = text("最初の管理者になる", "Become the first admin");
pub const FIRST_ADMIN_WHAT: Text = text(
    "この人がノード・ユーザー・設定を管理します。あとから管理者を増やせます。",
    "This person manages nodes, people and settings. More admins can be added later.",
);
pub const NAME: Text = text("名前", "Name");
pub const NAME_HINT: Text = text("画面に出る名前です。例: 伊藤 健", "As pages show it, such as Ken Ito.");
pub const USER_ID_HINT: Text =
    text("小文字の英数字と . - _ 。例: ito", "Small letters, digits and . - _ , such as ito.");
pub const NEW_PASSWORD: Text = text("新しいパスワード", "New password");
pub const NEW_PASSWORD_HINT: Text =
    text("10文字以上。覚えやすい文章でもかまいません。", "At least 10 characters. A sentence you remember is fine.");
pub const REPEAT: Text = text("新しいパスワード (もう一度)", "New password, again");
pub const NOT_THE_SAME: Text = text("2つのパスワードが一致しません。", "The two passwords differ.");
pub const SET: Text = text("決めてサインイン", "Set it and sign in");
pub const LINK_OVER: Text = text("このリンクは使えません", "This link does not work");
pub const TO_SIGN_IN: Text = text("サインインへ", "To the sign-in");
pub const NEEDS_SCRIPT: Text = text(
    "この画面には JavaScript が必要です。ブラウザーの設定で有効にしてください。",
    "This page needs JavaScript. Switch it on in the browser.",
);
