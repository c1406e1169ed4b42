//! One person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub role: Option<String>,
    pub created_at: Option<i64>,
    pub max_running_jobs: Option<i64>,
    pub max_license_tokens: Option<i64>,
    pub password_hash: Option<String>,
    pub disabled_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub language: Option<String>,
    pub theme: Option<String>,
    pub seen_at: Option<i64>,
    pub single_keys: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
