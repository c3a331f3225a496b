//! Imports: a sheet goes in, and each of its rows is accounted for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use model::Lang;
use model::event::EventType;
use serde::Serialize;
use store::{Account, EventFilter, ImportRow, Role, StoredEvent};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use utoipa::ToSchema;

use super::app::App;
use super::extract::{Form, Path, Query};
use super::jobs::error_label;
use super::list::{Book, Cell, Head, In, SheetLang, say, xlsx};
use super::paging::{Page, Paging, cursor};
use super::problem::{Kind, Problem};
use super::right::{ImportSheets, May, ReadImports};
use super::scope::Scope;
use super::shield::lang_of;
use super::words::Words;
use crate::clock;
use crate::import::{self, ImportError, Mapping, Outcome, Progress, Report, Request, import_file};
use crate::job::{End, Job};

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
    /// Whether it is made up; a sheet whose first rows say so is, in any case.
    pub synthetic: Option<bool>,
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
    /// The file's name; empty where it came from no file.
    pub file: String,
    /// Where it came from, as its event says.
    pub source: Option<String>,
    /// How it was made up, where the sample city made it.
    pub sample: Option<SampleOf>,
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

/// What the sample city says of a sheet it made up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SampleOf {
    /// The seed it was drawn with.
    pub seed: u64,
    /// Its rows.
    pub rows: u64,
    /// What the recipe says of it.
    pub note: Option<Words>,
}

/// An import with everything there is to say about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportPage {
    /// The import.
    #[serde(flatten)]
    pub line: ImportLine,
    /// How far it is.
    pub progress: super::jobs::Progress,
    /// Which column was read as which fact.
    pub mapping: Vec<ColumnMatch>,
    /// The same as TOML, to mend and import again.
    pub mapping_file: Option<String>,
    /// What is worth knowing of the file as a whole.
    pub notices: Vec<Words>,
    /// Rejected and doubtful rows.
    pub problems: Page<RowProblem>,
    /// Why it failed.
    pub failure: Option<Words>,
}

/// A column of a sheet and the fact it is read as.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ColumnMatch {
    /// The sheet; the file's name for csv.
    pub sheet: String,
    /// The heading as the sheet has it.
    pub heading: String,
    /// The fact; none if the column is left out.
    pub fact: Option<String>,
    /// How it was found: by label, by another heading, by the mapping.
    pub how: Words,
}

/// A row that was not read as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowProblem {
    /// The sheet; the file's name for csv.
    pub sheet: String,
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
    /// Read, and matched with its record otherwise than by its key.
    Matched,
    /// Read, but for a cell or with a doubt worth a look.
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

/// A sheet that was sent, kept until the job that reads it is forgotten.
#[derive(Debug)]
pub struct Upload {
    folder: TempDir,
    /// The file's name, as its owner knows it.
    name: String,
}

impl Upload {
    fn file(&self) -> PathBuf {
        self.folder.path().join("sheet")
    }

    fn rejects(&self) -> PathBuf {
        self.folder.path().join("rows.xlsx")
    }
}

/// An import of this server.
#[derive(Debug)]
pub struct Task {
    upload: Upload,
    kind: String,
    on: NaiveDate,
    dry_run: bool,
    /// An [`ImportState`] while it is under way.
    phase: AtomicU8,
}

/// An import under way or ended.
type Work = Job<Task, Arc<Report>>;

/// The fields of a form beside its file.
type Fields = BTreeMap<String, String>;

/// The longest field of a form beside its file: a mapping of many columns.
const FIELD_MAX_BYTES: usize = 200_000;

/// Takes a form: the file goes to the disk as it comes, the other fields to memory.
async fn receive(mut form: Multipart) -> Result<(Upload, Fields), Problem> {
    let broken = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            Kind::TooLarge,
            "文件超过上限。请拆成几个文件分别导入。",
            "The file is too large. Split it and import the parts.",
        ),
        _ => Problem::field(
            "file",
            "上传的表单不完整，请重新上传。",
            "The form is not complete. Send it again.",
        ),
    };
    let unwritten = |error: std::io::Error| Problem::internal(&error);
    let mut upload = None;
    let mut fields = Fields::new();
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = field.text().await.map_err(broken)?;
            if text.len() > FIELD_MAX_BYTES {
                return Err(Problem::field(&name, "内容过长。", "This is too long."));
            }
            fields.insert(name, text);
            continue;
        }
        let shown =
            field.file_name().unwrap_or("sheet").rsplit(['/', '\\']).next().unwrap_or("sheet").to_owned();
        let kept = Upload { folder: TempDir::with_prefix("yingjin-").map_err(unwritten)?, name: shown };
        let mut file = tokio::fs::File::create(kept.file()).await.map_err(unwritten)?;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            file.write_all(&chunk).await.map_err(unwritten)?;
        }
        file.flush().await.map_err(unwritten)?;
        upload = Some(kept);
    }
    let upload =
        upload.ok_or_else(|| Problem::field("file", "请选择要导入的文件。", "Choose a file to import."))?;
    Ok((upload, fields))
}

