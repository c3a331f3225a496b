//! The clock of the machine is set while the server runs, forward and back, and the server is started while it is wrong:
//! what was filed stays filed, once, and people can go on filing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;

use super::filed::{assert_once, filing, owing};
use super::server::{Register, Request, Served, assert_sound, code};

#[test]
fn filings_hold_when_the_clock_jumps() {
    file_while_it_jumps(Register::on_sqlite());
}

#[test]
fn filings_on_postgres_hold_when_the_clock_jumps() {
    if let Some(register) = Register::on_postgres() {
        file_while_it_jumps(register);
    }
}

fn file_while_it_jumps(register: Register) {
    let firms: Vec<String> = (0..4).map(code).collect();
    let (register, cookie) = owing(register, &firms);
    let clock = Clock::of(&register);
    let mut receipts = BTreeMap::new();
    clock.set("2020-03-06T10:00:00+08:00");
    let mut server = Served::start(&mut clock.drive(&register));
    let mut address = server.ready();

    // (what the clock says from now on, whether the server is started anew, who files, on which day it counts)
    let steps = [
        ("2020-03-06T10:00:00+08:00", false, 0, "2020-03-06"),
        ("2020-03-07T10:00:00+08:00", false, 1, "2020-03-07"),
        ("2020-03-05T10:00:00+08:00", false, 2, "2020-03-05"),
        ("2020-03-05T10:01:00+08:00", true, 3, "2020-03-05"),
        ("2020-03-08T10:00:00+08:00", true, 3, "2020-03-05"),
        ("2020-03-06T10:05:00+08:00", true, 3, "2020-03-05"),
    ];
    for (now, is_restarted, firm, on) in steps {
        clock.set(now);
        if is_restarted {
            server.kill();
            register.settle();
            server = Served::start(&mut clock.drive(&register));
            address = server.ready();
        }
        let receipt = send(address, &cookie, &firms[firm]);
        assert_eq!(receipt["on"], on, "filed when it was {now}");
        let number = receipt["number"].as_str().unwrap().to_owned();
        assert_eq!(*receipts.entry(firms[firm].clone()).or_insert_with(|| number.clone()), number);
        // A phone that was not answered sends again whatever it filed before, and the day can be read.
        for (firm, number) in &receipts {
            assert_eq!(send(address, &cookie, firm)["number"], number.as_str(), "again when it was {now}");
        }
        let summary = Request::new("GET", "/api/duties").header("Cookie", &cookie).send(address).unwrap();
        assert_eq!(summary.status, 200, "{}", summary.text);
        assert_sound(&register.open());
    }
    server.kill();
    register.settle();
    assert_once(&register.open(), &firms, &receipts);
}

fn send(address: SocketAddr, cookie: &str, firm: &str) -> Json {
    let request = Request::new("POST", "/api/filings").header("Cookie", cookie).json(&filing(firm));
    let answer = request.send(address).unwrap();
    assert!([200, 201].contains(&answer.status), "{} {}", answer.status, answer.text);
    answer.json()
}

/// The clock that a server of the test goes by.
struct Clock {
    library: PathBuf,
    seconds_off: PathBuf,
}

impl Clock {
    /// Builds it with the compiler that Rust links with.
    fn of(register: &Register) -> Self {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/clock.c");
        let folder = register.folder.path();
        let (library, seconds_off) = (folder.join("clock.so"), folder.join("seconds-off"));
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl"]);
        assert!(compiler.status().unwrap().success(), "cc cannot build the clock of this test");
        Self { library, seconds_off }
    }

    /// Sets it; it goes on from there.
    fn set(&self, text: &str) {
        let wanted: DateTime<Utc> = text.parse().unwrap();
        let off: TimeDelta = wanted - Utc::now();
        // Put in place whole: the server may read it at any moment.
        let new = self.seconds_off.with_extension("new");
        std::fs::write(&new, off.num_seconds().to_string()).unwrap();
        std::fs::rename(new, &self.seconds_off).unwrap();
    }

    /// The program, serving by this clock.
    fn drive(&self, register: &Register) -> Command {
        let mut command = register.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("YINGJIN_LOG", "error,yingjin::cli=info").env("NO_COLOR", "1");
        command.env("LD_PRELOAD", &self.library).env("YINGJIN_TEST_CLOCK", &self.seconds_off);
        command
    }
}
