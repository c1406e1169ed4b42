//! Jobs: submit, look, change, end.

use super::multipart::{self, Form};
use super::wire::{Job, JobFile, JobPage};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use app::backend::{Asking, Backend, fault};
use app::jobs::api::{FileView, JobAction, ListQuery, OptionsWish, SubmitRequest, Tab};
use app::{AppError, ErrorCode};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::options::{Double, MpMode, Scratch};
use domain::{Cores, JobId, JobName, JobStatus, JobSummary, NodeWish, Priority, Solver, UploadId};
use serde::Deserialize;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const MOST_KEY: usize = 200;

fn wrong(asking: &Asking, field: &str, ja: &str, en: &str) -> Problem {
    AppError::new(ErrorCode::ValidationError, asking.locale.pick(ja, en)).about(field).into()
}

/// The key under which the same request again gives the same job; empty without one.
fn idempotency_key(headers: &HeaderMap, asking: &Asking) -> Result<String, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(String::new()) };
    match value.to_str() {
        Ok(key) if key.len() <= MOST_KEY => Ok(key.to_owned()),
        _ => {
            let ja = "200文字以内の英数字と記号にしてください。";
            Err(wrong(asking, "Idempotency-Key", ja, "Use 200 or fewer characters of ASCII."))
        }
    }
}

fn created(row: JobSummary, files: Vec<FileView>, asking: &Asking) -> Response {
    let location = [(LOCATION, format!("/api/v1/jobs/{}", row.id))];
    (StatusCode::CREATED, location, Json(Job::new(row, files, asking.locale))).into_response()
}

/// Submits a job: `name` (default: the deck's), `cpus`, `node` (`auto` or an id), `priority`, `solver` (optional where
/// one fits), `file` (repeatable; exactly one `.inp` that no other file includes).
#[utoipa::path(
    post, path = "/api/v1/jobs",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same job; at most 200 characters")),
    request_body(content = multipart::Sent, content_type = "multipart/form-data"),
    responses((status = 201, body = Job), (status = 400, body = super::wire::Problem), (status = 409, body = super::wire::Problem), (status = 413, body = super::wire::Problem), (status = 507, body = super::wire::Problem)),
)]
pub async fn submit(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    request: Request,
) -> Result<Response, Problem> {
    let locale = asking.locale;
    // a task of its own: it ends in good order when the sender leaves half-way
    let work = tokio::spawn(async move {
        let mut form = Form::default();
        let submitted = submit_form(&backend, &asking, request, &mut form).await;
        // no job came about, or there was one of this key already
        let sent: Vec<UploadId> = form.files.into_iter().map(|file| file.id).collect();
        backend.take_back(&sent).await;
        submitted
    });
    work.await.unwrap_or_else(|_| Err(fault::internal(locale).into()))
}

async fn submit_form(
    backend: &Backend,
    asking: &Asking,
    request: Request,
    form: &mut Form,
) -> Result<Response, Problem> {
    let key = idempotency_key(request.headers(), asking)?;
    multipart::read(backend, asking, request, form).await?;
    let cpus = form.cpus.as_deref().unwrap_or("2").trim().parse().map(Cores);
    let Ok(cpus) = cpus else {
        return Err(wrong(asking, "cpus", "CPU数は2、4、8から選んでください。", "Choose 2, 4 or 8 CPUs."));
    };
    let priority = form.priority.as_deref().unwrap_or("0").trim().parse().map(Priority);
    let Ok(priority) = priority else {
        return Err(wrong(asking, "priority", "整数で指定してください。", "Give a whole number."));
    };
    let wish = NodeWish::try_from(form.node.take().unwrap_or_else(|| "auto".to_owned()));
    let Ok(wish) = wish else {
        return Err(wrong(asking, "node", "auto かノード名を指定してください。", "Give auto or the id of a node."));
    };
    let solver = match form.solver.as_deref() {
        Some(word) => Solver::from_word(word),
        None => backend.only_solver(&wish, asking).await?,
    };
    let Some(solver) = solver else {
        return Err(wrong(asking, "solver", "abaqus か calculix を指定してください。", "Give abaqus or calculix."));
    };
    let files: Vec<(UploadId, String)> =
        form.files.iter().map(|file| (file.id.clone(), file.name.to_string())).collect();
    let deck = backend.main_deck(&files, asking).await?;
    let options = options(asking, form, &deck.0)?;
    let name = form.name.take().or_else(|| JobName::suggest(&deck.1).map(|name| name.to_string())).unwrap_or_default();
    let request = SubmitRequest {
        name,
        cpus,
        wish,
        priority,
        solver,
        options,
        includes: files.into_iter().map(|(id, _)| id).filter(|id| *id != deck.0).collect(),
        deck: deck.0,
        parent: None,
        idempotency_key: key,
    };
    let row = backend.submit_job(request, asking).await?;
    let files = backend.files_of(row.id, asking.locale).await?;
    Ok(created(row, files, asking))
}

