//! Where a database is: a file, or a server's `postgres://…`.

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::path::{Path, PathBuf};

/// How such an address begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What may stand after the `?`. The driver drops any other with a warning that has its value, and that may be a password
/// beside a mistyped name.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];

/// Where a database is. Shown without the password.
#[derive(Clone)]
pub struct Address(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    /// SQLite's file.
    File(PathBuf),
    /// A PostgreSQL server's database.
    Server(Box<PgConnectOptions>),
}

/// Why that is no address. Without the text itself, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing: a line that lost its value must not begin another database.
    #[error("is set, but empty: name the database, or remove the line to use the file of DATABASE_PATH")]
    Empty,
    /// Another kind of database.
    #[error("does not begin with postgres://")]
    Scheme,
    /// It cannot be read.
    #[error("cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ in the password")]
    Form,
    /// What the driver would drop.
    #[error("has an unknown name after its ?: there may stand {}", PARAMETERS.join(", "))]
    Parameter,
    /// It names no database.
    #[error("names no database: postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    NoDatabase,
}

impl Address {
    /// A PostgreSQL database: `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=FILE`. What it
    /// does not say is taken from `PGHOST` and its like and from `~/.pgpass`, as psql does.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse_url(url: &str) -> Result<Address, AddressError> {
        if url.is_empty() {
            return Err(AddressError::Empty);
        }
        if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(AddressError::Scheme);
        }
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let mut names =
            query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or(pair));
        if !names.all(|name| PARAMETERS.contains(&name)) {
            return Err(AddressError::Parameter);
        }
        let options: PgConnectOptions = url.parse().map_err(|_| AddressError::Form)?;
        // the driver looks up what it is given, and no machine's name has brackets
        let sixth = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')).map(str::to_owned);
        let options = match sixth {
            Some(host) => options.host(&host),
            None => options,
        };
        match options.get_database() {
            Some(_) => Ok(Address(Place::Server(Box::new(options)))),
            None => Err(AddressError::NoDatabase),
        }
    }

    /// Whether what is asked and answered, the password too, may go over a network for everybody to read.
    pub fn may_be_overheard(&self) -> bool {
        let Place::Server(server) = &self.0 else { return false };
        let host = server.get_host();
        let is_here = server.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        // what a server does not offer is done without
        !is_here && matches!(server.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer)
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Server(of) => {
                let (user, name) = (of.get_username(), of.get_database().unwrap_or_default());
                match of.get_socket() {
                    Some(socket) => write!(f, "postgres://{user}@{}/{name}", socket.display()),
                    None if of.get_host().contains(':') => {
                        write!(f, "postgres://{user}@[{}]:{}/{name}", of.get_host(), of.get_port())
                    }
                    None => write!(f, "postgres://{user}@{}:{}/{name}", of.get_host(), of.get_port()),
                }
            }
        }
    }
}

/// What is logged of it is what people are shown.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Address {
        Address(Place::File(path))
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Address {
        path.to_owned().into()
    }
}

impl From<&PathBuf> for Address {
    fn from(path: &PathBuf) -> Address {
        path.clone().into()
    }
}

impl From<&Address> for Address {
    fn from(address: &Address) -> Address {
        address.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://ajm:geheim@db.lab:5433/jobs?sslmode=require", "postgres://ajm@db.lab:5433/jobs"),
            ("postgresql://ajm:ge%40heim@db/jobs", "postgres://ajm@db:5432/jobs"),
            ("postgres://ajm:geheim@[2001:db8::7]:5433/jobs", "postgres://ajm@[2001:db8::7]:5433/jobs"),
            ("postgres://ajm@db/jobs?password=geheim", "postgres://ajm@db:5432/jobs"),
            ("postgres://ajm:geheim@localhost/jobs?host=/run/postgresql", "postgres://ajm@/run/postgresql/jobs"),
        ] {
            let address = Address::parse_url(url).unwrap();
            assert_eq!((address.to_string(), format!("{address:?}")), (shown.to_owned(), shown.to_owned()));
            assert_eq!(address.file(), None);
        }
        let file = Address::from(Path::new("data/jobs.db"));
        assert_eq!((file.to_string().as_str(), file.file()), ("data/jobs.db", Some(Path::new("data/jobs.db"))));
    }

    #[test]
    fn a_way_over_a_network_is_safe_only_where_the_address_says_so() {
        for (url, overheard) in [
            ("postgres://ajm@db.lab/jobs", true),
            ("postgres://ajm@db.lab/jobs?sslmode=prefer", true),
            ("postgres://ajm@db.lab/jobs?sslmode=require", false),
            ("postgres://ajm@db.lab/jobs?sslmode=verify-full", false),
            ("postgres://ajm@localhost/jobs", false),
            ("postgres://ajm@127.0.0.1/jobs?sslmode=disable", false),
            ("postgres://ajm@[::1]/jobs", false),
            ("postgres://ajm@localhost/jobs?host=/run/postgresql", false),
        ] {
            assert_eq!(Address::parse_url(url).unwrap().may_be_overheard(), overheard, "{url}");
        }
        assert!(!Address::from(Path::new("data/jobs.db")).may_be_overheard());
    }

    #[test]
    fn what_is_no_address_is_told_without_repeating_it() {
        for (url, why) in [
            ("", AddressError::Empty),
            ("mysql://ajm:geheim@db/jobs", AddressError::Scheme),
            ("data/jobs.db", AddressError::Scheme),
            ("postgres://ajm:geheim@db:port/jobs", AddressError::Form),
            ("postgres://ajm:geheim@db/jobs?sslmode=perhaps", AddressError::Form),
            ("postgres://ajm:geheim@db", AddressError::NoDatabase),
            ("postgres://ajm@db/jobs?sslmode=require&pasword=geheim", AddressError::Parameter),
            ("postgres://ajm:ge?heim@db/jobs", AddressError::Parameter),
        ] {
            let error = Address::parse_url(url).unwrap_err();
            assert_eq!(error, why, "{url}");
            assert!(!error.to_string().contains("heim"));
        }
    }
}
