//! What the New job page says. Whole sentences per language; every match is exhaustive.

pub mod element;
pub mod finding;
pub mod standing;

use super::item::SendError;
use super::sorting::Refusal;
use crate::i18n::sentence::{Voice, bytes, fault};
use crate::i18n::{Text, text};

pub const TITLE: Text = text("ジョブを投入", "New job");
pub const DROP_TITLE: Text =
    text(".inp と、読み込まれるファイルをここへドロップ", "Drop .inp files here, and the files they include");
pub const UNPACKING: Text = text("展開しています…", "Unpacking…");
pub const CHOOSE_FILES: Text = text("ファイルを選ぶ", "Choose files");
pub const CHOOSE: Text = text("選ぶ", "Choose");
pub const TRY_SAMPLE: Text = text("見本を試す", "Try with the sample");
pub const SAMPLE_FAILED: Text = text("見本を読み込めませんでした", "The sample could not be loaded");
pub const NODES: Text = text("節点", "Nodes");
pub const ELEMENTS: Text = text("要素", "Elements");
pub const DOF: Text = text("自由度 (約)", "DOF (approx.)");
pub const BY_TYPE: Text = text("要素 (種類ごと)", "Elements by type");
pub const STEPS: Text = text("ステップ", "Steps");
pub const PARTS: Text = text("パート", "Parts");
pub const INSTANCES: Text = text("インスタンス", "Instances");
pub const MATERIALS: Text = text("材料", "Materials");
pub const OUTPUTS: Text = text("出力", "Output");
pub const NEEDED: Text = text("必要なファイル", "Files needed");
pub const ENCODING: Text = text("文字コード", "Encoding");
pub const NONE: Text = text("なし", "none");
pub const UNKNOWN: Text = text("不明", "unknown");
pub const JOB_NAME: Text = text("ジョブ名", "Job name");
pub const SERVER_DIFFERS: Text = text(
    "サーバーで読み直すと、このブラウザーの結果と違いました。サーバーの結果に従います。",
    "The server read it differently from this browser. The server's result counts.",
);
pub const OWN_CPUS: Text = text("このデッキだけ CPU を変える", "Other CPUs for this deck");
pub const COMMON_CPUS: Text = text("共通の設定に戻す", "Use the common choice");
pub const CPUS_AND_TOKENS: Text = text("CPU とトークン", "CPUs and tokens");
pub const CPUS: Text = text("CPU", "CPUs");
pub const NODE: Text = text("ノード", "Node");
pub const AUTO_HINT: Text = text("空きコアが最も多いノード", "the node with the most free cores");
pub const PRIORITY: Text = text("優先度", "Priority");
pub const SOLVER: Text = text("ソルバー", "Solver");
pub const CONDITIONS: Text = text("投入の条件", "How to run it");
pub const AGAIN: Text = text("もう一度送る", "Send again");
pub const CHECK_AGAIN: Text = text("もう一度確認する", "Check again");
pub const STARTS_NOW: Text = text("今すぐ開始", "starts now");
pub const NO_TOKENS: Text = text("トークン不要", "no tokens");
pub const SENDING: Text = text("送信中", "Sending");
pub const SAVED_BEFORE: Text = text("前のジョブのファイル", "from the earlier job");
pub const SPARE: Text = text("どのデッキからも読み込まれていません", "No deck here reads this file");
pub const READ_BY_BROWSER: Text = text("読み取り中", "Reading");
pub const OPEN: Text = text("開く", "Open");
pub const SUBMITTING: Text = text("投入しています…", "Submitting…");
pub const HOW_TO_WRITE: Text = text("書き方", "How to write it");
pub const THE_LINES: Text = text("該当の行", "The lines");

/// How many names a list has, of which it may show a few.
pub fn how_many(voice: Voice, count: usize) -> String {
    voice.pick(format!("{count}個"), format!("{count}"))
}

/// What the drop zone takes.
pub fn drop_hint(voice: Voice, limit: u64) -> String {
    let limit = bytes(limit);
    voice.pick(
        format!("複数可・.zip も可・1ファイル {limit} まで"),
        format!("Several at once, or a .zip of them; up to {limit} each"),
    )
}

