//! A licence server's own words, read for one feature.

use domain::settings::LicenseReportKind;
use domain::{LicenseHolder, Tokens};

/// What an answer says of one feature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub total: Tokens,
    pub in_use: Tokens,
    pub holders: Vec<LicenseHolder>,
    pub queue: Vec<LicenseHolder>,
}

/// Reads it; `None` when it says nothing of this feature.
pub(super) fn read(kind: LicenseReportKind, text: &str, feature: &str) -> Option<Reading> {
    match kind {
        LicenseReportKind::Flexnet => lmstat(text, feature),
        LicenseReportKind::Off | LicenseReportKind::Dsls => None,
    }
}

/// `Users of abaqus:  (Total of 50 licenses issued;  Total of 12 licenses in use)`, then one line per holder:
/// `    sato node-01 /dev/tty (v62.2) (server/27000 101), start Tue 11/24 9:02, 12 licenses` (one without the last
/// part), and per waiting: `    mori pc-3 … (server/27000 125) queued for 10 licenses`.
fn lmstat(text: &str, feature: &str) -> Option<Reading> {
    let mut lines = text.lines();
    let head = lines.find_map(|line| {
        let (name, rest) = line.trim().strip_prefix("Users of ")?.split_once(':')?;
        name.trim().eq_ignore_ascii_case(feature).then_some(rest)
    })?;
    let mut counts = head.split("Total of ").skip(1).filter_map(number);
    let (total, in_use) = (Tokens(counts.next()?), Tokens(counts.next()?));
    let mut reading = Reading { total, in_use, holders: Vec::new(), queue: Vec::new() };
    for line in lines.map(str::trim).take_while(|line| !line.starts_with("Users of ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [user, host, ..] = words[..] else { continue };
        let of = |tokens, since: &str| LicenseHolder {
            user: user.to_owned(),
            host: host.to_owned(),
            tokens: Tokens(tokens),
            since: since.to_owned(),
        };
        if let Some((_, tokens)) = line.split_once(" queued for ") {
            reading.queue.push(of(number(tokens).unwrap_or(1), ""));
        } else if let Some((_, rest)) = line.split_once(", start ") {
            let (since, tokens) = rest.split_once(',').unwrap_or((rest, ""));
            reading.holders.push(of(number(tokens.trim()).unwrap_or(1), since.trim()));
        }
    }
    Some(reading)
}

/// The number a text begins with.
fn number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LMSTAT: &str = "\
lmutil - Copyright (c) 1989-2021 Flexera. All Rights Reserved.
Flexible License Manager status on Tue 11/24/2026 13:41

Users of cae:  (Total of 3 licenses issued;  Total of 1 license in use)

    nakamura pc-12 pc-12 (v62.2) (lic/27000 77), start Tue 11/24 9:02

Users of abaqus:  (Total of 50 licenses issued;  Total of 17 licenses in use)

  \"abaqus\" v62.2, vendor: ABAQUSLM, expiry: 31-dec-2026
  floating license

    sato node-01 /dev/tty (v62.2) (lic/27000 101), start Tue 11/24 9:02, 12 licenses
    nakamura pc-12 pc-12 (v62.2) (lic/27000 102), start Tue 11/24 9:05, 5 licenses
    mori pc-3 pc-3 (v62.2) (lic/27000 125) queued for 10 licenses

Users of standard:  (Total of 50 licenses issued;  Total of 0 licenses in use)
";

    fn holder(user: &str, host: &str, tokens: u32, since: &str) -> LicenseHolder {
        let [user, host, since] = [user, host, since].map(str::to_owned);
        LicenseHolder { user, host, tokens: Tokens(tokens), since }
    }

    #[test]
    fn one_feature_of_many() {
        let reading = read(LicenseReportKind::Flexnet, LMSTAT, "abaqus").unwrap();
        assert_eq!((reading.total, reading.in_use), (Tokens(50), Tokens(17)));
        assert_eq!(
            reading.holders,
            [holder("sato", "node-01", 12, "Tue 11/24 9:02"), holder("nakamura", "pc-12", 5, "Tue 11/24 9:05")]
        );
        assert_eq!(reading.queue, [holder("mori", "pc-3", 10, "")]);
        let cae = read(LicenseReportKind::Flexnet, LMSTAT, "cae").unwrap();
        assert_eq!((cae.in_use, cae.holders.len(), cae.holders[0].tokens), (Tokens(1), 1, Tokens(1)));
        assert_eq!(read(LicenseReportKind::Flexnet, LMSTAT, "explicit"), None);
        assert_eq!(read(LicenseReportKind::Flexnet, "lmgrd is not running", "abaqus"), None);
    }
}
