//! Numbers over a day's verdicts that take long to gather: by area, how fast, how late, which facts are missing.
//! Each is gathered when it is first asked for, and again after the day has changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use model::{AreaCode, KindId, RecordId, Standing, Truth};
use rules::evaluate::{Counts, DutyPass};
use store::StoredVerdict;

use super::{Pipeline, PipelineError, Snapshot};

/// What recorded passes say of a duty, by row.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The day since which a row is owed.
    pub arose: HashMap<usize, NaiveDate>,
    /// The day a row was served.
    pub met: HashMap<usize, NaiveDate>,
    /// Rows that were served, and the days that took, one a time.
    times: Vec<(usize, i64)>,
}

/// The numbers of one duty on a day.
#[derive(Debug, Default)]
pub struct Figures {
    /// By the area each record lies in itself; none for records whose area is missing.
    pub by_area: BTreeMap<Option<AreaCode>, AreaFigures>,
    /// What recorded passes say.
    pub history: Arc<History>,
}

/// The numbers of one duty in one area.
#[derive(Clone, Debug, Default)]
pub struct AreaFigures {
    /// How many records stand where, and money.
    pub counts: Counts,
    /// Gaps whose due day has passed.
    pub overdue: u64,
    /// Days from owed to done, one a time it was served, in no order.
    pub days_to_done: Vec<i64>,
}

impl AreaFigures {
    /// Adds another area's.
    pub fn add(&mut self, other: &Self) {
        self.counts += &other.counts;
        self.overdue += other.overdue;
        self.days_to_done.extend(&other.days_to_done);
    }

    /// The days within which `share` percent were served; none if nothing was. The nearest rank: always a number of
    /// days that somebody waited.
    pub fn days_percentile(&self, share: usize) -> Option<i64> {
        let mut days = self.days_to_done.clone();
        days.sort_unstable();
        let rank = (days.len() * share).div_ceil(100).max(1);
        days.get(rank - 1).copied()
    }
}

/// Rows whose verdict hangs by little.
#[derive(Debug, Default)]
pub struct Doubts {
    /// Unknown rows, and the missing facts that decide, by dotted path.
    pub missing: BTreeMap<usize, Vec<String>>,
    /// Rows that fail one clause alone, and its place.
    pub near_misses: BTreeMap<usize, usize>,
}

impl History {
    fn keep(&mut self, row: usize, verdict: &StoredVerdict, on: NaiveDate) {
        if let Some(day) = verdict.arose_on.filter(|day| *day <= on) {
            self.arose.insert(row, day);
        }
        if let Some(day) = verdict.met_on.filter(|day| *day <= on) {
            self.met.insert(row, day);
        }
    }
}

/// What was gathered already, by the duty's place in the rules.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    histories: Mutex<HashMap<usize, Arc<History>>>,
    figures: Mutex<HashMap<usize, Arc<Figures>>>,
    doubts: Mutex<HashMap<usize, Arc<Doubts>>>,
}

impl Gathered {
    /// Forgets what hangs on the verdicts; histories stay, for they are brought up to date record by record.
    pub fn forget(&mut self) {
        self.figures = Mutex::default();
        self.doubts = Mutex::default();
    }

    /// Forgets histories too: a whole pass was recorded.
    pub fn forget_histories(&mut self) {
        self.histories = Mutex::default();
    }
}

/// One who waits while another gathers the same thing gets it from them.
fn gather<T>(
    kept: &Mutex<HashMap<usize, Arc<T>>>,
    key: usize,
    gather: impl FnOnce() -> Result<T, PipelineError>,
) -> Result<Arc<T>, PipelineError> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(have) = kept.get(&key) {
        return Ok(Arc::clone(have));
    }
    let made = Arc::new(gather()?);
    kept.insert(key, Arc::clone(&made));
    Ok(made)
}

