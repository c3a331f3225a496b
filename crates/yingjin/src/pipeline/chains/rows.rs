//! What the register says on a day of firms and of who supplies whom, taken out of the tables so that nobody waits while
//! it is worked on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::{AreaCode, Chains, FactId, FactType, Kind, RecordId, Value};
use rules::evaluate::{Setting, fact};
use rules::expr::{FactIndex, KindIndex};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::pipeline::{Pipeline, Snapshot};

/// A day's firms and supplies.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyRows {
    /// The day.
    pub on: NaiveDate,
    /// The last event that is known of.
    pub seq: i64,
    /// Every firm that a supply names, or that a computed fact is on record of, by its row in the register.
    pub firms: BTreeMap<usize, FirmRow>,
    /// The supplies that can be reckoned with.
    pub supplies: Vec<SupplyRow>,
    /// How many cannot.
    pub left_out: LeftOut,
    /// Digits after the point that computed facts are kept with: missing, at risk, ESRI, blocks.
    pub digits: [u32; 4],
    /// Whether any of it is made up.
    pub synthetic: bool,
}

/// A firm.
#[derive(Clone, Debug, PartialEq)]
pub struct FirmRow {
    /// Its id.
    pub id: RecordId,
    /// Its name, which leading firms are known by.
    pub name: Option<String>,
    /// The code of its industry.
    pub industry: Option<String>,
    /// Its output of a year.
    pub output: Option<Decimal>,
    /// Whether it runs; unknown counts as running.
    pub running: Option<bool>,
    /// Where it lies.
    pub area: Option<AreaCode>,
    /// What was computed before: missing, at risk, ESRI, blocks.
    pub computed: [Option<Value>; 4],
}

/// A supply.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyRow {
    /// Its row in the register.
    pub row: usize,
    /// Its id.
    pub id: RecordId,
    /// The row of the firm that supplies.
    pub supplier: usize,
    /// The row of the firm that is supplied.
    pub buyer: usize,
    /// The product, as it was written.
    pub product: Option<String>,
    /// The value of a year, above zero.
    pub value: Decimal,
    /// How far that may be off.
    pub stated_error: Option<Decimal>,
}

/// What has no place in the network, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Supplies of which supplier or buyer is not in the register.
    pub without_firm: usize,
    /// Supplies whose value is not known, or not above zero.
    pub without_value: usize,
    /// Supplies of a firm to itself.
    pub to_itself: usize,
    /// Supplies of or to a firm whose industry is unknown or has no sector.
    pub without_sector: usize,
}

/// Where facts of a kind stand.
struct Places<'a> {
    kind: KindIndex,
    declared: &'a Kind,
}

impl Places<'_> {
    fn of(&self, fact: &FactId) -> Option<FactIndex> {
        self.declared.facts.iter().position(|known| known.id == *fact)
    }
}

impl Pipeline {
    /// What the register says of firms and supplies on the day of a snapshot; none where the city has no chains.
    pub fn supply_rows(&self, snapshot: &Snapshot) -> Option<SupplyRows> {
        let chains = self.rules.chains.as_ref()?;
        let (kind, declared) = self.rules.kind(chains.supply.kind.as_str())?;
        let supply = Places { kind, declared };
        let (kind, declared) = self.rules.kind(chains.firm.kind.as_str())?;
        let firm = Places { kind, declared };
        let mut rows = SupplyRows {
            on: snapshot.on,
            seq: snapshot.seq,
            firms: BTreeMap::new(),
            supplies: Vec::new(),
            left_out: LeftOut::default(),
            digits: chains.computed.all().map(|fact| {
                match declared.fact(fact.as_str()).map(|fact| &fact.fact_type) {
                    Some(FactType::Decimal { scale }) => u32::from(*scale),
                    _ => 0,
                }
            }),
            synthetic: false,
        };
        self.read_supplies(snapshot, (chains, &supply), &mut rows);
        let named: Vec<usize> =
            rows.supplies.iter().flat_map(|supply| [supply.supplier, supply.buyer]).collect();
        let computed: Vec<usize> = self.with_computed(snapshot, chains, &firm);
        for row in named.into_iter().chain(computed) {
            let read = || self.read_firm(snapshot, (chains, &firm), row);
            rows.firms.entry(row).or_insert_with(read);
        }
        rows.synthetic = rows.supplies.iter().any(|one| snapshot.is_synthetic(supply.kind, one.row))
            || rows.firms.keys().any(|row| snapshot.is_synthetic(firm.kind, *row));
        Some(rows)
    }

