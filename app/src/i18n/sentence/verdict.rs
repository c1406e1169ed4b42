//! How a run ended, and what says so.

use super::{Voice, amount, plural};
use crate::i18n::Locale;
use domain::{Cause, Evidence, ExitStatus, NodeId, Progress, Remark, Seconds};

/// The cause in one line, for the list and for the head of the job's page. `progress` is the run's last, `node` where
/// it ran; both only make the sentence more exact.
pub fn cause(voice: Voice, cause: &Cause, progress: Option<&Progress>, node: Option<&NodeId>) -> String {
    match cause {
        Cause::Completed => voice.pick("正常終了", "Completed").to_owned(),
        Cause::InputError => voice.pick("入力ファイルの誤りで停止", "Stopped by an error in the input").to_owned(),
        Cause::MissingFile => {
            voice.pick("読み込むファイルが見つからず停止", "Stopped: a file the deck reads is missing").to_owned()
        }
        Cause::Diverged => diverged(voice, progress),
        Cause::SolverError => voice.pick("ソルバーのエラーで停止", "Stopped by an error of the solver").to_owned(),
        Cause::NoLicense => {
            voice.pick("ライセンスを取得できず停止", "Stopped: no licence could be obtained").to_owned()
        }
        Cause::SubroutineError => voice
            .pick("ユーザーサブルーチンのコンパイルに失敗", "A user subroutine could not be compiled or linked")
            .to_owned(),
        Cause::LockFile => voice
            .pick("以前の計算のロックファイルが残っていて停止", "Stopped: the lock file of an earlier run was found")
            .to_owned(),
        // 9 is what Linux sends when memory runs out
        Cause::Killed { signal: 9 } => voice
            .pick(
                "ノード側で強制終了されました(シグナル 9、メモリー不足の可能性)",
                "Killed on the node (signal 9; memory may have run out)",
            )
            .to_owned(),
        Cause::Killed { signal } => voice.pick(
            format!("ノード側で強制終了されました(シグナル {signal})"),
            format!("Killed on the node (signal {signal})"),
        ),
        Cause::NoEndLine { code: Some(code) } => voice.pick(
            format!("終了の行がないまま終わりました(終了コード {code})"),
            format!("Ended without its end line (exit code {code})"),
        ),
        Cause::NoEndLine { code: None } => {
            voice.pick("終了の行がないまま終わりました", "Ended without its end line").to_owned()
        }
        Cause::CannotStart => voice
            .pick("ノードでソルバーを起動できませんでした", "The solver could not be started on the node")
            .to_owned(),
        Cause::Cancelled => voice.pick("中止されました", "Cancelled").to_owned(),
        Cause::NodeRebooted => {
            let ja = node.map_or("ノード".to_owned(), |node| format!("{node} "));
            let en = node.map_or("The node".to_owned(), ToString::to_string);
            voice.pick(
                format!("{ja}が再起動し、終わり方を確認できません"),
                format!("{en} rebooted; how the run ended cannot be known"),
            )
        }
        Cause::ProcessGone => voice
            .pick(
                "計算のプロセスが消え、終わり方を確認できません",
                "The solver's process is gone; how the run ended cannot be known",
            )
            .to_owned(),
        Cause::FolderGone => voice
            .pick(
                "計算のフォルダーが消え、終わり方を確認できません",
                "The run's folder is gone; how the run ended cannot be known",
            )
            .to_owned(),
        Cause::Infrastructure { tries } => voice.pick(
            format!("接続か転送に{tries}回失敗し、開始できませんでした"),
            format!(
                "Not started: connection or transfer failed {tries} {}",
                plural(u64::from(*tries), "time", "times")
            ),
        ),
    }
}

fn diverged(voice: Voice, progress: Option<&Progress>) -> String {
    let Some(progress) = progress.filter(|progress| progress.step > 0) else {
        return voice.pick("増分を小さくしても収束せず停止", "Stopped: smaller increments did not converge").to_owned();
    };
    let step = progress.step;
    match (progress.share.map(amount::percent), voice.locale) {
        (Some(share), Locale::Ja) => format!("増分を小さくしても収束せず停止(Step-{step}、全体の{share})"),
        (Some(share), Locale::En) => {
            format!("Stopped: smaller increments did not converge (Step-{step}, {share} of all)")
        }
        (None, Locale::Ja) => format!("増分を小さくしても収束せず停止(Step-{step})"),
        (None, Locale::En) => format!("Stopped: smaller increments did not converge (Step-{step})"),
    }
}

/// The same at length, for the first panel of a failed job: which step by name, how many smaller attempts.
pub fn diverged_at_length(voice: Voice, progress: &Progress) -> String {
    let Progress { step, step_name, attempt, .. } = progress;
    let smaller = attempt.saturating_sub(1);
    let step = match (step_name.as_str(), voice.locale) {
        ("", Locale::Ja) => format!("Step-{step} "),
        ("", Locale::En) => format!("Step {step}"),
        (name, Locale::Ja) => format!("Step-{step}「{name}」"),
        (name, Locale::En) => format!("Step {step}, \"{name}\","),
    };
    match (progress.share.map(|share| (share.clamp(0.0, 1.0) * 100.0).floor()), smaller, voice.locale) {
        (Some(p), 0, Locale::Ja) => format!("{step}の{p}%で、増分を小さくしても収束しませんでした"),
        (Some(p), 0, Locale::En) => format!("{step} stopped at {p} %: smaller increments did not converge"),
        (Some(p), n, Locale::Ja) => format!("{step}の{p}%で、同じ増分を{n}回小さくしても収束しませんでした"),
        (Some(p), n, Locale::En) => format!(
            "{step} stopped at {p} %: {n} smaller {} did not converge",
            plural(u64::from(n), "attempt", "attempts")
        ),
        (None, 0, Locale::Ja) => format!("{step}で、増分を小さくしても収束しませんでした"),
        (None, 0, Locale::En) => format!("{step} stopped: smaller increments did not converge"),
        (None, n, Locale::Ja) => format!("{step}で、同じ増分を{n}回小さくしても収束しませんでした"),
        (None, n, Locale::En) => {
            format!("{step} stopped: {n} smaller {} did not converge", plural(u64::from(n), "attempt", "attempts"))
        }
    }
}

