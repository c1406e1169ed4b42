//! What belongs to one job: its files, its runs, its results, its history. All of it goes when the job goes.

use crate::dialect::{Dialect, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rows of `table` go with their job.
fn of_job() -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col("job_id").to("jobs", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        manager
            .create_table(
                Table::create()
                    .table("job_files")
                    .col(is.integer("job_id").not_null())
                    .col(is.text("name").not_null())
                    .col(is.text("upload_id").not_null())
                    .col(is.integer("is_deck").not_null().default(0))
                    .primary_key(Index::create().col("job_id").col("name"))
                    .foreign_key(&mut of_job())
                    .foreign_key(ForeignKey::create().from_col("upload_id").to("uploads", "id"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_job_files_upload_id", "job_files", &["upload_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("runs")
                    .col(is.text("token").not_null().primary_key())
                    .col(is.integer("job_id").not_null())
                    .col(is.text("node_id").not_null())
                    .col(is.integer("attempt").not_null())
                    .col(is.text("stage").not_null())
                    .col(is.text("boot"))
                    .col(is.integer("launched_at"))
                    .col(is.text("end"))
                    .col(is.stamp("created_at"))
                    .foreign_key(&mut of_job())
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_runs_job_id", "runs", &["job_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("result_files")
                    .col(is.integer("job_id").not_null())
                    .col(is.text("name").not_null())
                    .col(is.integer("size").not_null())
                    .col(is.text("sha256"))
                    .col(is.integer("fetched").not_null())
                    .col(is.text("error"))
                    .primary_key(Index::create().col("job_id").col("name"))
                    .foreign_key(&mut of_job())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("job_history")
                    .col(is.counted_key("id"))
                    .col(is.integer("job_id").not_null())
                    .col(is.integer("at").not_null())
                    .col(is.text("status").not_null())
                    .col(is.text("actor"))
                    .col(is.text("fact").not_null())
                    .foreign_key(&mut of_job())
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_job_history_job_id", "job_history", &["job_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["job_history", "result_files", "runs", "job_files"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
