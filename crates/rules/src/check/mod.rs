//! What can be said of rules before there is any register: cases, gaps in parameters, conditions that tell nobody
//! apart. Plain results; [`crate::city`] says them to people, with their places.

pub mod cases;
pub mod coverage;
pub mod possible;
