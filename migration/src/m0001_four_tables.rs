//! The four tables of the operations specification: columns, checks, defaults, indices and the first setting.

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
                    .table("jobs")
                    .col(is.counted_key("id"))
                    .col(is.text("name").not_null().unique_key())
                    .col(is.text("status").not_null().default("Waiting"))
                    .col(is.text("user_id").not_null())
                    .col(is.text("node_id").not_null())
                    .col(is.integer("cpu_count").not_null().check(Expr::col("cpu_count").is_in([2, 4, 8])))
                    .col(is.integer("license_tokens").not_null())
                    .col(is.text("message"))
                    .col(is.text("inp_file_path").not_null())
                    .col(is.text("execution_path"))
                    .col(is.text("result_path"))
                    .col(is.stamp("created_at"))
                    .col(is.stamp("updated_at"))
                    .col(is.integer("priority").default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("nodes")
                    .col(is.text("id").primary_key())
                    .col(is.text("hostname").not_null())
                    .col(is.text("ssh_host").not_null())
                    .col(is.integer("ssh_port").default(22))
                    .col(is.text("ssh_user").not_null())
                    .col(is.text("status").default("Available"))
                    .col(is.integer("total_cpu_cores").not_null())
                    .col(is.integer("max_license_tokens").not_null())
                    .col(is.stamp("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("users")
                    .col(is.text("id").primary_key())
                    .col(is.text("name").not_null())
                    .col(is.text("role").default("student"))
                    .col(is.stamp("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("system_config")
                    .col(is.text("key").primary_key())
                    .col(is.text("value").not_null())
                    .col(is.text("description"))
                    .col(is.stamp("updated_at"))
                    .to_owned(),
            )
            .await?;
        let first = Query::insert()
            .into_table("system_config")
            .columns(["key", "value", "description"])
            .values_panic(
                ["total_license_tokens", "50", "システム全体で利用可能なAbaqusライセンストークン数"].map(Expr::val),
            )
            .to_owned();
        manager.execute(first).await?;
        index(manager, "idx_jobs_status", "jobs", &["status"]).await?;
        index(manager, "idx_jobs_node_id", "jobs", &["node_id"]).await?;
        index(manager, "idx_jobs_created_at", "jobs", &["created_at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["system_config", "users", "nodes", "jobs"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
