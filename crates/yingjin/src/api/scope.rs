//! What an account may see: areas, duties, kinds, records. One place, asked by every handler.

use std::collections::BTreeMap;

use model::case::{Case, Office};
use model::exemption;
use model::record::read_facts;
use model::{AreaCode, Change, DepartmentId, Duty, FactId, FactType, Value};
use rules::ruleset::RuleSet;
use store::{Account, Role, Store, StoreError};

use super::problem::{Kind, Problem};
use crate::pipeline::Snapshot;
use crate::whereabouts;

/// The limits of an account in a city.
pub struct Scope<'a> {
    rules: &'a RuleSet,
    account: &'a Account,
}

impl<'a> Scope<'a> {
    /// The limits of `account`.
    pub fn of(account: &'a Account, rules: &'a RuleSet) -> Self {
        Self { rules, account }
    }

    /// The area to look at: the one asked for, else the account's own. Errors: an area that is none of the city's,
    /// or not the account's to see.
    pub fn area(&self, asked: Option<&str>) -> Result<Option<String>, Problem> {
        let own = self.account.area.as_ref().map(|area| area.as_str());
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(own.map(str::to_owned)) };
        if self.rules.city.areas.get(asked).is_none() {
            return Err(Problem::field(
                "area",
                format!("本市没有代码为 {asked} 的区域。"),
                format!("The city has no area {asked}."),
            ));
        }
        if own.is_some_and(|own| !self.rules.city.areas.within(asked, own)) {
            return Err(Problem::new(
                Kind::Forbidden,
                "您的账号只能查看所在区域的数据。",
                "Your account is limited to its own area.",
            ));
        }
        Ok(Some(asked.to_owned()))
    }

    /// Whether records of an area may be seen. Records whose area is not known belong to the whole city.
    pub fn sees_area(&self, area: Option<&str>) -> bool {
        match &self.account.area {
            None => true,
            Some(own) => area.is_some_and(|area| self.rules.city.areas.within(area, own.as_str())),
        }
    }

    /// The department the account is limited to: a bureau's own.
    fn department(&self) -> Option<&DepartmentId> {
        self.account.department.as_ref().filter(|_| self.account.role == Role::Bureau)
    }

    /// Whether a duty may be seen.
    pub fn sees_duty(&self, duty: &Duty) -> bool {
        self.department().is_none_or(|own| *own == duty.owner)
    }

    /// Whether records of a kind may be seen: for a department, the kinds its duties are about, their evidence,
    /// and what those refer to.
    pub fn sees_kind(&self, kind: &str) -> bool {
        self.department().is_none() || self.kinds_of_duties().contains(&kind)
    }

    /// Whether a record with these facts would lie where the account may see it: asked before it is written.
    pub fn sees_told(
        &self,
        store: &Store,
        (kind, facts): (&model::Kind, &BTreeMap<FactId, Value>),
    ) -> Result<bool, StoreError> {
        if self.account.area.is_none() {
            return Ok(true);
        }
        let kinds = &self.rules.kinds;
        let area = whereabouts::area_of(kinds, (kind, facts), |kind, id| {
            let record = store.record(kind.as_str(), id.as_str())?;
            let declared = self.rules.kind(kind.as_str());
            Ok::<_, StoreError>(
                record.zip(declared).map(|(record, (_, declared))| read_facts(declared, &record.facts)),
            )
        })?;
        Ok(self.sees_area(area.as_deref()))
    }

    /// Refuses a change after which a record of theirs would lie where the account sees nothing: handing it over is
    /// for those who see both places.
    pub fn keeps(&self, store: &Store, change: &Change) -> Result<(), Problem> {
        let Some((_, kind)) = self.rules.kind(change.kind.as_str()) else { return Ok(()) };
        let stored = store.record(kind.id.as_str(), change.id.as_str())?;
        let mut facts = stored.map(|stored| read_facts(kind, &stored.facts)).unwrap_or_default();
        for (fact, value) in &change.facts {
            match value {
                Some(value) => drop(facts.insert(fact.clone(), value.clone())),
                None => drop(facts.remove(fact)),
            }
        }
        if self.sees_told(store, (kind, &facts))? {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Forbidden,
            "这样一改，记录就不在您账号所在的区域了。请核对区域或所指的记录；要移交别处的，请市级部门来改。",
            "With this the record would lie outside the area of your account. Check its area or the record it refers \
             to; to hand it over, ask a city bureau.",
        ))
    }

    /// Whether an import and the rows it could not take may be seen. Who is limited to an area sees what they sent
    /// themselves: another's sheet may tell of records elsewhere.
    pub fn sees_import(&self, kind: &str, actor: &str) -> bool {
        self.sees_kind(kind) && (self.account.area.is_none() || self.account.name == actor)
    }

    fn kinds_of_duties(&self) -> Vec<&str> {
        let own = self.rules.duties.iter().filter(|duty| self.sees_duty(&duty.duty));
        let mut kinds: Vec<&str> = own
            .flat_map(|duty| [Some(&duty.duty.kind), duty.duty.done.from.as_ref()])
            .flatten()
            .map(|kind| kind.as_str())
            .collect();
        let mut at = 0;
        while at < kinds.len() {
            let facts = self.rules.kind(kinds[at]).map(|(_, kind)| kind.facts.as_slice()).unwrap_or_default();
            for fact in facts {
                let to = match &fact.fact_type {
                    FactType::Ref { to } | FactType::Area { to: Some(to) } => to.as_str(),
                    _ => continue,
                };
                if !kinds.contains(&to) {
                    kinds.push(to);
                }
            }
            at += 1;
        }
        kinds
    }

    /// The department to whose cases the account is limited.
    pub fn office_department(&self) -> Option<&DepartmentId> {
        self.department()
    }

    /// Whether cases of an office may be seen.
    pub fn sees_office(&self, office: &Office) -> bool {
        !self.own_only()
            && self.sees_area(Some(office.area.as_str()))
            && self.department().is_none_or(|own| *own == office.department)
    }

    /// Whether the account may see cases of some office in one of these areas (any for none), of a department (any for
    /// none).
    pub fn reaches(&self, areas: &[AreaCode], department: Option<&DepartmentId>) -> bool {
        let in_areas = areas.is_empty() || areas.iter().any(|area| self.sees_area(Some(area.as_str())));
        let of_department = self.department().zip(department).is_none_or(|(own, asked)| own == asked);
        !self.own_only() && in_areas && of_department
    }

    /// Whether a case may be seen: by the office that has it, those that help, the one that it began with; by a firm
    /// that it concerns.
    pub fn sees_case(&self, case: &Case) -> bool {
        let opening = &case.opening;
        if self.own_only() {
            let parties = [&opening.about, &opening.bearer, &opening.beneficiary];
            return parties
                .into_iter()
                .flatten()
                .any(|party| self.is_own(party.kind.as_str(), party.id.as_str()));
        }
        let offices = [&case.office, &opening.office].into_iter().chain(&case.helping);
        offices.into_iter().any(|office| self.sees_office(office))
    }

    /// Whether the account may do what the office of a case may do.
    pub fn acts_on(&self, case: &Case) -> bool {
        self.sees_office(&case.office)
    }

    /// Whether the account may see one record only, its own.
    pub fn own_only(&self) -> bool {
        self.account.role == Role::Firm
    }

    /// The id of the record that the account stands for, if it is of a kind.
    pub fn own_of(&self, kind: &str) -> Option<String> {
        let own = self.account.record.as_ref().filter(|(own, _)| own.as_str() == kind);
        own.map(|(_, id)| id.to_string())
    }

    /// Whether a record is the one that the account stands for.
    pub fn is_own(&self, kind: &str, id: &str) -> bool {
        let own = self.account.record.as_ref();
        own.is_some_and(|(own_kind, own_id)| own_kind.as_str() == kind && own_id.as_str() == id)
    }

    /// Whether one record may be seen.
    pub fn sees_record(&self, snapshot: &Snapshot, kind: usize, row: usize) -> bool {
        let (declared, id) = (&self.rules.kinds[kind], &snapshot.tables.table(kind).ids()[row]);
        if declared.id.as_str() == exemption::KIND {
            return self.sees_exemption(snapshot, (kind, row));
        }
        if self.own_only() {
            return self.is_own(declared.id.as_str(), id.as_str());
        }
        self.sees_kind(declared.id.as_str()) && self.sees_area(snapshot.pass.area(kind, row))
            || self.is_paired(snapshot, (kind, row))
    }

    /// Whether an exemption by hand may be seen: by who sees the duty and the record that it is about.
    fn sees_exemption(&self, snapshot: &Snapshot, (kind, row): (usize, usize)) -> bool {
        let facts = &self.rules.kinds[kind].facts;
        let duty = facts.iter().position(|fact| fact.id.as_str() == exemption::DUTY);
        let Some(Value::Text(duty)) = duty.and_then(|fact| snapshot.tables.table(kind).value(row, fact))
        else {
            return false;
        };
        let duty = self.rules.duties.iter().rfind(|version| version.duty.id.as_str() == duty);
        let Some(duty) = duty.filter(|version| self.sees_duty(&version.duty)) else { return false };
        let reference = exemption::reference(&duty.duty.kind);
        let by = facts.iter().position(|fact| fact.id == reference);
        let about = by.and_then(|by| snapshot.tables.follow(kind, by, row));
        about.is_some_and(|about| self.sees_record(snapshot, duty.kind, about))
    }

    /// Whether a record is a pairing of this account, or whom it is paired with: an official sees those they visit,
    /// wherever they lie.
    fn is_paired(&self, snapshot: &Snapshot, (kind, row): (usize, usize)) -> bool {
        let Some(pairings) = &self.rules.pairings else { return false };
        let Some((at, declared)) = self.rules.kind(pairings.kind.as_str()) else { return false };
        let place = |id: &FactId| declared.facts.iter().position(|fact| fact.id == *id);
        let Some((with, account)) = place(&pairings.with).zip(place(&pairings.account)) else { return false };
        let is_mine = |row: usize| match snapshot.tables.table(at).value(row, account) {
            Some(Value::Text(name)) => name == self.account.name,
            _ => false,
        };
        if kind == at {
            return is_mine(row);
        }
        let target = declared.facts[with].fact_type.target().and_then(|to| self.rules.kind(to.as_str()));
        target.is_some_and(|(to, _)| to == kind) && snapshot.tables.members(at, with, row).any(is_mine)
    }

    /// Finds a record that may be seen, by its place. Errors: 404 alike for one that is not there and for one that
    /// is not this reader's to see.
    pub fn find(&self, snapshot: &Snapshot, kind: &str, id: &str) -> Result<(usize, usize), Problem> {
        let found = self.rules.kind(kind).and_then(|(place, _)| Some((place, snapshot.row(place, id)?)));
        match found {
            Some((kind, row)) if self.sees_record(snapshot, kind, row) => Ok((kind, row)),
            _ => Err(Problem::not_found(&format!("{kind} {id}"))),
        }
    }
}
