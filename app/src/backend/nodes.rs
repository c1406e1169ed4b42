//! Nodes as people see and administer them.

use super::{Asking, Backend, doctor, fault};
use crate::i18n::{Locale, sentence};
use crate::nodes::api::{AdminView, HostKeyView, NodeAct, NodeView};
use crate::{AppError, ErrorCode};
use domain::doctor::Told;
use domain::name::is_unseen;
use domain::node::NodeMistake;
use domain::{Act, Node, NodeDraft, NodeId, NodeRefusal};
use executor::{ExecutorError, HostKey, NodeAddress};
use futures::{Stream, stream};
use serde_json::json;

/// Most characters of a reason.
const LONGEST_REASON: usize = 200;

impl Backend {
    async fn node(&self, id: &NodeId, locale: Locale) -> Result<Node, AppError> {
        let node = self.repository.node(id).await.map_err(|error| fault::repository(locale, error))?;
        node.ok_or_else(|| fault::node_is_gone(locale, id))
    }

    /// One node's page; with what an admin sees, for an admin.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn view_node(&self, id: &NodeId, asking: &Asking) -> Result<NodeView, AppError> {
        let fault = |error| fault::repository(asking.locale, error);
        let summaries = self.repository.node_summaries().await.map_err(fault)?;
        let summary = summaries.into_iter().find(|node| node.id == *id);
        let summary = summary.ok_or_else(|| fault::node_is_gone(asking.locale, id))?;
        let admin = if asking.actor.may(Act::Administer) {
            let node = self.node(id, asking.locale).await?;
            Some(AdminView {
                draft: NodeDraft::of(&node),
                version: node.version,
                accepted: accepted(&node),
                usage: self.repository.node_use(id).await.map_err(fault)?,
            })
        } else {
            None
        };
        Ok(NodeView { summary, admin })
    }

    /// Adds a node (no `version`), or changes the one that was read at this version.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming a field, with all mistakes; `CONFLICT` with the refusal; `NOT_FOUND`.
    pub async fn save_node(
        &self,
        draft: &NodeDraft,
        version: Option<u64>,
        asking: &Asking,
    ) -> Result<NodeId, AppError> {
        let locale = asking.locale;
        let (id, config) = draft.read().map_err(|mistakes| wrong(locale, &mistakes))?;
        let saved = match version {
            None => self.repository.add_node(&id, &config, &asking.actor).await,
            Some(version) => self.repository.change_node(&id, &config, version, &asking.actor).await,
        };
        saved.map_err(|error| fault::repository(locale, error))?;
        Ok(id)
    }

    /// Whether it takes jobs, and whether it is one of ours.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field; `CONFLICT` with the refusal; `NOT_FOUND`.
    pub async fn act_on_node(&self, id: &NodeId, act: NodeAct, asking: &Asking) -> Result<(), AppError> {
        let (locale, actor, repository) = (asking.locale, &asking.actor, &self.repository);
        let done = match act {
            NodeAct::Drain { reason: said, until } => {
                repository.drain_node(id, reason(locale, &said)?, until, actor).await.map(drop)
            }
            NodeAct::Resume => repository.resume_node(id, actor).await.map(drop),
            NodeAct::Disable { reason: said } => {
                repository.disable_node(id, reason(locale, &said)?, actor).await.map(drop)
            }
            NodeAct::Enable => repository.enable_node(id, actor).await.map(drop),
            NodeAct::Delete => repository.delete_node(id, actor).await,
        };
        done.map_err(|error| fault::repository(locale, error))
    }

    /// The key that the node shows now. Nobody logs in.
    ///
    /// # Errors
    /// `NOT_FOUND`; `UNAVAILABLE` when it does not answer.
    pub async fn host_key(&self, id: &NodeId, asking: &Asking) -> Result<HostKeyView, AppError> {
        let node = self.node(id, asking.locale).await?;
        let found = self.shown_key(&node, asking.locale).await?;
        Ok(HostKeyView { found: found.fingerprint, accepted: accepted(&node) })
    }

    async fn shown_key(&self, node: &Node, locale: Locale) -> Result<HostKey, AppError> {
        match self.executor.host_key(&NodeAddress::from(node)).await {
            Ok(key) | Err(ExecutorError::HostKeyChanged { found: key, .. }) => Ok(key),
            Err(error) => {
                let why = sentence::fault::infrastructure(locale, &error.fault());
                let message = locale.pick(
                    format!("{why}。電源とネットワーク、アドレスを確かめてください。"),
                    format!("{why}. Check power, network and address."),
                );
                Err(AppError::new(ErrorCode::Unavailable, message))
            }
        }
    }

    /// Accepts exactly the key that somebody has compared: what the node shows now must be the same. Or refuses it.
    ///
    /// # Errors
    /// `CONFLICT` when it shows another one; `NOT_FOUND`; `UNAVAILABLE` when it does not answer.
    pub async fn decide_host_key(
        &self,
        id: &NodeId,
        fingerprint: &str,
        accept: bool,
        asking: &Asking,
    ) -> Result<(), AppError> {
        let (locale, actor) = (asking.locale, &asking.actor);
        let node = self.node(id, locale).await?;
        let found = self.shown_key(&node, locale).await?;
        if found.fingerprint != fingerprint {
            return Err(fault::node(locale, &NodeRefusal::OtherKey { found: found.fingerprint }));
        }
        let decided = if accept {
            self.repository.accept_host_key(id, found.line, actor).await
        } else {
            self.repository.refuse_host_key(id, found.fingerprint, actor).await
        };
        decided.map_err(|error| fault::repository(locale, error))?;
        self.executor.forget(id).await;
        Ok(())
    }

    /// The node doctor, a line of JSON for each thing told. Dropping the stream ends it.
    ///
    /// # Errors
    /// `NOT_FOUND`; `UNAVAILABLE` while as many tests as may go on at once do.
    pub async fn test_node(
        &self,
        id: &NodeId,
        asking: &Asking,
    ) -> Result<impl Stream<Item = Result<String, AppError>> + Send + use<>, AppError> {
        let node = self.node(id, asking.locale).await?;
        let place = self.tests.clone().try_acquire_owned().map_err(|_| fault::too_many_tests(asking.locale))?;
        let told = doctor::test(self.executor.clone(), node, self.repository.settings());
        Ok(stream::unfold((told, place), |(mut told, place)| async move {
            let next = told.recv().await?;
            Some((Ok(line(&next)), (told, place)))
        }))
    }
}

