//! What templates are given: `data.json`, in the language of the letter. docs/letters.md has the same as a table.
//!
//! Money and percentages are decimal strings, days are words; what is not known is `null`.

use model::Lang;
use rules::ruleset::{CompiledDuty, RuleSet};
use serde::Serialize;

/// A letter's data: what every page says, and what it is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Data {
    /// `zh` or `en`.
    pub lang: Lang,
    /// What the letter is called.
    pub title: String,
    /// The city.
    pub city: String,
    /// The area it is about; the city where it is about all of it.
    pub place: String,
    /// The day: `2020-05-31`.
    pub day: String,
    /// The day in words: 2020年5月31日, 31 May 2020.
    pub day_words: String,
    /// Its denominator, in a sentence.
    pub of: String,
    /// That some of it is made up, if it is.
    pub made_up: Option<String>,
    /// What it is about.
    #[serde(flatten)]
    pub body: Body,
}

/// What a letter is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// To whoever has to act.
    Bearer(Box<Bearer>),
    /// To a firm.
    Owed(Owed),
    /// Of a firm: what comes next.
    Plan(Box<Plan>),
    /// Of a filing.
    Receipt(Receipt),
    /// The day, by area.
    Dispatch(Dispatch),
    /// A duty, by whoever has to act.
    Duty(Box<DutySheet>),
}

/// A record that a letter names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Party {
    /// Its id: a firm's code.
    pub id: String,
    /// Its name, where it is known and not personal.
    pub name: Option<String>,
    /// Its area.
    pub area: String,
}

/// A duty that a letter is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DutyWords {
    /// 国有房产租金减免
    pub title: String,
    /// 应免尽免
    pub verb: String,
    /// The document that makes it binding.
    pub doc: String,
    /// Its article.
    pub clause: Option<String>,
    /// Its title.
    pub doc_title: Option<String>,
    /// What is got and what to do.
    pub summary: Option<String>,
    /// The department that answers for it.
    pub owner: String,
    /// Working days in which it is due.
    pub days: u32,
    /// The conditions, all of which have to hold.
    pub clauses: Vec<String>,
    /// What the records are called: 租赁合同.
    pub kind: String,
    /// Who has to act: 出租方.
    pub bearer: String,
}

/// How many stand where, and the money.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Owed.
    pub should: u64,
    /// Owed and served.
    pub done: u64,
    /// Owed, left out on purpose.
    pub exempt: u64,
    /// Owed, neither served nor exempt.
    pub gap: u64,
    /// Served but not owed.
    pub leak: u64,
    /// Whether they are owed turns on a missing fact.
    pub unknown: u64,
    /// Gaps whose day has passed.
    pub overdue: u64,
    /// done ÷ should in percent, to two digits; none where nothing is owed.
    pub rate: Option<String>,
    /// (done + exempt) ÷ should.
    pub rate_with_exempt: Option<String>,
    /// What is owed, as far as amounts are known.
    pub owed: Option<String>,
    /// How many of those owed `owed` leaves out, as their amount is not known; 0 where the duty names no money.
    pub amount_unknown: u64,
    /// What has been paid of it.
    pub paid: Option<String>,
}

/// A line of a table of tallies.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TallyLine {
    /// What it is of: an area, a duty, whoever has to act.
    pub name: String,
    /// More about it: a code, a department.
    pub more: String,
    /// The numbers.
    #[serde(flatten)]
    pub tally: Tally,
}

/// To whoever has to act for a duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bearer {
    /// Who.
    pub to: Party,
    /// The office that writes.
    pub from: String,
    /// The duty.
    pub duty: DutyWords,
    /// All of theirs.
    pub tally: Tally,
    /// The unit of amounts: 元.
    pub unit: Option<String>,
    /// The headings of `cells`.
    pub columns: Vec<String>,
    /// What is left to do, the most urgent first.
    pub lines: Vec<BearerLine>,
    /// What cannot be told for want of facts.
    pub unknown: Vec<BearerLine>,
}

/// One of theirs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BearerLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Whom it serves.
    pub beneficiary: Option<Party>,
    /// The facts that the header asks for.
    pub cells: Vec<Option<String>>,
    /// What is owed.
    pub amount: Option<String>,
    /// What has been paid.
    pub paid: Option<String>,
    /// The last day for it.
    pub due: Option<String>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// The missing facts that decide.
    pub missing: Vec<String>,
}

/// Everything a firm is owed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Owed {
    /// The firm.
    pub to: Party,
    /// What is owed.
    pub yes: Vec<Measure>,
    /// What cannot be told yet.
    pub unknown: Vec<Measure>,
    /// What is not owed.
    pub no: Vec<Measure>,
}

/// A measure and the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measure {
    /// What people call it.
    pub title: String,
    /// 应返尽返
    pub verb: String,
    /// What is got and what to do.
    pub summary: Option<String>,
    /// Where the firm stands: 未尽.
    pub standing: Option<String>,
    /// What is owed.
    pub amount: Option<String>,
    /// What has been paid.
    pub paid: Option<String>,
    /// The unit of both.
    pub unit: Option<String>,
    /// Who acts, in words.
    pub who_acts: String,
    /// The last day for it.
    pub due: Option<String>,
    /// The document that makes it binding.
    pub doc: String,
    /// Its article.
    pub clause: Option<String>,
    /// Why, in a sentence that names the clauses.
    pub reason: String,
}

