//! The words of the sign-in.

use crate::i18n::{Text, text};

pub const SIGN_IN: Text = text("サインイン", "Sign in");
