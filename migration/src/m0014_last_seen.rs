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
        // begins with what sessions and tokens still tell, the later of both
        for (table, column) in [("sessions", "seen_at"), ("api_tokens", "used_at")] {
            let last = Query::select()
                .expr(Expr::col((table, column)).max())
                .from(table)
                .and_where(Expr::col((table, "user_id")).equals(("users", "id")))
                .to_owned();
            let last = || SimpleExpr::SubQuery(None, Box::new(last.clone().into()));
            let known = Func::coalesce([Expr::col(("users", "seen_at")), Expr::val(0)]);
            let fill = Query::update().table("users").value("seen_at", last()).and_where(last().gt(known)).to_owned();
            manager.execute(fill).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "users", &["seen_at"]).await
    }
}