/// What is asked of Abaqus beside CPUs.
fn options(asking: &Asking, form: &mut Form, deck: &UploadId) -> Result<OptionsWish, Problem> {
    let sent = std::mem::take(&mut form.options);
    let text = |field: &str| sent.get(field).map(|text| text.trim()).filter(|text| !text.is_empty());
    fn read<T>(
        asking: &Asking,
        (field, text): (&str, Option<&str>),
        how: impl Fn(&str) -> Option<T>,
        ja: &str,
        en: &str,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = text else { return Ok(None) };
        how(text).map(Some).ok_or_else(|| wrong(asking, field, ja, en))
    }
    let named = |field: &'static str| (field, text(field));
    let gpus = read(asking, named("gpus"), |t| t.parse().ok(), "0から8の整数にしてください。", "Give 0 to 8.")?;
    let memory = read(
        asking,
        named("memory"),
        |t| t.parse().ok(),
        "90% または 16gb のように指定してください。",
        "Give it like 90% or 16gb.",
    )?;
    let scratch =
        read(asking, named("scratch"), Scratch::from_word, "run_folder だけを指定できます。", "Give run_folder.")?;
    let double = read(
        asking,
        named("double"),
        Double::from_word,
        "both、explicit、constraint、off のどれかです。",
        "Give both, explicit, constraint or off.",
    )?;
    let mp_mode = read(asking, named("mp_mode"), MpMode::from_word, "mpi か threads です。", "Give mpi or threads.")?;
    let datacheck =
        read(asking, named("datacheck"), |t| t.parse().ok(), "true か false です。", "Give true or false.")?;
    let oldjob = read(
        asking,
        named("oldjob"),
        |t| t.parse().ok().map(JobId),
        "続き元のジョブの番号を指定してください。",
        "Give the number of the job to go on from.",
    )?;
    let user = match text("user") {
        Some(name) => {
            let file = form.files.iter().find(|file| file.name.as_str() == name && file.id != *deck);
            let ja = "送ったファイルの中にその名前のものがありません。";
            Some(file.ok_or_else(|| wrong(asking, "user", ja, "No file of this name was sent."))?.id.clone())
        }
        None => None,
    };
    Ok(OptionsWish {
        gpus: gpus.unwrap_or(0),
        memory,
        scratch,
        double,
        mp_mode,
        datacheck: datacheck.unwrap_or(false),
        user,
        oldjob,
    })
}

/// What a list is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Asked {
    /// One of the nine words.
    status: Option<String>,
    /// Owner.
    user: Option<String>,
    /// Node.
    node: Option<String>,
    /// Part of a name, an owner, or a number.
    q: Option<String>,
    /// `created name status user node cpus tokens priority updated`, with `-` turned round.
    sort: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u32>,
    /// From 0.
    offset: Option<u32>,
}

