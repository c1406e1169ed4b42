//! Numbers for Prometheus: at `/metrics`, and once a minute in a file that another program may collect.
//!
//! Gauges are set when somebody asks; what is counted over time is counted as it happens, and begins anew at each start,
//! as Prometheus expects.

use app::backend::Backend;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::health::{DiskHealth, Health};
use domain::{Event, JobId, JobStatus, JobSummary, NodeState, NodeSummary};
use prometheus::core::Collector;
use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};
use repository::RepositoryError;
use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// Between two writings of the file.
const WRITTEN: Duration = Duration::from_secs(60);
/// A node that is asked every half minute has answered lately.
const LATELY: domain::Seconds = domain::Seconds(120);
/// The file's name.
const FILE: &str = "prometheus.txt";

/// Which way files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Decks to a node.
    ToNode,
    /// Results back.
    FromNode,
}

impl Way {
    fn as_str(self) -> &'static str {
        match self {
            Way::ToNode => "to_node",
            Way::FromNode => "from_node",
        }
    }
}

/// What is counted as it happens.
struct Counted {
    queue: Histogram,
    run: Histogram,
    transfer: HistogramVec,
    ended: IntCounterVec,
    registry: Registry,
}

static COUNTED: LazyLock<Result<Counted, prometheus::Error>> = LazyLock::new(counted);

fn counted() -> Result<Counted, prometheus::Error> {
    let opts = |name: &str, help: &str, buckets: &[f64]| HistogramOpts::new(name, help).buckets(buckets.to_vec());
    let of_queue = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0];
    let of_run = [10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0];
    let of_transfer = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0];
    let counted = Counted {
        queue: Histogram::with_opts(opts("abaqus_queue_seconds", "From submission to start.", &of_queue))?,
        run: Histogram::with_opts(opts("abaqus_run_seconds", "From start to end.", &of_run))?,
        transfer: HistogramVec::new(
            opts("abaqus_transfer_seconds", "Files on their way to a node or back.", &of_transfer),
            &["direction"],
        )?,
        ended: IntCounterVec::new(Opts::new("abaqus_jobs_ended_total", "Jobs that ended, by how."), &["status"])?,
        registry: Registry::new(),
    };
    // all of them are there before the first of their kind
    for way in [Way::ToNode, Way::FromNode] {
        counted.transfer.with_label_values(&[way.as_str()]);
    }
    for status in JobStatus::ALL.into_iter().filter(|status| status.is_ended()) {
        counted.ended.with_label_values(&[status.as_str()]);
    }
    let all: [Box<dyn Collector>; 4] = [
        Box::new(counted.queue.clone()),
        Box::new(counted.run.clone()),
        Box::new(counted.transfer.clone()),
        Box::new(counted.ended.clone()),
    ];
    for one in all {
        counted.registry.register(one)?;
    }
    Ok(counted)
}

fn with_counted(what: impl FnOnce(&Counted)) {
    match &*COUNTED {
        Ok(counted) => what(counted),
        Err(error) => tracing::error!(%error, "nothing is counted"),
    }
}

/// Files went there and it took so long.
pub fn transferred(way: Way, began: Instant) {
    with_counted(|all| all.transfer.with_label_values(&[way.as_str()]).observe(began.elapsed().as_secs_f64()));
}

/// Counts what becomes of jobs, and writes the file, until the server stops.
pub async fn count_until_stopped(backend: Backend, folder: std::path::PathBuf, stop: CancellationToken) {
    let mut events = backend.repository.subscribe();
    let mut known: HashMap<JobId, JobStatus> = HashMap::new();
    let mut next = tokio::time::interval(WRITTEN);
    next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = next.tick() => write(&backend, &folder).await,
            event = events.recv() => match event {
                Ok(Event::JobCreated(job) | Event::JobChanged(job)) => note(&mut known, &job),
                // what was missed is not counted
                Err(RecvError::Lagged(_)) | Ok(Event::Resync) => known.clear(),
                Err(RecvError::Closed) => return,
                Ok(_) => {}
            },
        }
    }
}

/// Counts a step once: each change of a job tells of it again.
fn note(known: &mut HashMap<JobId, JobStatus>, job: &JobSummary) {
    let before = if job.status.is_ended() { known.remove(&job.id) } else { known.insert(job.id, job.status) };
    if before.is_none_or(|before| before == job.status) {
        return;
    }
    with_counted(|all| match job.status {
        JobStatus::Running => {
            if let Some(started) = job.started_at {
                all.queue.observe(seconds(started.since(job.created_at).0));
            }
        }
        status if status.is_ended() => {
            all.ended.with_label_values(&[status.as_str()]).inc();
            if let (Some(started), Some(ended)) = (job.started_at, job.ended_at) {
                all.run.observe(seconds(ended.since(started).0));
            }
        }
        _ => {}
    });
}

