//! Filings by commitment: effective at once, with a receipt that anybody can check.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, Utc};
use model::case::{Claimed, Opening, RecordRef as PartyRef};
use model::event::{Event, EventType};
use model::file::named;
use model::form::{Answers, Filing, Mistake, number, read_number};
use model::record::read_facts;
use model::{AreaCode, Change, Fact, FactId, FactType, Kind, RecordId, Value};
use qrcode::QrCode;
use qrcode::render::svg;
use rules::ruleset::CompiledForm;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, StoreError, StoredRecord, to_microseconds};
use utoipa::ToSchema;

use super::app::App;
use super::cases::CaseLine;
use super::claims::{Decision, why_not};
use super::extract::{Body, Path};
use super::forms::ItemShape;
use super::problem::{Kind as ProblemKind, Problem};
use super::records::{FactLine, RecordLine, checked_value};
use super::right::{FileForm, May};
use super::scope::Scope;
use super::view::View;
use super::words::Words;
use crate::whereabouts;

/// A form, filled in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct FilingRequest {
    /// The form.
    pub form: String,
    /// The record that files; a firm's own account need not say.
    pub by: Option<String>,
    /// Chosen at random for this filing, 16 to 64 characters: sent again with the same, it is filed once.
    pub key: String,
    /// Values by fact.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// The items of the commitment that were ticked.
    #[serde(default)]
    pub ticked: BTreeSet<String>,
    /// The name that signs.
    pub signature: Option<String>,
}

/// What anybody who knows the number may see: what was committed, by which firm, when. Nothing else.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The number, in three groups.
    pub number: String,
    /// The form.
    pub form: String,
    /// What people call it.
    pub title: Words,
    /// The name of who filed.
    pub by: String,
    /// The day it was filed.
    pub on: NaiveDate,
    /// When it was received.
    pub at: DateTime<Utc>,
    /// What was committed to; none where the wording of the form has changed since.
    pub items: Option<Vec<ItemShape>>,
    /// The number of a later filing for the same day, which took its place.
    pub replaced_by: Option<String>,
    /// Whether who filed is made up.
    pub synthetic: bool,
}

/// A filing and what became of it, for who filed and the offices of their area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FiledPage {
    /// The form.
    pub form: String,
    /// What people call it.
    pub title: Words,
    /// The record that it made.
    pub filing: RecordLine,
    /// Its number; none for one that came on a sheet.
    pub number: Option<String>,
    /// The day it was filed.
    pub on: Option<NaiveDate>,
    /// Whether it was drawn for inspection; none where no draw came yet, or the form is not drawn from.
    pub drawn: Option<bool>,
    /// The day whose draw it was in.
    pub drawn_for: Option<NaiveDate>,
    /// Its tickets in that draw.
    pub tickets: Option<i64>,
    /// How far its inspection is.
    pub state: Option<FactLine>,
    /// By when what was found has to be put right.
    pub due: Option<NaiveDate>,
    /// The files that came with it: the facts that name them.
    pub files: Vec<FactLine>,
    /// The cases that it opened, and how far they are.
    pub cases: Vec<CaseLine>,
    /// What was decided of what it asks for.
    pub decision: Option<Decision>,
    /// What officers wrote down about it: all that is known.
    pub inspections: Vec<Inspected>,
}

/// What officers wrote down about a filing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Inspected {
    /// What people call the kind of record.
    pub label: Words,
    /// All that is known, in the order of the kind.
    pub facts: Vec<FactLine>,
}

/// The fewest and the most characters of a key.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 16..=64;
/// The most characters of a text that somebody types into a form.
const TEXT_MAX_CHARS: usize = 2000;

/// Files a form: effective at once, nobody approves it. Sent again with the same key, the first receipt answers.
#[utoipa::path(post, path = "/api/filings", tag = "forms", request_body = FilingRequest,
    responses((status = 201, body = Receipt), (status = 200, body = Receipt), Problem))]
