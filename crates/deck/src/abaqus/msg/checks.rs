//! The convergence checks of each iteration.

use crate::iteration::{Iteration, IterationKind, Shares};
use crate::message::labelled;
use crate::number::real;
use crate::text;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Iterations kept as rows; all are counted.
pub const MOST_ROWS: usize = 20_000;
/// Rows dropped at once when there are too many.
const DROPPED: usize = 2000;
/// Iterations kept with their places.
pub const MOST_CHECKS: usize = 200;
/// Fields and contact errors of one iteration.
const MOST_PARTS: usize = 8;
/// Characters of a name.
const LONGEST_NAME: usize = 80;

/// One iteration with its places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The numbers of the plot.
    pub iteration: Iteration,
    /// Abaqus' number among the iterations of its kind.
    pub number: Option<u32>,
    /// Its first line, from 1.
    pub line: u64,
    /// Each field's extremes.
    pub fields: Vec<Field>,
    /// Largest errors of contact.
    pub contact: Vec<ContactError>,
    /// Whether contact is within its tolerances, where there is any.
    pub contact_converged: Option<bool>,
}

/// One field's extremes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// `FORCE`, `MOMENT`, `HEAT FLUX`, …
    pub name: String,
    /// Average flux now.
    pub average: Option<f64>,
    /// Average flux over time: what the residual is held against.
    pub time_average: Option<f64>,
    /// Largest residual; the scaled one where Abaqus scales.
    pub residual: Option<Extreme>,
    /// Largest increment.
    pub increment: Option<Extreme>,
    /// Largest correction.
    pub correction: Option<Extreme>,
    /// What Abaqus makes of it.
    pub outcome: Option<Outcome>,
}

/// A largest value and its place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extreme {
    /// With its sign.
    pub value: f64,
    /// Node label.
    pub node: Option<u64>,
    /// Instance; none in flat decks, `{assembly node}` for nodes of the assembly.
    pub instance: Option<String>,
    /// Degree of freedom.
    pub dof: Option<u32>,
}

/// What Abaqus makes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `EQUILIBRIUM EQUATIONS HAVE CONVERGED`
    Converged,
    /// `EQUILIBRIUM RESPONSE WAS LINEAR IN THIS INCREMENT`
    Linear,
    /// `EQUILIB. ACCEPTED BASED ON SMALL RESIDUAL AND ESTIMATED CORRECTION`
    Accepted,
    /// `THERE IS ZERO MOMENT EVERYWHERE`
    Zero,
    /// `ALL ROTATION CORRECTIONS ARE ZERO`
    NoCorrection,
    /// `EQUILIBRIUM NOT ACHIEVED WITHIN TOLERANCE`
    ResidualTooLarge,
    /// `CORRECTION TOO LARGE COMPARED TO DISP. INCREMENT`
    CorrectionTooLarge,
}

/// What a contact error is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactErrorKind {
    /// Length.
    Penetration,
    /// Force.
    Force,
}

/// A largest error of contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactError {
    /// Of what.
    pub kind: ContactErrorKind,
    /// With its sign.
    pub value: f64,
    /// Node label.
    pub node: Option<u64>,
    /// Its instance.
    pub instance: Option<String>,
    /// `SLAVE,MASTER`: the surfaces.
    pub pair: Option<String>,
}

/// What a line that is still open belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    None,
    Residual,
    Increment,
    Correction,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Checks {
    pub(super) rows: Vec<Iteration>,
    pub(super) checks: VecDeque<Check>,
    pub(super) count: u64,
    /// Iterations of the attempt under way.
    pub(super) in_attempt: u32,
    open: bool,
    /// Where an `INSTANCE:` line belongs.
    part: Part,
    /// A contact error that may go on in the next line.
    contact: Option<String>,
    discontinuities: Option<u32>,
}

impl Checks {
    /// An attempt starts.
    pub(super) fn start(&mut self) {
        self.close();
        self.in_attempt = 0;
        self.discontinuities = None;
    }

    pub(super) fn close(&mut self) {
        self.contact_ends();
        self.open = false;
        self.part = Part::None;
    }

    /// `CONVERGENCE CHECKS FOR SEVERE DISCONTINUITY ITERATION     7`
    pub(super) fn open(&mut self, line: &[u8], mut at: Iteration, number: u64) {
        self.close();
        self.open = true;
        self.count += 1;
        self.in_attempt += 1;
        at.iteration = self.in_attempt;
        at.discontinuities = self.discontinuities.take();
        if memmem::find(line, b"SEVERE DISCONTINUITY").is_some() {
            at.kind = IterationKind::SevereDiscontinuity;
        }
        if self.rows.len() == MOST_ROWS {
            self.rows.drain(..DROPPED);
        }
        self.rows.push(at);
        if self.checks.len() == MOST_CHECKS {
            self.checks.pop_front();
        }
        let own = line.rsplit(|byte| *byte == b' ').next().and_then(integer);
        self.checks.push_back(Check { iteration: at, number: own, line: number, ..Check::default() });
    }

