//! Words of the job's page in both languages.

use crate::i18n::sentence::{Voice, amount, plural};
use crate::i18n::{Text, text};
use crate::jobs::api::Keeping;
use deck::message::Place;
use domain::{Cores, JobName, NodeId, Tokens};

/// Title while the job is not known.
pub const JOB: Text = text("ジョブ", "Job");
/// No such job.
pub const NOT_FOUND: Text = text("このジョブはありません", "There is no such job");
/// What to do then.
pub const NOT_FOUND_WHAT: Text = text(
    "番号が違うか、ジョブが削除されています。一覧から選んでください。",
    "The number is wrong, or the job was deleted. Choose it from the list.",
);
/// Door to the list.
pub const TO_LIST: Text = text("ジョブの一覧へ", "To the jobs");
/// The page could not be read.
pub const NOT_READ: Text = text("ジョブを読み込めませんでした", "The job did not load");

/// Facts of the head.
pub const NUMBER: Text = text("番号", "Number");
/// Owner.
pub const OWNER: Text = text("利用者", "Owner");
/// Where.
pub const NODE: Text = text("ノード", "Node");
/// Tokens.
pub const TOKENS: Text = text("トークン", "Tokens");
/// What runs it.
pub const SOLVER: Text = text("ソルバー", "Solver");
/// Order.
pub const PRIORITY: Text = text("優先度", "Priority");
/// When it was submitted.
pub const SUBMITTED: Text = text("投入", "Submitted");
/// When it began.
pub const STARTED: Text = text("開始", "Started");
/// When it ended.
pub const ENDED: Text = text("終了", "Ended");
/// How long it ran.
pub const RAN: Text = text("計算", "Ran");

/// Acts.
pub const RESUBMIT: Text = text("複製して再投入", "Submit a copy");
/// With a corrected deck.
pub const RESUBMIT_FIXED: Text = text("直したデッキで再投入", "Submit a corrected deck");
/// Where the deck is not to blame.
pub const RESUBMIT_SAME: Text = text("もう一度投入", "Submit again");
/// What the copy keeps.
pub const RESUBMIT_KEEPS: Text = text(
    "CPU・ノードは引き継ぎます。ジョブ名には番号が付きます",
    "CPUs and node are carried over; the name gets a number",
);
/// Ends a run; a dialog follows.
pub const STOP: Text = text("中止…", "Stop…");
/// While it is being ended.
pub const STOPPING: Text = text("中止しています", "Stopping");
/// The safe answer of the dialog.
pub const GO_ON: Text = text("中止しない", "Keep it");
/// The verb of the dialog.
pub const STOP_VERB: Text = text("中止する", "Stop it");
/// Asks for another priority.
pub const CHANGE_PRIORITY: Text = text("優先度…", "Priority…");
/// Keeps it from starting.
pub const HOLD: Text = text("保留", "Hold");
/// Lets it start.
pub const RELEASE: Text = text("保留を解除", "Release");
/// All results.
pub const RESULTS_ZIP: Text = text("結果 .zip", "Results .zip");
/// An act was refused.
pub const NOT_DONE: Text = text("できませんでした", "That did not work");

/// Over the reason of a failure.
pub const WHY: Text = text("止まった理由", "Why it stopped");
/// Over the reason of a missing end.
pub const WHY_MISSING: Text = text("終わりが分からない理由", "Why its end is unknown");
/// Over the deciding line.
pub const EVIDENCE: Text = text("根拠にした行", "The line that decided");
/// Over the advice.
pub const TRY: Text = text("試すこと (効果が出やすい順)", "What to try, most promising first");
/// Leads to a new job that goes on from this one.
pub const RESTART: Text = text("続きを計算", "Go on from here");
/// Leads to the form with this job's files.
pub const CHANGE_AND_SUBMIT: Text = text("条件を変えて投入し直す", "Submit it again with other choices");
/// Unfolds what other CPUs or nodes would mean, where they would not start it now.
pub const OTHER_CHOICES: Text = text("ほかの CPU 数・ノードなら", "With other CPUs or another node");
/// Usual reasons.
pub const CAUSES: Text = text("よくある原因", "Why it usually happens");
/// Unfolds what a message means.
pub const MEANING: Text = text("意味と対処", "What it means and what to try");
/// Unfolds the lines around an error that nobody has explained.
pub const AROUND: Text = text("前後の行", "The lines around it");
/// Before what is of no use.
pub const AVOID: Text = text("しないこと", "Do not");
/// To the log.
pub const TO_LOG_LINE: Text = text("ログの該当行", "The line in the log");
/// To the log, where there is no line.
pub const TO_LOG: Text = text("ログを見る", "Read the log");

