//! `system_config`: text in the table, typed in memory, read once and after each change.

use crate::entities::{system_config as config, users};
use crate::rows::Row;
use crate::writer::Change;
use crate::{Repository, RepositoryError, audit};
use domain::settings::{Changed, SETTINGS, SavedSetting, Setting, SettingChange, check};
use domain::{Actor, Role, Settings, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;
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
        version: Set(0),
        updated_by: Set(None),
        ..Default::default()
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

/// All that the program knows, in the table's order. A row that somebody removed by hand has its default.
async fn saved(db: &impl ConnectionTrait) -> Result<Vec<SavedSetting>, RepositoryError> {
    let rows = config::Entity::find().all(db).await?;
    let authors = rows.iter().filter_map(|row| row.updated_by.clone());
    let people = users::Entity::find().filter(users::Column::Id.is_in(authors)).all(db).await?;
    let people: HashMap<String, users::Model> = people.into_iter().map(|user| (user.id.clone(), user)).collect();
    let mut rows: HashMap<String, config::Model> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
    let mut all = Vec::with_capacity(SETTINGS.len());
    for setting in &SETTINGS {
        let key = setting.key.to_owned();
        all.push(match rows.remove(setting.key) {
            Some(found) => SavedSetting {
                version: Row::new("system_config", &key).bytes("version", found.version)?,
                changed: found.updated_by.map(|by| {
                    let known = people.get(&by);
                    Changed {
                        name: known.map_or_else(|| by.clone(), |user| user.name.clone()),
                        role: known.and_then(|user| user.role.as_deref()).and_then(Role::from_word),
                        at: Timestamp(found.updated_at.unwrap_or(0)),
                        by,
                    }
                }),
                value: found.value,
                key,
            },
            None => SavedSetting { key, value: setting.default.to_owned(), version: 0, changed: None },
        });
    }
    Ok(all)
}

/// Writes one that differs from what is saved.
async fn replace(change: &Change, was: &SavedSetting, value: String, actor: &Actor) -> Result<(), RepositoryError> {
    use config::Column as C;
    let on_conflict = OnConflict::column(C::Key)
        .update_columns([C::Value, C::Description, C::UpdatedAt, C::Version, C::UpdatedBy])
        .to_owned();
    let version = i64::try_from(was.version.saturating_add(1)).unwrap_or(i64::MAX);
    let after = Some(value.clone());
    let row = config::ActiveModel {
        version: Set(version),
        updated_by: Set(Some(actor.id.to_string())),
        ..row(&was.key, value)
    };
    config::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(&change.db).await?;
    let subject = format!("setting {}", was.key);
    audit::write(&change.db, actor, "change_setting", subject, &Some(was.value.clone()), &after).await
}

/// Saves values that were checked. With the versions they were read at; `None` whatever the version is.
async fn save(
    change: &Change,
    wanted: Vec<(String, String, Option<u64>)>,
    actor: &Actor,
) -> Result<Vec<SavedSetting>, RepositoryError> {
    let before = saved(&change.db).await?;
    let mut others = Vec::new();
    let mut differing = Vec::new();
    for (key, value, version) in wanted {
        let Some(was) = before.iter().find(|saved| saved.key == key) else { continue };
        // two people who want the same do not contradict each other
        if was.value == value {
            continue;
        }
        match version {
            Some(version) if version != was.version => others.push(was.clone()),
            _ => differing.push((was, value)),
        }
    }
    if !others.is_empty() {
        return Err(RepositoryError::SettingsChanged(others));
    }
    if differing.is_empty() {
        return Ok(before);
    }
    for (was, value) in differing {
        replace(change, was, value, actor).await?;
    }
    // read back in the change itself: where that fails, nothing is saved either
    let settings = read(&change.db).await?;
    change.mention(|mentions| mentions.settings = Some(settings));
    saved(&change.db).await
}

impl Repository {
    /// The settings as last saved. Cheap: asks no database.
    pub fn settings(&self) -> Arc<Settings> {
        self.shared.settings.get()
    }

    /// The same as they are in the table, with who changed each when.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn saved_settings(&self) -> Result<Vec<SavedSetting>, RepositoryError> {
        saved(self.db()).await
    }

    /// Saves one setting, whoever changed it meanwhile; it is in force as soon as this returns.
    ///
    /// # Errors
    /// `Setting` for an unknown key or a value out of range: nothing is changed then.
    pub async fn change_setting(&self, key: &str, value: &str, actor: &Actor) -> Result<(), RepositoryError> {
        let value = check(key, value).map_err(RepositoryError::Setting)?;
        let (key, actor) = (key.to_owned(), actor.clone());
        self.write(move |change| {
            Box::pin(async move { save(change, vec![(key, value, None)], &actor).await.map(drop) })
        })
        .await
    }

    /// Saves several at once, or none of them; they are in force as soon as this returns. Gives all as they are saved.
    ///
    /// # Errors
    /// `Settings` for all that cannot be; `SettingsChanged` for all that are no longer what was read.
    pub async fn change_settings(
        &self,
        changes: &[SettingChange],
        actor: &Actor,
    ) -> Result<Vec<SavedSetting>, RepositoryError> {
        let mut wanted = Vec::with_capacity(changes.len());
        let mut problems = Vec::new();
        for change in changes {
            match check(&change.key, &change.value) {
                Ok(value) => wanted.push((change.key.clone(), value, Some(change.version))),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(RepositoryError::Settings(problems));
        }
        let actor = actor.clone();
        self.write(move |change| Box::pin(async move { save(change, wanted, &actor).await })).await
    }
}
