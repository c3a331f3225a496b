//! To whoever has to act for a duty: what they have left to do.

use model::{Letter, Standing, Value};
use rules::evaluate::DutyPass;

use super::tally::Sum;
use super::{Desk, no_record};
use crate::api::list::unit_word;
use crate::api::problem::Problem;
use crate::api::scope::Scope;
use crate::api::view::View;
use crate::api::words::Words;
use crate::letter::data::{Bearer, BearerLine, Body, Data, DutyWords, Party};

/// The duty of a letter, if it is in force on the day.
pub(super) fn duty<'a>(view: View<'a>, letter: &Letter) -> Option<&'a DutyPass> {
    view.snapshot.pass.duty(letter.duty.as_ref()?)
}

/// The kind of those who have to act for a duty.
fn kind(view: View, duty: &DutyPass) -> Option<usize> {
    let declared = &view.rules.duties[duty.index].duty;
    let bearer = view.kind(duty.kind).fact(declared.bearer.as_ref()?.as_str())?;
    Some(view.rules.kind(bearer.fact_type.target()?.as_str())?.0)
}

/// The record of an account that stands for one, if it is of the kind that has to act: letters to itself are its own.
pub(super) fn own(view: View, scope: &Scope, letter: &Letter) -> Option<(usize, usize)> {
    let kind = kind(view, duty(view, letter)?)?;
    let own = scope.own_of(view.kind(kind).id.as_str()).filter(|_| scope.own_only())?;
    Some((kind, view.snapshot.row(kind, &own)?))
}

/// Whether a letter to a record would have anything in it: something left to do, or something that cannot be told.
pub(super) fn is_open(view: View, letter: &Letter, bearer: (usize, usize)) -> bool {
    let Some(duty) = duty(view, letter) else { return false };
    let open = |row: usize| matches!(duty.standing(row), Standing::Gap | Standing::Unknown);
    rows(view, letter, bearer).into_iter().any(open)
}

/// The rows for which a record has to act.
pub(super) fn rows(view: View, letter: &Letter, bearer: (usize, usize)) -> Vec<usize> {
    let Some(duty) = duty(view, letter) else { return vec![] };
    let path = view.rules.duties[duty.index].duty.bearer.as_ref();
    path.map(|path| view.served_by(duty.kind, path.as_str(), bearer)).unwrap_or_default()
}

