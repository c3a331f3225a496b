//! Follows a recipe day by day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use model::{Change, DutyId, FactId, KindId, Label, RecordId, Standing, Value};
use rules::evaluate::{Numbers, Pass, Setting, pass};
use rules::expr::KindIndex;
use rules::ruleset::RuleSet;
use rules::table::Tables;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::json;

use super::dice::{Dice, hash};
use super::draw::{Populations, Subject, another_type, read, unknown};
use super::error::SampleError;
use super::recipe::{Evidence, Population, Recipe, Told};
use super::{Sheet, Wish, event};

/// Takes a sheet as soon as it is drawn.
pub type Take<'a> = dyn FnMut(Sheet) -> Result<(), SampleError> + 'a;

/// Makes up a city and hands over every sheet that came in, in order; none is held. The same wish gives the same sheets.
/// Errors: a recipe that cannot be followed, of which the sheets before are handed over; whatever `take` says.
pub fn follow(rules: &RuleSet, recipe: &Recipe, wish: &Wish, take: &mut Take<'_>) -> Result<(), SampleError> {
    let mut city = City {
        rules,
        recipe,
        seed: wish.seed,
        counts: counts(recipe, wish)?,
        tables: Tables::builder(rules).finish(),
        populations: Populations::new(),
        reached: BTreeMap::new(),
        of_the_day: (NaiveDate::MIN, 0),
        take,
    };
    let mut steps = steps(recipe)?;
    steps.retain(|(day, _)| wish.until.is_none_or(|until| *day <= until));
    // What becomes known on a day is known before it is judged; else in the order of the recipe.
    steps.sort_by_key(|(day, step)| (*day, matches!(step, Step::Evidence(..))));
    let mut judged: Option<Pass> = None;
    for (day, step) in steps {
        match step {
            Step::Told(told) => city.tell(told)?,
            Step::Population(population, month) => city.populate(population, day, month)?,
            Step::Evidence(part, evidence, stage) => {
                let pass = match judged.take().filter(|pass| pass.on == day) {
                    Some(pass) => pass,
                    None => pass(&rules_of(rules, recipe, day), &city.tables, &Setting::on(day)),
                };
                city.serve(part, (evidence, stage), &pass)?;
                judged = Some(pass);
            }
        }
    }
    Ok(())
}

/// Facts of one record.
type Known = BTreeMap<FactId, Value>;

