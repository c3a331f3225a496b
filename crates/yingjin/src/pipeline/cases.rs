//! Gaps become cases: whoever has to act gets one, and evidence that closes the gap closes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDate};
use model::calendar::midnight;
use model::case::{Ending, Office, Opening, RecordRef, Step};
use model::casework::{Escalation, GAP};
use model::event::{Event, EventType};
use model::{AreaCode, CaseKindId, Casework, DutyId, RecordId, Standing, Term};
use rules::evaluate::DutyPass;
use rules::ruleset::CompiledDuty;
use serde_json::json;
use store::{CaseMoves, LiveCase, StoredCase, Waiting, Worklist};

use super::{Moved, Origin, Pipeline, PipelineError, Snapshot};

/// Cases that are opened or closed by one event.
const BATCH: usize = 10_000;
/// Cases that are looked through at once for a wait that is too long.
const PAGE: usize = 500;

/// What reconciling did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Cases opened.
    pub opened: u64,
    /// Closed because evidence shows that the duty was served.
    pub met: u64,
    /// Closed because an exemption is on record.
    pub exempt: u64,
    /// Claims closed because what they asked for has come about.
    pub granted: u64,
    /// Closed because the duty is owed no longer, or no longer known to be.
    pub lapsed: u64,
    /// Given to the office of the area in which their record lies now.
    pub moved: u64,
    /// Gone up, because somebody was waited for too long.
    pub went_up: u64,
}

impl Pipeline {
    /// Brings the cases in step with the recorded verdicts: every gap has one live case, a case whose gap is gone
    /// ends, one whose record lies elsewhere now goes there unless a person has had to do with it, and what has waited
    /// for too long goes up. Doing it again changes nothing. Contract: the verdicts of the snapshot are on record.
    pub fn reconcile(&self, snapshot: &Snapshot, origin: &Origin) -> Result<Reconciled, PipelineError> {
        let Some(casework) = &self.rules.casework else { return Ok(Reconciled::default()) };
        let mut moves =
            Moves { pipeline: self, snapshot, origin, moves: CaseMoves::default(), done: <_>::default() };
        let mut duties: BTreeSet<DutyId> = self.store.duties_with_cases()?.into_iter().collect();
        duties.extend(snapshot.pass.duties.iter().map(|duty| duty.duty.clone()));
        for duty in duties {
            let mut live = self.store.records_with_cases(duty.as_str())?;
            let mut ended: Vec<(i64, Ending)> = Vec::new();
            let mut gaps: Vec<(RecordId, Option<NaiveDate>)> = Vec::new();
            let mut kept: Vec<(RecordId, LiveCase)> = Vec::new();
            self.store.each_standing(duty.as_str(), |verdict| {
                let no = live.remove(&verdict.record);
                match (verdict.standing, no) {
                    (Standing::Gap, None) => gaps.push((verdict.record, verdict.arose_on)),
                    (Standing::Gap, Some(live)) if live.free => kept.push((verdict.record, live)),
                    (Standing::Gap, Some(_)) | (_, None) => {}
                    (standing, Some(live)) => ended.push((live.no, ending(standing))),
                }
            })?;
            // Whoever is not listed is out.
            ended.extend(live.into_values().map(|live| (live.no, Ending::Lapsed)));
            for (no, ending) in ended {
                moves.end(no, ending)?;
            }
            let Some(judged) = snapshot.pass.duty(&duty) else { continue };
            for (record, arose_on) in gaps {
                if let Some(row) = snapshot.tables.row(judged.kind, &record) {
                    moves.open(self.opening(snapshot, casework, (judged, row), arose_on))?;
                }
            }
            for (record, live) in kept {
                let Some(row) = snapshot.tables.row(judged.kind, &record) else { continue };
                let Some(area) = self.area_at(snapshot, judged.kind, row).filter(|area| *area != live.area)
                else {
                    continue;
                };
                if self.is_untouched(live.no)? {
                    let department = self.rules.duties[judged.index].duty.owner.clone();
                    moves.follow(live.no, Step::Moved { to: Office { department, area } })?;
                }
            }
        }
        for (no, ending) in self.claims_settled(snapshot)? {
            moves.end(no, ending)?;
        }
        moves.send()?;
        let went_up = self.send_up(snapshot, origin)?;
        Ok(Reconciled { went_up, ..moves.done })
    }

