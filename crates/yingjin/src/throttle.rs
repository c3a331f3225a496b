//! How often somebody may try. Instants are arguments.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Keys kept at once; past it, those not tried for longest are forgotten.
const KEYS_MAX: usize = 100_000;

/// At most so many attempts within a window, a key. Kept in memory: a restart forgives.
pub struct Throttle {
    attempts: usize,
    window: TimeDelta,
    seen: Mutex<HashMap<String, VecDeque<DateTime<Utc>>>>,
}

impl Throttle {
    /// At most `attempts` within any `window_s` seconds.
    pub fn new(attempts: usize, window_s: i64) -> Self {
        Self { attempts, window: TimeDelta::seconds(window_s), seen: Mutex::default() }
    }

    /// Whether a key may try now; if not, in how many seconds.
    pub fn check(&self, key: &str, now: DateTime<Utc>) -> Result<(), u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = seen.get_mut(key) else { return Ok(()) };
        // An attempt far ahead was counted before the clock was set back: nobody waits for that.
        times.retain(|at| (now - *at).abs() < self.window);
        match times.front() {
            Some(first) if times.len() >= self.attempts => {
                let wait = (*first + self.window - now).num_seconds().max(0) + 1;
                Err(u64::try_from(wait).unwrap_or(1))
            }
            _ => Ok(()),
        }
    }

    /// Counts an attempt.
    pub fn count(&self, key: &str, now: DateTime<Utc>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= KEYS_MAX && !seen.contains_key(key) {
            let window = self.window;
            seen.retain(|_, times| times.back().is_some_and(|at| *at + window > now));
            if seen.len() >= KEYS_MAX {
                seen.clear();
            }
        }
        let times = seen.entry(key.to_owned()).or_default();
        times.push_back(now);
        while times.len() > self.attempts {
            times.pop_front();
        }
    }

    /// Forgets a key: it was who it said.
    pub fn forgive(&self, key: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_the_window_has_passed() {
        let throttle = Throttle::new(2, 60);
        let at = |s: i64| DateTime::from_timestamp(1_583_452_800 + s, 0).unwrap();
        throttle.count("a", at(0));
        assert_eq!(throttle.check("a", at(1)), Ok(()));
        throttle.count("a", at(10));
        assert_eq!(throttle.check("a", at(20)), Err(41));
        assert_eq!(throttle.check("b", at(20)), Ok(()));
        assert_eq!(throttle.check("a", at(60)), Ok(()));
        throttle.count("a", at(61));
        assert!(throttle.check("a", at(62)).is_err());
        throttle.forgive("a");
        assert_eq!(throttle.check("a", at(62)), Ok(()));
    }

    #[test]
    fn nobody_waits_for_a_clock_that_was_set_back() {
        let throttle = Throttle::new(2, 60);
        let at = |s: i64| DateTime::from_timestamp(1_583_452_800 + s, 0).unwrap();
        throttle.count("a", at(86_400));
        throttle.count("a", at(86_400));
        assert!(throttle.check("a", at(86_401)).is_err());
        assert_eq!(throttle.check("a", at(0)), Ok(()));
        throttle.count("a", at(0));
        throttle.count("a", at(1));
        assert!(throttle.check("a", at(2)).is_err());
    }
}
