//! Drafts to a [`RuleSet`]: names across files, expressions, the order of derived facts.

use std::collections::BTreeMap;

use model::{Areas, FactType, Kind, Letters, Notices, Unit};

use super::case_file::{CaseDraft, PlacedCase, Subject};
use super::cases_file::{self, CasesDraft};
use super::chain_file::ChainDraft;
use super::chains_file::{self, ChainsDraft};
use super::city_file::CityDraft;
use super::duty_file::DutyDraft;
use super::exemption_table;
use super::form_file::{self, FormDraft};
use super::kind_file::KindDraft;
use super::letter_file::{self, LetterDraft};
use super::mistake;
use super::order::{self, FactOf};
use super::outlines_file::{self, OutlinesDraft};
use super::pairings_file::{self, Declared, PairingsDraft};
use super::parameter_file::{ParameterDraft, ValuePlaces};
use super::references;
use super::source::{At, Log, Written};
use crate::expr::{Comparison, Const, DerivedFact, Expr, KindIndex, Members, Node, Path, Type};
use crate::language::{Scope, Wanted, compile_as, resolve};
use crate::parameter::Parameter;
use crate::ruleset::{CompiledDuty, CompiledForm, RuleSet};

/// All files as they word it.
pub(super) struct Drafts<'a> {
    pub city: CityDraft,
    pub cases: Option<CasesDraft>,
    pub kinds: Vec<KindDraft<'a>>,
    pub parameters: Vec<ParameterDraft>,
    pub duties: Vec<DutyDraft<'a>>,
    pub forms: Vec<FormDraft>,
    pub pairings: Option<PairingsDraft>,
    /// What is told of the register, and each chain.
    pub chains: Option<(ChainsDraft, Vec<ChainDraft>)>,
    pub letters: Vec<LetterDraft>,
    pub notices: Option<Notices>,
    pub outlines: Option<OutlinesDraft>,
}

/// The rules, with what is needed to check their cases and their parameters.
pub(super) struct Compiled {
    pub rules: RuleSet,
    pub calendar_years: Vec<i32>,
    /// Whether kinds and parameters are sound; else the answers of cases mean nothing.
    pub sound: bool,
    /// For each duty of the rules: the places of its parts.
    pub duties: Vec<PlacedDuty>,
    /// Cases of derived facts.
    pub facts: Vec<(FactOf, PlacedCase)>,
    /// For each parameter of the rules: the places of its values.
    pub parameters: Vec<Vec<ValuePlaces>>,
    /// Every condition with its place.
    pub conditions: Vec<Condition>,
}

/// Places of a duty's parts.
pub(super) struct PlacedDuty {
    pub at: At,
    pub valid: Vec<At>,
    pub cases: Vec<PlacedCase>,
}

/// A clause of a duty.
pub(super) struct Condition {
    pub at: At,
    pub duty: usize,
    pub expr: Expr,
}

