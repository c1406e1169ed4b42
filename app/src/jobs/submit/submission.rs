//! One press, several jobs: each is submitted with its own key, and what is not accepted stays on the page.

use super::abaqus::AbaqusChoices;
use super::form::Form;
use super::item::{Item, ItemId};
use super::words::standing as say;
use super::{needs, standing, use_voice, words};
use crate::i18n::sentence::{Voice, waiting};
use crate::jobs::api::{OptionsWish, SubmitRequest};
use crate::jobs::calls::submit_job;
use crate::ui::{Toasts, use_toasts};
use domain::{JobSummary, Solver};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The act of submitting every deck that is ready.
pub fn use_submit(form: Form) -> Callback<()> {
    let (voice, toasts, navigate) = (use_voice(), use_toasts(), use_navigate());
    Callback::new(move |()| {
        let requests = form.items.with_untracked(|items| {
            standing::ready(items).into_iter().filter_map(|item| request(form, item, items)).collect::<Vec<_>>()
        });
        let wrong = form.abaqus.with_untracked(AbaqusChoices::is_wrong);
        if requests.is_empty() || wrong || form.submitting.get_untracked() {
            return;
        }
        form.submitting.set(true);
        form.problem.set(None);
        let navigate = navigate.clone();
        spawn_local(async move {
            let mut done = Vec::new();
            for (id, request) in requests {
                let name = request.name.clone();
                match submit_job(request).await {
                    Ok(job) => {
                        #[cfg(feature = "hydrate")]
                        super::kept::forget(id);
                        if !form.is_gone() {
                            form.remove(id);
                        }
                        done.push(job);
                    }
                    // it is on the form still when somebody comes back
                    Err(error) if form.is_gone() => {
                        toasts.error(say::not_submitted(untrack(voice), &name), Some(error.message));
                    }
                    Err(error) => {
                        let common = matches!(
                            error.field.as_deref(),
                            Some("cpus" | "node" | "priority" | "solver" | "gpus" | "memory" | "oldjob")
                        );
                        if common {
                            form.problem.set(Some(error.clone()));
                        }
                        form.change(id, |item| item.problem = Some(error.clone()));
                        if error.field.as_deref() == Some("name") {
                            // said at the field itself, with a name that is free
                            focus(&format!("job-name-{}", id.0));
                        } else {
                            toasts.error(say::not_submitted(untrack(voice), &name), Some(error.message));
                        }
                    }
                }
            }
            report(toasts, untrack(voice), &done);
            // one press is all of them, whatever page is looked at meanwhile
            if form.is_gone() {
                return;
            }
            form.submitting.set(false);
            let empty = form.items.with_untracked(|items| standing::decks(items).next().is_none());
            if empty && !done.is_empty() {
                let to = match done.as_slice() {
                    [job] => format!("/jobs/{}", job.id),
                    _ => "/".to_owned(),
                };
                navigate(&to, NavigateOptions::default());
            }
        });
    })
}

fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(field) = field {
            // a field that is gone by now needs no focus
            let _ = field.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// What is asked of the server for this deck; `None` while something is missing.
pub fn request(form: Form, item: &Item, items: &[Item]) -> Option<(ItemId, SubmitRequest)> {
    let files = needs::complete(item, items)?;
    let (deck, includes) = files.split_first()?;
    let solver = form.solver_untracked()?;
    let options = match solver {
        Solver::Abaqus => OptionsWish { user: needs::subroutine(item, items), ..form.abaqus.get_untracked().wish() },
        Solver::Calculix => OptionsWish::default(),
    };
    let request = SubmitRequest {
        name: item.job_name.clone(),
        cpus: item.cpus.unwrap_or_else(|| form.common_cpus_untracked()),
        wish: form.wish.get_untracked(),
        priority: form.priority.get_untracked(),
        solver,
        options,
        deck: deck.clone(),
        includes: includes.to_vec(),
        parent: item.parent,
        idempotency_key: item.key.clone(),
    };
    Some((item.id, request))
}

fn report(toasts: Toasts, voice: Voice, done: &[JobSummary]) {
    match done {
        [] => {}
        [job] => {
            let detail = job
                .waiting
                .as_ref()
                .map(|wait| format!("{} · {}", waiting::position(voice, wait), waiting::start(voice, wait)));
            let word = words::OPEN.in_locale(voice.locale).to_owned();
            let title = say::submitted(voice, job.name.as_str());
            toasts.good_with_link(title, detail, format!("/jobs/{}", job.id), word);
        }
        jobs => {
            let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
            toasts.good(say::submitted_many(voice, jobs.len()), Some(names.join(", ")));
        }
    }
}

/// Ctrl+Enter (⌘+Enter) submits, from anywhere on the page.
pub fn submit_on_ctrl_enter(submit: Callback<()>) {
    #[cfg(feature = "hydrate")]
    {
        use leptos_use::{use_event_listener, use_window};
        let _ = use_event_listener(use_window(), leptos::ev::keydown, move |event| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.repeat() {
                event.prevent_default();
                submit.run(());
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = submit;
}
