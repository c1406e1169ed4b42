//! Side bar (icon rail below 1280 px) and, on phones, the tab bar. Only places that exist.

use super::alarm::lasting;
use super::lab_feed::use_lab;
use super::words;
use crate::clock::use_clock;
use crate::i18n::{Text, t};
use crate::live::{Connection, use_live};
use crate::preferences::use_locale;
use crate::ui::{Glyph, Icon};
use domain::{Act, NodeState, NodeSummary, Role};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The product's mark.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" width="24" height="24" viewBox="0 0 24 24" fill="none" aria-hidden="true">
            <path class="ground" d="M4 7.5 12 4l8 4.5V18l-8 2.5L3.5 17z" />
            <path
                class="edge"
                d="M4 7.5 12 4l8 4.5V18l-8 2.5L3.5 17zM12 4v16.5M3.8 12.2l8.2.4 8-.6"
                stroke-width="1.5"
                stroke-linejoin="round"
            />
            <circle class="node" cx="12" cy="12.6" r="1.75" />
        </svg>
    }
}

/// Which place an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list and a job's own page.
    Jobs,
    /// The form.
    NewJob,
    /// Nodes, and a node's own page.
    Nodes,
    /// Tokens and reservations.
    Licenses,
    /// The dictionary of errors, and how to begin.
    Help,
    /// The own account.
    Account,
    /// Accounts.
    People,
    /// The first steps of an admin.
    Start,
    /// The settings.
    Settings,
    /// Who changed what.
    Audit,
    /// How everything stands; backups.
    Operations,
    /// What goes away by itself.
    Cleanup,
    /// The server's log: a part of operations.
    Logs,
    /// Anything else.
    Elsewhere,
}

/// Places for admins: address, word, picture, and the name by which tests find its link.
const ADMIN: [(Place, &str, Text, Glyph, &str); 4] = [
    (Place::People, "/admin/users", words::USERS, Glyph::Users, "to-users"),
    (Place::Settings, "/admin/settings", words::SETTINGS, Glyph::Gear, "to-settings"),
    (Place::Audit, "/admin/audit", words::AUDIT, Glyph::File, "to-audit"),
    (Place::Operations, "/admin/operations", words::OPERATIONS, Glyph::Pulse, "to-operations"),
];

/// The place of this path.
pub fn place_of(path: &str) -> Place {
    match path.trim_end_matches('/') {
        "" => Place::Jobs,
        "/jobs/new" => Place::NewJob,
        "/nodes" => Place::Nodes,
        "/licenses" => Place::Licenses,
        "/help" => Place::Help,
        "/cleanup" => Place::Cleanup,
        "/account" => Place::Account,
        "/admin/settings" => Place::Settings,
        "/admin/audit" => Place::Audit,
        "/admin/operations" => Place::Operations,
        "/admin/logs" => Place::Logs,
        "/admin/users" => Place::People,
        "/admin/start" => Place::Start,
        path if path.starts_with("/jobs/") => Place::Jobs,
        path if path.starts_with("/nodes/") => Place::Nodes,
        _ => Place::Elsewhere,
    }
}

/// Whether the link of one of the places for admins leads to where this path is, or to what that is a part of.
fn is_at(path: &str, place: Place) -> bool {
    match place_of(path) {
        Place::Logs => place == Place::Operations,
        at => at == place,
    }
}

/// The word of a role.
pub fn role(role: Role) -> Text {
    match role {
        Role::Student => words::STUDENT,
        Role::Faculty => words::FACULTY,
        Role::Admin => words::ADMIN,
    }
}

