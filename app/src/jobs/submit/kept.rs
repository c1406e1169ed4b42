//! What was on the form when it was left for another page: it is there again when a person comes back.

use super::abaqus::AbaqusChoices;
use super::form::Form;
use super::item::{Check, Item, ItemId, Reading, Sending};
use domain::{Cores, NodeWish, Priority, Solver};
use leptos::prelude::*;
use std::cell::RefCell;

struct Kept {
    /// The address' query: which earlier job's files are asked for.
    query: String,
    items: Vec<Item>,
    cpus: Option<Cores>,
    wish: NodeWish,
    priority: Priority,
    solver: Option<Solver>,
    abaqus: AbaqusChoices,
}

thread_local! {
    /// The form that is shown now, or was last.
    static SHOWN: RefCell<Option<Form>> = const { RefCell::new(None) };
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Puts back what was there, before anything is shown; keeps it once the page is left. What belongs to another `query` is
/// forgotten.
pub fn over_pages(form: Form, query: String) {
    SHOWN.set(Some(form));
    if let Some(kept) = KEPT.take().filter(|kept| kept.query == query) {
        form.items.set(kept.items);
        form.cpus.set(kept.cpus);
        form.wish.set(kept.wish);
        form.priority.set(kept.priority);
        form.solver.set(kept.solver);
        form.abaqus.set(kept.abaqus);
    }
    on_cleanup(move || {
        let items = form.items.try_with_untracked(|items| items.iter().map(at_rest).collect::<Vec<_>>());
        let Some(items) = items else { return };
        super::handles::forget_unless(|id| items.iter().any(|item| item.id == id));
        let kept = Kept {
            query: query.clone(),
            items,
            cpus: form.cpus.get_untracked(),
            wish: form.wish.get_untracked(),
            priority: form.priority.get_untracked(),
            solver: form.solver.get_untracked(),
            abaqus: form.abaqus.get_untracked(),
        };
        KEPT.set(Some(kept).filter(|kept| !kept.items.is_empty()));
    });
}

/// The deck was submitted, perhaps after its page was left: it is nowhere to be submitted again.
pub fn forget(id: ItemId) {
    if let Some(form) = SHOWN.with_borrow(|form| form.filter(|form| !form.is_gone() && form.has(id))) {
        form.remove(id);
    }
    KEPT.with_borrow_mut(|kept| {
        if let Some(kept) = kept {
            kept.items.retain(|item| item.id != id);
        }
    });
}

/// The file with nothing under way: that ended with its page, and begins again on the next one.
fn at_rest(item: &Item) -> Item {
    let mut item = item.clone();
    if item.sending.is_under_way() {
        item.sending = item.origin.upload().map_or(Sending::No, |view| Sending::Stored { view: view.clone() });
    }
    if let Reading::Under { .. } = item.reading {
        item.reading = Reading::No;
    }
    if let Check::Asking { .. } = item.check {
        item.check = Check::No;
    }
    item.digesting &= item.sha256.is_some();
    item
}
