//! What firms lack, lose and block, computed from the network, and how it comes to be on record.

use std::collections::BTreeMap;

use chain::breakpoint::{Breakpoint, breakpoints};
use chain::esri::{self, Work};
use chain::recovery::{Stopped, bottlenecks};
use chain::{Scratch, Settings};
use model::event::{Event, EventType};
use model::{Chains, Change, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde_json::json;
use store::EventFilter;

use super::network::SupplyNetwork;
use crate::pipeline::{Origin, Pipeline, PipelineError, Snapshot};

/// What is computed of a firm. None is unknown: the register does not say enough.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FirmFigures {
    /// Essential inputs of which too little still comes. Unknown where no supplier of the firm is on record.
    pub missing: Option<i64>,
    /// Output of a year that it loses because others stand still, not by its own standstill. Unknown where its output is.
    pub at_risk: Option<Decimal>,
    /// What the whole network loses if it alone stops, 0 to 1.
    pub esri: Option<Decimal>,
    /// Output of a year that the whole network regains if it alone returns; 0 where it runs, unknown where that is not
    /// known.
    pub blocks: Option<Decimal>,
}

impl FirmFigures {
    /// As facts, in the order of [`model::chain::ComputedFacts::all`].
    pub fn values(&self) -> [Option<Value>; 4] {
        let decimal = |value: Option<Decimal>| value.map(Value::Decimal);
        [self.missing.map(Value::Int), decimal(self.at_risk), decimal(self.esri), decimal(self.blocks)]
    }
}

impl SupplyNetwork {
    /// The essential inputs that are broken, those first that give most back.
    pub fn broken(&self, chains: &Chains, scratch: &mut Scratch) -> Vec<Breakpoint> {
        let share = chains.broken_below.to_f64().unwrap_or(1.0);
        breakpoints(&self.network, &self.shock(), share, Settings::CONVERGED, scratch)
    }

    /// What is computed of every firm of the network, by its row in the register. ESRI that is on record is taken from
    /// there where `esri_holds`: it depends on who supplies whom, and not on who runs.
    pub fn figures(&self, chains: &Chains, esri_holds: bool) -> BTreeMap<usize, FirmFigures> {
        let network = &self.network;
        let mut scratch = Scratch::new(network);
        let broken = self.broken(chains, &mut scratch);
        // Looking for what is broken leaves the state of the shock.
        let left: Vec<f64> = (0..network.firms().len()).map(|place| scratch.left(place)).collect();
        let shock = self.shock();
        let stopped: Vec<Stopped> = shock
            .iter()
            .map(|(firm, running)| Stopped { firm: *firm, running: *running, help: 1.0 })
            .collect();
        let regained: BTreeMap<usize, f64> =
            bottlenecks(network, &stopped, Settings::CONVERGED, &mut scratch)
                .into_iter()
                .map(|found| (stopped[found.stopped].firm, found.regained * network.total()))
                .collect();
        let esri = self.esri(esri_holds);
        let [_, risk_digits, _, block_digits] = self.rows.digits;
        let buyers: std::collections::BTreeSet<usize> =
            self.links.keys().map(|(_, buyer, _)| *buyer).collect();
        let mut all = BTreeMap::new();
        for (place, firm) in network.firms().iter().enumerate() {
            let row = self.row_of[place];
            let told = self.firm(place);
            let missing = broken.iter().filter(|one| one.buyer == place).count();
            let lost = (firm.running - left[place]).max(0.0) * firm.weight;
            let blocks = match told.and_then(|told| told.running) {
                Some(true) => Some(0.0),
                Some(false) => regained.get(&place).copied(),
                None => None,
            };
            all.insert(
                row,
                FirmFigures {
                    missing: buyers.contains(&row).then(|| i64::try_from(missing).unwrap_or(i64::MAX)),
                    at_risk: told.and_then(|told| told.output).and_then(|_| rounded(lost, risk_digits)),
                    esri: esri.get(&place).copied(),
                    blocks: blocks.and_then(|blocks| rounded(blocks, block_digits)),
                },
            );
        }
        all
    }

