//! The desk that takes filings in: those that come while it writes wait for it, and are written together.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{OnceLock, Weak};

use store::{Filing, StoreError};
use tokio::sync::oneshot;

use super::app::{App, State};
use super::problem::Problem;
use crate::clock;

/// The most that are written together: who came first does not wait for all.
const TOGETHER_MAX: usize = 256;

/// What became of a filing: its event's number, or none where it was there before.
type Filed = Result<Option<i64>, StoreError>;

/// A filing, and whom to tell.
type Waiting = (Filing, oneshot::Sender<Filed>);

/// The way to the desk, which opens for the first filing and closes with the server.
#[derive(Default)]
pub struct Desk(OnceLock<Sender<Waiting>>);

impl App {
    /// Hands a filing in; it is durable when this returns, and so is what it turned, or will be a while later. Returns
    /// its event's number, none where it was there before. Errors: it is not on record.
    pub(super) async fn file(&self, filing: Filing) -> Result<Option<i64>, Problem> {
        let (tell, told) = oneshot::channel();
        let closed = || Problem::internal(&"the desk for filings is closed");
        self.desk.0.get_or_init(|| open(self)).send((filing, tell)).map_err(|_| closed())?;
        Ok(told.await.map_err(|_| closed())??)
    }
}

/// Where no thread can be started, the way leads nowhere, and who takes it is told.
fn open(app: &App) -> Sender<Waiting> {
    let (hand_in, tray) = channel();
    let server = app.weak();
    let opened =
        std::thread::Builder::new().name("filing-desk".to_owned()).spawn(move || run(&server, &tray));
    if let Err(error) = opened {
        tracing::error!(%error, "no thread for filings");
    }
    hand_in
}

fn run(server: &Weak<State>, tray: &Receiver<Waiting>) {
    while let Ok(first) = tray.recv() {
        let waiting = std::iter::once(first).chain(tray.try_iter().take(TOGETHER_MAX - 1));
        let (filings, tell): (Vec<_>, Vec<_>) = waiting.unzip();
        let Some(app) = App::of(server) else { return };
        for (tell, filed) in tell.into_iter().zip(app.file_all(filings)) {
            // Who asked may have gone; it is filed all the same.
            let _ = tell.send(filed);
        }
    }
}

impl App {
    /// Files all, together with what follows if that can be. A filing holds all the same where it cannot, and its
    /// verdicts are written as soon as they can be.
    fn file_all(&self, filings: Vec<Filing>) -> Vec<Filed> {
        let pipeline = self.days.pipeline();
        if !self.behind.is_behind() {
            let origin = self.origin(clock::now());
            let filed = self.days.write(self.today(), |snapshot| {
                let filed = pipeline.file_together(snapshot, filings.clone(), (&origin, self.now()))?;
                // What could not be judged ahead.
                if !pipeline.catch_up(snapshot)?
                    || pipeline.record_waiting(snapshot, &origin, self.now()).is_err()
                {
                    self.behind.mark();
                }
                Ok(filed)
            });
            match filed {
                Ok(filed) => {
                    self.behind.written();
                    return filed;
                }
                Err(error) => tracing::error!(%error, "filings could not be written together"),
            }
        }
        let filed = filings.into_iter().map(|filing| pipeline.store.file(filing)).collect();
        self.behind.mark();
        filed
    }
}
