//! Long work that is done in the background, watched and stopped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use model::Label;

/// Jobs remembered; past it, the oldest that have ended are forgotten.
const JOBS_MAX: usize = 200;

/// What the work itself holds: it tells how far it is and asks whether to go on.
#[derive(Debug, Default)]
pub struct Watch {
    done: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
}

impl Watch {
    /// Tells how far the work is; `total` 0 where it is not known.
    pub fn tell(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Asks the work to stop.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// How far the work is, and of how much where that is known.
    pub fn progress(&self) -> (u64, Option<u64>) {
        let total = self.total.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed), (total > 0).then_some(total))
    }
}

/// How a job ended.
#[derive(Clone, Debug)]
pub enum End<T> {
    /// With a result.
    Done(T),
    /// It could not be done, and why.
    Failed(Label),
    /// Somebody stopped it.
    Stopped,
}

/// A job.
#[derive(Debug)]
pub struct Job<W, T> {
    /// Its id; nobody can guess it.
    pub id: String,
    /// What it does.
    pub what: W,
    /// Who began it.
    pub actor: String,
    /// When.
    pub started_at: DateTime<Utc>,
    /// How far it is.
    pub watch: Watch,
    end: RwLock<Option<(DateTime<Utc>, End<T>)>>,
}

impl<W, T: Clone> Job<W, T> {
    /// When and how it ended; none while it is under way.
    pub fn end(&self) -> Option<(DateTime<Utc>, End<T>)> {
        self.end.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it. Contract: called once.
    pub fn finish(&self, at: DateTime<Utc>, end: End<T>) {
        *self.end.write().unwrap_or_else(PoisonError::into_inner) = Some((at, end));
    }
}

/// The jobs of this server.
#[derive(Debug)]
pub struct Jobs<W, T>(Mutex<BTreeMap<String, Arc<Job<W, T>>>>);

impl<W, T> Default for Jobs<W, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W, T: Clone> Jobs<W, T> {
    /// Begins a job; whoever does the work ends it with [`Job::finish`].
    pub fn begin(&self, what: W, actor: &str, at: DateTime<Utc>) -> Arc<Job<W, T>> {
        let job = Arc::new(Job {
            id: format!("{:013x}{}", at.timestamp_micros(), &crate::account::new_token()[..12]),
            what,
            actor: actor.to_owned(),
            started_at: at,
            watch: Watch::default(),
            end: RwLock::default(),
        });
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while jobs.len() >= JOBS_MAX {
            let Some(oldest) = jobs.iter().find(|(_, job)| job.end().is_some()) else { break };
            let id = oldest.0.clone();
            jobs.remove(&id);
        }
        jobs.insert(job.id.clone(), Arc::clone(&job));
        job
    }

    /// The job of that id.
    pub fn get(&self, id: &str) -> Option<Arc<Job<W, T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Every job, the last begun first.
    pub fn all(&self) -> Vec<Arc<Job<W, T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().rev().cloned().collect()
    }

    /// Asks every job to stop: the server is closing.
    pub fn stop_all(&self) {
        self.all().iter().for_each(|job| job.watch.stop());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_watched_stopped_and_forgotten() {
        let jobs = Jobs::<(), u32>::default();
        let at = |n: i64| DateTime::from_timestamp(1_583_452_800 + n, 0).unwrap();
        let first = jobs.begin((), "a", at(0));
        first.watch.tell(3, 0);
        assert_eq!(first.watch.progress(), (3, None));
        assert!(first.end().is_none());
        first.finish(at(1), End::Done(7));
        assert!(matches!(jobs.get(&first.id).unwrap().end(), Some((_, End::Done(7)))));
        let second = jobs.begin((), "a", at(2));
        for n in 0..JOBS_MAX {
            jobs.begin((), "b", at(3 + i64::try_from(n).unwrap())).finish(at(9999), End::Stopped);
        }
        assert!(jobs.get(&first.id).is_none(), "the oldest that has ended is forgotten");
        assert!(jobs.get(&second.id).is_some(), "one under way is kept");
        jobs.stop_all();
        assert!(second.watch.is_stopped());
    }
}
