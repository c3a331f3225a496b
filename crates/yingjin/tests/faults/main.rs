//! What must hold when the program is killed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod import;
