//! Tries every template with made-up data.

use std::path::{Path, PathBuf};

use letters::{Fault, Press};
use model::{Label, Lang, Letter};
use rules::diagnostic::{Diagnostic, Message, Place, Severity};
use rules::ruleset::RuleSet;

use super::job;
use super::made_up::{self, Amount};

/// What is wrong with the templates of a city, each with its place. Without fonts for Chinese nothing can be typeset:
/// that is one notice, for the folder is not to blame.
pub fn check(rules: &RuleSet, press: &Press) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for letter in &rules.letters.letters {
        for amount in Amount::ALL {
            for lang in [Lang::Zh, Lang::En] {
                let (data, on) = made_up::data(rules, letter, (amount, lang));
                let Err(faults) = press.print(&job(&rules.letters, letter, &data, (lang, on))) else {
                    continue;
                };
                if let Some(fault) = faults.iter().find(|fault| fault.is_of_the_machine()) {
                    return vec![diagnostic(letter, fault, Severity::Notice)];
                }
                found.extend(faults.iter().map(|fault| diagnostic(letter, fault, Severity::Error)));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A fault as one of the city folder.
fn diagnostic(letter: &Letter, fault: &Fault, severity: Severity) -> Diagnostic {
    let of_letter = || Place { file: file(&letter.template()), line: 1, column: 1 };
    let place = fault
        .place()
        .map(|at| Place { file: file(&at.file), line: at.line, column: at.column })
        .unwrap_or_else(of_letter);
    let says = |label: Label| Message::from(label);
    Diagnostic {
        place,
        severity,
        code: code(fault),
        what: says(fault.what()),
        why: says(fault.why()),
        mend: says(fault.mend()),
    }
}

fn file(name: &str) -> PathBuf {
    Path::new("letters").join(name)
}

fn code(fault: &Fault) -> &'static str {
    match fault {
        Fault::Fonts(_) => "no-fonts",
        Fault::Template { .. } => "template",
        Fault::Forbidden { .. } => "forbidden",
        Fault::Pages { .. } => "too-many-pages",
        Fault::Paper { .. } => "not-a4",
        Fault::Glyph { .. } => "no-glyph",
        Fault::Absent { .. } => "not-on-every-page",
        Fault::Late { .. } => "too-slow",
        Fault::Ended => "too-large",
        Fault::Busy | Fault::Press(_) => "no-press",
    }
}
