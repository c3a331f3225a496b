//! Open311 GeoReport v2, by which residents' apps raise requests and look what became of them: services, requests, tokens, in
//! JSON and XML, with errors in the standard's shape. docs/open311.md says what is published and what is not.
//!
//! <https://wiki.open311.org/GeoReport_v2>

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Form, RequestExt, Router};
use chrono::{DateTime, Duration, Utc};
use model::case::{Opening, Place};
use model::casework::CaseKind;
use model::outline::area_at;
use model::{AreaCode, CaseKindId, Lang, Point};
use serde_json::{Value as Json, json};
use store::{CaseMoves, StoredCase};

use super::app::App;
use super::case_steps::checked_words;
use super::casework::{OfficeShape, ending_words};
use super::problem::Problem;
use super::shield::lang_of;
use super::words::Words;

/// The longest span of days that one answer covers.
const DAYS_MAX: i64 = 90;
/// The most requests of one answer.
const REQUESTS_MAX: usize = 1000;
/// The most characters of an address.
const ADDRESS_MAX_CHARS: usize = 500;
/// The attribute by which the area is told.
const AREA: &str = "area";
/// When what is answered last changed in shape.
const CHANGESET: &str = "2026-11-24T00:00:00Z";

/// The routes; each resource ends with its format.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/open311/{resource}", get(top))
        .route("/open311/v2/{resource}", get(resource).post(report))
        .route("/open311/v2/{resource}/{id}", get(one))
}

/// The format that an address ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// Who asks, how, and for what.
struct Asked {
    format: Format,
    lang: Lang,
    query: BTreeMap<String, String>,
}

/// What went wrong, in the standard's shape.
struct Fault {
    status: StatusCode,
    says: Words,
}

impl Fault {
    fn new(status: StatusCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, says: Words::new(zh, en) }
    }

    fn bad(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, zh, en)
    }

    fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("没有找到 {what}。"), format!("{what} was not found."))
    }

    fn response(&self, asked: &Asked) -> Response {
        let code = self.status.as_u16();
        let errors = json!([{"code": code, "description": self.says.get(asked.lang)}]);
        written(asked.format, self.status, ("errors", &errors))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let says = |lang| problem.document(lang).detail;
        Self { status: problem.status(), says: Words::new(says(Lang::Zh), says(Lang::En)) }
    }
}

fn written(format: Format, status: StatusCode, (name, value): (&str, &Json)) -> Response {
    let (media, text) = match format {
        Format::Json => ("application/json; charset=utf-8", value.to_string()),
        Format::Xml => {
            let mut text = r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned();
            element(&mut text, name, value);
            ("text/xml; charset=utf-8", text)
        }
    };
    let headers = [
        (header::CONTENT_TYPE, media),
        // Nothing here depends on who is signed in, so pages of other sites may read it.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text).into_response()
}

/// What one of a list is called.
fn singular(list: &str) -> &str {
    match list {
        "service_requests" => "request",
        "services" => "service",
        "attributes" => "attribute",
        "values" => "value",
        "endpoints" => "endpoint",
        "formats" => "format",
        _ => "error",
    }
}

fn element(text: &mut String, name: &str, value: &Json) {
    text.extend(["<", name, ">"]);
    match value {
        Json::Null => {}
        Json::Array(items) => items.iter().for_each(|item| element(text, singular(name), item)),
        Json::Object(members) => members.iter().for_each(|(name, member)| element(text, name, member)),
        Json::String(words) => words.chars().for_each(|letter| escaped(text, letter)),
        other => *text += &other.to_string(),
    }
    text.extend(["</", name, ">"]);
}

/// XML 1.0 has no way to write other control characters; they are left out.
fn escaped(text: &mut String, letter: char) {
    match letter {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '\n' | '\t' => text.push(letter),
        '\u{fffe}' | '\u{ffff}' => {}
        letter if letter.is_control() => {}
        letter => text.push(letter),
    }
}

/// The name of a list or object, and what it holds.
type Answer = Result<(&'static str, Json), Fault>;
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;
type Params = Query<BTreeMap<String, String>>;

/// Answers with what was found, or with the fault, in the format asked for.
async fn answer(
    app: App,
    asked: Asked,
    work: impl FnOnce(&App, &Asked) -> Answer + Send + 'static,
) -> Response {
    let found = app
        .blocking(move |app| {
            let found = jurisdiction(app, &asked).and_then(|()| work(app, &asked));
            Ok(match found {
                Ok((name, value)) => written(asked.format, StatusCode::OK, (name, &value)),
                Err(fault) => fault.response(&asked),
            })
        })
        .await;
    found.unwrap_or_else(IntoResponse::into_response)
}

fn jurisdiction(app: &App, asked: &Asked) -> Result<(), Fault> {
    match asked.query.get("jurisdiction_id").filter(|id| !id.is_empty()) {
        Some(id) if *id != app.rules().city.id => Err(Fault::missing("jurisdiction_id")),
        _ => Ok(()),
    }
}

/// A resource's name without the ending that says its format, and how it was asked for. A name without such an ending is
/// none of ours.
fn asked(name: &str, headers: &HeaderMap, query: BTreeMap<String, String>) -> (String, Asked) {
    let split = name.rsplit_once('.').and_then(|(name, ending)| match ending {
        "json" => Some((name, Format::Json)),
        "xml" => Some((name, Format::Xml)),
        _ => None,
    });
    let (name, format) = split.unwrap_or(("", Format::Json));
    (name.to_owned(), Asked { format, lang: lang_of(headers), query })
}

async fn top(State(app): State<App>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let (name, asked) = asked(&name, &headers, BTreeMap::new());
    answer(app, asked, move |app, _| match name.as_str() {
        "discovery" => Ok(("discovery", discovery(app, &headers))),
        _ => Err(Fault::missing("address")),
    })
    .await
}

fn discovery(app: &App, headers: &HeaderMap) -> Json {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if app.settings.secure { "https" } else { "http" };
    json!({
        "changeset": CHANGESET,
        "contact": app.rules().city.name.zh,
        "key_service": app.rules().city.name.zh,
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{scheme}://{host}/open311/v2"),
            "changeset": CHANGESET,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }],
    })
}

