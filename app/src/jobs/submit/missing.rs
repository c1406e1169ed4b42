//! What keeps a deck from being submitted: each error with the line that has it, and for a missing file its own place.

use super::drop_zone::DropPlace;
use super::form::Form;
use super::item::ItemId;
use super::words::finding::{place, said};
use super::{needs, sorting, standing, use_voice, words};
use crate::ui::{Glyph, Icon};
use deck::inp::{Finding, FindingKind};
use leptos::prelude::*;

/// All errors of the deck.
#[component]
pub fn Errors(form: Form, id: ItemId) -> impl IntoView {
    let errors = form.part(id, |item, items| {
        let report =
            if needs::is_checked(item, items) { standing::authority(item) } else { item.report().map(|d| &**d) };
        report
            .map(|deck| standing::errors(deck, item.id, items).into_iter().cloned().collect::<Vec<Finding>>())
            .unwrap_or_default()
    });
    view! {
        <div class="grid gap-4 p-4" role="alert">
            <For
                each=move || errors.get().unwrap_or_default()
                key=|finding| format!("{:?} {:?}", finding.kind, finding.line)
                let:finding
            >
                <Error form=form finding=finding />
            </For>
        </div>
    }
}

#[component]
fn Error(form: Form, finding: Finding) -> impl IntoView {
    let voice = use_voice();
    let missing = match &finding.kind {
        FindingKind::MissingInclude { name, .. } => Some(name.clone()),
        _ => None,
    };
    // a name with a folder has no place to be dropped on
    let wanted = missing.as_deref().and_then(|name| sorting::sent_name(name, name));
    let folder = missing.clone().filter(|_| wanted.is_none());
    let context = finding.context.clone();
    let line = finding.line;
    let words = move || said(voice(), &finding);
    let shown = StoredValue::new(words);
    let said = move || shown.with_value(|words| words());
    view! {
        <div class="flex gap-2">
            <Icon glyph=Glyph::Alarm class="mt-1 text-bad" />
            <div class="min-w-0 flex-1">
                <p class="font-semibold">{move || said().what}</p>
                <p class="phrase text-sm text-muted">{move || said().then}</p>
                {(!context.is_empty()).then(|| view! { <Context lines=context.clone() at=line /> })}
                {folder
                    .map(|name| {
                        view! { <p class="mt-2 text-sm">{move || words::folder_in_name(voice(), &name)}</p> }
                    })}
                {wanted.map(|wanted| view! { <DropPlace form=form wanted=wanted /> })}
            </div>
        </div>
    }
}

/// The lines around a finding, its own in red.
#[component]
pub fn Context(lines: Vec<(u64, String)>, at: Option<u64>) -> impl IntoView {
    let width = lines.last().map_or(2, |(number, _)| number.to_string().len()) + 1;
    view! {
        <div class="code mt-2 !pr-3">
            {lines
                .into_iter()
                .enumerate()
                .map(|(nth, (number, text))| {
                    let number_text = format!("{number:>width$} ");
                    let lead = if nth == 0 { "" } else { "\n" };
                    let is_it = at == Some(number);
                    view! {
                        {lead}
                        <span class=if is_it { "text-bad" } else { "text-faint" }>{number_text}</span>
                        <span class=if is_it { "text-bad" } else { "" }>{text}</span>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Finding's place for other parts of the page.
pub fn where_is(finding: &Finding, voice: crate::i18n::sentence::Voice) -> Option<String> {
    place(voice, finding)
}
