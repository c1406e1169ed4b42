//! Many measurements of one thing.

use std::time::Duration;

/// Never empty where it is asked for something; an empty one answers zero.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    pub fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    pub fn push_ms(&mut self, time: Duration) {
        self.push(time.as_secs_f64() * 1e3);
    }

    /// The figure below which this part of all lies.
    pub fn at(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (part * sorted.len() as f64).ceil() as usize;
        sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Each by the one of the same turn.
    pub fn by(&self, other: &Series) -> Series {
        Series(self.0.iter().zip(&other.0).map(|(one, two)| one / two).collect())
    }

    /// Median and spread.
    pub fn told(&self, unit: &str) -> String {
        let short = crate::report::short;
        format!("{} {unit} ({} to {})", short(self.median()), short(self.at(0.0)), short(self.at(1.0)))
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Series {
        Series(figures.into_iter().collect())
    }
}
