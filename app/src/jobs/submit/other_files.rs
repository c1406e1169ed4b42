//! Files that are no decks: those on their way for one, those nobody reads, those that are not taken.

use super::deck_panel::Way;
use super::form::Form;
use super::item::{ItemId, SendError, Sending};
use super::needs::{self, Role};
use super::sorting::Refusal;
use super::{use_voice, words};
use crate::i18n::sentence::{Voice, bytes};
use crate::i18n::t;
use crate::ui::{Button, Glyph, Icon, Size};
use leptos::prelude::*;

/// What a row says.
#[derive(Clone, PartialEq)]
enum Row {
    Spare,
    Refused(Refusal),
    Under,
    Unpacked(Vec<String>),
    Failed(SendError),
}

/// The rows, while there are any.
#[component]
pub fn OtherFiles(form: Form) -> impl IntoView {
    let rows = Memo::new(move |_| {
        form.items.with(|items| {
            let roles = needs::roles(items);
            items
                .iter()
                .zip(roles)
                .filter_map(|(item, role)| {
                    let row = match (role, &item.refusal, &item.sending) {
                        (Role::Refused, Some(refusal), _) => Row::Refused(refusal.clone()),
                        (Role::Archive, _, Sending::Unpacked { skipped, .. }) => Row::Unpacked(skipped.clone()),
                        (Role::Archive, _, Sending::No) => Row::Under,
                        (Role::Needed { .. } | Role::Archive, _, Sending::Under { .. } | Sending::Broken { .. }) => {
                            Row::Under
                        }
                        (Role::Needed { .. } | Role::Archive, _, Sending::Failed { why, .. }) => {
                            Row::Failed(why.clone())
                        }
                        (Role::Spare, ..) => Row::Spare,
                        _ => return None,
                    };
                    Some((item.id, item.name.clone(), item.size, row))
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || rows.get() key=|(id, _, _, row)| (*id, std::mem::discriminant(row)) let:row>
            <OneFile form=form id=row.0 name=row.1 size=row.2 row=row.3 />
        </For>
    }
}

fn sentence(voice: Voice, row: &Row, size: u64) -> String {
    match row {
        Row::Spare => words::SPARE.in_locale(voice.locale).to_owned(),
        Row::Refused(refusal) => words::refusal(voice, refusal, size),
        Row::Unpacked(skipped) => words::left_out(voice, skipped),
        Row::Failed(error) => words::send_error(voice, error),
        Row::Under => String::new(),
    }
}

#[component]
fn OneFile(form: Form, id: ItemId, name: String, size: u64, row: Row) -> impl IntoView {
    let voice = use_voice();
    let bad = matches!(row, Row::Refused(_) | Row::Failed(_));
    let failed = matches!(row, Row::Failed(_));
    let (label, shown) = (name.clone(), name);
    let body = if row == Row::Under {
        view! { <Way form=form id=id /> }.into_any()
    } else {
        view! {
            <p class="text-sm">
                <b class="mono font-semibold">{shown}</b>
                <span class="ml-2 text-xs text-muted">{bytes(size)}</span>
            </p>
            <p class="phrase text-sm text-muted">{move || sentence(voice(), &row, size)}</p>
        }
        .into_any()
    };
    view! {
        <div
            class="panel flex items-center gap-3 px-4 py-3"
            class=("!border-[var(--fill-bad)]", bad)
            role=bad.then_some("alert")
            data-testid="other-file"
        >
            <Icon
                glyph=if bad { Glyph::CircleCross } else { Glyph::File }
                class=if bad { "text-bad" } else { "text-muted" }
            />
            <div class="min-w-0 flex-1">{body}</div>
            {failed
                .then(|| {
                    view! {
                        <Button
                            size=Size::Small
                            on_click=move |_| {
                                #[cfg(feature = "hydrate")]
                                super::engine::try_again(form, id);
                            }
                        >
                            {t(words::AGAIN)}
                        </Button>
                    }
                })}
            <button
                type="button"
                class="btn btn-ghost btn-sm btn-square -mr-2"
                aria-label=move || words::remove(voice(), &label)
                on:click=move |_| form.remove(id)
            >
                <Icon glyph=Glyph::Cross />
            </button>
        </div>
    }
}
