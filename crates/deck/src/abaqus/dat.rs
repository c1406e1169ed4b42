//! `.dat`: what the input file processor says of the deck, the size of the problem, and the memory it will take.

use super::{Ended, Ending, release};
use crate::lines::Lines;
use crate::message::{Messages, Scanner};
use crate::number::real;
use crate::text;
use serde::{Deserialize, Serialize};

/// `P R O B L E M   S I Z E`, as Abaqus counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemSize {
    /// Elements, those that contact generates too.
    pub elements: Option<u64>,
    /// Nodes of the deck that an element uses.
    pub nodes: Option<u64>,
    /// Nodes that Abaqus made.
    pub internal_nodes: Option<u64>,
    /// Degrees of freedom and multipliers.
    pub variables: Option<u64>,
}

/// `M E M O R Y   E S T I M A T E`, all processes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryEstimate {
    /// Processes it is for.
    pub processes: u32,
    /// Floating point operations of one iteration.
    pub operations: f64,
    /// Least memory, MB.
    pub minimum_mb: f64,
    /// Memory that keeps the disk out of it, MB.
    pub no_disk_mb: f64,
}

/// Reads a growing `.dat`.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    messages: Scanner,
    release: Option<String>,
    size: Option<ProblemSize>,
    memory: Option<MemoryEstimate>,
    /// The table being read.
    table: Option<MemoryEstimate>,
    fatal_errors: Option<u64>,
    input_read: bool,
    ended: Option<Ended>,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(line.bytes));
    }

    /// The file is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(line.bytes));
        state.messages.finish();
    }

    /// Its messages.
    pub fn messages(&self) -> &Messages {
        self.state.messages.found()
    }

    /// `2023.HF4`, `Student Edition 2018`.
    pub fn release(&self) -> Option<&str> {
        self.state.release.as_deref()
    }

    /// Abaqus' own count of the model.
    pub fn size(&self) -> Option<ProblemSize> {
        self.state.size
    }

    /// The largest estimate of all steps.
    pub fn memory(&self) -> Option<MemoryEstimate> {
        self.state.memory
    }

    /// `THE PROGRAM HAS DISCOVERED 2 FATAL ERRORS`.
    pub fn fatal_errors(&self) -> Option<u64> {
        self.state.fatal_errors
    }

    /// Whether the whole deck was read: `END OF USER INPUT PROCESSING`.
    pub fn input_read(&self) -> bool {
        self.state.input_read
    }

    /// How the run ended. A failure of the solver leaves nothing here, nor does Explicit.
    pub fn ended(&self) -> Option<&Ended> {
        self.state.ended.as_ref()
    }
}

impl State {
    fn line(&mut self, bytes: &[u8]) {
        self.messages.line(bytes);
        let line = bytes.trim_ascii();
        let end = |ending: Ending| Some(Ended { ending, line: self.messages.lines(), text: text::shown(line, 200) });
        match line.first() {
            Some(b'A') if self.release.is_none() => self.release = release(line),
            Some(b'P') if line == b"P R O B L E M   S I Z E" => self.size = Some(ProblemSize::default()),
            Some(b'M') if line == b"M E M O R Y   E S T I M A T E" => self.table = Some(MemoryEstimate::default()),
            Some(b'N') if line == b"NOTE:" => self.table = None,
            Some(b'N') => self.sizes(line),
            Some(b'T') if line.starts_with(b"TOTAL NUMBER OF VARIABLES IN") => self.sizes(line),
            Some(b'T') if line == b"THE ANALYSIS HAS BEEN COMPLETED" => self.ended = end(Ending::Completed),
            Some(b'T') if line.starts_with(b"THE PROGRAM HAS DISCOVERED") => {
                self.fatal_errors = line.split(|b| *b == b' ').filter_map(number).next();
                self.ended = end(Ending::Failed);
            }
            Some(b'*') if line == b"** EXECUTION IS TERMINATED **" && self.ended.is_none() => {
                self.ended = end(Ending::Failed);
            }
            Some(b'E') if line == b"END OF USER INPUT PROCESSING" => self.input_read = true,
            Some(b'0'..=b'9') if self.table.is_some() => self.memory_row(line),
            _ => {}
        }
    }

    fn sizes(&mut self, line: &[u8]) {
        let Some(size) = &mut self.size else { return };
        let value = line.rsplit(|b| *b == b' ').next().and_then(number);
        let has = |head: &str| line.starts_with(head.as_bytes());
        if has("NUMBER OF ELEMENTS IS") {
            size.elements = value;
        } else if has("NUMBER OF NODES DEFINED BY THE USER") {
            size.nodes = value;
        } else if has("NUMBER OF INTERNAL NODES") {
            size.internal_nodes = value;
        } else if has("TOTAL NUMBER OF VARIABLES") {
            size.variables = value;
        }
    }

    fn memory_row(&mut self, line: &[u8]) {
        let fields: Vec<Option<f64>> =
            line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).map(real).take(5).collect();
        let (Some(table), [Some(_), Some(operations), Some(minimum), Some(no_disk)]) = (&mut self.table, &fields[..])
        else {
            return;
        };
        table.processes += 1;
        table.operations += operations;
        table.minimum_mb += minimum;
        table.no_disk_mb += no_disk;
        if self.memory.is_none_or(|largest| largest.minimum_mb <= table.minimum_mb) {
            self.memory = Some(*table);
        }
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}