impl Desk<'_> {
    /// The duty of the letter. Errors: not in force on the day.
    pub(super) fn duty_of(&self) -> Result<&DutyPass, Problem> {
        let id = self.letter.duty.as_ref().map(ToString::to_string).unwrap_or_default();
        duty(self.view, self.letter).ok_or_else(|| Problem::not_found(&id))
    }

    pub(super) fn words_of(&self, duty: &DutyPass) -> DutyWords {
        DutyWords::of(self.view.rules, &self.view.rules.duties[duty.index], self.lang)
    }

    /// The kind of those who have to act for a duty.
    pub(super) fn bearer_kind(&self, duty: &DutyPass) -> Option<usize> {
        kind(self.view, duty)
    }

    pub(super) fn party(&self, kind: usize, row: usize) -> Party {
        Party {
            id: self.view.id(kind, row).to_string(),
            name: self.view.name(kind, row),
            area: self.view.area_name(self.view.snapshot.pass.area(kind, row), self.lang),
        }
    }

    /// The letter to one who has to act; to whoever is signed in for it where nobody is named.
    pub(super) fn bearer(&self, record: Option<&str>) -> Result<Data, Problem> {
        let (view, duty) = (self.view, self.duty_of()?);
        let kind = self.bearer_kind(duty).ok_or_else(|| Problem::not_found(self.letter.id.as_str()))?;
        let own = self.scope.own_of(view.kind(kind).id.as_str());
        let record = record.or(own.as_deref()).ok_or_else(no_record)?;
        let to = self.scope.find(view.snapshot, view.kind(kind).id.as_str(), record)?;
        let pipeline = self.app.days.pipeline();
        let (figures, doubts) =
            (pipeline.figures(view.snapshot, duty)?, pipeline.doubts(view.snapshot, duty)?);
        let mut sum = Sum::default();
        let (mut lines, mut unknown) = (Vec::new(), Vec::new());
        let all = rows(view, self.letter, to);
        // Who has to act is told of all that they have to do, though the records are not their own.
        let is_own = self.scope.own_only();
        let sees = |row: &usize| is_own || self.scope.sees_record(view.snapshot, duty.kind, *row);
        let seen = all.iter().copied().filter(sees);
        for row in seen {
            let of_row = view.verdict_figures(duty, row, &figures);
            let standing = duty.standing(row);
            let is_overdue =
                standing == Standing::Gap && of_row.due_on.is_some_and(|due| due < view.snapshot.on);
            sum.add(standing, &of_row, is_overdue);
            let missing = doubts.missing.get(&row).into_iter().flatten();
            let missing = missing.map(|path| view.path_label(duty.kind, path).get(self.lang).to_owned());
            let line = BearerLine {
                id: view.id(duty.kind, row).to_string(),
                name: view.name(duty.kind, row),
                beneficiary: self.beneficiary(duty, row),
                cells: self.cells(duty.kind, row),
                amount: of_row.amount.map(|amount| amount.to_string()),
                paid: of_row.paid.map(|paid| paid.to_string()),
                due: of_row.due_on.map(|day| day.to_string()),
                is_overdue,
                missing: missing.collect(),
            };
            match standing {
                Standing::Gap => lines.push(line),
                Standing::Unknown => unknown.push(line),
                _ => {}
            }
        }
        lines.sort_by(|a, b| (&a.due, &a.id).cmp(&(&b.due, &b.id)));
        let words = self.words_of(duty);
        let of = Words::new(
            format!(
                "{}：共 {} 件，应尽 {}，已尽 {}，免尽 {}，未尽 {}，未知 {}",
                words.title, sum.records, sum.should, sum.done, sum.exempt, sum.gap, sum.unknown
            ),
            format!(
                "{}: {} in all, {} owed, {} done, {} exempt, {} left, {} unknown",
                words.title, sum.records, sum.should, sum.done, sum.exempt, sum.gap, sum.unknown
            ),
        );
        let declared = &view.rules.duties[duty.index].duty;
        let facts = self.letter.columns.iter().filter_map(|fact| view.kind(duty.kind).fact(fact.as_str()));
        let body = Bearer {
            to: self.party(to.0, to.1),
            from: words.owner.clone(),
            duty: words,
            tally: sum.tally(declared.amount.is_some()),
            unit: declared.amount.as_ref().map(|amount| unit_word(&amount.unit, self.lang).to_owned()),
            columns: facts.map(|fact| fact.label.get(self.lang).to_owned()).collect(),
            lines,
            unknown,
        };
        Ok(self.sheet(view.snapshot.pass.area(to.0, to.1), of, Body::Bearer(Box::new(body))))
    }

    /// Whom a row serves, where its duty says so by one reference.
    fn beneficiary(&self, duty: &DutyPass, row: usize) -> Option<Party> {
        let path = self.view.rules.duties[duty.index].duty.beneficiary.as_deref()?;
        let to = self.view.kind(duty.kind).fact(path)?.fact_type.target()?;
        let Value::Text(id) = self.view.told(duty.kind, row, path)? else { return None };
        let line = self.view.line_of(to.as_str(), &id);
        let area = self.view.area_name(line.area.as_deref(), self.lang);
        Some(Party { id, name: line.name, area })
    }

    /// The facts of a row that the header asks for, as people read them.
    fn cells(&self, kind: usize, row: usize) -> Vec<Option<String>> {
        let facts = self.letter.columns.iter().map(|id| {
            let fact = self.view.kind(kind).fact(id.as_str()).filter(|fact| !fact.personal)?;
            let value = self.view.told(kind, row, id.as_str())?;
            let shown = self.view.display(fact, &value).map(|words| words.get(self.lang).to_owned());
            Some(shown.unwrap_or_else(|| value.to_string()))
        });
        facts.collect()
    }
}
