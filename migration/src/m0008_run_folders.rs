//! What became of a run's folder on its node, so that none is forgotten there.

use crate::dialect::{Dialect, add_columns, drop_columns, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        add_columns(manager, "runs", vec![is.text("folder")]).await?;
        // until now nobody wrote down what was kept on purpose: of runs that are over nothing is removed
        let ended = ["Completed", "Failed", "Cancelled", "Missing"];
        let over = Query::select().column("id").from("jobs").and_where(Expr::col("status").is_in(ended)).to_owned();
        let keep = Query::update()
            .table("runs")
            .value("folder", "kept")
            .and_where(Expr::col("job_id").in_subquery(over))
            .to_owned();
        manager.exec_stmt(keep).await?;
        index(manager, "idx_runs_node_id_folder", "runs", &["node_id", "folder"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("idx_runs_node_id_folder").table("runs").to_owned()).await?;
        drop_columns(manager, "runs", &["folder"]).await
    }
}
