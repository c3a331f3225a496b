//! Signing in and out.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;

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
    /// An office of the city: its own duties in every area.
    Bureau,
    /// An officer of one area: every duty there.
    County,
    /// A firm: its own record only.
    Firm,
    /// Reads everything, masked, and changes nothing.
    Auditor,
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

/// Signs in; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Credentials,
    responses((status = 200, body = SignedIn), Problem))]
pub async fn sign_in(Json(_credentials): Json<Credentials>) -> Result<Json<SignedIn>, Problem> {
    Err(Problem::not_built())
}

/// Who is signed in; 401 if nobody is.
#[utoipa::path(get, path = "/api/session", tag = "session",
    responses((status = 200, body = SignedIn), Problem))]
pub async fn who() -> Result<Json<SignedIn>, Problem> {
    Err(Problem::not_built())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "session",
    responses((status = 204), Problem))]
pub async fn sign_out() -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
