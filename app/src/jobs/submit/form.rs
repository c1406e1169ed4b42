//! The state of the New job page, in one place: the files and the choices.

use super::abaqus::AbaqusChoices;
use super::item::{Check, Item, ItemId, Origin, Reading, Sending};
use super::needs;
use super::sorting;
use crate::AppError;
use crate::jobs::api::{FileView, Forecast, FormOptions, Unpacked, UploadView};
use domain::plan::WaitReason;
use domain::{Cores, FileName, JobId, JobName, NodeWish, Priority, Solver};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A file as the browser hands it over, with the name it is to have here.
pub struct Dropped {
    /// The handle.
    pub file: web_sys::File,
    /// The name it stands for; its own, unless it was dropped onto a missing file's place.
    pub name: String,
}

/// The form. Everything a person typed or dropped stays in it until it was submitted or taken away.
#[derive(Clone, Copy)]
pub struct Form {
    /// The files.
    pub items: RwSignal<Vec<Item>>,
    /// For all decks without a choice of their own; `None` until somebody chooses.
    pub cpus: RwSignal<Option<Cores>>,
    /// Where.
    pub wish: RwSignal<NodeWish>,
    /// Order.
    pub priority: RwSignal<Priority>,
    /// What runs it; `None` takes the usual one.
    pub solver: RwSignal<Option<Solver>>,
    /// What else is asked of Abaqus.
    pub abaqus: RwSignal<AbaqusChoices>,
    /// A submission is under way.
    pub submitting: RwSignal<bool>,
    /// What the server said about a common choice at the last attempt to submit.
    pub problem: RwSignal<Option<AppError>>,
    /// What may be chosen, once the server has said it.
    pub options: Signal<Option<FormOptions>>,
}

/// Until the server has said its limit.
const USUAL_LIMIT: u64 = 100 * 1024 * 1024;

impl Form {
    /// An empty form.
    pub fn new(options: impl Fn(Choices) -> Signal<Option<FormOptions>>) -> Form {
        let choices = Choices {
            wish: RwSignal::new(NodeWish::Auto),
            priority: RwSignal::new(Priority::NORMAL),
            solver: RwSignal::new(None),
            abaqus: RwSignal::new(AbaqusChoices::default()),
        };
        Form {
            items: RwSignal::new(Vec::new()),
            cpus: RwSignal::new(None),
            wish: choices.wish,
            priority: choices.priority,
            solver: choices.solver,
            abaqus: choices.abaqus,
            submitting: RwSignal::new(false),
            problem: RwSignal::new(None),
            options: options(choices),
        }
    }

    /// The page is gone: nothing is to be shown any more.
    pub fn is_gone(self) -> bool {
        self.items.is_disposed()
    }

    /// Largest file accepted, bytes.
    pub fn limit(self) -> u64 {
        self.options.with_untracked(|options| options.as_ref().map_or(USUAL_LIMIT, |options| options.max_file_bytes))
    }

    /// The same; reactive.
    pub fn limit_tracked(self) -> u64 {
        self.options.with(|options| options.as_ref().map_or(USUAL_LIMIT, |options| options.max_file_bytes))
    }

    fn usual_cpus(options: Option<&FormOptions>) -> Cores {
        let four = Cores(4);
        // where no node has four cores, four would never run
        let forecasts = options.map(|options| options.forecasts.as_slice()).unwrap_or_default();
        let four_never = forecasts.iter().find(|forecast| forecast.cpus == four).is_some_and(is_never);
        if four_never { Cores(2) } else { four }
    }

    /// CPUs of every deck without a choice of its own; reactive.
    pub fn common_cpus(self) -> Cores {
        self.cpus.get().unwrap_or_else(|| self.options.with(|options| Form::usual_cpus(options.as_ref())))
    }

    /// The same, once.
    pub fn common_cpus_untracked(self) -> Cores {
        untrack(|| self.common_cpus())
    }

    /// The solver: the chosen one, else the usual one; reactive.
    pub fn solver_now(self) -> Option<Solver> {
        self.solver.get().or_else(|| self.options.with(|options| options.as_ref()?.solvers.first().copied()))
    }

    /// The same, once.
    pub fn solver_untracked(self) -> Option<Solver> {
        untrack(|| self.solver_now())
    }

