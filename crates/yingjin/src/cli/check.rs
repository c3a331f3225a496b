//! `yingjin check`: everything that is wrong in a city folder.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use model::Lang;
use rules::city::Loaded;
use rules::diagnostic::{Diagnostic, Severity};
use serde_json::json;

use crate::letter;

/// Read a city folder and say everything that is wrong in it, with file, line and column.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The city folder.
    folder: PathBuf,
    /// A folder of fonts to try the letters with. Otherwise the serif fonts for Chinese that the machine has.
    #[arg(long, env = "YINGJIN_FONTS")]
    fonts: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong. Exit code 1 if there is any error; notices alone are well.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let (diagnostics, size) = match rules::city::load(&args.folder) {
        Ok(loaded) => {
            let size = Size::of(&loaded);
            let press = letter::press(&letter::program(), args.fonts.as_deref());
            let mut diagnostics = loaded.notices;
            diagnostics.extend(letter::check::check(&loaded.ruleset, &press));
            (diagnostics, Some(size))
        }
        Err(diagnostics) => (diagnostics, None),
    };
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let text = if args.json {
        as_json(&diagnostics, errors, size)?
    } else {
        let total = size.map(|size| size.text(lang)).unwrap_or_default();
        as_text(&diagnostics, errors, lang) + &total
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// How much was read and is sound; not told of a city with mistakes, of which some part was not understood.
#[derive(serde::Serialize)]
struct Size {
    files: usize,
    kinds: usize,
    parameters: usize,
    duties: usize,
    forms: usize,
    letters: usize,
}

impl Size {
    fn of(loaded: &Loaded) -> Self {
        let rules = &loaded.ruleset;
        // Versions of one duty are one.
        let duties: BTreeSet<_> = rules.duties.iter().map(|version| &version.duty.id).collect();
        Self {
            files: loaded.files,
            kinds: rules.kinds.len(),
            parameters: rules.parameters.len(),
            duties: duties.len(),
            forms: rules.forms.len(),
            letters: rules.letters.letters.len(),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let Self { files, kinds, parameters, duties, forms, letters } = self;
        match lang {
            Lang::Zh => {
                format!(
                    "共 {files} 个文件：{kinds} 个类别、{parameters} 个参数、{duties} 个事项、{forms} 张表单、{letters} 种函件\n"
                )
            }
            Lang::En => {
                format!(
                    "files: {files}; kinds: {kinds}, parameters: {parameters}, duties: {duties}, forms: {forms}, letters: {letters}\n"
                )
            }
        }
    }
}

fn as_json(diagnostics: &[Diagnostic], errors: usize, size: Option<Size>) -> anyhow::Result<String> {
    let notices = diagnostics.len() - errors;
    let report = json!({ "diagnostics": diagnostics, "errors": errors, "notices": notices, "size": size });
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
