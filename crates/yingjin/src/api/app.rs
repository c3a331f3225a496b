//! What the handlers share.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use axum::http::HeaderMap;
use chrono::{DateTime, NaiveDate, Utc};
use model::Lang;
use model::event::{Event, EventType};
use rules::ruleset::RuleSet;
use store::{Account, Store, StoreError};
use tokio::sync::Semaphore;

use super::problem::{Kind, Problem};
use crate::clock;
use crate::job::Jobs;
use crate::letter;
use crate::pipeline::{Days, Origin, Pipeline, PipelineError};
use crate::sending::mail::MailServer;
use crate::sending::webhook::Reach;
use crate::throttle::Throttle;

/// How the server was started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The day taken for today; the clock's where none is set.
    pub on: Option<NaiveDate>,
    /// Whether people reach the server over TLS.
    pub secure: bool,
    /// Whether a proxy in front sets X-Forwarded-For.
    pub behind_proxy: bool,
    /// Whether the demonstration's accounts may sign in.
    pub demo: bool,
    /// Keys of residents' apps.
    pub open311_keys: Vec<String>,
    /// The largest sheet that is taken, in bytes.
    pub upload_bytes: u64,
    /// The largest photograph or document that is taken, in bytes.
    pub file_bytes: u64,
    /// Hours for which somebody stays signed in.
    pub session_hours: i64,
    /// The folder of the built pages.
    pub web: PathBuf,
    /// A folder of fonts for letters; those of the machine where none is set.
    pub fonts: Option<PathBuf>,
    /// The program that typesets letters: this one.
    pub program: PathBuf,
    /// The address people type, without a path.
    pub origin: Option<String>,
    /// What takes mail.
    pub mail: Option<MailServer>,
    /// Whom webhooks may reach.
    pub webhooks: Reach,
}

impl From<&crate::config::Config> for Settings {
    fn from(config: &crate::config::Config) -> Self {
        Self {
            on: config.on,
            secure: config.is_secure(),
            behind_proxy: config.behind_proxy,
            demo: config.demo,
            open311_keys: config.open311_keys.iter().filter(|key| !key.is_empty()).cloned().collect(),
            upload_bytes: config.upload_mb * 1_000_000,
            file_bytes: config.file_mb * 1_000_000,
            session_hours: config.session_hours,
            web: config.web.clone(),
            fonts: config.fonts.clone(),
            program: letter::program(),
            origin: config.origin.clone(),
            // What cannot be read was refused when the server started.
            mail: config.mail().ok().flatten(),
            webhooks: if config.webhooks_to_private { Reach::Private } else { Reach::Public },
        }
    }
}

impl Settings {
    /// For a command that serves nothing, and shows what the server would.
    pub fn of_command(on: Option<NaiveDate>, fonts: Option<PathBuf>) -> Self {
        Self {
            on,
            secure: false,
            behind_proxy: false,
            demo: false,
            upload_bytes: 0,
            file_bytes: 0,
            open311_keys: Default::default(),
            session_hours: 0,
            web: PathBuf::new(),
            fonts,
            program: letter::program(),
            origin: None,
            mail: None,
            webhooks: Reach::Public,
        }
    }
}

/// The server's state, shared by all requests; cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<State>);

/// What [`App`] holds.
pub struct State {
    /// How the server was started.
    pub settings: Settings,
    /// The days that have been judged.
    pub days: Days,
    /// Takes filings in.
    pub(super) desk: super::desk::Desk,
    /// Whether verdicts wait to be written.
    pub behind: super::behind::Behind,
    /// Long work.
    pub jobs: Jobs<super::jobs::JobType, super::jobs::Outcome>,
    /// Sheets that are being read, or were.
    pub imports: Jobs<super::imports::Task, Arc<crate::import::Report>>,
    /// Typesets letters.
    pub press: letters::Press,
    /// How often one address may ask what a firm is owed, or check a receipt.
    pub asked: Throttle,
    /// How often one address may open the link by which a beneficiary is asked.
    pub linked: Throttle,
    /// How often one account may have a link sent that confirms an address.
    pub confirmed: Throttle,
    /// How often one address may raise a request over Open311.
    pub reported: Throttle,
    /// At most so many passwords are hashed at once: each takes 19 MiB and a core.
    pub hashing: Semaphore,
}

impl Deref for App {
    type Target = State;
    fn deref(&self) -> &State {
        &self.0
    }
}

impl App {
    /// A server over a city and its register.
    pub fn new(pipeline: Pipeline, settings: Settings) -> Self {
        let press = letter::press(&settings.program, settings.fonts.as_deref());
        Self(Arc::new(State {
            settings,
            press,
            desk: super::desk::Desk::default(),
            days: Days::new(pipeline),
            behind: super::behind::Behind::default(),
            jobs: Jobs::default(),
            imports: Jobs::default(),
            asked: Throttle::new(60, 60),
            linked: Throttle::new(30, 60),
            confirmed: Throttle::new(5, 3600),
            reported: Throttle::new(30, 3600),
            hashing: Semaphore::new(2),
        }))
    }

    /// The same server, for a thread that must not keep it alive; none once it has ended.
    pub(super) fn of(server: &Weak<State>) -> Option<Self> {
        server.upgrade().map(Self)
    }

    /// What such a thread holds.
    pub(super) fn weak(&self) -> Weak<State> {
        Arc::downgrade(&self.0)
    }

    /// The rules of the city.
    pub fn rules(&self) -> &RuleSet {
        &self.days.pipeline().rules
    }

    /// The register.
    pub fn store(&self) -> &Store {
        &self.days.pipeline().store
    }

