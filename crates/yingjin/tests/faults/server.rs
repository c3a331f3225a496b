//! `yingjin serve` as a process of its own that can be killed, and the little of HTTP that talks to it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use store::{Schema, Store};
use tempfile::TempDir;

/// The day that the server takes for today.
pub const TODAY: &str = "2020-03-06";
/// How long a server may take to serve, or to answer, before the test is given up. It bounds a hang, nothing else.
const PATIENCE: Duration = Duration::from_secs(120);

/// A register of its own, of the small city of the API's tests.
pub struct Register {
    pub folder: TempDir,
    pub city: PathBuf,
    pub url: String,
    pub schema: Schema,
}

impl Register {
    /// An empty one on SQLite.
    pub fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("register.db").display());
        Self::at(folder, url)
    }

    /// An empty one on the PostgreSQL server that YINGJIN_TEST_POSTGRES names. Without one the test is skipped, but not
    /// in CI.
    pub fn on_postgres() -> Option<Self> {
        let Ok(server) = std::env::var("YINGJIN_TEST_POSTGRES") else {
            assert!(std::env::var("CI").is_err(), "CI has to set YINGJIN_TEST_POSTGRES");
            eprintln!("skipped: YINGJIN_TEST_POSTGRES names no PostgreSQL server");
            return None;
        };
        Some(Self::at(tempfile::tempdir().unwrap(), crate::api::server::postgres_database(&server)))
    }

    fn at(folder: TempDir, url: String) -> Self {
        let city = crate::api::server::city();
        let schema = Schema::of(&rules::city::load(&city).unwrap().ruleset.kinds);
        Self { folder, city, url, schema }
    }

    /// A register on SQLite with some firms, and an administrator who is signed in: the cookie.
    pub fn signed_in(firms: &[String]) -> (Self, String) {
        let register = Self::on_sqlite();
        let cookie = register.sign_in(firms);
        (register, cookie)
    }

    /// Fills it with some firms and signs an administrator in: the cookie.
    pub fn sign_in(&self, firms: &[String]) -> String {
        let register = self;
        let mut account = register.command(&["account", "add", "boss", "--role", "administrator"]);
        account.arg("--password-stdin").stdin(Stdio::piped());
        let mut child = account.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a password of tests").unwrap();
        assert!(child.wait().unwrap().success());
        let sheet = register.folder.path().join("firms.csv");
        let rows: String = firms.iter().map(|code| format!("{code},{code}号厂,东区,10,0\n")).collect();
        std::fs::write(&sheet, format!("统一社会信用代码,企业名称,区域,从业人数,参保人数\n{rows}")).unwrap();
        let mut import = register.command(&["import", "firm"]);
        assert!(import.arg(sheet).args(["--on", "2020-01-01"]).status().unwrap().success());

        let mut server = Served::start(&mut register.serve());
        let address = server.ready();
        let answer = Request::new("POST", "/api/session")
            .json(&serde_json::json!({"name": "boss", "password": "a password of tests"}))
            .send(address)
            .unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        server.kill();
        answer.cookie.unwrap()
    }

    /// Waits until nobody works on it any more. PostgreSQL notices only when it has done what it was asked that whoever
    /// asked was killed; what it writes until then was asked for before.
    pub fn settle(&self) {
        let Some((mut admin, name)) = self.admin() else { return };
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1";
        let end = Instant::now() + PATIENCE;
        while admin.query_one(sql, &[&name]).unwrap().get::<_, i64>(0) > 0 {
            assert!(Instant::now() < end, "somebody is still connected");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A connection beside its database, and the database's name; none on SQLite.
    fn admin(&self) -> Option<(postgres::Client, String)> {
        let (_, name) = self.url.strip_prefix("postgres").and(self.url.rsplit_once('/'))?;
        let server = std::env::var("YINGJIN_TEST_POSTGRES").unwrap();
        Some((postgres::Client::connect(&server, postgres::NoTls).unwrap(), name.to_owned()))
    }

    /// The program, with English messages and no output of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yingjin"));
        command.args(arguments).env("YINGJIN_CITY", &self.city).env("YINGJIN_DB", &self.url);
        command.env("YINGJIN_LANG", "en").stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The program, serving on a port of its own.
    pub fn serve(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--on", TODAY]);
        command.env("YINGJIN_LOG", "error,yingjin::cli=info").env("NO_COLOR", "1").stderr(Stdio::piped());
        command
    }

    /// The register itself.
    pub fn open(&self) -> Store {
        Store::open(&self.url, &self.schema).unwrap_or_else(|error| panic!("{error:?}"))
    }
}

impl Drop for Register {
    fn drop(&mut self) {
        if let Some((mut admin, name)) = self.admin() {
            let _ = admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// Nothing is wrong with the register.
pub fn assert_sound(store: &Store) {
    let found = store.verify(|_| std::ops::ControlFlow::Continue(())).unwrap();
    assert_eq!(found.broken, None, "{found:?}");
}

/// A server that runs; it ends with this.
pub struct Served {
    child: Child,
    lines: Receiver<String>,
}

impl Served {
    /// Starts it. It serves a while later.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        // Somebody has to read on, or the server would wait for room in the pipe.
        std::thread::spawn(move || {
            errors.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)))
        });
        Self { child, lines }
    }

    /// Where it serves, as soon as it does; none if it does not within the time.
    pub fn address(&mut self, within: Duration) -> Option<SocketAddr> {
        let end = Instant::now() + within;
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => match line.split_once("serving address=") {
                    Some((_, address)) => return Some(address.trim().parse().unwrap()),
                    None => said.push(line),
                },
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("the server ended by itself: {said:?}"),
            }
        }
    }

    /// Where it serves.
    pub fn ready(&mut self) -> SocketAddr {
        self.address(PATIENCE).unwrap()
    }

    /// The number of its process.
    pub fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request.
