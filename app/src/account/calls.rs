//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{AccountView, MadeToken};
use crate::AppError;
use crate::i18n::Locale;
use crate::preferences::Theme;
use domain::Scope;
use leptos::prelude::*;
use server_fn::codec::Json;

/// Everything the page shows.
#[server(prefix = "/rpc", endpoint = "view_account", input = Json)]
pub async fn view_account() -> Result<AccountView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    crate::backend::answer(backend.account(&crate::backend::visitor()?, &asking).await)
}

/// Another password.
#[server(prefix = "/rpc", endpoint = "change_password", input = Json)]
pub async fn change_password(current: String, new: String) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    crate::backend::answer(backend.change_password(current, new, &crate::backend::visitor()?, &asking).await)
}

/// Keeps language, theme and keys for every browser of this person, as far as they are told.
#[server(prefix = "/rpc", endpoint = "keep_wishes", input = Json)]
pub async fn keep_wishes(
    language: Option<Locale>,
    theme: Option<Theme>,
    single_keys: Option<bool>,
) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    let wishes = domain::account::Wishes {
        language: language.map(|locale| locale.as_str().to_owned()),
        theme: theme.map(|theme| theme.as_str().to_owned()),
        single_keys: single_keys.map(|on| crate::preferences::switch_word(on).to_owned()),
    };
    crate::backend::answer(backend.keep_wishes(wishes, &asking).await)
}

/// Ends one of the own sessions, or all but this browser's.
#[server(prefix = "/rpc", endpoint = "end_sessions", input = Json)]
pub async fn end_sessions(which: Option<String>) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    crate::backend::answer(backend.end_sessions(which, &crate::backend::visitor()?, &asking).await)
}

/// A new token; its secret is shown once.
#[server(prefix = "/rpc", endpoint = "add_token", input = Json)]
pub async fn add_token(name: String, scope: Scope) -> Result<MadeToken, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    crate::backend::answer(backend.add_token(&name, scope, &crate::backend::visitor()?, &asking).await)
}

/// Takes one of the own tokens back.
#[server(prefix = "/rpc", endpoint = "revoke_token", input = Json)]
pub async fn revoke_token(id: i64) -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    crate::backend::answer(backend.revoke_token(id, &asking).await)
}
