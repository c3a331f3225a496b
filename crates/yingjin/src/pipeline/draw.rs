//! Draws: of those who filed a form by the end of a day and were in no draw yet, some are inspected.
//!
//! The seed comes from the chain of events: from the hash of the event by which the last of those filings came. It is
//! fixed once the day is over, no matter who draws, and when; and nobody who files knows it beforehand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use model::draw::{DrawRule, DrawnFacts, Lot, digest, draw, seed};
use model::event::{Event, EventType, Hash};
use model::{AreaCode, Change, FactId, FormId, KindId, RecordId, Truth, Value};
use rules::evaluate::{Setting, truth};
use rules::expr::Const;
use rules::parameter;
use rules::ruleset::CompiledForm;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{StoreError, StoredEvent};

use super::{Origin, Pipeline, PipelineError, Snapshot};

/// What the event of a draw says: with the lines of its changes, all that is needed to draw again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawSummary {
    /// The form.
    pub form: FormId,
    /// The kind of record that its filings made.
    pub kind: KindId,
    /// The day: filings up to it that were in no draw yet.
    pub drawn_for: NaiveDate,
    /// The seed.
    pub seed: String,
    /// The event whose hash the seed was made of.
    pub seed_event: i64,
    /// A digest of all that was drawn from.
    pub list: String,
    /// How many were drawn from.
    pub lots: usize,
    /// How many were drawn.
    pub drawn: usize,
    /// The same, area by area.
    pub areas: Vec<DrawnArea>,
    /// The facts of a filing that tell of it.
    pub filled: DrawnFacts,
    /// The version of the rules that gave tickets and shares.
    pub rules: String,
}

/// What was drawn in an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnArea {
    /// The area; none where that of a filing is not known.
    pub area: Option<AreaCode>,
    /// The share of its filings.
    pub share: Decimal,
    /// How many were drawn from.
    pub lots: usize,
    /// How many were drawn.
    pub drawn: usize,
}

/// A draw on record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDraw {
    /// Its event.
    pub seq: i64,
    /// When it was drawn.
    pub at: DateTime<Utc>,
    /// Who drew.
    pub actor: String,
    /// Whether any of the filings is made up.
    pub synthetic: bool,
    /// What it says.
    pub summary: DrawSummary,
}

/// A draw that is ready to be written.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its event.
    pub event: Event,
    /// What it fills in, filing by filing.
    pub changes: Vec<Change>,
    /// The last draw before it; 0 for none.
    pub last: i64,
}

/// A draw, drawn again from what its event says.
#[derive(Clone, Debug)]
pub struct Redrawn {
    /// Those drawn from, by id.
    pub lots: Vec<Lot>,
    /// Those who were drawn, by the record of it.
    pub recorded: BTreeSet<RecordId>,
    /// Those who are drawn again.
    pub again: BTreeSet<RecordId>,
    /// Whether seed, list and all who are drawn are the same.
    pub same: bool,
}

impl Pipeline {
    /// Every draw on record, the latest first.
    pub fn draws(&self) -> Result<Vec<StoredDraw>, StoreError> {
        Ok(self.store.draws()?.into_iter().filter_map(read).collect())
    }

    /// Draws for a day, in one event; nothing where that day was drawn for, or nobody filed. Returns the draw of the
    /// day if there is one. Contract: `snapshot` is of the day on which it is drawn, as the register is now.
    ///
    /// Errors: the day is not over; the share is not known in an area.
    pub fn draw(
        &self,
        snapshot: &Snapshot,
        (form, day): (&CompiledForm, NaiveDate),
        origin: &Origin,
    ) -> Result<Option<StoredDraw>, PipelineError> {
        if let Some(prepared) = self.prepare_draw(snapshot, (form, day), origin)? {
            self.store.draw(prepared.event, prepared.changes, prepared.last)?;
        }
        Ok(self.draws()?.into_iter().find(|draw| draw.is_of(form, day)))
    }

