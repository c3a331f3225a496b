//! Draws: who of those who filed was drawn for inspection, by which seed, and the same drawn again.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, Utc};
use model::draw::{Lot, rank};
use model::event::Hash;
use model::{AreaCode, Value};
use rules::ruleset::CompiledForm;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

use super::app::App;
use super::extract::{Body, Path};
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::problem::Problem;
use super::records::RecordLine;
use super::right::{DrawLots, May, ReadLists};
use super::scope::Scope;
use super::view::View;
use super::words::Words;
use crate::account::actor_name;
use crate::clock;
use crate::pipeline::{Origin, Redrawn, StoredDraw};

/// A draw to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct DrawRequest {
    /// The form.
    pub form: String,
    /// The day: filings up to it that were in no draw yet. It has to be over; yesterday unless said.
    pub day: Option<NaiveDate>,
}

/// A draw.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawLine {
    /// Its event.
    pub seq: i64,
    /// The form.
    pub form: String,
    /// What people call the form.
    pub title: Words,
    /// The day: filings up to it that were in no draw before.
    pub day: NaiveDate,
    /// When it was drawn.
    pub at: DateTime<Utc>,
    /// Who drew; `server` where nobody had to.
    pub actor: String,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// The event whose hash the seed was made of.
    pub seed_event: i64,
    /// A digest of all that was drawn from, in hexadecimal.
    pub list: String,
    /// Filings drawn from, in the whole city.
    pub lots: u64,
    /// Filings drawn, in the whole city.
    pub drawn: u64,
    /// The same by area, of those that the reader may see.
    pub areas: Vec<AreaShare>,
    /// Whether any of the filings is made up.
    pub synthetic: bool,
}

/// What was drawn in an area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaShare {
    /// The area; none where that of a filing is not known.
    pub area: Option<String>,
    /// The share of its filings.
    #[schema(value_type = String)]
    pub share: Decimal,
    /// Filings drawn from.
    pub lots: u64,
    /// Filings drawn.
    pub drawn: u64,
}

/// A draw, drawn again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawPage {
    /// The draw.
    #[serde(flatten)]
    pub line: DrawLine,
    /// Whether the same seed, list and filings came out now.
    pub same: bool,
    /// Filings of which the register says by now that they were drawn where they were not, or the other way round.
    pub altered: u64,
    /// What gives a filing more tickets than one, as the form says it now.
    pub reasons: Vec<TicketReason>,
    /// The filings that were drawn and that the reader may see, in the order in which they came out.
    pub drawn_lots: Vec<DrawnLot>,
}

/// What gives a filing more tickets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketReason {
    /// Why.
    pub why: Words,
    /// How many more.
    pub tickets: u32,
}

/// A filing in a draw.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawnLot {
    /// The filing.
    pub filing: RecordLine,
    /// Among whose filings it was drawn.
    pub area: Option<String>,
    /// Its tickets.
    pub tickets: u32,
    /// The smallest of its tickets' values: 16 hexadecimal digits.
    pub rank: String,
}

/// Every draw, the latest first.
#[utoipa::path(get, path = "/api/draws", tag = "draws",
    responses((status = 200, body = Vec<DrawLine>), Problem))]
pub async fn draws(State(app): State<App>, account: May<ReadLists>) -> Result<Json<Vec<DrawLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let draws = app.days.pipeline().draws()?;
        let seen = draws.iter().filter(|draw| scope.sees_kind(draw.summary.kind.as_str()));
        Ok(Json(seen.map(|draw| DrawLine::new(app, &scope, draw)).collect()))
    })
    .await
}

/// The same as a sheet: each draw's areas, with shares and seeds.
#[utoipa::path(get, path = "/api/draws.xlsx", tag = "draws", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn draws_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let draws = app.days.pipeline().draws()?;
        let seen = draws.iter().filter(|draw| scope.sees_kind(draw.summary.kind.as_str()));
        let lines: Vec<DrawLine> = seen.map(|draw| DrawLine::new(app, &scope, draw)).collect();
        let of =
            |count: fn(&AreaShare) -> u64| lines.iter().flat_map(|line| &line.areas).map(count).sum::<u64>();
        let (lots, drawn) = (of(|area| area.lots), of(|area| area.drawn));
        let book = app.read(app.today(), |view| {
            let mut notes = vec![
                view.place_and_day(account.area.as_ref().map(AreaCode::as_str)),
                Words::new(
                    format!("本表 {} 次抽签，{lots} 份备案中抽中 {drawn} 份", lines.len()),
                    format!("Draws in this list: {}. Filings drawn: {drawn} of {lots}", lines.len()),
                ),
            ];
            notes.extend(view.made_up_note());
            let headings = [
                ("抽签所属日期", "draw of"),
                ("表单", "form"),
                ("区域", "area"),
                ("比例", "share"),
                ("备案份数", "filings"),
                ("抽中份数", "drawn"),
                ("抽签人", "drawn by"),
                ("随机种子", "seed"),
            ];
            let mut book = Book::begin(Head::new(lang, (&Words::new("抽签", "Draws"), &notes), &headings))?;
            for line in &lines {
                for area in &line.areas {
                    book.row([
                        line.day.into(),
                        line.title.get(lang).into(),
                        view.area_name(area.area.as_deref(), lang).into(),
                        area.share.into(),
                        area.lots.into(),
                        area.drawn.into(),
                        actor_name(&line.actor, lang).into(),
                        line.seed.as_str().into(),
                    ])?;
                }
            }
            Ok(book)
        })?;
        book.response(&format!("draws-{}", app.today()))
    })
    .await
}

