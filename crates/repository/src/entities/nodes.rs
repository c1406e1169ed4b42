//! One node.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nodes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub hostname: String,
    pub ssh_host: String,
    pub ssh_port: Option<i64>,
    pub ssh_user: String,
    pub status: Option<String>,
    pub total_cpu_cores: i64,
    pub max_license_tokens: i64,
    pub created_at: Option<i64>,
    pub host_key: Option<String>,
    pub state_reason: Option<String>,
    pub state_until: Option<i64>,
    pub solvers: String,
    pub work_dir: String,
    pub last_contact: Option<i64>,
    pub disk_free: Option<i64>,
    pub disk_total: Option<i64>,
    pub clock_ahead: Option<i64>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
