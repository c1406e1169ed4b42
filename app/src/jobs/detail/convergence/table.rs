//! The table twin of the plots.

use super::words;
use crate::i18n::t;
use crate::jobs::api::AttemptView;
use crate::jobs::detail::page::use_voice;
use crate::plot::number;
use leptos::html::Div;
use leptos::prelude::*;

/// Rows shown; the file has all.
const MOST_ROWS: usize = 300;

/// Pixels from the end within which somebody counts as looking at it.
const NEAR: i32 = 40;

/// Shows the end of the rows at first, and keeps showing it while it is looked at.
fn follow_the_end(place: NodeRef<Div>, attempts: Memo<Vec<AttemptView>>) {
    Effect::new(move |before: Option<Option<i32>>| {
        attempts.track();
        let place = place.get()?;
        let looked_at =
            before.flatten().is_none_or(|height| place.scroll_top() + place.client_height() + NEAR >= height);
        let height = place.scroll_height();
        if looked_at {
            place.set_scroll_top(height);
        }
        Some(height)
    });
}

/// One row per attempt, the newest last.
#[component]
pub fn Table(attempts: Memo<Vec<AttemptView>>) -> impl IntoView {
    let voice = use_voice();
    let place = NodeRef::new();
    follow_the_end(place, attempts);
    let (yes, no) = (t(words::YES), t(words::NO));
    // a Riks step has no time
    let riks = Memo::new(move |_| attempts.with(|attempts| attempts.iter().any(|row| row.lpf.is_some())));
    let (time, size) = (t(words::STEP_TIME), t(words::SIZE));
    let (lpf, lpf_step) = (t(words::LPF_COLUMN), t(words::LPF_STEP));
    let rows = move || {
        attempts.with(|attempts| {
            attempts[attempts.len().saturating_sub(MOST_ROWS)..]
                .iter()
                .map(|row| {
                    let (tone, word) = if row.converged { ("", yes) } else { ("text-bad", no) };
                    view! {
                        <tr>
                            <td>{row.increment}</td>
                            <td class="r">{row.attempt}</td>
                            <td class="r">{number::plain(row.lpf.unwrap_or(row.step_time), 5)}</td>
                            <td class="r">{number::short(row.size)}</td>
                            <td class="r">{row.iterations}</td>
                            <td class=tone>{word}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let left_out = move || {
        let over = attempts.with(Vec::len).saturating_sub(MOST_ROWS);
        (over > 0).then(|| words::table_left_out(voice.get(), u64::try_from(over).unwrap_or(0)))
    };
    view! {
        <p class="sub px-4 pt-3 empty:hidden">{left_out}</p>
        <div node_ref=place class="max-h-96 overflow-auto" tabindex="0" role="region" aria-label=t(words::CONVERGENCE)>
            <table class="grid-t [&_td]:!h-8 [&_td]:!py-0.5" data-testid="convergence-table">
                <thead>
                    <tr>
                        <th scope="col">{t(words::INCREMENT)}</th>
                        <th scope="col" class="r">{t(words::ATTEMPT)}</th>
                        <th scope="col" class="r">{move || if riks.get() { lpf() } else { time() }}</th>
                        <th scope="col" class="r">{move || if riks.get() { lpf_step() } else { size() }}</th>
                        <th scope="col" class="r">{t(words::ITERATIONS)}</th>
                        <th scope="col">{t(words::RESULT)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
