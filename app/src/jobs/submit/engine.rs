//! Does what is due: reads, sends, asks the server. Runs in the browser only, for as long as the page is open.

use super::form::Form;
use super::handles;
use super::item::{Check, Item, ItemId, Reading, SendError, Sending};
use super::needs::{self, Action};
use super::reading;
use super::sending::{self, Fault};
use crate::jobs::api::Received;
use crate::jobs::calls::{check_deck, check_name, name_upload};
use crate::{AppError, ErrorCode};
use deck::inp::Deck;
use domain::{FileName, UploadId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

thread_local! {
    /// What is being sent, so that taking a file away ends it.
    static SENDERS: RefCell<HashMap<ItemId, sending::Sender>> = RefCell::new(HashMap::new());
}

/// Starts what is due whenever the files change, until the page is left.
pub fn start(form: Form) {
    Effect::new(move || {
        let due = form.items.with(|items| needs::due(items));
        stop_removed(form);
        for action in due {
            begin(form, action);
        }
    });
    on_cleanup(|| SENDERS.take().values().for_each(sending::Sender::stop));
}

fn stop_removed(form: Form) {
    handles::forget_unless(|id| form.has(id));
    SENDERS.with_borrow_mut(|senders| {
        senders.retain(|id, sender| {
            let here = form.has(*id);
            if !here {
                sender.stop();
            }
            here
        });
    });
}

fn begin(form: Form, action: Action) {
    match action {
        Action::Read(id) => {
            form.change(id, |item| {
                let before = item.read_here().cloned();
                item.reading = Reading::Under { bytes: 0, before };
            });
            spawn_local(read(form, id));
        }
        Action::Digest(id) => {
            form.change(id, |item| item.digesting = true);
            spawn_local(digest(form, id));
        }
        Action::Send(id, name) => {
            form.change(id, |item| item.sending = Sending::Under { name: name.clone(), sent: 0, rate: None });
            spawn_local(send(form, id, name));
        }
        Action::Rename(id, upload, name) => {
            form.change(id, |item| {
                item.sending = Sending::Under { name: name.as_str().to_owned(), sent: item.size, rate: None };
            });
            spawn_local(rename(form, id, upload, name));
        }
        Action::Check(id, files) => {
            form.change(id, |item| {
                let before = item.report().cloned();
                item.check = Check::Asking { files: files.clone(), before };
            });
            spawn_local(check(form, id, files));
        }
    }
}

async fn read(form: Form, id: ItemId) {
    let Some(file) = handles::of(id) else { return };
    let others: Vec<(ItemId, String)> = form
        .items
        .try_with_untracked(|items| {
            let others = items.iter().filter(|item| item.id != id && item.refusal.is_none());
            others.map(|item| (item.id, item.name.clone())).collect()
        })
        .unwrap_or_default();
    let known: Vec<ItemId> = others.iter().map(|(id, _)| *id).collect();
    let pairs: Vec<(String, web_sys::File)> =
        others.into_iter().filter_map(|(id, name)| Some((name, handles::of(id)?))).collect();
    let tell = move |read: u64| {
        form.change(id, |item| {
            if let Reading::Under { bytes, .. } = &mut item.reading {
                *bytes = read;
            }
        });
    };
    let answer = reading::deck(&file, &pairs, tell).await;
    let _ = form.items.try_update(|items| {
        let reading = match answer {
            Ok(answer) => {
                let seen: Vec<_> = items.iter().filter(|item| known.contains(&item.id)).cloned().collect();
                let with = needs::found_here(&answer.deck, id, &seen);
                Ok((answer, with))
            }
            Err(error) => Err(error),
        };
        let Some(item) = items.iter_mut().find(|item| item.id == id) else { return };
        match reading {
            Ok((answer, with)) => {
                item.sha256 = Some(answer.sha256);
                item.reading = Reading::Done { deck: Arc::new(answer.deck), with };
            }
            Err(error) => {
                leptos::logging::warn!("pre-flight: {error}");
                item.reading = Reading::Failed;
            }
        }
        compare(item);
    });
}

async fn digest(form: Form, id: ItemId) {
    let Some(file) = handles::of(id) else { return };
    let answer = reading::digest(&file).await;
    form.change(id, |item| {
        // without a digest there is nothing to compare, and the file still arrives
        item.sha256 = Some(answer.unwrap_or_default());
        compare(item);
    });
}

/// What arrived must be what was read.
fn compare(item: &mut Item) {
    if let (Some(here), Sending::Stored { view }) = (&item.sha256, &item.sending)
        && !here.is_empty()
        && *here != view.sha256
    {
        item.sending = Sending::Failed { name: view.name.as_str().to_owned(), why: SendError::Altered };
    }
}

/// Pauses between tries, seconds; the last one goes on.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 15];

async fn send(form: Form, id: ItemId, name: String) {
    let mut tries: u32 = 0;
    loop {
        let Some(file) = handles::of(id) else { return };
        let outcome = send_once(form, id, &file, &name).await;
        if form.is_gone() || !form.has(id) {
            return;
        }
        let result = match outcome {
            Ok(Received::File(view)) => Sending::Stored { view },
            Ok(Received::Unpacked(unpacked)) => return form.unpacked(id, unpacked),
            Err(Fault::Dropped) => return,
            Err(Fault::Unreadable) => Sending::Failed { name: name.clone(), why: SendError::Unreadable },
            Err(Fault::Refused(error)) => Sending::Failed { name: name.clone(), why: SendError::Server(error) },
            Err(Fault::Passing) => {
                tries += 1;
                form.change(id, |item| item.sending = Sending::Broken { name: name.clone(), tries });
                let at = usize::try_from(tries - 1).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
                pause(Duration::from_secs(PAUSES[at])).await;
                if !still(form, id, &name) {
                    return;
                }
                continue;
            }
        };
        form.change(id, |item| {
            item.sending = result;
            compare(item);
        });
        return;
    }
}

/// Asks until there is an answer, as long as it is still wanted.
async fn rename(form: Form, id: ItemId, upload: UploadId, name: FileName) {
    let answer = loop {
        match name_upload(upload.clone(), name.to_string()).await {
            Err(error) if error.code == ErrorCode::Unavailable => pause(Duration::from_secs(3)).await,
            answer => break answer,
        }
        if form.is_gone() || !still(form, id, name.as_str()) {
            return;
        }
    };
    form.change(id, |item| {
        // another name is wanted by now
        if item.sending.name() != Some(name.as_str()) {
            return;
        }
        item.sending = match answer {
            Ok(view) => Sending::Stored { view },
            Err(error) => Sending::Failed { name: name.as_str().to_owned(), why: SendError::Server(error) },
        };
    });
}

/// Whether this sending is still wanted, and under this name.
fn still(form: Form, id: ItemId, name: &str) -> bool {
    form.items
        .try_with_untracked(|items| items.iter().any(|item| item.id == id && item.sending.name() == Some(name)))
        .unwrap_or(false)
}

async fn pause(span: Duration) {
    let mut done = None;
    let promise = js_sys::Promise::new(&mut |resolve, _| done = Some(resolve));
    set_timeout(
        move || {
            if let Some(done) = done {
                let _ = done.call0(&wasm_bindgen::JsValue::NULL);
            }
        },
        span,
    );
    // resolved only
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

async fn send_once(form: Form, id: ItemId, file: &web_sys::File, name: &str) -> Result<Received, Fault> {
    let sender = sending::prepare()?;
    SENDERS.with_borrow_mut(|senders| senders.insert(id, sender.clone()));
    let begun = js_sys::Date::now();
    let own = name.to_owned();
    let progress = move |gone: u64| {
        let seconds = (js_sys::Date::now() - begun) / 1000.0;
        #[allow(clippy::cast_precision_loss)]
        // the first moments say nothing about the rest
        let rate = (seconds > 0.5).then(|| gone as f64 / seconds);
        form.change(id, |item| {
            if item.sending.name() == Some(own.as_str()) && !matches!(item.sending, Sending::Stored { .. }) {
                item.sending = Sending::Under { name: own.clone(), sent: gone, rate };
            }
        });
    };
    let answer = sending::send(&sender, file, name, progress).await;
    SENDERS.with_borrow_mut(|senders| senders.remove(&id));
    answer
}

async fn check(form: Form, id: ItemId, files: Vec<UploadId>) {
    let Some((deck, includes)) = files.split_first() else { return };
    let mut answer = check_deck(deck.clone(), includes.to_vec()).await;
    // a server that is just restarting
    while matches!(&answer, Err(error) if error.code == ErrorCode::Unavailable) {
        pause(Duration::from_secs(3)).await;
        let asking = |items: &Vec<Item>| items.iter().any(|item| item.id == id && item.check.files() == files);
        if !form.items.try_with_untracked(asking).unwrap_or(false) {
            return;
        }
        answer = check_deck(deck.clone(), includes.to_vec()).await;
    }
    let answer = answer.and_then(|check| {
        let deck: Deck = serde_json::from_value(check.report)
            .map_err(|error| AppError::new(ErrorCode::InternalError, error.to_string()))?;
        Ok((deck, check.free_name))
    });
    form.change(id, |item| {
        if item.check.files() != files {
            return;
        }
        item.check = match answer {
            Ok((deck, free_name)) => {
                if !item.name_typed {
                    item.job_name = free_name.as_str().to_owned();
                }
                Check::Done { files, deck: Arc::new(deck), free_name }
            }
            Err(error) => Check::Failed { files, error },
        };
    });
}

/// Says at the field when a job of this name exists.
pub fn ask_for_name(form: Form, id: ItemId) {
    let name = form.items.try_with_untracked(|items| {
        let item = items.iter().find(|item| item.id == id)?;
        domain::JobName::parse_new(&item.job_name).ok().map(|name| name.to_string())
    });
    let Some(name) = name.flatten() else { return };
    spawn_local(async move {
        // a server that cannot say it now says it at the submission
        let Ok(Some(problem)) = check_name(name.clone()).await else { return };
        form.change(id, |item| {
            if item.job_name == name {
                item.problem = Some(problem);
            }
        });
    });
}

/// Sends a file again whose sending failed, or has the server look again.
pub fn try_again(form: Form, id: ItemId) {
    form.change(id, |item| {
        if matches!(item.sending, Sending::Failed { .. }) {
            item.sending = match item.origin.upload() {
                Some(view) => Sending::Stored { view: view.clone() },
                None => Sending::No,
            };
            item.sha256 = None;
            item.digesting = false;
            if item.reading != Reading::No {
                item.reading = Reading::No;
            }
        }
        if matches!(item.check, Check::Failed { .. }) {
            item.check = Check::No;
        }
    });
}
