//! What follows from the files on the page: which are decks, which file answers which name, and what is to be done next.

use super::item::{Check, Item, ItemId, Origin, Reading};
use super::sorting::{self, Match};
use deck::inp::{Deck, IncludeKind};
use domain::{FileName, UploadId};

/// Files sent at once: more would not be faster and would keep the page's other questions waiting.
const SENT_AT_ONCE: usize = 2;

/// A file that a deck names.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// As the deck names it.
    pub name: String,
    /// The keyword's line.
    pub line: u64,
    /// The file here that answers to it.
    pub found: Option<Found>,
}

/// A file here that answers to a deck's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which.
    pub item: ItemId,
    /// Same letters or other capitals.
    pub how: Match,
    /// The name to send it under.
    pub sent_as: String,
}

/// What a file is on this page.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A job of its own.
    Deck,
    /// Read by a deck; sent under this name.
    Needed {
        /// Which decks.
        by: Vec<ItemId>,
        /// The deck's spelling.
        sent_as: String,
    },
    /// No deck here reads it.
    Spare,
    /// An archive: the server makes it its files.
    Archive,
    /// Not taken.
    Refused,
}

/// The files `deck` (the item `own`) names, each once, with what answers here.
pub fn needs(deck: &Deck, own: ItemId, items: &[Item]) -> Vec<Need> {
    let others: Vec<&Item> = items.iter().filter(|item| item.id != own && item.refusal.is_none()).collect();
    let mut needs: Vec<Need> = Vec::new();
    for include in &deck.includes {
        if needs.iter().any(|need| need.name == include.name) {
            continue;
        }
        let found = sorting::find(&include.name, others.iter().map(|item| item.name.as_str())).and_then(|(at, how)| {
            let item = others[at];
            let sent_as = sorting::sent_name(&include.name, &item.name)?;
            Some(Found { item: item.id, how, sent_as })
        });
        // another run's results are needed only where they are here: a finding says the rest
        if include.kind == IncludeKind::Text || found.is_some() {
            needs.push(Need { name: include.name.clone(), line: include.line, found });
        }
    }
    needs.extend(subroutine_of(deck, own, items).map(|file| Need {
        name: file.name.clone(),
        line: 0,
        found: Some(Found { item: file.id, how: Match::Exact, sent_as: file.name.clone() }),
    }));
    needs
}

/// The file with user subroutines that belongs to a deck: the only one here, where the deck names something that such a
/// file gives, or where there is no other deck to mean.
fn subroutine_of<'i>(deck: &Deck, own: ItemId, items: &'i [Item]) -> Option<&'i Item> {
    let mut all = items.iter().filter(|item| item.refusal.is_none() && sorting::is_subroutine_name(&item.name));
    let (Some(file), None) = (all.next(), all.next()) else { return None };
    let only_deck = || !items.iter().any(|item| item.id != own && sorting::is_deck_name(&item.name));
    (!deck.subroutine_hints.is_empty() || only_deck()).then_some(file)
}

/// The upload of a deck's file with user subroutines, where it has one.
pub fn subroutine(item: &Item, items: &[Item]) -> Option<UploadId> {
    let file = match item.report() {
        Some(deck) => subroutine_of(deck, item.id, items)?,
        None => items.iter().find(|other| sorting::is_subroutine_name(&other.name))?,
    };
    Some(file.stored_as(&file.name)?.id.clone())
}

/// What each file is, in the order of `items`.
pub fn roles(items: &[Item]) -> Vec<Role> {
    let found: Vec<(ItemId, Vec<Found>)> = items
        .iter()
        .filter(|item| item.refusal.is_none() && sorting::is_deck_name(&item.name))
        .filter_map(|item| {
            let found = match item.report() {
                Some(deck) => needs(deck, item.id, items).into_iter().filter_map(|need| need.found).collect(),
                // an earlier job's files belong together; its report is not here yet
                None if item.is_remote() => items
                    .iter()
                    .filter(|other| other.is_remote() && !sorting::is_deck_name(&other.name))
                    .map(|other| Found { item: other.id, how: Match::Exact, sent_as: other.name.clone() })
                    .collect(),
                None => return None,
            };
            Some((item.id, found))
        })
        .collect();
    let needs_it = |deck: ItemId, file: ItemId| {
        found.iter().any(|(id, found)| *id == deck && found.iter().any(|found| found.item == file))
    };
    items
        .iter()
        .map(|item| {
            if item.refusal.is_some() {
                // a deck that is not taken stays a deck, so that its place on the page says why
                return if sorting::is_deck_name(&item.name) { Role::Deck } else { Role::Refused };
            }
            if sorting::is_zip_name(&item.name) {
                return Role::Archive;
            }
            // of two decks that name each other the first stays a deck
            let by: Vec<&(ItemId, Vec<Found>)> = found
                .iter()
                .filter(|(deck, found)| {
                    found.iter().any(|found| found.item == item.id) && !(needs_it(item.id, *deck) && item.id < *deck)
                })
                .collect();
            let sent_as = by.iter().flat_map(|(_, found)| found).find(|found| found.item == item.id);
            match sent_as {
                Some(found) => {
                    Role::Needed { by: by.iter().map(|(id, _)| *id).collect(), sent_as: found.sent_as.clone() }
                }
                None if sorting::is_deck_name(&item.name) => Role::Deck,
                None => Role::Spare,
            }
        })
        .collect()
}

