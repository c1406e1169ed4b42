//! Keys of this page: E last error, F follow, Shift+C stop, R submit a copy, H hold or release, P priority.

use super::page::Page;

/// Listens while the page is shown.
pub fn listen(page: Page) {
    #[cfg(feature = "hydrate")]
    {
        let navigate = leptos_router::hooks::use_navigate();
        let _ = leptos_use::use_event_listener(leptos_use::use_window(), leptos::ev::keydown, move |event| {
            if pressed(page, &event, &navigate) {
                event.prevent_default();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = page;
}

#[cfg(feature = "hydrate")]
fn pressed(
    page: Page,
    event: &leptos::web_sys::KeyboardEvent,
    navigate: &impl Fn(&str, leptos_router::NavigateOptions),
) -> bool {
    use super::head::{may_prioritise, may_stop, resubmit_address};
    use crate::jobs::api::JobAction;
    use domain::JobStatus;
    use leptos::prelude::*;

    let dialog = page.stop_dialog.get_untracked() || page.priority.open.get_untracked();
    if dialog || !crate::frame::is_free(event) {
        return false;
    }
    let status = page.status.get_untracked();
    let may = page.view.with_untracked(|view| view.may_change);
    let asked = page.view.with_untracked(|view| view.summary.cancel_asked);
    match (event.key().as_str(), event.shift_key()) {
        ("e", false) => page.log.go_to_error(page.view),
        ("f", false) if status.is_active() => page.log.set_follow(!page.log.follow.get_untracked()),
        ("C", true) if may && may_stop(status) && !asked => page.stop_dialog.set(true),
        ("p", false) if may && may_prioritise(status) => page.ask_priority(),
        ("r", false) => navigate(&resubmit_address(page), Default::default()),
        ("h", false) if may && status == JobStatus::Waiting => page.act(JobAction::Hold),
        ("h", false) if may && status == JobStatus::Held => page.act(JobAction::Release),
        _ => return false,
    }
    true
}
