//! What each keyword means for the reader.

use super::data::{ElementBlock, Section};
use super::finding::{Finding, FindingKind};
use super::keyword::Keyword;
use super::known::is_known;
use super::procedure::procedure;
use super::scope::Place;
use super::state::{MOST_LISTED, Pending, State};
use super::{Include, IncludeKind, Instance, Step, element};

impl State<'_> {
    /// One complete keyword line.
    pub(super) fn keyword(&mut self, keyword: &Keyword, lines: &Pending) {
        self.known_keyword |= keyword.is_include() || is_known(&keyword.compact);
        if keyword.is_include() {
            // its lines stand where the keyword stands: the section goes on
            if let Some(name) = keyword.included() {
                let include = self.include("INCLUDE", &name, IncludeKind::Text, lines);
                self.need(include, true);
            }
            return;
        }
        self.section = Section::Skip;
        self.name_sets(keyword);
        self.hint(keyword);
        match keyword.compact.as_str() {
            "NODE" => self.section = Section::Nodes,
            "ELEMENT" => self.element_block(keyword),
            "NGEN" => self.section = Section::NodesBetween,
            "ELGEN" => self.section = Section::ElementsFrom,
            "NFILL" | "NCOPY" => {
                self.nodes_generated = true;
                self.generated_by(&keyword.name);
            }
            "ELCOPY" => {
                self.elements_generated = true;
                self.generated_by(&keyword.name);
            }
            "PARAMETER" => self.section = Section::Parameters,
            "USERELEMENT" => {
                if let (Some(kind), Some(nodes)) =
                    (keyword.value("TYPE"), keyword.value("NODES").and_then(|nodes| nodes.parse().ok()))
                    && self.user_elements.len() < MOST_LISTED
                {
                    self.user_elements.insert(kind.to_ascii_uppercase(), nodes);
                }
            }
            "PART" => {
                let name = keyword.value("NAME").unwrap_or_default();
                self.scopes.enter_outer(Place::Part(name.to_ascii_uppercase()));
                if self.deck.parts.len() < MOST_LISTED {
                    self.deck.parts.push(name.to_owned());
                }
            }
            "ASSEMBLY" => self.scopes.enter_outer(Place::Assembly),
            "INSTANCE" => {
                let name = keyword.value("NAME").unwrap_or_default();
                let part = keyword.value("PART").unwrap_or_default();
                // the instance of an earlier run brings its own mesh
                self.imports |= keyword.has("LIBRARY");
                self.scopes.enter_instance(name, part);
                if self.deck.instances.len() < MOST_LISTED {
                    self.deck.instances.push(Instance { name: name.to_owned(), part: part.to_owned() });
                }
            }
            "ENDPART" | "ENDASSEMBLY" | "ENDINSTANCE" => self.scopes.leave(),
            "IMPORT" => self.imports = true,
            "MATERIAL" => {
                if let Some(name) = keyword.value("NAME")
                    && self.deck.materials.len() < MOST_LISTED
                {
                    self.deck.materials.push(name.to_owned());
                }
            }
            "STEP" => self.step(keyword, lines),
            "ENDSTEP" => self.end_step(true),
            "RESTART" => {
                self.deck.restart_read |= keyword.has("READ");
                // CAE writes `frequency=0` into every deck: nothing is written then
                self.deck.restart_write |= keyword.has("WRITE") && !keyword.is("FREQUENCY", "0");
            }
            _ => self.procedure_keyword(keyword),
        }
        self.output(keyword);
        if let Some(name) = keyword.value("INPUT") {
            let include = self.include(&keyword.name, name, IncludeKind::Text, lines);
            let scan = self.section != Section::Skip;
            self.need(include, scan);
        } else if let Some(name) = keyword.value("FILE")
            && !keyword.compact.ends_with("OUTPUT")
        {
            let include = self.include(&keyword.name, name, IncludeKind::Results, lines);
            self.need(include, false);
        }
    }

    fn include(&self, keyword: &str, name: &str, kind: IncludeKind, lines: &Pending) -> Include {
        Include {
            name: name.to_owned(),
            line: lines.line,
            keyword: keyword.to_owned(),
            kind,
            file: self.source.name.clone(),
            present: None,
            context: lines.context(),
        }
    }

    pub(super) fn generated_by(&mut self, name: &str) {
        if !self.deck.generated_by.iter().any(|known| known == name) {
            self.deck.generated_by.push(name.to_owned());
        }
    }

    fn element_block(&mut self, keyword: &Keyword) {
        let kind = keyword.value("TYPE").unwrap_or_default().to_ascii_uppercase();
        let nodes = match self.user_elements.get(&kind) {
            Some(count) => Some(element::Nodes { count: *count, long: *count > 15 }),
            None => element::nodes_of(&kind),
        };
        // past any sane number of types the rest is counted together
        let full = self.types.len() >= MOST_LISTED && !self.types.contains_key(&kind);
        let kind = if full { String::new() } else { kind };
        let next = self.deck.elements_by_type.len();
        let at = *self.types.entry(kind.clone()).or_insert(next);
        if at == next {
            self.deck.elements_by_type.push((kind, 0));
        }
        self.section = Section::Elements(ElementBlock { kind: at, nodes, seen: None });
    }

    fn name_sets(&mut self, keyword: &Keyword) {
        match keyword.compact.as_str() {
            "NSET" | "NODE" | "NGEN" | "NFILL" => {
                if let Some(name) = keyword.value("NSET") {
                    self.scopes.name_set(true, name);
                }
            }
            "ELSET" | "ELEMENT" | "ELGEN" => {
                if let Some(name) = keyword.value("ELSET") {
                    self.scopes.name_set(false, name);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, keyword: &Keyword, lines: &Pending) {
        self.end_step(false);
        self.scopes.leave_all();
        if self.deck.steps.len() >= MOST_LISTED {
            if !std::mem::replace(&mut self.steps_cut, true) {
                let kind = FindingKind::TooManySteps { kept: MOST_LISTED as u32 };
                self.find(kind, lines.line, lines.context());
            }
            return;
        }
        self.step_open = true;
        self.deck.steps.push(Step {
            name: keyword.value("NAME").unwrap_or_default().to_owned(),
            procedure: String::new(),
            period: None,
            // a perturbation answers at one point of time
            advances_time: !keyword.has("PERTURBATION"),
            min_increment: None,
            initial_increment: None,
            nlgeom: keyword.switch("NLGEOM"),
            ended: false,
            file: self.source.name.clone(),
            line: lines.line,
        });
    }

    /// The step is over: by its own keyword, or because something else begins.
    pub(super) fn end_step(&mut self, ended: bool) {
        if !std::mem::take(&mut self.step_open) {
            return;
        }
        let number = self.deck.steps.len() as u32;
        let Some(step) = self.deck.steps.last_mut() else { return };
        step.ended = ended;
        let mut kinds = Vec::new();
        if step.procedure.is_empty() {
            step.advances_time = false;
            kinds.push(FindingKind::StepWithoutProcedure { step: number });
        }
        if !ended {
            kinds.push(FindingKind::StepWithoutEnd { step: number });
        }
        for kind in kinds {
            let finding = Finding { file: step.file.clone(), line: Some(step.line), ..Finding::of(kind) };
            if self.deck.findings.len() < MOST_LISTED {
                self.deck.findings.push(finding);
            }
        }
    }

    fn procedure_keyword(&mut self, keyword: &Keyword) {
        if !self.step_open {
            return;
        }
        let Some(step) = self.deck.steps.last_mut() else { return };
        if !step.procedure.is_empty() {
            return;
        }
        let Some(procedure) = procedure(keyword) else { return };
        step.procedure = procedure.title;
        step.advances_time &= procedure.advances_time;
        if procedure.has_times {
            // the solvers' own default
            step.period = Some(1.0);
            self.section = Section::Times;
        }
    }

    fn output(&mut self, keyword: &Keyword) {
        let name = match keyword.compact.as_str() {
            "OUTPUT" if keyword.has("FIELD") => "FIELD",
            "OUTPUT" if keyword.has("HISTORY") => "HISTORY",
            "NODEFILE" | "ELFILE" | "CONTACTFILE" | "NODEPRINT" | "ELPRINT" | "CONTACTPRINT" | "SECTIONPRINT"
            | "FACEPRINT" => &keyword.name,
            // CalculiX uses these two alone; below Abaqus' *OUTPUT they only name variables
            "NODEOUTPUT" | "ELEMENTOUTPUT" if self.deck.outputs.iter().all(|o| o != "FIELD" && o != "HISTORY") => {
                &keyword.name
            }
            _ => return,
        };
        if !self.deck.outputs.iter().any(|known| known == name) {
            self.deck.outputs.push(name.to_owned());
        }
    }

    fn hint(&mut self, keyword: &Keyword) {
        let user = keyword.has("USER");
        let name = match keyword.compact.as_str() {
            "USERMATERIAL" => "UMAT/VUMAT",
            "USERELEMENT" | "UEL" => "UEL/VUEL",
            "USERDEFINEDFIELD" => "USDFLD/VUSDFLD",
            "USEROUTPUTVARIABLES" => "UVARM",
            "CREEP" if user || keyword.is("LAW", "USER") => "CREEP",
            "PLASTIC" if user || keyword.is("HARDENING", "USER") => "UHARD/VUHARD",
            "HYPERELASTIC" if user => "UHYPER",
            "EXPANSION" if user => "UEXPAN",
            "FRICTION" if user => "FRIC",
            "SURFACEINTERACTION" if user => "UINTER/VUINTER",
            "BOUNDARY" if user => "DISP/VDISP",
            "INITIALCONDITIONS" if user => "SIGINI/SDVINI",
            "AMPLITUDE" if keyword.is("DEFINITION", "USER") => "UAMP/VUAMP",
            "MPC" if user => "MPC",
            "ORIENTATION" if user || keyword.is("SYSTEM", "USER") => "ORIENT",
            "FILM" if user => "FILM",
            _ => return,
        };
        if !self.deck.subroutine_hints.iter().any(|known| known == name) {
            self.deck.subroutine_hints.push(name.to_owned());
        }
    }
}