/// The file whose place a new one takes: the one of the same name; else, for the only deck among the new files, the only
/// deck here if it is an earlier job's, because a run gives its deck the job's name and the person's own copy has another
/// one.
pub fn replaced_by(name: &str, only_deck: bool, items: &[Item]) -> Option<usize> {
    let folded = name.to_lowercase();
    if let Some(at) = items.iter().position(|item| item.name.to_lowercase() == folded) {
        return Some(at);
    }
    if !only_deck || !sorting::is_deck_name(name) {
        return None;
    }
    let named = |item: &Item| {
        item.report().is_some_and(|deck| {
            deck.includes.iter().any(|include| sorting::find(&include.name, std::iter::once(name)).is_some())
        })
    };
    let roles = roles(items);
    let mut decks = items.iter().enumerate().filter(|(at, _)| roles[*at] == Role::Deck);
    match (decks.next(), decks.next()) {
        (Some((at, deck)), None) if matches!(deck.origin, Origin::Job(_)) && !named(deck) => Some(at),
        _ => None,
    }
}

/// The next thing to do with a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Read the deck with these files at hand.
    Read(ItemId),
    /// Make the file's digest.
    Digest(ItemId),
    /// Send it under this name.
    Send(ItemId, String),
    /// Have the server call it so.
    Rename(ItemId, UploadId, FileName),
    /// Have the server look: the deck, then its includes.
    Check(ItemId, Vec<UploadId>),
}

/// Everything that is due and not under way.
pub fn due(items: &[Item]) -> Vec<Action> {
    let roles = roles(items);
    let mut actions = Vec::new();
    let mut free = SENT_AT_ONCE.saturating_sub(items.iter().filter(|item| item.sending.is_under_way()).count());
    for (item, role) in items.iter().zip(&roles).filter(|(item, _)| item.refusal.is_none()) {
        let name = match role {
            Role::Deck => &item.name,
            Role::Needed { sent_as, .. } => sent_as,
            Role::Archive => &item.name,
            Role::Spare | Role::Refused => continue,
        };
        let misses_its_name = item.sending.name() != Some(name) && free > 0;
        match item.origin.upload() {
            None => {
                if sorting::is_deck_name(&item.name) && must_be_read(item, items) {
                    actions.push(Action::Read(item.id));
                }
                let digests = *role != Role::Archive && !sorting::is_deck_name(&item.name);
                if digests && item.sha256.is_none() && !item.digesting {
                    actions.push(Action::Digest(item.id));
                }
                if misses_its_name {
                    free -= 1;
                    actions.push(Action::Send(item.id, name.clone()));
                }
            }
            // the deck spells it otherwise
            Some(view) => {
                if misses_its_name && let Ok(name) = FileName::parse_new(name) {
                    free -= 1;
                    actions.push(Action::Rename(item.id, view.id.clone(), name));
                }
            }
        }
        if *role == Role::Deck
            && let Some(files) = complete(item, items)
            && item.check.files() != files
        {
            actions.push(Action::Check(item.id, files));
        }
    }
    actions
}

fn must_be_read(item: &Item, items: &[Item]) -> bool {
    match &item.reading {
        Reading::No => true,
        Reading::Done { deck, with } => found_here(deck, item.id, items) != *with,
        Reading::Under { .. } | Reading::Failed => false,
    }
}

/// The files at hand that a deck reads, by the deck's names.
pub fn found_here(deck: &Deck, own: ItemId, items: &[Item]) -> Vec<(String, ItemId)> {
    needs(deck, own, items).into_iter().filter_map(|need| need.found.map(|found| (need.name, found.item))).collect()
}

/// The uploads of a deck and of what it needs, once all of them are on the server and the browser has nothing to add.
pub fn complete(item: &Item, items: &[Item]) -> Option<Vec<UploadId>> {
    if matches!(item.reading, Reading::Under { .. }) || (item.reading == Reading::No && !item.is_remote()) {
        return None;
    }
    if item.read_here().is_some_and(|deck| deck.not_a_deck().is_some()) {
        return None;
    }
    let deck = item.stored_as(&item.name)?;
    let mut files = vec![deck.id.clone()];
    let found: Vec<Found> = match item.report() {
        Some(deck) => needs(deck, item.id, items).into_iter().filter_map(|need| need.found).collect(),
        None => items
            .iter()
            .filter(|other| other.is_remote() && !sorting::is_deck_name(&other.name))
            .map(|other| Found { item: other.id, how: Match::Exact, sent_as: other.name.clone() })
            .collect(),
    };
    for found in found {
        let file = items.iter().find(|other| other.id == found.item)?;
        let id = &file.stored_as(&found.sent_as)?.id;
        if !files.contains(id) {
            files.push(id.clone());
        }
    }
    Some(files)
}

/// The files that only the deck `id` reads: they go with it.
pub fn read_by_nobody_else(id: ItemId, items: &[Item]) -> Vec<ItemId> {
    items
        .iter()
        .zip(roles(items))
        .filter(|(_, role)| matches!(role, Role::Needed { by, .. } if by == &[id]))
        .map(|(item, _)| item.id)
        .collect()
}

/// Whether the server has answered about exactly what is on the page now.
pub fn is_checked(item: &Item, items: &[Item]) -> bool {
    matches!(&item.check, Check::Done { files, .. } if complete(item, items).as_ref() == Some(files))
}

#[cfg(test)]
#[path = "needs_tests.rs"]
mod tests;
