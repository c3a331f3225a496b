//! Which record of the register a row is about, or a reference means.
//!
//! In this order, and the first that answers wins:
//! 1. the key: the code, now or ever before (the register keeps every text a record was known by);
//! 2. the key among records' other keys, and the row's other keys (`also_key` of the kind): a former code, an old
//!    registration number, a former name;
//! 3. the code with the other codes of its area (a county that became a district), its check character made anew;
//! 4. the name, where names are registered (the key is a unified social credit code) or for a reference.
//!
//! A code that passes its check says more than a name: a row with such a code and the name of a record that has
//! another is a record of its own, with a remark, unless both codes have the same organization part. A row whose code
//! fails its check is matched by name or put aside; its code is never stored. A row without a code whose name is only
//! like another is put aside.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::value::TextFormat;
use model::{Areas, Fact, FactId, FactType, Kind, KindId, RecordId, uscc};
use sha2::{Digest, Sha256};
use store::{Import, Store, StoreError, StoredRecord, normalise};

use super::reason::Reason;

/// What a row or a reference gives to know a record by: texts by the fact they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clues {
    /// Values of the kind's key, other keys and name.
    pub texts: BTreeMap<FactId, String>,
    /// A code that failed its check.
    pub bad_code: Option<(String, uscc::UsccError)>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// One record; why, where it is not by its key.
    One(RecordId, Option<Reason>),
    /// None, so it is a new one; a remark, if one is due.
    None(Option<Reason>),
    /// Nobody can tell: why, and which records it may be.
    Unsure(Reason, Vec<RecordId>),
}

/// Digits of an old registration number of a firm.
pub const OLD_NUMBER_DIGITS: usize = 15;

/// Whether a text is an old registration number.
pub fn is_old_number(text: &str) -> bool {
    let text = normalise(text);
    text.len() == OLD_NUMBER_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The one text fact that is a kind's key, if its key is one.
pub fn single_key(kind: &Kind) -> Option<&Fact> {
    match kind.key.as_slice() {
        [one] => kind.fact(one.as_str()).filter(|fact| matches!(fact.fact_type, FactType::Text { .. })),
        _ => None,
    }
}

/// Whether names tell records of a kind apart: those that a registry keeps do, those of people do not.
pub fn has_registered_names(kind: &Kind) -> bool {
    let key = single_key(kind)
        .is_some_and(|fact| matches!(fact.fact_type, FactType::Text { format: Some(TextFormat::Uscc) }));
    let name = kind.name.as_ref().and_then(|name| kind.fact(name.as_str()));
    key && name.is_some_and(|name| !name.personal && name.derived.is_none())
}

/// The facts by which a record may be known when its key is not told.
pub fn other_keys(kind: &Kind) -> impl Iterator<Item = &Fact> {
    let name = kind.name.as_ref().filter(|_| has_registered_names(kind));
    kind.also_key.iter().chain(name).filter_map(|fact| kind.fact(fact.as_str()))
}

/// The id of a record that is known by its name only. The same name gives the same id.
pub fn id_of_name(kind: &Kind, name: &str) -> RecordId {
    let digest = Sha256::digest(format!("{}\n{}", kind.id, normalise(name)));
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    RecordId::from(format!("name-{hex}"))
}

/// Finds records within an import.
pub struct Finder<'a> {
    store: &'a Store,
    areas: &'a Areas,
    /// Names of records by what is told in them, for kinds where that was asked for.
    similar: HashMap<String, NameIndex>,
    /// Other keys of a kind that no record has, so that there is nothing to find by them. Learnt once it pays.
    unused: HashMap<KindId, BTreeSet<FactId>>,
    /// How often records of a kind were looked for.
    asked: HashMap<KindId, u64>,
    /// Other keys that this import has written.
    written: BTreeSet<(KindId, FactId)>,
}

/// Records looked for before it pays to read all of the kind for which other keys they have at all.
const ASKED_BEFORE_LEARNING: u64 = 2_000;

impl<'a> Finder<'a> {
    /// A finder that has looked for nothing yet.
    pub fn new(store: &'a Store, areas: &'a Areas) -> Self {
        Self {
            store,
            areas,
            similar: HashMap::new(),
            unused: HashMap::new(),
            asked: HashMap::new(),
            written: BTreeSet::new(),
        }
    }

