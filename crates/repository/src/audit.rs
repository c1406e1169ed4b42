//! Every change by a person, in the transaction of the change itself. Only ever appended to.

use crate::entities::{audit_log, users};
use crate::list::like;
use crate::rows::json_text;
use crate::{Repository, RepositoryError};
use audit_log::Column as C;
use domain::{Actor, AuditEntry, AuditQuery, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Everything that is ever written as done. Pages have words for each.
pub const ACTIONS: [&str; 36] = [
    "submit_job",
    "hold_job",
    "release_job",
    "cancel_job",
    "set_priority",
    "delete_job",
    "keep_job",
    "unkeep_job",
    "hand_over_jobs",
    "reserve",
    "end_reservation",
    "change_setting",
    "save_node",
    "add_node",
    "change_node",
    "drain_node",
    "resume_node",
    "disable_node",
    "enable_node",
    "accept_host_key",
    "refuse_host_key",
    "delete_node",
    "add_user",
    "change_user",
    "disable_user",
    "enable_user",
    "set_password",
    "add_token",
    "revoke_token",
    "add_link",
    "make_backup",
    "download_backup",
    "restore_backup",
    "clean_up",
    "take_support_bundle",
    "test_webhook",
];

/// Who did what to what, and from where; `before` and `after` as JSON, `null` where there was or is nothing.
pub(crate) async fn write<T: Serialize>(
    db: &impl ConnectionTrait,
    actor: &Actor,
    action: &str,
    subject: String,
    before: &T,
    after: &T,
) -> Result<(), RepositoryError> {
    debug_assert!(ACTIONS.contains(&action), "{action} is not among the actions");
    let entry = audit_log::ActiveModel {
        at: Set(crate::now().0),
        actor: Set(actor.id.to_string()),
        action: Set(action.to_owned()),
        subject: Set(subject),
        before: Set(Some(json_text("before", before)?)),
        after: Set(Some(json_text("after", after)?)),
        origin: Set(Some(actor.origin.as_str().to_owned())),
        address: Set(actor.address.clone()),
        ..Default::default()
    };
    audit_log::Entity::insert(entry).exec_without_returning(db).await?;
    Ok(())
}

/// What is looked for, newest first. The order is that of an index, so that a page costs what it shows, whatever the log
/// has grown to.
fn found(query: &AuditQuery) -> Select<audit_log::Entity> {
    let mut found = Condition::all();
    if let Some(actor) = &query.actor {
        found = found.add(C::Actor.eq(actor));
    }
    if let Some(action) = &query.action {
        found = found.add(C::Action.eq(action));
    }
    if let Some(text) = query.subject.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        found = found.add(Func::lower(Expr::col(C::Subject)).like(like(text)));
    }
    if let Some(from) = query.from {
        found = found.add(C::At.gte(from.0));
    }
    if let Some(until) = query.until {
        found = found.add(C::At.lt(until.0));
    }
    if let Some(place) = query.older_than {
        // the first condition alone is one that an index begins at
        let same = Condition::all().add(C::At.eq(place.at.0)).add(C::Id.lt(place.id));
        found = found.add(C::At.lte(place.at.0)).add(Condition::any().add(C::At.lt(place.at.0)).add(same));
    }
    audit_log::Entity::find().filter(found).order_by_desc(C::At).order_by_desc(C::Id)
}

async fn with_names(
    db: &impl ConnectionTrait,
    rows: Vec<audit_log::Model>,
) -> Result<Vec<AuditEntry>, RepositoryError> {
    let names = names(db, rows.iter().map(|row| row.actor.clone()).collect()).await?;
    // `null` is nothing, as an empty cell is
    let json = |text: Option<String>| text.filter(|text| text != "null");
    let entry = |row: audit_log::Model| AuditEntry {
        id: row.id,
        at: Timestamp(row.at),
        name: names.get(&row.actor).unwrap_or(&row.actor).clone(),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        before: json(row.before),
        after: json(row.after),
        origin: row.origin,
        address: row.address,
    };
    Ok(rows.into_iter().map(entry).collect())
}

async fn names(db: &impl ConnectionTrait, ids: Vec<String>) -> Result<HashMap<String, String>, DbErr> {
    let people = users::Entity::find().filter(users::Column::Id.is_in(ids)).all(db).await?;
    Ok(people.into_iter().map(|user| (user.id, user.name)).collect())
}

async fn distinct(db: &impl ConnectionTrait, column: C) -> Result<Vec<String>, DbErr> {
    audit_log::Entity::find().select_only().column(column).distinct().order_by_asc(column).into_tuple().all(db).await
}

impl Repository {
    /// Notes that a person took a support bundle away.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn note_support_bundle(&self, actor: &Actor) -> Result<(), RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                write(&change.db, &actor, "take_support_bundle", "support bundle".to_owned(), &(), &()).await
            })
        })
        .await
    }

    /// The newest changes that fit, at most `limit`. The next page begins behind the last one's place.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn audit(&self, query: &AuditQuery, limit: u64) -> Result<Vec<AuditEntry>, RepositoryError> {
        let rows = found(query).limit(limit).all(self.db()).await?;
        with_names(self.db(), rows).await
    }

    /// The newest changes of exactly this (`setting poll_interval_seconds`), at most `limit`.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn audit_of(&self, subject: &str, limit: u64) -> Result<Vec<AuditEntry>, RepositoryError> {
        let rows = audit_log::Entity::find()
            .filter(C::Subject.eq(subject))
            .order_by_desc(C::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        with_names(self.db(), rows).await
    }

    /// Everybody in the log, by sign-in name, with what each is called.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn audit_actors(&self) -> Result<BTreeMap<String, String>, RepositoryError> {
        let ids = distinct(self.db(), C::Actor).await?;
        let names = names(self.db(), ids.clone()).await?;
        Ok(ids.into_iter().map(|id| (id.clone(), names.get(&id).cloned().unwrap_or(id))).collect())
    }

    /// Everything that was ever done, as the log calls it.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn audit_actions(&self) -> Result<Vec<String>, RepositoryError> {
        Ok(distinct(self.db(), C::Action).await?)
    }
}
