//! Names in one file that point to what another declares.

use model::{FactType, Kind};

use super::kind_file::{FactDraft, KindDraft};
use super::mistake;
use super::source::{Log, Written};
use crate::expr::{FactIndex, KindIndex, Members, Path};
use crate::language::{Scope, resolve};

/// A kind by its name.
pub(super) fn kind(written: &Written, kinds: &[Kind], log: &Log) -> Option<KindIndex> {
    let found = kinds.iter().position(|kind| kind.id.as_str() == written.text);
    if found.is_none() {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.id.as_str()).collect();
        log.error(&written.at, "not-found", mistake::not_found(("类别", "kind"), &written.text, &names));
    }
    found
}

/// A fact of a kind by its name.
pub(super) fn fact(written: &Written, kind: &Kind, log: &Log) -> Option<FactIndex> {
    let found = kind.facts.iter().position(|fact| fact.id.as_str() == written.text);
    if found.is_none() {
        let names: Vec<&str> = kind.facts.iter().map(|fact| fact.id.as_str()).collect();
        log.error(&written.at, "unknown-fact", mistake::not_found(("事实", "fact"), &written.text, &names));
    }
    found
}

/// A dotted path from a kind.
pub(super) fn path(written: &Written, scope: &Scope<'_>, kind: KindIndex, log: &Log) -> Option<Path> {
    match resolve(&written.text, scope, kind) {
        Ok(path) => Some(path),
        Err(mistake) => {
            log.expression(written, vec![mistake]);
            None
        }
    }
}

/// The records that point to a kind: of kind `from`, by their reference `by`.
pub(super) fn members(
    (from, by): (&Written, &Written),
    to: KindIndex,
    kinds: &[Kind],
    log: &Log,
) -> Option<Members> {
    let kind = kind(from, kinds, log)?;
    let fact = fact(by, &kinds[kind], log)?;
    let reference = &kinds[kind].facts[fact];
    let target = &kinds[to].id;
    let pointed = reference.fact_type.target();
    if pointed.is_some_and(|pointed| kinds.iter().all(|kind| kind.id != *pointed)) {
        // Told where the reference is declared.
        return None;
    }
    if pointed != Some(target) {
        let says = mistake::by_points_elsewhere(&by.text, &from.text, target.as_str());
        log.error(&by.at, "wrong-reference", says);
        return None;
    }
    if reference.derived.is_some() {
        log.error(&by.at, "derived-reference", mistake::derived_reference(&by.text));
        return None;
    }
    Some(Members { kind, by: fact })
}

/// What a kind's own keys name, and the kinds its references point to.
pub(super) fn check_kind(draft: &KindDraft<'_>, scope: &Scope<'_>, log: &Log) {
    let known = &scope.kinds[scope.kind];
    for key in draft.keys.iter().chain(&draft.name) {
        fact(key, known, log);
    }
    for key in &draft.also_keys {
        if let Some(index) = fact(key, known, log)
            && !matches!(known.facts[index].fact_type, FactType::Text { .. })
        {
            log.error(
                &key.at,
                "wrong-fact",
                mistake::wrong_fact(&key.text, ("文字类型的事实", "a text fact")),
            );
        }
    }
    if let Some(area) = &draft.area
        && let Some(path) = path(area, scope, scope.kind, log)
    {
        let (end, index) = path.end();
        if !matches!(scope.kinds[end].facts[index].fact_type, FactType::Area { .. }) {
            log.error(&area.at, "wrong-fact", mistake::wrong_fact(&area.text, ("地区", "an area")));
        }
    }
    for FactDraft { to, .. } in &draft.facts {
        if let Some(to) = to {
            kind(to, scope.kinds, log);
        }
    }
}
