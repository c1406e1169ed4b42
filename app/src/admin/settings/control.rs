//! The field of a setting, by the kind of its values.

use super::item::Item;
use super::store::Store;
use crate::i18n::{sentence, t, text};
use crate::preferences::use_locale;
use domain::settings::Kind;
use leptos::prelude::*;

/// Ids by which label, field, hint and error of a row find each other.
pub fn field_id(item: Item) -> String {
    format!("field-{}", item.setting.key)
}

/// Whether the field is several: then its label is a heading and no `<label>`.
pub fn is_group(kind: Kind) -> bool {
    matches!(kind, Kind::Flag | Kind::Table { .. })
}

fn described(item: Item) -> String {
    let key = item.setting.key;
    format!("hint-{key} error-{key}")
}

/// The field.
#[component]
pub fn Control(item: Item, store: Store) -> impl IntoView {
    match item.setting.kind {
        Kind::Flag => view! { <Flag item=item /> }.into_any(),
        Kind::Table { .. } => view! { <Table item=item /> }.into_any(),
        Kind::Choice { words } => {
            let locale = use_locale();
            let key = item.setting.key;
            let options = move || {
                let word =
                    |word: &&str| ((*word).to_owned(), sentence::setting::choice(locale.get(), key, word).to_owned());
                words.iter().map(word).collect()
            };
            view! { <Select item=item options=Signal::derive(options) /> }.into_any()
        }
        Kind::NodeOrNone => {
            let locale = use_locale();
            let none = move || sentence::setting::nothing(item.setting.kind).in_locale(locale.get()).to_owned();
            let options = move || {
                let nodes = store.nodes.get().into_iter().map(|node| (node.to_string(), node.to_string()));
                std::iter::once((String::new(), none())).chain(nodes).collect()
            };
            view! { <Select item=item options=Signal::derive(options) /> }.into_any()
        }
        kind => view! { <Line item=item kind=kind /> }.into_any(),
    }
}

/// One line of text, with its unit.
#[component]
fn Line(item: Item, kind: Kind) -> impl IntoView {
    let (mode, class) = match kind {
        Kind::Whole { .. } | Kind::WholeOrNone { .. } => ("numeric", "input w-28"),
        Kind::Decimal { .. } => ("decimal", "input w-28"),
        _ => ("text", "input w-full"),
    };
    let typed = item.of(|draft| draft.text.clone());
    let invalid = item.of(|draft| draft.refused.is_some() || draft.fault().is_some());
    let unit = t(sentence::setting::unit(item.setting.unit));
    view! {
        <div class="flex items-center gap-2">
            <input
                id=field_id(item)
                name=item.setting.key
                type="text"
                inputmode=mode
                class=class
                autocomplete="off"
                spellcheck="false"
                value=typed.get_untracked()
                prop:value=move || typed.get()
                on:input:target=move |event| item.draft.update(|draft| draft.put(event.target().value()))
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=described(item)
                data-testid=field_id(item)
            />
            <span class="text-sm text-muted empty:hidden">{unit}</span>
        </div>
    }
}

/// One of several words.
#[component]
fn Select(item: Item, options: Signal<Vec<(String, String)>>) -> impl IntoView {
    let typed = item.of(|draft| draft.text.clone());
    // what is no longer there, or was written by hand, is not silently another one
    let stray = Memo::new(move |_| {
        let now = typed.get();
        options.with(|options| options.iter().all(|(value, _)| *value != now)).then_some(now)
    });
    let all = move || {
        let stray = stray.get().map(|value| (value.clone(), value));
        options.get().into_iter().chain(stray).collect::<Vec<_>>()
    };
    view! {
        <select
            id=field_id(item)
            name=item.setting.key
            class="select w-full"
            on:change:target=move |event| item.draft.update(|draft| draft.put(event.target().value()))
            aria-describedby=described(item)
            data-testid=field_id(item)
        >
            {move || {
                all()
                    .into_iter()
                    .map(|(value, word)| {
                        let sent = value.clone();
                        let chosen = move || typed.with(|typed| *typed == value);
                        view! { <option value=sent selected=untrack(&chosen) prop:selected=chosen>{word}</option> }
                    })
                    .collect_view()
            }}
        </select>
    }
}