/// `正常終了。計算 2時間14分`.
pub fn ended_well(voice: Voice, computed: Option<Seconds>) -> String {
    match computed.map(|span| amount::duration(voice, span)) {
        Some(span) => voice.pick(format!("正常終了。計算 {span}"), format!("Completed. Ran {span}")),
        None => voice.pick("正常終了", "Completed").to_owned(),
    }
}

/// `beam.msg の1,204行目: ***ERROR …`.
pub fn evidence(voice: Voice, evidence: &Evidence) -> String {
    let Evidence { file, line, text } = evidence;
    match (line.map(amount::count), voice.locale) {
        (Some(line), Locale::Ja) => format!("{file} の{line}行目: {text}"),
        (Some(line), Locale::En) => format!("{file}, line {line}: {text}"),
        (None, _) => format!("{file}: {text}"),
    }
}

/// How the process ended.
pub fn exit(voice: Voice, exit: ExitStatus) -> String {
    match exit {
        ExitStatus::Code(code) => voice.pick(format!("終了コード {code}"), format!("exit code {code}")),
        ExitStatus::Signal(signal) => voice.pick(format!("シグナル {signal}"), format!("signal {signal}")),
        ExitStatus::Unknown => voice.pick("終わり方は不明", "how it ended is unknown").to_owned(),
    }
}

/// What else a careful person should know.
pub fn remark(voice: Voice, remark: &Remark) -> String {
    match remark {
        Remark::ExitDisagrees { exit: how } => {
            let how = exit(voice, *how);
            voice.pick(
                format!("終わりの行は「完了」ですが、{how} です"),
                format!("The end lines say completed, but: {how}"),
            )
        }
        Remark::EndLinesDisagree => voice
            .pick(
                "コンソールと状態ファイルの終わりの行が食い違うため、完了とは扱いません",
                "The end lines of console and status file disagree, so this does not count as completed",
            )
            .to_owned(),
        Remark::ExitZeroButFailed => voice
            .pick("終了コードは0ですが、完了の行がありません", "The exit code is 0, but no line says completed")
            .to_owned(),
        Remark::FilesNotFetched { count } => voice.pick(
            format!("結果のファイル{count}件を回収できませんでした"),
            format!("{count} result {} could not be brought back", plural(u64::from(*count), "file", "files")),
        ),
        Remark::LinesSkipped { count } => voice.pick(
            format!("ソルバーは読めない{count}行を飛ばして計算しました。意図したモデルか確かめてください"),
            format!(
                "The solver went on without {count} {} that it could not read. Check that this is the model you meant",
                plural(u64::from(*count), "line", "lines")
            ),
        ),
        Remark::LicenseDenied { requested, total, in_use, available } => voice.pick(
            format!(
                "ライセンスサーバーの答え: 要求{requested}個、全体{total}個、使用中{in_use}個、使えるのは{available}個"
            ),
            format!(
                "The licence server's answer: {requested} asked for, {total} in all, {in_use} in use, {available} available"
            ),
        ),
        Remark::EndedBeforeCancel => voice
            .pick("中止が届く前に、計算は自分で終わっていました", "The run had ended by itself before it was stopped")
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::voice;
    use super::*;

    #[test]
    fn the_samples_of_the_design() {
        let progress =
            Progress { share: Some(0.785), step: 2, step_name: "圧縮".into(), attempt: 6, ..Progress::default() };
        assert_eq!(
            diverged_at_length(voice(Locale::Ja), &progress),
            "Step-2「圧縮」の78%で、同じ増分を5回小さくしても収束しませんでした"
        );
        let progress = Progress { step_name: "press".into(), ..progress };
        assert_eq!(
            diverged_at_length(voice(Locale::En), &progress),
            "Step 2, \"press\", stopped at 78 %: 5 smaller attempts did not converge"
        );
        assert_eq!(
            cause(voice(Locale::Ja), &Cause::Diverged, Some(&progress), None),
            "増分を小さくしても収束せず停止(Step-2、全体の78%)"
        );
        let node = NodeId::parse("node-03").unwrap();
        assert_eq!(
            cause(voice(Locale::Ja), &Cause::NodeRebooted, None, Some(&node)),
            "node-03 が再起動し、終わり方を確認できません"
        );
        assert_eq!(ended_well(voice(Locale::En), Some(Seconds(8040))), "Completed. Ran 2 h 14 min");
    }

    #[test]
    fn evidence_names_file_and_line() {
        let found = Evidence { file: "beam.msg".into(), line: Some(1204), text: "***ERROR".into() };
        assert_eq!(evidence(voice(Locale::Ja), &found), "beam.msg の1,204行目: ***ERROR");
        assert_eq!(evidence(voice(Locale::En), &found), "beam.msg, line 1,204: ***ERROR");
        assert_eq!(
            remark(voice(Locale::En), &Remark::FilesNotFetched { count: 1 }),
            "1 result file could not be brought back"
        );
        assert_eq!(
            remark(voice(Locale::Ja), &Remark::LinesSkipped { count: 2 }),
            "ソルバーは読めない2行を飛ばして計算しました。意図したモデルか確かめてください"
        );
    }
}
