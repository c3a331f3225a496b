//! The one thread that writes. It takes what has queued, runs each piece of work in a savepoint of its own, commits
//! once, and only then answers: a commit waits for the disk, and a hundred pieces of work can share that wait. Work that
//! comes alone needs no savepoint, for which a database keeps every page as it was before: where it fails, all is undone.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::Label;

use crate::WAIT;
use crate::address::Address;
use crate::connection::{Connection, Hold, Use};
use crate::draft::{Ledger, Tail};
use crate::error::{StoreError, said};
use crate::schema::Schema;

/// The most that one commit takes.
const GROUP: usize = 256;

/// Called once the work is durable (`None`) or lost.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;
/// What a piece of work leaves: whether it is to be kept, and whom to tell.
struct Done {
    keep: bool,
    answer: Answer,
}
type Work = Box<dyn FnOnce(Result<&mut Ledger, StoreError>) -> Done + Send>;

/// A queue to the writing thread.
pub(crate) struct Writer {
    queue: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(
        address: Address,
        schema: Arc<Schema>,
        gate: Arc<Gate>,
        connection: Connection,
    ) -> Result<Self, StoreError> {
        let (queue, work) = channel();
        let place = address.place();
        let thread = std::thread::Builder::new()
            .name("register-writer".to_owned())
            .spawn(move || Group { address, schema, gate, connection }.run(&work))
            .map_err(|error| StoreError::CannotOpen { place, why: said(error) })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs work in a transaction and returns when it is durable. An error undoes this work alone.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = channel();
        let work: Work = Box::new(move |ledger| {
            let result = ledger.and_then(work);
            let keep = result.is_ok();
            let answer: Answer = Box::new(move |lost| {
                // Who asked may have gone; the work is done all the same.
                let _ = tell.send(lost.map_or(result, Err));
            });
            Done { keep, answer }
        });
        let gone = || StoreError::Lost {
            place: "register".to_owned(),
            why: Label::new("写入线程已停止", "the writer has stopped"),
        };
        self.queue.as_ref().ok_or_else(gone)?.send(work).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Group {
    address: Address,
    schema: Arc<Schema>,
    gate: Arc<Gate>,
    connection: Connection,
}

impl Group {
    fn run(mut self, work: &Receiver<Work>) {
        while let Ok(first) = work.recv() {
            let mut group = vec![first];
            let turn = self.gate.enter(WAIT);
            // Taken after the wait for our turn: whoever queued meanwhile comes along.
            group.extend(work.try_iter().take(GROUP - 1));
            match turn {
                Some(_turn) => self.commit(group),
                None => {
                    let busy = StoreError::Busy { place: self.address.place(), waited_s: WAIT.as_secs() };
                    refuse(group, &busy);
                }
            }
        }
    }

    fn commit(&mut self, group: Vec<Work>) {
        let begun = self.connect().and_then(|()| self.connection.begin_write());
        let begun = begun.and_then(|()| Tail::read(&mut self.connection));
        let mut tail = match begun {
            Ok(tail) => tail,
            Err(error) => {
                self.connection.rollback();
                return refuse(group, &error);
            }
        };
        if group.len() == 1 {
            return group.into_iter().for_each(|work| self.alone(work, &mut tail));
        }
        let mut done = Vec::with_capacity(group.len());
        let mut broken = None;
        for work in group {
            if let Some(error) = &broken {
                done.push(work(Err(StoreError::clone(error))));
                continue;
            }
            match self.one(work, &mut tail) {
                Ok(one) => done.push(one),
                Err((one, error)) => {
                    done.push(one);
                    broken = Some(error);
                }
            }
        }
        let lost = broken.map_or_else(|| self.connection.commit().err(), Some);
        if lost.is_some() {
            self.connection.rollback();
        }
        for one in done {
            (one.answer)(lost.clone());
        }
    }

    /// Runs the only piece of work of a transaction.
    fn alone(&mut self, work: Work, tail: &mut Tail) {
        let mut ledger = Ledger { connection: Hold::Own(&mut self.connection), schema: &self.schema, tail };
        let done = work(Ok(&mut ledger));
        let lost = if done.keep { self.connection.commit().err() } else { None };
        if lost.is_some() || !done.keep {
            self.connection.rollback();
        }
        (done.answer)(lost);
    }

    /// Runs one piece of work in its savepoint. Errors: the transaction as a whole is lost.
    fn one(&mut self, work: Work, tail: &mut Tail) -> Result<Done, (Done, StoreError)> {
        if let Err(error) = self.connection.script("SAVEPOINT work") {
            return Err((work(Err(error.clone())), error));
        }
        let before = tail.clone();
        let mut ledger = Ledger { connection: Hold::Own(&mut self.connection), schema: &self.schema, tail };
        let one = work(Ok(&mut ledger));
        if one.keep {
            return match self.connection.script("RELEASE SAVEPOINT work") {
                Ok(()) => Ok(one),
                Err(error) => Err((one, error)),
            };
        }
        *tail = before;
        let undo = match self.connection.in_transaction() {
            true => self.connection.script("ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work"),
            // A failed write can end the whole transaction: what came before in this group is gone with it.
            false => Err(StoreError::Full {
                place: self.address.place(),
                why: Label::new("数据库放弃了整个事务", "the database gave the transaction up"),
            }),
        };
        match undo {
            Ok(()) => Ok(one),
            Err(error) => Err((one, error)),
        }
    }

    /// Connects again after the server was away.
    fn connect(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_open() {
            self.connection = Connection::open(&self.address, Use::Write)?;
        }
        Ok(())
    }
}

fn refuse(group: Vec<Work>, error: &StoreError) {
    for work in group {
        (work(Err(error.clone())).answer)(None);
    }
}

/// Who of this program writes next. The database keeps others out; waiting for them here is fairer and cheaper than
/// asking again and again.
#[derive(Default)]
pub(crate) struct Gate {
    taken: Mutex<bool>,
    freed: Condvar,
}

/// The right to write, until dropped.
pub(crate) struct Turn(Arc<Gate>);

impl Gate {
    /// Waits for the turn; none when that takes too long.
    pub(crate) fn enter(self: &Arc<Self>, wait: Duration) -> Option<Turn> {
        let taken = self.lock();
        let (mut taken, _) = self
            .freed
            .wait_timeout_while(taken, wait, |taken| *taken)
            .unwrap_or_else(PoisonError::into_inner);
        if *taken {
            return None;
        }
        *taken = true;
        Some(Turn(Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.lock() = false;
        self.0.freed.notify_one();
    }
}
