//! Photographs and documents: sent once under the digest of their content, read by those who may read what names them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Case;
use model::case::{RecordRef, State as Stands};
use model::event::{EventType, Hash};
use model::{KindId, RecordId};
use rules::ruleset::CompiledForm;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Account, FileLine, FileUse, NewFile, Worklist};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::extract::{Path, Query};
use super::problem::{Kind, Problem};
use super::records::checked_reason;
use super::right::{FileForm, May, ReadRecord, RevealFacts, Right};
use super::scope::Scope;
use crate::clock;
use crate::file::{FileError, inspect};

/// A file that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileShape {
    /// The SHA-256 of its content, in hexadecimal: its name.
    pub hash: String,
    /// `image/jpeg`
    pub media_type: String,
    /// How large it is.
    pub size_bytes: u64,
}

impl From<FileLine> for FileShape {
    fn from(line: FileLine) -> Self {
        let media_type = line.file_type.media_type().to_owned();
        Self { hash: line.hash.to_string(), media_type, size_bytes: line.size_bytes }
    }
}

/// Why somebody reads a file.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Reading {
    /// Needed where the file is about a person; it is kept.
    pub reason: Option<String>,
}

/// The most that an account may have sent without that a record names it: a day of photographs without a network.
const UNUSED_MAX_BYTES: u64 = 200_000_000;
/// The most cases of one filing that are looked at: there is one, and another where it was filed anew.
const CASES_MOST: usize = 50;
/// Days after which what no record names is forgotten.
const UNUSED_DAYS: i64 = 7;

/// Keeps a file; sent again it is there already. The name is the SHA-256 of the content, which is sent as it is.
#[utoipa::path(put, path = "/api/files/{hash}", tag = "files", params(("hash" = String, Path)),
    request_body(content = String, content_type = "application/octet-stream", description = "The content, with its own media type"),
    responses((status = 201, body = FileShape), (status = 200, body = FileShape), Problem))]
pub async fn keep_file(
    State(app): State<App>,
    account: May<FileForm>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    content: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<FileShape>), Problem> {
    let claimed = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let claimed = claimed.to_owned();
    app.blocking(move |app| {
        let content = content.map_err(|rejection| app.unread(&rejection))?;
        let file_type = inspect(&content, &claimed).map_err(refused)?;
        let file =
            NewFile { file_type, content: content.into(), account: account.name.clone(), at: clock::now() };
        let kept = file.hash();
        if kept.to_string() != hash {
            return Err(Problem::field(
                "hash",
                "收到的内容与名称（SHA-256）不符，可能在途中损坏。请重新上传。",
                "What arrived does not have this SHA-256: it was damaged on its way. Send it again.",
            ));
        }
        let size_bytes = u64::try_from(file.content.len()).unwrap_or(u64::MAX);
        let unused = app.store().unused_files(&account.name)?;
        if unused.bytes.saturating_add(size_bytes) > UNUSED_MAX_BYTES
            && !app.store().has_sent(&account.name, kept)?
        {
            return Err(Problem::new(
                Kind::Conflict,
                "您上传了许多还没有随表单提交的文件。请先提交表单，或过几天再上传。",
                "You have sent many files that no form names yet. Send the forms first, or wait some days.",
            ));
        }
        let is_new = app.store().keep_file(file)?;
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        let media_type = file_type.media_type().to_owned();
        Ok((status, Json(FileShape { hash, media_type, size_bytes })))
    })
    .await
}

fn refused(error: FileError) -> Problem {
    let label = error.label();
    match error {
        FileError::Type | FileError::Claim { .. } => Problem::new(Kind::MediaType, label.zh, label.en),
        FileError::Empty | FileError::Place => Problem::field("content", label.zh, label.en),
    }
}

/// Reads a file: who sent it, and who may read a record that names it. One about a person needs a reason, and that it
/// was read is an event.
#[utoipa::path(get, path = "/api/files/{hash}", tag = "files", params(("hash" = String, Path), Reading),
    responses((status = 200, body = String, content_type = "application/octet-stream"), Problem))]
pub async fn read_file(
    State(app): State<App>,
    account: May<ReadRecord>,
    Path(hash): Path<String>,
    Query(reading): Query<Reading>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let none = || Problem::not_found(&hash);
        let name = Hash::from_hex(&hash).ok_or_else(none)?;
        let line = app.store().file_line(name)?.ok_or_else(none)?;
        match app.sight(&account, name)? {
            Sight::None => return Err(none()),
            Sight::Clear => {}
            Sight::Personal(_) if !RevealFacts::ROLES.contains(&account.role) => {
                return Err(Problem::forbidden());
            }
            Sight::Personal(of) => {
                let reason = checked_reason(reading.reason.as_deref().unwrap_or_default())?;
                let summary =
                    json!({"kind": of.kind, "record": of.record, "facts": [of.fact], "reason": reason});
                app.store().append(app.event(EventType::Reveal, &account, summary), vec![])?;
            }
        }
        let content = app.store().file_content(name)?.ok_or_else(none)?;
        let shown = if line.file_type.is_picture() { "inline" } else { "attachment" };
        let called = format!("{shown}; filename=\"{}.{}\"", &hash[..12], line.file_type);
        // Whatever is in it, a browser runs nothing of it, and nobody between keeps it.
        let headers = [
            (header::CONTENT_TYPE, line.file_type.media_type().to_owned()),
            (header::CONTENT_DISPOSITION, called),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
        ];
        Ok((headers, content).into_response())
    })
    .await
}

