//! A new job: one transaction of its row, its files, its first line of history and the audit.

use crate::entities::{job_files, jobs};
use crate::records::HistoryFact;
use crate::rows::{Row, json_text};
use crate::{Contradiction, Repository, RepositoryError, audit, history, now, summary, uploads};
use domain::{
    Actor, Cores, JobId, JobName, JobStatus, JobSummary, NodeWish, Priority, RunOptions, Solver, StepShape, UploadId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashSet;

/// What a person wants run. Whether they may is the caller's question.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Its name; unique.
    pub name: JobName,
    /// 2, 4 or 8.
    pub cpus: Cores,
    /// Where.
    pub wish: NodeWish,
    /// Order in the queue.
    pub priority: Priority,
    /// What runs it.
    pub solver: Solver,
    /// What else was asked of Abaqus; nothing for CalculiX.
    pub options: RunOptions,
    /// The deck; one of `files`.
    pub deck: UploadId,
    /// All files of the job, the deck among them.
    pub files: Vec<UploadId>,
    /// Steps of the deck, for the progress bar.
    pub steps: Vec<StepShape>,
    /// What the deck's reader found; kept as it is.
    pub deck_report: serde_json::Value,
    /// The job it is made from.
    pub parent: Option<JobId>,
    /// A key of the sender's choice: the same key of the same person again gives the same job.
    pub idempotency_key: Option<String>,
    /// The request it comes by: what is done for the job is found by it in the log.
    pub request: Option<String>,
}

impl Repository {
    /// Stores the job, durable before it returns, and puts it into the queue. Tokens are what the rule gives now.
    ///
    /// # Errors
    /// `NameTaken` with the next free name; `NotFound` for an upload or parent; `Invalid` for a deck that is not
    /// among the files, two files of one name, or a number of cores that is none of 2, 4, 8.
    pub async fn submit(&self, submission: &Submission, actor: &Actor) -> Result<JobSummary, RepositoryError> {
        let (new, actor, settings) = (submission.clone(), actor.clone(), self.settings());
        if !Cores::CHOICES.contains(&new.cpus) {
            return Err(RepositoryError::Invalid { field: "cpus", problem: Contradiction::Cores });
        }
        if !new.files.contains(&new.deck) {
            return Err(RepositoryError::Invalid { field: "file", problem: Contradiction::NoDeck });
        }
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                if let Some(key) = &new.idempotency_key
                    && let Some(known) = by_key(db, &actor, key).await?
                {
                    return summary::one(db, known).await;
                }
                if taken(db, &new.name).await? {
                    let next_free = free_name(db, &new.name).await?;
                    return Err(RepositoryError::NameTaken { name: new.name, next_free });
                }
                if let Some(parent) = new.parent {
                    summary::one(db, parent).await?;
                }
                let files = uploads::of(db, &new.files).await?;
                let mut names = HashSet::new();
                // Windows nodes do not tell large letters from small ones
                if let Some(twice) = files.iter().find(|file| !names.insert(file.name.as_str().to_lowercase())) {
                    let problem = Contradiction::Twice(twice.name.clone());
                    return Err(RepositoryError::Invalid { field: "file", problem });
                }
                let deck = files.iter().find(|file| file.id == new.deck);
                let deck_path = deck.map(|deck| deck.path.clone()).unwrap_or_default();
                let at = now();
                let tokens = new.solver.tokens(new.options.licensed(new.cpus), &settings.token_rule);
                let row = jobs::ActiveModel {
                    name: Set(new.name.to_string()),
                    status: Set(JobStatus::Waiting.as_str().to_owned()),
                    user_id: Set(actor.id.to_string()),
                    node_id: Set(summary::NO_NODE.to_owned()),
                    cpu_count: Set(i64::from(new.cpus.0)),
                    license_tokens: Set(i64::from(tokens.0)),
                    inp_file_path: Set(deck_path),
                    created_at: Set(Some(at.0)),
                    updated_at: Set(Some(at.0)),
                    priority: Set(Some(i64::from(new.priority.0))),
                    version: Set(1),
                    solver: Set(new.solver.as_str().to_owned()),
                    wish: Set(String::from(new.wish.clone())),
                    parent_id: Set(new.parent.map(|parent| parent.0)),
                    steps: Set(json_text("steps", &new.steps)?),
                    deck_report: Set(json_text("deck_report", &new.deck_report)?),
                    options: Set(json_text("options", &new.options)?),
                    idempotency_key: Set(new.idempotency_key.clone()),
                    request_id: Set(new.request.clone()),
                    ..Default::default()
                };
                let id = JobId(jobs::Entity::insert(row).exec(db).await?.last_insert_id);
                let rows = files.iter().map(|file| job_files::ActiveModel {
                    job_id: Set(id.0),
                    name: Set(file.name.to_string()),
                    upload_id: Set(file.id.to_string()),
                    is_deck: Set(i64::from(file.id == new.deck)),
                });
                job_files::Entity::insert_many(rows).exec_without_returning(db).await?;
                let fact = HistoryFact::Submitted { parent: new.parent };
                history::add(db, id, Some(at), JobStatus::Waiting, Some(&actor.id), &fact).await?;
                let job = summary::one(db, id).await?;
                audit::write(db, &actor, "submit_job", format!("job {id}"), &None, &Some(&job)).await?;
                change.mention(|mentions| mentions.created.insert(id));
                Ok(job)
            })
        })
        .await
    }

    /// The job that this person submitted with this key, if there is one.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn submitted_with(&self, key: &str, actor: &Actor) -> Result<Option<JobSummary>, RepositoryError> {
        match by_key(self.db(), actor, key).await? {
            Some(id) => summary::one(self.db(), id).await.map(Some),
            None => Ok(None),
        }
    }

    /// This name if it is free, else the next one like it: `beam` → `beam-2` → `beam-3`.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn free_name(&self, name: &JobName) -> Result<JobName, RepositoryError> {
        if taken(self.db(), name).await? { free_name(self.db(), name).await } else { Ok(name.clone()) }
    }
}