/// The kind that a form names. Errors: none, or one that the reader may not see.
fn kind_of(app: &App, account: &Account, fields: &Fields) -> Result<String, Problem> {
    let kind = fields.get("kind").map(|kind| kind.trim().to_owned()).unwrap_or_default();
    let is_seen = Scope::of(account, app.rules()).sees_kind(&kind);
    if app.rules().kind(&kind).is_none() || !is_seen || kind == model::exemption::KIND {
        return Err(Problem::field(
            "kind",
            "请选择数据类型。",
            "Choose a kind of record that is yours to import.",
        ));
    }
    Ok(kind)
}

fn mapping_of(fields: &Fields) -> Result<Option<Mapping>, Problem> {
    let text = fields.get("mapping").map(|text| text.trim()).filter(|text| !text.is_empty());
    text.map(|text| {
        Mapping::parse(text).map_err(|error| {
            let label = error.label();
            Problem::field("mapping", label.zh, label.en)
        })
    })
    .transpose()
}

/// A field that is yes or no.
fn flag(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|text| matches!(text.trim(), "true" | "1" | "on"))
}

/// Begins an import.
#[utoipa::path(post, path = "/api/imports", tag = "imports",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = Begun), Problem))]
pub async fn begin_import(
    State(app): State<App>,
    account: May<ImportSheets>,
    headers: HeaderMap,
    Form(form): Form,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    let (upload, fields) = receive(form).await?;
    let kind = kind_of(&app, &account, &fields)?;
    let on = match fields.get("on").map(|text| text.trim()).filter(|text| !text.is_empty()) {
        None => app.today(),
        Some(text) => text
            .parse()
            .map_err(|_| Problem::field("on", "日期应写作 2020-02-06。", "A day is written 2020-02-06."))?,
    };
    let request = Request {
        kind: kind.clone(),
        file: upload.file(),
        name: Some(upload.name.clone()),
        on,
        source: fields.get("source").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        dry_run: flag(&fields, "dry_run"),
        mapping: mapping_of(&fields)?,
        actor: account.name.clone(),
        at: clock::now(),
        lang: lang_of(&headers),
        rejects: Some(upload.rejects()),
        synthetic: flag(&fields, "synthetic"),
        area: account.area.as_ref().map(ToString::to_string),
    };
    let phase = AtomicU8::new(ImportState::Reading as u8);
    let task = Task { upload, kind, on, dry_run: request.dry_run, phase };
    let job = app.imports.begin(task, &account.name, clock::now());
    let id = job.id.clone();
    tokio::task::spawn_blocking(move || {
        let end = work(&app, &job, &request);
        job.finish(clock::now(), end);
    });
    Ok((StatusCode::ACCEPTED, Json(Begun { id })))
}

fn work(app: &App, job: &Work, request: &Request) -> End<Arc<Report>> {
    let mut tell = |progress| {
        let phase = match progress {
            Progress::Reading => ImportState::Reading,
            Progress::Matching(rows) => {
                job.watch.tell(rows, 0);
                ImportState::Matching
            }
            Progress::Writing => ImportState::Writing,
        };
        job.what.phase.store(phase as u8, Ordering::Relaxed);
        if job.watch.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    match import_file(app.rules(), app.store(), request, &mut tell) {
        Ok(report) => End::Done(Arc::new(report)),
        Err(ImportError::Cancelled) => End::Stopped,
        Err(ImportError::Store(error)) => End::Failed(error_label(&error)),
        Err(error) => End::Failed(error.label()),
    }
}

/// Says what a sheet would be read as.
#[utoipa::path(post, path = "/api/imports/suggest", tag = "imports",
    request_body(content = SuggestForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Suggestion), Problem))]