#[component]
pub fn SideBar() -> impl IntoView {
    let path = use_location().pathname;
    let at = move |place: Place| move || (place_of(&path.get()) == place).then_some("page");
    let lab = use_lab();
    let new_job = t(words::NEW_JOB);
    let new_job_title = move || format!("{} (N)", new_job());
    view! {
        <aside class="side">
            <div class="side-in">
                <a href="/" class="mb-3 flex h-8 items-center gap-2 px-2" aria-label="Abaqus Job Manager">
                    <Mark />
                    <span class="t text-sm font-semibold tracking-tight">"Abaqus Job Manager"</span>
                </a>
                <a
                    class="btn btn-primary mb-3 max-xl:btn-square max-xl:self-center"
                    href="/jobs/new"
                    title=new_job_title
                    aria-label=new_job
                    aria-current=at(Place::NewJob)
                    data-testid="new-job"
                >
                    <Icon glyph=Glyph::Plus />
                    <span class="t">{new_job}</span>
                </a>
                <nav class="grid gap-0.5" aria-label=t(words::PLACES)>
                    <a class="nav-a" href="/" aria-current=at(Place::Jobs) title=t(words::JOBS)>
                        <Icon glyph=Glyph::Jobs />
                        <span class="t">{t(words::JOBS)}</span>
                        <span class="n">
                            <Suspense>
                                {move || lab.status().map(|status| status.counts.active.to_string())}
                            </Suspense>
                        </span>
                    </a>
                    <a
                        class="nav-a"
                        href="/nodes"
                        aria-current=at(Place::Nodes)
                        title=t(words::NODES)
                        data-testid="to-nodes"
                    >
                        <Icon glyph=Glyph::Nodes />
                        <span class="t">{t(words::NODES)}</span>
                        <span class="n">
                            <Suspense>
                                {move || {
                                    lab.status()
                                        .map(|status| {
                                            let serving = |node: &&NodeSummary| node.state == NodeState::Available;
                                            let count = status.nodes.iter().filter(serving).count();
                                            format!("{count} / {}", status.nodes.len())
                                        })
                                }}
                            </Suspense>
                        </span>
                    </a>
                    <a
                        class="nav-a"
                        href="/licenses"
                        aria-current=at(Place::Licenses)
                        title=t(words::LICENSES)
                        data-testid="to-licenses"
                    >
                        <Icon glyph=Glyph::Key />
                        <span class="t">{t(words::LICENSES)}</span>
                        <span class="n">
                            <Suspense>
                                {move || {
                                    lab.status()
                                        .map(|status| {
                                            format!("{} / {}", status.license.free(), status.license.total)
                                        })
                                }}
                            </Suspense>
                        </span>
                    </a>
                    <a class="nav-a" href="/help" aria-current=at(Place::Help) title=t(words::HELP) data-testid="to-help">
                        <Icon glyph=Glyph::Help />
                        <span class="t">{t(words::HELP)}</span>
                    </a>
                </nav>
                <Suspense>
                    {move || {
                        lab.status()
                            .is_some_and(|status| status.actor.may(Act::Administer))
                            .then(|| view! { <AdminPlaces /> })
                    }}
                </Suspense>
                <div class="mt-auto grid gap-0.5 border-t border-line pt-2">
                    <LiveState />
                    <Suspense>
                        {move || {
                            lab.status()
                                .map(|status| {
                                    let first = status.actor.name.chars().next().map(String::from);
                                    view! {
                                        <a
                                            class="nav-a"
                                            href="/account"
                                            aria-current=at(Place::Account)
                                            title=status.actor.name.clone()
                                            data-testid="to-account"
                                        >
                                            <span
                                                class="grid size-5 flex-none place-items-center rounded-full bg-base-300 text-2xs font-semibold text-ink -ml-0.5"
                                                aria-hidden="true"
                                            >
                                                {first}
                                            </span>
                                            <span class="t">
                                                {status.actor.name.clone()}
                                                <span class="sub ml-1.5">{t(role(status.actor.role))}</span>
                                            </span>
                                        </a>
                                    }
                                })
                        }}
                    </Suspense>
                </div>
            </div>
        </aside>
    }
}

