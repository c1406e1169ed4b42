//! A new password, typed twice.

use super::words;
use crate::i18n::t;
use crate::ui::TextField;
use leptos::prelude::*;

/// What is typed into the two fields.
#[derive(Clone, Copy)]
pub struct NewPassword {
    password: RwSignal<String>,
    repeat: RwSignal<String>,
    differs: RwSignal<bool>,
}

impl Default for NewPassword {
    /// Nothing yet.
    fn default() -> NewPassword {
        let empty = || RwSignal::new(String::new());
        NewPassword { password: empty(), repeat: empty(), differs: RwSignal::new(false) }
    }
}

impl NewPassword {
    /// The password, where both are the same; else the second field says so.
    pub fn read(self) -> Option<String> {
        let password = self.password.get_untracked();
        let same = self.repeat.with_untracked(|repeat| *repeat == password);
        self.differs.set(!same);
        same.then_some(password)
    }

    /// Empties both.
    pub fn clear(self) {
        self.password.set(String::new());
        self.repeat.set(String::new());
    }
}

/// Both fields.
#[component]
pub fn NewPasswordFields(
    /// What is typed.
    new: NewPassword,
    /// What the server says of it.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    // what was wrong before says nothing of what differs now
    let error = Signal::derive(move || error.get().filter(|_| !new.differs.get()));
    let not_the_same = t(words::NOT_THE_SAME);
    let repeat_error = Signal::derive(move || new.differs.get().then(|| not_the_same().to_owned()));
    view! {
        <TextField
            id="new-password"
            name="password"
            kind="password"
            label=t(words::NEW_PASSWORD)
            hint=t(words::NEW_PASSWORD_HINT)
            value=new.password
            error=error
            autocomplete="new-password"
            testid="new-password"
        />
        <TextField
            id="repeat-password"
            name="repeat"
            kind="password"
            label=t(words::REPEAT)
            value=new.repeat
            error=repeat_error
            autocomplete="new-password"
            testid="repeat-password"
        />
    }
}
