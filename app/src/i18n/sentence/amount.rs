//! Numbers with their units.

use super::Voice;
use crate::i18n::Locale;
use domain::Seconds;

/// Units of 1,024, as the settings count megabytes.
const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];

fn unit_of(bytes: u64) -> usize {
    let mut unit = 0;
    // 1,000 and not 1,024: `1000 KB` would be read as a mistake
    while unit + 1 < UNITS.len() && in_unit(bytes, unit) >= 999.5 {
        unit += 1;
    }
    unit
}

fn in_unit(bytes: u64, unit: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "shown with three digits")]
    let mut amount = bytes as f64;
    for _ in 0..unit {
        amount /= 1024.0;
    }
    amount
}

fn digits(bytes: u64, unit: usize) -> String {
    let amount = in_unit(bytes, unit);
    if unit == 0 || amount >= 99.95 {
        return format!("{amount:.0}");
    }
    let text = format!("{amount:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// `18.4 MB`.
pub fn bytes(amount: u64) -> String {
    let unit = unit_of(amount);
    format!("{} {}", digits(amount, unit), UNITS[unit])
}

/// `11.2 / 18.4 MB`, both in the unit of the whole.
pub fn bytes_of(done: u64, total: u64) -> String {
    let unit = unit_of(total);
    format!("{} / {} {}", digits(done, unit), digits(total, unit), UNITS[unit])
}

/// `1,284`.
pub fn count(n: u64) -> String {
    let plain = n.to_string();
    let mut text = String::with_capacity(plain.len() + plain.len() / 3);
    for (at, digit) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `41%`. Rounded down: 100 % is said only of what has ended.
pub fn percent(share: f64) -> String {
    format!("{:.0}%", (share.clamp(0.0, 1.0) * 100.0).floor())
}

/// `2時間14分`, `2 h 14 min`; two units at most.
pub fn duration(voice: Voice, span: Seconds) -> String {
    let seconds = span.0;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let ja = voice.locale == Locale::Ja;
    match (days, hours, minutes) {
        // the database counts whole seconds: 0 is not nothing
        (0, 0, 0) if seconds == 0 => voice.pick("1秒未満", "under 1 s").to_owned(),
        (0, 0, 0) if ja => format!("{seconds}秒"),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) if ja => format!("{m}分"),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) if ja => format!("{h}時間"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) if ja => format!("{h}時間{m}分"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) if ja => format!("{d}日"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) if ja => format!("{d}日{h}時間"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// `1:52`: hours and minutes since a job was submitted.
pub fn age(span: Seconds) -> String {
    format!("{}:{:02}", span.0 / 3600, span.0 / 60 % 60)
}

/// `41分前`, `41 min ago`: how long ago a job ended.
pub fn ago(voice: Voice, span: Seconds) -> String {
    let minutes = span.0 / 60;
    match (voice.locale, minutes) {
        (Locale::Ja, 0) => "たった今".to_owned(),
        (Locale::En, 0) => "just now".to_owned(),
        (Locale::Ja, 1..=119) => format!("{minutes}分前"),
        (Locale::En, 1..=119) => format!("{minutes} min ago"),
        (Locale::Ja, 120..=2879) => format!("{}時間前", minutes / 60),
        (Locale::En, 120..=2879) => format!("{} h ago", minutes / 60),
        (Locale::Ja, _) => format!("{}日前", minutes / 1440),
        (Locale::En, _) => format!("{} d ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::super::voice;
    use super::*;

    #[test]
    fn bytes_have_three_digits_and_a_unit() {
        let mb = 1024 * 1024;
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1000), "1 KB");
        assert_eq!(bytes(100 * mb), "100 MB");
        assert_eq!(bytes(19_293_798), "18.4 MB");
        assert_eq!(bytes_of(34 * mb, 52 * mb), "34 / 52 MB");
        assert_eq!(bytes_of(1_288_490_189, 1_932_735_283), "1.2 / 1.8 GB");
        assert_eq!(bytes(u64::MAX), "16777216 TB");
    }

    #[test]
    fn spans_have_two_units() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        assert_eq!(duration(ja, Seconds(3900)), "1時間5分");
        assert_eq!(duration(en, Seconds(3900)), "1 h 5 min");
        assert_eq!(duration(en, Seconds(40)), "40 s");
        assert_eq!(duration(ja, Seconds(0)), "1秒未満");
        assert_eq!(duration(ja, Seconds(90_000)), "1日1時間");
        assert_eq!(duration(en, Seconds(3600)), "1 h");
        assert_eq!(age(Seconds(6720)), "1:52");
        assert_eq!(age(Seconds(540)), "0:09");
        assert_eq!(ago(ja, Seconds(71 * 60)), "71分前");
        assert_eq!(ago(en, Seconds(25 * 60)), "25 min ago");
    }

    #[test]
    fn numbers_are_grouped_and_shares_rounded_down() {
        assert_eq!([count(7), count(1284), count(1_000_000)], ["7", "1,284", "1,000,000"]);
        assert_eq!(percent(0.999), "99%");
    }
}
