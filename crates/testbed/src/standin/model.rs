//! The deck of a run: what it holds, and what CalculiX is to compute.

use crate::flat::{self, Complaint};
use crate::options::Options;
use crate::rewrite::rewrite;
use std::fs::{self, File};
use std::io::{self, Read};

/// First line of a `.res` of ours; the deck for CalculiX follows.
const RESTART: &str = "** restart file of the stand-in";

pub struct Model {
    pub deck: deck::inp::Deck,
    /// For CalculiX, an earlier run's part first.
    pub text: Vec<u8>,
    /// Steps of the earlier run.
    pub steps_before: usize,
    pub keywords: Vec<String>,
    pub complaints: Vec<Complaint>,
}

impl Model {
    pub fn read(options: &Options) -> io::Result<Model> {
        let bytes = fs::read(options.deck())?;
        let open = |name: &str| -> Option<Box<dyn Read>> { Some(Box::new(File::open(name).ok()?)) };
        let deck = deck::inp::read_with(&bytes, &open);
        let mut complaints = Vec::new();
        let blocks = flat::read(&options.deck(), &mut complaints);
        let keywords = blocks.iter().map(|block| block.name.clone()).collect();
        let before = match &options.oldjob {
            Some(old) if deck.restart_read => fs::read_to_string(format!("{old}.res")).unwrap_or_default(),
            _ => String::new(),
        };
        let mut wrong = Vec::new();
        let blocks = rewrite(blocks, &mut wrong);
        if !deck.restart_read {
            complaints.extend(wrong);
        }
        let mut text = before.strip_prefix(RESTART).unwrap_or_default().trim_start().to_owned();
        let steps_before = text.lines().filter(|line| *line == "*STEP" || line.starts_with("*STEP,")).count();
        blocks
            .iter()
            .filter(|block| steps_before == 0 || block.name != "HEADING")
            .for_each(|block| block.write(&mut text));
        Ok(Model { text: flat::unlatin(&text), steps_before, keywords, complaints, deck })
    }

    /// What a later run continues from.
    pub fn restart_file(&self) -> Vec<u8> {
        [RESTART.as_bytes(), b"\n", &self.text].concat()
    }

    pub fn is_explicit(&self) -> bool {
        self.deck.steps.iter().any(|step| step.procedure.contains("EXPLICIT"))
    }

    /// Periods of the steps; `None` where a step advances no time.
    pub fn periods(&self) -> Vec<Option<f64>> {
        self.deck.shapes().into_iter().map(|step| step.period).collect()
    }
}
