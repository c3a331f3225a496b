//! Areas of a city, each within its parent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::AreaCode;
use crate::label::Label;

/// An administrative area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its code, by GB/T 2260 where it has one.
    pub code: AreaCode,
    /// Its name.
    pub name: Label,
    /// The area it lies in; none for the city itself.
    #[serde(default)]
    pub parent: Option<AreaCode>,
    /// Other codes and names under which registers know it (a county that became a district).
    #[serde(default)]
    pub also: Vec<String>,
    /// People who live there.
    #[serde(default)]
    pub population: Option<u64>,
}

/// The areas of a city. Contract: codes are distinct, parents exist, no area lies within itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Areas(Vec<Area>);

/// Why a list of areas is not a city.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaError {
    /// Two areas with one code.
    #[error("area {0} is listed twice")]
    Twice(AreaCode),
    /// A parent that is not listed.
    #[error("area {0} lies in {1}, which is not listed")]
    NoParent(AreaCode, AreaCode),
    /// An area within itself.
    #[error("area {0} lies within itself")]
    Cycle(AreaCode),
}

impl Areas {
    /// Checks and keeps a list of areas.
    pub fn new(areas: Vec<Area>) -> Result<Self, AreaError> {
        let mut parents = BTreeMap::new();
        for area in &areas {
            if parents.insert(area.code.clone(), area.parent.clone()).is_some() {
                return Err(AreaError::Twice(area.code.clone()));
            }
        }
        for area in &areas {
            let mut at = &area.code;
            for _ in 0..=areas.len() {
                match parents.get(at) {
                    None => return Err(AreaError::NoParent(area.code.clone(), at.clone())),
                    Some(None) => break,
                    Some(Some(parent)) if *parent == area.code => {
                        return Err(AreaError::Cycle(area.code.clone()));
                    }
                    Some(Some(parent)) => at = parent,
                }
            }
        }
        Ok(Self(areas))
    }

    /// All areas, in the order of the city's file.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.0.iter()
    }

    /// The area of that code.
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.0.iter().find(|area| area.code.as_str() == code)
    }

    /// The area a register means by a code or a name, in any of its forms.
    pub fn find(&self, text: &str) -> Option<&Area> {
        self.0.iter().find(|area| {
            area.code.as_str() == text
                || area.name.zh == text
                || area.name.en.eq_ignore_ascii_case(text)
                || area.also.iter().any(|other| other == text)
        })
    }

    /// The area itself, then what it lies in, up to the city. Empty for an unknown code.
    pub fn ancestors<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Area> + use<'a> {
        std::iter::successors(self.get(code), |area| self.get(area.parent.as_ref()?.as_str()))
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn within(&self, inner: &str, outer: &str) -> bool {
        self.ancestors(inner).any(|area| area.code.as_str() == outer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: &str, parent: Option<&str>) -> Area {
        Area {
            code: code.into(),
            name: Label::new(code, code),
            parent: parent.map(AreaCode::from),
            also: vec![],
            population: None,
        }
    }

    #[test]
    fn finds_what_lies_where() {
        let areas =
            Areas::new(vec![area("1", None), area("11", Some("1")), area("111", Some("11"))]).unwrap();
        assert!(areas.within("111", "1"));
        assert!(!areas.within("1", "111"));
        assert!(!areas.within("9", "1"));
        assert_eq!(areas.ancestors("111").map(|a| a.code.as_str()).collect::<Vec<_>>(), ["111", "11", "1"]);
    }

    #[test]
    fn refuses_what_is_no_city() {
        assert_eq!(Areas::new(vec![area("1", None), area("1", None)]), Err(AreaError::Twice("1".into())));
        assert_eq!(Areas::new(vec![area("1", Some("2"))]), Err(AreaError::NoParent("1".into(), "2".into())));
        assert_eq!(
            Areas::new(vec![area("1", Some("2")), area("2", Some("1"))]),
            Err(AreaError::Cycle("1".into()))
        );
    }
}