/// A page of jobs.
#[utoipa::path(get, path = "/api/v1/jobs", params(Asked), responses((status = 200, body = JobPage)))]
pub async fn list(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Result<Json<JobPage>, Problem> {
    let status = match asked.status.as_deref().map(str::parse::<JobStatus>) {
        None => None,
        Some(Ok(status)) => Some(status),
        Some(Err(_)) => {
            return Err(wrong(&asking, "status", "そのような状態はありません。", "There is no such status."));
        }
    };
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    let offset = asked.offset.unwrap_or(0);
    let query = ListQuery {
        tab: Tab::All,
        status,
        user: asked.user,
        node: asked.node,
        search: asked.q,
        sort: asked.sort,
        offset,
        limit,
    };
    let page = backend.list_jobs(&query, &asking).await?;
    let jobs = page.jobs.into_iter().map(|row| Job::new(row, Vec::new(), asking.locale)).collect();
    Ok(Json(JobPage { jobs, total: page.total, limit, offset }))
}

/// One job with its files.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", responses((status = 200, body = Job), (status = 404, body = super::wire::Problem)))]
pub async fn one(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Job>, Problem> {
    let (row, files) = backend.job_with_files(JobId(id), asking.locale).await?;
    Ok(Json(Job::new(row, files, asking.locale)))
}

/// What can be changed.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// Higher first; above 0 for faculty and admins.
    priority: i32,
}

/// Changes a job's priority.
#[utoipa::path(patch, path = "/api/v1/jobs/{id}", request_body = Change, responses((status = 200, body = Job)))]
pub async fn change(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
    Json(change): Json<Change>,
) -> Result<Json<Job>, Problem> {
    act(&backend, &asking, id, JobAction::Priority(Priority(change.priority))).await
}

async fn act(backend: &Backend, asking: &Asking, id: i64, action: JobAction) -> Result<Json<Job>, Problem> {
    let row = backend.act_on_job(JobId(id), action, asking).await?;
    Ok(Json(Job::new(row, Vec::new(), asking.locale)))
}

macro_rules! act_route {
    ($(#[$doc:meta])* $name:ident, $word:literal, $action:expr) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $word, responses((status = 200, body = Job), (status = 409, body = super::wire::Problem)))]
        pub async fn $name(
            State(backend): State<Backend>,
            Extension(asking): Extension<Asking>,
            Path(id): Path<i64>,
        ) -> Result<Json<Job>, Problem> {
            act(&backend, &asking, id, $action).await
        }
    };
}

act_route!(
    /// Asks for a job's end; a waiting one ends at once.
    cancel,
    "/api/v1/jobs/{id}/cancel",
    JobAction::Cancel
);
act_route!(
    /// Keeps a waiting job from starting.
    hold,
    "/api/v1/jobs/{id}/hold",
    JobAction::Hold
);
act_route!(
    /// Lets a held job start.
    release,
    "/api/v1/jobs/{id}/release",
    JobAction::Release
);

/// What a new attempt changes.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Again {
    /// 2, 4 or 8; as before unless told.
    cpus: Option<u32>,
}

/// A new job from an old one's files.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/resubmit",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same job; at most 200 characters")),
    request_body = Option<Again>,
    responses((status = 201, body = Job), (status = 400, body = super::wire::Problem), (status = 409, body = super::wire::Problem)),
)]
pub async fn resubmit(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    again: Option<Json<Again>>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &asking)?;
    let cpus = again.and_then(|Json(again)| again.cpus).map(Cores);
    let row = backend.resubmit_job(JobId(id), cpus, key, &asking).await?;
    Ok(created(row, Vec::new(), &asking))
}

/// Removes an ended job with its files.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", responses((status = 200, body = Job), (status = 409, body = super::wire::Problem)))]
pub async fn delete(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Job>, Problem> {
    act(&backend, &asking, id, JobAction::Delete).await
}

/// Inputs and results of a job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/files", responses((status = 200, body = Vec<JobFile>)))]
pub async fn files(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Json<Vec<JobFile>>, Problem> {
    let files = backend.files_of(JobId(id), asking.locale).await?;
    Ok(Json(files.into_iter().map(JobFile::from).collect()))
}
