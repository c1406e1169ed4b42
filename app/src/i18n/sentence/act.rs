//! What acting on a job means, before and after: submitting, stopping, holding.

use super::{Voice, amount, plural, waiting};
use domain::plan::Waiting;
use domain::{Cores, JobName, Tokens};

/// What will happen when the form is sent. `waiting` is `None` when it would start now.
pub fn submitting(voice: Voice, name: &JobName, cpus: Cores, tokens: Tokens, wait: Option<&Waiting>) -> String {
    let start = match wait.map(|waiting| waiting.starts) {
        None => voice.pick("すぐに始まります".to_owned(), "starting at once".to_owned()),
        Some(None) => voice.pick("開始の見込みは不明です".to_owned(), "start unknown".to_owned()),
        Some(Some(range)) => {
            let when = waiting::about(voice, range);
            voice.pick(format!("開始の見込みは{when}です"), format!("starting at {when}"))
        }
    };
    if tokens == Tokens::ZERO {
        return voice.pick(
            format!("{name} を{cpus} CPU で投入します。{start}"),
            format!("{name} will be submitted with {cpus} CPUs, {start}"),
        );
    }
    voice.pick(
        format!("{name} を{cpus} CPU・{tokens}トークンで投入します。{start}"),
        format!("{name} will be submitted with {cpus} CPUs and {tokens} tokens, {start}"),
    )
}

/// `bracket_v4 を投入しました`.
pub fn submitted(voice: Voice, name: &JobName) -> String {
    voice.pick(format!("{name} を投入しました"), format!("{name} submitted"))
}

/// `順番2番・開始 約14:45`.
pub fn place(voice: Voice, of: &Waiting) -> String {
    let (n, start) = (of.position, waiting::start(voice, of));
    voice.pick(format!("順番{n}番・{start}"), format!("Position {n}, {start}"))
}

/// Title of the dialog that asks before a run is ended.
pub fn stop_title(voice: Voice, name: &JobName) -> String {
    voice.pick(format!("{name} を中止しますか"), format!("Stop {name}?"))
}

/// Title of the same dialog for several jobs.
pub fn stop_many_title(voice: Voice, jobs: usize) -> String {
    voice.pick(format!("{jobs}件のジョブを中止しますか"), format!("Stop {jobs} jobs?"))
}

/// What stopping a running job costs.
pub fn stop_cost(voice: Voice, share: Option<f64>) -> String {
    match share {
        Some(share) => {
            let at = (share.clamp(0.0, 1.0) * 100.0).floor();
            voice.pick(
                format!("計算は{at}%で止まり、続きからは再開できません"),
                format!("It stops at {at} % and cannot be continued"),
            )
        }
        None => voice
            .pick("計算は途中で止まり、続きからは再開できません", "It stops where it is and cannot be continued")
            .to_owned(),
    }
}

/// What stopping a job that has not started means.
pub fn stop_waiting(voice: Voice) -> &'static str {
    voice.pick("まだ始まっていないので、失う計算はありません", "It has not started; no computing is lost")
}

/// What is brought back of a stopped run.
pub fn stop_keeps(voice: Voice) -> &'static str {
    voice.pick("ここまでの結果のファイルは回収します", "Result files up to here are brought back")
}

/// What a stopped job gives back.
pub fn stop_frees(voice: Voice, cpus: Cores, tokens: Tokens) -> String {
    if tokens == Tokens::ZERO {
        return voice.pick(format!("{cpus}コアが空きます"), format!("{cpus} cores become free"));
    }
    voice.pick(
        format!("{cpus}コア・{tokens}トークンが空きます"),
        format!("{cpus} cores and {tokens} tokens become free"),
    )
}

/// How many warnings a deck has.
pub fn warnings(voice: Voice, n: u64) -> String {
    voice.pick(
        format!("気になる点{n}件。このままでも投入できます"),
        format!("{n} {} to look at. You can submit as it is", plural(n, "thing", "things")),
    )
}

/// A file that the deck reads is not there.
pub fn missing_include(voice: Voice, file: &str, line: u64) -> String {
    let line = amount::count(line);
    voice.pick(
        format!("{file} が見つかりません。{line}行目で読み込まれています"),
        format!("{file} is missing; line {line} reads it"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{today_at, voice};
    use super::*;
    use crate::i18n::Locale;
    use domain::plan::WaitReason;

    #[test]
    fn the_samples_of_the_design() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        let name = JobName::parse("bracket_v4").unwrap();
        let wait =
            Waiting { reason: WaitReason::Queued, position: 2, starts: Some((today_at(14, 45), today_at(14, 45))) };
        assert_eq!(
            submitting(ja, &name, Cores(4), Tokens(8), Some(&wait)),
            "bracket_v4 を4 CPU・8トークンで投入します。開始の見込みは約14:45です"
        );
        assert_eq!(
            submitting(en, &name, Cores(4), Tokens(8), Some(&wait)),
            "bracket_v4 will be submitted with 4 CPUs and 8 tokens, starting at about 14:45"
        );
        assert_eq!(submitted(ja, &name), "bracket_v4 を投入しました");
        assert_eq!([place(ja, &wait), place(en, &wait)], ["順番2番・開始 約14:45", "Position 2, starts about 14:45"]);
        assert_eq!(warnings(ja, 2), "気になる点2件。このままでも投入できます");
        assert_eq!(warnings(en, 2), "2 things to look at. You can submit as it is");
        assert_eq!(
            missing_include(ja, "s45c_true_stress.inc", 87),
            "s45c_true_stress.inc が見つかりません。87行目で読み込まれています"
        );
        let gear = JobName::parse("gear_contact_07").unwrap();
        assert_eq!(stop_title(ja, &gear), "gear_contact_07 を中止しますか");
        assert_eq!(stop_cost(ja, Some(0.413)), "計算は41%で止まり、続きからは再開できません");
        assert_eq!(stop_cost(en, Some(0.413)), "It stops at 41 % and cannot be continued");
    }
}
