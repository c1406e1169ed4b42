//! Coming in and going out: a password or a one-time link against a session in a cookie.

use super::{may_be_password, now, password_fault, secret};
use crate::backend::{Asking, Backend, fault};
use crate::i18n::Locale;
use crate::sign_in::api::{LinkFor, NewAdmin};
use crate::{AppError, ErrorCode};
use credentials::{Attempts, Passwords, Pause, Signer, fingerprint};
use domain::{Account, Actor, Origin, Profile, Role, Scope, Session, Standing, UserId};
use repository::{RepositoryError, SessionSpan};
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;

/// Letters of a sign-in name and of a password beyond which neither is looked at.
const LONGEST: usize = 1_000;

/// What the server keeps to let people in.
#[derive(Clone)]
pub struct Entrance {
    /// Checks passwords.
    pub passwords: Passwords,
    /// Counts tries.
    pub attempts: Arc<Attempts>,
    /// Signs what browsers keep.
    pub signer: Signer,
    /// People reach us by TLS: the cookie never goes another way.
    pub secure: bool,
}

/// Who sends a request, signed in or not.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// From where.
    pub address: IpAddr,
    /// The browser, in its own words.
    pub agent: String,
    /// The fingerprint of the session that its cookie names.
    pub session: Option<String>,
    /// The fingerprint of the token that it carries.
    pub token: Option<String>,
    /// The language it is answered in.
    pub locale: Locale,
}

impl Entrance {
    /// The cookie's name. With the prefix browsers take it from nobody but this very host, by TLS.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-ajm_session" } else { "ajm_session" }
    }

    /// The fingerprint of the session that this `Cookie` header names, if we made it.
    pub fn session_of(&self, cookies: &str) -> Option<String> {
        let name = self.cookie_name();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        self.signer.read(value).map(fingerprint)
    }

    fn cookie(&self, value: &str, seconds: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.cookie_name())
    }
}

fn too_often(locale: Locale, Pause(seconds): Pause) -> AppError {
    let minutes = seconds.div_ceil(60);
    let message = locale.pick(
        format!("サインインの失敗が続いています。{minutes}分ほど待ってから試してください。"),
        format!("Too many failed sign-ins. Try again in about {minutes} min."),
    );
    AppError::new(ErrorCode::RateLimited, message).with(json!({ "retry_after_seconds": seconds }))
}

fn wrong(locale: Locale, left: u32) -> AppError {
    let mut message =
        locale.pick("ユーザーIDかパスワードが違います。", "The user id or the password is wrong.").to_owned();
    // how many are left is of use only when they are few
    if left <= 3 {
        message += &match (locale, left) {
            (Locale::Ja, 0) => "次からしばらくサインインできません。".to_owned(),
            (Locale::En, 0) => " No more tries for now.".to_owned(),
            (Locale::Ja, left) => format!("あと{left}回まちがえると、しばらくサインインできません。"),
            (Locale::En, left) => format!(" After {left} more wrong ones you have to wait."),
        };
    }
    AppError::new(ErrorCode::Unauthorized, message)
}

fn link_over(locale: Locale) -> AppError {
    let message = locale.pick(
        "このリンクは使用済みか、期限が切れています。管理者に新しいリンクを頼んでください。",
        "This link has been used or is over. Ask an admin for a new one.",
    );
    AppError::new(ErrorCode::NotFound, message)
}

/// What an account says in a way of asking.
fn actor_of(account: &Account, origin: Origin, scope: Scope, address: IpAddr) -> Actor {
    let (user, address) = (&account.user, Some(address.to_canonical().to_string()));
    Actor { id: user.id.clone(), name: user.name.clone(), role: user.role, scope, origin, address }
}

impl Backend {
    /// Who this is, at this moment. A wrong token is not made good by a browser's cookie.
    ///
    /// # Errors
    /// As the database.
    pub async fn who(&self, visitor: &Visitor, origin: Origin) -> Result<Option<Actor>, RepositoryError> {
        if let Some(token) = &visitor.token {
            let found = self.repository.token(token).await?;
            return Ok(found.map(|(account, token)| actor_of(&account, origin, token.scope, visitor.address)));
        }
        let Some(session) = &visitor.session else { return Ok(None) };
        let span = SessionSpan::from(&*self.repository.settings());
        let found = self.repository.session(session, span).await?;
        Ok(found.map(|(account, _)| actor_of(&account, origin, Scope::All, visitor.address)))
    }

