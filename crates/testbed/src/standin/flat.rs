//! A deck as keyword blocks, with its include files in their places. Bytes are carried as Latin-1, so that none is lost.

use std::fs;
use std::path::Path;

/// A keyword line with its data.
#[derive(Clone, Debug)]
pub struct Block {
    /// Upper case, without blanks and `*`.
    pub name: String,
    /// Key in upper case, value as written.
    pub params: Vec<(String, Option<String>)>,
    pub data: Vec<String>,
    pub file: String,
    pub line: usize,
}

impl Block {
    fn parse(text: &str, file: &str, line: usize) -> Block {
        let mut fields = text.trim_start().trim_start_matches('*').split(',').map(str::trim);
        let name = fields.next().unwrap_or_default().to_ascii_uppercase().replace(' ', "");
        let params = fields
            .filter(|field| !field.is_empty())
            .map(|field| match field.split_once('=') {
                Some((key, value)) => (squeezed(key), Some(without_quotes(value.trim()))),
                None => (squeezed(field), None),
            })
            .collect();
        Block { name, params, data: Vec::new(), file: file.to_owned(), line }
    }

    pub fn has(&self, key: &str) -> bool {
        self.params.iter().any(|(known, _)| known == key)
    }

    pub fn value(&self, key: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == key).and_then(|(_, value)| value.as_deref())
    }

    pub fn without(mut self, keys: &[&str]) -> Block {
        self.params.retain(|(key, _)| !keys.contains(&key.as_str()));
        self
    }

    pub fn write(&self, out: &mut String) {
        out.push('*');
        out.push_str(&self.name);
        for (key, value) in &self.params {
            out.push_str(", ");
            out.push_str(key);
            if let Some(value) = value {
                out.push('=');
                out.push_str(value);
            }
        }
        out.push('\n');
        for line in &self.data {
            out.push_str(line);
            out.push('\n');
        }
    }
}

fn squeezed(text: &str) -> String {
    text.to_ascii_uppercase().split_whitespace().collect()
}

/// `"A B"` as `A_B`: CalculiX knows no quotes, and drops blanks.
fn without_quotes(text: &str) -> String {
    let parts = text.split('"').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { part.replace(' ', "_") } else { part.to_owned() }).collect()
}

/// What could not be read, as a `.dat` says it.
pub type Complaint = String;

pub fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

pub fn unlatin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}

/// All blocks of the deck; files are relative to the current folder, that is the job's.
pub fn read(file: &str, complaints: &mut Vec<Complaint>) -> Vec<Block> {
    let mut blocks = Vec::new();
    into(file, 0, &mut blocks, complaints);
    blocks
}

fn into(file: &str, depth: u8, blocks: &mut Vec<Block>, complaints: &mut Vec<Complaint>) {
    let Some(bytes) = open(file).filter(|_| depth < 8) else {
        complaints.push(format!("The following file(s) could not be located: {file}"));
        return;
    };
    let text = latin(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_end_matches('\r');
        if line.trim_start().starts_with("**") {
            continue;
        }
        if !line.trim_start().starts_with('*') {
            if let Some(block) = blocks.last_mut()
                && !line.trim().is_empty()
            {
                block.data.push(without_quotes(line));
            }
            continue;
        }
        let mut whole = line.trim_end().to_owned();
        while whole.ends_with(',') {
            let Some((_, more)) = lines.next() else { break };
            whole.push_str(more.trim());
        }
        let block = Block::parse(&whole, file, number + 1);
        let needed = block.value("INPUT").map(str::to_owned);
        if block.name == "INCLUDE" {
            let name = needed.or_else(|| block.params.iter().find_map(|(_, value)| value.clone()));
            into(&name.unwrap_or_default(), depth + 1, blocks, complaints);
            continue;
        }
        blocks.push(block.without(&["INPUT"]));
        if let Some(name) = needed {
            into(&name, depth + 1, blocks, complaints);
        }
    }
}

/// A name out of a deck: the letters that its bytes are. One from the command line is that already.
fn file_name(named: &str) -> String {
    let bytes: Option<Vec<u8>> = named.chars().map(|letter| u8::try_from(letter).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| named.to_owned())
}

fn open(name: &str) -> Option<Vec<u8>> {
    let name = file_name(name).replace('\\', "/");
    let completed = if Path::new(&name).extension().is_none() { format!("{name}.inp") } else { name.clone() };
    fs::read(name).or_else(|_| fs::read(completed)).ok()
}
