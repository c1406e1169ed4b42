//! The deck as CalculiX takes it: parts and instances become one mesh, names of boundary kinds become degrees of freedom,
//! and what only Abaqus knows is left out.

use crate::flat::{Block, Complaint};
use std::collections::{HashMap, HashSet};

/// Keywords that are left out with their data.
const DROPPED: [&str; 18] = [
    "OUTPUT",
    "NODEOUTPUT",
    "ELEMENTOUTPUT",
    "CONTACTOUTPUT",
    "ENERGYOUTPUT",
    "INTEGRATEDOUTPUT",
    "INCREMENTATIONOUTPUT",
    "PREPRINT",
    "RESTART",
    "MONITOR",
    "PRINT",
    "FILEFORMAT",
    "DIAGNOSTICS",
    "ASSEMBLY",
    "ENDASSEMBLY",
    "ENDPART",
    "ENDINSTANCE",
    "SYSTEM",
];

/// Parameters whose value names something of the block's own scope.
const SCOPED: [&str; 7] = ["NSET", "ELSET", "ORIENTATION", "SURFACE", "NODESET", "REFNODE", "ELEMENTSET"];

/// Where labels and names of an instance stand in the one mesh.
#[derive(Clone, Debug, Default)]
struct Place {
    prefix: String,
    nodes: i64,
    elements: i64,
    shift: [f64; 3],
    /// Two points of the axis and degrees.
    turn: Option<[f64; 7]>,
}

#[derive(Default)]
struct Rewrite {
    parts: HashMap<String, Vec<Block>>,
    places: HashMap<String, Place>,
    highest: (i64, i64),
    out: Vec<Block>,
    sets: HashSet<String>,
    element_sets: HashSet<String>,
    materials: HashSet<String>,
    turns: bool,
}

/// The blocks for CalculiX.
pub fn rewrite(blocks: Vec<Block>, complaints: &mut Vec<Complaint>) -> Vec<Block> {
    let mut rewrite = Rewrite::default();
    let mut blocks = blocks.into_iter();
    while let Some(block) = blocks.next() {
        match block.name.as_str() {
            "PART" => {
                let inner = until(&mut blocks, "ENDPART");
                rewrite.parts.insert(upper(block.value("NAME")), inner);
            }
            "INSTANCE" => {
                let own = until(&mut blocks, "ENDINSTANCE");
                rewrite.instance(&block, own);
            }
            "NODE" | "ELEMENT" => rewrite.in_assembly(block),
            _ => rewrite.model(block),
        }
    }
    rewrite.check(complaints);
    rewrite.out
}

fn until(blocks: &mut impl Iterator<Item = Block>, end: &str) -> Vec<Block> {
    blocks.take_while(|block| block.name != end).collect()
}

fn upper(text: Option<&str>) -> String {
    text.unwrap_or_default().to_ascii_uppercase()
}

fn numbers(data: &[String]) -> Vec<f64> {
    data.iter().flat_map(|line| line.split(',')).filter_map(|field| field.trim().parse().ok()).collect()
}

impl Rewrite {
    fn instance(&mut self, block: &Block, own: Vec<Block>) {
        let name = upper(block.value("NAME"));
        let moves = numbers(&block.data);
        let mut place = Place {
            prefix: format!("{name}_"),
            nodes: self.highest.0,
            elements: self.highest.1,
            shift: [0, 1, 2].map(|axis| moves.get(axis).copied().unwrap_or(0.0)),
            turn: None,
        };
        if let Some(turn) = moves.get(3..10) {
            let mut seven = [0.0; 7];
            seven.copy_from_slice(turn);
            place.turn = Some(seven);
        }
        self.places.insert(name, place.clone());
        let part = self.parts.get(&upper(block.value("PART"))).cloned().unwrap_or_default();
        for block in part.into_iter().chain(own) {
            self.placed(block, &place);
        }
    }

    /// Mesh outside of instances: reference points of the assembly, or a deck without parts.
    fn in_assembly(&mut self, block: Block) {
        let place = match self.places.get("") {
            Some(place) => place.clone(),
            None => {
                let place = Place { nodes: self.highest.0, elements: self.highest.1, ..Place::default() };
                self.places.insert(String::new(), place.clone());
                place
            }
        };
        self.placed(block, &place);
    }

