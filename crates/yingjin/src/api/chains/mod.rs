//! Industrial chains for whoever leads them: what is broken, who waits for whom, who could stand in, whom to help first.
//! Nothing here is kept: it is what the supplies on record and who runs say today.

mod firm;
mod plan;
mod sheet;
mod what_if;

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use chain::breakpoint::Breakpoint;
use chain::recovery::{Stopped, bottlenecks};
use chain::{Scratch, Settings};
use model::chain::{Chains, IndustrialChain, Product};
use rules::ruleset::RuleSet;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::App;
use super::extract::Path;
use super::problem::{Kind, Problem};
use super::records::RecordLine;
use super::right::{May, ReadChains};
use super::scope::Scope;
use super::words::Words;
use crate::pipeline::{LeftOut, SupplyNetwork};

pub use firm::*;
pub use plan::*;
pub use sheet::*;
pub use what_if::*;

/// A chain in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainLine {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Words,
    /// Who leads it.
    pub leader: Words,
    /// The department that does its daily work.
    pub office: Words,
    /// Firms of it that the register has and the reader may see.
    pub firms: usize,
    /// Of them, those that stand still.
    pub stopped: usize,
    /// Of them, those of which it is not known.
    pub unknown: usize,
    /// Essential inputs that are broken.
    pub broken: usize,
    /// Output of a year that its firms lose, their own standstill included, CNY.
    pub lost: Option<String>,
}

/// A chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainPage {
    /// The same as in the list.
    #[serde(flatten)]
    pub line: ChainLine,
    /// From upstream to downstream.
    pub segments: Vec<SegmentShape>,
    /// Firms: those that the reader may see, and who supplies them.
    pub firms: Vec<ChainFirm>,
    /// Who supplies whom.
    pub links: Vec<ChainLink>,
    /// Essential inputs that are broken, those first that give most back.
    pub breakpoints: Vec<BreakpointLine>,
    /// Firms that stand still, those first whose return gives most back.
    pub bottlenecks: Vec<BottleneckLine>,
    /// Leading firms that the register does not have.
    pub missing_leading: Vec<String>,
    /// What has no place in the network of the whole city, and why.
    pub left_out: LeftOutShape,
}

/// A segment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SegmentShape {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// What is made in it.
    pub products: Vec<ProductShape>,
}

/// A product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductShape {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: Words,
    /// Products without which it is not made.
    pub essential: Vec<String>,
}

/// A firm of a chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainFirm {
    /// The firm.
    pub firm: RecordLine,
    /// What it makes; none where that is no product of a chain.
    pub product: Option<String>,
    /// The segment it stands in.
    pub segment: Option<String>,
    /// Whether it leads the chain.
    pub leads: bool,
    /// Whether its figures are not the reader's to see: then it is only named, as who supplies one of theirs.
    pub only_named: bool,
    /// Its output of a year, CNY.
    pub output: Option<String>,
    /// Whether it runs; none where that is not known.
    pub running: Option<bool>,
    /// What is left of its output, 0 to 1.
    pub left: Option<f64>,
}

/// Who supplies whom.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainLink {
    /// The id of the firm that supplies.
    pub supplier: String,
    /// The id of the firm that is supplied.
    pub buyer: String,
    /// With what.
    pub product: Words,
    /// The value of a year, CNY.
    pub value: String,
}

/// An essential input that is broken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreakpointLine {
    /// Who lacks it.
    pub buyer: RecordLine,
    /// What.
    pub product: Words,
    /// Who supplied it in normal times and stands still.
    pub waits_for: Vec<RecordLine>,
    /// How many supply it in normal times.
    pub suppliers: usize,
    /// How many of them run.
    pub running: usize,
    /// The share that those who run cover, 0 to 1.
    pub covered: f64,
    /// Output of a year that the buyer loses by it, CNY.
    pub lost: Option<String>,
    /// Output of a year that all regain if somebody supplied it, CNY.
    pub regained: Option<String>,
}

/// A firm that stands still.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BottleneckLine {
    /// The firm.
    pub firm: RecordLine,
    /// Output of a year that all regain if it alone returns, CNY.
    pub regained: Option<String>,
    /// How many firms wait for it.
    pub waiting: usize,
}

/// How many supplies have no place in the network.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct LeftOutShape {
    /// Supplier or buyer is not in the register.
    pub without_firm: usize,
    /// The value is not known.
    pub without_value: usize,
    /// Of a firm to itself.
    pub to_itself: usize,
    /// A firm's industry is unknown or has no sector.
    pub without_sector: usize,
}

