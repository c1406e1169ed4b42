//! Alarms that last, so that a restart neither repeats nor forgets them; messages of them that are still to be sent; and how
//! far a node's clock is off. A moment in the future that was doubted once is not doubted at each start.

use crate::dialect::{Dialect, add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        add_columns(manager, "nodes", vec![is.integer("clock_ahead")]).await?;
        add_columns(manager, "system_config", vec![is.integer("doubted")]).await?;
        manager
            .create_table(
                Table::create()
                    .table("alerts")
                    .col(is.text("key").not_null().primary_key())
                    .col(is.text("alert").not_null())
                    .col(is.integer("since").not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("webhook_messages")
                    .col(is.counted_key("id"))
                    .col(is.text("uuid").not_null().unique_key())
                    .col(is.integer("at").not_null())
                    .col(is.text("news").not_null())
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("webhook_messages").to_owned()).await?;
        manager.drop_table(Table::drop().table("alerts").to_owned()).await?;
        drop_columns(manager, "system_config", &["doubted"]).await?;
        drop_columns(manager, "nodes", &["clock_ahead"]).await
    }
}
