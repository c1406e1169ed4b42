//! Whether a node takes jobs, as people decide it, and whom they take it for.

use super::save::put;
use super::{all, find, no_node};
use crate::entities::nodes;
use crate::{Repository, RepositoryError, now};
use domain::{Actor, Fault, Message, Node, NodeId, NodeRefusal, NodeState, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

impl Repository {
    async fn turn(
        &self,
        id: &NodeId,
        actor: &Actor,
        action: &'static str,
        how: impl FnOnce(&mut Node) -> Result<(), NodeRefusal> + Send + 'static,
    ) -> Result<Node, RepositoryError> {
        let (id, actor) = (id.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let before = find(&change.db, &id).await?.ok_or_else(|| no_node(&id))?;
                let mut node = before.clone();
                how(&mut node).map_err(RepositoryError::Node)?;
                if node == before {
                    return Ok(node);
                }
                put(change, &actor, action, Some(before), node).await
            })
        })
        .await
    }

    /// Takes nothing new, finishes what it has; `until` it takes jobs again by itself.
    ///
    /// # Errors
    /// `NotFound`; `Node(State)` for one that is switched off; `Node(Past)`.
    pub async fn drain_node(
        &self,
        id: &NodeId,
        reason: Option<String>,
        until: Option<Timestamp>,
        actor: &Actor,
    ) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "drain_node", move |node| {
            if node.state == NodeState::Disabled {
                return Err(NodeRefusal::State { state: node.state });
            }
            if until.is_some_and(|until| until <= now()) {
                return Err(NodeRefusal::Past);
            }
            node.state = NodeState::Draining;
            node.state_reason = reason.map(Message::Words);
            node.state_until = until;
            Ok(())
        })
        .await
    }

    /// Ends a drain.
    ///
    /// # Errors
    /// `NotFound`; `Node(State)` for one that is switched off.
    pub async fn resume_node(&self, id: &NodeId, actor: &Actor) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "resume_node", |node| match node.state {
            NodeState::Draining => {
                serve(node, now());
                Ok(())
            }
            NodeState::Available | NodeState::Unavailable => Ok(()),
            NodeState::Disabled => Err(NodeRefusal::State { state: node.state }),
        })
        .await
    }

    /// Switches it off: it takes nothing new and is not asked whether it is there. Its runs go on.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn disable_node(
        &self,
        id: &NodeId,
        reason: Option<String>,
        actor: &Actor,
    ) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "disable_node", move |node| {
            node.state = NodeState::Disabled;
            node.state_reason = reason.map(Message::Words);
            node.state_until = None;
            Ok(())
        })
        .await
    }

    /// Switches it on. It takes jobs as soon as it has answered.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn enable_node(&self, id: &NodeId, actor: &Actor) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "enable_node", |node| {
            if node.state == NodeState::Disabled {
                (node.state, node.state_reason, node.state_until) = (NodeState::Unavailable, None, None);
            }
            Ok(())
        })
        .await
    }

    /// From now on this is who the node is: `line` is its key as OpenSSH writes it. It takes jobs as soon as it has
    /// answered with it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn accept_host_key(&self, id: &NodeId, line: String, actor: &Actor) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "accept_host_key", move |node| {
            node.host_key = Some(line);
            let refused = matches!(node.state_reason, Some(Message::Fault(Fault::HostKeyRefused { .. })));
            if node.state == NodeState::Unavailable || refused {
                (node.state, node.state_reason) = (NodeState::Unavailable, None);
            }
            Ok(())
        })
        .await
    }

    /// This is not the node: it is switched off.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn refuse_host_key(
        &self,
        id: &NodeId,
        fingerprint: String,
        actor: &Actor,
    ) -> Result<Node, RepositoryError> {
        self.turn(id, actor, "refuse_host_key", move |node| {
            node.state = NodeState::Disabled;
            node.state_reason = Some(Fault::HostKeyRefused { fingerprint }.into());
            node.state_until = None;
            Ok(())
        })
        .await
    }

    /// Nodes whose drain is over take jobs again; gives the moment at which the next one will be. By the scheduler, at
    /// that moment.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn end_drains(&self, now: Timestamp) -> Result<Option<Timestamp>, RepositoryError> {
        let known = all(self.db()).await?;
        let draining = known.iter().filter(|node| node.state == NodeState::Draining);
        let next = draining.filter_map(|node| node.state_until).filter(|until| *until > now).min();
        if !known.iter().any(|node| node.drain_is_over(now)) {
            return Ok(next);
        }
        self.write(move |change| {
            Box::pin(async move {
                use nodes::Column as C;
                // read again: one may have been given more time meanwhile
                for mut node in all(&change.db).await?.into_iter().filter(|node| node.drain_is_over(now)) {
                    serve(&mut node, now);
                    nodes::Entity::update_many()
                        .col_expr(C::Status, Expr::value(node.state.as_str()))
                        .col_expr(C::StateReason, Expr::value(None::<String>))
                        .col_expr(C::StateUntil, Expr::value(None::<i64>))
                        .filter(C::Id.eq(node.id.as_str()))
                        .exec(&change.db)
                        .await?;
                    change.mention(|mentions| mentions.nodes.insert(node.id));
                }
                Ok(())
            })
        })
        .await?;
        Ok(next)
    }
}

fn serve(node: &mut Node, at: Timestamp) {
    (node.state, node.state_reason, node.state_until) = (node.back_in_service(at), None, None);
}