    /// The same without writing it; none where there is nothing to write.
    pub fn prepare_draw(
        &self,
        snapshot: &Snapshot,
        (form, day): (&CompiledForm, NaiveDate),
        origin: &Origin,
    ) -> Result<Option<Prepared>, PipelineError> {
        let Some(rule) = &form.form.draw else { return Ok(None) };
        if day >= snapshot.on {
            return Err(PipelineError::NotOver { day });
        }
        let draws = self.draws()?;
        if draws.iter().any(|draw| draw.is_of(form, day)) {
            return Ok(None);
        }
        let kind = self.rules.kinds[form.kind].id.clone();
        let rows = self.undrawn(snapshot, (form, rule), day);
        let lots: Vec<Lot> = rows.iter().map(|row| self.lot(snapshot, form, *row)).collect();
        let Some((seed_event, hash)) = self.last_came(&kind, &lots)? else { return Ok(None) };
        let seed = seed(&form.form.id, day, hash);
        let shares = self.shares(rule, day, &lots)?;
        let (drawn, counts) =
            draw(seed, &lots, |area| shares.get(&area.cloned()).copied().unwrap_or_default());
        let area = |(area, counts): (Option<AreaCode>, model::draw::AreaDraw)| DrawnArea {
            share: shares.get(&area).copied().unwrap_or_default(),
            area,
            lots: counts.lots,
            drawn: counts.drawn,
        };
        let summary = DrawSummary {
            form: form.form.id.clone(),
            kind: kind.clone(),
            drawn_for: day,
            seed: seed.to_string(),
            seed_event,
            list: digest(&lots).to_string(),
            lots: lots.len(),
            drawn: drawn.len(),
            areas: counts.into_iter().map(area).collect(),
            filled: rule.filled.clone(),
            rules: self.rules.version.clone(),
        };
        // Facts hold from the day that was drawn for, or from when the filing was told where that is later.
        let mut told: HashMap<RecordId, NaiveDate> = HashMap::new();
        self.store.each_record_text(kind.as_str(), |record| {
            if let Ok(on) = record.last_on.parse() {
                told.insert(record.id.into(), on);
            }
        })?;
        let changes = lots.iter().map(|lot| {
            let on = told.get(&lot.id).copied().unwrap_or(day).clamp(day, snapshot.on);
            let facts = facts(rule, (lot, day), drawn.contains(&lot.id));
            Change { kind: kind.clone(), id: lot.id.clone(), on, facts }
        });
        let event = Event {
            event_type: EventType::Draw,
            at: origin.at,
            on: day,
            actor: origin.actor.clone(),
            synthetic: rows.iter().any(|row| snapshot.is_synthetic(form.kind, *row)),
            summary: serde_json::json!(summary),
        };
        Ok(Some(Prepared {
            event,
            changes: changes.collect(),
            last: draws.first().map_or(0, |draw| draw.seq),
        }))
    }

    /// Draws again from what an event says and nothing else; none if it is no draw.
    pub fn redraw(&self, seq: i64) -> Result<Option<(StoredDraw, Redrawn)>, StoreError> {
        let Some(stored) = self.store.event(seq)?.and_then(read) else { return Ok(None) };
        let summary = &stored.summary;
        let filled = &summary.filled;
        let (mut lots, mut recorded) = (Vec::new(), BTreeSet::new());
        for change in self.store.changes(seq, -1, usize::MAX)? {
            let fact = |fact: &FactId| change.facts.get(fact.as_str());
            if fact(&filled.drawn).and_then(serde_json::Value::as_bool) == Some(true) {
                recorded.insert(change.id.clone());
            }
            let tickets = fact(&filled.tickets).and_then(serde_json::Value::as_u64);
            let area = fact(&filled.area).and_then(|area| area.as_str()).map(AreaCode::from);
            let tickets = tickets.and_then(|tickets| u32::try_from(tickets).ok()).unwrap_or(1);
            lots.push(Lot { id: change.id, area, tickets });
        }
        let hash = self.store.event(summary.seed_event)?.map_or(Hash::ZERO, |event| event.hash);
        let seed = seed(&summary.form, summary.drawn_for, hash);
        let share = |area: Option<&AreaCode>| {
            let found = summary.areas.iter().find(|drawn| drawn.area.as_ref() == area);
            found.map(|drawn| drawn.share).unwrap_or_default()
        };
        let (again, _) = draw(seed, &lots, share);
        let same = again == recorded
            && seed.to_string() == summary.seed
            && digest(&lots).to_string() == summary.list
            && lots.len() == summary.lots;
        lots.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(Some((stored, Redrawn { lots, recorded, again, same })))
    }

