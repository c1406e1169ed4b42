//! `user add|passwd|token`: people from the command line, for the first admin, for scripts, and for who locked himself out.

use clap::Subcommand;
use credentials::{Passwords, Secret};
use domain::account::{LONGEST_PASSWORD, PasswordProblem, SHORTEST_PASSWORD, check_password};
use domain::{Actor, Profile, Role, Scope, Timestamp, UserId};
use repository::Repository;
use server::config::Config;
use std::error::Error;
use std::io::Read;

/// What can be done with people.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a person, and prints a one-time link by which a password is set; or takes the password from standard input.
    Add {
        /// Sign-in name.
        id: String,
        /// What the person is called; the id unless told.
        #[arg(long)]
        name: Option<String>,
        /// What the person may do: student, faculty or admin.
        #[arg(long, value_parser = role, default_value = "student")]
        role: Role,
        /// Read the password from standard input (one line) instead of printing a link.
        #[arg(long)]
        password_stdin: bool,
        /// Make an API token as well, of this scope (read, submit or all), and print it.
        #[arg(long, value_parser = scope)]
        token: Option<Scope>,
    },
    /// Prints a one-time link by which a person sets a new password; or takes the password from standard input.
    Passwd {
        /// Sign-in name.
        id: String,
        /// Read the password from standard input (one line).
        #[arg(long)]
        password_stdin: bool,
    },
    /// Makes an API token for a person, and prints it.
    Token {
        /// Sign-in name.
        id: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
        /// How much it may do: read, submit or all.
        #[arg(long, value_parser = scope, default_value = "read")]
        scope: Scope,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "is student, faculty or admin".to_owned())
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::from_word(word).ok_or_else(|| "is read, submit or all".to_owned())
}

/// Does it. What is printed is for programs: one `NAME=value` a line.
pub async fn run(command: Command, config: &Config) -> Result<(), Box<dyn Error>> {
    let repository = server::open_repository(config).await?;
    let done = match command {
        Command::Add { id, name, role, password_stdin, token } => {
            let id = user_id(&id)?;
            let profile = Profile {
                name: name.unwrap_or_else(|| id.to_string()),
                role,
                max_running_jobs: None,
                max_tokens: None,
                expires_at: None,
            };
            profile.check().map_err(|problem| format!("--name: {problem:?}"))?;
            // one that cannot be is refused before anybody is there without one
            let typed = if password_stdin { Some(typed(&id)?) } else { None };
            repository.add_accounts(vec![(id.clone(), profile, None)], Timestamp(0), &Actor::at_the_shell()?).await?;
            password(&repository, config, &id, typed).await?;
            match token {
                Some(scope) => print_token(&repository, &id, "command line", scope).await,
                None => Ok(()),
            }
        }
        Command::Passwd { id, password_stdin } => {
            let id = user_id(&id)?;
            let typed = if password_stdin { Some(typed(&id)?) } else { None };
            password(&repository, config, &id, typed).await
        }
        Command::Token { id, name, scope } => print_token(&repository, &user_id(&id)?, &name, scope).await,
    };
    repository.close().await;
    done
}

fn user_id(text: &str) -> Result<UserId, Box<dyn Error>> {
    UserId::parse(text).map_err(|error| format!("the id {text:?} {error}").into())
}

/// The first line of standard input, where it may be this person's password.
fn typed(id: &UserId) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    let password = text.lines().next().unwrap_or_default();
    check_password(id, password).map_err(|problem| match problem {
        PasswordProblem::TooShort => format!("the password must have at least {SHORTEST_PASSWORD} characters"),
        PasswordProblem::TooLong => format!("the password must have at most {LONGEST_PASSWORD} characters"),
        PasswordProblem::Common => "the password is one that is guessed first".to_owned(),
    })?;
    Ok(password.to_owned())
}

/// Sets the password that was typed, or prints a link by which its owner sets one.
#[allow(clippy::print_stdout, reason = "what the command is for")]
async fn password(
    repository: &Repository,
    config: &Config,
    id: &UserId,
    typed: Option<String>,
) -> Result<(), Box<dyn Error>> {
    if let Some(password) = typed {
        let hash = Passwords::new()?.hash(password).await?;
        repository.set_password(id, None, hash, None, &Actor::at_the_shell()?).await?;
        return Ok(());
    }
    let secret = Secret::new()?;
    let until = Timestamp(chrono::Utc::now().timestamp()).plus(repository.settings().link_lasts);
    repository.add_link(id, secret.fingerprint(), until, &Actor::at_the_shell()?).await?;
    println!("LINK={}/welcome/{}", config.base_url(config.port), secret.text());
    Ok(())
}

#[allow(clippy::print_stdout, reason = "what the command is for")]
async fn print_token(repository: &Repository, id: &UserId, name: &str, scope: Scope) -> Result<(), Box<dyn Error>> {
    let known = repository.account(id).await?;
    known.ok_or_else(|| format!("there is no account {id}"))?;
    let secret = Secret::new()?;
    repository.add_token(id, name, scope, secret.fingerprint(), &Actor::at_the_shell()?).await?;
    println!("TOKEN={}", secret.text());
    Ok(())
}