    /// The record that a row of `kind` is about.
    pub fn record(&mut self, import: &mut Import, kind: &Kind, clues: &Clues) -> Result<Found, StoreError> {
        if let Some(found) = self.by_keys(import, kind, clues)? {
            return Ok(found);
        }
        let Some(name) = name_of(kind, clues).filter(|_| has_registered_names(kind)) else {
            return Ok(Found::None(None));
        };
        let named = self.named(import, kind, &name)?;
        let code = single_key(kind).and_then(|key| clues.texts.get(&key.id));
        // An old number is no wrong code: the firm is known by its name.
        let wrong = clues.bad_code.as_ref().filter(|(text, _)| !is_old_number(text));
        let found = match (named.as_slice(), code) {
            ([], Some(_)) => Found::None(None),
            ([], None) => {
                let alike = self.alike(import, kind, &name)?;
                match (alike.is_empty(), wrong) {
                    (true, None) => Found::None(None),
                    (_, Some((text, why))) => {
                        Found::Unsure(Reason::UncheckedCode(text.clone(), why.clone()), ids(&alike))
                    }
                    (false, None) => {
                        let names = alike.iter().map(|(_, name)| name.clone()).collect();
                        Found::Unsure(Reason::Similar(names), ids(&alike))
                    }
                }
            }
            ([one], None) => Found::One(one.id.clone(), Some(Reason::ByName(one.id.to_string()))),
            ([one], Some(code)) => self.same_name(kind, one, code),
            (several, None) => {
                let ids: Vec<RecordId> = several.iter().map(|record| record.id.clone()).collect();
                Found::Unsure(Reason::Several(texts(&ids)), ids)
            }
            (several, Some(code)) => {
                let mut first = Found::None(None);
                for record in several {
                    match self.same_name(kind, record, code) {
                        Found::None(remark) => first = Found::None(remark),
                        found => return Ok(found),
                    }
                }
                first
            }
        };
        Ok(found)
    }

    /// The record that a reference means.
    pub fn reference(
        &mut self,
        import: &mut Import,
        kind: &Kind,
        clues: &Clues,
    ) -> Result<Found, StoreError> {
        if let Some(found) = self.by_keys(import, kind, clues)? {
            return Ok(found);
        }
        let has_code = single_key(kind).is_some_and(|key| clues.texts.contains_key(&key.id));
        let Some(name) = name_of(kind, clues) else { return Ok(Found::None(None)) };
        let named = self.named(import, kind, &name)?;
        // A checked code that nobody has is another's, even if the name is somebody's.
        Ok(match (named.as_slice(), has_code) {
            ([one], false) => Found::One(one.id.clone(), Some(Reason::ByName(one.id.to_string()))),
            ([one], true) => {
                let code = single_key(kind).and_then(|key| clues.texts.get(&key.id));
                match code.map(|code| self.same_name(kind, one, code)) {
                    // A reference gives nobody a code.
                    Some(Found::One(id, Some(Reason::CodeAttached(text)))) => {
                        Found::One(id, Some(Reason::ByName(text)))
                    }
                    Some(found @ Found::One(..)) => found,
                    _ => Found::Unsure(Reason::NameHasOtherCode(one.id.to_string()), vec![one.id.clone()]),
                }
            }
            ([], _) if has_registered_names(kind) => {
                let alike = self.alike(import, kind, &name)?;
                if alike.is_empty() {
                    Found::None(None)
                } else {
                    let names = alike.iter().map(|(_, name)| name.clone()).collect();
                    Found::Unsure(Reason::LikeRecords(names), ids(&alike))
                }
            }
            ([], _) => Found::None(None),
            (several, _) => {
                let ids: Vec<RecordId> = several.iter().map(|record| record.id.clone()).collect();
                Found::Unsure(Reason::SeveralRecords(texts(&ids)), ids)
            }
        })
    }

