//! The shapes of `/api/v1`.

use app::i18n::{Locale, sentence};
use app::jobs::api::FileView;
use domain::{JobSummary, LicenseStanding, NodeSummary};
use serde::Serialize;
use utoipa::ToSchema;

/// A job.
#[derive(Serialize, ToSchema)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// `Waiting Held Starting Running Collecting Completed Failed Cancelled Missing`.
    pub status: String,
    /// The one line to read first: the solver's own words where there are some.
    pub message: Option<String>,
    /// Why it waits, as a sentence in the language asked for.
    pub waiting_reason: Option<String>,
    /// Owner.
    pub user_id: String,
    /// Where it runs or ran; `auto` until it has a node.
    pub node_id: String,
    /// `abaqus` or `calculix`.
    pub solver: String,
    /// 2, 4 or 8.
    pub cpu_count: u32,
    /// Licence tokens it takes.
    pub license_tokens: u32,
    /// Higher first.
    pub priority: i32,
    /// How far it is; see the fields' names.
    #[schema(value_type = Option<Object>)]
    pub progress: Option<domain::Progress>,
    /// How it ended, with the evidence.
    #[schema(value_type = Option<Object>)]
    pub verdict: Option<domain::Verdict>,
    /// Somebody asked for its end and it has not ended yet.
    pub cancel_asked: bool,
    /// Epoch seconds since when its node has not answered.
    pub no_contact_since: Option<i64>,
    /// Epoch seconds.
    pub created_at: i64,
    /// Epoch seconds.
    pub started_at: Option<i64>,
    /// Epoch seconds.
    pub ended_at: Option<i64>,
    /// Epoch seconds.
    pub updated_at: i64,
    /// The job it was made from.
    pub parent_id: Option<i64>,
    /// Inputs and results; empty in lists.
    pub files: Vec<JobFile>,
}

impl Job {
    /// The job in words of `locale`.
    pub fn new(row: JobSummary, files: Vec<FileView>, locale: Locale) -> Job {
        let voice = app::clock::server_voice(locale);
        let waiting = row.waiting.as_ref().filter(|_| row.status == domain::JobStatus::Waiting);
        Job {
            id: row.id.0,
            name: row.name.to_string(),
            status: row.status.to_string(),
            waiting_reason: waiting.map(|waiting| sentence::waiting::reason(voice, &waiting.reason)),
            message: row.message.map(|message| sentence::fault::message(locale, &message)),
            user_id: row.user_id.to_string(),
            node_id: row.node.map_or_else(|| "auto".to_owned(), |node| node.to_string()),
            solver: row.solver.as_str().to_owned(),
            cpu_count: row.cpus.0,
            license_tokens: row.tokens.0,
            priority: row.priority.0,
            progress: row.progress,
            verdict: row.verdict,
            cancel_asked: row.cancel_asked,
            no_contact_since: row.no_contact_since.map(|at| at.0),
            created_at: row.created_at.0,
            started_at: row.started_at.map(|at| at.0),
            ended_at: row.ended_at.map(|at| at.0),
            updated_at: row.updated_at.0,
            parent_id: row.parent_id.map(|id| id.0),
            files: files.into_iter().map(JobFile::from).collect(),
        }
    }
}

/// A file of a job.
#[derive(Serialize, ToSchema)]
pub struct JobFile {
    /// Its name.
    pub name: String,
    /// Bytes on the server now.
    pub size: u64,
    /// Whole and checked.
    pub complete: bool,
    /// Why it could not be fetched.
    pub error: Option<String>,
}

