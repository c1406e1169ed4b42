//! What is asked of Abaqus beside CPUs, from what was sent to what a run is made of.

use super::adopt::Adopted;
use super::{Asking, Backend, fault};
use crate::i18n::Locale;
use crate::jobs::api::{OptionsWish, RestartSource};
use crate::{AppError, ErrorCode};
use domain::options::{OldJob, OptionsError, RunOptions};
use domain::{JobId, Solver, UploadId};
use repository::{ResultFile, Upload};

/// Endings of what may hold user subroutines: Fortran text, or what a compiler made of it.
const SUBROUTINE: [&str; 5] = ["f", "for", "f90", "obj", "o"];
/// Endings of the files that a restart reads; Standard's and Explicit's.
const RESTART: [&str; 9] = ["res", "mdl", "stt", "prt", "odb", "sim", "abq", "pac", "sel"];
/// Most runs offered to go on from.
const MOST_SOURCES: u64 = 100;

/// Options, and the files they bring along.
pub(super) struct Resolved {
    pub options: RunOptions,
    pub files: Vec<UploadId>,
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}

fn wrong(locale: Locale, field: &str, ja: String, en: String) -> AppError {
    AppError::new(ErrorCode::ValidationError, locale.pick(ja, en)).about(field)
}

fn refused(locale: Locale, error: OptionsError) -> AppError {
    let (field, ja, en) = match error {
        OptionsError::TooManyGpus => ("gpus", "GPUは8個までです。", "At most 8 GPUs."),
        OptionsError::GpusWithDatacheck => (
            "gpus",
            "データチェックではGPUを使えません。GPUを0にするか、データチェックを外してください。",
            "A data check cannot use GPUs. Choose no GPUs, or no data check.",
        ),
    };
    wrong(locale, field, ja.to_owned(), en.to_owned())
}

impl Backend {
    /// What is wished, checked against the solver and the files sent (`sent`).
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field; `NOT_FOUND` for the job to go on from.
    pub(super) async fn resolve_options(
        &self,
        solver: Solver,
        wish: &OptionsWish,
        sent: &[Upload],
        asking: &Asking,
    ) -> Result<Resolved, AppError> {
        let locale = asking.locale;
        if solver != Solver::Abaqus {
            return match wish.first_set() {
                None => Ok(Resolved { options: RunOptions::default(), files: Vec::new() }),
                Some(field) => Err(wrong(
                    locale,
                    field,
                    format!("{field} は Abaqus のときだけ指定できます。"),
                    format!("{field} is for Abaqus only."),
                )),
            };
        }
        let user = match &wish.user {
            None => None,
            Some(id) => {
                let file = sent.iter().find(|file| file.id == *id);
                let file = file.ok_or_else(|| fault::no_such_file(locale).about("user"))?;
                if !SUBROUTINE.contains(&ending(file.name.as_str()).as_str()) {
                    return Err(wrong(
                        locale,
                        "user",
                        "ユーザーサブルーチンは .f .for .f90 .obj .o のどれかです。".to_owned(),
                        "A user subroutine is one of .f .for .f90 .obj .o.".to_owned(),
                    ));
                }
                Some(file.name.clone())
            }
        };
        let mut options = RunOptions {
            gpus: wish.gpus,
            memory: wish.memory,
            scratch: wish.scratch,
            double: wish.double,
            mp_mode: wish.mp_mode,
            datacheck: wish.datacheck,
            user,
            oldjob: None,
        };
        options.check().map_err(|error| refused(locale, error))?;
        let Some(id) = wish.oldjob else { return Ok(Resolved { options, files: Vec::new() }) };
        let (oldjob, files) = self.restart_files(id, asking).await?;
        options.oldjob = Some(oldjob);
        Ok(Resolved { options, files })
    }

    /// The files of an earlier run that a restart reads, as files of the new job: links, so that they cost nothing and
    /// stay when the earlier job is deleted.
    async fn restart_files(&self, id: JobId, asking: &Asking) -> Result<(OldJob, Vec<UploadId>), AppError> {
        let locale = asking.locale;
        let old = self.detail(id, locale).await.map_err(|error| error.about("oldjob"))?;
        let name = old.summary.name.clone();
        let belongs = |file: &&ResultFile| {
            let stem = file.name.as_str().rsplit_once('.').map(|(stem, _)| stem);
            file.fetched && stem == Some(name.as_str()) && RESTART.contains(&ending(file.name.as_str()).as_str())
        };
        let set: Vec<&ResultFile> = old.results.iter().filter(belongs).collect();
        let has = |wanted: &str| set.iter().any(|file| ending(file.name.as_str()) == wanted);
        if !has("res") || !has("odb") {
            return Err(wrong(
                locale,
                "oldjob",
                format!(
                    "「{name}」には再開用のファイル (.res と .odb) がありません。*RESTART, WRITE を入れて実行したジョブを選んでください。"
                ),
                format!("{name} left no restart files (.res and .odb). Choose a job whose deck had *RESTART, WRITE."),
            ));
        }
        let mut ids = Vec::with_capacity(set.len());
        for file in set {
            match self.adopt_result(id, file, asking).await {
                Ok(upload) => ids.push(upload),
                Err(error) => {
                    self.take_back(&ids).await;
                    return Err(error);
                }
            }
        }
        Ok((OldJob { id, name }, ids))
    }

    async fn adopt_result(&self, id: JobId, file: &ResultFile, asking: &Asking) -> Result<UploadId, AppError> {
        // what is whole was checked by it; without it nothing could be checked on the way to the node
        let Some(sha256) = file.sha256.clone() else {
            tracing::error!(job = %id, file = %file.name, "a result that was fetched has no hash");
            return Err(fault::internal(asking.locale));
        };
        let from = self.result_path(id, file.name.as_str());
        self.adopt(Adopted { from, name: file.name.clone(), size: file.size, sha256 }, asking).await
    }

    /// Runs that left restart files, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn restart_sources(&self, asking: &Asking) -> Result<Vec<RestartSource>, AppError> {
        let found = self.repository.jobs_with_result(".res", MOST_SOURCES).await;
        let found = found.map_err(|error| fault::repository(asking.locale, error))?;
        Ok(found.into_iter().map(|(id, name)| RestartSource { id, name }).collect())
    }
}
