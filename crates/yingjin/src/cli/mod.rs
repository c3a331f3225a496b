//! The commands. One file each: its arguments, and what it does.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use model::Lang;

pub mod account;
pub mod audit;
pub mod chain;
pub mod check;
pub mod compare;
pub mod draw;
pub mod evaluate;
pub mod explain;
pub mod import;
pub mod letter;
pub mod openapi;
pub mod reach;
pub mod sample;
pub mod serve;
mod sheet;
mod table;
pub mod try_;
pub mod typeset;

/// Keeps the books of a city's promises: who should be served, who has been, who is exempt, and the gap.
#[derive(Debug, Parser)]
#[command(name = "yingjin", version)]
pub struct Cli {
    /// Language of messages: zh or en.
    #[arg(long, global = true, env = "YINGJIN_LANG", default_value = "zh")]
    pub lang: Lang,
    #[command(subcommand)]
    command: Command,
}

/// What every command that touches a register takes.
#[derive(Clone, Debug, Args)]
pub struct RegisterArgs {
    /// The city folder.
    #[arg(long, env = "YINGJIN_CITY", default_value = "cities/xuchang")]
    pub city: PathBuf,
    /// The register: sqlite://path or postgres://user@host/name.
    #[arg(long, env = "YINGJIN_DB", default_value = "sqlite://yingjin.db")]
    pub db: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::Args),
    Account(account::Args),
    Chain(chain::Args),
    Check(check::Args),
    Compare(compare::Args),
    Draw(draw::Args),
    Evaluate(evaluate::Args),
    Explain(explain::Args),
    Import(import::Args),
    Letter(letter::Args),
    Openapi(openapi::Args),
    Reach(reach::Args),
    Sample(sample::Args),
    Try(try_::Args),
    Serve(serve::Args),
    Typeset(typeset::Args),
}

impl Cli {
    /// Runs the command. The exit code is 0 when all is well, 1 when the command found something wrong in what it
    /// was asked to look at; an error, code 2, when it could not do its work.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Audit(args) => audit::run(&args, self.lang),
            Command::Account(args) => account::run(&args, self.lang),
            Command::Chain(args) => chain::run(&args, self.lang),
            Command::Check(args) => check::run(&args, self.lang),
            Command::Compare(args) => compare::run(&args, self.lang),
            Command::Draw(args) => draw::run(&args, self.lang),
            Command::Evaluate(args) => evaluate::run(&args, self.lang),
            Command::Explain(args) => explain::run(&args, self.lang),
            Command::Import(args) => import::run(&args, self.lang),
            Command::Letter(args) => letter::run(&args, self.lang),
            Command::Openapi(args) => openapi::run(&args, self.lang),
            Command::Reach(args) => reach::run(&args, self.lang),
            Command::Sample(args) => sample::run(&args, self.lang),
            Command::Try(args) => try_::run(&args, self.lang),
            Command::Serve(args) => serve::run(&args, self.lang),
            Command::Typeset(args) => typeset::run(&args),
        }
    }
}
