//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::{CheckedFile, NewPerson, PeopleView, PersonalLink};
use crate::AppError;
use domain::{Account, Profile, UserId};
use leptos::prelude::*;
use server_fn::codec::Json;

/// All accounts.
#[server(prefix = "/rpc", endpoint = "view_people", input = Json)]
pub async fn view_people() -> Result<PeopleView, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.people(&asking).await)
}

/// Makes accounts, all or none; each has a link by which its owner sets a password.
#[server(prefix = "/rpc", endpoint = "add_people", input = Json)]
pub async fn add_people(new: Vec<NewPerson>) -> Result<Vec<PersonalLink>, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.add_people(&new, &asking).await)
}

/// Reads a file of people, of any encoding that Excel writes, and says what is wrong with it. Nothing is saved.
#[server(prefix = "/rpc", endpoint = "check_people_csv", input = Json)]
pub async fn check_people_csv(bytes: Vec<u8>) -> Result<CheckedFile, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.check_people_csv(&bytes, &asking).await)
}

/// Changes what is said of a person, who `was` like this when the form was filled in.
#[server(prefix = "/rpc", endpoint = "change_person", input = Json)]
pub async fn change_person(id: UserId, was: Profile, profile: Profile) -> Result<Account, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.change_person(&id, &was, &profile, &asking).await)
}

/// Closes an account, or opens it again.
#[server(prefix = "/rpc", endpoint = "disable_person", input = Json)]
pub async fn disable_person(id: UserId, disabled: bool) -> Result<Account, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.disable_person(&id, disabled, &asking).await)
}

/// A link by which a person sets a new password.
#[server(prefix = "/rpc", endpoint = "link_for", input = Json)]
pub async fn link_for(id: UserId) -> Result<PersonalLink, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.link_for(&id, &asking).await)
}

/// Gives all of a person's jobs to another; gives their number.
#[server(prefix = "/rpc", endpoint = "hand_over", input = Json)]
pub async fn hand_over(from: UserId, to: UserId) -> Result<u64, AppError> {
    let (backend, asking) = crate::backend::acting_to(domain::Act::Administer)?;
    crate::backend::answer(backend.hand_over(&from, &to, &asking).await)
}