/// A firm, with all that is open and what comes next.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The firm.
    pub to: Party,
    /// What comes next, by day; what has no day last.
    pub next: Vec<NextStep>,
    /// Who visits it.
    pub officials: Vec<Official>,
    /// What the register knows, part by part as the header says.
    pub parts: Vec<Part>,
    /// What is owed.
    pub yes: Vec<Measure>,
    /// What cannot be told yet.
    pub unknown: Vec<Measure>,
    /// How many measures it is not owed.
    pub no: usize,
    /// Open cases.
    pub cases: Vec<OpenCase>,
    /// What it filed, the latest first, with its inspections.
    pub filed: Vec<Filed>,
}

/// What has to be done by a day.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NextStep {
    /// The last day for it.
    pub on: Option<String>,
    /// Whether that day has passed.
    pub is_late: bool,
    /// What.
    pub what: String,
    /// Who, in words.
    pub who: String,
}

/// An official who is paired with a firm.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Official {
    /// As people know them.
    pub name: Option<String>,
    /// The scheme under which they are paired.
    pub scheme: String,
    /// The last visit.
    pub visited: Option<String>,
    /// When the next one is due.
    pub due: Option<String>,
}

/// Facts that stand together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// Their heading.
    pub title: String,
    /// Where they are from, where that is another record: 复工备案 2020-02-20.
    pub from: Option<String>,
    /// The facts.
    pub facts: Vec<Known>,
}

/// A fact as people read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Known {
    /// What people call it.
    pub label: String,
    /// The value; none where it is not known.
    pub value: Option<String>,
    /// Its unit, for numbers that have one.
    pub unit: Option<String>,
}

/// A case that has not ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OpenCase {
    /// Its number.
    pub no: String,
    /// What people call it.
    pub title: String,
    /// Who has it.
    pub office: String,
    /// The last day for an answer.
    pub due: String,
    /// Whether that day has passed without one.
    pub is_late: bool,
}

/// Something that was filed, and how far its inspection is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Filed {
    /// The form.
    pub form: String,
    /// The day.
    pub on: Option<String>,
    /// How far its inspection is.
    pub state: Option<String>,
    /// By when what was found has to be put right.
    pub due: Option<String>,
}

/// A filing that has been received.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Receipt {
    /// The number, in three groups.
    pub number: String,
    /// The form.
    pub form: String,
    /// Who filed.
    pub by: String,
    /// When it was received, Asia/Shanghai, to the minute.
    pub received: String,
    /// What was committed to; none where the wording has changed since.
    pub items: Option<Vec<String>>,
    /// The number that took its place.
    pub replaced_by: Option<String>,
    /// Where anybody can check it.
    pub address: String,
    /// The address as a QR code, SVG.
    pub qr: String,
}

/// The day, by area and by duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dispatch {
    /// Everything together.
    pub tally: Tally,
    /// Area by area.
    pub areas: Vec<TallyLine>,
    /// Duty by duty, the largest gap first.
    pub duties: Vec<TallyLine>,
}

/// A duty, by whoever has to act.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DutySheet {
    /// The duty.
    pub duty: DutyWords,
    /// The unit of amounts: 元.
    pub unit: Option<String>,
    /// Everything together.
    pub tally: Tally,
    /// Area by area.
    pub areas: Vec<TallyLine>,
    /// By whoever has to act, the largest gap first.
    pub bearers: Vec<TallyLine>,
    /// How many of those stand on the sheet where there are too many for it; none where all do.
    pub listed: Option<usize>,
}

impl DutyWords {
    /// What a city's folder says of a duty.
    pub fn of(rules: &RuleSet, compiled: &CompiledDuty, lang: Lang) -> Self {
        let (duty, kind) = (&compiled.duty, &rules.kinds[compiled.kind]);
        let owner = rules.city.departments.iter().find(|department| department.id == duty.owner);
        let bearer = duty.bearer.as_ref().and_then(|bearer| kind.fact(bearer.as_str()));
        Self {
            title: duty.title.get(lang).to_owned(),
            verb: duty.verb.clone(),
            doc: duty.basis.doc.clone(),
            clause: duty.basis.clause.clone(),
            doc_title: duty.basis.title.clone(),
            summary: duty.summary.as_ref().map(|summary| summary.get(lang).to_owned()),
            owner: owner.map_or(duty.owner.as_str(), |owner| owner.name.get(lang)).to_owned(),
            days: duty.days,
            clauses: duty.should.iter().map(|clause| clause.label.get(lang).to_owned()).collect(),
            kind: kind.label.get(lang).to_owned(),
            bearer: bearer.map(|bearer| bearer.label.get(lang).to_owned()).unwrap_or_default(),
        }
    }
}