fn accepted(node: &Node) -> Option<String> {
    node.host_key.as_deref().and_then(HostKey::of_line).map(|key| key.fingerprint)
}

/// A line of plain ASCII: the way there may be cut anywhere, and must not cut a letter.
fn line(told: &Told) -> String {
    let json = serde_json::to_string(told).unwrap_or_default();
    let mut line = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c.is_ascii() {
            line.push(c);
        } else {
            // JSON has such letters inside its texts only
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| line.push_str(&format!("\\u{unit:04x}")));
        }
    }
    line.push('\n');
    line
}

/// One short line, or nothing.
fn reason(locale: Locale, said: &str) -> Result<Option<String>, AppError> {
    let said = said.trim();
    let fits = said.chars().count() <= LONGEST_REASON && !said.chars().any(|c| c.is_control() || is_unseen(c));
    if !fits {
        let message = locale.pick(
            format!("{LONGEST_REASON}文字までの1行で入力してください。"),
            format!("Enter one line of at most {LONGEST_REASON} characters."),
        );
        return Err(AppError::new(ErrorCode::ValidationError, message).about("reason"));
    }
    Ok((!said.is_empty()).then(|| said.to_owned()))
}

/// The first mistake at its field; all of them for the form.
fn wrong(locale: Locale, mistakes: &[NodeMistake]) -> AppError {
    let Some(first) = mistakes.first() else { return fault::internal(locale) };
    let message = sentence::node::mistake(locale, first);
    AppError::new(ErrorCode::ValidationError, message).about(first.field.as_str()).with(json!(mistakes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::Solver;
    use domain::doctor::{Outcome, Problem, Report, Step};

    #[test]
    fn what_is_told_travels_as_lines_of_ascii() {
        let problem = Problem::Command { solver: Solver::Abaqus, said: "ライセンス\u{1f511}なし".into() };
        let report = Report { step: Step::Abaqus, outcome: Outcome::Failed { problem }, millis: 3, system: None };
        let told = Told::Done { report };
        let line = line(&told);
        assert!(line.is_ascii() && line.ends_with('\n') && line.matches('\n').count() == 1);
        assert_eq!(serde_json::from_str::<Told>(&line).unwrap(), told);
    }

    #[test]
    fn a_reason_is_one_short_line_or_none() {
        assert_eq!(reason(Locale::Ja, "  保守 ").unwrap().as_deref(), Some("保守"));
        assert_eq!(reason(Locale::Ja, " ").unwrap(), None);
        for said in ["a\nb", "a\u{202e}b", &"長".repeat(201)] {
            assert_eq!(reason(Locale::En, said).unwrap_err().field.as_deref(), Some("reason"));
        }
    }
}
