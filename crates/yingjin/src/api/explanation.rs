//! Why a record stands where it stands for a duty, clause by clause.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use model::{DutyId, FactId, FactType, KindId, RecordId};
use rules::evaluate::Setting;
use rules::explain::{self, Failing, Reason, explain};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use store::Provenance;
use utoipa::ToSchema;

use super::app::App;
use super::duties::ParameterOn;
use super::exemptions::{Exemption, Place as ExemptionPlace};
use super::extract::{Path, Query};
use super::problem::Problem;
use super::records::Day;
use super::right::{May, ReadRecord};
use super::scope::Scope;
use super::session::RecordRef;
use super::view::View;
use super::words::{Basis, Standing, Truth, Words};

/// The reasons of one verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The day.
    pub on: NaiveDate,
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The version of the rules.
    pub version: String,
    /// The document that makes it binding.
    pub basis: Basis,
    /// The record.
    pub record: RecordRef,
    /// The set it is in.
    pub standing: Standing,
    /// Whether it is owed.
    pub should: Truth,
    /// Whether it has been served.
    pub done: Truth,
    /// Whether an exemption holds.
    pub exempt: Truth,
    /// What is owed.
    pub amount: Option<Decimal>,
    /// What has been paid.
    pub paid: Option<Decimal>,
    /// The unit of both.
    pub unit: Option<String>,
    /// The day it arose.
    pub arose_on: Option<NaiveDate>,
    /// The last day for serving it.
    pub due_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
    /// What makes it owed, clause by clause.
    pub clauses: Vec<ClauseReason>,
    /// What would release from it.
    pub exemptions: Vec<ClauseReason>,
    /// Exemptions by hand that were ever given, the last first.
    pub by_hand: Vec<Exemption>,
    /// Whether this reader may exempt it by hand: today, where there is a gap, or it is not known that there is none.
    pub may_exempt: bool,
    /// What shows that it has been served.
    pub evidence: ClauseReason,
    /// The kind whose records are the evidence, where it is not the record itself.
    pub evidence_from: Option<String>,
    /// What the amount was computed from.
    pub amount_from: Option<FigureReason>,
    /// Whether it fails one clause alone.
    pub near_miss: bool,
    /// For an unknown: the facts to ask for, the one that settles most first.
    pub ask: Vec<AskFact>,
}

/// One clause and how it came out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClauseReason {
    /// `state-lessor`; none for the evidence.
    pub id: Option<String>,
    /// What it says.
    pub label: Option<Words>,
    /// The condition, an expression.
    pub when: String,
    /// How it came out.
    pub truth: Truth,
    /// The facts it read.
    pub facts: Vec<FactRead>,
    /// The parameters it read.
    pub parameters: Vec<ParameterOn>,
    /// For a no: what would have to be different.
    pub otherwise: Vec<Words>,
}

/// What a number was computed from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FigureReason {
    /// The expression.
    pub from: String,
    /// The facts it read.
    pub facts: Vec<FactRead>,
    /// The parameters it read.
    pub parameters: Vec<ParameterOn>,
}

/// A fact that a clause read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactRead {
    /// The dotted path as the rule writes it.
    pub path: String,
    /// What people call it.
    pub label: Words,
    /// The record that holds it.
    pub record: RecordRef,
    /// The fact's id there.
    pub fact: String,
    /// The value; none if not known or masked.
    #[schema(value_type = Option<Value>)]
    pub value: Option<serde_json::Value>,
    /// The value as people read it.
    pub display: Option<Words>,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// Whether it is known but masked.
    pub masked: bool,
    /// Whether it is computed.
    pub derived: bool,
    /// The computed facts it was read for, outermost first, as paths.
    pub via: Vec<String>,
    /// The day it holds from.
    pub on: Option<NaiveDate>,
    /// When we learned it.
    pub at: Option<DateTime<Utc>>,
    /// Where it came from.
    pub source: Option<String>,
    /// Whether it is made up.
    pub synthetic: bool,
}

/// A fact to ask for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AskFact {
    /// The dotted path.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The question, if it may be asked.
    pub question: Option<Words>,
}

/// Why a record stands where it stands for a duty.
#[utoipa::path(get, path = "/api/records/{kind}/{id}/duties/{duty}", tag = "records",
    params(("kind" = String, Path), ("id" = String, Path), ("duty" = String, Path), Day),
    responses((status = 200, body = Explanation), Problem))]