/// Head of the waiting panel.
pub const WAITING: Text = text("待っている理由", "Why it waits");
/// Of a held job.
pub const HELD: Text = text("保留中です", "It is held");
/// What to do then.
pub const HELD_WHAT: Text = text(
    "保留を解除するまで始まりません。順番は投入した時刻のままです。",
    "It does not start until it is released. It keeps its place by submission time.",
);
/// Nothing decided yet.
pub const QUEUED: Text = text("順番を決めています。", "Its place is being decided.");

/// Progress.
pub const PROGRESS: Text = text("全体の進み具合", "Overall progress");
/// Progress of a transfer.
pub const TRANSFER: Text = text("転送の進み具合", "Transfer");
/// Before the solver's first line.
pub const NO_PROGRESS: Text = text(
    "計算が始まりました。最初の増分が終わると、進み具合を表示します。",
    "The solver has begun. Progress appears after its first increment.",
);
/// A node is being prepared.
pub const PREPARING: Text = text("ファイルをノードへ送っています。", "Files are on their way to the node.");
/// The launch is under way.
pub const LAUNCHING: Text = text("ソルバーを起動しています。", "The solver is being launched.");
/// Results come back.
pub const COLLECTING: Text =
    text("計算は終わりました。結果を回収しています。", "The solver has ended. Results are being brought back.");
/// Before the solver's first line.
pub const NO_INCREMENT_YET: Text = text("まだ増分がありません。", "No increment yet.");
/// Where no percent can be known.
pub const NO_SHARE: Text = text(
    "時間を持たないステップがあるため、全体の割合は出せません。",
    "A step of this deck has no time, so no overall share can be given.",
);
/// Within the step.
pub const STEP_TIME: Text = text("ステップ時間", "Step time");
/// Number of the increment.
pub const INCREMENT: Text = text("増分", "Increment");
/// Number of the attempt.
pub const ATTEMPT: Text = text("試行", "Attempt");
/// How often the increment was made smaller.
pub const CUTBACKS: Text = text("カットバック", "Cutbacks");
/// Time to the end.
pub const TIME_LEFT: Text = text("残り時間", "Time left");
/// Not known.
pub const UNKNOWN: Text = text("不明", "Unknown");
/// A step is done.
pub const DONE: Text = text("完了", "done");
/// To the plot.
pub const TO_PLOT: Text = text("収束を見る", "See the convergence");

/// Log.
pub const LOG: Text = text("ログ", "Log");
/// Group of tabs.
pub const LOG_FILES: Text = text("ログの種類", "Log files");
/// Field.
pub const LOG_SEARCH: Text = text("ログ内を検索", "Search the log");
/// Button.
pub const PREVIOUS: Text = text("前の一致", "Previous match");
/// Button.
pub const NEXT: Text = text("次の一致", "Next match");
/// Button.
pub const LAST_ERROR: Text = text("最後のエラーへ", "Last error");
/// State of a button.
pub const FOLLOWING: Text = text("追従中", "Following");
/// Button.
pub const FOLLOW: Text = text("追従する", "Follow");
/// Nothing in the file.
pub const LOG_EMPTY: Text = text("まだ出力がありません", "No output yet");
/// No file at all, and none to come.
pub const NO_LOGS: Text = text("読めるログはありません", "There is no log to read");
/// No error in any file.
pub const NO_ERRORS: Text = text("エラーの行はありません", "No line says error");
/// The file could not be read.
pub const LOG_NOT_READ: Text = text("このファイルを読み込めませんでした", "This file could not be read");
/// Door out of it.
pub const RETRY: Text = text("もう一度読む", "Try again");
/// Link.
pub const WHOLE_FILE: Text = text("ファイル全体をダウンロード", "Download the whole file");
/// Button at the window's beginning.
pub const EARLIER: Text = text("前の行を読む", "Earlier lines");
/// Button at the window's end.
pub const LATER: Text = text("次の行を読む", "Later lines");
/// Console text.
pub const CONSOLE: Text = text("コンソール", "Console");

/// Messages.
pub const MESSAGES: Text = text("メッセージ", "Messages");
/// None.
pub const NO_MESSAGES: Text = text("エラーと警告はありません。", "No errors or warnings.");
/// None yet.
pub const NO_MESSAGES_YET: Text = text("まだメッセージはありません。", "No messages yet.");

