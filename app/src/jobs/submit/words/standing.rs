//! How decks stand, in words, and what will happen.

use super::super::standing::{Difference, Standing};
use super::finding;
use crate::i18n::sentence::{Voice, bytes, count, fault};
use crate::i18n::{Text, text};
use crate::ui::{Glyph, Tone};
use domain::NameError;

/// The pill in a deck's head: tone, icon, words.
pub fn pill(voice: Voice, standing: &Standing) -> (Tone, Glyph, String) {
    let pick = |text: Text| text.in_locale(voice.locale).to_owned();
    match standing {
        Standing::Refused(_) => (Tone::Bad, Glyph::CircleCross, pick(text("送れません", "Not taken"))),
        Standing::Reading { .. } => (Tone::Calm, Glyph::Clock, pick(text("読み取り中", "Reading"))),
        Standing::NotADeck(_) => (Tone::Bad, Glyph::CircleCross, pick(text("デッキではありません", "Not a deck"))),
        Standing::Missing { files } => (
            Tone::Bad,
            Glyph::CircleCross,
            match files {
                1 => voice.pick("ファイルが1件不足".to_owned(), "1 file is missing".to_owned()),
                n => voice.pick(format!("ファイルが{n}件不足"), format!("{n} files are missing")),
            },
        ),
        Standing::Errors { count } => (
            Tone::Bad,
            Glyph::CircleCross,
            match count {
                1 => voice.pick("誤り1件".to_owned(), "1 error".to_owned()),
                n => voice.pick(format!("誤り{n}件"), format!("{n} errors")),
            },
        ),
        Standing::Sending => (Tone::Accent, Glyph::CircleUp, pick(text("送信中", "Sending"))),
        Standing::NotSent(_) => (Tone::Bad, Glyph::CircleCross, pick(text("送れていません", "Not sent"))),
        Standing::Checking => (Tone::Accent, Glyph::Clock, pick(text("サーバーで確認中", "Being checked"))),
        Standing::NotChecked(_) => (Tone::Bad, Glyph::CircleCross, pick(text("確認できません", "Not checked"))),
        Standing::Name(_) | Standing::SameName => {
            (Tone::Bad, Glyph::CircleCross, pick(text("ジョブ名を直してください", "Fix the job name")))
        }
        // the points to look at stand in the panel: they do not make it less ready
        Standing::Ready { .. } => (Tone::Good, Glyph::CircleCheck, pick(text("投入できます", "Ready"))),
    }
}

/// Over the warnings.
pub fn warnings(voice: Voice, warnings: usize) -> String {
    match warnings {
        1 => voice.pick(
            "気になる点1件。このままでも投入できます。".to_owned(),
            "1 thing to look at. You can submit as it is.".to_owned(),
        ),
        n => voice.pick(
            format!("気になる点{n}件。このままでも投入できます。"),
            format!("{n} things to look at. You can submit as it is."),
        ),
    }
}

/// What is wrong with the name, where something is.
pub fn name_problem(standing: &Standing) -> Option<Text> {
    match standing {
        Standing::Name(error) => Some(fault::job_name(*error)),
        Standing::SameName => Some(super::SAME_NAME),
        _ => None,
    }
}

/// The same for a name typed before anything else is known.
pub fn name_error(error: NameError) -> Text {
    fault::job_name(error)
}

/// Decks by how they stand, for the sentence under the title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub decks: usize,
    /// Can be submitted.
    pub ready: usize,
    /// Lack files.
    pub missing: usize,
    /// Cannot be submitted for another reason.
    pub wrong: usize,
    /// Being read, sent or checked.
    pub under_way: usize,
}

/// Counts.
pub fn tally<'a>(standings: impl Iterator<Item = &'a Standing>) -> Tally {
    let mut tally = Tally::default();
    for standing in standings {
        tally.decks += 1;
        match standing {
            Standing::Ready { .. } => tally.ready += 1,
            Standing::Missing { .. } => tally.missing += 1,
            Standing::Reading { .. } | Standing::Sending | Standing::Checking => tally.under_way += 1,
            Standing::Refused(_)
            | Standing::NotADeck(_)
            | Standing::Errors { .. }
            | Standing::NotSent(_)
            | Standing::NotChecked(_)
            | Standing::Name(_)
            | Standing::SameName => tally.wrong += 1,
        }
    }
    tally
}

