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
