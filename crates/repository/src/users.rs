//! People.

use crate::entities::users;
use crate::rows::Row;
use crate::{Repository, RepositoryError};
use domain::{Role, Timestamp, Tokens, User, UserId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

pub(crate) fn read(model: users::Model) -> Result<User, RepositoryError> {
    let row = Row::new("users", &model.id);
    let role = model.role.as_deref().unwrap_or("student");
    Ok(User {
        id: row.take("id", UserId::parse(&model.id))?,
        name: model.name,
        role: row.word("role", role, Role::from_word(role))?,
        max_running_jobs: model.max_running_jobs.map(|n| row.count("max_running_jobs", n)).transpose()?,
        max_tokens: model.max_license_tokens.map(|n| row.count("max_license_tokens", n)).transpose()?.map(Tokens),
        created_at: Timestamp(model.created_at.unwrap_or(0)),
    })
}

/// All people.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<User>, RepositoryError> {
    users::Entity::find().all(db).await?.into_iter().map(read).collect()
}

impl Repository {
    /// Makes the person's row, or makes it equal to `user`. When the account was made stays as it is.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn ensure_user(&self, user: &User) -> Result<(), RepositoryError> {
        if let Some(known) = self.user(&user.id).await?
            && (User { created_at: user.created_at, ..known }) == *user
        {
            return Ok(());
        }
        let row = users::ActiveModel {
            id: Set(user.id.to_string()),
            name: Set(user.name.clone()),
            role: Set(Some(user.role.as_str().to_owned())),
            created_at: Set(Some(user.created_at.0)),
            max_running_jobs: Set(user.max_running_jobs.map(i64::from)),
            max_license_tokens: Set(user.max_tokens.map(|tokens| i64::from(tokens.0))),
            ..Default::default()
        };
        self.write(move |change| {
            Box::pin(async move {
                use users::Column as C;
                let on_conflict = OnConflict::column(C::Id)
                    .update_columns([C::Name, C::Role, C::MaxRunningJobs, C::MaxLicenseTokens])
                    .to_owned();
                users::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(&change.db).await?;
                change.mention(|mentions| mentions.people = true);
                Ok(())
            })
        })
        .await
    }

    /// This person, if known.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, RepositoryError> {
        users::Entity::find_by_id(id.to_string()).one(self.db()).await?.map(read).transpose()
    }
}
