//! What would happen if firms closed or opened, and links were cut or added. Nothing is changed.

use axum::Json;
use axum::extract::State;
use chain::Settings;
use chain::whatif::{Edit, EditError, what_if as compare};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Desk, money, share};
use crate::api::app::App;
use crate::api::extract::Body;
use crate::api::problem::Problem;
use crate::api::records::RecordLine;
use crate::api::right::{May, ReadChains};
use crate::api::scope::Scope;

/// Most changes that are tried at once.
const EDITS_MAX: usize = 200;

/// Changes to try.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct WhatIfRequest {
    /// In this order.
    pub edits: Vec<ChainEdit>,
}

/// A change to try.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum ChainEdit {
    /// The firm stops.
    Close {
        /// The firm.
        firm: String,
    },
    /// The firm runs again.
    Open {
        /// The firm.
        firm: String,
    },
    /// The supplier no longer supplies the buyer.
    Cut {
        /// Who supplied.
        supplier: String,
        /// Whom.
        buyer: String,
    },
    /// The supplier supplies the buyer with more.
    Add {
        /// Who supplies.
        supplier: String,
        /// Whom.
        buyer: String,
        /// The value of a year, CNY, above zero.
        value: f64,
    },
}

/// Both sides.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainWhatIf {
    /// Output of a year that the whole network loses as things are, CNY.
    pub lost_before: Option<String>,
    /// The same after the changes.
    pub lost_after: Option<String>,
    /// The firms whose output changes, that the reader may see; those first whose change weighs most.
    pub firms: Vec<ChainDifference>,
}

/// A firm before and after.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainDifference {
    /// The firm.
    pub firm: RecordLine,
    /// What is left of its output, 0 to 1.
    pub before: f64,
    /// What would be.
    pub after: f64,
}

fn wrong(at: usize, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::field(&format!("edits.{at}"), zh, en)
}

impl Desk<'_> {
    fn edit(&self, at: usize, edit: &ChainEdit) -> Result<Edit, Problem> {
        let firm = |id: &str| {
            self.find(id).map_err(|_| {
                wrong(
                    at,
                    format!("供应网络里没有 {id}。"),
                    format!("There is no {id} in the supply network."),
                )
            })
        };
        Ok(match edit {
            ChainEdit::Close { firm: id } => Edit::Close(firm(id)?),
            ChainEdit::Open { firm: id } => Edit::Open(firm(id)?),
            ChainEdit::Cut { supplier, buyer } => {
                // Who supplies a firm of the reader's may lie elsewhere.
                let known = self.network.network.find(supplier);
                let buyer = firm(buyer)?;
                let supplier = known.filter(|known| self.sees_link(*known, buyer));
                let none = || wrong(at, "没有这条供应关系，无法剪断。", "There is no such supply to cut.");
                Edit::Cut { supplier: supplier.ok_or_else(none)?, buyer }
            }
            ChainEdit::Add { supplier, buyer, value } => {
                if !(value.is_finite() && *value > 0.0) {
                    return Err(wrong(at, "供应额要大于零。", "The value has to be above zero."));
                }
                Edit::Add { supplier: firm(supplier)?, buyer: firm(buyer)?, value: *value }
            }
        })
    }

    fn what_if(&self, edits: &[ChainEdit]) -> Result<ChainWhatIf, Problem> {
        if edits.len() > EDITS_MAX {
            return Err(Problem::field(
                "edits",
                format!("一次最多试 {EDITS_MAX} 处改动。"),
                format!("At most {EDITS_MAX} changes are tried at once."),
            ));
        }
        let made: Vec<Edit> =
            edits.iter().enumerate().map(|(at, edit)| self.edit(at, edit)).collect::<Result<_, _>>()?;
        let network = &self.network.network;
        let found = compare(network, &self.network.shock(), &made, Settings::CONVERGED);
        let found = found.map_err(|error| match error {
            EditError::NoLink { .. } => {
                Problem::field("edits", "没有这条供应关系，无法剪断。", "There is no such supply to cut.")
            }
            EditError::SelfSupply(_) => {
                Problem::field("edits", "企业不能给自己供货。", "A firm cannot supply itself.")
            }
            EditError::Value { .. } => {
                Problem::field("edits", "供应额要大于零。", "The value has to be above zero.")
            }
        })?;
        let firms = found.differences.iter().filter(|one| self.sees(one.firm));
        let firms = firms.map(|one| ChainDifference {
            firm: self.line(one.firm),
            before: share(one.before),
            after: share(one.after),
        });
        Ok(ChainWhatIf {
            lost_before: money(found.before.both * network.total()),
            lost_after: money(found.after.both * network.total()),
            firms: firms.collect(),
        })
    }
}

/// What would happen if firms closed or opened, and links were cut or added. Nothing is changed.
#[utoipa::path(post, path = "/api/chains/what-if", tag = "chains", request_body = WhatIfRequest,
    responses((status = 200, body = ChainWhatIf), Problem))]
pub async fn chain_what_if(
    State(app): State<App>,
    account: May<ReadChains>,
    Body(request): Body<WhatIfRequest>,
) -> Result<Json<ChainWhatIf>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.at_desk(&scope)?.what_if(&request.edits).map(Json)
    })
    .await
}
