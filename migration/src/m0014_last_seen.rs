//! When somebody was last seen stays known when the session or token is gone.

use crate::dialect::{Dialect, add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        add_columns(manager, "users", vec![is.integer("seen_at")]).await?;
        // begins with what sessions still tell
        let last = Query::select()
            .expr(Expr::col(("sessions", "seen_at")).max())
            .from("sessions")
            .and_where(Expr::col(("sessions", "user_id")).equals(("users", "id")))
            .to_owned();
        let last = SimpleExpr::SubQuery(None, Box::new(last.into()));
        let fill = Query::update().table("users").value("seen_at", last).to_owned();
        manager.execute(fill).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "users", &["seen_at"]).await
    }
}
