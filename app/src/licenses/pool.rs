//! The pool as a picture, what the licence server counts otherwise, and what a number of CPUs takes.

use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::{Voice, fault, license};
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{CellKind, Cells, CellsKey, Notice, Tone};
use domain::{LicenseStanding, Timestamp, Tokens};
use leptos::prelude::*;

/// What there is to say of the licence server beside the pool: tone, what, and what it means.
fn notice(voice: Voice, standing: &LicenseStanding) -> Option<(Tone, String, String)> {
    if !standing.is_asked {
        return None;
    }
    let locale = voice.locale;
    let problem = standing.asking.problem.as_ref().map(|problem| fault::message(locale, problem));
    let why = problem.unwrap_or_default();
    let Some(report) = &standing.asking.report else {
        let title = voice.pick("ライセンスサーバーの答えがありません", "The licence server has not answered");
        return standing.asking.problem.as_ref().map(|_| (Tone::Caution, title.to_owned(), why));
    };
    if !standing.is_fresh {
        let at = voice.moment(report.at);
        return Some((
            Tone::Caution,
            voice.pick(
                format!("ライセンスサーバーの報告は{at}のものです"),
                format!("The licence server's report is of {at}"),
            ),
            voice.pick(
                format!("古いので数に入れていません。外部で使われているトークンは分かりません。{why}"),
                format!("It is too old to count: tokens used outside are not known. {why}"),
            ),
        ));
    }
    let (in_use, ours) = (report.in_use, report.ours);
    let more = in_use.minus(ours);
    if more > Tokens::ZERO {
        let means = if standing.usage.external > Tokens::ZERO {
            voice.pick(
                format!("差の{more}個は、このシステムの外で使われています。ジョブはこの{more}個を避けて開始します。使い終わっていれば、本人に終了を頼んでください。"),
                format!("The other {more} are used outside this system. Jobs start beside them. Where somebody has finished, ask that person to close it."),
            )
        } else {
            voice.pick(
                format!("差の{more}個は、このシステムの外で使われています。設定により、空きから引いていません。"),
                format!("The other {more} are used outside this system. By the settings they are not counted."),
            )
        };
        return Some((
            Tone::Caution,
            voice.pick(
                format!("ライセンスサーバーは{in_use}個使用中、こちらの計算では{ours}個です"),
                format!("The licence server counts {in_use} in use, we count {ours}"),
            ),
            means,
        ));
    }
    let less = standing.usage.total.minus(report.total);
    (less > Tokens::ZERO).then(|| {
        let (theirs, set) = (report.total, standing.usage.total);
        (
            Tone::Caution,
            voice.pick(
                format!("ライセンスサーバーのトークンは{theirs}個、設定では{set}個です"),
                format!("The licence server has {theirs} tokens, the settings say {set}"),
            ),
            voice
                .pick(
                    "少ないほうに合わせて開始します。管理者が設定の総数を直してください。",
                    "Jobs start by the smaller number. An admin should correct the total in the settings.",
                )
                .to_owned(),
        )
    })
}

/// So many days before its end the licence's end is warned of.
const WARN: i64 = 30;

/// That the licence ends soon, or has ended: tone, what, and what it means.
fn expiry(voice: Voice, standing: &LicenseStanding, now: Timestamp) -> Option<(Tone, String, String)> {
    let days = standing.days_left(now).filter(|days| *days <= WARN)?;
    let tone = if days < 0 { Tone::Bad } else { Tone::Caution };
    Some((tone, license::days_left(voice, days), license::expiry_means(voice, standing.expires?)))
}