    /// Whether somebody who came in is still welcome. Asking is no use of the session: a page left open does not keep it.
    ///
    /// # Errors
    /// As the database.
    pub async fn is_welcome(&self, visitor: &Visitor) -> Result<bool, RepositoryError> {
        if let Some(token) = &visitor.token {
            return Ok(self.repository.look_at_token(token).await?.is_some());
        }
        let Some(session) = &visitor.session else { return Ok(false) };
        let span = SessionSpan::from(&*self.repository.settings());
        Ok(self.repository.look_at_session(session, span).await?.is_some())
    }

    /// A new session, in place of the one the browser had, for who knew the password of this hash. Gives the `Set-Cookie`.
    async fn begin(&self, account: &Account, hash: &str, visitor: &Visitor) -> Result<String, AppError> {
        let locale = visitor.locale;
        let (secret, now, settings) = (secret(locale)?, now(), self.repository.settings());
        let session = Session {
            id: secret.fingerprint(),
            user: account.user.id.clone(),
            created_at: now,
            seen_at: now,
            address: visitor.address.to_canonical().to_string(),
            agent: visitor.agent.clone(),
        };
        let span = SessionSpan::from(&*settings);
        let begun = self.repository.begin_session(session, hash, visitor.session.clone(), span).await;
        begun.map_err(|error| match error {
            // the password is another one since it was checked
            RepositoryError::NotFound { .. } => fault::not_signed_in(locale),
            error => fault::repository(locale, error),
        })?;
        let entrance = &self.entrance;
        Ok(entrance.cookie(&entrance.signer.sign(secret.text()), settings.session_longest.0))
    }

    /// Lets a person in. Gives who it is, and the `Set-Cookie`.
    ///
    /// # Errors
    /// `UNAUTHORIZED` for a wrong name or password, `RATE_LIMITED` after too many, `FORBIDDEN` for a closed account
    /// whose password was right.
    pub async fn sign_in(&self, id: &str, password: String, visitor: &Visitor) -> Result<(Account, String), AppError> {
        let locale = visitor.locale;
        let entrance = &self.entrance;
        let id = id.trim().to_lowercase();
        let seconds = u64::try_from(now().0).unwrap_or(0);
        let tried = entrance.attempts.begin(&id, visitor.address, seconds);
        let left = tried.map_err(|pause| too_often(locale, pause))?;
        if id.len() > LONGEST || password.len() > LONGEST {
            return Err(wrong(locale, left));
        }
        let known = match UserId::parse(&id) {
            Ok(id) => {
                let known = self.repository.account_and_hash(&id).await;
                // what could not be looked at was no try
                let known = known.inspect_err(|_| entrance.attempts.forget(id.as_str(), visitor.address));
                known.map_err(|error| fault::repository(locale, error))?
            }
            Err(_) => None,
        };
        let (account, hash) = known.unzip();
        let hash = hash.flatten();
        let fits = entrance.passwords.fits(password, hash.clone()).await;
        let fits = fits.inspect_err(|_| entrance.attempts.forget(&id, visitor.address));
        let fits = fits.map_err(|error| password_fault(locale, error))?;
        let (Some(account), Some(hash)) = (account.filter(|_| fits), hash) else {
            tracing::info!(address = %visitor.address, "a sign-in failed");
            return Err(wrong(locale, left));
        };
        entrance.attempts.succeeded(&id, visitor.address);
        // told only to who knows the password
        match account.standing(now()) {
            Standing::Active | Standing::Invited => {}
            Standing::Disabled | Standing::Expired => {
                let message = locale.pick(
                    "このアカウントは利用停止中か、期限が過ぎています。管理者に相談してください。",
                    "This account is disabled or has expired. Ask an admin.",
                );
                return Err(AppError::new(ErrorCode::Forbidden, message));
            }
        }
        let cookie = self.begin(&account, &hash, visitor).await?;
        Ok((account, cookie))
    }

    /// Ends the session of this browser. Gives the `Set-Cookie` that takes its cookie away.
    ///
    /// # Errors
    /// As the database.
    pub async fn sign_out(&self, visitor: &Visitor, asking: &Asking) -> Result<String, AppError> {
        if let Some(session) = &visitor.session {
            let ended = self.repository.end_session(&asking.actor.id, session.clone()).await;
            ended.map_err(|error| fault::repository(asking.locale, error))?;
        }
        Ok(self.entrance.cookie("", 0))
    }

