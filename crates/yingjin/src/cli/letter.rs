//! `yingjin letter`: a letter or a sheet as PDF.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use chrono::NaiveDate;
use model::Lang;
use store::{Account, Role};

use super::RegisterArgs;
use crate::api::app::{App, Settings};
use crate::api::letters::LetterRequest;
use crate::clock;
use crate::letter;
use crate::letter::made_up::{self, Amount};
use crate::pipeline::Pipeline;

/// Write a letter or a sheet of the city folder as PDF.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The letter: the name of a header under `letters/`, without `.toml`.
    letter: String,
    /// The city and the register.
    #[command(flatten)]
    register: RegisterArgs,
    /// The record it is written to, where it is written to one.
    #[arg(long)]
    record: Option<String>,
    /// Only records in this area, where it is not written to a record.
    #[arg(long)]
    area: Option<String>,
    /// The day; today in Asia/Shanghai unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Tries the template with made-up data; the register is not read.
    #[arg(long)]
    made_up: bool,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    /// A folder of fonts. Otherwise the serif fonts for Chinese that the machine has.
    #[arg(long, env = "YINGJIN_FONTS")]
    fonts: Option<PathBuf>,
}

/// Writes the file, and says how many pages it has.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let pdf = if args.made_up { made_up(args, lang) } else { real(args, lang) }?;
    let out = args.out.display();
    fs::write(&args.out, &pdf.bytes).with_context(|| match lang {
        Lang::Zh => format!("无法写入 {out}"),
        Lang::En => format!("cannot write {out}"),
    })?;
    match lang {
        Lang::Zh => println!("{out}：{} 页", pdf.pages),
        Lang::En => println!("{out}: {} pages", pdf.pages),
    }
    Ok(ExitCode::SUCCESS)
}

fn made_up(args: &Args, lang: Lang) -> anyhow::Result<letters::Pdf> {
    let loaded = rules::city::load(&args.register.city).map_err(|mistakes| {
        let mistakes: Vec<String> =
            mistakes.iter().map(|mistake| mistake.display(lang).to_string()).collect();
        anyhow!(mistakes.join("\n\n"))
    })?;
    let rules = &loaded.ruleset;
    let letter =
        rules.letters.get(&args.letter).ok_or_else(|| none_of(&rules.letters, &args.letter, lang))?;
    let (data, on) = made_up::data(rules, letter, (Amount::Much, lang));
    let press = letter::press(&letter::program(), args.fonts.as_deref());
    press.print(&letter::job(&rules.letters, letter, &data, (lang, on))).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(|fault| fault.message(lang)).collect();
        anyhow!(faults.join("\n"))
    })
}

fn real(args: &Args, lang: Lang) -> anyhow::Result<letters::Pdf> {
    let RegisterArgs { city, db } = &args.register;
    let pipeline = Pipeline::open(city, db).map_err(|error| anyhow!(error.message(lang)))?;
    let on = args.on.unwrap_or_else(clock::today);
    let settings = Settings::of_command(args.on, args.fonts.clone());
    let app = App::new(pipeline, settings);
    let all = &app.rules().letters;
    let letter = all.get(&args.letter).ok_or_else(|| none_of(all, &args.letter, lang))?;
    let request = LetterRequest { record: args.record.clone(), on: args.on, area: args.area.clone() };
    // Whoever can read the register itself may have every letter of it.
    let reader = Account {
        name: String::new(),
        password_hash: String::new(),
        role: Role::Administrator,
        area: None,
        department: None,
        record: None,
        closed: false,
    };
    let written = app.write_letter(&reader, letter, &request, (lang, on));
    written.map_err(|problem| anyhow!(problem.document(lang).detail))
}

fn none_of(letters: &model::Letters, id: &str, lang: Lang) -> anyhow::Error {
    let known: Vec<&str> = letters.letters.iter().map(|letter| letter.id.as_str()).collect();
    let known = known.join(", ");
    anyhow!(match lang {
        Lang::Zh => format!("没有函件 {id}；有的是：{known}"),
        Lang::En => format!("there is no letter {id}; there are: {known}"),
    })
}
