//! Working days.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, Days, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
    Weekday,
};

/// Seconds by which Asia/Shanghai is ahead of UTC; it has kept no summer time since 1991.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// The day in Asia/Shanghai on which an instant falls.
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    in_china(instant).date()
}

/// What clocks in Asia/Shanghai show at an instant.
pub fn in_china(instant: DateTime<Utc>) -> NaiveDateTime {
    match FixedOffset::east_opt(SHANGHAI_SECONDS) {
        Some(offset) => instant.with_timezone(&offset).naive_local(),
        None => instant.naive_utc(),
    }
}

/// The instant at which a day begins in Asia/Shanghai.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)) - Duration::seconds(SHANGHAI_SECONDS.into())
}

/// The working days of a place: Monday to Friday, less holidays, plus the make-up days that the
/// State Council sets each year. Years for which no notice is held follow the week alone; see [`Calendar::covers`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendar {
    years: BTreeSet<i32>,
    holidays: BTreeSet<NaiveDate>,
    makeup: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// `years`: those whose notice is held. `holidays`: days off that would be working days or not.
    /// `makeup`: Saturdays and Sundays that are worked.
    pub fn new(
        years: impl IntoIterator<Item = i32>,
        holidays: impl IntoIterator<Item = NaiveDate>,
        makeup: impl IntoIterator<Item = NaiveDate>,
    ) -> Self {
        Self {
            years: years.into_iter().collect(),
            holidays: holidays.into_iter().collect(),
            makeup: makeup.into_iter().collect(),
        }
    }

    /// Whether the notice of that day's year is held.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.years.contains(&day.year())
    }

    /// Whether offices work on that day.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        if self.makeup.contains(&day) {
            return true;
        }
        !self.holidays.contains(&day) && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// The last day of a term of `days` working days. The day on which it starts is day zero and does not
    /// count (Civil Code art. 201: the day the term begins is not counted); a term of no days ends that day.
    pub fn add_working_days(&self, start: NaiveDate, days: u32) -> NaiveDate {
        let mut day = start;
        let mut left = days;
        while left > 0 {
            match day.checked_add_days(Days::new(1)) {
                Some(next) => day = next,
                None => return day,
            }
            if self.is_working(day) {
                left -= 1;
            }
        }
        day
    }

    /// That day if offices work on it, else the next day on which they do.
    pub fn working_day_from(&self, day: NaiveDate) -> NaiveDate {
        day.iter_days().find(|day| self.is_working(*day)).unwrap_or(day)
    }

    /// Working days after `start` up to and including `end`; negative when `end` is before `start`.
    pub fn working_days_between(&self, start: NaiveDate, end: NaiveDate) -> i64 {
        let (first, last, sign) = if start <= end { (start, end, 1) } else { (end, start, -1) };
        let working = first.iter_days().skip(1).take_while(|day| *day <= last);
        sign * i64::try_from(working.filter(|day| self.is_working(*day)).count()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The Spring Festival of 2020, prolonged to 2 February by the State Council's notice of 26 January;
    /// Sunday 19 January was a make-up day.
    fn spring_2020() -> Calendar {
        Calendar::new([2020], day("2020-01-24").iter_days().take(10), [day("2020-01-19")])
    }

    fn check(start: &str, days: u32, expected: &str) {
        let calendar = spring_2020();
        let end = calendar.add_working_days(day(start), days);
        assert_eq!(end, day(expected), "{start} + {days} working days");
        if days > 0 {
            assert_eq!(calendar.working_days_between(day(start), end), i64::from(days));
        }
    }

    #[test]
    fn the_day_begins_at_sixteen_hours_utc() {
        for (instant, expected) in
            [("2020-03-05T15:59:59Z", "2020-03-05"), ("2020-03-05T16:00:00Z", "2020-03-06")]
        {
            assert_eq!(day_of(instant.parse().unwrap()), day(expected));
        }
        assert_eq!(midnight(day("2020-03-06")), "2020-03-05T16:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn terms_across_the_holiday() {
        check("2020-01-17", 1, "2020-01-19");
        check("2020-01-19", 1, "2020-01-20");
        check("2020-01-23", 1, "2020-02-03");
        check("2020-01-24", 1, "2020-02-03");
        check("2020-02-02", 1, "2020-02-03");
        check("2020-02-06", 7, "2020-02-17");
        check("2020-02-08", 0, "2020-02-08");
    }

    #[test]
    fn backwards_is_negative() {
        assert_eq!(spring_2020().working_days_between(day("2020-02-03"), day("2020-01-23")), -1);
        assert_eq!(spring_2020().working_days_between(day("2020-02-04"), day("2020-01-23")), -2);
    }
}