/// One thing that happens on a day.
enum Step<'a> {
    Told(&'a Told),
    Population(&'a Population, Option<NaiveDate>),
    /// The evidence's place in the recipe, and the place of the day in what it reached.
    Evidence(usize, &'a Evidence, usize),
}

fn steps(recipe: &Recipe) -> Result<Vec<(NaiveDate, Step<'_>)>, SampleError> {
    let mut steps: Vec<_> = recipe.told.iter().map(|told| (told.on.0, Step::Told(told))).collect();
    for population in &recipe.population {
        match population.on {
            Some(on) => steps.push((on.0, Step::Population(population, None))),
            None if population.months.is_empty() => {
                let why = Label::new(
                    "没有 on 也没有 months，不知何时得知",
                    "neither `on` nor `months` says when it becomes known",
                );
                return Err(SampleError::Draw { place: population.name.clone(), why });
            }
            None => steps.extend(population.months.iter().map(|month| {
                let on = month.0.checked_add_days(Days::new(population.after)).unwrap_or(month.0);
                (on, Step::Population(population, Some(month.0)))
            })),
        }
    }
    for (part, evidence) in recipe.evidence.iter().enumerate() {
        let stages = evidence.reached.iter().enumerate();
        steps.extend(stages.map(|(stage, reached)| (reached.on.0, Step::Evidence(part, evidence, stage))));
    }
    Ok(steps)
}

/// The rules with only the duties that a day has evidence for: the others need not be judged.
fn rules_of(rules: &RuleSet, recipe: &Recipe, day: NaiveDate) -> RuleSet {
    let wanted: BTreeSet<&DutyId> = recipe
        .evidence
        .iter()
        .filter(|evidence| evidence.reached.iter().any(|reached| reached.on.0 == day))
        .map(|evidence| &evidence.duty)
        .collect();
    let mut rules = rules.clone();
    rules.duties.retain(|duty| wanted.contains(&duty.duty.id));
    rules
}

/// How many records each population that is counted has. The parts of a size add up to it.
fn counts(recipe: &Recipe, wish: &Wish) -> Result<BTreeMap<String, u64>, SampleError> {
    let mut sizes = recipe.size.clone();
    for (name, asked) in &wish.sizes {
        let size = sizes.get_mut(name).ok_or_else(|| unknown("sample.toml", "size", name))?;
        *size = *asked;
    }
    let size = |population: &Population, name: &str| {
        sizes.get(name).copied().ok_or_else(|| unknown(&population.name, "size", name))
    };
    let mut counts = BTreeMap::new();
    for population in &recipe.population {
        let count = match (population.count, &population.per) {
            (Some(count), _) => count,
            (None, Some(name)) => part(size(population, name)?, population.share),
            (None, None) => continue,
        };
        counts.insert(population.name.clone(), count);
    }
    let parts_of: BTreeSet<&String> =
        recipe.population.iter().filter_map(|population| population.part_of.as_ref()).collect();
    for name in parts_of {
        let parts = recipe.population.iter().filter(|population| population.part_of.as_ref() == Some(name));
        let (fixed, weighed): (Vec<_>, Vec<_>) = parts.partition(|population| population.count.is_some());
        let fixed = fixed.iter().filter_map(|population| population.count).sum();
        let asked = sizes.get(name).copied().ok_or_else(|| unknown("sample.toml", "size", name))?;
        let mut left = asked.checked_sub(fixed).ok_or_else(|| SampleError::TooSmall {
            name: name.clone(),
            asked,
            fixed,
        })?;
        let mut weight_left: Decimal = weighed.iter().filter_map(|population| population.weight).sum();
        for population in weighed {
            let weight = population.weight.unwrap_or_default();
            let share = if weight_left.is_zero() { Decimal::ZERO } else { weight / weight_left };
            let count = part(left, share);
            counts.insert(population.name.clone(), count);
            left -= count;
            weight_left -= weight;
        }
    }
    Ok(counts)
}

/// A share of a number, rounded to a whole one; no more than the number.
fn part(whole: u64, share: Decimal) -> u64 {
    let part = Decimal::from(whole) * share;
    let part = part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    part.to_u64().unwrap_or(0).min(whole)
}

/// The city so far.
struct City<'a, 'take> {
    rules: &'a RuleSet,
    recipe: &'a Recipe,
    seed: u64,
    counts: BTreeMap<String, u64>,
    tables: Tables,
    populations: Populations,
    /// By part of the recipe, whom its evidence reached.
    reached: BTreeMap<usize, BTreeSet<RecordId>>,
    /// The day of the last sheet, and how many that day has so far.
    of_the_day: (NaiveDate, usize),
    take: &'a mut Take<'take>,
}

impl City<'_, '_> {
    fn kind(&self, part: &str, kind: &KindId) -> Result<KindIndex, SampleError> {
        let found = self.rules.kind(kind.as_str());
        found.map(|(place, _)| place).ok_or_else(|| unknown(part, "kind", kind.as_str()))
    }

    fn tell(&mut self, told: &Told) -> Result<(), SampleError> {
        let kind = self.kind(&told.source, &told.kind)?;
        let mut rows = Vec::with_capacity(told.rows.len());
        for row in &told.rows {
            let mut facts = BTreeMap::new();
            for (id, value) in row {
                let fact = self.rules.kinds[kind].fact(id.as_str());
                let fact = fact.ok_or_else(|| unknown(&told.source, "fact", id.as_str()))?;
                let value = read(fact, value).ok_or_else(|| SampleError::Draw {
                    place: format!("{}: {id}", told.source),
                    why: another_type(),
                })?;
                facts.insert(id.clone(), value);
            }
            rows.push((None, facts));
        }
        self.sheet(&told.source, told.on.0, kind, rows)?;
        Ok(())
    }

    fn populate(
        &mut self,
        population: &Population,
        day: NaiveDate,
        month: Option<NaiveDate>,
    ) -> Result<(), SampleError> {
        let kind = self.kind(&population.name, &population.kind)?;
        let draws = self.recipe.facts(population)?;
        let mut rows = Vec::new();
        for (n, (key, given)) in (1..).zip(self.members(population)?) {
            let key = month.map_or_else(|| key.clone(), |month| format!("{key} {month}"));
            let part = population.name.as_str();
            let subject = Subject { part, key: &key, n, kind, day, month, ..self.subject() };
            rows.push((None, subject.draw(given, &draws)?));
        }
        let made = self.sheet(&population.source, day, kind, rows)?;
        self.populations.entry(population.name.clone()).or_default().extend(made);
        Ok(())
    }

    /// The records that a population has: what tells each from the others, and the fact that says whose it is.
    fn members(&self, population: &Population) -> Result<Vec<(String, Known)>, SampleError> {
        let name = population.name.as_str();
        if population.each.is_empty() {
            let count = self.counts.get(name).copied().unwrap_or(0);
            return Ok((1..=count).map(|n| (n.to_string(), BTreeMap::new())).collect());
        }
        let [least, most] = population.number.unwrap_or([1, 1]);
        let mut members = Vec::new();
        for group in &population.each {
            let owners = self.populations.get(group).ok_or_else(|| unknown(name, "population", group))?;
            for owner in owners {
                let mut dice = Dice::at(self.seed, &[name, owner.as_str()]);
                if !self.has(population, owner)? || !dice.chance(population.share) {
                    continue;
                }
                let given: Known = population
                    .by
                    .iter()
                    .map(|by| (by.clone(), Value::Text(owner.as_str().to_owned())))
                    .collect();
                let number = least + dice.below(most.saturating_sub(least) + 1);
                members.extend((0..number).map(|place| (format!("{owner} {place}"), given.clone())));
            }
        }
        Ok(members)
    }

    /// Whether the record that a population's records refer to has what it takes.
    fn has(&self, population: &Population, owner: &RecordId) -> Result<bool, SampleError> {
        let Some(having) = &population.having else { return Ok(true) };
        let declared = &self.rules.kinds[self.kind(&population.name, &population.kind)?];
        let by = population.by.as_ref().and_then(|by| declared.fact(by.as_str()));
        let target = by.and_then(|by| self.rules.kind(by.fact_type.target()?.as_str()));
        let found = target.and_then(|(kind, target)| {
            let fact = target.facts.iter().position(|fact| fact.id == *having)?;
            Some((kind, fact))
        });
        let (kind, fact) = found.ok_or_else(|| unknown(&population.name, "fact", having.as_str()))?;
        let row = self.tables.row(kind, owner);
        Ok(match row.and_then(|row| self.tables.table(kind).value(row, fact)) {
            Some(Value::Int(number)) => number > 0,
            Some(Value::Decimal(number)) => number > Decimal::ZERO,
            Some(Value::Bool(yes)) => yes,
            other => other.is_some(),
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            rules: self.rules,
            tables: &self.tables,
            populations: &self.populations,
            seed: self.seed,
            part: "",
            key: "",
            n: 0,
            kind: 0,
            row: None,
            day: NaiveDate::MIN,
            month: None,
            owed: None,
        }
    }

    /// Evidence comes to those to whom the duty is owed, the luckiest first, until as many have it as the recipe says.
    fn serve(
        &mut self,
        part: usize,
        (evidence, stage): (&Evidence, usize),
        pass: &Pass,
    ) -> Result<(), SampleError> {
        let name = format!("evidence {}", evidence.duty);
        if !self.rules.duties.iter().any(|duty| duty.duty.id == evidence.duty) {
            return Err(unknown("evidence", "duty", evidence.duty.as_str()));
        }
        let Some(duty) = pass.duty(&evidence.duty) else {
            let why = Label::new(
                format!("该事项在 {} 不在有效期内", pass.on),
                format!("the duty is not in force on {}", pass.on),
            );
            return Err(SampleError::Draw { place: name, why });
        };
        let reached = evidence.reached[stage];
        let before = self.reached.remove(&part).unwrap_or_default();
        let ids = self.tables.table(duty.kind).ids().to_vec();
        let owed = duty.rows_in(Standing::Done).chain(duty.rows_in(Standing::Gap)).collect::<Vec<_>>();
        let had = owed.iter().filter(|row| before.contains(&ids[**row])).count() as u64;
        let wanted = match (reached.count, reached.share) {
            (Some(count), _) => count,
            (None, Some(share)) => part_of(owed.len(), share),
            (None, None) => 0,
        };
        let mut fresh: Vec<usize> =
            duty.rows_in(Standing::Gap).filter(|row| !before.contains(&ids[*row])).collect();
        self.by_luck(&mut fresh, duty.kind, evidence)?;
        fresh.truncate(usize::try_from(wanted.saturating_sub(had)).unwrap_or(usize::MAX));

        let known = |row: &usize| duty.amount.as_ref().is_none_or(|amount| amount.get(*row).is_some());
        let mut strangers: Vec<usize> =
            duty.rows_in(Standing::Out).filter(|row| !before.contains(&ids[*row])).filter(known).collect();
        // The unluckiest first: the lucky will be reached by what they are owed.
        self.by_luck(&mut strangers, duty.kind, evidence)?;
        strangers.reverse();
        strangers.truncate(usize::try_from(part_of(fresh.len(), evidence.leaks)).unwrap_or(0));

        let again = owed.iter().copied().filter(|row| evidence.again && before.contains(&ids[*row]));
        let mut rows: Vec<usize> = fresh.into_iter().chain(strangers).chain(again).collect();
        rows.sort_unstable();
        self.hand_out(&name, evidence, &Chosen { rows: &rows, ids: &ids, kind: duty.kind, pass })?;
        let mut now = before;
        now.extend(rows.into_iter().map(|row| ids[row].clone()));
        self.reached.insert(part, now);
        Ok(())
    }

    fn hand_out(&mut self, name: &str, evidence: &Evidence, chosen: &Chosen<'_>) -> Result<(), SampleError> {
        let day = chosen.pass.on;
        let amount: Option<&Numbers> = chosen.pass.duty(&evidence.duty).and_then(|duty| duty.amount.as_ref());
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        let kind = evidence.kind.as_ref().map(|kind| self.kind(name, kind)).transpose()?;
        for (n, row) in (1..).zip(chosen.rows) {
            let id = &chosen.ids[*row];
            let owed = amount.and_then(|amount| amount.get(*row));
            let subject = Subject { part: name, key: id.as_str(), n, day, owed, ..self.subject() };
            if let Some(kind) = kind {
                let given = evidence.by.iter().map(|by| (by.clone(), Value::Text(id.as_str().to_owned())));
                let subject = Subject { kind, ..subject };
                new.push((None, subject.draw(given.collect(), &evidence.facts)?));
            } else if !evidence.facts.is_empty() {
                let why = Label::new(
                    "facts 属于新记录，却没有写 kind",
                    "`facts` are of a new record, whose `kind` is not said",
                );
                return Err(SampleError::Draw { place: name.to_owned(), why });
            }
            if !evidence.also.is_empty() {
                let subject = Subject { part: name, key: id.as_str(), n, day, owed, ..self.subject() };
                let subject = Subject { kind: chosen.kind, row: Some(*row), ..subject };
                changed.push((Some(id.clone()), subject.draw(BTreeMap::new(), &evidence.also)?));
            }
        }
        if let Some(kind) = kind {
            self.sheet(&evidence.source, day, kind, new)?;
        }
        self.sheet(&evidence.source, day, chosen.kind, changed)?;
        Ok(())
    }

    /// Sorts rows by the luck of whoever is behind them, the luckiest first.
    fn by_luck(&self, rows: &mut [usize], kind: KindIndex, evidence: &Evidence) -> Result<(), SampleError> {
        let path = match &evidence.luck {
            None => None,
            Some(luck) => {
                let facts = &self.rules.kinds[kind].facts;
                let found = facts.iter().position(|fact| fact.id.as_str() == luck);
                Some(found.ok_or_else(|| unknown(evidence.duty.as_str(), "fact", luck))?)
            }
        };
        let table = self.tables.table(kind);
        rows.sort_by_cached_key(|row| {
            let whose = match path.and_then(|fact| table.value(*row, fact)) {
                Some(Value::Text(id)) => id,
                _ => table.ids()[*row].as_str().to_owned(),
            };
            (hash(self.seed, &["luck", &whose]), *row)
        });
        Ok(())
    }

    /// Takes rows into the city and keeps them as a sheet. Returns the ids.
    fn sheet(
        &mut self,
        source: &str,
        on: NaiveDate,
        kind: KindIndex,
        rows: Vec<(Option<RecordId>, Known)>,
    ) -> Result<Vec<RecordId>, SampleError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let declared = &self.rules.kinds[kind];
        let mut ids = Vec::with_capacity(rows.len());
        let mut changes = Vec::with_capacity(rows.len());
        for (id, facts) in rows {
            let Some(id) = id.or_else(|| declared.id_of(&facts)) else {
                let why = Label::new(
                    format!("“{}”的主键缺一项", declared.id),
                    format!("a fact of the key of '{}' is missing", declared.id),
                );
                return Err(SampleError::Draw { place: source.to_owned(), why });
            };
            let mut all = match self.tables.row(kind, &id) {
                Some(row) => self.tables.record(kind, row).facts,
                None => BTreeMap::new(),
            };
            all.extend(facts.clone());
            self.tables.update(&declared.id, &id, &all)?;
            let facts = facts.into_iter().map(|(fact, value)| (fact, Some(value))).collect();
            changes.push(Change { kind: declared.id.clone(), id: id.clone(), on, facts });
            ids.push(id);
        }
        let summary = json!({
            "source": source,
            "kind": declared.id,
            "rows": changes.len(),
            "seed": self.seed,
            "note": self.recipe.note,
        });
        if self.of_the_day.0 != on {
            self.of_the_day = (on, 0);
        }
        let event = event(on, self.of_the_day.1, summary);
        self.of_the_day.1 += 1;
        (self.take)(Sheet { event, changes })?;
        Ok(ids)
    }
}

/// Records chosen to be served.
struct Chosen<'a> {
    rows: &'a [usize],
    ids: &'a [RecordId],
    kind: KindIndex,
    pass: &'a Pass,
}

fn part_of(whole: usize, share: Decimal) -> u64 {
    part(whole as u64, share)
}