    /// Any other line.
    pub(super) fn line(&mut self, bytes: &[u8]) {
        let line = bytes.trim_ascii();
        if !self.open {
            // stands before the iteration's head; many lines begin with a number
            return;
        }
        if let Some(text) = &mut self.contact {
            if bytes.starts_with(b"   ") && !line.starts_with(b"MAX.") && text.len() < 400 && !text.contains(')') {
                text.push(' ');
                text.push_str(&text::shown(line, 200));
                return;
            }
            self.contact_ends();
        }
        match line.first() {
            Some(b'L') => self.largest(line),
            Some(b'A') if line.starts_with(b"AVERAGE ") => self.average(line),
            Some(b'A') if line.starts_with(b"ALL ") => self.all_zero(line),
            Some(b'I') => {
                if let Some(name) = line.strip_prefix(b"INSTANCE:") {
                    let name = text::shown(name.trim_ascii(), LONGEST_NAME);
                    if let Some(extreme) = self.extreme().filter(|_| !name.is_empty()) {
                        extreme.instance = Some(name);
                    }
                }
            }
            Some(b'M')
                if line.starts_with(b"MAX. PENETRATION ERROR") || line.starts_with(b"MAX. CONTACT FORCE ERROR") =>
            {
                self.contact = Some(text::shown(line, 200));
            }
            _ => self.outcome(line),
        }
    }

