//! What a clean-up needs: jobs that somebody keeps, when results went, and the daily totals of jobs that are gone.

use crate::dialect::{Dialect, add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        let columns = vec![is.integer("pinned").not_null().default(0).take(), is.integer("results_removed_at")];
        add_columns(manager, "jobs", columns).await?;
        // since when a rule could be seen, where that is later than its last change
        add_columns(manager, "system_config", vec![is.integer("noticed_at")]).await?;
        manager
            .create_table(
                Table::create()
                    .table("daily_usage")
                    .col(is.text("day").not_null())
                    .col(is.text("user_id").not_null())
                    .col(is.text("node_id").not_null())
                    .col(is.integer("jobs").not_null())
                    .col(is.integer("run_seconds").not_null())
                    .col(is.integer("core_seconds").not_null())
                    .col(is.integer("token_seconds").not_null())
                    .primary_key(Index::create().col("day").col("user_id").col("node_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("daily_usage").to_owned()).await?;
        drop_columns(manager, "system_config", &["noticed_at"]).await?;
        // who keeps what is forgotten with the columns: a later upgrade begins the week of notice anew
        let rules =
            Query::delete().from_table("system_config").and_where(Expr::col("key").like("cleanup_%")).to_owned();
        manager.execute(rules).await?;
        drop_columns(manager, "jobs", &["pinned", "results_removed_at"]).await
    }
}
