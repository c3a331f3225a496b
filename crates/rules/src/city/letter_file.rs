//! `letters/*.toml`: what a letter is about, and what its names point to. Its look is `letters/<id>.typ`, which is
//! checked where it can be typeset.

use model::letter::{About, Latest, Letter, PlanPart, Template};
use model::{DutyId, FactType, Kind};

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
    plan: PlanDraft,
}

/// Whom a plan is of, and the places of what its parts name.
struct PlanDraft {
    of: Option<Written>,
    parts: Vec<PartDraft>,
}

struct PartDraft {
    latest: Option<[Written; 3]>,
    facts: Vec<Written>,
    names: Vec<(Written, Written)>,
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
    let (plan, parts) = plan(table);
    let (id, label, about) = (id?, label?, about?);
    let letter = Letter {
        id: id.text.as_str().into(),
        label,
        about,
        duty: duty.as_ref().map(|duty| DutyId::from(duty.text.as_str())),
        columns: columns.iter().map(|column| column.text.as_str().into()).collect(),
        of: plan.of.as_ref().map(|of| of.text.as_str().into()),
        parts,
        pages_max: pages.unwrap_or(Letter::PAGES_MAX),
    };
    Some(LetterDraft { letter, id, duty, columns, plan })
}

fn plan(table: &Table<'_>) -> (PlanDraft, Vec<PlanPart>) {
    let of = table.text("of");
    let (mut drafts, mut parts) = (Vec::new(), Vec::new());
    for part in table.tables("part") {
        let title = part.need_label("title");
        let latest = part.get("latest").and_then(|cell| cell.table()).and_then(|table| {
            let [kind, by, on] = ["kind", "by", "on"].map(|key| table.need_text(key));
            table.finish();
            Some([kind?, by?, on?])
        });
        let facts = part.texts("facts");
        let names = part.get("names").and_then(|cell| cell.table()).map(|table| table.entries());
        let names = names.into_iter().flatten();
        let names: Vec<_> = names.filter_map(|(fact, cell)| Some((fact, cell.text()?))).collect();
        part.finish();
        let Some(title) = title else { continue };
        parts.push(PlanPart {
            title,
            latest: latest.as_ref().map(|[kind, by, on]| Latest {
                kind: kind.text.as_str().into(),
                by: by.text.as_str().into(),
                on: on.text.as_str().into(),
            }),
            facts: facts.iter().map(|fact| fact.text.as_str().into()).collect(),
            names: names
                .iter()
                .map(|(fact, kind)| (fact.text.as_str().into(), kind.text.as_str().into()))
                .collect(),
        });
        drafts.push(PartDraft { latest, facts, names });
    }
    (PlanDraft { of, parts: drafts }, parts)
}

/// Tells what the parts of a plan do not point to.
fn check_plan(draft: &LetterDraft, kinds: &[Kind], log: &Log) {
    let plan = &draft.plan;
    let is_plan = draft.letter.about.is_plan();
    if is_plan != plan.of.is_some() || !is_plan && !plan.parts.is_empty() {
        let at = plan.of.as_ref().unwrap_or(&draft.id);
        log.error(&at.at, "letter-plan", mistake::letter_plan(draft.letter.about.as_str(), is_plan));
        return;
    }
    let Some(of) = plan.of.as_ref().and_then(|of| references::kind(of, kinds, log)) else { return };
    for part in &plan.parts {
        let kind = match &part.latest {
            None => of,
            Some([kind, by, on]) => {
                let Some(kind) = references::kind(kind, kinds, log) else { continue };
                let declared = &kinds[kind];
                let fits = |written: &Written, wanted: (&str, &str), fits: &dyn Fn(&FactType) -> bool| {
                    let Some(fact) = references::fact(written, declared, log) else { return };
                    if !fits(&declared.facts[fact].fact_type) {
                        log.error(&written.at, "wrong-fact", mistake::wrong_fact(&written.text, wanted));
                    }
                };
                let points = |found: &FactType| found.target() == Some(&kinds[of].id);
                fits(by, ("指向这类主体的引用", "a reference to whom the plan is of"), &points);
                fits(on, ("日期类型的事实", "a date fact"), &|found| matches!(found, FactType::Date));
                kind
            }
        };
        for fact in &part.facts {
            references::fact(fact, &kinds[kind], log);
        }
        for (fact, of) in &part.names {
            references::kind(of, kinds, log);
            let known = references::fact(fact, &kinds[kind], log).map(|place| &kinds[kind].facts[place]);
            let is_text = known.is_none_or(|fact| matches!(fact.fact_type, FactType::Text { .. }));
            if !is_text || !part.facts.iter().any(|shown| shown.text == fact.text) {
                let wanted = ("本部分 facts 中的文字", "a text among the facts of this part");
                log.error(&fact.at, "wrong-fact", mistake::wrong_fact(&fact.text, wanted));
            }
        }
    }
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
    check_plan(draft, base.kinds, log);
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
