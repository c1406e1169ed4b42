//! A version on each setting, so that two people who change it at once find out, and who changed it last; the audit log
//! can be searched by person and by action, and keeps the network address.

use crate::dialect::{Dialect, add_columns, drop_columns, index};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const BY_ACTOR: &str = "idx_audit_log_actor";
const BY_ACTION: &str = "idx_audit_log_action";

/// Rows of the audit log that are about this setting.
fn changes() -> SelectStatement {
    let subject = Expr::cust("'setting ' || \"system_config\".\"key\"");
    Query::select().from("audit_log").and_where(Expr::col(("audit_log", "subject")).eq(subject)).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is = Dialect::of(manager);
        let columns = vec![is.integer("version").not_null().default(0).take(), is.text("updated_by")];
        add_columns(manager, "system_config", columns).await?;
        add_columns(manager, "audit_log", vec![is.text("address")]).await?;
        index(manager, BY_ACTOR, "audit_log", &["actor", "at"]).await?;
        index(manager, BY_ACTION, "audit_log", &["action", "at"]).await?;
        // what was changed before versions were counted is known from the log
        let count = changes().expr(Expr::cust("COUNT(*)")).to_owned();
        let last = changes().column("actor").order_by("id", Order::Desc).limit(1).to_owned();
        let known = Query::update()
            .table("system_config")
            .value("version", SimpleExpr::SubQuery(None, Box::new(count.into())))
            .value("updated_by", SimpleExpr::SubQuery(None, Box::new(last.into())))
            .to_owned();
        manager.execute(known).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [BY_ACTION, BY_ACTOR] {
            manager.drop_index(Index::drop().name(name).table("audit_log").to_owned()).await?;
        }
        drop_columns(manager, "audit_log", &["address"]).await?;
        drop_columns(manager, "system_config", &["version", "updated_by"]).await
    }
}