    /// A block of an instance, with labels and names as they are in the one mesh.
    fn placed(&mut self, mut block: Block, place: &Place) {
        for (key, value) in &mut block.params {
            let names = SCOPED.contains(&key.as_str()) || (key == "NAME" && block.name != "MATERIAL");
            if let Some(value) = value.as_mut().filter(|_| names) {
                *value = if value.parse::<i64>().is_ok() { value.clone() } else { format!("{}{value}", place.prefix) };
            }
        }
        match block.name.as_str() {
            "NODE" => {
                for line in &mut block.data {
                    *line = self.node(line, place);
                }
            }
            "ELEMENT" => {
                if block.value("TYPE").is_some_and(|kind| kind.starts_with(['S', 's', 'B', 'b'])) {
                    self.turns = true;
                }
                let data = std::mem::take(&mut block.data);
                block.data = self.elements(&data, place);
            }
            "NSET" | "ELSET" | "SURFACE" | "BOUNDARY" => {
                let shift = if block.name == "ELSET" || block.name == "SURFACE" { place.elements } else { place.nodes };
                let all = block.name.ends_with("SET");
                let ranged = block.has("GENERATE");
                for line in &mut block.data {
                    *line = placed_line(line, place, shift, all, ranged);
                }
            }
            _ => {}
        }
        self.keep(block.without(&["INTERNAL", "INSTANCE"]));
    }

    fn node(&mut self, line: &str, place: &Place) -> String {
        let mut fields = line.split(',').map(str::trim);
        let label = fields.next().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0) + place.nodes;
        self.highest.0 = self.highest.0.max(label);
        let mut at = [0.0; 3];
        for (axis, field) in at.iter_mut().zip(fields) {
            *axis = field.trim_end_matches(['.']).parse().unwrap_or(0.0);
        }
        for (axis, shift) in at.iter_mut().zip(place.shift) {
            *axis += shift;
        }
        if let Some(turn) = place.turn {
            at = turned(at, turn);
        }
        format!("{label}, {:.12E}, {:.12E}, {:.12E}", at[0], at[1], at[2])
    }

    fn elements(&mut self, data: &[String], place: &Place) -> Vec<String> {
        let mut lines = Vec::new();
        let mut record: Vec<i64> = Vec::new();
        for line in data {
            let going_on = line.trim_end().ends_with(',');
            record.extend(line.split(',').filter_map(|field| field.trim().parse::<i64>().ok()));
            if going_on {
                continue;
            }
            let mut labels = std::mem::take(&mut record).into_iter();
            let element = labels.next().unwrap_or(0) + place.elements;
            self.highest.1 = self.highest.1.max(element);
            let labels: Vec<String> = std::iter::once(element)
                .chain(labels.map(|node| node + place.nodes))
                .map(|label| label.to_string())
                .collect();
            let chunks: Vec<String> = labels.chunks(10).map(|chunk| chunk.join(", ")).collect();
            let last = chunks.len().saturating_sub(1);
            lines.extend(
                chunks.into_iter().enumerate().map(|(at, chunk)| if at < last { format!("{chunk},") } else { chunk }),
            );
        }
        lines
    }

    /// A block of the assembly or the model: it may name `INSTANCE.SET` and `INSTANCE.LABEL`.
    fn model(&mut self, mut block: Block) {
        if DROPPED.contains(&block.name.as_str()) {
            return;
        }
        if let Some(place) = block.value("INSTANCE").and_then(|name| self.places.get(&name.to_ascii_uppercase())) {
            let place = Place { prefix: place.prefix.clone(), ..place.clone() };
            let shift = if block.name == "ELSET" { place.elements } else { place.nodes };
            let ranged = block.has("GENERATE");
            for line in &mut block.data {
                *line = placed_line(line, &place, shift, true, ranged);
            }
        } else {
            let shift = self.places.get("").map_or(0, |place| place.nodes);
            for line in &mut block.data {
                *line = self.dotted(line, &block.name, shift);
            }
        }
        for (_, value) in &mut block.params {
            if let Some(value) = value {
                *value = self.name(value);
            }
        }
        if block.name == "BOUNDARY" {
            block.data = block.data.iter().flat_map(|line| self.boundary(line)).collect();
            block = block.without(&["TYPE"]);
        }
        self.keep(block.without(&["INTERNAL", "INSTANCE", "UNSYMM"]));
    }

    fn name(&self, text: &str) -> String {
        match text.split_once('.') {
            Some((instance, name)) if self.places.contains_key(&instance.to_ascii_uppercase()) => {
                format!("{}_{name}", instance.to_ascii_uppercase())
            }
            _ => text.to_owned(),
        }
    }

    fn dotted(&self, line: &str, keyword: &str, shift: i64) -> String {
        let fields: Vec<String> = line
            .split(',')
            .enumerate()
            .map(|(at, field)| {
                let field = field.trim();
                if let Some((instance, label)) = field.split_once('.')
                    && let Some(place) = self.places.get(&instance.to_ascii_uppercase())
                    && !instance.is_empty()
                {
                    return match label.parse::<i64>() {
                        Ok(label) if keyword == "ELSET" => (label + place.elements).to_string(),
                        Ok(label) => (label + place.nodes).to_string(),
                        Err(_) => format!("{}{label}", place.prefix),
                    };
                }
                let labels = (keyword == "NSET" && shift != 0) || (at == 0 && keyword == "BOUNDARY");
                match field.parse::<i64>() {
                    Ok(label) if labels => (label + shift).to_string(),
                    _ => field.to_owned(),
                }
            })
            .collect();
        fields.join(", ")
    }

    /// `SET, XSYMM` as degrees of freedom; rotations only where elements have them.
    fn boundary(&self, line: &str) -> Vec<String> {
        let mut fields = line.split(',').map(str::trim);
        let set = fields.next().unwrap_or_default();
        let kind = fields.next().unwrap_or_default().to_ascii_uppercase();
        let ranges: &[(u8, u8)] = match kind.as_str() {
            "XSYMM" => &[(1, 1), (5, 6)],
            "YSYMM" => &[(2, 2), (4, 4), (6, 6)],
            "ZSYMM" => &[(3, 3), (4, 5)],
            "XASYMM" => &[(2, 3), (4, 4)],
            "YASYMM" => &[(1, 1), (3, 3), (5, 5)],
            "ZASYMM" => &[(1, 2), (6, 6)],
            "PINNED" => &[(1, 3)],
            "ENCASTRE" => &[(1, 3), (4, 6)],
            _ => return vec![line.to_owned()],
        };
        let wanted = ranges.iter().filter(|(first, _)| *first < 4 || self.turns);
        wanted.map(|(first, last)| format!("{set}, {first}, {last}")).collect()
    }

    fn keep(&mut self, block: Block) {
        let name = |key| block.value(key).map(str::to_ascii_uppercase);
        match block.name.as_str() {
            "NODE" | "NSET" => self.sets.extend(name("NSET")),
            "ELEMENT" | "ELSET" => self.element_sets.extend(name("ELSET")),
            "MATERIAL" => self.materials.extend(name("NAME")),
            "NGEN" | "NFILL" | "NCOPY" => self.sets.extend(name("NSET").into_iter().chain(name("NEWSET"))),
            "ELGEN" | "ELCOPY" => self.element_sets.extend(name("ELSET").into_iter().chain(name("NEWSET"))),
            "SURFACE" => self.sets.extend(name("NAME")),
            _ => {}
        }
        self.out.push(block);
    }

    /// What Abaqus' input file processor refuses, of what CalculiX would stumble over.
    fn check(&self, complaints: &mut Vec<Complaint>) {
        for block in &self.out {
            let place = || format!("in keyword *{}, file \"{}\", line {}", block.name, block.file, block.line);
            if matches!(block.name.as_str(), "BOUNDARY" | "CLOAD") {
                for line in &block.data {
                    let set = line.split(',').next().unwrap_or_default().trim().to_ascii_uppercase();
                    if set.parse::<i64>().is_err() && !self.sets.contains(&set) {
                        complaints.push(format!("{}: Unknown assembly set {set}", place()));
                    }
                }
            }
            if block.name.ends_with("SECTION") {
                let set = upper(block.value("ELSET"));
                if !set.is_empty() && !self.element_sets.contains(&set) {
                    complaints.push(format!("{}: Unknown element set {set}", place()));
                }
                let material = upper(block.value("MATERIAL"));
                if !material.is_empty() && !self.materials.contains(&material) {
                    complaints.push(format!("{}: Unknown material {material}", place()));
                }
            }
        }
    }
}

