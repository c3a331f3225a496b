//! A checked city: everything names something, every type agrees, every case holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::outline::Outline;
use model::{
    Areas, Calendar, Casework, Chains, DepartmentId, Duty, FactId, Form, Kind, Label, Letters, Notices,
    Pairings, Value,
};
use serde::Serialize;

use crate::expr::{DerivedFact, Expr, KindIndex};
use crate::parameter::Parameter;

/// What a city folder says, checked.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// The city itself.
    pub city: City,
    /// The kinds of record.
    pub kinds: Vec<Kind>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// Derived facts, each after what it reads.
    pub derived: Vec<DerivedFact>,
    /// The duties, each version by itself.
    pub duties: Vec<CompiledDuty>,
    /// How cases are worked on; without it, no gap becomes one.
    pub casework: Option<Casework>,
    /// What people fill in.
    pub forms: Vec<CompiledForm>,
    /// Officials who are paired with firms.
    pub pairings: Option<Pairings>,
    /// Industrial chains, and who supplies whom.
    pub chains: Option<Chains>,
    /// Who is told of what; nobody of anything without it.
    pub notices: Option<Notices>,
    /// What is printed, with its templates.
    pub letters: Letters,
    /// A digest of all files, in hexadecimal: the version of the rules that a verdict names.
    pub version: String,
}

/// What `city.toml` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct City {
    /// `xuchang`
    pub id: String,
    /// Its name.
    pub name: Label,
    /// Its areas.
    pub areas: Areas,
    /// Its offices.
    pub departments: Vec<Department>,
    /// Its working days.
    #[serde(skip)]
    pub calendar: Calendar,
    /// Where its areas lie; an area without one may lie anywhere.
    #[serde(skip)]
    pub outlines: Vec<Outline>,
}

/// An office of the city.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Department {
    /// `hrss`
    pub id: DepartmentId,
    /// Its name.
    pub name: Label,
    /// The name of its office in an area within the city, where that is another.
    pub branch: Option<Label>,
}

/// A duty with its expressions typed.
#[derive(Clone, Debug)]
pub struct CompiledDuty {
    /// As the folder words it.
    pub duty: Duty,
    /// Its kind.
    pub kind: KindIndex,
    /// `duty.should`, one condition each, in order.
    pub should: Vec<Expr>,
    /// `duty.exempt`, one condition each, in order.
    pub exempt: Vec<Expr>,
    /// `duty.done.when`
    pub done: Expr,
    /// `duty.done.paid`, a decimal.
    pub paid: Option<Expr>,
    /// `duty.done.on`, a day.
    pub done_on: Option<Expr>,
    /// `duty.amount.value`, a number.
    pub amount: Option<Expr>,
    /// `duty.arises`, a day.
    pub arises: Option<Expr>,
    /// Its own tests.
    pub cases: Vec<Case>,
}

/// A form with its expressions typed.
#[derive(Clone, Debug)]
pub struct CompiledForm {
    /// As the folder words it.
    pub form: Form,
    /// The kind of record that a filing makes.
    pub kind: KindIndex,
    /// The kind of who files.
    pub by: KindIndex,
    /// Where the register knows what a field asks, over who files.
    pub known: BTreeMap<FactId, Expr>,
    /// `form.notices`, one condition each, over who files.
    pub notices: Vec<Expr>,
    /// `form.offered`, over whom it is about.
    pub offered: Option<Expr>,
    /// `form.draw.more`, one condition each, over the filing.
    pub more_tickets: Vec<Expr>,
}

/// A test case of a duty or of a derived fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The day it is judged on.
    pub on: NaiveDate,
    /// The area it is judged in, where that is not among the facts given.
    pub area: Option<String>,
    /// Facts by dotted path.
    pub given: BTreeMap<String, Value>,
    /// Records that point to it, by kind: evidence, members. Facts by dotted path.
    pub members: BTreeMap<String, Vec<BTreeMap<String, Value>>>,
    /// What is expected.
    pub expect: Expectation,
}

/// What a case expects; what is left out is not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// Of a duty: whether it is owed.
    pub should: Option<model::Truth>,
    /// Of a duty: whether it has been served.
    pub done: Option<model::Truth>,
    /// Of a duty: whether an exemption holds.
    pub exempt: Option<model::Truth>,
    /// Of a duty: the set.
    pub standing: Option<model::Standing>,
    /// Of a duty: the amount, a number as text; `unknown`.
    pub amount: Option<String>,
    /// Of a duty: the facts that are asked for, in any order.
    pub ask: Option<Vec<String>>,
    /// Of a derived fact: its value; `unknown`.
    pub value: Option<String>,
}

impl RuleSet {
    /// The kind of that name, and its place.
    pub fn kind(&self, id: &str) -> Option<(KindIndex, &Kind)> {
        self.kinds.iter().enumerate().find(|(_, kind)| kind.id.as_str() == id)
    }

    /// The facts of a kind that the program fills in, by draws or from the supply network, and nobody else tells.
    pub fn filled_facts(&self, kind: &str) -> BTreeSet<&FactId> {
        let of_kind = self.forms.iter().filter(|form| self.kinds[form.kind].id.as_str() == kind);
        let drawn = of_kind.filter_map(|form| form.form.draw.as_ref()).flat_map(|rule| rule.filled.all());
        let chains = self.chains.iter().filter(|chains| chains.firm.kind.as_str() == kind);
        drawn.chain(chains.flat_map(|chains| chains.computed.all())).collect()
    }

    /// The duties in force on a day, one version of each.
    pub fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = &CompiledDuty> {
        self.duties.iter().filter(move |duty| duty.duty.valid_on(day).is_some())
    }
}