/// Builds the rules out of what is sound in the drafts. None if their kinds do not hold together.
pub(super) fn compile(drafts: Drafts<'_>, log: &Log) -> Option<Compiled> {
    let Drafts {
        city,
        cases,
        kinds: mut kind_drafts,
        parameters: parameter_drafts,
        duties: duty_drafts,
        forms,
        pairings,
        letters,
        chains,
        notices,
        outlines,
    } = drafts;
    let CityDraft { mut city, calendar_years } = city;
    city.outlines = outlines.map(|draft| outlines_file::check(draft, &city.areas, log)).unwrap_or_default();
    if let Some(exemption) = cases.as_ref().and_then(|cases| cases.exemption.as_ref()) {
        let kinds: Vec<Kind> = kind_drafts.iter().map(|draft| draft.kind.clone()).collect();
        let scope = Scope::new(&kinds, &[], &city.areas, 0);
        kind_drafts.push(exemption_table::kind(exemption, &scope, &duty_drafts, log));
    }
    let exemption = cases.as_ref().and_then(|cases| cases.exemption.as_ref());
    exemption_table::list_options(&mut kind_drafts, (exemption, &duty_drafts));
    distinct(&mut kind_drafts, log);
    let kinds: Vec<Kind> = kind_drafts.iter().map(|draft| draft.kind.clone()).collect();
    let parameter_drafts = distinct_parameters(parameter_drafts, log);
    check_areas(&parameter_drafts, &city.areas, log);
    let (parameters, parameter_places): (Vec<Parameter>, Vec<Vec<ValuePlaces>>) =
        parameter_drafts.into_iter().map(|draft| (draft.parameter, draft.values)).unzip();
    let base = Scope::new(&kinds, &parameters, &city.areas, 0);
    for (index, draft) in kind_drafts.iter().enumerate() {
        references::check_kind(draft, &Scope { kind: index, ..base }, log);
    }

    let derived = derived_facts(&kind_drafts, &base, log);
    let sound = !log.has_errors();
    let way_to_area =
        |kind: KindIndex| -> Option<Path> { resolve(kinds[kind].area.as_ref()?, &base, kind).ok() };
    let told = kinds.iter().flat_map(|kind| &kind.facts).filter(|fact| fact.derived.is_some()).count();
    let all_compiled = derived.len() == told;
    let derived = order::order(derived, &way_to_area).map_err(|circles| {
        for circle in circles {
            tell_circle(&circle, &kind_drafts, log);
        }
    });

    let mut facts = Vec::new();
    for (index, draft) in kind_drafts.iter().enumerate() {
        let scope = Scope { kind: index, ..base };
        facts.extend(draft.cases.iter().filter_map(|case| fact_case(case, &scope, log)));
    }
    check_versions(&duty_drafts, log);
    let departments: Vec<&str> = city.departments.iter().map(|department| department.id.as_str()).collect();
    let casework = cases.map(|cases| cases_file::check(cases, (&city, &kinds), log));
    let mut duties = Vec::new();
    let mut placed = Vec::new();
    let mut conditions = Vec::new();
    for draft in duty_drafts {
        if !departments.contains(&draft.owner.text.as_str()) {
            let says = mistake::not_found(("部门", "department"), &draft.owner.text, &departments);
            log.error(&draft.owner.at, "not-found", says);
        }
        if draft.cases.is_empty() {
            log.error(&draft.at, "no-cases", mistake::no_cases(draft.duty.id.as_str()));
        }
        if let Some((mut duty, places, own)) = duty(draft, &base, log) {
            let scope = Scope { kind: duty.kind, ..base };
            if let Some((clause, expr)) = exemption_table::clause(&duty.duty, &scope) {
                duty.duty.exempt.push(clause);
                duty.exempt.push(expr);
            }
            let number = duties.len();
            conditions.extend(own.into_iter().map(|(at, expr)| Condition { at, duty: number, expr }));
            duties.push(duty);
            placed.push(places);
        }
    }
    let named = form_file::Declared { casework: casework.as_ref(), duties: &duties };
    let forms: Vec<CompiledForm> = distinct_forms(forms, log)
        .into_iter()
        .filter_map(|draft| form_file::compile(draft, &base, (named, log)))
        .collect();
    let templates = letter_file::templates(log);
    let letters = distinct_letters(letters, log);
    letters.iter().for_each(|draft| letter_file::check(draft, (&duties, &templates), &base, log));
    let letters = Letters { letters: letters.into_iter().map(|draft| draft.letter).collect(), templates };
    let declared = Declared { kinds: &kinds, forms: &forms, duties: &duties };
    let pairings = pairings.and_then(|draft| pairings_file::check(draft, &declared, log));
    let chains = chains.and_then(|draft| chains_file::check(draft, (&kinds, &departments), log));
    // Only now: what is wrong with the duties is told whether or not the derived facts hold together.
    let derived = derived.ok().filter(|_| all_compiled)?;
    let rules = RuleSet {
        city,
        kinds,
        parameters,
        derived,
        duties,
        casework,
        forms,
        letters,
        pairings,
        chains,
        notices,
        version: log.version(),
    };
    Some(Compiled {
        rules,
        calendar_years,
        sound,
        duties: placed,
        facts,
        parameters: parameter_places,
        conditions,
    })
}

/// The areas that parameters have values of their own for.
fn check_areas(drafts: &[ParameterDraft], areas: &Areas, log: &Log) {
    for area in drafts.iter().flat_map(|draft| &draft.values).filter_map(|value| value.area.as_ref()) {
        if areas.get(&area.text).is_none() {
            let codes: Vec<&str> = areas.iter().map(|area| area.code.as_str()).collect();
            let says = mistake::not_found(("地区", "area"), &area.text, &codes);
            log.error(&area.at, "not-an-area", says);
        }
    }
}

