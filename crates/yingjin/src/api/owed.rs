//! What am I owed: a firm's own page, open to everybody.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use chrono::NaiveDate;
use model::{Duty, KindId, RecordId, Value};
use rules::evaluate::{Judged, Setting};
use rules::explain::Reading;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::App;
use super::asker::{Asker, Verdicts};
use super::city::{FactTypeName, OptionShape};
use super::extract::Body;
use super::problem::{Kind as ProblemKind, Problem};
use super::right::{May, SignIn};
use super::view::View;
use super::words::{Basis, Mode, Span, Standing, Truth, Words};
use crate::account;

/// Who asks: a code, or answers to questions, or both.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct OwedRequest {
    /// The firm's unified social credit code.
    pub uscc: Option<String>,
    /// Answers by the `fact` of a question: `{"staff": 12, "lease:monthly_rent": "4000.00"}`; they count for this page
    /// only.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub answers: BTreeMap<String, serde_json::Value>,
    /// The day; today unless said. Other days only for those who read lists.
    pub on: Option<NaiveDate>,
}

/// Every measure that concerns the firm.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Owed {
    /// The day.
    pub on: NaiveDate,
    /// The firm, where its code is in the register.
    pub firm: Option<OwedFirm>,
    /// What the answers told, as it was understood.
    pub known: Vec<KnownFact>,
    /// Measures, what is owed first.
    pub measures: Vec<Measure>,
    /// The few questions that matter, the one that settles most first.
    pub questions: Vec<Question>,
    /// Whether anything read was made up.
    pub synthetic: bool,
}

/// The firm of the code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwedFirm {
    /// Its name; all but its first and last characters hidden unless it is the signed-in firm's own.
    pub name: Option<String>,
    /// Whether the reader is signed in as this firm, so that what the register knows is used and shown.
    pub own: bool,
}

/// An answer as it was understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KnownFact {
    /// The fact.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The value as people read it.
    pub display: Words,
}

/// One measure and the answer to "am I owed it?"
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Measure {
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// The form of the promise.
    pub verb: String,
    /// What the firm gets and what to do.
    pub summary: Option<Words>,
    /// Whether it is owed.
    pub answer: Truth,
    /// Where the firm stands; only for the firm itself, signed in.
    pub standing: Option<Standing>,
    /// What is owed, as far as it is known.
    pub amount: Option<Decimal>,
    /// What has been paid; only for the firm itself, signed in.
    pub paid: Option<Decimal>,
    /// The unit of both.
    pub unit: Option<String>,
    /// Who has to move first.
    pub mode: Mode,
    /// The department that answers for it.
    pub owner: String,
    /// Who acts, in words.
    pub who_acts: Words,
    /// Working days in which it is due.
    pub days: u32,
    /// The last day for serving it; only for the firm itself, signed in.
    pub due_on: Option<NaiveDate>,
    /// The span it is in force for.
    pub valid: Option<Span>,
    /// The document that makes it binding.
    pub basis: Basis,
    /// Why, in a sentence.
    pub reason: Words,
}

/// A question worth asking.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Question {
    /// What to send the answer under: `staff`, `lease:lessor.ownership`.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// The question.
    pub question: Words,
    /// The type of the answer.
    #[serde(rename = "type")]
    pub fact_type: FactTypeName,
    /// Its unit, for numbers.
    pub unit: Option<String>,
    /// The answers to choose from, for codes and areas.
    pub options: Vec<OptionShape>,
    /// How many open answers turn on it.
    pub settles: u32,
}

/// The most answers that are taken.
const ANSWERS_MAX: usize = 100;
/// Answers yes, no or unknown for every measure that concerns a firm, and asks what matters.
///
/// Without being signed in as the firm, a code shows only that the register has it, and its name with all but the ends
/// hidden: the verdicts come from the answers alone, since a yes or a no would tell facts of the firm
/// (docs/decisions/0005).
#[utoipa::path(post, path = "/api/owed", tag = "owed", request_body = OwedRequest,
    responses((status = 200, body = Owed), Problem))]
