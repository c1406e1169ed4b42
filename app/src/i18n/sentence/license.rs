//! Tokens and reservations in words.

use crate::i18n::Locale;
use domain::ReservationProblem;

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
