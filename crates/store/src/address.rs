//! Where a register is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Label;
use postgres::config::{Host, SslMode};

use crate::connection::postgres::told;
use crate::connection::tls::Tls;
use crate::error::StoreError;

/// A register's address, read from its URL.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Sqlite(SqliteFile),
    Postgres(Box<PostgresServer>),
}

#[derive(Clone, Debug)]
pub(crate) struct SqliteFile {
    pub(crate) path: PathBuf,
    /// Asked for by `?mode=ro`: an auditor's look at a copy.
    pub(crate) read_only: bool,
    /// Made for `sqlite::memory:`; removed with the store.
    pub(crate) temporary: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct PostgresServer {
    pub(crate) config: postgres::Config,
    pub(crate) tls: Tls,
    /// The URL without its password, for messages.
    pub(crate) place: String,
}

impl Address {
    /// Reads `sqlite://path`, `sqlite:///absolute/path`, `sqlite::memory:`, `postgres://…`, `postgresql://…`.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let refuse =
            |zh: &str, en: &str| StoreError::Address { url: without_password(url), why: Label::new(zh, en) };
        if url == "sqlite::memory:" {
            // In memory two connections would lock each other's tables; a file of its own behaves as files do.
            return Ok(Self::Sqlite(SqliteFile {
                path: temporary_path(),
                read_only: false,
                temporary: true,
            }));
        }
        if let Some(rest) = url.strip_prefix("sqlite://") {
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            let read_only = match query {
                "" | "mode=rwc" => false,
                "mode=ro" => true,
                _ => return Err(refuse("路径之后只能写 ?mode=ro", "only ?mode=ro is known after the path")),
            };
            if path.is_empty() {
                return Err(refuse("缺少路径", "the path is missing"));
            }
            return Ok(Self::Sqlite(SqliteFile { path: PathBuf::from(path), read_only, temporary: false }));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return postgres(url)
                .map(|server| Self::Postgres(Box::new(server)))
                .map_err(|why| StoreError::Address { url: without_password(url), why });
        }
        Err(refuse(
            "开头既不是 sqlite:// 也不是 postgres://",
            "it begins with neither sqlite:// nor postgres://",
        ))
    }

    /// Where it is, to show to people.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Sqlite(file) => file.path.display().to_string(),
            Self::Postgres(server) => server.place.clone(),
        }
    }
}

/// Errors: what is wrong with the address.
fn postgres(url: &str) -> Result<PostgresServer, Label> {
    let (rest, tls) = Tls::of(url)?;
    let mut config: postgres::Config = rest.parse().map_err(|error: postgres::Error| told(&error))?;
    // A socket of the same machine is not encrypted, whatever is asked, as PostgreSQL's own programs have it.
    let is_local = |host: &Host| matches!(host, Host::Unix(_));
    let all_local = !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local);
    config.ssl_mode(if all_local { SslMode::Disable } else { tls.mode });
    if config.get_application_name().is_none() {
        config.application_name("yingjin");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(std::time::Duration::from_secs(10));
    }
    Ok(PostgresServer { config, tls, place: without_password(url) })
}

/// `postgres://user:secret@host/name?password=secret` as `postgres://user@host/name`.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = user.split(':').next().unwrap_or(user);
    format!("{scheme}://{user}@{host}")
}

fn temporary_path() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("yingjin-{}-{number}.db", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let path = |url: &str| match Address::parse(url) {
            Ok(Address::Sqlite(file)) => (file.path.display().to_string(), file.read_only),
            other => panic!("{other:?}"),
        };
        assert_eq!(path("sqlite://yingjin.db"), ("yingjin.db".to_owned(), false));
        assert_eq!(path("sqlite:///srv/城市.db?mode=ro"), ("/srv/城市.db".to_owned(), true));
        for wrong in ["yingjin.db", "sqlite://", "mysql://x", "sqlite://a?cache=shared"] {
            assert!(matches!(Address::parse(wrong), Err(StoreError::Address { .. })), "{wrong}");
        }
    }

    #[test]
    fn what_would_weaken_a_connection_is_refused() {
        let why = |query: &str| match Address::parse(&format!("postgres://me@db/city?{query}")) {
            Err(StoreError::Address { why, .. }) => why.en,
            other => panic!("{query}: {other:?}"),
        };
        assert!(why("sslmode=allow").contains("sslmode=allow is not supported"));
        assert!(why("sslmode=verify-ful").contains("verify-full"));
        assert!(why("sslcert=me.crt").contains("sslcert is not supported"));
        assert!(why("sslrootcert=/no/such/file").contains("add sslmode=verify-full"));
        assert!(why("sslmode=verify-ca").contains("sslrootcert has to name a file"));
        assert!(why("sslmode=require&sslrootcert=system").contains("sslmode=verify-full"));
        assert!(why("sslmode=verify-full&sslrootcert=%2Fno%2Fsuch%2Ffile").contains("/no/such/file"));
    }

    #[test]
    fn words_of_encryption_are_taken_out_of_an_address() {
        let server = |url: &str| match Address::parse(url) {
            Ok(Address::Postgres(server)) => server,
            other => panic!("{other:?}"),
        };
        let asked = server("postgres://db/city?sslmode=require&options=-csearch_path%3Da");
        assert_eq!(
            (asked.config.get_ssl_mode(), asked.config.get_options()),
            (SslMode::Require, Some("-csearch_path=a"))
        );
        assert_eq!(server("postgres://db/city").config.get_ssl_mode(), SslMode::Prefer);
        assert!(server("postgres://db/city?sslmode=disable").tls.connect.is_none());
        let socket = server("postgres:///city?host=/var/run/postgresql&sslmode=require");
        assert_eq!(socket.config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn passwords_are_not_shown() {
        let address = Address::parse("postgres://me:s3cret@db:5432/city?sslmode=disable").unwrap();
        assert_eq!(address.place(), "postgres://me@db:5432/city");
    }
}
