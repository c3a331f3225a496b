//! How far a shock goes. The cost of a cascade follows the firms it touches, not the size of the network.
//!
//! Two channels run side by side. Down: who lacks an essential input stops, and so lacks in its buyers. Up: who sells less
//! makes less, and so buys less of its suppliers. docs/chain.md#cascade has the equations.

use crate::network::Network;
use crate::shares::Shares;

/// When a cascade counts as settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Stop when no firm changed by more than this in a step.
    pub epsilon: f64,
    /// Stop after so many steps, settled or not.
    pub max_steps: u32,
    /// Changes up to this wait until they have grown; far below `epsilon`.
    pub negligible: f64,
    /// What a market that failed as a whole is taken to sell, in money. 0 says that nobody steps in there, σ = 1.
    pub failed_market: f64,
}

impl Settings {
    /// As published figures were computed. It stops early, where most of the loss may be still to come, and takes a failed
    /// market to sell 1, so that the loss of a firm that is a market of its own changes with the unit of money.
    pub const REFERENCE: Self =
        Self { epsilon: 1e-2, max_steps: 100_000, negligible: 1e-14, failed_market: 1.0 };
    /// To the end, for all that matters: what is still to come is far below what is known of any link.
    pub const CONVERGED: Self =
        Self { epsilon: 1e-12, max_steps: 100_000, negligible: 1e-15, failed_market: 0.0 };
}

impl Default for Settings {
    fn default() -> Self {
        Self::CONVERGED
    }
}

/// Firms that run at a part of their normal output, 0..=1. A firm that is named twice runs at the smaller.
pub type Shock<'a> = &'a [(usize, f64)];

/// What a shock costs, as shares of the weight of all firms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loss {
    /// Through both channels: ESRI, where the shock is one closed firm.
    pub both: f64,
    /// Through missing inputs alone.
    pub down: f64,
    /// Through missing sales alone.
    pub up: f64,
    /// The steps it took.
    pub steps: u32,
    /// False if it ran out of steps.
    pub settled: bool,
}

/// Which firms changed, and which may.
#[derive(Clone, Debug, Default)]
struct Front {
    changed: Vec<u32>,
    waiting: Vec<u32>,
    waits: Vec<bool>,
}

impl Front {
    fn new(firms: usize) -> Self {
        Self {
            changed: Vec::with_capacity(firms),
            waiting: Vec::with_capacity(firms),
            waits: vec![false; firms],
        }
    }

    #[inline(always)]
    fn wait(&mut self, firm: u32) {
        let waits = &mut self.waits[firm as usize];
        if !*waits {
            *waits = true;
            self.waiting.push(firm);
        }
    }
}

/// The room in which cascades run: one a thread, made once, used for many shocks. After a run it holds the last state.
#[derive(Clone, Debug)]
pub struct Scratch {
    running: Vec<f64>,
    down: Vec<f64>,
    up: Vec<f64>,
    /// σ·(1 − hd): what a firm leaves unreplaced.
    gone: Vec<f64>,
    lacking: Vec<f64>,
    unsold: Vec<f64>,
    down_front: Front,
    up_front: Front,
    markets: Vec<u32>,
    market_waits: Vec<bool>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    /// The change of `down` that a firm in `changed` went through in the last step is folded into `gone`; that of `up` is
    /// kept here.
    fell: Vec<f64>,
}

impl Scratch {
    /// Room for cascades in `network`.
    pub fn new(network: &Network) -> Self {
        Self::of(&network.shares)
    }

    pub(crate) fn of(shares: &Shares) -> Self {
        let firms = shares.market.len();
        let markets = shares.member_at.len() - 1;
        Self {
            running: vec![1.0; firms],
            down: vec![1.0; firms],
            up: vec![1.0; firms],
            gone: vec![0.0; firms],
            lacking: shares.input_start.clone(),
            unsold: shares.sales_start.clone(),
            down_front: Front::new(firms),
            up_front: Front::new(firms),
            markets: Vec::with_capacity(markets),
            market_waits: vec![false; markets],
            touched: Vec::with_capacity(firms),
            is_touched: vec![false; firms],
            fell: vec![0.0; firms],
        }
    }

    /// What is left of a firm's output where only missing inputs count, 0..=1.
    pub fn down(&self, firm: usize) -> f64 {
        self.down[firm]
    }

