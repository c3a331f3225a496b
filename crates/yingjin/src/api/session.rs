//! Signing in and out.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;
use model::event::EventType;
use model::{KindId, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Account;
use utoipa::ToSchema;

use super::app::{App, Settings};
use super::extract::Body;
use super::problem::{Kind, Problem};
use super::right::{May, SignIn};
use crate::account::{is_demo, new_token, token_hash, verify_password};
use crate::clock;

/// What a person types to sign in.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: String,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the program: accounts, imports, passes; sees everything.
    Administrator,
    /// An office of the city: its own duties in every area; all of them if it has no department.
    Bureau,
    /// An officer of one area: every duty there.
    County,
    /// A firm: its own record only.
    Firm,
    /// Reads everything, masked, and changes nothing.
    Auditor,
}

impl Role {
    /// The word for it.
    pub fn label(self, lang: model::Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Administrator => ("管理员", "administrator"),
            Self::Bureau => ("市级部门", "bureau"),
            Self::County => ("县区", "county"),
            Self::Firm => ("企业", "firm"),
            Self::Auditor => ("审计", "auditor"),
        };
        if lang == model::Lang::Zh { zh } else { en }
    }
}

impl From<store::Role> for Role {
    fn from(role: store::Role) -> Self {
        match role {
            store::Role::Administrator => Self::Administrator,
            store::Role::Bureau => Self::Bureau,
            store::Role::County => Self::County,
            store::Role::Firm => Self::Firm,
            store::Role::Auditor => Self::Auditor,
        }
    }
}

impl From<Role> for store::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Administrator => Self::Administrator,
            Role::Bureau => Self::Bureau,
            Role::County => Self::County,
            Role::Firm => Self::Firm,
            Role::Auditor => Self::Auditor,
        }
    }
}

/// A record by kind and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordRef {
    /// `firm`
    pub kind: String,
    /// Its id within the kind.
    pub id: String,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignedIn {
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The area it is limited to.
    pub area: Option<String>,
    /// The department it belongs to.
    pub department: Option<String>,
    /// The record it stands for: a firm's own.
    pub record: Option<RecordRef>,
}

impl From<&Account> for SignedIn {
    fn from(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            role: account.role.into(),
            area: account.area.as_ref().map(ToString::to_string),
            department: account.department.as_ref().map(ToString::to_string),
            record: account.record.as_ref().map(RecordRef::from),
        }
    }
}

impl From<&(KindId, RecordId)> for RecordRef {
    fn from((kind, id): &(KindId, RecordId)) -> Self {
        Self { kind: kind.to_string(), id: id.to_string() }
    }
}

/// The session cookie's name. `__Host-` binds it to this host over TLS; browsers refuse it without.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.secure { "__Host-yingjin" } else { "yingjin" }
}

/// The cookie as it is set: read by no script, sent from our own pages alone.
fn cookie(settings: &Settings, token: &str, max_age_s: i64) -> String {
    let secure = if settings.secure { "; Secure" } else { "" };
    let name = cookie_name(settings);
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}")
}

fn token(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(cookie_name(settings)).map(|cookie| cookie.value().to_owned())
}

/// Who sends a request; none if nobody is signed in or the session has ended.
pub async fn account_of(headers: &HeaderMap, app: &App) -> Result<Option<Account>, Problem> {
    let Some(token) = token(headers, &app.settings) else { return Ok(None) };
    app.blocking(move |app| {
        let account = app.store().session(&token_hash(&token), clock::now())?;
        Ok(account.filter(|account| app.settings.demo || !is_demo(account)))
    })
    .await
}

/// Failures within a quarter of an hour after which an account has to wait.
const FAILURES_OF_ACCOUNT: u64 = 8;
/// The same for an address; many people may share one.
const FAILURES_OF_ADDRESS: u64 = 40;
/// The span in which failures are counted.
const FAILURE_SPAN: TimeDelta = TimeDelta::minutes(15);

/// Signs in; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Credentials,
    responses((status = 200, body = SignedIn), Problem))]
pub async fn sign_in(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    let address = app.address(peer.map(|Extension(ConnectInfo(peer))| peer), &headers);
    let hashing = app.hashing.acquire().await.map_err(|error| Problem::internal(&error))?;
    let answer = app
        .blocking(move |app| {
            let account = check(app, &credentials, address)?;
            let token = new_token();
            let expires_at = clock::now() + TimeDelta::hours(app.settings.session_hours);
            app.store().open_session(&token_hash(&token), &account.name, expires_at)?;
            let cookie = cookie(&app.settings, &token, app.settings.session_hours * 3600);
            Ok(([(header::SET_COOKIE, cookie)], Json(SignedIn::from(&account))).into_response())
        })
        .await;
    drop(hashing);
    answer
}

/// Finds out whether somebody is who they say. Who did and who did not is an event.
fn check(app: &App, credentials: &Credentials, address: Option<IpAddr>) -> Result<Account, Problem> {
    let (now, store) = (clock::now(), app.store());
    let name = credentials.name.trim();
    let address = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
    let keys = [
        (format!("account {}", token_hash(name)), FAILURES_OF_ACCOUNT),
        (format!("address {address}"), FAILURES_OF_ADDRESS),
    ];
    for (key, most) in &keys {
        if store.failures(key, now, FAILURE_SPAN)? >= *most {
            return Err(Problem::too_many(FAILURE_SPAN.num_seconds().unsigned_abs()));
        }
    }
    let account = store.account(name)?;
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let is_right = verify_password(&credentials.password, hash);
    let Some(account) = account else { return Err(refused(app, &keys)) };
    if !is_right || account.closed || (is_demo(&account) && !app.settings.demo) {
        store.append(app.event(EventType::SignIn, &account, json!({"sign": "refused"})), vec![])?;
        return Err(refused(app, &keys));
    }
    store.clear_failures(&keys[0].0)?;
    store.append(app.event(EventType::SignIn, &account, json!({"sign": "in"})), vec![])?;
    Ok(account)
}

/// Counts a failure. The answer does not tell whether the name, the password or the account is to blame.
fn refused(app: &App, keys: &[(String, u64); 2]) -> Problem {
    for (key, _) in keys {
        if let Err(error) = app.store().count_failure(key, clock::now(), FAILURE_SPAN) {
            return error.into();
        }
    }
    Problem::new(
        Kind::SignIn,
        "账号或密码不正确。请检查后重试；忘记密码请联系管理员。",
        "The name or the password is wrong. Look again; ask your administrator for a new password.",
    )
}

/// Who is signed in; 401 if nobody is.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = SignedIn), Problem))]
pub async fn who(account: May<SignIn>) -> Json<SignedIn> {
    Json(SignedIn::from(&*account))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204), Problem))]
pub async fn sign_out(
    State(app): State<App>,
    account: May<SignIn>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        if let Some(token) = token(&headers, &app.settings) {
            app.store().close_session(&token_hash(&token), clock::now())?;
        }
        app.store().append(app.event(EventType::SignIn, &account, json!({"sign": "out"})), vec![])?;
        Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&app.settings, "", 0))]).into_response())
    })
    .await
}
