//! What the pages ask of the server. The forms work without a script too: their answer is then the way on.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{LinkFor, NewAdmin};
use crate::AppError;
use domain::UserId;
use leptos::prelude::*;
use server_fn::codec::Json;

/// Hands the browser its session, and where it asked for a page, the way on.
#[cfg(feature = "ssr")]
fn let_in(cookies: &[String], to: Option<&str>) {
    use axum::http::header::{ACCEPT, HeaderValue, LOCATION, SET_COOKIE};
    use axum::http::{StatusCode, request::Parts};
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            response.append_header(SET_COOKIE, cookie);
        }
    }
    let wants_page = use_context::<Parts>().is_some_and(|parts| {
        parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|a| a.contains("text/html"))
    });
    if let (true, Ok(to)) = (wants_page, HeaderValue::from_str(&super::way_on(to))) {
        response.insert_header(LOCATION, to);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// Lets a person in. Gives who it is.
#[server(prefix = "/rpc", endpoint = "sign_in")]
pub async fn sign_in(id: String, password: String, to: Option<String>) -> Result<UserId, AppError> {
    let (backend, visitor) = (crate::backend::backend()?, crate::backend::visitor()?);
    // no status here: where the form came without a script the answer is the way back to it
    let (account, cookie) = backend.sign_in(&id, password, &visitor).await?;
    let mut cookies = vec![cookie];
    cookies.extend(crate::preferences::cookies_of(&account.wishes));
    let_in(&cookies, to.as_deref());
    Ok(account.user.id)
}

/// Ends this browser's session.
#[server(prefix = "/rpc", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::ChangeOwnAccount)?;
    let visitor = crate::backend::visitor()?;
    let cookie = crate::backend::answer(backend.sign_out(&visitor, &asking).await)?;
    let_in(&[cookie], Some("/"));
    Ok(())
}

/// For whom a one-time link is.
#[server(prefix = "/rpc", endpoint = "read_link", input = Json)]
pub async fn read_link(link: String) -> Result<LinkFor, AppError> {
    let (backend, visitor) = (crate::backend::backend()?, crate::backend::visitor()?);
    crate::backend::answer(backend.link(&link, visitor.locale).await)
}

/// Sets a password by a one-time link, and lets its owner in.
#[server(prefix = "/rpc", endpoint = "use_link", input = Json)]
pub async fn use_link(link: String, first: Option<NewAdmin>, password: String) -> Result<(), AppError> {
    let (backend, visitor) = (crate::backend::backend()?, crate::backend::visitor()?);
    let cookie = crate::backend::answer(backend.use_link(&link, first, password, &visitor).await)?;
    let_in(&[cookie], None);
    Ok(())
}
