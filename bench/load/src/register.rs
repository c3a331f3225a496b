//! A made-up register whose every firm owes a filing, with an account and an open session for each.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::{NaiveDate, TimeDelta};
use model::event::{Event, EventType};
use model::{Change, Value};
use serde_json::json;
use store::{Account, Role};
use yingjin::account::{new_token, token_hash};
use yingjin::clock;
use yingjin::pipeline::{Origin, Pipeline};

/// The area that all firms lie in.
pub const AREA: &str = "411081";
/// Changes of one event.
const CHUNK: usize = 50_000;
/// Threads that make accounts: they share commits.
const MAKERS: usize = 16;

/// Who files.
pub struct Filer {
    /// Its code.
    pub firm: String,
    /// The token of its session.
    pub token: String,
}

/// What [`fill`] leaves.
pub struct Filled {
    /// Every firm.
    pub filers: Vec<Filer>,
    /// The token of an officer of the firms' area.
    pub officer: String,
}

/// Fills an empty register with firms; judges the day, so that each has its gap and its case.
pub fn fill(pipeline: &Pipeline, firms: usize, on: NaiveDate) -> Result<Filled> {
    let codes: Vec<String> = (0..firms)
        .map(|number| model::uscc::complete(&format!("91000000XY{number:07}")).map_err(anyhow::Error::from))
        .collect::<Result<_>>()?;
    for chunk in codes.chunks(CHUNK) {
        let changes = chunk.iter().map(|code| firm(code, on)).collect();
        pipeline.store.append(event(EventType::Change, on), changes)?;
    }
    let origin = Origin { actor: "bench".to_owned(), at: clock::now_on(on) };
    let snapshot = pipeline.judge(on).context("the made-up register cannot be judged")?;
    pipeline.record_pass(&snapshot, &origin, |_, _| true)?;
    pipeline.reconcile(&snapshot, &origin)?;
    drop(snapshot);

    let mut filers: Vec<Filer> = codes.into_iter().map(|firm| Filer { firm, token: new_token() }).collect();
    let share = filers.len().div_ceil(MAKERS).max(1);
    std::thread::scope(|scope| {
        let makers: Vec<_> = filers
            .chunks(share)
            .map(|filers| {
                scope.spawn(move || {
                    filers.iter().try_for_each(|filer| {
                        let record = Some(("firm".into(), filer.firm.as_str().into()));
                        let account = Account { record, ..account(&filer.firm, Role::Firm) };
                        open(pipeline, account, &filer.token, on)
                    })
                })
            })
            .collect();
        makers
            .into_iter()
            .try_for_each(|maker| maker.join().unwrap_or_else(|_| anyhow::bail!("a maker panicked")))
    })?;
    let officer = new_token();
    open(
        pipeline,
        Account { area: Some(AREA.into()), ..account("bench-county", Role::County) },
        &officer,
        on,
    )?;
    filers.shrink_to_fit();
    Ok(Filled { filers, officer })
}

fn firm(code: &str, on: NaiveDate) -> Change {
    let text = |text: String| Some(Value::Text(text));
    let facts = BTreeMap::from([
        ("uscc".into(), text(code.to_owned())),
        ("name".into(), text(format!("测量用企业{code}（虚构）"))),
        ("area".into(), text(AREA.to_owned())),
        ("address".into(), text("示例路1号（虚构）".to_owned())),
        ("staff".into(), Some(Value::Int(40))),
        ("above_scale".into(), Some(Value::Bool(true))),
        ("essential".into(), Some(Value::Bool(true))),
        ("kwh_day".into(), Some(Value::Decimal(900.into()))),
        ("normal_kwh_day".into(), Some(Value::Decimal(1000.into()))),
        ("power_back_on".into(), Some(Value::Date(on))),
    ]);
    Change { kind: "firm".into(), id: code.into(), on, facts }
}

fn event(event_type: EventType, on: NaiveDate) -> Event {
    Event { event_type, at: clock::now(), on, actor: "bench".to_owned(), synthetic: true, summary: json!({}) }
}

/// An account that nobody can sign in with: its sessions are opened here.
fn account(name: &str, role: Role) -> Account {
    let password_hash = "none".to_owned();
    Account {
        name: name.to_owned(),
        password_hash,
        role,
        area: None,
        department: None,
        record: None,
        closed: false,
    }
}

fn open(pipeline: &Pipeline, account: Account, token: &str, on: NaiveDate) -> Result<()> {
    let name = account.name.clone();
    pipeline.store.create_account(account, event(EventType::Account, on))?;
    Ok(pipeline.store.open_session(&token_hash(token), &name, clock::now() + TimeDelta::days(1))?)
}
