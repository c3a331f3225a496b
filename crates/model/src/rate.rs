//! The three rates of an office: answered in time, solved, satisfied; from the steps of cases and nothing else.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::case::{Case, Ending, Office, Refusal, Said, Step};

/// Something that counts, when it was settled, and the office that had the case then.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The office that led.
    pub office: Office,
    /// When: of an answer its instant, of a term that passed its end.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Marked,
}

/// What counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Marked {
    /// Answered, or settled by evidence, before the time was over.
    InTime,
    /// The time passed without an answer.
    Late,
    /// Its time was over already when it became a case: the promise was late, and no office had been asked. Counted
    /// apart, once, when it was opened.
    LateBefore,
    /// The beneficiary said how it went.
    Said(Said),
}

/// What a case's steps say of the offices that had it, up to an instant (the last that counts is before it). A case
/// is settled once for each time that its clock began: by being opened, disputed or reopened. One that ended because
/// the duty lapsed, or that was taken back or merged, counts neither way; one that was late before it was a case is
/// settled by that alone, however soon it is answered.
///
/// Errors: steps that could never have been taken.
pub fn marks(steps: &[(Step, DateTime<Utc>)], until: DateTime<Utc>) -> Result<Vec<Mark>, Refusal> {
    let mut marks = Vec::new();
    let mut steps = steps.iter().take_while(|(_, at)| *at < until);
    let Some((first, at)) = steps.next() else { return Ok(marks) };
    let mut case = Case::open(first, *at)?;
    let mut unsettled = true;
    if case.is_overdue(*at) {
        marks.push(Mark { office: case.office.clone(), at: *at, what: Marked::LateBefore });
        unsettled = false;
    }
    for (step, at) in steps {
        if unsettled && case.is_overdue(*at) {
            marks.push(Mark { office: case.office.clone(), at: case.due_at, what: Marked::Late });
            unsettled = false;
        }
        let office = case.office.clone();
        case.take(step, *at)?;
        let mut mark = |what| marks.push(Mark { office: office.clone(), at: *at, what });
        match step {
            Step::Answered { .. }
            | Step::Refused { .. }
            | Step::Closed(Ending::Met | Ending::Exempt | Ending::Granted | Ending::Confirmed)
                if unsettled =>
            {
                mark(Marked::InTime);
                unsettled = false;
            }
            Step::Closed(_) => unsettled = false,
            Step::Said { said, .. } => {
                mark(Marked::Said(said.clone()));
                unsettled = !said.solved;
            }
            Step::Reopened { .. } => unsettled = true,
            _ => {}
        }
    }
    if unsettled && case.due_at < until && case.is_overdue(until) {
        marks.push(Mark { office: case.office, at: case.due_at, what: Marked::Late });
    }
    Ok(marks)
}

/// Marks counted: of an office, an area, a period, as the caller chose them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rates {
    /// Answered in time.
    pub in_time: u64,
    /// Not answered in time. Response rate: `in_time` ÷ (`in_time` + `late`).
    pub late: u64,
    /// Late already when they became cases. Response rate with them: `in_time` ÷ (`in_time` + `late` + `late_before`).
    pub late_before: u64,
    /// Beneficiaries who said how it went.
    pub said: u64,
    /// Of them, those whom somebody answered.
    pub answered: u64,
    /// Of them, those for whom it is solved. Solution rate: `solved` ÷ `said`.
    pub solved: u64,
    /// Beneficiaries who said whether they are satisfied.
    pub rated: u64,
    /// Of them, those who are. Satisfaction rate: `satisfied` ÷ `rated`.
    pub satisfied: u64,
}

