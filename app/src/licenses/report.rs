//! The licence server's own words: its count, its holders and its queue, and of what time they are.

use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::license;
use crate::i18n::t;
use crate::preferences::use_locale;
use domain::{LicenseHolder, LicenseReport, LicenseStanding};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn Report(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let standing = store.of(|view| view.standing.clone());
    let at = Memo::new(move |_| {
        let standing = standing.get()?;
        standing.asking.report.filter(|_| standing.is_asked).map(|report| report.at)
    });
    let when = move || {
        at.get().map(|at| {
            let (moment, age) = (clock.second(at), clock.now().since(at).0 / 60);
            let locale = locale.get();
            if age == 0 {
                locale.pick(format!("確認 {moment}"), format!("asked {moment}"))
            } else {
                locale.pick(format!("確認 {moment}({age}分前)"), format!("asked {moment} ({age} min ago)"))
            }
        })
    };
    let content = Memo::new(move |_| match standing.get() {
        Some(LicenseStanding { is_asked: true, asking, .. }) => Ok(asking.report),
        _ => Err(()),
    });
    view! {
        <section class="panel" aria-labelledby="report-title" data-testid="license-report">
            <div class="panel-h">
                <h2 id="report-title">{t(words::SERVER)}</h2>
                <span class="ml-auto text-xs text-muted">{when}</span>
            </div>
            {move || match content.get() {
                Err(()) => view! { <p class="p-4 text-sm text-muted">{t(words::NOT_ASKED)}</p> }.into_any(),
                Ok(None) => view! { <p class="p-4 text-sm text-muted">{t(words::NOT_YET)}</p> }.into_any(),
                Ok(Some(report)) => view! { <Answer report=report /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Answer(report: LicenseReport) -> impl IntoView {
    let locale = use_locale();
    let LicenseReport { total, in_use, ours, holders, queue, expires, .. } = report;
    let clock = use_clock();
    let until = move || {
        let voice = clock.voice(locale.get());
        expires.map(|ends| {
            let day = license::last_day(voice, ends);
            voice.pick(format!("期限は{day}です。"), format!(" Its last day is {day}."))
        })
    };
    let sum = move || {
        locale.get().pick(
            format!("{total}個のうち{in_use}個が使用中。こちらの計算では{ours}個です。"),
            format!("{in_use} of {total} in use; we count {ours}."),
        )
    };
    let waits = !queue.is_empty();
    view! {
        <p class="phrase border-b border-line px-4 py-2.5 text-sm">{sum} {until}</p>
        {if holders.is_empty() {
            view! { <p class="p-4 text-sm text-muted">{t(words::NO_HOLDER)}</p> }.into_any()
        } else {
            view! { <People people=holders labelled="report-title" /> }.into_any()
        }}
        {waits
            .then(|| {
                view! {
                    <h3 id="queue-title" class="border-t border-line px-4 pt-3 text-sm">{t(words::QUEUE)}</h3>
                    <People people=queue labelled="queue-title" />
                }
            })}
    }
}

#[component]
fn People(people: Vec<LicenseHolder>, labelled: &'static str) -> impl IntoView {
    view! {
        <div class="relative overflow-x-auto" tabindex="0" role="group" aria-labelledby=labelled>
            <table class="grid-t">
                <thead>
                    <tr>
                        <th scope="col">{t(words::OWNER)}</th>
                        <th scope="col">{t(words::HOST)}</th>
                        <th scope="col" class="max-md:hidden">{t(words::SINCE)}</th>
                        <th scope="col" class="r">{t(words::TOKENS)}</th>
                    </tr>
                </thead>
                <tbody>
                    {people
                        .into_iter()
                        .map(|one| {
                            view! {
                                <tr>
                                    <td>{one.user}</td>
                                    <td>{one.host}</td>
                                    <td class="whitespace-nowrap text-muted max-md:hidden">{one.since}</td>
                                    <td class="r font-semibold">{one.tokens.0}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
