//! Letters and sheets as PDF.

mod bearer;
mod owed;
mod plan;
mod receipt;
mod tally;

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use letters::{Fault, Pdf};
use model::letter::About;
use model::{Lang, Letter};
use serde::{Deserialize, Serialize};
use store::Account;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::extract::{Path, Query};
use super::list::{Book, Cell, Head, In, SheetLang};
use super::problem::{Kind, Problem};
use super::right::{May, PreviewLetters, ReadLetters, ReadLists, Right};
use super::scope::Scope;
use super::view::View;
use super::words::Words;
use crate::letter;
use crate::letter::data::{Body, Data};
use crate::letter::made_up::{self, Amount};

/// A letter that the city has a template for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LetterLine {
    /// `owed`
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// What it is about.
    pub about: LetterAbout,
    /// The duty it is about, if it is about one.
    pub duty: Option<String>,
}

/// What a letter is about: whoever has to act for a duty, a firm with all it is owed, a firm with all that is open and what comes next, a filing, the day by area, or a
/// duty by whoever has to act for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LetterAbout {
    /// Needs `record`.
    Bearer,
    /// Needs `record`.
    Owed,
    /// Needs `record`.
    Plan,
    /// Had at the receipt's own address.
    Receipt,
    /// Takes `area`.
    Dispatch,
    /// Takes `area`.
    Duty,
}

impl From<About> for LetterAbout {
    fn from(about: About) -> Self {
        match about {
            About::Bearer => Self::Bearer,
            About::Owed => Self::Owed,
            About::Plan => Self::Plan,
            About::Receipt => Self::Receipt,
            About::Dispatch => Self::Dispatch,
            About::Duty => Self::Duty,
        }
    }
}

impl From<&Letter> for LetterLine {
    fn from(letter: &Letter) -> Self {
        Self {
            id: letter.id.to_string(),
            label: Words::from(&letter.label),
            about: letter.about.into(),
            duty: letter.duty.as_ref().map(ToString::to_string),
        }
    }
}

/// Which letters.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LettersFilter {
    /// Only those that can be written to a record of this kind.
    pub kind: Option<String>,
    /// The record.
    pub record: Option<String>,
    /// Only those about this duty.
    pub duty: Option<String>,
}

/// Every letter that the reader may have; for a record, those that concern it today.
#[utoipa::path(get, path = "/api/letters", tag = "letters", params(LettersFilter),
    responses((status = 200, body = Vec<LetterLine>), Problem))]
pub async fn letters(
    State(app): State<App>,
    account: May<ReadLetters>,
    Query(filter): Query<LettersFilter>,
) -> Result<Json<Vec<LetterLine>>, Problem> {
    app.blocking(move |app| app.letters_for(&account, &filter).map(Json)).await
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/letters.xlsx", tag = "letters", params(LettersFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn letters_sheet(
    State(app): State<App>,
    account: May<ReadLetters>,
    Query(filter): Query<LettersFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let lines = app.letters_for(&account, &filter)?;
        let (shown, all, on) = (lines.len(), app.rules().letters.letters.len(), app.today());
        let notes = [Words::new(
            format!("{on}，本表 {shown} 种函件，本市共 {all} 种"),
            format!("{on}, {shown} letters in this list, of {all} of the city"),
        )];
        let title = Words::new("函件", "Letters");
        let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
        for line in lines {
            let duty = line.duty.as_deref();
            let duty =
                duty.and_then(|id| app.rules().duties.iter().rfind(|version| version.duty.id.as_str() == id));
            let duty = duty.map(|duty| duty.duty.title.get(lang));
            book.row([
                line.id.as_str().into(),
                line.label.get(lang).into(),
                line.about.label().get(lang).into(),
                Cell::maybe(duty),
            ])?;
        }
        book.response(&format!("letters-{on}"))
    })
    .await
}

const HEADINGS: [(&str, &str); 4] =
    [("代号", "id"), ("函件", "letter"), ("写给或关于", "about"), ("责任事项", "duty")];

