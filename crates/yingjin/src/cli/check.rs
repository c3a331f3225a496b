//! `yingjin check`: everything that is wrong in a city folder.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use model::Lang;
use rules::diagnostic::{Diagnostic, Severity};
use serde_json::json;

/// Read a city folder and say everything that is wrong in it, with file, line and column.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The city folder.
    folder: PathBuf,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong. Exit code 1 if there is any error; notices alone are well.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let diagnostics = match rules::city::load(&args.folder) {
        Ok(loaded) => loaded.notices,
        Err(diagnostics) => diagnostics,
    };
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let text = if args.json { as_json(&diagnostics, errors)? } else { as_text(&diagnostics, errors, lang) };
    io::stdout().write_all(text.as_bytes())?;
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn as_json(diagnostics: &[Diagnostic], errors: usize) -> anyhow::Result<String> {
    let notices = diagnostics.len() - errors;
    let report = json!({ "diagnostics": diagnostics, "errors": errors, "notices": notices });
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

fn as_text(diagnostics: &[Diagnostic], errors: usize, lang: Lang) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&format!("{}\n\n", diagnostic.display(lang)));
    }
    let notices = diagnostics.len() - errors;
    text.push_str(&match lang {
        Lang::Zh => format!("错误 {errors} 处，提示 {notices} 处\n"),
        Lang::En => format!("errors: {errors}, notices: {notices}\n"),
    });
    text
}
