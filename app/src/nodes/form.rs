//! The form of a node: to add one, and to change one. What is typed stays, whatever the answer is.

use super::calls::{read_server_key, save_node};
use super::parts::Command;
use super::store::Store;
use super::words;
use crate::i18n::sentence::node;
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Kind, Notice, Size, TextField, Tone, use_toasts};
use crate::{AppError, ErrorCode};
use domain::doctor::{System, authorize, prepare_windows};
use domain::node::{NodeField, NodeMistake};
use domain::{AccountName, NodeDraft, NodeId, NodeRefusal};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// A new node's form, filled in where most are alike.
fn usual() -> NodeDraft {
    let text = str::to_owned;
    NodeDraft { port: text("22"), work_dir: text(".ajm"), max_tokens: text("0"), ..NodeDraft::default() }
}

/// What is typed, field by field, and what is wrong with it.
#[derive(Clone, Copy)]
struct Typed {
    fields: [RwSignal<String>; NodeField::FORM.len()],
    wrong: RwSignal<Vec<(String, String)>>,
}

impl Typed {
    fn new(draft: &NodeDraft) -> Typed {
        Typed {
            fields: NodeField::FORM.map(|field| RwSignal::new(draft.text(field).to_owned())),
            wrong: RwSignal::new(Vec::new()),
        }
    }

    fn draft(self) -> NodeDraft {
        let mut draft = NodeDraft::default();
        for (field, signal) in NodeField::FORM.into_iter().zip(self.fields) {
            if let Some(text) = draft.text_mut(field) {
                *text = signal.get_untracked();
            }
        }
        draft
    }

    fn text(self, field: NodeField) -> String {
        let at = NodeField::FORM.iter().position(|known| *known == field);
        at.map(|at| self.fields[at].get()).unwrap_or_default()
    }

    /// The account that is typed, or one that may be called so.
    fn account(self) -> Option<AccountName> {
        [self.text(NodeField::User).as_str(), "abaqus"].into_iter().find_map(|name| AccountName::parse(name).ok())
    }

    /// The port that is typed, or the usual one.
    fn port(self) -> u16 {
        self.text(NodeField::Port).trim().parse().ok().filter(|port| *port != 0).unwrap_or(22)
    }

    fn set(self, draft: &NodeDraft) {
        for (field, signal) in NodeField::FORM.into_iter().zip(self.fields) {
            signal.set(draft.text(field).to_owned());
        }
        self.wrong.set(Vec::new());
    }

    /// Shows the server's refusal at its fields; `false` where it is about none.
    fn show(self, error: &AppError, locale: crate::i18n::Locale) -> bool {
        let listed: Option<Vec<NodeMistake>> =
            error.details.clone().and_then(|details| serde_json::from_value(details).ok());
        match (listed, &error.field) {
            (Some(mistakes), _) => self.mark(&mistakes, locale),
            (None, Some(field)) => self.wrong.set(vec![(field.clone(), error.message.clone())]),
            (None, None) => return false,
        }
        true
    }

    fn mark(self, mistakes: &[NodeMistake], locale: crate::i18n::Locale) {
        let told = mistakes.iter().map(|one| (one.field.as_str().to_owned(), node::mistake(locale, one)));
        self.wrong.set(told.collect());
    }
}

#[component]
fn Fields(typed: Typed, #[prop(optional)] fixed_id: bool) -> impl IntoView {
    let locale = use_locale();
    let one = move |at: usize, field: NodeField| {
        let word = field.as_str();
        let error = Signal::derive(move || {
            typed.wrong.with(|wrong| wrong.iter().find(|(of, _)| of == word).map(|(_, said)| said.clone()))
        });
        let hint = move || node::hint(field).in_locale(locale.get());
        view! {
            <TextField
                id=format!("node-{word}")
                name=word
                label=t(node::field(field))
                value=typed.fields[at]
                hint=hint
                error=error
                disabled=Signal::derive(move || fixed_id && field == NodeField::Id)
                testid=testid(field)
            />
        }
    };
    view! {
        <div class="grid items-start gap-3 md:grid-cols-2 lg:grid-cols-3">
            {NodeField::FORM.into_iter().enumerate().map(|(at, field)| one(at, field)).collect_view()}
        </div>
    }
}

