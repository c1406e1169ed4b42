//! One job.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub status: String,
    pub user_id: String,
    pub node_id: String,
    pub cpu_count: i64,
    pub license_tokens: i64,
    pub message: Option<String>,
    pub inp_file_path: String,
    pub execution_path: Option<String>,
    pub result_path: Option<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub priority: Option<i64>,
    pub version: i64,
    pub solver: String,
    pub wish: String,
    pub parent_id: Option<i64>,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub head_since: Option<i64>,
    pub waiting: Option<String>,
    pub progress: Option<String>,
    pub in_trouble: i64,
    pub transfer: Option<String>,
    pub verdict: Option<String>,
    pub cancel_by: Option<String>,
    pub cancel_at: Option<i64>,
    pub tries: i64,
    pub not_before: Option<i64>,
    pub no_contact_since: Option<i64>,
    pub run_token: Option<String>,
    pub idempotency_key: Option<String>,
    pub steps: String,
    pub deck_report: String,
    pub options: String,
    pub request_id: Option<String>,
    pub pinned: i64,
    pub results_removed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
