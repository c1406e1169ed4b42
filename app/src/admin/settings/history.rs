//! Earlier changes of one setting, and the way back to each.

use super::api::PastChange;
use super::calls::setting_history;
use super::item::Item;
use super::store::Store;
use super::words;
use crate::AppError;
use crate::clock::use_clock;
use crate::i18n::{sentence, t};
use crate::preferences::use_locale;
use crate::ui::{Button, Size, Skeleton};
use leptos::prelude::*;

/// The list; it is read when it is opened, and again when the setting has changed.
#[component]
pub fn History(item: Item, store: Store) -> impl IntoView {
    let key = item.setting.key;
    let version = item.of(|draft| draft.saved.version);
    let past = RwSignal::new(None::<Result<Vec<PastChange>, AppError>>);
    Effect::new(move |_| {
        // read, not only followed: what has never been read follows nothing itself
        let _ = version.get();
        leptos::task::spawn_local(async move {
            let read = setting_history(key.to_owned()).await;
            // it may be closed by now
            let _ = past.try_set(Some(read));
        });
    });
    view! {
        <div class="col-span-full" data-testid=format!("past-{key}")>
            {move || match past.get() {
                None => view! { <Skeleton lines=&["w-1/3"] /> }.into_any(),
                Some(Err(error)) => view! { <p class="err" role="alert">{error.message}</p> }.into_any(),
                Some(Ok(past)) if past.is_empty() => {
                    view! { <p class="sub">{t(words::NO_HISTORY)}</p> }.into_any()
                }
                Some(Ok(past)) => {
                    view! {
                        <ul class="grid divide-y divide-line border-t border-line text-sm">
                            {past.into_iter().map(|one| view! { <Past one=one item=item store=store /> }).collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Past(one: PastChange, item: Item, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let setting = item.setting;
    let shown = move |text: &Option<String>| {
        let value = |text: &String| sentence::setting::value(locale.get(), setting, text);
        text.as_ref().map_or_else(String::new, value)
    };
    let step = {
        let (before, after) = (one.before.clone(), one.after.clone());
        move || format!("{} → {}", shown(&before), shown(&after))
    };
    let now = item.of(|draft| draft.saved.value.clone());
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5" data-testid="past-change">
            <span class="text-muted">{move || clock.moment(one.at, locale.get())}</span>
            <span>{one.name}</span>
            <span class="min-w-0 flex-1 font-semibold">{step}</span>
            {one
                .before
                .map(|before| {
                    let same = {
                        let before = before.clone();
                        Signal::derive(move || now.with(|now| *now == before))
                    };
                    let value = before.clone();
                    view! {
                        <Button
                            size=Size::Tiny
                            disabled=same
                            busy=store.busy
                            on_click=move |_| store.undo(item, before.clone())
                            attr:data-testid="undo"
                        >
                            {move || {
                                let locale = locale.get();
                                words::undo(locale, &sentence::setting::value(locale, setting, &value))
                            }}
                        </Button>
                    }
                })}
        </li>
    }
}
