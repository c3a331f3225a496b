//! Measures the server under load: filings acknowledged and durable, and pages of a worklist.
//!
//! ```text
//! bench-load PROGRAM CITY [--db URL] [--firms 100000] [--connections 64] [--seconds 20] [--runs 3]
//! ```
//!
//! Makes a register of made-up firms that each have a gap, a case, an account and a session; starts PROGRAM on it;
//! every firm files once. A run is a fresh stretch of firms. After all of them the register is opened again: whatever
//! was acknowledged is there, once, with its verdict and its case, and the chain is whole. The floor in the same run is
//! `/health` over the same connections: what the client and the protocol cost by themselves.

mod client;
mod register;

use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;
use client::{Answers, Next, send};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use model::event::EventType;
use serde_json::json;
use yingjin::pipeline::Pipeline;

const DAY: &str = "2020-02-18";

struct Options {
    program: PathBuf,
    city: PathBuf,
    db: Option<String>,
    firms: usize,
    connections: usize,
    seconds: u64,
    runs: usize,
}

fn options() -> Result<Options> {
    let usage =
        "usage: bench-load PROGRAM CITY [--db URL] [--firms N] [--connections N] [--seconds N] [--runs N]";
    let mut arguments = std::env::args().skip(1);
    let mut options = Options {
        program: arguments.next().context(usage)?.into(),
        city: arguments.next().context(usage)?.into(),
        db: None,
        firms: 100_000,
        connections: 64,
        seconds: 20,
        runs: 3,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--db" => options.db = Some(value),
            "--firms" => options.firms = value.parse()?,
            "--connections" => options.connections = value.parse()?,
            "--seconds" => options.seconds = value.parse()?,
            "--runs" => options.runs = value.parse()?,
            _ => bail!("{name} is not an option"),
        }
    }
    Ok(options)
}

/// The server; it ends with this.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() -> Result<()> {
    let options = options()?;
    let folder = std::env::temp_dir().join(format!("bench-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = measure(&options, &folder);
    std::fs::remove_dir_all(&folder)?;
    done
}

fn measure(options: &Options, folder: &std::path::Path) -> Result<()> {
    let on: NaiveDate = DAY.parse()?;
    let db = options.db.clone().unwrap_or_else(|| format!("sqlite://{}", folder.join("load.db").display()));
    let pipeline = Pipeline::open(&options.city, &db)?;
    ensure!(pipeline.store.last_seq()? == 0, "the register at {db} is not empty");
    let filled = register::fill(&pipeline, options.firms, on)?;
    let cases = pipeline.store.count_cases(&store::Worklist::default())?;
    println!("{} firms, {cases} cases, {} connections", options.firms, options.connections);
    drop(pipeline);

    let server = start(options, &db)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let most = Duration::from_secs(options.seconds);
    let run = |name: &str, status: u16, next: Arc<Next>| -> Result<Answers> {
        let answers = runtime.block_on(send(server.address, options.connections, most, next))?;
        println!(
            "{name:<44} {:>8.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms  most {:>7.2} ms  {:?}",
            answers.rate(status),
            answers.percentile(0.5),
            answers.percentile(0.99),
            answers.percentile(1.0),
            answers.statuses
        );
        Ok(answers)
    };
    let host = server.address.to_string();
    let get = |path: &'static str, token: String, count: usize| -> Arc<Next> {
        let host = host.clone();
        Arc::new(move |number| {
            let request =
                Request::get(path).header("host", &host).header("cookie", format!("yingjin={token}"));
            (number < count).then(|| request.body(Full::default()).ok()).flatten()
        })
    };
    let few = usize::MAX;
    for _ in 0..options.runs {
        run("floor: /health", 200, get("/health", String::new(), 200_000))?;
    }
    for _ in 0..options.runs {
        run("a page of the county's worklist", 200, get("/api/cases?limit=50", filled.officer.clone(), few))?;
    }
    let mut acknowledged = 0;
    let filers = Arc::new(filled.filers);
    let share = filers.len() / options.runs.max(1);
    for at in 0..options.runs {
        let (filers, host) = (Arc::clone(&filers), host.clone());
        let next: Arc<Next> = Arc::new(move |number| {
            if number >= share {
                return None;
            }
            let filer = filers.get(at * share + number)?;
            Request::post("/api/filings")
                .header("host", &host)
                .header("x-yingjin", "1")
                .header("content-type", "application/json")
                .header("cookie", format!("yingjin={}", filer.token))
                .body(filing(&filer.firm))
                .ok()
        });
        acknowledged += run("filings", 201, next)?.statuses.get(&201).copied().unwrap_or(0);
    }
    // What is written after the answer is written by then.
    std::thread::sleep(Duration::from_secs(3));
    drop(server);
    check(options, &db, acknowledged)
}

fn filing(firm: &str) -> Full<Bytes> {
    let facts = json!({
        "planned_on": "2020-02-20", "address": "示例路1号（虚构）", "officer": "示例人（虚构）", "officer_phone": "000-0000",
        "staff_total": 40, "staff_first": 12, "staff_high_risk": 0, "staff_other_province": 1, "staff_isolated": 0,
        "masks": 400, "mask_days": 16, "disinfectant_l": "20.0", "thermometers": 2, "canteen": "boxed",
        "dormitory": false, "plan_ready": true, "safety_checked": true, "main_problem": "none",
    });
    let ticked = [
        "first-responsible",
        "staff-listed",
        "temperature",
        "supplies",
        "disinfection",
        "distance",
        "visitors",
        "truth",
        "safety",
        "breach",
    ];
    let filing = json!({
        "form": "resume-work", "key": format!("bench-{firm}"), "facts": facts, "ticked": ticked, "signature": "示例人（虚构）",
    });
    Full::new(Bytes::from(filing.to_string()))
}

fn start(options: &Options, db: &str) -> Result<Server> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let child = Command::new(&options.program)
        .arg("serve")
        .arg("--city")
        .arg(&options.city)
        .args(["--db", db, "--on", DAY, "--listen", &address.to_string()])
        .env("YINGJIN_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()
        .context("the program does not start")?;
    let server = Server { child, address };
    for _ in 0..600 {
        if std::net::TcpStream::connect(address).is_ok() {
            // Today is judged once the first page has answered.
            std::thread::sleep(Duration::from_secs(3));
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the server does not answer")
}

/// Whatever was acknowledged is there, once, with what follows from it.
fn check(options: &Options, db: &str, acknowledged: usize) -> Result<()> {
    let pipeline = Pipeline::open(&options.city, db)?;
    let (mut filings, mut after) = (0, 0);
    loop {
        let events = pipeline.store.events(after, 4096)?;
        filings += events.iter().filter(|stored| stored.event.event_type == EventType::Filing).count();
        match events.last() {
            Some(last) => after = last.seq,
            None => break,
        }
    }
    ensure!(filings == acknowledged, "{acknowledged} filings were acknowledged, {filings} are there");
    let mut done = 0;
    pipeline.store.each_standing("resume-work", |verdict| {
        done += usize::from(verdict.standing == model::Standing::Done);
    })?;
    let live = pipeline.store.records_with_cases("resume-work")?.len();
    let verified = pipeline.store.verify(|_| ControlFlow::Continue(()))?;
    println!(
        "{filings} filings are there, {done} duties done, {live} cases live of {}; broken: {:?}",
        options.firms, verified.broken
    );
    ensure!(done == filings && live == options.firms - filings, "verdicts or cases are behind");
    Ok(())
}
