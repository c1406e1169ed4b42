//! The deck reader's findings in words: what it is, what follows, and how to fix it.

use crate::i18n::sentence::Voice;
use crate::i18n::{Text, text};
use deck::inp::{Finding, FindingKind, NotDeck};

/// A finding in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// What it is.
    pub what: String,
    /// What follows and what to do.
    pub then: String,
    /// Lines to write, ready to copy.
    pub code: Option<String>,
}

/// Why a file is no deck.
pub fn not_a_deck(why: NotDeck) -> Text {
    match why {
        NotDeck::Empty => text("空のファイルです", "The file is empty"),
        NotDeck::Binary => text("テキストではありません", "The file is not text"),
        NotDeck::LfsPointer => {
            text("Git LFS の目印だけで、中身がありません", "The file is only a Git LFS pointer, without the content")
        }
        NotDeck::Script => text("スクリプトです", "The file is a script"),
        NotDeck::NoKeyword => text("デッキのキーワードがありません", "No line is a keyword of a deck"),
    }
}

fn not_a_deck_then(why: NotDeck) -> Text {
    match why {
        NotDeck::Empty => text("保存し直してからドロップしてください。", "Save it again, then drop it."),
        NotDeck::Binary => text(
            "Abaqus/CAE で「入力ファイルの書き出し」をした .inp を選んでください。",
            "Choose an .inp written by \"Write Input\" of Abaqus/CAE.",
        ),
        NotDeck::LfsPointer => {
            text("git lfs pull で取り出してからドロップしてください。", "Fetch it with git lfs pull, then drop it.")
        }
        NotDeck::Script | NotDeck::NoKeyword => text(
            "* で始まる行のある .inp を選んでください。読み込まれるファイルなら、読み込むデッキも一緒にドロップしてください。",
            "Choose an .inp with lines that begin with *. If it is an included file, drop the deck that reads it too.",
        ),
    }
}

