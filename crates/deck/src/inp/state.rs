//! What the reader knows between two lines: it joins keyword lines, follows includes and keeps lines for findings.

use super::bytes::{Bytes, has_nul, not_text};
use super::data::Section;
use super::finding::{Finding, FindingKind, NotDeck, Severity};
use super::keyword::Keyword;
use super::scope::Scopes;
use super::{
    Count, Deck, Encoding, Files, Include, IncludeKind, LineEnding, candidates, found_by_calculix, is_outside,
};
use crate::lines::{LONGEST, Line, Lines, in_slices};
use crate::text;
use domain::Solver;
use std::collections::HashMap;
use std::io::Read;
use std::ops::ControlFlow;

/// Lists that people read are not kept longer.
pub(super) const MOST_LISTED: usize = 10_000;
/// CalculiX stops here, Abaqus at 5 levels.
const DEEPEST: usize = 9;
/// A file that includes two others twice each, and so on, must not be read for ever.
const MOST_READINGS: u32 = 10_000;
/// Nor must a large file that is included again and again: so many bytes of included files are read in all.
const MOST_BYTES: u64 = 2 << 30;
/// Bytes that CalculiX reads of a line; it takes the rest for the next one.
const LONGEST_IN_CALCULIX: usize = 1319;
/// Characters of a line shown with a finding.
const SHOWN: usize = 200;

/// The file being read: the deck or one it includes.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Its name as the deck gives it; `None` is the deck.
    pub name: Option<String>,
    /// Line under way, from 1.
    pub line: u64,
    before: Vec<u8>,
    pending: Option<Pending>,
    awaiting: Vec<Awaiting>,
}

/// A keyword line, perhaps one whose trailing comma promises more. Keeps what is shown with a finding as bytes: few
/// keywords have one.
#[derive(Debug)]
pub(super) struct Pending {
    text: Vec<u8>,
    /// Its first line, from 1.
    pub line: u64,
    before: Vec<u8>,
    /// Line number and beginning in `text` of the second and third line.
    more: Vec<(u64, usize)>,
}

impl Pending {
    /// The line before and the keyword's own lines, three at most.
    pub(super) fn context(&self) -> Vec<(u64, String)> {
        let mut context = Vec::with_capacity(3);
        if self.line > 1 {
            context.push((self.line - 1, text::shown(&self.before, SHOWN)));
        }
        let ends = self.more.iter().map(|(_, start)| *start).chain([self.text.len()]);
        let starts = [(self.line, 0)].into_iter().chain(self.more.iter().copied());
        for ((line, start), end) in starts.zip(ends).take(3 - context.len()) {
            context.push((line, text::shown(&self.text[start..end], SHOWN)));
        }
        context
    }
}

/// Who wants the next line as context.
#[derive(Clone, Copy, Debug)]
enum Awaiting {
    Include(usize),
    Finding(usize),
}

pub(super) struct State<'f> {
    files: Option<&'f Files<'f>>,
    pub deck: Deck,
    pub scopes: Scopes,
    pub section: Section,
    pub source: Source,
    /// Some keyword of a deck was seen.
    pub known_keyword: bool,
    /// The model comes from an earlier run.
    pub imports: bool,
    pub nodes_generated: bool,
    pub elements_generated: bool,
    /// Numbers of `*PARAMETER`.
    pub constants: HashMap<String, f64>,
    /// Nodes of user elements by type.
    pub user_elements: HashMap<String, usize>,
    pub types: HashMap<String, usize>,
    /// Type of an element by scope and label, for `*ELGEN`; bounded.
    pub masters: HashMap<(usize, u64), usize>,
    /// Labels made by `*NGEN` and `*ELGEN`; bounded.
    pub made: u64,
    /// There are more steps than are listed, and it was said.
    pub steps_cut: bool,
    /// A step was opened and its end not seen.
    pub step_open: bool,
    /// There is a line that CalculiX cuts, and it was said.
    long_line: bool,
    open_files: Vec<String>,
    readings: u32,
    included_bytes: u64,
    bytes: Bytes,
}