impl App {
    /// The letters that a reader may have; for a record, those that concern it today.
    fn letters_for(&self, account: &Account, filter: &LettersFilter) -> Result<Vec<LetterLine>, Problem> {
        let scope = Scope::of(account, self.rules());
        let of_record = filter.kind.as_deref().zip(filter.record.as_deref());
        self.read(self.today(), |view| {
            let concerns = |letter: &Letter| match of_record {
                // One to themselves is there for them while there is something in it.
                None if scope.own_only() && letter.about == About::Bearer => {
                    Ok(bearer::own(view, &scope, letter)
                        .is_some_and(|own| bearer::is_open(view, letter, own)))
                }
                None => Ok(true),
                Some((kind, id)) => concerns(view, &scope, letter, (kind, id)),
            };
            let all = self.rules().letters.letters.iter();
            let all = all.filter(|letter| {
                sees(view, &scope, account, letter)
                    && filter
                        .duty
                        .as_ref()
                        .is_none_or(|duty| letter.duty.as_ref().is_some_and(|own| own.as_str() == duty))
            });
            let mut lines = Vec::new();
            for letter in all {
                if concerns(letter)? {
                    lines.push(LetterLine::from(letter));
                }
            }
            Ok(lines)
        })
    }
}

impl LetterAbout {
    fn label(self) -> Words {
        let (zh, en) = match self {
            Self::Bearer => ("写给须办理的一方", "to whoever has to act"),
            Self::Owed => ("一家企业应享的", "what one firm is owed"),
            Self::Plan => ("一企一策", "one firm, one plan"),
            Self::Receipt => ("备案回执", "the receipt of a filing"),
            Self::Dispatch => ("按区域汇总", "by area"),
            Self::Duty => ("一项责任按区域", "one duty by area"),
        };
        Words::new(zh, en)
    }
}

/// Whether an account may have letters of a sort at all.
fn sees(view: View, scope: &Scope, account: &Account, letter: &Letter) -> bool {
    let of_lists = match letter.about {
        About::Dispatch | About::Duty => true,
        About::Bearer => bearer::own(view, scope, letter).is_none(),
        About::Owed | About::Plan | About::Receipt => false,
    };
    let duty = letter.duty.as_ref().and_then(|id| view.snapshot.pass.duty(id));
    (!of_lists || ReadLists::ROLES.contains(&account.role))
        && (letter.duty.is_none()
            || duty.is_some_and(|duty| scope.sees_duty(&view.rules.duties[duty.index].duty)))
}

/// Whether a letter can be written to a record that the reader may see.
fn concerns(view: View, scope: &Scope, letter: &Letter, (kind, id): (&str, &str)) -> Result<bool, Problem> {
    let (kind, row) = scope.find(view.snapshot, kind, id)?;
    Ok(match letter.about {
        About::Owed => crate::account::firm_kind(view.rules).is_some_and(|(firm, _)| firm == kind),
        About::Bearer => bearer::is_open(view, letter, (kind, row)),
        About::Plan => letter.of.as_ref() == Some(&view.kind(kind).id),
        About::Receipt | About::Dispatch | About::Duty => false,
    })
}

/// What a letter is to be about.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LetterRequest {
    /// The record it is written to, where it is written to one.
    pub record: Option<String>,
    /// The day it is judged on; today unless said.
    pub on: Option<NaiveDate>,
    /// Only records in this area, where it is not written to a record.
    pub area: Option<String>,
}

/// A letter as a PDF. The same day and register give the same file.
#[utoipa::path(get, path = "/api/letters/{id}/letter.pdf", tag = "letters",
    params(("id" = String, Path), LetterRequest, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Problem))]
pub async fn letter_pdf(
    State(app): State<App>,
    account: May<ReadLetters>,
    Path(id): Path<String>,
    Query(request): Query<LetterRequest>,
    In(lang): In,
) -> Result<Response, Problem> {
    let on = app.day(Some(&account), request.on)?;
    app.blocking(move |app| {
        let letter = app.letter(&id)?;
        let pdf = app.write_letter(&account, letter, &request, (lang, on))?;
        Ok(inline(pdf, &format!("{id}-{on}")))
    })
    .await
}

/// How much made-up data a preview has: some pages, nothing, or one line full of signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreviewAmount {
    /// Some pages.
    #[default]
    Much,
    /// Nothing.
    Nothing,
    /// Long texts full of signs.
    Signs,
}

/// How a template is tried.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewRequest {
    /// How much made-up data it is given.
    #[param(inline)]
    pub amount: Option<PreviewAmount>,
}

/// A template tried with made-up data.
#[utoipa::path(get, path = "/api/letters/{id}/preview.pdf", tag = "letters",
    params(("id" = String, Path), PreviewRequest, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Problem))]
pub async fn letter_preview(
    State(app): State<App>,
    _account: May<PreviewLetters>,
    Path(id): Path<String>,
    Query(request): Query<PreviewRequest>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let letter = app.letter(&id)?;
        let amount = match request.amount.unwrap_or_default() {
            PreviewAmount::Much => Amount::Much,
            PreviewAmount::Nothing => Amount::Nothing,
            PreviewAmount::Signs => Amount::Signs,
        };
        let (data, on) = made_up::data(app.rules(), letter, (amount, lang));
        let pdf = app.print(letter, &data, (lang, on))?;
        Ok(inline(pdf, &format!("{id}-preview")))
    })
    .await
}