pub async fn file(
    State(app): State<App>,
    account: May<FileForm>,
    Body(request): Body<FilingRequest>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let prepared = app.blocking(move |app| prepare(app, &account, &request)).await?;
    let (filing, receipt) = match prepared {
        Prepared::Known(receipt) => return Ok((StatusCode::OK, Json(receipt))),
        Prepared::New(filing, receipt) => (*filing, receipt),
    };
    if app.file(filing).await?.is_some() {
        return Ok((StatusCode::CREATED, Json(receipt)));
    }
    // The same was sent at the same moment, and the other one is there by now.
    let known = app.blocking(move |app| app.receipt(&receipt.number)).await?;
    let known = known.ok_or_else(|| Problem::internal(&"a filing is not found by its number"))?;
    Ok((StatusCode::OK, Json(known)))
}

/// A filing that has been looked at.
enum Prepared {
    /// It was sent before.
    Known(Receipt),
    /// It is in order, and this is the receipt once it is on record.
    New(Box<store::Filing>, Receipt),
}

/// Looks at everything that was sent: nothing that is out of order gets any further.
fn prepare(app: &App, account: &Account, request: &FilingRequest) -> Result<Prepared, Problem> {
    let scope = Scope::of(account, app.rules());
    let form = app.form(&request.form)?;
    if form.form.officer && scope.own_only() {
        return Err(Problem::not_found(&request.form));
    }
    let (made, by) = (&app.rules().kinds[form.kind], &app.rules().kinds[form.by]);
    let filer = scope
        .filer(by, request.by.as_deref())
        .ok_or_else(|| Problem::field("by", "请先选定由谁备案。", "Say first who files."))?;
    // Who files for themselves need not wait for the day to be judged.
    if !scope.is_own(by.id.as_str(), &filer) {
        app.read(app.today(), |view| scope.find(view.snapshot, by.id.as_str(), &filer).map(drop))?;
    }
    let stored = app.store().record(by.id.as_str(), &filer)?.ok_or_else(|| Problem::not_found(&filer))?;
    if !KEY_CHARS.contains(&request.key.chars().count()) {
        return Err(Problem::field(
            "key",
            "key 应为 16 至 64 个字符的随机文字。",
            "The key is text chosen at random, of 16 to 64 characters.",
        ));
    }
    let filer = RecordId::from(filer);
    let filing = Filing { number: number(&form.form.id, &filer, &request.key), by: filer, on: app.today() };
    if let Some(receipt) = app.receipt_of(form, &filing.number)? {
        return Ok(Prepared::Known(receipt));
    }
    if form.form.offered.is_some() {
        app.read(app.today(), |view| {
            let row = view.snapshot.row(form.by, filing.by.as_str());
            let closed = row.and_then(|row| view.closed(form, row));
            closed.map_or(Ok(()), |why| Err(Problem::new(ProblemKind::Conflict, &*why.zh, &*why.en)))
        })?;
    }
    let answers = checked_answers(app, form, request)?;
    check_claim(app, form, (&answers, &filing))?;
    check_files(app, account, (form, &answers))?;
    let summary = json!({
        "form": form.form.id, "number": filing.number, "kind": made.id, "by": filing.by,
        "wording": form.form.wording(), "source": form.form.title.zh,
    });
    let told = answers.facts.clone();
    let mut facts = facts_of(form, answers, &filing);
    let id = made.id_of(&known(&facts)).ok_or_else(|| Problem::internal(&"a filing lacks its key"))?;
    if app.store().record(made.id.as_str(), id.as_str())?.is_none() {
        facts.retain(|_, value| value.is_some());
    }
    let change = Change { kind: made.id.clone(), id, on: filing.on, facts };
    let filed = PartyRef { kind: made.id.clone(), id: change.id.clone() };
    let opens = app.opening_of(form, &told, (filed, &stored))?;
    let mut event = Event { on: filing.on, ..app.event(EventType::Filing, account, summary) };
    let at = to_microseconds(event.at);
    if opens.is_some() {
        // Where the day is fixed, the clock of its case reads the time of that day.
        event.at = app.now();
    }
    let number = (form.form.filled.number.clone(), filing.number.clone());
    let receipt = Receipt::new((form, by), (filing.number, filing.on, at), Some(&stored));
    Ok(Prepared::New(Box::new(store::Filing { event, change, number, opens }), receipt))
}

