//! Many phones file at once, each until it is answered and then again, while the server is killed over and over: every
//! firm has filed once, its duty is done once, and its case has ended once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::case::Step;
use model::event::EventType;
use serde_json::{Value as Json, json};
use store::Store;

use super::server::{Register, Request, Served, TODAY, assert_sound, code, copy_folder};
use super::{rounds, scattered};

/// How often each form is sent after it was answered.
const AGAIN: usize = 4;
/// Phones that send at the same moment.
const PHONES: usize = 8;
/// How many answers a server gives before it is killed, at most: however slow the machine is, each gets somewhere.
const ANSWERS_MAX: f64 = 40.0;
/// How long it lives after the last of them, at most: long enough to be in the midst of the next.
const MOMENT_MAX: Duration = Duration::from_millis(20);
/// How long a phone waits before it tries again to reach a server.
const PAUSE: Duration = Duration::from_millis(10);
/// It bounds a hang, nothing else.
const PATIENCE: Duration = Duration::from_secs(120);

const DUTY: &str = r#"
id    = "reopened"
verb  = "应复尽复"
title = { zh = "备案开工", en = "Back at work" }
basis = { doc = "试防指〔2020〕1号", confidence = "M" }
kind  = "firm"
valid = [{ from = 2020-01-01 }]
mode  = "claim"
owner = "front"
days  = 3

[[should]]
id    = "firm"
label = { zh = "有从业人员", en = "it has staff" }
when  = "staff > 0"

[done]
from = "resumption"
by   = "firm"
when = "any(commitment)"
on   = "min(filed_on)"

[[case]]
name   = "filed"
on     = 2020-03-06
given  = { staff = 10 }
members = { resumption = [{ filed_on = 2020-03-06, commitment = true }] }
expect = { should = true, standing = "done" }
"#;

#[test]
fn killed_while_many_file_every_filing_is_there_once() {
    file_and_kill(Register::on_sqlite(), 240);
}

#[test]
fn killed_while_many_file_on_postgres_every_filing_is_there_once() {
    if let Some(register) = Register::on_postgres() {
        // Every answer takes some ways to the other server and back.
        file_and_kill(register, 100);
    }
}

/// What the phones share.
struct Phones {
    cookie: String,
    firms: Vec<String>,
    next: AtomicUsize,
    /// Where a server is, or was a moment ago.
    server: Mutex<Option<SocketAddr>>,
    /// How many answers have come.
    answers: AtomicUsize,
    /// The number on the receipt of each firm.
    receipts: Mutex<BTreeMap<String, String>>,
}

/// A register whose firms each owe a filing, and the cookie of who files for them.
pub fn owing(mut register: Register, firms: &[String]) -> (Register, String) {
    let city = register.folder.path().join("city");
    copy_folder(&register.city, &city);
    std::fs::write(city.join("duties/front/reopened.toml"), DUTY).unwrap();
    register.city = city;
    let cookie = register.sign_in(firms);
    assert!(register.command(&["evaluate", "--on", TODAY]).status().unwrap().success());
    assert_eq!(register.open().records_with_cases("reopened").unwrap().len(), firms.len());
    (register, cookie)
}

/// The form of a firm, always with the same key.
pub fn filing(firm: &str) -> Json {
    json!({
        "form": "resume", "key": format!("the phone of {firm}"), "by": firm,
        "facts": {"people": 10, "first": 8, "canteen": "none"},
        "ticked": ["masks", "truth"], "signature": "某甲",
    })
}

