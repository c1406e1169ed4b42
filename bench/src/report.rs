//! The table: on the console, and kept in `RESULTS.md` between two marks.

use crate::Result;
use std::io::Write;
use std::path::Path;

const FROM: &str = "<!-- table: written by scripts/bench -->";
const TO: &str = "<!-- end of the table -->";
const HEAD: &str =
    "| bench | what | aim | measured | beside it, in the same run | aim met |\n|---|---|---|---|---|---|";

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    AtMost(f64, &'static str),
    AtLeast(f64, &'static str),
    /// Told for its own sake.
    None,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub aim: Aim,
    /// Compared with the aim.
    pub figure: f64,
    /// With spread, as people read it.
    pub measured: String,
    /// The rival, or what else bears on it.
    pub beside: String,
}

impl Row {
    pub fn new(what: &str, aim: Aim, figure: f64, measured: String, beside: impl Into<String>) -> Row {
        Row { what: what.to_owned(), aim, figure, measured, beside: beside.into() }
    }

    pub fn line(&self, name: &str) -> String {
        let told = |missed: bool, factor: f64| match missed {
            true => format!("**missed, {}×**", short(factor)),
            false if factor.is_finite() => format!("met, {}× to spare", short(factor)),
            false => "met".to_owned(),
        };
        let (aim, verdict) = match self.aim {
            Aim::AtMost(aim, unit) if self.figure > aim => (format!("≤ {aim} {unit}"), told(true, self.figure / aim)),
            Aim::AtMost(aim, unit) => (format!("≤ {aim} {unit}"), told(false, aim / self.figure)),
            Aim::AtLeast(aim, unit) if self.figure < aim => (format!("≥ {aim} {unit}"), told(true, aim / self.figure)),
            Aim::AtLeast(aim, unit) => (format!("≥ {aim} {unit}"), told(false, self.figure / aim)),
            Aim::None => ("–".to_owned(), "–".to_owned()),
        };
        format!("| {name} | {} | {aim} | {} | {} | {verdict} |", self.what, self.measured, self.beside)
    }
}

/// With as many digits as it deserves.
pub fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

pub fn say(line: &str) {
    // who closed the console does not want to know
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Puts a bench's rows where its earlier ones were; the order is that of `names`.
pub fn keep(path: &Path, name: &str, rows: &[Row], names: &[&str]) -> Result<()> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| format!("{FROM}\n{TO}\n"));
    let (before, rest) = text.split_once(FROM).ok_or("the results have no table")?;
    let (table, after) = rest.split_once(TO).ok_or("the table of the results has no end")?;
    let bench = |line: &str| line.split('|').nth(1).map(|cell| cell.trim().to_owned()).unwrap_or_default();
    let known = table.lines().filter(|line| names.contains(&bench(line).as_str()) && bench(line) != name);
    let mut lines: Vec<String> = known.map(str::to_owned).chain(rows.iter().map(|row| row.line(name))).collect();
    lines.sort_by_key(|line| names.iter().position(|name| *name == bench(line)));
    std::fs::write(path, format!("{before}{FROM}\n{HEAD}\n{}\n{TO}{after}", lines.join("\n")))?;
    Ok(())
}