/// Keeps the first of each kind and of each fact of one.
fn distinct(drafts: &mut Vec<KindDraft<'_>>, log: &Log) {
    let mut seen = BTreeMap::new();
    drafts.retain(|draft| {
        if let Some(first) = seen.insert(draft.kind.id.clone(), place_name(&draft.at, log)) {
            log.error(&draft.at, "twice", mistake::twice(("类别", "kind"), draft.kind.id.as_str(), &first));
            return false;
        }
        true
    });
    for draft in drafts {
        let mut seen = BTreeMap::new();
        for (fact, places) in draft.kind.facts.iter().zip(&draft.facts) {
            if let Some(first) = seen.insert(fact.id.clone(), place_name(&places.at, log)) {
                log.error(&places.at, "twice", mistake::twice(("事实", "fact"), fact.id.as_str(), &first));
            }
        }
    }
}

fn distinct_parameters(drafts: Vec<ParameterDraft>, log: &Log) -> Vec<ParameterDraft> {
    let mut seen = BTreeMap::new();
    let mut kept = Vec::new();
    for draft in drafts {
        let id = draft.parameter.id.clone();
        if let Some(first) = seen.insert(id.clone(), place_name(&draft.at, log)) {
            log.error(&draft.at, "twice", mistake::twice(("参数", "parameter"), id.as_str(), &first));
            continue;
        }
        kept.push(draft);
    }
    kept
}

fn distinct_forms(mut drafts: Vec<FormDraft>, log: &Log) -> Vec<FormDraft> {
    let mut seen = BTreeMap::new();
    drafts.retain(|draft| {
        let first = seen.insert(draft.form.id.clone(), place_name(&draft.at, log));
        if let Some(first) = &first {
            let says = mistake::twice(("表单", "form"), draft.form.id.as_str(), first);
            log.error(&draft.at, "twice", says);
        }
        first.is_none()
    });
    drafts
}

fn distinct_letters(mut drafts: Vec<LetterDraft>, log: &Log) -> Vec<LetterDraft> {
    let mut seen = BTreeMap::new();
    drafts.retain(|draft| {
        let first = seen.insert(draft.letter.id.clone(), place_name(&draft.id.at, log));
        if let Some(first) = &first {
            let says = mistake::twice(("函件", "letter"), draft.letter.id.as_str(), first);
            log.error(&draft.id.at, "twice", says);
        }
        first.is_none()
    });
    drafts
}

/// `duties/x.toml:3`
fn place_name(at: &At, log: &Log) -> String {
    let place = log.place(at);
    format!("{}:{}", place.file.display(), place.line)
}