pub async fn suggest_mapping(
    State(app): State<App>,
    account: May<ImportSheets>,
    Form(form): Form,
) -> Result<Json<Suggestion>, Problem> {
    let (upload, fields) = receive(form).await?;
    let kind = kind_of(&app, &account, &fields)?;
    app.blocking(move |app| {
        let found = import::suggest(app.rules(), &kind, (&upload.file(), &upload.name)).map_err(|error| {
            let label = error.label();
            Problem::field("file", label.zh, label.en)
        })?;
        Ok(Json(Suggestion {
            mapping: found.matches.iter().map(ColumnMatch::from).collect(),
            mapping_file: found.mapping.text(),
            absent: found.absent,
            rows: found.rows,
        }))
    })
    .await
}

impl From<&import::ColumnMatch> for ColumnMatch {
    fn from(found: &import::ColumnMatch) -> Self {
        Self {
            sheet: found.sheet.clone(),
            heading: found.heading.clone(),
            fact: found.fact.clone(),
            how: Words::from(&found.how_label()),
        }
    }
}

impl From<import::Counts> for ImportResult {
    fn from(counts: import::Counts) -> Self {
        Self {
            read: counts.read,
            added: counts.added,
            changed: counts.changed,
            unchanged: counts.unchanged,
            put_aside: counts.put_aside,
            rejected: counts.rejected,
        }
    }
}

impl From<&Work> for ImportLine {
    fn from(job: &Work) -> Self {
        let end = job.end().map(|(_, end)| end);
        let report = match &end {
            Some(End::Done(report)) => Some(report),
            _ => None,
        };
        let state = match &end {
            Some(End::Done(_)) => ImportState::Done,
            Some(End::Failed(_)) => ImportState::Failed,
            Some(End::Stopped) => ImportState::Cancelled,
            None => ImportState::of_phase(job.what.phase.load(Ordering::Relaxed)),
        };
        Self {
            id: job.id.clone(),
            kind: job.what.kind.clone(),
            file: job.what.upload.name.clone(),
            source: None,
            sample: None,
            on: job.what.on,
            dry_run: job.what.dry_run,
            actor: job.actor.clone(),
            started_at: job.started_at,
            state,
            result: report.map(|report| report.counts.into()),
            seq: report.and_then(|report| report.seq),
        }
    }
}

impl ImportState {
    fn of_phase(phase: u8) -> Self {
        let phases = [Self::Reading, Self::Matching, Self::Writing];
        phases.into_iter().find(|state| *state as u8 == phase).unwrap_or(Self::Reading)
    }
}

impl ImportLine {
    /// An import of the register, as its event keeps it: the server may have been started anew since.
    fn stored(stored: &StoredEvent) -> Self {
        let summary = &stored.event.summary;
        let text =
            |name: &str| summary.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let count = |name: &str| summary.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        Self {
            id: format!("{EVENT_ID}{}", stored.seq),
            kind: text("kind"),
            file: text("file"),
            source: Some(text("source")).filter(|source| !source.is_empty()),
            sample: summary.get("seed").and_then(serde_json::Value::as_u64).map(|seed| SampleOf {
                seed,
                rows: count("rows"),
                note: summary.get("note").and_then(|note| serde_json::from_value(note.clone()).ok()),
            }),
            on: stored.event.on,
            dry_run: false,
            actor: stored.event.actor.clone(),
            started_at: stored.event.at,
            state: ImportState::Done,
            result: summary.get("read").map(|_| ImportResult {
                read: count("read"),
                added: count("added"),
                changed: count("changed"),
                unchanged: count("unchanged"),
                put_aside: count("put_aside"),
                rejected: count("rejected"),
            }),
            seq: Some(stored.seq),
        }
    }
}

/// Ids of imports that are told from their events begin so.
const EVENT_ID: &str = "event-";

/// Imports: those of this server, then those of the register, the last first.
#[utoipa::path(get, path = "/api/imports", tag = "imports", params(Paging),
    responses((status = 200, body = Page<ImportLine>), Problem))]
