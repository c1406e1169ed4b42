//! What the New job page offers and what the server's reader finds in a deck.

use super::{Asking, Backend, MOST_FILES, fault};
use crate::jobs::api::{DeckCheck, Forecast, FormOptions, WhatIf};
use crate::{AppError, ErrorCode};
use deck::inp::{Deck, Scanner};
use domain::options::MOST_GPUS;
use domain::plan::{NodeCapacity, Outcome, WaitingJob, what_if};
use domain::{Cores, JobId, JobName, NodeWish, Priority, Role, Solver, Timestamp, UploadId};
use repository::{RepositoryError, Upload};
use std::fs::File;
use std::io::{self, Read};

/// Most nodes asked about for one waiting job: each is one run of the plan.
const MOST_WISHES: usize = 12;

/// A deck as the server read it.
pub(super) struct ReadDeck {
    pub deck: Deck,
    pub upload: Upload,
    /// All files it was read among, itself too.
    pub files: Vec<Upload>,
}

impl Backend {
    /// Solvers, limits and what each CPU choice would mean now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn form_options(
        &self,
        solver: Option<Solver>,
        wish: NodeWish,
        priority: Priority,
        gpus: u32,
        asking: &Asking,
    ) -> Result<FormOptions, AppError> {
        let settings = self.repository.settings();
        let now = Timestamp(chrono::Utc::now().timestamp());
        let snapshot = self.repository.snapshot(now).await;
        let snapshot = snapshot.map_err(|error| fault::repository(asking.locale, error))?;
        let runs = |solver: &Solver| snapshot.nodes.iter().any(|node| node.solvers.contains(solver));
        let solvers: Vec<Solver> = Solver::ALL.into_iter().filter(runs).collect();
        let solver = solver.or(solvers.first().copied()).unwrap_or(Solver::Calculix);
        let name = JobName::parse("new").map_err(|_| fault::internal(asking.locale))?;
        let forecasts = Cores::CHOICES.map(|cpus| {
            let licensed = domain::RunOptions { gpus: gpus.min(MOST_GPUS), ..Default::default() }.licensed(cpus);
            let tokens = solver.tokens(licensed, &settings.token_rule);
            let request = WaitingJob {
                // behind everything that waits already
                id: JobId(i64::MAX),
                name: name.clone(),
                head_since: None,
                not_before: None,
                user: asking.actor.id.clone(),
                user_name: asking.actor.name.clone(),
                wish: wish.clone(),
                solver,
                cpus,
                tokens,
                priority,
            };
            let waiting = match what_if(&snapshot, &request) {
                Outcome::Start(_) => None,
                Outcome::Wait(waiting) => Some(waiting),
            };
            Forecast { cpus, tokens, waiting }
        });
        Ok(FormOptions {
            solvers,
            max_file_bytes: settings.max_file_bytes,
            max_priority: if asking.actor.role >= Role::Faculty { Priority::URGENT } else { Priority::NORMAL },
            forecasts: forecasts.into(),
        })
    }

    /// What each other number of CPUs, and each other node, would mean for a waiting job: those with which it would start
    /// now first. `None` where it waits no more.
    ///
    /// # Errors
    /// `NOT_FOUND` for the job; when the database cannot be read.
    pub async fn what_if(&self, id: JobId, asking: &Asking) -> Result<Option<Vec<WhatIf>>, AppError> {
        let faulty = |error| fault::repository(asking.locale, error);
        let options = self.repository.active_job(id).await.map_err(faulty)?.options;
        let settings = self.repository.settings();
        let now = Timestamp(chrono::Utc::now().timestamp());
        let snapshot = self.repository.snapshot(now).await.map_err(faulty)?;
        let Some(job) = snapshot.waiting.iter().find(|job| job.id == id).cloned() else { return Ok(None) };
        let able = |node: &&NodeCapacity| node.solvers.contains(&job.solver);
        let nodes = snapshot.nodes.iter().filter(able).map(|node| NodeWish::Node(node.id.clone()));
        let mut wishes: Vec<NodeWish> = [NodeWish::Auto].into_iter().chain(nodes).take(MOST_WISHES).collect();
        // any of one is that one
        if let [_, only] = wishes.as_slice()
            && (job.wish == NodeWish::Auto || job.wish == *only)
        {
            wishes.clear();
        }
        let asked = |cpus: Cores, wish: &NodeWish| {
            let tokens = job.solver.tokens(options.licensed(cpus), &settings.token_rule);
            let asked = WaitingJob { cpus, tokens, wish: wish.clone(), ..job.clone() };
            let waiting = match what_if(&snapshot, &asked) {
                Outcome::Start(_) => None,
                Outcome::Wait(waiting) => Some(waiting),
            };
            WhatIf { cpus, tokens, wish: wish.clone(), waiting }
        };
        // the smallest change first: another number on the same node, then another node
        let others = Cores::CHOICES.into_iter().rev().filter(|cpus| *cpus != job.cpus);
        let found = others.map(|cpus| asked(cpus, &job.wish));
        let elsewhere = wishes.iter().filter(|wish| **wish != job.wish);
        let mut found: Vec<WhatIf> = found.chain(elsewhere.map(|wish| asked(job.cpus, wish))).collect();
        found.sort_by_key(|one| one.waiting.is_some());
        Ok(Some(found))
    }

    /// The authority's report on an uploaded deck, and a name that is free.
    ///
    /// # Errors
    /// `NOT_FOUND` for an upload that is not there.
    pub async fn check_deck(
        &self,
        deck: &UploadId,
        includes: &[UploadId],
        asking: &Asking,
    ) -> Result<DeckCheck, AppError> {
        let mut ids = vec![deck.clone()];
        ids.extend(includes.iter().filter(|id| *id != deck).cloned());
        let read = self.read_deck(deck, &ids, asking).await?;
        let wanted = JobName::suggest(read.upload.name.as_str()).or_else(|| JobName::parse("job").ok());
        let wanted = wanted.ok_or_else(|| fault::internal(asking.locale))?;
        let free = self.repository.free_name(&wanted).await;
        let free_name = free.map_err(|error| fault::repository(asking.locale, error))?;
        let report = serde_json::to_value(&read.deck).map_err(|_| fault::internal(asking.locale))?;
        Ok(DeckCheck { report, free_name })
    }

    /// What keeps a job from being called so now: `CONFLICT` with `next_free_name` where one is. `None` where nothing does.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for what no job is called; when the database cannot be read.
    pub async fn check_name(&self, name: &str, asking: &Asking) -> Result<Option<AppError>, AppError> {
        let locale = asking.locale;
        let name = JobName::parse_new(name).map_err(|error| fault::job_name(locale, error))?;
        let free = self.repository.free_name(&name).await.map_err(|error| fault::repository(locale, error))?;
        if free == name {
            return Ok(None);
        }
        Ok(Some(fault::repository(locale, RepositoryError::NameTaken { name, next_free: free })))
    }

    /// Reads a deck among its files, in slices; waits while as many as may be are being read.
    pub(super) async fn read_deck(
        &self,
        deck: &UploadId,
        files: &[UploadId],
        asking: &Asking,
    ) -> Result<ReadDeck, AppError> {
        let locale = asking.locale;
        if files.len() > MOST_FILES {
            return Err(fault::too_many_files(locale, MOST_FILES));
        }
        let uploads = self.repository.uploads(files).await.map_err(|error| fault::repository(locale, error))?;
        let found = uploads.iter().find(|upload| upload.id == *deck).cloned();
        let (Some(upload), true) = (found, uploads.len() == files.len()) else {
            return Err(fault::no_such_file(locale).about("file"));
        };
        let (folder, read, among) = (self.folders.uploads.clone(), upload.clone(), uploads.clone());
        let turn = self.readers.clone().acquire_owned().await.map_err(|_| fault::internal(locale))?;
        let work = tokio::task::spawn_blocking(move || -> io::Result<Deck> {
            // the reading goes on when nobody waits for it any more
            let _turn = turn;
            let include = |name: &str| {
                // as the solver will look for it: files lie side by side, and Linux tells capitals apart
                let named = |upload: &&Upload| upload.id != read.id && upload.name.as_str() == name;
                let found = among.iter().find(named)?;
                let file = File::open(folder.join(&found.path)).ok()?;
                Some(Box::new(file) as Box<dyn Read>)
            };
            let mut file = File::open(folder.join(&read.path))?;
            let mut scanner = Scanner::with_files(&include);
            let mut slice = vec![0; 1024 * 1024];
            loop {
                match file.read(&mut slice)? {
                    0 => return Ok(scanner.finish()),
                    some => scanner.feed(&slice[..some]),
                }
            }
        });
        match work.await {
            Ok(Ok(deck)) => Ok(ReadDeck { deck, upload, files: uploads }),
            Ok(Err(error)) => Err(fault::disk(locale, &error)),
            Err(_) => Err(fault::internal(locale)),
        }
    }
}

