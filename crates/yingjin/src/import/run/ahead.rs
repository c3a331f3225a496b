//! Rows read ahead, on a thread of their own: while a row is matched and written, the cells of the next are read.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope};

use model::{FactType, Kind};

use super::telling::{is_header_again, is_total};
use super::{Turn, shown};
use crate::import::error::ImportError;
use crate::import::mapping::{Bound, Told};
use crate::import::matching;
use crate::import::plan::SheetPlan;
use crate::import::reason::Reason;
use crate::import::sheet::{Cell, Row, Rows};
use crate::import::value::Reading;

/// Rows handed over at once.
const ROWS: usize = 256;
/// Bytes of texts handed over at once, but for the last row's.
const BYTES: usize = 1 << 18;
/// Batches that may wait: with the two at work these are all that is held.
const WAITING: usize = 4;

/// Which rows of which sheet are read.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'p, 'a> {
    pub kind: &'a Kind,
    pub plan: &'p SheetPlan<'a>,
    pub turn: Turn,
}

/// A row whose cells were read.
pub(super) struct ReadRow {
    pub row: Row,
    /// Why it is no row of data, if it is none; its cells are not read then.
    pub no_data: Option<Reason>,
    /// What its cells say, by the plan's columns.
    pub readings: Vec<Reading>,
}

/// Rows that were read ahead.
#[derive(Default)]
pub(super) struct Batch {
    pub rows: Vec<ReadRow>,
    /// Rows passed over that come in the second and in the third reading.
    pub later: [u64; 2],
    /// Rows passed over that came in an earlier reading.
    pub earlier: u64,
}

impl Batch {
    /// Rows of the sheet that it stands for.
    pub fn len(&self) -> u64 {
        self.rows.len() as u64 + self.later.iter().sum::<u64>() + self.earlier
    }
}

/// Begins to read. The thread ends with the rows, with an error, which is the last to be received, or when nobody
/// receives any more.
pub(super) fn read<'scope, 'a>(
    scope: &'scope Scope<'scope, '_>,
    mut rows: Rows<'scope>,
    wanted: Wanted<'scope, 'a>,
) -> Result<Receiver<Result<Batch, ImportError>>, ImportError>
where
    'a: 'scope,
{
    let (send, receive) = sync_channel(WAITING);
    Builder::new()
        .name("import-reader".to_owned())
        .spawn_scoped(scope, move || {
            if let Err(error) = read_all(&mut rows, wanted, &send) {
                // Who cancelled has gone.
                let _ = send.send(Err(error));
            }
        })
        .map_err(ImportError::Read)?;
    Ok(receive)
}

fn read_all(
    rows: &mut Rows<'_>,
    wanted: Wanted<'_, '_>,
    send: &SyncSender<Result<Batch, ImportError>>,
) -> Result<(), ImportError> {
    let Wanted { kind, plan, turn } = wanted;
    let key = key_column(kind, plan);
    // What stood last in the columns where an empty cell means the one above.
    let mut above: HashMap<usize, Cell> = HashMap::new();
    let mut batch = Batch::default();
    let mut bytes = 0;
    let mut row = Row::default();
    while rows.read(&mut row)? {
        if row.number <= plan.header.last_row {
            continue;
        }
        fill_down(plan, &mut row, &mut above);
        let code = key.map(|place| plan.columns[place].read(&row));
        match turn_of(kind, plan, (&row, code.as_ref())) {
            own if own == turn => {
                bytes += row.bytes();
                batch.rows.push(read_row(plan, std::mem::take(&mut row), key.zip(code)));
            }
            own if own < turn => batch.earlier += 1,
            own => batch.later[usize::from(own == Turn::Wrong)] += 1,
        }
        if batch.len() >= ROWS as u64 || bytes >= BYTES {
            bytes = 0;
            if send.send(Ok(std::mem::take(&mut batch))).is_err() {
                return Ok(());
            }
        }
    }
    let _ = send.send(Ok(batch));
    Ok(())
}

fn fill_down(plan: &SheetPlan<'_>, row: &mut Row, above: &mut HashMap<usize, Cell>) {
    for column in plan.columns.iter().filter(|column| column.fill_down) {
        if !row.cell(column.index).is_blank() {
            above.insert(column.index, row.cell(column.index).clone());
        } else if let Some(cell) = above.get(&column.index) {
            if row.cells.len() <= column.index {
                row.cells.resize(column.index + 1, Cell::Empty);
            }
            row.cells[column.index] = cell.clone();
        }
    }
}

/// The place among the plan's columns of the code that tells records apart whose names are registered.
fn key_column(kind: &Kind, plan: &SheetPlan<'_>) -> Option<usize> {
    let key = matching::single_key(kind).filter(|_| matching::has_registered_names(kind))?;
    plan.columns.iter().position(|column| matches!(&column.path, Told::Own(own) if own == key.id.as_str()))
}

/// In which reading a row is taken.
fn turn_of(kind: &Kind, plan: &SheetPlan<'_>, (row, code): (&Row, Option<&Reading>)) -> Turn {
    if !matching::has_registered_names(kind) || matching::single_key(kind).is_none() {
        return Turn::Keyed;
    }
    match code {
        Some(Reading::Known(_) | Reading::Doubtful(..)) => Turn::Keyed,
        Some(Reading::Missing) | None => Turn::Named,
        Some(Reading::Refused(_)) => {
            let written = key_column(kind, plan).map(|place| shown(row.cell(plan.columns[place].index)));
            if written.is_some_and(|text| matching::is_old_number(&text)) { Turn::Named } else { Turn::Wrong }
        }
    }
}

fn read_row(plan: &SheetPlan<'_>, row: Row, mut code: Option<(usize, Reading)>) -> ReadRow {
    let no_data = if is_total(plan, &row) {
        Some(Reason::Total)
    } else {
        is_header_again(plan, &row).then_some(Reason::HeaderAgain)
    };
    if no_data.is_some() {
        return ReadRow { row, no_data, readings: Vec::new() };
    }
    let mut readings = Vec::with_capacity(plan.columns.len());
    for (place, column) in plan.columns.iter().enumerate() {
        readings.push(match code.take_if(|(own, _)| *own == place) {
            Some((_, reading)) => reading,
            None => column.read(&row),
        });
    }
    ReadRow { row, no_data, readings }
}

impl Bound<'_> {
    /// What its cell in a row says.
    fn read(&self, row: &Row) -> Reading {
        let is_number = matches!(self.reader.fact().fact_type, FactType::Int | FactType::Decimal { .. });
        if is_number && row.merged.contains(&self.index) {
            return Reading::Refused(Reason::MergedNumber);
        }
        self.reader.read(row.cell(self.index))
    }
}