pub async fn imports(
    State(app): State<App>,
    account: May<ReadImports>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ImportLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let before: Option<i64> = paging.after()?;
        let own: Vec<ImportLine> = app.imports.all().iter().map(|job| ImportLine::from(&**job)).collect();
        let filter = EventFilter { before, event_type: Some(EventType::Import), limit: paging.limit() };
        let stored = app.store().latest_events(&filter)?;
        let next = stored.last().filter(|_| stored.len() == paging.limit()).map(|last| last.seq);
        let of_events: Vec<ImportLine> = stored.iter().map(ImportLine::stored).collect();
        let is_own = |line: &ImportLine| own.iter().any(|own| own.seq == line.seq);
        let of_events: Vec<ImportLine> = of_events.into_iter().filter(|line| !is_own(line)).collect();
        let first = own.into_iter().filter(|_| before.is_none());
        let items =
            first.chain(of_events).filter(|line| scope.sees_import(&line.kind, &line.actor)).collect();
        Ok(Json(Page { items, next_cursor: next.as_ref().and_then(cursor), total: None }))
    })
    .await
}

/// The same as a sheet, all of them.
#[utoipa::path(get, path = "/api/imports.xlsx", tag = "imports", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn imports_sheet(
    State(app): State<App>,
    account: May<ReadImports>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let mut lines: Vec<ImportLine> =
            app.imports.all().iter().map(|job| ImportLine::from(&**job)).collect();
        let of_server = lines.len();
        let mut filter = EventFilter {
            before: None,
            event_type: Some(EventType::Import),
            limit: super::paging::MAX_LIMIT,
        };
        loop {
            let stored = app.store().latest_events(&filter)?;
            let is_new = |line: &ImportLine| !lines[..of_server].iter().any(|own| own.seq == line.seq);
            let found: Vec<ImportLine> = stored.iter().map(ImportLine::stored).filter(is_new).collect();
            lines.extend(found);
            match stored.last().filter(|_| stored.len() == filter.limit) {
                Some(last) => filter.before = Some(last.seq),
                None => break,
            }
        }
        let all = lines.len();
        lines.retain(|line| scope.sees_import(&line.kind, &line.actor));
        let shown = lines.len();
        let on = app.today();
        let notes = [Words::new(
            format!("{on}，本表 {shown} 次导入，全市共 {all} 次"),
            format!("{on}, {shown} imports in this list, of {all} in all"),
        )];
        let title = Words::new("导入记录", "Imports");
        let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
        for line in &lines {
            let kind = app.rules().kind(&line.kind).map(|(_, kind)| kind.label.get(lang).to_owned());
            book.row(line.cells(kind, lang))?;
        }
        book.response(&format!("imports-{on}"))
    })
    .await
}

const HEADINGS: [(&str, &str); 14] = [
    ("文件", "file"),
    ("来源", "source"),
    ("类别", "kind"),
    ("数据日期", "holds for"),
    ("试导入", "only tried"),
    ("状态", "state"),
    ("读取", "read"),
    ("新增", "added"),
    ("更改", "changed"),
    ("未变", "unchanged"),
    ("待判定", "to decide"),
    ("不导入", "not read"),
    ("导入人", "by"),
    ("时间", "at"),
];

impl ImportLine {
    fn cells(&self, kind: Option<String>, lang: Lang) -> [Cell; 14] {
        let result = self.result.as_ref();
        let count = |of: fn(&ImportResult) -> u64| Cell::maybe(result.map(of));
        let yes = |so: bool| Cell::from(say(lang, "是", "yes").repeat(usize::from(so)));
        let state = match self.state {
            ImportState::Reading | ImportState::Matching | ImportState::Writing => {
                say(lang, "进行中", "going on")
            }
            ImportState::Done => say(lang, "完成", "done"),
            ImportState::Failed => say(lang, "没有成功", "failed"),
            ImportState::Cancelled => say(lang, "已中止", "stopped"),
        };
        let read = match (&self.sample, result) {
            (Some(sample), _) => Cell::from(sample.rows),
            (None, result) => Cell::maybe(result.map(|result| result.read)),
        };
        [
            self.file.as_str().into(),
            Cell::maybe(self.source.as_deref()),
            kind.unwrap_or_else(|| self.kind.clone()).into(),
            self.on.into(),
            yes(self.dry_run),
            state.into(),
            read,
            count(|result| result.added),
            count(|result| result.changed),
            count(|result| result.unchanged),
            count(|result| result.put_aside),
            count(|result| result.rejected),
            self.actor.as_str().into(),
            self.started_at.to_rfc3339().into(),
        ]
    }
}

