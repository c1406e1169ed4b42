//! FlexNet: `abaqus licensing lmstat -a`.

use super::expiry;
use super::usage::{Holder, Queued, Usage};
use crate::lines::Lines;
use crate::text;

/// Reads a growing report.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    feature: String,
    usage: Usage,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(&text::shown(line.bytes, 500)));
    }

    /// The report is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(&text::shown(line.bytes, 500)));
    }

    /// What was said so far.
    pub fn usage(&self) -> &Usage {
        &self.state.usage
    }
}

impl State {
    fn line(&mut self, line: &str) {
        if let Some((name, rest)) = line.trim().strip_prefix("Users of ").and_then(|rest| rest.split_once(": ")) {
            name.clone_into(&mut self.feature);
            // `(Error: …)` and `(Uncounted, node-locked)` have no numbers
            let total = |rest: &str| -> Option<u64> { rest.split_once("Total of ")?.1.split(' ').next()?.parse().ok() };
            let in_use = rest.split_once(';').and_then(|(_, rest)| total(rest));
            if let (Some(issued), Some(in_use)) = (total(rest), in_use) {
                self.usage.add(name, issued, in_use);
            }
        } else if line.starts_with([' ', '\t']) {
            // `"abaqus" v62.7, vendor: ABAQUSLM, expiry: 31-dec-2026`
            match line.split_once(", expiry: ").and_then(|(_, day)| expiry::end_of_day(day)) {
                Some(at) => self.usage.expires(&self.feature, at),
                None => {
                    self.row(line.trim());
                }
            }
        } else if line.contains("license server machine is down")
            || line.starts_with("Cannot connect to license server")
        {
            self.usage.problem.get_or_insert_with(|| line.trim().to_owned());
        }
    }

    /// `user host [display] (v62.6) (server/27050 1042), start Mon 11/25 17:15[, 10 licenses]`
    /// `user host [display] (v62.6) (server/27050 125) queued for 10 licenses`
    fn row(&mut self, line: &str) -> Option<()> {
        let (who, rest) = line.split_once(" (v")?;
        let mut who = who.split_whitespace();
        let (user, host) = (who.next()?.to_owned(), who.next()?.to_owned());
        let count = |text: &str| -> Option<u64> { text.split_whitespace().next()?.parse().ok() };
        let feature = self.feature.clone();
        if let Some((_, rest)) = rest.split_once("queued for ") {
            self.usage.wait(Queued { feature, user, host, tokens: count(rest)? });
        } else {
            let (_, start) = rest.split_once(", start ")?;
            let (since, tokens) = match start.split_once(", ") {
                Some((since, rest)) if rest.contains("license") => (since, count(rest)?),
                Some((since, _)) => (since, 1),
                None => (start, 1),
            };
            let since = Some(since.trim().to_owned());
            self.usage.hold(Holder { feature, user, host, tokens, since });
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_queued_and_features() {
        let mut reader = Reader::default();
        reader.feed(
            b"Users of abaqus:  (Total of 78 licenses issued;  Total of 53 licenses in use)\n\n  \"abaqus\" v62.7, \
              vendor: ABAQUSLM, expiry: 31-dec-2026\n  floating license\n\n    ann c107 /dev/tty (v62.6) (lm/27050 \
              1042), start Mon 11/25 17:15, 10 licenses\n    bob c292 (v62.6) (lm/27050 125) queued for 10 licenses\n\
              Users of cae:  (Total of 4 licenses issued;  Total of 1 license in use)\n    cai pc7 pc7 (v62.5) (lm/27006 \
              473), start Thu 10/1 14:49",
        );
        reader.finish();
        let usage = reader.usage();
        let features: Vec<_> = usage.features.iter().map(|f| (f.name.as_str(), f.issued, f.in_use)).collect();
        assert_eq!(features, [("abaqus", 78, 53), ("cae", 4, 1)]);
        let ends: Vec<_> = usage.features.iter().map(|f| f.expires).collect();
        assert_eq!(ends, [Some(domain::Timestamp(1_798_761_600)), None]);
        let holders: Vec<_> =
            usage.holders.iter().map(|h| (h.user.as_str(), h.host.as_str(), h.tokens, h.since.as_deref())).collect();
        assert_eq!(holders, [("ann", "c107", 10, Some("Mon 11/25 17:15")), ("cai", "pc7", 1, Some("Thu 10/1 14:49"))]);
        let queued: Vec<_> = usage.queued.iter().map(|q| (q.user.as_str(), q.host.as_str(), q.tokens)).collect();
        assert_eq!(queued, [("bob", "c292", 10)]);
    }
}
