//! The rows of a file before they are added, each with what is wrong with it.

use super::api::CheckedRow;
use super::draft::{Column, Flaw, Flaws};
use super::words;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The table. It scrolls inside its panel where it is too wide.
#[component]
pub fn Preview(rows: Vec<CheckedRow>) -> impl IntoView {
    view! {
        <div
            class="relative max-h-[32rem] overflow-auto border-t border-line"
            tabindex="0"
            role="group"
            aria-label=t(words::PREVIEW)
        >
            <table class="grid-t" data-testid="preview">
                <thead>
                    <tr>
                        <th scope="col" class="r">{t(words::LINE)}</th>
                        <th scope="col">{t(words::CHECKED)}</th>
                        {Column::ALL
                            .into_iter()
                            .map(|column| view! { <th scope="col">{t(words::column(column))}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| view! { <Row row=row /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(row: CheckedRow) -> impl IntoView {
    let CheckedRow { line, draft, flaws } = row;
    let is_wrong = |column: Column| flaws.iter().any(|(one, _)| *one == column);
    let cells = Column::ALL
        .into_iter()
        .map(|column| {
            let class = if is_wrong(column) { "text-bad font-medium" } else { "" };
            view! {
                <td class=class>
                    <span class="block max-w-48 min-w-16 [overflow-wrap:anywhere]">
                        {draft.cell(column).to_owned()}
                    </span>
                </td>
            }
        })
        .collect_view();
    view! {
        <tr data-testid=format!("preview-{line}")>
            <td class="r text-muted">{line}</td>
            <td>
                <Problems flaws=flaws />
            </td>
            {cells}
        </tr>
    }
}

#[component]
fn Problems(flaws: Flaws) -> impl IntoView {
    let locale = use_locale();
    if flaws.is_empty() {
        return view! {
            <span class="st small good">
                <Icon glyph=Glyph::CircleCheck />
                {t(words::FINE)}
            </span>
        }
        .into_any();
    }
    let said = move |column: Column, flaw: Flaw| {
        let locale = locale.get();
        format!("{}: {}", words::column(column).in_locale(locale), words::flaw(locale, flaw))
    };
    flaws
        .into_iter()
        .map(|(column, flaw)| {
            view! {
                <span class="err min-w-56">
                    <Icon glyph=Glyph::CircleCross />
                    {move || said(column, flaw)}
                </span>
            }
        })
        .collect_view()
        .into_any()
}