    /// The day that pages open with.
    pub fn today(&self) -> NaiveDate {
        self.settings.on.unwrap_or_else(clock::today)
    }

    /// The instant by which the clocks of cases are read: now, on the day that pages open with.
    pub fn now(&self) -> DateTime<Utc> {
        self.settings.on.map_or_else(clock::now, clock::now_on)
    }

    /// Does work that waits for the disk or takes long, off the threads that answer.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        match tokio::task::spawn_blocking(move || work(&app)).await {
            Ok(result) => result,
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    /// An event of now, by an account. Nothing that people type into the register by hand is made up.
    pub fn event(&self, event_type: EventType, account: &Account, summary: serde_json::Value) -> Event {
        Event {
            event_type,
            at: clock::now(),
            on: self.today(),
            actor: account.name.clone(),
            synthetic: false,
            summary,
        }
    }

    /// The server's own name, for what it records by itself at an instant.
    pub fn origin(&self, at: DateTime<Utc>) -> Origin {
        Origin { actor: "server".to_owned(), at }
    }

    /// Counts somebody who asks without an account, by the address. Errors: 429, too often.
    pub fn count_asker(
        &self,
        throttle: &Throttle,
        peer: Option<SocketAddr>,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let address = self.address(peer, headers);
        let key = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        throttle.check(&key, clock::now()).map_err(Problem::too_many)?;
        throttle.count(&key, clock::now());
        Ok(())
    }

    /// The address a request came from. Behind a proxy, the last entry of X-Forwarded-For: those before it were
    /// written by whoever sent the request.
    pub fn address(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded = || {
            let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            line.rsplit(',').next()?.trim().parse().ok()
        };
        let direct = peer.map(|peer| peer.ip());
        if self.settings.behind_proxy { forwarded().or(direct) } else { direct }
    }
}

impl From<StoreError> for Problem {
    /// What a reader needs to know; places and causes go to the log.
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Taken { what, name } => Self::new(
                Kind::Conflict,
                format!("{name} 已经存在。"),
                format!("There is a {what} {name} already."),
            ),
            StoreError::NotFound { name, .. } => Self::not_found(name),
            StoreError::Step { refusal, .. } => {
                let label = refusal.label();
                Self::new(Kind::Conflict, label.zh, label.en)
            }
            StoreError::ReadOnly { .. }
            | StoreError::Full { .. }
            | StoreError::Busy { .. }
            | StoreError::Lost { .. } => {
                tracing::error!(%error, "the register cannot be used now");
                Self::new(
                    Kind::Unavailable,
                    "登记库暂时不能读写（磁盘已满、只读或正忙），数据没有改动。请稍后重试，或联系管理员。",
                    "The register cannot be used now (the disk is full, read-only or busy); nothing was changed. \
                     Try again later, or ask your administrator.",
                )
            }
            _ => Self::internal(&error),
        }
    }
}

impl From<PipelineError> for Problem {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Store(error) => error.into(),
            PipelineError::Backwards { .. }
            | PipelineError::NotOver { .. }
            | PipelineError::NoShare { .. }
            | PipelineError::Stopped => {
                Self::new(Kind::Conflict, error.message(Lang::Zh), error.message(Lang::En))
            }
            PipelineError::City(..) | PipelineError::Table(_) | PipelineError::Network(_) => {
                Self::internal(&error)
            }
        }
    }
}

impl App {
    /// Judges today before anybody asks, so that the first page is quick.
    pub fn warm(&self) {
        match self.days.read(self.today(), |snapshot| snapshot.pass.duties.len()) {
            Ok(duties) => tracing::info!(duties, "today is judged"),
            Err(error) => tracing::error!(%error, "today could not be judged"),
        }
    }

    /// Draws for a day that is over, of every form that is drawn from, in the server's own name: nobody chooses when.
    fn draw_day(&self, day: NaiveDate) -> Result<(), PipelineError> {
        let pipeline = self.days.pipeline();
        let origin = self.origin(clock::now());
        for form in self.rules().forms.iter().filter(|form| form.form.draw.is_some()) {
            let drawn =
                self.days.read(self.today(), |snapshot| pipeline.draw(snapshot, (form, day), &origin))??;
            if let Some(draw) = drawn {
                tracing::info!(form = %form.form.id, %day, drawn = draw.summary.drawn, "the day's draw is recorded");
            }
        }
        Ok(())
    }

    /// Records a pass whenever a new day begins, so that what arose or lapsed with the calendar is an event of that
    /// day. Ends at once where the day is fixed.
    pub async fn follow_days(self) {
        if self.settings.on.is_some() {
            return;
        }
        let mut known = self.today();
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            let today = self.today();
            if today == known {
                // Waits of hours do not end with a day.
                match self.blocking(|app| Ok(app.send_up_waiting()?)).await {
                    Ok(0) => {}
                    Ok(cases) => tracing::info!(cases, "cases went up after too long a wait"),
                    Err(problem) => {
                        tracing::error!(status = %problem.status(), "cases that wait for too long stay where they are");
                    }
                }
                continue;
            }
            let over = std::mem::replace(&mut known, today);
            let recorded = self
                .blocking(move |app| {
                    app.draw_day(over)?;
                    Ok(app.record_day(today)?.changes.len())
                })
                .await;
            match recorded {
                Ok(changes) => tracing::info!(%today, changes, "the day's pass is recorded"),
                Err(problem) => {
                    tracing::error!(%today, status = %problem.status(), "the day's pass is not recorded")
                }
            }
        }
    }
}
