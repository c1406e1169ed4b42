//! The New job page: left the decks, right the decision.
// the server renders the empty form: files come and change in the browser only
#![cfg_attr(not(feature = "hydrate"), allow(dead_code))]

pub mod sorting;

mod abaqus;
mod choices;
mod decision;
mod deck_panel;
mod drop_zone;
#[cfg(feature = "hydrate")]
mod engine;
mod foot;
mod form;
#[cfg(feature = "hydrate")]
mod handles;
mod item;
#[cfg(feature = "hydrate")]
mod kept;
mod missing;
mod model;
mod needs;
mod other_files;
#[cfg(feature = "hydrate")]
mod reading;
#[cfg(feature = "hydrate")]
mod sending;
mod sources;
mod standing;
mod submission;
pub(crate) mod words;

use crate::clock::use_clock;
use crate::i18n::sentence::Voice;
use crate::jobs::calls::read_form_options;
use crate::live::use_live;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{Skeleton, use_toasts};
use deck_panel::DeckPanel;
use domain::Event;
use form::{Choices, Form};
use leptos::prelude::*;
use leptos_meta::Title;
use words::standing::{Tally, summary, tally};

/// What this page's sentences need; reactive.
fn use_voice() -> impl Fn() -> Voice + Copy + Send + Sync + 'static {
    let (clock, locale) = (use_clock(), use_locale());
    move || clock.voice(locale.get())
}

/// How the decks stand, counted.
fn tally_of(form: Form) -> Tally {
    form.items.with(|items| {
        let standings: Vec<_> = standing::decks(items).map(|item| standing::of(item, items)).collect();
        tally(standings.iter())
    })
}

/// Forecasts and loads change with every job that starts or ends; so often at most are they asked for again.
#[cfg(feature = "hydrate")]
const ASK_AGAIN_MS: u64 = 3000;

/// The page.
#[component]
pub fn NewJobPage() -> impl IntoView {
    let voice = use_voice();
    let options = StoredValue::new(None);
    let form = Form::new(|Choices { wish, priority, solver, abaqus }| {
        let gpus = Memo::new(move |_| abaqus.with(abaqus::AbaqusChoices::gpus));
        let resource = load(
            move || (solver.get(), wish.get(), priority.get(), gpus.get()),
            |(solver, wish, priority, gpus)| read_form_options(solver, wish, priority, gpus),
        );
        options.set_value(Some(resource));
        Signal::derive(move || resource.get().and_then(Result::ok))
    });

    let stale = StoredValue::new(false);
    use_live().on_event(move |event| match event {
        Event::SettingsChanged
        | Event::Resync
        | Event::LicenseChanged(_)
        | Event::NodeChanged(_)
        | Event::JobCreated(_)
        | Event::JobDeleted(_) => {
            let _ = stale.try_set_value(true);
        }
        // progress comes every other second and changes no forecast that somebody could see
        Event::JobChanged(job) => {
            if !job.status.holds_resources() || job.progress.is_none() {
                let _ = stale.try_set_value(true);
            }
        }
        Event::AlertsChanged => {}
    });
    #[cfg(feature = "hydrate")]
    {
        let _ = leptos_use::use_interval_fn(
            move || {
                if stale.get_value() {
                    stale.set_value(false);
                    if let Some(options) = options.get_value() {
                        options.refetch();
                    }
                }
            },
            ASK_AGAIN_MS,
        );
        kept::over_pages(form, leptos_router::hooks::use_location().search.get_untracked());
        // files that the browser has cannot outlive the tab's page
        crate::ui::ask_before_leaving(move || {
            form.items.with_untracked(|items| standing::decks(items).next().is_some())
        });
        engine::start(form);
    }
    let come_from = RwSignal::new(None);
    sources::follow_address(form, come_from, use_toasts());
    let submit = submission::use_submit(form);
    submission::submit_on_ctrl_enter(submit);

    let locale = use_locale();
    view! {
        <Title text=move || words::TITLE.in_locale(locale.get()) />
        <Transition fallback=|| view! { <Skeleton lines=&["w-1/3", "w-full", "w-full", "w-2/3"] /> }>
            <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
                <div class="min-w-0">
                    <h1 class="text-xl">{move || words::TITLE.in_locale(locale.get())}</h1>
                    <p class="text-sm text-muted" role="status">
                        {move || summary(voice(), tally_of(form))}
                    </p>
                </div>
                <sources::SampleLink form=form />
            </div>
            <div class="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23.5rem]">
                <div class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
                    <drop_zone::DropZone form=form />
                    <sources::FromNotice form=form come_from=come_from />
                    <For
                        each=move || form.items.with(|items| standing::decks(items).map(|item| item.id).collect::<Vec<_>>())
                        key=|id| *id
                        let:id
                    >
                        <DeckPanel form=form id=id />
                    </For>
                    <other_files::OtherFiles form=form />
                </div>
                <choices::ChoicesPanel form=form options=options submit=submit />
            </div>
        </Transition>
    }
}
