//! Makes up a city: `yingjin sample`.
//!
//! ```text
//! recipe   sample.toml of a city folder: populations, and how far each duty's evidence reached by when
//! follow   day by day: what becomes known, and to whom of those owed something it came
//! draw     the facts of one record               dice   chance that can be had again
//! ```
//!
//! What is owed is asked of the city's own duties, so a payment list falls short of the law as it stands in the folder.
//! Nothing here knows a kind, a duty or a city: names are the recipe's.

mod code;
mod dice;
mod draw;
mod error;
mod follow;
mod recipe;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use model::Change;
use model::event::{Event, EventType};
use store::Store;

pub use error::SampleError;
pub use follow::{Take, follow};
pub use recipe::Recipe;

/// What is asked of a recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The same seed makes the same city, to the last digit.
    pub seed: u64,
    /// Sizes other than the recipe's: `firms` → 500.
    pub sizes: BTreeMap<String, u64>,
    /// The last day: what comes later is left out, and all before it is the same.
    pub until: Option<NaiveDate>,
}

/// One sheet as it came in: an event and its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The day, the source, that it is made up.
    pub event: Event,
    /// Its rows.
    pub changes: Vec<Change>,
}

/// Refuses a register that has anything in it: what is made up is never mixed with what is not.
pub fn check_empty(store: &Store) -> Result<(), SampleError> {
    if store.last_seq()? == 0 { Ok(()) } else { Err(SampleError::NotEmpty) }
}

/// Writes a sheet as one event. Errors: whatever the register says.
pub fn write(store: &Store, sheet: Sheet) -> Result<(), SampleError> {
    let summary = sheet.event.summary.clone();
    let mut import = store.import(sheet.event)?;
    for change in sheet.changes {
        import.change(&change)?;
    }
    import.commit(summary)?;
    Ok(())
}

/// The event of a made-up sheet. It is learned on its day at ten in the morning of Asia/Shanghai (two, UTC), sheets of one
/// day a minute apart: a sample has no clock.
fn event(on: NaiveDate, place: usize, summary: serde_json::Value) -> Event {
    let minutes = u32::try_from(place % 600).unwrap_or(0);
    let time = NaiveTime::from_hms_opt(2 + minutes / 60, minutes % 60, 0).unwrap_or_default();
    Event {
        event_type: EventType::Import,
        at: on.and_time(time).and_utc(),
        on,
        actor: "sample".to_owned(),
        synthetic: true,
        summary,
    }
}
