//! `[exemption]` of `cases.toml`: the kind of record that an exemption by hand is, and the clause of every duty that
//! reads it.

use std::collections::BTreeSet;

use model::exemption::{self, Exemptions, Reason};
use model::kind::Derived;
use model::value::{CodeOption, TextFormat};
use model::{Fact, FactId, FactType, Kind, Label, Unit};

use super::duty_file::DutyDraft;
use super::kind_file::{self, FactDraft, KindDraft};
use super::mistake;
use super::name;
use super::read::Table;
use super::source::{At, Log, Written};
use crate::expr::{Expr, KindIndex, Members};
use crate::language::{Scope, Wanted, compile_as, resolve};

/// What the table says, and the names in it that something has to declare.
pub(super) struct ExemptionDraft {
    pub exemptions: Exemptions,
    at: At,
    duties: Vec<Written>,
    personal: Vec<Written>,
}

pub(super) fn read(table: Table<'_>, log: &Log) -> Option<ExemptionDraft> {
    let personal = table.texts("personal");
    let (mut reasons, mut duties): (Vec<Reason>, Vec<Written>) = (Vec::new(), Vec::new());
    table.need("reason")?;
    for table in table.tables("reason") {
        let id = name::id(log, table.need_text("id"));
        let (label, basis, of) = (table.need_label("label"), table.need_basis(), table.texts("duties"));
        table.finish();
        let (Some(id), Some(label), Some(basis)) = (id, label, basis) else { continue };
        if reasons.iter().any(|reason| reason.id == id.text) {
            let says = mistake::twice(("免尽理由", "reason to exempt"), &id.text, "cases.toml");
            log.error(&id.at, "twice", says);
            continue;
        }
        let of_duties = of.iter().map(|duty| duty.text.as_str().into()).collect();
        reasons.push(Reason { id: id.text, label, basis, duties: of_duties });
        duties.extend(of);
    }
    let kinds = personal.iter().map(|kind| kind.text.as_str().into()).collect();
    let at = table.at.clone();
    table.finish();
    Some(ExemptionDraft { exemptions: Exemptions { reasons, personal: kinds }, at, duties, personal })
}

/// Looks up the names that the table uses, and makes the kind: one reference for each kind that a duty is about.
pub(super) fn kind<'a>(
    draft: &ExemptionDraft,
    scope: &Scope<'_>,
    duties: &[DutyDraft<'_>],
    log: &Log,
) -> KindDraft<'a> {
    let ids: BTreeSet<&str> = duties.iter().map(|duty| duty.duty.id.as_str()).collect();
    let about: BTreeSet<&str> = duties.iter().map(|duty| duty.duty.kind.as_str()).collect();
    named(("承诺", "duty"), &draft.duties, &ids.iter().copied().collect::<Vec<_>>(), log);
    named(
        ("类别", "kind that a duty is about"),
        &draft.personal,
        &about.iter().copied().collect::<Vec<_>>(),
        log,
    );
    let text = || FactType::Text { format: None };
    let files = || FactType::Text { format: Some(TextFormat::Files) };
    let fact = |id: &str, zh: &str, en: &str, fact_type: FactType| Fact {
        id: FactId::from(id),
        label: Label::new(zh, en),
        also: vec![],
        fact_type,
        unit: None::<Unit>,
        personal: false,
        question: None,
        derived: None,
    };
    let duty = FactType::Code { options: duty_options(duties) };
    let reason = FactType::Code { options: reason_options(draft) };
    let mut facts = vec![
        fact(exemption::NUMBER, "编号", "number", text()),
        fact(exemption::DUTY, "责任事项", "duty", duty),
        fact(exemption::REASON, "理由", "reason", reason),
        fact(exemption::NOTE, "情况说明", "in the official's words", text()),
        fact(exemption::PROOF, "证明材料", "proof", files()),
        Fact {
            personal: true,
            ..fact(exemption::PERSONAL_PROOF, "证明材料（涉及个人）", "proof, about a person", files())
        },
        fact(exemption::FROM, "起始日期", "from", FactType::Date),
        fact(exemption::UNTIL, "截止日期", "until", FactType::Date),
        fact(exemption::GIVEN_ON, "登记日期", "given on", FactType::Date),
        fact(exemption::GIVEN_BY, "登记人", "given by", text()),
        fact(exemption::WITHDRAWN_ON, "撤销日期", "withdrawn on", FactType::Date),
        fact(exemption::WITHDRAWN_WHY, "撤销理由", "why it was withdrawn", text()),
        fact(exemption::WITHDRAWN_BY, "撤销人", "withdrawn by", text()),
    ];
    let mut ways = Vec::new();
    for (place, kind) in scope.kinds.iter().enumerate().filter(|(_, kind)| about.contains(kind.id.as_str())) {
        let reference = exemption::reference(&kind.id);
        ways.extend(way_to_area(kind, place, scope).map(|way| format!("{reference}.{way}")));
        let to = FactType::Ref { to: kind.id.clone() };
        facts.push(Fact { label: kind.label.clone(), ..fact(reference.as_str(), "", "", to) });
    }
    let mut area = None;
    if !ways.is_empty() {
        let value = if ways.len() == 1 { ways.concat() } else { format!("coalesce({})", ways.join(", ")) };
        area = Some(value.clone());
        let derived = Some(Derived { value, from: None, by: None });
        facts.push(Fact { derived, ..fact(exemption::AREA, "区域", "area", FactType::Area { to: None }) });
    }
    let written = |text: &str| Written { text: text.to_owned(), at: draft.at.clone() };
    let places = facts.iter().map(|fact| FactDraft {
        at: draft.at.clone(),
        listed: None,
        to: fact.fact_type.target().map(|to| written(to.as_str())),
        value: fact.derived.as_ref().map(|derived| written(&derived.value)),
        from: None,
        by: None,
    });
    let places = places.collect();
    let kind = Kind {
        id: exemption::KIND.into(),
        label: Label::new("人工免尽", "exemption by hand"),
        key: vec![exemption::NUMBER.into()],
        also_key: vec![],
        name: None,
        area: area.is_some().then(|| exemption::AREA.to_owned()),
        facts,
    };
    KindDraft {
        keys: vec![written(exemption::NUMBER)],
        also_keys: vec![],
        name: None,
        area: area.is_some().then(|| written(exemption::AREA)),
        facts: places,
        cases: vec![],
        at: draft.at.clone(),
        kind,
    }
}

