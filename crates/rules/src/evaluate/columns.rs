//! Every duty of every kind at once.

use super::one::{Context, Walk};
use super::pass::{Dates, DutyPass, Numbers, Pass, RowAreas};
use super::{Index, Setting};
use crate::bits::Mask;
use crate::number;
use crate::ruleset::RuleSet;
use crate::table::Tables;

/// Judges every duty in force on the setting's day for every record.
/// Contract: for each record the same as [`super::one()`].
pub fn pass(rules: &RuleSet, tables: &Tables, setting: &Setting) -> Pass {
    let index = Index::new(rules);
    let mut areas: Vec<RowAreas> = rules.kinds.iter().map(|_| RowAreas::new()).collect();
    let in_force =
        rules.duties.iter().enumerate().filter(|(_, duty)| duty.duty.valid_on(setting.on).is_some());
    let mut duties: Vec<DutyPass> = in_force
        .map(|(index, duty)| {
            let rows = tables.table(duty.kind).len();
            let numbers = |expr: &Option<crate::expr::Expr>| {
                expr.as_ref().map(|expr| Numbers::new(number::scale_of(expr.ty), rows))
            };
            DutyPass {
                index,
                duty: duty.duty.id.clone(),
                kind: duty.kind,
                should: Mask::new(rows),
                done: Mask::new(rows),
                exempt: Mask::new(rows),
                amount: numbers(&duty.amount),
                paid: numbers(&duty.paid),
                arises: duty.arises.as_ref().map(|_| Dates::new(rows)),
                done_on: duty.done_on.as_ref().map(|_| Dates::new(rows)),
                rows,
            }
        })
        .collect();
    for (kind, declared) in rules.kinds.iter().enumerate() {
        for row in 0..tables.table(kind).len() {
            let mut walk = Walk::new(rules, tables, setting);
            let Some(at) = walk.find(&declared.id, &tables.table(kind).ids()[row]) else { continue };
            let area = index.areas[kind].as_ref().and_then(|path| walk.follow(path, &Context::root(at)));
            let key = areas[kind].key_of(area.as_ref().and_then(|area| area.as_text()));
            areas[kind].keys.push(key);
            for duty in duties.iter_mut().filter(|duty| duty.kind == kind) {
                let judged = walk.judge(duty.index, at);
                duty.should.set(row, judged.should);
                duty.done.set(row, judged.done);
                duty.exempt.set(row, judged.exempt);
                let unscaled = |value: Option<rust_decimal::Decimal>, numbers: &Numbers| {
                    value.and_then(|value| number::from_decimal(value, numbers.scale))
                };
                if let Some(numbers) = &mut duty.amount {
                    numbers.set(row, unscaled(judged.amount, numbers));
                }
                if let Some(numbers) = &mut duty.paid {
                    numbers.set(row, unscaled(judged.paid, numbers));
                }
                if let Some(dates) = &mut duty.arises {
                    dates.set(row, judged.arises.map(|day| day.to_epoch_days()));
                }
                if let Some(dates) = &mut duty.done_on {
                    dates.set(row, judged.done_on.map(|day| day.to_epoch_days()));
                }
            }
        }
    }
    Pass { on: setting.on, duties, areas }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Standing, Truth, Value};

    use crate::sample;

    #[test]
    fn sets_add_up() {
        let rules = sample::rules();
        let mut builder = Tables::builder(&rules);
        let facts =
            |facts: &[(&str, Value)]| facts.iter().map(|(id, value)| ((*id).into(), value.clone())).collect();
        let text = |text: &str| Value::Text(text.to_owned());
        builder
            .push(&"firm".into(), "f1".into(), &facts(&[("staff", Value::Int(3)), ("area", text("411002"))]))
            .unwrap();
        builder
            .push(
                &"firm".into(),
                "f2".into(),
                &facts(&[("staff", Value::Int(999)), ("area", text("411000"))]),
            )
            .unwrap();
        for (id, tenant) in [("l1", "f1"), ("l2", "f2"), ("l3", "f3"), ("l4", "f1")] {
            let rent = Value::Decimal("100".parse().unwrap());
            builder
                .push(&"lease".into(), id.into(), &facts(&[("tenant", text(tenant)), ("rent", rent)]))
                .unwrap();
        }
        builder
            .push(&"waiver".into(), "w".into(), &facts(&[("lease", text("l4")), ("months", Value::Int(6))]))
            .unwrap();
        let tables = builder.finish();
        let found = pass(&rules, &tables, &Setting::on("2020-03-01".parse().unwrap()));
        let duty = &found.duties[0];
        let counts = found.counts(duty);
        assert_eq!((counts.should, counts.done, counts.gap, counts.unknown, counts.out), (2, 1, 1, 1, 1));
        assert_eq!(counts.owed, "1200.00".parse().unwrap());
        assert_eq!(duty.rows_in(Standing::Gap).collect::<Vec<_>>(), [0]);
        assert_eq!(duty.rows_in(Standing::Unknown).collect::<Vec<_>>(), [2]);
        assert_eq!(duty.should.get(2), Truth::Unknown);
        let by_area = found.counts_by_area(duty);
        assert_eq!(super::super::counts_within(&by_area, &rules.city.areas, "411000").should, 2);
        assert_eq!(by_area[&Some("411000".into())].out, 1);
    }
}