/// The receipt of a filing, to hang on a door: open to everybody who has the number.
#[utoipa::path(get, path = "/api/receipts/{number}/receipt.pdf", tag = "forms",
    params(("number" = String, Path), SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Problem))]
pub async fn receipt_pdf(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(typed): Path<String>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.count_asker(&app.asked, peer.map(|Extension(ConnectInfo(peer))| peer), &headers)?;
    app.blocking(move |app| {
        let letter = app.rules().letters.letters.iter().find(|letter| letter.about == About::Receipt);
        let letter = letter.ok_or_else(|| Problem::not_found("receipt.pdf"))?;
        let (data, on) = receipt::data(app, letter, (&typed, &headers), lang)?;
        let pdf = app.print(letter, &data, (lang, on))?;
        Ok(inline(pdf, "receipt"))
    })
    .await
}

/// A PDF to look at; its name where it is kept.
fn inline(pdf: Pdf, name: &str) -> Response {
    let disposition = format!("inline; filename=\"{name}.pdf\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, pdf.bytes).into_response()
}

impl From<Vec<Fault>> for Problem {
    /// The first fault: it has to be mended before the others can be seen.
    fn from(faults: Vec<Fault>) -> Self {
        let Some(fault) = faults.first() else { return Self::internal(&"a letter failed without a fault") };
        tracing::error!(fault = %fault.message(Lang::En), "a letter could not be made");
        let kind = match fault {
            Fault::Pages { .. } | Fault::Late { .. } | Fault::Ended => Kind::Invalid,
            _ if fault.is_of_the_machine() => Kind::Unavailable,
            _ => Kind::Internal,
        };
        Self::new(kind, fault.message(Lang::Zh), fault.message(Lang::En))
    }
}

impl App {
    /// A letter of the city. Errors: 404.
    pub fn letter(&self, id: &str) -> Result<&Letter, Problem> {
        self.rules().letters.get(id).ok_or_else(|| Problem::not_found(id))
    }

    /// Writes a letter for somebody who may have it.
    pub fn write_letter(
        &self,
        account: &Account,
        letter: &Letter,
        request: &LetterRequest,
        (lang, on): (Lang, NaiveDate),
    ) -> Result<Pdf, Problem> {
        let scope = Scope::of(account, self.rules());
        let data = self.read(on, |view| {
            if !sees(view, &scope, account, letter) {
                return Err(Problem::forbidden());
            }
            let desk = Desk { app: self, view, scope: &scope, letter, lang };
            match letter.about {
                About::Bearer => desk.bearer(request.record.as_deref()),
                About::Owed => desk.owed(request.record.as_deref()),
                About::Plan => desk.plan(account, request.record.as_deref()),
                About::Dispatch => desk.dispatch(request.area.as_deref()),
                About::Duty => desk.duty(request.area.as_deref()),
                About::Receipt => Err(Problem::not_found(letter.id.as_str())),
            }
        })?;
        self.print(letter, &data, (lang, on))
    }

    /// Typesets a letter over its data.
    pub fn print(&self, letter: &Letter, data: &Data, when: (Lang, NaiveDate)) -> Result<Pdf, Problem> {
        Ok(self.press.print(&letter::job(&self.rules().letters, letter, data, when))?)
    }
}

/// What a letter is written with.
struct Desk<'a> {
    app: &'a App,
    view: View<'a>,
    scope: &'a Scope<'a>,
    letter: &'a Letter,
    lang: Lang,
}

impl Desk<'_> {
    fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        super::list::say(self.lang, zh, en)
    }

    /// What every page says; the place is the area, or the whole city.
    fn sheet(&self, area: Option<&str>, of: Words, body: Body) -> Data {
        let city = self.view.rules.city.name.get(self.lang).to_owned();
        let on = self.view.snapshot.on;
        Data {
            lang: self.lang,
            title: self.letter.label.get(self.lang).to_owned(),
            place: area.map_or_else(|| city.clone(), |code| self.view.area_name(Some(code), self.lang)),
            city,
            day: on.to_string(),
            day_words: letter::day_words(on, self.lang),
            of: of.get(self.lang).to_owned(),
            made_up: self.view.made_up_note().map(|note| note.get(self.lang).to_owned()),
            body,
        }
    }
}

/// Says which record is wanted, where none was named.
fn no_record() -> Problem {
    Problem::field("record", "请先选定写给谁。", "Say first to whom it is written.")
}
