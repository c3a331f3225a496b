//! How long somebody has: terms in hours, in days or in working days, and when they end.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, day_of, midnight};

/// A length of time that law or practice gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// Hours of the clock, by day and night, holidays or not.
    Hours(u32),
    /// Days of the calendar; a last day that is no working day is put off to the next one.
    Days(u32),
    /// Days on which offices work.
    WorkingDays(u32),
}

impl Term {
    /// The first instant that is too late: a term in hours ends to the second; one in days ends with its last day.
    ///
    /// The day on which the term begins is day zero and does not count, at whatever hour it began, and a last day that
    /// is a day off is put off to the first working day (Civil Code of the PRC, art. 201 and 203; so did its
    /// predecessor, the General Provisions, in 2020).
    pub fn ends_at(self, begun_at: DateTime<Utc>, calendar: &Calendar) -> DateTime<Utc> {
        match self.last_day(day_of(begun_at), calendar) {
            Some(last) => midnight(next(last)),
            None => begun_at + self.hours(),
        }
    }

    /// The last day of a term in days that began on that day; none for one in hours.
    pub fn last_day(self, begun_on: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        match self {
            Self::Hours(_) => None,
            Self::Days(days) => {
                let last = begun_on.checked_add_days(Days::new(days.into())).unwrap_or(begun_on);
                Some(calendar.working_day_from(last))
            }
            Self::WorkingDays(days) => Some(calendar.add_working_days(begun_on, days)),
        }
    }

    /// Where the end moves when the clock stood still for a while: a term in hours by the time lost; one in days by
    /// beginning the days that were left, of the day it stopped on and of all after it, anew on the day it goes on.
    pub fn moved(self, ends_at: DateTime<Utc>, stood: &Standstill, calendar: &Calendar) -> DateTime<Utc> {
        let Some(last) = day_of(ends_at).pred_opt().filter(|_| !matches!(self, Self::Hours(_))) else {
            return ends_at + (stood.to - stood.from);
        };
        let (stopped_on, resumed_on) = (day_of(stood.from), day_of(stood.to));
        if stopped_on > last {
            return ends_at;
        }
        let last = match self {
            Self::WorkingDays(_) => {
                let left = calendar.working_days_between(stopped_on, last);
                calendar.add_working_days(resumed_on, u32::try_from(left).unwrap_or(0))
            }
            _ => calendar.working_day_from(resumed_on + (last - stopped_on)),
        };
        midnight(next(last)).max(ends_at)
    }

    /// A time after its beginning before which it never ends.
    pub fn at_least(self) -> Duration {
        match self {
            Self::Hours(hours) => Duration::hours(hours.into()),
            Self::Days(days) | Self::WorkingDays(days) => Duration::days(days.into()),
        }
    }

    fn hours(self) -> Duration {
        match self {
            Self::Hours(hours) => Duration::hours(hours.into()),
            Self::Days(_) | Self::WorkingDays(_) => Duration::zero(),
        }
    }
}

/// A span in which the clock of a case stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standstill {
    /// When it stopped.
    pub from: DateTime<Utc>,
    /// When it went on.
    pub to: DateTime<Utc>,
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spring 2020: 24 January to 2 February and 4 to 6 April were days off; Sunday 19 January was worked.
    fn spring_2020() -> Calendar {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let festival = day("2020-01-24").iter_days().take(10);
        let tomb_sweeping = day("2020-04-04").iter_days().take(3);
        Calendar::new([2020], festival.chain(tomb_sweeping), [day("2020-01-19")])
    }

    /// An instant as a wall clock in Shanghai shows it.
    fn at(local: &str) -> DateTime<Utc> {
        format!("{local}+08:00").parse().unwrap()
    }

    #[test]
    fn ends_over_the_spring_festival() {
        for (begun, term, ends) in [
            // Day zero does not count, early or late in the day, worked or not.
            ("2020-01-16T00:00:00", Term::WorkingDays(1), "2020-01-18T00:00:00"),
            ("2020-01-16T23:59:59", Term::WorkingDays(1), "2020-01-18T00:00:00"),
            ("2020-01-18T10:00:00", Term::WorkingDays(1), "2020-01-20T00:00:00"),
            ("2020-01-23T17:00:00", Term::WorkingDays(1), "2020-02-04T00:00:00"),
            ("2020-01-24T09:00:00", Term::WorkingDays(1), "2020-02-04T00:00:00"),
            ("2020-01-22T09:00:00", Term::WorkingDays(5), "2020-02-07T00:00:00"),
            ("2020-01-17T09:00:00", Term::WorkingDays(60), "2020-04-21T00:00:00"),
            // The last day of a term in days is put off to a working day.
            ("2020-01-10T09:00:00", Term::Days(7), "2020-01-18T00:00:00"),
            ("2020-01-17T09:00:00", Term::Days(7), "2020-02-04T00:00:00"),
            ("2020-01-12T09:00:00", Term::Days(7), "2020-01-20T00:00:00"),
            ("2020-01-24T09:00:00", Term::Days(15), "2020-02-11T00:00:00"),
            ("2020-01-23T09:00:00", Term::Days(0), "2020-01-24T00:00:00"),
            // Hours run through the holiday.
            ("2020-01-24T22:30:00", Term::Hours(2), "2020-01-25T00:30:00"),
            ("2020-01-31T12:00:00", Term::Hours(24), "2020-02-01T12:00:00"),
        ] {
            assert_eq!(term.ends_at(at(begun), &spring_2020()), at(ends), "{term:?} from {begun}");
        }
    }

    #[test]
    fn a_standstill_moves_the_end() {
        let calendar = spring_2020();
        for (term, begun, from, to, ends) in [
            (
                Term::Hours(24),
                "2020-02-03T09:00:00",
                "2020-02-03T10:00:00",
                "2020-02-03T15:30:00",
                "2020-02-04T14:30:00",
            ),
            // Five days, stopped after two: three are left on the day it goes on.
            (
                Term::WorkingDays(5),
                "2020-02-03T09:00:00",
                "2020-02-05T09:00:00",
                "2020-02-12T20:00:00",
                "2020-02-18T00:00:00",
            ),
            // Stopped and started on one day: nothing is won.
            (
                Term::WorkingDays(5),
                "2020-02-03T09:00:00",
                "2020-02-05T09:00:00",
                "2020-02-05T20:00:00",
                "2020-02-11T00:00:00",
            ),
            (
                Term::Days(7),
                "2020-02-03T09:00:00",
                "2020-02-05T09:00:00",
                "2020-02-06T20:00:00",
                "2020-02-12T00:00:00",
            ),
            // Stopped when it was over already.
            (
                Term::Days(1),
                "2020-02-03T09:00:00",
                "2020-02-06T09:00:00",
                "2020-02-20T20:00:00",
                "2020-02-05T00:00:00",
            ),
        ] {
            let stood = Standstill { from: at(from), to: at(to) };
            let moved = term.moved(term.ends_at(at(begun), &calendar), &stood, &calendar);
            assert_eq!(moved, at(ends), "{term:?} from {begun}");
        }
    }
}
