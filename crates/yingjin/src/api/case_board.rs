//! The worklist by person: who has how many cases, those that are due first, and to whom each may be given.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use store::{Account, Holder, StoredCase, Worklist};
use utoipa::ToSchema;

use super::app::App;
use super::case_steps::works_on;
use super::cases::{CaseFilter, CaseLine};
use super::etag::tagged;
use super::extract::Query;
use super::problem::Problem;
use super::right::{ActOnCases, May, ReadBoard, Right};
use super::scope::Scope;

/// Cases by the person who has them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseBoard {
    /// First those that nobody has yet, then one's own, then each person's by name.
    pub columns: Vec<BoardColumn>,
    /// People for whom there was no column: those with the fewest cases. An area or a department makes them fewer.
    pub left_out: u64,
}

/// The cases of one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardColumn {
    /// The account; none for nobody in particular.
    pub officer: Option<String>,
    /// How many there are.
    pub count: u64,
    /// The first of them, by when they are due.
    pub items: Vec<BoardCard>,
}

/// A case on the board.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardCard {
    /// The same as in a list.
    #[serde(flatten)]
    pub line: CaseLine,
    /// To whom this reader may give it; nobody where they may not.
    pub people: Vec<String>,
}

/// Cases shown of one person.
const CARDS: usize = 20;
/// Columns of a board: more than anybody looks at beside each other.
const COLUMNS_MAX: usize = 40;

/// The worklist by person.
#[utoipa::path(get, path = "/api/cases/board", tag = "cases", params(CaseFilter),
    responses((status = 200, body = CaseBoard), (status = 304), Problem))]
pub async fn case_board(
    State(app): State<App>,
    account: May<ReadBoard>,
    headers: HeaderMap,
    Query(filter): Query<CaseFilter>,
) -> Result<Response, Problem> {
    app.blocking(move |app| tagged(&headers, &board(app, &account, &filter)?)).await
}

fn board(app: &App, account: &Account, filter: &CaseFilter) -> Result<CaseBoard, Problem> {
    let list = Worklist { limit: CARDS, ..filter.worklist(app, account)? };
    let (rules, now) = (app.rules(), app.now());
    let scope = Scope::of(account, rules);
    let accounts = app.store().officers()?;
    let able: Vec<&Account> = accounts
        .iter()
        .filter(|one| !one.closed && ActOnCases::ROLES.contains(&one.role))
        .filter(|one| {
            list.holder.is_none() && Scope::of(one, rules).reaches(&list.areas, list.department.as_ref())
        })
        .collect();
    let mut counts = app.store().holder_counts(&list)?;
    if list.holder.is_none() {
        counts.entry(None).or_default();
        for one in &able {
            counts.entry(Some(one.name.clone())).or_default();
        }
    }
    let (holders, left_out) = in_order(counts, &account.name);
    let mut found = Vec::with_capacity(holders.len());
    for (officer, count) in holders {
        let holder = officer.clone().map_or(Holder::Nobody, Holder::Person);
        let cases = app.store().worklist(&Worklist { holder: Some(holder), ..list.clone() })?;
        found.push((officer, count, cases));
    }
    app.read(app.today(), |view| {
        let card = |stored: &StoredCase| {
            let may_have = |one: &&&Account| Scope::of(one, rules).acts_on(&stored.case);
            let people = able.iter().filter(|_| works_on(app, account, &stored.case)).filter(may_have);
            BoardCard {
                line: CaseLine::of(view, &scope, stored, now),
                people: people.map(|one| one.name.clone()).collect(),
            }
        };
        let columns = found.into_iter().map(|(officer, count, cases)| BoardColumn {
            officer,
            count,
            items: cases.iter().map(card).collect(),
        });
        Ok(CaseBoard { columns: columns.collect(), left_out })
    })
}

/// Whose columns there are, in their order, and how many people have none.
fn in_order(counts: BTreeMap<Option<String>, u64>, own: &str) -> (Vec<(Option<String>, u64)>, u64) {
    let rank = |officer: &Option<String>| match officer.as_deref() {
        None => 0,
        Some(name) if name == own => 1,
        Some(_) => 2,
    };
    let mut by_count: Vec<(&Option<String>, u64)> = counts.iter().map(|(one, count)| (one, *count)).collect();
    by_count.sort_by_key(|(one, count)| (rank(one), std::cmp::Reverse(*count)));
    let kept: BTreeSet<Option<String>> =
        by_count.iter().take(COLUMNS_MAX).map(|(one, _)| (*one).clone()).collect();
    let left_out = (counts.len() - kept.len()) as u64;
    let mut columns: Vec<_> = counts.into_iter().filter(|(one, _)| kept.contains(one)).collect();
    columns.sort_by_key(|(one, _)| rank(one));
    (columns, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_first_then_oneself_then_by_name_and_the_fewest_left_out() {
        let mut counts: BTreeMap<Option<String>, u64> =
            (0..60).map(|n| (Some(format!("p{n:02}")), u64::from(n == 50))).collect();
        counts.insert(None, 3);
        let (columns, left_out) = in_order(counts, "p07");
        let names: Vec<&str> = columns.iter().map(|(one, _)| one.as_deref().unwrap_or("-")).collect();
        assert_eq!(names[..4], ["-", "p07", "p00", "p01"]);
        assert!(names.contains(&"p50") && !names.contains(&"p59"), "{names:?}");
        assert_eq!((names.len(), left_out), (COLUMNS_MAX, 21));
    }
}
