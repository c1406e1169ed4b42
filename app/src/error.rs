//! The one error that crosses the wire, to pages and to `/api/v1` alike.

use serde::{Deserialize, Serialize};
use server_fn::Bytes;
use server_fn::Decodes;
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, IntoAppError, ServerFnErrorErr};

/// What kind of failure; the words of `/api/v1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// 400: some field is wrong; `field` names it.
    ValidationError,
    /// 401: nobody is signed in.
    Unauthorized,
    /// 403: somebody is, who may not.
    Forbidden,
    /// 404.
    NotFound,
    /// 405: there is such an address, but not for this.
    MethodNotAllowed,
    /// 409: the state forbids it, or somebody was faster.
    Conflict,
    /// 413.
    PayloadTooLarge,
    /// 429.
    RateLimited,
    /// 507: no room on disk.
    InsufficientStorage,
    /// 503: try again later.
    Unavailable,
    /// 500: ours; the log has more.
    InternalError,
}

impl ErrorCode {
    /// The HTTP status it travels with.
    pub fn status(self) -> u16 {
        match self {
            ErrorCode::ValidationError => 400,
            ErrorCode::Unauthorized => 401,
            ErrorCode::Forbidden => 403,
            ErrorCode::NotFound => 404,
            ErrorCode::MethodNotAllowed => 405,
            ErrorCode::Conflict => 409,
            ErrorCode::PayloadTooLarge => 413,
            ErrorCode::RateLimited => 429,
            ErrorCode::InsufficientStorage => 507,
            ErrorCode::Unavailable => 503,
            ErrorCode::InternalError => 500,
        }
    }
}

/// What a person sees: never SQL, a path of the server, or a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What kind.
    pub code: ErrorCode,
    /// One sentence in the language of the request: what is, then what to do.
    pub message: String,
    /// The form's field it is about (`name`, `file`, `cpus`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// More for programs, such as `next_free_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl AppError {
    /// An error without field and details.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> AppError {
        AppError { code, message: message.into(), field: None, details: None }
    }

    /// The same, about one field of the form.
    #[must_use]
    pub fn about(mut self, field: &str) -> AppError {
        self.field = Some(field.to_owned());
        self
    }

    /// The same, with facts for programs.
    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> AppError {
        self.details = Some(details);
        self
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// Every error of a server function comes by here: where one says that nobody is signed in any more, the page asks
    /// for the password and keeps what was typed.
    fn de(data: Bytes) -> AppError {
        let error = <JsonEncoding as Decodes<AppError>>::decode(data)
            .unwrap_or_else(|error| ServerFnErrorErr::Deserialization(error.to_string()).into_app_error());
        if error.code == ErrorCode::Unauthorized {
            crate::sign_in::say_signed_out();
        }
        error
    }

    /// The frame around a server function failed: a lost connection, or bytes that are not ours.
    fn from_server_fn_error(value: ServerFnErrorErr) -> AppError {
        match value {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                AppError::new(ErrorCode::Unavailable, "サーバーに接続できません / The server cannot be reached")
            }
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => {
                AppError::new(ErrorCode::ValidationError, text)
            }
            // what was sent is no call of this function; in the browser it is an answer of another version's server
            ServerFnErrorErr::Deserialization(text) if cfg!(feature = "ssr") => {
                AppError::new(ErrorCode::ValidationError, text)
            }
            other => AppError::new(ErrorCode::InternalError, other.to_string()),
        }
    }
}