impl App {
    /// The case that a filing opens, where its form says so of such answers: about who filed, in the office of their
    /// area, in their own words.
    fn opening_of(
        &self,
        form: &CompiledForm,
        told: &BTreeMap<FactId, Value>,
        (filing, filer): (PartyRef, &StoredRecord),
    ) -> Result<Option<Opening>, Problem> {
        let Some(rule) = &form.form.case else { return Ok(None) };
        let Some(kind) = rule.kind(told) else { return Ok(None) };
        let (casework, city) = (self.casework()?, &self.rules().city);
        let found = casework.kind(kind.as_str()).and_then(|kind| casework.clock(&kind.clock));
        let clock = found.ok_or_else(|| Problem::internal(&"a filing's kind of case has no clock"))?;
        let (made, by) = (&self.rules().kinds[form.kind], &self.rules().kinds[form.by]);
        let area =
            whereabouts::area_of(&self.rules().kinds, (by, &read_facts(by, &filer.facts)), |kind, id| {
                let record = self.store().record(kind.as_str(), id.as_str())?;
                let declared = self.rules().kind(kind.as_str());
                let known = record.zip(declared);
                Ok::<_, StoreError>(known.map(|(record, (_, declared))| read_facts(declared, &record.facts)))
            })?;
        let area = area.filter(|code| city.areas.get(code).is_some()).map(AreaCode::from);
        let area = area.or_else(|| city.areas.iter().next().map(|area| area.code.clone()));
        let area = area.ok_or_else(|| Problem::internal(&"a city without areas"))?;
        let says = |fact: &FactId| Some(in_both(made.fact(fact.as_str())?, told.get(fact)?));
        let words: Vec<String> = rule.words.iter().filter_map(says).collect();
        let title = &form.form.title;
        let words = if words.is_empty() { format!("{} · {}", title.zh, title.en) } else { words.join("\n") };
        let who = PartyRef { kind: by.id.clone(), id: filer.id.clone() };
        let mut office = casework.office(kind.as_str(), &area, &city.areas);
        // Who asks for something of a duty asks the department that owns it.
        let duty = rule.asks().and_then(|(fact, asks)| Some((told.get(fact)?.to_string(), asks)));
        let owner = duty.and_then(|(id, asks)| {
            let duties = &self.rules().duties;
            Some((duties.iter().rfind(|version| version.duty.id.as_str() == id)?, asks))
        });
        if let Some((owner, _)) = owner {
            office.department = owner.duty.owner.clone();
        }
        Ok(Some(Opening {
            kind: kind.clone(),
            duty: None,
            about: Some(who.clone()),
            bearer: None,
            beneficiary: Some(who),
            office,
            words: Some(words),
            place: None,
            filing: Some(filing),
            claims: owner.map(|(owner, asks)| Claimed { duty: owner.duty.id.clone(), asks }),
            term: clock.term,
            due_at: clock.term.ends_at(self.now(), &city.calendar),
        }))
    }
}

/// An answer as it stands in a case: what somebody wrote as it is, a code by its label in both languages.
fn in_both(fact: &Fact, value: &Value) -> String {
    match (&fact.fact_type, value) {
        (FactType::Code { options }, Value::Text(code)) => {
            let option = options.iter().find(|option| option.id == *code);
            let label = option.map(|option| format!("{} · {}", option.label.zh, option.label.en));
            label.unwrap_or_else(|| code.clone())
        }
        _ => value.to_string(),
    }
}

