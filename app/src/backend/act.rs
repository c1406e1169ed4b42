//! Intent: submit, resubmit, cancel, hold, release, priority, delete. Who may is asked here, once per call.

use super::form::ReadDeck;
use super::options::Resolved;
use super::{Asking, Backend, fault};
use crate::jobs::api::{ActionResult, JobAction, OptionsWish, SubmitRequest};
use crate::{AppError, ErrorCode};
use domain::files::{ABAQUS_ENV, CONSOLE, PART, may_be_short_for};
use domain::options::OldJob;
use domain::{Act, Cores, JobId, JobName, JobSummary, NodeWish, Priority, Solver, UploadId};
use repository::{RepositoryError, Submission};

/// Most jobs of one act.
const MOST: usize = 500;
/// Longest key under which the same request again gives the same job.
const MOST_KEY: usize = 200;

/// A name that two files of a run would share on the node, where the deck is called as the job is; some nodes take
/// capitals and small letters for the same, and give long names a second, short one. The console text's name is taken as well.
fn clash<'n>(job: &JobName, includes: impl Iterator<Item = &'n str>) -> Option<String> {
    // what the solver itself writes: an old one would be taken for evidence, or keep the run from starting
    let own = ["inp", "sta", "msg", "dat", "log", "lck", "cid", "com", "cvg", "odb", "frd"];
    let mut taken: Vec<String> = own.iter().map(|ending| format!("{job}.{ending}").to_lowercase()).collect();
    taken.extend([CONSOLE.to_owned(), ABAQUS_ENV.to_owned()]);
    for include in includes {
        let name = include.to_lowercase();
        let is_same =
            |known: &String| *known == name || may_be_short_for(&name, known) || may_be_short_for(known, &name);
        if taken.iter().any(is_same) {
            return Some(include.to_owned());
        }
        taken.push(name);
    }
    None
}

impl Backend {
    /// Puts a job into the queue; durable when this returns.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field, `CONFLICT` with `next_free_name`, `FORBIDDEN` for a priority too high.
    pub async fn submit_job(&self, request: SubmitRequest, asking: &Asking) -> Result<JobSummary, AppError> {
        self.submit_after(request, None, asking).await
    }

    /// The same; `before` is the run that the files sent go on from already.
    async fn submit_after(
        &self,
        request: SubmitRequest,
        before: Option<OldJob>,
        asking: &Asking,
    ) -> Result<JobSummary, AppError> {
        let locale = asking.locale;
        if request.idempotency_key.len() > MOST_KEY {
            return Err(fault::key_too_long(locale, MOST_KEY));
        }
        // asked again because the answer was lost: what it was made of may be gone by now
        if !request.idempotency_key.is_empty() {
            let known = self.repository.submitted_with(&request.idempotency_key, &asking.actor).await;
            if let Some(job) = known.map_err(|error| fault::repository(locale, error))? {
                return Ok(job);
            }
        }
        let name = JobName::parse_new(&request.name).map_err(|error| fault::job_name(locale, error))?;
        self.check_choices(&request.wish, request.solver, request.cpus, request.priority, asking).await?;
        let mut files = vec![request.deck.clone()];
        files.extend(request.includes.iter().filter(|id| **id != request.deck).cloned());
        let read = self.read_deck(&request.deck, &files, asking).await?;
        let includes = read.files.iter().filter(|file| file.id != request.deck).map(|file| file.name.as_str());
        if let Some(clash) = clash(&name, includes) {
            return Err(fault::name_clash(locale, &clash));
        }
        // beside `mesh` on its way to a node nothing may be called `mesh.part`
        if let Some(part) = read.files.iter().find(|file| file.name.as_str().to_lowercase().ends_with(PART)) {
            return Err(fault::part_name(locale, part.name.as_str()));
        }
        let mut resolved = self.resolve_options(request.solver, &request.options, &read.files, asking).await?;
        resolved.options.oldjob = resolved.options.oldjob.or(before);
        let adopted = resolved.files.clone();
        let submitted = self.submit_read(name, request, files, read, resolved, asking).await;
        // no job came about, or there was one of this key already: what was linked for it is nobody's
        self.take_back(&adopted).await;
        submitted
    }

