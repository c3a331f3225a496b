//! The one place where the clock is read. Everything else takes the day and the instant as arguments.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
pub use model::calendar::day_of;
use model::calendar::midnight;

/// This instant, to the microsecond: what both databases keep.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// The day it is in Asia/Shanghai.
pub fn today() -> NaiveDate {
    day_of(now())
}

/// What is taken for this instant where the day is fixed: the time it is in Asia/Shanghai, on that day.
pub fn now_on(day: NaiveDate) -> DateTime<Utc> {
    let now = now();
    midnight(day) + (now - midnight(day_of(now)))
}
