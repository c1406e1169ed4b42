//! Lines of a job's history.

use super::{Voice, amount, fault, job, plural};
use crate::jobs::api::HistoryFact;

/// What a line of the history adds to its state.
pub fn fact(voice: Voice, fact: &HistoryFact) -> String {
    match fact {
        HistoryFact::Claimed { node } => voice.pick(format!("{node} に割り当てました"), format!("Assigned to {node}")),
        HistoryFact::Launched => voice.pick("計算を始めました", "The solver was started").to_owned(),
        HistoryFact::SentBack { fault } => {
            let fault = fault.as_ref().map(|fault| fault::infrastructure(voice.locale, fault)).unwrap_or_default();
            voice.pick(format!("開始できませんでした。{fault}"), format!("It could not be started. {fault}"))
        }
        HistoryFact::Hindered { fault } => {
            let fault = fault::infrastructure(voice.locale, fault);
            voice.pick(
                format!("先へ進めないため、自動で再試行しています。{fault}"),
                format!("It cannot go on yet and is tried again by itself. {fault}"),
            )
        }
        HistoryFact::RunEnded => voice
            .pick("計算が終わり、コアとトークンを返却しました", "The solver ended; cores and tokens are free")
            .to_owned(),
        HistoryFact::Collected { files, bytes } => {
            let bytes = amount::bytes(*bytes);
            voice.pick(
                format!("結果{files}件・{bytes} を回収しました"),
                format!("{files} result {}, {bytes}, brought back", plural(u64::from(*files), "file", "files")),
            )
        }
        HistoryFact::CancelAsked => voice.pick("中止を指示しました", "Asked for it to be stopped").to_owned(),
        HistoryFact::Kept => voice.pick("片付けの対象から外しました", "Kept from the clean-up").to_owned(),
        HistoryFact::NotKept => voice.pick("片付けの対象に戻しました", "Left to the clean-up again").to_owned(),
        HistoryFact::ResultsRemoved => voice
            .pick("保存期間が過ぎたため、結果ファイルを消しました", "The clean-up took the result files away")
            .to_owned(),
        HistoryFact::Priority { from, to } => {
            let (from, to) = (job::priority(*from), job::priority(*to));
            voice.pick(
                format!("優先度を{}から{}へ変えました", from.ja, to.ja),
                format!("Priority changed from {} to {}", from.en.to_lowercase(), to.en.to_lowercase()),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::voice;
    use super::*;
    use crate::i18n::Locale;
    use domain::Priority;

    #[test]
    fn facts_have_their_numbers() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        let collected = HistoryFact::Collected { files: 6, bytes: 1_932_735_283 };
        assert_eq!(fact(ja, &collected), "結果6件・1.8 GB を回収しました");
        assert_eq!(fact(en, &collected), "6 result files, 1.8 GB, brought back");
        let raised = HistoryFact::Priority { from: Priority::NORMAL, to: Priority::HIGH };
        assert_eq!(fact(ja, &raised), "優先度を普通から高へ変えました");
        assert_eq!(fact(en, &raised), "Priority changed from normal to high");
    }
}
