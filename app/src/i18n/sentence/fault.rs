//! Errors in words: what is, then what to do.

use crate::ErrorCode;
use crate::i18n::{Text, text};
use domain::NameError;

/// What to say of an error when nothing more exact is known.
pub fn code(code: ErrorCode) -> Text {
    match code {
        ErrorCode::ValidationError => text("入力に誤りがあります", "Something that was entered is wrong"),
        ErrorCode::Unauthorized => text("サインインしてください", "Please sign in"),
        ErrorCode::Forbidden => text("この操作の権限がありません", "You may not do this"),
        ErrorCode::NotFound => text("見つかりません", "Not found"),
        ErrorCode::MethodNotAllowed => text("この操作はここにはありません", "This cannot be done here"),
        ErrorCode::Conflict => text("いまの状態ではできません", "The present state does not allow it"),
        ErrorCode::PayloadTooLarge => text("ファイルが大きすぎます", "The file is too large"),
        ErrorCode::RateLimited => {
            text("回数が多すぎます。少し待って試してください", "Too many requests. Wait a moment and try again")
        }
        ErrorCode::InsufficientStorage => text(
            "サーバーのディスクに空きがありません。管理者に知らせてください",
            "The server's disk is full. Tell the admin",
        ),
        ErrorCode::Unavailable => text("サーバーが応答していません", "The server does not answer"),
        ErrorCode::InternalError => text("サーバーで問題が起きました", "Something went wrong on the server"),
    }
}

/// What is wrong with a job's name.
pub fn job_name(error: NameError) -> Text {
    match error {
        NameError::Empty => text("ジョブ名を入力してください", "Enter a name for the job"),
        NameError::TooLong => text(
            "長すぎます。80文字、127バイト (日本語は42文字) までです",
            "Too long: at most 80 characters and 127 bytes (42 Japanese characters)",
        ),
        NameError::BadCharacter => text(
            "使えない文字があります。英数字・日本語・_ - . が使えます",
            "It has a character that cannot be used. Letters, digits, _ - . can",
        ),
        NameError::BadEdge => text("先頭の - . と末尾の . は使えません", "It cannot begin with - or . nor end with ."),
        NameError::Reserved => text("Windows が使う名前のため選べません", "Windows keeps this name for itself"),
    }
}

/// Why a name cannot be a file's; in English the end of a sentence.
pub fn file_name(error: NameError) -> Text {
    match error {
        NameError::Empty => text("名前がありません", "it is empty"),
        NameError::TooLong => text("長すぎます (200バイトまで)", "it is longer than 200 bytes"),
        NameError::BadCharacter => text(
            "/ \\ : * ? \" < > | % $ ` ' & ; ^ ! は使えません",
            "it has one of / \\ : * ? \" < > | % $ ` ' & ; ^ !",
        ),
        NameError::BadEdge => text(
            "先頭の - . 空白、末尾の . 空白は使えません",
            "it begins with - . or a blank, or ends with . or a blank",
        ),
        NameError::Reserved => text("Windows が使う名前です", "Windows keeps this name for itself"),
    }
}
