//! From values to pixels and back, and where the ticks stand.

use super::number;

/// How values are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    Linear,
    Log,
}

/// Maps an interval of values onto an interval of pixels (either may run backwards: y grows downwards on screens).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    spread: Spread,
    values: (f64, f64),
    pixels: (f64, f64),
}

/// A place on an axis that is named or ruled.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value there.
    pub value: f64,
    /// Its pixel.
    pub at: f64,
    /// What is written there; empty on lines without words.
    pub label: Label,
    /// A line between the decades.
    pub minor: bool,
}

/// What is written at a tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// Nothing.
    None,
    /// A number.
    Number(String),
    /// A power of ten, written 10 with a raised exponent.
    Power(i32),
}

impl Scale {
    /// Evenly from `values.0` to `values.1`. An empty interval is widened, so that nothing is ever divided by zero.
    pub fn linear(values: (f64, f64), pixels: (f64, f64)) -> Scale {
        let (from, to) = values;
        let to = if (to - from).abs() > f64::EPSILON * from.abs().max(1e-300) { to } else { from + 1.0 };
        Scale { spread: Spread::Linear, values: (from, to), pixels }
    }

    /// Evenly in the logarithm, over whole decades that hold all of `values`; what is not positive has no place on it.
    pub fn decades(values: impl IntoIterator<Item = f64>, pixels: (f64, f64)) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite() && *value > 0.0) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.1, 1.0);
        }
        // a value that is a power of ten but for rounding belongs to that power
        let (floor, ceil) = ((low.log10() + 1e-9).floor(), (high.log10() - 1e-9).ceil());
        let ceil = if ceil > floor { ceil } else { floor + 1.0 };
        Scale { spread: Spread::Log, values: (10f64.powf(floor), 10f64.powf(ceil)), pixels }
    }

    /// First and last value.
    pub fn values(&self) -> (f64, f64) {
        self.values
    }

    /// First and last pixel.
    pub fn pixels(&self) -> (f64, f64) {
        self.pixels
    }

    /// The pixel of a value; values beyond the ends stay at the ends.
    pub fn at(&self, value: f64) -> f64 {
        let share = match self.spread {
            Spread::Linear => (value - self.values.0) / (self.values.1 - self.values.0),
            Spread::Log if value > 0.0 => (value / self.values.0).log10() / (self.values.1 / self.values.0).log10(),
            Spread::Log => 0.0,
        };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// Ticks, so far apart that their labels do not touch: `room` is what one label needs, in pixels.
    pub fn ticks(&self, room: f64) -> Vec<Tick> {
        let length = (self.pixels.1 - self.pixels.0).abs();
        match self.spread {
            Spread::Linear => self.even_ticks(length / room.max(1.0)),
            Spread::Log => self.decade_ticks(length, room),
        }
    }

    fn even_ticks(&self, most: f64) -> Vec<Tick> {
        let step = nice_step((self.values.1 - self.values.0) / most.max(1.0));
        let first = (self.values.0 / step - 1e-9).ceil();
        let last = (self.values.1 / step + 1e-9).floor();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = ((last - first).clamp(0.0, 1000.0)) as usize + 1;
        std::iter::successors(Some(first), |at| Some(at + 1.0))
            .take(count)
            .map(|at| {
                let value = at * step;
                Tick { value, at: self.at(value), label: Label::Number(label_at(value, step)), minor: false }
            })
            .collect()
    }

    fn decade_ticks(&self, length: f64, room: f64) -> Vec<Tick> {
        #[allow(clippy::cast_possible_truncation)]
        let (low, high) = (self.values.0.log10().round() as i32, self.values.1.log10().round() as i32);
        let decade = length / f64::from((high - low).max(1));
        // every, every second, every third … decade has its name
        #[allow(clippy::cast_possible_truncation)]
        let every = ((room / decade).ceil() as i32).max(1);
        let mut ticks = Vec::new();
        for exponent in low..=high {
            let value = 10f64.powi(exponent);
            let label = if (exponent - low) % every == 0 { Label::Power(exponent) } else { Label::None };
            ticks.push(Tick { value, at: self.at(value), label, minor: false });
            if exponent < high && decade >= 24.0 {
                for part in [2.0, 5.0] {
                    let value = value * part;
                    ticks.push(Tick { value, at: self.at(value), label: Label::None, minor: true });
                }
            }
        }
        ticks
    }
}