    /// Cases that have waited for too long go up, by the city's rules and calendar. How many did.
    pub fn send_up(&self, snapshot: &Snapshot, origin: &Origin) -> Result<u64, PipelineError> {
        let Some(casework) = &self.rules.casework else { return Ok(0) };
        let (city, now) = (&self.rules.city, origin.at);
        let mut went_up = 0;
        let kinds = casework.kinds.iter().map(|kind| kind.id.clone()).chain([CaseKindId::from(GAP)]);
        for kind in kinds {
            // A term of days never ends sooner than so many times 24 hours after it began; a wait after the time was
            // over begins with the last day in time.
            let shortest = |wait: fn(&Escalation) -> Option<Term>| {
                casework.escalations(kind.as_str()).filter_map(wait).map(Term::at_least).min()
            };
            let since = |shortest: Option<Duration>| shortest.map(|shortest| now - shortest);
            let mut waiting = Waiting {
                kind: kind.clone(),
                untaken_since: since(shortest(|rule| rule.untaken)),
                overdue_since: since(shortest(|rule| rule.overdue).map(|at| at - Duration::days(1))),
                after: 0,
                limit: PAGE,
            };
            if waiting.untaken_since.is_none() && waiting.overdue_since.is_none() {
                continue;
            }
            loop {
                let found = self.store.waiting(&waiting)?;
                let steps = found.iter().filter_map(|stored| {
                    let (waited, term) = casework.waited(&stored.case, now, &city.calendar)?;
                    let to = casework.up(&stored.case.office, &city.areas)?;
                    Some((stored.no, Step::WentUp { waited, term, to }))
                });
                let follow: Vec<(i64, Step)> = steps.collect();
                if !follow.is_empty() {
                    let event = case_event(snapshot, origin, json!({"waited": kind, "cases": follow.len()}));
                    let moves = CaseMoves { follow, ..CaseMoves::default() };
                    went_up += self.store.move_cases(event, moves)?.followed.len() as u64;
                }
                match found.last().filter(|_| found.len() == PAGE) {
                    Some(last) => waiting.after = last.no,
                    None => break,
                }
            }
        }
        Ok(went_up)
    }

    /// Whether a case has gone no way that a person chose: it stands where its record put it.
    fn is_untouched(&self, no: i64) -> Result<bool, PipelineError> {
        let steps = self.store.case_steps(no)?;
        Ok(!steps.iter().any(|step| {
            matches!(
                step.step,
                Step::HandedBack { .. } | Step::Routed { .. } | Step::Escalated { .. } | Step::WentUp { .. }
            )
        }))
    }

    /// The area of a record, as far as it is one of the city's.
    fn area_at(&self, snapshot: &Snapshot, kind: usize, row: usize) -> Option<AreaCode> {
        let area = snapshot.pass.area(kind, row).filter(|code| self.rules.city.areas.get(code).is_some());
        area.map(AreaCode::from)
    }

    /// The same for verdicts that moved and are not on record yet: the event, and what happens by it.
    pub(super) fn moves_of(
        &self,
        snapshot: &Snapshot,
        moved: &[Moved],
        origin: &Origin,
    ) -> Result<(Event, CaseMoves), PipelineError> {
        let mut moves = CaseMoves::default();
        if let Some(casework) = &self.rules.casework {
            let judged = moved.iter().filter_map(|Moved { duty, record }| {
                let judged = snapshot.pass.duty(duty)?;
                Some((judged, snapshot.tables.row(judged.kind, record)?))
            });
            let judged: Vec<(&DutyPass, usize)> = judged.collect();
            let about = judged
                .iter()
                .map(|(judged, row)| (judged.duty.as_str(), self.record_at(snapshot, judged.kind, *row)));
            let about: Vec<(&str, RecordRef)> = about.collect();
            let live = self.store.live_cases(&about)?;
            for (((judged, row), (_, about)), live) in judged.into_iter().zip(&about).zip(live) {
                match (judged.standing(row), live) {
                    (Standing::Gap, None) => {
                        let arose_on = self.arises_on(snapshot, (judged, row), about)?;
                        moves.open.push(self.opening(snapshot, casework, (judged, row), Some(arose_on)));
                    }
                    (Standing::Gap, Some(_)) | (_, None) => {}
                    (standing, Some(no)) => moves.end.push((no, ending(standing))),
                }
            }
        }
        moves.end.extend(self.claims_moved(snapshot, moved)?);
        Ok((reconciled_event(snapshot, origin, &moves), moves))
    }

