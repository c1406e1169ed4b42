//! The bar at the foot: how many changes, what keeps them from being saved, and the two ways to end them.

use super::item::Standing;
use super::store::Store;
use super::{FORM, words};
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Button, Glyph, Icon, Kind};
use leptos::prelude::*;

/// The bar.
#[component]
pub fn Foot(store: Store) -> impl IntoView {
    let locale = use_locale();
    let counts = Memo::new(move |_| {
        [Standing::Changed, Standing::Invalid, Standing::Undecided].map(|standing| store.count(None, standing))
    });
    let changes = move || counts.get().iter().sum::<usize>();
    let blocked = move || {
        let [_, invalid, undecided] = counts.get();
        words::blocked(locale.get(), invalid, undecided)
    };
    let none = Signal::derive(move || changes() == 0);
    let cannot = Signal::derive(move || changes() == 0 || blocked().is_some());
    let count = move || match changes() {
        0 => words::ALL_SAVED.in_locale(locale.get()).to_owned(),
        changes => words::changes(locale.get(), changes),
    };
    // what is to be corrected or chosen is said at its rows and counted here
    let failed = move || store.not_saved.get().filter(|_| blocked().is_none()).map(|error| error.message);
    view! {
        <div
            class="needs-script sticky bottom-0 z-10 -mx-6 mt-4 -mb-10 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line bg-surface px-6 py-3 max-md:bottom-14 max-md:-mx-4 max-md:-mb-8 max-md:px-4"
            data-testid="settings-foot"
        >
            <span class="text-sm font-semibold" role="status" data-testid="settings-changes">{count}</span>
            <span class="min-w-0" role="alert" data-testid="settings-blocked">
                {move || {
                    blocked()
                        .or_else(failed)
                        .map(|text| view! { <span class="err !text-sm"><Icon glyph=Glyph::CircleCross />{text}</span> })
                }}
            </span>
            <div class="ml-auto flex gap-2">
                <Button disabled=none on_click=move |_| store.discard() attr:data-testid="settings-discard">
                    {t(words::DISCARD)}
                </Button>
                <Button
                    kind=Kind::Primary
                    submit=true
                    disabled=cannot
                    busy=store.busy
                    attr:form=FORM
                    attr:data-testid="settings-save"
                >
                    {t(words::SAVE)}
                </Button>
            </div>
        </div>
    }
}
