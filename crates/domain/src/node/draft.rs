//! What an admin types about a node, and what becomes of it: read in the browser and on the server by the same rules.

use super::Node;
use crate::name::{is_unseen, narrow};
use crate::{AccountName, Cores, HostName, NameError, NodeId, Solver, SolverCommand, Tokens, WorkFolder};
use serde::{Deserialize, Serialize};

/// Most characters of what people call a machine.
pub const LONGEST_NAME: usize = 60;
/// Most cores of a node: more is a slip of the finger.
pub const MOST_CORES: u32 = 4_096;
/// Most tokens its jobs may hold.
pub const MOST_TOKENS: u32 = 100_000;

/// What people configure of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeConfig {
    /// What people call the machine.
    pub hostname: String,
    /// Where SSH reaches it.
    pub ssh_host: HostName,
    /// Its port.
    pub ssh_port: u16,
    /// The account runs belong to.
    pub ssh_user: AccountName,
    /// Cores jobs may take.
    pub cores: Cores,
    /// Tokens its jobs may hold at once.
    pub max_tokens: Tokens,
    /// Command per solver it can run.
    pub solvers: Vec<(Solver, SolverCommand)>,
    /// Folder for runs.
    pub work_dir: WorkFolder,
}

/// A part of a node that people change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeField {
    /// Its id.
    Id,
    /// What people call the machine.
    Name,
    /// Where SSH reaches it.
    Host,
    /// Its port.
    Port,
    /// The account.
    User,
    /// The folder for runs.
    WorkDir,
    /// Cores jobs may take.
    Cores,
    /// Tokens its jobs may hold.
    MaxTokens,
    /// The command of Abaqus.
    Abaqus,
    /// The command of CalculiX.
    Calculix,
    /// Whether it takes jobs.
    State,
    /// The accepted host key.
    HostKey,
}

impl NodeField {
    /// Those of the form, in its order.
    pub const FORM: [NodeField; 10] = [
        NodeField::Id,
        NodeField::Name,
        NodeField::Host,
        NodeField::Port,
        NodeField::User,
        NodeField::WorkDir,
        NodeField::Cores,
        NodeField::MaxTokens,
        NodeField::Abaqus,
        NodeField::Calculix,
    ];

    /// The word sent.
    pub fn as_str(self) -> &'static str {
        match self {
            NodeField::Id => "id",
            NodeField::Name => "name",
            NodeField::Host => "host",
            NodeField::Port => "port",
            NodeField::User => "user",
            NodeField::WorkDir => "work_dir",
            NodeField::Cores => "cores",
            NodeField::MaxTokens => "max_tokens",
            NodeField::Abaqus => "abaqus",
            NodeField::Calculix => "calculix",
            NodeField::State => "state",
            NodeField::HostKey => "host_key",
        }
    }

    /// In which parts two readings of one node differ.
    pub fn differing(before: &Node, after: &Node) -> Vec<NodeField> {
        let command = |node: &Node, solver| node.solvers.iter().find(|(known, _)| *known == solver).cloned();
        [
            (NodeField::Name, before.hostname != after.hostname),
            (NodeField::Host, before.ssh_host != after.ssh_host),
            (NodeField::Port, before.ssh_port != after.ssh_port),
            (NodeField::User, before.ssh_user != after.ssh_user),
            (NodeField::WorkDir, before.work_dir != after.work_dir),
            (NodeField::Cores, before.cores != after.cores),
            (NodeField::MaxTokens, before.max_tokens != after.max_tokens),
            (NodeField::Abaqus, command(before, Solver::Abaqus) != command(after, Solver::Abaqus)),
            (NodeField::Calculix, command(before, Solver::Calculix) != command(after, Solver::Calculix)),
            (NodeField::HostKey, before.host_key != after.host_key),
            (
                NodeField::State,
                (before.state, &before.state_reason, before.state_until)
                    != (after.state, &after.state_reason, after.state_until),
            ),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum NodeProblem {
    /// It cannot be such a name.
    Name {
        /// Why.
        error: NameError,
    },
    /// No whole number of this range.
    Number {
        /// At least.
        least: u32,
        /// At most.
        most: u32,
    },
    /// Neither solver has a command.
    NoSolver,
}

/// A field, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeMistake {
    /// Which field.
    pub field: NodeField,
    /// What is wrong.
    pub problem: NodeProblem,
}

/// The form, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeDraft {
    /// `node-01`.
    pub id: String,
    /// What people call the machine; empty: as its host.
    pub name: String,
    /// Where SSH reaches it.
    pub host: String,
    /// Its port.
    pub port: String,
    /// The account.
    pub user: String,
    /// The folder for runs.
    pub work_dir: String,
    /// Cores jobs may take.
    pub cores: String,
    /// Tokens its jobs may hold.
    pub max_tokens: String,
    /// The command of Abaqus; empty: it has none.
    pub abaqus: String,
    /// The command of CalculiX; empty: it has none.
    pub calculix: String,
}