impl From<LeftOut> for LeftOutShape {
    fn from(of: LeftOut) -> Self {
        let LeftOut { without_firm, without_value, to_itself, without_sector } = of;
        Self { without_firm, without_value, to_itself, without_sector }
    }
}

/// The network of the day, how it stands, and what of it the reader may see. It owns all that it reads, so that nobody
/// who changes the register waits for it.
struct Desk<'a> {
    rules: &'a RuleSet,
    chains: &'a Chains,
    network: SupplyNetwork,
    seen: Seen,
    /// After the shock of the day.
    scratch: Scratch,
}

/// What the reader may see, by rows of the register.
#[derive(Default)]
struct Seen {
    /// Every firm as a line.
    lines: BTreeMap<usize, RecordLine>,
    /// Firms whose figures are theirs to see.
    firms: BTreeSet<usize>,
    /// Suppliers and buyers between whom a supply is.
    between: BTreeSet<(usize, usize)>,
}

/// Money of a year, to a fen.
fn money(value: f64) -> Option<String> {
    let mut value = Decimal::from_f64(value)?.round_dp(2);
    value.rescale(2);
    Some(value.to_string())
}

/// A share to a millionth: what lies below is what a cascade leaves when it settles.
fn share(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

impl App {
    /// Errors: the city folder has no chains; they are not this department's.
    fn chains(&self, scope: &Scope) -> Result<&Chains, Problem> {
        let chains = self.rules().chains.as_ref().ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "城市文件夹里没有 chains.toml，本市没有登记产业链。",
                "The city folder has no chains.toml, so there are no chains.",
            )
        })?;
        if !scope.sees_kind(chains.supply.kind.as_str()) {
            return Err(Problem::forbidden());
        }
        Ok(chains)
    }

    fn at_desk(&self, scope: &Scope) -> Result<Desk<'_>, Problem> {
        let chains = self.chains(scope)?;
        let pipeline = self.days.pipeline();
        let read = self.read(self.today(), |view| {
            let place = |kind: &model::KindId| view.rules.kind(kind.as_str()).map(|(place, _)| place);
            let (Some(rows), Some(firms), Some(supplies)) =
                (pipeline.supply_rows(view.snapshot), place(&chains.firm.kind), place(&chains.supply.kind))
            else {
                return Err(Problem::not_found("chains"));
            };
            let mut seen = Seen::default();
            for row in rows.firms.keys() {
                seen.lines.insert(*row, view.line(firms, *row));
                if scope.sees_record(view.snapshot, firms, *row) {
                    seen.firms.insert(*row);
                }
            }
            for one in &rows.supplies {
                if scope.sees_record(view.snapshot, supplies, one.row) {
                    seen.between.insert((one.supplier, one.buyer));
                }
            }
            Ok((rows, seen))
        });
        let (rows, seen) = read?;
        let network = pipeline.network_of(rows)?;
        let mut scratch = Scratch::new(&network.network);
        scratch.run(&network.network, &network.shock(), Settings::CONVERGED);
        Ok(Desk { rules: self.rules(), chains, network, seen, scratch })
    }
}

