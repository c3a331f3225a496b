//! The loop of the whole program. Plain blocking functions: the command line and the server call the same ones.
//!
//! ```text
//! register  what is known                                   store
//! tables    the same as columns, as it was on a day          rules::table
//! facts     derived facts, computed in order                 rules::evaluate
//! duties    rules over facts: verdicts with reasons          rules::evaluate
//! events    what differs from before, kept                   store
//! cases     every gap: who has it, by when                   store
//! draw      who of those who filed is inspected              store
//! chains    who supplies whom: what a firm lacks and blocks   chain
//! ```

mod cases;
mod chains;
mod days;
mod draw;
mod facts;
mod figures;
mod filing;
mod record;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use model::{Lang, RecordId};
use rules::diagnostic::Diagnostic;
use rules::evaluate::{Pass, Setting, pass};
use rules::ruleset::RuleSet;
use rules::table::{TableError, Tables};
use store::{Schema, Store, StoreError};

pub use cases::Reconciled;
pub use chains::{FirmFigures, FirmRow, LeftOut, SupplyNetwork, SupplyRow, SupplyRows};
pub use days::{Days, Moved};
pub use draw::{DrawSummary, DrawnArea, Prepared, Redrawn, StoredDraw};
pub use facts::StoreFacts;
pub use figures::{AreaFigures, Doubts, Figures, History};
pub use record::Origin;

/// A city and its register.
#[derive(Clone)]
pub struct Pipeline {
    /// What the city folder says.
    pub rules: Arc<RuleSet>,
    /// What is known.
    pub store: Store,
}

/// Why the loop did not run.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The city folder has mistakes.
    #[error("the city folder {} has {} mistakes; yingjin check shows them", .0.display(), .1.len())]
    City(PathBuf, Vec<Diagnostic>),
    /// The register cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record has no place in the tables.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A later day is on record already.
    #[error("a pass for {later} is on record already, so one for {on} would write history backwards")]
    Backwards {
        /// The day asked for.
        on: NaiveDate,
        /// The last day on record.
        later: NaiveDate,
    },
    /// A draw of a day that is not over: somebody may still file, and the seed is not fixed.
    #[error("{day} is not over: a day is drawn for once nobody can file on it")]
    NotOver {
        /// The day asked for.
        day: NaiveDate,
    },
    /// Nobody knows which share of filings is drawn.
    #[error("parameter {parameter} has no value for {day}: which share is drawn is not known")]
    NoShare {
        /// The parameter.
        parameter: String,
        /// The day asked for.
        day: NaiveDate,
    },
    /// Supplies that make no network, though they were checked.
    #[error("the supplies on record make no network: {0}")]
    Network(String),
    /// Somebody stopped it.
    #[error("stopped before it was done; nothing was changed")]
    Stopped,
}

impl PipelineError {
    /// The error in one language.
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (_, Self::Store(error)) => error.message(lang),
            (Lang::Zh, Self::City(folder, mistakes)) => {
                format!(
                    "城市文件夹 {} 有 {} 处错误，请用 yingjin check 查看",
                    folder.display(),
                    mistakes.len()
                )
            }
            (Lang::Zh, Self::Table(error)) => format!("登记库中的记录无法装入：{}", error.label().zh),
            (Lang::Zh, Self::Backwards { on, later }) => {
                format!("{later} 的核对结果已经记录，不能再补记更早的 {on}")
            }
            (Lang::Zh, Self::NotOver { day }) => {
                format!("{day} 还没有过完：当天不能再备案之后，才能抽签")
            }
            (Lang::Zh, Self::NoShare { parameter, day }) => {
                format!("参数 {parameter} 在 {day} 没有值，不知道抽查比例")
            }
            (Lang::Zh, Self::Network(why)) => format!("登记的供应关系不能组成网络：{why}"),
            (Lang::Zh, Self::Stopped) => "已中止，数据没有改动".to_owned(),
            (Lang::En, _) => self.to_string(),
        }
    }
}

/// Every record and every verdict of a day.
pub struct Snapshot {
    /// The day.
    pub on: NaiveDate,
    /// The last event it knows of.
    pub seq: i64,
    /// The register as columns.
    pub tables: Tables,
    /// The verdicts.
    pub pass: Pass,
    /// By kind and row, whether anything of the record is made up.
    pub synthetic: Vec<Vec<bool>>,
    /// Verdicts that moved since and are not on record yet.
    moved: Vec<Moved>,
    /// Whether something was judged that did not come to be on record: it has to be judged anew.
    is_ahead: bool,
    gathered: figures::Gathered,
}

impl Pipeline {
    /// Opens a register with the city whose rules it is judged by. A register that is not there is made.
    pub fn open(city: &Path, db: &str) -> Result<Self, PipelineError> {
        let rules = load(city)?;
        let store = Store::open(db, &Schema::of(&rules.kinds))?;
        Ok(Self { rules: Arc::new(rules), store })
    }

    /// Opens a register only to look at it: nothing is made, and nothing can be written.
    pub fn inspect(city: &Path, db: &str) -> Result<Self, PipelineError> {
        Ok(Self { rules: Arc::new(load(city)?), store: Store::inspect(db)? })
    }

    /// register → tables → facts → duties → verdicts, as of a day.
    pub fn judge(&self, on: NaiveDate) -> Result<Snapshot, PipelineError> {
        let seq = self.store.last_seq()?;
        let (tables, synthetic) = self.tables(on)?;
        let pass = pass(&self.rules, &tables, &Setting::on(on));
        let gathered = figures::Gathered::default();
        let moved = Vec::new();
        Ok(Snapshot { on, seq, tables, pass, synthetic, moved, is_ahead: false, gathered })
    }
}

fn load(city: &Path) -> Result<RuleSet, PipelineError> {
    match rules::city::load(city) {
        Ok(loaded) => Ok(loaded.ruleset),
        Err(mistakes) => Err(PipelineError::City(city.to_owned(), mistakes)),
    }
}

impl Snapshot {
    /// Whether anything of a record is made up.
    pub fn is_synthetic(&self, kind: usize, row: usize) -> bool {
        self.synthetic.get(kind).and_then(|flags| flags.get(row)).copied().unwrap_or(false)
    }

    /// Whether anything of any record is made up.
    pub fn has_synthetic(&self) -> bool {
        self.synthetic.iter().flatten().any(|made_up| *made_up)
    }

    /// The row of a record.
    pub fn row(&self, kind: usize, id: &str) -> Option<usize> {
        self.tables.row(kind, &RecordId::from(id))
    }
}