impl Backend {
    /// The solver a job must have where only one fits: the node's only one, or the lab's.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a node that is not there.
    pub async fn only_solver(&self, wish: &NodeWish, asking: &Asking) -> Result<Option<Solver>, AppError> {
        let nodes = self.repository.nodes().await.map_err(|error| fault::repository(asking.locale, error))?;
        if let NodeWish::Node(id) = wish
            && nodes.iter().all(|node| node.id != *id)
        {
            return Err(fault::no_such_node(asking.locale, id));
        }
        let fits = nodes.iter().filter(|node| match wish {
            NodeWish::Auto => true,
            NodeWish::Node(id) => node.id == *id,
        });
        let mut found: Vec<Solver> = fits.flat_map(|node| node.solvers.iter().map(|(solver, _)| *solver)).collect();
        found.sort_unstable();
        found.dedup();
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// Of several files the deck: the one `.inp` that no other includes.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for none or several.
    pub async fn main_deck(
        &self,
        files: &[(UploadId, String)],
        asking: &Asking,
    ) -> Result<(UploadId, String), AppError> {
        let locale = asking.locale;
        let is_inp = |name: &str| name.rsplit_once('.').is_some_and(|(_, e)| e.eq_ignore_ascii_case("inp"));
        let decks: Vec<_> = files.iter().filter(|(_, name)| is_inp(name)).cloned().collect();
        let refuse =
            |ja: &str, en: &str| Err(AppError::new(ErrorCode::ValidationError, locale.pick(ja, en)).about("file"));
        match decks.as_slice() {
            [] => return refuse(".inp を1つ送ってください。", "Send one .inp."),
            [deck] => return Ok(deck.clone()),
            _ => {}
        }
        let mut included = Vec::new();
        for (id, _) in &decks {
            let read = self.read_deck(id, std::slice::from_ref(id), asking).await?;
            let name = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
            for include in read.deck.includes.iter().map(|include| name(&include.name)) {
                // Abaqus' own ending may be left out
                included.push(format!("{include}.inp"));
                included.push(include);
            }
        }
        let tops: Vec<_> = decks.into_iter().filter(|(_, n)| !included.contains(&n.to_ascii_lowercase())).collect();
        match tops.as_slice() {
            [deck] => Ok(deck.clone()),
            _ => refuse(
                "どの .inp を実行するか決められません。他から読み込まれない .inp は1つだけにしてください。",
                "It is not clear which .inp to run. Send exactly one that no other file includes.",
            ),
        }
    }
}
