//! A form: what a firm or a resident fills in, and the commitment they sign.
//!
//! A filing makes a record: the fields of a form are facts of its kind, so that rules, sheets and pages read filings
//! like any other evidence. Nothing waits for approval: what passes [`Form::mistakes`] is effective.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::case::Asks;
use crate::draw::DrawRule;
use crate::duty::Basis;
use crate::file::{FileType, named};
use crate::id::{CaseKindId, FactId, FormId, ItemId, KindId, RecordId};
use crate::label::Label;
use crate::value::Value;

/// A form, as the city folder words it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// `resume-work`
    pub id: FormId,
    /// What people call it.
    pub title: Label,
    /// Who fills it in, and what follows, in plain words.
    pub summary: Label,
    /// The document behind it.
    pub basis: Basis,
    /// The kind of record that a filing makes.
    pub kind: KindId,
    /// That record's reference to who files.
    pub by: FactId,
    /// The facts that the program fills in.
    pub filled: Filled,
    /// What is asked, in parts.
    pub parts: Vec<Part>,
    /// What is committed to, each item ticked by itself. Where there is any, a name signs for all.
    pub items: Vec<Item>,
    /// What some of those who file are told first.
    pub notices: Vec<Notice>,
    /// Whether only officers fill it in, as an inspection: whom it is about reads it, and does not write it.
    pub officer: bool,
    /// Whom it is for, where not for all.
    pub offered: Option<Offered>,
    /// How some of those who filed are drawn for inspection.
    pub draw: Option<DrawRule>,
    /// The case that a filing opens.
    pub case: Option<CaseRule>,
}

/// The case that a filing opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseRule {
    /// Of what kind.
    pub opens: Opens,
    /// The fields whose answers are its words, in order.
    pub words: Vec<FactId>,
    /// Where who files asks to be served of a duty: the field that names it, a code.
    pub claims: Option<FactId>,
    /// Where who files asks to be exempted by hand: what they ask for.
    pub exempts: Option<Exempts>,
}

/// Fields by which who files asks to be exempted from a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exempts {
    /// A code: the duty.
    pub duty: FactId,
    /// A code: for which of the city's reasons.
    pub reason: FactId,
    /// A text: what the matter is.
    pub note: FactId,
    /// Files: the proof.
    pub proof: FactId,
}

/// The kind of case that a filing opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Opens {
    /// Always the same.
    Always(CaseKindId),
    /// By the answer to a field; with an answer that is not here, none.
    By {
        /// The field, a code.
        fact: FactId,
        /// The kind by answer.
        kinds: BTreeMap<String, CaseKindId>,
    },
}

impl Opens {
    /// Every kind that it may be.
    pub fn kinds(&self) -> impl Iterator<Item = &CaseKindId> {
        let (always, by_answer) = match self {
            Self::Always(kind) => (Some(kind), None),
            Self::By { kinds, .. } => (None, Some(kinds.values())),
        };
        always.into_iter().chain(by_answer.into_iter().flatten())
    }
}

impl CaseRule {
    /// The field that names the duty of which something is asked, and what.
    pub fn asks(&self) -> Option<(&FactId, Asks)> {
        let exempts = self.exempts.as_ref().map(|exempts| (&exempts.duty, Asks::Exemption));
        exempts.or(self.claims.as_ref().map(|duty| (duty, Asks::Service)))
    }

    /// The kind of case that a filing with these answers opens; none where it opens none.
    pub fn kind(&self, facts: &BTreeMap<FactId, Value>) -> Option<&CaseKindId> {
        match &self.opens {
            Opens::Always(kind) => Some(kind),
            Opens::By { fact, kinds } => kinds.get(&facts.get(fact)?.to_string()),
        }
    }
}