/// Every duty of the city as an option of a code; the first version gives its name.
fn duty_options(duties: &[DutyDraft<'_>]) -> Vec<CodeOption> {
    let ids: BTreeSet<&str> = duties.iter().map(|duty| duty.duty.id.as_str()).collect();
    let version = |id: &str| duties.iter().find(|duty| duty.duty.id.as_str() == id);
    let option = |duty: &DutyDraft<'_>| CodeOption {
        id: duty.duty.id.to_string(),
        label: duty.duty.title.clone(),
        also: vec![],
    };
    ids.into_iter().filter_map(version).map(option).collect()
}

fn reason_options(draft: &ExemptionDraft) -> Vec<CodeOption> {
    let reasons = draft.exemptions.reasons.iter();
    let option =
        |reason: &Reason| CodeOption { id: reason.id.clone(), label: reason.label.clone(), also: vec![] };
    reasons.map(option).collect()
}

/// Gives the codes whose options are a list of the city folder the options that it has.
pub(super) fn list_options(
    kinds: &mut [KindDraft<'_>],
    (draft, duties): (Option<&ExemptionDraft>, &[DutyDraft<'_>]),
) {
    for kind in kinds {
        for (fact, places) in kind.kind.facts.iter_mut().zip(&kind.facts) {
            let (Some(listed), FactType::Code { options }) = (&places.listed, &mut fact.fact_type) else {
                continue;
            };
            *options = match listed.text.as_str() {
                kind_file::DUTIES => duty_options(duties),
                _ => draft.map(reason_options).unwrap_or_default(),
            };
        }
    }
}

/// The way from a kind to its area, where that is sound; if it is not, its own file is told of it.
fn way_to_area<'a>(kind: &'a Kind, place: KindIndex, scope: &Scope<'_>) -> Option<&'a str> {
    let way = kind.area.as_deref()?;
    resolve(way, scope, place).is_ok().then_some(way)
}

/// The clause of one duty, with the condition that it reads exemptions by. None where the kind of its records is not
/// sound, which has been told.
pub(super) fn clause(duty: &model::Duty, scope: &Scope<'_>) -> Option<(model::duty::Clause, Expr)> {
    let kind = scope.kinds.iter().position(|kind| kind.id.as_str() == exemption::KIND)?;
    let reference = exemption::reference(&duty.kind);
    let by = scope.kinds[kind].facts.iter().position(|fact| fact.id == reference)?;
    let members = Members { kind, by };
    let clause = exemption::clause(duty);
    let expr = compile_as(&clause.when, &scope.over(&members), Wanted::Condition).ok()?;
    Some((clause, expr))
}

fn named(what: (&str, &str), names: &[Written], all: &[&str], log: &Log) {
    for name in names.iter().filter(|name| !all.contains(&name.text.as_str())) {
        log.error(&name.at, "not-found", mistake::not_found(what, &name.text, all));
    }
}
