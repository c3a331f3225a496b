//! A city folder: TOML files to a [`RuleSet`], or every mistake at once.
//!
//! ```text
//! source          the files, lines and columns
//! read            TOML values with their places; unknown keys
//! city_file  cases_file  kind_file  parameter_file  duty_file  case_file  form_file  letter_file  notices_file  pairings_file  outlines_file  chain_file  chains_file      one for each form of file
//! draw_table      `[draw]` of a form
//! exemption_table `[exemption]` of cases.toml: a kind, and a clause of every duty
//! references      names that point from one file to another
//! compile         drafts to rules;  order: derived facts after what they read
//! check           cases, gaps in parameters, conditions that tell nobody apart
//! mistake         what can be wrong, in both languages
//! ```
//! The format is docs/city-folder.md.

mod case_file;
mod cases_file;
mod chain_file;
mod chains_file;
mod check;
mod city_file;
mod compile;
mod draw_table;
mod duty_file;
mod exemption_table;
mod form_file;
mod kind_file;
mod letter_file;
mod mistake;
mod name;
mod notices_file;
mod order;
mod outlines_file;
mod pairings_file;
mod parameter_file;
mod read;
mod references;
mod source;

use std::path::Path;

use city_file::CityDraft;
use compile::{Compiled, Drafts};
use source::Log;

use crate::diagnostic::Diagnostic;
use crate::ruleset::RuleSet;

/// A city that can be used.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its rules.
    pub ruleset: RuleSet,
    /// What is worth a look, in the order of the files.
    pub notices: Vec<Diagnostic>,
    /// How many files it was read from.
    pub files: usize,
}

/// Reads and checks a city folder.
///
/// Errors: every mistake, and every notice, in the order of the files.
pub fn load(folder: &Path) -> Result<Loaded, Vec<Diagnostic>> {
    let log = Log::read(folder);
    let compiled = read(&log);
    let broken = log.has_errors();
    let files = log.sources.len();
    let diagnostics = log.into_diagnostics();
    match compiled {
        Some(compiled) if !broken => Ok(Loaded { ruleset: compiled.rules, notices: diagnostics, files }),
        _ => Err(diagnostics),
    }
}

/// Mistakes that may only be there because what declares a name or a unit could not be read.
const PERHAPS_CAUSED: [&str; 5] =
    ["not-an-area", "not-found", "unknown-fact", "unknown-parameter", "wrong-unit"];

fn read(log: &Log) -> Option<Compiled> {
    let files = 0..log.sources.len();
    let (duty_files, others): (Vec<usize>, Vec<usize>) = files
        .filter(|file| log.sources[*file].is_toml())
        .partition(|file| log.sources[*file].path.starts_with("duties"));
    let documents = |files: Vec<usize>| -> Vec<_> {
        files.into_iter().filter_map(|file| Some((file, read::parse(log, file)?))).collect()
    };

    let outlines = (0..log.sources.len()).find(|file| log.sources[*file].path.ends_with("outlines.geojson"));
    let outlines = outlines.and_then(|file| outlines_file::read(file, log));
    let others = documents(others);
    let (mut city, mut cases, mut pairings, mut notices) = (None, None, None, None);
    let (mut kinds, mut parameters, mut duties) = (Vec::new(), Vec::new(), Vec::new());
    let (mut forms, mut letters) = (Vec::new(), Vec::new());
    let (mut chains, mut chain) = (None, Vec::new());
    for (file, document) in &others {
        let table = read::top(document, *file, log);
        let path = &log.sources[*file].path;
        if path.starts_with("kinds") {
            kinds.extend(kind_file::read(&table, log));
        } else if path.starts_with("parameters") {
            parameters.extend(parameter_file::read(&table, log));
        } else if path.ends_with("cases.toml") {
            cases = cases_file::read(&table, log);
        } else if path.ends_with("pairings.toml") {
            pairings = pairings_file::read(&table);
        } else if path.ends_with("chains.toml") {
            chains = chains_file::read(&table);
        } else if path.starts_with("chains") {
            chain.extend(chain_file::read(&table, log));
        } else if path.ends_with("notices.toml") {
            notices = notices_file::read(&table, log);
        } else if path.starts_with("forms") {
            forms.extend(form_file::read(&table, log));
        } else if path.starts_with("letters") {
            letters.extend(letter_file::read(&table, log));
        } else {
            city = city_file::read(&table, log);
        }
        table.finish();
    }
    let declared = !log.has_errors();

    let duty_documents = documents(duty_files);
    for (file, document) in &duty_documents {
        let table = read::top(document, *file, log);
        duties.extend(duty_file::read(&table, log));
        table.finish();
    }
    let whole = declared && city.is_some();
    let city = city.unwrap_or_else(CityDraft::empty);
    if let Some(first) =
        chain.first().filter(|_| !log.sources.iter().any(|source| source.path == Path::new("chains.toml")))
    {
        log.error(&first.at, "no-chains-file", mistake::no_chains_file());
    }
    let chains = chains.map(|chains| (chains, chain));
    let drafts = Drafts {
        city,
        cases,
        kinds,
        parameters,
        duties,
        forms,
        letters,
        pairings,
        chains,
        notices,
        outlines,
    };
    let compiled = compile::compile(drafts, log);
    // The reference itself has been told of already.
    log.forget(&["no-kind"]);
    if !whole {
        log.forget(&PERHAPS_CAUSED);
        return None;
    }
    let compiled = compiled?;
    check::check(&compiled, log);
    Some(compiled)
}

#[cfg(test)]
mod tests;
