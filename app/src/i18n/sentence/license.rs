//! Tokens and reservations in words.

use super::{Voice, plural};
use crate::i18n::Locale;
use domain::{ReservationProblem, Timestamp};

/// The licence's last day; the moment at which it is over is the first that is past it.
pub fn last_day(voice: Voice, ends: Timestamp) -> String {
    voice.named_day(Timestamp(ends.0.saturating_sub(1)))
}

/// How long the licence lasts, as a title.
pub fn days_left(voice: Voice, days: i64) -> String {
    match days {
        ..0 => voice.pick("ライセンスの期限が切れています", "The licence has expired").to_owned(),
        0 => voice.pick("ライセンスは今日で切れます", "The licence expires today").to_owned(),
        days => voice.pick(
            format!("ライセンスはあと{days}日で切れます"),
            format!("The licence expires in {days} {}", plural(days.unsigned_abs(), "day", "days")),
        ),
    }
}

/// What that means and what to do.
pub fn expiry_means(voice: Voice, ends: Timestamp) -> String {
    let day = last_day(voice, ends);
    voice.pick(
        format!("期限は{day}です。その後は Abaqus のジョブが始まりません。管理者が更新の手続きをしてください。"),
        format!("Its last day is {day}. Afterwards no Abaqus job starts. An admin should renew it."),
    )
}

/// Why a reservation cannot be made, and what can.
pub fn problem(locale: Locale, problem: &ReservationProblem) -> String {
    let (ja, en) = match problem {
        ReservationProblem::Nothing => {
            ("トークンかコアを1個以上指定してください。".to_owned(), "Ask for at least one token or core.".to_owned())
        }
        ReservationProblem::Tokens { most } => (
            format!("いま予約できるトークンは{most}個までです。"),
            format!("At most {most} tokens can be reserved now."),
        ),
        ReservationProblem::NoSuchNode { node } => {
            (format!("ノード {node} はありません。"), format!("There is no node {node}."))
        }
        ReservationProblem::Cores { node, most } => (
            format!("{node} でいま予約できるコアは1〜{most}個です。"),
            format!("On {node} 1 to {most} cores can be reserved now."),
        ),
        ReservationProblem::Purpose { most } => (
            format!("目的を1行、{most}文字以内で入力してください。"),
            format!("Say what for in one line of at most {most} characters."),
        ),
        ReservationProblem::Lasts { most } => {
            let hours = most.0 / 3_600;
            (
                format!("予約は最長{hours}時間です。上限は管理者が変えられます。"),
                format!("A reservation lasts at most {hours} h. An admin can raise the limit."),
            )
        }
        ReservationProblem::Heartbeat => (
            "更新の間隔は1秒以上、予約の長さ以下にしてください。".to_owned(),
            "The heartbeat is at least a second and at most as long as the reservation.".to_owned(),
        ),
    };
    locale.pick(ja, en)
}

#[cfg(test)]
mod tests {
    use super::super::{today_at, voice};
    use super::*;

    #[test]
    fn the_last_day_is_named_and_not_the_one_after_it() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        let ends = today_at(24 * 7, 0);
        assert_eq!((last_day(ja, ends).as_str(), last_day(en, ends).as_str()), ("2026年11月30日", "30 Nov 2026"));
        assert_eq!(days_left(ja, 6), "ライセンスはあと6日で切れます");
        assert_eq!(
            (days_left(en, 1).as_str(), days_left(en, 0).as_str()),
            ("The licence expires in 1 day", "The licence expires today")
        );
        assert_eq!(days_left(ja, -1), "ライセンスの期限が切れています");
        assert!(expiry_means(ja, ends).contains("2026年11月30日") && expiry_means(en, ends).contains("30 Nov 2026"));
    }
}
