//! One reservation, in force or over.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reservations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: String,
    pub tokens: i64,
    pub node_id: Option<String>,
    pub cores: Option<i64>,
    pub purpose: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub heartbeat_seconds: Option<i64>,
    pub renewed_at: i64,
    pub ended_at: Option<i64>,
    pub ended_how: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
