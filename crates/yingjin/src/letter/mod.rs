//! Letters and sheets as PDF: their data, made-up data to try templates with, and the press that typesets them.

pub mod check;
pub mod data;
pub mod made_up;

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use letters::{Job, Press};
use model::{Lang, Letter, Letters};

use data::Data;

/// The command, hidden from people, by which the program starts itself to typeset.
pub const COMMAND: &str = "typeset";

/// A press that runs `program`, with the fonts of a folder, or those of the machine.
pub fn press(program: &Path, fonts: Option<&Path>) -> Press {
    let fonts = fonts.into_iter().flat_map(|folder| [PathBuf::from("--fonts"), folder.to_owned()]);
    Press::new([program.to_owned(), PathBuf::from(COMMAND)].into_iter().chain(fonts))
}

/// The program itself, where it can be found; else its name, for the system to look for.
pub fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from(env!("CARGO_PKG_NAME")))
}

/// A letter about its data, with what has to stand on every page of it.
pub fn job(all: &Letters, letter: &Letter, data: &Data, (lang, on): (Lang, NaiveDate)) -> Job {
    let every_page = [Some(&data.day), Some(&data.of), data.made_up.as_ref()];
    Job {
        templates: all.templates.clone(),
        main: letter.template(),
        // Maps of texts and numbers: nothing of it fails to be written.
        data: serde_json::to_value(data).unwrap_or_default(),
        lang,
        on,
        pages_max: letter.pages_max,
        every_page: every_page.into_iter().flatten().cloned().collect(),
    }
}

/// A day as letters write it: 2020年5月31日, 31 May 2020.
pub fn day_words(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.format("%-d %B %Y").to_string(),
    }
}