/// While files are dragged over the window.
pub fn let_go(voice: Voice, files: u32) -> String {
    match files {
        0 => voice.pick("放すと確認します".to_owned(), "Let go to check them".to_owned()),
        1 => voice.pick("放すと1件を確認します".to_owned(), "Let go to check 1 file".to_owned()),
        n => voice.pick(format!("放すと{n}件を確認します"), format!("Let go to check {n} files")),
    }
}

/// Why a file is not taken, and what to do.
pub fn refusal(voice: Voice, refusal: &Refusal, size: u64) -> String {
    match refusal {
        Refusal::Archive => voice.pick(
            "この形式の圧縮ファイルは展開できません。.zip にするか、中のファイルをそのままドロップしてください。"
                .to_owned(),
            "Archives of this kind are not unpacked. Make it a .zip, or drop the files in it.".to_owned(),
        ),
        Refusal::NotInput => voice.pick(
            "入力ファイルではないため投入できません。.inp を選んでください。".to_owned(),
            "This is no input file. Choose an .inp.".to_owned(),
        ),
        Refusal::TooLarge { limit } => {
            let (size, limit) = (bytes(size), bytes(*limit));
            voice.pick(
                format!("{size} あり、上限の {limit} を超えるため送っていません。上限は管理者が変えられます。"),
                format!("It has {size}; the limit is {limit}. Nothing was sent. An admin can raise the limit."),
            )
        }
        Refusal::Empty => voice.pick(
            "中身がありません (0 B)。保存し直してからドロップしてください。".to_owned(),
            "The file is empty (0 B). Save it again, then drop it.".to_owned(),
        ),
        Refusal::Name(error) => {
            let why = fault::file_name(*error).in_locale(voice.locale);
            voice.pick(
                format!("このファイル名は使えません。{why}。名前を変えてドロップしてください。"),
                format!("This file name cannot be used: {why}. Rename it and drop it again."),
            )
        }
    }
}

/// Two decks on this page have the same name.
pub const SAME_NAME: Text = text("この画面の別のデッキと同じ名前です", "Another deck on this page has this name");

/// Why a file did not arrive.
pub fn send_error(voice: Voice, error: &SendError) -> String {
    match error {
        SendError::Server(error) => error.message.clone(),
        SendError::Unreadable => voice.pick(
            "選んだあとにファイルが変わったため、読み取れません。もう一度ドロップしてください。".to_owned(),
            "The file changed after it was chosen and cannot be read. Drop it again.".to_owned(),
        ),
        SendError::Altered => voice.pick(
            "届いた内容が手元のファイルと一致しません。もう一度送ってください。".to_owned(),
            "What arrived is not the file here. Send it again.".to_owned(),
        ),
    }
}

/// `残り4秒`, while the rate is known.
pub fn time_left(voice: Voice, left: u64, rate: f64) -> Option<String> {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let seconds = (rate > 0.0).then(|| (left as f64 / rate).ceil() as u64)?;
    let span = crate::i18n::sentence::duration(voice, domain::Seconds(seconds));
    Some(voice.pick(format!("残り約{span}"), format!("about {span} left")))
}

/// `12.4 MB/秒`.
pub fn rate(voice: Voice, rate: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let amount = bytes(rate.max(0.0) as u64);
    voice.pick(format!("{amount}/秒"), format!("{amount}/s"))
}

/// The connection broke under a file.
pub fn broken(voice: Voice, tries: u32) -> String {
    voice.pick(
        format!("接続が切れています。つながり次第、送り直します ({tries}回試しました)"),
        format!("No connection. It is sent again once there is one ({tries} tried)"),
    )
}

/// `保存済み 18.4 MB (照合済み)`.
pub fn stored(voice: Voice, size: u64, verified: bool) -> String {
    let size = bytes(size);
    if verified {
        voice.pick(format!("保存済み {size} (照合済み)"), format!("Saved {size} (verified)"))
    } else {
        voice.pick(format!("保存済み {size}"), format!("Saved {size}"))
    }
}