/// Draws for a day that is over. A day that was drawn for before stays as it was drawn: its draw is the answer.
#[utoipa::path(post, path = "/api/draws", tag = "draws", request_body = DrawRequest,
    responses((status = 201, body = DrawPage), (status = 200, body = DrawPage), Problem))]
pub async fn make_draw(
    State(app): State<App>,
    account: May<DrawLots>,
    Body(request): Body<DrawRequest>,
) -> Result<(StatusCode, Json<DrawPage>), Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let form = app.form(&request.form)?;
        let kind = app.rules().kinds[form.kind].id.as_str();
        if form.form.draw.is_none() || !scope.sees_kind(kind) {
            return Err(Problem::not_found(&request.form));
        }
        let today = app.today();
        let day = request.day.unwrap_or_else(|| today.checked_sub_days(Days::new(1)).unwrap_or(today));
        let pipeline = app.days.pipeline();
        let origin = Origin { actor: account.name.clone(), at: clock::now() };
        let prepared =
            app.days.read(today, |snapshot| pipeline.prepare_draw(snapshot, (form, day), &origin))??;
        let mut status = StatusCode::OK;
        if let Some(prepared) = prepared {
            let made = app.change(&account, |store| {
                let came_between = || StoreError::Taken { what: "draw", name: day.to_string() };
                store.draw(prepared.event, prepared.changes, prepared.last)?.ok_or_else(came_between)
            });
            match made {
                Ok(_) => status = StatusCode::CREATED,
                // Where another drew at the same moment, that draw is there by now.
                Err(problem) if app.draw_of(form, day)?.is_none() => return Err(problem),
                Err(_) => {}
            }
        }
        let Some(draw) = app.draw_of(form, day)? else {
            return Err(Problem::field(
                "day",
                format!("到 {day} 为止没有新的备案，无需抽签。"),
                format!("Nothing was filed up to {day} that was not drawn from before."),
            ));
        };
        Ok((status, Json(app.draw_page(&scope, draw.seq)?)))
    })
    .await
}

/// One draw, drawn again from what its event says.
#[utoipa::path(get, path = "/api/draws/{seq}", tag = "draws", params(("seq" = i64, Path)),
    responses((status = 200, body = DrawPage), Problem))]
pub async fn draw(
    State(app): State<App>,
    account: May<ReadLists>,
    Path(seq): Path<i64>,
) -> Result<Json<DrawPage>, Problem> {
    app.blocking(move |app| app.draw_page(&Scope::of(&account, app.rules()), seq).map(Json)).await
}

/// All that a draw was from, with ranks, as a sheet: enough to draw again elsewhere.
#[utoipa::path(get, path = "/api/draws/{seq}/lots.xlsx", tag = "draws", params(("seq" = i64, Path), SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn draw_sheet(
    State(app): State<App>,
    account: May<ReadLists>,
    Path(seq): Path<i64>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let (draw, redrawn) = app.redrawn(&scope, seq)?;
        let line = DrawLine::new(app, &scope, &draw);
        let book = app.read(app.today(), |view| {
            let seed = &line.seed;
            let seen = |lot: &&Lot| scope.sees_area(lot.area.as_ref().map(AreaCode::as_str));
            let shown = redrawn.lots.iter().filter(seen).count();
            let mut notes = vec![
                Words::new(
                    format!("{}，抽签所属日期 {}", line.title.zh, line.day),
                    format!("{}, draw of {}", line.title.en, line.day),
                ),
                Words::new(format!("随机种子 {seed}"), format!("Seed {seed}")),
                Words::new(
                    format!("本表 {shown} 份，全市共 {} 份，抽中 {} 份", line.lots, line.drawn),
                    format!(
                        "{shown} filings in this list, of {} in the city, {} drawn",
                        line.lots, line.drawn
                    ),
                ),
            ];
            notes.extend(line.areas.iter().map(|area| {
                let name = |lang| view.area_name(area.area.as_deref(), lang);
                let AreaShare { share, lots, drawn, .. } = area;
                Words::new(
                    format!("{}：比例 {share}，{lots} 份中抽 {drawn} 份", name(model::Lang::Zh)),
                    format!("{}: share {share}, {drawn} of {lots}", name(model::Lang::En)),
                )
            }));
            notes.extend(view.made_up_note());
            let headings = [
                ("编号", "id"),
                ("名称", "name"),
                ("区域", "area"),
                ("签数", "tickets"),
                ("排序值", "rank"),
                ("抽中", "drawn"),
            ];
            let title = Words::new("抽签", "Draw");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
            for lot in redrawn.lots.iter().filter(seen) {
                let lot_line = view.line_of(draw.summary.kind.as_str(), lot.id.as_str());
                book.row([
                    lot.id.as_str().into(),
                    Cell::maybe(lot_line.name.as_deref()),
                    view.area_name(lot.area.as_ref().map(AreaCode::as_str), lang).into(),
                    i64::from(lot.tickets).into(),
                    ranked(seed, lot).1.into(),
                    say(lang, "是", "yes").repeat(usize::from(redrawn.recorded.contains(&lot.id))).into(),
                ])?;
            }
            Ok(book)
        })?;
        book.response(&format!("draw-{seq}"))
    })
    .await
}

