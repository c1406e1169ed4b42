//! Words of the page.

use crate::i18n::sentence::{Voice, count, plural};
use crate::i18n::{Text, text};

pub const HELP: Text = text("ヘルプ", "Help");
pub const COULD_NOT_LOAD: Text = text("辞書を読み込めませんでした", "The dictionary did not load");

pub const BEGIN: Text = text("はじめて使うとき", "Getting started");
pub const STEPS: [Text; 3] = [
    text(
        "「ジョブを投入」で .inp と、それが読み込むファイルをドロップします。送る前に、足りないファイルや誤りがここで分かります。",
        "On \"New job\", drop the .inp and the files it includes. What is missing or wrong is told before anything is sent.",
    ),
    text(
        "CPU 数を選んで投入します。待つときは、その理由と、いつごろ始まるかが一覧に出ます。",
        "Choose the CPUs and submit. While a job waits, the list says why and about when it starts.",
    ),
    text(
        "ジョブの画面で進み具合と収束を見ます。失敗したときは、原因と試すことが最初に出ます。",
        "A job's page shows progress and convergence. When it fails, the cause and what to try come first.",
    ),
];
pub const TRY: Text = text("見本のデッキで試す", "Try it with the sample deck");

pub const DICTIONARY: Text = text("エラーの辞書", "Dictionary of errors");
pub const SEARCH: Text = text("メッセージや言葉で探す", "Search messages and words");
pub const SEARCH_HINT: Text =
    text("例: TOO MANY ATTEMPTS、接触、ライセンス", "e.g. TOO MANY ATTEMPTS, contact, licence");
pub const FIND: Text = text("探す", "Find");
pub const ALL_SOLVERS: Text = text("すべて", "All");
pub const SOLVERS: Text = text("ソルバー", "Solver");
pub const NOTHING: Text = text("見つかりません", "Nothing found");
pub const NOTHING_TEXT: Text = text(
    "言葉を減らすか、メッセージの一部だけで探してください。辞書にないエラーは、ジョブの画面に前後の20行を出します。",
    "Use fewer words, or only a part of the message. Of an error that is not here, a job's page shows the 20 lines around it.",
);
pub const SHOW_ALL: Text = text("すべて表示する", "Show all");
pub const EXAMPLES: Text = text("ソルバーの言葉", "In the solver's words");
pub const CAUSES: Text = text("よくある原因", "Why it usually happens");
pub const TRIES: Text = text("試すこと (効果が出やすい順)", "What to try, most promising first");
pub const AVOID: Text = text("しないこと", "Do not");

pub const API: Text = text("スクリプトから使う", "From scripts");
pub const API_TEXT: Text = text(
    "投入、一覧、中止、結果の取得は /api/v1 でもできます。呼び出しの一覧は OpenAPI の形で読めます。",
    "Submitting, listing, stopping and fetching results work through /api/v1 too. Its calls are described in OpenAPI.",
);

/// How many entries are shown.
pub fn found(voice: Voice, shown: usize, all: usize) -> String {
    let [shown, all] = [shown, all].map(|number| u64::try_from(number).unwrap_or(u64::MAX));
    let (of, total) = (count(shown), count(all));
    if shown == all {
        voice.pick(format!("{total}件"), format!("{total} {}", plural(all, "entry", "entries")))
    } else {
        voice.pick(format!("{total}件のうち{of}件"), format!("{of} of {total} entries"))
    }
}
