//! What is known of the files that people sent.

use crate::entities::uploads;
use crate::records::{NewUpload, Upload};
use crate::rows::{Row, stored_size};
use crate::{Repository, RepositoryError, now};
use domain::{FileName, Timestamp, UploadId, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

fn read(model: uploads::Model) -> Result<Upload, RepositoryError> {
    let row = Row::new("uploads", &model.id);
    Ok(Upload {
        id: row.take("id", UploadId::parse(&model.id))?,
        name: row.take("name", FileName::parse(&model.name))?,
        size: row.bytes("size", model.size)?,
        sha256: model.sha256,
        path: model.path,
        user: row.take("user_id", UserId::parse(&model.user_id))?,
        created_at: Timestamp(model.created_at.unwrap_or(0)),
    })
}

/// These uploads, in the order asked for.
///
/// # Errors
/// `NotFound` for the first that is not there.
pub(crate) async fn of(db: &impl ConnectionTrait, ids: &[UploadId]) -> Result<Vec<Upload>, RepositoryError> {
    let rows = uploads::Entity::find()
        .filter(uploads::Column::Id.is_in(ids.iter().map(|id| id.as_str().to_owned())))
        .all(db)
        .await?;
    let mut found: HashMap<String, uploads::Model> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    ids.iter()
        .map(|id| {
            let model = found.remove(id.as_str());
            read(model.ok_or_else(|| RepositoryError::NotFound { what: "upload", id: id.to_string() })?)
        })
        .collect()
}

impl Repository {
    /// Notes a file whose bytes are in the upload folder already.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn add_upload(&self, upload: &NewUpload) -> Result<(), RepositoryError> {
        let row = uploads::ActiveModel {
            id: Set(upload.id.to_string()),
            name: Set(upload.name.to_string()),
            size: Set(stored_size("size", upload.size)?),
            sha256: Set(upload.sha256.clone()),
            path: Set(upload.path.clone()),
            user_id: Set(upload.user.to_string()),
            created_at: Set(Some(now().0)),
        };
        self.write(move |change| {
            Box::pin(async move {
                uploads::Entity::insert(row).exec_without_returning(&change.db).await?;
                Ok(())
            })
        })
        .await
    }

    /// These uploads, in the order asked for.
    ///
    /// # Errors
    /// `NotFound` for the first that is not there.
    pub async fn uploads(&self, ids: &[UploadId]) -> Result<Vec<Upload>, RepositoryError> {
        of(self.db(), ids).await
    }
}