pub async fn owed(
    State(app): State<App>,
    account: Option<May<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(request): Body<OwedRequest>,
) -> Result<Json<Owed>, Problem> {
    app.count_asker(&app.asked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
    let on = app.day(account.as_deref(), request.on)?;
    app.blocking(move |app| {
        let own = account.as_ref().and_then(|account| account.record.clone());
        app.read(on, |view| answer(view, own.as_ref(), &request)).map(Json)
    })
    .await
}

fn answer(view: View, own: Option<&(KindId, RecordId)>, request: &OwedRequest) -> Result<Owed, Problem> {
    let rules = view.rules;
    let (kind, code) = account::firm_kind(rules).ok_or_else(|| {
        Problem::new(
            ProblemKind::NotFound,
            "本市没有以统一社会信用代码登记的主体。",
            "The city keeps no records by unified social credit code.",
        )
    })?;
    if request.answers.len() > ANSWERS_MAX {
        return Err(Problem::field("answers", "填写的内容过多。", "There are too many answers."));
    }
    let asked = request.uscc.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let asked = asked.map(model::uscc::parse).transpose().map_err(|error| {
        Problem::field(
            "uscc",
            "统一社会信用代码不正确：应为18位，请对照营业执照检查。",
            format!("This is no unified social credit code: {error}"),
        )
    })?;
    let row = match &asked {
        Some(text) => row_of_code(view, kind, code.as_str(), text),
        None => own
            .filter(|(own, _)| *own == view.kind(kind).id)
            .and_then(|(_, id)| view.snapshot.tables.row(kind, id)),
    };
    let is_own = row.is_some_and(|row| own.is_some_and(|(_, id)| id == view.id(kind, row)));
    let who = row.filter(|_| is_own).map(|row| view.id(kind, row).clone());
    let asker = Asker::new(view, kind, who, &request.answers)?;
    let setting = Setting::on(view.snapshot.on);
    let mut reading = Reading::new(rules, &asker, &setting);
    let verdicts = asker.judge(&mut reading);
    let mut measures: Vec<Measure> = verdicts.iter().filter_map(|verdicts| asker.measure(verdicts)).collect();
    measures.sort_by_key(|measure| match measure.answer {
        Truth::Yes => 0,
        Truth::Unknown => 1,
        Truth::No => 2,
    });
    Ok(Owed {
        on: view.snapshot.on,
        firm: row.map(|row| {
            let name = view.name(kind, row);
            OwedFirm { name: if is_own { name } else { name.map(|name| hidden(&name)) }, own: is_own }
        }),
        known: asker.known(),
        measures,
        questions: asker.questions(&mut reading, &verdicts),
        synthetic: row.is_some_and(|row| view.snapshot.is_synthetic(kind, row)),
    })
}

/// Every measure that concerns a firm of the register, judged by its own record, in the order of the rules.
pub(super) fn measures(view: View, kind: usize, row: usize) -> Result<Vec<Measure>, Problem> {
    let asker = Asker::new(view, kind, Some(view.id(kind, row).clone()), &BTreeMap::new())?;
    let setting = Setting::on(view.snapshot.on);
    let verdicts = asker.judge(&mut Reading::new(view.rules, &asker, &setting));
    Ok(verdicts.iter().filter_map(|verdicts| asker.measure(verdicts)).collect())
}

/// The row of the firm with a code.
fn row_of_code(view: View, kind: usize, fact: &str, code: &str) -> Option<usize> {
    let by_id = view.snapshot.row(kind, code);
    by_id.or_else(|| {
        let place = view.kind(kind).facts.iter().position(|known| known.id.as_str() == fact)?;
        let table = view.snapshot.tables.table(kind);
        (0..table.len()).find(|row| table.value(*row, place) == Some(Value::Text(code.to_owned())))
    })
}

/// A name with all but its first and last characters hidden: enough to see that a code was typed right.
fn hidden(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    match characters.as_slice() {
        [first, .., last] if characters.len() > 2 => format!("{first}****{last}"),
        _ => "****".to_owned(),
    }
}

impl Asker<'_> {
    /// One measure for the firm; none where no record of it is left.
    fn measure(&self, verdicts: &Verdicts) -> Option<Measure> {
        let rules = self.view.rules;
        let declared: &Duty = &rules.duties[verdicts.index].duty;
        let judged: Vec<&Judged> = verdicts.judged.iter().map(|(judged, _)| judged).collect();
        let should = judged.iter().map(|judged| judged.should).reduce(|a, b| a | b)?;
        // What decides the answer: for a yes those owed, for an unknown those open, for a no any.
        let deciding: Vec<&Judged> =
            judged.iter().copied().filter(|judged| judged.should == should).collect();
        let is_shown = should != model::Truth::No;
        let sum = |number: fn(&Judged) -> Option<Decimal>| {
            let known: Vec<Decimal> = deciding.iter().filter_map(|judged| number(judged)).collect();
            (!known.is_empty() && is_shown).then(|| known.iter().sum())
        };
        let own_standing =
            || judged.iter().map(|judged| judged.standing).min_by_key(|standing| urgency(*standing));
        let arose = deciding.iter().filter_map(|judged| judged.arises).min();
        let due = arose.map(|day| rules.city.calendar.add_working_days(day, declared.days));
        let is_owed = should == model::Truth::Yes;
        Some(Measure {
            duty: declared.id.to_string(),
            title: Words::from(&declared.title),
            verb: declared.verb.clone(),
            summary: declared.summary.as_ref().map(Words::from),
            answer: should.into(),
            standing: own_standing().filter(|_| self.is_own()).map(Standing::from),
            amount: sum(|judged| judged.amount),
            paid: sum(|judged| judged.paid).filter(|_| self.is_own() && is_owed),
            unit: declared.amount.as_ref().map(|amount| amount.unit.clone()),
            mode: declared.mode.into(),
            owner: declared.owner.to_string(),
            who_acts: who_acts(self.view, declared),
            days: declared.days,
            due_on: due.filter(|_| self.is_own() && is_owed),
            valid: declared.valid_on(self.view.snapshot.on).map(Span::from),
            basis: Basis::from(&declared.basis),
            reason: self.reason(declared, deciding.first()?),
        })
    }

    /// Why, in a sentence.
    fn reason(&self, declared: &Duty, judged: &Judged) -> Words {
        let with = |wanted: model::Truth| {
            let clauses = declared.should.iter().zip(&judged.clauses);
            clauses.filter(move |(_, truth)| **truth == wanted).map(|(clause, _)| Words::from(&clause.label))
        };
        match judged.should {
            model::Truth::Yes => listed("符合条件：", "All conditions hold: ", with(model::Truth::Yes)),
            model::Truth::No => listed("不符合：", "This does not hold: ", with(model::Truth::No)),
            model::Truth::Unknown => {
                let asked: Vec<String> = self.askable(judged).collect();
                if asked.is_empty() {
                    return listed("尚待核实：", "Not yet known: ", with(model::Truth::Unknown));
                }
                let labels = asked.iter().filter_map(|key| self.label(key));
                listed("还需要知道：", "This is not yet known: ", labels)
            }
        }
    }
}

