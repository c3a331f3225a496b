//! Two passes side by side: who is newly owed, who no longer, and the money. A what-if is a comparison with
//! parameters that are not law; it reads the tables and writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use model::{AreaCode, DutyId, Label, RecordId, Truth};
use serde::Serialize;

use crate::evaluate::{Counts, DutyPass, Pass, Setting, pass};
use crate::ruleset::RuleSet;
use crate::table::Tables;

/// Every duty that is in force on either side, in the order of the rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The duties.
    pub duties: Vec<DutyComparison>,
}

/// One duty on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DutyComparison {
    /// The duty.
    pub duty: DutyId,
    /// What people call it.
    pub title: Label,
    /// Whether it is in force, on each side.
    pub in_force: (bool, bool),
    /// Records owed on the second side only, in order.
    pub newly_owed: Vec<RecordId>,
    /// Records owed on the first side only, in order.
    pub no_longer_owed: Vec<RecordId>,
    /// The first side; nothing where it is not in force.
    pub a: Counts,
    /// The second side.
    pub b: Counts,
    /// The same by the area each record lies in itself; none for records whose area is missing.
    pub by_area: Vec<AreaComparison>,
}

/// One area on both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AreaComparison {
    /// The area.
    pub area: Option<AreaCode>,
    /// How many records are newly owed.
    pub newly_owed: u64,
    /// How many are no longer owed.
    pub no_longer_owed: u64,
    /// The first side.
    pub a: Counts,
    /// The second side.
    pub b: Counts,
}

impl AreaComparison {
    /// Whether anybody gains or loses, or the money differs.
    pub fn differs(&self) -> bool {
        let money = |counts: &Counts| (counts.owed, counts.amount_unknown);
        self.newly_owed + self.no_longer_owed > 0 || money(&self.a) != money(&self.b)
    }
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// The register, as tables made for these rules.
    pub tables: &'a Tables,
    /// The day, and what is tried.
    pub setting: &'a Setting,
}

/// The same rules and register under two settings: two days, or the law and a what-if.
pub fn compare(rules: &RuleSet, tables: &Tables, a: &Setting, b: &Setting) -> Comparison {
    compare_rules(Side { rules, tables, setting: a }, Side { rules, tables, setting: b })
}

/// Two versions of the rules, two states of the register, or both. Records and duties are matched by their ids.
pub fn compare_rules(a: Side<'_>, b: Side<'_>) -> Comparison {
    let passes = (pass(a.rules, a.tables, a.setting), pass(b.rules, b.tables, b.setting));
    let mut titles: Vec<(&DutyId, &Label)> = Vec::new();
    for duty in b.rules.duties.iter().chain(&a.rules.duties) {
        if !titles.iter().any(|(id, _)| **id == duty.duty.id) {
            titles.push((&duty.duty.id, &duty.duty.title));
        }
    }
    let duties = titles.into_iter().filter_map(|(id, title)| {
        let found = (passes.0.duty(id), passes.1.duty(id));
        if found.0.is_none() && found.1.is_none() {
            return None;
        }
        Some(compare_duty(id, title, (a.tables, &passes.0, found.0), (b.tables, &passes.1, found.1)))
    });
    Comparison { duties: duties.collect() }
}

type Found<'a> = (&'a Tables, &'a Pass, Option<&'a DutyPass>);

fn compare_duty(id: &DutyId, title: &Label, a: Found<'_>, b: Found<'_>) -> DutyComparison {
    let mut by_area: BTreeMap<Option<AreaCode>, AreaComparison> = BTreeMap::new();
    let mut totals = (Counts::default(), Counts::default());
    for ((_, pass, duty), second) in [(a, false), (b, true)] {
        for (area, counts) in duty.map(|duty| pass.counts_by_area(duty)).unwrap_or_default() {
            let line = by_area.entry(area).or_default();
            *(if second { &mut line.b } else { &mut line.a }) = counts.clone();
            *(if second { &mut totals.1 } else { &mut totals.0 }) += &counts;
        }
    }
    let gone = only_in(a, b);
    let new = only_in(b, a);
    for (rows, (_, pass, duty), count) in [
        (
            &gone,
            a,
            (|line: &mut AreaComparison| &mut line.no_longer_owed) as fn(&mut AreaComparison) -> &mut u64,
        ),
        (&new, b, |line| &mut line.newly_owed),
    ] {
        for (row, _) in rows {
            let area = duty.and_then(|duty| pass.area(duty.kind, *row)).map(AreaCode::from);
            *count(by_area.entry(area).or_default()) += 1;
        }
    }
    let ids = |rows: Vec<(usize, RecordId)>| {
        rows.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>().into_iter().collect()
    };
    DutyComparison {
        duty: id.clone(),
        title: title.clone(),
        in_force: (a.2.is_some(), b.2.is_some()),
        newly_owed: ids(new),
        no_longer_owed: ids(gone),
        a: totals.0,
        b: totals.1,
        by_area: by_area.into_iter().map(|(area, line)| AreaComparison { area, ..line }).collect(),
    }
}

/// The rows that are owed here, and are not on the other side.
fn only_in((tables, _, here): Found<'_>, (other_tables, _, there): Found<'_>) -> Vec<(usize, RecordId)> {
    let Some(here) = here else { return Vec::new() };
    let ids = tables.table(here.kind).ids();
    let same = std::ptr::eq(tables, other_tables);
    let owed_there = |row: usize| {
        let Some(there) = there else { return false };
        let row = if same { Some(row) } else { other_tables.row(there.kind, &ids[row]) };
        row.is_some_and(|row| there.should.get(row) == Truth::Yes)
    };
    let rows = here.should.yes.ones().filter(|row| !owed_there(*row));
    rows.map(|row| (row, ids[row].clone())).collect()
}

#[cfg(test)]
mod tests {
    use model::Value;

    use super::*;
    use crate::expr::Const;
    use crate::sample;

    #[test]
    fn a_what_if_says_who_gains_and_what_it_costs() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        let text = |text: &str| Value::Text(text.to_owned());
        for (kind, id, facts) in [
            ("firm", "f1", vec![("staff", Value::Int(3)), ("area", text("411002"))]),
            ("lease", "l1", vec![("tenant", text("f1")), ("rent", Value::Decimal("10".parse().unwrap()))]),
        ] {
            builder.push(&kind.into(), id.into(), &sample::record(kind, id, &facts).facts).unwrap();
        }
        let tables = builder.finish();
        let law = Setting::on("2020-03-01".parse().unwrap());
        let tried = law.clone().with("rent_waiver_months", Const::Int(12));
        let found = compare(&rules, &tables, &law, &tried).duties.remove(0);
        assert_eq!((found.newly_owed.len(), found.no_longer_owed.len()), (0, 0));
        assert_eq!((found.a.owed, found.b.owed), ("60".parse().unwrap(), "120".parse().unwrap()));
        // Before it was in force nobody was owed.
        let before = Setting::on("2019-12-31".parse().unwrap());
        let found = compare(&rules, &tables, &before, &law).duties.remove(0);
        assert_eq!((found.newly_owed.as_slice(), found.in_force), (["l1".into()].as_slice(), (false, true)));
        assert_eq!((found.by_area[0].area.clone(), found.by_area[0].newly_owed), (Some("411002".into()), 1));
        // The register as it was with fewer records.
        let empty = Tables::builder(&rules).finish();
        let side = |tables| Side { rules: &rules, tables, setting: &law };
        let found = compare_rules(side(&tables), side(&empty)).duties.remove(0);
        assert_eq!(found.no_longer_owed, ["l1".into()]);
    }
}