/// How an account sees a file.
enum Sight {
    /// Not at all.
    None,
    /// It sent it, or may read a fact that names it.
    Clear,
    /// Only by a fact about a person.
    Personal(FileUse),
}

impl App {
    fn unread(&self, rejection: &BytesRejection) -> Problem {
        if rejection.status() != StatusCode::PAYLOAD_TOO_LARGE {
            return Problem::field(
                "content",
                "没有收完整，请重新上传。",
                "It did not arrive whole. Send it again.",
            );
        }
        let most = self.settings.file_bytes / 1_000_000;
        Problem::new(
            Kind::TooLarge,
            format!("文件超过 {most} MB 的上限。请压缩，或分成几个文件。"),
            format!("The file is larger than {most} MB. Make it smaller, or split it."),
        )
    }

    fn sight(&self, account: &Account, file: Hash) -> Result<Sight, Problem> {
        if self.store().has_sent(&account.name, file)? {
            return Ok(Sight::Clear);
        }
        let scope = Scope::of(account, self.rules());
        let mut personal = None;
        for of in self.store().file_uses(file)? {
            let is_seen = self.filed_by_own(&scope, &of)?
                || self.filed_for_case(&scope, &of)?
                || self.read(self.today(), |view| {
                    Ok(scope.find(view.snapshot, of.kind.as_str(), of.record.as_str()).is_ok())
                })?;
            let fact = self.rules().kind(of.kind.as_str()).and_then(|(_, kind)| kind.fact(of.fact.as_str()));
            match fact {
                Some(fact) if is_seen && !fact.personal => return Ok(Sight::Clear),
                Some(_) if is_seen => personal = Some(of),
                _ => {}
            }
        }
        Ok(personal.map_or(Sight::None, Sight::Personal))
    }

    /// Whether a record was filed by the one that the account stands for, or is what an officer wrote down about such a
    /// filing: a firm sees what it filed, and all that was found.
    fn filed_by_own(&self, scope: &Scope<'_>, of: &FileUse) -> Result<bool, Problem> {
        if !scope.own_only() {
            return Ok(false);
        }
        for (form, filer) in self.filers(&of.kind, &of.record)? {
            let by = &self.rules().kinds[form.by].id;
            if scope.is_own(by.as_str(), filer.as_str()) {
                return Ok(true);
            }
            let filed = if form.form.officer { self.filers(by, &filer)? } else { vec![] };
            if filed
                .iter()
                .any(|(form, filer)| scope.is_own(self.rules().kinds[form.by].id.as_str(), filer.as_str()))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The forms by which a record of a kind is filed, each with who filed it or whom it is about.
    fn filers(&self, kind: &KindId, record: &RecordId) -> Result<Vec<(&CompiledForm, RecordId)>, Problem> {
        let Some(stored) = self.store().record(kind.as_str(), record.as_str())? else {
            return Ok(vec![]);
        };
        let forms = self.rules().forms.iter().filter(|form| self.rules().kinds[form.kind].id == *kind);
        let filer = |form: &CompiledForm| Some(stored.facts.get(form.form.by.as_str())?.as_str()?.into());
        Ok(forms.filter_map(|form| Some((form, filer(form)?))).collect())
    }

    /// Whether a record is the filing that opened a case of theirs: whoever has the case reads what was filed with it.
    fn filed_for_case(&self, scope: &Scope<'_>, of: &FileUse) -> Result<bool, Problem> {
        let mut forms = self.rules().forms.iter();
        if scope.own_only() || !forms.any(|form| form.form.case.is_some() && form.form.kind == of.kind) {
            return Ok(false);
        }
        let filing = RecordRef { kind: of.kind.clone(), id: of.record.clone() };
        let live = Worklist { party: Some(filing.clone()), limit: CASES_MOST, ..Worklist::default() };
        let closed = Worklist { state: Some(Stands::Closed), ..live.clone() };
        let mut cases = self.store().worklist(&live)?;
        cases.extend(self.store().worklist(&closed)?);
        let is_of = |case: &Case| case.opening.filing.as_ref() == Some(&filing);
        Ok(cases.iter().any(|stored| is_of(&stored.case) && scope.sees_case(&stored.case)))
    }

    /// Whether an account may have a record name a file: it sent it, or may read it anyhow. Otherwise naming it would be
    /// a way to read it.
    pub fn may_name(&self, account: &Account, file: Hash) -> Result<bool, Problem> {
        Ok(matches!(self.sight(account, file)?, Sight::Clear))
    }

    /// Forgets, now and then, the files that nothing names.
    pub async fn follow_files(self) {
        loop {
            let before = clock::now() - chrono::TimeDelta::days(UNUSED_DAYS);
            match self.blocking(move |app| Ok(app.store().forget_files(before)?)).await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "files that no record names are forgotten"),
                Err(problem) => tracing::error!(status = %problem.status(), "old files are not forgotten"),
            }
            tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        }
    }
}