/// Everything that was filled in, of its fact's type; every mistake is told at once, under its fact or item.
fn checked_answers(app: &App, form: &CompiledForm, request: &FilingRequest) -> Result<Answers, Problem> {
    let kind = &app.rules().kinds[form.kind];
    let mut answers = Answers {
        ticked: request.ticked.iter().map(|item| item.as_str().into()).collect(),
        signature: request.signature.as_ref().map(|name| name.trim().to_owned()),
        ..Answers::default()
    };
    let mut mistakes: Vec<(String, Words)> = Vec::new();
    let too_long = || {
        Words::new(format!("不能超过 {TEXT_MAX_CHARS} 个字"), format!("at most {TEXT_MAX_CHARS} characters"))
    };
    for (id, sent) in request.facts.iter().filter(|(_, sent)| !is_blank(sent)) {
        let Some(fact) = form.form.field(id).and_then(|field| kind.fact(field.fact.as_str())) else {
            mistakes.push((id.clone(), Words::new("本表没有这一项", "this form does not ask it")));
            continue;
        };
        match checked_value(app.rules(), fact, sent) {
            Ok(Value::Text(text)) if text.chars().count() > TEXT_MAX_CHARS => {
                mistakes.push((id.clone(), too_long()));
            }
            Ok(Value::Text(text)) => {
                answers.facts.insert(fact.id.clone(), Value::Text(text.trim().to_owned()));
            }
            Ok(value) => drop(answers.facts.insert(fact.id.clone(), value)),
            Err(words) => mistakes.push((id.clone(), words)),
        }
    }
    if answers.signature.as_ref().is_some_and(|name| name.chars().count() > TEXT_MAX_CHARS) {
        mistakes.push(("signature".to_owned(), too_long()));
    }
    // What could not be read is not missing as well.
    let told: BTreeSet<String> = mistakes.iter().map(|(field, _)| field.clone()).collect();
    let found = form.form.mistakes(&answers).into_iter().map(|mistake| in_words(kind, &mistake));
    mistakes.extend(found.filter(|(field, _)| !told.contains(field)));
    if mistakes.is_empty() { Ok(answers) } else { Err(Problem::fields(mistakes)) }
}

/// Refuses to ask of a duty what cannot be asked today, or for a reason that it does not take.
fn check_claim(
    app: &App,
    form: &CompiledForm,
    (answers, filing): (&Answers, &Filing),
) -> Result<(), Problem> {
    let Some((fact, asks)) = form.form.case.as_ref().and_then(|rule| rule.asks()) else { return Ok(()) };
    let Some(duty) = answers.facts.get(fact).map(Value::to_string) else { return Ok(()) };
    app.read(app.today(), |view| {
        let Some(row) = view.snapshot.row(form.by, filing.by.as_str()) else { return Ok(()) };
        let about = view.duty(&duty).filter(|known| known.kind == form.by);
        let standing = about.and_then(|_| view.standing(&duty, row));
        if let Some(why) = why_not(asks, standing) {
            return Err(Problem::fields(vec![(fact.to_string(), why)]));
        }
        let rule = form.form.case.as_ref().and_then(|rule| rule.exempts.as_ref());
        let Some(reason) = rule.and_then(|exempts| Some((exempts, answers.facts.get(&exempts.reason)?)))
        else {
            return Ok(());
        };
        let (exempts, reason) = (reason.0, reason.1.to_string());
        if app.exemptions()?.reasons(&duty).any(|known| known.id == reason) {
            return Ok(());
        }
        let words = Words::new("这件事不能以此为由免尽", "this duty does not take that reason");
        Err(Problem::fields(vec![(exempts.reason.to_string(), words)]))
    })
}

