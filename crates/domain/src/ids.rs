//! Numbers and tokens that name things the product itself made.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A job's number, as the database counts them from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One attempt to execute a job on a node: a UUID v7 in its 36-character form, made before the launch is sent.
/// Only hexadecimal digits and hyphens, so that it is safe as a folder name on every system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RunToken(String);

/// A file that a person sent: a UUID v7, like [`RunToken`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UploadId(String);

/// The text is not a UUID in its 36-character lower-case form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct NotAToken;

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

macro_rules! token {
    ($name:ident) => {
        impl $name {
            /// Takes a UUID in its 36-character lower-case form.
            ///
            /// # Errors
            /// [`NotAToken`] for anything else.
            pub fn parse(text: &str) -> Result<Self, NotAToken> {
                if is_uuid(text) { Ok(Self(text.to_owned())) } else { Err(NotAToken) }
            }

            /// The 36 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

token!(RunToken);
token!(UploadId);