fn derived_facts(drafts: &[KindDraft<'_>], base: &Scope<'_>, log: &Log) -> Vec<DerivedFact> {
    let mut derived = Vec::new();
    for (kind, draft) in drafts.iter().enumerate() {
        for (fact, places) in draft.facts.iter().enumerate() {
            let Some(value) = &places.value else { continue };
            let declared = &base.kinds[kind].facts[fact];
            let members = match (&places.from, &places.by) {
                (Some(from), Some(by)) => match references::members((from, by), kind, base.kinds, log) {
                    Some(members) => Some(members),
                    None => continue,
                },
                (None, None) => None,
                // Told where the file was read.
                _ => continue,
            };
            let scope = Scope { kind, members: members.as_ref(), ..*base };
            if let Some(expr) = expression(value, &scope, Wanted::Fact(declared), log) {
                derived.push(DerivedFact { kind, fact, id: declared.id.clone(), expr });
            }
        }
    }
    derived
}

pub(super) fn expression(
    written: &Written,
    scope: &Scope<'_>,
    wanted: Wanted<'_>,
    log: &Log,
) -> Option<Expr> {
    match compile_as(&written.text, scope, wanted) {
        Ok(expr) => Some(expr),
        Err(mistakes) => {
            log.expression(written, mistakes);
            None
        }
    }
}

fn tell_circle(circle: &[FactOf], drafts: &[KindDraft<'_>], log: &Log) {
    let name = |(kind, fact): &FactOf| {
        let kind = &drafts[*kind].kind;
        format!("{}.{}", kind.id, kind.facts[*fact].id)
    };
    let names: Vec<String> = circle.iter().chain(circle.first()).map(name).collect();
    if let Some((kind, fact)) = circle.first() {
        log.error(&drafts[*kind].facts[*fact].at, "cycle", mistake::cycle(&names.join(" → ")));
    }
}

/// The kinds whose records point to a kind.
fn pointing(kind: KindIndex, kinds: &[Kind]) -> Vec<KindIndex> {
    let target = &kinds[kind].id;
    let points = |other: &Kind| other.facts.iter().any(|fact| fact.fact_type.target() == Some(target));
    kinds.iter().enumerate().filter(|(_, other)| points(other)).map(|(index, _)| index).collect()
}

fn fact_case(case: &CaseDraft<'_>, scope: &Scope<'_>, log: &Log) -> Option<(FactOf, PlacedCase)> {
    let kind = &scope.kinds[scope.kind];
    let Some(named) = &case.fact else {
        log.error(&case.name.at, "missing-key", mistake::missing_key("fact"));
        return None;
    };
    let fact = references::fact(named, kind, log)?;
    if kind.facts[fact].derived.is_none() {
        let says = mistake::wrong_fact(&named.text, ("派生事实", "a derived fact"));
        log.error(&named.at, "wrong-fact", says);
        return None;
    }
    let subject = Subject::Fact(&kind.facts[fact]);
    let typed = case.typed(scope, &pointing(scope.kind, scope.kinds), &subject, log)?;
    Some(((scope.kind, fact), typed))
}

fn check_versions(drafts: &[DutyDraft<'_>], log: &Log) {
    for (index, draft) in drafts.iter().enumerate() {
        for other in drafts[..index].iter().filter(|other| other.duty.id == draft.duty.id) {
            let first = place_name(&other.at, log);
            if other.duty.kind != draft.duty.kind {
                log.error(&draft.kind.at, "other-kind", mistake::other_kind(&first));
            }
            for (span, at) in draft.duty.valid.iter().zip(&draft.valid) {
                let meets = |other: &model::duty::Validity| {
                    span.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| span.from <= to)
                };
                if other.duty.valid.iter().any(meets) {
                    log.error(at, "overlap", mistake::overlap(&first));
                }
            }
        }
    }
}

type Clauses = Vec<(At, Expr)>;

fn duty(draft: DutyDraft<'_>, base: &Scope<'_>, log: &Log) -> Option<(CompiledDuty, PlacedDuty, Clauses)> {
    let kind = references::kind(&draft.kind, base.kinds, log)?;
    let scope = Scope { kind, ..*base };
    check_people(&draft, &scope, log);
    let condition = |written: &Written| expression(written, &scope, Wanted::Condition, log);
    let should: Vec<Option<Expr>> = draft.should.iter().map(condition).collect();
    let exempt: Vec<Option<Expr>> = draft.exempt.iter().map(condition).collect();

    let unit = draft.amount_unit.as_ref().map(|written| {
        let unit: Result<Unit, String> = written.text.parse();
        unit.map_err(|error| log.error(&written.at, "bad-unit", mistake::bad_unit(&error))).ok()
    });
    let amount = draft.amount.as_ref().map(|written| {
        expression(written, &scope, Wanted::Number(unit.as_ref().and_then(Option::as_ref)), log)
    });
    let arises = draft.arises.as_ref().map(|written| expression(written, &scope, Wanted::Day, log));

    let members = match (&draft.done.from, &draft.done.by) {
        (Some(from), Some(by)) => Some(references::members((from, by), kind, base.kinds, log)),
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => {
            log.error(&one.at, "from-without-by", mistake::from_without_by());
            Some(None)
        }
    };
    let pointing = pointing(kind, base.kinds);
    let cases: Vec<Option<PlacedCase>> = draft
        .cases
        .iter()
        .map(|case| {
            if draft.duty.valid_on(case.on).is_none() {
                log.error(&case.on_at, "not-in-force", mistake::not_in_force(&case.on.to_string()));
                return None;
            }
            case.typed(&scope, &pointing, &Subject::Duty, log)
        })
        .collect();
    let members = match members {
        Some(members) => Some(members?),
        None => None,
    };
    let only = last_state(&draft, members.as_ref(), &scope, log);
    let with_members = Scope { members: members.as_ref(), only: only.as_ref(), ..scope };
    let done = expression(&draft.done.when, &with_members, Wanted::Condition, log);
    let paid = draft.done.paid.as_ref().map(|written| {
        expression(written, &with_members, Wanted::Number(unit.as_ref().and_then(Option::as_ref)), log)
    });
    let done_on = draft.done.on.as_ref().map(|written| expression(written, &with_members, Wanted::Day, log));

    let should: Vec<Expr> = should.into_iter().collect::<Option<_>>()?;
    let exempt: Vec<Expr> = exempt.into_iter().collect::<Option<_>>()?;
    let done = done?;
    let places = draft.should.iter().chain(&draft.exempt).map(|written| written.at.clone());
    let mut conditions: Clauses = places.zip(should.iter().chain(&exempt).cloned()).collect();
    conditions.push((draft.done.when.at.clone(), done.clone()));
    let cases: Vec<PlacedCase> = cases.into_iter().flatten().collect();
    let compiled = CompiledDuty {
        duty: draft.duty,
        kind,
        should,
        exempt,
        done,
        paid: whole(paid)?,
        done_on: whole(done_on)?,
        amount: whole(amount)?,
        arises: whole(arises)?,
        cases: cases.iter().map(|case| case.case.clone()).collect(),
    };
    Some((compiled, PlacedDuty { at: draft.at, valid: draft.valid, cases }, conditions))
}

/// Of a part that may be left out: none if it is there and wrong.
fn whole(part: Option<Option<Expr>>) -> Option<Option<Expr>> {
    match part {
        Some(None) => None,
        Some(expr) => Some(expr),
        None => Some(None),
    }
}

/// Who must act and who is served.
fn check_people(draft: &DutyDraft<'_>, scope: &Scope<'_>, log: &Log) {
    let reference = ("引用", "a reference");
    if let Some(bearer) = &draft.bearer
        && let Some(fact) = references::fact(bearer, &scope.kinds[scope.kind], log)
        && !matches!(scope.kinds[scope.kind].facts[fact].fact_type, FactType::Ref { .. })
    {
        log.error(&bearer.at, "wrong-fact", mistake::wrong_fact(&bearer.text, reference));
    }
    if let Some(beneficiary) = &draft.beneficiary
        && let Some(path) = references::path(beneficiary, scope, scope.kind, log)
    {
        let (kind, fact) = path.end();
        if !matches!(scope.kinds[kind].facts[fact].fact_type, FactType::Ref { .. }) {
            log.error(&beneficiary.at, "wrong-fact", mistake::wrong_fact(&beneficiary.text, reference));
        }
    }
}

/// The condition that evidence is in the last of `states`.
fn last_state(
    draft: &DutyDraft<'_>,
    members: Option<&Members>,
    scope: &Scope<'_>,
    log: &Log,
) -> Option<Expr> {
    let last = draft.done.states.last()?;
    let Some(members) = members else {
        log.error(&last.at, "states-without-from", mistake::states_without_from());
        return None;
    };
    let kind = &scope.kinds[members.kind];
    let state = kind.facts.iter().position(|fact| fact.id.as_str() == "state");
    let Some((fact, FactType::Code { options })) = state.map(|fact| (fact, &kind.facts[fact].fact_type))
    else {
        log.error(&last.at, "no-state", mistake::no_state(kind.id.as_str()));
        return None;
    };
    let names: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
    for state in &draft.done.states {
        if !names.contains(&state.text.as_str()) {
            log.error(&state.at, "not-an-option", mistake::choice(&state.text, &names));
        }
    }
    let path = Path { kind: members.kind, steps: vec![], fact, text: "state".to_owned() };
    let state = Expr { node: Node::Fact(path), ty: Type::Text };
    let text = Expr { node: Node::Const(Const::Text(last.text.clone())), ty: Type::Text };
    let node = Node::Compare(Comparison::Equal, Box::new(state), Box::new(text));
    Some(Expr { node, ty: Type::Bool })
}
