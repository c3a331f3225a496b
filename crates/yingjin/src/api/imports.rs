//! Imports: a sheet goes in, and each of its rows is accounted for.

use axum::Json;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs::Progress;
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::words::Words;

/// A sheet to read in, as a multipart form.
#[derive(ToSchema)]
pub struct ImportForm {
    /// The file: csv, xlsx or xls.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// The kind of its rows.
    pub kind: String,
    /// The day its facts hold for; today unless said.
    pub on: Option<NaiveDate>,
    /// Where it comes from; the file's name unless said.
    pub source: Option<String>,
    /// Only look, change nothing.
    pub dry_run: Option<bool>,
    /// Which column is which fact, TOML, as suggested by `/api/imports/suggest` and mended.
    pub mapping: Option<String>,
}

/// A sheet to look at, as a multipart form.
#[derive(ToSchema)]
pub struct SuggestForm {
    /// The file: csv, xlsx or xls.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// The kind of its rows.
    pub kind: String,
}

/// An import that has begun.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Begun {
    /// Ask `/api/imports/{id}` how it goes.
    pub id: String,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// The file is being read.
    Reading,
    /// Its rows are being matched with the register.
    Matching,
    /// The register is being written.
    Writing,
    /// All rows are accounted for.
    Done,
    /// Nothing was changed.
    Failed,
    /// Nothing was changed.
    Cancelled,
}

/// What became of the rows. Contract: read = added + changed + unchanged + put_aside + rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportResult {
    /// Rows read.
    pub read: u64,
    /// New records.
    pub added: u64,
    /// Records whose facts changed.
    pub changed: u64,
    /// Records that were so already.
    pub unchanged: u64,
    /// Rows for a person to decide.
    pub put_aside: u64,
    /// Rows that cannot be read.
    pub rejected: u64,
}

/// An import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportLine {
    /// Its id.
    pub id: String,
    /// The kind.
    pub kind: String,
    /// The file's name.
    pub file: String,
    /// The day its facts hold for.
    pub on: NaiveDate,
    /// Whether it only looked.
    pub dry_run: bool,
    /// Who began it.
    pub actor: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How far it is.
    pub state: ImportState,
    /// What became of the rows, once done.
    pub result: Option<ImportResult>,
    /// The event it became; none where nothing changed.
    pub seq: Option<i64>,
}

/// An import with everything there is to say about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportPage {
    /// The import.
    #[serde(flatten)]
    pub line: ImportLine,
    /// How far it is.
    pub progress: Progress,
    /// Which column was read as which fact.
    pub mapping: Vec<ColumnMatch>,
    /// Rejected and doubtful rows.
    pub problems: Page<RowProblem>,
    /// Why it failed.
    pub failure: Option<Words>,
}

/// A column of a sheet and the fact it is read as.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ColumnMatch {
    /// The sheet; none for csv.
    pub sheet: Option<String>,
    /// The heading as the sheet has it.
    pub heading: String,
    /// The fact; none if the column is left out.
    pub fact: Option<String>,
    /// How it was found: by label, by another heading, by the mapping.
    pub how: Option<Words>,
}

/// A row that was not read as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowProblem {
    /// The sheet; none for csv.
    pub sheet: Option<String>,
    /// The row as the sheet counts it, from 1.
    pub row: u64,
    /// The heading of the column, where one cell is to blame.
    pub column: Option<String>,
    /// What stands there; masked where it is about a person and the reader may not see it.
    pub value: Option<String>,
    /// Why.
    pub reason: Words,
    /// What became of the row.
    pub outcome: RowOutcome,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RowOutcome {
    /// Read, with a doubt worth a look.
    Doubtful,
    /// For a person to decide.
    PutAside,
    /// Not read.
    Rejected,
}

/// What a sheet would be read as.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// Which column would be read as which fact.
    pub mapping: Vec<ColumnMatch>,
    /// The same as TOML, to mend and send with the import.
    pub mapping_file: String,
    /// Facts of the kind that no column was found for.
    pub absent: Vec<String>,
    /// The first rows as the sheet has them.
    pub rows: Vec<Vec<String>>,
}

/// Begins an import.
#[utoipa::path(post, path = "/api/imports", tag = "imports",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = Begun), Problem))]
pub async fn begin_import(_form: Multipart) -> Result<(StatusCode, Json<Begun>), Problem> {
    Err(Problem::not_built())
}

/// Says what a sheet would be read as.
#[utoipa::path(post, path = "/api/imports/suggest", tag = "imports",
    request_body(content = SuggestForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Suggestion), Problem))]
pub async fn suggest_mapping(_form: Multipart) -> Result<Json<Suggestion>, Problem> {
    Err(Problem::not_built())
}

/// Imports, the last first.
#[utoipa::path(get, path = "/api/imports", tag = "imports", params(Paging),
    responses((status = 200, body = Page<ImportLine>), Problem))]
pub async fn imports(Query(_paging): Query<Paging>) -> Result<Json<Page<ImportLine>>, Problem> {
    Err(Problem::not_built())
}

/// One import: how it goes, and its rejected and doubtful rows in pages.
#[utoipa::path(get, path = "/api/imports/{id}", tag = "imports", params(("id" = String, Path), Paging),
    responses((status = 200, body = ImportPage), Problem))]
pub async fn import_report(
    Path(_id): Path<String>,
    Query(_paging): Query<Paging>,
) -> Result<Json<ImportPage>, Problem> {
    Err(Problem::not_built())
}

/// Cancels an import that is under way; nothing of it stays.
#[utoipa::path(delete, path = "/api/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 204), Problem))]
pub async fn cancel_import(Path(_id): Path<String>) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}

/// The rejected and doubtful rows as a sheet to mend and import again.
#[utoipa::path(get, path = "/api/imports/{id}/rows.xlsx", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn import_rows_sheet(Path(_id): Path<String>) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
