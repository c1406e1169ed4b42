//! How far a run is, and what may go wrong with it.

use super::{Voice, amount, plural};
use domain::progress::LicenseQueue;
use domain::{Progress, Seconds, Timestamp, Tokens, TroubleKind};

/// `Step 2/3 · Inc 214 · カットバック1回`.
pub fn facts(voice: Voice, progress: &Progress) -> String {
    let Progress { step, steps, increment, cutbacks, .. } = progress;
    let cut = voice.pick(
        format!("カットバック{cutbacks}回"),
        if *cutbacks == 0 {
            "No cutbacks".to_owned()
        } else {
            format!("{cutbacks} {}", plural(u64::from(*cutbacks), "cutback", "cutbacks"))
        },
    );
    format!("Step {step}/{steps} · Inc {increment} · {cut}")
}

/// What a run that has been started waits for before it computes.
pub fn queued(voice: Voice, tokens: Tokens) -> String {
    voice.pick(
        format!("ライセンスサーバーで{tokens}トークンの順番待ち"),
        format!("Queued for {tokens} tokens at the licence server"),
    )
}

/// Since when it does, and that nobody has to do anything.
pub fn queued_for(voice: Voice, queue: LicenseQueue) -> String {
    if queue.seconds == 0 {
        return voice.pick("順番が来ると計算を始めます", "It computes once its turn comes").to_owned();
    }
    let span = amount::duration(voice, Seconds(queue.seconds));
    voice.pick(
        format!("{span}経過。順番が来ると計算を始めます"),
        format!("For {span} so far; it computes once its turn comes"),
    )
}

/// `残り 約38分`, or that it is unknown.
pub fn time_left(voice: Voice, progress: &Progress) -> String {
    match progress.seconds_left {
        Some(seconds) => {
            let span = amount::duration(voice, Seconds(seconds.max(1)));
            voice.pick(format!("残り 約{span}"), format!("About {span} left"))
        }
        None => voice.pick("残り時間は不明", "Time left unknown").to_owned(),
    }
}

/// Why there is no time left to be shown.
pub fn time_left_later(voice: Voice) -> &'static str {
    voice.pick("残り時間は、増分が安定すると表示します", "Time left appears once increments are steady")
}

/// What should worry the owner of a running job.
pub fn trouble(voice: Voice, kind: &TroubleKind) -> String {
    match kind {
        TroubleKind::Cutbacks { count, minutes } => voice.pick(
            format!("増分が縮小中。直近{minutes}分でカットバック{count}回"),
            format!(
                "Increments shrinking: {count} {} in {minutes} min",
                plural(u64::from(*count), "cutback", "cutbacks")
            ),
        ),
        TroubleKind::NearMinimum => {
            voice.pick("増分が下限に近づいています", "The increment is near its minimum").to_owned()
        }
        TroubleKind::NoGrowth { minutes } => {
            voice.pick(format!("{minutes}分間、計算が進んでいません"), format!("No progress for {minutes} min"))
        }
    }
}

/// A node that does not answer changes nothing of its runs.
pub fn no_contact(voice: Voice, since: Timestamp) -> String {
    let since = voice.moment(since);
    voice.pick(
        format!("{since}から連絡なし。計算は続いている見込み"),
        format!("No contact since {since}; the run is presumed alive"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::{today_at, voice};
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn the_samples_of_the_design() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        assert_eq!(no_contact(ja, today_at(13, 31)), "13:31から連絡なし。計算は続いている見込み");
        assert_eq!(no_contact(en, today_at(13, 31)), "No contact since 13:31; the run is presumed alive");
        let kind = TroubleKind::Cutbacks { count: 5, minutes: 10 };
        assert_eq!(trouble(ja, &kind), "増分が縮小中。直近10分でカットバック5回");
        assert_eq!(trouble(en, &kind), "Increments shrinking: 5 cutbacks in 10 min");
        assert_eq!(time_left_later(ja), "残り時間は、増分が安定すると表示します");
        assert_eq!(time_left_later(en), "Time left appears once increments are steady");
    }

    #[test]
    fn the_licence_server_s_queue_is_no_hang() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        assert_eq!(queued(ja, Tokens(12)), "ライセンスサーバーで12トークンの順番待ち");
        assert_eq!(queued(en, Tokens(12)), "Queued for 12 tokens at the licence server");
        let queue = |seconds| LicenseQueue { seconds };
        assert_eq!(queued_for(ja, queue(180)), "3分経過。順番が来ると計算を始めます");
        assert_eq!(queued_for(en, queue(180)), "For 3 min so far; it computes once its turn comes");
        assert_eq!(queued_for(en, queue(0)), "It computes once its turn comes");
    }

    #[test]
    fn facts_count_in_english_too() {
        let mut progress = Progress { step: 2, steps: 3, increment: 214, cutbacks: 1, ..Progress::default() };
        assert_eq!(facts(voice(Locale::Ja), &progress), "Step 2/3 · Inc 214 · カットバック1回");
        assert_eq!(facts(voice(Locale::En), &progress), "Step 2/3 · Inc 214 · 1 cutback");
        progress.cutbacks = 0;
        assert_eq!(facts(voice(Locale::En), &progress), "Step 2/3 · Inc 214 · No cutbacks");
        progress.seconds_left = Some(11_400);
        assert_eq!(time_left(voice(Locale::Ja), &progress), "残り 約3時間10分");
        assert_eq!(time_left(voice(Locale::En), &progress), "About 3 h 10 min left");
    }
}