/// What a reader finds by an id.
enum Found {
    Own(Arc<Work>),
    Stored(Box<StoredEvent>),
}

fn find(app: &App, account: &Account, id: &str) -> Result<Found, Problem> {
    let missing = || Problem::not_found(&format!("import {id}"));
    let scope = Scope::of(account, app.rules());
    if let Some(job) = app.imports.get(id) {
        return Some(Found::Own(job)).filter(|found| found.is_seen(&scope)).ok_or_else(missing);
    }
    let seq = id.strip_prefix(EVENT_ID).and_then(|seq| seq.parse().ok()).ok_or_else(missing)?;
    let stored = app.store().event(seq)?.filter(|stored| stored.event.event_type == EventType::Import);
    let found = stored.map(|stored| Found::Stored(Box::new(stored)));
    found.filter(|found| found.is_seen(&scope)).ok_or_else(missing)
}

impl Found {
    fn is_seen(&self, scope: &Scope) -> bool {
        scope.sees_import(self.kind(), self.actor())
    }

    fn kind(&self) -> &str {
        match self {
            Self::Own(job) => &job.what.kind,
            Self::Stored(stored) => {
                stored.event.summary.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default()
            }
        }
    }

    fn actor(&self) -> &str {
        match self {
            Self::Own(job) => &job.actor,
            Self::Stored(stored) => &stored.event.actor,
        }
    }
}

/// One import: how it goes, and its rejected and doubtful rows in pages.
#[utoipa::path(get, path = "/api/imports/{id}", tag = "imports", params(("id" = String, Path), Paging),
    responses((status = 200, body = ImportPage), Problem))]
pub async fn import_report(
    State(app): State<App>,
    account: May<ReadImports>,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<ImportPage>, Problem> {
    app.blocking(move |app| {
        let found = find(app, &account, &id)?;
        // What stands in a cell is shown to whoever sent the sheet; it may be about a person.
        let is_own = found.actor() == account.name;
        match found {
            Found::Own(job) => own_page(&job, &paging, is_own).map(Json),
            Found::Stored(stored) => stored_page(app, &stored, &paging, is_own).map(Json),
        }
    })
    .await
}

fn own_page(job: &Work, paging: &Paging, is_own: bool) -> Result<ImportPage, Problem> {
    let (done, total) = job.watch.progress();
    let mut page = ImportPage {
        line: ImportLine::from(job),
        progress: super::jobs::Progress { done, total },
        mapping: vec![],
        mapping_file: None,
        notices: vec![],
        problems: Page { items: vec![], next_cursor: None, total: None },
        failure: None,
    };
    match job.end() {
        Some((_, End::Done(report))) => {
            page.mapping = report.columns.iter().map(ColumnMatch::from).collect();
            page.mapping_file = Some(report.mapping.clone());
            page.notices = report.notices.iter().map(Words::from).collect();
            let begin = paging.after::<usize>()?.unwrap_or(0).min(report.problems.len());
            let end = report.problems.len().min(begin + paging.limit());
            let shown = report.problems[begin..end].iter();
            page.problems.items = shown.map(|problem| RowProblem::new(problem, is_own)).collect();
            page.problems.next_cursor =
                Some(end).filter(|end| *end < report.problems.len()).as_ref().and_then(cursor);
            page.problems.total = Some(report.problems_total);
        }
        Some((_, End::Failed(why))) => page.failure = Some(Words::from(&why)),
        _ => {}
    }
    Ok(page)
}

fn stored_page(
    app: &App,
    stored: &StoredEvent,
    paging: &Paging,
    is_own: bool,
) -> Result<ImportPage, Problem> {
    let after = paging.after::<i64>()?.unwrap_or(-1);
    let rows = app.store().import_rows(stored.seq, after, paging.limit())?;
    let next = rows.last().filter(|_| rows.len() == paging.limit()).map(|(ordinal, _)| *ordinal);
    let line = ImportLine::stored(stored);
    let read = line.result.map_or(0, |result| result.read);
    Ok(ImportPage {
        line,
        progress: super::jobs::Progress { done: read, total: Some(read) },
        mapping: vec![],
        mapping_file: None,
        notices: vec![],
        problems: Page {
            items: rows.iter().map(|(_, row)| RowProblem::stored(row, is_own)).collect(),
            next_cursor: next.as_ref().and_then(cursor),
            total: None,
        },
        failure: None,
    })
}

impl RowProblem {
    fn new(problem: &import::Problem, is_own: bool) -> Self {
        Self {
            sheet: problem.sheet.clone(),
            row: problem.row,
            column: problem.column.clone(),
            value: problem.value.clone().filter(|_| is_own || !problem.personal),
            reason: Words::from(&problem.reason),
            outcome: match problem.outcome {
                Outcome::Matched => RowOutcome::Matched,
                Outcome::Doubtful => RowOutcome::Doubtful,
                Outcome::PutAside => RowOutcome::PutAside,
                Outcome::Rejected => RowOutcome::Rejected,
            },
        }
    }

    fn stored(row: &ImportRow, is_own: bool) -> Self {
        Self {
            sheet: row.sheet.clone(),
            row: row.row,
            column: row.column.clone(),
            value: row.value.clone().filter(|_| is_own),
            reason: Words::from(&row.reason),
            outcome: match row.outcome.as_str() {
                "matched" => RowOutcome::Matched,
                "put-aside" => RowOutcome::PutAside,
                "rejected" => RowOutcome::Rejected,
                _ => RowOutcome::Doubtful,
            },
        }
    }
}

/// Cancels an import that is under way; nothing of it stays.
#[utoipa::path(delete, path = "/api/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 204), Problem))]
pub async fn cancel_import(
    State(app): State<App>,
    account: May<ImportSheets>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        let found = find(app, &account, &id)?;
        if account.role != Role::Administrator && found.actor() != account.name {
            return Err(Problem::forbidden());
        }
        match found {
            Found::Own(job) if job.end().is_none() => {
                job.watch.stop();
                Ok(StatusCode::NO_CONTENT)
            }
            _ => Err(Problem::new(
                Kind::Conflict,
                "导入已经结束，不能取消。",
                "The import has ended and cannot be cancelled.",
            )),
        }
    })
    .await
}

