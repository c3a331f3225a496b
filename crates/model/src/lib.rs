//! Plain types and pure functions of the ledger. No I/O, no async, no clock.
//!
//! ```text
//! register  records of kinds, each a set of facts    kind, value, record
//! duties    who should be served, and by whom        duty, area, calendar
//! verdicts  yes, no or unknown, and the five sets     verdict
//! cases     who has to do what by when              case, casework, term, rate
//! exempting by hand, with reason and proof           exemption
//! pairings  who visits whom, and how often          pairing
//! chains    industrial chains, and who supplies whom chain
//! notices   who is told of what                      notice
//! lots      who is drawn for inspection               draw
//! events    what happened, chained by hash           event
//! ```

pub mod area;
pub mod calendar;
pub mod case;
pub mod casework;
pub mod chain;
pub mod draw;
pub mod duty;
pub mod event;
pub mod exemption;
pub mod file;
pub mod form;
pub mod id;
pub mod kind;
pub mod label;
pub mod letter;
pub mod notice;
pub mod outline;
pub mod pairing;
pub mod rate;
pub mod record;
pub mod term;
pub mod unit;
pub mod uscc;
pub mod value;
pub mod verdict;

pub use area::{Area, Areas};
pub use calendar::Calendar;
pub use case::Case;
pub use casework::Casework;
pub use chain::Chains;
pub use duty::Duty;
pub use exemption::Exemptions;
pub use form::Form;
pub use id::{
    AreaCode, CaseKindId, ClauseId, DepartmentId, DutyId, FactId, FormId, ItemId, KindId, LetterId,
    ParameterId, RecordId,
};
pub use kind::{Fact, Kind};
pub use label::{Label, Lang};
pub use letter::{Letter, Letters};
pub use notice::Notices;
pub use pairing::Pairings;
pub use record::{Change, Record};
pub use term::Term;
pub use unit::Unit;
pub use value::{FactType, Point, Value};
pub use verdict::{Standing, Truth};