/// Prometheus has no other numbers.
#[allow(clippy::cast_precision_loss, reason = "2^53 bytes or seconds are more than there are")]
fn seconds(number: u64) -> f64 {
    number as f64
}

/// `/metrics`.
pub async fn answer(State(backend): State<Backend>) -> Response {
    match text(&backend).await {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be made");
            axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Writes the file as a whole: who reads it meanwhile has the old one.
async fn write(backend: &Backend, folder: &Path) {
    let text = match text(backend).await {
        Ok(text) => text,
        Err(error) => return tracing::error!(%error, "the metrics could not be made"),
    };
    let (part, whole) = (folder.join(format!(".{FILE}.part")), folder.join(FILE));
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        // never through a link that somebody else has put there
        match tokio::fs::remove_file(&part).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&part).await?;
        file.write_all(text.as_bytes()).await?;
        file.flush().await?;
        tokio::fs::rename(&part, &whole).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, folder = %folder.display(), "the metrics could not be written");
    }
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
enum NoMetrics {
    #[error("the database: {0}")]
    Repository(#[from] RepositoryError),
    #[error(transparent)]
    Prometheus(#[from] prometheus::Error),
}

async fn text(backend: &Backend) -> Result<String, NoMetrics> {
    // as the last look found it; the queue and the tokens are asked for anew
    let health = match backend.watch.health() {
        Some(health) => health,
        None => backend.first_look().await,
    };
    let by_status = backend.repository.jobs_by_status().await?;
    let nodes = backend.repository.node_summaries().await?;
    let tokens = backend.repository.license_use().await?;
    let all = Gauges::default();
    let of = |status: JobStatus| seconds(by_status.get(status.as_str()).copied().unwrap_or(0));
    all.one("abaqus_jobs_total", "Jobs in the database.", seconds(by_status.values().sum()))?;
    all.one("abaqus_jobs_running", "Jobs whose solver runs.", of(JobStatus::Running))?;
    all.one("abaqus_jobs_waiting", "Jobs in the queue.", of(JobStatus::Waiting))?;
    let statuses = JobStatus::ALL.map(|status| (status.as_str(), of(status)));
    all.several("abaqus_jobs", "Jobs in the database, by status.", "status", statuses)?;
    let used = tokens.ours.plus(tokens.external);
    all.one(
        "abaqus_license_usage",
        "Tokens of our jobs, and those used outside as far as they count.",
        f64::from(used.0),
    )?;
    all.one("abaqus_license_total", "Tokens of the licence.", f64::from(tokens.total.0))?;
    all.one("abaqus_license_external", "Tokens used outside, as far as they count.", f64::from(tokens.external.0))?;
    all.one("abaqus_license_reserved", "Tokens that people have reserved.", f64::from(tokens.reserved.0))?;
    of_nodes(&all, &nodes)?;
    of_server(&all, &health)?;
    let mut bytes = Vec::new();
    let encoder = TextEncoder::new();
    encoder.encode(&all.registry.gather(), &mut bytes)?;
    if let Ok(counted) = &*COUNTED {
        encoder.encode(&counted.registry.gather(), &mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is set for one answer.
#[derive(Default)]
struct Gauges {
    registry: Registry,
}

impl Gauges {
    fn one(&self, name: &str, help: &str, value: f64) -> Result<(), prometheus::Error> {
        let gauge = Gauge::new(name, help)?;
        gauge.set(value);
        self.registry.register(Box::new(gauge))
    }

    fn several<'v>(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'v str, f64)>,
    ) -> Result<(), prometheus::Error> {
        let gauges = GaugeVec::new(Opts::new(name, help), &[label])?;
        for (value, number) in values {
            gauges.with_label_values(&[value]).set(number);
        }
        self.registry.register(Box::new(gauges))
    }
}

fn of_nodes(all: &Gauges, nodes: &[NodeSummary]) -> Result<(), prometheus::Error> {
    let flag = |is: bool| f64::from(u8::from(is));
    type Value<'v> = Box<dyn Fn(&NodeSummary) -> Option<f64> + 'v>;
    let now = domain::Timestamp(chrono::Utc::now().timestamp());
    // one that takes no jobs keeps that state when it falls silent
    let answers = move |node: &NodeSummary| {
        matches!(node.state, NodeState::Available | NodeState::Draining)
            && node.last_contact.is_some_and(|at| now.since(at) <= LATELY)
    };
    let table: [(&str, &str, Value<'_>); 10] = [
        ("abaqus_node_up", "The node answers.", Box::new(move |node| Some(flag(answers(node))))),
        (
            "abaqus_node_draining",
            "An admin lets it take no jobs.",
            Box::new(move |node| Some(flag(node.state == NodeState::Draining))),
        ),
        (
            "abaqus_node_enabled",
            "No admin has switched it off.",
            Box::new(move |node| Some(flag(node.state != NodeState::Disabled))),
        ),
        ("abaqus_node_cores_used", "Cores of its jobs.", Box::new(|node| Some(f64::from(node.cores_used.0)))),
        ("abaqus_node_cores_total", "Cores jobs may take.", Box::new(|node| Some(f64::from(node.cores.0)))),
        ("abaqus_node_tokens_used", "Tokens of its jobs.", Box::new(|node| Some(f64::from(node.tokens_used.0)))),
        (
            "abaqus_node_disk_free_bytes",
            "Room on the disk of its work folder.",
            Box::new(|node| node.disk.map(|(free, _)| seconds(free))),
        ),
        (
            "abaqus_node_disk_size_bytes",
            "Size of the disk of its work folder.",
            Box::new(|node| node.disk.map(|(_, size)| seconds(size))),
        ),
        (
            "abaqus_node_clock_ahead_seconds",
            "By how much its clock is ahead of the server's.",
            Box::new(|node| node.clock_ahead.and_then(|ahead| i32::try_from(ahead).ok()).map(f64::from)),
        ),
        (
            "abaqus_node_last_contact_timestamp_seconds",
            "Its last answer.",
            Box::new(|node| node.last_contact.map(|at| seconds(u64::try_from(at.0).unwrap_or(0)))),
        ),
    ];
    for (name, help, value) in table {
        let values = nodes.iter().filter_map(|node| Some((node.id.as_str(), value(node)?)));
        all.several(name, help, "node", values)?;
    }
    Ok(())
}

fn of_server(all: &Gauges, health: &Health) -> Result<(), prometheus::Error> {
    let of_disks = |value: fn(&DiskHealth) -> u64| {
        health.disks.iter().flat_map(move |disk| disk.places.iter().map(move |at| (at.as_str(), seconds(value(disk)))))
    };
    all.several("abaqus_disk_free_bytes", "Room below the server's folders.", "folder", of_disks(|disk| disk.free))?;
    all.several("abaqus_disk_size_bytes", "Size of their disks.", "folder", of_disks(|disk| disk.size))?;
    if let Some(memory) = health.memory {
        all.one("abaqus_memory_available_bytes", "Memory that programs can still have.", seconds(memory.available))?;
        all.one("abaqus_memory_total_bytes", "Memory of the server's machine.", seconds(memory.total))?;
        all.one("abaqus_process_memory_bytes", "Memory of this program.", seconds(memory.own))?;
    }
    let at = |at: domain::Timestamp| seconds(u64::try_from(at.0).unwrap_or(0));
    all.one("abaqus_start_timestamp_seconds", "When this program was started.", at(health.backup.up_since))?;
    all.several("abaqus_build_info", "This program's version.", "version", [(env!("CARGO_PKG_VERSION"), 1.0)])?;
    let flag = |is: bool| f64::from(u8::from(is));
    all.one("abaqus_database_up", "Whether the database answers.", flag(health.database.is_some()))?;
    all.one("abaqus_metrics_timestamp_seconds", "When disks, memory and backups were looked at.", at(health.at))?;
    let backup = &health.backup;
    all.one("abaqus_backup_scheduled", "Whether backups are made by themselves.", flag(backup.is_scheduled))?;
    all.one(
        "abaqus_backup_newest_damaged",
        "Whether the newest backup cannot be used.",
        flag(backup.damaged.is_some()),
    )?;
    if let Some(last) = backup.last_good {
        all.one("abaqus_backup_last_success_timestamp_seconds", "The last good backup.", at(last))?;
    }
    if let Some(attempted) = backup.attempted {
        all.one("abaqus_backup_last_attempt_timestamp_seconds", "The last attempt at a backup.", at(attempted))?;
        let failed = flag(backup.failed.is_some());
        all.one("abaqus_backup_last_attempt_failed", "Whether it failed.", failed)?;
    }
    if let Some(bytes) = backup.bytes {
        all.one("abaqus_backup_size_bytes", "Size of the last good backup.", seconds(bytes))?;
    }
    Ok(())
}
