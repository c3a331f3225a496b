//! One firm of the supply network: who it waits for, who waits for it, who could stand in, how its loss came.

use axum::Json;
use axum::extract::State;
use chain::path::{Channel, Paths};
use chain::substitute::substitutes;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

use super::{BreakpointLine, Desk, money, share};
use crate::api::app::App;
use crate::api::extract::Path;
use crate::api::problem::Problem;
use crate::api::records::RecordLine;
use crate::api::right::{May, ReadChains};
use crate::api::scope::Scope;
use crate::api::words::Words;

/// A firm among those it is linked with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainNeighbours {
    /// The firm.
    pub firm: RecordLine,
    /// What it makes.
    pub product: Words,
    /// Its output of a year, CNY.
    pub output: Option<String>,
    /// Whether it runs; none where that is not known.
    pub running: Option<bool>,
    /// What is left of its output, 0 to 1.
    pub left: f64,
    /// What the whole network loses if it alone stops, 0 to 1.
    pub esri: f64,
    /// Who supplies it.
    pub suppliers: Vec<Neighbour>,
    /// Whom it supplies.
    pub buyers: Vec<Neighbour>,
    /// Its essential inputs that are broken.
    pub breakpoints: Vec<BreakpointLine>,
    /// Firms that could stand in, for each of those.
    pub substitutes: Vec<SubstituteLine>,
    /// How its loss came to it: the firms from the first that stopped to itself; empty where it loses nothing.
    pub path: Vec<RecordLine>,
    /// Whether that was by missing inputs; else by missing sales.
    pub by_inputs: bool,
}

/// A firm linked with another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Neighbour {
    /// The firm.
    pub firm: RecordLine,
    /// With what the one supplies the other.
    pub product: Words,
    /// The value of a year, CNY.
    pub value: String,
    /// Whether the firm runs; none where that is not known.
    pub running: Option<bool>,
}

/// A firm that could stand in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubstituteLine {
    /// The product.
    pub product: Words,
    /// The firm.
    pub firm: RecordLine,
    /// What it could give of a year, CNY.
    pub gives: Option<String>,
    /// Whether it lies in the same area; none where that is not known.
    pub same_area: Option<bool>,
}

impl Desk<'_> {
    fn neighbours(&mut self, id: &str) -> Result<ChainNeighbours, Problem> {
        let place = self.find(id)?;
        let broken = self.broken();
        let network = &self.network.network;
        let headroom = self.chains.headroom.to_f64().unwrap_or_default();
        // What is given to one buyer is not given twice: all are served, and this one's are shown.
        let given = substitutes(network, &broken, headroom, &self.scratch);
        let substitutes = given
            .iter()
            .filter(|one| broken[one.breakpoint].buyer == place && self.sees(one.firm))
            .map(|one| SubstituteLine {
                product: self.product_words(network.sector(broken[one.breakpoint].product)),
                firm: self.line(one.firm),
                gives: money(one.gives),
                same_area: one.same_area,
            })
            .collect();
        let path = Paths::new(network).to(place, &self.scratch);
        let by_inputs = path.as_ref().is_some_and(|path| path.channel == Channel::Down);
        let links = self.links();
        let neighbour = |other: usize, sector: &str, value: rust_decimal::Decimal| Neighbour {
            firm: self.line(other),
            product: self.product_words(sector),
            value: value.to_string(),
            running: self.network.firm(other).and_then(|firm| firm.running),
        };
        let mut suppliers = Vec::new();
        let mut buyers = Vec::new();
        for (supplier, buyer, sector, value) in &links {
            if *buyer == place {
                suppliers.push((*value, neighbour(*supplier, sector, *value)));
            }
            if *supplier == place {
                buyers.push((*value, neighbour(*buyer, sector, *value)));
            }
        }
        for side in [&mut suppliers, &mut buyers] {
            side.sort_by(|(a, one), (b, two)| b.cmp(a).then(one.firm.id.cmp(&two.firm.id)));
        }
        let told = self.network.firm(place);
        let mut page = ChainNeighbours {
            firm: self.line(place),
            product: self.product_words(self.sector(place)),
            output: told.and_then(|told| told.output).map(|output| output.to_string()),
            running: told.and_then(|told| told.running),
            left: share(self.scratch.left(place)),
            esri: 0.0,
            suppliers: suppliers.into_iter().map(|(_, one)| one).collect(),
            buyers: buyers.into_iter().map(|(_, one)| one).collect(),
            breakpoints: broken
                .iter()
                .filter(|one| one.buyer == place)
                .map(|one| self.breakpoint(one))
                .collect(),
            substitutes,
            // A path through firms that are not the reader's is not told.
            path: path
                .filter(|path| path.firms.iter().all(|firm| self.sees(*firm)))
                .map(|path| path.firms.iter().map(|firm| self.line(*firm)).collect())
                .unwrap_or_default(),
            by_inputs,
        };
        let alone = chain::esri::of(network, place, chain::Settings::CONVERGED, &mut self.scratch);
        page.esri = share(alone.both);
        Ok(page)
    }
}

/// A firm of the supply network: who it waits for, who waits for it, who could stand in.
#[utoipa::path(get, path = "/api/chains/firms/{id}", tag = "chains", params(("id" = String, Path, description = "The firm")),
    responses((status = 200, body = ChainNeighbours), Problem))]
pub async fn chain_firm(
    State(app): State<App>,
    account: May<ReadChains>,
    Path(id): Path<String>,
) -> Result<Json<ChainNeighbours>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.at_desk(&scope)?.neighbours(&id).map(Json)
    })
    .await
}
