//! What people put into the page's controls before its code was there. The server's page can be filled in at once, but
//! the code that takes it over knows of nothing before it, and writes its own first values over what it finds.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{Element, Event, EventInit, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement};

/// Keeps it while the page is taken over, and hands it to the page as if it were done then.
pub struct FilledEarly {
    kept: Rc<RefCell<Vec<Filled>>>,
    hearing: [WindowListenerHandle; 2],
}

impl FilledEarly {
    /// Before the page is taken over: what it holds by now, and from now on what is heard, because parts of the page
    /// may be files that come late.
    pub fn keep() -> Self {
        let found = document().query_selector_all("input, select, textarea").ok();
        let found = found.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)));
        let found = found.filter_map(|node| Filled::of(node.unchecked_into())).filter(Filled::is_by_hand);
        let kept = Rc::new(RefCell::new(found.collect::<Vec<_>>()));
        let hear = |kept: &Rc<RefCell<Vec<Filled>>>| {
            let kept = Rc::clone(kept);
            move |event: Event| {
                let target = event.target().and_then(|target| target.dyn_into().ok());
                let Some(filled) = target.and_then(Filled::of) else { return };
                let mut kept = kept.borrow_mut();
                kept.retain(|earlier| earlier.control != filled.control);
                kept.push(filled);
            }
        };
        let typed = window_event_listener(ev::input, hear(&kept));
        let chosen = window_event_listener(ev::change, hear(&kept));
        Self { kept, hearing: [typed, chosen] }
    }

    /// All of the page answers: it is told.
    pub fn hand_over(self) {
        for listener in self.hearing {
            listener.remove();
        }
        for filled in self.kept.take() {
            filled.hand_over();
        }
    }
}

struct Filled {
    control: Element,
    content: Content,
}

#[derive(PartialEq)]
enum Content {
    /// A line, a text, a choice of a list.
    Text(String),
    /// A box or one of several choices.
    Ticked(bool),
    /// Nothing but the person can put files there.
    Files,
}

impl Filled {
    /// Nothing of what is no control, and of files that are gone from it again.
    fn of(control: Element) -> Option<Self> {
        let content = if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            match input.type_().as_str() {
                "checkbox" | "radio" => Content::Ticked(input.checked()),
                "file" => input.files().filter(|files| files.length() > 0).map(|_| Content::Files)?,
                _ => Content::Text(input.value()),
            }
        } else if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
            Content::Text(text.value())
        } else {
            Content::Text(control.dyn_ref::<HtmlSelectElement>()?.value())
        };
        Some(Self { control, content })
    }

    /// Not as the server's page has it: typed, chosen, or put back by a browser that loads the page again.
    fn is_by_hand(&self) -> bool {
        let served = if let Some(input) = self.control.dyn_ref::<HtmlInputElement>() {
            match self.content {
                Content::Ticked(_) => Content::Ticked(input.default_checked()),
                Content::Text(_) => Content::Text(input.default_value()),
                Content::Files => return true,
            }
        } else if let Some(text) = self.control.dyn_ref::<HtmlTextAreaElement>() {
            Content::Text(text.default_value().unwrap_or_default())
        } else {
            let first = |which: &str| self.control.query_selector(which).ok().flatten();
            let option = first("option[selected]").or_else(|| first("option"));
            let value = option.and_then(|option| option.dyn_into::<HtmlOptionElement>().ok()).map(|it| it.value());
            Content::Text(value.unwrap_or_default())
        };
        self.content != served
    }

    fn hand_over(self) {
        if !self.control.is_connected() {
            return;
        }
        match &self.content {
            Content::Text(value) => {
                if let Some(input) = self.control.dyn_ref::<HtmlInputElement>() {
                    input.set_value(value);
                } else if let Some(text) = self.control.dyn_ref::<HtmlTextAreaElement>() {
                    text.set_value(value);
                } else if let Some(select) = self.control.dyn_ref::<HtmlSelectElement>() {
                    select.set_value(value);
                }
            }
            Content::Ticked(is_ticked) => {
                let Some(input) = self.control.dyn_ref::<HtmlInputElement>() else { return };
                // clicked, because some hear of nothing else; of several choices, the one that is left says nothing
                if input.checked() != *is_ticked && (*is_ticked || input.type_() != "radio") {
                    input.click();
                }
                return;
            }
            // taken already by what heard of them
            Content::Files if Self::of(self.control.clone()).is_none() => return,
            Content::Files => {}
        }
        for name in ["input", "change"] {
            let bubbling = EventInit::new();
            bubbling.set_bubbles(true);
            // a document that makes no events has nobody who would hear of them
            let Ok(event) = Event::new_with_event_init_dict(name, &bubbling) else { return };
            let _ = self.control.dispatch_event(&event);
        }
    }
}
