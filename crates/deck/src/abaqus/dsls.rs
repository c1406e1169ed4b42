//! DSLS: `abaqus licensing dslsstat -usage`, and its administration tool's `getLicenseUsage -csv`.
//!
//! Of the first no verbatim text was found; it is read by the names of its columns, and its lines of holders loosely.

use super::expiry;
use super::usage::{Holder, Queued, Usage};
use crate::lines::Lines;
use crate::text;
use std::collections::HashSet;

/// The beginning of the csv's head line.
pub const CSV_HEADER: &str = "Editor,EditorId,Feature,";

/// Reads a growing report.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    head: Option<Head>,
    /// Pools counted already: the csv repeats a pool's numbers in the row of each holder.
    counted: HashSet<String>,
    usage: Usage,
}

#[derive(Clone, Debug)]
struct Head {
    csv: bool,
    columns: Vec<String>,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(&text::shown(line.bytes, 2000)));
    }

    /// The report is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(&text::shown(line.bytes, 2000)));
    }

    /// What was said so far.
    pub fn usage(&self) -> &Usage {
        &self.state.usage
    }
}

impl State {
    fn line(&mut self, line: &str) {
        // `admin >` may stand glued before the head
        if let Some(at) = line.find(CSV_HEADER) {
            self.head = Some(Head { csv: true, columns: cells(&line[at..], ',') });
        } else if line.contains('|') && line.contains("Feature") && line.contains("InUse") {
            self.head = Some(Head { csv: false, columns: cells(line, '|') });
        } else if line.starts_with("Cannot connect to server") {
            self.usage.problem.get_or_insert_with(|| line.trim().to_owned());
        } else if let Some(head) = self.head.take() {
            if head.csv {
                self.csv_row(&head.columns, &cells(line, ','));
            } else if line.contains('|') {
                self.table_row(&head.columns, &cells(line, '|'));
            } else {
                self.holder(line);
            }
            self.head = Some(head);
        }
    }

    fn csv_row(&mut self, columns: &[String], row: &[String]) -> Option<()> {
        let cell = |name: &str| {
            let at = columns.iter().position(|column| column == name)?;
            row.get(at).map(String::as_str).filter(|cell| !cell.is_empty())
        };
        let number = |name: &str| cell(name).and_then(|cell| cell.parse::<u64>().ok());
        let feature = cell("Feature")?.to_owned();
        let (issued, in_use) = (number("Count")?, number("Inuse")?);
        let pool = ["Model", "Commercial Type", "Expiration Date", "Customer ID"].map(|name| cell(name).unwrap_or(""));
        let pool = format!("{feature},{}", pool.join(","));
        if self.counted.len() < super::usage::MOST_FEATURES && self.counted.insert(pool) {
            self.usage.add(&feature, issued, in_use);
            if let Some(at) = cell("Expiration Date").and_then(expiry::end_of_day) {
                self.usage.expires(&feature, at);
            }
        }
        let user = cell("User")?.to_owned();
        let host = cell("Host").and_then(|host| host.split([' ', '/']).next()).unwrap_or("").to_owned();
        let tokens = number("Tokens").unwrap_or(1);
        match cell("Queue Position") {
            Some(_) => self.usage.wait(Queued { feature, user, host, tokens }),
            None => {
                let since = cell("Granted Since").map(str::to_owned);
                self.usage.hold(Holder { feature, user, host, tokens, since });
            }
        }
        Some(())
    }

    /// Rows of one feature are pools of it: they are summed.
    fn table_row(&mut self, columns: &[String], row: &[String]) -> Option<()> {
        let cell = |name: &str| row.get(columns.iter().position(|column| column == name)?);
        let number = |name: &str| cell(name)?.parse::<u64>().ok();
        let (issued, in_use) = (number("Number")?, number("InUse")?);
        let feature = cell("Feature")?;
        self.usage.add(feature, issued, in_use);
        if let Some(at) = cell("Expires").and_then(|day| expiry::end_of_day(day)) {
            self.usage.expires(feature, at);
        }
        Some(())
    }

