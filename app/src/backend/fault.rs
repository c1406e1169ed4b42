//! What goes wrong, as people read it: what is, then what to do; in the language of the request.

use crate::i18n::Locale;
use crate::{AppError, ErrorCode};
use domain::{JobStatus, NameError, NodeId};
use repository::RepositoryError;
use serde_json::json;
use std::io;

/// A name that cannot be a file's.
pub fn file_name(locale: Locale, name: &str, error: NameError) -> AppError {
    let message = locale.pick(
        format!("ファイル名「{name}」は使えません。{}", name_problem(locale, error)),
        format!("The file name “{name}” cannot be used. {}", name_problem(locale, error)),
    );
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// A name that cannot be a job's.
pub fn job_name(locale: Locale, error: NameError) -> AppError {
    AppError::new(ErrorCode::ValidationError, name_problem(locale, error)).about("name")
}

/// What is wrong with a name, as a sentence.
pub fn name_problem(locale: Locale, error: NameError) -> &'static str {
    match error {
        NameError::Empty => locale.pick("名前を入力してください。", "Enter a name."),
        NameError::TooLong => locale.pick(
            "長すぎます。80文字、127バイト (日本語は42文字) 以内にしてください。",
            "It is too long: use at most 80 characters and 127 bytes (42 Japanese characters).",
        ),
        NameError::BadCharacter => locale.pick(
            "使えない文字があります。文字、数字、_、-、. を使ってください。",
            "It has a character that is not allowed: use letters, digits, _, - and .",
        ),
        NameError::BadEdge => locale.pick(
            "先頭の - や .、末尾の . や空白は使えません。",
            "It cannot begin with - or . nor end with . or a blank.",
        ),
        NameError::Reserved => locale.pick(
            "システムが使う名前です。別の名前にしてください。",
            "The name is reserved by the system: choose another.",
        ),
    }
}

/// The sender broke off.
pub fn broken_off(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::Unavailable,
        locale.pick("送信が途中で切れました。もう一度送ってください。", "The upload was cut off. Send the file again."),
    )
    .about("file")
}

/// Past the limit.
pub fn too_large(locale: Locale, name: &str, limit: u64) -> AppError {
    let mb = limit / (1024 * 1024);
    let message = locale.pick(
        format!("{name} は上限の {mb} MB を超えています。上限は管理者が変えられます。"),
        format!("{name} is larger than the limit of {mb} MB. An admin can raise the limit."),
    );
    AppError::new(ErrorCode::PayloadTooLarge, message).about("file").with(json!({ "limit_bytes": limit }))
}

/// Two files of one run with one name.
pub fn name_clash(locale: Locale, name: &str) -> AppError {
    let message = locale.pick(
        format!("{name} は、このジョブのほかのファイルと同じ名前です。ファイル名かジョブ名を変えてください。"),
        format!("{name} has the name of another file of this job. Change the file's name or the job's."),
    );
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// Nothing in it.
pub fn empty_file(locale: Locale, name: &str) -> AppError {
    let message = locale.pick(format!("{name} は空のファイルです。"), format!("{name} is empty."));
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// The server's own disk.
pub fn disk(locale: Locale, error: &io::Error) -> AppError {
    tracing::error!(%error, "the server's disk");
    if error.kind() == io::ErrorKind::StorageFull {
        return full(locale);
    }
    internal(locale)
}

fn full(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::InsufficientStorage,
        locale.pick(
            "サーバーのディスクに空きがありません。管理者に知らせてください。入力はこの画面に残っています。",
            "The server's disk is full. Tell an admin; what you entered stays on this page.",
        ),
    )
}

/// Ours; the log has more.
pub fn internal(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::InternalError,
        locale.pick(
            "サーバーで問題が起きました。ジョブは続いています。もう一度試してください。",
            "Something failed on the server. Jobs go on. Try again.",
        ),
    )
}

/// No such job.
pub fn no_such_job(locale: Locale) -> AppError {
    AppError::new(ErrorCode::NotFound, locale.pick("このジョブはありません。", "There is no such job."))
}

/// A node that was chosen and is not there.
pub fn no_such_node(locale: Locale, id: &NodeId) -> AppError {
    let message = locale.pick(format!("ノード {id} はありません。"), format!("There is no node {id}."));
    AppError::new(ErrorCode::ValidationError, message).about("node")
}

/// No such file.
pub fn no_such_file(locale: Locale) -> AppError {
    AppError::new(ErrorCode::NotFound, locale.pick("このファイルはありません。", "There is no such file."))
}

/// Not this person's to do.
pub fn forbidden(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::Forbidden,
        locale.pick(
            "自分のジョブだけ変更できます。必要なら教員か管理者に頼んでください。",
            "You can change your own jobs only. Ask faculty or an admin if it is needed.",
        ),
    )
}

/// Its state forbids it.
pub fn state_forbids(locale: Locale, status: JobStatus) -> AppError {
    let word = crate::i18n::sentence::status(status).in_locale(locale);
    let message = locale
        .pick(format!("「{word}」のジョブにはできません。"), format!("This cannot be done to a job that is {word}."));
    AppError::new(ErrorCode::Conflict, message).with(json!({ "status": status.as_str() }))
}

/// What the database says, as people read it.
pub fn repository(locale: Locale, error: RepositoryError) -> AppError {
    match error {
        RepositoryError::NotFound { what: "job", .. } => no_such_job(locale),
        RepositoryError::NotFound { what: "upload", .. } => no_such_file(locale).about("file"),
        RepositoryError::NotFound { .. } => {
            AppError::new(ErrorCode::NotFound, locale.pick("見つかりません。", "It is not there."))
        }
        RepositoryError::NameTaken { name, next_free } => {
            let message = locale.pick(
                format!("ジョブ名 {name} は使われています。{next_free} なら空いています。"),
                format!("The name {name} is taken; {next_free} is free."),
            );
            AppError::new(ErrorCode::Conflict, message).about("name").with(json!({ "next_free_name": next_free }))
        }
        RepositoryError::Conflict { status } => state_forbids(locale, status),
        RepositoryError::Invalid { field, problem } => AppError::new(ErrorCode::ValidationError, problem).about(field),
        RepositoryError::Busy => AppError::new(
            ErrorCode::Unavailable,
            locale.pick(
                "データベースが使用中です。少し待ってから、もう一度試してください。",
                "The database is busy. Wait a moment and try again.",
            ),
        ),
        RepositoryError::Full => full(locale),
        error => {
            tracing::error!(%error, "the database");
            internal(locale)
        }
    }
}
