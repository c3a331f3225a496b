//! Names as city folders write them.

use super::mistake;
use super::source::{Log, Written};
use crate::language::is_name;

/// A name of anything but facts and parameters.
pub(super) fn id(log: &Log, written: Option<Written>) -> Option<Written> {
    let written = written?;
    let fits = written.text.starts_with(|ch: char| ch.is_ascii_lowercase())
        && written.text.chars().all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "_-".contains(ch));
    if !fits {
        log.error(&written.at, "bad-name", mistake::bad_id(&written.text));
        return None;
    }
    Some(written)
}

/// The name of a fact or a parameter: a word in expressions too.
pub(super) fn word(log: &Log, written: Option<Written>) -> Option<Written> {
    let written = id(log, written)?;
    if written.text.contains('-') || !is_name(&written.text) {
        log.error(&written.at, "bad-name", mistake::bad_name(&written.text));
        return None;
    }
    Some(written)
}