/// The finding in words.
pub fn said(voice: Voice, finding: &Finding) -> Said {
    let say = |ja: (&str, &str), en: (&str, &str)| {
        let (what, then) = voice.pick(ja, en);
        Said { what: what.to_owned(), then: then.to_owned(), code: None }
    };
    match &finding.kind {
        FindingKind::NotADeck { why } => {
            let pick = |text: Text| text.in_locale(voice.locale);
            Said { what: pick(not_a_deck(*why)).to_owned(), then: pick(not_a_deck_then(*why)).to_owned(), code: None }
        }
        FindingKind::NoStep => Said {
            code: Some("*STEP\n*STATIC\n1., 1.\n*END STEP".to_owned()),
            ..say(
                ("*STEP がありません。", "計算する内容がないため、投入できません。"),
                ("There is no *STEP.", "There is nothing to compute, so it cannot be submitted."),
            )
        },
        FindingKind::NoElements => say(
            ("要素がありません。", "*ELEMENT か、要素を書いたファイルの *INCLUDE が必要です。"),
            ("There are no elements.", "It needs *ELEMENT, or an *INCLUDE of the file that has them."),
        ),
        FindingKind::MissingInclude { name, keyword } => say(
            (
                &format!("{name} が見つかりません"),
                &match finding.line {
                    Some(line) => format!(
                        "{line}行目の *{keyword} で読み込まれています。このファイルがないと計算は必ず失敗するため、投入できません。"
                    ),
                    None => "このファイルがないと計算は必ず失敗するため、投入できません。".to_owned(),
                },
            ),
            (
                &format!("{name} is missing"),
                &match finding.line {
                    Some(line) => format!("*{keyword} in line {line} reads it. Without it the run is sure to fail."),
                    None => "Without it the run is sure to fail.".to_owned(),
                },
            ),
        ),
        FindingKind::IncludeCycle { name } => say(
            (&format!("{name} が自分自身を読み込んでいます。"), "*INCLUDE の輪を切ってください。"),
            (&format!("{name} includes itself."), "Cut the circle of *INCLUDE lines."),
        ),
        FindingKind::IncludeTooDeep { name } => say(
            (
                &format!("{name} から先は、読み込みが深すぎるか多すぎるため確認できません。"),
                "*INCLUDE は9段 (Abaqus は5段)、1万回、合計 2 GiB までです。ファイルをまとめてください。",
            ),
            (
                &format!("From {name} on, there are too many includes to be checked, or too deep ones."),
                "At most 9 levels (5 in Abaqus), 10,000 files and 2 GiB in all are read. Put files together.",
            ),
        ),
        FindingKind::IncludeNotText { name, why } => {
            let why = not_a_deck(*why).in_locale(voice.locale);
            say(
                (&format!("{name} を読み込めません。"), &format!("{why}。正しいファイルをドロップしてください。")),
                (&format!("{name} cannot be read."), &format!("{why}. Drop the right file.")),
            )
        }
        FindingKind::OutsideFolder { name, keyword } => say(
            (
                &format!("*{keyword} の {name} は、計算のフォルダーの外を指しています。"),
                "ファイルをデッキと一緒に送り、フォルダーを付けずにファイル名だけを書いてください。",
            ),
            (
                &format!("*{keyword} names {name}, which is outside the run's folder."),
                "Send the file with the deck, and write its name without a folder.",
            ),
        ),
        FindingKind::OnlyAbaqusFinds { name, found } => say(
            (
                &format!("CalculiX は {name} を見つけられません ({found} があります)。"),
                "CalculiX は .inp を補わず、空白を除き、\\ を区切りとみなしません。ファイル名をそのまま、空白なしで書くまで、CalculiX では実行できません。",
            ),
            (
                &format!("CalculiX does not find {name} (here is {found})."),
                "It adds no .inp, drops blanks and knows no \\. It cannot run until the name is written in full, without blanks.",
            ),
        ),
        FindingKind::LongLine => say(
            (
                "1319バイトより長い行があります。",
                "CalculiX は残りを別の行として読むため、この行を短くするまで CalculiX では実行できません。",
            ),
            (
                "A line has more than 1319 bytes.",
                "CalculiX reads the rest as another line. It cannot run until the line is shorter.",
            ),
        ),
        FindingKind::NeedsResultFile { name, keyword } => say(
            (
                &format!("*{keyword} は別の計算の結果ファイル {name} を使います。"),
                "一緒に送られていなければ、計算はここで止まります。",
            ),
            (
                &format!("*{keyword} uses {name}, the result file of another run."),
                "Unless it is sent along, the run stops there.",
            ),
        ),
        FindingKind::NeedsRestartFiles => say(
            ("*RESTART, READ があります。", "前の計算の再開用ファイルがノードに必要です。"),
            ("It has *RESTART, READ.", "The node needs the restart files of the earlier run."),
        ),
        FindingKind::NoRestartWrite => Said {
            code: Some("*RESTART, WRITE, FREQUENCY=10".to_owned()),
            ..say(
                (
                    "*RESTART, WRITE がありません (FREQUENCY=0 では書かれません)。",
                    "途中で止まると最初からやり直しになります。*STEP のあとに書きます。",
                ),
                (
                    "There is no *RESTART, WRITE (FREQUENCY=0 writes none).",
                    "A run that stops midway starts from the beginning. It goes after *STEP.",
                ),
            )
        },
        FindingKind::NoRoomForCutbacks { step, initial, min } => say(
            (
                &format!("Step-{step} の最小増分が初期増分より小さくありません ({min:E}、初期 {initial:E})。"),
                "一度も小さくできず、最初のカットバックで止まります。最小増分を初期増分の1/1000以下にしてください。",
            ),
            (
                &format!("Step {step}: the smallest increment ({min:E}) is not below the first ({initial:E})."),
                "It cannot be cut once: the run stops at the first cutback. Make it 1/1000 of the first or less.",
            ),
        ),
        FindingKind::StepWithoutProcedure { step } => say(
            (
                &format!("Step-{step} に手続きがありません。"),
                "*STATIC などの行が必要です。このままではソルバーが止まることがあります。",
            ),
            (
                &format!("Step {step} has no procedure."),
                "It needs a line such as *STATIC; the solver may stop without.",
            ),
        ),
        FindingKind::StepWithoutEnd { step } => say(
            (&format!("Step-{step} に *END STEP がありません。"), "最後の行が欠けていないか確認してください。"),
            (&format!("Step {step} has no *END STEP."), "See whether the end of the deck is missing."),
        ),
        FindingKind::TooManySteps { kept } => say(
            (&format!("ステップは最初の{kept}個だけ表示しています。"), "計算には影響しません。"),
            (&format!("Only the first {kept} steps are listed."), "The run is not affected."),
        ),
    }
}

/// `212行目`, with the file where it is another one.
pub fn place(voice: Voice, finding: &Finding) -> Option<String> {
    let line = finding.line?;
    Some(match &finding.file {
        None => voice.pick(format!("{line}行目"), format!("line {line}")),
        Some(file) => voice.pick(format!("{file} の{line}行目"), format!("{file}, line {line}")),
    })
}