pub async fn explanation(
    State(app): State<App>,
    account: May<ReadRecord>,
    Path((kind, id, duty)): Path<(String, String, String)>,
    Query(day): Query<Day>,
) -> Result<Json<Explanation>, Problem> {
    let on = app.day(Some(&account), day.on)?;
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.read(on, |view| {
            let (place, row) = scope.find(view.snapshot, &kind, &id)?;
            let version = app.rules().duties.iter().find(|version| version.duty.id.as_str() == duty);
            let seen = version.filter(|version| version.kind == place && scope.sees_duty(&version.duty));
            seen.ok_or_else(|| Problem::not_found(&duty))?;
            let (duty, record) = (DutyId::from(duty.as_str()), view.id(place, row));
            let setting = Setting::on(on);
            let found = explain(app.rules(), &view.snapshot.tables, (&duty, record), &setting);
            let found = found.ok_or_else(|| Problem::not_found(duty.as_str()))?;
            let mut reasons =
                Reasons { app, view, own: scope.own_only().then_some((&kind, &id)), told: BTreeMap::new() };
            let mut explanation = reasons.explanation(found)?;
            if let Some(duty) = view.duty(duty.as_str()) {
                let place = ExemptionPlace { duty, kind: place, row };
                explanation.by_hand = app.exemptions_of(&account, view, place)?;
                explanation.may_exempt = on == app.today() && app.may_exempt_now(&account, view, place)?;
            }
            if let Some(pass) = view.snapshot.pass.duty(&duty) {
                let gathered = app.days.pipeline().figures(view.snapshot, pass)?;
                let figures = view.verdict_figures(pass, row, &gathered);
                explanation.arose_on = figures.arose_on;
                explanation.due_on = figures.due_on;
                explanation.met_on = figures.met_on;
            }
            Ok(Json(explanation))
        })
    })
    .await
}

/// Puts reasons into the words of the API, and says where each fact came from.
struct Reasons<'a> {
    app: &'a App,
    view: View<'a>,
    /// For a reader who may see one record only: that record. Facts of others are masked.
    own: Option<(&'a String, &'a String)>,
    told: BTreeMap<(KindId, RecordId), BTreeMap<FactId, Provenance>>,
}

impl Reasons<'_> {
    fn explanation(&mut self, found: explain::Explanation) -> Result<Explanation, Problem> {
        let unit = found.amount.as_ref().or(found.paid.as_ref()).and_then(|figure| figure.unit.clone());
        let View { rules, snapshot } = self.view;
        let pass = snapshot.pass.duties.iter().find(|pass| pass.duty == found.duty);
        let from = pass.and_then(|pass| rules.duties[pass.index].duty.done.from.as_ref());
        let evidence_from = from.map(ToString::to_string);
        Ok(Explanation {
            on: found.on,
            duty: found.duty.to_string(),
            title: Words::from(&found.title),
            version: found.version,
            basis: Basis::from(&found.basis),
            record: RecordRef { kind: found.kind.to_string(), id: found.record.to_string() },
            standing: found.standing.into(),
            should: found.should.into(),
            done: found.done.into(),
            exempt: found.exempt.into(),
            amount: found
                .amount
                .as_ref()
                .filter(|_| found.standing.is_owed())
                .and_then(|figure| figure.value),
            paid: found.paid.as_ref().and_then(|figure| figure.value),
            unit,
            arose_on: None,
            due_on: None,
            met_on: None,
            clauses: self.reasons(found.clauses)?,
            exemptions: self.reasons(found.exemptions)?,
            by_hand: vec![],
            may_exempt: false,
            evidence: self.reason(found.evidence)?,
            evidence_from,
            amount_from: found.amount.map(|figure| self.figure(figure)).transpose()?,
            near_miss: found.near_miss,
            ask: found
                .ask
                .into_iter()
                .map(|ask| AskFact {
                    fact: ask.path,
                    label: Words::from(&ask.label),
                    question: ask.question.as_ref().map(Words::from),
                })
                .collect(),
        })
    }

    fn reasons(&mut self, reasons: Vec<Reason>) -> Result<Vec<ClauseReason>, Problem> {
        reasons.into_iter().map(|reason| self.reason(reason)).collect()
    }

    fn reason(&mut self, reason: Reason) -> Result<ClauseReason, Problem> {
        let masks = |read: &explain::FactRead| read.personal || self.is_anothers(&read.kind, &read.record);
        // What would have to differ tells what is: not where a fact is masked.
        let is_shown = !reason.facts.iter().any(masks);
        let otherwise =
            reason.ways.iter().filter(|_| is_shown).map(|way| otherwise(self.view, way)).collect();
        Ok(ClauseReason {
            id: reason.id.map(|id| id.to_string()),
            label: reason.label.as_ref().map(Words::from),
            when: reason.when,
            truth: reason.truth.into(),
            facts: self.facts(reason.facts)?,
            parameters: reason.parameters.into_iter().map(ParameterOn::from).collect(),
            otherwise,
        })
    }

    fn figure(&mut self, figure: explain::Figure) -> Result<FigureReason, Problem> {
        Ok(FigureReason {
            from: figure.from,
            facts: self.facts(figure.facts)?,
            parameters: figure.parameters.into_iter().map(ParameterOn::from).collect(),
        })
    }

    fn facts(&mut self, reads: Vec<explain::FactRead>) -> Result<Vec<FactRead>, Problem> {
        reads.into_iter().map(|read| self.fact(read)).collect()
    }

    fn is_anothers(&self, kind: &KindId, record: &RecordId) -> bool {
        // Records that describe areas are nobody's.
        let describes_areas = || {
            let facts = self.view.rules.kinds.iter().flat_map(|kind| &kind.facts);
            facts
                .into_iter()
                .any(|fact| matches!(&fact.fact_type, FactType::Area { to: Some(to) } if to == kind))
        };
        self.own.is_some_and(|(own_kind, own_id)| {
            (own_kind != kind.as_str() || own_id != record.as_str()) && !describes_areas()
        })
    }

    fn fact(&mut self, read: explain::FactRead) -> Result<FactRead, Problem> {
        let known = read.value.is_some();
        let masked = known && (read.personal || self.is_anothers(&read.kind, &read.record));
        let value = read.value.filter(|_| !masked);
        let declared =
            self.view.rules.kind(read.kind.as_str()).and_then(|(_, kind)| kind.fact(read.fact.as_str()));
        let display = match (declared, &value) {
            (Some(fact), Some(value)) => self.view.display(fact, value),
            _ => None,
        };
        let source =
            if read.derived || masked { None } else { self.source(&read.kind, &read.record, &read.fact)? };
        Ok(FactRead {
            path: read.path,
            label: Words::from(&read.label),
            record: RecordRef { kind: read.kind.to_string(), id: read.record.to_string() },
            fact: read.fact.to_string(),
            value: value.map(|value| json!(value)),
            display,
            unit: read.unit.map(|unit| unit.to_string()),
            masked,
            derived: read.derived,
            via: read.via,
            on: source.as_ref().map(|source| source.on),
            at: source.as_ref().map(|source| source.at),
            synthetic: source.as_ref().is_some_and(|source| source.synthetic),
            source: source.and_then(|source| source.source),
        })
    }

    fn source(&mut self, kind: &KindId, id: &RecordId, fact: &FactId) -> Result<Option<Provenance>, Problem> {
        let key = (kind.clone(), id.clone());
        if !self.told.contains_key(&key) {
            let told = self.app.store().provenance(kind.as_str(), id.as_str())?;
            self.told.insert(key.clone(), told);
        }
        Ok(self.told.get(&key).and_then(|told| told.get(fact)).cloned())
    }
}

