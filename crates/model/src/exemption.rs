//! Exemptions by hand: an official releases one record from one duty, for a reason that the city knows, with proof.
//!
//! Each is a record of the kind [`KIND`], which the city's loader declares, and every duty has one more exempt clause
//! [`CLAUSE`] that reads it: nothing else in the rules knows of them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::duty::{Basis, Duty};
use crate::id::{ClauseId, DutyId, FactId, KindId};
use crate::label::Label;
use crate::value::Value;

/// The kind of record that an exemption is.
pub const KIND: &str = "exemption";
/// The exempt clause that reads it.
pub const CLAUSE: &str = "by-hand";

/// The number by which it is known, text.
pub const NUMBER: &str = "number";
/// The duty, a code.
pub const DUTY: &str = "duty";
/// The reason, a code.
pub const REASON: &str = "reason";
/// The official's own words, text.
pub const NOTE: &str = "note";
/// The proof, files.
pub const PROOF: &str = "proof";
/// The proof for a record that is about people: files, a personal fact.
pub const PERSONAL_PROOF: &str = "personal_proof";
/// The first day on which it holds.
pub const FROM: &str = "from_on";
/// The last day on which it holds; none if no end is set.
pub const UNTIL: &str = "until_on";
/// The day on which it was given.
pub const GIVEN_ON: &str = "given_on";
/// The account that gave it, text.
pub const GIVEN_BY: &str = "given_by";
/// The day from which it holds no more, because it was withdrawn.
pub const WITHDRAWN_ON: &str = "withdrawn_on";
/// Why it was withdrawn, text.
pub const WITHDRAWN_WHY: &str = "withdrawn_why";
/// The account that withdrew it, text.
pub const WITHDRAWN_BY: &str = "withdrawn_by";
/// The area of the record, derived.
pub const AREA: &str = "area";

/// What the city folder says of exemptions by hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exemptions {
    /// For what they may be given.
    pub reasons: Vec<Reason>,
    /// The kinds of record that are about people: their proof is read with a reason, like every personal fact.
    pub personal: Vec<KindId>,
}

/// For what a record may be exempted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// `declined`
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// The document that allows it.
    pub basis: Basis,
    /// The duties it is for; all where none is named.
    pub duties: Vec<DutyId>,
}

impl Exemptions {
    /// The reasons for which a record may be exempted from a duty.
    pub fn reasons<'a>(&'a self, duty: &'a str) -> impl Iterator<Item = &'a Reason> {
        let is_for = move |reason: &&Reason| {
            reason.duties.is_empty() || reason.duties.iter().any(|named| named.as_str() == duty)
        };
        self.reasons.iter().filter(is_for)
    }

    /// The fact that names the proof for a record of a kind.
    pub fn proof(&self, kind: &KindId) -> FactId {
        FactId::from(if self.personal.contains(kind) { PERSONAL_PROOF } else { PROOF })
    }

    /// The reason of that name.
    pub fn reason(&self, id: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.id == id)
    }
}

/// The reference from an exemption to a record of a kind: `of_lease`.
pub fn reference(kind: &KindId) -> FactId {
    FactId::from(format!("of_{}", kind.as_str().replace('-', "_")))
}

/// The exempt clause, over the exemptions that point to a record: one for this duty that holds on the day.
pub fn clause(duty: &Duty) -> crate::duty::Clause {
    crate::duty::Clause {
        id: ClauseId::from(CLAUSE),
        label: Label::new("经办人员已登记免尽并附证明", "exempted by hand, with a reason and proof"),
        when: format!(
            "any({DUTY} = '{}' and {FROM} <= today and ({UNTIL} is null or {UNTIL} >= today) \
             and ({WITHDRAWN_ON} is null or {WITHDRAWN_ON} > today))",
            duty.id
        ),
    }
}

/// The days of an exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: NaiveDate,
    /// The last; none if no end is set.
    pub until: Option<NaiveDate>,
}

impl Span {
    /// The days of an exemption with these facts, less those from its withdrawal on. None where none is left, or the
    /// first is not known.
    pub fn of(fact: impl Fn(&str) -> Option<Value>) -> Option<Self> {
        let day = |id| match fact(id) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        };
        let from = day(FROM)?;
        let until = day(UNTIL).into_iter().chain(day(WITHDRAWN_ON).and_then(|day| day.pred_opt())).min();
        let span = Self { from, until };
        until.is_none_or(|until| from <= until).then_some(span)
    }

    /// Whether it holds on a day.
    pub fn holds(&self, on: NaiveDate) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// Whether two have a day in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.until.is_none_or(|until| other.from <= until)
            && other.until.is_none_or(|until| self.from <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(from: &str, until: Option<&str>, withdrawn: Option<&str>) -> Option<Span> {
        Span::of(|fact| {
            let text = match fact {
                FROM => Some(from),
                UNTIL => until,
                WITHDRAWN_ON => withdrawn,
                _ => None,
            };
            text.map(|text| Value::Date(day(text)))
        })
    }

    #[test]
    fn a_withdrawal_ends_it_the_day_before() {
        let whole = span("2020-03-01", None, None).unwrap();
        assert!(whole.holds(day("2020-03-01")) && !whole.holds(day("2020-02-29")));
        let cut = span("2020-03-01", Some("2020-06-30"), Some("2020-04-01")).unwrap();
        assert!(cut.holds(day("2020-03-31")) && !cut.holds(day("2020-04-01")));
        let late = span("2020-03-01", Some("2020-06-30"), Some("2020-09-01")).unwrap();
        assert_eq!(late.until, Some(day("2020-06-30")));
        assert_eq!(span("2020-03-01", None, Some("2020-03-01")), None, "withdrawn before it held");
    }

    #[test]
    fn spans_meet_where_they_share_a_day() {
        let first = span("2020-03-01", Some("2020-03-31"), None).unwrap();
        assert!(first.meets(&span("2020-03-31", None, None).unwrap()));
        assert!(!first.meets(&span("2020-04-01", None, None).unwrap()));
        assert!(span("2020-05-01", None, None).unwrap().meets(&span("2020-06-01", None, None).unwrap()));
    }

    #[test]
    fn a_reason_is_for_the_duties_it_names() {
        let reason = |id: &str, duties: &[&str]| Reason {
            id: id.to_owned(),
            label: Label::new("", ""),
            basis: Basis { doc: String::new(), clause: None, title: None, confidence: None },
            duties: duties.iter().map(|duty| (*duty).into()).collect(),
        };
        let reasons = vec![reason("any", &[]), reason("own", &["resume-work"])];
        let all = Exemptions { reasons, ..Exemptions::default() };
        let ids = |duty| all.reasons(duty).map(|reason| reason.id.clone()).collect::<Vec<_>>();
        assert_eq!(
            (ids("resume-work"), ids("rent-waiver")),
            (vec!["any".into(), "own".into()], vec!["any".into()])
        );
    }
}
