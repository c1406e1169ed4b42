//! One attempt on a node.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token: String,
    pub job_id: i64,
    pub node_id: String,
    pub attempt: i64,
    pub stage: String,
    pub boot: Option<String>,
    pub launched_at: Option<i64>,
    pub end: Option<String>,
    pub created_at: Option<i64>,
    pub folder: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
