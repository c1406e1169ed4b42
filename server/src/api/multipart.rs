//! The form of `POST /jobs`: fields and files in any order, files streamed to disk as they come.

use crate::extract;
use crate::files::body::{Allowance, Measured, steady};
use crate::files::naming::file_name;
use crate::files::receive::receive;
use crate::problem::Problem;
use app::backend::{Asking, Backend, MOST_FILES, fault};
use app::jobs::api::UploadView;
use app::{AppError, ErrorCode};
use axum::body::Body;
use axum::extract::Request;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use std::collections::BTreeMap;

/// Most bytes of a field that is no file.
const MOST_FIELD: usize = 4 * 1024;
/// Most bytes before a field comes out; the reader of forms keeps them in memory.
const MOST_BETWEEN: u64 = 1024 * 1024;

/// Fields that are options of Abaqus.
const OPTIONS: [&str; 8] = ["gpus", "memory", "scratch", "double", "mp_mode", "datacheck", "user", "oldjob"];

/// The form as it is sent.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "a description for the document only")]
pub struct Sent {
    /// The job's; the deck's unless told.
    name: Option<String>,
    /// 2, 4 or 8; 2 unless told.
    cpus: Option<u32>,
    /// `auto` or the id of a node; `auto` unless told.
    node: Option<String>,
    /// Higher first; 0 unless told.
    priority: Option<i32>,
    /// `abaqus` or `calculix`; optional where one fits.
    solver: Option<String>,
    /// Abaqus: GPUs beside the CPUs, 0 to 8.
    gpus: Option<u32>,
    /// Abaqus: the most memory, `90%` or `16gb`.
    memory: Option<String>,
    /// Abaqus: `run_folder` keeps temporary files there.
    scratch: Option<String>,
    /// Abaqus/Explicit: `both`, `explicit`, `constraint` or `off`.
    double: Option<String>,
    /// Abaqus: `mpi` or `threads`.
    mp_mode: Option<String>,
    /// Abaqus: `true` checks the deck and solves nothing.
    datacheck: Option<bool>,
    /// Abaqus: the name of the file, among those sent, that holds user subroutines.
    user: Option<String>,
    /// Abaqus: the number of the job to go on from (`*RESTART, READ`).
    oldjob: Option<i64>,
    /// Exactly one `.inp` that no other file includes, and what it includes. A `.zip` stands for the files in it; archives,
    /// results and empty files in it are left out.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// What was received; fields that were not are `None`.
#[derive(Default)]
pub struct Form {
    /// Default: the deck's name.
    pub name: Option<String>,
    /// 2, 4 or 8.
    pub cpus: Option<String>,
    /// `auto` or an id.
    pub node: Option<String>,
    /// An integer.
    pub priority: Option<String>,
    /// `abaqus` or `calculix`.
    pub solver: Option<String>,
    /// What else is asked of Abaqus, by field.
    pub options: BTreeMap<&'static str, String>,
    /// In the order sent.
    pub files: Vec<UploadView>,
}

fn broken(asking: &Asking, error: &MultipartError) -> AppError {
    // what came whole and cannot be read does not get better by being sent again
    if error.status() == StatusCode::BAD_REQUEST {
        tracing::info!(%error, "a form cannot be read");
        let message = asking.locale.pick(
            "フォームの書き方に誤りがあり、読み取れません。ファイル名に改行などの制御文字がないか確かめてください。",
            "The form is not written as forms are. Look for line breaks and the like in file names.",
        );
        return AppError::new(ErrorCode::ValidationError, message).about("file");
    }
    tracing::info!(%error, "a form was broken off");
    fault::broken_off(asking.locale)
}

async fn text(mut field: Field<'_>, name: &str, asking: &Asking) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(slice) = field.chunk().await.map_err(|error| broken(asking, &error))? {
        bytes.extend_from_slice(&slice);
        if bytes.len() > MOST_FIELD {
            let message = asking.locale.pick("長すぎます。", "It is too long.");
            return Err(AppError::new(ErrorCode::ValidationError, message).about(name));
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        let message = asking.locale.pick("UTF-8で送ってください。", "Send it in UTF-8.");
        AppError::new(ErrorCode::ValidationError, message).about(name)
    })
}

/// Reads the whole form into `form`.
///
/// # Errors
/// Naming the field that is wrong; what was received before stands in `form`.
pub async fn read(backend: &Backend, asking: &Asking, request: Request, form: &mut Form) -> Result<(), Problem> {
    let locale = asking.locale;
    let allowance = Allowance::of(MOST_BETWEEN);
    let request = request.map(|body| Body::from_stream(Measured::new(steady(body), allowance.clone())));
    let mut multipart = extract::form(request).await?;
    loop {
        allowance.renew(MOST_BETWEEN);
        let field = multipart
            .next_field()
            .await
            .map_err(|error| if allowance.is_spent() { fault::no_field(locale) } else { broken(asking, &error) })?;
        // what is in a field has limits of its own
        allowance.renew(u64::MAX);
        let Some(field) = field else { return Ok(()) };
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "name" => form.name = Some(text(field, &name, asking).await?),
            "cpus" => form.cpus = Some(text(field, &name, asking).await?),
            "node" => form.node = Some(text(field, &name, asking).await?),
            "priority" => form.priority = Some(text(field, &name, asking).await?),
            "solver" => form.solver = Some(text(field, &name, asking).await?),
            "file" => {
                let too_many = || fault::too_many_files(locale, MOST_FILES);
                if form.files.len() == MOST_FILES {
                    return Err(too_many().into());
                }
                let sent = field.file_name().unwrap_or_default().to_owned();
                let file = file_name(&sent).map_err(|error| fault::file_name(locale, &sent, error))?;
                form.files.extend(receive(backend, asking, file, field).await?.into_files());
                if form.files.len() > MOST_FILES {
                    return Err(too_many().into());
                }
            }
            _ => {
                if let Some(option) = OPTIONS.into_iter().find(|option| *option == name) {
                    form.options.insert(option, text(field, &name, asking).await?);
                    continue;
                }
                let message =
                    locale.pick(format!("「{name}」という項目はありません。"), format!("There is no field “{name}”."));
                return Err(AppError::new(ErrorCode::ValidationError, message).about(&name).into());
            }
        }
    }
}