    /// `2 SEVERE DISCONTINUITIES OCCURRED DURING THIS ITERATION.`, before the iteration's head.
    pub(super) fn discontinuities(&mut self, line: &[u8]) {
        if memmem::find(line, b" SEVERE DISCONTINUITIES OCCURRED").is_some() {
            self.discontinuities = line.split(|byte| *byte == b' ').next().and_then(integer);
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.checks.back_mut()?.fields.last_mut()
    }

    fn extreme(&mut self) -> Option<&mut Extreme> {
        let part = self.part;
        let field = self.field()?;
        match part {
            Part::None => None,
            Part::Residual => field.residual.as_mut(),
            Part::Increment => field.increment.as_mut(),
            Part::Correction => field.correction.as_mut(),
        }
    }

    /// `AVERAGE FORCE                      2.400E+05   TIME AVG. FORCE       9.940E+04`
    fn average(&mut self, line: &[u8]) {
        let Some(time) = memmem::find(line, b"TIME AVG.") else { return };
        let (name, average) = name_and_number(&line[b"AVERAGE ".len()..time]);
        let (_, time_average) = name_and_number(&line[time..]);
        self.part = Part::None;
        let Some(check) = self.checks.back_mut().filter(|check| check.fields.len() < MOST_PARTS) else { return };
        check.fields.push(Field { name: text::shown(name, LONGEST_NAME), average, time_average, ..Field::default() });
    }

    /// `LARGEST SCALED RESIDUAL FORCE      1.218E-05   AT NODE       2127   DOF  1`
    fn largest(&mut self, line: &[u8]) {
        let Some(rest) = line.strip_prefix(b"LARGEST ") else { return };
        let rest = rest.strip_prefix(b"SCALED ").unwrap_or(rest);
        let part = if rest.starts_with(b"RESIDUAL ") {
            Part::Residual
        } else if rest.starts_with(b"INCREMENT OF ") {
            Part::Increment
        } else if rest.starts_with(b"CORRECTION TO ") {
            Part::Correction
        } else {
            return;
        };
        let Some(at) = memmem::find(rest, b"AT NODE") else { return };
        let (_, Some(value)) = name_and_number(&rest[..at]) else { return };
        let place = rest[at + b"AT NODE".len()..].trim_ascii();
        let mut words = place.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let node = words.next().and_then(integer);
        let dof = words.next().filter(|word| *word == b"DOF").and_then(|_| words.next()).and_then(integer);
        self.set(part, Extreme { value, node, instance: None, dof });
    }

    /// `ALL FORCE     RESIDUALS ARE ZERO`, `ALL CORRECTION TO TEMP. ARE ZERO`
    fn all_zero(&mut self, line: &[u8]) {
        let has = |word: &[u8]| memmem::find(line, word).is_some();
        if !line.ends_with(b"ARE ZERO") {
            return;
        }
        if has(b"RESIDUAL") {
            self.set(Part::Residual, Extreme::default());
        } else if has(b"CORRECTION") {
            // after the numbers it is a verdict on them, else it stands for them
            if let Some(field) = self.field().filter(|field| field.correction.is_some()) {
                field.outcome = Some(Outcome::NoCorrection);
                return;
            }
            self.set(Part::Correction, Extreme::default());
        } else if has(b"INCREMENT") {
            self.set(Part::Increment, Extreme::default());
        }
        self.part = Part::None;
    }

    fn set(&mut self, part: Part, extreme: Extreme) {
        self.part = part;
        let Some(field) = self.field() else { return };
        match part {
            Part::None => {}
            Part::Residual => field.residual = Some(extreme),
            Part::Increment => field.increment = Some(extreme),
            Part::Correction => field.correction = Some(extreme),
        }
        let shares = field.shares();
        let row = match field.name.as_str() {
            "FORCE" => |row: &mut Iteration, shares| row.force = shares,
            "MOMENT" => |row: &mut Iteration, shares| row.moment = shares,
            "HEAT FLUX" => |row: &mut Iteration, shares| row.heat = shares,
            _ => |row: &mut Iteration, shares| row.other = shares,
        };
        if let (Some(last), Some(check)) = (self.rows.last_mut(), self.checks.back_mut()) {
            row(last, shares);
            check.iteration = *last;
        }
    }

    fn outcome(&mut self, line: &[u8]) {
        let has = |words: &str| memmem::find(line, words.as_bytes()).is_some();
        let outcome = if has("EQUILIBRIUM EQUATIONS HAVE CONVERGED") {
            Outcome::Converged
        } else if has("EQUILIBRIUM RESPONSE WAS LINEAR") {
            Outcome::Linear
        } else if has("EQUILIB. ACCEPTED BASED ON") {
            Outcome::Accepted
        } else if line.starts_with(b"THERE IS ZERO ") && line.ends_with(b" EVERYWHERE") {
            Outcome::Zero
        } else if has("EQUILIBRIUM NOT ACHIEVED") {
            Outcome::ResidualTooLarge
        } else if has("CORRECTION TOO LARGE COMPARED") {
            Outcome::CorrectionTooLarge
        } else {
            let contact = if has("THE CONTACT CONSTRAINTS HAVE CONVERGED") || has("ARE WITHIN THE TOLERANCES") {
                Some(true)
            } else if has("PENETRATION ERROR TOO LARGE") || has("FORCE ERROR IS OUTSIDE OF") {
                Some(false)
            } else {
                None
            };
            if let (Some(check), Some(converged)) = (self.checks.back_mut(), contact) {
                check.contact_converged = Some(check.contact_converged.unwrap_or(true) && converged);
            }
            return;
        };
        if let Some(field) = self.field() {
            field.outcome = Some(outcome);
        }
    }

    /// `MAX. PENETRATION ERROR 278.676E-06   AT NODE PLATE-1.25 OF CONTACT PAIR (SLAVE,MASTER)`, joined.
    fn contact_ends(&mut self) {
        let Some(text) = self.contact.take() else { return };
        let Some(check) = self.checks.back_mut().filter(|check| check.contact.len() < MOST_PARTS) else { return };
        let Some((head, place)) = text.split_once("AT NODE") else { return };
        let Some(value) = head.split_whitespace().last().and_then(|word| real(word.as_bytes())) else { return };
        let (instance, node) = labelled(place.split_whitespace().next().unwrap_or_default());
        let pair = place.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(pair, _)| pair.to_owned());
        let kind = if head.contains("PENETRATION") { ContactErrorKind::Penetration } else { ContactErrorKind::Force };
        check.contact.push(ContactError { kind, value, node, instance: instance.map(str::to_owned), pair });
    }
}

impl Field {
    fn shares(&self) -> Shares {
        // three digits are in the file
        #[allow(clippy::cast_possible_truncation)]
        let percent = |part: &Option<Extreme>, of: Option<f64>| {
            let of = of.map(f64::abs).filter(|of| *of > 0.0)?;
            Some((part.as_ref()?.value.abs() / of * 100.0) as f32).filter(|share| share.is_finite())
        };
        let average = self.time_average.filter(|average| *average != 0.0).or(self.average);
        let increment = self.increment.as_ref().map(|increment| increment.value);
        Shares { residual: percent(&self.residual, average), correction: percent(&self.correction, increment) }
    }
}

fn name_and_number(bytes: &[u8]) -> (&[u8], Option<f64>) {
    let bytes = bytes.trim_ascii();
    let at = bytes.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    (bytes[..at].trim_ascii(), real(&bytes[at..]))
}

fn integer<N: std::str::FromStr>(word: &[u8]) -> Option<N> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
