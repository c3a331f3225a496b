//! Accounts, for the administrator.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use super::session::{RecordRef, Role};

/// An account as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The area it is limited to.
    pub area: Option<String>,
    /// The department it belongs to.
    pub department: Option<String>,
    /// The record it stands for.
    pub record: Option<RecordRef>,
    /// Whether it may no longer sign in.
    pub closed: bool,
}

/// Every account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Accounts {
    /// By name.
    pub items: Vec<AccountLine>,
}

/// An account to make.
#[derive(Clone, Deserialize, ToSchema)]
pub struct NewAccount {
    /// Its name: 2 to 64 letters, digits, `.`, `-`, `_` or Chinese characters.
    pub name: String,
    /// Its password: 10 characters or more.
    pub password: String,
    /// What it may do.
    pub role: Role,
    /// The area it is limited to; required for `county`.
    pub area: Option<String>,
    /// The department it belongs to; for `bureau`.
    pub department: Option<String>,
    /// The record it stands for; required for `firm`.
    pub record: Option<RecordRef>,
}

/// What to change of an account.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct AccountPatch {
    /// Another password; its sessions end.
    pub password: Option<String>,
    /// Closes it, its sessions end; or opens it again.
    pub closed: Option<bool>,
}

/// Every account.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts",
    responses((status = 200, body = Accounts), Problem))]
pub async fn accounts() -> Result<Json<Accounts>, Problem> {
    Err(Problem::not_built())
}

/// Makes an account.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = NewAccount,
    responses((status = 201, body = AccountLine), Problem))]
pub async fn add_account(
    Json(_account): Json<NewAccount>,
) -> Result<(StatusCode, Json<AccountLine>), Problem> {
    Err(Problem::not_built())
}

/// Changes an account's password, closes it or opens it again.
#[utoipa::path(patch, path = "/api/accounts/{name}", tag = "accounts", params(("name" = String, Path)), request_body = AccountPatch,
    responses((status = 200, body = AccountLine), Problem))]
pub async fn change_account(
    Path(_name): Path<String>,
    Json(_patch): Json<AccountPatch>,
) -> Result<Json<AccountLine>, Problem> {
    Err(Problem::not_built())
}