/// A whole number as a Japanese keyboard may type it.
fn number(text: &str, least: u32, most: u32) -> Result<u32, NodeProblem> {
    let plain = narrow(text.trim());
    let read = plain.parse().ok().filter(|number| (least..=most).contains(number));
    // `+5` is a number to the reader of texts, and no number to people
    read.filter(|_| plain.bytes().all(|b| b.is_ascii_digit())).ok_or(NodeProblem::Number { least, most })
}

fn machine_name(text: &str) -> Result<String, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(NameError::TooLong);
    }
    if text.chars().any(|c| c.is_control() || is_unseen(c)) {
        return Err(NameError::BadCharacter);
    }
    Ok(text.to_owned())
}

impl NodeDraft {
    /// What the form shows of a node that exists.
    pub fn of(node: &Node) -> NodeDraft {
        let command =
            |solver| node.solvers.iter().find(|(known, _)| *known == solver).map(|(_, command)| command.to_string());
        NodeDraft {
            id: node.id.to_string(),
            name: node.hostname.clone(),
            host: node.ssh_host.to_string(),
            port: node.ssh_port.to_string(),
            user: node.ssh_user.to_string(),
            work_dir: node.work_dir.to_string(),
            cores: node.cores.to_string(),
            max_tokens: node.max_tokens.to_string(),
            abaqus: command(Solver::Abaqus).unwrap_or_default(),
            calculix: command(Solver::Calculix).unwrap_or_default(),
        }
    }

    /// What stands in a field.
    pub fn text(&self, field: NodeField) -> &str {
        match field {
            NodeField::Id => &self.id,
            NodeField::Name => &self.name,
            NodeField::Host => &self.host,
            NodeField::Port => &self.port,
            NodeField::User => &self.user,
            NodeField::WorkDir => &self.work_dir,
            NodeField::Cores => &self.cores,
            NodeField::MaxTokens => &self.max_tokens,
            NodeField::Abaqus => &self.abaqus,
            NodeField::Calculix => &self.calculix,
            NodeField::State | NodeField::HostKey => "",
        }
    }

    /// The field, to be typed into; nothing for what is no field of the form.
    pub fn text_mut(&mut self, field: NodeField) -> Option<&mut String> {
        match field {
            NodeField::Id => Some(&mut self.id),
            NodeField::Name => Some(&mut self.name),
            NodeField::Host => Some(&mut self.host),
            NodeField::Port => Some(&mut self.port),
            NodeField::User => Some(&mut self.user),
            NodeField::WorkDir => Some(&mut self.work_dir),
            NodeField::Cores => Some(&mut self.cores),
            NodeField::MaxTokens => Some(&mut self.max_tokens),
            NodeField::Abaqus => Some(&mut self.abaqus),
            NodeField::Calculix => Some(&mut self.calculix),
            NodeField::State | NodeField::HostKey => None,
        }
    }