impl From<explain::ParameterHeld> for ParameterOn {
    fn from(held: explain::ParameterHeld) -> Self {
        let values: Vec<String> = held.values.iter().map(ToString::to_string).collect();
        Self {
            id: held.id.to_string(),
            label: Words::from(&held.label),
            value: (!values.is_empty()).then(|| values.join(", ")),
            unit: held.unit.map(|unit| unit.to_string()),
            from: held.from,
            area: held.area.map(|area| area.to_string()),
            basis: held.basis.as_ref().map(Basis::from),
            unset: held.unset.as_ref().map(Words::from),
        }
    }
}

/// One way to a yes, in words: every condition that would have to be different. A condition that one fact can turn is
/// said by the facts; the others as the rule has them, in words, with what they come to now.
fn otherwise(view: View, way: &[Failing]) -> Words {
    let mut words = Words::default();
    for (at, failing) in way.iter().enumerate() {
        if at > 0 {
            words.zh += "；并且";
            words.en += "; and ";
        }
        if failing.changes.is_empty() {
            words.zh += &failing.says.zh;
            words.en += &failing.says.en;
        }
        for (at, change) in failing.changes.iter().enumerate() {
            let declared =
                view.rules.kind(change.kind.as_str()).and_then(|(_, kind)| kind.fact(change.fact.as_str()));
            let shown: Vec<Words> = change
                .to
                .iter()
                .map(|value| {
                    let display = declared.and_then(|fact| view.display(fact, value));
                    display.unwrap_or_else(|| Words::new(value.to_string(), value.to_string()))
                })
                .collect();
            let zh: Vec<&str> = shown.iter().map(|words| words.zh.as_str()).collect();
            let en: Vec<&str> = shown.iter().map(|words| words.en.as_str()).collect();
            let joint = if at == 0 { ("", "") } else { ("，或 ", ", or ") };
            words.zh += &format!("{}{}改为 {}", joint.0, change.label.zh, zh.join(" 或 "));
            words.en += &format!("{}{} would have to be {}", joint.1, change.label.en, en.join(" or "));
        }
    }
    words
}
