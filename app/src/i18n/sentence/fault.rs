//! Errors in words: what is, then what to do.

use crate::ErrorCode;
use crate::i18n::{Locale, Text, text};
use domain::{Fault, Message, NameError};

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
            "/ \\ : * ? \" < > | % $ ` ' & ; ^ ! と、目に見えない文字は使えません",
            "it has one of / \\ : * ? \" < > | % $ ` ' & ; ^ ! or a letter that cannot be seen",
        ),
        NameError::BadEdge => text(
            "先頭の - . 空白、末尾の . 空白は使えません",
            "it begins with - . or a blank, or ends with . or a blank",
        ),
        NameError::Reserved => text("Windows が使う名前です", "Windows keeps this name for itself"),
    }
}

/// A fault on the way between server and node.
pub fn infrastructure(locale: Locale, fault: &Fault) -> String {
    let (ja, en) = match fault {
        Fault::Unreachable { said } => {
            (format!("ノードに接続できません ({said})"), format!("The node cannot be reached ({said})"))
        }
        Fault::ConnectionLost => {
            ("ノードとの接続が切れました".to_owned(), "The connection to the node was lost".to_owned())
        }
        Fault::LicenseUnread { said } => (
            format!("ライセンスサーバーの答えを読み取れません ({said})"),
            format!("The licence server's answer cannot be read ({said})"),
        ),
        Fault::NoAnswer { seconds } => {
            (format!("ノードが{seconds}秒以内に応答しません"), format!("The node does not answer within {seconds} s"))
        }
        Fault::HostKeyUnknown { fingerprint } => (
            format!("ノードのホスト鍵をまだ承認していません ({fingerprint})"),
            format!("Nobody has accepted the node's host key yet ({fingerprint})"),
        ),
        Fault::HostKeyChanged { fingerprint } => (
            format!("ノードのホスト鍵が変わりました。再設定か、なりすましです ({fingerprint})"),
            format!("The node's host key has changed: set up anew, or somebody in between ({fingerprint})"),
        ),
        Fault::HostKeyRefused { fingerprint } => (
            format!("管理者がこのノードのホスト鍵を拒否しました ({fingerprint})"),
            format!("An admin refused the host key that this node shows ({fingerprint})"),
        ),
        Fault::KeyRefused => {
            ("ノードがサーバーの鍵を受け付けません".to_owned(), "The node refuses the server's key".to_owned())
        }
        Fault::PrivateKey { said } => (
            format!("サーバーの秘密鍵を使えません ({said})"),
            format!("The server's private key cannot be used ({said})"),
        ),
        Fault::Address { said } => {
            (format!("ノードの設定を使えません ({said})"), format!("The node's settings cannot be used ({said})"))
        }
        Fault::Program { said } => (
            format!("ノード用プログラムが動きません ({said})"),
            format!("The program for nodes does not run there ({said})"),
        ),
        Fault::LetsNothingGo => (
            "ノードのSSHサーバーか、それを動かしているものが、接続が切れると開始した計算もすべて終了させます。OpenSSH Serverを新しい版に更新し、サービスとして直接動かしてください".to_owned(),
            "The node's SSH server, or what it runs under, ends every run with its connection: update its OpenSSH Server, and let it run as a service by itself".to_owned(),
        ),
        Fault::OnNode { said } => (format!("ノードで失敗しました ({said})"), format!("It failed on the node ({said})")),
        Fault::RunUnread { said } => (
            format!("ノードで計算の状態を読み取れません。続いているか終わったか、まだ分かりません ({said})"),
            format!("The node cannot read how the run stands: whether it goes on is not known yet ({said})"),
        ),
        Fault::NodeDiskFull => ("ノードのディスクに空きがありません".to_owned(), "The node's disk is full".to_owned()),
        Fault::NoFolder => {
            ("ノードに実行フォルダがありません".to_owned(), "The run has no folder on the node".to_owned())
        }
        Fault::Over => (
            "この実行はすでに開始または停止されています".to_owned(),
            "The run was started or stopped already".to_owned(),
        ),
        Fault::NotEnded => {
            ("終了しないプロセスが残っています".to_owned(), "Processes are left that do not end".to_owned())
        }
        Fault::Damaged { name } => (format!("{name} が壊れて届きました"), format!("{name} arrived damaged")),
        Fault::NoSolver { solver } => {
            (format!("ノードに {solver} がありません"), format!("The node does not have {solver}"))
        }
        Fault::ServerDiskFull => {
            ("サーバーのディスクに空きがありません".to_owned(), "The server's disk is full".to_owned())
        }
        Fault::ServerResults { said } => (
            format!("サーバーの結果フォルダを読み書きできません ({said})"),
            format!("The server cannot read or write its folder of results ({said})"),
        ),
        Fault::ServerFile { name, said } => (
            format!("サーバーで {name} を読み書きできません ({said})"),
            format!("The server cannot read or write {name} ({said})"),
        ),
    };
    locale.pick(ja, en)
}

/// A line about a job or a node.
pub fn message(locale: Locale, message: &Message) -> String {
    match message {
        Message::Words(words) => words.clone(),
        Message::Fault(fault) => infrastructure(locale, fault),
    }
}