    /// What the keys say; none if they say nothing.
    fn by_keys(
        &mut self,
        import: &mut Import,
        kind: &Kind,
        clues: &Clues,
    ) -> Result<Option<Found>, StoreError> {
        let key = single_key(kind);
        let code = key.and_then(|key| clues.texts.get(&key.id));
        if let (Some(key), Some(code)) = (key, code) {
            match import.find(&kind.id, &key.id, code)?.as_slice() {
                [] => (),
                [one] => return Ok(Some(Found::One(one.clone(), None))),
                several => {
                    return Ok(Some(Found::Unsure(Reason::Several(texts(several)), several.to_vec())));
                }
            }
        }
        self.learn_unused(kind)?;
        let unused = self.unused.get(&kind.id);
        let others: Vec<&FactId> =
            kind.also_key.iter().filter(|fact| unused.is_none_or(|unused| !unused.contains(*fact))).collect();
        // Every other text, among every other key: a former code is looked for among codes and former codes.
        let mut found: Vec<(RecordId, FactId)> = Vec::new();
        let mut look = |import: &mut Import, fact: &FactId, text: &str| -> Result<(), StoreError> {
            for id in import.find(&kind.id, fact, text)? {
                if !found.iter().any(|(other, _)| *other == id) {
                    found.push((id, fact.clone()));
                }
            }
            Ok(())
        };
        let old = clues.bad_code.as_ref().map(|(text, _)| text).filter(|text| is_old_number(text));
        for (fact, text) in &clues.texts {
            let is_other = kind.also_key.contains(fact);
            if is_other && let Some(key) = key {
                look(import, &key.id, text)?;
            }
            let is_name = kind.name.as_ref() == Some(fact);
            if is_other
                && has_registered_names(kind)
                && let Some(name) = &kind.name
            {
                look(import, name, text)?;
            }
            if is_other || Some(text) == code || (is_name && has_registered_names(kind)) {
                for other in &others {
                    look(import, other, text)?;
                }
            }
        }
        for (other, old) in others.iter().flat_map(|other| old.map(|old| (other, old))) {
            look(import, other, old)?;
        }
        match found.as_slice() {
            [] => (),
            [(id, fact)] => {
                let reason = Reason::ByFact(fact.clone(), id.to_string());
                return Ok(Some(Found::One(id.clone(), Some(reason))));
            }
            several => {
                let ids: Vec<RecordId> = several.iter().map(|(id, _)| id.clone()).collect();
                return Ok(Some(Found::Unsure(Reason::Several(texts(&ids)), ids)));
            }
        }
        let (Some(key), Some(code)) = (key, code) else { return Ok(None) };
        for other in self.codes_of_area(code) {
            let Some(id) = import.find(&kind.id, &key.id, &other)?.into_iter().next() else { continue };
            let record = import.record(&kind.id, &id)?;
            let (has, tells) =
                (record.as_ref().and_then(|record| own_name(kind, record)), name_of(kind, clues));
            return Ok(Some(match (has, tells) {
                (Some(has), Some(tells)) if normalise(has) != normalise(&tells) => {
                    Found::Unsure(Reason::CodeHasOtherName(has.to_owned()), vec![id])
                }
                _ => Found::One(id.clone(), Some(Reason::ByFormerArea(id.to_string()))),
            }));
        }
        Ok(None)
    }

    /// A record with the name of a row whose code nobody has.
    fn same_name(&self, kind: &Kind, record: &StoredRecord, code: &str) -> Found {
        let has =
            single_key(kind).and_then(|key| record.facts.get(key.id.as_str())).and_then(|code| code.as_str());
        match has {
            None => Found::One(record.id.clone(), Some(Reason::CodeAttached(record.id.to_string()))),
            Some(has) if organization(has).is_some() && organization(has) == organization(code) => {
                Found::One(record.id.clone(), Some(Reason::ByFormerArea(record.id.to_string())))
            }
            Some(has) => Found::None(Some(Reason::NameHasOtherCode(has.to_owned()))),
        }
    }

    /// The records that were ever called so.
    fn named(&self, import: &mut Import, kind: &Kind, name: &str) -> Result<Vec<StoredRecord>, StoreError> {
        let Some(fact) = &kind.name else { return Ok(Vec::new()) };
        let mut records = Vec::new();
        for id in import.find(&kind.id, fact, name)? {
            records.extend(import.record(&kind.id, &id)?);
        }
        Ok(records)
    }

    /// The codes that a firm of the same organization part would have by the other codes of its area.
    fn codes_of_area(&self, code: &str) -> Vec<String> {
        let Some(district) = code.get(2..8) else { return Vec::new() };
        let Some(area) = self
            .areas
            .iter()
            .find(|area| area.code.as_str() == district || area.also.iter().any(|other| other == district))
        else {
            return Vec::new();
        };
        std::iter::once(area.code.as_str())
            .chain(area.also.iter().map(String::as_str))
            .filter(|other| {
                *other != district
                    && other.len() == district.len()
                    && other.bytes().all(|byte| byte.is_ascii_digit())
            })
            .filter_map(|other| uscc::complete(&format!("{}{other}{}", &code[..2], &code[8..17])).ok())
            .collect()
    }

    /// Whether the area in a code is one that bears that code today.
    pub fn is_current(&self, code: &str) -> bool {
        code.get(2..8).is_some_and(|district| {
            !self.areas.iter().any(|area| area.also.iter().any(|other| other == district))
        })
    }

