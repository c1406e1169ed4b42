//! Reading files in a worker, one after the other.

use crate::preflight::Preflight;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

#[wasm_bindgen]
extern "C" {
    /// The address of the page's own script: its name has a hash that nobody else needs to know.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static APP_JS: String;
}

thread_local! {
    /// The end of the line: two large files at once would need twice the memory and be no faster.
    static LAST: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// A promise with its two ends.
fn deferred() -> (Promise, Function, Function) {
    let mut ends = None;
    // the executor runs before `new` returns
    let promise = Promise::new(&mut |resolve, reject| ends = Some((resolve, reject)));
    let (resolve, reject) = ends.unwrap_or_else(|| (Function::default(), Function::default()));
    (promise, resolve, reject)
}

fn call(end: &Function, value: &JsValue) {
    // the ends of a promise do not throw
    let _ = end.call1(&JsValue::NULL, value);
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // a plain object takes every key
    let _ = Reflect::set(object, &key.into(), value);
}

fn said(error: &JsValue) -> String {
    error.as_string().unwrap_or_else(|| format!("{error:?}"))
}

/// One worker for one file; it is ended when the answer is there.
async fn ask(file: &File, others: Option<&[(String, File)]>, bytes: impl Fn(u64) + 'static) -> Result<String, String> {
    let script = APP_JS.with(String::clone);
    let version = script.rsplit('/').next().unwrap_or_default();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker =
        Worker::new_with_options(&format!("/preflight-worker.js?v={version}"), &options).map_err(|e| said(&e))?;

    let message = Object::new();
    set(&message, "deck", &others.is_some().into());
    set(&message, "file", file);
    let pairs: Array = others.unwrap_or_default().iter().map(|(name, file)| Array::of2(&name.into(), file)).collect();
    set(&message, "others", &pairs);
    set(&message, "module", &wasm_bindgen::module());
    set(&message, "js", &script.into());

    let (answer, resolve, reject) = deferred();
    let failed = reject.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let of = |key: &str| Reflect::get(&event.data(), &key.into()).unwrap_or(JsValue::UNDEFINED);
        if let Some(number) = of("bytes").as_f64() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            bytes(number as u64);
        } else if of("done").is_string() {
            call(&resolve, &of("done"));
        } else {
            call(&failed, &of("failed"));
        }
    });
    let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        call(&reject, &Reflect::get(&event, &"message".into()).unwrap_or(JsValue::UNDEFINED));
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let answer = match worker.post_message(&message) {
        Ok(()) => JsFuture::from(answer).await,
        Err(error) => Err(error),
    };
    worker.terminate();
    answer.and_then(|text| text.as_string().ok_or(JsValue::UNDEFINED)).map_err(|error| said(&error))
}

/// Waits for its turn, then runs `task`.
async fn in_turn<T>(task: impl Future<Output = T>) -> T {
    let (mine, done, _) = deferred();
    if let Some(before) = LAST.replace(Some(mine)) {
        // resolved only, never rejected
        let _ = JsFuture::from(before).await;
    }
    let answer = task.await;
    call(&done, &JsValue::NULL);
    answer
}

/// Reads a deck with the files it may include. `bytes` is told how many bytes of the deck have been read.
///
/// # Errors
/// What the browser says: most often that the file changed on disk after it was chosen.
pub async fn deck(file: &File, others: &[(String, File)], bytes: impl Fn(u64) + 'static) -> Result<Preflight, String> {
    let text = in_turn(ask(file, Some(others), bytes)).await?;
    serde_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())
}

/// The SHA-256 of a file, hexadecimal.
///
/// # Errors
/// As for [`deck`].
pub async fn digest(file: &File) -> Result<String, String> {
    in_turn(ask(file, None, |_| ())).await
}
