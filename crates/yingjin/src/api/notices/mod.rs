//! What an account is told: its inbox. Nobody else reads it.

mod about;
mod follow;
mod people;
mod send;
mod settings;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::{Account, StoredNotice, Which};
use utoipa::{IntoParams, ToSchema};

use self::about::About;
pub use self::settings::*;
use super::app::App;
use super::extract::{Body, Query};
use super::paging::{Page, Paging, cursor};
use super::problem::Problem;
use super::right::{May, SignIn};
use super::words::Words;

/// Which notices.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeFilter {
    /// Only those that were not read.
    pub unread: Option<bool>,
}

/// A notice.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeLine {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// What people call the kind.
    pub label: Words,
    /// When it came about.
    pub at: DateTime<Utc>,
    /// What it says.
    pub text: Words,
    /// The first words of a problem that has no other name.
    pub words: Option<String>,
    /// For how many it stands.
    pub count: u64,
    /// The page that shows what it is about; none where that is no longer theirs to see.
    pub path: Option<String>,
    /// Whether it was read.
    pub read: bool,
}

/// How many notices are unread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticeCount {
    /// How many.
    pub unread: u64,
}

/// Which notices were read: one, or all up to one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NoticesRead {
    /// This one.
    pub id: Option<i64>,
    /// All up to this one, which is the latest that was shown.
    pub up_to: Option<i64>,
}

/// One's own notices, the latest first.
#[utoipa::path(get, path = "/api/notices", tag = "notices", params(NoticeFilter, Paging),
    responses((status = 200, body = Page<NoticeLine>), Problem))]
pub async fn notices(
    State(app): State<App>,
    account: May<SignIn>,
    Query(filter): Query<NoticeFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<NoticeLine>>, Problem> {
    app.blocking(move |app| {
        let before = paging.after()?.unwrap_or(i64::MAX);
        let asked = (filter.unread.unwrap_or(false), before);
        let mut found = app.store().notices(&account.name, asked, paging.limit() + 1)?;
        let is_last = found.len() <= paging.limit();
        found.truncate(paging.limit());
        let next_cursor = found.last().filter(|_| !is_last).and_then(|last| cursor(&last.id));
        Ok(Json(Page { items: app.notice_lines(&account, &found)?, next_cursor, total: None }))
    })
    .await
}

impl App {
    /// Notices in words, for the account that they were told to; those of kinds that the city no longer has are left out.
    fn notice_lines(&self, account: &Account, found: &[StoredNotice]) -> Result<Vec<NoticeLine>, Problem> {
        let rules = self.rules().notices.as_ref();
        let rule = |stored: &StoredNotice| rules.and_then(|rules| rules.rule(&stored.notice.kind));
        let abouts = found.iter().map(|stored| {
            let about = serde_json::from_value(stored.notice.about.clone());
            (rule(stored), about.unwrap_or(About::Filings), stored.notice.count)
        });
        let told = self.told(account, &abouts.collect::<Vec<_>>())?;
        let lines = found.iter().zip(told).filter_map(|(stored, told)| {
            Some(NoticeLine {
                id: stored.id,
                kind: stored.notice.kind.clone(),
                label: Words::from(&rule(stored)?.label),
                at: stored.notice.at,
                text: told.text,
                words: told.words,
                count: stored.notice.count,
                path: told.path,
                read: stored.read_at.is_some(),
            })
        });
        Ok(lines.collect())
    }
}

/// How many of one's own notices are unread.
#[utoipa::path(get, path = "/api/notices/count", tag = "notices",
    responses((status = 200, body = NoticeCount), Problem))]
pub async fn notice_count(
    State(app): State<App>,
    account: May<SignIn>,
) -> Result<Json<NoticeCount>, Problem> {
    app.blocking(move |app| Ok(Json(NoticeCount { unread: app.store().unread_notices(&account.name)? })))
        .await
}

/// Marks notices of one's own as read; answers how many are left.
#[utoipa::path(post, path = "/api/notices/read", tag = "notices", request_body = NoticesRead,
    responses((status = 200, body = NoticeCount), Problem))]
pub async fn read_notices(
    State(app): State<App>,
    account: May<SignIn>,
    Body(read): Body<NoticesRead>,
) -> Result<Json<NoticeCount>, Problem> {
    app.blocking(move |app| {
        let which = match (read.id, read.up_to) {
            (Some(id), None) => Which::One(id),
            (None, Some(id)) => Which::UpTo(id),
            _ => {
                return Err(Problem::field("id", "请写明 id 或 up_to 之一。", "Say one of id and up_to."));
            }
        };
        app.store().read_notices(&account.name, which, app.now())?;
        Ok(Json(NoticeCount { unread: app.store().unread_notices(&account.name)? }))
    })
    .await
}