/// The file was in an archive.
pub fn out_of(voice: Voice, archive: &str) -> String {
    voice.pick(format!("{archive} の中のファイル"), format!("from {archive}"))
}

/// What of an archive is not on the page.
pub fn left_out(voice: Voice, skipped: &[String]) -> String {
    const SHOWN: usize = 5;
    let names = skipped.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(voice.pick("、", ", "));
    let more = skipped.len().saturating_sub(SHOWN);
    let more = match more {
        0 => String::new(),
        n => voice.pick(format!(" ほか{n}件"), format!(" and {n} more")),
    };
    voice.pick(
        format!("展開しました。入力ファイルではないため、次のファイルは使いません: {names}{more}"),
        format!("Unpacked. Left out, being no input files: {names}{more}"),
    )
}

/// A file answers to a deck's name only when capitals are left aside.
pub fn sent_as(voice: Voice, name: &str) -> String {
    voice.pick(
        format!("デッキの書き方に合わせて {name} の名前で送ります"),
        format!("sent as {name}, as the deck spells it"),
    )
}

/// Takes a file off the page.
pub fn remove(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} を外す"), format!("Remove {name}"))
}

/// The drop target of one missing file.
pub fn drop_here(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} をここへドロップ"), format!("Drop {name} here"))
}

/// Nothing can be dropped for a name with a folder in it.
pub fn folder_in_name(voice: Voice, name: &str) -> String {
    let plain = name.rsplit(['/', '\\']).next().unwrap_or(name);
    voice.pick(
        format!("計算はひとつのフォルダーで行います。デッキの行を {plain} に直し、両方をドロップし直してください。"),
        format!("A run has one folder only. Change the deck's line to {plain}, then drop both again."),
    )
}

/// `8,214以上`.
pub fn at_least(voice: Voice, number: u64) -> String {
    let number = crate::i18n::sentence::count(number);
    voice.pick(format!("{number}以上"), format!("{number} or more"))
}

/// `空きコア 12 / 16`.
pub fn free_cores(voice: Voice, free: u32, cores: u32) -> String {
    voice.pick(format!("空きコア {free} / {cores}"), format!("{free} / {cores} cores free"))
}

/// `4 CPU`.
pub fn cpus(voice: Voice, cpus: domain::Cores) -> String {
    voice.pick(format!("{cpus} CPU"), format!("{cpus} CPUs"))
}

/// `8トークン`.
pub fn tokens(voice: Voice, tokens: u32) -> String {
    match tokens {
        0 => NO_TOKENS.in_locale(voice.locale).to_owned(),
        1 => voice.pick("1トークン".to_owned(), "1 token".to_owned()),
        n => voice.pick(format!("{n}トークン"), format!("{n} tokens")),
    }
}

/// Why `2 CPU` starts now.
pub fn enough_tokens(voice: Voice, free: u32) -> String {
    voice.pick(format!("空き{free}個で足ります"), format!("{free} free tokens are enough"))
}

/// When it would start.
pub fn starts_at(voice: Voice, when: &str) -> String {
    voice.pick(format!("{when}に開始"), format!("starts {when}"))
}

/// Nobody can say when.
pub const START_UNKNOWN: Text = text("開始は不明", "start unknown");

/// The resubmission's heading.
pub fn from_job(voice: Voice, name: &str) -> String {
    voice.pick(
        format!("{name} のファイルと条件を引き継いでいます。直したファイルをドロップすると置き換わります。"),
        format!("Files and choices come from {name}. Drop a corrected file to replace one."),
    )
}

/// The earlier job failed, and nothing is different yet.
pub const STILL_AS_FAILED: Text = text(
    "前回失敗したときのファイルのままです。このまま投入すると、同じ結果になることがあります。",
    "These are still the files it failed with. Submitted as they are, it may fail again.",
);

/// The earlier job could not be read.
pub const FROM_FAILED: Text = text("前のジョブを読み込めませんでした", "The earlier job could not be loaded");
