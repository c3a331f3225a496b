//! What happened, event by event, and whether the chain holds.

use std::ops::ControlFlow;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use model::Lang;
use model::calendar::in_china;
use rules::ruleset::RuleSet;
use serde::{Deserialize, Serialize};
use store::StoredEvent;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::extract::Query;
use super::jobs::{ChainBreak, Job, JobType, Outcome, VerificationResult, error_label};
use super::list::{Book, Head, In, SheetLang, say};
use super::paging::{Page, Paging, cursor};
use super::problem::Problem;
use super::right::{May, ReadEvents};
use super::summary;
use super::words::Words;
use crate::account::actor_name;
use crate::job::End;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// A sheet was read in.
    Import,
    /// A person changed facts of a record.
    Change,
    /// Somebody filled in a form, which made a record.
    Filing,
    /// Some of those who filed were drawn for inspection.
    Draw,
    /// An official exempted a record from a duty, or took that back.
    Exemption,
    /// The program computed facts from others.
    Computed,
    /// A person decided a conflict or a row put aside.
    Decision,
    /// A pass found verdicts that differ from before.
    Verdicts,
    /// A person read personal facts.
    Reveal,
    /// An account was made, changed or closed.
    Account,
    /// Cases were opened, or something happened to them.
    Case,
    /// Somebody signed in or out, or failed to.
    SignIn,
}

impl EventType {
    /// The word for it.
    pub fn label(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Import => ("导入", "import"),
            Self::Change => ("更改", "change"),
            Self::Filing => ("备案", "filing"),
            Self::Draw => ("抽签", "draw"),
            Self::Exemption => ("免尽", "exemption"),
            Self::Computed => ("计算", "computed"),
            Self::Decision => ("决定", "decision"),
            Self::Verdicts => ("评估", "verdicts"),
            Self::Reveal => ("查看个人信息", "personal facts read"),
            Self::Account => ("账户", "account"),
            Self::Case => ("事项", "cases"),
            Self::SignIn => ("登录", "sign-in"),
        };
        say(lang, zh, en)
    }
}

/// Which events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Only this type.
    #[serde(rename = "type")]
    #[param(inline)]
    pub event_type: Option<EventType>,
}

/// An event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventLine {
    /// Its number.
    pub seq: i64,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// The day it holds for.
    pub on: NaiveDate,
    /// Who did it.
    pub actor: String,
    /// Whether it is made up.
    pub synthetic: bool,
    /// What is kept of it: file name, digest, counts.
    #[schema(value_type = Value)]
    pub summary: serde_json::Value,
    /// The same in words.
    pub says: Words,
    /// Its hash, over itself and the one before.
    pub hash: String,
}

impl From<model::event::EventType> for EventType {
    fn from(event_type: model::event::EventType) -> Self {
        use model::event::EventType as Model;
        match event_type {
            Model::Import => Self::Import,
            Model::Change => Self::Change,
            Model::Filing => Self::Filing,
            Model::Draw => Self::Draw,
            Model::Exemption => Self::Exemption,
            Model::Computed => Self::Computed,
            Model::Decision => Self::Decision,
            Model::Verdicts => Self::Verdicts,
            Model::Reveal => Self::Reveal,
            Model::Account => Self::Account,
            Model::Case => Self::Case,
            Model::SignIn => Self::SignIn,
        }
    }
}

impl From<EventType> for model::event::EventType {
    fn from(event_type: EventType) -> Self {
        match event_type {
            EventType::Import => Self::Import,
            EventType::Change => Self::Change,
            EventType::Filing => Self::Filing,
            EventType::Draw => Self::Draw,
            EventType::Exemption => Self::Exemption,
            EventType::Computed => Self::Computed,
            EventType::Decision => Self::Decision,
            EventType::Verdicts => Self::Verdicts,
            EventType::Reveal => Self::Reveal,
            EventType::Account => Self::Account,
            EventType::Case => Self::Case,
            EventType::SignIn => Self::SignIn,
        }
    }
}