    /// Records whose name is like `name` without being it.
    fn alike(
        &mut self,
        import: &mut Import,
        kind: &Kind,
        name: &str,
    ) -> Result<Vec<(RecordId, String)>, StoreError> {
        self.learn_names(kind)?;
        let candidates = self.similar.get(kind.id.as_str()).map(|index| index.like(name)).unwrap_or_default();
        let mut alike = Vec::new();
        for id in candidates {
            let record = import.record(&kind.id, &id)?;
            if let Some(name) = record.as_ref().and_then(|record| own_name(kind, record)) {
                alike.push((id, name.to_owned()));
            }
        }
        Ok(alike)
    }

    /// Reads the names of all records of a kind, to find similar ones by. They are held in memory: some hundred bytes a
    /// record, only for sheets that have rows without a code.
    pub fn learn_names(&mut self, kind: &Kind) -> Result<(), StoreError> {
        let Some(fact) = kind.name.as_ref().filter(|_| !self.similar.contains_key(kind.id.as_str())) else {
            return Ok(());
        };
        let mut index = NameIndex::new(self.areas);
        self.store.each_record(kind.id.as_str(), |record| {
            if let Some(name) = record.facts.get(fact.as_str()).and_then(|name| name.as_str()) {
                index.add(&record.id, name);
            }
        })?;
        self.similar.insert(kind.id.to_string(), index);
        Ok(())
    }

    /// Reads which other keys the records of a kind have at all, once enough of them were looked for.
    fn learn_unused(&mut self, kind: &Kind) -> Result<(), StoreError> {
        let asked = self.asked.entry(kind.id.clone()).or_default();
        *asked += 1;
        if *asked != ASKED_BEFORE_LEARNING || kind.also_key.is_empty() {
            return Ok(());
        }
        let mut unused: BTreeSet<FactId> = kind
            .also_key
            .iter()
            .filter(|fact| !self.written.contains(&(kind.id.clone(), (*fact).clone())))
            .cloned()
            .collect();
        // A name in quotation marks may also stand in a value: then a fact is taken for used, which does no harm.
        let quoted: Vec<(FactId, String)> =
            kind.also_key.iter().map(|fact| (fact.clone(), format!("\"{fact}\""))).collect();
        self.store.each_record_text(kind.id.as_str(), |record| {
            for (fact, quoted) in &quoted {
                if unused.contains(fact) && record.facts.contains(quoted.as_str()) {
                    unused.remove(fact);
                }
            }
        })?;
        self.unused.insert(kind.id.clone(), unused);
        Ok(())
    }

    /// Tells the finder of facts that the import writes.
    pub fn writes<'f>(&mut self, kind: &Kind, facts: impl Iterator<Item = &'f FactId>) {
        for fact in facts.filter(|fact| kind.also_key.contains(fact)) {
            if let Some(unused) = self.unused.get_mut(&kind.id) {
                unused.remove(fact);
            }
            self.written.insert((kind.id.clone(), fact.clone()));
        }
    }

    /// Tells the finder of a record that the import added, so that later rows are compared with it.
    pub fn added(&mut self, kind: &Kind, id: &RecordId, name: Option<&str>) {
        if let (Some(index), Some(name)) = (self.similar.get_mut(kind.id.as_str()), name) {
            index.add(id, name);
        }
    }
}

fn name_of(kind: &Kind, clues: &Clues) -> Option<String> {
    clues.texts.get(kind.name.as_ref()?).cloned()
}

fn own_name<'r>(kind: &Kind, record: &'r StoredRecord) -> Option<&'r str> {
    record.facts.get(kind.name.as_ref()?.as_str())?.as_str()
}

fn ids(alike: &[(RecordId, String)]) -> Vec<RecordId> {
    alike.iter().map(|(id, _)| id.clone()).collect()
}

fn texts(ids: &[RecordId]) -> Vec<String> {
    ids.iter().map(RecordId::to_string).collect()
}

/// The organization part of a code, which stays when a firm's area gets another code.
fn organization(code: &str) -> Option<&str> {
    uscc::parse(code).ok()?;
    code.get(8..17)
}

/// Names by what tells them apart: without the area, the legal form and brackets. Finds names that are the same then,
/// or differ by one character that does not itself tell firms apart (第一 and 第二 do).
struct NameIndex {
    places: Vec<String>,
    /// Cores by their first and by their last half.
    halves: HashMap<String, Vec<u32>>,
    names: Vec<(RecordId, String)>,
}