/// Facts of a filing that nobody types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filled {
    /// A text: the number of the filing.
    pub number: FactId,
    /// A day: when it was filed.
    pub filed_on: FactId,
    /// Yes once every item is ticked and signed for.
    pub commitment: Option<FactId>,
    /// A text: the name that signs.
    pub signed_by: Option<FactId>,
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its heading.
    pub title: Label,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// Something asked. Label, type, unit and options are those of the fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// The fact of the filing's kind that it fills in.
    pub fact: FactId,
    /// Whether it has to be answered where it is asked.
    pub required: bool,
    /// A word of help.
    pub help: Option<Label>,
    /// Where the register knows it: a path from who files, `staff`, `area`. Shown, and typed only where it differs.
    pub known: Option<String>,
    /// Only asked where an earlier field has one of some answers.
    pub only_if: Option<OnlyIf>,
    /// A number field of the form that it may not exceed.
    pub at_most: Option<FactId>,
    /// An answer that some answers of earlier fields leave no room for.
    pub never: Option<Never>,
    /// What is attached, where the fact names files.
    pub files: Option<Attached>,
}

/// What may be attached to a form as the answer of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// What they may be.
    pub accept: Vec<FileType>,
    /// At most so many.
    pub most: usize,
    /// Each at most so large, in bytes.
    pub each_bytes: u64,
}

/// An earlier field, and its answers that matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnlyIf {
    /// A field with a code, or yes and no.
    pub fact: FactId,
    /// Codes; `true` or `false`.
    pub is: Vec<String>,
}

/// An answer that cannot be given beside some others: "all is well" beside a defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Never {
    /// A code of the field itself; `true` or `false`.
    pub answer: String,
    /// Earlier fields with a code, or yes and no …
    pub beside: Vec<FactId>,
    /// … of which none may have one of these answers.
    pub is: Vec<String>,
}

/// Whom a form is about or who files it, where that turns on what is known of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// A condition over them. Only where it is known not to hold the form is not there.
    pub when: String,
    /// What they are told then.
    pub otherwise: Label,
}

/// An item of the commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// `isolation-done`
    pub id: ItemId,
    /// What is committed to.
    pub text: Label,
}

/// Something that some of those who file are told before they begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// When: a condition over who files.
    pub when: String,
    /// What they are told.
    pub text: Label,
}

/// What somebody filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Values by fact.
    pub facts: BTreeMap<FactId, Value>,
    /// The items that were ticked.
    pub ticked: BTreeSet<ItemId>,
    /// The name that signs.
    pub signature: Option<String>,
}

/// What is wrong with what somebody filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It has to be answered.
    Missing(FactId),
    /// The form does not ask it, or not of somebody with these answers.
    NotAsked(FactId),
    /// Numbers of a form count something: none is below zero.
    Negative(FactId),
    /// A number is larger than the one that bounds it.
    MoreThan {
        /// The field.
        fact: FactId,
        /// The field that bounds it.
        than: FactId,
    },
    /// More files than are taken.
    TooMany {
        /// The field.
        fact: FactId,
        /// At most so many.
        most: usize,
    },
    /// The answer leaves no room for that of an earlier field.
    Contradicts {
        /// The field.
        fact: FactId,
        /// The first of those beside which it cannot stand.
        beside: FactId,
    },
    /// An item of the commitment is not ticked.
    NotTicked(ItemId),
    /// A ticked item is none of the commitment's.
    NoItem(ItemId),
    /// Nobody signed.
    Unsigned,
}

