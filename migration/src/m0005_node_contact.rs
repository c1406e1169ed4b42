//! How a node is reached and what it last said.

use crate::dialect::{Dialect, add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 8] =
    ["host_key", "state_reason", "state_until", "solvers", "work_dir", "last_contact", "disk_free", "disk_total"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        let columns = COLUMNS
            .iter()
            .map(|name| match *name {
                "solvers" => is.text(name).not_null().default("[]").take(),
                "work_dir" => is.text(name).not_null().default(".ajm").take(),
                "host_key" | "state_reason" => is.text(name),
                _ => is.integer(name),
            })
            .collect();
        add_columns(manager, "nodes", columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "nodes", &COLUMNS).await
    }
}