    /// The kinds of case by which something of a duty is asked for.
    fn claim_kinds(&self) -> BTreeSet<CaseKindId> {
        let rules = self.rules.forms.iter().filter_map(|form| form.form.case.as_ref());
        let claims = rules.filter(|rule| rule.asks().is_some());
        claims.flat_map(|rule| rule.opens.kinds().cloned()).collect()
    }

    /// Live claims that there is nothing left to ask for, and why.
    fn claims_settled(&self, snapshot: &Snapshot) -> Result<Vec<(i64, Ending)>, PipelineError> {
        let mut settled = Vec::new();
        for kind in self.claim_kinds() {
            let mut list = Worklist { kind: Some(kind), limit: PAGE, ..Worklist::default() };
            loop {
                let found = self.store.worklist(&list)?;
                settled.extend(found.iter().filter_map(|stored| settled_by(snapshot, stored)));
                match found.last().filter(|_| found.len() == list.limit) {
                    Some(last) => list.after = Some((last.case.due_at, last.no)),
                    None => break,
                }
            }
        }
        Ok(settled)
    }

    /// Those of them that are about records whose verdicts moved.
    fn claims_moved(
        &self,
        snapshot: &Snapshot,
        moved: &[Moved],
    ) -> Result<Vec<(i64, Ending)>, PipelineError> {
        let kinds = self.claim_kinds();
        let mut records: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for Moved { duty, record } in moved {
            let Some(judged) = snapshot.pass.duty(duty) else { continue };
            let Some(row) = snapshot.tables.row(judged.kind, record) else { continue };
            if !matches!(judged.standing(row), Standing::Gap | Standing::Unknown) {
                let kind = self.rules.kinds[judged.kind].id.as_str();
                records.entry(kind).or_default().insert(record.as_str());
            }
        }
        let mut settled = Vec::new();
        for (kind, ids) in records {
            let found = self.store.live_of_kinds(&kinds, (kind, &ids))?;
            settled.extend(found.iter().filter_map(|stored| settled_by(snapshot, stored)));
        }
        Ok(settled)
    }

    /// The day a gap arose, as it will be on record: what the duty tells, or else since when it has been owed.
    fn arises_on(
        &self,
        snapshot: &Snapshot,
        (judged, row): (&DutyPass, usize),
        about: &RecordRef,
    ) -> Result<NaiveDate, PipelineError> {
        if let Some(day) = judged.arises.as_ref().and_then(|days| days.get(row)) {
            return Ok(day);
        }
        let standings = self.store.standings(about.kind.as_str(), about.id.as_str())?;
        let owed = standings.iter().find(|held| held.duty == judged.duty && held.standing.is_owed());
        Ok(owed.and_then(|held| held.arose_on).unwrap_or(snapshot.on))
    }

    /// The case of a gap: its office is the owner of the duty in the record's area (the whole city, where that is not
    /// known), whoever has to act is its bearer unless that is who is served, and its time began when the duty arose.
    fn opening(
        &self,
        snapshot: &Snapshot,
        casework: &Casework,
        (judged, row): (&DutyPass, usize),
        arose_on: Option<NaiveDate>,
    ) -> Opening {
        let CompiledDuty { duty, .. } = &self.rules.duties[judged.index];
        let city = &self.rules.city;
        let about = self.record_at(snapshot, judged.kind, row);
        let beneficiary = match &duty.beneficiary {
            Some(path) => self.follow(snapshot, (judged.kind, row), path),
            None => Some(about.clone()),
        };
        let bearer =
            duty.bearer.as_ref().and_then(|path| self.follow(snapshot, (judged.kind, row), path.as_str()));
        let bearer = bearer.filter(|bearer| Some(bearer) != beneficiary.as_ref());
        let area = self.area_at(snapshot, judged.kind, row);
        let area = area.or_else(|| city.areas.iter().next().map(|area| area.code.clone()));
        let office = match area {
            Some(area) => Office { department: duty.owner.clone(), area },
            None => casework.area_office(&AreaCode::from("")),
        };
        let term = Term::WorkingDays(duty.days);
        Opening {
            filing: None,
            claims: None,
            kind: GAP.into(),
            duty: Some(duty.id.clone()),
            about: Some(about),
            bearer,
            beneficiary,
            office,
            words: None,
            place: None,
            due_at: term.ends_at(midnight(arose_on.unwrap_or(snapshot.on)), &city.calendar),
            term,
        }
    }

    fn record_at(&self, snapshot: &Snapshot, kind: usize, row: usize) -> RecordRef {
        RecordRef {
            kind: self.rules.kinds[kind].id.clone(),
            id: snapshot.tables.table(kind).ids()[row].clone(),
        }
    }

