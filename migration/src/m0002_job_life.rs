//! What a job needs beyond the specification's columns: its life, its wishes, how far it is.

use crate::dialect::{Dialect, add_columns, drop_columns, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 21] = [
    "version",
    "solver",
    "wish",
    "parent_id",
    "started_at",
    "ended_at",
    "head_since",
    "waiting",
    "progress",
    "in_trouble",
    "transfer",
    "verdict",
    "cancel_by",
    "cancel_at",
    "tries",
    "not_before",
    "no_contact_since",
    "run_token",
    "idempotency_key",
    "steps",
    "deck_report",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        let columns = COLUMNS
            .iter()
            .map(|name| match *name {
                "version" => is.integer(name).not_null().default(1).take(),
                "in_trouble" | "tries" => is.integer(name).not_null().default(0).take(),
                "solver" => is.text(name).not_null().default("abaqus").take(),
                "wish" => is.text(name).not_null().default("auto").take(),
                "steps" => is.text(name).not_null().default("[]").take(),
                "deck_report" => is.text(name).not_null().default("null").take(),
                "waiting" | "progress" | "transfer" | "verdict" | "cancel_by" | "run_token" | "idempotency_key" => {
                    is.text(name)
                }
                _ => is.integer(name),
            })
            .collect();
        add_columns(manager, "jobs", columns).await?;
        manager
            .create_index(
                Index::create()
                    .name("idx_jobs_idempotency")
                    .table("jobs")
                    .col("user_id")
                    .col("idempotency_key")
                    .unique()
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_jobs_user_id", "jobs", &["user_id", "created_at"]).await?;
        index(manager, "idx_jobs_parent_id", "jobs", &["parent_id"]).await?;
        index(manager, "idx_jobs_ended_at", "jobs", &["ended_at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["idx_jobs_ended_at", "idx_jobs_parent_id", "idx_jobs_user_id", "idx_jobs_idempotency"] {
            manager.drop_index(Index::drop().name(name).table("jobs").to_owned()).await?;
        }
        drop_columns(manager, "jobs", &COLUMNS).await
    }
}
