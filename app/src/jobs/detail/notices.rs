//! Banners, only when something is to be known or decided.

use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::progress::{no_contact, trouble};
use crate::i18n::t;
use crate::plot::number;
use crate::ui::{Notice, Tone};
use domain::{JobStatus, TroubleKind};
use leptos::prelude::*;

/// All that apply.
#[component]
pub fn Notices() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let lost = page.of_summary(|job| job.no_contact_since.filter(|_| job.status.is_active()));
    let asked = page.of_summary(|job| job.cancel_asked && job.status.is_active());
    let worry = page.of_summary(|job| {
        let progress = job.progress.as_ref().filter(|_| job.status == JobStatus::Running)?;
        progress.trouble.as_ref().map(|trouble| (trouble.kind, progress.step, progress.increment_size))
    });
    let to_plot = t(words::TO_PLOT);
    move || {
        let lost = lost.get().map(|since| {
            let node = page.view.with_untracked(|view| view.summary.node.clone());
            view! {
                <Notice tone=Tone::Caution title=move || no_contact(voice.get(), since)>
                    {move || words::no_contact_what(voice.get(), node.as_ref())}
                </Notice>
            }
        });
        let asked = asked.get().then(|| {
            let name = page.view.with_untracked(|view| view.summary.name.clone());
            view! { <Notice tone=Tone::Calm title=move || words::stop_asked(voice.get(), &name) /> }
        });
        let worry = worry.get().map(|(kind, step, size)| {
            let detail = move || match kind {
                TroubleKind::NoGrowth { .. } => words::silent(voice.get()).to_owned(),
                TroubleKind::Cutbacks { .. } | TroubleKind::NearMinimum => {
                    let at = usize::try_from(step).unwrap_or(0).saturating_sub(1);
                    let minimum = page.view.with(|view| view.steps.get(at).and_then(|step| step.min_increment));
                    let minimum = minimum.map(number::power);
                    words::shrinking(voice.get(), &number::short(size), minimum.as_deref())
                }
            };
            view! {
                <Notice
                    tone=Tone::Caution
                    title=move || trouble(voice.get(), &kind)
                    actions=move || view! { <a class="btn btn-line btn-sm" href="#convergence">{to_plot}</a> }
                >
                    {detail}
                </Notice>
            }
        });
        view! {
            {lost}
            {asked}
            {worry}
        }
    }
}