    async fn submit_read(
        &self,
        name: JobName,
        request: SubmitRequest,
        mut files: Vec<UploadId>,
        read: ReadDeck,
        resolved: Resolved,
        asking: &Asking,
    ) -> Result<JobSummary, AppError> {
        let locale = asking.locale;
        if read.deck.is_refused(request.solver) {
            return Err(fault::deck(locale, read.upload.name.as_str(), &read.deck));
        }
        if request.solver == Solver::Calculix && read.deck.instances.len() > 1 {
            return Err(fault::assembly(locale));
        }
        if request.solver == Solver::Abaqus && read.deck.restart_read && resolved.options.oldjob.is_none() {
            let message = locale.pick(
                "このデッキは *RESTART, READ で前の計算の続きを行います。続き元のジョブを選んでください。",
                "This deck goes on from an earlier run (*RESTART, READ). Choose the job to go on from.",
            );
            return Err(AppError::new(ErrorCode::ValidationError, message).about("oldjob"));
        }
        files.extend(resolved.files);
        let submission = Submission {
            name,
            options: resolved.options,
            cpus: request.cpus,
            wish: request.wish,
            priority: request.priority,
            solver: request.solver,
            deck: request.deck,
            files,
            steps: read.deck.shapes(),
            deck_report: serde_json::to_value(&read.deck).map_err(|_| fault::internal(locale))?,
            parent: request.parent,
            idempotency_key: Some(request.idempotency_key).filter(|key| !key.is_empty()),
            request: Some(asking.request.to_string()),
        };
        self.repository.submit(&submission, &asking.actor).await.map_err(|error| fault::repository(locale, error))
    }

    /// CPUs, node, solver and priority: whether they can be, and whether this person may ask for them.
    async fn check_choices(
        &self,
        wish: &NodeWish,
        solver: Solver,
        cpus: Cores,
        priority: Priority,
        asking: &Asking,
    ) -> Result<(), AppError> {
        let locale = asking.locale;
        if !Cores::CHOICES.contains(&cpus) {
            return Err(fault::cores(locale));
        }
        if !asking.actor.may(Act::Prioritise(priority)) {
            let message = locale.pick(
                "普通より高い優先度は教員と管理者だけが選べます。",
                "Priorities above normal are for faculty and admins.",
            );
            return Err(AppError::new(ErrorCode::Forbidden, message).about("priority"));
        }
        if !(-100..=100).contains(&priority.0) {
            let message = locale.pick("優先度は-100から100です。", "Priorities are from -100 to 100.");
            return Err(AppError::new(ErrorCode::ValidationError, message).about("priority"));
        }
        let NodeWish::Node(id) = wish else { return Ok(()) };
        let node = self.repository.node(id).await.map_err(|error| fault::repository(locale, error))?;
        let Some(node) = node else {
            return Err(fault::no_such_node(locale, id));
        };
        if !node.solvers.iter().any(|(known, _)| *known == solver) {
            let title = solver.title();
            let message = locale.pick(
                format!("{id} では {title} を実行できません。別のノードかソルバーを選んでください。"),
                format!("{id} cannot run {title}. Choose another node or solver."),
            );
            return Err(AppError::new(ErrorCode::ValidationError, message).about("node"));
        }
        Ok(())
    }

    /// A new job from an old one's files; its own CPUs unless others are asked for.
    ///
    /// # Errors
    /// As [`Backend::submit_job`]; `NOT_FOUND` for the old job.
    pub async fn resubmit_job(
        &self,
        id: JobId,
        cpus: Option<Cores>,
        idempotency_key: String,
        asking: &Asking,
    ) -> Result<JobSummary, AppError> {
        let locale = asking.locale;
        let detail = self.detail(id, locale).await?;
        let before = detail.options;
        let user = detail.inputs.iter().find(|file| before.user.as_ref() == Some(&file.name));
        let options = OptionsWish {
            gpus: before.gpus,
            memory: before.memory,
            scratch: before.scratch,
            double: before.double,
            mp_mode: before.mp_mode,
            datacheck: before.datacheck,
            user: user.map(|file| file.upload.clone()),
            // its files are among the job's own: that run may be gone
            oldjob: None,
        };
        let mut ids = detail.inputs.into_iter().map(|file| file.upload);
        let Some(deck) = ids.next() else { return Err(fault::internal(locale)) };
        let old = detail.summary;
        let free = self.repository.free_name(&old.name).await.map_err(|error| fault::repository(locale, error))?;
        let priority = if asking.actor.may(Act::Prioritise(old.priority)) { old.priority } else { Priority::NORMAL };
        let request = SubmitRequest {
            name: free.to_string(),
            cpus: cpus.unwrap_or(old.cpus),
            wish: old.wish,
            priority,
            solver: old.solver,
            options,
            deck,
            includes: ids.collect(),
            parent: Some(id),
            idempotency_key,
        };
        self.submit_after(request, before.oldjob, asking).await
    }

