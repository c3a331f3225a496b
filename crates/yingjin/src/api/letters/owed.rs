//! To a firm: everything it is owed, how much, and by which clause.

use super::{Desk, no_record};
use crate::account;
use crate::api::list::unit_word;
use crate::api::owed::{Measure as Answer, measures};
use crate::api::problem::Problem;
use crate::api::words::{Truth, Words};
use crate::letter::data::{Body, Data, Measure, Owed};

impl Desk<'_> {
    /// The list of a firm; its own where it is signed in and names none.
    pub(super) fn owed(&self, record: Option<&str>) -> Result<Data, Problem> {
        let view = self.view;
        let firm = account::firm_kind(view.rules).map(|(kind, _)| kind);
        let firm = firm.ok_or_else(|| Problem::not_found(self.letter.id.as_str()))?;
        let kind = view.kind(firm).id.as_str();
        let own = self.scope.own_of(kind);
        let record = record.or(own.as_deref()).ok_or_else(no_record)?;
        let (firm, row) = self.scope.find(view.snapshot, kind, record)?;
        let answers = measures(view, firm, row)?;
        let of_answer = |wanted: Truth| -> Vec<Measure> {
            let answers = answers.iter().filter(|answer| answer.answer == wanted);
            answers.map(|answer| self.measure(answer)).collect()
        };
        let body = Owed {
            to: self.party(firm, row),
            yes: of_answer(Truth::Yes),
            unknown: of_answer(Truth::Unknown),
            no: of_answer(Truth::No),
        };
        let (all, yes, unknown, no) = (answers.len(), body.yes.len(), body.unknown.len(), body.no.len());
        let of = Words::new(
            format!(
                "当日涉及企业的政策 {all} 项：应享 {yes} 项，尚不能判定 {unknown} 项，不符合条件 {no} 项"
            ),
            format!(
                "Of {all} measures for firms in force on the day: {yes} owed, {unknown} not yet known, {no} not owed"
            ),
        );
        Ok(self.sheet(view.snapshot.pass.area(firm, row), of, Body::Owed(body)))
    }

    pub(super) fn measure(&self, answer: &Answer) -> Measure {
        let text = |words: &Words| words.get(self.lang).to_owned();
        Measure {
            title: text(&answer.title),
            verb: answer.verb.clone(),
            summary: answer.summary.as_ref().map(text),
            standing: answer.standing.map(|standing| standing.label(self.lang).to_owned()),
            amount: answer.amount.map(|amount| amount.to_string()),
            paid: answer.paid.map(|paid| paid.to_string()),
            unit: answer.unit.as_deref().map(|unit| unit_word(unit, self.lang).to_owned()),
            who_acts: text(&answer.who_acts),
            due: answer.due_on.map(|day| day.to_string()),
            doc: answer.basis.doc.clone(),
            clause: answer.basis.clause.clone(),
            reason: text(&answer.reason),
        }
    }
}