/// The least of 1, 2, 5 times a power of ten that is at least `least`.
fn nice_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|part| part * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A value moved up to where an axis with about `parts` ticks ends nicely.
pub fn nice_end(value: f64, parts: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let step = nice_step(value / parts.max(1.0));
    (value / step - 1e-9).ceil() * step
}

fn label_at(value: f64, step: f64) -> String {
    if value.abs() < step * 1e-6 {
        return "0".to_owned();
    }
    if value.abs() >= 1e5 || step < 1e-4 {
        return number::power(value);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    number::without_tail(&format!("{value:.decimals$}")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<String> {
        ticks
            .iter()
            .filter_map(|tick| match &tick.label {
                Label::Number(text) => Some(text.clone()),
                Label::Power(exponent) => Some(format!("1e{exponent}")),
                Label::None => None,
            })
            .collect()
    }

    #[test]
    fn a_linear_scale_hits_its_ends_and_stays_inside() {
        let scale = Scale::linear((0.0, 0.25), (56.0, 746.0));
        assert!((scale.at(0.0) - 56.0).abs() < 1e-9 && (scale.at(0.25) - 746.0).abs() < 1e-9);
        assert!((scale.at(0.125) - 401.0).abs() < 1e-9);
        assert!((scale.at(7.0) - 746.0).abs() < 1e-9 && (scale.at(-7.0) - 56.0).abs() < 1e-9);
        assert!((scale.at(f64::NAN) - 56.0).abs() < 1e-9);
    }

    #[test]
    fn linear_ticks_are_round_and_as_many_as_have_room() {
        let scale = Scale::linear((0.0, 0.25), (56.0, 746.0));
        assert_eq!(labels(&scale.ticks(100.0)), ["0", "0.05", "0.1", "0.15", "0.2", "0.25"]);
        assert_eq!(labels(&scale.ticks(300.0)), ["0", "0.2"]);
        let large = Scale::linear((0.0, 2e6), (0.0, 300.0));
        assert_eq!(labels(&large.ticks(120.0)), ["0", "1E6", "2E6"]);
        let small = Scale::linear((0.0, 1e-5), (0.0, 100.0));
        assert_eq!(labels(&small.ticks(50.0)), ["0", "5E-6", "1E-5"]);
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let scale = Scale::linear((3.0, 3.0), (0.0, 100.0));
        assert!(scale.at(3.0).is_finite());
        assert!(!scale.ticks(0.0).is_empty());
        let empty = Scale::decades([], (0.0, 100.0));
        assert!(empty.at(0.0).is_finite() && !empty.ticks(20.0).is_empty());
        let one = Scale::decades([1e-3], (100.0, 0.0));
        assert_eq!(one.values().0, 1e-3);
        assert!(one.at(1e-3).is_finite());
    }

    #[test]
    fn decades_hold_every_value_and_run_upwards_on_screen() {
        let scale = Scale::decades([0.05, 3e-6, 1e-8, 0.0, -1.0, f64::NAN], (176.0, 26.0));
        let (low, high) = scale.values();
        assert!((low / 1e-8 - 1.0).abs() < 1e-9 && (high / 0.1 - 1.0).abs() < 1e-9);
        assert!(scale.at(1e-8) > scale.at(1e-6) && scale.at(1e-6) > scale.at(0.05));
        assert!((scale.at(1e-8) - 176.0).abs() < 1e-6);
        assert!((scale.at(0.0) - 176.0).abs() < 1e-9);
    }

    #[test]
    fn crowded_decades_are_named_every_second_time_and_wide_ones_are_ruled() {
        let crowded = Scale::decades([1e-9, 0.1], (176.0, 26.0));
        assert_eq!(labels(&crowded.ticks(24.0)), ["1e-9", "1e-7", "1e-5", "1e-3", "1e-1"]);
        assert!(crowded.ticks(24.0).iter().all(|tick| !tick.minor));
        let wide = Scale::decades([1e-6, 0.1], (156.0, 26.0));
        assert_eq!(labels(&wide.ticks(18.0)).len(), 6);
        assert_eq!(wide.ticks(18.0).iter().filter(|tick| tick.minor).count(), 10);
    }

    #[test]
    fn ends_are_nice() {
        assert!((nice_end(0.2293, 5.0) - 0.25).abs() < 1e-9);
        assert!((nice_end(1.0, 5.0) - 1.0).abs() < 1e-9);
        assert!((nice_end(0.0, 5.0) - 1.0).abs() < 1e-9);
    }
}
