//! The one place where the clock is read. Everything else takes the day and the instant as arguments.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
pub use model::calendar::day_of;

/// This instant, to the microsecond: what both databases keep.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// The day it is in Asia/Shanghai.
pub fn today() -> NaiveDate {
    day_of(now())
}
