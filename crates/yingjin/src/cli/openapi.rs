//! `yingjin openapi`: writes the OpenAPI document, from which the web client is generated.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use model::Lang;

/// Writes the OpenAPI document of the HTTP API.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write it; standard output unless said.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Writes the document.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let text = crate::api::openapi().to_pretty_json()? + "\n";
    match &args.out {
        None => print!("{text}"),
        Some(path) => std::fs::write(path, text).with_context(|| match lang {
            Lang::Zh => format!("无法写入 {}", path.display()),
            Lang::En => format!("cannot write {}", path.display()),
        })?,
    }
    Ok(ExitCode::SUCCESS)
}