/// Refuses files that are not there, of another type or larger than their field takes, or not the account's to name.
fn check_files(
    app: &App,
    account: &Account,
    (form, answers): (&CompiledForm, &Answers),
) -> Result<(), Problem> {
    let mut mistakes: Vec<(String, Words)> = Vec::new();
    for field in form.form.fields() {
        let (Some(taken), Some(Value::Text(text))) = (&field.files, answers.facts.get(&field.fact)) else {
            continue;
        };
        for file in named(text).unwrap_or_default() {
            let line = if app.may_name(account, file)? { app.store().file_line(file)? } else { None };
            let wrong = match line {
                None => Some(Words::new("附件没有收到，请重新选择", "a file is not here: choose it again")),
                Some(line) if !taken.accept.contains(&line.file_type) => Some(Words::new(
                    format!("这里不收 {} 文件", line.file_type),
                    format!("no {} is taken here", line.file_type),
                )),
                Some(line) if line.size_bytes > taken.each_bytes => {
                    let most = taken.each_bytes / 1_000_000;
                    Some(Words::new(
                        format!("每个文件不能超过 {most} MB"),
                        format!("each file is at most {most} MB"),
                    ))
                }
                Some(_) => None,
            };
            mistakes.extend(wrong.map(|words| (field.fact.to_string(), words)));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Problem::fields(mistakes)) }
}

fn is_blank(sent: &serde_json::Value) -> bool {
    sent.is_null() || sent.as_str().is_some_and(|text| text.trim().is_empty())
}

/// A mistake by its field, with what to do.
fn in_words(kind: &Kind, mistake: &Mistake) -> (String, Words) {
    let label = |fact: &FactId| kind.fact(fact.as_str()).map(|fact| fact.label.clone()).unwrap_or_default();
    match mistake {
        Mistake::Missing(fact) => (fact.to_string(), Words::new("请填写", "this has to be filled in")),
        Mistake::NotAsked(fact) => (
            fact.to_string(),
            Words::new("按其他各项的填写，这一项不用填", "not asked, by the other answers"),
        ),
        Mistake::Negative(fact) => (fact.to_string(), Words::new("不能小于 0", "it cannot be below zero")),
        Mistake::MoreThan { fact, than } => {
            let than = label(than);
            let words = Words::new(
                format!("不能超过“{}”", than.zh),
                format!("it cannot be more than \"{}\"", than.en),
            );
            (fact.to_string(), words)
        }
        Mistake::TooMany { fact, most } => {
            (fact.to_string(), Words::new(format!("最多 {most} 个"), format!("at most {most} of them")))
        }
        Mistake::Contradicts { fact, beside } => {
            let beside = label(beside);
            let words = Words::new(
                format!("与“{}”的填写矛盾", beside.zh),
                format!("it contradicts \"{}\"", beside.en),
            );
            (fact.to_string(), words)
        }
        Mistake::NotTicked(item) => (item.to_string(), Words::new("请逐条阅读并勾选", "read it and tick it")),
        Mistake::NoItem(item) => {
            (item.to_string(), Words::new("承诺书没有这一条", "the commitment has no such item"))
        }
        Mistake::Unsigned => {
            let words = Words::new("请签上承诺人的姓名", "sign with the name of who commits");
            ("signature".to_owned(), words)
        }
    }
}

/// The facts of the filing's record; what is asked and was not answered is taken back from an earlier filing of the day.
fn facts_of(form: &CompiledForm, answers: Answers, filing: &Filing) -> BTreeMap<FactId, Option<Value>> {
    let mut facts: BTreeMap<FactId, Option<Value>> =
        form.form.fields().map(|field| (field.fact.clone(), None)).collect();
    let told = form.form.record(answers, filing).into_iter();
    facts.extend(told.map(|(fact, value)| (fact, Some(value))));
    facts
}

fn known(facts: &BTreeMap<FactId, Option<Value>>) -> BTreeMap<FactId, Value> {
    facts.iter().filter_map(|(fact, value)| Some((fact.clone(), value.clone()?))).collect()
}

/// Checks a receipt: open to everybody who has the number.
#[utoipa::path(get, path = "/api/receipts/{number}", tag = "forms", params(("number" = String, Path)),
    responses((status = 200, body = Receipt), Problem))]
