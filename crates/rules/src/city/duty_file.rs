//! `duties/**/*.toml`: one version of a duty, with its cases.

use model::duty::{Amount, Clause, Done, Mode, Validity};
use model::{Duty, Label};

use super::case_file::{self, CaseDraft};
use super::mistake;
use super::name;
use super::read::Table;
use super::source::{At, Log, Written};

/// A duty as its file words it, with the places of its parts.
pub(super) struct DutyDraft<'a> {
    pub duty: Duty,
    pub at: At,
    pub kind: Written,
    pub owner: Written,
    pub bearer: Option<Written>,
    pub beneficiary: Option<Written>,
    /// The place of each span, in the order of `duty.valid`.
    pub valid: Vec<At>,
    pub should: Vec<Written>,
    pub exempt: Vec<Written>,
    pub done: DoneDraft,
    pub amount: Option<Written>,
    pub amount_unit: Option<Written>,
    pub arises: Option<Written>,
    pub cases: Vec<CaseDraft<'a>>,
}

/// Places of the parts of `[done]`.
pub(super) struct DoneDraft {
    pub from: Option<Written>,
    pub by: Option<Written>,
    pub states: Vec<Written>,
    pub when: Written,
    pub paid: Option<Written>,
    pub on: Option<Written>,
}

pub(super) fn read<'a>(table: &Table<'a>, log: &'a Log) -> Option<DutyDraft<'a>> {
    let id = name::id(log, table.need_text("id"));
    let verb = table.need_text("verb");
    let title = table.need_label("title");
    let summary = table.label("summary");
    let kind = table.need_text("kind");
    let basis = table.need_basis();
    let valid = valid(table, log);
    let mode = table.need_text("mode").and_then(|written| mode(&written, log));
    let owner = table.need_text("owner");
    let bearer = table.text("bearer");
    let beneficiary = table.text("beneficiary");
    let days = table.need("days").and_then(|cell| {
        let days = u32::try_from(cell.int()?).ok();
        if days.is_none() {
            let wanted = ("不小于 0 的天数", "a number of days, 0 or more");
            log.error(&cell.at, "wrong-value", mistake::value_type(wanted, "days"));
        }
        days
    });
    let arises = table.text("arises");
    let should = clauses(table, "should", log);
    let exempt = clauses(table, "exempt", log);
    let done = table.need("done").and_then(|cell| cell.table()).and_then(done);
    let amount = table.get("amount").and_then(|cell| cell.table()).map(|table| {
        let (value, unit) = (table.need_text("value"), table.need_text("unit"));
        table.finish();
        (value, unit)
    });
    let cases = table.tables("case").into_iter().filter_map(case_file::read).collect();

    if let (Some(should), Some(id)) = (&should, &id)
        && should.is_empty()
    {
        log.error(&id.at, "no-should", mistake::no_should());
    }
    let (id, kind, owner) = (id?, kind?, owner?);
    let (valid, spans): (Vec<Validity>, Vec<At>) = valid?.into_iter().unzip();
    let (should, should_at): (Vec<Clause>, Vec<Written>) = should?.into_iter().unzip();
    let (exempt, exempt_at): (Vec<Clause>, Vec<Written>) = exempt?.into_iter().unzip();
    let (done, done_at) = done?;
    let (amount, amount_unit) = match amount {
        Some((value, unit)) => (Some(value?), Some(unit?)),
        None => (None, None),
    };
    let duty = Duty {
        id: id.text.as_str().into(),
        verb: verb?.text,
        title: title?,
        summary,
        basis: basis?,
        kind: kind.text.as_str().into(),
        valid,
        mode: mode?,
        owner: owner.text.as_str().into(),
        bearer: bearer.as_ref().map(|bearer| bearer.text.as_str().into()),
        beneficiary: beneficiary.as_ref().map(|path| path.text.clone()),
        days: days?,
        should,
        exempt,
        done,
        amount: amount
            .as_ref()
            .zip(amount_unit.as_ref())
            .map(|(value, unit)| Amount { value: value.text.clone(), unit: unit.text.clone() }),
        arises: arises.as_ref().map(|arises| arises.text.clone()),
    };
    Some(DutyDraft {
        duty,
        at: id.at,
        kind,
        owner,
        bearer,
        beneficiary,
        valid: spans,
        should: should_at,
        exempt: exempt_at,
        done: done_at,
        amount,
        amount_unit,
        arises,
        cases,
    })
}

/// The spans of validity, in order and apart.
fn valid(table: &Table<'_>, log: &Log) -> Option<Vec<(Validity, At)>> {
    let cell = table.need("valid")?;
    let mut spans = Vec::new();
    let mut whole = true;
    for table in cell.list()?.iter().filter_map(|cell| cell.table()) {
        let (from, to, doc) = (table.need_day("from"), table.day("to"), table.text("doc"));
        let at = table.at.clone();
        table.finish();
        let Some(from) = from else {
            whole = false;
            continue;
        };
        if to.is_some_and(|to| to < from) {
            log.error(&at, "ends-before-start", mistake::ends_before_start());
        }
        spans.push((Validity { from, to, doc: doc.map(|doc| doc.text) }, at));
    }
    if spans.is_empty() && whole {
        log.error(&cell.at, "no-span", mistake::no_span());
    }
    spans.sort_by_key(|(span, _)| span.from);
    for pair in spans.windows(2) {
        let [(first, _), (second, at)] = pair else { continue };
        if first.to.is_none_or(|to| to >= second.from) {
            log.error(at, "overlap", mistake::overlap(&format!("valid, from = {}", first.from)));
        }
    }
    whole.then_some(spans)
}

fn mode(written: &Written, log: &Log) -> Option<Mode> {
    match written.text.as_str() {
        "automatic" => Some(Mode::Automatic),
        "claim" => Some(Mode::Claim),
        "third-party" => Some(Mode::ThirdParty),
        "visit" => Some(Mode::Visit),
        other => {
            let modes = ["automatic", "claim", "third-party", "visit"];
            log.error(&written.at, "unknown-choice", mistake::choice(other, &modes));
            None
        }
    }
}

fn clauses(table: &Table<'_>, key: &'static str, log: &Log) -> Option<Vec<(Clause, Written)>> {
    let mut clauses: Vec<(Clause, Written)> = Vec::new();
    let mut whole = true;
    for table in table.tables(key) {
        let id = name::id(log, table.need_text("id"));
        let label: Option<Label> = table.need_label("label");
        let when = table.need_text("when");
        table.finish();
        let (Some(id), Some(label), Some(when)) = (id, label, when) else {
            whole = false;
            continue;
        };
        if clauses.iter().any(|(clause, _)| clause.id.as_str() == id.text) {
            log.error(&id.at, "twice", mistake::twice(("条款", "clause"), &id.text, key));
        }
        clauses.push((Clause { id: id.text.into(), label, when: when.text.clone() }, when));
    }
    whole.then_some(clauses)
}

fn done(table: Table<'_>) -> Option<(Done, DoneDraft)> {
    let from = table.text("from");
    let by = table.text("by");
    let states = table.texts("states");
    let when = table.need_text("when");
    let paid = table.text("paid");
    let on = table.text("on");
    table.finish();
    let when = when?;
    let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.clone());
    let done = Done {
        from: from.as_ref().map(|from| from.text.as_str().into()),
        by: by.as_ref().map(|by| by.text.as_str().into()),
        states: states.iter().map(|state| state.text.clone()).collect(),
        when: when.text.clone(),
        paid: text(&paid),
        on: text(&on),
    };
    Some((done, DoneDraft { from, by, states, when, paid, on }))
}
