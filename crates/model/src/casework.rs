//! How a city works on cases: their kinds, the time for each, who gets what, and the words that answers begin with.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::area::Areas;
use crate::calendar::Calendar;
use crate::case::{Case, Office, State, Waited};
use crate::duty::Basis;
use crate::exemption::Exemptions;
use crate::id::{AreaCode, CaseKindId, DepartmentId, FactId};
use crate::label::Label;
use crate::term::Term;

/// The kind of every case that is the gap of a duty. Its time is the duty's, its office the duty's owner.
pub const GAP: &str = "gap";

/// What the city folder says of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Casework {
    /// The department whose office gets what nobody's kind is, and what another hands back.
    pub unclear: DepartmentId,
    /// The time that a beneficiary has to say whether it is solved; the id of a clock.
    pub silence: String,
    /// Times for an answer.
    pub clocks: Vec<Clock>,
    /// Kinds of case, the gap of a duty not among them.
    pub kinds: Vec<CaseKind>,
    /// Words that answers begin with.
    pub templates: Vec<Template>,
    /// After what wait a case goes up by itself; the first that is for a case decides.
    pub escalations: Vec<Escalation>,
    /// When two problems may be the same one twice.
    pub similar: Similar,
    /// Exempting by hand; nobody may where it is left out.
    pub exemption: Option<Exemptions>,
}

/// When two problems of one kind may be the same one twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Similar {
    /// Raised within so many days of each other.
    pub days: u32,
    /// No further apart than this, where both places are known.
    pub metres: u32,
    /// The fact of a record that says in words where it is.
    pub address: Option<FactId>,
}

impl Default for Similar {
    fn default() -> Self {
        Self { days: 14, metres: 500, address: None }
    }
}

/// After what wait a case goes up by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Escalation {
    /// The kinds of case it is for; all where none is named.
    pub kinds: Vec<CaseKindId>,
    /// Only for cases whose time is that of one of these clocks, where any is named.
    pub clocks: Vec<String>,
    /// How long an office may leave a case without taking it up.
    pub untaken: Option<Term>,
    /// How long a case may go on without an answer after its time was over.
    pub overdue: Option<Term>,
}

/// The time for an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clock {
    /// `urgent`
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// How long.
    pub term: Term,
    /// The document that sets it.
    pub basis: Basis,
}

/// A kind of case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseKind {
    /// `labour`
    pub id: CaseKindId,
    /// What people call it.
    pub label: Label,
    /// Its clock, unless whoever opens a case says another.
    pub clock: String,
    /// The department that gets it; the office for the unclear where none is named.
    pub department: Option<DepartmentId>,
    /// Areas in which another department gets it.
    pub routes: Vec<Route>,
    /// What residents' apps say of it; only for the offices' own use where it is left out.
    pub public: Option<Label>,
}

/// Who gets a kind of case in an area, and in all that lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The area.
    pub area: AreaCode,
    /// The department.
    pub department: DepartmentId,
}

/// Words that an answer begins with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Template {
    /// `sent-on`
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// The words.
    pub text: Label,
    /// The kinds of case it is for; all where none is named.
    pub kinds: Vec<CaseKindId>,
}

impl Casework {
    /// The kind of that name.
    pub fn kind(&self, id: &str) -> Option<&CaseKind> {
        self.kinds.iter().find(|kind| kind.id.as_str() == id)
    }

