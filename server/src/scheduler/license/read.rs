//! A licence server's own words, read for one feature.

use deck::abaqus::usage::Usage;
use deck::abaqus::{dsls, lmstat};
use domain::settings::LicenseReportKind;
use domain::{LicenseHolder, Timestamp, Tokens};

/// Most holders, and most who wait, that a page is given.
const MOST: usize = 500;

/// What an answer says of one feature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub total: Tokens,
    pub in_use: Tokens,
    pub holders: Vec<LicenseHolder>,
    pub queue: Vec<LicenseHolder>,
    pub expires: Option<Timestamp>,
}

/// Reads it; where it says nothing of this feature, the tool's own complaint, if there is one.
pub(super) fn read(kind: LicenseReportKind, bytes: &[u8], feature: &str) -> Result<Reading, Option<String>> {
    match kind {
        LicenseReportKind::Dsls => {
            let mut reader = dsls::Reader::default();
            reader.feed(bytes);
            reader.finish();
            of(reader.usage(), feature)
        }
        LicenseReportKind::Off | LicenseReportKind::Flexnet => {
            let mut reader = lmstat::Reader::default();
            reader.feed(bytes);
            reader.finish();
            of(reader.usage(), feature)
        }
    }
}

fn of(usage: &Usage, feature: &str) -> Result<Reading, Option<String>> {
    let is_it = |name: &str| name.eq_ignore_ascii_case(feature);
    let found = usage.features.iter().find(|one| is_it(&one.name)).ok_or_else(|| usage.problem.clone())?;
    let tokens = |number: u64| Tokens(u32::try_from(number).unwrap_or(u32::MAX));
    let holder = |user: &str, host: &str, number, since: Option<&str>| LicenseHolder {
        user: user.to_owned(),
        host: host.to_owned(),
        tokens: tokens(number),
        since: since.unwrap_or_default().to_owned(),
    };
    let holders = usage.holders.iter().filter(|one| is_it(&one.feature));
    let queue = usage.queued.iter().filter(|one| is_it(&one.feature));
    Ok(Reading {
        total: tokens(found.issued),
        in_use: tokens(found.in_use),
        holders: holders.take(MOST).map(|one| holder(&one.user, &one.host, one.tokens, one.since.as_deref())).collect(),
        expires: found.expires,
        queue: queue.take(MOST).map(|one| holder(&one.user, &one.host, one.tokens, None)).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LMSTAT: &str = "\
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
        let flexnet = |text: &str, feature| read(LicenseReportKind::Flexnet, text.as_bytes(), feature);
        let reading = flexnet(LMSTAT, "Abaqus").unwrap();
        assert_eq!((reading.total, reading.in_use), (Tokens(50), Tokens(17)));
        assert_eq!(
            reading.holders,
            [holder("sato", "node-01", 12, "Tue 11/24 9:02"), holder("nakamura", "pc-12", 5, "Tue 11/24 9:05")]
        );
        assert_eq!(reading.expires, Some(Timestamp(1_798_761_600)));
        assert_eq!(reading.queue, [holder("mori", "pc-3", 10, "")]);
        assert_eq!(flexnet(LMSTAT, "cae").unwrap().holders.len(), 1);
        assert_eq!(flexnet(LMSTAT, "explicit"), Err(None));
        let down = "Cannot connect to license server system. (-15,570)";
        assert_eq!(flexnet(down, "abaqus"), Err(Some(down.to_owned())));
        let dsls = "| Feature | Number | InUse |\n| SRU | 50 | 12 |\n";
        assert_eq!(read(LicenseReportKind::Dsls, dsls.as_bytes(), "SRU").unwrap().in_use, Tokens(12));
    }
}
