//! Dated values that law sets, by area and, for some, by a code.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::duty::Basis;
use model::{AreaCode, Areas, Label, ParameterId, Unit};
use serde::Serialize;

use crate::expr::{Const, Type};

/// A parameter and all its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// `rent_waiver_months`
    pub id: ParameterId,
    /// What people call it.
    pub label: Label,
    /// The type of one value; of one member, for a list.
    pub ty: Type,
    /// Its unit, for numbers.
    pub unit: Option<Unit>,
    /// One value, a list of codes, or a value for each of some codes.
    pub shape: Shape,
    /// Its values, by first day.
    pub values: Vec<Dated>,
}

/// What a parameter holds at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One value: `:p`.
    One,
    /// A list: `x in (:p)`.
    List,
    /// A value by code: `lookup(:p, x)`.
    Keyed,
}

/// What holds from a day, in an area.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, where the document ends it; else until the next value of the same area.
    pub to: Option<NaiveDate>,
    /// The area; none for all.
    pub area: Option<AreaCode>,
    /// The document that set it.
    pub basis: Basis,
    /// The value.
    pub setting: Setting,
}

/// A value, or that none is in hand.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// One value.
    One(Const),
    /// A list.
    List(Vec<Const>),
    /// Values by code.
    Keyed(BTreeMap<String, Const>),
    /// The document exists, its figure is not in hand: unknown, with the reason why.
    Unset(Label),
}

impl Parameter {
    /// What holds on a day in an area: the nearest area's own value beats its parent's, and within one
    /// area the latest first day wins. None if nothing was set for that day.
    pub fn on(&self, day: NaiveDate, area: Option<&str>, areas: &Areas) -> Option<&Dated> {
        let set_for = |code: Option<&str>| {
            self.values
                .iter()
                .filter(|value| value.area.as_ref().map(AreaCode::as_str) == code)
                .filter(|value| value.from <= day)
                .max_by_key(|value| value.from)
                .filter(|value| value.to.is_none_or(|to| day <= to))
        };
        area.into_iter()
            .flat_map(|code| areas.ancestors(code))
            .find_map(|area| set_for(Some(area.code.as_str())))
            .or_else(|| set_for(None))
    }
}
