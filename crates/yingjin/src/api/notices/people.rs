//! Which accounts a case or a filing concerns.

use std::collections::{BTreeMap, BTreeSet};

use model::Case;
use model::case::{Office, RecordRef};
use model::notice::Receiver;
use rules::ruleset::RuleSet;
use store::{Account, Role};

use crate::api::right::{ActOnCases, Right};
use crate::api::scope::Scope;

/// Everybody who may sign in.
pub struct People<'a> {
    rules: &'a RuleSet,
    accounts: Vec<Account>,
    /// Looked up before.
    offices: BTreeMap<Office, Vec<String>>,
}

impl<'a> People<'a> {
    pub fn new(rules: &'a RuleSet, accounts: Vec<Account>) -> Self {
        let accounts = accounts.into_iter().filter(|account| !account.closed).collect();
        Self { rules, accounts, offices: BTreeMap::new() }
    }

    /// Who is told of a case, by its steps' accounts: the first of them raised it.
    pub fn of_case(&mut self, to: &[Receiver], case: &Case, raiser: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for receiver in to {
            match receiver {
                Receiver::Holder => match self.known(case.officer.as_deref()) {
                    Some(officer) => drop(found.insert(officer)),
                    None => found.extend(self.office(&case.office)),
                },
                Receiver::Office => found.extend(self.office(&case.office)),
                Receiver::Helping => {
                    for office in &case.helping {
                        found.extend(self.office(office));
                    }
                }
                Receiver::Raiser => found.extend(self.known(Some(raiser))),
                Receiver::Beneficiary => found.extend(self.standing_for(case.opening.beneficiary.as_ref())),
                Receiver::Bearer => found.extend(self.standing_for(case.opening.bearer.as_ref())),
                Receiver::Filer | Receiver::Inspector => {}
            }
        }
        // Whoever is told may see what they are told of.
        found.retain(|name| {
            let account = self.accounts.iter().find(|account| account.name == *name);
            account.is_some_and(|account| Scope::of(account, self.rules).sees_case(case))
        });
        found
    }

    /// The accounts that stand for a record: a firm's own.
    pub fn standing_for(&self, record: Option<&RecordRef>) -> Vec<String> {
        let Some(record) = record else { return vec![] };
        let own = |account: &&Account| {
            account.record.as_ref().is_some_and(|(kind, id)| *kind == record.kind && *id == record.id)
        };
        self.accounts.iter().filter(own).map(|account| account.name.clone()).collect()
    }

    /// The account of that name, if it may sign in.
    pub fn known(&self, name: Option<&str>) -> Option<String> {
        let found = self.accounts.iter().find(|account| Some(account.name.as_str()) == name);
        found.map(|account| account.name.clone())
    }

    /// Whoever is nearest to an office: of its own area before the areas around it, of its department before those of
    /// every department. Where nobody is, whoever keeps the accounts: no case is without somebody.
    fn office(&mut self, office: &Office) -> Vec<String> {
        if let Some(known) = self.offices.get(office) {
            return known.clone();
        }
        let acts = |account: &&Account| {
            ActOnCases::ROLES.contains(&account.role) && Scope::of(account, self.rules).sees_office(office)
        };
        let (keepers, near): (Vec<&Account>, Vec<&Account>) =
            self.accounts.iter().filter(acts).partition(|account| account.role == Role::Administrator);
        let nearness = |account: &Account| (self.depth(account), account.department.is_some());
        let nearest = near.iter().map(|account| nearness(account)).max();
        let nearest: Vec<&Account> =
            near.into_iter().filter(|account| Some(nearness(account)) == nearest).collect();
        let of = if nearest.is_empty() { keepers } else { nearest };
        let names: Vec<String> = of.into_iter().map(|account| account.name.clone()).collect();
        self.offices.insert(office.clone(), names.clone());
        names
    }

    /// How many areas an account's own lies in, itself included; 0 for one of the whole city.
    fn depth(&self, account: &Account) -> usize {
        let areas = &self.rules.city.areas;
        let mut at = account.area.as_ref().and_then(|area| areas.get(area.as_str()));
        let mut depth = 0;
        while let Some(area) = at {
            depth += 1;
            at = area.parent.as_ref().and_then(|parent| areas.get(parent.as_str()));
        }
        depth
    }
}
