//! A job's files: inputs among the uploads, results in the job's own folder, whole or still growing.

use super::Backend;
use super::view::is_final;
use crate::AppError;
use crate::i18n::Locale;
use crate::jobs::api::FileView;
use crate::jobs::files::{is_readable, of_job};
use domain::files::PART;
use domain::{FileName, JobId, JobName, JobSummary, UploadId};
use repository::{JobDetail, JobFile};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What a result is called once it is whole, of one that is not: it may be renamed at any moment, also after it was found.
pub fn when_whole(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(PART)?;
    Some(path.with_file_name(name))
}

/// Opens a job's file, under its later name where it became whole since it was found.
///
/// # Errors
/// What the file system says.
pub fn open_found(path: &Path) -> io::Result<File> {
    match (File::open(path), when_whole(path)) {
        (Err(error), Some(whole)) if error.kind() == io::ErrorKind::NotFound => File::open(whole),
        (opened, _) => opened,
    }
}

impl Backend {
    /// The folder of a job's results.
    pub fn result_folder(&self, id: JobId) -> PathBuf {
        self.folders.results.join(id.to_string())
    }

    /// A result by its name: whole, else as far as it has come.
    pub(super) fn result_path(&self, id: JobId, name: &str) -> PathBuf {
        let whole = self.result_folder(id).join(name);
        if whole.is_file() { whole } else { self.part_path(id, name) }
    }

    /// A result while it is not whole.
    pub(super) fn part_path(&self, id: JobId, name: &str) -> PathBuf {
        self.result_folder(id).join(format!("{name}{PART}"))
    }

    /// Where a job's file is on this server.
    ///
    /// # Errors
    /// `NOT_FOUND` for the job; whether the file is there the caller sees when opening it ([`open_found`]).
    pub async fn path_of(&self, id: JobId, name: &FileName, locale: Locale) -> Result<PathBuf, AppError> {
        let mut result = self.result_path(id, name.as_str());
        if !result.is_file() {
            // it has two names one after the other, and may have changed them between the looks at both
            result = self.result_path(id, name.as_str());
        }
        if result.is_file() {
            return Ok(result);
        }
        let detail = self.detail(id, locale).await?;
        let named = |file: &&JobFile| input_name(&detail, file) == *name.as_str();
        let input = detail.inputs.iter().find(named);
        Ok(input.map_or(result, |file| self.folders.uploads.join(&file.path)))
    }

    /// All files of a job: inputs, then results. An input that the run changed is listed as the run left it.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn files_of(&self, id: JobId, locale: Locale) -> Result<Vec<FileView>, AppError> {
        Ok(self.job_with_files(id, locale).await?.1)
    }

    /// A job's row with all its files, as [`Backend::files_of`] lists them.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn job_with_files(&self, id: JobId, locale: Locale) -> Result<(JobSummary, Vec<FileView>), AppError> {
        let detail = self.detail(id, locale).await?;
        let (inputs, results) = self.files_of_detail(&detail).await;
        let files = of_job(&inputs, &results).map(|(_, file)| file.clone()).collect();
        Ok((detail.summary, files))
    }

    pub(super) async fn files_of_detail(&self, detail: &JobDetail) -> (Vec<FileView>, Vec<FileView>) {
        let inputs = detail.inputs.iter().map(|file| {
            let name = input_name(detail, file);
            FileView {
                readable: is_readable(&name),
                name,
                size: file.size,
                complete: true,
                error: None,
                upload: Some(file.upload.clone()),
            }
        });
        let inputs: Vec<FileView> = inputs.collect();
        let folder = self.result_folder(detail.summary.id);
        let on_disk = tokio::task::spawn_blocking(move || sizes(&folder)).await.unwrap_or_default();
        let mut results: BTreeMap<String, FileView> = BTreeMap::new();
        for (name, (size, whole)) in on_disk {
            let view = FileView {
                readable: is_readable(&name),
                name: name.clone(),
                size,
                complete: whole,
                error: None,
                upload: None,
            };
            results.insert(name, view);
        }
        if is_final(detail.summary.status) {
            for row in detail.results.iter().filter(|row| row.error.is_some()) {
                let name = row.name.to_string();
                let entry = results.entry(name.clone()).or_insert_with(|| FileView {
                    readable: false,
                    name,
                    size: 0,
                    complete: false,
                    error: None,
                    upload: None,
                });
                entry.error.clone_from(&row.error);
            }
        }
        (inputs, results.into_values().collect())
    }

    /// The job's name and all files that are here, as (name in the archive, path).
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn files_for_archive(
        &self,
        id: JobId,
        locale: Locale,
    ) -> Result<(JobName, Vec<(String, PathBuf)>), AppError> {
        let detail = self.detail(id, locale).await?;
        let (inputs, results) = self.files_of_detail(&detail).await;
        let mut taken = HashSet::new();
        let mut files: Vec<(String, PathBuf)> = Vec::new();
        for (sent, file) in of_job(&inputs, &results) {
            let path = match detail.inputs.iter().find(|input| sent && input_name(&detail, input) == file.name) {
                Some(input) => self.folders.uploads.join(&input.path),
                None => self.result_path(id, &file.name),
            };
            // a half file says in the archive that it is one
            let mut name = if file.complete { file.name.clone() } else { format!("{}{PART}", file.name) };
            // somebody may have sent a file of that name: an archive cannot hold one name twice
            while !taken.insert(name.clone()) {
                name.push_str(PART);
            }
            files.push((name, path));
        }
        Ok((detail.summary.name, files))
    }

    pub(super) fn kept_places(&self) -> cleanup::Places {
        cleanup::Places { uploads: self.folders.uploads.clone(), results: self.folders.results.clone() }
    }

    /// Takes back those of these uploads that no job has: what was sent for a job that did not come about. What cannot
    /// be removed is an orphan, which a later clean-up finds.
    pub async fn take_back(&self, ids: &[UploadId]) {
        match self.repository.remove_unused_uploads(ids).await {
            Ok(paths) => {
                cleanup::remove_uploads(&self.folders.uploads, &paths).await;
            }
            Err(error) => tracing::warn!(%error, "uploads of a job that did not come about stay"),
        }
    }
}

/// The deck is called as the job is, on the node and here.
fn input_name(detail: &JobDetail, file: &JobFile) -> String {
    let is_deck = detail.inputs.first().is_some_and(|deck| deck.path == file.path);
    if is_deck { format!("{}.inp", detail.summary.name) } else { file.name.to_string() }
}

fn sizes(folder: &Path) -> BTreeMap<String, (u64, bool)> {
    let mut found = BTreeMap::new();
    // no folder yet, or none any more: no files
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let (Some(name), Ok(data)) = (name.to_str(), entry.metadata()) else { continue };
        match name.strip_suffix(PART) {
            Some(name) => {
                found.entry(name.to_owned()).or_insert((data.len(), false));
            }
            None => {
                found.insert(name.to_owned(), (data.len(), true));
            }
        }
    }
    found
}
