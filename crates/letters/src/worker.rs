//! Typesetting in a process of its own: what a template does to it, it does to nobody else.
//!
//! Jobs come in as one line of JSON each; an answer is one line of JSON, and after it the bytes of the PDF.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::typeset::Typesetter;
use crate::{Fault, Job, Pdf};

/// How long one letter may take.
pub const SECONDS_MAX: u64 = 20;
/// The exit code of a worker that took longer.
pub const LATE: i32 = 75;
/// The address space of a worker, fonts and program included.
const MEMORY_BYTES: u64 = 3 << 30;

/// What a worker says first, and of every job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It has its fonts.
    Ready,
    /// A PDF of so many bytes follows.
    Pdf {
        /// Its pages.
        pages: usize,
        /// Its length.
        bytes: usize,
    },
    /// It could not be done.
    Faults(Vec<Fault>),
}

/// Answers jobs until there are no more. It limits its own memory, and ends itself when a job takes too long.
pub fn run(fonts: Option<&Path>, input: impl BufRead, mut output: impl Write) -> io::Result<ExitCode> {
    // Where the system has no such limit, that of time still holds.
    let _ = rlimit::setrlimit(rlimit::Resource::AS, MEMORY_BYTES, MEMORY_BYTES);
    let typesetter = match Typesetter::new(fonts) {
        Ok(typesetter) => typesetter,
        Err(fault) => {
            say(&mut output, &Reply::Faults(vec![fault]), &[])?;
            return Ok(ExitCode::FAILURE);
        }
    };
    say(&mut output, &Reply::Ready, &[])?;
    for line in input.lines() {
        let job: Job = match serde_json::from_str(&line?) {
            Ok(job) => job,
            Err(error) => {
                say(&mut output, &Reply::Faults(vec![Fault::Press(error.to_string())]), &[])?;
                continue;
            }
        };
        let done = watched();
        let result = typesetter.typeset(&job);
        drop(done);
        match result {
            Ok(Pdf { bytes, pages }) => say(&mut output, &Reply::Pdf { pages, bytes: bytes.len() }, &bytes)?,
            Err(faults) => say(&mut output, &Reply::Faults(faults), &[])?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends the process unless what it gives back is dropped in time.
fn watched() -> mpsc::Sender<()> {
    let (done, waits) = mpsc::channel();
    std::thread::spawn(move || {
        if waits.recv_timeout(Duration::from_secs(SECONDS_MAX)) == Err(RecvTimeoutError::Timeout) {
            std::process::exit(LATE);
        }
    });
    done
}

fn say(output: &mut impl Write, reply: &Reply, bytes: &[u8]) -> io::Result<()> {
    serde_json::to_writer(&mut *output, reply)?;
    output.write_all(b"\n")?;
    output.write_all(bytes)?;
    output.flush()
}
