//! Finds the messages among a file's lines.

use super::{Collector, Context, LONGEST_LINE, Message, Messages, Severity, place};
use crate::calculix;
use crate::text;
use std::collections::VecDeque;

/// Lines kept before and after an error.
const AROUND: usize = 10;
/// Characters of a message's text.
const LONGEST_TEXT: usize = 500;
/// Lines of one message.
const MOST_PARTS: usize = 12;

/// How a solver marks its messages and goes on with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// ` ***ERROR: …`, with at most one blank before it; goes on where a line is indented by nine or more.
    #[default]
    Abaqus,
    /// ` *ERROR in routine: …`; goes on as [`calculix::goes_on`] says.
    Calculix,
}

/// A message that ended.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    /// Its mark.
    pub severity: Severity,
    /// Its text.
    pub text: String,
    /// Its first line.
    pub line: u64,
}

/// Takes a file line by line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    style: Style,
    collector: Collector,
    line: u64,
    recent: VecDeque<Vec<u8>>,
    open: Option<Open>,
    /// Messages whose surroundings want so many lines more.
    waiting: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Open {
    severity: Severity,
    text: String,
    line: u64,
    parts: usize,
    line_image: Option<String>,
    context: Option<Context>,
}

impl Scanner {
    pub(crate) fn new(style: Style) -> Self {
        Scanner { style, ..Scanner::default() }
    }

    /// Takes the next line; gives the message that ended before it.
    pub(crate) fn line(&mut self, bytes: &[u8]) -> Option<Closed> {
        self.line += 1;
        let bytes = bytes.trim_ascii_end();
        let marked = self.style.mark(bytes);
        let closed = if marked.is_some() || !self.goes_on(bytes) { self.close() } else { None };
        self.surround(bytes);
        if let Some((severity, rest)) = marked {
            self.collector.found.count(severity);
            let wanted = self.collector.wants_context(severity);
            let context = wanted.then(|| {
                let lines = self.recent.iter().map(Vec::as_slice).chain([bytes]);
                let lines: Vec<String> = lines.map(|line| text::shown(line, LONGEST_LINE)).collect();
                Context { first_line: self.line + 1 - lines.len() as u64, lines }
            });
            let text = squeezed(rest);
            self.open = Some(Open { severity, text, line: self.line, parts: 1, line_image: None, context });
        }
        self.remember(bytes);
        closed
    }

    /// The file is complete.
    pub(crate) fn finish(&mut self) -> Option<Closed> {
        self.waiting.clear();
        self.close()
    }

    pub(crate) fn found(&self) -> &Messages {
        &self.collector.found
    }

    /// Lines so far.
    pub(crate) fn lines(&self) -> u64 {
        self.line
    }

    /// Adds a line to the open message, or says that it does not belong to it.
    fn goes_on(&mut self, bytes: &[u8]) -> bool {
        let Some(open) = &mut self.open else { return false };
        let text = bytes.trim_ascii_start();
        if let Some(image) = text.strip_prefix(b"LINE IMAGE:") {
            open.line_image = Some(text::shown(image.trim_ascii(), LONGEST_LINE));
            return true;
        }
        if text.is_empty() || !self.style.goes_on(bytes, text) || open.parts == MOST_PARTS {
            return false;
        }
        open.parts += 1;
        // stands under every repetition, not under the first
        if !text.starts_with(b"EXPLANATIONS ARE SUGGESTED AFTER") {
            open.text.push(' ');
            open.text.push_str(&squeezed(text));
        }
        true
    }

    fn close(&mut self) -> Option<Closed> {
        let Open { severity, text, line, line_image, context, .. } = self.open.take()?;
        let text = text::cut(&text, LONGEST_TEXT).to_owned();
        let left = context.as_ref().map_or(0, |context| {
            let seen = context.first_line + context.lines.len() as u64 - 1 - line;
            AROUND.saturating_sub(usize::try_from(seen).unwrap_or(AROUND))
        });
        let message = Message {
            severity,
            count: 1,
            first_line: line,
            last_line: line,
            place: place::place(&text),
            deck: place::deck_line(&text),
            line_image,
            context,
            text: text.clone(),
        };
        if let Some(index) = self.collector.take(message).filter(|_| left > 0) {
            self.waiting.push((index, left));
        }
        Some(Closed { severity, text, line })
    }

    /// Adds the line to the surroundings of the errors before it.
    fn surround(&mut self, bytes: &[u8]) {
        if let Some(context) = self.open.as_mut().and_then(|open| open.context.as_mut()) {
            context.lines.push(text::shown(bytes, LONGEST_LINE));
        }
        if self.waiting.is_empty() {
            return;
        }
        let list = &mut self.collector.found.list;
        self.waiting.retain_mut(|(index, left)| {
            if let Some(context) = list.get_mut(*index).and_then(|message| message.context.as_mut()) {
                context.lines.push(text::shown(bytes, LONGEST_LINE));
            }
            *left -= 1;
            *left > 0
        });
    }

    fn remember(&mut self, bytes: &[u8]) {
        let mut kept = if self.recent.len() == AROUND { self.recent.pop_front() } else { None }.unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(&bytes[..bytes.len().min(LONGEST_LINE)]);
        self.recent.push_back(kept);
    }
}

impl Style {
    /// Whether a line goes on with the message above it; `text` is the line without the blanks at its head.
    fn goes_on(self, line: &[u8], text: &[u8]) -> bool {
        match self {
            Style::Abaqus => line.len() - text.len() >= 9,
            Style::Calculix => calculix::goes_on(line),
        }
    }