    /// `USER on HOST … using N licenses …`
    fn holder(&mut self, line: &str) -> Option<()> {
        let (who, what) = line.split_once(" using ")?;
        let words: Vec<&str> = what.split_whitespace().collect();
        let at = words.iter().position(|word| word.starts_with("license"))?;
        let tokens = words.get(at.checked_sub(1)?)?.parse().ok()?;
        let mut who =
            who.split([' ', '\t', '@', '(', ')', ',']).filter(|word| !matches!(*word, "" | "on" | "by" | "-"));
        let (user, host) = (who.next()?.to_owned(), who.next().unwrap_or("").to_owned());
        let feature = self.usage.features.last().map(|feature| feature.name.clone()).unwrap_or_default();
        self.usage.hold(Holder { feature, user, host, tokens, since: None });
        Some(())
    }
}

fn cells(line: &str, by: char) -> Vec<String> {
    let line = line.trim();
    let line = if by == '|' { line.trim_matches('|') } else { line };
    line.split(by).map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Usage {
        let mut reader = Reader::default();
        reader.feed(text.as_bytes());
        reader.finish();
        reader.usage().clone()
    }

    #[test]
    fn the_csv_repeats_a_pool_for_each_holder() {
        let usage = read(
            "admin >Editor,EditorId,Feature,Model,Commercial Type,Max Release Number,Max Release Date,Pricing \
             Structure,Max Casual Duration,Expiration Date,Customer ID,Count,Inuse,Tokens,Casual Usage \
             (mn),Host,User,Internal ID,Active Process,Client Code Version,Session ID,Granted Since,Last Used \
             At,Granted At,Queue Position,\n\
             DS,5E,PAC,Token,STD,8,d,YLC,0,d,1,7,0,\n\
             DS,5E,SRU,Token,STD,4,d,YLC,0,d,1,2374,1026,493,,n1 (26.0)/127.0.0.1,ann,SRU,/p,6,0,2024-09-17 17:59:34,d,d,\n\
             DS,5E,SRU,Token,STD,4,d,YLC,0,d,1,2374,1026,533,,n2 (26.0)/127.0.0.1,bob,SRU,/p,6,0,2024-09-17 18:48:17,d,d,\n\
             DS,5E,SRU,Token,STD,4,d,YLC,0,d,1,2374,1026,50,,n3 (26.0)/127.0.0.1,cai,SRU,/p,6,0,,d,d,1,\n",
        );
        let features: Vec<_> = usage.features.iter().map(|f| (f.name.as_str(), f.issued, f.in_use)).collect();
        assert_eq!(features, [("PAC", 7, 0), ("SRU", 2374, 1026)]);
        let holders: Vec<_> = usage.holders.iter().map(|h| (h.user.as_str(), h.host.as_str(), h.tokens)).collect();
        assert_eq!(holders, [("ann", "n1", 493), ("bob", "n2", 533)]);
        assert_eq!(usage.queued.len(), 1);
    }

    #[test]
    fn pools_of_the_table_are_summed() {
        let usage = read(
            "Licenses:\n| Feature | Version | Max Release | Model | Type | Number | InUse | Expires | Server Name | Customer \
             ID |\n+----+\n| QXT | 1 | 2025 | Token | STD | 50 | 12 | 2026-12-31 | lm | 1 |\n\
             | QXT | 1 | 2025 | Token | STD | 30 | 0 | 2027-12-31 | lm | 1 |\n  ann on n1 using 12 licenses\n",
        );
        assert_eq!((usage.features[0].issued, usage.features[0].in_use), (80, 12));
        assert_eq!(usage.features[0].expires, Some(domain::Timestamp(1_798_761_600)), "the first to end");
        assert_eq!((usage.holders[0].user.as_str(), usage.holders[0].host.as_str()), ("ann", "n1"));
    }
}