    /// Filings up to a day that were in no draw yet.
    fn undrawn(
        &self,
        snapshot: &Snapshot,
        (form, rule): (&CompiledForm, &DrawRule),
        day: NaiveDate,
    ) -> Vec<usize> {
        let table = snapshot.tables.table(form.kind);
        let place = |fact: &FactId| self.rules.kinds[form.kind].facts.iter().position(|one| one.id == *fact);
        let (filed_on, drawn_for) = (place(&form.form.filled.filed_on), place(&rule.filled.drawn_for));
        let value = |row: usize, place: Option<usize>| place.and_then(|place| table.value(row, place));
        let is_filed = |row: usize| matches!(value(row, filed_on), Some(Value::Date(on)) if on <= day);
        (0..table.ids().len()).filter(|row| is_filed(*row) && value(*row, drawn_for).is_none()).collect()
    }

    /// A filing with its tickets: one, and more for every reason that is known to hold.
    fn lot(&self, snapshot: &Snapshot, form: &CompiledForm, row: usize) -> Lot {
        let id = &snapshot.tables.table(form.kind).ids()[row];
        let kind = &self.rules.kinds[form.kind].id;
        let setting = Setting::on(snapshot.on);
        let mut tickets = 1;
        let more = form.form.draw.iter().flat_map(|rule| &rule.more);
        for (more, when) in more.zip(&form.more_tickets) {
            if truth(&self.rules, &snapshot.tables, (kind, id, when), &setting).0 == Truth::Yes {
                tickets += more.tickets;
            }
        }
        let area = snapshot.pass.area(form.kind, row).map(AreaCode::from);
        Lot { id: id.clone(), area, tickets }
    }

    /// The event by which the last of some filings came, and its hash; none where there are no filings.
    fn last_came(&self, kind: &KindId, lots: &[Lot]) -> Result<Option<(i64, Hash)>, StoreError> {
        let ids: BTreeSet<&str> = lots.iter().map(|lot| lot.id.as_str()).collect();
        let mut last = 0;
        self.store.each_first_event(kind.as_str(), |id, seq| {
            if ids.contains(id) {
                last = last.max(seq);
            }
        })?;
        Ok(self.store.event(last)?.map(|event| (last, event.hash)))
    }

    /// The share of every area that somebody filed in.
    fn shares(
        &self,
        rule: &DrawRule,
        day: NaiveDate,
        lots: &[Lot],
    ) -> Result<BTreeMap<Option<AreaCode>, Decimal>, PipelineError> {
        let parameter = self.rules.parameters.iter().find(|parameter| parameter.id == rule.share);
        let areas: BTreeSet<&Option<AreaCode>> = lots.iter().map(|lot| &lot.area).collect();
        let share = |area: &Option<AreaCode>| {
            let code = area.as_ref().map(AreaCode::as_str);
            let dated = parameter.and_then(|parameter| parameter.on(day, code, &self.rules.city.areas));
            match dated.map(|dated| &dated.setting) {
                Some(parameter::Setting::One(Const::Decimal(share))) => Ok((area.clone(), *share)),
                _ => Err(PipelineError::NoShare { parameter: rule.share.to_string(), day }),
            }
        };
        areas.into_iter().map(share).collect()
    }
}

impl StoredDraw {
    /// Whether it is the draw of a form for a day.
    pub fn is_of(&self, form: &CompiledForm, day: NaiveDate) -> bool {
        self.summary.form == form.form.id && self.summary.drawn_for == day
    }
}

fn read(stored: StoredEvent) -> Option<StoredDraw> {
    let summary = serde_json::from_value(stored.event.summary).ok()?;
    let Event { at, actor, synthetic, event_type, .. } = stored.event;
    (event_type == EventType::Draw).then_some(StoredDraw { seq: stored.seq, at, actor, synthetic, summary })
}

fn facts(rule: &DrawRule, (lot, day): (&Lot, NaiveDate), drawn: bool) -> BTreeMap<FactId, Option<Value>> {
    let filled = &rule.filled;
    BTreeMap::from([
        (filled.drawn.clone(), Some(Value::Bool(drawn))),
        (filled.drawn_for.clone(), Some(Value::Date(day))),
        (filled.tickets.clone(), Some(Value::Int(i64::from(lot.tickets)))),
        (filled.area.clone(), lot.area.as_ref().map(|area| Value::Text(area.to_string()))),
    ])
}