async fn resource(
    State(app): State<App>,
    Path(name): Path<String>,
    peer: Peer,
    headers: HeaderMap,
    Query(query): Params,
) -> Response {
    let (name, asked) = asked(&name, &headers, query);
    answer(app, asked, move |app, asked| {
        app.count_asker(&app.asked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
        match name.as_str() {
            "discovery" => Ok(("discovery", discovery(app, &headers))),
            "services" => Ok(("services", services(app, asked.lang)?)),
            "requests" => Ok(("service_requests", requests(app, asked)?)),
            _ => Err(Fault::missing("address")),
        }
    })
    .await
}

async fn one(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    peer: Peer,
    headers: HeaderMap,
    Query(query): Params,
) -> Response {
    let (id, asked) = asked(&id, &headers, query);
    answer(app, asked, move |app, asked| {
        app.count_asker(&app.asked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
        match name.as_str() {
            "services" => Ok(("service_definition", definition(app, &id, asked.lang)?)),
            "requests" => Ok(("service_requests", json!([request(app, &found(app, &id)?, asked.lang)?]))),
            // A number is given at once, so that it is its own token.
            "tokens" => {
                found(app, &id)?;
                Ok(("service_requests", json!([{"service_request_id": id, "token": id}])))
            }
            _ => Err(Fault::missing("address")),
        }
    })
    .await
}

/// The kinds of case that residents may raise.
fn public(app: &App) -> Result<Vec<&CaseKind>, Fault> {
    Ok(app.casework()?.kinds.iter().filter(|kind| kind.public.is_some()).collect())
}

fn service<'a>(app: &'a App, code: &str) -> Result<&'a CaseKind, Fault> {
    let found = public(app)?.into_iter().find(|kind| kind.id.as_str() == code);
    found.ok_or_else(|| Fault::missing("service_code"))
}

fn services(app: &App, lang: Lang) -> Result<Json, Fault> {
    let line = |kind: &CaseKind| {
        json!({
            "service_code": kind.id,
            "service_name": kind.label.get(lang),
            "description": kind.public.as_ref().map(|label| label.get(lang)),
            "metadata": true,
            "type": "realtime",
            "keywords": null,
            "group": null,
        })
    };
    Ok(public(app)?.into_iter().map(line).collect())
}