async fn by_key(db: &impl ConnectionTrait, actor: &Actor, key: &str) -> Result<Option<JobId>, RepositoryError> {
    let id: Option<i64> = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Id)
        .filter(jobs::Column::UserId.eq(actor.id.as_str()))
        .filter(jobs::Column::IdempotencyKey.eq(key))
        .into_tuple()
        .one(db)
        .await?;
    Ok(id.map(JobId))
}

async fn taken(db: &impl ConnectionTrait, name: &JobName) -> Result<bool, RepositoryError> {
    let id: Option<i64> = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Id)
        .filter(jobs::Column::Name.eq(name.as_str()))
        .into_tuple()
        .one(db)
        .await?;
    Ok(id.is_some())
}

/// `beam` of `beam-2`, when `beam` is a job too: then the number counts variants and is not part of the name.
async fn stem(db: &impl ConnectionTrait, name: &JobName) -> Result<JobName, RepositoryError> {
    if let Some((stem, number)) = name.as_str().rsplit_once('-')
        && number.parse::<u32>().is_ok_and(|number| number >= 2)
        && let Ok(stem) = JobName::parse(stem)
        && taken(db, &stem).await?
    {
        return Ok(stem);
    }
    Ok(name.clone())
}

/// The first free variant of a name that is taken: one query, however many variants there are.
async fn free_name(db: &impl ConnectionTrait, name: &JobName) -> Result<JobName, RepositoryError> {
    let stem = stem(db, name).await?;
    // a long name is shortened to make room for its number, so look at all that share its beginning
    let shared: String = stem.as_str().chars().take(60).collect();
    let beginning = if shared == stem.as_str() { format!("{shared}-") } else { shared };
    let beginning = if beginning.len() > 180 { beginning.chars().take(40).collect() } else { beginning };
    let end = format!("{beginning}{}", char::MAX);
    let names: Vec<String> = jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Name)
        .filter(jobs::Column::Name.between(beginning, end))
        .into_tuple()
        .all(db)
        .await?;
    let names: HashSet<String> = names.into_iter().collect();
    let mut numbers = 2..=u32::MAX;
    let free = numbers.find_map(|n| Some(stem.variant(n)).filter(|name| !names.contains(name.as_str())));
    free.ok_or_else(|| Row::new("jobs", name).corrupt("name", "has four billion variants"))
}
