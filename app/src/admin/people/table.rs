//! The table of all people, with search and filters.

use super::store::{Panel, Store};
use super::words;
use crate::clock::use_clock;
use crate::frame::role;
use crate::i18n::{Locale, t};
use crate::preferences::use_locale;
use crate::ui::{Button, EmptyState, Glyph, Icon, Size, Tone};
use domain::{Role, Standing, User, UserId};
use leptos::prelude::*;

/// The standings in the order of the filter, and the words of their values.
const STANDINGS: [(Standing, &str); 4] = [
    (Standing::Active, "active"),
    (Standing::Invited, "invited"),
    (Standing::Disabled, "disabled"),
    (Standing::Expired, "expired"),
];

fn standing_word(standing: Standing) -> &'static str {
    STANDINGS.into_iter().find(|(one, _)| *one == standing).map(|(_, word)| word).unwrap_or_default()
}

/// Icon and tone of a standing.
fn look(standing: Standing) -> (Glyph, Tone) {
    match standing {
        Standing::Active => (Glyph::CircleCheck, Tone::Good),
        Standing::Invited => (Glyph::CircleDashed, Tone::Accent),
        Standing::Disabled => (Glyph::Ban, Tone::Calm),
        Standing::Expired => (Glyph::CirclePause, Tone::Caution),
    }
}

/// Whether a search finds this person.
fn fits(user: &User, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    user.id.as_str().contains(&search) || user.name.to_lowercase().contains(&search)
}

/// Own limits, or that the shared ones count.
fn limits(locale: Locale, user: &User) -> String {
    let one = |limit: Option<u32>| {
        limit.map_or_else(|| words::SHARED.in_locale(locale).to_owned(), |limit| limit.to_string())
    };
    format!("{} / {}", one(user.max_running_jobs), one(user.max_tokens.map(|tokens| tokens.0)))
}