fn placed_line(line: &str, place: &Place, shift: i64, all: bool, ranged: bool) -> String {
    let fields: Vec<String> = line
        .split(',')
        .map(str::trim)
        .enumerate()
        .map(|(at, field)| match field.parse::<i64>() {
            Ok(label) if at == 0 || (all && !(ranged && at == 2)) => (label + shift).to_string(),
            Err(_) if !field.is_empty() && (at == 0 || all) => format!("{}{field}", place.prefix),
            _ => field.to_owned(),
        })
        .collect();
    fields.join(", ")
}

/// Turned by `[6]` degrees about the axis through the two points.
fn turned(at: [f64; 3], turn: [f64; 7]) -> [f64; 3] {
    let from = [turn[0], turn[1], turn[2]];
    let axis = [turn[3] - turn[0], turn[4] - turn[1], turn[5] - turn[2]];
    let length = axis.iter().map(|part| part * part).sum::<f64>().sqrt();
    if length == 0.0 {
        return at;
    }
    let k = axis.map(|part| part / length);
    let v = [at[0] - from[0], at[1] - from[1], at[2] - from[2]];
    let (sin, cos) = turn[6].to_radians().sin_cos();
    let along = (k[0] * v[0] + k[1] * v[1] + k[2] * v[2]) * (1.0 - cos);
    let cross = [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]];
    [0, 1, 2].map(|i| from[i] + v[i] * cos + cross[i] * sin + k[i] * along)
}
