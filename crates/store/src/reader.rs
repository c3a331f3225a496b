//! The connections that read. Opening one costs as much as some hundred short questions, and what it has prepared goes
//! with it when it is closed: so there are few, and whoever finds all of them lent waits a moment for one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::address::Address;
use crate::connection::{Connection, Use};
use crate::error::StoreError;

/// Connections that are kept.
const KEPT: usize = 8;
/// How long to wait for one of them. Who reads while reading would wait for ever, and a long list may hold one for
/// seconds: then a further one is opened, for this once.
const PATIENCE: Duration = Duration::from_millis(50);

/// Connections for reading, lent one at a time.
#[derive(Default)]
pub(crate) struct Readers {
    held: Mutex<Held>,
    returned: Condvar,
}

#[derive(Default)]
struct Held {
    /// The one returned last stands last: it has most prepared.
    idle: Vec<Connection>,
    /// How many of those that are kept are lent.
    lent: usize,
}

impl Readers {
    /// With a connection that is open already.
    pub(crate) fn with(connection: Connection) -> Self {
        let held = Mutex::new(Held { idle: vec![connection], lent: 0 });
        Self { held, returned: Condvar::new() }
    }

    /// Lends a connection to some work.
    pub(crate) fn read<T>(
        &self,
        address: &Address,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let none_left = |held: &mut Held| held.idle.is_empty() && held.lent >= KEPT;
        let (mut held, _) = self
            .returned
            .wait_timeout_while(self.lock(), PATIENCE, none_left)
            .unwrap_or_else(PoisonError::into_inner);
        let is_kept = !none_left(&mut held);
        let idle = held.idle.pop();
        held.lent += usize::from(is_kept);
        drop(held);
        let mut loan = Loan { readers: self, connection: None, is_kept };
        let connection = match idle.filter(Connection::is_open) {
            Some(connection) => connection,
            None => Connection::open(address, Use::Read)?,
        };
        work(loan.connection.insert(connection))
    }

    /// Takes all that are idle, to be closed.
    pub(crate) fn take(&mut self) -> Vec<Connection> {
        std::mem::take(&mut self.held.get_mut().unwrap_or_else(PoisonError::into_inner).idle)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that somebody reads on; it comes back when this is dropped, however the work ended.
struct Loan<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    is_kept: bool,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        // A panic may have left a question half answered.
        let connection =
            self.connection.take().filter(|connection| connection.is_open() && !std::thread::panicking());
        if self.is_kept {
            let mut held = self.readers.lock();
            held.lent -= 1;
            held.idle.extend(connection);
            drop(held);
            self.readers.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &std::path::Path) -> Address {
        let address = Address::parse(&format!("sqlite://{}", folder.join("register.db").display())).unwrap();
        drop(Connection::open(&address, Use::Write).unwrap());
        address
    }

    /// How many are idle, and how many lent.
    fn counts(readers: &Readers) -> (usize, usize) {
        let held = readers.lock();
        (held.idle.len(), held.lent)
    }

    #[test]
    fn no_more_are_kept_than_so_many_and_who_reads_while_reading_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        let (address, readers) = (file(folder.path()), Readers::default());
        fn deeper(readers: &Readers, address: &Address, depth: usize) -> usize {
            let deeper =
                |_: &mut Connection| Ok(if depth > 0 { deeper(readers, address, depth - 1) } else { 0 });
            readers.read(address, deeper).unwrap() + 1
        }
        assert_eq!(deeper(&readers, &address, KEPT + 2), KEPT + 3);
        assert_eq!(counts(&readers), (KEPT, 0));
    }

    #[test]
    fn one_comes_back_from_work_that_failed_or_panicked() {
        let folder = tempfile::tempdir().unwrap();
        let (address, readers) = (file(folder.path()), Readers::default());
        let refused = readers.read(&address, |_| -> Result<(), _> {
            Err(StoreError::NotFound { what: "record", name: "x".to_owned() })
        });
        assert!(refused.is_err());
        assert_eq!(counts(&readers), (1, 0));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            readers.read(&address, |_| -> Result<(), StoreError> { panic!("on purpose") })
        }));
        assert!(panicked.is_err());
        assert_eq!(counts(&readers), (0, 0));
    }
}
