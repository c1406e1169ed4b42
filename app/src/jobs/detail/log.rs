//! The log: one readable file at a time, its end or any other place of it, followed while the run is alive.
//!
//! The file is never read whole: the page holds a [`window`] of it and asks for what is missing.

mod bar;
mod pane;
pub mod search;
pub mod tabs;
pub mod tone;
pub mod window;

pub use bar::{LogPanel, address};

use super::load::{FIRST_LINES, FirstLog, Wanted};
use crate::jobs::api::{JobView, LogAsk, LogPart};
use crate::jobs::calls::read_log;
use domain::JobId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use search::Hits;
use window::{MOST, Window};

/// Lines read at once when somebody scrolls to an end of what is held.
const MORE_LINES: u32 = 500;
/// Answers read at most per look at a growing file.
const MOST_ANSWERS: u32 = 4;

/// The log of this page; copied freely.
#[derive(Clone, Copy)]
pub struct Log {
    job: JobId,
    /// The file shown.
    pub file: RwSignal<Option<String>>,
    /// What is held of it.
    pub window: RwSignal<Window>,
    /// The end is kept in view.
    pub follow: RwSignal<bool>,
    /// Lines that came while it was not; and whether there are more.
    pub unseen: RwSignal<(u64, bool)>,
    /// The line to look at; the second part grows with each wish, so that the same line can be wished for twice.
    pub look_at: RwSignal<(Option<u64>, u32)>,
    /// Where the searched text is.
    pub hits: RwSignal<Hits>,
    /// Why the file could not be read.
    pub fault: RwSignal<Option<String>>,
    /// No file has an error.
    pub no_errors: RwSignal<bool>,
    busy: StoredValue<bool>,
    /// Grows with each change of place: answers to older questions are dropped.
    turn: StoredValue<u32>,
}

impl Log {
    /// From what came with the page.
    pub fn new(job: JobId, first: Option<FirstLog>, follow: bool) -> Log {
        let line = first.as_ref().and_then(|first| first.line);
        let (file, window) = match first {
            Some(FirstLog { file, part, .. }) => (Some(file), Window::of(0, part)),
            None => (None, Window::default()),
        };
        Log {
            job,
            file: RwSignal::new(file),
            window: RwSignal::new(window),
            follow: RwSignal::new(follow && line.is_none()),
            unseen: RwSignal::new((0, false)),
            look_at: RwSignal::new((line, 0)),
            hits: RwSignal::new(Hits::default()),
            fault: RwSignal::new(None),
            no_errors: RwSignal::new(false),
            busy: StoredValue::new(false),
            turn: StoredValue::new(0),
        }
    }

    fn next_turn(self) -> u32 {
        self.turn
            .try_update_value(|turn| {
                *turn = turn.wrapping_add(1);
                *turn
            })
            .unwrap_or(0)
    }

    fn is_turn(self, turn: u32) -> bool {
        self.turn.try_with_value(|now| *now == turn).unwrap_or(false)
    }

    fn look(self, line: u64) {
        self.look_at.update(|(at, wish)| {
            *at = Some(line);
            *wish = wish.wrapping_add(1);
        });
    }

    /// Shows a file: at a line, or at its end.
    pub fn open(self, file: String, line: Option<u64>) {
        let turn = self.next_turn();
        let same = self.file.with_untracked(|now| now.as_deref() == Some(&file));
        if !same {
            self.file.set(Some(file.clone()));
            self.hits.update(|hits| *hits = Hits { needle: std::mem::take(&mut hits.needle), ..Hits::default() });
        }
        self.no_errors.set(false);
        if let Some(line) = line {
            self.follow.set(false);
            if same && self.window.with_untracked(|window| window.has(line)) {
                return self.look(line);
            }
        }
        spawn_local(async move {
            let ask = match line {
                Some(line) => LogAsk::Around { line, lines: FIRST_LINES * 2 },
                None => LogAsk::Tail { lines: FIRST_LINES },
            };
            let answer = read_log(self.job, file, ask).await;
            if !self.is_turn(turn) {
                return;
            }
            self.show(answer, line);
            let needle = self.hits.with_untracked(|hits| hits.needle.clone());
            if !same && !needle.is_empty() {
                self.search(needle, false);
            }
        });
    }

    fn show(self, answer: Result<LogPart, crate::AppError>, line: Option<u64>) {
        match answer {
            Ok(part) => {
                self.fault.set(None);
                self.unseen.set((0, false));
                self.look_at.set((None, 0));
                self.window.update(|window| *window = Window::of(window.epoch.wrapping_add(1), part));
                if let Some(line) = line {
                    self.look(line);
                }
            }
            Err(error) => {
                self.window.update(|window| *window = Window::of(window.epoch.wrapping_add(1), LogPart::default()));
                self.fault.set(Some(error.message));
            }
        }
    }

    /// Keeps the end in view from now on, or no longer.
    pub fn set_follow(self, follow: bool) {
        self.follow.set(follow);
        if !follow {
            return;
        }
        self.unseen.set((0, false));
        self.look_at.update(|(at, _)| *at = None);
        let file = self.file.get_untracked();
        if let (false, Some(file)) = (self.window.with_untracked(Window::at_end), file) {
            self.open(file, None);
        }
    }

