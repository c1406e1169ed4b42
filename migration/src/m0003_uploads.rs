//! Files that people sent: the bytes are in the upload folder, what is known of them here.

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
                    .table("uploads")
                    .col(is.text("id").not_null().primary_key())
                    .col(is.text("name").not_null())
                    .col(is.integer("size").not_null())
                    .col(is.text("sha256").not_null())
                    .col(is.text("path").not_null())
                    .col(is.text("user_id").not_null())
                    .col(is.stamp("created_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_uploads_created_at", "uploads", &["created_at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("uploads").to_owned()).await
    }
}
