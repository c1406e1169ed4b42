//! Gauges that can be counted: one square is one token or one core.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// What a square stands for. Told apart by pattern, not by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// In use by us: solid.
    Used,
    /// In use elsewhere: hatched.
    Outside,
    /// Reserved: dotted.
    Reserved,
    /// Free: empty.
    Free,
    /// Out of service: pale.
    Off,
}

impl CellKind {
    fn class(self) -> &'static str {
        match self {
            CellKind::Used => "u",
            CellKind::Outside => "o",
            CellKind::Reserved => "r",
            CellKind::Free => "",
            CellKind::Off => "x",
        }
    }
}

/// How many units one square stands for, so that at most `most` squares are drawn.
pub fn units_per_cell(total: u32, most: u32) -> u32 {
    if total <= most {
        return 1;
    }
    let mut per = 10;
    while total.div_ceil(per) > most {
        per *= 10;
    }
    per
}

/// Squares per kind when one square stands for `per` units; what is in use never rounds down to nothing.
fn squares(parts: &[(CellKind, u32)], per: u32) -> Vec<(CellKind, u32)> {
    parts
        .iter()
        .map(|&(kind, amount)| {
            let count = match kind {
                CellKind::Free | CellKind::Off => amount / per,
                CellKind::Used | CellKind::Outside | CellKind::Reserved => amount.div_ceil(per),
            };
            (kind, count)
        })
        .collect()
}

/// The gauge: an image whose label has the numbers.
#[component]
pub fn Cells(
    /// Kinds and amounts, in order.
    #[prop(into)]
    parts: Signal<Vec<(CellKind, u32)>>,
    /// The numbers in words.
    #[prop(into)]
    label: TextProp,
    /// `lic` for the licence gauge, `core` for the small one.
    #[prop(optional)]
    class: &'static str,
    /// Squares drawn at most; beyond, one square is 10.
    #[prop(default = 100)]
    most: u32,
) -> impl IntoView {
    let cells = move || {
        let parts = parts.get();
        let total = parts.iter().fold(0u32, |sum, (_, amount)| sum.saturating_add(*amount));
        squares(&parts, units_per_cell(total, most))
            .into_iter()
            .flat_map(|(kind, count)| (0..count).map(move |_| view! { <i class=kind.class()></i> }))
            .collect_view()
    };
    view! { <div class=format!("cells {class}") role="img" aria-label=move || label.get()>{cells}</div> }
}

/// The gauge's key: pattern, word, number.
#[component]
pub fn CellsKey(
    /// Which pattern.
    kind: CellKind,
    /// Its word.
    #[prop(into)]
    label: TextProp,
    /// How many.
    #[prop(into)]
    amount: Signal<u32>,
) -> impl IntoView {
    view! {
        <li class="flex items-center gap-1.5">
            <span class=format!("key {}", kind.class())></span>
            {move || label.get()}
            <b class="font-semibold text-ink">{move || amount.get()}</b>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_square_is_one_until_there_are_too_many() {
        assert_eq!(units_per_cell(100, 100), 1);
        assert_eq!(units_per_cell(101, 100), 10);
        assert_eq!(units_per_cell(5_000, 100), 100);
    }

    #[test]
    fn what_is_in_use_is_never_drawn_as_nothing() {
        let drawn = squares(&[(CellKind::Used, 3), (CellKind::Free, 297)], 10);
        assert_eq!(drawn, [(CellKind::Used, 1), (CellKind::Free, 29)]);
    }
}