/// A lot's rank, as a number and as people compare it.
fn ranked(seed: &str, lot: &Lot) -> (u64, String) {
    let rank = rank(Hash::from_hex(seed).unwrap_or(Hash::ZERO), lot);
    (rank, format!("{rank:016x}"))
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl DrawLine {
    fn new(app: &App, scope: &Scope, draw: &StoredDraw) -> Self {
        let summary = &draw.summary;
        let form = app.rules().forms.iter().find(|form| form.form.id == summary.form);
        let id = summary.form.to_string();
        let areas = summary.areas.iter().map(|area| AreaShare {
            area: area.area.as_ref().map(ToString::to_string),
            share: area.share,
            lots: count(area.lots),
            drawn: count(area.drawn),
        });
        Self {
            seq: draw.seq,
            title: form.map_or_else(|| Words::new(&id, &id), |form| Words::from(&form.form.title)),
            form: id,
            day: summary.drawn_for,
            at: draw.at,
            actor: draw.actor.clone(),
            seed: summary.seed.clone(),
            seed_event: summary.seed_event,
            list: summary.list.clone(),
            lots: count(summary.lots),
            drawn: count(summary.drawn),
            areas: areas.filter(|area| scope.sees_area(area.area.as_deref())).collect(),
            synthetic: draw.synthetic,
        }
    }
}

impl App {
    fn draw_of(&self, form: &CompiledForm, day: NaiveDate) -> Result<Option<StoredDraw>, Problem> {
        Ok(self.days.pipeline().draws()?.into_iter().find(|draw| draw.is_of(form, day)))
    }

    /// Draws again. Errors: 404, no draw of that number that the reader may see.
    fn redrawn(&self, scope: &Scope, seq: i64) -> Result<(StoredDraw, Redrawn), Problem> {
        let found = self.days.pipeline().redraw(seq)?;
        let seen = found.filter(|(draw, _)| scope.sees_kind(draw.summary.kind.as_str()));
        seen.ok_or_else(|| Problem::not_found(&format!("draw {seq}")))
    }

    fn draw_page(&self, scope: &Scope, seq: i64) -> Result<DrawPage, Problem> {
        let (draw, redrawn) = self.redrawn(scope, seq)?;
        let line = DrawLine::new(self, scope, &draw);
        let form = self.rules().forms.iter().find(|form| form.form.id == draw.summary.form);
        let reasons = form.and_then(|form| form.form.draw.as_ref()).map(|rule| {
            let reason = |more: &model::draw::MoreTickets| TicketReason {
                why: Words::from(&more.why),
                tickets: more.tickets,
            };
            rule.more.iter().map(reason).collect()
        });
        self.read(self.today(), |view| {
            let kind = draw.summary.kind.as_str();
            let mut drawn: BTreeMap<(u64, &str), DrawnLot> = BTreeMap::new();
            for lot in redrawn.lots.iter().filter(|lot| redrawn.recorded.contains(&lot.id)) {
                if !scope.sees_area(lot.area.as_ref().map(AreaCode::as_str)) {
                    continue;
                }
                let (rank, text) = ranked(&line.seed, lot);
                let shown = DrawnLot {
                    filing: view.line_of(kind, lot.id.as_str()),
                    area: lot.area.as_ref().map(ToString::to_string),
                    tickets: lot.tickets,
                    rank: text,
                };
                drawn.insert((rank, lot.id.as_str()), shown);
            }
            Ok(DrawPage {
                same: redrawn.same,
                altered: altered(view, &draw, &redrawn),
                reasons: reasons.unwrap_or_default(),
                drawn_lots: drawn.into_values().collect(),
                line: line.clone(),
            })
        })
    }
}

/// Filings whose record says by now otherwise than the draw.
fn altered(view: View, draw: &StoredDraw, redrawn: &Redrawn) -> u64 {
    let Some((kind, _)) = view.rules.kind(draw.summary.kind.as_str()) else { return 0 };
    let fact = draw.summary.filled.drawn.as_str();
    let differs = redrawn.lots.iter().filter(|lot| {
        let row = view.snapshot.row(kind, lot.id.as_str());
        let told = row.and_then(|row| view.told(kind, row, fact));
        // A day before the draw does not know of it yet.
        told.is_some_and(|told| told != Value::Bool(redrawn.recorded.contains(&lot.id)))
    });
    count(differs.count())
}