impl EventLine {
    fn new(rules: &RuleSet, stored: StoredEvent) -> Self {
        Self {
            says: summary::in_words(rules, &stored.event.summary),
            seq: stored.seq,
            event_type: stored.event.event_type.into(),
            at: stored.event.at,
            on: stored.event.on,
            actor: stored.event.actor,
            synthetic: stored.event.synthetic,
            summary: stored.event.summary,
            hash: stored.hash.to_string(),
        }
    }
}

/// Events, the last first.
#[utoipa::path(get, path = "/api/audit/events", tag = "audit", params(EventFilter, Paging),
    responses((status = 200, body = Page<EventLine>), Problem))]
pub async fn events(
    State(app): State<App>,
    _account: May<ReadEvents>,
    Query(filter): Query<EventFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<EventLine>>, Problem> {
    app.blocking(move |app| {
        let limit = paging.limit();
        let stored = app.store().latest_events(&store::EventFilter {
            before: paging.after()?,
            event_type: filter.event_type.map(Into::into),
            limit,
        })?;
        let items: Vec<EventLine> =
            stored.into_iter().map(|stored| EventLine::new(app.rules(), stored)).collect();
        let next_cursor = items.last().filter(|_| items.len() == limit).and_then(|last| cursor(&last.seq));
        Ok(Json(Page { items, next_cursor, total: None }))
    })
    .await
}

/// Events read at once for a sheet.
const BATCH: usize = 1000;

/// The same as a sheet.
#[utoipa::path(get, path = "/api/audit/events.xlsx", tag = "audit", params(EventFilter, SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn events_sheet(
    State(app): State<App>,
    _account: May<ReadEvents>,
    Query(filter): Query<EventFilter>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let (on, last) = (app.today(), app.store().last_seq()?);
        let mut notes = vec![Words::new(
            format!("{on}，登记库共 {last} 条事件，最新在前"),
            format!("{on}, the register has {last} events, the last first"),
        )];
        notes.extend(filter.event_type.map(|only| {
            Words::new(format!("只列：{}", only.label(Lang::Zh)), format!("Only: {}", only.label(Lang::En)))
        }));
        let headings = [
            ("序号", "no."),
            ("类型", "type"),
            ("时间（北京时间）", "when (China)"),
            ("对应日期", "holds for"),
            ("操作人", "who"),
            ("虚构", "made up"),
            ("摘要", "what it did"),
            ("指纹", "fingerprint"),
        ];
        let title = Words::new("事件", "Events");
        let mut book = Book::begin(Head::new(lang, (&title, &notes), &headings))?;
        let mut before = last + 1;
        loop {
            let stored = app.store().latest_events(&store::EventFilter {
                before: Some(before),
                event_type: filter.event_type.map(Into::into),
                limit: BATCH,
            })?;
            let Some(oldest) = stored.last().map(|stored| stored.seq) else { break };
            before = oldest;
            for line in stored.into_iter().map(|stored| EventLine::new(app.rules(), stored)) {
                book.row([
                    line.seq.into(),
                    line.event_type.label(lang).into(),
                    in_china(line.at).format("%Y-%m-%d %H:%M:%S").to_string().into(),
                    line.on.into(),
                    actor_name(&line.actor, lang).into(),
                    say(lang, "是", "yes").repeat(usize::from(line.synthetic)).into(),
                    line.says.get(lang).into(),
                    line.hash.into(),
                ])?;
            }
        }
        book.response(&format!("events-{on}"))
    })
    .await
}

/// Walks the chain of events and says where it breaks.
#[utoipa::path(post, path = "/api/audit/verify", tag = "audit",
    responses((status = 202, body = Job), Problem))]
pub async fn verify_chain(
    State(app): State<App>,
    account: May<ReadEvents>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    let job = app.begin(&account, JobType::Verify, |app, watch| {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let found = app.store().verify(|progress| {
            watch.tell(count(progress.done), count(progress.total));
            if watch.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match found {
            Err(error) => End::Failed(error_label(&error)),
            Ok(found) if found.stopped => End::Stopped,
            Ok(found) => End::Done(Outcome::Verification(VerificationResult {
                events: count(found.events),
                broken: found
                    .broken
                    .map(|broken| ChainBreak { seq: broken.seq, what: Words::from(&broken.what.label()) }),
            })),
        }
    });
    Ok((StatusCode::ACCEPTED, Json(job)))
}
