//! Sending a file to `/uploads`: by XHR, the only way a browser tells how far it is.

use crate::jobs::api::Received;
use crate::{AppError, ErrorCode};
use js_sys::{Function, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

/// A sending that did not arrive.
pub enum Fault {
    /// No connection, or a server that is just restarting: worth another try by itself.
    Passing,
    /// The server took a look and refused.
    Refused(AppError),
    /// The browser cannot read the file any more: it was changed, moved or deleted after it was chosen.
    Unreadable,
    /// The person took the file away.
    Dropped,
}

/// One sending under way. Dropping it does not end it; [`Sender::stop`] does.
#[derive(Clone)]
pub struct Sender {
    request: XmlHttpRequest,
    stopped: Rc<Cell<bool>>,
}

impl Sender {
    /// Ends it.
    pub fn stop(&self) {
        self.stopped.set(true);
        // an ended request cannot be ended again, and that is fine
        let _ = self.request.abort();
    }
}

/// A request that is not sent yet.
///
/// # Errors
/// Where the browser has no XHR.
pub fn prepare() -> Result<Sender, Fault> {
    XmlHttpRequest::new()
        .map(|request| Sender { request, stopped: Rc::new(Cell::new(false)) })
        .map_err(|_| Fault::Passing)
}

fn listen(target: &web_sys::EventTarget, event: &str, call: &Closure<dyn FnMut(ProgressEvent)>) {
    // these targets take every listener
    let _ = target.add_event_listener_with_callback(event, call.as_ref().unchecked_ref());
}

/// Sends `file` under `name`; `progress` is told how many bytes have gone.
///
/// # Errors
/// See [`Fault`].
pub async fn send(
    sender: &Sender,
    file: &File,
    name: &str,
    progress: impl Fn(u64) + 'static,
) -> Result<Received, Fault> {
    let request = &sender.request;
    let name = String::from(js_sys::encode_uri_component(name));
    request.open("POST", &format!("/uploads?name={name}")).map_err(|_| Fault::Passing)?;
    let _ = request.set_request_header("Content-Type", "application/octet-stream");

    let mut ended: Option<Function> = None;
    let end = Promise::new(&mut |resolve, _| ended = Some(resolve));
    let on_end = Closure::<dyn FnMut(ProgressEvent)>::new(move |_| {
        if let Some(ended) = &ended {
            let _ = ended.call0(&JsValue::NULL);
        }
    });
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let on_progress =
        Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| progress(event.loaded() as u64));
    // after load, error, abort and timeout alike
    listen(request, "loadend", &on_end);
    if let Ok(upload) = request.upload() {
        listen(&upload, "progress", &on_progress);
    }
    request.send_with_opt_blob(Some(file)).map_err(|_| Fault::Passing)?;
    let _ = JsFuture::from(end).await;

    if sender.stopped.get() {
        return Err(Fault::Dropped);
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().unwrap_or(0) {
        200..=299 => serde_json::from_slice(text.as_bytes()).map_err(|_| {
            Fault::Refused(AppError::new(ErrorCode::InternalError, text.chars().take(200).collect::<String>()))
        }),
        // no answer at all
        0 if !readable(file).await => Err(Fault::Unreadable),
        0 | 429 | 502 | 503 | 504 => Err(Fault::Passing),
        // it is sent again once somebody has signed in
        401 => {
            crate::sign_in::say_signed_out();
            Err(Fault::Passing)
        }
        status => Err(Fault::Refused(error_of(status, &text))),
    }
}

/// Whether the browser still gets at the file's bytes.
async fn readable(file: &File) -> bool {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// The server's own words: an [`AppError`], or the same inside `error`.
fn error_of(status: u16, text: &str) -> AppError {
    #[derive(serde::Deserialize)]
    struct Wrapped {
        error: AppError,
    }
    serde_json::from_str::<AppError>(text)
        .or_else(|_| serde_json::from_str::<Wrapped>(text).map(|wrapped| wrapped.error))
        .unwrap_or_else(|_| {
            let code = if status == 413 { ErrorCode::PayloadTooLarge } else { ErrorCode::InternalError };
            AppError::new(code, format!("HTTP {status}"))
        })
}
