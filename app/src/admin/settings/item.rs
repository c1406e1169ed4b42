//! One setting as it stands on the page: what was read, what is typed, and what somebody else saved meanwhile.

use domain::settings::{SavedSetting, Setting, SettingFault, check};
use leptos::prelude::*;

/// The state of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// As it was read: what is typed is meant to replace this and nothing newer.
    pub saved: SavedSetting,
    /// In the field.
    pub text: String,
    /// Saved by somebody else while this is being edited; a person must choose.
    pub theirs: Option<SavedSetting>,
    /// Why the server did not take this text.
    pub refused: Option<String>,
    /// What the last event was about.
    pub mark: Mark,
}

/// What just happened to a row that is not edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// It was saved from here.
    Saved,
    /// Somebody else changed it.
    Renewed,
}

/// How a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As saved.
    Found,
    /// Otherwise than saved, and may be saved.
    Changed,
    /// Cannot be saved so.
    Invalid,
    /// Two values; a person must choose.
    Undecided,
}

impl Standing {
    /// For tests, and for classes.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Found => "found",
            Standing::Changed => "changed",
            Standing::Invalid => "invalid",
            Standing::Undecided => "undecided",
        }
    }
}

impl Draft {
    /// As it is saved.
    pub fn new(saved: SavedSetting) -> Draft {
        Draft { text: saved.value.clone(), saved, theirs: None, refused: None, mark: Mark::None }
    }

    /// Somebody types.
    pub fn put(&mut self, text: String) {
        self.text = text;
        self.refused = None;
        self.mark = Mark::None;
    }

    /// Whether it would be otherwise than saved. The same value typed in another way is the same.
    pub fn is_changed(&self) -> bool {
        self.text != self.saved.value && check(&self.saved.key, &self.text).as_ref() != Ok(&self.saved.value)
    }

    /// What is wrong with the text.
    pub fn fault(&self) -> Option<SettingFault> {
        check(&self.saved.key, &self.text).err().map(|problem| problem.fault)
    }

    /// What is to be saved, where there is something to save.
    pub fn wanted(&self) -> Option<String> {
        check(&self.saved.key, &self.text).ok().filter(|_| self.is_changed())
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        match () {
            () if self.theirs.is_some() => Standing::Undecided,
            () if !self.is_changed() => Standing::Found,
            () if self.refused.is_some() || self.fault().is_some() => Standing::Invalid,
            () => Standing::Changed,
        }
    }

    /// What the server has now. A field that is being edited is left alone.
    pub fn hear(&mut self, newer: SavedSetting, in_use: bool) {
        let known = self.theirs.as_ref().unwrap_or(&self.saved);
        if newer == *known || newer.version < known.version {
            return;
        }
        if !in_use && !self.is_changed() && self.theirs.is_none() {
            self.text.clone_from(&newer.value);
            (self.saved, self.mark) = (newer, Mark::Renewed);
        } else if check(&newer.key, &self.text).as_ref() == Ok(&newer.value) {
            (self.saved, self.theirs) = (newer, None);
        } else {
            self.theirs = Some(newer);
        }
    }

    /// Gives up what was typed for what somebody else saved.
    pub fn take_theirs(&mut self) {
        if let Some(theirs) = self.theirs.take() {
            *self = Draft::new(theirs);
        }
    }

    /// Keeps what was typed, now knowing what somebody else saved.
    pub fn keep_mine(&mut self) {
        if let Some(theirs) = self.theirs.take() {
            self.saved = theirs;
        }
    }

    /// As the server has it.
    pub fn discard(&mut self) {
        *self = Draft::new(self.theirs.take().unwrap_or_else(|| self.saved.clone()));
    }

    /// It was saved from here. What was typed meanwhile stays.
    pub fn stored(&mut self, now: SavedSetting) {
        if now.version < self.saved.version {
            return;
        }
        let is_old = !self.is_changed() || check(&now.key, &self.text).as_ref() == Ok(&now.value);
        if is_old {
            *self = Draft { mark: Mark::Saved, ..Draft::new(now) };
        } else {
            (self.saved, self.theirs) = (now, None);
        }
    }
}

