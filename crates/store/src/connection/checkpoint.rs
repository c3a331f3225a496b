//! Copies SQLite's write-ahead log into the file beside the writer, so that no commit waits for it.
//!
//! SQLite itself does it within the commit that makes the log long, which then takes ten times as long as others.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME, OpenFlags};

use crate::WAIT;

/// Pages of the log from which on it is copied. SQLite's own measure.
const LONG: i32 = 1_000;
/// Pages from which on a commit waits for it after all, or a writer that never rests would have it grow without end.
const TOO_LONG: i32 = 16 * LONG;

/// The thread that copies. It ends when dropped.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Takes over from the checkpoints of the writer's own connection. A thread that cannot be had leaves all as it was.
    pub(super) fn take_over(writer: &mut Connection, path: &Path) -> rusqlite::Result<Option<Self>> {
        let (wake, woken) = sync_channel(1);
        let path = path.to_owned();
        let thread = std::thread::Builder::new().name("register-checkpoints".to_owned());
        let Ok(thread) = thread.spawn(move || copy(&path, &woken)) else { return Ok(None) };
        let waking = wake.clone();
        writer.wal_hook(Some(move |log: &mut Wal, pages| {
            if pages >= TOO_LONG {
                // What fails here is tried again after the next commit, as in SQLite's own.
                let _ = log.checkpoint();
            } else if pages >= LONG {
                // Full when it has been woken already.
                let _ = waking.try_send(());
            }
            Ok(())
        }))?;
        Ok(Some(Self { wake: Some(wake), thread: Some(thread) }))
    }

    /// Waits until no more is copied. The writer's hook has to be gone by then.
    pub(super) fn end(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn copy(path: &Path, woken: &Receiver<()>) {
    let mut connection = None;
    while woken.recv().is_ok() {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(WAIT)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            Ok(connection)
        };
        let copied: rusqlite::Result<Connection> = match connection.take() {
            Some(connection) => Ok(connection),
            None => open(),
        };
        let copied = copied.and_then(|open| {
            open.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE)?;
            Ok(open)
        });
        match copied {
            Ok(open) => connection = Some(open),
            // Nothing is lost: it all stands in the log.
            Err(error) => tracing::debug!(%error, "the log is not copied for now"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_copied_and_the_writer_does_not_do_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        let mut writer = Connection::open(&path).unwrap();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer.execute_batch("CREATE TABLE line (text TEXT)").unwrap();
        let mut checkpoints = Checkpoints::take_over(&mut writer, &path).unwrap().unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let page =
            u64::try_from(writer.query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0)).unwrap());
        let long = page.unwrap() * u64::try_from(LONG).unwrap();
        let write = |bytes: u64| {
            let line = "x".repeat(usize::try_from(bytes).unwrap());
            writer.execute("INSERT INTO line VALUES (?1)", [line]).unwrap();
        };
        write(long / 2);
        assert!(size() < long / 2, "a short log is left alone");
        write(long);
        writer.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>).unwrap();
        checkpoints.end();
        assert!(size() > long, "the thread has copied it");
    }
}