#[derive(Clone)]
pub struct Request {
    head: String,
    body: Vec<u8>,
}

/// An answer, all of it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub media_type: String,
    pub cookie: Option<String>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nX-Yingjin: 1\r\nConnection: close\r\n");
        Self { head, body: vec![] }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    pub fn json(self, body: &Json) -> Self {
        Self { body: body.to_string().into_bytes(), ..self.header("Content-Type", "application/json") }
    }

    /// A form with a sheet and some fields.
    pub fn form(self, sheet: &str, fields: &[(&str, &str)]) -> Self {
        let mut form = String::new();
        for (name, value) in fields {
            form += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        form += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sheet.csv\"\r\n\r\n";
        form += &format!("{sheet}\r\n--x--\r\n");
        Self { body: form.into_bytes(), ..self.header("Content-Type", "multipart/form-data; boundary=x") }
    }

    /// Sends it and waits for the whole answer. Errors: the server was killed before that.
    pub fn send(&self, address: SocketAddr) -> io::Result<Answer> {
        let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "{}Content-Length: {}\r\n\r\n", self.head, self.body.len())?;
        stream.write_all(&self.body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8(answer).map_err(io::Error::other)?;
        let (head, text) = answer.split_once("\r\n\r\n").ok_or_else(cut_off)?;
        let header = |wanted: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned())
        };
        // What was cut off is no answer.
        let length: usize = header("content-length").map_or(0, |text| text.parse().unwrap());
        if text.len() != length {
            return Err(cut_off());
        }
        Ok(Answer {
            status: head.split(' ').nth(1).ok_or_else(cut_off)?.parse().map_err(io::Error::other)?,
            text: text.to_owned(),
            media_type: header("content-type").unwrap_or_default(),
            cookie: header("set-cookie").and_then(|cookie| Some(cookie.split(';').next()?.to_owned())),
        })
    }
}

/// The code, made up and valid, of a firm.
pub fn code(number: u64) -> String {
    model::uscc::complete(&format!("91990001MA{number:07}")).unwrap()
}

/// A copy of the small city for somebody who may not look into this repository.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
