//! All rows of the page, kept up to date by events, and what saves them.

use super::api::{Refused, SettingsView};
use super::calls::{save_settings, view_settings};
use super::item::{Draft, Item, Mark, Standing};
use crate::live::{Reading, use_live};
use crate::{AppError, ErrorCode};
use domain::settings::{Group, SETTINGS, SavedSetting, SettingChange};
use domain::{Event, NodeId};
use leptos::prelude::*;
use std::cell::RefCell;
use std::time::Duration;

/// How long a row says that it was saved.
const SAID: Duration = Duration::from_secs(3);

thread_local! {
    /// What was typed and not saved when the page was left for another one.
    static KEPT: RefCell<Vec<Draft>> = const { RefCell::new(Vec::new()) };
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Store {
    items: StoredValue<Vec<Item>>,
    /// Something was read.
    pub is_there: RwSignal<bool>,
    /// Nodes to choose from.
    pub nodes: RwSignal<Vec<NodeId>>,
    /// Why it could not be read.
    pub error: RwSignal<Option<AppError>>,
    /// Why it could not be saved.
    pub not_saved: RwSignal<Option<AppError>>,
    /// Being saved.
    pub busy: RwSignal<bool>,
    /// What rows are looked for.
    pub search: RwSignal<String>,
    reading: Reading,
}

/// What other people saved meanwhile, out of a refusal.
pub fn conflicts(error: &AppError) -> Vec<SavedSetting> {
    part_of(error, "conflicts")
}

/// What cannot be saved, out of a refusal.
pub fn problems(error: &AppError) -> Vec<Refused> {
    part_of(error, "problems")
}

fn part_of<T: serde::de::DeserializeOwned>(error: &AppError, name: &str) -> Vec<T> {
    let part = error.details.as_ref().and_then(|details| details.get(name));
    part.and_then(|part| serde_json::from_value(part.clone()).ok()).unwrap_or_default()
}

impl Store {
    /// Begins with what the server's HTML shows, and listens.
    pub fn new(first: Result<SettingsView, AppError>) -> Store {
        let unread =
            |key: &str, value: &str| SavedSetting { key: key.into(), value: value.into(), version: 0, changed: None };
        let known = first.as_ref().map(|view| view.settings.clone()).unwrap_or_default();
        let items = SETTINGS.iter().map(|setting| {
            let saved = known.iter().find(|saved| saved.key == setting.key).cloned();
            Item::new(setting, saved.unwrap_or_else(|| unread(setting.key, setting.default)))
        });
        let store = Store {
            items: StoredValue::new(items.collect()),
            is_there: RwSignal::new(first.is_ok()),
            nodes: RwSignal::new(first.as_ref().map(|view| view.nodes.clone()).unwrap_or_default()),
            error: RwSignal::new(first.err()),
            not_saved: RwSignal::new(None),
            busy: RwSignal::new(false),
            search: RwSignal::new(String::new()),
            reading: Reading::default(),
        };
        store.over_pages();
        use_live().on_event(move |event| {
            if matches!(event, Event::SettingsChanged | Event::Resync) {
                store.read();
            }
        });
        store
    }

    /// Puts back what was typed before another page was looked at, and keeps it when this one is left.
    fn over_pages(self) {
        let items = self.items();
        for kept in KEPT.take() {
            if let Some(item) = items.iter().find(|item| item.setting.key == kept.saved.key) {
                let now = item.draft.get_untracked().saved;
                item.draft.set(kept);
                item.draft.update(|draft| draft.hear(now, true));
            }
        }
        on_cleanup(move || {
            let drafts = items.iter().filter_map(|item| item.draft.try_get_untracked());
            KEPT.set(drafts.filter(|draft| draft.is_changed()).collect());
        });
    }

    /// All rows, in the order of the definition.
    pub fn items(self) -> Vec<Item> {
        self.items.try_get_value().unwrap_or_default()
    }

    /// Rows below one heading.
    pub fn of_group(self, group: Group) -> Vec<Item> {
        self.items().into_iter().filter(|item| item.setting.group == group).collect()
    }

    /// How many rows (of this heading) stand so; reactive.
    pub fn count(self, group: Option<Group>, standing: Standing) -> usize {
        let items = self.items();
        let of_group = items.iter().filter(|item| group.is_none_or(|group| item.setting.group == group));
        of_group.filter(|item| item.draft.with(|draft| draft.standing() == standing)).count()
    }

    /// Whether a row has the words that are looked for; reactive.
    pub fn is_found(self, item: Item) -> bool {
        let setting = item.setting;
        self.search.with(|search| {
            let words = search.to_lowercase();
            let texts = [setting.key, setting.ja.title, setting.ja.about, setting.en.title, setting.en.about];
            words.split_whitespace().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
        })
    }

    /// Reads it again; what is being edited stays.
    pub fn read(self) {
        self.reading.now(view_settings, move |answer| match answer {
            Ok(view) => {
                self.hear(view.settings);
                self.nodes.set(view.nodes);
                self.error.set(None);
                self.is_there.set(true);
            }
            Err(error) => self.error.set(Some(error)),
        });
    }

    /// What the server has now.
    pub fn hear(self, settings: Vec<SavedSetting>) {
        self.each(settings, |draft, saved, in_use| draft.hear(saved, in_use));
    }

    fn each(self, settings: Vec<SavedSetting>, what: impl Fn(&mut Draft, SavedSetting, bool)) {
        let items = self.items();
        for saved in settings {
            if let Some(item) = items.iter().find(|item| item.setting.key == saved.key) {
                let in_use = item.in_use.try_get_untracked().unwrap_or_default();
                let _ = item.draft.try_update(|draft| what(draft, saved, in_use));
            }
        }
    }

    /// Puts every row back to what the server has.
    pub fn discard(self) {
        self.not_saved.set(None);
        for item in self.items() {
            item.draft.update(Draft::discard);
        }
    }

    /// Saves what is changed, all or nothing; unless something is to be corrected or chosen first.
    pub fn save(self) {
        let items = self.items();
        let blocked =
            |item: &Item| matches!(item.draft.with_untracked(Draft::standing), Standing::Invalid | Standing::Undecided);
        if items.iter().any(blocked) {
            return;
        }
        let change = |item: &Item| {
            item.draft.with_untracked(|draft| {
                let (key, version) = (draft.saved.key.clone(), draft.saved.version);
                draft.wanted().map(|value| SettingChange { key, value, version })
            })
        };
        self.send(items.iter().filter_map(change).collect());
    }

    /// Sets one setting back to an earlier value, as a change of its own.
    pub fn undo(self, item: Item, value: String) {
        let version = item.draft.with_untracked(|draft| draft.saved.version);
        self.send(vec![SettingChange { key: item.setting.key.to_owned(), value, version }]);
    }

    fn send(self, changes: Vec<SettingChange>) {
        if changes.is_empty() || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.not_saved.set(None);
        let sent: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        leptos::task::spawn_local(async move {
            let answer = save_settings(changes).await;
            // the page may be gone
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(all) => self.stored(all, &sent),
                Err(error) => {
                    self.refused(&error);
                    // what stands at a row is not said again once the row has been put right
                    let at_a_row = !conflicts(&error).is_empty() || !problems(&error).is_empty();
                    self.not_saved.set((!at_a_row).then_some(error));
                }
            }
        });
    }

    /// Everything as it is after these were saved.
    fn stored(self, all: Vec<SavedSetting>, sent: &[String]) {
        self.each(
            all,
            |draft, saved, in_use| {
                if sent.contains(&saved.key) { draft.stored(saved) } else { draft.hear(saved, in_use) }
            },
        );
        set_timeout(
            move || {
                for item in self.items() {
                    let said = item.draft.try_with_untracked(|draft| draft.mark == Mark::Saved);
                    if said == Some(true) {
                        item.draft.update(|draft| draft.mark = Mark::None);
                    }
                }
            },
            SAID,
        );
    }

    /// Nothing was saved: why stands at each row it is about, and what was typed stays.
    fn refused(self, error: &AppError) {
        if error.code == ErrorCode::Conflict {
            self.hear(conflicts(error));
        }
        for refused in problems(error) {
            if let Some(item) = self.items().into_iter().find(|item| item.setting.key == refused.key) {
                item.draft.update(|draft| draft.refused = Some(refused.message.clone()));
            }
        }
    }
}