/// Yes or no.
#[component]
fn Flag(item: Item) -> impl IntoView {
    let locale = use_locale();
    let key = item.setting.key;
    let choice = move |flag: bool| {
        let chosen = item.of(move |draft| draft.text == flag.to_string());
        view! {
            <label class="flex min-h-8 items-center gap-2 text-sm">
                <input
                    type="radio"
                    class="radio radio-sm"
                    name=key
                    value=flag.to_string()
                    checked=chosen.get_untracked()
                    prop:checked=move || chosen.get()
                    on:change=move |_| item.draft.update(|draft| draft.put(flag.to_string()))
                    data-testid=format!("field-{key}-{flag}")
                />
                {move || sentence::setting::flag(locale.get(), flag)}
            </label>
        }
    };
    view! {
        <div
            id=field_id(item)
            class="flex gap-4"
            role="radiogroup"
            aria-labelledby=format!("title-{key}")
            aria-describedby=described(item)
        >
            {choice(true)}
            {choice(false)}
        </div>
    }
}

/// The three numbers in a text; empty where there are none.
fn parts(text: &str) -> [String; 3] {
    let mut parts = text.split([',', '、', '，']);
    [(); 3].map(|()| parts.next().unwrap_or_default().trim().to_owned())
}

/// The text with one of the three changed; nothing at all when all are empty.
fn with_part(text: &str, at: usize, part: &str) -> String {
    let mut parts = parts(text);
    parts[at] = part.chars().filter(|c| !matches!(c, ',' | '、' | '，')).collect();
    if parts.iter().all(|part| part.trim().is_empty()) { String::new() } else { parts.join(",") }
}

/// Three numbers, for 2, 4 and 8 CPUs.
#[component]
fn Table(item: Item) -> impl IntoView {
    let key = item.setting.key;
    let typed = item.of(|draft| draft.text.clone());
    let invalid = item.of(|draft| draft.refused.is_some() || draft.fault().is_some());
    let fields = [(2, text("2 CPU", "2 CPUs")), (4, text("4 CPU", "4 CPUs")), (8, text("8 CPU", "8 CPUs"))];
    let field = move |(at, (cpus, label)): (usize, (u32, crate::i18n::Text))| {
        let part = move || typed.with(|typed| parts(typed)[at].clone());
        view! {
            <label class="grid min-w-0 gap-0.5 text-xs text-muted">
                {t(label)}
                <input
                    type="text"
                    inputmode="numeric"
                    class="input w-full"
                    autocomplete="off"
                    value=untrack(part)
                    prop:value=part
                    on:input:target=move |event| {
                        item.draft
                            .update(|draft| {
                                let text = with_part(&draft.text, at, &event.target().value());
                                draft.put(text);
                            });
                    }
                    aria-invalid=move || invalid.get().then_some("true")
                    aria-describedby=described(item)
                    data-testid=format!("field-{key}-{cpus}")
                />
            </label>
        }
    };
    view! {
        <div
            id=field_id(item)
            class="grid grid-cols-3 gap-2"
            role="group"
            aria-labelledby=format!("title-{key}")
        >
            {fields.into_iter().enumerate().map(field).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_fields_are_one_text_and_nothing_is_nothing() {
        assert_eq!(with_part("", 1, "8"), ",8,");
        assert_eq!(with_part(",8,", 0, "6"), "6,8,");
        assert_eq!(with_part("6,8,", 2, "1,2"), "6,8,12");
        assert_eq!(with_part("6,,", 0, " "), "");
        assert_eq!(parts("59,76,112"), ["59", "76", "112"]);
    }
}
