//! `[draw]` of a form: how some of those who filed it are drawn for inspection.

use model::draw::{DrawRule, DrawnFacts, MoreTickets};
use model::{FactId, FactType, Kind};
use rust_decimal::Decimal;

use super::compile::expression;
use super::mistake;
use super::read::Table;
use super::references;
use super::source::{Log, Written};
use crate::expr::{Const, Expr};
use crate::language::{Scope, Wanted};
use crate::parameter::{Setting, Shape};

/// The most tickets that one reason may add: each is a digest to compute.
const TICKETS_MAX: i64 = 100;

/// `[draw]` as its file words it, with the places of what points elsewhere.
pub(super) struct DrawDraft {
    pub rule: DrawRule,
    share: Written,
    /// The facts that a draw fills in, in the order of their types below.
    filled: [Written; 4],
    state: Written,
    due: Option<Written>,
    more: Vec<Written>,
}

pub(super) fn read(table: Table<'_>, log: &Log) -> Option<DrawDraft> {
    let share = table.need_text("share");
    let filled = ["drawn", "drawn_for", "tickets", "area"].map(|key| table.need_text(key));
    let (state, due) = (table.need_text("state"), table.text("due"));
    let (mut more, mut places) = (Vec::new(), Vec::new());
    for reason in table.tables("more") {
        let (when, why, cell) = (reason.need_text("when"), reason.need_label("why"), reason.need("tickets"));
        reason.finish();
        let (Some(when), Some(why), Some(cell)) = (when, why, cell) else { continue };
        let Some(count) = cell.int() else { continue };
        let Some(tickets) = u32::try_from(count).ok().filter(|_| (1..=TICKETS_MAX).contains(&count)) else {
            let wanted = ("1 到 100 的整数", "a whole number from 1 to 100");
            log.error(&cell.at, "wrong-value", mistake::value_type(wanted, "tickets"));
            continue;
        };
        more.push(MoreTickets { when: when.text.clone(), tickets, why });
        places.push(when);
    }
    table.finish();
    let (share, state) = (share?, state?);
    let [Some(drawn), Some(drawn_for), Some(tickets), Some(area)] = filled else { return None };
    let fact = |written: &Written| FactId::from(written.text.as_str());
    let rule = DrawRule {
        share: share.text.as_str().into(),
        filled: DrawnFacts {
            drawn: fact(&drawn),
            drawn_for: fact(&drawn_for),
            tickets: fact(&tickets),
            area: fact(&area),
        },
        more,
        state: fact(&state),
        due: due.as_ref().map(fact),
    };
    let filled = [drawn, drawn_for, tickets, area];
    Some(DrawDraft { rule, share, filled, state, due, more: places })
}

/// Finds what its names point to. Returns the conditions of `rule.more`; none if something is wrong, which is told.
/// Contract: `scope` is that of the kind of the filings.
pub(super) fn compile(draft: &DrawDraft, scope: &Scope<'_>, log: &Log) -> Option<Vec<Expr>> {
    let kind = &scope.kinds[scope.kind];
    let mut sound = is_share(&draft.share, scope, log);
    for (written, wants) in draft.filled.iter().zip([Wants::YesNo, Wants::Day, Wants::Count, Wants::Area]) {
        let fact = wants.find(written, kind, log);
        let told = fact.is_some_and(|fact| kind.facts[fact].derived.is_none());
        if fact.is_some() && !told {
            log.error(
                &written.at,
                "wrong-fact",
                mistake::wrong_fact(&written.text, ("要填报的事实", "a fact that is told")),
            );
        }
        sound &= told;
    }
    sound &= Wants::Code.find(&draft.state, kind, log).is_some();
    sound &= draft.due.as_ref().is_none_or(|due| Wants::Day.find(due, kind, log).is_some());
    let more: Vec<Option<Expr>> =
        draft.more.iter().map(|when| expression(when, scope, Wanted::Condition, log)).collect();
    more.into_iter().collect::<Option<Vec<Expr>>>().filter(|_| sound)
}

/// The type that a fact has to have.
#[derive(Clone, Copy)]
enum Wants {
    YesNo,
    Day,
    Count,
    Area,
    Code,
}

impl Wants {
    /// The fact of that name, if it is of the type; else told.
    fn find(self, written: &Written, kind: &Kind, log: &Log) -> Option<usize> {
        let fact = references::fact(written, kind, log)?;
        let (fits, wanted) = match (self, &kind.facts[fact].fact_type) {
            (Self::YesNo, is) => (matches!(is, FactType::Bool), ("是非类型的事实", "a bool fact")),
            (Self::Day, is) => (matches!(is, FactType::Date), ("日期类型的事实", "a date fact")),
            (Self::Count, is) => (matches!(is, FactType::Int), ("整数类型的事实", "an int fact")),
            (Self::Area, is) => (matches!(is, FactType::Area { .. }), ("地区类型的事实", "an area fact")),
            (Self::Code, is) => (matches!(is, FactType::Code { .. }), ("代码类型的事实", "a code fact")),
        };
        if !fits {
            log.error(&written.at, "wrong-fact", mistake::wrong_fact(&written.text, wanted));
        }
        fits.then_some(fact)
    }
}

/// Whether a parameter is a share: one number from 0 to 1 for each day and area, or not in hand.
fn is_share(written: &Written, scope: &Scope<'_>, log: &Log) -> bool {
    let Some(parameter) = scope.parameters.iter().find(|one| one.id.as_str() == written.text) else {
        let names: Vec<&str> = scope.parameters.iter().map(|one| one.id.as_str()).collect();
        log.error(&written.at, "not-found", mistake::not_found(("参数", "parameter"), &written.text, &names));
        return false;
    };
    let is_part = |setting: &Setting| match setting {
        Setting::One(Const::Decimal(share)) => (Decimal::ZERO..=Decimal::ONE).contains(share),
        Setting::Unset(_) => true,
        _ => false,
    };
    let fits = parameter.shape == Shape::One && parameter.values.iter().all(|dated| is_part(&dated.setting));
    if !fits {
        let wanted = ("0 到 1 的小数参数", "a decimal parameter from 0 to 1");
        log.error(&written.at, "wrong-value", mistake::value_type(wanted, &written.text));
    }
    fits
}