    /// The mark at the line's head and what follows it.
    fn mark(self, line: &[u8]) -> Option<(Severity, &[u8])> {
        let words: [(&[u8], Severity); 4] = match self {
            Style::Abaqus => [
                (b"***ERROR", Severity::Error),
                (b"***WARNING", Severity::Warning),
                (b"***NOTE", Severity::Note),
                (b"***NOTES", Severity::Note),
            ],
            Style::Calculix => [
                (b"*ERROR", Severity::Error),
                (b"*WARNING", Severity::Warning),
                (b"*INFO", Severity::Note),
                // without the asterisk where other routines write
                (b"ERROR", Severity::Error),
            ],
        };
        let head = match self {
            Style::Abaqus => line.strip_prefix(b" ").unwrap_or(line),
            Style::Calculix => line.trim_ascii_start(),
        };
        let starred = head.first() == Some(&b'*');
        if !starred && (self == Style::Abaqus || !(head.starts_with(b"ERROR in ") || head.starts_with(b"ERROR: "))) {
            return None;
        }
        let (severity, rest) =
            words.iter().rev().find_map(|(word, severity)| Some((*severity, head.strip_prefix(*word)?)))?;
        Some((severity, rest.strip_prefix(b":").unwrap_or(rest)))
    }
}

fn squeezed(line: &[u8]) -> String {
    text::shown(line, LONGEST_TEXT).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scan(style: Style, text: &str) -> Messages {
        let mut scanner = Scanner::new(style);
        text.lines().for_each(|line| drop(scanner.line(line.as_bytes())));
        scanner.finish();
        scanner.found().clone()
    }

    #[test]
    fn wrapped_and_repeated() {
        let text = "
 ***WARNING: SOLVER PROBLEM.  ZERO PIVOT WHEN PROCESSING NODE 2740 INSTANCE
             PLATE_1 D.O.F. 11
  Typically a zero pivot is associated with an overconstraint in the model.

 ***WARNING: THE SYSTEM MATRIX HAS 1 NEGATIVE EIGENVALUES.

 ***WARNING: SOLVER PROBLEM.  ZERO PIVOT WHEN PROCESSING NODE 9 INSTANCE B D.O.F. 3
 ***WARNING: THE SYSTEM MATRIX HAS 2 NEGATIVE EIGENVALUES.
             EXPLANATIONS ARE SUGGESTED AFTER THE FIRST OCCURRENCE OF THIS MESSAGE.
  ***WARNING: two blanks before: a deck's comment
 *** FIRST EQUILIBRIUM ITERATION FOR CONSECUTIVE DIVERGENCE CHECK              8
";
        let found = scan(Style::Abaqus, text);
        assert_eq!((found.warnings, found.errors, found.list.len()), (4, 0, 2));
        let pivot = &found.list[0];
        assert_eq!(pivot.text, "SOLVER PROBLEM. ZERO PIVOT WHEN PROCESSING NODE 2740 INSTANCE PLATE_1 D.O.F. 11");
        assert_eq!((pivot.count, pivot.first_line, pivot.last_line), (2, 2, 8));
        let place = pivot.place.clone().unwrap();
        assert_eq!((place.node, place.instance.as_deref(), place.dof), (Some(2740), Some("PLATE_1"), Some(11)));
        assert_eq!((found.list[1].count, &found.list[1].context), (2, &None));
    }

    #[test]
    fn an_error_keeps_what_stands_around_it() {
        let mut text: String = (1..=20).map(|line| format!("line {line}\n")).collect();
        text += " ***ERROR: BAD\n           THING\n LINE IMAGE: 0,\n";
        text += &(24..=50).map(|line| format!("line {line}\n")).collect::<String>();
        let found = scan(Style::Abaqus, &text);
        let error = found.first_error().unwrap();
        assert_eq!((error.text.as_str(), error.line_image.as_deref()), ("BAD THING", Some("0,")));
        let context = error.context.clone().unwrap();
        assert_eq!((context.first_line, context.lines.len()), (11, 21));
        assert_eq!((context.lines[0].as_str(), context.lines[10].as_str()), ("line 11", " ***ERROR: BAD"));
        assert_eq!(context.lines.last().unwrap(), "line 31");
    }

    #[test]
    fn many_wordings_are_counted_and_not_kept() {
        let word = |number: usize| {
            let letter = |at: usize| char::from(b'a' + (number / at % 26) as u8);
            format!("{}{}{}", letter(1), letter(26), letter(676))
        };
        let text: String = (0..5000).map(|at| format!(" ***WARNING: {}\n", word(at))).collect();
        let found = scan(Style::Abaqus, &(text + " ***ERROR: late\n"));
        assert_eq!((found.list.len(), found.warnings, found.not_kept), (81, 5000, 4920));
        assert_eq!(found.first_error().unwrap().text, "late");
    }

    #[test]
    fn of_calculix() {
        let text = " *ERROR reading *VISCO:\n        no strictly positive value\n\n *WARNING in x: y 1\n *WARNING in x: y 2\n \
                    *INFO in z\nERROR in readfrd: gone\nError estimator\n";
        let found = scan(Style::Calculix, text);
        assert_eq!((found.errors, found.warnings, found.notes), (2, 2, 1));
        let texts: Vec<&str> = found.list.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["reading *VISCO: no strictly positive value", "in x: y 1", "in z", "in readfrd: gone"]);
        // a name is written in its full width, and a table is no sentence
        let name = format!(
            " *ERROR reading *CLOAD: node set TOP{:80}\n   has not yet been defined. \n   orientations:  0\n",
            ""
        );
        assert_eq!(scan(Style::Calculix, &name).list[0].text, "reading *CLOAD: node set TOP has not yet been defined.");
    }
}