fn definition(app: &App, code: &str, lang: Lang) -> Result<Json, Fault> {
    let kind = service(app, code)?;
    let areas = app.rules().city.areas.iter();
    let values: Vec<Json> =
        areas.map(|area| json!({"key": area.code, "name": area.name.get(lang)})).collect();
    let help = Words::new(
        "不填时按地址里写到的区域，或所填坐标所在的区域；都没有的，交市级",
        "where it is left out, the area that the address names or in which the point lies; else the whole city",
    );
    Ok(json!({
        "service_code": kind.id,
        "attributes": [{
            "variable": true,
            "code": AREA,
            "datatype": "singlevaluelist",
            "required": false,
            "datatype_description": help.get(lang),
            "order": 1,
            "description": Words::new("所在区域", "Area").get(lang),
            "values": values,
        }],
    }))
}

/// A request that residents' apps may see: it came from one, and its kind is public still.
fn is_published(app: &App, stored: &StoredCase) -> bool {
    let opening = &stored.case.opening;
    let kinds = app.rules().casework.iter().flat_map(|casework| &casework.kinds);
    let is_public = kinds.filter(|kind| kind.public.is_some()).any(|kind| kind.id == opening.kind);
    is_public && opening.place.is_some() && opening.about.is_none()
}

fn found(app: &App, id: &str) -> Result<StoredCase, Fault> {
    let stored = id.parse().ok().map(|no| app.store().case(no)).transpose().map_err(Problem::from)?;
    let stored = stored.flatten().filter(|stored| is_published(app, stored));
    stored.ok_or_else(|| Fault::missing("service_request_id"))
}

/// About 100 metres: enough to see that the same hole in the road is there already, too coarse for a door.
fn coarse(degrees: f64) -> f64 {
    (degrees * 1000.0).round() / 1000.0
}

/// What is published of a request. Never: what the resident wrote, the address, who they are, what offices said.
fn request(app: &App, stored: &StoredCase, lang: Lang) -> Result<Json, Fault> {
    let (case, opening) = (&stored.case, &stored.case.opening);
    let updated = app.store().event(stored.seq).map_err(Problem::from)?.map(|stored| stored.event.at);
    let point = opening.place.as_ref().and_then(|place| place.point);
    let notes = case.ending.as_ref().map_or_else(|| Words::from(&case.state.label()), ending_words);
    Ok(json!({
        "service_request_id": stored.no.to_string(),
        "status": status(case),
        "status_notes": notes.get(lang),
        "service_name": app.casework()?.label(opening.kind.as_str()).get(lang),
        "service_code": opening.kind,
        "description": null,
        "agency_responsible": OfficeShape::new(&app.rules().city, &case.office).name.get(lang),
        "service_notice": null,
        "requested_datetime": instant(case.opened_at),
        "updated_datetime": instant(updated.unwrap_or(case.opened_at)),
        "expected_datetime": instant(case.due_at),
        "address": null,
        "address_id": null,
        "zipcode": null,
        "lat": point.map(|point| coarse(point.lat)),
        "long": point.map(|point| coarse(point.lon)),
        "media_url": null,
    }))
}

fn status(case: &model::Case) -> &'static str {
    if case.is_live() { "open" } else { "closed" }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Which requests are asked for.
struct Wanted {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    states: Vec<String>,
    kinds: Vec<CaseKindId>,
    limit: usize,
}

impl Wanted {
    fn read(app: &App, asked: &Asked) -> Result<Self, Fault> {
        let span = Duration::days(DAYS_MAX);
        let (from, to) = (asked.instant("start_date")?, asked.instant("end_date")?);
        let now = app.now();
        let to = to.or_else(|| from.map(|from| (from + span).min(now))).unwrap_or(now);
        let from = from.unwrap_or(to - span);
        if from > to || to - from > span {
            return Err(Fault::bad(
                format!("start_date 要在 end_date 之前，相隔不超过 {DAYS_MAX} 天。"),
                format!("start_date has to come before end_date, by no more than {DAYS_MAX} days."),
            ));
        }
        let states = asked.list("status").unwrap_or_default();
        if let Some(other) = states.iter().find(|state| !matches!(state.as_str(), "open" | "closed")) {
            return Err(Fault::bad(
                format!("status 只有 open 和 closed，没有 {other}。"),
                format!("status is open or closed, there is no {other}."),
            ));
        }
        let codes = asked.list("service_code");
        let kinds = public(app)?.into_iter().map(|kind| kind.id.clone());
        let asked_for = |kind: &CaseKindId| {
            codes.as_ref().is_none_or(|codes| codes.iter().any(|code| kind.as_str() == code))
        };
        let limit = match asked.text("page_size").map(str::parse::<usize>) {
            None => REQUESTS_MAX,
            Some(Ok(limit)) if (1..=REQUESTS_MAX).contains(&limit) => limit,
            Some(_) => {
                return Err(Fault::bad(
                    format!("page_size 是 1 到 {REQUESTS_MAX} 的整数。"),
                    format!("page_size is a whole number from 1 to {REQUESTS_MAX}."),
                ));
            }
        };
        Ok(Self { from, to, states, kinds: kinds.filter(asked_for).collect(), limit })
    }

