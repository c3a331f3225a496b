//! Areas under the same parameters.

use std::collections::HashMap;

use crate::evaluate::{Held, Index, Setting, differs_by_area, held};
use crate::expr::{KindIndex, ParameterIndex, Path};
use crate::parameter;
use crate::ruleset::RuleSet;

/// Areas under the same parameters on the day.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// An area of each group; the first is where no area has a value of its own.
    pub(super) examples: Vec<Option<String>>,
    pub(super) by_code: HashMap<String, u32>,
    pub(super) path: Option<Path>,
}

impl Groups {
    pub(super) fn new(rules: &RuleSet, setting: &Setting, kind: KindIndex) -> Self {
        let varying: Vec<ParameterIndex> =
            (0..rules.parameters.len()).filter(|index| differs_by_area(rules, setting, *index)).collect();
        let signature = |area: Option<&str>| -> Vec<Option<*const parameter::Dated>> {
            varying
                .iter()
                .map(|index| match held(rules, setting, *index, area) {
                    Held::Dated(dated) => Some(std::ptr::from_ref(dated)),
                    _ => None,
                })
                .collect()
        };
        let mut found = vec![signature(None)];
        let mut groups = Self { examples: vec![None], by_code: HashMap::new(), path: None };
        groups.path = Index::new(rules).areas[kind].clone();
        for area in rules.city.areas.iter() {
            let code = area.code.as_str();
            let own = signature(Some(code));
            let place = found.iter().position(|other| *other == own).unwrap_or_else(|| {
                found.push(own);
                groups.examples.push(Some(code.to_owned()));
                found.len() - 1
            });
            groups.by_code.insert(code.to_owned(), u32::try_from(place).unwrap_or(0));
        }
        groups
    }
}