impl Rates {
    /// Counts one more.
    pub fn add(&mut self, what: &Marked) {
        match what {
            Marked::InTime => self.in_time += 1,
            Marked::Late => self.late += 1,
            Marked::LateBefore => self.late_before += 1,
            Marked::Said(said) => {
                self.said += 1;
                self.answered += u64::from(said.answered);
                self.solved += u64::from(said.solved);
                self.rated += u64::from(said.satisfied.is_some());
                self.satisfied += u64::from(said.satisfied == Some(true));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Opening;
    use crate::term::Term;

    fn at(hour: i64) -> DateTime<Utc> {
        "2020-03-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::hours(hour)
    }

    fn office(department: &str) -> Office {
        Office { department: department.into(), area: "01".into() }
    }

    fn answered() -> Step {
        Step::Answered { words: "sent".to_owned() }
    }

    fn said(solved: bool, due: i64) -> Step {
        let said = Said { answered: true, solved, satisfied: None, words: None };
        Step::Said { said, due_at: Some(at(due)) }
    }

    /// A case due after 24 hours; the marks, each as its office, hour and letter.
    fn check(steps: &[(i64, Step)], until: i64, expected: &[(&str, i64, char)]) {
        check_due(24, steps, until, expected);
    }

    fn check_due(due: i64, steps: &[(i64, Step)], until: i64, expected: &[(&str, i64, char)]) {
        let opening = Opening {
            filing: None,
            claims: None,
            kind: "supplies".into(),
            duty: None,
            about: None,
            bearer: None,
            beneficiary: None,
            office: office("first"),
            words: None,
            place: None,
            term: Term::Hours(24),
            due_at: at(due),
        };
        let mut all = vec![(Step::Opened(Box::new(opening)), at(0))];
        all.extend(steps.iter().map(|(hour, step)| (step.clone(), at(*hour))));
        let found = marks(&all, at(until)).unwrap();
        let letter = |what: &Marked| match what {
            Marked::InTime => 'i',
            Marked::Late => 'l',
            Marked::LateBefore => 'b',
            Marked::Said(said) => {
                if said.solved {
                    's'
                } else {
                    'd'
                }
            }
        };
        let expected: Vec<_> =
            expected.iter().map(|(name, hour, letter)| (office(name), at(*hour), *letter)).collect();
        let found: Vec<_> =
            found.into_iter().map(|mark| (mark.office, mark.at, letter(&mark.what))).collect();
        assert_eq!(found, expected, "{steps:?}");
    }

    #[test]
    fn in_time_late_and_not_yet() {
        check(&[(23, answered())], 100, &[("first", 23, 'i')]);
        check(&[(30, answered())], 100, &[("first", 24, 'l')]);
        check(&[], 24, &[]);
        check(&[], 25, &[("first", 24, 'l')]);
        // What came after the period does not count in it.
        check(&[(23, answered())], 20, &[]);
    }

    #[test]
    fn whoever_has_it_when_the_time_passes_is_late() {
        let sent_on = Step::Routed { why: "theirs".to_owned(), to: office("second") };
        check(&[(20, sent_on.clone()), (30, answered())], 100, &[("second", 24, 'l')]);
        check(&[(25, sent_on), (30, answered())], 100, &[("first", 24, 'l')]);
    }

    #[test]
    fn late_before_it_was_a_case_is_counted_apart_and_once() {
        check_due(-9, &[], 100, &[("first", 0, 'b')]);
        check_due(0, &[(1, answered())], 100, &[("first", 0, 'b')]);
        // A dispute gives the office a time of its own.
        let steps = [(1, answered()), (2, said(false, 50))];
        check_due(-9, &steps, 100, &[("first", 0, 'b'), ("first", 2, 'd'), ("first", 50, 'l')]);
    }

    #[test]
    fn a_dispute_begins_anew() {
        let steps = [(20, answered()), (21, said(false, 50)), (60, answered()), (61, said(true, 0))];
        let expected = [("first", 20, 'i'), ("first", 21, 'd'), ("first", 50, 'l'), ("first", 61, 's')];
        check(&steps, 100, &expected);
    }

    #[test]
    fn a_pause_is_not_late() {
        let paused = Step::Paused { why: "waits for the lab".to_owned() };
        check(&[(20, paused.clone())], 100, &[]);
        let resumed = Step::Resumed { due_at: at(44) };
        check(&[(20, paused), (40, resumed), (43, answered())], 100, &[("first", 43, 'i')]);
    }

    #[test]
    fn endings() {
        check(&[(10, Step::Closed(Ending::Met))], 100, &[("first", 10, 'i')]);
        check(&[(10, Step::Closed(Ending::Lapsed))], 100, &[]);
        check(&[(10, Step::Closed(Ending::Merged { into: 1 }))], 100, &[]);
        let reopened = Step::Reopened { why: "broken again".to_owned(), due_at: at(60) };
        let steps = [(10, Step::Closed(Ending::Met)), (40, reopened)];
        check(&steps, 100, &[("first", 10, 'i'), ("first", 60, 'l')]);
    }

    #[test]
    fn silence_is_counted_apart() {
        let mut rates = Rates::default();
        let said = |satisfied| Marked::Said(Said { answered: true, solved: false, satisfied, words: None });
        [said(None), said(Some(false)), said(Some(true)), Marked::InTime]
            .iter()
            .for_each(|what| rates.add(what));
        let expected = Rates { in_time: 1, said: 3, answered: 3, rated: 2, satisfied: 1, ..Rates::default() };
        assert_eq!(rates, expected);
    }
}