    /// The clock of that name.
    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }

    /// What people call a kind of case, the gap of a duty included.
    pub fn label(&self, kind: &str) -> Label {
        match self.kind(kind) {
            Some(kind) => kind.label.clone(),
            None if kind == GAP => Label::new("应尽未尽", "gap of a duty"),
            None => Label::new(kind, kind),
        }
    }

    /// Who gets a kind of case in an area: the innermost area with a route of its own decides. A kind that is not
    /// known is unclear.
    pub fn office(&self, kind: &str, area: &AreaCode, areas: &Areas) -> Office {
        let kind = self.kind(kind);
        let own = kind.and_then(|kind| {
            areas.ancestors(area.as_str()).find_map(|area| {
                kind.routes.iter().find(|route| route.area == area.code).map(|route| &route.department)
            })
        });
        let department = own.or_else(|| kind?.department.as_ref()).unwrap_or(&self.unclear);
        Office { department: department.clone(), area: area.clone() }
    }

    /// The office of an area for what is unclear.
    pub fn area_office(&self, area: &AreaCode) -> Office {
        Office { department: self.unclear.clone(), area: area.clone() }
    }

    /// The rules of going up that may be for a kind of case.
    pub fn escalations(&self, kind: &str) -> impl Iterator<Item = &Escalation> {
        self.escalations.iter().filter(move |rule| {
            rule.kinds.is_empty() || rule.kinds.iter().any(|named| named.as_str() == kind)
        })
    }

    /// Whether a case has waited for too long, for what, and how long that may take. One that went up, whose clock
    /// stands still, or that waits for no office has not. A wait for an answer counts from the end of the case's time
    /// or from when its office got it, whichever is later.
    pub fn waited(&self, case: &Case, at: DateTime<Utc>, calendar: &Calendar) -> Option<(Waited, Term)> {
        if !case.state.waits_for_office() || case.paused_at.is_some() || case.escalated {
            return None;
        }
        let has_clock = |id: &String| {
            case.opening.duty.is_none() && self.clock(id).is_some_and(|clock| clock.term == case.opening.term)
        };
        let mut rules = self.escalations(case.opening.kind.as_str());
        let rule = rules.find(|rule| rule.clocks.is_empty() || rule.clocks.iter().any(has_clock))?;
        let is_over = |term: &Term, from| term.ends_at(from, calendar) <= at;
        // The first instant that is too late lies a day after the last day in time: the wait begins with that day.
        let last = case.due_at - Duration::microseconds(1);
        let late_from = last.max(case.since);
        let untaken = rule.untaken.filter(|term| case.state != State::Accepted && is_over(term, case.since));
        let overdue = rule.overdue.filter(|term| case.is_overdue(at) && is_over(term, late_from));
        untaken.map(|term| (Waited::Untaken, term)).or_else(|| overdue.map(|term| (Waited::Overdue, term)))
    }

    /// Where a case goes up to from an office: the area's own, from there the one of the area above; none from the top.
    pub fn up(&self, office: &Office, areas: &Areas) -> Option<Office> {
        let own = self.area_office(&office.area);
        let to = if *office == own { self.above(&office.area, areas) } else { own };
        (to != *office).then_some(to)
    }

    /// Where a second refusal goes: the office for the unclear of the area above; of the city itself, where there is none.
    pub fn above(&self, area: &AreaCode, areas: &Areas) -> Office {
        let parent = areas.get(area.as_str()).and_then(|area| area.parent.as_ref());
        self.area_office(parent.unwrap_or(area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Area;

    fn casework() -> Casework {
        let kind = |id: &str, department: Option<&str>, routes: &[(&str, &str)]| CaseKind {
            id: id.into(),
            label: Label::new(id, id),
            clock: "ordinary".to_owned(),
            department: department.map(DepartmentId::from),
            routes: routes
                .iter()
                .map(|(area, to)| Route { area: (*area).into(), department: (*to).into() })
                .collect(),
            public: None,
        };
        Casework {
            unclear: "front".into(),
            silence: "ordinary".to_owned(),
            clocks: vec![],
            kinds: vec![
                kind("labour", Some("jobs"), &[("1", "jobs-one"), ("11", "jobs-eleven")]),
                kind("other", None, &[]),
            ],
            templates: vec![],
            escalations: vec![
                Escalation {
                    kinds: vec!["labour".into()],
                    untaken: Some(Term::WorkingDays(2)),
                    overdue: Some(Term::Days(3)),
                    ..Escalation::default()
                },
                Escalation { kinds: vec![GAP.into()], overdue: Some(Term::Days(1)), ..Escalation::default() },
            ],
            similar: Similar::default(),
            exemption: None,
        }
    }

    #[test]
    fn waits_that_are_too_long() {
        use crate::case::{Opening, Step};
        // 6 March 2020 was a Friday; eight in the morning in Shanghai.
        let at = |day: i64| "2020-03-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day);
        let midnight = |day: i64| at(day) - Duration::hours(8);
        let paused = || Step::Paused { why: "waits".to_owned() };
        let (no, untaken, overdue) =
            (None, Some((Waited::Untaken, Term::WorkingDays(2))), Some((Waited::Overdue, Term::Days(3))));
        for (kind, steps, when, expected) in [
            // Friday is day zero, the weekend does not count: until the end of Tuesday.
            ("labour", vec![], midnight(5) - Duration::seconds(1), no),
            ("labour", vec![], midnight(5), untaken),
            ("labour", vec![(3, Step::Accepted)], midnight(5), no),
            ("labour", vec![(3, paused())], midnight(9), no),
            ("other", vec![], midnight(99), no),
            // Due with the end of the 12th; Sunday the 15th is put off to Monday.
            ("labour", vec![(3, Step::Accepted)], midnight(11) - Duration::seconds(1), no),
            ("labour", vec![(3, Step::Accepted)], midnight(11), overdue),
            // Late when it came already: from then on.
            (GAP, vec![], midnight(1), no),
            (GAP, vec![], midnight(4), Some((Waited::Overdue, Term::Days(1)))),
        ] {
            let due_at = if kind == GAP { at(-30) } else { midnight(7) };
            let opening = Opening {
                filing: None,
                claims: None,
                kind: kind.into(),
                duty: None,
                about: None,
                bearer: None,
                beneficiary: None,
                office: Office { department: "jobs".into(), area: "11".into() },
                words: None,
                place: None,
                term: Term::Days(6),
                due_at,
            };
            let opened = Step::Opened(Box::new(opening));
            let mut case = Case::open(&opened, at(0)).unwrap();
            for (day, step) in &steps {
                case.take(step, at(*day)).unwrap();
            }
            let calendar = Calendar::new([2020], [], []);
            assert_eq!(casework().waited(&case, when, &calendar), expected, "{kind} {steps:?} {when}");
        }
    }

    #[test]
    fn up_to_the_area_and_then_above() {
        let up = |department: &str, area: &str| {
            let office = Office { department: department.into(), area: area.into() };
            casework().up(&office, &areas()).map(|to| format!("{} {}", to.department, to.area))
        };
        assert_eq!(up("jobs", "11").as_deref(), Some("front 11"));
        assert_eq!(up("front", "11").as_deref(), Some("front 1"));
        assert_eq!(up("jobs", "0").as_deref(), Some("front 0"));
        assert_eq!(up("front", "0"), None);
    }

    fn areas() -> Areas {
        let area = |code: &str, parent: Option<&str>| Area {
            code: code.into(),
            name: Label::new(code, code),
            parent: parent.map(AreaCode::from),
            also: vec![],
            population: None,
        };
        Areas::new(vec![area("0", None), area("1", Some("0")), area("11", Some("1")), area("2", Some("0"))])
            .unwrap()
    }

    #[test]
    fn the_innermost_route_decides() {
        for (kind, area, department) in [
            ("labour", "2", "jobs"),
            ("labour", "1", "jobs-one"),
            ("labour", "11", "jobs-eleven"),
            ("other", "11", "front"),
            ("nobody knows", "2", "front"),
        ] {
            let office = casework().office(kind, &area.into(), &areas());
            assert_eq!((office.department.as_str(), office.area.as_str()), (department, area), "{kind}");
        }
    }

    #[test]
    fn a_second_refusal_goes_up() {
        let above = |area: &str| casework().above(&area.into(), &areas()).area.to_string();
        assert_eq!((above("11"), above("1"), above("0")), ("1".to_owned(), "0".to_owned(), "0".to_owned()));
    }
}