fn testid(field: NodeField) -> &'static str {
    match field {
        NodeField::Id => "node-field-id",
        NodeField::Name => "node-field-name",
        NodeField::Host => "node-field-host",
        NodeField::Port => "node-field-port",
        NodeField::User => "node-field-user",
        NodeField::WorkDir => "node-field-work_dir",
        NodeField::Cores => "node-field-cores",
        NodeField::MaxTokens => "node-field-max_tokens",
        NodeField::Abaqus => "node-field-abaqus",
        NodeField::Calculix => "node-field-calculix",
        NodeField::State | NodeField::HostKey => "node-field",
    }
}

/// What is done on a machine before it can be a node. The commands are for the account and the port that are typed.
#[component]
fn Preparation(typed: Typed, key: String) -> impl IntoView {
    let key = StoredValue::new(key);
    let account = Memo::new(move |_| typed.account());
    let on_linux = move || key.with_value(|key| account.get().map(|user| authorize(&user, key, System::Linux)));
    let on_windows = move || key.with_value(|key| account.get().map(|user| prepare_windows(&user, typed.port(), key)));
    view! {
        <div class="grid gap-2">
            <p class="phrase text-sm">{t(words::LET_IN)}</p>
            {move || on_linux().map(|text| view! { <Command text=text /> })}
            <details class="text-sm" data-testid="prepare-windows">
                <summary class="cursor-pointer font-semibold">{t(words::PREPARE_WINDOWS)}</summary>
                <div class="grid gap-2 pt-2">
                    <p class="phrase text-sm">{t(words::PREPARE_WINDOWS_TEXT)}</p>
                    // long: the fields below it are what is filled in here
                    <div class="max-h-80 overflow-y-auto">
                        {move || on_windows().map(|text| view! { <Command text=text /> })}
                    </div>
                </div>
            </details>
        </div>
    }
}

