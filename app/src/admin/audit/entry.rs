//! One change as a row.

use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::audit::{self, FieldChange};
use crate::i18n::{Text, t};
use crate::preferences::use_locale;
use domain::AuditEntry;
use leptos::prelude::*;

/// Changed fields shown at once; the others are unfolded.
const SHOWN: usize = 4;

/// JSON for people: one field a line.
fn spread(text: &str) -> String {
    let parsed = serde_json::from_str::<serde_json::Value>(text).ok();
    parsed.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
}

/// The row.
#[component]
pub fn Entry(entry: AuditEntry) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let entry = StoredValue::new(entry);
    let of = move |part: fn(&AuditEntry) -> String| entry.with_value(part);
    let at = move || clock.voice(locale.get()).stamp(entry.with_value(|entry| entry.at));
    let action = move || entry.with_value(|entry| audit::action_or_word(locale.get(), &entry.action));
    let subject = move || entry.with_value(|entry| audit::subject(locale.get(), entry));
    let subject = match entry.with_value(audit::address) {
        Some(href) => view! { <a class="link !whitespace-normal" href=href>{subject}</a> }.into_any(),
        None => view! { <span>{subject}</span> }.into_any(),
    };
    let way = move || {
        let origin = entry.with_value(|entry| entry.origin.clone()).unwrap_or_default();
        audit::origin(&origin).map_or(origin, |word| word.in_locale(locale.get()).to_owned())
    };
    let id = entry.with_value(|entry| entry.id);
    view! {
        <tr data-testid=format!("audit-{id}")>
            <td class="whitespace-nowrap align-top text-muted">{at}</td>
            <td class="align-top" title=of(|entry| entry.actor.clone())>{of(|entry| entry.name.clone())}</td>
            <td class="m1 align-top">
                <span class="sub block md:hidden">{at} " · " {of(|entry| entry.name.clone())}</span>
                <span class="block">{action}</span>
                <span class="sub">{subject}</span>
            </td>
            <td class="m3 min-w-56 align-top"><Changes entry=entry /></td>
            <td class="m2 align-top max-md:max-w-32 max-md:text-right">
                <span class="block">{way}</span>
                <span class="sub mono max-md:break-all">{of(|entry| entry.address.clone().unwrap_or_default())}</span>
            </td>
        </tr>
    }
}

/// What changed, in words; whole when it is unfolded.
#[component]
fn Changes(entry: StoredValue<AuditEntry>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let changes = entry.with_value(audit::changes);
    let folded = changes.len() > SHOWN;
    let line = move |change: FieldChange| {
        let words = move || entry.with_value(|entry| audit::change(clock.voice(locale.get()), entry, &change));
        view! { <li>{words}</li> }
    };
    let whole = move |label: Text, text: Option<String>| {
        text.map(|text| {
            view! {
                <p class="lbl mt-1">{t(label)}</p>
                <pre class="code whitespace-pre-wrap p-2">{spread(&text)}</pre>
            }
        })
    };
    view! {
        <ul class="grid gap-0.5">{changes.into_iter().take(SHOWN).map(line).collect_view()}</ul>
        {folded
            .then(|| {
                let (before, after) = entry.with_value(|entry| (entry.before.clone(), entry.after.clone()));
                view! {
                    <details class="mt-1">
                        <summary class="sub cursor-pointer">{t(words::ALL_FIELDS)}</summary>
                        {whole(words::BEFORE, before)}
                        {whole(words::AFTER, after)}
                    </details>
                }
            })}
    }
}