    /// Reads what was added to the file; opens the first log as soon as there is one.
    pub async fn grow(self, view: RwSignal<JobView>) {
        let Some(file) = self.file.try_get_untracked() else { return };
        let Some(file) = file else {
            let first = view.try_with_untracked(|view| tabs::first(view, &Wanted::default())).flatten();
            if let Some((file, line)) = first {
                self.follow.set(line.is_none());
                self.open(file, line);
            }
            return;
        };
        let turn = self.turn.with_value(|turn| *turn);
        for _ in 0..MOST_ANSWERS {
            // the reader is elsewhere in the file
            let Some(true) = self.window.try_with_untracked(Window::at_end) else { return };
            let follow = self.follow.get_untracked();
            let full = self.window.with_untracked(|window| window.lines.len() >= MOST);
            if full && !follow {
                // more lines would push out those being read
                self.unseen.update(|(_, more)| *more = true);
                return;
            }
            let Some((byte, line)) = self.window.with_untracked(Window::next) else { return };
            let Ok(part) = read_log(self.job, file.clone(), LogAsk::After { byte, line }).await else { return };
            if !self.is_turn(turn) || self.window.try_with_untracked(|_| ()).is_none() {
                return;
            }
            if self.fault.get_untracked().is_some() {
                self.fault.set(None);
            }
            let nothing = part.lines.is_empty()
                && part.first_line == line
                && self.window.with_untracked(|window| window.size == part.size);
            if nothing {
                return;
            }
            let from = part.first_line;
            self.hits.update(|hits| hits.add((from..).zip(part.lines.iter().map(String::as_str))));
            let new = self.window.try_update(|window| window.append(part)).unwrap_or(0);
            if !follow && new > 0 {
                self.unseen.update(|(count, _)| *count += new);
            }
            if self.window.with_untracked(|window| window.total.is_some()) {
                return;
            }
        }
    }

    /// Reads the lines before what is held, or after it.
    pub fn more(self, before: bool) {
        let Some(file) = self.file.get_untracked() else { return };
        let ask = self.window.with_untracked(|window| {
            if before {
                let first = window.first().filter(|first| *first > 1)?;
                let lines = u64::from(MORE_LINES).min(first - 1);
                let middle = first - lines + lines / 2;
                return Some(LogAsk::Around { line: middle, lines: u32::try_from(lines).unwrap_or(MORE_LINES) });
            }
            if window.at_end() {
                return None;
            }
            match window.next() {
                Some((byte, line)) => Some(LogAsk::After { byte, line }),
                None => Some(LogAsk::Around { line: window.last()? + u64::from(MORE_LINES) / 2, lines: MORE_LINES }),
            }
        });
        let Some(ask) = ask else { return };
        if self.busy.try_update_value(|busy| std::mem::replace(busy, true)) != Some(false) {
            return;
        }
        let turn = self.turn.with_value(|turn| *turn);
        spawn_local(async move {
            let answer = read_log(self.job, file, ask).await;
            let _ = self.busy.try_update_value(|busy| *busy = false);
            if let (true, Ok(part)) = (self.is_turn(turn), answer) {
                self.window.update(|window| {
                    if before {
                        window.prepend(part);
                    } else {
                        window.append(part);
                    }
                });
            }
        });
    }

    /// Searches the whole file; with `go` the place next to what is seen is looked at.
    pub fn search(self, needle: String, go: bool) {
        let Some(file) = self.file.get_untracked() else { return };
        self.no_errors.set(false);
        if needle.is_empty() {
            return self.hits.set(Hits::default());
        }
        let turn = self.turn.with_value(|turn| *turn);
        spawn_local(async move {
            let ask = LogAsk::Search { text: needle.clone() };
            let Ok(part) = read_log(self.job, file, ask).await else { return };
            if !self.is_turn(turn) {
                return;
            }
            let mut hits = Hits { needle, lines: part.hits, count: part.hit_count, at: None };
            if go {
                let from = self.window.with_untracked(Window::first).unwrap_or(1);
                hits.look_from(from);
            }
            let line = hits.line();
            self.hits.set(hits);
            if let Some(line) = line {
                self.go_to(line);
            }
        });
    }

    /// The next place of the search, or the one before.
    pub fn step(self, back: bool) {
        let line = self.hits.try_update(|hits| hits.step(back)).flatten();
        if let Some(line) = line {
            self.go_to(line);
        }
    }

    fn go_to(self, line: u64) {
        if let Some(file) = self.file.get_untracked() {
            self.open(file, Some(line));
        }
    }

    /// The line that decided a failure, else the last error of this file, else of another one.
    pub fn go_to_error(self, view: RwSignal<JobView>) {
        self.no_errors.set(false);
        let (logs, evidence) = view.with_untracked(|view| {
            let verdict = view.summary.verdict.as_ref().and_then(|verdict| verdict.evidence.clone());
            (tabs::files(view), verdict)
        });
        let evidence = evidence.filter(|evidence| {
            let failed = view.with_untracked(|view| view.summary.status) != domain::JobStatus::Completed;
            failed && logs.iter().any(|file| file.name == evidence.file)
        });
        if let Some((file, line)) = evidence.and_then(|evidence| Some((evidence.file, evidence.line?))) {
            return self.open(file, Some(line));
        }
        let here = self.file.get_untracked();
        let mut names: Vec<String> = logs.into_iter().map(|file| file.name).collect();
        names.sort_by_key(|name| (here.as_ref() != Some(name), name != domain::files::CONSOLE));
        let turn = self.turn.with_value(|turn| *turn);
        spawn_local(async move {
            for name in names {
                let ask = LogAsk::Search { text: "*ERROR".to_owned() };
                let found = read_log(self.job, name.clone(), ask).await.ok().and_then(|part| part.hits.last().copied());
                if !self.is_turn(turn) {
                    return;
                }
                if let Some(line) = found {
                    return self.open(name, Some(line));
                }
            }
            self.no_errors.set(true);
        });
    }
}