pub async fn receipt(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(typed): Path<String>,
) -> Result<Json<Receipt>, Problem> {
    app.count_asker(&app.asked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
    app.blocking(move |app| {
        let number = read_number(&typed).ok_or_else(|| Problem::not_found(&typed))?;
        let receipt = app.receipt(&number)?;
        // What officers write down about somebody is theirs and that one's to read.
        let open = receipt.filter(|receipt| app.form(&receipt.form).is_ok_and(|form| !form.form.officer));
        open.map(Json).ok_or_else(|| Problem::not_found(&number))
    })
    .await
}

/// The address of a receipt as a QR code, for a door or a letter.
#[utoipa::path(get, path = "/api/receipts/{number}/qr.svg", tag = "forms", params(("number" = String, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), Problem))]
pub async fn receipt_qr(
    State(app): State<App>,
    headers: HeaderMap,
    Path(typed): Path<String>,
) -> Result<Response, Problem> {
    let number = read_number(&typed).ok_or_else(|| Problem::not_found(&typed))?;
    let image = qr_code(&receipt_address(&app, &headers, &number))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], image).into_response())
}

/// Where anybody can check a receipt, by the name under which the server was asked.
pub(super) fn receipt_address(app: &App, headers: &HeaderMap, number: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if app.settings.secure { "https" } else { "http" };
    format!("{scheme}://{host}/receipts/{number}")
}

/// An address as a QR code, SVG.
pub(super) fn qr_code(address: &str) -> Result<String, Problem> {
    let code = QrCode::new(address).map_err(|error| Problem::internal(&error))?;
    Ok(code.render::<svg::Color>().min_dimensions(240, 240).build())
}

impl Receipt {
    /// The receipt of a filing that nothing has replaced, with the words of the form as they are.
    fn new(
        (form, by): (&CompiledForm, &Kind),
        (number, on, at): (String, NaiveDate, DateTime<Utc>),
        filer: Option<&StoredRecord>,
    ) -> Self {
        let name = by.name.as_ref().filter(|name| by.fact(name.as_str()).is_some_and(|fact| !fact.personal));
        let name = name.and_then(|name| filer?.facts.get(name.as_str())?.as_str());
        let id = || filer.map(|filer| filer.id.to_string()).unwrap_or_default();
        Self {
            number,
            form: form.form.id.to_string(),
            title: Words::from(&form.form.title),
            by: name.map_or_else(id, str::to_owned),
            on,
            at,
            items: Some(ItemShape::all(form)),
            replaced_by: None,
            synthetic: filer.is_some_and(|filer| filer.synthetic),
        }
    }
}

