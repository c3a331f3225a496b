//! Long work: its progress, its end, and how to stop it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use model::{Label, Lang};
use serde::{Deserialize, Serialize};
use store::{Account, Milestone, Recorded, Role, StoreError};
use utoipa::ToSchema;

use super::app::App;
use super::extract::{Body, Path};
use super::problem::Problem;
use super::right::{May, ReadJobs, RecordPass};
use super::words::Words;
use crate::clock;
use crate::job::{self, End, Watch};
use crate::pipeline::{Origin, PipelineError};

/// How far long work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Rows, events or duties done.
    pub done: u64,
    /// Of how many, where that is known.
    pub total: Option<u64>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobType {
    /// Reads a sheet in.
    Import,
    /// Judges every record and keeps what changed.
    Pass,
    /// Walks the chain of events.
    Verify,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// A job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does.
    #[serde(rename = "type")]
    pub job_type: JobType,
    /// How it stands.
    pub state: JobState,
    /// How far it is.
    pub progress: Progress,
    /// Who began it.
    pub actor: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub failure: Option<Words>,
    /// What a pass found.
    pub pass: Option<PassResult>,
    /// What the walk along the chain found.
    pub verification: Option<VerificationResult>,
}

/// What a recorded pass found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PassResult {
    /// The day it judged.
    pub on: NaiveDate,
    /// The event that keeps it; none where nothing changed.
    pub seq: Option<i64>,
    /// Records judged.
    pub records: u64,
    /// Verdicts that differ from before.
    pub changed: u64,
    /// Duties that came to be owed.
    pub arose: u64,
    /// Duties that were served.
    pub met: u64,
    /// Duties that are owed no longer.
    pub lapsed: u64,
    /// Records that are served and not owed.
    pub leaked: u64,
}

/// What the walk along the chain found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VerificationResult {
    /// Events walked.
    pub events: u64,
    /// Where the chain breaks; none if it holds.
    pub broken: Option<ChainBreak>,
}

/// Where the chain of events breaks.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChainBreak {
    /// The event; none where it is not one event that is wrong.
    pub seq: Option<i64>,
    /// What is wrong with it.
    pub what: Words,
}

/// Which day to judge.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct PassRequest {
    /// The day; today unless said.
    pub on: Option<NaiveDate>,
}

/// What a job came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A pass was recorded.
    Pass(PassResult),
    /// The chain was walked.
    Verification(VerificationResult),
}

/// Long work under way: what it does and how it goes.
pub type Work = job::Job<JobType, Outcome>;

impl From<&Work> for Job {
    fn from(work: &Work) -> Self {
        let (done, total) = work.watch.progress();
        let mut job = Self {
            id: work.id.clone(),
            job_type: work.what,
            state: JobState::Running,
            progress: Progress { done, total },
            actor: work.actor.clone(),
            started_at: work.started_at,
            ended_at: None,
            failure: None,
            pass: None,
            verification: None,
        };
        let Some((at, end)) = work.end() else { return job };
        job.ended_at = Some(at);
        match end {
            End::Done(outcome) => {
                job.state = JobState::Done;
                match outcome {
                    Outcome::Pass(result) => job.pass = Some(result),
                    Outcome::Verification(result) => job.verification = Some(result),
                }
            }
            End::Failed(why) => {
                job.state = JobState::Failed;
                job.failure = Some(Words::from(&why));
            }
            End::Stopped => job.state = JobState::Cancelled,
        }
        job
    }
}

/// An error of the register as a reader may know it: no places, no causes.
pub fn error_label(error: &StoreError) -> Label {
    let document = |lang| Problem::from(error.clone()).document(lang).detail;
    Label::new(document(Lang::Zh), document(Lang::En))
}

