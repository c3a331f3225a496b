//! The facts of somebody who asks what a firm is owed: what they answer, laid over what may be used of the register.
//!
//! A firm that is signed in is judged by its own record, with its answers on top. Anybody else is judged by the answers
//! alone: a made-up firm `?firm`, and for measures that reach a firm through another kind (a lease whose tenant it is) a
//! made-up `?lease`, whose other references lead to made-up records again (`?lease.lessor`). Nothing is known of them
//! but the answers, and of the records that point to them nothing at all: they are *open*, so that what has not been
//! answered is unknown, never no.

use std::collections::BTreeMap;

use model::{Fact, FactId, FactType, Kind, KindId, Record, RecordId, Value};
use rules::evaluate::{Facts, Judged};
use rules::explain::Reading;

use super::city::{FactTypeName, OptionShape, options};
use super::owed::{KnownFact, Question};
use super::problem::Problem;
use super::records::checked_value;
use super::view::View;
use super::words::Words;

/// Begins the id of a record that is made up for this page.
const MADE_UP: char = '?';
/// The most questions that are asked at once.
const QUESTIONS_MAX: usize = 5;

/// One measure for a firm.
pub struct Verdicts {
    /// The duty's place in the rules.
    pub index: usize,
    kind: usize,
    /// The verdict of each record by which it concerns the firm.
    pub judged: Vec<(Judged, RecordId)>,
}

/// Somebody who asks.
pub struct Asker<'a> {
    /// The day they ask for.
    pub view: View<'a>,
    /// The kind of firms.
    kind: usize,
    /// The firm's own record, where it is signed in.
    own: Option<RecordId>,
    /// Answers by made-up record and fact.
    answers: BTreeMap<(String, FactId), Value>,
    /// The keys they were sent under.
    keys: Vec<String>,
}

impl<'a> Asker<'a> {
    /// Reads the answers. Errors: every one that is no answer to a question.
    pub fn new(
        view: View<'a>,
        kind: usize,
        own: Option<RecordId>,
        sent: &BTreeMap<String, serde_json::Value>,
    ) -> Result<Self, Problem> {
        let mut asker = Self { view, kind, own, answers: BTreeMap::new(), keys: vec![] };
        let mut mistakes = Vec::new();
        for (key, value) in sent.iter().filter(|(_, value)| !value.is_null()) {
            let found =
                asker.place(key).ok_or_else(|| Words::new("没有这个问题", "there is no such question"));
            match found.and_then(|(record, fact)| Ok((record, checked_value(view.rules, fact, value)?, fact)))
            {
                Ok((record, value, fact)) => {
                    asker.answers.insert((record, fact.id.clone()), value);
                    asker.keys.push(key.clone());
                }
                Err(why) => mistakes.push((format!("answers.{key}"), why)),
            }
        }
        if mistakes.is_empty() { Ok(asker) } else { Err(Problem::fields(mistakes)) }
    }

    /// Whether the firm itself asks.
    pub fn is_own(&self) -> bool {
        self.own.is_some()
    }

