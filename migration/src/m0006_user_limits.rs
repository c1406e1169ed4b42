//! What one person's jobs may hold at once.

use crate::dialect::{Dialect, add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        add_columns(manager, "users", vec![is.integer("max_running_jobs"), is.integer("max_license_tokens")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "users", &["max_running_jobs", "max_license_tokens"]).await
    }
}