impl Desk<'_> {
    fn line(&self, place: usize) -> RecordLine {
        let row = self.network.row_of[place];
        let line = self.seen.lines.get(&row).cloned();
        line.unwrap_or_else(|| RecordLine {
            kind: self.chains.firm.kind.to_string(),
            id: self.network.network.firms()[place].id.clone(),
            name: None,
            area: None,
            synthetic: false,
        })
    }

    /// Whether the figures of a firm are the reader's to see.
    fn sees(&self, place: usize) -> bool {
        self.seen.firms.contains(&self.network.row_of[place])
    }

    /// Whether the supplies of a supplier to a buyer are.
    fn sees_link(&self, supplier: usize, buyer: usize) -> bool {
        self.seen.between.contains(&(self.network.row_of[supplier], self.network.row_of[buyer]))
    }

    /// The firm of an id. Errors: no firm of the network that the reader may see.
    fn find(&self, id: &str) -> Result<usize, Problem> {
        let place = self.network.network.find(id).filter(|place| self.sees(*place));
        place.ok_or_else(|| Problem::not_found(id))
    }

    /// Every link that the reader may see: places of supplier and buyer, the sector, the value.
    fn links(&self) -> Vec<(usize, usize, &str, Decimal)> {
        let place = |row: &usize| self.network.place_of.get(row).copied();
        let links = self.network.links.iter();
        links
            .filter_map(|((supplier, buyer, sector), (value, _))| {
                Some((place(supplier)?, place(buyer)?, sector.as_str(), *value))
            })
            .filter(|(supplier, buyer, ..)| self.sees_link(*supplier, *buyer))
            .collect()
    }

    fn sector(&self, place: usize) -> &str {
        let network = &self.network.network;
        network.sector(network.firms()[place].sector)
    }

    fn product(&self, id: &str) -> Option<(usize, usize, &Product)> {
        self.chains.products().find(|(_, _, product)| product.id == id)
    }

    /// A sector of the network in words.
    fn product_words(&self, sector: &str) -> Words {
        match self.product(sector) {
            Some((_, _, product)) => Words::from(&product.label),
            None => {
                let code = sector.trim_start_matches("sector:");
                Words::new(format!("行业 {code}"), format!("sector {code}"))
            }
        }
    }

    fn breakpoint(&self, broken: &Breakpoint) -> BreakpointLine {
        let network = &self.network.network;
        let sector = network.sector(broken.product);
        let links = self.links();
        let waits_for = links
            .iter()
            .filter(|(supplier, buyer, product, _)| {
                *buyer == broken.buyer && *product == sector && network.firms()[*supplier].running < 1.0
            })
            .map(|(supplier, ..)| self.line(*supplier))
            .collect();
        BreakpointLine {
            buyer: self.line(broken.buyer),
            product: self.product_words(sector),
            waits_for,
            suppliers: broken.suppliers,
            running: broken.running,
            covered: share(broken.covered),
            lost: money(broken.lost),
            regained: money(broken.regained),
        }
    }

    /// The firms that make or supply a product of a chain, with the segment they stand in, and whether they are the
    /// reader's.
    fn firms_of(&self, chain: usize) -> Vec<(usize, usize, bool)> {
        let segment = |sector: &str| {
            let found = self.product(sector).filter(|(of, ..)| *of == chain);
            found.map(|(_, segment, _)| segment)
        };
        let mut found: BTreeMap<usize, usize> = (0..self.network.row_of.len())
            .filter(|place| self.sees(*place))
            .filter_map(|place| Some((place, segment(self.sector(place))?)))
            .collect();
        for (supplier, buyer, sector, _) in self.links() {
            // Whoever supplies it with something of another chain is not of it.
            if let Some(place) = segment(sector).filter(|_| segment(self.sector(buyer)).is_some()) {
                found.entry(supplier).or_insert(place);
            }
        }
        found.into_iter().map(|(place, segment)| (place, segment, self.sees(place))).collect()
    }

    fn firm(&self, place: usize, of: (&IndustrialChain, usize), seen: bool) -> ChainFirm {
        let told = self.network.firm(place).filter(|_| seen);
        let (chain, segment) = of;
        let sector = self.sector(place);
        let name = self.network.firm(place).and_then(|firm| firm.name.as_deref()).unwrap_or_default();
        ChainFirm {
            firm: self.line(place),
            product: self.product(sector).map(|(_, _, product)| product.id.clone()),
            segment: chain.segments.get(segment).map(|segment| segment.id.clone()),
            leads: chain
                .leading
                .iter()
                .any(|firm| firm.name == name || firm.also.iter().any(|also| also == name)),
            only_named: !seen,
            output: told.and_then(|told| told.output).map(|output| output.to_string()),
            running: told.and_then(|told| told.running),
            left: told.map(|_| share(self.scratch.left(place))),
        }
    }

    fn chain_line(
        &self,
        chain: usize,
        (firms, broken): (&[(usize, usize, bool)], &[Breakpoint]),
    ) -> ChainLine {
        let declared = &self.chains.chains[chain];
        let own: Vec<usize> = firms.iter().filter(|(_, _, seen)| *seen).map(|(place, ..)| *place).collect();
        let running = |place: &usize| self.network.firm(*place).and_then(|firm| firm.running);
        let lost =
            |place: &usize| (1.0 - self.scratch.left(*place)) * self.network.network.firms()[*place].weight;
        let office = self.rules.city.departments.iter().find(|known| known.id == declared.office);
        ChainLine {
            id: declared.id.clone(),
            title: Words::from(&declared.title),
            leader: Words::from(&declared.leader),
            office: office.map(|office| Words::from(&office.name)).unwrap_or_default(),
            firms: own.len(),
            stopped: own.iter().filter(|place| running(place) == Some(false)).count(),
            unknown: own.iter().filter(|place| running(place).is_none()).count(),
            broken: broken.iter().filter(|one| own.contains(&one.buyer)).count(),
            lost: money(own.iter().map(lost).sum()),
        }
    }

    /// Looks for what is broken, and leaves the state of the day.
    fn broken(&mut self) -> Vec<Breakpoint> {
        self.network.broken(self.chains, &mut self.scratch)
    }

    fn chain(&mut self, id: &str) -> Result<ChainPage, Problem> {
        let chains = self.chains;
        let found = chains.chains.iter().position(|chain| chain.id == id);
        let chain = found.ok_or_else(|| Problem::not_found(id))?;
        let broken = self.broken();
        let declared = &chains.chains[chain];
        let members = self.firms_of(chain);
        let has = |place: usize| members.iter().any(|(known, ..)| *known == place);
        let own = |place: usize| members.iter().any(|(known, _, seen)| *known == place && *seen);
        let firms: Vec<ChainFirm> = members
            .iter()
            .map(|(place, segment, seen)| self.firm(*place, (declared, *segment), *seen))
            .collect();
        let links = self
            .links()
            .into_iter()
            .filter(|(supplier, buyer, ..)| has(*supplier) && has(*buyer))
            .map(|(supplier, buyer, sector, value)| ChainLink {
                supplier: self.line(supplier).id,
                buyer: self.line(buyer).id,
                product: self.product_words(sector),
                value: value.to_string(),
            })
            .collect();
        let breakpoints =
            broken.iter().filter(|one| own(one.buyer)).map(|one| self.breakpoint(one)).collect();
        let line = self.chain_line(chain, (&members, &broken));
        let segments = declared.segments.iter().map(|segment| SegmentShape {
            id: segment.id.clone(),
            label: Words::from(&segment.label),
            products: segment
                .products
                .iter()
                .map(|product| ProductShape {
                    id: product.id.clone(),
                    label: Words::from(&product.label),
                    essential: product.essential.clone(),
                })
                .collect(),
        });
        let is_there = |firm: &&model::chain::LeadingFirm| {
            let mut known = self.network.rows.firms.values().filter_map(|known| known.name.as_ref());
            known.any(|name| *name == firm.name || firm.also.contains(name))
        };
        let missing_leading =
            declared.leading.iter().filter(|firm| !is_there(firm)).map(|firm| firm.name.clone()).collect();
        Ok(ChainPage {
            line,
            segments: segments.collect(),
            firms,
            links,
            breakpoints,
            missing_leading,
            left_out: self.network.left_out().into(),
            bottlenecks: self.bottlenecks(own),
        })
    }

    /// Those of some firms that stand still, those first whose return gives most back.
    fn bottlenecks(&mut self, own: impl Fn(usize) -> bool) -> Vec<BottleneckLine> {
        let network = &self.network.network;
        let shock = self.network.shock();
        let stopped: Vec<Stopped> = shock
            .iter()
            .map(|(firm, running)| Stopped { firm: *firm, running: *running, help: 1.0 })
            .collect();
        let mut found = bottlenecks(network, &stopped, Settings::CONVERGED, &mut self.scratch);
        found.sort_by(|a, b| b.regained.total_cmp(&a.regained).then(a.stopped.cmp(&b.stopped)));
        let links = self.links();
        let lines = found.into_iter().map(|one| (stopped[one.stopped].firm, one.regained));
        lines
            .filter(|(place, _)| own(*place))
            .map(|(place, regained)| BottleneckLine {
                firm: self.line(place),
                regained: money(regained * self.network.network.total()),
                waiting: links.iter().filter(|(supplier, ..)| *supplier == place).count(),
            })
            .collect()
    }
}

impl Desk<'_> {
    /// Every chain, in the order of the city folder.
    fn chain_lines(&mut self) -> Vec<ChainLine> {
        let broken = self.broken();
        let line = |chain| self.chain_line(chain, (&self.firms_of(chain), &broken));
        (0..self.chains.chains.len()).map(line).collect()
    }
}

/// Every chain of the city.
#[utoipa::path(get, path = "/api/chains", tag = "chains",
    responses((status = 200, body = Vec<ChainLine>), Problem))]
pub async fn chains(
    State(app): State<App>,
    account: May<ReadChains>,
) -> Result<Json<Vec<ChainLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        Ok(Json(app.at_desk(&scope)?.chain_lines()))
    })
    .await
}

/// A chain: its firms, who supplies whom, what is broken, and whose return gives most back.
#[utoipa::path(get, path = "/api/chains/{id}", tag = "chains", params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = ChainPage), Problem))]
pub async fn chain(
    State(app): State<App>,
    account: May<ReadChains>,
    Path(id): Path<String>,
) -> Result<Json<ChainPage>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.at_desk(&scope)?.chain(&id).map(Json)
    })
    .await
}