/// A row: its definition and its state.
#[derive(Clone, Copy)]
pub struct Item {
    /// The definition.
    pub setting: &'static Setting,
    /// The state.
    pub draft: RwSignal<Draft>,
    /// The field has the focus.
    pub in_use: RwSignal<bool>,
}

impl Item {
    /// As it is saved.
    pub fn new(setting: &'static Setting, saved: SavedSetting) -> Item {
        Item { setting, draft: RwSignal::new(Draft::new(saved)), in_use: RwSignal::new(false) }
    }

    /// Something of its state; reactive, and told only when it changes.
    pub fn of<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&Draft) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.draft.with(&part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(value: &str, version: u64) -> SavedSetting {
        SavedSetting { key: "backfill_patience".into(), value: value.into(), version, changed: None }
    }

    fn typed(text: &str) -> Draft {
        let mut draft = Draft::new(saved("15", 1));
        draft.put(text.to_owned());
        draft
    }

    #[test]
    fn what_is_typed_is_checked_before_it_is_sent() {
        assert_eq!((typed("10").standing(), typed("10").wanted()), (Standing::Changed, Some("10".into())));
        assert_eq!((typed("ten").standing(), typed("ten").wanted()), (Standing::Invalid, None));
        assert_eq!(typed(" １５ ").standing(), Standing::Found, "the same in other letters");
        // what is broken in the table is shown so, and keeps nothing else from being saved
        let broken = Draft::new(saved("many", 1));
        assert_eq!((broken.standing(), broken.fault()), (Standing::Found, Some(SettingFault::NotWhole)));
    }

    #[test]
    fn somebody_else_s_value_waits_for_a_choice_while_mine_is_edited() {
        let mut draft = typed("10");
        draft.hear(saved("20", 2), false);
        assert_eq!((draft.standing(), draft.text.as_str()), (Standing::Undecided, "10"));
        let mut theirs = draft.clone();
        theirs.take_theirs();
        assert_eq!((theirs.standing(), theirs.text.as_str(), theirs.saved.version), (Standing::Found, "20", 2));
        draft.keep_mine();
        assert_eq!((draft.standing(), draft.wanted(), draft.saved.version), (Standing::Changed, Some("10".into()), 2));
        // a field that only has the focus is not changed under the hand either
        let mut focused = Draft::new(saved("15", 1));
        focused.hear(saved("20", 2), true);
        assert_eq!((focused.standing(), focused.text.as_str()), (Standing::Undecided, "15"));
    }

    #[test]
    fn what_is_not_edited_follows_and_old_news_is_none() {
        let mut draft = Draft::new(saved("15", 1));
        draft.hear(saved("20", 2), false);
        assert_eq!((draft.text.as_str(), draft.mark), ("20", Mark::Renewed));
        draft.hear(saved("15", 1), false);
        assert_eq!(draft.text, "20");
        let mut agreed = typed("20");
        agreed.hear(saved("20", 2), true);
        assert_eq!((agreed.standing(), agreed.saved.version), (Standing::Found, 2));
    }

    #[test]
    fn what_is_typed_while_it_is_saved_stays() {
        let mut draft = typed("１０");
        draft.stored(saved("10", 2));
        assert_eq!((draft.text.as_str(), draft.mark, draft.standing()), ("10", Mark::Saved, Standing::Found));
        let mut typing = typed("100");
        typing.stored(saved("10", 2));
        assert_eq!((typing.text.as_str(), typing.standing()), ("100", Standing::Changed));
        typing.discard();
        assert_eq!(typing.text, "10");
        // an earlier value that was saved again: nothing was typed there
        let mut undone = Draft::new(saved("15", 1));
        undone.stored(saved("20", 2));
        assert_eq!((undone.text.as_str(), undone.mark, undone.standing()), ("20", Mark::Saved, Standing::Found));
        // the event may be here before the answer
        let mut told = typed("10");
        told.hear(saved("10", 2), true);
        told.stored(saved("10", 2));
        assert_eq!(told.mark, Mark::Saved);
    }
}