    /// Changes one file, if it is still there.
    pub fn change(self, id: ItemId, change: impl FnOnce(&mut Item)) {
        let _ = self.items.try_update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                change(item);
            }
        });
    }

    /// Whether the file is still there.
    pub fn has(self, id: ItemId) -> bool {
        self.items.try_with_untracked(|items| items.iter().any(|item| item.id == id)).unwrap_or(false)
    }

    /// A part of one file; `None` once it is gone.
    pub fn part<T>(self, id: ItemId, part: impl Fn(&Item, &[Item]) -> T + Send + Sync + 'static) -> Memo<Option<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.items.with(|items| items.iter().find(|item| item.id == id).map(|item| part(item, items)))
        })
    }

    /// Takes files in. One with the name of another takes its place, and keeps the job's name that was typed there.
    pub fn add(self, dropped: Vec<Dropped>) {
        let limit = self.limit();
        let one_deck = dropped.iter().filter(|dropped| sorting::is_deck_name(&dropped.name)).count() == 1;
        for Dropped { file, name } in dropped {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let size = file.size() as u64;
            let id = next_id();
            let item = Item { id, size, refusal: sorting::refusal(&name, size, limit), ..blank(id, name) };
            #[cfg(feature = "hydrate")]
            super::handles::keep(id, file);
            self.items.update(|items| put(items, item, one_deck));
        }
    }

    /// Takes over the files of an earlier job, its deck first.
    pub fn add_stored(self, job: JobId, files: &[FileView]) {
        for (at, file) in files.iter().enumerate() {
            let (Some(upload), Ok(name)) = (&file.upload, FileName::parse(&file.name)) else { continue };
            let id = next_id();
            let view = UploadView { id: upload.clone(), name, size: file.size, sha256: String::new() };
            let parent = (at == 0).then_some(job);
            let origin = Origin::Job(view.clone());
            let sending = Sending::Stored { view };
            let item = Item { id, size: file.size, parent, origin, sending, ..blank(id, file.name.clone()) };
            self.items.update(|items| items.push(item));
        }
    }

    /// Puts the files of the archive `id` in its place. Its row stays where something was left out.
    pub fn unpacked(self, id: ItemId, unpacked: Unpacked) {
        let Unpacked { files, skipped } = unpacked;
        let one_deck = files.iter().filter(|file| sorting::is_deck_name(file.name.as_str())).count() == 1;
        // one change, so that no deck is seen without its files
        let _ = self.items.try_update(|items| {
            let Some(at) = items.iter().position(|item| item.id == id) else { return };
            let archive = items[at].name.clone();
            if skipped.is_empty() {
                items.remove(at);
            } else {
                items[at].sending = Sending::Unpacked { name: archive.clone(), skipped };
            }
            for view in files {
                let (id, name) = (next_id(), view.name.to_string());
                let origin = Origin::Archive { archive: archive.clone(), view: view.clone() };
                let item = Item { id, size: view.size, origin, sending: Sending::Stored { view }, ..blank(id, name) };
                put(items, item, one_deck);
            }
        });
    }

    /// Takes a file away, and with a deck those that nobody else reads.
    pub fn remove(self, id: ItemId) {
        self.items.update(|items| {
            let alone = needs::read_by_nobody_else(id, items);
            items.retain(|item| item.id != id && !alone.contains(&item.id));
        });
    }
}

/// Takes a file in, where another makes place for it there.
fn put(items: &mut Vec<Item>, mut item: Item, one_deck: bool) {
    match needs::replaced_by(&item.name, one_deck, items).and_then(|at| items.get_mut(at)) {
        Some(old) => {
            item.take_place_of(old);
            *old = item;
        }
        None => items.push(item),
    }
}

/// Never the same twice while the tab is open, so that an answer for a page that was left finds nothing.
fn next_id() -> ItemId {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    ItemId(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A forecast that no waiting will change.
pub fn is_never(forecast: &Forecast) -> bool {
    matches!(
        forecast.waiting.as_ref().map(|waiting| &waiting.reason),
        Some(WaitReason::NoSuchNode { .. } | WaitReason::NodeCannot { .. } | WaitReason::TokensNever { .. })
    )
}

/// The choices that the server's forecast depends on.
#[derive(Clone, Copy)]
pub struct Choices {
    /// Where.
    pub wish: RwSignal<NodeWish>,
    /// Order.
    pub priority: RwSignal<Priority>,
    /// What runs it.
    pub solver: RwSignal<Option<Solver>>,
    /// Its GPUs count for tokens.
    pub abaqus: RwSignal<AbaqusChoices>,
}

fn blank(id: ItemId, name: String) -> Item {
    Item {
        id,
        job_name: JobName::suggest(&name).map(|name| name.as_str().to_owned()).unwrap_or_default(),
        name,
        size: 0,
        origin: Origin::Browser,
        refusal: None,
        reading: Reading::No,
        sha256: None,
        digesting: false,
        sending: Sending::No,
        check: Check::No,
        name_typed: false,
        cpus: None,
        parent: None,
        key: new_key(),
        problem: None,
    }
}

/// Not guessed by chance; `crypto.randomUUID` exists on https pages only.
#[cfg(feature = "hydrate")]
fn new_key() -> String {
    let part = || {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let number = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        format!("{number:08x}")
    };
    format!("form-{}{}{}{}", part(), part(), part(), part())
}

/// The server shows the form without files.
#[cfg(not(feature = "hydrate"))]
fn new_key() -> String {
    String::new()
}
