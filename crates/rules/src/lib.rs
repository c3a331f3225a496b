//! A city folder becomes checked rules; checked rules become verdicts with reasons.
//!
//! ```text
//! language   text -> typed expressions, or diagnostics           sqlparser in, [`expr`] out
//! city       a folder of TOML -> a [`ruleset::RuleSet`], or every mistake at once
//! table      records as columns
//! plan       all duties of a kind as distinct conditions and AND/OR/NOT over them
//! evaluate   columns (a kind at once) and one (a record, traced); they check each other
//! words      a condition in words, for people who do not read rules
//! explain    reasons, what would have to differ, what to ask first
//! compare    two passes: newly owed, no longer owed, money
//! sweep      what a duty costs over the whole range of a parameter
//! sql        the same rules as standard SQL
//! ```

pub mod bits;
pub mod check;
pub mod city;
pub mod column;
pub mod compare;
pub mod diagnostic;
pub mod evaluate;
pub mod explain;
pub mod expr;
pub mod language;
pub mod number;
pub mod parameter;
mod places;
pub mod plan;
pub mod print;
pub mod reads;
pub mod ruleset;
#[cfg(test)]
mod sample;
pub mod sql;
mod stored;
pub mod sweep;
pub mod table;
pub mod words;