impl<'f> State<'f> {
    pub(super) fn new(files: Option<&'f Files<'f>>) -> Self {
        State {
            files,
            deck: empty_deck(),
            scopes: Scopes::default(),
            section: Section::Skip,
            source: Source::default(),
            known_keyword: false,
            imports: false,
            nodes_generated: false,
            elements_generated: false,
            constants: HashMap::new(),
            user_elements: HashMap::new(),
            types: HashMap::new(),
            masters: HashMap::new(),
            made: 0,
            steps_cut: false,
            step_open: false,
            long_line: false,
            open_files: Vec::new(),
            readings: 0,
            included_bytes: 0,
            bytes: Bytes::default(),
        }
    }

    /// Looks at the deck's own bytes before they are cut into lines.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.deck.bytes += bytes.len() as u64;
        self.bytes.see(bytes);
    }

    /// One line of the file being read.
    pub(super) fn line(&mut self, line: Line) {
        let (mut bytes, crlf) = match line.bytes.strip_suffix(b"\r") {
            Some(bytes) => (bytes, true),
            None => (line.bytes, false),
        };
        if self.source.line == 0 && bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes = &bytes[3..];
            if self.source.name.is_none() {
                self.bytes.see_mark();
            }
        }
        self.source.line += 1;
        if self.source.name.is_none() {
            self.deck.lines += 1;
            self.bytes.see_line(bytes, line.ended, crlf);
        }
        if !self.source.awaiting.is_empty() {
            self.give_context(bytes);
        }
        if line.bytes.len() > LONGEST_IN_CALCULIX && !std::mem::replace(&mut self.long_line, true) {
            self.find(FindingKind::LongLine, self.source.line, self.context_of(bytes));
        }
        self.read_line(bytes);
        self.source.before.clear();
        self.source.before.extend_from_slice(&bytes[..bytes.len().min(SHOWN * 4)]);
    }

    fn read_line(&mut self, bytes: &[u8]) {
        let text = bytes.trim_ascii_start();
        if text.first() == Some(&b'*') {
            if text.get(1) == Some(&b'*') {
                return;
            }
            // a trailing comma before the next keyword promised nothing
            self.end_keyword();
            let before = std::mem::take(&mut self.source.before);
            self.grow_keyword(Pending { text: Vec::new(), line: self.source.line, before, more: Vec::new() }, text);
        } else if text.is_empty() {
            self.end_keyword();
        } else if let Some(mut pending) = self.source.pending.take() {
            if pending.more.len() < 2 {
                pending.more.push((self.source.line, pending.text.len()));
            }
            self.grow_keyword(pending, text);
        } else {
            self.data_line(text);
        }
    }

    /// Adds a line to the keyword; without a trailing comma it is complete.
    fn grow_keyword(&mut self, mut pending: Pending, text: &[u8]) {
        let text = text.trim_ascii_end();
        let room = LONGEST.saturating_sub(pending.text.len());
        pending.text.extend_from_slice(&text[..text.len().min(room)]);
        let more = text.ends_with(b",");
        self.source.pending = Some(pending);
        if !more {
            self.end_keyword();
        }
    }

    fn end_keyword(&mut self) {
        if let Some(pending) = self.source.pending.take() {
            let keyword = Keyword::parse(&pending.text);
            self.keyword(&keyword, &pending);
        }
    }

    /// The line before and this one.
    pub(super) fn context_of(&self, bytes: &[u8]) -> Vec<(u64, String)> {
        let mut context = Vec::with_capacity(3);
        if self.source.line > 1 {
            context.push((self.source.line - 1, text::shown(&self.source.before, SHOWN)));
        }
        context.push((self.source.line, text::shown(bytes, SHOWN)));
        context
    }

    fn give_context(&mut self, bytes: &[u8]) {
        let next = (self.source.line, text::shown(bytes, SHOWN));
        for awaiting in std::mem::take(&mut self.source.awaiting) {
            match awaiting {
                Awaiting::Include(at) => self.deck.includes[at].context.push(next.clone()),
                Awaiting::Finding(at) => self.deck.findings[at].context.push(next.clone()),
            }
        }
    }

    /// Adds a finding at a line of the file being read.
    pub(super) fn find(&mut self, kind: FindingKind, line: u64, context: Vec<(u64, String)>) {
        // no number of warnings may hide what blocks
        let most = if kind.blocks(Solver::Calculix) { 2 * MOST_LISTED } else { MOST_LISTED };
        if self.deck.findings.len() >= most {
            return;
        }
        if context.len() < 3 {
            self.source.awaiting.push(Awaiting::Finding(self.deck.findings.len()));
        }
        let file = self.source.name.clone();
        self.deck.findings.push(Finding { severity: kind.severity(), kind, file, line: Some(line), context });
    }

    /// Notes a needed file, and reads it here where it is part of the deck (`scan`) and at hand.
    pub(super) fn need(&mut self, mut include: Include, scan: bool) {
        let found = match self.files {
            // result files are as large as they like, and what the solver appends to their names is its own affair
            Some(files) if include.kind == IncludeKind::Text => {
                let found = candidates(&include.name).into_iter().find_map(|name| Some((files(&name)?, name)));
                include.present = Some(found.is_some());
                found
            }
            _ => None,
        };
        let Include { name, line, context, .. } = &include;
        if self.deck.includes.len() >= MOST_LISTED {
            return self.find(FindingKind::IncludeTooDeep { name: name.clone() }, *line, context.clone());
        }
        if let Some((_, found)) = &found
            && !found_by_calculix(name, found)
        {
            let kind = FindingKind::OnlyAbaqusFinds { name: name.clone(), found: found.clone() };
            self.find(kind, *line, context.clone());
        }
        if include.context.len() < 3 {
            self.source.awaiting.push(Awaiting::Include(self.deck.includes.len()));
        }
        self.deck.includes.push(include.clone());
        match found.map(|(file, _)| file) {
            Some(file) if scan => self.read_include(include, file),
            Some(_) => {}
            // what would have followed is not known, so lines after it belong to nothing
            None if scan => self.section = Section::Skip,
            None => {}
        }
    }

    fn read_include(&mut self, include: Include, file: Box<dyn Read + '_>) {
        let Include { name, keyword, line, context, .. } = include;
        if self.open_files.contains(&name) {
            return self.find(FindingKind::IncludeCycle { name }, line, context);
        }
        if self.open_files.len() >= DEEPEST || self.readings >= MOST_READINGS {
            return self.find(FindingKind::IncludeTooDeep { name }, line, context);
        }
        self.readings += 1;
        self.open_files.push(name.clone());
        let outer = std::mem::replace(&mut self.source, Source { name: Some(name.clone()), ..Source::default() });
        let mut lines = Lines::default();
        let mut is_first = true;
        let read = in_slices(file, |bytes| {
            let why = if is_first { not_text(bytes) } else { has_nul(bytes).then_some(NotDeck::Binary) };
            if let Some(why) = why {
                return ControlFlow::Break(FindingKind::IncludeNotText { name: name.clone(), why });
            }
            if self.included_bytes >= MOST_BYTES {
                return ControlFlow::Break(FindingKind::IncludeTooDeep { name: name.clone() });
            }
            is_first = false;
            self.included_bytes += bytes.len() as u64;
            lines.feed(bytes, |line| self.line(line));
            ControlFlow::Continue(())
        });
        lines.finish(|line| self.line(line));
        self.end_keyword();
        self.source = outer;
        self.open_files.pop();
        match read {
            Ok(None) => {}
            Ok(Some(kind)) => self.find(kind, line, context),
            Err(_) => self.find(FindingKind::MissingInclude { name, keyword }, line, context),
        }
    }

    /// The deck is at its end.
    pub(super) fn finish(mut self) -> Deck {
        self.end_keyword();
        self.end_step(false);
        if self.scopes.cut {
            (self.nodes_generated, self.elements_generated) = (true, true);
            self.generated_by("PART");
        }
        let (nodes, elements) = self.scopes.defined();
        let count =
            |generated, number| if generated { Count::Generated { at_least: number } } else { Count::Known(number) };
        self.deck.nodes = count(self.nodes_generated, nodes);
        self.deck.elements = count(self.elements_generated, elements);
        (self.deck.highest_node, self.deck.highest_element) = self.scopes.highest();
        (self.deck.assembled_nodes, self.deck.assembled_elements) = self.scopes.assembled();
        (self.deck.node_sets, self.deck.element_sets) = self.scopes.sets();
        self.deck.encoding = self.bytes.encoding();
        self.deck.line_ending = self.bytes.line_ending();
        self.judge();
        self.deck
    }

    fn judge(&mut self) {
        if let Some(why) = self.not_a_deck() {
            self.deck.findings = vec![Finding::of(FindingKind::NotADeck { why })];
            return;
        }
        let mut whole = Vec::new();
        let (mut unread, mut unread_elements) = (false, false);
        for include in &self.deck.includes {
            let (name, keyword) = (include.name.clone(), include.keyword.clone());
            let kind = match (include.kind, include.present) {
                (IncludeKind::Results, _) => FindingKind::NeedsResultFile { name, keyword },
                (IncludeKind::Text, present) => {
                    unread |= present != Some(true) && keyword == "INCLUDE";
                    unread_elements |= present != Some(true) && keyword == "ELEMENT";
                    if is_outside(&name) {
                        FindingKind::OutsideFolder { name, keyword }
                    } else if present == Some(false) {
                        FindingKind::MissingInclude { name, keyword }
                    } else {
                        continue;
                    }
                }
            };
            let mut finding = Finding::of(kind);
            finding.file = include.file.clone();
            finding.line = Some(include.line);
            finding.context = include.context.clone();
            whole.push(finding);
        }
        // a file that was not read may hold what is missed
        if self.deck.steps.is_empty() && !unread {
            whole.push(Finding::of(FindingKind::NoStep));
        }
        let none = self.deck.elements == Count::Known(0);
        if none && !unread && !unread_elements && !self.deck.restart_read && !self.imports {
            whole.push(Finding::of(FindingKind::NoElements));
        }
        if self.deck.restart_read {
            whole.push(Finding::of(FindingKind::NeedsRestartFiles));
        }
        if !self.deck.restart_write && !self.deck.steps.is_empty() {
            whole.push(Finding::of(FindingKind::NoRestartWrite));
        }
        self.deck.findings.append(&mut whole);
        // errors first, each kind in its order
        self.deck.findings.sort_by_key(|finding| finding.severity != Severity::Error);
    }

    fn not_a_deck(&self) -> Option<NotDeck> {
        self.bytes.not_a_deck().or_else(|| (!self.known_keyword).then_some(NotDeck::NoKeyword))
    }
}

fn empty_deck() -> Deck {
    Deck {
        nodes: Count::Known(0),
        elements: Count::Known(0),
        elements_by_type: Vec::new(),
        highest_node: None,
        highest_element: None,
        assembled_nodes: 0,
        assembled_elements: 0,
        parts: Vec::new(),
        instances: Vec::new(),
        node_sets: 0,
        element_sets: 0,
        steps: Vec::new(),
        includes: Vec::new(),
        materials: Vec::new(),
        outputs: Vec::new(),
        restart_write: false,
        restart_read: false,
        subroutine_hints: Vec::new(),
        generated_by: Vec::new(),
        encoding: Encoding::Ascii,
        line_ending: LineEnding::Lf,
        bytes: 0,
        lines: 0,
        findings: Vec::new(),
    }
}