/// Words of a firm's legal form, the longest first.
const FORM_WORDS: [&str; 10] = [
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "分公司",
    "总公司",
    "集团",
    "公司",
    "(普通合伙)",
    "股份",
    "有限",
];
/// Characters that tell one branch, shop or workshop from the next.
const TELLING: &str = "0123456789一二三四五六七八九十百〇零东西南北中上下前后大小新老甲乙丙丁";
/// Shorter cores are compared for equality alone.
const MIN_CORE_CHARS: usize = 4;
const MAX_ALIKE: usize = 5;

impl NameIndex {
    fn new(areas: &Areas) -> Self {
        let mut places: Vec<String> = areas
            .iter()
            .flat_map(|area| std::iter::once(&area.name.zh).chain(&area.also))
            .map(|name| normalise(name))
            .filter(|name| !name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .collect();
        places.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { places, halves: HashMap::new(), names: Vec::new() }
    }

    /// What is left of a name.
    fn core(&self, name: &str) -> String {
        let mut core = normalise(name);
        for word in FORM_WORDS {
            core = core.replace(word, "");
        }
        for place in &self.places {
            if let Some(rest) = core.strip_prefix(place.as_str()) {
                core = rest.to_owned();
                break;
            }
        }
        core
    }

    fn add(&mut self, id: &RecordId, name: &str) {
        let core = self.core(name);
        if core.is_empty() {
            return;
        }
        let Ok(number) = u32::try_from(self.names.len()) else { return };
        for half in halves(&core, core.chars().count() / 2) {
            self.halves.entry(half).or_default().push(number);
        }
        self.names.push((id.clone(), core));
    }

    fn like(&self, name: &str) -> Vec<RecordId> {
        let core = self.core(name);
        let length = core.chars().count();
        if core.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<RecordId> = Vec::new();
        // One character more or less moves the middle.
        for middle in [length / 2, length.div_ceil(2), length.saturating_sub(1) / 2] {
            for half in halves(&core, middle) {
                for number in self.halves.get(&half).into_iter().flatten() {
                    let Some((id, other)) = self.names.get(*number as usize) else { continue };
                    if found.len() < MAX_ALIKE && !found.contains(id) && is_like(&core, other) {
                        found.push(id.clone());
                    }
                }
            }
        }
        found
    }
}

/// The first `middle` characters, marked as such, and what follows them.
fn halves(core: &str, middle: usize) -> [String; 2] {
    let first: String = core.chars().take(middle).collect();
    let last: String = core.chars().skip(middle).collect();
    [format!("<{first}"), format!(">{last}")]
}

fn is_like(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.len().min(b.len()) < MIN_CORE_CHARS || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    let (differs, from) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    differs.len() <= 1 && from.len() <= 1 && !differs.iter().chain(from).any(|c| TELLING.contains(*c))
}

#[cfg(test)]
mod tests {
    use model::{Area, AreaCode, Label};

    use super::*;

    fn index(names: &[&str]) -> NameIndex {
        let area = Area {
            code: AreaCode::from("990000"),
            name: Label::new("甲川市", "Jiachuan"),
            parent: None,
            also: vec!["甲川".to_owned()],
            population: None,
        };
        let mut index = NameIndex::new(&Areas::new(vec![area]).unwrap());
        for name in names {
            index.add(&RecordId::from(*name), name);
        }
        index
    }

    fn check(known: &str, asked: &str, expected: bool) {
        assert_eq!(!index(&[known]).like(asked).is_empty(), expected, "{known} ~ {asked}");
        assert_eq!(!index(&[asked]).like(known).is_empty(), expected, "{asked} ~ {known}");
    }

    #[test]
    fn likeness() {
        check("甲川市华美纺织有限公司", "华美纺织有限责任公司", true);
        check("甲川市华美纺织有限公司", "甲川华美纺织厂", true);
        check("甲川市华美纺织有限公司", "甲川市华羙纺织有限公司", true);
        check("华美纺织印染", "华美纺织印染店", true);
        check("供销社第一门市部", "供销社第二门市部", false);
        check("华美", "华羙", false);
        check("甲川市华美纺织有限公司", "甲川市华丽服装有限公司", false);
        check("有限公司", "有限公司", false);
    }

    #[test]
    fn names_have_ids_that_stay() {
        let kind = Kind {
            id: "k".into(),
            label: Label::default(),
            key: vec![],
            also_key: vec![],
            name: None,
            area: None,
            facts: vec![],
        };
        assert_eq!(id_of_name(&kind, "甲（乙）"), id_of_name(&kind, " 甲(乙)"));
        assert_ne!(id_of_name(&kind, "甲"), id_of_name(&kind, "乙"));
    }
}
