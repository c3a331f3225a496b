//! The register on both databases: the same tests, each on a register of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod accounts;
mod cases;
mod chain;
mod faults;
mod files;
mod fixture;
mod props;
mod records;
mod tls;
mod verdicts;
mod writers;

/// Runs each named test once on SQLite and once on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name(&crate::fixture::Register::sqlite());
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                if let Some(register) = crate::fixture::Register::postgres() {
                    super::$name(&register);
                }
            })*
        }
    };
}
pub(crate) use on_both;
