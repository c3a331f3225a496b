//! What the register must know of the kinds: by which facts records are found, and by which they point elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use model::value::{FactType, TextFormat};
use model::{FactId, Kind, KindId};
use sha2::{Digest, Sha256};

/// The facts that the register keeps indexes of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    kinds: BTreeMap<KindId, Indexed>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Indexed {
    identifiers: BTreeSet<FactId>,
    links: BTreeSet<FactId>,
    files: BTreeSet<FactId>,
}

impl Schema {
    /// Found by: keys, other keys, names, and texts that are unified social credit codes. Pointing: references, and areas that
    /// a kind describes. Derived facts are never stored, so never indexed. Files that facts name are kept.
    pub fn of(kinds: &[Kind]) -> Self {
        let mut schema = Self::default();
        for kind in kinds {
            let indexed = schema.kinds.entry(kind.id.clone()).or_default();
            indexed.identifiers.extend(kind.key.iter().chain(&kind.also_key).chain(&kind.name).cloned());
            for fact in kind.facts.iter().filter(|fact| fact.derived.is_none()) {
                if matches!(fact.fact_type, FactType::Text { format: Some(TextFormat::Uscc) }) {
                    indexed.identifiers.insert(fact.id.clone());
                }
                if matches!(fact.fact_type, FactType::Text { format: Some(TextFormat::Files) }) {
                    indexed.files.insert(fact.id.clone());
                }
                if fact.fact_type.target().is_some() {
                    indexed.links.insert(fact.id.clone());
                }
            }
        }
        schema
    }

    /// Also finds records of `kind` by `fact`.
    pub fn found_by(mut self, kind: impl Into<KindId>, fact: impl Into<FactId>) -> Self {
        self.kinds.entry(kind.into()).or_default().identifiers.insert(fact.into());
        self
    }

    pub(crate) fn identifiers(&self, kind: &str) -> impl Iterator<Item = &FactId> {
        self.kinds.get(kind).into_iter().flat_map(|indexed| &indexed.identifiers)
    }

    pub(crate) fn links(&self, kind: &str) -> impl Iterator<Item = &FactId> {
        self.kinds.get(kind).into_iter().flat_map(|indexed| &indexed.links)
    }

    /// The facts that name files.
    pub(crate) fn files(&self, kind: &str) -> impl Iterator<Item = &FactId> {
        self.kinds.get(kind).into_iter().flat_map(|indexed| &indexed.files)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &KindId> {
        self.kinds.keys()
    }

    /// Tells one schema from another: the indexes are made anew when it differs from the one they were made by.
    pub(crate) fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (kind, indexed) in &self.kinds {
            hasher.update(format!("{kind} {:?} {:?}\n", indexed.identifiers, indexed.links));
        }
        model::event::Hash(hasher.finalize().into()).to_string()
    }
}

/// The most characters of a text that identify: an index cannot take texts of any length.
const IDENTIFYING: usize = 256;

/// The form in which keys and names are compared: half-width, without white space, brackets as `()`, lower case, the
/// first 256 characters.
///
/// ```
/// assert_eq!(store::normalise("许昌　ＡＢＣ（集团） 公司"), "许昌abc(集团)公司");
/// ```
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for character in text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(IDENTIFYING) {
        let narrow = match character {
            '【' | '〔' | '［' | '[' => '(',
            '】' | '〕' | '］' | ']' => ')',
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
            other => other,
        };
        normal.extend(narrow.to_lowercase());
    }
    normal
}

/// The text by which a stored value is found; none for what identifies nothing.
pub(crate) fn identifying(value: &serde_json::Value) -> Option<String> {
    let text = match value {
        serde_json::Value::String(text) => normalise(text),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        for text in
            ["河南（许昌）ABC公司", " 河南(许昌) abc公司", "河南【许昌】ＡＢＣ公司", "河南〔许昌〕Abc　公司"]
        {
            assert_eq!(normalise(text), "河南(许昌)abc公司");
        }
    }

    #[test]
    fn no_text_is_too_long_or_unfit_for_an_index() {
        assert_eq!(normalise(&"许\0".repeat(9000)), "许".repeat(IDENTIFYING));
    }

    #[test]
    fn schema_differs_when_an_index_does() {
        let schema = Schema::default().found_by("firm", "old_code");
        assert_ne!(schema.digest(), Schema::default().digest());
        assert_eq!(schema.identifiers("firm").count(), 1);
        assert_eq!(schema.identifiers("lease").count(), 0);
    }
}
