//! The database's tables, one file per change, reversible.
//!
//! The first change makes the four tables of the specification exactly; everything the product needs beyond them is
//! added by later ones. Statements are built by sea-query; what only one database understands is in [`dialect`].

pub mod dialect;
mod m0001_four_tables;
mod m0002_job_life;
mod m0003_uploads;
mod m0004_job_records;
mod m0005_node_contact;
mod m0006_user_limits;
mod m0007_audit;
mod m0008_run_folders;
mod m0009_reservations;
mod m0010_job_options;
mod m0011_accounts;
mod m0012_setting_versions;
mod m0013_node_version;
mod m0014_last_seen;
mod m0015_single_keys;
mod m0016_request_ids;
mod m0017_cleanup;
mod m0018_alerts;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// All changes, oldest first. A change that has been released is never edited: the next one corrects it.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_four_tables::Migration),
            Box::new(m0002_job_life::Migration),
            Box::new(m0003_uploads::Migration),
            Box::new(m0004_job_records::Migration),
            Box::new(m0005_node_contact::Migration),
            Box::new(m0006_user_limits::Migration),
            Box::new(m0007_audit::Migration),
            Box::new(m0008_run_folders::Migration),
            Box::new(m0009_reservations::Migration),
            Box::new(m0010_job_options::Migration),
            Box::new(m0011_accounts::Migration),
            Box::new(m0012_setting_versions::Migration),
            Box::new(m0013_node_version::Migration),
            Box::new(m0014_last_seen::Migration),
            Box::new(m0015_single_keys::Migration),
            Box::new(m0016_request_ids::Migration),
            Box::new(m0017_cleanup::Migration),
            Box::new(m0018_alerts::Migration),
        ]
    }
}
