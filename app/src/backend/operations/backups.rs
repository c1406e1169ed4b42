//! Backups: begun by the clock or by a person, watched, looked at again. One thing at a time, a clean-up among them: what
//! goes while a backup is written would be in its database and not among its files.

use crate::AppError;
use crate::admin::operations::api::{BackupStep, UnderWay};
use crate::backend::{Asking, Backend, fault};
use backup::{Attempt, BackupError, Places, Progress, Rules, Shelved, Step, Tell};
use domain::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What is being done.
#[derive(Clone, Default)]
pub struct BackupWork {
    now: Arc<Mutex<Option<Doing>>>,
    /// How the last one went that this server has made: a full disk takes no note of it.
    last: Arc<Mutex<Option<Attempt>>>,
}

#[derive(Clone)]
struct Doing {
    what: Work,
    progress: Progress,
}

/// What takes the turn.
#[derive(Clone)]
pub(super) enum Work {
    BackUp,
    Verify(String),
    CleanUp,
}

/// Over when it is dropped, however the work ends.
pub(super) struct Turn(BackupWork);

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl BackupWork {
    pub(super) fn begin(&self, what: Work) -> Result<Turn, BackupError> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.is_some() {
            return Err(BackupError::UnderWay);
        }
        *now = Some(Doing { what, progress: Progress::default() });
        Ok(Turn(self.clone()))
    }

    fn tell(&self) -> Tell {
        let work = self.clone();
        Arc::new(move |progress| {
            if let Some(doing) = work.now.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                doing.progress = progress;
            }
        })
    }

    /// How the last one went, whoever made it: by what is noted beside them, or by what this server knows.
    pub fn last_attempt(&self, backups: &Path) -> Option<Attempt> {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.into_iter().chain(backup::last_attempt(backups)).max_by_key(|attempt| attempt.at)
    }

    /// What is being done, and how far it is.
    pub fn under_way(&self) -> Option<UnderWay> {
        let doing = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let Progress { step, bytes, of_bytes, .. } = doing.progress;
        let percent = (of_bytes > 0).then(|| u32::try_from((bytes * 100 / of_bytes).min(100)).unwrap_or(100));
        let step = match step {
            _ if matches!(doing.what, Work::CleanUp) => BackupStep::CleanUp,
            Step::Database => BackupStep::Database,
            Step::Files => BackupStep::Files,
            Step::Verify | Step::Restore => BackupStep::Verify,
        };
        let verifying = if let Work::Verify(name) = doing.what { Some(name) } else { None };
        Some(UnderWay { verifying, step, percent })
    }
}

impl Backend {
    pub(super) fn places(&self) -> Places {
        Places {
            uploads: self.folders.uploads.clone(),
            results: self.folders.results.clone(),
            backups: self.own.backups.clone(),
        }
    }

    /// Begins the one that is due; `false` while another is made or read. What becomes of it is in the log and on the page.
    pub fn begin_due_backup(&self) -> bool {
        let Ok(turn) = self.backup_work.begin(Work::BackUp) else { return false };
        let backend = self.clone();
        tokio::spawn(async move { drop(backend.make(turn).await) });
        true
    }

    async fn make(&self, turn: Turn) -> Result<Shelved, BackupError> {
        let rules = Rules::of(&self.repository.settings());
        let made = backup::write(&self.repository, &self.places(), rules, &turn.0.tell()).await;
        // one that somebody else makes meanwhile is no failure of this one
        if !matches!(made, Err(BackupError::UnderWay)) {
            *turn.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Attempt::of(&made));
        }
        drop(turn);
        match &made {
            Ok(made) => {
                if let Ok(manifest) = &made.manifest {
                    let (files, bytes, new) = (manifest.files, manifest.bytes, manifest.new_bytes);
                    tracing::info!(
                        backup = made.name,
                        files,
                        bytes,
                        new_bytes = new,
                        took_s = manifest.took,
                        "backed up"
                    );
                }
            }
            Err(error) => tracing::error!(%error, "there is no backup"),
        }
        // what it means is shown at once
        self.look().await;
        made
    }

    /// When the last one was tried, whatever came of it; `None` where there has been none.
    pub fn last_backup(&self) -> Option<Timestamp> {
        self.backup_work.last_attempt(&self.own.backups).map(|attempt| Timestamp(attempt.at))
    }

    /// Begins one for a person, who need not wait for it.
    ///
    /// # Errors
    /// `CONFLICT` while another is made or read.
    pub fn begin_backup(&self, asking: &Asking) -> Result<(), AppError> {
        let turn = self.backup_work.begin(Work::BackUp).map_err(|_| fault::backup_under_way(asking.locale))?;
        let (backend, actor) = (self.clone(), asking.actor.clone());
        tokio::spawn(async move {
            if let Ok(made) = backend.make(turn).await
                && let Err(error) = backend.repository.note_backup("make_backup", &made.name, &actor).await
            {
                tracing::error!(%error, "who made a backup could not be noted");
            }
        });
        Ok(())
    }

    /// Begins to read one again for a person, who need not wait for it.
    ///
    /// # Errors
    /// `NOT_FOUND`; `CONFLICT` while another is made or read.
    pub async fn begin_verify(&self, name: &str, asking: &Asking) -> Result<(), AppError> {
        let shelved = self.shelved(name, asking).await?;
        let turn = self.backup_work.begin(Work::Verify(shelved.name.clone()));
        let turn = turn.map_err(|_| fault::backup_under_way(asking.locale))?;
        let backend = self.clone();
        tokio::spawn(async move {
            match backup::check(&shelved, &turn.0.tell()).await {
                Ok(_) => tracing::info!(backup = shelved.name, "the backup is good"),
                Err(error) => tracing::error!(backup = shelved.name, %error, "the backup cannot be used"),
            }
            drop(turn);
            backend.look().await;
        });
        Ok(())
    }

    /// One of the backups there are.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn shelved(&self, name: &str, asking: &Asking) -> Result<Shelved, AppError> {
        let (folder, name) = (self.own.backups.clone(), name.to_owned());
        let found = tokio::task::spawn_blocking(move || backup::find(&folder, &name)).await;
        match found {
            Ok(Ok(shelved)) => Ok(shelved),
            Ok(Err(BackupError::NotFound(_))) => Err(fault::no_such_backup(asking.locale)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the backups could not be listed");
                Err(fault::internal(asking.locale))
            }
            Err(error) => {
                tracing::error!(%error, "the backups could not be listed");
                Err(fault::internal(asking.locale))
            }
        }
    }

    /// All files of a backup, by their names in an archive, for a person who takes it away; that is noted.
    ///
    /// # Errors
    /// `NOT_FOUND`; as the database.
    pub async fn files_of_backup(
        &self,
        name: &str,
        asking: &Asking,
    ) -> Result<(String, Vec<(String, PathBuf)>), AppError> {
        let shelved = self.shelved(name, asking).await?;
        let (name, folder) = (shelved.name.clone(), shelved.folder);
        let listed = tokio::task::spawn_blocking(move || backup::files(&folder)).await;
        let files = match listed.map_err(|error| error.to_string()).and_then(|files| files.map_err(|e| e.to_string())) {
            Ok(files) => files,
            Err(error) => {
                tracing::error!(%error, "the files of a backup could not be listed");
                return Err(fault::internal(asking.locale));
            }
        };
        let noted = self.repository.note_backup("download_backup", &name, &asking.actor).await;
        noted.map_err(|error| fault::repository(asking.locale, error))?;
        let in_archive = files.into_iter().map(|(path, file)| (format!("{name}/{path}"), file)).collect();
        Ok((name, in_archive))
    }
}
