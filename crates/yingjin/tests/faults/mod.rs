//! What must hold when the program is killed.

mod import;
