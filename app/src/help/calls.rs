//! What the page asks of the server.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments and cannot document its fields")]

use super::api::HelpEntry;
use crate::AppError;
use crate::i18n::Locale;
use leptos::prelude::*;
use server_fn::codec::Json;

/// All entries of the dictionary of errors, in this language.
#[server(prefix = "/rpc", endpoint = "read_dictionary", input = Json)]
pub async fn read_dictionary(locale: Locale) -> Result<Vec<HelpEntry>, AppError> {
    Ok(crate::backend::dictionary(locale))
}
