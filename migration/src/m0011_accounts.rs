//! Who may come in: passwords, sessions, tokens for programs, and one-time links.

use crate::dialect::{Dialect, add_columns, drop_columns, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 5] = ["password_hash", "disabled_at", "expires_at", "language", "theme"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        let [password_hash, disabled_at, expires_at, language, theme] = COLUMNS;
        add_columns(
            manager,
            "users",
            vec![
                is.text(password_hash),
                is.integer(disabled_at),
                is.integer(expires_at),
                is.text(language),
                is.text(theme),
            ],
        )
        .await?;
        // the key is a fingerprint of the secret, never the secret
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(is.text("id").primary_key())
                    .col(is.text("user_id").not_null())
                    .col(is.integer("created_at").not_null())
                    .col(is.integer("seen_at").not_null())
                    .col(is.text("address").not_null())
                    .col(is.text("agent").not_null())
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_sessions_user_id", "sessions", &["user_id"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("api_tokens")
                    .col(is.counted_key("id"))
                    .col(is.text("user_id").not_null())
                    .col(is.text("name").not_null())
                    .col(is.text("fingerprint").not_null().unique_key())
                    .col(is.text("scope").not_null())
                    .col(is.integer("created_at").not_null())
                    .col(is.integer("used_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, "idx_api_tokens_user_id", "api_tokens", &["user_id"]).await?;
        // without a person: the link that makes the first admin
        manager
            .create_table(
                Table::create()
                    .table("invitations")
                    .col(is.text("id").primary_key())
                    .col(is.text("user_id"))
                    .col(is.integer("created_at").not_null())
                    .col(is.integer("expires_at").not_null())
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["invitations", "api_tokens", "sessions"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        drop_columns(manager, "users", &COLUMNS).await
    }
}
