//! Officials paired with firms, projects or whatever a city pairs them with: which kinds and facts of the register say so.

use serde::Serialize;

use crate::id::{DutyId, FactId, FormId, KindId};

/// Where the register has a city's pairings. Visits are records that a form makes; whether they were made in time is a
/// duty like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pairings {
    /// The kind whose records pair an official with a record.
    pub kind: KindId,
    /// Its reference to whom the official is paired with.
    pub with: FactId,
    /// Its code: the scheme under which they are paired.
    pub scheme: FactId,
    /// Its text: the official, as people know them.
    pub official: FactId,
    /// Its text: the account of the official.
    pub account: FactId,
    /// Its day, told or derived: when the next visit is due.
    pub due_on: FactId,
    /// The form by which a visit is written; a pairing files it.
    pub form: FormId,
    /// The duty that is served where visits were made in time.
    pub duty: DutyId,
}