#[component]
fn AdminPlaces() -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <p class="sect lbl mt-5 mb-1 px-2.5" aria-hidden="true">{t(words::ADMINISTER)}</p>
        <nav class="grid gap-0.5 max-xl:mt-4" aria-label=t(words::ADMINISTER)>
            {ADMIN
                .into_iter()
                .map(|(place, href, word, glyph, testid)| {
                    let here = move || is_at(&path.get(), place).then_some("page");
                    view! {
                        <a class="nav-a" href=href aria-current=here title=t(word) data-testid=testid>
                            <Icon glyph=glyph />
                            <span class="t">{t(word)}</span>
                            {(place == Place::Operations).then(|| view! { <AlertCount /> })}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// How much is to be put right; nothing where nothing is.
#[component]
fn AlertCount() -> impl IntoView {
    let lasting = lasting();
    let count = Memo::new(move |_| lasting.with(Vec::len));
    view! {
        <span class="n" data-testid="alert-count">
            {move || (count.get() > 0).then(|| count.get().to_string())}
        </span>
    }
}

/// The same on a phone, above each page for admins: the bar at its end has one target for all of them.
#[component]
pub fn AdminStrip() -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <nav class="seg mb-4 md:hidden" aria-label=t(words::ADMINISTER)>
            {ADMIN
                .into_iter()
                .map(|(place, href, word, ..)| {
                    let here = move || is_at(&path.get(), place).then_some("page");
                    view! {
                        <a href=href aria-current=here>
                            {t(word)}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// Class of the dot.
fn dot(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "live-dot",
        Connection::Opening => "live-dot opening",
        Connection::Lost => "live-dot lost",
    }
}

/// The connection in words; when it is lost, of what time the numbers are.
fn live_words() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let (live, clock, locale) = (use_live(), use_clock(), use_locale());
    move || {
        let locale = locale.get();
        match (live.connection.get(), live.last_event.get()) {
            (Connection::Live, _) => words::LIVE.in_locale(locale).to_owned(),
            (Connection::Opening, _) => words::OPENING.in_locale(locale).to_owned(),
            (Connection::Lost, Some(at)) => {
                let at = clock.moment(at, locale);
                locale.pick(format!("接続が切れています。{at} の状態です"), format!("Connection lost. As of {at}"))
            }
            (Connection::Lost, None) => locale.pick("接続が切れています", "Connection lost").to_owned(),
        }
    }
}

#[component]
fn LiveState() -> impl IntoView {
    let (live, clock) = (use_live(), use_clock());
    let words = live_words();
    let time = move || {
        (live.connection.get() == Connection::Live).then(|| live.last_event.get().map(|at| clock.second(at))).flatten()
    };
    view! {
        <div
            class="nav-a live"
            title=words
            data-testid="live-state"
            data-state=move || match live.connection.get() {
                Connection::Live => "live",
                Connection::Opening => "opening",
                Connection::Lost => "lost",
            }
        >
            <span class=move || format!("{} mx-1", dot(live.connection.get()))></span>
            <span class="t" role="status">{words}</span>
            // not announced: it changes with every event
            <span class="n" aria-hidden="true">{time}</span>
        </div>
    }
}

/// On phones the live state is a dot beside the mark, and words when the connection is lost.
#[component]
pub fn SmallLiveState() -> impl IntoView {
    let live = use_live();
    let words = live_words();
    view! {
        <span class="flex items-center gap-1.5 md:hidden" title=words>
            <span class=move || dot(live.connection.get()) role="img" aria-label=words></span>
            {move || {
                (live.connection.get() == Connection::Lost)
                    .then(|| view! { <span class="text-xs font-medium text-bad">{words}</span> })
            }}
        </span>
    }
}

#[component]
pub fn TabBar() -> impl IntoView {
    let path = use_location().pathname;
    let at = move |place: Place| move || (place_of(&path.get()) == place).then_some("page");
    let lab = use_lab();
    // one target for all places of admins: the strip above each leads to the others
    let at_admin = move || ADMIN.iter().any(|(place, ..)| is_at(&path.get(), *place)).then_some("page");
    view! {
        <nav class="tabbar" aria-label=t(words::PLACES)>
            <a href="/" aria-current=at(Place::Jobs)>
                <Icon glyph=Glyph::Jobs />
                {t(words::JOBS)}
            </a>
            <a href="/jobs/new" aria-current=at(Place::NewJob) data-testid="new-job">
                <Icon glyph=Glyph::Plus />
                {t(words::NEW_JOB_SHORT)}
            </a>
            <a href="/nodes" aria-current=at(Place::Nodes)>
                <Icon glyph=Glyph::Nodes />
                {t(words::NODES)}
            </a>
            <a href="/licenses" aria-current=at(Place::Licenses)>
                <Icon glyph=Glyph::Key />
                {t(words::LICENSES)}
            </a>
            <a href="/help" aria-current=at(Place::Help)>
                <Icon glyph=Glyph::Help />
                {t(words::HELP)}
            </a>
            <Suspense>
                {move || {
                    lab.status()
                        .is_some_and(|status| status.actor.may(Act::Administer))
                        .then(|| {
                            view! {
                                <a href="/admin/settings" aria-current=at_admin>
                                    <Icon glyph=Glyph::Gear />
                                    {t(words::ADMINISTER_SHORT)}
                                </a>
                            }
                        })
                }}
            </Suspense>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_places() {
        assert_eq!(
            ["/", "", "/jobs/12", "/jobs/new", "/nodes", "/nodes/node-01"].map(place_of),
            [Place::Jobs, Place::Jobs, Place::Jobs, Place::NewJob, Place::Nodes, Place::Nodes]
        );
        assert_eq!(
            ["/licenses", "/help", "/cleanup", "/nodes-of-old"].map(place_of),
            [Place::Licenses, Place::Help, Place::Cleanup, Place::Elsewhere]
        );
        for (place, address, ..) in ADMIN {
            assert_eq!(place_of(address), place);
        }
    }
}