/// `デッキ2件を確認しました。1件は投入でき、1件はファイルが足りません。`
pub fn summary(voice: Voice, tally: Tally) -> String {
    let Tally { decks, ready, missing, wrong, under_way } = tally;
    if decks == 0 {
        return voice.pick(
            "デッキ (.inp) をドロップすると、内容を確認してから投入できます。見本なら30秒で終わります。".to_owned(),
            "Drop a deck (.inp): it is checked, then you submit it. The sample takes 30 seconds.".to_owned(),
        );
    }
    if under_way > 0 && decks == 1 {
        return voice.pick("デッキを確認しています。".to_owned(), "The deck is being checked.".to_owned());
    }
    if under_way > 0 {
        return voice.pick(
            format!("デッキ{decks}件のうち{under_way}件を確認しています。"),
            format!("Checking {under_way} of {decks} decks."),
        );
    }
    if ready == decks {
        return match decks {
            1 => voice.pick(
                "デッキを確認しました。投入できます。".to_owned(),
                "The deck is checked and can be submitted.".to_owned(),
            ),
            n => voice.pick(
                format!("デッキ{n}件を確認しました。すべて投入できます。"),
                format!("{n} decks are checked; all can be submitted."),
            ),
        };
    }
    match (decks, missing) {
        (1, 0) => {
            return voice.pick(
                "デッキを確認しました。直すところがあります。".to_owned(),
                "The deck is checked; something is to be fixed.".to_owned(),
            );
        }
        (1, _) => {
            return voice.pick(
                "デッキを確認しました。ファイルが足りません。".to_owned(),
                "The deck is checked; not all of its files are here.".to_owned(),
            );
        }
        _ => {}
    }
    let (ja, en) = match (ready, missing, wrong) {
        (0, 0, w) => (format!("{w}件は直すところがあります"), format!("{w} to be fixed")),
        (0, m, 0) => (format!("{m}件はファイルが足りません"), format!("{m} without all files")),
        (0, m, w) => (
            format!("{m}件はファイルが足りず、{w}件は直すところがあります"),
            format!("{m} without all files, {w} to be fixed"),
        ),
        (r, 0, w) => {
            (format!("{r}件は投入でき、{w}件は直すところがあります"), format!("{r} can be submitted, {w} to be fixed"))
        }
        (r, m, 0) => (
            format!("{r}件は投入でき、{m}件はファイルが足りません"),
            format!("{r} can be submitted, {m} without all files"),
        ),
        (r, m, w) => (
            format!("{r}件は投入でき、{m}件はファイルが足りず、{w}件は直すところがあります"),
            format!("{r} can be submitted, {m} without all files, {w} to be fixed"),
        ),
    };
    voice.pick(format!("デッキ{decks}件を確認しました。{ja}。"), format!("{decks} decks checked: {en}."))
}

/// In what the server's report differs.
pub fn difference(voice: Voice, difference: &Difference) -> String {
    let pair = |ja: &str, en: &str, here: String, server: String| {
        voice.pick(
            format!("{ja}: このブラウザー {here}、サーバー {server}"),
            format!("{en}: {here} in this browser, {server} on the server"),
        )
    };
    match difference {
        Difference::Nodes(a, b) => pair("節点", "Nodes", count(*a), count(*b)),
        Difference::Elements(a, b) => pair("要素", "Elements", count(*a), count(*b)),
        Difference::Steps(a, b) => pair("ステップ", "Steps", a.to_string(), b.to_string()),
        Difference::Bytes(a, b) => pair("大きさ", "Size", bytes(*a), bytes(*b)),
        Difference::Only(finding) => {
            let what = finding::said(voice, finding).what;
            voice.pick(format!("サーバーだけが見つけました: {what}"), format!("Only the server found: {what}"))
        }
        Difference::Gone(finding) => {
            let what = finding::said(voice, finding).what;
            voice.pick(format!("サーバーでは問題ありません: {what}"), format!("Not so on the server: {what}"))
        }
    }
}

/// The words on the submit button.
pub fn submit(voice: Voice, ready: usize) -> String {
    match ready {
        0 => voice.pick("投入".to_owned(), "Submit".to_owned()),
        1 => voice.pick("1件を投入".to_owned(), "Submit 1 job".to_owned()),
        n => voice.pick(format!("{n}件を投入"), format!("Submit {n} jobs")),
    }
}

/// Under the button: what stays on the page, or why nothing can be submitted.
pub fn stays(voice: Voice, tally: Tally, name: Option<&str>) -> Option<String> {
    let rest = tally.decks - tally.ready;
    match (tally.decks, tally.ready, rest) {
        (0, ..) => None,
        (_, 0, _) if tally.under_way > 0 => Some(voice.pick(
            "確認と送信が終わると投入できます".to_owned(),
            "You can submit once it is checked and sent".to_owned(),
        )),
        (_, 0, _) => Some(
            voice
                .pick("左のデッキを直すと投入できます".to_owned(), "Fix the deck on this page, then submit".to_owned()),
        ),
        (.., 0) => None,
        (.., 1) => {
            let name = name.unwrap_or_default();
            Some(voice.pick(format!("{name} はこの画面に残ります"), format!("{name} stays on this page")))
        }
        (.., n) => {
            Some(voice.pick(format!("残りの{n}件はこの画面に残ります"), format!("The other {n} stay on this page")))
        }
    }
}

/// The toast after a submission.
pub fn submitted(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} を投入しました"), format!("{name} submitted"))
}

/// The toast after several.
pub fn submitted_many(voice: Voice, jobs: usize) -> String {
    voice.pick(format!("{jobs}件を投入しました"), format!("{jobs} jobs submitted"))
}

/// The toast when a submission was not accepted.
pub fn not_submitted(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} を投入できませんでした"), format!("{name} was not submitted"))
}

/// Takes the server's next free name.
pub fn take_name(voice: Voice, name: &str) -> String {
    voice.pick(format!("{name} にする"), format!("Use {name}"))
}

/// The name the file suggests is taken, so another stands in the field.
pub fn name_was_taken(voice: Voice, wanted: &str) -> String {
    voice.pick(
        format!("{wanted} は使われているため、空いている名前にしました"),
        format!("{wanted} is taken; this one is free"),
    )
}
