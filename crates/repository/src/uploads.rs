//! What is known of the files that people sent.

use crate::entities::{job_files, uploads};
use crate::records::{NewUpload, Upload};
use crate::rows::{Row, stored_size};
use crate::{Repository, RepositoryError, now};
use domain::{FileName, Timestamp, UploadId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::{HashMap, HashSet};

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

/// Those of these uploads that no job has.
fn unused(ids: Vec<String>) -> Condition {
    let needed = job_files::Entity::find()
        .select_only()
        .column(job_files::Column::UploadId)
        .filter(job_files::Column::UploadId.is_in(ids.clone()));
    Condition::all().add(uploads::Column::Id.is_in(ids)).add(uploads::Column::Id.not_in_subquery(needed.into_query()))
}

async fn unused_paths(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<String>, RepositoryError> {
    Ok(uploads::Entity::find().select_only().column(uploads::Column::Path).filter(which).into_tuple().all(db).await?)
}

/// Removes the rows of those of these uploads that no job has; gives their paths.
pub(crate) async fn remove_unused(db: &impl ConnectionTrait, ids: Vec<String>) -> Result<Vec<String>, RepositoryError> {
    let which = unused(ids);
    let paths = unused_paths(db, which.clone()).await?;
    uploads::Entity::delete_many().filter(which).exec(db).await?;
    Ok(paths)
}

impl Repository {
    /// Removes the rows of those of these uploads that no job has; gives their paths, relative to the upload folder.
    /// The bytes are the caller's to remove.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn remove_unused_uploads(&self, ids: &[UploadId]) -> Result<Vec<String>, RepositoryError> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        // most often all are a job's: nothing to write then
        if unused_paths(self.db(), unused(ids.clone())).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |change| Box::pin(async move { remove_unused(&change.db, ids).await })).await
    }

    /// Notes a file whose bytes are in the upload folder already.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn add_upload(&self, upload: &NewUpload) -> Result<(), RepositoryError> {
        self.add_uploads(std::slice::from_ref(upload)).await
    }

    /// Notes several such files: all of them or none.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn add_uploads(&self, uploads: &[NewUpload]) -> Result<(), RepositoryError> {
        let created_at = Set(Some(now().0));
        let row = |upload: &NewUpload| {
            Ok(uploads::ActiveModel {
                id: Set(upload.id.to_string()),
                name: Set(upload.name.to_string()),
                size: Set(stored_size("size", upload.size)?),
                sha256: Set(upload.sha256.clone()),
                path: Set(upload.path.clone()),
                user_id: Set(upload.user.to_string()),
                created_at: created_at.clone(),
            })
        };
        let rows = uploads.iter().map(row).collect::<Result<Vec<_>, RepositoryError>>()?;
        self.write(move |change| {
            Box::pin(async move {
                for row in rows {
                    uploads::Entity::insert(row).exec_without_returning(&change.db).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Uploads that were noted before this moment and that no job has, the oldest first; at most so many.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    pub async fn unused_uploads(&self, before: Timestamp, limit: u64) -> Result<Vec<UploadId>, RepositoryError> {
        let needed = job_files::Entity::find().select_only().column(job_files::Column::UploadId);
        let ids: Vec<String> = uploads::Entity::find()
            .select_only()
            .column(uploads::Column::Id)
            .filter(uploads::Column::CreatedAt.lt(before.0))
            .filter(uploads::Column::Id.not_in_subquery(needed.into_query()))
            .order_by_asc(uploads::Column::CreatedAt)
            .limit(limit)
            .into_tuple()
            .all(self.db())
            .await?;
        ids.iter().map(|id| Row::new("uploads", id).take("id", UploadId::parse(id))).collect()
    }

    /// Those of these uploads that are noted.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    pub async fn noted_uploads(&self, ids: &[UploadId]) -> Result<HashSet<UploadId>, RepositoryError> {
        let ids: Vec<String> = uploads::Entity::find()
            .select_only()
            .column(uploads::Column::Id)
            .filter(uploads::Column::Id.is_in(ids.iter().map(|id| id.as_str().to_owned())))
            .into_tuple()
            .all(self.db())
            .await?;
        ids.iter().map(|id| Row::new("uploads", id).take("id", UploadId::parse(id))).collect()
    }

    /// These uploads, in the order asked for.
    ///
    /// # Errors
    /// `NotFound` for the first that is not there.
    pub async fn uploads(&self, ids: &[UploadId]) -> Result<Vec<Upload>, RepositoryError> {
        of(self.db(), ids).await
    }
}