/// The rows to mend, as a sheet in the columns of the one that was sent: mend it and import it again. Only for
/// whoever sent it, because all that the rows say is in it.
#[utoipa::path(get, path = "/api/imports/{id}/rows.xlsx", tag = "imports", params(("id" = String, Path), SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn import_rows_sheet(
    State(app): State<App>,
    account: May<ImportSheets>,
    Path(id): Path<String>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let found = find(app, &account, &id)?;
        if found.actor() != account.name {
            return Err(Problem::forbidden());
        }
        match found {
            Found::Own(job) => {
                let bytes = std::fs::read(job.what.upload.rejects());
                let bytes = bytes.map_err(|_| Problem::not_found(&format!("rows of import {id}")))?;
                Ok(xlsx(bytes, &format!("rows-{id}")))
            }
            Found::Stored(stored) => stored_rows(app, &stored, lang)?.response(&format!("rows-{id}")),
        }
    })
    .await
}

/// Rows in one sheet to mend.
const ROWS_MAX: usize = 100_000;

fn stored_rows(app: &App, stored: &StoredEvent, lang: Lang) -> Result<Book, Problem> {
    let rows = app.store().import_rows(stored.seq, -1, ROWS_MAX)?;
    let mut headings: Vec<String> = vec![];
    for heading in rows.iter().flat_map(|(_, row)| row.cells.keys()) {
        if !headings.contains(heading) {
            headings.push(heading.clone());
        }
    }
    // One row may have several problems: it is written once.
    let mut written: BTreeMap<(&str, u64), Vec<String>> = BTreeMap::new();
    for (_, row) in &rows {
        let line = written.entry((row.sheet.as_str(), row.row)).or_insert_with(|| {
            let cells = headings.iter().map(|heading| row.cells.get(heading).cloned().unwrap_or_default());
            cells.chain([String::new()]).collect()
        });
        if let Some(reasons) = line.last_mut() {
            let joint = if reasons.is_empty() { "" } else { "; " };
            *reasons += &format!("{joint}{}", row.reason.get(lang));
        }
    }
    headings.push(say(lang, "原因（不导入）", "reason (not read)").to_owned());
    // Nothing above the headings: the sheet is imported again.
    let mut book = Book::begin(Head { title: "rows".to_owned(), notes: vec![], headings })?;
    for line in written.into_values() {
        book.row(line.into_iter().map(Cell::from))?;
    }
    Ok(book)
}