impl From<FileView> for JobFile {
    fn from(file: FileView) -> JobFile {
        JobFile { name: file.name, size: file.size, complete: file.complete, error: file.error }
    }
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
pub struct JobPage {
    /// At most `limit`.
    pub jobs: Vec<Job>,
    /// How many there are.
    pub total: u64,
    /// As asked, at most 200.
    pub limit: u32,
    /// As asked.
    pub offset: u32,
}

/// A node.
#[derive(Serialize, ToSchema)]
pub struct Node {
    /// `node-01`.
    pub id: String,
    /// What people call the machine.
    pub hostname: String,
    /// `Available Draining Unavailable Disabled`.
    pub status: String,
    /// Why, where it takes no jobs.
    pub reason: Option<String>,
    /// Epoch seconds at which it takes jobs again by itself, where that is known.
    pub until: Option<i64>,
    /// Cores jobs may take.
    pub total_cpu_cores: u32,
    /// Cores taken.
    pub used_cpu_cores: u32,
    /// Cores that people have reserved.
    pub reserved_cpu_cores: u32,
    /// Tokens its jobs may hold.
    pub max_license_tokens: u32,
    /// Tokens they hold.
    pub used_license_tokens: u32,
    /// `abaqus`, `calculix`.
    pub solvers: Vec<String>,
    /// Names of the jobs there.
    pub jobs: Vec<String>,
    /// Epoch seconds of the last answer.
    pub last_contact: Option<i64>,
}

impl Node {
    /// The node in words of `locale`.
    pub fn new(node: NodeSummary, locale: Locale) -> Node {
        Node {
            id: node.id.to_string(),
            hostname: node.hostname,
            status: node.state.as_str().to_owned(),
            reason: node.state_reason.map(|reason| sentence::fault::message(locale, &reason)),
            until: node.state_until.map(|at| at.0),
            total_cpu_cores: node.cores.0,
            used_cpu_cores: node.cores_used.0,
            reserved_cpu_cores: node.cores_reserved.0,
            max_license_tokens: node.max_tokens.0,
            used_license_tokens: node.tokens_used.0,
            solvers: node.solvers.iter().map(|solver| solver.as_str().to_owned()).collect(),
            jobs: node.jobs.iter().map(|job| job.name.to_string()).collect(),
            last_contact: node.last_contact.map(|at| at.0),
        }
    }
}

/// Tokens of the whole system.
#[derive(Serialize, ToSchema)]
pub struct License {
    /// All there are.
    pub total: u32,
    /// Held by our running jobs.
    pub ours: u32,
    /// Used outside this system.
    pub external: u32,
    /// Reserved by people.
    pub reserved: u32,
    /// What a new job could take.
    pub free: u32,
    /// What the licence server last said, where it is asked and has answered.
    pub report: Option<LicenseReport>,
    /// Why it has not answered since.
    pub report_problem: Option<String>,
    /// When the licence, or the first part of it, ends: epoch seconds; null where nothing said so.
    pub expires_at: Option<i64>,
}

impl License {
    /// The count and the report in words of `locale`.
    pub fn new(standing: LicenseStanding, locale: Locale) -> License {
        let LicenseStanding { is_asked, asking, is_fresh, usage, expires } = standing;
        License {
            total: usage.total.0,
            ours: usage.ours.0,
            external: usage.external.0,
            reserved: usage.reserved.0,
            free: usage.free().0,
            expires_at: expires.map(|end| end.0),
            report: asking.report.filter(|_| is_asked).map(|report| LicenseReport {
                at: report.at.0,
                counts: is_fresh,
                total: report.total.0,
                in_use: report.in_use.0,
                holders: report.holders.into_iter().map(LicenseHolder::from).collect(),
                queue: report.queue.into_iter().map(LicenseHolder::from).collect(),
            }),
            report_problem: asking
                .problem
                .filter(|_| is_asked)
                .map(|problem| sentence::fault::message(locale, &problem)),
        }
    }
}

/// What the licence server said.
#[derive(Serialize, ToSchema)]
pub struct LicenseReport {
    /// Epoch seconds.
    pub at: i64,
    /// Young enough to be counted; see the setting `license_report_max_age`.
    pub counts: bool,
    /// Tokens it has.
    pub total: u32,
    /// In use, by us and by others.
    pub in_use: u32,
    /// Who holds them.
    pub holders: Vec<LicenseHolder>,
    /// Who waits for some.
    pub queue: Vec<LicenseHolder>,
}

/// Who holds tokens, or waits for some, in the licence server's words.
#[derive(Serialize, ToSchema)]
pub struct LicenseHolder {
    /// Account.
    pub user: String,
    /// Machine.
    pub host: String,
    /// How many.
    pub tokens: u32,
    /// Since when, as the licence server writes it.
    pub since: String,
}

impl From<domain::LicenseHolder> for LicenseHolder {
    fn from(holder: domain::LicenseHolder) -> LicenseHolder {
        let domain::LicenseHolder { user, host, tokens, since } = holder;
        LicenseHolder { user, host, tokens: tokens.0, since }
    }
}

/// Tokens and cores that a person keeps.
#[derive(Serialize, ToSchema)]
pub struct Reservation {
    /// Its number.
    pub id: i64,
    /// Who holds it.
    pub user_id: String,
    /// Tokens.
    pub tokens: u32,
    /// Where the cores are.
    pub node: Option<String>,
    /// Cores there.
    pub cores: Option<u32>,
    /// What for.
    pub purpose: String,
    /// It lapses when it is not renewed for so long.
    pub heartbeat_seconds: Option<u64>,
    /// Epoch seconds.
    pub created_at: i64,
    /// Epoch seconds: over at the latest.
    pub expires_at: i64,
    /// Epoch seconds: over unless it is renewed.
    pub over_at: i64,
}

impl From<domain::Reservation> for Reservation {
    fn from(one: domain::Reservation) -> Reservation {
        let over_at = one.over_at().0;
        let (node, cores) = one.cores.map(|held| (held.node.to_string(), held.cores.0)).unzip();
        Reservation {
            id: one.id.0,
            user_id: one.holder.to_string(),
            tokens: one.tokens.0,
            node,
            cores,
            purpose: one.purpose,
            heartbeat_seconds: one.heartbeat.map(|every| every.0),
            created_at: one.created_at.0,
            expires_at: one.expires_at.0,
            over_at,
        }
    }
}

/// Every error.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// What is wrong.
    pub error: ProblemBody,
}

/// What is wrong.
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// `VALIDATION_ERROR UNAUTHORIZED FORBIDDEN NOT_FOUND METHOD_NOT_ALLOWED CONFLICT PAYLOAD_TOO_LARGE
    /// RATE_LIMITED INSUFFICIENT_STORAGE UNAVAILABLE INTERNAL_ERROR`.
    pub code: String,
    /// One sentence in the language asked for.
    pub message: String,
    /// `field` names the field; more by code.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
}