    fn fits(&self, case: &model::Case) -> bool {
        let state = status(case);
        case.opened_at <= self.to
            && (self.states.is_empty() || self.states.iter().any(|wanted| wanted == state))
    }
}

impl Asked {
    fn text(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        self.text(key).map(|text| text.split(',').map(|one| one.trim().to_owned()).collect())
    }

    fn instant(&self, key: &str) -> Result<Option<DateTime<Utc>>, Fault> {
        let read = |text: &str| {
            DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| {
                Fault::bad(
                    format!("{key} 要写成带时区的时间，如 2020-03-06T00:00:00Z。"),
                    format!("{key} has to be a time with its zone, as 2020-03-06T00:00:00Z."),
                )
            })
        };
        self.text(key).map(read).transpose()
    }
}

fn requests(app: &App, asked: &Asked) -> Result<Json, Fault> {
    if let Some(ids) = asked.list("service_request_id") {
        let known = ids.iter().take(REQUESTS_MAX).filter_map(|id| found(app, id).ok());
        return known.map(|stored| request(app, &stored, asked.lang)).collect();
    }
    let wanted = Wanted::read(app, asked)?;
    let (mut lines, mut before) = (Vec::new(), i64::MAX);
    loop {
        let page = app.store().reports(&wanted.kinds, before, REQUESTS_MAX).map_err(Problem::from)?;
        for stored in &page {
            // The latest come first.
            if lines.len() >= wanted.limit || stored.case.opened_at < wanted.from {
                return Ok(lines.into());
            }
            if wanted.fits(&stored.case) && is_published(app, stored) {
                lines.push(request(app, stored, asked.lang)?);
            }
        }
        match page.last().filter(|_| page.len() == REQUESTS_MAX) {
            Some(last) => before = last.no,
            None => return Ok(lines.into()),
        }
    }
}

/// Raises a request: it is a case with an office and a deadline at once, and its number is the answer.
async fn report(
    State(app): State<App>,
    Path(name): Path<String>,
    peer: Peer,
    Query(query): Params,
    body: Request,
) -> Response {
    let headers = body.headers().clone();
    let (name, mut asked) = asked(&name, &headers, query);
    match fields(body).await {
        Ok(sent) => asked.query.extend(sent),
        Err(fault) => return fault.response(&asked),
    }
    answer(app, asked, move |app, asked| {
        if name != "requests" {
            return Err(Fault::missing("address"));
        }
        app.count_asker(&app.reported, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
        Ok(("service_requests", raised(app, asked)?))
    })
    .await
}

/// The fields of a form; files that come with it are not kept.
async fn fields(body: Request) -> Result<BTreeMap<String, String>, Fault> {
    let unreadable = || Fault::bad("发送的表单无法读取。", "The form that was sent cannot be read.");
    let media = body.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    if !media.is_some_and(|media| media.starts_with("multipart/form-data")) {
        let form = body.extract::<Form<BTreeMap<String, String>>, _>().await;
        return form.map(|Form(fields)| fields).map_err(|_| unreadable());
    }
    let mut parts = body.extract::<Multipart, _>().await.map_err(|_| unreadable())?;
    let mut fields = BTreeMap::new();
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        if let Some(name) = part.name().map(str::to_owned).filter(|_| part.file_name().is_none()) {
            fields.insert(name, part.text().await.map_err(|_| unreadable())?);
        }
    }
    Ok(fields)
}

