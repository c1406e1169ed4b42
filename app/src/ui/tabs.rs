//! Tabs: links where the address changes, buttons where only a panel of the page does.

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A row of [`TabLink`]s.
#[component]
pub fn Tabs(
    /// Names the row for screen readers.
    #[prop(into)]
    label: TextProp,
    /// [`TabLink`]s.
    children: Children,
) -> impl IntoView {
    view! { <nav class="tabs-u" aria-label=move || label.get()>{children()}</nav> }
}

/// One tab that is an address.
#[component]
pub fn TabLink(
    /// Where.
    #[prop(into)]
    href: Signal<String>,
    /// This is the one shown.
    #[prop(into)]
    current: Signal<bool>,
    /// Its word.
    #[prop(into)]
    label: TextProp,
    /// Number beside it.
    #[prop(optional, into)]
    count: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <a href=move || href.get() aria-current=move || current.get().then_some("true")>
            {move || label.get()}
            {move || count.get().map(|count| view! { <span class="text-xs font-normal text-muted">{count}</span> })}
        </a>
    }
}

/// One tab of a [`TabList`].
#[derive(Clone, Debug, PartialEq)]
pub struct TabItem {
    /// What is selected by it.
    pub key: String,
    /// Its word.
    pub label: String,
    /// Number or time beside it.
    pub count: Option<String>,
}

/// Tabs that switch a panel of the page: arrow keys move, the panel has `role=tabpanel` and the id `panel`.
#[component]
pub fn TabList(
    /// Names the row for screen readers.
    #[prop(into)]
    label: TextProp,
    /// Id of the panel they switch; each tab gets the id `PANEL-tab-N`.
    panel: &'static str,
    /// All.
    #[prop(into)]
    tabs: Signal<Vec<TabItem>>,
    /// Key of the one that is shown.
    selected: RwSignal<String>,
) -> impl IntoView {
    let row = NodeRef::<html::Div>::new();
    let step = move |back: bool| {
        let all = tabs.get_untracked();
        if all.is_empty() {
            return;
        }
        let at = all.iter().position(|tab| tab.key == selected.get_untracked()).unwrap_or(0);
        let to = if back { (at + all.len() - 1) % all.len() } else { (at + 1) % all.len() };
        selected.set(all[to].key.clone());
        #[cfg(feature = "hydrate")]
        if let Some(row) = row.get_untracked() {
            use wasm_bindgen::JsCast;
            let index = u32::try_from(to).unwrap_or(0);
            if let Some(tab) = row.children().item(index).and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
                // a tab that cannot take the focus is only not focused
                let _ = tab.focus();
            }
        }
    };
    view! {
        <div
            node_ref=row
            class="tabs-u"
            role="tablist"
            aria-label=move || label.get()
            on:keydown=move |event| match event.key().as_str() {
                "ArrowRight" => step(false),
                "ArrowLeft" => step(true),
                _ => {}
            }
        >
            {move || {
                tabs.get()
                    .into_iter()
                    .enumerate()
                    .map(|(at, tab)| {
                        let key = StoredValue::new(tab.key);
                        let chosen = Memo::new(move |_| key.with_value(|key| selected.with(|s| s == key)));
                        view! {
                            <button
                                type="button"
                                role="tab"
                                id=format!("{panel}-tab-{at}")
                                aria-controls=panel
                                aria-selected=move || if chosen.get() { "true" } else { "false" }
                                tabindex=move || if chosen.get() { "0" } else { "-1" }
                                on:click=move |_| selected.set(key.get_value())
                            >
                                {tab.label}
                                {tab.count.map(|n| view! { <span class="text-xs font-normal text-muted">{n}</span> })}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}
