//! In which order to help firms that stand still, and how far from the best order that can be.

use axum::Json;
use axum::extract::State;
use chain::Settings;
use chain::recovery::{Order, Stopped, Work, plan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Desk, money};
use crate::api::app::App;
use crate::api::extract::Body;
use crate::api::problem::Problem;
use crate::api::records::RecordLine;
use crate::api::right::{May, ReadChains};
use crate::api::scope::Scope;

/// Most stopped firms that are planned for: each is computed with every other.
const STOPPED_MAX: usize = 500;

/// What there is to help with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct RecoveryRequest {
    /// Firms that can be helped back in a day, above zero.
    #[schema(minimum = 0.01, maximum = 1000)]
    pub firms_per_day: f64,
}

/// Orders in which to help.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecoveryPlan {
    /// The order that loses least of those tried.
    pub best: RecoveryOrder,
    /// By size.
    pub by_size: RecoveryOrder,
    /// By what each loses to the network alone.
    pub by_esri: RecoveryOrder,
    /// No order loses less than so many days of the output of the whole network.
    pub bound_days: f64,
}

/// An order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecoveryOrder {
    /// Days of the output of the whole network that are lost meanwhile.
    pub lost_days: f64,
    /// Firm after firm.
    pub turns: Vec<RecoveryTurn>,
}

/// A firm's turn.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecoveryTurn {
    /// The firm.
    pub firm: RecordLine,
    /// The day at whose end it runs, from 1.
    pub day: u32,
    /// Output of a year that the whole network still loses then, CNY.
    pub lost_after: Option<String>,
}

impl Desk<'_> {
    fn recovery(&mut self, help_per_day: f64) -> Result<RecoveryPlan, Problem> {
        if !(0.01..=1000.0).contains(&help_per_day) {
            return Err(Problem::field(
                "firms_per_day",
                "每天能帮扶的企业数要在 0.01 到 1000 之间。",
                "The firms that can be helped in a day lie between 0.01 and 1000.",
            ));
        }
        let shock = self.network.shock().into_iter().filter(|(firm, _)| self.sees(*firm));
        let stopped: Vec<Stopped> =
            shock.map(|(firm, running)| Stopped { firm, running, help: 1.0 }).collect();
        if stopped.len() > STOPPED_MAX {
            return Err(Problem::new(
                crate::api::problem::Kind::Conflict,
                format!("停产企业有 {} 家，超过一次能排的 {STOPPED_MAX} 家；请按县区分别排。", stopped.len()),
                format!(
                    "{} firms stand still, more than the {STOPPED_MAX} that are planned for at once; plan area by area.",
                    stopped.len()
                ),
            ));
        }
        let work = Work { help_per_day, settings: Settings::CONVERGED };
        let found = plan(&self.network.network, &stopped, work, &mut self.scratch);
        let order = |order: &Order| RecoveryOrder {
            lost_days: order.lost_days,
            turns: order
                .turns
                .iter()
                .map(|turn| RecoveryTurn {
                    firm: self.line(stopped[turn.stopped].firm),
                    day: turn.day,
                    lost_after: money(turn.loss_after * self.network.network.total()),
                })
                .collect(),
        };
        Ok(RecoveryPlan {
            best: order(&found.best),
            by_size: order(&found.by_size),
            by_esri: order(&found.by_esri),
            bound_days: found.bound_days,
        })
    }
}

/// In which order to help the firms that stand still and that the reader may see, as if no other stood still.
#[utoipa::path(post, path = "/api/chains/recovery", tag = "chains", request_body = RecoveryRequest,
    responses((status = 200, body = RecoveryPlan), Problem))]
pub async fn chain_recovery(
    State(app): State<App>,
    account: May<ReadChains>,
    Body(request): Body<RecoveryRequest>,
) -> Result<Json<RecoveryPlan>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        app.at_desk(&scope)?.recovery(request.firms_per_day).map(Json)
    })
    .await
}