fn raised(app: &App, asked: &Asked) -> Result<Json, Fault> {
    let keys = &app.settings.open311_keys;
    match asked.text("api_key") {
        None => return Err(Fault::new(StatusCode::FORBIDDEN, "缺少 api_key。", "api_key is missing.")),
        Some(key) if !keys.iter().any(|known| known == key) => {
            return Err(Fault::new(
                StatusCode::FORBIDDEN,
                "这个 api_key 无效。",
                "This api_key is not valid.",
            ));
        }
        Some(_) => {}
    }
    let code = asked.text("service_code");
    let code = code.ok_or_else(|| Fault::bad("缺少 service_code。", "service_code is missing."))?;
    let kind = service(app, code)?;
    let (casework, city) = (app.casework()?, &app.rules().city);
    let clock = casework.clock(&kind.clock).ok_or_else(|| Fault::missing("clock"))?;
    let place = place(asked)?;
    let area = area(app, asked.text("attribute[area]"), &place)?;
    let opening = Opening {
        filing: None,
        claims: None,
        kind: kind.id.clone(),
        duty: None,
        about: None,
        bearer: None,
        beneficiary: None,
        office: casework.office(kind.id.as_str(), &area, &city.areas),
        words: asked.text("description").map(checked_words).transpose()?,
        place: Some(place),
        term: clock.term,
        due_at: clock.term.ends_at(app.now(), &city.calendar),
    };
    let event = app.case_event("open311", json!({"action": "raise"}));
    let moves = CaseMoves { open: vec![opening], ..CaseMoves::default() };
    let moved = app.store().move_cases(event, moves).map_err(Problem::from)?;
    let no = moved.opened.first().copied().flatten();
    let no = no.ok_or_else(|| Fault::missing("service_request_id"))?;
    let notice = Words::new(
        format!("已受理，编号 {no}。姓名、电话等联系方式没有保存，请凭编号查询。"),
        format!("Received as {no}. Names and ways to reach you were not kept: ask by the number."),
    );
    Ok(json!([{
        "service_request_id": no.to_string(),
        "service_notice": notice.get(asked.lang),
        "account_id": null,
    }]))
}

fn place(asked: &Asked) -> Result<Place, Fault> {
    let degrees = |key: &str, most: f64| {
        let read = |text: &str| text.parse::<f64>().ok().filter(|found| found.abs() <= most);
        let wrong = || {
            Fault::bad(format!("{key} 要写成十进制的度数。"), format!("{key} has to be degrees in decimals."))
        };
        asked.text(key).map(|text| read(text).ok_or_else(wrong)).transpose()
    };
    let point = match (degrees("lat", 90.0)?, degrees("long", 180.0)?) {
        (None, None) => None,
        (Some(lat), Some(lon)) => Some(Point { lon, lat }),
        _ => return Err(Fault::bad("lat 和 long 要一起填写。", "lat and long have to come together.")),
    };
    let address = asked.text("address_string");
    if point.is_none() && address.is_none() {
        return Err(Fault::bad(
            "要填写 lat 和 long，或者 address_string。",
            "lat and long, or address_string, is missing.",
        ));
    }
    if address.is_some_and(|address| address.chars().count() > ADDRESS_MAX_CHARS) {
        return Err(Fault::bad(
            format!("address_string 不能超过 {ADDRESS_MAX_CHARS} 个字。"),
            format!("address_string has at most {ADDRESS_MAX_CHARS} characters."),
        ));
    }
    Ok(Place { point, address: address.map(str::to_owned) })
}

/// The area that is told, else the innermost of those that the address names and in whose outline the point lies, else
/// the whole city.
fn area(app: &App, told: Option<&str>, place: &Place) -> Result<AreaCode, Fault> {
    let areas = &app.rules().city.areas;
    if let Some(told) = told {
        let found = areas.get(told).map(|area| area.code.clone());
        let unknown = || Fault::bad(format!("没有区域 {told}。"), format!("There is no area {told}."));
        return found.ok_or_else(unknown);
    }
    let address = place.address.as_deref().unwrap_or_default();
    let is_named = |area: &&model::Area| {
        let mut names = [&area.name.zh, &area.name.en].into_iter().chain(&area.also);
        names.any(|name| name.chars().count() > 1 && address.contains(name.as_str()))
    };
    let depth = |area: &&model::Area| areas.ancestors(area.code.as_str()).count();
    let named = areas.iter().filter(is_named).max_by_key(depth);
    let at = place.point.and_then(|point| area_at(&app.rules().city.outlines, areas, point));
    let at = at.and_then(|code| areas.get(code.as_str()));
    // Of two as deep as each other, what somebody wrote.
    let area = at.into_iter().chain(named).max_by_key(depth);
    let area = area.or_else(|| areas.iter().find(|area| area.parent.is_none()));
    area.map(|area| area.code.clone()).ok_or_else(|| Fault::missing(AREA))
}