/// Files.
pub const FILES: Text = text("ファイル", "Files");
/// Takes it out of the clean-up.
pub const KEEP: Text = text("保管する", "Keep");
/// Leaves it to the clean-up again.
pub const UNKEEP: Text = text("保管をやめる", "Do not keep");
/// The page that shows what goes.
pub const CLEANUP: Text = text("片付けの予定", "What goes when");
/// State of all files.
pub const ALL_FETCHED: Text = text("すべて回収", "All brought back");
/// State of some file.
pub const SOME_NOT_FETCHED: Text = text("回収できないファイルあり", "Some not brought back");
/// A file that still grows.
pub const GROWING: Text = text("途中", "growing");
/// A file that was sent.
pub const INPUT: Text = text("入力", "input");
/// A file that was not fetched.
pub const NOT_FETCHED: Text = text("回収できませんでした", "Not brought back");

/// History.
pub const HISTORY: Text = text("経過", "History");
/// Lineage.
pub const LINEAGE: Text = text("系譜", "Lineage");
/// In the lineage.
pub const THIS_JOB: Text = text("このジョブ", "this job");

/// `beam.inp をダウンロード`.
pub fn download(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} をダウンロード"), format!("Download {name}"))
}

/// `待ち時間 22秒`.
pub fn waited(voice: Voice, span: &str) -> String {
    voice.pick(format!("待ち時間 {span}"), format!("Waited {span}"))
}

/// `山田が操作`: who did it.
pub fn by(voice: Voice, who: &str) -> String {
    voice.pick(format!("操作: {who}"), format!("By {who}"))
}

/// What becomes of a node that does not answer.
pub fn no_contact_what(voice: Voice, node: Option<&NodeId>) -> String {
    let (ja, en) = match node {
        Some(node) => (format!("{node} が"), node.to_string()),
        None => ("ノードが".to_owned(), "the node".to_owned()),
    };
    voice.pick(
        format!("{ja}応答すれば、自動で続きを表示します。ジョブの状態は変えません。"),
        format!("The job stays as it is; this page goes on by itself once {en} answers."),
    )
}

/// Numbers behind a shrinking increment.
pub fn shrinking(voice: Voice, size: &str, minimum: Option<&str>) -> String {
    match minimum {
        Some(minimum) => voice.pick(
            format!("いまの増分は {size}、最小値は {minimum} です。最小値を下回ると停止します。"),
            format!("The increment is {size} now; the run stops below its minimum of {minimum}."),
        ),
        None => voice.pick(
            format!("いまの増分は {size} です。縮小が続くと停止します。"),
            format!("The increment is {size} now; if it goes on shrinking, the run stops."),
        ),
    }
}

/// What to do about a run that is silent.
pub fn silent(voice: Voice) -> &'static str {
    voice.pick(
        "大きなモデルでは普通のこともあります。ログの最後の行を確かめ、進む見込みがなければ中止してください。",
        "With large models this can be normal. Look at the last lines of the log, and stop the run if it leads nowhere.",
    )
}

/// A wish to end it is under way.
pub fn stop_asked(voice: Voice, name: &JobName) -> String {
    voice.pick(
        format!("{name} を中止しています。ソルバーの終了を確かめてから、コアとトークンを返します。"),
        format!("{name} is being stopped. Its cores and tokens are free once the solver is verified gone."),
    )
}

/// How a cancelled job ended.
pub fn cancelled(voice: Voice, at: Option<&str>) -> String {
    match at {
        Some(at) => voice.pick(
            format!("計算は{at}で止まりました。ここまでの結果はファイルにあります。"),
            format!("It stopped at {at}. What there was of results is among the files."),
        ),
        None => voice.pick("計算は始まっていませんでした。", "It had not begun to compute.").to_owned(),
    }
}

/// The exit agrees with the deciding line.
pub fn exit_agrees(voice: Voice, exit: &str) -> String {
    voice.pick(format!("{exit} も、この判断と一致しています。"), format!("This agrees with the {exit}."))
}

/// Lines that came while the reader looked elsewhere.
pub fn new_lines(voice: Voice, count: u64, more: bool) -> String {
    let n = amount::count(count);
    match more {
        false => voice
            .pick(format!("追従する・新しい行 {n}"), format!("Follow · {n} new {}", plural(count, "line", "lines"))),
        true => voice.pick(format!("追従する・新しい行 {n}以上"), format!("Follow · over {n} new lines")),
    }
}

/// `5 / 9`.
pub fn hit(at: Option<usize>, count: u64) -> String {
    format!("{} / {}", at.map_or(0, |at| at + 1), amount::count(count))
}

