//! How a deck stands: can it be submitted, and if not, why. Pure.

use super::item::{Check, Item, ItemId, Reading, SendError, Sending};
use super::needs::{self, Role};
use super::sorting::Refusal;
use crate::AppError;
use deck::inp::{Deck, Finding, FindingKind, NotDeck, Severity};
use domain::{JobName, NameError};

/// How a deck stands; the worst first.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Not taken at all.
    Refused(Refusal),
    /// The browser is reading it.
    Reading {
        /// Bytes read.
        bytes: u64,
    },
    /// Not a deck.
    NotADeck(NotDeck),
    /// It needs files that are not here.
    Missing {
        /// How many.
        files: usize,
    },
    /// It has errors of another kind.
    Errors {
        /// How many.
        count: usize,
    },
    /// Its bytes, or those of its files, are under way.
    Sending,
    /// Some of its bytes did not arrive.
    NotSent(SendError),
    /// The server is looking.
    Checking,
    /// The server could not look.
    NotChecked(AppError),
    /// Its name cannot be a job's name.
    Name(NameError),
    /// Another deck on the page has the same name.
    SameName,
    /// It can be submitted.
    Ready {
        /// Points to look at.
        warnings: usize,
    },
}

/// The report that counts: the server's once it has looked at what is here now, else the browser's.
pub fn authority(item: &Item) -> Option<&Deck> {
    match (&item.check, &item.reading) {
        // a file was added since: the browser is newer
        (Check::Done { deck, .. }, Reading::Done { .. } | Reading::No | Reading::Failed) => Some(deck),
        _ => item.read_here().map(|deck| &**deck),
    }
}

/// The errors of a report, without missing files that are here by now.
pub fn errors<'a>(deck: &'a Deck, own: ItemId, items: &[Item]) -> Vec<&'a Finding> {
    let here = needs::found_here(deck, own, items);
    deck.findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| match &finding.kind {
            FindingKind::MissingInclude { name, .. } => !here.iter().any(|(found, _)| found == name),
            _ => true,
        })
        .collect()
}

/// How the deck `item` stands among `items`.
pub fn of(item: &Item, items: &[Item]) -> Standing {
    if let Some(refusal) = &item.refusal {
        return Standing::Refused(refusal.clone());
    }
    let checked = needs::is_checked(item, items);
    let report = if checked { authority(item) } else { item.report().map(|deck| &**deck) };
    if let Some(deck) = report {
        if let Some(why) = deck.not_a_deck() {
            return Standing::NotADeck(why);
        }
        // the browser cannot see into files that are on the server only
        let partial = !checked
            && needs::found_here(deck, item.id, items)
                .iter()
                .any(|(_, id)| items.iter().any(|other| other.id == *id && other.is_remote()));
        let mut errors = errors(deck, item.id, items);
        errors.retain(|error| !partial || matches!(error.kind, FindingKind::MissingInclude { .. }));
        let missing = errors.iter().filter(|e| matches!(e.kind, FindingKind::MissingInclude { .. })).count();
        if missing > 0 {
            return Standing::Missing { files: missing };
        }
        if !errors.is_empty() {
            return Standing::Errors { count: errors.len() };
        }
    }
    if let Reading::Under { bytes, .. } = item.reading {
        return Standing::Reading { bytes };
    }
    if item.reading == Reading::No && !item.is_remote() {
        return Standing::Reading { bytes: 0 };
    }
    let others = report.map(|deck| needs::found_here(deck, item.id, items)).unwrap_or_default();
    let files =
        || std::iter::once(item).chain(items.iter().filter(|other| others.iter().any(|(_, id)| *id == other.id)));
    if let Some(why) = files().find_map(|file| match &file.sending {
        Sending::Failed { why, .. } => Some(why),
        _ => None,
    }) {
        return Standing::NotSent(why.clone());
    }
    if files().any(|file| !matches!(file.sending, Sending::Stored { .. })) {
        return Standing::Sending;
    }
    if let Check::Failed { error, .. } = &item.check {
        return Standing::NotChecked(error.clone());
    }
    if !checked {
        return Standing::Checking;
    }
    if let Err(error) = JobName::parse_new(&item.job_name) {
        return Standing::Name(error);
    }
    let roles = needs::roles(items);
    if items
        .iter()
        .zip(&roles)
        .any(|(other, role)| *role == Role::Deck && other.id < item.id && other.job_name == item.job_name)
    {
        return Standing::SameName;
    }
    let warnings = report.map_or(0, |deck| deck.findings.iter().filter(|f| f.severity == Severity::Warning).count());
    Standing::Ready { warnings }
}

/// The decks of the page that can be submitted.
pub fn ready(items: &[Item]) -> Vec<&Item> {
    decks(items).filter(|item| matches!(of(item, items), Standing::Ready { .. })).collect()
}

/// The decks of the page.
pub fn decks(items: &[Item]) -> impl Iterator<Item = &Item> {
    let roles = needs::roles(items);
    items.iter().zip(roles).filter(|(_, role)| *role == Role::Deck).map(|(item, _)| item)
}

/// One fact in which the server's report differs from the browser's.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// Nodes: here, there (lower bounds where they are generated).
    Nodes(u64, u64),
    /// Elements.
    Elements(u64, u64),
    /// Steps.
    Steps(usize, usize),
    /// Bytes.
    Bytes(u64, u64),
    /// Only the server finds this.
    Only(Finding),
    /// Only the browser found this.
    Gone(Finding),
}

/// What differs.
pub fn differences(here: &Deck, server: &Deck) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut pair = |a: u64, b: u64, make: fn(u64, u64) -> Difference| {
        if a != b {
            all.push(make(a, b));
        }
    };
    pair(here.bytes, server.bytes, Difference::Bytes);
    pair(here.nodes.at_least(), server.nodes.at_least(), Difference::Nodes);
    pair(here.elements.at_least(), server.elements.at_least(), Difference::Elements);
    if here.steps.len() != server.steps.len() {
        all.push(Difference::Steps(here.steps.len(), server.steps.len()));
    }
    let lacks = |deck: &Deck, finding: &Finding| !deck.findings.iter().any(|one| one.kind == finding.kind);
    all.extend(server.findings.iter().filter(|f| lacks(here, f)).cloned().map(Difference::Only));
    all.extend(here.findings.iter().filter(|f| lacks(server, f)).cloned().map(Difference::Gone));
    all
}
