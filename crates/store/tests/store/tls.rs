//! Encrypted connections to PostgreSQL. The server's certificate is made out to `localhost` and to nothing else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use store::{Store, StoreError};

use crate::fixture::{Register, schema};

/// A register on a server that encrypts.
struct Desk {
    register: Register,
    /// The folder of `authority.crt`, which signed the server's certificate, and of `stranger.crt`, which did not.
    certificates: PathBuf,
}

impl Desk {
    /// Skipped where no such server is named, but not in CI.
    fn new() -> Option<Self> {
        let register = Register::postgres()?;
        match std::env::var("YINGJIN_TEST_POSTGRES_CERTIFICATES") {
            Ok(folder) => Some(Self { register, certificates: folder.into() }),
            Err(_) => {
                assert!(std::env::var("CI").is_err(), "CI has to set YINGJIN_TEST_POSTGRES_CERTIFICATES");
                eprintln!("skipped: YINGJIN_TEST_POSTGRES_CERTIFICATES names no folder");
                None
            }
        }
    }

    /// The address of the register at a host, with words about encryption.
    fn at(&self, host: &str, words: &str) -> String {
        format!("{}&{words}", self.register.url.replace("127.0.0.1", host))
    }

    fn trusting(&self, certificate: &str, mode: &str) -> String {
        format!("sslmode={mode}&sslrootcert={}", self.certificates.join(certificate).display())
    }
}

/// Whether each connection that calls itself `name` is encrypted, as the server sees it.
fn encrypted(name: &str) -> Vec<bool> {
    let url = std::env::var("YINGJIN_TEST_POSTGRES").unwrap();
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let sql =
        "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = $1";
    client.query(sql, &[&name]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn open(url: &str) -> Result<Store, StoreError> {
    Store::open(url, &schema())
}

fn refused(url: &str) -> String {
    match open(url) {
        Err(error @ StoreError::Refused { .. }) => error.to_string(),
        Err(other) => panic!("{url}: {other}"),
        Ok(_) => panic!("{url}: connected"),
    }
}

#[test]
fn a_server_that_can_encrypts_unless_told_not_to() {
    let Some(desk) = Desk::new() else { return };
    for (mode, is_encrypted) in [("disable", false), ("prefer", true), ("require", true)] {
        let name = format!("tls-{}-{mode}", std::process::id());
        let store = open(&desk.at("127.0.0.1", &format!("application_name={name}&sslmode={mode}"))).unwrap();
        store.last_seq().unwrap();
        let seen = encrypted(&name);
        assert!(!seen.is_empty() && seen.iter().all(|ssl| *ssl == is_encrypted), "{mode}: {seen:?}");
    }
}

#[test]
fn the_authority_and_the_name_are_checked_as_asked() {
    let Some(desk) = Desk::new() else { return };
    let trusted = [
        ("localhost", "verify-full"),
        ("localhost", "verify-ca"),
        ("127.0.0.1", "verify-ca"),
        ("127.0.0.1", "require"),
    ];
    for (host, mode) in trusted {
        open(&desk.at(host, &desk.trusting("authority.crt", mode)))
            .unwrap_or_else(|error| panic!("{host} {mode}: {error}"));
    }
    let why = refused(&desk.at("127.0.0.1", &desk.trusting("authority.crt", "verify-full")));
    assert!(why.contains("not valid for name"), "{why}");
    for mode in ["require", "verify-ca", "verify-full"] {
        let why = refused(&desk.at("localhost", &desk.trusting("stranger.crt", mode)));
        assert!(why.contains("BadSignature") || why.contains("UnknownIssuer"), "{mode}: {why}");
    }
}

/// A server that says that it cannot encrypt, and then hears whether the client goes on in the clear.
fn unable() -> (String, std::thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me:secret@{}/city", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut ask = [0; 8];
        stream.read_exact(&mut ask).unwrap();
        stream.write_all(b"N").unwrap();
        stream.read(&mut [0; 64]).unwrap_or(0)
    });
    (url, heard)
}

#[test]
fn nothing_is_sent_in_the_clear_where_encryption_is_required() {
    let (url, heard) = unable();
    let why = refused(&format!("{url}?sslmode=require"));
    assert!(why.contains("server does not support TLS"), "{why}");
    assert_eq!(heard.join().unwrap(), 0);
    let (url, heard) = unable();
    let _ = refused(&format!("{url}?sslmode=prefer"));
    assert!(heard.join().unwrap() > 0, "what is only preferred is left");
}