    /// For whom a one-time link is.
    ///
    /// # Errors
    /// `NOT_FOUND` when it has been used or is over.
    pub async fn link(&self, link: &str, locale: Locale) -> Result<LinkFor, AppError> {
        match self.repository.link(&fingerprint(link)).await {
            Ok(Some(account)) => Ok(LinkFor::Person { id: account.user.id, name: account.user.name }),
            Ok(None) => Ok(LinkFor::FirstAdmin),
            Err(RepositoryError::NotFound { .. }) => Err(link_over(locale)),
            Err(error) => Err(fault::repository(locale, error)),
        }
    }

    /// Sets a password by a one-time link, and lets its owner in. Gives the `Set-Cookie`.
    ///
    /// # Errors
    /// `NOT_FOUND` when the link is over; `VALIDATION_ERROR` naming the field.
    pub async fn use_link(
        &self,
        link: &str,
        first: Option<NewAdmin>,
        password: String,
        visitor: &Visitor,
    ) -> Result<String, AppError> {
        let locale = visitor.locale;
        let print = fingerprint(link);
        let known = self.link(link, locale).await?;
        let faulty = |error| match error {
            RepositoryError::NotFound { .. } => link_over(locale),
            error => fault::repository(locale, error),
        };
        let id = match (&known, &first) {
            (LinkFor::Person { id, .. }, _) => id.clone(),
            (LinkFor::FirstAdmin, Some(first)) => {
                UserId::parse(first.id.trim()).map_err(|error| fault::user_id(locale, error))?
            }
            (LinkFor::FirstAdmin, None) => {
                return Err(fault::user_id(locale, domain::NameError::Empty));
            }
        };
        may_be_password(locale, &id, &password)?;
        let profile = first.filter(|_| known == LinkFor::FirstAdmin).map(|first| Profile {
            name: first.name,
            role: Role::Admin,
            max_running_jobs: None,
            max_tokens: None,
            expires_at: None,
        });
        if let Some(profile) = &profile {
            profile.check().map_err(|problem| fault::profile(locale, problem))?;
        }
        let hash = self.entrance.passwords.hash(password).await.map_err(|error| password_fault(locale, error))?;
        let stored = hash.clone();
        let account = match profile {
            None => {
                let address = visitor.address;
                let by = move |account: &Account| actor_of(account, Origin::Web, Scope::All, address);
                self.repository.use_link(&print, hash, by).await.map_err(faulty)?
            }
            Some(profile) => {
                let actor = Actor {
                    id: id.clone(),
                    name: profile.name.clone(),
                    role: Role::Admin,
                    scope: Scope::All,
                    origin: Origin::Web,
                    address: Some(visitor.address.to_canonical().to_string()),
                };
                let made = self.repository.use_first_link(&print, &id, &profile, hash, &actor).await;
                made.map_err(faulty)?
            }
        };
        self.begin(&account, &stored, visitor).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entrance(secure: bool) -> Entrance {
        Entrance {
            passwords: Passwords::new().unwrap(),
            attempts: Arc::default(),
            signer: Signer::new("0123456789abcdef0123456789abcdef").unwrap(),
            secure,
        }
    }

    #[test]
    fn only_our_own_cookie_names_a_session() {
        let entrance = entrance(false);
        let cookie = entrance.cookie(&entrance.signer.sign("secret"), 60);
        assert!(cookie.starts_with("ajm_session=secret."), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"), "{cookie}");
        let sent = format!("ajm_locale=ja; {}", cookie.split(';').next().unwrap());
        assert_eq!(entrance.session_of(&sent), Some(fingerprint("secret")));
        for foreign in ["", "ajm_session", "ajm_session=secret", "ajm_session=secret.AAAA", "other=secret.x"] {
            assert_eq!(entrance.session_of(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn behind_tls_the_cookie_is_bound_to_this_host() {
        let cookie = entrance(true).cookie("x", 60);
        assert!(
            cookie.starts_with("__Host-ajm_session=x; Path=/; HttpOnly;") && cookie.ends_with("; Secure"),
            "{cookie}"
        );
    }
}
