//! What will happen, in one sentence, and the button that does it.

use super::abaqus::AbaqusChoices;
use super::form::Form;
use super::words::standing as say;
use super::{standing, tally_of, use_voice, words};
use crate::i18n::sentence::{Voice, waiting};
use crate::jobs::api::Forecast;
use crate::ui::{Button, Kind, Size};
use domain::Cores;
use leptos::prelude::*;

/// One job that will be submitted.
#[derive(Clone, PartialEq)]
struct Job {
    name: String,
    cpus: Cores,
}

/// The sentence, the button, and what stays on the page.
#[component]
pub fn Decision(form: Form, submit: Callback<()>) -> impl IntoView {
    let voice = use_voice();
    let jobs = Memo::new(move |_| {
        let common = form.common_cpus();
        form.items.with(|items| {
            standing::ready(items)
                .into_iter()
                .map(|item| Job { name: item.job_name.clone(), cpus: item.cpus.unwrap_or(common) })
                .collect::<Vec<_>>()
        })
    });
    let tally = Memo::new(move |_| tally_of(form));
    let left = Memo::new(move |_| {
        form.items.with(|items| {
            let mut rest = standing::decks(items)
                .filter(|item| !matches!(standing::of(item, items), standing::Standing::Ready { .. }));
            rest.next().map(|item| if item.job_name.is_empty() { item.name.clone() } else { item.job_name.clone() })
        })
    });
    let price = move |cpus: Cores| {
        form.options.with(|options| options.as_ref()?.forecasts.iter().find(|forecast| forecast.cpus == cpus).cloned())
    };
    let sentence = move || {
        let voice = voice();
        let jobs = jobs.get();
        match jobs.as_slice() {
            [] => view! { <p class="phrase text-sm leading-6 text-muted">{nothing(voice, tally.get().decks)}</p> }
                .into_any(),
            [job] => one(voice, job, price(job.cpus).as_ref()).into_any(),
            jobs => {
                let rows = jobs
                    .iter()
                    .map(|job| {
                        let tokens =
                            price(job.cpus).map(|price| words::tokens(voice, price.tokens.0)).unwrap_or_default();
                        view! {
                            <li>
                                <b class="font-semibold">{job.name.clone()}</b>
                                " "
                                {format!("{} · {tokens}", words::cpus(voice, job.cpus))}
                            </li>
                        }
                    })
                    .collect_view();
                let lead = voice.pick(
                    format!("次の{}件を投入します。空き次第、順に始まります。", jobs.len()),
                    format!("These {} jobs will be submitted. Each starts as soon as there is room.", jobs.len()),
                );
                view! {
                    <p class="phrase text-sm leading-6">{lead}</p>
                    <ul class="mt-1 grid gap-0.5 text-sm">{rows}</ul>
                }
                .into_any()
            }
        }
    };
    view! {
        <div class="sec rounded-b-[inherit] bg-canvas">
            <div aria-live="polite">{sentence}</div>
            <Button
                kind=Kind::Primary
                size=Size::Decisive
                class="mt-3 w-full"
                disabled=Signal::derive(move || jobs.with(Vec::is_empty) || form.abaqus.with(AbaqusChoices::is_wrong))
                busy=form.submitting
                on_click=move |_| submit.run(())
                attr:data-testid="submit"
                attr:aria-describedby="submit-note"
            >
                {move || {
                    if form.submitting.get() {
                        words::SUBMITTING.in_locale(voice().locale).to_owned()
                    } else {
                        say::submit(voice(), jobs.with(Vec::len))
                    }
                }}
                <kbd class="kbd !border-current !bg-transparent !text-inherit ml-1 opacity-80 max-md:hidden">
                    "Ctrl+Enter"
                </kbd>
            </Button>
            <p class="sub mt-2 text-center empty:hidden" id="submit-note">
                {move || say::stays(voice(), tally.get(), left.get().as_deref())}
            </p>
        </div>
    }
}

/// Nothing can be submitted yet.
fn nothing(voice: Voice, decks: usize) -> &'static str {
    if decks == 0 {
        voice.pick(
            "デッキをドロップすると、ここに投入の内容が出ます。",
            "Drop a deck: what will be submitted appears here.",
        )
    } else {
        voice.pick("投入できるデッキはまだありません。", "No deck can be submitted yet.")
    }
}

/// One job in one sentence.
fn one(voice: Voice, job: &Job, forecast: Option<&Forecast>) -> impl IntoView + use<> {
    let name = view! { <b class="font-semibold">{job.name.clone()}</b> };
    let tokens = forecast.map(|forecast| words::tokens(voice, forecast.tokens.0));
    let cost = match tokens {
        Some(tokens) => {
            let cpus = words::cpus(voice, job.cpus);
            voice.pick(format!("{cpus}・{tokens}"), format!("{cpus}, {tokens}"))
        }
        None => words::cpus(voice, job.cpus),
    };
    let cost = view! { <b class="font-semibold">{cost}</b> };
    let start = forecast.map(|forecast| match &forecast.waiting {
        None => voice.pick("すぐに開始します。", "It starts at once.").to_owned(),
        Some(wait) => match wait.starts {
            Some(range) => {
                let at = waiting::about(voice, range);
                voice.pick(format!("開始の見込みは{at}です。"), format!("It should start {at}."))
            }
            None => {
                let why = waiting::reason(voice, &wait.reason);
                voice.pick(format!("開始の時刻は不明です。{why}。"), format!("When it starts is unknown. {why}."))
            }
        },
    });
    let (between, after) = voice.pick((" を ", " で投入します。"), (" will be submitted with ", "."));
    view! {
        <p class="phrase text-sm leading-6">
            {name} {between} {cost} {after} {start.map(|start| view! { <br /> {start} })}
        </p>
    }
}
