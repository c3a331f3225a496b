//! Why a whole file cannot be imported. Nothing of it has been, then.

use model::{Label, Lang};

use super::sheet::limits;

/// What stops an import. `Display` is English; [`ImportError::label`] has both languages.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("{}", self.label().en)]
    Read(#[source] std::io::Error),
    /// Nothing in it.
    #[error("{}", self.label().en)]
    Empty,
    /// Only blank rows, so many.
    #[error("{}", self.label().en)]
    Blank(u64),
    /// Larger than [`limits::MAX_TEXT_BYTES`] or [`limits::MAX_WORKBOOK_BYTES`].
    #[error("{}", self.label().en)]
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Neither text nor a workbook; what it seems to be.
    #[error("{}", self.label().en)]
    NotASheet(&'static str),
    /// A web page that a system saved under the name of a workbook.
    #[error("{}", self.label().en)]
    Html,
    /// Text in neither UTF-8 nor GB18030.
    #[error("{}", self.label().en)]
    Encoding,
    /// A workbook that opens only with a password.
    #[error("{}", self.label().en)]
    Password,
    /// A damaged workbook; what the reader said.
    #[error("{}", self.label().en)]
    Broken(String),
    /// A workbook that unpacks to more than its limit.
    #[error("{}", self.label().en)]
    Unpacks {
        /// The part of the workbook.
        part: String,
        /// Bytes allowed.
        limit: u64,
    },
    /// A workbook of which a part has more elements than a reader can hold.
    #[error("{}", self.label().en)]
    Crowded {
        /// The part of the workbook.
        part: String,
        /// Elements allowed.
        limit: u64,
    },
    /// A workbook of the old format that has its reader hold more than it can.
    #[error("{}", self.label().en)]
    Sprawls {
        /// What there is too much of.
        what: Label,
        /// How much is allowed.
        limit: u64,
    },
    /// More rows than [`limits::MAX_ROWS`].
    #[error("{}", self.label().en)]
    TooManyRows {
        /// The sheet.
        sheet: String,
    },
    /// A row wider than [`limits::MAX_COLUMNS`].
    #[error("{}", self.label().en)]
    TooManyColumns {
        /// The sheet.
        sheet: String,
        /// The row.
        row: u64,
    },
    /// A cell longer than [`limits::MAX_CELL_BYTES`].
    #[error("{}", self.label().en)]
    CellTooLong {
        /// The sheet.
        sheet: String,
        /// The row.
        row: u64,
    },
    /// A row longer than [`limits::MAX_ROW_BYTES`].
    #[error("{}", self.label().en)]
    RowTooLong {
        /// The sheet.
        sheet: String,
        /// The row.
        row: u64,
    },
    /// A quotation mark that is opened and never closed.
    #[error("{}", self.label().en)]
    OpenQuote {
        /// The row it is opened in.
        row: u64,
    },
    /// No kind of that name in the city folder.
    #[error("{}", self.label().en)]
    UnknownKind {
        /// What was asked for.
        kind: String,
        /// What there is.
        kinds: Vec<String>,
    },
    /// No row in which at least one column and something to identify a record by are recognized.
    #[error("{}", self.label().en)]
    NoHeader {
        /// What the kind's columns may be called.
        known: Vec<String>,
        /// What the likeliest row has.
        found: Vec<String>,
    },
    /// The sheet has nothing that says which record a row is about.
    #[error("{}", self.label().en)]
    NoKey {
        /// The sheet.
        sheet: String,
        /// The headings that would do.
        needed: Vec<String>,
    },
    /// Two columns that both tell one fact.
    #[error("{}", self.label().en)]
    TwoColumns {
        /// The sheet.
        sheet: String,
        /// The fact.
        fact: String,
        /// The headings.
        headings: Vec<String>,
    },
    /// A mapping file that cannot be used.
    #[error("{}", self.label().en)]
    Mapping(Label),
    /// The file with the rows to mend cannot be written.
    #[error("{}", self.label().en)]
    Rejects(String),
    /// Somebody asked it to stop.
    #[error("{}", self.label().en)]
    Cancelled,
    /// The register refused.
    #[error("{}", self.label().en)]
    Store(#[from] store::StoreError),
}

impl ImportError {
    /// Its kind, for tests, for search and for the HTTP API: `no-header`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "unreadable",
            Self::Empty | Self::Blank(_) => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::NotASheet(_) => "not-a-sheet",
            Self::Html => "html",
            Self::Encoding => "encoding",
            Self::Password => "password",
            Self::Broken(_) => "broken",
            Self::Unpacks { .. } => "unpacks",
            Self::Crowded { .. } => "crowded",
            Self::Sprawls { .. } => "sprawls",
            Self::TooManyRows { .. } => "too-many-rows",
            Self::TooManyColumns { .. } => "too-many-columns",
            Self::CellTooLong { .. } => "cell-too-long",
            Self::RowTooLong { .. } => "row-too-long",
            Self::OpenQuote { .. } => "open-quote",
            Self::UnknownKind { .. } => "unknown-kind",
            Self::NoHeader { .. } => "no-header",
            Self::NoKey { .. } => "no-key",
            Self::TwoColumns { .. } => "two-columns",
            Self::Mapping(_) => "mapping",
            Self::Rejects(_) => "rejects",
            Self::Cancelled => "cancelled",
            Self::Store(_) => "store",
        }
    }

    /// What is wrong and how to mend it.
    pub fn label(&self) -> Label {
        match self {
            Self::Read(error) => {
                Label::new(format!("文件读不出来：{error}"), format!("the file cannot be read: {error}"))
            }
            Self::Empty => Label::new("文件是空的。", "the file is empty"),
            Self::Blank(rows) => Label::new(
                format!("文件有 {rows} 行，全是空行，没有可导入的内容。"),
                format!("the file has {rows} rows and all of them are blank: there is nothing to import"),
            ),
            Self::TooLarge { bytes, limit } => Label::new(
                format!("文件有 {bytes} 字节，上限 {limit} 字节。请拆成几个文件分别导入。"),
                format!("the file has {bytes} bytes, the limit is {limit}: split it and import the parts"),
            ),
            Self::NotASheet(what) => Label::new(
                format!("这不是表格文件（看起来是 {what}）。请另存为 xlsx 或 csv 再导入。"),
                format!(
                    "this is no spreadsheet (it looks like {what}): save it as xlsx or csv and import that"
                ),
            ),
            Self::Html => Label::new(
                "这是网页（HTML 或 XML），只是改名叫 .xls。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。",
                "this is a web page (HTML or XML) under the name of a workbook: open it in Excel or WPS, save it as \
                 xlsx, and import that",
            ),
            Self::Encoding => Label::new(
                "文字编码既不是 UTF-8 也不是 GBK/GB18030。请用 Excel 或 WPS 打开，另存为“CSV UTF-8”再导入。",
                "the text is neither UTF-8 nor GBK/GB18030: open it in Excel or WPS, save it as 'CSV UTF-8', and \
                 import that",
            ),
            Self::Password => Label::new(
                "工作簿有打开密码。请先取消密码再导入。",
                "the workbook is protected by a password: take the password off and import it again",
            ),
            Self::Broken(why) => Label::new(
                format!("工作簿已损坏：{why}。请用 Excel 或 WPS 打开并另存后再导入。"),
                format!(
                    "the workbook is damaged: {why}. Open it in Excel or WPS, save it again, and import that"
                ),
            ),
            Self::Unpacks { part, limit } => Label::new(
                format!(
                    "工作簿里的 {part} 解压后超过 {limit} 字节，疑为压缩炸弹，没有读取。请拆分后再导入。"
                ),
                format!(
                    "'{part}' in the workbook unpacks to more than {limit} bytes, as a zip bomb does, and was not \
                     read: split the workbook"
                ),
            ),
            Self::Crowded { part, limit } => Label::new(
                format!(
                    "工作簿里的 {part} 含有超过 {limit} 个元素，疑为压缩炸弹，没有读取。请只保留要导入的表，另存后再导入。"
                ),
                format!(
                    "'{part}' in the workbook has more than {limit} elements, as a zip bomb does, and was not read: \
                     keep only the sheets to import and save it anew"
                ),
            ),
            Self::Sprawls { what, limit } => Label::new(
                format!(
                    "这个 .xls 工作簿的{}超过 {limit}，读取时会占满内存，没有读取。请删去远离表格的零散内容，或另存为 xlsx 再导入。",
                    what.zh
                ),
                format!(
                    "this .xls workbook has more than {limit} {}, counting the empty cells between its outermost ones: \
                     reading it would fill the memory. Delete what lies far from the table, or save it as xlsx and \
                     import that",
                    what.en
                ),
            ),
            Self::TooManyRows { sheet } => Label::new(
                format!("工作表“{sheet}”超过 {} 行。请拆成几个文件。", limits::MAX_ROWS),
                format!("sheet '{sheet}' has more than {} rows: split it", limits::MAX_ROWS),
            ),
            Self::TooManyColumns { sheet, row } => Label::new(
                format!("工作表“{sheet}”第 {row} 行超过 {} 列。请删去多余的列。", limits::MAX_COLUMNS),
                format!(
                    "row {row} of sheet '{sheet}' has more than {} columns: take out what is not needed",
                    limits::MAX_COLUMNS
                ),
            ),
            Self::CellTooLong { sheet, row } => Label::new(
                format!(
                    "工作表“{sheet}”第 {row} 行有一格超过 {} 字节。多半是引号没有配对，或者整行没有换行。",
                    limits::MAX_CELL_BYTES
                ),
                format!(
                    "row {row} of sheet '{sheet}' has a cell of more than {} bytes: a quotation mark that is not \
                     closed, or a file without line ends",
                    limits::MAX_CELL_BYTES
                ),
            ),
            Self::RowTooLong { sheet, row } => Label::new(
                format!("工作表“{sheet}”第 {row} 行超过 {} 字节。请拆开过长的内容。", limits::MAX_ROW_BYTES),
                format!(
                    "row {row} of sheet '{sheet}' has more than {} bytes: shorten what is in it",
                    limits::MAX_ROW_BYTES
                ),
            ),
            Self::OpenQuote { row } => Label::new(
                format!(
                    "第 {row} 行的引号直到文件末尾都没有配对，其后的行会被吞掉，所以没有导入。请补上引号。"
                ),
                format!(
                    "a quotation mark opened in row {row} is not closed before the end of the file and would swallow \
                     the rows after it: close it"
                ),
            ),
            Self::UnknownKind { kind, kinds } => Label::new(
                format!("城市文件夹里没有“{kind}”这种记录。已有：{}。", kinds.join("、")),
                format!("the city folder has no kind '{kind}'; it has {}", kinds.join(", ")),
            ),
            Self::NoHeader { known, found } => Label::new(
                format!(
                    "找不到表头：前 {} 行里没有一行能对上这种记录的列名。最接近的一行是：{}。认得的列名有：{}。请改列名，或写对照文件。",
                    limits::HEADER_ROWS,
                    found.join("、"),
                    known.join("、")
                ),
                format!(
                    "no header: none of the first {} rows has the headings of this kind. The likeliest has: {}. Known \
                     headings: {}. Rename the columns or write a mapping file",
                    limits::HEADER_ROWS,
                    found.join(", "),
                    known.join(", ")
                ),
            ),
            Self::NoKey { sheet, needed } => Label::new(
                format!(
                    "工作表“{sheet}”没有能认出是哪条记录的列。需要：{}。请加上这一列，或在对照文件里指明。",
                    needed.join("、")
                ),
                format!(
                    "sheet '{sheet}' has no column that says which record a row is about; needed: {}. Add it, or name \
                     it in the mapping file",
                    needed.join(", ")
                ),
            ),
            Self::TwoColumns { sheet, fact, headings } => Label::new(
                format!(
                    "工作表“{sheet}”有两列都对应“{fact}”：{}。请在对照文件里留一列，其余写 ignore = true。",
                    headings.join("、")
                ),
                format!(
                    "sheet '{sheet}' has more than one column for '{fact}': {}. Keep one in the mapping file and give \
                     the others ignore = true",
                    headings.join(", ")
                ),
            ),
            Self::Mapping(label) => {
                Label::new(format!("对照文件：{}", label.zh), format!("mapping file: {}", label.en))
            }
            Self::Rejects(why) => Label::new(
                format!("待修改行的文件写不出来：{why}"),
                format!("the file of rows to mend cannot be written: {why}"),
            ),
            Self::Cancelled => Label::new("已取消，什么都没有导入。", "cancelled: nothing has been imported"),
            Self::Store(error) => Label::new(error.message(Lang::Zh), error.message(Lang::En)),
        }
    }

    /// The message in one language.
    pub fn say(&self, lang: Lang) -> String {
        self.label().get(lang).to_owned()
    }
}