    /// What is left of a firm's output where only missing sales count, 0..=1.
    pub fn up(&self, firm: usize) -> f64 {
        self.up[firm]
    }

    /// What is left of a firm's output, 0..=1.
    pub fn left(&self, firm: usize) -> f64 {
        self.down[firm].min(self.up[firm])
    }

    /// The firms that the last shock reached, in no order that means anything.
    pub fn touched(&self) -> impl Iterator<Item = usize> + '_ {
        self.touched.iter().map(|firm| *firm as usize)
    }

    /// What an input lacks, as a share of what it needs to be (essential) or of all the buyer buys (non-essential).
    pub(crate) fn lacking(&self, input: usize) -> f64 {
        self.lacking[input]
    }

    /// What is gone of a supplier and not replaced by others of its market: σ·(1 − hd).
    pub(crate) fn gone(&self, firm: usize) -> f64 {
        self.gone[firm]
    }

    /// What a firm was held at by the shock itself.
    pub(crate) fn held(&self, firm: usize) -> f64 {
        self.running[firm]
    }

    fn reset(&mut self, shares: &Shares) {
        for firm in self.touched.drain(..) {
            let firm = firm as usize;
            self.is_touched[firm] = false;
            self.running[firm] = 1.0;
            self.down[firm] = 1.0;
            self.up[firm] = 1.0;
            self.gone[firm] = 0.0;
            self.unsold[firm] = shares.sales_start[firm];
            for input in shares.inputs_of(firm) {
                self.lacking[input] = shares.input_start[input];
            }
        }
        self.down_front.changed.clear();
        self.up_front.changed.clear();
    }

    #[inline(always)]
    fn touch(&mut self, firm: u32) {
        let touched = &mut self.is_touched[firm as usize];
        if !*touched {
            *touched = true;
            self.touched.push(firm);
        }
    }

    /// Runs a cascade to its end. The state of every firm can be asked for afterwards.
    ///
    /// Contract: `left <= running` of the shock; a larger shock leaves no firm better off.
    /// Source: Diem et al. 2022, as their own implementation computes it; docs/chain.md#cascade.
    pub fn run(&mut self, network: &Network, shock: Shock<'_>, settings: Settings) -> Loss {
        let (steps, settled) = self.cascade(&network.shares, shock, settings);
        self.loss(&network.firms, network.total, (steps, settled))
    }

    /// The same, with the lack of one input left out of account, as if somebody supplied it.
    pub(crate) fn run_with_whole(
        &mut self,
        network: &Network,
        shock: Shock<'_>,
        (input, settings): (usize, Settings),
    ) -> Loss {
        let buyer = network.shares.inputs[input].buyer;
        self.reset(&network.shares);
        self.touch(buyer);
        // Nothing adds up to a lack from here.
        self.lacking[input] = f64::NEG_INFINITY;
        let end = self.spread(&network.shares, shock, settings);
        self.loss(&network.firms, network.total, end)
    }

    pub(crate) fn cascade(&mut self, shares: &Shares, shock: Shock<'_>, settings: Settings) -> (u32, bool) {
        self.reset(shares);
        self.spread(shares, shock, settings)
    }

    fn spread(&mut self, shares: &Shares, shock: Shock<'_>, settings: Settings) -> (u32, bool) {
        for &(firm, running) in shock {
            if running < self.running[firm] {
                self.touch(firm as u32);
                if self.running[firm] >= 1.0 {
                    self.down_front.changed.push(firm as u32);
                    self.up_front.changed.push(firm as u32);
                }
                self.running[firm] = running;
                self.down[firm] = running;
                self.up[firm] = running;
                self.fell[firm] = 1.0 - running;
            }
        }
        for step in 1..=settings.max_steps {
            let down = self.step_down(shares, settings);
            let up = self.step_up(shares, settings.negligible);
            if down.max(up) <= settings.epsilon {
                return (step, true);
            }
        }
        (settings.max_steps, false)
    }

    /// One step of missing inputs. Returns the largest change.
    fn step_down(&mut self, shares: &Shares, settings: Settings) -> f64 {
        let negligible = settings.negligible;
        for at in 0..self.down_front.changed.len() {
            let market = shares.market[self.down_front.changed[at] as usize];
            if !self.market_waits[market as usize] {
                self.market_waits[market as usize] = true;
                self.markets.push(market);
            }
        }
        self.down_front.changed.clear();
        for at in 0..self.markets.len() {
            let market = self.markets[at] as usize;
            self.market_waits[market] = false;
            let members = shares.members_of(market);
            let offered: f64 =
                members.iter().map(|firm| self.down[*firm as usize] * shares.offer[*firm as usize]).sum();
            let alone = |firm: usize| match settings.failed_market {
                sold if sold > 0.0 => (shares.sales[firm] / sold).min(1.0),
                _ => 1.0,
            };
            for &firm in members {
                let firm = firm as usize;
                if self.down[firm] >= 1.0 {
                    continue;
                }
                let replaceless =
                    if offered > 0.0 { (shares.sales[firm] / offered).min(1.0) } else { alone(firm) };
                let gone = replaceless * (1.0 - self.down[firm]);
                let more = gone - self.gone[firm];
                if more.abs() <= negligible {
                    continue;
                }
                self.gone[firm] = gone;
                for link in shares.down_of(firm) {
                    self.lacking[link.input as usize] += link.share * more;
                    self.down_front.wait(link.buyer);
                }
            }
        }
        self.markets.clear();

        let mut largest: f64 = 0.0;
        for at in 0..self.down_front.waiting.len() {
            let firm = self.down_front.waiting[at];
            self.down_front.waits[firm as usize] = false;
            self.touch(firm);
            let firm_at = firm as usize;
            let inputs = shares.inputs_of(firm_at);
            let mut worst: f64 = 0.0;
            let mut others: f64 = 0.0;
            for (input, lacking) in shares.inputs[inputs.clone()].iter().zip(&self.lacking[inputs]) {
                if input.essential {
                    worst = worst.max(*lacking);
                } else {
                    others += lacking.max(0.0);
                }
            }
            let left = (1.0 - worst.max(others)).max(0.0).min(self.running[firm_at]);
            let fell = (self.down[firm_at] - left).abs();
            largest = largest.max(fell);
            if fell > negligible {
                self.down[firm_at] = left;
                self.down_front.changed.push(firm);
            }
        }
        self.down_front.waiting.clear();
        largest
    }

    /// One step of missing sales. Returns the largest change.
    fn step_up(&mut self, shares: &Shares, negligible: f64) -> f64 {
        for at in 0..self.up_front.changed.len() {
            let firm = self.up_front.changed[at] as usize;
            let fell = self.fell[firm];
            for link in shares.up_of(firm) {
                self.unsold[link.supplier as usize] += link.share * fell;
                self.up_front.wait(link.supplier);
            }
        }
        self.up_front.changed.clear();
        let mut largest: f64 = 0.0;
        for at in 0..self.up_front.waiting.len() {
            let firm = self.up_front.waiting[at];
            self.up_front.waits[firm as usize] = false;
            self.touch(firm);
            let firm_at = firm as usize;
            let left = (1.0 - self.unsold[firm_at]).max(0.0).min(self.running[firm_at]);
            let fell = self.up[firm_at] - left;
            largest = largest.max(fell.abs());
            if fell.abs() > negligible {
                self.up[firm_at] = left;
                self.fell[firm_at] = fell;
                self.up_front.changed.push(firm);
            }
        }
        self.up_front.waiting.clear();
        largest
    }

    fn loss(&self, firms: &[crate::network::Firm], total: f64, (steps, settled): (u32, bool)) -> Loss {
        let mut loss = Loss { steps, settled, ..Loss::default() };
        // Stand-ins of cut links come after the firms and weigh nothing.
        for firm in self.touched().filter(|firm| *firm < firms.len()) {
            let weight = firms[firm].weight;
            loss.both += weight * (1.0 - self.left(firm));
            loss.down += weight * (1.0 - self.down[firm]);
            loss.up += weight * (1.0 - self.up[firm]);
        }
        if total > 0.0 {
            loss.both /= total;
            loss.down /= total;
            loss.up /= total;
        }
        loss
    }

    pub(crate) fn loss_in(&self, network: &Network, end: (u32, bool)) -> Loss {
        self.loss(&network.firms, network.total, end)
    }
}
