//! Files that come without being dropped: the sample, and those of an earlier job.

use super::form::Form;
use super::item::Origin;
use super::{use_voice, words};
use crate::i18n::{Locale, t};
use crate::ui::{Notice, Toasts, Tone, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The word in the address that stands for the sample deck.
const SAMPLE: &str = "cantilever";

/// Leads to the form with the sample in it: a link, so that it works before the script is there.
#[component]
pub fn SampleLink(form: Form) -> impl IntoView {
    let toasts = use_toasts();
    let voice = use_voice();
    view! {
        <Show when=move || form.items.with(Vec::is_empty)>
            <a
                class="btn btn-line btn-sm"
                href=format!("/jobs/new?sample={SAMPLE}")
                data-testid="try-sample"
                on:click=move |event| {
                    // the address may say so already, and then going there would do nothing
                    event.prevent_default();
                    load_sample(form, toasts, untrack(voice).locale);
                }
            >
                {t(words::TRY_SAMPLE)}
            </a>
        </Show>
    }
}

fn load_sample(form: Form, toasts: Toasts, locale: Locale) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        match browser::sample().await {
            Some(file) if !form.is_gone() => form.add(vec![file]),
            Some(_) => {}
            None => toasts.error(words::SAMPLE_FAILED.in_locale(locale), None),
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, toasts, locale);
}

/// The earlier job whose files and choices these are.
#[derive(Clone, PartialEq)]
pub struct Earlier {
    name: String,
    /// It did not work with these files.
    failed: bool,
}

/// Says whose files and choices these are, and whether they would fail again.
#[component]
pub fn FromNotice(form: Form, come_from: RwSignal<Option<Earlier>>) -> impl IntoView {
    let voice = use_voice();
    let unchanged = Memo::new(move |_| {
        let untouched = || form.items.with(|items| items.iter().all(|item| matches!(item.origin, Origin::Job(_))));
        come_from.with(|from| from.as_ref().is_some_and(|from| from.failed)) && untouched()
    });
    let tone = Signal::derive(move || if unchanged.get() { Tone::Caution } else { Tone::Accent });
    move || {
        come_from.get().map(|Earlier { name, .. }| {
            view! {
                <Notice tone=tone title=move || words::from_job(voice(), &name)>
                    <Show when=move || unchanged.get()>
                        <span data-testid="unchanged">{t(words::STILL_AS_FAILED)}</span>
                    </Show>
                </Notice>
            }
        })
    }
}

/// Loads what the address asks for: `?sample=cantilever`, `?from=12`, `?restart=12`. In the browser only.
pub fn follow_address(form: Form, come_from: RwSignal<Option<Earlier>>, toasts: Toasts) {
    let query = use_query_map();
    #[cfg(feature = "hydrate")]
    {
        let voice = use_voice();
        let wanted = Memo::new(move |_| {
            query.with(|query| {
                let job = |key: &str| query.get(key).and_then(|id| id.parse::<i64>().ok());
                (query.get("sample"), job("from"), job("restart"))
            })
        });
        Effect::new(move || match wanted.get() {
            (_, _, Some(id)) => {
                form.solver.set(Some(domain::Solver::Abaqus));
                let id = domain::JobId(id);
                // what was chosen beside it is there again, perhaps
                if untrack(|| form.abaqus.with(|choices| choices.oldjob() != Some(id))) {
                    form.abaqus.set(super::abaqus::AbaqusChoices::restart_from(id));
                }
            }
            (Some(sample), ..) if sample == SAMPLE => load_sample(form, toasts, untrack(voice).locale),
            (_, Some(id), _) => leptos::task::spawn_local(async move {
                match crate::jobs::calls::view_job(domain::JobId(id)).await {
                    Ok(view) if !form.is_gone() => {
                        browser::take_over(form, &view);
                        let failed = view.summary.status == domain::JobStatus::Failed;
                        come_from.set(Some(Earlier { name: view.summary.name.to_string(), failed }));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        toasts.error(words::FROM_FAILED.in_locale(untrack(voice).locale), Some(error.message));
                    }
                }
            }),
            _ => {}
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, come_from, toasts, query);
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::super::abaqus::AbaqusChoices;
    use super::super::form::{Dropped, Form};
    use crate::jobs::api::JobView;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    /// The sample as if it had been dropped.
    pub async fn sample() -> Option<Dropped> {
        let name = format!("{}.inp", super::SAMPLE);
        let answer = JsFuture::from(window().fetch_with_str(&format!("/sample/{name}"))).await.ok()?;
        let answer: web_sys::Response = answer.dyn_into().ok()?;
        if !answer.ok() {
            return None;
        }
        let blob = JsFuture::from(answer.blob().ok()?).await.ok()?;
        let file = web_sys::File::new_with_blob_sequence(&js_sys::Array::of1(&blob), &name).ok()?;
        Some(Dropped { file, name })
    }

    /// An earlier job's files and choices.
    pub fn take_over(form: Form, view: &JobView) {
        let job = &view.summary;
        if form.items.with_untracked(|items| items.iter().any(|item| item.parent == Some(job.id))) {
            return;
        }
        form.cpus.set(Some(job.cpus));
        form.wish.set(job.wish.clone());
        form.priority.set(job.priority);
        form.solver.set(Some(job.solver));
        form.abaqus.set(AbaqusChoices::of(&view.options));
        // an earlier run's restart files come again from that run
        let of_old = |name: &str| {
            let old = view.options.oldjob.as_ref();
            old.is_some_and(|old| name.strip_prefix(old.name.as_str()).is_some_and(|rest| rest.starts_with('.')))
        };
        let inputs: Vec<_> = view.inputs.iter().filter(|file| !of_old(&file.name)).cloned().collect();
        form.add_stored(job.id, &inputs);
    }
}
