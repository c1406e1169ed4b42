//! Every change by a person: who, what, before, after, from where. Only ever appended to.

use crate::dialect::{Dialect, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        manager
            .create_table(
                Table::create()
                    .table("audit_log")
                    .col(is.counted_key("id"))
                    .col(is.integer("at").not_null())
                    .col(is.text("actor").not_null())
                    .col(is.text("action").not_null())
                    .col(is.text("subject").not_null())
                    .col(is.text("before"))
                    .col(is.text("after"))
                    .col(is.text("origin"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_audit_log_at", "audit_log", &["at"]).await?;
        index(manager, "idx_audit_log_subject", "audit_log", &["subject"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_log").to_owned()).await
    }
}