    fn firm(&self) -> &'a Kind {
        self.view.kind(self.kind)
    }

    fn made_up_firm(&self) -> String {
        format!("{MADE_UP}{}", self.firm().id)
    }

    /// The firm as it is judged: its own record, or a made-up one.
    fn who(&self) -> RecordId {
        self.own.clone().unwrap_or_else(|| RecordId::from(self.made_up_firm()))
    }

    /// The made-up record and the fact that a key means: `staff`, `lease:lessor.ownership`.
    fn place(&self, key: &str) -> Option<(String, &'a Fact)> {
        let (mut kind, path) = match key.split_once(':') {
            None => (self.firm(), key),
            Some((kind, path)) => (self.view.rules.kind(kind)?.1, path),
        };
        let mut record = format!("{MADE_UP}{}", kind.id);
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let fact = kind.fact(step)?;
            if steps.peek().is_none() {
                let may_answer = fact.question.is_some()
                    && fact.derived.is_none()
                    && !matches!(fact.fact_type, FactType::Ref { .. } | FactType::Point);
                return may_answer.then_some((record, fact));
            }
            let FactType::Ref { to } = &fact.fact_type else { return None };
            record = format!("{record}.{step}");
            kind = self.view.rules.kind(to.as_str())?.1;
        }
        None
    }

    /// The key under which a fact of a record is answered; none if it is not for the asker to say.
    fn key(&self, record: &str, fact: &FactId) -> Option<String> {
        let own = self.own.as_ref().map(RecordId::as_str);
        let key = if Some(record) == own || record == self.made_up_firm() {
            fact.to_string()
        } else {
            let path = record.strip_prefix(MADE_UP)?;
            match path.split_once('.') {
                Some((kind, through)) => format!("{kind}:{through}.{fact}"),
                None => format!("{path}:{fact}"),
            }
        };
        self.place(&key).is_some().then_some(key)
    }

    /// What people call the fact of a key.
    pub fn label(&self, key: &str) -> Option<Words> {
        let (kind, path) = match key.split_once(':') {
            None => (self.kind, key),
            Some((kind, path)) => (self.view.rules.kind(kind)?.0, path),
        };
        Some(self.view.path_label(kind, path))
    }

    /// The answers as they were understood.
    pub fn known(&self) -> Vec<KnownFact> {
        let known = self.keys.iter().filter_map(|key| {
            let (record, fact) = self.place(key)?;
            let value = self.answers.get(&(record, fact.id.clone()))?;
            let plain = || Words::new(value.to_string(), value.to_string());
            let display = self.view.display(fact, value).unwrap_or_else(plain);
            Some(KnownFact { fact: key.clone(), label: self.label(key)?, display })
        });
        known.collect()
    }

    /// The records by which a duty concerns the firm: itself; those that it is served through, or a made-up one where
    /// none is known. None where the duty does not concern firms.
    fn records_of(&self, duty: usize) -> Option<Vec<RecordId>> {
        let compiled = &self.view.rules.duties[duty];
        if compiled.kind == self.kind {
            return Some(vec![self.who()]);
        }
        let path = compiled.duty.beneficiary.as_deref()?;
        let declared = self.view.kind(compiled.kind);
        let leads_to_firm = |fact: &Fact| fact.fact_type.target() == Some(&self.firm().id);
        let is_direct = declared.fact(path).is_some_and(leads_to_firm);
        let row = self.own.as_ref().and_then(|own| self.view.snapshot.tables.row(self.kind, own));
        let rows =
            row.map(|row| self.view.served_by(compiled.kind, path, (self.kind, row))).unwrap_or_default();
        match (rows.is_empty(), is_direct) {
            (false, _) => Some(rows.iter().map(|row| self.view.id(compiled.kind, *row).clone()).collect()),
            (true, true) => Some(vec![RecordId::from(format!("{MADE_UP}{}", declared.id))]),
            (true, false) => None,
        }
    }

    /// The keys of the missing facts of a verdict that the asker can tell.
    pub fn askable(&self, judged: &Judged) -> impl Iterator<Item = String> {
        judged.missing.iter().filter_map(|missing| self.key(missing.record.as_str(), &missing.fact))
    }

    /// Judges every measure in force that concerns the firm, for each record by which it does.
    pub fn judge(&self, reading: &mut Reading<'_, Self>) -> Vec<Verdicts> {
        let duties = self.view.snapshot.pass.duties.iter();
        let judged = duties.filter_map(|duty| {
            let records = self.records_of(duty.index)?.into_iter();
            let judged = records.filter_map(|id| Some((reading.judge(duty.index, &id)?, id)));
            Some(Verdicts { index: duty.index, kind: duty.kind, judged: judged.collect() })
        });
        judged.collect()
    }

    /// The questions that matter, the one that is expected to settle most first.
    pub fn questions(&self, reading: &mut Reading<'_, Self>, verdicts: &[Verdicts]) -> Vec<Question> {
        let mut records: Vec<(usize, &RecordId, Vec<&Judged>)> = Vec::new();
        for of_duty in verdicts {
            for (judged, id) in &of_duty.judged {
                match records.iter_mut().find(|(kind, known, _)| *kind == of_duty.kind && *known == id) {
                    Some((.., all)) => all.push(judged),
                    None => records.push((of_duty.kind, id, vec![judged])),
                }
            }
        }
        // One fact may settle measures of several kinds: its weights add up.
        let mut weights: Vec<(String, f64, usize)> = Vec::new();
        for (kind, id, judged) in &records {
            for ask in reading.ask_order((&self.view.kind(*kind).id, id), judged) {
                let Some(key) = self.key(ask.record.as_str(), &ask.fact) else { continue };
                match weights.iter_mut().find(|(known, ..)| *known == key) {
                    Some((_, settles, duties)) => {
                        *settles += ask.settles;
                        *duties += ask.duties.len();
                    }
                    None => weights.push((key, ask.settles, ask.duties.len())),
                }
            }
        }
        weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)));
        let questions = weights.into_iter().filter_map(|(key, _, duties)| self.question(key, duties));
        questions.take(QUESTIONS_MAX).collect()
    }

    fn question(&self, key: String, duties: usize) -> Option<Question> {
        let (_, fact) = self.place(&key)?;
        let areas = self.view.rules.city.areas.iter();
        let of_areas = || {
            areas
                .map(|area| OptionShape { id: area.code.to_string(), label: Words::from(&area.name) })
                .collect()
        };
        Some(Question {
            label: self.label(&key)?,
            question: Words::from(fact.question.as_ref()?),
            fact_type: FactTypeName::from(&fact.fact_type),
            unit: fact.unit.as_ref().map(ToString::to_string),
            options: if matches!(fact.fact_type, FactType::Area { .. }) {
                of_areas()
            } else {
                options(&fact.fact_type)
            },
            settles: u32::try_from(duties).unwrap_or(u32::MAX),
            fact: key,
        })
    }

    /// A made-up record: the answers about it, and references to made-up records.
    fn made_up(&self, kind: &Kind, id: &RecordId) -> Record {
        let mut facts = BTreeMap::new();
        for fact in kind.facts.iter().filter(|fact| fact.derived.is_none()) {
            let answer = self.answers.get(&(id.to_string(), fact.id.clone())).cloned();
            let reference = || match &fact.fact_type {
                FactType::Ref { to } if self.is_beneficiary(kind, fact) && *to == self.firm().id => {
                    Some(Value::Text(self.who().to_string()))
                }
                FactType::Ref { .. } => Some(Value::Text(format!("{id}.{}", fact.id))),
                _ => None,
            };
            if let Some(value) = answer.or_else(reference) {
                facts.insert(fact.id.clone(), value);
            }
        }
        Record { kind: kind.id.clone(), id: id.clone(), facts }
    }

    /// Whether a reference of a kind is the one by which its duties serve a firm.
    fn is_beneficiary(&self, kind: &Kind, fact: &Fact) -> bool {
        let duties = self.view.rules.duties.iter().map(|duty| &duty.duty);
        duties
            .filter(|duty| duty.kind == kind.id)
            .any(|duty| duty.beneficiary.as_deref() == Some(fact.id.as_str()))
    }
}

impl Facts for Asker<'_> {
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
        if id.as_str().starts_with(MADE_UP) {
            return Some(self.made_up(self.view.rules.kind(kind.as_str())?.1, id));
        }
        let mut record = Facts::record(&self.view.snapshot.tables, kind, id)?;
        if Some(id) == self.own.as_ref() && *kind == self.firm().id {
            let made_up = self.made_up_firm();
            let own = self.answers.iter().filter(|((record, _), _)| *record == made_up);
            record.facts.extend(own.map(|((_, fact), value)| (fact.clone(), value.clone())));
        }
        Some(record)
    }

    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
        if id.as_str().starts_with(MADE_UP) {
            return vec![];
        }
        Facts::members(&self.view.snapshot.tables, kind, by, id)
    }

    fn is_open(&self, _kind: &KindId, id: &RecordId) -> bool {
        id.as_str().starts_with(MADE_UP)
    }
}
