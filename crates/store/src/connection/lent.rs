//! A connection that a thread of its own may have for a while, to send rows while the next are gathered.

use std::thread::{Builder, JoinHandle};

use model::Label;

use super::Connection;
use crate::error::{StoreError, said};

/// A thread that has the connection, and gives it back with what became of its work.
type Away = JoinHandle<(Connection, Result<(), StoreError>)>;

/// A connection that is here, or lent.
pub(crate) struct Lent {
    here: Option<Connection>,
    away: Option<Away>,
    failed: Option<StoreError>,
}

impl Lent {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { here: Some(connection), away: None, failed: None }
    }

    /// The connection, once it is back. Errors: what it was lent for has failed, now or before.
    pub(crate) fn here(&mut self) -> Result<&mut Connection, StoreError> {
        self.wait();
        match (&self.failed, &mut self.here) {
            (None, Some(connection)) => Ok(connection),
            (Some(error), _) => Err(error.clone()),
            (None, None) => Err(gone("…")),
        }
    }

    /// Lends it for some work. Errors: as [`Lent::here`].
    pub(crate) fn lend(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.here()?;
        let Some(mut connection) = self.here.take() else { return Ok(()) };
        let lent = Builder::new().name("register-sender".to_owned()).spawn(move || {
            let done = work(&mut connection);
            (connection, done)
        });
        match lent {
            Ok(away) => self.away = Some(away),
            // The connection is closed, and with it the transaction.
            Err(error) => self.failed = Some(gone(&error.to_string())),
        }
        Ok(())
    }

    /// Forgets what was written since the transaction began.
    pub(crate) fn rollback(&mut self) {
        self.wait();
        if let Some(connection) = &mut self.here {
            connection.rollback();
        }
    }

    fn wait(&mut self) {
        match self.away.take().map(JoinHandle::join) {
            Some(Ok((connection, done))) => {
                self.here = Some(connection);
                self.failed = done.err();
            }
            Some(Err(_)) => self.failed = Some(gone("a sending thread panicked")),
            None => (),
        }
    }
}

fn gone(why: &str) -> StoreError {
    let Label { en, .. } = said(why);
    StoreError::Lost {
        place: "register".to_owned(),
        why: Label::new(
            format!("发送线程已停止：{en}"),
            format!("the thread that sends rows has stopped: {en}"),
        ),
    }
}

/// The connection that a piece of work goes by.
pub(crate) enum Hold<'a> {
    /// Its own: all is done at once.
    Own(&'a mut Connection),
    /// One that may be lent.
    Lent(&'a mut Lent),
}

impl Hold<'_> {
    /// The connection. Errors: what was sent before has failed.
    pub(crate) fn here(&mut self) -> Result<&mut Connection, StoreError> {
        match self {
            Self::Own(connection) => Ok(connection),
            Self::Lent(lent) => lent.here(),
        }
    }

    /// Does some work by it, at once or on a thread of its own. Errors: those of this work or of work before it.
    pub(crate) fn send(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        match self {
            Self::Own(connection) => work(connection),
            Self::Lent(lent) => lent.lend(work),
        }
    }
}
