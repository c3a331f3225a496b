//! `yingjin typeset`: not for people. The program starts itself so, to typeset letters in a process that can be ended.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Typesets letters that come in over standard input.
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// A folder of fonts.
    #[arg(long)]
    fonts: Option<PathBuf>,
}

/// Answers jobs until there are no more.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    Ok(letters::worker::run(args.fonts.as_deref(), io::stdin().lock(), io::stdout().lock())?)
}
