//! The server and the importer, killed at any moment while several clients write: what was answered is there, an import
//! is there whole or not at all, and the chain holds.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::Standing;
use model::event::EventType;
use serde_json::{Value as Json, json};
use store::Store;

use super::server::{Register, Request, Served, TODAY, assert_sound, code};
use super::{rounds, scattered};

/// How often, and for how long a server is let to serve at most.
struct Pace {
    /// Rounds in CI.
    rounds: u64,
    served_max: Duration,
}

const SQLITE: Pace = Pace { rounds: 25, served_max: Duration::from_millis(900) };
/// Every answer takes some ways to the other server and back.
const POSTGRES: Pace = Pace { rounds: 13, served_max: Duration::from_millis(4_000) };
/// Rounds on one register, so that the last is no slower than the first.
const ROUNDS_A_REGISTER: u64 = 13;
/// Clients that change a firm of their own each.
const CHANGERS: u64 = 2;
/// Rows of a sheet.
const ROWS: u64 = 40;
/// What imports and passes leave to those who change single records.
const PAUSE: Duration = Duration::from_millis(40);

/// What the server, or the importer, said it had done.
enum Answered {
    /// Firm `firm` has so many insured. `moved` is where its verdict went, if it did.
    Change { firm: u64, seq: i64, insured: u64, moved: Option<Standing> },
    /// All rows of a sheet are in.
    Import { kind: &'static str, sheet: u64, seq: i64 },
    /// A pass is recorded; no event where nothing differed.
    Pass { seq: Option<i64> },
}

impl Answered {
    /// Its place among the counts.
    fn place(&self) -> usize {
        match self {
            Self::Change { .. } => 0,
            Self::Import { .. } => 1,
            Self::Pass { .. } => 2,
        }
    }
}

/// What has been tried, over all rounds on a register.
#[derive(Default)]
struct Tried {
    /// For each changer the number it tried last: numbers only rise.
    insured: [AtomicU64; CHANGERS as usize],
    /// The sheet that was sent last, of any kind.
    sheet: AtomicU64,
}

#[test]
fn killed_at_any_moment_nothing_that_was_answered_is_lost() {
    kill_at_any_moment(&SQLITE, Register::on_sqlite);
}

#[test]
fn killed_at_any_moment_nothing_is_lost_on_postgres_either() {
    // The first is only to see that there is a server.
    if Register::on_postgres().is_some() {
        kill_at_any_moment(&POSTGRES, || Register::on_postgres().unwrap());
    }
}

fn kill_at_any_moment(pace: &Pace, empty: impl Fn() -> Register) {
    let firms: Vec<String> = (0..CHANGERS).map(code).collect();
    let mut left = rounds(pace.rounds);
    // Changes, imports, passes that were answered.
    let mut answers = [0_u64; 3];
    while left > 0 {
        let register = empty();
        let cookie = register.sign_in(&firms);
        let tried = Tried::default();
        let began = Instant::now();
        Served::start(&mut register.serve()).ready();
        let start = began.elapsed();
        let many = left.min(ROUNDS_A_REGISTER);
        for round in 0..many {
            // From before it opens the register to well within its work.
            let life = (start + pace.served_max).mul_f64(scattered(left - round));
            let sheets_before = tried.sheet.load(Ordering::Relaxed);
            let answered = serve_and_kill((&register, &cookie), life, &tried);
            register.settle();
            let store = register.open();
            assert_sound(&store);
            answered.iter().for_each(|answered| assert_kept(&store, answered));
            assert_between(&store, &answered, &tried);
            for sheet in sheets_before + 1..=tried.sheet.load(Ordering::Relaxed) {
                assert_whole(&store, sheet);
            }
            answered.iter().for_each(|answered| answers[answered.place()] += 1);
        }
        // And it goes on as if nothing had been.
        let mut server = Served::start(&mut register.serve());
        let patch = change(0, tried.insured[0].load(Ordering::Relaxed) + 1, &cookie);
        assert_eq!(patch.send(server.ready()).unwrap().status, 200);
        let verify = register.command(&["audit", "verify"]).status().unwrap();
        assert!(verify.success());
        left -= many;
    }
    let [changes, imports, passes] = answers;
    println!("{} rounds: {changes} changes, {imports} imports, {passes} passes kept", rounds(pace.rounds));
    assert!(answers.iter().all(|answers| *answers > 0), "no round lived long enough: {answers:?}");
}

/// One round: a server that lives so long, with clients that write as fast as they can; what they were answered.
fn serve_and_kill((register, cookie): (&Register, &str), life: Duration, tried: &Tried) -> Vec<Answered> {
    let end = Instant::now() + life;
    let mut server = Served::start(&mut register.serve());
    let Some(address) = server.address(life) else {
        server.kill();
        return vec![];
    };
    std::thread::scope(|scope| {
        let mut clients: Vec<_> = (0..CHANGERS)
            .map(|firm| scope.spawn(move || change_until_killed(firm, (address, cookie), tried)))
            .collect();
        clients.push(scope.spawn(|| import_until_killed((address, cookie), tried)));
        clients.push(scope.spawn(|| pass_until_killed((address, cookie))));
        // The importer on the command line is killed at a moment of its own.
        clients.push(scope.spawn(|| import_beside(register, end + life.mul_f64(0.2), tried)));
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
        server.kill();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

/// Tells how many are insured, and whether the firm is small, which moves its verdict to and fro.
fn change(firm: u64, insured: u64, cookie: &str) -> Request {
    let staff = if insured.is_multiple_of(2) { 10 } else { 400 };
    Request::new("PATCH", &format!("/api/records/firm/{}", code(firm)))
        .header("Cookie", cookie)
        .json(&json!({"on": TODAY, "facts": {"insured": insured, "staff": staff}, "source": "the tests"}))
}

fn change_until_killed(firm: u64, (address, cookie): (SocketAddr, &str), tried: &Tried) -> Vec<Answered> {
    let mut answered = Vec::new();
    loop {
        let insured = tried.insured[firm as usize].fetch_add(1, Ordering::Relaxed) + 1;
        let Ok(answer) = change(firm, insured, cookie).send(address) else { return answered };
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        let moved =
            answer["changed"].as_array().unwrap().iter().find(|change| change["duty"] == "job-refund");
        answered.push(Answered::Change {
            firm,
            seq: answer["seq"].as_i64().unwrap(),
            insured,
            moved: moved.map(|change| serde_json::from_value(change["to"].clone()).unwrap()),
        });
    }
}

/// Asks until an import or a job has ended; none if the server is killed before.
fn ended(path: &str, (address, cookie): (SocketAddr, &str)) -> Option<Json> {
    loop {
        let page = Request::new("GET", path).header("Cookie", cookie).send(address).ok()?.json();
        match page["state"].as_str().unwrap() {
            "done" => return Some(page),
            "failed" | "cancelled" => panic!("{page}"),
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn import_until_killed((address, cookie): (SocketAddr, &str), tried: &Tried) -> Vec<Answered> {
    let mut answered = Vec::new();
    loop {
        let sheet = tried.sheet.fetch_add(1, Ordering::Relaxed) + 1;
        let mut text = "统一社会信用代码,企业名称,区域,从业人数\n".to_owned();
        for row in 0..ROWS {
            writeln!(text, "{0},{0}号厂,西区,{row}", firm_of(sheet, row)).unwrap();
        }
        let request = Request::new("POST", "/api/imports")
            .header("Cookie", cookie)
            .form(&text, &[("kind", "firm"), ("on", TODAY), ("source", &format!("sheet {sheet}"))]);
        let Ok(answer) = request.send(address) else { return answered };
        assert_eq!(answer.status, 202, "{}", answer.text);
        let path = format!("/api/imports/{}", answer.json()["id"].as_str().unwrap());
        let Some(page) = ended(&path, (address, cookie)) else { return answered };
        assert_eq!(page["result"]["added"], ROWS, "{page}");
        answered.push(Answered::Import { kind: "firm", sheet, seq: page["seq"].as_i64().unwrap() });
        std::thread::sleep(PAUSE);
    }
}

fn pass_until_killed((address, cookie): (SocketAddr, &str)) -> Vec<Answered> {
    let mut answered = Vec::new();
    let request = Request::new("POST", "/api/passes").header("Cookie", cookie).json(&json!({"on": TODAY}));
    loop {
        let Ok(answer) = request.send(address) else { return answered };
        assert_eq!(answer.status, 202, "{}", answer.text);
        let path = format!("/api/jobs/{}", answer.json()["id"].as_str().unwrap());
        let Some(page) = ended(&path, (address, cookie)) else { return answered };
        answered.push(Answered::Pass { seq: page["pass"]["seq"].as_i64() });
        std::thread::sleep(PAUSE);
    }
}

/// `yingjin import` on the register that is being served, until `end`, at which it is killed.
fn import_beside(register: &Register, end: Instant, tried: &Tried) -> Vec<Answered> {
    let mut answered = Vec::new();
    loop {
        let sheet = tried.sheet.fetch_add(1, Ordering::Relaxed) + 1;
        let mut text = "家庭编号,区域,人均月收入\n".to_owned();
        for row in 0..ROWS {
            writeln!(text, "{},西区,{}", household_of(sheet, row), 400 + row).unwrap();
        }
        let path = register.folder.path().join(format!("{sheet}.csv"));
        std::fs::write(&path, text).unwrap();
        let mut command = register.command(&["import", "household", "--json", "--on", TODAY]);
        let mut child = command.arg(path).stdout(Stdio::piped()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if Instant::now() >= end {
                child.kill().unwrap();
                child.wait().unwrap();
                return answered;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["added"], ROWS, "{report}");
        answered.push(Answered::Import { kind: "household", sheet, seq: report["seq"].as_i64().unwrap() });
    }
}

fn firm_of(sheet: u64, row: u64) -> String {
    code(1_000 + sheet * ROWS + row)
}

fn household_of(sheet: u64, row: u64) -> String {
    format!("H{sheet}-{row}")
}

/// What was answered is in the register.
fn assert_kept(store: &Store, answered: &Answered) {
    let event = |seq: i64| store.event(seq).unwrap().unwrap_or_else(|| panic!("event {seq} is lost")).event;
    match answered {
        Answered::Change { firm, seq, insured, moved } => {
            let history = store.history("firm", &code(*firm)).unwrap();
            let entry = history.iter().find(|entry| entry.seq == *seq).unwrap();
            assert_eq!(entry.facts["insured"], *insured);
            if let Some(to) = moved {
                let verdicts = store.verdict_history("firm", &code(*firm)).unwrap();
                let next = verdicts.iter().find(|(found, change)| found > seq && change.from != change.to);
                assert_eq!(next.map(|(_, change)| change.to), Some(*to), "the verdict of event {seq}");
            }
        }
        Answered::Import { kind, sheet, seq } => {
            assert_eq!(event(*seq).event_type, EventType::Import);
            assert_eq!(rows_of(store, kind, *sheet), ROWS);
        }
        Answered::Pass { seq } => {
            assert!(seq.is_none_or(|seq| event(seq).event_type == EventType::Verdicts));
        }
    }
}

/// What each changed firm holds now is what was answered last, or what was tried since.
fn assert_between(store: &Store, answered: &[Answered], tried: &Tried) {
    for firm in 0..CHANGERS {
        let record = store.record("firm", &code(firm)).unwrap().unwrap();
        let insured = record.facts["insured"].as_u64().unwrap();
        let last = answered.iter().rev().find_map(|answered| match answered {
            Answered::Change { firm: of, insured, .. } if *of == firm => Some(*insured),
            _ => None,
        });
        let tried = tried.insured[firm as usize].load(Ordering::Relaxed);
        assert!(last.unwrap_or(0) <= insured && insured <= tried, "{last:?} {insured} {tried}");
    }
}

/// A sheet is in the register with all its rows, or with none.
fn assert_whole(store: &Store, sheet: u64) {
    for kind in ["firm", "household"] {
        let rows = rows_of(store, kind, sheet);
        assert!(rows == 0 || rows == ROWS, "sheet {sheet}: {rows} of {ROWS} {kind} rows");
    }
}

fn rows_of(store: &Store, kind: &str, sheet: u64) -> u64 {
    let id = |row| if kind == "firm" { firm_of(sheet, row) } else { household_of(sheet, row) };
    (0..ROWS).filter(|row| store.record(kind, &id(*row)).unwrap().is_some()).count() as u64
}
