//! Records and facts as people read them, personal ones masked.

use std::cmp::Ordering;

use chrono::NaiveDate;
use model::{Duty, Fact, FactType, Kind, RecordId, Value};
use rules::evaluate::DutyPass;
use rules::ruleset::RuleSet;
use store::Account;

use super::app::App;
use super::problem::Problem;
use super::records::RecordLine;
use super::right::{ReadLists, Right};
use super::words::Words;
use crate::pipeline::{Figures, Snapshot};

/// A day of the register, to be shown.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The rules of the city.
    pub rules: &'a RuleSet,
    /// The day.
    pub snapshot: &'a Snapshot,
}

/// A verdict's money and days.
#[derive(Clone, Debug, Default)]
pub struct VerdictFigures {
    /// What is owed.
    pub amount: Option<rust_decimal::Decimal>,
    /// What has been paid.
    pub paid: Option<rust_decimal::Decimal>,
    /// The day it arose.
    pub arose_on: Option<NaiveDate>,
    /// The last day for serving it.
    pub due_on: Option<NaiveDate>,
    /// The day it was served.
    pub met_on: Option<NaiveDate>,
}

impl<'a> View<'a> {
    /// The kind at a place.
    pub fn kind(&self, kind: usize) -> &'a Kind {
        &self.rules.kinds[kind]
    }

    /// The id of a row.
    pub fn id(&self, kind: usize, row: usize) -> &'a RecordId {
        &self.snapshot.tables.table(kind).ids()[row]
    }

    /// A told fact of a row.
    pub fn told(&self, kind: usize, row: usize, fact: &str) -> Option<Value> {
        let place = self.kind(kind).facts.iter().position(|known| known.id.as_str() == fact)?;
        self.snapshot.tables.table(kind).value(row, place)
    }

    /// The name of a row; none where it is not known or is about a person. What has no name of its own (a bill, a
    /// loan) is called after whose it is, and what else its key says: `Firm Ltd. · 2020-02-01`.
    pub fn name(&self, kind: usize, row: usize) -> Option<String> {
        let (named, named_row) = self.named(kind, row)?;
        let declared = self.kind(named);
        let fact = declared.fact(declared.name.as_ref()?.as_str())?;
        if fact.personal {
            return None;
        }
        let mut name = self.told(named, named_row, fact.id.as_str())?.to_string();
        if named != kind {
            let key = self.kind(kind).key.iter().filter_map(|id| self.kind(kind).fact(id.as_str()));
            // Whose it is has been said; a code is no word; and what is about a person is not said at all.
            let says = |fact: &&Fact| {
                !fact.personal
                    && matches!(fact.fact_type, FactType::Text { .. } | FactType::Int | FactType::Date)
            };
            for part in key.filter(says).filter_map(|fact| self.told(kind, row, fact.id.as_str())) {
                name = format!("{name} · {part}");
            }
        }
        Some(name)
    }

    /// The row itself where its kind has names; else the row of such a kind that its references lead to, those of its
    /// key before others.
    fn named(&self, mut kind: usize, mut row: usize) -> Option<(usize, usize)> {
        // References may lead in a circle.
        for _ in 0..4 {
            let declared = self.kind(kind);
            if declared.name.is_some() {
                return Some((kind, row));
            }
            let references = declared.key.iter().chain(declared.facts.iter().map(|fact| &fact.id));
            (kind, row) = references.filter_map(|id| declared.fact(id.as_str())).find_map(|fact| {
                let FactType::Ref { to } = &fact.fact_type else { return None };
                let (to, _) = self.rules.kind(to.as_str())?;
                let Value::Text(id) = self.told(kind, row, fact.id.as_str())? else { return None };
                Some((to, self.snapshot.row(to, &id)?))
            })?;
        }
        None
    }

    /// A row of a list.
    pub fn line(&self, kind: usize, row: usize) -> RecordLine {
        RecordLine {
            kind: self.kind(kind).id.to_string(),
            id: self.id(kind, row).to_string(),
            name: self.name(kind, row),
            area: self.snapshot.pass.area(kind, row).map(str::to_owned),
            synthetic: self.snapshot.is_synthetic(kind, row),
        }
    }

    /// A record by kind and id as a row of a list; only its name of it where the register does not have it.
    pub fn line_of(&self, kind: &str, id: &str) -> RecordLine {
        let found = self.rules.kind(kind).and_then(|(place, _)| Some((place, self.snapshot.row(place, id)?)));
        match found {
            Some((kind, row)) => self.line(kind, row),
            None => RecordLine {
                kind: kind.to_owned(),
                id: id.to_owned(),
                name: None,
                area: None,
                synthetic: false,
            },
        }
    }

    /// An area's name in one language; the code where the city has no such area, nothing without one.
    pub fn area_name(&self, code: Option<&str>, lang: model::Lang) -> String {
        let Some(code) = code else { return String::new() };
        self.rules.city.areas.get(code).map_or(code, |area| area.name.get(lang)).to_owned()
    }

    /// Where and when: the area, or the whole city, and the day.
    pub fn place_and_day(&self, area: Option<&str>) -> Words {
        let place = |lang| match area {
            Some(code) => self.area_name(Some(code), lang),
            None => self.rules.city.name.get(lang).to_owned(),
        };
        let on = self.snapshot.on;
        Words::new(format!("{}，{on}", place(model::Lang::Zh)), format!("{}, {on}", place(model::Lang::En)))
    }

    /// That some of the day's records are made up, if they are.
    pub fn made_up_note(&self) -> Option<Words> {
        let note =
            || Words::new("含虚构数据，不代表真实情况", "Holds made-up data: not the real state of things");
        self.snapshot.has_synthetic().then(note)
    }

    /// A value as people read it: an option's name, an area's, a record's; none where the value says it itself.
    pub fn display(&self, fact: &Fact, value: &Value) -> Option<Words> {
        match (&fact.fact_type, value) {
            (FactType::Bool, Value::Bool(true)) => Some(Words::new("是", "yes")),
            (FactType::Bool, Value::Bool(false)) => Some(Words::new("否", "no")),
            (FactType::Code { options }, Value::Text(code)) => {
                options.iter().find(|option| option.id == *code).map(|option| Words::from(&option.label))
            }
            (FactType::Area { .. }, Value::Text(code)) => {
                self.rules.city.areas.get(code).map(|area| Words::from(&area.name))
            }
            (FactType::Ref { to }, Value::Text(id)) => {
                let name = self.line_of(to.as_str(), id).name?;
                Some(Words::new(name.clone(), name))
            }
            _ => None,
        }
    }

    /// Whether a row's name (where it may be shown) or id has a text, capitals or not.
    pub fn has_text(&self, kind: usize, row: usize, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        self.id(kind, row).as_str().to_lowercase().contains(&text)
            || self.name(kind, row).is_some_and(|name| name.to_lowercase().contains(&text))
    }

    /// The rows of `kind` that lead by a dotted path of references to a row of another kind: the leases whose tenant
    /// it is.
    pub fn served_by(&self, kind: usize, path: &str, (to, row): (usize, usize)) -> Vec<usize> {
        let mut steps = Vec::new();
        let mut at = kind;
        for name in path.split('.') {
            let place = self.kind(at).facts.iter().position(|fact| fact.id.as_str() == name);
            let next = place.and_then(|place| {
                let target = self.kind(at).facts[place].fact_type.target()?;
                Some((place, self.rules.kind(target.as_str())?.0))
            });
            let Some((place, next)) = next else { return vec![] };
            steps.push((at, place));
            at = next;
        }
        if at != to {
            return vec![];
        }
        let mut rows = vec![row];
        for (kind, by) in steps.into_iter().rev() {
            rows = rows.iter().flat_map(|row| self.snapshot.tables.members(kind, by, *row)).collect();
        }
        rows.sort_unstable();
        rows
    }

    /// What people call a fact at the end of a dotted path from a kind.
    pub fn path_label(&self, kind: usize, path: &str) -> Words {
        let mut declared = Some(self.kind(kind));
        let mut words = Words::default();
        for (at, name) in path.split('.').enumerate() {
            let Some(fact) = declared.and_then(|kind| kind.fact(name)) else { return Words::new(path, path) };
            let joint = if at == 0 { ("", "") } else { ("的", ": ") };
            words = Words::new(words.zh + joint.0 + &fact.label.zh, words.en + joint.1 + &fact.label.en);
            declared =
                fact.fact_type.target().and_then(|to| self.rules.kind(to.as_str())).map(|(_, kind)| kind);
        }
        words
    }

    /// Money and days of a verdict. Where the duty does not say itself when it arises or is served, it is the day of
    /// the recorded pass that first found it so.
    pub fn verdict_figures(&self, duty: &DutyPass, row: usize, figures: &Figures) -> VerdictFigures {
        let standing = duty.standing(row);
        let declared: &Duty = &self.rules.duties[duty.index].duty;
        let arose_on = duty.arises.as_ref().and_then(|days| days.get(row));
        let arose_on =
            arose_on.or_else(|| figures.history.arose.get(&row).copied()).filter(|_| standing.is_owed());
        let met_on = duty.done_on.as_ref().and_then(|days| days.get(row));
        let met_on = met_on.or_else(|| figures.history.met.get(&row).copied());
        VerdictFigures {
            amount: duty.amount.as_ref().filter(|_| standing.is_owed()).and_then(|amounts| amounts.get(row)),
            paid: duty.paid.as_ref().and_then(|paid| paid.get(row)),
            arose_on,
            due_on: arose_on.map(|day| self.rules.city.calendar.add_working_days(day, declared.days)),
            met_on: met_on.filter(|_| duty.done.get(row) == model::Truth::Yes),
        }
    }
}