fn file_and_kill(register: Register, firms: u64) {
    let firms: Vec<String> = (0..rounds(firms)).map(code).collect();
    let (register, cookie) = owing(register, &firms);

    let phones = Phones {
        cookie,
        firms,
        next: 0.into(),
        server: Mutex::default(),
        answers: 0.into(),
        receipts: Mutex::default(),
    };
    let mut killed = 0;
    std::thread::scope(|scope| {
        let sending: Vec<_> = (0..PHONES).map(|_| scope.spawn(|| phones.send_all())).collect();
        let is_over = || sending.iter().all(|phone| phone.is_finished());
        while !is_over() {
            let mut server = Served::start(&mut register.serve());
            *phones.server.lock().unwrap() = Some(server.ready());
            let enough = phones.answers.load(Ordering::Relaxed) + (scattered(killed) * ANSWERS_MAX) as usize;
            while phones.answers.load(Ordering::Relaxed) < enough && !is_over() {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(MOMENT_MAX.mul_f64(scattered(killed * 7 + 3)));
            server.kill();
            killed += 1;
            register.settle();
            assert_sound(&register.open());
        }
    });
    assert!(killed > 3, "all was filed before the server was killed often");
    // Whatever follows and was not written yet is written by the next server.
    let mut server = Served::start(&mut register.serve());
    server.ready();
    let end = Instant::now() + PATIENCE;
    while !register.open().records_with_cases("reopened").unwrap().is_empty() {
        assert!(Instant::now() < end, "cases are left behind");
        std::thread::sleep(PAUSE);
    }
    server.kill();
    register.settle();
    assert_once(&register.open(), &phones.firms, &phones.receipts.lock().unwrap());
}

impl Phones {
    fn send_all(&self) {
        while let Some(firm) = self.firms.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for _ in 0..=AGAIN {
                let number = self.send(firm);
                let mut receipts = self.receipts.lock().unwrap();
                let first = receipts.entry(firm.clone()).or_insert_with(|| number.clone());
                assert_eq!(*first, number, "another receipt for the same filing");
            }
        }
    }

    /// Sends a form until it is answered: the number on its receipt.
    fn send(&self, firm: &str) -> String {
        let request = Request::new("POST", "/api/filings").header("Cookie", &self.cookie).json(&filing(firm));
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "no server answers");
            let address = *self.server.lock().unwrap();
            match address.map(|address| request.send(address)) {
                Some(Ok(answer)) if [200, 201].contains(&answer.status) => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                    return answer.json()["number"].as_str().unwrap().to_owned();
                }
                Some(Ok(answer)) => panic!("{} {}", answer.status, answer.text),
                Some(Err(_)) | None => std::thread::sleep(PAUSE),
            }
        }
    }
}

/// Every firm has filed once, by the number on its receipt, and what follows from that happened once.
pub fn assert_once(store: &Store, firms: &[String], receipts: &BTreeMap<String, String>) {
    assert_sound(store);
    let events = store.events(0, usize::MAX).unwrap();
    let filings = events.iter().filter(|stored| stored.event.event_type == EventType::Filing);
    let mut filed: Vec<&str> =
        filings.map(|stored| stored.event.summary["number"].as_str().unwrap()).collect();
    filed.sort_unstable();
    let mut receipts: Vec<&str> = receipts.values().map(String::as_str).collect();
    receipts.sort_unstable();
    assert_eq!(filed, receipts);
    for firm in firms {
        let history = store.verdict_history("firm", firm).unwrap();
        let turned: Vec<_> =
            history.iter().filter(|(_, change)| change.duty.as_str() == "reopened").collect();
        assert_eq!(turned.len(), 2, "{firm} first had a gap, then none: {turned:?}");
    }
    let mut ended = 0;
    store
        .each_case_history("9999-01-01T00:00:00Z".parse().unwrap(), |no, steps| {
            let Some((Step::Opened(opening), _)) = steps.first() else {
                panic!("case {no} was never opened")
            };
            if opening.duty.as_ref().is_none_or(|duty| duty.as_str() != "reopened") {
                return;
            }
            let closed = steps.iter().filter(|(step, _)| matches!(step, Step::Closed(_))).count();
            assert_eq!(closed, 1, "case {no}");
            ended += closed;
        })
        .unwrap();
    assert_eq!(ended, firms.len());
}
