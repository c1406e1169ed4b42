//! Keys of the rows: move, open, select, hold, priority, stop. The browser only.

use super::acts::{Act, Acts};
use super::store::ListStore;
use crate::frame::is_free;
use domain::{JobId, JobStatus, JobSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

fn row_of(element: &web_sys::Element) -> Option<JobId> {
    // the selector is a constant that parses
    element.closest("tr[data-job]").ok().flatten()?.get_attribute("data-job")?.parse().ok().map(JobId)
}

fn focused() -> Option<JobId> {
    document().active_element().and_then(|element| row_of(&element))
}

fn focus(id: JobId) {
    let row = document().get_element_by_id(&format!("job-row-{id}"));
    if let Some(row) = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        // a row that left the page in between is only not focused
        let _ = row.focus();
    }
}

/// Listens while the list is on screen.
pub fn listen(store: ListStore, acts: Acts) {
    let navigate = use_navigate();
    let step = move |back: bool| {
        let ids = store.ids_untracked();
        let at = focused().and_then(|id| ids.iter().position(|other| *other == id));
        let to = match (at, back) {
            (Some(at), false) => at + 1,
            (Some(at), true) => at.saturating_sub(1),
            (None, _) => 0,
        };
        if let Some(id) = ids.get(to.min(ids.len().saturating_sub(1))) {
            focus(*id);
        }
    };
    // the selected jobs, else the one under the focus
    let targets = move || -> Vec<JobSummary> {
        let chosen = untrack(|| acts.chosen_jobs());
        if chosen.is_empty() { focused().and_then(|id| store.job_untracked(id)).into_iter().collect() } else { chosen }
    };
    let _ = leptos_use::use_event_listener(leptos_use::use_document(), leptos::ev::keydown, move |event| {
        if !is_free(&event) {
            return;
        }
        let on_row = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .filter(|element| element.tag_name() == "TR")
            .and_then(|element| row_of(&element));
        match event.key().as_str() {
            "j" | "ArrowDown" if event.key() == "j" || on_row.is_some() => step(false),
            "k" | "ArrowUp" if event.key() == "k" || on_row.is_some() => step(true),
            "Enter" => match on_row {
                Some(id) => navigate(&format!("/jobs/{id}"), Default::default()),
                None => return,
            },
            "x" | "X" => match focused() {
                Some(id) => acts.choose(id, event.shift_key()),
                None => return,
            },
            "h" => {
                let jobs = targets();
                let held = jobs.iter().all(|job| job.status == JobStatus::Held);
                acts.begin(if held { Act::Release } else { Act::Hold }, jobs);
            }
            "p" => acts.begin(Act::Priority, targets()),
            "C" => acts.begin(Act::Stop, targets()),
            "Escape" => {
                acts.menu.set(None);
                acts.clear();
                return;
            }
            _ => return,
        }
        event.prevent_default();
    });
    // a click anywhere else closes a row's menu
    let _ = leptos_use::use_event_listener(leptos_use::use_document(), leptos::ev::click, move |_| {
        if acts.menu.get_untracked().is_some() {
            acts.menu.set(None);
        }
    });
}