impl Pipeline {
    /// The numbers of a duty on a day.
    pub fn figures(&self, snapshot: &Snapshot, duty: &DutyPass) -> Result<Arc<Figures>, PipelineError> {
        gather(&snapshot.gathered.figures, duty.index, || {
            let history = self.history(snapshot, duty)?;
            let mut figures = Figures { history, ..Figures::default() };
            for (area, counts) in snapshot.pass.counts_by_area(duty) {
                figures.by_area.insert(area, AreaFigures { counts, ..AreaFigures::default() });
            }
            let area_of = |row: usize| snapshot.pass.area(duty.kind, row).map(AreaCode::from);
            let compiled = &self.rules.duties[duty.index].duty;
            let mut due_days: HashMap<NaiveDate, NaiveDate> = HashMap::new();
            for row in duty.rows_in(Standing::Gap) {
                let told = duty.arises.as_ref().and_then(|days| days.get(row));
                let Some(arose) = told.or_else(|| figures.history.arose.get(&row).copied()) else { continue };
                let due = due_days
                    .entry(arose)
                    .or_insert_with(|| self.rules.city.calendar.add_working_days(arose, compiled.days));
                if *due < snapshot.on {
                    figures.by_area.entry(area_of(row)).or_default().overdue += 1;
                }
            }
            for (row, days) in &figures.history.times {
                figures.by_area.entry(area_of(*row)).or_default().days_to_done.push(*days);
            }
            Ok(figures)
        })
    }

    /// What recorded passes say of a duty up to the day.
    fn history(&self, snapshot: &Snapshot, duty: &DutyPass) -> Result<Arc<History>, PipelineError> {
        gather(&snapshot.gathered.histories, duty.index, || {
            let mut history = History::default();
            let row_of = |record: &RecordId| snapshot.tables.row(duty.kind, record);
            self.store.each_standing(duty.duty.as_str(), |verdict| {
                if let Some(row) = row_of(&verdict.record) {
                    history.keep(row, &verdict, snapshot.on);
                }
            })?;
            let spans = &self.rules.duties[duty.index].duty.valid;
            let from = spans.iter().map(|span| span.from).min().unwrap_or(snapshot.on);
            let times = self.store.times_to_done(duty.duty.as_str(), from, snapshot.on)?;
            history.times =
                times.into_iter().filter_map(|time| Some((row_of(&time.record)?, time.days))).collect();
            Ok(history)
        })
    }

    /// Brings the histories up to date with the recorded verdicts of single records.
    pub(super) fn catch_up_histories(
        &self,
        snapshot: &mut Snapshot,
        turned: &[(KindId, RecordId)],
    ) -> Result<(), PipelineError> {
        let histories = snapshot.gathered.histories.get_mut().unwrap_or_else(PoisonError::into_inner);
        if histories.is_empty() {
            return Ok(());
        }
        for (kind, id) in turned {
            let stored = self.store.standings(kind.as_str(), id.as_str())?;
            for duty in snapshot.pass.duties.iter().filter(|duty| self.rules.kinds[duty.kind].id == *kind) {
                let (Some(history), Some(row)) =
                    (histories.get_mut(&duty.index), snapshot.tables.row(duty.kind, id))
                else {
                    continue;
                };
                let history = Arc::make_mut(history);
                let was_met = history.met.remove(&row);
                history.arose.remove(&row);
                let Some(verdict) = stored.iter().find(|verdict| verdict.duty == duty.duty) else { continue };
                history.keep(row, verdict, snapshot.on);
                let (arose, met) = (history.arose.get(&row).copied(), history.met.get(&row).copied());
                if let (Some(arose), Some(met)) = (arose, met)
                    && was_met != Some(met)
                {
                    history.times.push((row, (met - arose).num_days()));
                }
            }
        }
        Ok(())
    }

    /// The rows of a duty that are unknown or fail one clause alone.
    pub fn doubts(&self, snapshot: &Snapshot, duty: &DutyPass) -> Result<Arc<Doubts>, PipelineError> {
        gather(&snapshot.gathered.doubts, duty.index, || {
            let missing = snapshot.pass.missing_by_row(&self.rules, &snapshot.tables, duty);
            let mut doubts = Doubts { missing, near_misses: BTreeMap::new() };
            let others = duty.rows_in(Standing::Out).chain(duty.rows_in(Standing::Leak));
            for row in others.filter(|row| snapshot.pass.near_miss(duty, *row)) {
                let clauses = snapshot.pass.clauses(duty, row);
                if let Some(clause) = clauses.iter().position(|truth| *truth == Truth::No) {
                    doubts.near_misses.insert(row, clause);
                }
            }
            Ok(doubts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_days_somebody_waited() {
        let of = |days: &[i64], share| {
            AreaFigures { days_to_done: days.to_vec(), ..AreaFigures::default() }.days_percentile(share)
        };
        assert_eq!(of(&[], 50), None);
        assert_eq!(of(&[7], 90), Some(7));
        assert_eq!(of(&[9, 1, 3], 50), Some(3));
        assert_eq!(of(&[4, 3, 2, 1], 50), Some(2));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), Some(9));
    }
}
