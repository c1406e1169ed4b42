//! The fields of one person, new or known.

use super::draft::{Column, Draft, Flaw, Flaws};
use super::store::Store;
use super::words;
use crate::AppError;
use crate::frame::role;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Field, TextField};
use domain::{Role, Tokens};
use leptos::prelude::*;

/// What is typed, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct Fields {
    id: RwSignal<String>,
    name: RwSignal<String>,
    role: RwSignal<String>,
    jobs: RwSignal<String>,
    tokens: RwSignal<String>,
    until: RwSignal<String>,
    flaws: RwSignal<Flaws>,
    refused: RwSignal<Option<AppError>>,
}

/// The field of a server's refusal.
fn column_of(field: &str) -> Option<Column> {
    match field {
        "id" => Some(Column::Id),
        "name" => Some(Column::Name),
        "limits" => Some(Column::Jobs),
        _ => None,
    }
}

impl Fields {
    /// Filled so.
    pub fn new(draft: Draft) -> Fields {
        let Draft { id, name, role, jobs, tokens, until } = draft;
        Fields {
            id: RwSignal::new(id),
            name: RwSignal::new(name),
            role: RwSignal::new(role),
            jobs: RwSignal::new(jobs),
            tokens: RwSignal::new(tokens),
            until: RwSignal::new(until),
            flaws: RwSignal::new(Flaws::new()),
            refused: RwSignal::new(None),
        }
    }

    /// What is typed now.
    pub fn draft(self) -> Draft {
        let [id, name, role, jobs, tokens, until] =
            [self.id, self.name, self.role, self.jobs, self.tokens, self.until].map(|field| field.get_untracked());
        Draft { id, name, role, jobs, tokens, until }
    }

    /// Says what is wrong.
    pub fn complain(self, flaws: Flaws) {
        self.refused.set(None);
        self.flaws.set(flaws);
    }

    /// Says what the server refused; whether one of the fields has it.
    pub fn refuse(self, error: AppError) -> bool {
        let known = error.field.as_deref().is_some_and(|field| column_of(field).is_some());
        if known {
            self.refused.set(Some(error));
        }
        known
    }

    fn error(self, column: Column) -> Signal<Option<String>> {
        let locale = use_locale();
        Signal::derive(move || {
            let flaw: Option<Flaw> =
                self.flaws.with(|flaws| flaws.iter().find(|(one, _)| *one == column).map(|(_, flaw)| *flaw));
            flaw.map(|flaw| words::flaw(locale.get(), flaw)).or_else(|| {
                let refused = self.refused.get()?;
                (column_of(refused.field.as_deref()?) == Some(column)).then_some(refused.message)
            })
        })
    }
}

/// The fields themselves. One form of them is open at a time.
#[component]
pub fn PersonFields(
    fields: Fields,
    store: Store,
    /// Somebody new, who is still without a sign-in name.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let locale = use_locale();
    let shared = store.of(|view| (view.jobs_of_all, view.tokens_of_all.map(|Tokens(tokens)| tokens)));
    let jobs_hint = move || shared.get().map(|(jobs, _)| words::shared_limit(locale.get(), jobs)).unwrap_or_default();
    let tokens_hint = move || shared.get().map(|(_, all)| words::shared_limit(locale.get(), all)).unwrap_or_default();
    let role_error = fields.error(Column::Role);
    view! {
        {new
            .then(|| {
                view! {
                    <TextField
                        id="person-id"
                        name="id"
                        label=t(words::USER_ID)
                        value=fields.id
                        hint=t(words::USER_ID_HINT)
                        error=fields.error(Column::Id)
                        testid="person-id"
                    />
                }
            })}
        <TextField
            id="person-name"
            name="name"
            label=t(words::NAME)
            value=fields.name
            error=fields.error(Column::Name)
            testid="person-name"
        />
        <Field id="person-role" label=t(words::ROLE) error=role_error>
            <select
                id="person-role"
                name="role"
                class="select w-full"
                aria-describedby="person-role-hint person-role-error"
                on:change:target=move |event| fields.role.set(event.target().value())
                data-testid="person-role"
            >
                {Role::ALL
                    .into_iter()
                    .map(|one| {
                        let chosen = move || fields.role.with(|word| word == one.as_str());
                        view! {
                            <option value=one.as_str() selected=untrack(chosen) prop:selected=chosen>
                                {t(role(one))}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </Field>
        <div class="grid grid-cols-2 items-start gap-3">
            <TextField
                id="person-jobs"
                name="jobs"
                label=t(words::JOBS)
                value=fields.jobs
                hint=jobs_hint
                error=fields.error(Column::Jobs)
                testid="person-jobs"
            />
            <TextField
                id="person-tokens"
                name="tokens"
                label=t(words::TOKENS)
                value=fields.tokens
                hint=tokens_hint
                error=fields.error(Column::Tokens)
                testid="person-tokens"
            />
        </div>
        <TextField
            id="person-until"
            name="until"
            label=t(words::UNTIL)
            value=fields.until
            kind="date"
            hint=t(words::UNTIL_HINT)
            error=fields.error(Column::Until)
            testid="person-until"
        />
    }
}
