//! How a city works on cases: their kinds, the time for each, who gets what, and the words that answers begin with.

use serde::Serialize;

use crate::area::Areas;
use crate::case::Office;
use crate::duty::Basis;
use crate::id::{AreaCode, CaseKindId, DepartmentId};
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
        }
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
