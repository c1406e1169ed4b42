//! Browsers that one is signed in with.

use super::api::OwnSession;
use super::calls::{end_sessions, view_account};
use super::words;
use crate::clock::use_clock;
use crate::i18n::{Locale, t};
use crate::preferences::use_locale;
use crate::ui::button::{Button, Size};
use crate::ui::use_toasts;
use leptos::prelude::*;

/// `Firefox, Windows`: what people know their browser by. Of one that says nothing known its own first words.
fn browser(agent: &str, locale: Locale) -> String {
    let named = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let of =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (of(&named), of(&systems)) {
        (Some(name), Some(system)) => locale.pick(format!("{name}・{system}"), format!("{name}, {system}")),
        (Some(name), None) => name.to_owned(),
        _ if agent.is_empty() => locale.pick("不明", "unknown").to_owned(),
        _ => agent.chars().take(40).collect(),
    }
}

/// The panel.
#[component]
pub fn SessionsPanel(first: Vec<OwnSession>) -> impl IntoView {
    let (clock, locale, toasts) = (use_clock(), use_locale(), use_toasts());
    let (sessions, busy) = (RwSignal::new(first), RwSignal::new(false));
    let (ended, failed) = (t(words::OTHERS_ENDED), t(words::NOT_DONE));
    let end = move |which: Option<String>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let all = which.is_none();
            let answer = match end_sessions(which).await {
                Ok(()) => view_account().await,
                Err(error) => Err(error),
            };
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(view) => {
                    sessions.set(view.sessions);
                    if all {
                        toasts.good(untrack(ended), None);
                    }
                }
                Err(error) => toasts.error(untrack(failed), Some(error.message)),
            }
        });
    };
    let others = move || sessions.with(|all| all.iter().any(|one| !one.here));
    view! {
        <section class="panel" aria-labelledby="sessions" data-testid="sessions">
            <div class="panel-h">
                <h2 id="sessions">{t(words::SESSIONS)}</h2>
                {move || {
                    others()
                        .then(|| {
                            view! {
                                <Button size=Size::Small busy=busy on_click=move |_| end(None) attr:data-testid="end-others">
                                    {t(words::END_OTHERS)}
                                </Button>
                            }
                        })
                }}
            </div>
            <ul class="divide-y divide-line">
                {move || {
                    let locale = locale.get();
                    sessions
                        .get()
                        .into_iter()
                        .map(|OwnSession { session, here }| {
                            let id = session.id.clone();
                            view! {
                                <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
                                    <div class="min-w-0 flex-1">
                                        <p class="font-semibold">
                                            {browser(&session.agent, locale)}
                                            {here
                                                .then(|| {
                                                    view! { <span class="tag ml-2 font-normal">{words::HERE.in_locale(locale)}</span> }
                                                })}
                                        </p>
                                        <p class="sub">
                                            {session.address.clone()} " · " {words::SINCE.in_locale(locale)} " "
                                            {clock.moment(session.created_at, locale)} " · " {words::SEEN.in_locale(locale)}
                                            " " {clock.moment(session.seen_at, locale)}
                                        </p>
                                    </div>
                                    {(!here)
                                        .then(|| {
                                            view! {
                                                <Button
                                                    size=Size::Small
                                                    busy=busy
                                                    on_click=move |_| end(Some(id.clone()))
                                                    attr:data-testid="end-session"
                                                >
                                                    {words::END.in_locale(locale)}
                                                </Button>
                                            }
                                        })}
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(browser(chrome, Locale::Ja), "Chrome・Windows");
        assert_eq!(browser(&format!("{chrome} Edg/130.0"), Locale::En), "Edge, Windows");
        assert_eq!(browser("curl/8.5.0", Locale::En), "curl/8.5.0");
        assert_eq!(browser("", Locale::Ja), "不明");
    }
}
