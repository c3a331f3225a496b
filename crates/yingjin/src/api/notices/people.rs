//! Which accounts a case or a filing concerns.

use std::collections::{BTreeMap, BTreeSet};

use model::Case;
use model::case::{Office, RecordRef};
use model::notice::Receiver;
use rules::ruleset::RuleSet;
use store::{Account, Role, Store, StoreError};

use crate::api::right::{ActOnCases, Right};
use crate::api::scope::Scope;

/// Everybody who may sign in. Officers are few and held; firms are many and looked up.
pub struct People<'a> {
    rules: &'a RuleSet,
    store: &'a Store,
    officers: Vec<Account>,
    /// Looked up before.
    offices: BTreeMap<Office, Vec<Account>>,
}

impl<'a> People<'a> {
    pub fn new(rules: &'a RuleSet, store: &'a Store) -> Result<Self, StoreError> {
        let officers = store.officers()?.into_iter().filter(|account| !account.closed).collect();
        Ok(Self { rules, store, officers, offices: BTreeMap::new() })
    }

    /// Who is told of a case, by its steps' accounts: the first of them raised it.
    pub fn of_case(
        &mut self,
        to: &[Receiver],
        case: &Case,
        raiser: &str,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut found: BTreeMap<String, Account> = BTreeMap::new();
        let mut add = |accounts: Vec<Account>| {
            found.extend(accounts.into_iter().map(|account| (account.name.clone(), account)));
        };
        for receiver in to {
            match receiver {
                Receiver::Holder => match self.known(case.officer.as_deref())? {
                    Some(officer) => add(vec![officer]),
                    None => add(self.office(&case.office)),
                },
                Receiver::Office => add(self.office(&case.office)),
                Receiver::Helping => case.helping.iter().for_each(|office| add(self.office(office))),
                Receiver::Raiser => add(self.known(Some(raiser))?.into_iter().collect()),
                Receiver::Beneficiary => add(self.standing_for(case.opening.beneficiary.as_ref())?),
                Receiver::Bearer => add(self.standing_for(case.opening.bearer.as_ref())?),
                Receiver::Filer | Receiver::Inspector => {}
            }
        }
        // Whoever is told may see what they are told of.
        let sees = |account: &Account| Scope::of(account, self.rules).sees_case(case);
        Ok(found.into_values().filter(sees).map(|account| account.name).collect())
    }

    /// The accounts that stand for a record: a firm's own.
    pub fn standing_for(&self, record: Option<&RecordRef>) -> Result<Vec<Account>, StoreError> {
        let Some(record) = record else { return Ok(vec![]) };
        let mut accounts = self.store.accounts_of(record.kind.as_str(), record.id.as_str())?;
        accounts.retain(|account| !account.closed);
        Ok(accounts)
    }

    /// The account of that name, if it may sign in.
    pub fn known(&self, name: Option<&str>) -> Result<Option<Account>, StoreError> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
        match self.officers.iter().find(|account| account.name == name) {
            Some(officer) => Ok(Some(officer.clone())),
            None => Ok(self.store.account(name)?.filter(|account| !account.closed)),
        }
    }

    /// Whoever is nearest to an office: of its own area before the areas around it, of its department before those of
    /// every department. Where nobody is, whoever keeps the accounts: no case is without somebody.
    fn office(&mut self, office: &Office) -> Vec<Account> {
        if let Some(known) = self.offices.get(office) {
            return known.clone();
        }
        let acts = |account: &&Account| {
            ActOnCases::ROLES.contains(&account.role) && Scope::of(account, self.rules).sees_office(office)
        };
        let (keepers, near): (Vec<&Account>, Vec<&Account>) =
            self.officers.iter().filter(acts).partition(|account| account.role == Role::Administrator);
        let nearness = |account: &Account| (self.depth(account), account.department.is_some());
        let nearest = near.iter().map(|account| nearness(account)).max();
        let nearest: Vec<&Account> =
            near.into_iter().filter(|account| Some(nearness(account)) == nearest).collect();
        let of = if nearest.is_empty() { keepers } else { nearest };
        let of: Vec<Account> = of.into_iter().cloned().collect();
        self.offices.insert(office.clone(), of.clone());
        of
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