/// The panel at the top.
#[component]
pub fn Pool(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let usage = store.of(|view| view.standing.usage);
    let usage = move || usage.get().unwrap_or_default();
    let next: Memo<Option<Option<(Timestamp, Tokens)>>> = store.of(|view| {
        let back = view.holding.iter().filter_map(|row| Some((row.ends?, row.job.tokens)));
        back.min_by_key(|(at, _)| *at)
    });
    let next_words = move || {
        let (at, tokens) = next.get().flatten()?;
        let voice = clock.voice(locale.get());
        let at = voice.moment(at);
        Some(voice.pick(format!("次の返却 約{at}に{tokens}個"), format!("Next back: {tokens} at about {at}")))
    };
    let standing = store.of(|view| view.standing.clone());
    let said = Memo::new(move |_| standing.get().and_then(|standing| notice(clock.voice(locale.get()), &standing)));
    let ends = Memo::new(move |_| {
        let standing = standing.get()?;
        expiry(clock.voice(locale.get()), &standing, clock.now())
    });
    let label = move || {
        let usage = usage();
        let (total, ours, external, reserved) = (usage.total, usage.ours, usage.external, usage.reserved);
        let free = usage.free();
        locale.get().pick(
            format!("{total}個のうち、実行中のジョブ{ours}、外部{external}、予約{reserved}、空き{free}"),
            format!("Of {total}: our jobs {ours}, outside {external}, reserved {reserved}, free {free}"),
        )
    };
    let parts = Signal::derive(move || {
        let usage = usage();
        vec![
            (CellKind::Used, usage.ours.0),
            (CellKind::Outside, usage.external.0),
            (CellKind::Reserved, usage.reserved.0),
            (CellKind::Free, usage.free().0),
        ]
    });
    let over = move || {
        let usage = usage();
        let over = usage.ours.plus(usage.external).plus(usage.reserved).minus(usage.total);
        (over > Tokens::ZERO)
            .then(|| locale.get().pick(format!("上限を{over}個超えています"), format!("{over} over the limit")))
    };
    let amount = move |of: fn(domain::plan::LicenseUse) -> Tokens| Signal::derive(move || of(usage()).0);
    view! {
        <section class="panel" aria-label=t(words::POOL) data-testid="license-pool">
            <div class="grid gap-x-10 gap-y-4 p-5 max-md:p-4 lg:grid-cols-[auto_minmax(0,1fr)]">
                <div>
                    <p class="lbl">{t(words::USABLE)}</p>
                    <p class="num">
                        <span data-testid="license-free">{move || usage().free().0}</span>
                        " "
                        <span class="unit">"/ " {move || usage().total.0}</span>
                    </p>
                    <p class="sub">{next_words}</p>
                </div>
                <div class="min-w-0 self-center">
                    <Cells parts=parts label=label class="lic !h-7" />
                    <ul class="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
                        <CellsKey kind=CellKind::Used label=t(words::OURS) amount=amount(|usage| usage.ours) />
                        <CellsKey kind=CellKind::Outside label=t(words::OUTSIDE) amount=amount(|usage| usage.external) />
                        <CellsKey kind=CellKind::Reserved label=t(words::RESERVED) amount=amount(|usage| usage.reserved) />
                        <CellsKey kind=CellKind::Free label=t(words::FREE) amount=amount(|usage| usage.free()) />
                        {move || over().map(|text| view! { <li class="font-medium text-bad">{text}</li> })}
                    </ul>
                </div>
            </div>
            {move || {
                ends.get()
                    .map(|(tone, title, text)| {
                        view! {
                            <div class="overflow-hidden border-t border-line last:rounded-b-[inherit]" data-testid="license-expiry">
                                <Notice tone=tone title=title flush=true>
                                    {text}
                                </Notice>
                            </div>
                        }
                    })
            }}
            {move || {
                said.get()
                    .map(|(tone, title, text)| {
                        view! {
                            <div class="overflow-hidden rounded-b-[inherit] border-t border-line" data-testid="license-notice">
                                <Notice tone=tone title=title flush=true>
                                    {text}
                                </Notice>
                            </div>
                        }
                    })
            }}
        </section>
    }
}

