//! The three questions to a beneficiary, by a link that needs no account: answered? solved? satisfied?

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use chrono::NaiveDate;
use model::calendar::day_of;
use model::case::{State as Stands, Step};
use serde::Serialize;
use serde_json::json;
use store::{CaseMoves, StoredCase};
use utoipa::ToSchema;

use super::app::App;
use super::case_steps::said_steps;
use super::cases::{SaidShape, title};
use super::casework::OfficeShape;
use super::extract::{Body, Path};
use super::problem::{Kind, Problem};
use super::words::Words;
use crate::account::token_hash;

/// What somebody is asked about: enough to know what it is, and nothing else of the case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Asked {
    /// The city.
    pub city: Words,
    /// What it is about.
    pub title: Words,
    /// The office that answered.
    pub office: Words,
    /// The day it was opened.
    pub opened_on: NaiveDate,
    /// The answer; none where there is none to judge now.
    pub answer: Option<String>,
    /// Whether the questions are open: after an answer, until they are answered.
    pub open: bool,
    /// What was said before.
    pub said: Option<SaidShape>,
    /// Whether anything of it is made up.
    pub synthetic: bool,
}

/// The case of a link. Errors: 404 for every link that is none of ours, 429 for who tries too often.
fn find(
    app: &App,
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    token: &str,
) -> Result<StoredCase, Problem> {
    app.count_asker(&app.linked, peer, headers)?;
    app.store().case_of_link(&token_hash(token))?.ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            "这个链接无效，请核对是否完整。",
            "This link is none of ours. Look whether all of it is there.",
        )
    })
}

fn shown(app: &App, stored: &StoredCase) -> Result<Asked, Problem> {
    let case = &stored.case;
    let steps = app.store().case_steps(stored.no)?;
    let answer = steps.iter().rev().find_map(|step| match &step.step {
        Step::Answered { words } | Step::Refused { why: words } => Some(words.clone()),
        _ => None,
    });
    let open = case.state == Stands::Answered;
    app.read(app.today(), |view| {
        Ok(Asked {
            city: Words::from(&view.rules.city.name),
            title: title(view, &case.opening),
            office: OfficeShape::new(&view.rules.city, &case.office).name,
            opened_on: day_of(case.opened_at),
            answer: answer.clone().filter(|_| open),
            open,
            said: case.said.as_ref().map(SaidShape::from),
            synthetic: view.snapshot.has_synthetic(),
        })
    })
}

/// What a link asks about.
#[utoipa::path(get, path = "/api/ask/{token}", tag = "cases", params(("token" = String, Path)),
    responses((status = 200, body = Asked), Problem))]
pub async fn asked(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Json<Asked>, Problem> {
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
    app.blocking(move |app| shown(app, &find(app, peer, &headers, &token)?).map(Json)).await
}

/// Answers the three questions. A dispute gives the case back to its office with its time anew.
#[utoipa::path(post, path = "/api/ask/{token}", tag = "cases", params(("token" = String, Path)), request_body = SaidShape,
    responses((status = 200, body = Asked), Problem))]
pub async fn say_asked(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(token): Path<String>,
    Body(said): Body<SaidShape>,
) -> Result<Json<Asked>, Problem> {
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
    app.blocking(move |app| {
        let stored = find(app, peer, &headers, &token)?;
        let steps = said_steps(app, &stored.case, &said)?.into_iter().map(|step| (stored.no, step)).collect();
        let event = app.case_event("beneficiary", json!({"case": stored.no, "action": "say"}));
        app.store().move_cases(event, CaseMoves { steps, ..CaseMoves::default() })?;
        let stored = app.store().case(stored.no)?.ok_or_else(|| Problem::not_found("case"))?;
        shown(app, &stored).map(Json)
    })
    .await
}
