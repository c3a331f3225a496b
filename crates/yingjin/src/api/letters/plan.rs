//! To a firm and those who look after it: all that is open, and what comes next.

use store::Account;

use super::{Desk, no_record};
use crate::api::list::unit_words;
use crate::api::plan::{PlanPage, of};
use crate::api::problem::Problem;
use crate::api::records::FactLine;
use crate::api::words::{Truth, Words};
use crate::letter::data::{Body, Data, Filed, Known, NextStep, Official, OpenCase, Part, Plan};

impl Desk<'_> {
    /// The plan of a firm; its own where it is signed in and names none.
    pub(super) fn plan(&self, account: &Account, record: Option<&str>) -> Result<Data, Problem> {
        let kind = self.letter.of.as_ref().ok_or_else(|| Problem::not_found(self.letter.id.as_str()))?;
        let own = self.scope.own_of(kind.as_str());
        let record = record.or(own.as_deref()).ok_or_else(no_record)?;
        let to = self.scope.find(self.view.snapshot, kind.as_str(), record)?;
        let plan = of(self.app, self.view, (account, self.letter), to)?;
        let (open, late) = (plan.next.len(), plan.next.iter().filter(|step| step.is_late).count());
        let of = Words::new(
            format!("待办 {open} 项，其中逾期 {late} 项；在办事项 {} 件", plan.cases.len()),
            format!("{open} steps to come, {late} of them late; {} open cases", plan.cases.len()),
        );
        let body = self.plan_body(to, &plan);
        Ok(self.sheet(self.view.snapshot.pass.area(to.0, to.1), of, Body::Plan(Box::new(body))))
    }

    fn plan_body(&self, (kind, row): (usize, usize), plan: &PlanPage) -> Plan {
        let text = |words: &Words| words.get(self.lang).to_owned();
        let day = |day: &Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        let measures = |wanted: Truth| {
            let found = plan.measures.iter().filter(move |measure| measure.answer == wanted);
            found.map(|measure| self.measure(measure)).collect()
        };
        Plan {
            to: self.party(kind, row),
            next: plan
                .next
                .iter()
                .map(|step| NextStep {
                    on: day(&step.on),
                    is_late: step.is_late,
                    what: text(&step.what),
                    who: text(&step.who),
                })
                .collect(),
            officials: plan
                .officials
                .iter()
                .map(|paired| Official {
                    name: paired.official.clone(),
                    scheme: text(&paired.scheme),
                    visited: day(&paired.visited_on),
                    due: day(&paired.due_on),
                })
                .collect(),
            parts: plan
                .parts
                .iter()
                .map(|part| Part {
                    title: text(&part.title),
                    from: part.from.as_ref().map(|from| {
                        let on = part.on.map(|on| format!(" {on}")).unwrap_or_default();
                        format!("{}{on}", from.get(self.lang))
                    }),
                    facts: part.facts.iter().map(|fact| self.known(fact)).collect(),
                })
                .collect(),
            yes: measures(Truth::Yes),
            unknown: measures(Truth::Unknown),
            no: plan.measures.iter().filter(|measure| measure.answer == Truth::No).count(),
            cases: plan
                .cases
                .iter()
                .map(|case| OpenCase {
                    no: case.no.to_string(),
                    title: text(&case.title),
                    office: text(&case.office.name),
                    due: case.due_on.to_string(),
                    is_late: case.overdue,
                })
                .collect(),
            filed: plan
                .filed
                .iter()
                .map(|filed| Filed {
                    form: text(&filed.title),
                    on: day(&filed.on),
                    state: filed.state.as_ref().and_then(|state| self.known(state).value),
                    due: day(&filed.due),
                })
                .collect(),
        }
    }

    /// A fact with its value and unit; personal ones are masked on paper, whoever prints it.
    fn known(&self, fact: &FactLine) -> Known {
        let shown = fact.display.as_ref().map(|words| words.get(self.lang).to_owned());
        let told = fact.value.as_ref().map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        });
        let masked = fact.masked.then(|| self.say("已遮盖", "masked").to_owned());
        let unit = fact.unit.as_deref().filter(|unit| *unit != "1" && told.is_some());
        Known {
            label: fact.label.get(self.lang).to_owned(),
            unit: unit.map(|unit| unit_words(unit, self.lang)),
            value: shown.or(told).or(masked),
        }
    }
}