/// The set that matters most to a firm of several records comes first.
fn urgency(standing: model::Standing) -> u8 {
    match standing {
        model::Standing::Gap => 0,
        model::Standing::Unknown => 1,
        model::Standing::Exempt => 2,
        model::Standing::Done => 3,
        model::Standing::Leak => 4,
        model::Standing::Out => 5,
    }
}

fn listed(zh: &str, en: &str, labels: impl Iterator<Item = Words>) -> Words {
    let labels: Vec<Words> = labels.collect();
    let zh_labels: Vec<&str> = labels.iter().map(|words| words.zh.as_str()).collect();
    let en_labels: Vec<&str> = labels.iter().map(|words| words.en.as_str()).collect();
    Words::new(format!("{zh}{}", zh_labels.join("；")), format!("{en}{}", en_labels.join("; ")))
}

/// Who has to move, in words.
fn who_acts(view: View, declared: &Duty) -> Words {
    let departments = &view.rules.city.departments;
    let owner = departments.iter().find(|department| department.id == declared.owner);
    let owner = owner.map_or_else(
        || Words::new(declared.owner.as_str(), declared.owner.as_str()),
        |o| Words::from(&o.name),
    );
    let (zh, en) = (&owner.zh, &owner.en);
    match declared.mode {
        model::duty::Mode::Automatic => Words::new(
            format!("{zh}直接办理，无需申请"),
            format!("{en} acts by itself; there is nothing to claim"),
        ),
        model::duty::Mode::Claim => {
            Words::new(format!("企业向{zh}申请"), format!("The firm claims it from {en}"))
        }
        model::duty::Mode::ThirdParty => {
            let kind = view.rules.kind(declared.kind.as_str()).map(|(_, kind)| kind);
            let bearer = declared.bearer.as_ref().and_then(|id| kind?.fact(id.as_str()));
            let bearer =
                bearer.map_or_else(|| Words::new("第三方", "a third party"), |fact| Words::from(&fact.label));
            Words::new(
                format!("由{}办理，{zh}督促", bearer.zh),
                format!("The {} acts, and {en} sees to it", bearer.en),
            )
        }
        model::duty::Mode::Visit => {
            Words::new(format!("{zh}上门办理"), format!("An officer of {en} comes to see"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hidden_but_for_their_ends() {
        assert_eq!(hidden("东方小厂"), "东****厂");
        assert_eq!(hidden("厂"), "****");
        assert_eq!(hidden(""), "****");
    }
}
