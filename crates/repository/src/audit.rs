//! Every change by a person, in the transaction of the change itself. Only ever appended to.

use crate::RepositoryError;
use crate::entities::audit_log;
use crate::rows::json_text;
use domain::Actor;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::Serialize;

/// Who did what to what, and from where; `before` and `after` as JSON, `null` where there was or is nothing.
pub(crate) async fn write<T: Serialize>(
    db: &impl ConnectionTrait,
    actor: &Actor,
    action: &str,
    subject: String,
    before: &T,
    after: &T,
) -> Result<(), RepositoryError> {
    let entry = audit_log::ActiveModel {
        at: Set(crate::now().0),
        actor: Set(actor.id.to_string()),
        action: Set(action.to_owned()),
        subject: Set(subject),
        before: Set(Some(json_text("before", before)?)),
        after: Set(Some(json_text("after", after)?)),
        origin: Set(Some(actor.origin.as_str().to_owned())),
        ..Default::default()
    };
    audit_log::Entity::insert(entry).exec_without_returning(db).await?;
    Ok(())
}