/// Search, filters and the table.
#[component]
pub fn Table(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let search = RwSignal::new(String::new());
    let (of_role, of_standing) = (RwSignal::new(None::<Role>), RwSignal::new(None::<Standing>));
    let all = store.of(|view| view.people.len());
    // a moment's standing changes with the clock; the list itself only where somebody crosses a line
    let found = Memo::new(move |_| {
        let (wanted, now) = (of_standing.get(), of_standing.get().map(|_| clock.now()));
        let is_wanted = |row: &super::api::PersonRow| match (wanted, now) {
            (Some(wanted), Some(now)) => row.account.standing(now) == wanted,
            _ => true,
        };
        store.view.with(|view| {
            let rows = view.iter().flat_map(|view| &view.people);
            search.with(|search| {
                rows.filter(|row| of_role.get().is_none_or(|role| row.account.user.role == role))
                    .filter(|row| is_wanted(row) && fits(&row.account.user, search))
                    .map(|row| row.account.user.id.clone())
                    .collect::<Vec<UserId>>()
            })
        })
    });
    let clear = move || {
        search.set(String::new());
        of_role.set(None);
        of_standing.set(None);
    };
    view! {
        <section class="panel" aria-label=t(words::USERS) data-testid="people">
            <div class="needs-script flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
                <label class="input input-sm min-w-0 flex-1 basis-48">
                    <Icon glyph=Glyph::Search class="text-faint" />
                    <input
                        type="search"
                        placeholder=t(words::SEARCH)
                        aria-label=t(words::SEARCH)
                        autocomplete="off"
                        prop:value=move || search.get()
                        on:input:target=move |event| search.set(event.target().value())
                        data-testid="people-search"
                    />
                </label>
                <select
                    class="select select-sm w-auto"
                    aria-label=t(words::ROLE)
                    on:change:target=move |event| of_role.set(Role::from_word(&event.target().value()))
                    data-testid="people-role"
                >
                    <option value="" prop:selected=move || of_role.get().is_none()>{t(words::ALL_ROLES)}</option>
                    {Role::ALL
                        .into_iter()
                        .map(|one| {
                            view! {
                                <option value=one.as_str() prop:selected=move || of_role.get() == Some(one)>
                                    {t(role(one))}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
                <select
                    class="select select-sm w-auto"
                    aria-label=t(words::STATE)
                    on:change:target=move |event| {
                        let word = event.target().value();
                        of_standing.set(STANDINGS.into_iter().find(|(_, one)| *one == word).map(|(one, _)| one));
                    }
                    data-testid="people-state"
                >
                    <option value="" prop:selected=move || of_standing.get().is_none()>{t(words::ALL_STATES)}</option>
                    {STANDINGS
                        .into_iter()
                        .map(|(one, word)| {
                            view! {
                                <option value=word prop:selected=move || of_standing.get() == Some(one)>
                                    {t(words::standing(one))}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
            <table class="grid-t rows-2">
                <thead>
                    <tr>
                        <th scope="col">{t(words::USER)}</th>
                        <th scope="col">{t(words::STATE)}</th>
                        <th scope="col">{t(words::ROLE)}</th>
                        <th scope="col" class="max-lg:hidden">{t(words::LIMITS)}</th>
                        <th scope="col" class="r">{t(words::OPEN_JOBS)}</th>
                        <th scope="col" class="max-lg:hidden">{t(words::ENDS)}</th>
                        <th scope="col" class="max-lg:hidden">{t(words::SEEN)}</th>
                        <th scope="col">
                            <span class="sr-only">{t(words::ACTS)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || found.get() key=UserId::clone let:id>
                        <Row store=store id=id />
                    </For>
                </tbody>
            </table>
            {move || {
                (found.with(Vec::is_empty))
                    .then(|| {
                        view! {
                            <EmptyState title=t(words::NONE_FOUND) text=t(words::NONE_FOUND_TEXT)>
                                <Button size=Size::Small on_click=move |_| clear()>
                                    {t(words::SHOW_ALL)}
                                </Button>
                            </EmptyState>
                        }
                    })
            }}
            {move || {
                (all.get() == Some(1) && !found.with(Vec::is_empty))
                    .then(|| {
                        view! {
                            <div class="border-t border-line">
                                <EmptyState title=t(words::NOBODY_ELSE) text=t(words::NOBODY_ELSE_TEXT) />
                            </div>
                        }
                    })
            }}
        </section>
        <p class="sr-only" role="status">
            {move || {
                let (found, all) = (found.with(Vec::len), all.get().unwrap_or_default());
                (found < all).then(|| words::shown(locale.get(), found, all))
            }}
        </p>
    }
}

#[component]
fn Row(store: Store, id: UserId) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let row = store.row(id.clone());
    let user = Memo::new(move |_| row.get().map(|row| row.account.user));
    let name = move || user.get().map(|user| user.name).unwrap_or_default();
    let role = Memo::new(move |_| user.get().map(|user| role(user.role).in_locale(locale.get())));
    let standing = Memo::new(move |_| row.get().map_or(Standing::Active, |row| row.account.standing(clock.now())));
    let standing = move || standing.get();
    let glyph = Signal::derive(move || look(standing()).0);
    let limits = move || user.get().map(|user| limits(locale.get(), &user));
    let ends = move || {
        let end = row.get()?.account.expires_at;
        let locale = locale.get();
        Some(end.map_or_else(|| words::NO_END.in_locale(locale).to_owned(), |end| clock.voice(locale).last_day(end)))
    };
    let seen = move || {
        let seen = row.get()?.seen_at;
        let locale = locale.get();
        Some(seen.map_or_else(|| words::NEVER.in_locale(locale).to_owned(), |at| clock.moment(at, locale)))
    };
    let link = move || {
        let locale = locale.get();
        let until = row.get()?.link_until.filter(|until| clock.now() < *until);
        Some(words::link_state(locale, until.map(|until| clock.moment(until, locale))))
    };
    let open_jobs = Memo::new(move |_| row.get().map(|row| row.open_jobs).unwrap_or_default());
    let jobs_address = format!("/?tab=active&user={id}");
    let small_jobs = move || {
        let jobs = open_jobs.get();
        locale.get().pick(format!("終わっていないジョブ {jobs}件"), format!("open jobs: {jobs}"))
    };
    let (edited, opened, is_me) = (id.clone(), id.clone(), store.is_me(&id));
    let is_open = Memo::new(move |_| store.panel.with(|panel| *panel == Panel::Edit(edited.clone())));
    let address = jobs_address.clone();
    view! {
        <tr data-testid=format!("person-{id}") aria-selected=move || is_open.get().then_some("true")>
            <td class="m1">
                <span class="font-semibold">{name}</span>
                {is_me.then(|| view! { <span class="tag ml-1.5">{t(words::YOU)}</span> })}
                <div class="sub">
                    <span class="mono">{id.to_string()}</span>
                    <span class="ml-2 md:hidden">{move || role.get()}</span>
                </div>
            </td>
            <td class="m2">
                <span
                    class=move || format!("st {}", look(standing()).1.of_state())
                    data-testid="person-state"
                    data-state=move || standing_word(standing())
                >
                    <Icon glyph=glyph />
                    {move || words::standing(standing()).in_locale(locale.get())}
                </span>
                {move || {
                    (standing() == Standing::Invited)
                        .then(|| view! { <div class="sub" data-testid="person-link">{link}</div> })
                }}
            </td>
            <td class="whitespace-nowrap">{move || role.get()}</td>
            <td class="whitespace-nowrap max-lg:hidden">{limits}</td>
            <td class="r">
                {move || match open_jobs.get() {
                    0 => view! { <span class="text-muted">"0"</span> }.into_any(),
                    jobs => view! { <a class="link" href=jobs_address.clone()>{jobs}</a> }.into_any(),
                }}
            </td>
            <td class="whitespace-nowrap max-lg:hidden">{ends}</td>
            <td class="whitespace-nowrap text-muted max-lg:hidden">{seen}</td>
            <td class="m3">
                <div class="flex items-center justify-end gap-2 max-md:justify-between">
                    <span class="sub md:hidden">
                        {move || match open_jobs.get() {
                            0 => ().into_any(),
                            _ => view! { <a class="link" href=address.clone()>{small_jobs}</a> }.into_any(),
                        }}
                    </span>
                    <span class="needs-script">
                        <Button
                            size=Size::Small
                            on_click=move |_| store.turn_to(Panel::Edit(opened.clone()))
                            attr:aria-label=move || words::edit_of(locale.get(), &name())
                            attr:data-testid="edit-person"
                        >
                            {t(words::EDIT)}
                        </Button>
                    </span>
                </div>
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::{Timestamp, Tokens};

    fn user() -> User {
        User {
            id: UserId::parse("sato.hanako").unwrap(),
            name: "Sato 花子".to_owned(),
            role: Role::Student,
            max_running_jobs: Some(3),
            max_tokens: None,
            created_at: Timestamp(0),
        }
    }

    #[test]
    fn a_search_looks_at_names_and_sign_in_names() {
        for found in ["", " 花子 ", "HANAKO", "sato", "o.h"] {
            assert!(fits(&user(), found), "{found}");
        }
        assert!(!fits(&user(), "suzuki"));
    }

    #[test]
    fn a_limit_is_the_own_one_or_the_shared_one() {
        assert_eq!(limits(Locale::Ja, &user()), "3 / 共通");
        assert_eq!(limits(Locale::En, &User { max_tokens: Some(Tokens(8)), ..user() }), "3 / 8");
    }
}