    /// ESRI by place in the network.
    fn esri(&self, holds: bool) -> BTreeMap<usize, Decimal> {
        let known = |place: usize| match &self.firm(place)?.computed[2] {
            Some(Value::Decimal(esri)) if holds => Some(*esri),
            _ => None,
        };
        let places = 0..self.network.firms().len();
        let mut found: BTreeMap<usize, Decimal> =
            places.clone().filter_map(|place| Some((place, known(place)?))).collect();
        let wanted: Vec<usize> = places.filter(|place| !found.contains_key(place)).collect();
        let computed = std::sync::Mutex::new(Vec::with_capacity(wanted.len()));
        // One thread: whoever waits for an answer has the others.
        let work = Work { settings: Settings::CONVERGED, threads: 1 };
        esri::each(&self.network, &wanted, work, &|at, loss| {
            let share = rounded(loss.both, self.rows.digits[2]);
            if let (Ok(mut computed), Some(share)) = (computed.lock(), share) {
                computed.push((wanted[at], share));
            }
            true
        });
        found.extend(computed.into_inner().unwrap_or_default());
        found
    }
}

/// A figure to so many digits, written as short as it is.
fn rounded(value: f64, digits: u32) -> Option<Decimal> {
    // Whatever lies below a digit is what a cascade leaves when it settles.
    let mut value = Decimal::from_f64(value)?.round_dp(digits);
    value.rescale(digits);
    Some(value)
}

impl Pipeline {
    /// The supply network of a snapshot; none where the city has no chains.
    pub fn supply_network(&self, snapshot: &Snapshot) -> Result<Option<SupplyNetwork>, PipelineError> {
        self.supply_rows(snapshot).map(|rows| self.network_of(rows)).transpose()
    }

    /// The network that rows make.
    pub fn network_of(&self, rows: super::SupplyRows) -> Result<SupplyNetwork, PipelineError> {
        let Some(chains) = &self.rules.chains else {
            return Err(PipelineError::Network("no chains".to_owned()));
        };
        SupplyNetwork::new(chains, rows, &self.rules.version).map_err(|mistakes| {
            let first = mistakes.first().map(|mistake| format!("{mistake:?}"));
            PipelineError::Network(first.unwrap_or_default())
        })
    }

    /// Computes what follows from who supplies whom and who runs, and records what differs from the register as one
    /// event; returns its number, none where nothing differs.
    pub fn follow_supplies(
        &self,
        rows: super::SupplyRows,
        origin: &Origin,
    ) -> Result<Option<i64>, PipelineError> {
        let Some(chains) = &self.rules.chains else { return Ok(None) };
        let network = self.network_of(rows)?;
        let rows = &network.rows;
        let latest = EventFilter { before: None, event_type: Some(EventType::Computed), limit: 1 };
        let latest = self.store.latest_events(&latest)?;
        // What was computed for a later day is not overtaken by an earlier one.
        if latest.first().is_some_and(|stored| stored.event.on > rows.on) {
            return Ok(None);
        }
        let held = latest.first().and_then(|stored| stored.event.summary["network"].as_str());
        let figures = network.figures(chains, held == Some(network.digest.as_str()));
        let ids = chains.computed.all();
        let mut changes = Vec::new();
        for (row, firm) in &rows.firms {
            let now = figures.get(row).copied().unwrap_or_default().values();
            let differs = ids.iter().zip(now).zip(&firm.computed).filter(|((_, now), was)| now != *was);
            let facts: BTreeMap<_, _> = differs.map(|((fact, now), _)| ((*fact).clone(), now)).collect();
            if !facts.is_empty() {
                changes.push(Change {
                    kind: chains.firm.kind.clone(),
                    id: firm.id.clone(),
                    on: rows.on,
                    facts,
                });
            }
        }
        if changes.is_empty() {
            return Ok(None);
        }
        let broken: i64 = figures.values().filter_map(|figures| figures.missing).sum();
        let event = Event {
            event_type: EventType::Computed,
            at: origin.at,
            on: rows.on,
            actor: origin.actor.clone(),
            synthetic: rows.synthetic,
            summary: json!({
                "source": "产业链计算 / supply network",
                "kind": chains.firm.kind,
                "facts": ids,
                "records": changes.len(),
                "known": rows.seq,
                "firms": network.network.firms().len(),
                "supplies": rows.supplies.len(),
                "stopped": network.shock().len(),
                "broken": broken,
                "left_out": rows.left_out,
                "network": network.digest,
                "rules": self.rules.version,
            }),
        };
        Ok(Some(self.store.append(event, changes)?))
    }
}
