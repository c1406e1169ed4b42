//! The tables' own state: brought up to date as a whole or not at all, and looked at without changing anything.

use crate::claim::Fence;
use crate::entities::jobs;
use crate::{Address, Claim, RepositoryError, backend};
use domain::{JobId, Timestamp};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QuerySelect};

#[cfg(test)]
mod tests;

/// Where the changes that were made are noted.
pub(crate) const CHANGES: &str = "seaql_migrations";

/// Findings of one look that are told; one is enough to know.
const TOLD: usize = 3;

/// Whether somebody else may be using the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// In its place, where a server may be at work on it.
    Live,
    /// A copy in a file that nobody opens: nothing is made beside it, and not a byte of it changes.
    Still,
}

/// What a look at a database found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The last change of the tables that was made here.
    pub version: String,
    /// Changes that this program would make first.
    pub pending: usize,
}

/// A job as every version of the tables has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownJob {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Its status, as stored.
    pub status: String,
    /// Whose it is.
    pub user: String,
    /// When it was submitted.
    pub created_at: Timestamp,
}

/// Makes all changes of the tables that are missing, in one transaction: whatever happens in between, the tables are the
/// old ones or the new ones, with all that is in them. `true`: there was nothing before.
///
/// # Errors
/// `Newer`, `Damaged`, `Busy`, `Full`, `Database`.
pub(crate) async fn bring_up(db: &DatabaseConnection, fence: &Fence) -> Result<bool, RepositoryError> {
    let applied = applied(db).await?;
    if applied.len() == Migrator::migrations().len() {
        return Ok(false);
    }
    let transaction = backend::begin(db).await?;
    fence.prove(&transaction).await?;
    Migrator::up(&transaction, None).await?;
    backend::commit(transaction).await?;
    Ok(applied.is_empty())
}

/// Whether there is nothing yet: no file or an empty one, or a server's database without any table.
///
/// # Errors
/// Of a server: `Unreachable`, `Refused`, `Missing`, `Unfit`.
pub async fn is_blank(database: impl Into<Address>) -> Result<bool, RepositoryError> {
    backend::is_blank(&database.into()).await
}

/// Whether a program of ours has ever made its tables there, whatever else there is.
///
/// # Errors
/// Of a server: `Unreachable`, `Refused`, `Missing`, `Unfit`. Of a file: `Missing`, `Damaged`.
pub async fn is_used(database: impl Into<Address>) -> Result<bool, RepositoryError> {
    let db = backend::looking(&database.into(), Use::Live).await?;
    let used = backend::has_changes(&db).await;
    drop(db.close().await);
    used
}

/// How many changes of the tables this program would make first. Nothing is changed.
///
/// # Errors
/// As [`examine`], without looking at the whole.
pub async fn pending(database: impl Into<Address>) -> Result<usize, RepositoryError> {
    let db = backend::looking(&database.into(), Use::Live).await?;
    let applied = applied(&db).await;
    drop(db.close().await);
    Ok(Migrator::migrations().len() - applied?.len())
}

/// Undoes the changes of the tables made after `wanted`, in one transaction: for who goes back to the version before, and
/// has the database alone.
///
/// # Errors
/// `NotFound` where that change was not made; as [`examine`], without looking at the whole.
pub async fn go_back(claim: &Claim, database: impl Into<Address>, wanted: &str) -> Result<(), RepositoryError> {
    let db = backend::builder_of_present(&database.into()).await?;
    let gone = undo(&db, &claim.fence(), wanted).await;
    drop(db.close().await);
    gone
}

async fn undo(db: &DatabaseConnection, fence: &Fence, wanted: &str) -> Result<(), RepositoryError> {
    let applied = applied(db).await?;
    let at = applied.iter().position(|name| name == wanted);
    let at = at.ok_or_else(|| RepositoryError::NotFound { what: "change of the tables", id: wanted.to_owned() })?;
    let steps = u32::try_from(applied.len() - at - 1).unwrap_or(u32::MAX);
    if steps > 0 {
        let transaction = backend::begin(db).await?;
        fence.prove(&transaction).await?;
        Migrator::down(&transaction, Some(steps)).await?;
        backend::commit(transaction).await?;
    }
    Ok(())
}

/// Names of the changes made so far, oldest first. All of them are known to this program.
pub(crate) async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>, RepositoryError> {
    if !backend::has_changes(db).await? {
        return Ok(Vec::new());
    }
    let mut names = backend::texts(db, &format!("SELECT version FROM {CHANGES}")).await?;
    names.sort();
    let known: Vec<String> = Migrator::migrations().iter().map(|change| change.name().to_owned()).collect();
    match names.iter().find(|name| !known.contains(name)) {
        Some(unknown) => Err(RepositoryError::Newer { schema: unknown.clone() }),
        None => Ok(names),
    }
}

/// Looks at all of a database's pages, indices, checks and references, and at whether this program knows its tables.
/// Nothing of it is changed.
///
/// # Errors
/// `Missing`; `Damaged` with what was found; `Newer`; `Strange` where it is no database of this program.
pub async fn examine(database: impl Into<Address>, used: Use) -> Result<Schema, RepositoryError> {
    let database = database.into();
    let db = backend::looking(&database, used).await?;
    let examined = look(&db).await;
    // it was only read
    drop(db.close().await);
    examined.map_err(|error| match error {
        // questions that every whole file of ours answers
        RepositoryError::Database(error) if database.file().is_some() => {
            RepositoryError::Damaged { found: error.to_string() }
        }
        other => other,
    })
}

async fn look(db: &DatabaseConnection) -> Result<Schema, RepositoryError> {
    let found = backend::wrong(db).await?;
    if !found.is_empty() {
        return Err(damaged(found));
    }
    let applied = applied(db).await?;
    let Some(version) = applied.last() else { return Err(RepositoryError::Strange) };
    let missing = backend::missing(db, applied.len()).await?;
    if !missing.is_empty() {
        return Err(damaged(missing));
    }
    Ok(Schema { version: version.clone(), pending: Migrator::migrations().len() - applied.len() })
}

fn damaged(mut found: Vec<String>) -> RepositoryError {
    let more = found.len().saturating_sub(TOLD);
    found.truncate(TOLD);
    let mut found = found.join("; ");
    if more > 0 {
        found.push_str(&format!("; and {more} more"));
    }
    RepositoryError::Damaged { found }
}

/// All jobs of a database, by number, without bringing its tables up to date.
///
/// # Errors
/// As [`examine`], without looking at the whole of it.
pub async fn jobs_in(database: impl Into<Address>, used: Use) -> Result<Vec<KnownJob>, RepositoryError> {
    let db = backend::looking(&database.into(), used).await?;
    let found = known_jobs(&db).await;
    drop(db.close().await);
    found
}

pub(crate) async fn known_jobs(db: &impl ConnectionTrait) -> Result<Vec<KnownJob>, RepositoryError> {
    use jobs::Column as C;
    type Cells = (i64, String, String, String, Option<i64>);
    let rows: Vec<Cells> = jobs::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::Status, C::UserId, C::CreatedAt])
        .into_tuple()
        .all(db)
        .await?;
    let job = |(id, name, status, user, created_at): Cells| KnownJob {
        id: JobId(id),
        name,
        status,
        user,
        created_at: Timestamp(created_at.unwrap_or(0)),
    };
    let mut jobs: Vec<KnownJob> = rows.into_iter().map(job).collect();
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}
