//! What goes wrong, as people read it: what is, then what to do; in the language of the request.

use crate::i18n::{Locale, sentence};
use crate::jobs::submit::words::finding::not_a_deck;
use crate::{AppError, ErrorCode};
use deck::inp::Deck;
use domain::account::{LARGEST_LIMIT, ProfileProblem};
use domain::{JobStatus, NameError, NodeId, NodeRefusal, UserId};
use repository::{Contradiction, RepositoryError};
use serde_json::json;
use std::io;

/// A name that cannot be a file's.
pub fn file_name(locale: Locale, name: &str, error: NameError) -> AppError {
    let why = sentence::fault::file_name(error).in_locale(locale);
    let message = locale.pick(
        format!("ファイル名「{name}」は使えません。{why}。"),
        format!("The file name “{name}” cannot be used: {why}."),
    );
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// Messages of alarms go nowhere.
pub fn no_webhook(locale: Locale) -> AppError {
    let message = locale.pick(
        "知らせの送り先がありません。サーバーの .env に WEBHOOK_URL を書いて再起動してください。",
        "There is no webhook. Set WEBHOOK_URL in the server's .env and start it again.",
    );
    AppError::new(ErrorCode::NotFound, message)
}

/// A name that cannot be a job's.
pub fn job_name(locale: Locale, error: NameError) -> AppError {
    let why = sentence::fault::job_name(error).in_locale(locale);
    AppError::new(ErrorCode::ValidationError, locale.pick(format!("{why}。"), format!("{why}."))).about("name")
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

/// A number of CPUs that no license is for.
pub fn cores(locale: Locale) -> AppError {
    let message = locale.pick("CPU数は2、4、8から選んでください。", "Choose 2, 4 or 8 CPUs.");
    AppError::new(ErrorCode::ValidationError, message).about("cpus")
}

/// A deck that this solver cannot run: what is wrong with its lines, or why it is none.
pub fn deck(locale: Locale, name: &str, deck: &Deck) -> AppError {
    let message = match deck.not_a_deck().map(|why| not_a_deck(why).in_locale(locale)) {
        Some(why) => locale.pick(
            format!("{name} はデッキではありません。{why}。ソルバーが読む .inp を送ってください。"),
            format!("{name} is not a deck. {why}. Send an .inp that a solver reads."),
        ),
        None => locale.pick(
            "このデッキは実行できません。指摘された行を直してください。".to_owned(),
            "This deck cannot run. Correct the lines named.".to_owned(),
        ),
    };
    AppError::new(ErrorCode::ValidationError, message).about("file").with(json!({ "findings": deck.findings }))
}

/// CalculiX skips `*PART` and `*INSTANCE`: equal numbers of several instances become one, and it ends well all the same.
pub fn assembly(locale: Locale) -> AppError {
    let message = locale.pick(
        "CalculiX は *PART と *INSTANCE を読み飛ばすため、インスタンスが2つ以上あるこのデッキは別のモデルとして解かれてしまいます。Abaqus を選ぶか、CAE でパーツとアセンブリを使わない形 (flat input) に書き出して送ってください。",
        "CalculiX skips *PART and *INSTANCE, so this deck of several instances would be solved as another model. Choose Abaqus, or have CAE write it without parts and assemblies (flat input).",
    );
    AppError::new(ErrorCode::ValidationError, message).about("solver")
}

/// Two files of one run with one name.
pub fn name_clash(locale: Locale, name: &str) -> AppError {
    let message = locale.pick(
        format!("{name} は、このジョブのほかのファイルと同じ名前か、Windows が付ける短い別名です。ファイル名かジョブ名を変えてください。"),
        format!("{name} has the name of another file of this job, or the short one that Windows gives it. Change the file's name or the job's."),
    );
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// A name that files have while they are on their way.
pub fn part_name(locale: Locale, name: &str) -> AppError {
    let message = locale.pick(
        format!("{name} は使えません。.part は転送中のファイルの名前です。名前を変えてください。"),
        format!("{name} cannot be used: .part is what files are called on their way. Rename it."),
    );
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// All places for making archives are taken.
pub fn too_many_archives(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::Unavailable,
        locale.pick(
            "ほかの .zip を作成中です。少し待ってから、もう一度ダウンロードしてください。",
            "Other .zip files are being made. Wait a moment, then download it again.",
        ),
    )
}

/// A form in which no field comes.
pub fn no_field(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::PayloadTooLarge,
        locale.pick("フォームの項目の間のデータが長すぎます。", "There is too much between two fields of the form."),
    )
}

/// Nothing in it.
pub fn empty_file(locale: Locale, name: &str) -> AppError {
    let message = locale.pick(format!("{name} は空のファイルです。"), format!("{name} is empty."));
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// The server's own disk.
pub fn disk(locale: Locale, error: &io::Error) -> AppError {
    tracing::error!(%error, "the server's disk");
    // an account's share that is used up is as full as the disk is
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
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

/// Another backup is made or read.
pub fn backup_under_way(locale: Locale) -> AppError {
    let message = locale.pick(
        "いまバックアップか片付けの途中です。終わってから、もう一度試してください。",
        "A backup or a clean-up is under way. Try again when that is done.",
    );
    AppError::new(ErrorCode::Conflict, message)
}

/// No such backup.
pub fn no_such_backup(locale: Locale) -> AppError {
    AppError::new(ErrorCode::NotFound, locale.pick("このバックアップはありません。", "There is no such backup."))
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

/// The node that was asked for is not there.
pub fn node_is_gone(locale: Locale, id: &NodeId) -> AppError {
    AppError { code: ErrorCode::NotFound, field: None, ..no_such_node(locale, id) }
}

/// A node that was not changed; with the refusal itself, for the page to show it.
pub fn node(locale: Locale, refusal: &NodeRefusal) -> AppError {
    let message = sentence::node::refusal(crate::clock::server_voice(locale), refusal);
    let error = AppError::new(ErrorCode::Conflict, message).with(json!(refusal));
    match refusal {
        NodeRefusal::Taken => error.about("id"),
        NodeRefusal::Past => AppError { code: ErrorCode::ValidationError, ..error.about("until") },
        _ => error,
    }
}

/// As many tests as may go on at once do.
pub fn too_many_tests(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::Unavailable,
        locale.pick(
            "ほかのノードを診断中です。終わってから、もう一度試してください。",
            "Other nodes are being tested. Try again when they are done.",
        ),
    )
}

/// No such file.
pub fn no_such_file(locale: Locale) -> AppError {
    AppError::new(ErrorCode::NotFound, locale.pick("このファイルはありません。", "There is no such file."))
}

/// More files than a job may have.
pub fn too_many_files(locale: Locale, most: usize) -> AppError {
    let message = locale.pick(format!("ファイルは{most}個までです。"), format!("A job has at most {most} files."));
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

/// A key that is too long to be kept.
pub fn key_too_long(locale: Locale, most: usize) -> AppError {
    let message = locale.pick(
        format!("idempotency_key は{most}文字以内の英数字と記号にしてください。"),
        format!("Use {most} or fewer characters of ASCII as the idempotency_key."),
    );
    AppError::new(ErrorCode::ValidationError, message).about("idempotency_key")
}

/// Nobody is signed in.
pub fn not_signed_in(locale: Locale) -> AppError {
    let message = locale.pick("サインインしてください。", "Sign in first.");
    AppError::new(ErrorCode::Unauthorized, message)
}

/// A token that is none of ours any more, or never was.
pub fn bad_token(locale: Locale) -> AppError {
    let message = locale.pick(
        "この APIトークンは使えません。正しくないか、取り消されたか、持ち主のアカウントが利用停止中か期限切れです。アカウントの画面で確かめてください。",
        "This API token does not work: it is wrong or revoked, or its owner's account is disabled or has expired. Look at the account page.",
    );
    AppError::new(ErrorCode::Unauthorized, message)
}

/// What somebody is to sign in with.
pub fn user_id(locale: Locale, error: NameError) -> AppError {
    let message = match error {
        NameError::Empty => locale.pick("ユーザーIDを入れてください。", "Give a user id."),
        NameError::TooLong => locale.pick("ユーザーIDは64文字以内です。", "A user id has at most 64 characters."),
        NameError::BadCharacter | NameError::BadEdge | NameError::Reserved => locale.pick(
            "ユーザーIDには小文字の英数字と . - _ を使い、英数字で始めてください。",
            "A user id has small letters, digits, and . - _, and begins with a letter or a digit.",
        ),
    };
    AppError::new(ErrorCode::ValidationError, message).about("id")
}

/// What is said of a person.
pub fn profile(locale: Locale, problem: ProfileProblem) -> AppError {
    match problem {
        ProfileProblem::Name { most } => {
            let message = locale.pick(
                format!("名前を1〜{most}文字で入れてください。"),
                format!("Give a name of 1 to {most} characters."),
            );
            AppError::new(ErrorCode::ValidationError, message).about("name")
        }
        ProfileProblem::Limit => {
            let message = locale.pick(
                format!("上限は1〜{LARGEST_LIMIT}の整数か、空(共通の上限)です。"),
                format!("A limit is a whole number from 1 to {LARGEST_LIMIT}, or empty for the common limit."),
            );
            AppError::new(ErrorCode::ValidationError, message).about("limits")
        }
    }
}

/// The sign-in name is somebody's.
pub fn account_exists(locale: Locale, id: &UserId) -> AppError {
    let message = locale.pick(format!("ユーザーID {id} は使われています。"), format!("The user id {id} is taken."));
    AppError::new(ErrorCode::Conflict, message).about("id")
}

/// No such account.
pub fn no_account(locale: Locale) -> AppError {
    let message = locale.pick("このユーザーはいません。", "There is no such user.");
    AppError::new(ErrorCode::NotFound, message)
}

/// Nobody of this role may, whatever it is about.
pub fn not_allowed(locale: Locale) -> AppError {
    let message = locale.pick("この操作の権限がありません。", "You are not allowed to do this.");
    AppError::new(ErrorCode::Forbidden, message)
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

/// Another's reservation.
pub fn not_your_reservation(locale: Locale) -> AppError {
    AppError::new(
        ErrorCode::Forbidden,
        locale.pick(
            "自分の予約だけ変更できます。必要なら教員か管理者に頼んでください。",
            "You can change your own reservations only. Ask faculty or an admin if it is needed.",
        ),
    )
}

/// Its state forbids it.
pub fn state_forbids(locale: Locale, status: JobStatus) -> AppError {
    let word = sentence::status(status).in_locale(locale);
    let message = locale
        .pick(format!("「{word}」のジョブにはできません。"), format!("This cannot be done to a job that is {word}."));
    AppError::new(ErrorCode::Conflict, message).with(json!({ "status": status.as_str() }))
}

/// What the database says, as people read it.
pub fn repository(locale: Locale, error: RepositoryError) -> AppError {
    match error {
        RepositoryError::NotFound { what: "job", .. } => no_such_job(locale),
        RepositoryError::NotFound { what: "upload", .. } => no_such_file(locale).about("file"),
        RepositoryError::NotFound { what: "reservation", .. } => AppError::new(
            ErrorCode::NotFound,
            locale.pick("この予約はないか、もう終わっています。", "There is no such reservation, or it is over."),
        ),
        RepositoryError::NotFound { what: "account", .. } => no_account(locale),
        RepositoryError::AccountExists { id } => account_exists(locale, &id),
        RepositoryError::AccountChanged { now } => {
            let role = now.role;
            let message = locale.pick(
                format!(
                    "編集を始めたあとに、ほかの管理者が変えました。今は {}・{}です。もう一度保存すると、入力した内容で上書きします。",
                    now.name,
                    crate::frame::role(role).ja
                ),
                format!(
                    "Another admin has changed this since you began. It is now {}, {}. Save again to overwrite it with what you typed.",
                    now.name,
                    crate::frame::role(role).en
                ),
            );
            AppError::new(ErrorCode::Conflict, message).with(json!({ "profile": now }))
        }
        RepositoryError::LastAdmin => {
            let message = locale.pick(
                "期限なしでサインインできる管理者がいなくなります。先に別の管理者を用意してください。",
                "No admin without an end date could sign in any more. Make another admin first.",
            );
            AppError::new(ErrorCode::Conflict, message)
        }
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
        RepositoryError::Invalid { problem: Contradiction::Cores, .. } => cores(locale),
        RepositoryError::Invalid { problem: Contradiction::Twice(name), .. } => name_clash(locale, name.as_str()),
        RepositoryError::Invalid { field, problem } => {
            tracing::warn!(field, %problem, "the database refused what was sent");
            let message = match problem {
                Contradiction::TooLarge => locale.pick("大きすぎます。", "It is too large."),
                Contradiction::NotStorable(_) => locale.pick(
                    "保存できない文字 (NUL) が含まれています。",
                    "It has a character that cannot be stored (NUL).",
                ),
                _ => locale.pick(
                    "送られた内容に矛盾があります。最初からもう一度送ってください。",
                    "What was sent contradicts itself. Send it again from the beginning.",
                ),
            };
            AppError::new(ErrorCode::ValidationError, message).about(field)
        }
        RepositoryError::Node(refusal) => node(locale, &refusal),
        RepositoryError::Busy => AppError::new(
            ErrorCode::Unavailable,
            locale.pick(
                "データベースが使用中です。少し待ってから、もう一度試してください。",
                "The database is busy. Wait a moment and try again.",
            ),
        ),
        // the log of the look at the database, and `doctor`, say why
        RepositoryError::Unreachable { .. } => AppError::new(
            ErrorCode::Unavailable,
            locale.pick(
                "データベースのサーバーに接続できません。少し待ってから、もう一度試してください。",
                "The database's server cannot be reached. Wait a moment and try again.",
            ),
        ),
        RepositoryError::Full => full(locale),
        error => {
            tracing::error!(%error, "the database");
            internal(locale)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::FileName;

    #[test]
    fn a_file_s_name_is_judged_by_the_rules_of_files() {
        let message = file_name(Locale::En, "x", NameError::TooLong).message;
        assert!(message.contains("200 bytes") && !message.contains("80"), "{message}");
        let message = file_name(Locale::Ja, "a;b.inp", NameError::BadCharacter).message;
        assert!(message.contains("a;b.inp") && message.contains(';'), "{message}");
        assert!(job_name(Locale::En, NameError::TooLong).message.contains("80 characters"));
    }

    #[test]
    fn what_the_database_refuses_is_told_in_the_reader_s_language() {
        let name = FileName::parse("beam.inp").unwrap();
        for problem in [
            Contradiction::Cores,
            Contradiction::NoDeck,
            Contradiction::Twice(name),
            Contradiction::TooLarge,
            Contradiction::NotStorable("EOF".to_owned()),
        ] {
            let of = |locale| {
                let error = repository(locale, RepositoryError::Invalid { field: "file", problem: problem.clone() });
                assert!(error.field.is_some() && error.code == ErrorCode::ValidationError, "{error:?}");
                error.message
            };
            assert!(of(Locale::Ja).ends_with('。') && of(Locale::En).is_ascii(), "{problem:?}");
        }
    }

    #[test]
    fn a_share_that_is_used_up_is_a_full_disk() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert_eq!(disk(Locale::En, &kind.into()).code, ErrorCode::InsufficientStorage);
        }
        assert_eq!(disk(Locale::En, &io::ErrorKind::PermissionDenied.into()).code, ErrorCode::InternalError);
    }
}
