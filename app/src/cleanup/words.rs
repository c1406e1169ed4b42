//! Words of the page.

use super::api::{CleanupView, Waste};
use crate::i18n::sentence::{Voice, amount, plural};
use crate::i18n::{Text, text};
use domain::cleanup::{Going, Heap};
use domain::{Seconds, Timestamp};

pub const CLEANUP: Text = text("片付け", "Clean-up");
pub const COULD_NOT_LOAD: Text = text("片付けの予定を読み込めませんでした", "The clean-up did not load");
pub const FAILED: Text = text("できませんでした", "That did not work");
pub const RUN: Text = text("いま片付ける…", "Clean up now…");
pub const RUN_TITLE: Text = text("いま片付けますか", "Clean up now?");
pub const RUN_VERB: Text = text("消す", "Remove");
pub const NOT_NOW: Text = text("消さない", "Keep everything");
pub const FOR_GOOD: Text =
    text("消したものは、バックアップからしか戻せません。", "What goes can only come back from a backup.");
pub const UNDER_WAY: Text = text("片付けています", "Cleaning up");
pub const SETTINGS: Text = text("期間の設定", "Set the days");
pub const USAGE: Text = text("使用量(CSV)", "Usage (CSV)");

pub const JOBS: Text = text("これから消えるもの", "What goes next");
pub const JOB: Text = text("ジョブ", "Job");
pub const OWNER: Text = text("利用者", "Owner");
pub const ENDED: Text = text("終了", "Ended");
pub const WHAT: Text = text("消えるもの", "What goes");
pub const SIZE: Text = text("大きさ", "Size");
pub const WHEN: Text = text("いつ", "When");
pub const ACTS: Text = text("操作", "Acts");
pub const KEEP: Text = text("保管する", "Keep");
pub const NOTHING: Text = text("7日以内に消えるものはありません", "Nothing goes within a week");
pub const NOTHING_TEXT: Text = text(
    "期間が過ぎたジョブと結果は、消える7日前からここに出ます。",
    "Jobs and results that are past their days are shown here a week before they go.",
);

pub const LEFTOVERS: Text = text("どのジョブのものでもないファイル", "Files of no job");
pub const UPLOADS: Text = text("投入されなかったアップロード", "Uploads that became no job");
pub const STRAYS: Text = text("ジョブのない結果フォルダー", "Result folders without a job");

pub const MISSING: Text = text("見つからないファイル", "Files that are missing");
pub const MISSING_TEXT: Text = text(
    "記録にはありますが、ディスクにありません。バックアップにあれば戻せます。",
    "They are on record and not on the disk. A backup may have them.",
);

/// Below the heading: when, and after how many days.
pub fn lead(voice: Voice, view: &CleanupView) -> String {
    let days = |span: Option<Seconds>| span.map(|span| span.0 / 86_400);
    let results = match days(view.rules.results_after) {
        Some(days) => voice.pick(format!("結果は終了から{days}日間"), format!("results are kept for {days} days")),
        None => voice.pick("結果はずっと".to_owned(), "results are kept for ever".to_owned()),
    };
    let jobs = match days(view.rules.jobs_after) {
        Some(days) => voice.pick(
            format!("完了したジョブは{days}日間、結果がある間はそれ以降も"),
            format!("completed jobs for {days} and as long as they have results"),
        ),
        None => voice.pick("ジョブはずっと".to_owned(), "jobs for ever".to_owned()),
    };
    let next = match view.next.map(|at| voice.moment(at)) {
        Some(at) => voice.pick(format!("次は{at}。"), format!("Next: {at}.")),
        None => voice.pick("自動では片付けません。".to_owned(), "Nothing goes by itself.".to_owned()),
    };
    let kept = amount::count(view.kept);
    let kept = match view.kept {
        0 => String::new(),
        n => voice.pick(
            format!("保管中のジョブ{kept}件は消えません。"),
            format!(" {kept} {} kept.", plural(n, "job is", "jobs are")),
        ),
    };
    voice.pick(
        format!("{next}{results}、{jobs}残します。{kept}"),
        format!("{next} {}, {jobs}.{kept}", capital(&results)),
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Beside the heading of a list.
pub fn heap(voice: Voice, heap: Heap) -> String {
    let (count, bytes) = (amount::count(heap.count), amount::bytes(heap.bytes));
    voice.pick(format!("{count}件・{bytes}"), format!("{count} · {bytes}"))
}

/// What of a job goes.
pub fn going(voice: Voice, what: Going) -> &'static str {
    match what {
        Going::Results => voice.pick("結果ファイル", "Result files"),
        Going::Job => voice.pick("ジョブとファイル", "Job and files"),
    }
}

/// When it goes: what is due goes at the next clean-up.
pub fn when(voice: Voice, at: Timestamp, now: Timestamp, next: Option<Timestamp>) -> String {
    match next {
        Some(next) if at <= next => voice.moment(next),
        Some(_) => voice.pick(format!("{} 以降", voice.moment(at)), format!("after {}", voice.moment(at))),
        None if at <= now => voice.pick("片付けたとき", "when cleaned up").to_owned(),
        None => voice.pick(format!("{} 以降", voice.moment(at)), format!("after {}", voice.moment(at))),
    }
}

/// More files than the list has.
pub fn more(voice: Voice, count: usize) -> String {
    voice.pick(format!("ほか{count}件"), format!("and {count} more"))
}

/// Of the dialog: one sentence for each kind that there is.
pub fn consequences(voice: Voice, waste: &Waste) -> Vec<String> {
    let kinds = [
        (waste.results, "件のジョブの結果ファイル", "× result files of a job"),
        (waste.jobs, "件の完了したジョブとそのファイル", "× a completed job with its files"),
        (waste.uploads, "件の使われていないアップロード", "× an upload that became no job"),
        (waste.strays, "個のジョブのない結果フォルダー", "× a result folder without a job"),
    ];
    let there = kinds.into_iter().filter(|(heap, ..)| heap.count > 0);
    let mut lines: Vec<String> = there
        .map(|(heap, ja, en)| {
            let (count, bytes) = (amount::count(heap.count), amount::bytes(heap.bytes));
            voice.pick(format!("{count}{ja}({bytes})"), format!("{count} {en} ({bytes})"))
        })
        .collect();
    lines.push(FOR_GOOD.in_locale(voice.locale).to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;
    use crate::i18n::sentence::voice;

    #[test]
    fn a_dialog_names_what_goes_and_nothing_else() {
        let heap = Heap { count: 3, bytes: 1_500_000 };
        let waste = Waste { results: heap, ..Waste::default() };
        let lines = consequences(voice(Locale::Ja), &waste);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("3件のジョブの結果ファイル")), "{lines:?}");
        assert!(consequences(voice(Locale::En), &Waste::default()).iter().all(|line| !line.starts_with('0')));
    }
}