    /// The node that is meant. Blanks around a text are none of it.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn read(&self) -> Result<(NodeId, NodeConfig), Vec<NodeMistake>> {
        let mut mistakes = Vec::new();
        let mut note = |field, problem| mistakes.push(NodeMistake { field, problem });
        let mut named = |field, error| note(field, NodeProblem::Name { error });
        let id = NodeId::parse(self.id.trim()).map_err(|error| named(NodeField::Id, error)).ok();
        let called = if self.name.trim().is_empty() { self.host.trim() } else { self.name.trim() };
        let ssh_host = HostName::parse(self.host.trim()).map_err(|error| named(NodeField::Host, error)).ok();
        // without a host there is nothing to be called by, which is said there
        let hostname = match (called.is_empty(), machine_name(called)) {
            (true, _) => None,
            (false, read) => read.map_err(|error| named(NodeField::Name, error)).ok(),
        };
        let ssh_user = AccountName::parse(self.user.trim()).map_err(|error| named(NodeField::User, error)).ok();
        let work_dir = WorkFolder::parse(self.work_dir.trim()).map_err(|error| named(NodeField::WorkDir, error)).ok();
        let mut solvers = Vec::new();
        let mut typed = false;
        for (solver, field, text) in [
            (Solver::Abaqus, NodeField::Abaqus, self.abaqus.trim()),
            (Solver::Calculix, NodeField::Calculix, self.calculix.trim()),
        ] {
            if text.is_empty() {
                continue;
            }
            typed = true;
            match SolverCommand::parse(text) {
                Ok(command) => solvers.push((solver, command)),
                Err(error) => named(field, error),
            }
        }
        if !typed {
            note(NodeField::Calculix, NodeProblem::NoSolver);
        }
        let mut counted =
            |field, text: &str, least, most| number(text, least, most).map_err(|problem| note(field, problem)).ok();
        let port =
            counted(NodeField::Port, &self.port, 1, u32::from(u16::MAX)).and_then(|port| u16::try_from(port).ok());
        let cores = counted(NodeField::Cores, &self.cores, 1, MOST_CORES).map(Cores);
        let max_tokens = counted(NodeField::MaxTokens, &self.max_tokens, 0, MOST_TOKENS).map(Tokens);
        match (id, hostname, ssh_host, port, ssh_user, cores, max_tokens, work_dir) {
            (
                Some(id),
                Some(hostname),
                Some(ssh_host),
                Some(ssh_port),
                Some(ssh_user),
                Some(cores),
                Some(max_tokens),
                Some(work_dir),
            ) if mistakes.is_empty() => {
                Ok((id, NodeConfig { hostname, ssh_host, ssh_port, ssh_user, cores, max_tokens, solvers, work_dir }))
            }
            _ => Err(mistakes),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn draft() -> NodeDraft {
        let text = str::to_owned;
        NodeDraft {
            id: text("node-05"),
            name: text(" 解析室の PC "),
            host: text("node-05.lab.local"),
            port: text("２２"),
            user: text("abaqus-user"),
            work_dir: text(".ajm"),
            cores: text("32"),
            max_tokens: text("24"),
            abaqus: text("abq2025"),
            calculix: text(""),
        }
    }

    #[test]
    fn what_is_typed_is_a_node() {
        let (id, config) = draft().read().unwrap();
        assert_eq!((id.as_str(), config.ssh_port, config.hostname.as_str()), ("node-05", 22, "解析室の PC"));
        assert_eq!(config.solvers, [(Solver::Abaqus, SolverCommand::parse("abq2025").unwrap())]);
        let unnamed = NodeDraft { name: String::new(), ..draft() };
        assert_eq!(unnamed.read().unwrap().1.hostname, "node-05.lab.local");
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let mistakes = |change: fn(&mut NodeDraft)| {
            let mut draft = draft();
            change(&mut draft);
            draft.read().unwrap_err().into_iter().map(|one| (one.field, one.problem)).collect::<Vec<_>>()
        };
        let reserved = NodeProblem::Name { error: NameError::Reserved };
        assert_eq!(mistakes(|draft| draft.id = "auto".into()), [(NodeField::Id, reserved)]);
        let port = NodeProblem::Number { least: 1, most: 65_535 };
        for text in ["0", "65536", "ssh", "", "+22", "2 2"] {
            let draft = NodeDraft { port: text.to_owned(), ..draft() };
            assert_eq!(draft.read().unwrap_err(), [NodeMistake { field: NodeField::Port, problem: port }], "{text}");
        }
        assert_eq!(mistakes(|draft| draft.abaqus.clear()), [(NodeField::Calculix, NodeProblem::NoSolver)]);
        let all = NodeDraft::default().read().unwrap_err();
        let fields: Vec<_> = all.iter().map(|one| one.field).collect();
        for field in NodeField::FORM.into_iter().filter(|field| !matches!(field, NodeField::Name | NodeField::Abaqus)) {
            assert!(fields.contains(&field), "{field:?}");
        }
        let hidden = mistakes(|draft| draft.name = "a\u{202e}b".into());
        assert_eq!(hidden, [(NodeField::Name, NodeProblem::Name { error: NameError::BadCharacter })]);
    }

    proptest! {
        #[test]
        fn no_text_is_read_as_something_else(text in "\\PC{0,30}", which in 0usize..10) {
            let mut draft = draft();
            *draft.text_mut(NodeField::FORM[which]).unwrap() = text.clone();
            match draft.read() {
                // one line, nothing unseen, whatever was typed
                Ok((id, config)) => {
                    prop_assert!(id.as_str() != "auto");
                    prop_assert!(!config.hostname.chars().any(|c| c.is_control() || is_unseen(c)));
                    prop_assert!(config.cores.0 >= 1 && !config.solvers.is_empty());
                }
                Err(mistakes) => prop_assert!(mistakes.iter().all(|one| one.field == NodeField::FORM[which]
                    || matches!(one.field, NodeField::Calculix | NodeField::Name))),
            }
        }
    }
}