/// Adds a node, and leads to its page, where its host key is accepted.
#[component]
pub fn AddForm() -> impl IntoView {
    let (preferences, toasts, navigate) = (use_preferences(), use_toasts(), use_navigate());
    let typed = Typed::new(&usual());
    let key = load(|| (), |()| read_server_key());
    let busy = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let (locale, draft, navigate) = (preferences.locale_untracked(), typed.draft(), navigate.clone());
        if let Err(mistakes) = draft.read() {
            typed.mark(&mistakes, locale);
            return;
        }
        typed.wrong.set(Vec::new());
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = save_node(draft, None).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(id) => {
                    toasts.good(words::ADDED.in_locale(locale), Some(id.to_string()));
                    navigate(&format!("/nodes/{id}"), Default::default());
                }
                Err(error) if typed.show(&error, locale) => {}
                Err(error) => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
            }
        });
    };
    view! {
        <section class="panel mb-4 needs-script" aria-labelledby="add-node-title">
            <div class="panel-h">
                <h2 id="add-node-title">{t(words::ADD)}</h2>
            </div>
            <form class="grid gap-4 p-4" on:submit=send aria-labelledby="add-node-title" data-testid="node-form" novalidate>
                <p class="phrase text-sm text-muted">{t(words::ADD_TEXT)}</p>
                <Suspense>
                    {move || {
                        key.get()
                            .and_then(Result::ok)
                            .map(|key| {
                                view! {
                                    <Preparation typed=typed key=key />
                                }
                            })
                    }}
                </Suspense>
                <Fields typed=typed />
                <div class="flex flex-wrap justify-end gap-2">
                    <a class="btn btn-line" href="/nodes">{t(words::CANCEL)}</a>
                    <Button kind=Kind::Primary submit=true busy=busy attr:data-testid="node-save">
                        {t(words::DO_ADD)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

/// Changes a node.
#[component]
pub fn EditForm(store: Store) -> impl IntoView {
    let (preferences, toasts) = (use_preferences(), use_toasts());
    let read = store.of_admin(|admin| (admin.draft.clone(), admin.version));
    let Some((first, version)) = read.get_untracked() else { return ().into_any() };
    let typed = Typed::new(&first);
    // what the form began with: a change names its version
    let base = StoredValue::new((first, version));
    let (busy, conflict) = (RwSignal::new(false), RwSignal::new(None::<(String, u64)>));
    // somebody else's change is taken over as long as nothing is typed; else it is said when this is saved
    Effect::new(move |_| {
        let Some((draft, version)) = read.get() else { return };
        let (same, untouched, older) =
            base.with_value(|(before, known)| (*before == draft, *before == typed.draft(), version < *known));
        // an answer from before a change of one's own says nothing; a drain or a key changes the version and nothing here
        if older || !(same || untouched) {
            return;
        }
        if !same {
            typed.set(&draft);
        }
        base.set_value((draft, version));
    });
    let save = move |version: u64| {
        if busy.get_untracked() {
            return;
        }
        let (locale, draft) = (preferences.locale_untracked(), typed.draft());
        if let Err(mistakes) = draft.read() {
            typed.mark(&mistakes, locale);
            return;
        }
        typed.wrong.set(Vec::new());
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer: Result<NodeId, AppError> = save_node(draft.clone(), Some(version)).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(id) => {
                    conflict.set(None);
                    base.set_value((draft, version + 1));
                    toasts.good(words::SAVED.in_locale(locale), Some(id.to_string()));
                }
                Err(error) => match changed(&error) {
                    Some(version) => conflict.set(Some((error.message, version))),
                    None if typed.show(&error, locale) => {}
                    None => toasts.error(words::FAILED.in_locale(locale), Some(error.message)),
                },
            }
            store.read();
        });
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save(base.with_value(|(_, version)| *version));
    };
    let mine = move |_| {
        if let Some((_, version)) = conflict.get_untracked() {
            save(version);
        }
    };
    let theirs = move |_| {
        if let Some((draft, version)) = read.get_untracked() {
            typed.set(&draft);
            base.set_value((draft, version));
            conflict.set(None);
        }
    };
    view! {
        <section class="panel needs-script" aria-labelledby="node-settings">
            <div class="panel-h">
                <h2 id="node-settings">{t(words::SETTINGS)}</h2>
            </div>
            {move || {
                conflict
                    .get()
                    .map(|(message, _)| {
                        view! {
                            <div data-testid="node-conflict">
                                <Notice
                                    tone=Tone::Caution
                                    title=t(words::CONFLICT)
                                    flush=true
                                    urgent=true
                                    actions=move || {
                                        view! {
                                            <Button size=Size::Small busy=busy on_click=mine attr:data-testid="node-save-mine">
                                                {t(words::MINE)}
                                            </Button>
                                            <Button size=Size::Small on_click=theirs attr:data-testid="node-take-theirs">
                                                {t(words::THEIRS)}
                                            </Button>
                                        }
                                    }
                                >
                                    {message} " " {t(words::CONFLICT_TEXT)}
                                </Notice>
                            </div>
                        }
                    })
            }}
            <form class="grid gap-4 p-4" on:submit=send aria-labelledby="node-settings" data-testid="node-form" novalidate>
                <Fields typed=typed fixed_id=true />
                <div class="flex justify-end">
                    <Button kind=Kind::Line submit=true busy=busy attr:data-testid="node-save">
                        {t(words::SAVE)}
                    </Button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// The version that somebody else's change has made, where that is why nothing was saved.
fn changed(error: &AppError) -> Option<u64> {
    if error.code != ErrorCode::Conflict {
        return None;
    }
    match serde_json::from_value(error.details.clone()?).ok()? {
        NodeRefusal::Changed { version, .. } => Some(version),
        _ => None,
    }
}
