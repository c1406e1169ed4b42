//! Parts that every page is built from. They know how things look and behave, nothing of jobs or nodes.
//!
//! Words come in as [`leptos::text_prop::TextProp`]: a literal, a `String`, `t(words::X)` or a closure. Nothing here
//! writes a `style` attribute or an inline handler: the pages' content security policy refuses both.

pub mod bar;
pub mod button;
pub mod cells;
pub mod choice;
pub mod chosen_file;
pub mod copy;
pub mod dialog;
pub mod download;
pub mod empty;
pub mod field;
pub mod icon;
pub mod leaving;
pub mod notice;
pub mod reading;
pub mod skeleton;
pub mod spark;
pub mod tabs;
pub mod toast;

pub use bar::ProgressBar;
pub use button::{Button, Kbd, Kind, Size};
pub use cells::{CellKind, Cells, CellsKey};
pub use choice::{ChoiceRow, Segmented};
pub use chosen_file::{FileFault, as_text, take_file};
pub use copy::CopyButton;
pub use dialog::Dialog;
pub use empty::{EmptyState, PageError};
pub use field::{Field, FieldError, TextField};
pub use icon::{Glyph, Icon};
pub use leaving::ask_before_leaving;
pub use notice::Notice;
pub use reading::{NotRead, ReadFirst};
pub use skeleton::Skeleton;
pub use spark::Spark;
pub use tabs::{TabLink, TabList, Tabs};
pub use toast::{ToastStack, Toasts, provide_toasts, use_toasts};

/// Five tones carry every meaning; the word and the icon beside them tell which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to look at: waiting, held, a transfer that is not computing.
    #[default]
    Calm,
    /// Work in progress, selection.
    Accent,
    /// Ended well.
    Good,
    /// Needs a look.
    Caution,
    /// Wrong.
    Bad,
}

impl Tone {
    /// Class of state words (`.st`).
    pub fn of_state(self) -> &'static str {
        match self {
            Tone::Calm => "",
            Tone::Accent => "active",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        }
    }

    /// Class of bars (`.bar`).
    pub fn of_bar(self) -> &'static str {
        match self {
            Tone::Calm => "calm",
            Tone::Accent => "",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        }
    }

    /// Class of notices (`.notice`).
    pub fn of_notice(self) -> &'static str {
        match self {
            Tone::Calm | Tone::Accent => "",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        }
    }

    /// Colour of text and icons.
    pub fn of_text(self) -> &'static str {
        match self {
            Tone::Calm => "text-muted",
            Tone::Accent => "text-primary",
            Tone::Good => "text-good",
            Tone::Caution => "text-caution",
            Tone::Bad => "text-bad",
        }
    }
}