    fn read_supplies(
        &self,
        snapshot: &Snapshot,
        (chains, places): (&Chains, &Places<'_>),
        rows: &mut SupplyRows,
    ) {
        let table = snapshot.tables.table(places.kind);
        let [supplier, buyer] = [&chains.supply.supplier, &chains.supply.buyer].map(|fact| places.of(fact));
        let [product, value] = [&chains.supply.product, &chains.supply.value].map(|fact| places.of(fact));
        let stated_error = chains.supply.stated_error.as_ref().and_then(|fact| places.of(fact));
        let decimal = |row: usize, fact: Option<FactIndex>| match fact.and_then(|fact| table.value(row, fact))
        {
            Some(Value::Decimal(number)) => Some(number),
            _ => None,
        };
        for (row, id) in table.ids().iter().enumerate() {
            let end = |fact: Option<FactIndex>| snapshot.tables.follow(places.kind, fact?, row);
            let (Some(supplier), Some(buyer)) = (end(supplier), end(buyer)) else {
                rows.left_out.without_firm += 1;
                continue;
            };
            let Some(value) = decimal(row, value).filter(|value| *value > Decimal::ZERO) else {
                rows.left_out.without_value += 1;
                continue;
            };
            if supplier == buyer {
                rows.left_out.to_itself += 1;
                continue;
            }
            let product = product.and_then(|fact| table.value(row, fact)).map(|value| value.to_string());
            let stated_error = decimal(row, stated_error).filter(|error| *error >= Decimal::ZERO);
            rows.supplies.push(SupplyRow {
                row,
                id: id.clone(),
                supplier,
                buyer,
                product,
                value,
                stated_error,
            });
        }
    }

    /// Firms of which a computed fact is on record: where it no longer follows, it is taken back.
    fn with_computed(&self, snapshot: &Snapshot, chains: &Chains, places: &Places<'_>) -> Vec<usize> {
        let table = snapshot.tables.table(places.kind);
        let facts: Vec<FactIndex> =
            chains.computed.all().into_iter().filter_map(|fact| places.of(fact)).collect();
        let is_known = |row: &usize| facts.iter().any(|fact| table.value(*row, *fact).is_some());
        (0..table.ids().len()).filter(is_known).collect()
    }

    fn read_firm(
        &self,
        snapshot: &Snapshot,
        (chains, places): (&Chains, &Places<'_>),
        row: usize,
    ) -> FirmRow {
        let table = snapshot.tables.table(places.kind);
        let id = table.ids()[row].clone();
        let told = |fact: &FactId| places.of(fact).and_then(|fact| table.value(row, fact));
        let text = |fact: &FactId| match told(fact) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let output = match told(&chains.firm.output) {
            Some(Value::Decimal(output)) => Some(output).filter(|output| *output >= Decimal::ZERO),
            _ => None,
        };
        let key = (&places.declared.id, &id, &chains.firm.running);
        let running = match fact(&self.rules, &snapshot.tables, key, &Setting::on(snapshot.on)).0 {
            Some(Value::Bool(running)) => Some(running),
            _ => None,
        };
        FirmRow {
            name: places.declared.name.as_ref().and_then(text),
            industry: text(&chains.firm.industry),
            output,
            running,
            area: snapshot.pass.area(places.kind, row).map(AreaCode::from),
            computed: chains.computed.all().map(told),
            id,
        }
    }
}
