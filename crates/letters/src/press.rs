//! Starts the process that typesets, gives it jobs one after another, and starts another when it has ended.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::worker::{LATE, Reply, SECONDS_MAX};
use crate::{Fault, Job, Pdf};

/// More letters than this are not waited for.
const WAITING_MAX: usize = 16;
/// The longest answer that is read.
const BYTES_MAX: usize = 256 << 20;

/// A typesetter in a process of its own. It is started with the first letter.
pub struct Press {
    command: Vec<PathBuf>,
    worker: Mutex<Option<Worker>>,
    waiting: AtomicUsize,
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Press {
    /// A press whose process is `command`, which has to call [`crate::worker::run`] over its standard input and output.
    pub fn new(command: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            command: command.into_iter().collect(),
            worker: Mutex::default(),
            waiting: AtomicUsize::default(),
        }
    }

    /// Typesets a letter; waits for those asked for before.
    ///
    /// Errors: every fault of the template or the data; or why the process could not do it.
    pub fn print(&self, job: &Job) -> Result<Pdf, Vec<Fault>> {
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let result = if before < WAITING_MAX { self.print_in_turn(job) } else { Err(vec![Fault::Busy]) };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        result
    }

    fn print_in_turn(&self, job: &Job) -> Result<Pdf, Vec<Fault>> {
        // Nothing is left half-done behind a panic: a worker is taken out before it is spoken to.
        let mut held = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = held.take();
        let mut worker = match last.as_mut().is_some_and(Worker::is_alive).then_some(last).flatten() {
            Some(worker) => worker,
            None => Worker::start(&self.command)?,
        };
        match worker.work(job) {
            Ok(result) => {
                *held = Some(worker);
                result
            }
            Err(error) => Err(vec![worker.ended(&error)]),
        }
    }
}

impl Worker {
    fn start(command: &[PathBuf]) -> Result<Self, Vec<Fault>> {
        let failed = |error: io::Error| vec![Fault::Press(error.to_string())];
        let [program, arguments @ ..] = command else {
            return Err(failed(io::ErrorKind::NotFound.into()));
        };
        let mut child = Command::new(program)
            .args(arguments)
            // It needs none of our secrets. What runs in parallel in it is kept small: it shares the machine.
            .env_clear()
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            .env("RAYON_NUM_THREADS", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::ErrorKind::BrokenPipe.into()));
        };
        let mut worker = Self { child, input, output: BufReader::new(output) };
        match worker.reply() {
            Ok(Reply::Ready) => Ok(worker),
            Ok(Reply::Faults(faults)) => Err(faults),
            Ok(Reply::Pdf { .. }) => Err(failed(io::ErrorKind::InvalidData.into())),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether it can still be given a job: somebody may have ended it meanwhile.
    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The inner result is the letter's; the outer one whether the worker can be given another.
    fn work(&mut self, job: &Job) -> io::Result<Result<Pdf, Vec<Fault>>> {
        let mut line = serde_json::to_vec(job)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.flush()?;
        match self.reply()? {
            Reply::Pdf { pages, bytes } if bytes <= BYTES_MAX => {
                let mut pdf = vec![0; bytes];
                self.output.read_exact(&mut pdf)?;
                Ok(Ok(Pdf { bytes: pdf, pages }))
            }
            Reply::Faults(faults) => Ok(Err(faults)),
            Reply::Pdf { .. } | Reply::Ready => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn reply(&mut self) -> io::Result<Reply> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&line)?)
    }

    /// Why a worker stopped answering.
    fn ended(&mut self, error: &io::Error) -> Fault {
        let _ = self.child.kill();
        match self.child.wait() {
            Ok(status) if status.code() == Some(LATE) => Fault::Late { seconds: SECONDS_MAX },
            Ok(_) if error.kind() == io::ErrorKind::UnexpectedEof => Fault::Ended,
            Ok(_) | Err(_) => Fault::Press(error.to_string()),
        }
    }
}