impl App {
    /// Begins long work off the threads that answer.
    pub fn begin(
        &self,
        by: &Account,
        what: JobType,
        work: impl FnOnce(&Self, &Watch) -> End<Outcome> + Send + 'static,
    ) -> Job {
        let job = self.jobs.begin(what, &by.name, clock::now());
        let shown = Job::from(&*job);
        let app = self.clone();
        tokio::task::spawn_blocking(move || {
            let end = work(&app, &job.watch);
            job.finish(clock::now(), end);
        });
        shown
    }
}

/// Judges every record on a day and keeps what changed as an event.
#[utoipa::path(post, path = "/api/passes", tag = "jobs", request_body = PassRequest,
    responses((status = 202, body = Job), Problem))]
pub async fn begin_pass(
    State(app): State<App>,
    account: May<RecordPass>,
    Body(request): Body<PassRequest>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    let on = request.on.unwrap_or_else(|| app.today());
    let origin = Origin { actor: account.name.clone(), at: clock::now() };
    let job = app.begin(&account, JobType::Pass, move |app, watch| {
        let pipeline = app.days.pipeline();
        // Duties read what follows from supplies: it comes first.
        if on == app.today()
            && let Err(error) = app.follow_supplies()
        {
            tracing::error!(%error, "what follows from the supplies is not recorded; the pass goes by what was");
        }
        let recorded = app.days.read(on, |snapshot| {
            let records = snapshot.pass.duties.iter().map(|duty| duty.rows() as u64).sum();
            let recorded = pipeline.record_pass(snapshot, &origin, |done, total| {
                watch.tell(done, total);
                !watch.is_stopped()
            });
            let recorded = recorded?;
            pipeline.reconcile(snapshot, &Origin { at: app.now(), ..origin.clone() })?;
            Ok(PassResult::new(on, records, &recorded))
        });
        match recorded.and_then(|recorded| recorded) {
            Ok(result) => End::Done(Outcome::Pass(result)),
            Err(PipelineError::Stopped) => End::Stopped,
            Err(PipelineError::Store(error)) => End::Failed(error_label(&error)),
            Err(error) => End::Failed(Label::new(error.message(Lang::Zh), error.message(Lang::En))),
        }
    });
    Ok((StatusCode::ACCEPTED, Json(job)))
}

impl PassResult {
    fn new(on: NaiveDate, records: u64, recorded: &Recorded) -> Self {
        let mut result =
            Self { on, seq: recorded.seq, records, changed: 0, arose: 0, met: 0, lapsed: 0, leaked: 0 };
        for ((_, from, to), count) in &recorded.tally {
            result.changed += count;
            match Milestone::of(*from, *to) {
                Some(Milestone::Arose) => result.arose += count,
                Some(Milestone::Met) => result.met += count,
                Some(Milestone::Lapsed) => result.lapsed += count,
                Some(Milestone::Leaked) => result.leaked += count,
                None => {}
            }
        }
        result
    }
}

/// The job of that id, where this reader may know of it: whoever began it, an administrator, an auditor.
fn find(app: &App, account: &Account, id: &str) -> Result<Arc<Work>, Problem> {
    let sees_all = matches!(account.role, Role::Administrator | Role::Auditor);
    let job = app.jobs.get(id).filter(|job| sees_all || job.actor == account.name);
    job.ok_or_else(|| Problem::not_found(&format!("job {id}")))
}

/// How a job stands.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job), Problem))]
pub async fn job(
    State(app): State<App>,
    account: May<ReadJobs>,
    Path(id): Path<String>,
) -> Result<Json<Job>, Problem> {
    Ok(Json(Job::from(&*find(&app, &account, &id)?)))
}

/// Stops a job that is under way; nothing of it stays.
#[utoipa::path(delete, path = "/api/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 204), Problem))]
pub async fn cancel_job(
    State(app): State<App>,
    account: May<ReadJobs>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let job = find(&app, &account, &id)?;
    if account.role != Role::Administrator && job.actor != account.name {
        return Err(Problem::forbidden());
    }
    job.watch.stop();
    Ok(StatusCode::NO_CONTENT)
}