    /// The record to which a dotted path of references leads; none where one of them is not known.
    fn follow(
        &self,
        snapshot: &Snapshot,
        (mut kind, mut row): (usize, usize),
        path: &str,
    ) -> Option<RecordRef> {
        for name in path.split('.') {
            let declared = &self.rules.kinds[kind];
            let fact = declared.facts.iter().position(|fact| fact.id.as_str() == name)?;
            let (next, _) = self.rules.kind(declared.facts[fact].fact_type.target()?.as_str())?;
            row = snapshot.tables.follow(kind, fact, row)?;
            kind = next;
        }
        Some(self.record_at(snapshot, kind, row))
    }
}

/// Why a case ends whose record stands elsewhere than in the gap.
fn ending(standing: Standing) -> Ending {
    match standing {
        Standing::Done | Standing::Leak => Ending::Met,
        Standing::Exempt => Ending::Exempt,
        Standing::Gap | Standing::Unknown | Standing::Out => Ending::Lapsed,
    }
}

/// Why a claim ends by where its record stands on the day; none where it goes on.
fn settled_by(snapshot: &Snapshot, stored: &StoredCase) -> Option<(i64, Ending)> {
    let opening = &stored.case.opening;
    let (claimed, about) = opening.claims.as_ref().zip(opening.about.as_ref())?;
    let judged = snapshot.pass.duty(&claimed.duty)?;
    let row = snapshot.tables.row(judged.kind, &about.id)?;
    Some((stored.no, claimed.asks.ending(judged.standing(row))?))
}

fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Met => "met",
        Ending::Exempt => "exempt",
        Ending::Granted => "granted",
        _ => "lapsed",
    }
}

fn case_event(snapshot: &Snapshot, origin: &Origin, summary: serde_json::Value) -> Event {
    Event {
        event_type: EventType::Case,
        at: origin.at,
        on: snapshot.on,
        actor: origin.actor.clone(),
        synthetic: snapshot.has_synthetic(),
        summary,
    }
}

/// The event by which cases come in step with verdicts.
fn reconciled_event(snapshot: &Snapshot, origin: &Origin, moves: &CaseMoves) -> Event {
    let mut ended: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, ending) in &moves.end {
        *ended.entry(word(ending)).or_default() += 1;
    }
    let mut summary = json!({"reconciled": snapshot.on, "gaps": moves.open.len(), "ended": ended});
    if !moves.follow.is_empty() {
        summary["moved"] = json!(moves.follow.len());
    }
    case_event(snapshot, origin, summary)
}

/// Openings, moves and endings on their way to the register, some thousands at a time.
struct Moves<'a> {
    pipeline: &'a Pipeline,
    snapshot: &'a Snapshot,
    origin: &'a Origin,
    moves: CaseMoves,
    done: Reconciled,
}

impl Moves<'_> {
    fn open(&mut self, opening: Opening) -> Result<(), PipelineError> {
        self.moves.open.push(opening);
        self.send_when_full()
    }

    fn follow(&mut self, no: i64, step: Step) -> Result<(), PipelineError> {
        self.moves.follow.push((no, step));
        self.send_when_full()
    }

    fn end(&mut self, no: i64, ending: Ending) -> Result<(), PipelineError> {
        self.moves.end.push((no, ending));
        self.send_when_full()
    }

    fn send_when_full(&mut self) -> Result<(), PipelineError> {
        let moves = &self.moves;
        let gathered = moves.open.len() + moves.follow.len() + moves.end.len();
        if gathered >= BATCH { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), PipelineError> {
        let moves = std::mem::take(&mut self.moves);
        if moves == CaseMoves::default() {
            return Ok(());
        }
        let event = reconciled_event(self.snapshot, self.origin, &moves);
        let endings: BTreeMap<i64, Ending> = moves.end.iter().cloned().collect();
        let moved = self.pipeline.store.move_cases(event, moves)?;
        self.done.moved += moved.followed.len() as u64;
        self.done.opened += moved.opened.iter().filter(|no| no.is_some()).count() as u64;
        for ending in moved.ended.iter().filter_map(|no| endings.get(no)) {
            *match ending {
                Ending::Met => &mut self.done.met,
                Ending::Exempt => &mut self.done.exempt,
                Ending::Granted => &mut self.done.granted,
                _ => &mut self.done.lapsed,
            } += 1;
        }
        Ok(())
    }
}
