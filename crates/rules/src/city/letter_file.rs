//! `letters/*.toml`: what a letter is about, and what its names point to. Its look is `letters/<id>.typ`, which is
//! checked where it can be typeset.

use model::letter::{About, Letter, Template};
use model::{DutyId, FactType};

use super::mistake;
use super::name;
use super::read::Table;
use super::references;
use super::source::{Log, Written};
use crate::language::Scope;
use crate::ruleset::CompiledDuty;

/// Fewest and most pages that a header may allow.
const PAGES: std::ops::RangeInclusive<i64> = 1..=500;

/// A letter as its file words it, with the places of what points elsewhere.
pub(super) struct LetterDraft {
    pub letter: Letter,
    pub id: Written,
    duty: Option<Written>,
    columns: Vec<Written>,
}

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<LetterDraft> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("label");
    let about = table.need_text("about").and_then(|written| about(&written, log));
    let (duty, columns) = (table.text("duty"), table.texts("columns"));
    let pages = table.get("pages").and_then(|cell| {
        let pages = cell.int()?;
        let pages_max = u32::try_from(pages).ok().filter(|_| PAGES.contains(&pages));
        if pages_max.is_none() {
            log.error(&cell.at, "wrong-value", mistake::pages(*PAGES.start(), *PAGES.end()));
        }
        pages_max
    });
    let (id, label, about) = (id?, label?, about?);
    let letter = Letter {
        id: id.text.as_str().into(),
        label,
        about,
        duty: duty.as_ref().map(|duty| DutyId::from(duty.text.as_str())),
        columns: columns.iter().map(|column| column.text.as_str().into()).collect(),
        pages_max: pages.unwrap_or(Letter::PAGES_MAX),
    };
    Some(LetterDraft { letter, id, duty, columns })
}

fn about(written: &Written, log: &Log) -> Option<About> {
    let found = About::ALL.into_iter().find(|about| about.as_str() == written.text);
    if found.is_none() {
        let choices = About::ALL.map(About::as_str);
        log.error(&written.at, "unknown-choice", mistake::choice(&written.text, &choices));
    }
    found
}

/// The sources of templates that the folder has.
pub(super) fn templates(log: &Log) -> Vec<Template> {
    let named = log.sources.iter().filter_map(|source| {
        let is_template = source.path.extension().is_some_and(|extension| extension == "typ");
        let name = source.path.file_name()?.to_string_lossy().into_owned();
        is_template.then(|| Template { name, text: source.text.clone() })
    });
    named.collect()
}

/// Tells what a letter's names do not point to.
pub(super) fn check(
    draft: &LetterDraft,
    (duties, templates): (&[CompiledDuty], &[Template]),
    base: &Scope<'_>,
    log: &Log,
) {
    let letter = &draft.letter;
    if !templates.iter().any(|template| template.name == letter.template()) {
        log.error(&draft.id.at, "no-template", mistake::no_template(&letter.template()));
    }
    if letter.about.has_duty() != draft.duty.is_some() {
        let at = draft.duty.as_ref().unwrap_or(&draft.id);
        log.error(
            &at.at,
            "letter-duty",
            mistake::letter_duty(letter.about.as_str(), letter.about.has_duty()),
        );
    }
    let Some(written) = &draft.duty else { return };
    let Some(duty) = duties.iter().find(|duty| duty.duty.id.as_str() == written.text) else {
        let names: Vec<&str> = duties.iter().map(|duty| duty.duty.id.as_str()).collect();
        log.error(&written.at, "not-found", mistake::not_found(("责任", "duty"), &written.text, &names));
        return;
    };
    if letter.about.has_duty() && duty.duty.bearer.is_none() {
        log.error(&written.at, "no-bearer", mistake::no_bearer(&written.text));
    }
    let kind = &base.kinds[duty.kind];
    for column in &draft.columns {
        let Some(place) = references::fact(column, kind, log) else { continue };
        let fact = &kind.facts[place];
        if fact.personal || matches!(fact.fact_type, FactType::Point) || fact.derived.is_some() {
            let wanted = ("登记的、不涉及个人的事实", "a fact that is told and not personal");
            log.error(&column.at, "wrong-fact", mistake::wrong_fact(&column.text, wanted));
        }
    }
}