impl Form {
    /// Its fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().flat_map(|part| &part.fields)
    }

    /// The field that fills in a fact.
    pub fn field(&self, fact: &str) -> Option<&Field> {
        self.fields().find(|field| field.fact.as_str() == fact)
    }

    /// Whether somebody with these answers is asked this.
    pub fn asks(&self, field: &Field, facts: &BTreeMap<FactId, Value>) -> bool {
        let Some(only_if) = &field.only_if else { return true };
        // Fields name earlier fields only, so that this ends.
        let asked = self.field(only_if.fact.as_str()).is_some_and(|earlier| self.asks(earlier, facts));
        let answer = facts.get(&only_if.fact).map(Value::to_string);
        asked && answer.is_some_and(|answer| only_if.is.contains(&answer))
    }

    /// Everything that is wrong with what somebody filled in; empty where it can be filed.
    pub fn mistakes(&self, answers: &Answers) -> Vec<Mistake> {
        let facts = &answers.facts;
        let mut mistakes = Vec::new();
        for field in self.fields() {
            let fact = &field.fact;
            match (facts.get(fact), self.asks(field, facts)) {
                (None, true) if field.required => mistakes.push(Mistake::Missing(fact.clone())),
                (Some(_), false) => mistakes.push(Mistake::NotAsked(fact.clone())),
                (Some(value), true) => {
                    let number = number_of(value);
                    if number.is_some_and(|number| number.is_sign_negative() && !number.is_zero()) {
                        mistakes.push(Mistake::Negative(fact.clone()));
                    }
                    if let (Some(files), Value::Text(told)) = (&field.files, value)
                        && named(told).is_none_or(|named| named.len() > files.most)
                    {
                        mistakes.push(Mistake::TooMany { fact: fact.clone(), most: files.most });
                    }
                    if let Some(never) = &field.never
                        && value.to_string() == never.answer
                        && let Some(beside) = never.beside.iter().find(|earlier| {
                            let answer = facts.get(*earlier).map(Value::to_string);
                            answer.is_some_and(|answer| never.is.contains(&answer))
                        })
                    {
                        mistakes.push(Mistake::Contradicts { fact: fact.clone(), beside: beside.clone() });
                    }
                    let bound = field.at_most.as_ref();
                    let bound = bound.and_then(|than| Some((than, facts.get(than).and_then(number_of)?)));
                    if let (Some(number), Some((than, most))) = (number, bound)
                        && number > most
                    {
                        mistakes.push(Mistake::MoreThan { fact: fact.clone(), than: than.clone() });
                    }
                }
                (None, _) => {}
            }
        }
        let asked: BTreeSet<&FactId> = self.fields().map(|field| &field.fact).collect();
        mistakes.extend(facts.keys().filter(|fact| !asked.contains(fact)).cloned().map(Mistake::NotAsked));
        let items: BTreeSet<&ItemId> = self.items.iter().map(|item| &item.id).collect();
        let unticked = self.items.iter().filter(|item| !answers.ticked.contains(&item.id));
        mistakes.extend(unticked.map(|item| Mistake::NotTicked(item.id.clone())));
        let unknown = answers.ticked.iter().filter(|item| !items.contains(item));
        mistakes.extend(unknown.cloned().map(Mistake::NoItem));
        let signed = answers.signature.as_ref().is_some_and(|name| !name.trim().is_empty());
        if !self.items.is_empty() && !signed {
            mistakes.push(Mistake::Unsigned);
        }
        mistakes
    }

    /// The facts of the record that a filing makes. Contract: [`Form::mistakes`] found nothing.
    pub fn record(&self, answers: Answers, filing: &Filing) -> BTreeMap<FactId, Value> {
        let filled = &self.filled;
        let mut facts = answers.facts;
        facts.insert(self.by.clone(), Value::Text(filing.by.to_string()));
        facts.insert(filled.number.clone(), Value::Text(filing.number.clone()));
        facts.insert(filled.filed_on.clone(), Value::Date(filing.on));
        if let Some(fact) = filled.commitment.as_ref().filter(|_| !self.items.is_empty()) {
            facts.insert(fact.clone(), Value::Bool(true));
        }
        if let (Some(fact), Some(name)) = (&filled.signed_by, answers.signature) {
            facts.insert(fact.clone(), Value::Text(name.trim().to_owned()));
        }
        facts
    }

    /// A digest of the commitment's words, in hexadecimal: whether what was signed is what stands in the form now.
    pub fn wording(&self) -> String {
        let mut digest = Sha256::new();
        for item in &self.items {
            for text in [item.id.as_str(), &item.text.zh, &item.text.en] {
                digest.update((text.len() as u64).to_be_bytes());
                digest.update(text);
            }
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Who files what, when, under which number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// The record that files: a firm.
    pub by: RecordId,
    /// The day.
    pub on: chrono::NaiveDate,
    /// Its number.
    pub number: String,
}

/// The digits of a number: those of Crockford's base 32, which leaves out I, L, O and U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits of a number: 60 bits, which nobody guesses and which hardly ever meet.
const NUMBER_DIGITS: usize = 12;

/// The number of a filing: the same form sent five times by a phone has one. `key` is what the phone chose for this
/// filing, at random. Twelve digits of base 32 in three groups, the first 60 bits of a SHA-256.
pub fn number(form: &FormId, by: &RecordId, key: &str) -> String {
    let mut digest = Sha256::new();
    for part in [form.as_str(), by.as_str(), key] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let bits = digest.finalize().iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut text = String::with_capacity(NUMBER_DIGITS + 2);
    for place in 0..NUMBER_DIGITS {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        let digit = bits >> (59 - 5 * place) & 31;
        text.push(char::from(DIGITS[usize::try_from(digit).unwrap_or(0)]));
    }
    text
}

/// A number as people write it down, in the form in which it is kept. None if it cannot be one.
pub fn read_number(text: &str) -> Option<String> {
    let digits: Option<Vec<char>> = text
        .chars()
        .filter(|ch| !ch.is_whitespace() && *ch != '-')
        .map(|ch| match ch.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            digit => DIGITS.contains(&u8::try_from(digit).ok()?).then_some(digit),
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() == NUMBER_DIGITS)?;
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    Some(groups.join("-"))
}

fn number_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    fn field(fact: &str) -> Field {
        Field {
            fact: fact.into(),
            required: false,
            help: None,
            known: None,
            only_if: None,
            at_most: None,
            never: None,
            files: None,
        }
    }

    fn form() -> Form {
        let label = |text: &str| Label::new(text, text);
        let only_if = |fact: &str, is: &str| Some(OnlyIf { fact: fact.into(), is: vec![is.to_owned()] });
        let fields = vec![
            Field { required: true, ..field("staff") },
            Field { at_most: Some("staff".into()), ..field("first") },
            Field { files: Some(one_photograph()), ..field("photos") },
            field("canteen"),
            Field { only_if: only_if("canteen", "true"), ..field("meals") },
            Field { required: true, only_if: only_if("meals", "split"), ..field("shifts") },
        ];
        Form {
            id: "resume".into(),
            title: label("resume"),
            summary: label("resume"),
            basis: Basis { doc: "d".to_owned(), clause: None, title: None, confidence: None },
            kind: "filing".into(),
            by: "firm".into(),
            filled: Filled {
                number: "number".into(),
                filed_on: "filed_on".into(),
                commitment: Some("commitment".into()),
                signed_by: Some("signed_by".into()),
            },
            parts: vec![Part { title: label("all"), fields }],
            items: vec![
                Item { id: "masks".into(), text: label("masks") },
                Item { id: "truth".into(), text: label("truth") },
            ],
            notices: vec![],
            officer: false,
            offered: None,
            draw: None,
            case: None,
        }
    }

    fn answers(facts: &[(&str, Value)]) -> Answers {
        Answers {
            facts: facts.iter().map(|(fact, value)| ((*fact).into(), value.clone())).collect(),
            ticked: ["masks".into(), "truth".into()].into(),
            signature: Some("A".to_owned()),
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn what_is_complete_can_be_filed() {
        let all = answers(&[
            ("staff", Value::Int(30)),
            ("first", Value::Int(30)),
            ("canteen", Value::Bool(true)),
            ("meals", text("split")),
            ("shifts", Value::Int(2)),
        ]);
        assert_eq!(form().mistakes(&all), vec![]);
        let filing = Filing { by: "f1".into(), on: "2020-02-18".parse().unwrap(), number: "N".to_owned() };
        let record = form().record(all, &filing);
        let told = |fact: &str| record.get(fact).map(Value::to_string).unwrap_or_default();
        let made = ["firm", "number", "filed_on", "commitment", "signed_by", "shifts"].map(told);
        assert_eq!(made, ["f1", "N", "2020-02-18", "true", "A", "2"]);
    }

    fn one_photograph() -> Attached {
        Attached { accept: vec![FileType::Jpeg], most: 1, each_bytes: 1000 }
    }

    #[test]
    fn no_more_files_than_are_taken() {
        let (one, two) = ("0".repeat(64), "1".repeat(64));
        for (told, is_fine) in [(one.clone(), true), (format!("{one} {two}"), false), ("x".to_owned(), false)]
        {
            let found = form().mistakes(&answers(&[("staff", Value::Int(3)), ("photos", text(&told))]));
            let expected = Mistake::TooMany { fact: "photos".into(), most: 1 };
            assert_eq!(found, if is_fine { vec![] } else { vec![expected] }, "{told}");
        }
    }

    #[test]
    fn an_answer_that_another_leaves_no_room_for_is_told() {
        let mut form = form();
        let never =
            Never { answer: "0".to_owned(), beside: vec!["canteen".into()], is: vec!["true".to_owned()] };
        form.parts[0].fields.push(Field { never: Some(never), ..field("cooks") });
        let mistakes = |canteen: bool, cooks: i64| {
            let meals = canteen.then(|| ("meals", text("together")));
            let told =
                [("staff", Value::Int(3)), ("canteen", Value::Bool(canteen)), ("cooks", Value::Int(cooks))];
            form.mistakes(&answers(&told.into_iter().chain(meals).collect::<Vec<_>>()))
        };
        assert_eq!((mistakes(true, 1), mistakes(false, 0)), (vec![], vec![]));
        let expected = Mistake::Contradicts { fact: "cooks".into(), beside: "canteen".into() };
        assert_eq!(mistakes(true, 0), vec![expected]);
    }

    #[test]
    fn each_mistake_is_told() {
        use Mistake::{Missing, MoreThan, Negative, NotAsked};
        for (facts, mistake) in [
            (vec![], Missing("staff".into())),
            (vec![("staff", Value::Int(-1))], Negative("staff".into())),
            (
                vec![("staff", Value::Int(3)), ("first", Value::Int(4))],
                MoreThan { fact: "first".into(), than: "staff".into() },
            ),
            (vec![("staff", Value::Int(3)), ("colour", text("red"))], NotAsked("colour".into())),
            // Asked only where there is a canteen.
            (vec![("staff", Value::Int(3)), ("meals", text("split"))], NotAsked("meals".into())),
            (
                vec![("staff", Value::Int(3)), ("canteen", Value::Bool(true)), ("meals", text("split"))],
                Missing("shifts".into()),
            ),
        ] {
            assert_eq!(form().mistakes(&answers(&facts)), vec![mistake], "{facts:?}");
        }
    }

    #[test]
    fn every_item_is_ticked_and_somebody_signs() {
        let mut some = answers(&[("staff", Value::Int(3))]);
        some.ticked = ["masks".into(), "gloves".into()].into();
        some.signature = Some(" ".to_owned());
        let expected =
            vec![Mistake::NotTicked("truth".into()), Mistake::NoItem("gloves".into()), Mistake::Unsigned];
        assert_eq!(form().mistakes(&some), expected);
    }

    #[test]
    fn one_filing_has_one_number() {
        let first = number(&"resume".into(), &"f1".into(), "k");
        assert_eq!(first, number(&"resume".into(), &"f1".into(), "k"));
        for other in [
            number(&"resume".into(), &"f1".into(), "l"),
            number(&"resume".into(), &"f2".into(), "k"),
            number(&"stop".into(), &"f1".into(), "k"),
        ] {
            assert_ne!(first, other);
        }
        assert_eq!(read_number(&first), Some(first.clone()));
        assert_eq!(read_number(&first.replace('-', " ").to_lowercase()), Some(first));
        assert_eq!(read_number("O123-4567-89IL"), Some("0123-4567-8911".to_owned()));
        for wrong in ["", "123", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKMNP"] {
            assert_eq!(read_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_wording_is_another_commitment() {
        let mut other = form();
        other.items[0].text.en.push('.');
        assert_ne!(other.wording(), form().wording());
    }
}