impl App {
    /// The receipt of a number; none if nothing was filed under it.
    pub(super) fn receipt(&self, number: &str) -> Result<Option<Receipt>, Problem> {
        for form in &self.rules().forms {
            if let Some(receipt) = self.receipt_of(form, number)? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// The receipt of a number of one form; none if it was not filed under it.
    fn receipt_of(&self, compiled: &CompiledForm, number: &str) -> Result<Option<Receipt>, Problem> {
        let form = &compiled.form;
        let (kind, by) = (&self.rules().kinds[compiled.kind], &self.rules().kinds[compiled.by]);
        let fact = form.filled.number.as_str();
        let Some(id) = self.store().find(kind.id.as_str(), fact, number)?.into_iter().next() else {
            return Ok(None);
        };
        let history = self.store().history(kind.id.as_str(), id.as_str())?;
        let told = |facts: &serde_json::Map<String, serde_json::Value>, fact: &str| {
            facts.get(fact).and_then(|value| value.as_str()).map(str::to_owned)
        };
        let filed = history.iter().find(|entry| told(&entry.facts, fact).as_deref() == Some(number));
        let Some(entry) = filed else { return Ok(None) };
        let event = self.store().event(entry.seq)?.map(|stored| stored.event);
        let Some(event) = event.filter(|event| event.summary["form"] == form.id.as_str()) else {
            return Ok(None);
        };
        let latest = history.iter().rev().find_map(|entry| told(&entry.facts, fact));
        let filer = told(&entry.facts, form.by.as_str()).unwrap_or_default();
        let filer = self.store().record(by.id.as_str(), &filer)?;
        let receipt = Receipt::new((compiled, by), (number.to_owned(), entry.on, entry.at), filer.as_ref());
        Ok(Some(Receipt {
            items: receipt.items.filter(|_| event.summary["wording"] == form.wording()),
            replaced_by: latest.filter(|latest| latest != number),
            ..receipt
        }))
    }
}

impl FiledPage {
    /// What is known of a filing by its row.
    pub fn new(view: View, (form, row): (&CompiledForm, usize)) -> Self {
        let kind = view.kind(form.kind);
        let told = |fact: &FactId| view.told(form.kind, row, fact.as_str());
        let rule = form.form.draw.as_ref();
        let drawn = rule.and_then(|rule| told(&rule.filled.drawn));
        let state = rule.and_then(|rule| kind.fact(rule.state.as_str()));
        let line = |fact: &model::Fact| FactLine::new(view, fact, view.value(form.kind, row, &fact.id));
        Self {
            form: form.form.id.to_string(),
            title: Words::from(&form.form.title),
            filing: view.line(form.kind, row),
            number: told(&form.form.filled.number).map(|number| number.to_string()),
            on: view.day(form.kind, row, &form.form.filled.filed_on),
            drawn: match drawn {
                Some(Value::Bool(drawn)) => Some(drawn),
                _ => None,
            },
            drawn_for: rule.and_then(|rule| view.day(form.kind, row, &rule.filled.drawn_for)),
            tickets: match rule.and_then(|rule| told(&rule.filled.tickets)) {
                Some(Value::Int(tickets)) => Some(tickets),
                _ => None,
            },
            state: state.map(line),
            due: rule.and_then(|rule| rule.due.as_ref()).and_then(|due| view.day(form.kind, row, due)),
            files: view.files_of((form, row)),
            cases: vec![],
            decision: None,
            inspections: Inspected::of(view, (form.kind, row)),
        }
    }
}

impl View<'_> {
    /// What was attached to a filing: the facts that name files.
    pub fn files_of(&self, (form, row): (&CompiledForm, usize)) -> Vec<FactLine> {
        let kind = self.kind(form.kind);
        let attached = form.form.fields().filter(|field| field.files.is_some());
        let facts = attached.filter_map(|field| kind.fact(field.fact.as_str()));
        let lines = facts.map(|fact| FactLine::new(*self, fact, self.value(form.kind, row, &fact.id)));
        lines.filter(|line| line.value.is_some()).collect()
    }
}

impl Inspected {
    /// The records that officers' forms made about a row.
    fn of(view: View, (about, row): (usize, usize)) -> Vec<Self> {
        let mut found = Vec::new();
        for (kind, by, row) in view.written_about((about, row)) {
            let declared = view.kind(kind);
            // Whom it is about has been said, and its numbers are for nobody to check.
            let says = |fact: &&model::Fact| {
                fact.id != declared.facts[by].id && !declared.also_key.contains(&fact.id)
            };
            let lines = declared
                .facts
                .iter()
                .filter(says)
                .map(|fact| FactLine::new(view, fact, view.value(kind, row, &fact.id)));
            let facts = lines.filter(|line| line.value.is_some() || line.masked).collect();
            found.push(Self { label: Words::from(&declared.label), facts });
        }
        found
    }
}

impl View<'_> {
    /// The records that officers' forms made about a row: kind, the place of the reference to the row, row.
    pub fn written_about(&self, (about, row): (usize, usize)) -> Vec<(usize, usize, usize)> {
        let forms = self.rules.forms.iter().filter(|form| form.form.officer && form.by == about);
        let kinds: BTreeSet<(usize, &FactId)> = forms.map(|form| (form.kind, &form.form.by)).collect();
        let mut found = Vec::new();
        for (kind, by) in kinds {
            let Some(by) = self.kind(kind).facts.iter().position(|fact| fact.id == *by) else { continue };
            found.extend(self.snapshot.tables.members(kind, by, row).map(|row| (kind, by, row)));
        }
        found
    }
}
