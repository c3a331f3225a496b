//! A PostgreSQL server of our own for the length of a test run: a fresh cluster in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::run::{output, run};
use crate::tools;

/// A running server; it is stopped and its files are removed when this is dropped.
pub struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Makes a cluster and starts it on a free port of the loopback address.
    pub fn start() -> anyhow::Result<Self> {
        let bin = tools::postgres_bin().context("PostgreSQL is not installed")?;
        let folder = std::env::temp_dir().join(format!("yingjin-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let cluster = folder.join("cluster");
        if tools::is_root() {
            // PostgreSQL refuses to run as root; Debian's package makes this user.
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        output(
            as_postgres(&bin.join("initdb"))
                .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"])
                .arg(&cluster),
        )?;
        make_certificates(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = std::fs::File::create(folder.join("log"))?;
        let child = as_postgres(&bin.join("postgres"))
            .arg("-D")
            .arg(&cluster)
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=200",
                "-c",
                "ssl=on",
                "-c",
                &format!("ssl_cert_file={}", folder.join("server.crt").display()),
                "-c",
                &format!("ssl_key_file={}", folder.join("server.key").display()),
                "-p",
                &port.to_string(),
                "-k",
            ])
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let server = Self { child, folder, port };
        server.wait(&bin)?;
        Ok(server)
    }

    fn wait(&self, bin: &Path) -> anyhow::Result<()> {
        for _ in 0..100 {
            let ready = Command::new(bin.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()?;
            if ready.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("PostgreSQL did not start:\n{log}")
    }

    /// Where `authority.crt` lies, which signed its certificate, and `stranger.crt`, which did not; as
    /// `YINGJIN_TEST_POSTGRES_CERTIFICATES` takes it.
    pub fn certificates(&self) -> &Path {
        &self.folder
    }

    /// Its address, as `YINGJIN_TEST_POSTGRES` takes it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A certificate for `localhost` alone, the authority that signs it, and another of the same name that does not. Made
/// by PostgreSQL's own user: it takes a key only from its owner.
fn make_certificates(folder: &Path) -> anyhow::Result<()> {
    let openssl = tools::openssl().context("openssl is needed to make a certificate for PostgreSQL")?;
    let make = |words: &str| {
        // The names of the files are ours and have no spaces.
        output(as_postgres(&openssl).current_dir(folder).args(words.split(' '))).map(drop)
    };
    for authority in ["authority", "stranger"] {
        make(&format!(
            "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=tests -keyout {authority}.key -out {authority}.crt"
        ))?;
    }
    make(
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout server.key -out server.csr",
    )?;
    make(
        "x509 -req -in server.csr -CA authority.crt -CAkey authority.key -days 30 -copy_extensions copy -out server.crt",
    )
}

/// The program as the user `postgres` where we are root, else as ourselves.
fn as_postgres(program: &Path) -> Command {
    let mut command = if tools::is_root() {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=TERM"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}
