//! One row: title, key, meaning; field, unit, what it may be, what is wrong; who changed it when.

use super::control::{Control, field_id, is_group};
use super::history::History;
use super::item::{Item, Mark, Standing};
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::{sentence, t};
use crate::preferences::use_locale;
use crate::ui::{Button, FieldError, Kind, Notice, Size, Tone};
use leptos::prelude::*;

const CLASS: &str = "grid scroll-mt-16 gap-x-6 gap-y-2 border-t border-line px-4 py-3 [.panel-h+&]:border-0 \
                     lg:grid-cols-[minmax(0,1fr)_15rem_9.5rem]";

fn edge(standing: Standing) -> &'static str {
    match standing {
        Standing::Found => "",
        Standing::Changed => "shadow-[inset_3px_0_0_var(--fill-accent)]",
        Standing::Invalid => "shadow-[inset_3px_0_0_var(--fill-bad)]",
        Standing::Undecided => "shadow-[inset_3px_0_0_var(--fill-caution)]",
    }
}

/// The row.
#[component]
pub fn Row(item: Item, store: Store) -> impl IntoView {
    let locale = use_locale();
    let setting = item.setting;
    let key = setting.key;
    let standing = item.of(|draft| draft.standing());
    let title = move || sentence::setting::words(locale.get(), setting).title;
    let about = move || sentence::setting::words(locale.get(), setting).about;
    let fault = item.of(|draft| (draft.fault(), draft.refused.clone()));
    let error = Signal::derive(move || match fault.get() {
        (Some(fault), _) => Some(sentence::setting::fault(locale.get(), Some(setting), &fault)),
        (None, refused) => refused,
    });
    // beside what is typed, what it is now
    let now = item.of(|draft| draft.is_changed().then(|| draft.saved.value.clone()));
    let hint = move || {
        let locale = locale.get();
        let hint = sentence::setting::hint(locale, setting);
        match now.get().map(|now| sentence::setting::value(locale, setting, &now)) {
            Some(now) => locale.pick(format!("{hint}・現在の値 {now}"), format!("{hint} · now {now}")),
            None => hint,
        }
    };
    let open = RwSignal::new(false);
    let heading = if is_group(setting.kind) {
        view! { <span id=format!("title-{key}") class="text-sm font-semibold">{title}</span> }.into_any()
    } else {
        view! { <label for=field_id(item) class="text-sm font-semibold">{title}</label> }.into_any()
    };
    view! {
        <div
            id=format!("setting-{key}")
            class=move || format!("{CLASS} {}", edge(standing.get()))
            hidden=move || !store.is_found(item)
            data-testid=format!("setting-{key}")
            data-standing=move || standing.get().as_str()
            on:focusin=move |_| item.in_use.set(true)
            on:focusout=move |_| item.in_use.set(false)
        >
            <div class="min-w-0">
                {heading} <code class="ml-1.5 text-xs text-muted">{key}</code>
                <p class="phrase text-sm leading-5 text-muted">{about}</p>
            </div>
            <div class="min-w-0">
                <Control item=item store=store />
                <p class="sub mt-1" id=format!("hint-{key}")>{hint}</p>
                <FieldError id=format!("error-{key}") error=error />
            </div>
            <Author item=item open=open />
            <Conflict item=item />
            {move || open.get().then(|| view! { <History item=item store=store /> })}
        </div>
    }
}

/// Who changed it when, what just happened to it, and the way to its history.
#[component]
fn Author(item: Item, open: RwSignal<bool>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let key = item.setting.key;
    let tag = item.of(|draft| (draft.standing(), draft.mark));
    let tag = move || match tag.get() {
        (Standing::Changed, _) => Some((words::CHANGED, "tag !bg-accent-soft !text-primary")),
        (Standing::Invalid, _) => Some((words::INVALID, "tag !bg-bad-soft !text-bad")),
        (Standing::Undecided, _) => Some((words::UNDECIDED, "tag !bg-caution-soft !text-caution")),
        (Standing::Found, Mark::Saved) => Some((words::SAVED, "tag !bg-good-soft !text-good")),
        (Standing::Found, Mark::Renewed) => Some((words::RENEWED, "tag !bg-accent-soft !text-primary")),
        (Standing::Found, Mark::None) => None,
    };
    let saved = item.of(|draft| (draft.saved.changed.clone(), draft.saved.value == item.setting.default));
    let author = move || {
        let locale = locale.get();
        match saved.get() {
            (Some(changed), _) => (changed.name, clock.moment(changed.at, locale)),
            (None, true) => (words::AS_DEFAULT.in_locale(locale).to_owned(), String::new()),
            (None, false) => (words::FROM_START.in_locale(locale).to_owned(), String::new()),
        }
    };
    let has_history = item.of(|draft| draft.saved.version > 0);
    let label = move || {
        let title = sentence::setting::words(locale.get(), item.setting).title;
        locale.get().pick(format!("{title}の履歴"), format!("History of {title}"))
    };
    view! {
        <div class="sub flex flex-wrap items-baseline gap-x-2 lg:block lg:text-right">
            <span role="status">
                {move || tag().map(|(word, class)| view! { <span class=class>{t(word)}</span> })}
            </span>
            <div class="mt-0.5" data-testid=format!("author-{key}")>{move || author().0}</div>
            <div>{move || author().1}</div>
            {move || {
                has_history
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                kind=Kind::Ghost
                                size=Size::Tiny
                                class="needs-script lg:-mr-2"
                                on_click=move |_| open.update(|open| *open = !*open)
                                attr:aria-label=label
                                attr:aria-expanded=move || if open.get() { "true" } else { "false" }
                                attr:data-testid=format!("history-{key}")
                            >
                                {t(words::HISTORY)}
                            </Button>
                        }
                    })
            }}
        </div>
    }
}

/// Both values, when somebody else saved one while this was edited.
#[component]
fn Conflict(item: Item) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let setting = item.setting;
    let both = item.of(|draft| draft.theirs.clone().map(|theirs| (draft.saved.value.clone(), theirs)));
    let mine = item.of(|draft| draft.text.clone());
    move || {
        both.get().map(|(read, theirs)| {
            let name = theirs.changed.as_ref().map(|changed| changed.name.clone());
            let value = theirs.value.clone();
            let title =
                move || sentence::setting::changed_meanwhile(clock.voice(locale.get()), setting, &read, &theirs);
            let take = move || {
                let locale = locale.get();
                words::take_theirs(locale, name.as_deref(), &sentence::setting::value(locale, setting, &value))
            };
            let keep = move || {
                let locale = locale.get();
                words::keep_mine(locale, &mine.with(|mine| sentence::setting::value(locale, setting, mine)))
            };
            view! {
                <div class="col-span-full -mx-4 -mb-3 mt-1" data-testid=format!("conflict-{}", setting.key)>
                    <Notice
                        tone=Tone::Caution
                        title=title
                        flush=true
                        actions=move || {
                            view! {
                                <Button
                                    size=Size::Small
                                    on_click=move |_| item.draft.update(|draft| draft.take_theirs())
                                    attr:data-testid="take-theirs"
                                >
                                    {take}
                                </Button>
                                <Button
                                    size=Size::Small
                                    on_click=move |_| item.draft.update(|draft| draft.keep_mine())
                                    attr:data-testid="keep-mine"
                                >
                                    {keep}
                                </Button>
                            }
                        }
                    >
                        {t(words::CHOOSE)}
                    </Notice>
                </div>
            }
        })
    }
}