    /// The same act on each job; one that fails does not keep the others.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for more than 500 at once; what befalls single jobs stands in their results.
    pub async fn act_on_jobs(
        &self,
        ids: &[JobId],
        action: JobAction,
        asking: &Asking,
    ) -> Result<Vec<ActionResult>, AppError> {
        if ids.len() > MOST {
            let message = asking.locale.pick("一度に500件までです。", "At most 500 jobs at once.");
            return Err(AppError::new(ErrorCode::ValidationError, message));
        }
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            results.push(ActionResult { id: *id, outcome: self.act_on_job(*id, action, asking).await });
        }
        Ok(results)
    }

    /// One act on one job. For a deleted job its last row.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`, or `CONFLICT` where the state forbids it.
    pub async fn act_on_job(&self, id: JobId, action: JobAction, asking: &Asking) -> Result<JobSummary, AppError> {
        let locale = asking.locale;
        let faulty = |error: RepositoryError| fault::repository(locale, error);
        let row = self.repository.summary(id).await.map_err(faulty)?;
        if !asking.actor.may(Act::ChangeJobOf(&row.user_id)) {
            return Err(fault::forbidden(locale));
        }
        match action {
            JobAction::Cancel => self.repository.ask_cancel(id, &asking.actor).await.map_err(faulty),
            JobAction::Hold => self.repository.hold(id, &asking.actor).await.map_err(faulty),
            JobAction::Release => self.repository.release(id, &asking.actor).await.map_err(faulty),
            JobAction::Priority(priority) => {
                self.check_choices(&NodeWish::Auto, row.solver, row.cpus, priority, asking).await?;
                self.repository.set_priority(id, priority, &asking.actor).await.map_err(faulty)
            }
            JobAction::Keep => self.repository.pin(id, true, &asking.actor).await.map_err(faulty),
            JobAction::Unkeep => self.repository.pin(id, false, &asking.actor).await.map_err(faulty),
            JobAction::Delete => {
                let deleted = self.repository.delete_job(id, &asking.actor).await.map_err(faulty)?;
                cleanup::remove_job(&self.kept_places(), id, &deleted).await;
                Ok(row)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::clash;
    use domain::JobName;

    #[test]
    fn no_two_files_of_a_run_share_a_name() {
        let beam = JobName::parse("beam").unwrap();
        let of = |includes: &[&'static str]| clash(&beam, includes.iter().copied());
        assert_eq!(of(&["mesh.inc", "steel.inc"]), None);
        assert_eq!(of(&["mesh.inc", "Beam.INP"]).as_deref(), Some("Beam.INP"));
        assert_eq!(of(&["mesh.inc", "MESH.inc"]).as_deref(), Some("MESH.inc"));
        assert_eq!(of(&["Abaqus_v6.env"]).as_deref(), Some("Abaqus_v6.env"));
        assert_eq!(of(&["BEAM.sta"]).as_deref(), Some("BEAM.sta"));
        assert_eq!(of(&["beam.lck"]).as_deref(), Some("beam.lck"));
        assert_eq!(of(&["other.sta"]), None);
        assert_eq!(of(&["steel_plate.inc", "STEEL_~1.INC"]).as_deref(), Some("STEEL_~1.INC"));
        assert_eq!(of(&["steel_~1.inc", "steel_plate.inc"]).as_deref(), Some("steel_plate.inc"));
        assert_eq!(of(&["console.log"]).as_deref(), Some("console.log"));
    }
}
