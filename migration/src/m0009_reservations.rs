//! Tokens and cores that people keep for work outside this system. A row stays when it is over: it says how.

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
                    .table("reservations")
                    .col(is.counted_key("id"))
                    .col(is.text("user_id").not_null())
                    .col(is.integer("tokens").not_null())
                    .col(is.text("node_id"))
                    .col(is.integer("cores"))
                    .col(is.text("purpose").not_null())
                    .col(is.integer("created_at").not_null())
                    .col(is.integer("expires_at").not_null())
                    .col(is.integer("heartbeat_seconds"))
                    .col(is.integer("renewed_at").not_null())
                    .col(is.integer("ended_at"))
                    .col(is.text("ended_how"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_reservations_ended_at", "reservations", &["ended_at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reservations").to_owned()).await
    }
}
