//! The one place where the clock is read. Everything else takes the day and the instant as arguments.

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};

/// Seconds by which Asia/Shanghai is ahead of UTC; it has kept no summer time since 1991.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// This instant, to the microsecond: what both databases keep.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// The day it is in Asia/Shanghai.
pub fn today() -> NaiveDate {
    day_of(now())
}

/// The day in Asia/Shanghai on which an instant falls.
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(SHANGHAI_SECONDS) {
        Some(offset) => instant.with_timezone(&offset).date_naive(),
        None => instant.date_naive(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_sixteen_hours_utc() {
        let day = |text: &str| day_of(text.parse().unwrap()).to_string();
        assert_eq!(day("2020-03-05T15:59:59Z"), "2020-03-05");
        assert_eq!(day("2020-03-05T16:00:00Z"), "2020-03-06");
    }
}