/// What a number of CPUs takes, and how many such jobs could start.
#[component]
pub fn Rule(store: Store) -> impl IntoView {
    let rows = store.of(|view| (view.rule.clone(), view.standing.usage.free()));
    view! {
        <section class="panel" aria-labelledby="rule-title">
            <div class="panel-h">
                <h2 id="rule-title">{t(words::RULE)}</h2>
            </div>
            <table class="grid-t">
                <thead>
                    <tr>
                        <th scope="col" class="r">{t(words::CPUS)}</th>
                        <th scope="col" class="r">{t(words::TOKENS)}</th>
                        <th scope="col" class="r">{t(words::COULD_START)}</th>
                    </tr>
                </thead>
                <tbody>
                    {move || {
                        let (rule, free) = rows.get().unwrap_or_default();
                        rule.into_iter()
                            .map(|(cpus, tokens)| {
                                view! {
                                    <tr>
                                        <td class="r">{cpus.0}</td>
                                        <td class="r font-semibold">{tokens.0}</td>
                                        <td class="r">{free.0.checked_div(tokens.0)}</td>
                                    </tr>
                                }
                            })
                            .collect_view()
                    }}
                </tbody>
            </table>
            <p class="sub border-t border-line px-4 py-2.5">{t(words::RULE_NOTE)}</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::i18n::Locale;
    use crate::i18n::sentence::{today_at, voice};
    use domain::plan::LicenseUse;
    use domain::{Fault, LicenseAsking, LicenseReport};

    fn standing(total: u32, in_use: u32, external: u32) -> LicenseStanding {
        let [total, in_use, ours, external] = [total, in_use, 34, external].map(Tokens);
        let (holders, queue) = (vec![], vec![]);
        let report = LicenseReport { at: today_at(13, 31), total, in_use, ours, holders, queue, expires: None };
        LicenseStanding {
            is_asked: true,
            asking: LicenseAsking { report: Some(report), problem: None, warned: None },
            is_fresh: true,
            usage: LicenseUse { total: Tokens(50), ours, external, reserved: Tokens(0) },
            expires: None,
        }
    }

    #[test]
    fn a_difference_is_named_with_what_it_means() {
        let ja = voice(Locale::Ja);
        assert_eq!(notice(ja, &standing(50, 34, 0)), None);
        let (_, title, text) = notice(ja, &standing(50, 39, 5)).unwrap();
        assert_eq!(title, "ライセンスサーバーは39個使用中、こちらの計算では34個です");
        assert!(text.contains("ジョブはこの5個を避けて"), "{text}");
        assert!(notice(ja, &standing(50, 39, 0)).unwrap().2.contains("設定により"));
        assert!(notice(ja, &standing(48, 34, 2)).unwrap().1.contains("48個"));
    }

    #[test]
    fn the_licence_s_end_is_warned_of_a_month_before() {
        let ja = voice(Locale::Ja);
        let mut standing = standing(50, 34, 0);
        let mut at = |days: i64| {
            standing.expires = Some(today_at(24 * days, 0));
            expiry(ja, &standing, today_at(13, 42))
        };
        assert_eq!(at(32), None);
        let (tone, title, text) = at(31).unwrap();
        assert_eq!((tone, title.as_str()), (Tone::Caution, "ライセンスはあと30日で切れます"));
        assert!(text.contains("2026年12月24日"), "{text}");
        assert_eq!(at(0).map(|(tone, ..)| tone), Some(Tone::Bad));
    }

    #[test]
    fn an_old_report_and_none_are_said() {
        let ja = voice(Locale::Ja);
        let mut old = standing(50, 39, 0);
        old.is_fresh = false;
        old.asking.problem = Some(Fault::ConnectionLost.into());
        let (_, title, text) = notice(ja, &old).unwrap();
        assert!(title.contains("13:31") && text.contains("ノードとの接続が切れました"), "{title} {text}");
        old.asking.report = None;
        assert!(notice(ja, &old).unwrap().1.contains("答えがありません"));
        old.asking.problem = None;
        assert_eq!(notice(ja, &old), None, "it has only just been asked");
        old.is_asked = false;
        assert_eq!(notice(ja, &old), None);
    }
}