/// `18,231行`.
pub fn lines(voice: Voice, count: u64) -> String {
    let n = amount::count(count);
    voice.pick(format!("{n}行"), format!("{n} {}", plural(count, "line", "lines")))
}

/// `1,204行目`.
pub fn line(voice: Voice, number: u64) -> String {
    let n = amount::count(number);
    voice.pick(format!("{n}行目"), format!("line {n}"))
}

/// What a message is that nobody has explained.
pub fn found(voice: Voice, error: bool) -> String {
    if error { voice.pick("エラー", "Error").to_owned() } else { voice.pick("警告", "Warning").to_owned() }
}

/// How many errors and warnings there are in all files.
pub fn counted(voice: Voice, errors: u64, warnings: u64) -> String {
    let (e, w) = (amount::count(errors), amount::count(warnings));
    voice.pick(
        format!("エラー {e}件・警告 {w}件"),
        format!("{e} {}, {w} {}", plural(errors, "error", "errors"), plural(warnings, "warning", "warnings")),
    )
}

/// The node or element that a message names.
pub fn place(voice: Voice, place: &Place) -> String {
    let numbered = |ja: &str, en: &str, number: Option<u64>| {
        number.map(|number| voice.pick(format!("{ja} {number}"), format!("{en} {number}")))
    };
    let parts = [
        numbered("節点", "node", place.node),
        numbered("要素", "element", place.element),
        numbered("自由度", "DOF", place.dof.map(u64::from)),
        place.instance.clone(),
        place.set.as_ref().map(|set| voice.pick(format!("集合 {set}"), format!("set {set}"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(voice.pick("・", ", "))
}

/// How often a message came.
pub fn times(voice: Voice, count: u64) -> String {
    let n = amount::count(count);
    voice.pick(format!("{n}回"), format!("{n} times"))
}

/// The folded rest of the messages.
pub fn more_messages(voice: Voice, rest: usize) -> String {
    voice.pick(format!("ほか{rest}件"), format!("{rest} more"))
}

/// A number of CPUs.
pub fn cpus(voice: Voice, cpus: Cores) -> String {
    voice.pick(format!("{cpus} CPU"), format!("{cpus} CPUs"))
}

/// A choice, and what it takes.
pub fn with_tokens(voice: Voice, what: String, tokens: Option<Tokens>) -> String {
    match tokens {
        Some(tokens) => voice.pick(format!("{what} ({tokens}トークン)"), format!("{what} ({tokens} tokens)")),
        None => what,
    }
}

/// That another choice would start at once.
pub fn starts_now_with(voice: Voice, what: &str) -> String {
    voice.pick(format!("{what} なら今すぐ開始できます"), format!("{what} would start now"))
}

/// Until when the job and its results are here.
pub fn keeping(voice: Voice, keeping: Keeping) -> String {
    match keeping {
        Keeping::Open => String::new(),
        Keeping::Kept => {
            voice.pick("保管中です。片付けでは消えません。", "Kept: the clean-up leaves it alone.").to_owned()
        }
        Keeping::ResultsGo { at } => {
            let day = voice.moment(at);
            voice.pick(format!("結果ファイルは{day}以降に消えます。"), format!("The result files go after {day}."))
        }
        Keeping::JobGoes { at, with_results: true } => {
            let day = voice.moment(at);
            voice.pick(
                format!("このジョブと結果ファイルは{day}以降に消えます。"),
                format!("The job and its result files go after {day}."),
            )
        }
        Keeping::JobGoes { at, with_results: false } => {
            let day = voice.moment(at);
            voice.pick(
                format!("このジョブは{day}以降に一覧から消えます。"),
                format!("The job leaves the list after {day}."),
            )
        }
        Keeping::ResultsWent { at } => {
            let day = voice.moment(at);
            voice.pick(
                format!("結果ファイルは保存期間が過ぎたため{day}に消えました。"),
                format!("The result files were past their days and went on {day}."),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;
    use domain::Timestamp;

    #[test]
    fn a_place_is_said_in_the_reader_s_language() {
        let found = Place { node: Some(795), dof: Some(1), instance: Some("PLATE-1".to_owned()), ..Place::default() };
        let said = |locale| place(Voice::at(locale, Timestamp(0), 540), &found);
        assert_eq!(said(Locale::Ja), "節点 795・自由度 1・PLATE-1");
        assert_eq!(said(Locale::En), "node 795, DOF 1, PLATE-1");
    }
}
