//! What became of the runs' folders on their nodes.

use crate::entities::{jobs, runs};
use crate::rows::Row;
use crate::{Repository, RepositoryError};
use domain::{JobStatus, NodeId, RunToken};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

/// What became of a run's folder once nobody works in it; until then it is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFolder {
    /// It stays on the node: its results could not all be fetched, or the settings keep those of failed runs.
    Kept,
    /// It was removed.
    Removed,
}

impl RunFolder {
    fn as_str(self) -> &'static str {
        match self {
            RunFolder::Kept => "kept",
            RunFolder::Removed => "removed",
        }
    }
}

impl Repository {
    /// Runs of this node whose folder is of no more use: the job has ended, or goes on with another run. At most
    /// `most` by token, those after `after`.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn folders_to_remove(
        &self,
        node: &NodeId,
        after: Option<&RunToken>,
        most: u64,
    ) -> Result<Vec<RunToken>, RepositoryError> {
        use {jobs::Column as J, runs::Column as R};
        let job: RelationDef = runs::Entity::belongs_to(jobs::Entity).from(R::JobId).to(J::Id).into();
        let ended = JobStatus::ALL.into_iter().filter(|status| status.is_ended()).map(JobStatus::as_str);
        let is_over = Condition::any()
            .add(J::RunToken.is_null())
            .add(Expr::col((jobs::Entity, J::RunToken)).ne(Expr::col((runs::Entity, R::Token))))
            .add(J::Status.is_in(ended));
        let tokens: Vec<String> = runs::Entity::find()
            .select_only()
            .column(R::Token)
            .join(JoinType::InnerJoin, job)
            .filter(R::NodeId.eq(node.as_str()))
            .filter(R::Folder.is_null())
            .filter(R::Token.gt(after.map_or("", RunToken::as_str)))
            .filter(is_over)
            .order_by_asc(R::Token)
            .limit(most)
            .into_tuple()
            .all(self.db())
            .await?;
        tokens.iter().map(|token| Row::new("runs", token).take("token", RunToken::parse(token))).collect()
    }

    /// Stores what became of these runs' folders; `None`: that is open again.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn record_folders(&self, runs: &[RunToken], folder: Option<RunFolder>) -> Result<(), RepositoryError> {
        let update = runs::Entity::update_many()
            .col_expr(runs::Column::Folder, Expr::value(folder.map(RunFolder::as_str)))
            .filter(runs::Column::Token.is_in(runs.iter().map(RunToken::as_str)));
        self.write(move |change| {
            Box::pin(async move {
                update.exec(&change.db).await?;
                Ok(())
            })
        })
        .await
    }
}
