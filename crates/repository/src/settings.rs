//! `system_config`: text in the table, typed in memory, read once and after each change.

use crate::entities::system_config as config;
use crate::{Repository, RepositoryError, audit};
use domain::settings::{Setting, check};
use domain::{Actor, Settings};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use std::sync::{Arc, PoisonError, RwLock};

/// The settings as last read. Asking costs no query.
pub(crate) struct SettingsCache(RwLock<Arc<Settings>>);

impl SettingsCache {
    pub(crate) fn new(settings: Settings) -> SettingsCache {
        SettingsCache(RwLock::new(Arc::new(settings)))
    }

    pub(crate) fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn put(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}

/// Reads the table. What does not parse is reported in the log and has its default in memory; the table keeps it.
pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Settings, RepositoryError> {
    let rows = config::Entity::find().all(db).await?;
    let (settings, problems) = Settings::from_pairs(rows.into_iter().map(|row| (row.key, row.value)));
    for problem in problems {
        tracing::warn!(%problem, "a setting is not used, its default is");
    }
    Ok(settings)
}

fn row(key: &str, value: String) -> config::ActiveModel {
    config::ActiveModel {
        key: Set(key.to_owned()),
        value: Set(value),
        description: Set(Setting::find(key).map(|setting| setting.ja.about.to_owned())),
        updated_at: Set(Some(crate::now().0)),
    }
}

/// Gives every key a row: the environment's value where it has one, else the default. Rows that exist are left
/// alone, except in a database that was made just now, whose rows nobody has seen yet.
pub(crate) async fn seed(
    db: &impl ConnectionTrait,
    fresh: bool,
    first_values: &[(String, String)],
) -> Result<(), RepositoryError> {
    let mut first = Settings::default();
    for (key, value) in first_values {
        if let Err(problem) = first.set(key, value) {
            return Err(RepositoryError::Setting(problem));
        }
    }
    for (key, value) in first.pairs() {
        let given = first_values.iter().any(|(named, _)| named == key);
        let mut on_conflict = OnConflict::column(config::Column::Key);
        if fresh && given {
            on_conflict.update_column(config::Column::Value);
        } else {
            on_conflict.do_nothing_on([config::Column::Key]);
        }
        config::Entity::insert(row(key, value)).on_conflict(on_conflict).exec_without_returning(db).await?;
    }
    Ok(())
}

impl Repository {
    /// The settings as last saved. Cheap: asks no database.
    pub fn settings(&self) -> Arc<Settings> {
        self.shared.settings.get()
    }

    /// Saves one setting; it is in force as soon as this returns.
    ///
    /// # Errors
    /// `Setting` for an unknown key or a value out of range: nothing is changed then.
    pub async fn change_setting(&self, key: &str, value: &str, actor: &Actor) -> Result<(), RepositoryError> {
        let value = check(key, value).map_err(RepositoryError::Setting)?;
        let (key, actor) = (key.to_owned(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let before = config::Entity::find_by_id(key.clone()).one(db).await?.map(|row| row.value);
                if before.as_ref() == Some(&value) {
                    return Ok(());
                }
                let on_conflict = OnConflict::column(config::Column::Key)
                    .update_columns([config::Column::Value, config::Column::UpdatedAt])
                    .to_owned();
                let row = row(&key, value.clone());
                config::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db).await?;
                audit::write(db, &actor, "change_setting", format!("setting {key}"), &before, &Some(value)).await?;
                // read back in the change itself: where that fails, nothing is saved either
                let settings = read(db).await?;
                change.mention(|mentions| mentions.settings = Some(settings));
                Ok(())
            })
        })
        .await
    }
}