impl App {
    /// The day a reader asks for; today unless said. Any day but today has to be judged first, which takes time and
    /// memory: it is for those who read lists.
    pub fn day(&self, account: Option<&Account>, asked: Option<NaiveDate>) -> Result<NaiveDate, Problem> {
        let today = self.today();
        match asked {
            None => Ok(today),
            Some(day) if day == today || account.is_some_and(|by| ReadLists::ROLES.contains(&by.role)) => {
                Ok(day)
            }
            Some(_) => Err(Problem::field("on", "只能查询当天的情况。", "Only today can be asked for.")),
        }
    }

    /// Reads a day of the register to be shown.
    pub fn read<T>(
        &self,
        on: NaiveDate,
        read: impl FnOnce(View) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.days.read(on, |snapshot| read(View { rules: self.rules(), snapshot }))?
    }

    /// Reads two days at once. The earlier is read first, whoever asks, so that two readers never wait for each other.
    pub fn read_two<T>(
        &self,
        (a, b): (NaiveDate, NaiveDate),
        read: impl FnOnce(View, View) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        match a.cmp(&b) {
            Ordering::Equal => self.read(a, |view| read(view, view)),
            Ordering::Less => self.read(a, |first| self.read(b, |second| read(first, second))),
            Ordering::Greater => self.read(b, |second| self.read(a, |first| read(first, second))),
        }
    }
}
