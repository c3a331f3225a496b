//! Why a cell or a row was not simply taken as it stands.

use model::{FactId, Label, uscc::UsccError};

/// A reason, with what it needs to be said.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    // Of a cell.
    /// No number.
    NotANumber,
    /// Money of another country, for which no rate is known.
    Foreign(&'static str),
    /// A number of another unit.
    WrongUnit(String),
    /// A fraction where whole things are counted.
    NotWhole,
    /// More digits after the point than the fact keeps: rounded.
    Rounded(u8),
    /// Beyond what the register keeps.
    TooLarge,
    /// A long number that the spreadsheet has rounded: its last digits are lost.
    LostDigits,
    /// No day.
    NotADay,
    /// A month, the day of which is not said.
    MonthOnly,
    /// Neither yes nor no.
    NotYesOrNo,
    /// None of the options; their labels.
    NotAnOption(Vec<Label>),
    /// No area of the city.
    NotAnArea,
    /// A text that names several areas apart from each other.
    SeveralAreas(Vec<String>),
    /// Two columns that name areas apart from each other.
    AreasDisagree(String),
    /// No position.
    NotAPoint,
    /// A code whose check fails.
    BadCode(UsccError),
    /// A formula that failed in the sheet.
    FailedFormula,
    /// Characters that could not be read.
    Unreadable,
    /// A photograph or a document: those come with a form.
    File,
    /// One number in merged cells that stand for several rows.
    MergedNumber,
    /// A reference to a record that is not in the register.
    NoSuchRecord(Label),
    /// A reference that may be several records.
    SeveralRecords(Vec<String>),
    /// A reference to a name like that of another record.
    LikeRecords(Vec<String>),
    // Of a row that was taken.
    /// Matched by its name.
    ByName(String),
    /// Matched by another fact than its key.
    ByFact(FactId, String),
    /// Matched by the code it had when its area had another code.
    ByFormerArea(String),
    /// The record was known only by its name; now it has a code.
    CodeAttached(String),
    /// Taken without the code, which is an older one of fifteen digits.
    OldNumber,
    /// What it says for that day differs from what another source says.
    Conflict {
        /// What the register has.
        has: String,
        /// Where that came from.
        source: String,
    },
    // Of a row that was put aside.
    /// A wrong code, and nothing else to know the record by.
    UncheckedCode(String, UsccError),
    /// Several records that it may be about.
    Several(Vec<String>),
    /// Records with a similar name.
    Similar(Vec<String>),
    /// A record of the same name has another code.
    NameHasOtherCode(String),
    /// A record with the same organization code has another name.
    CodeHasOtherName(String),
    /// An earlier row of the same file says otherwise of the same record.
    RowsDisagree {
        /// The sheet of the earlier row.
        sheet: String,
        /// The earlier row.
        row: u64,
        /// What the register has from it.
        has: String,
    },
    /// A key fact that refers to something not found; said of the cell in full.
    KeyUnresolved(Box<Reason>),
    // Of a row that was rejected.
    /// Nothing to know the record by; the headings that would do.
    NoKey(Vec<String>),
    /// A line of totals.
    Total,
    /// The header again, as on every printed page.
    HeaderAgain,
    /// An earlier code or name that no record has, and no key.
    OnlyOtherKey,
    /// Not a record of the area that whoever imports is limited to; that area's name.
    OutsideArea(Label, Outside),
}

/// In what way a row is none of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The register has the record elsewhere.
    Registered,
    /// With what the row tells it would lie elsewhere.
    Told,
    /// Where it lies is not known.
    Unknown,
    /// It may be a record that lies elsewhere.
    Perhaps,
}

impl Reason {
    /// Its kind, for search and tests: `foreign-currency`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANumber => "not-a-number",
            Self::Foreign(_) => "foreign-currency",
            Self::WrongUnit(_) => "wrong-unit",
            Self::NotWhole => "not-whole",
            Self::Rounded(_) => "rounded",
            Self::TooLarge => "too-large",
            Self::LostDigits => "lost-digits",
            Self::NotADay => "not-a-day",
            Self::MonthOnly => "month-only",
            Self::NotYesOrNo => "not-yes-or-no",
            Self::NotAnOption(_) => "not-an-option",
            Self::NotAnArea => "not-an-area",
            Self::SeveralAreas(_) => "several-areas",
            Self::AreasDisagree(_) => "areas-disagree",
            Self::NotAPoint => "not-a-point",
            Self::BadCode(_) => "bad-code",
            Self::FailedFormula => "failed-formula",
            Self::Unreadable => "unreadable",
            Self::File => "file",
            Self::MergedNumber => "merged-number",
            Self::NoSuchRecord(_) => "no-such-record",
            Self::SeveralRecords(_) => "several-records",
            Self::LikeRecords(_) => "like-records",
            Self::ByName(_) => "by-name",
            Self::ByFact(..) => "by-fact",
            Self::ByFormerArea(_) => "by-former-area",
            Self::CodeAttached(_) => "code-attached",
            Self::OldNumber => "old-number",
            Self::Conflict { .. } => "conflict",
            Self::UncheckedCode(..) => "unchecked-code",
            Self::Several(_) => "several",
            Self::Similar(_) => "similar",
            Self::NameHasOtherCode(_) => "name-has-other-code",
            Self::CodeHasOtherName(_) => "code-has-other-name",
            Self::RowsDisagree { .. } => "rows-disagree",
            Self::KeyUnresolved(_) => "key-unresolved",
            Self::NoKey(_) => "no-key",
            Self::Total => "total",
            Self::HeaderAgain => "header-again",
            Self::OnlyOtherKey => "only-other-key",
            Self::OutsideArea(..) => "outside-area",
        }
    }

    /// What is the matter and how to mend it.
    pub fn label(&self) -> Label {
        let list = |items: &[String]| (items.join("、"), items.join(", "));
        match self {
            Self::NotANumber => Label::new(
                "不是一个确定的数。请写成数字，可带“万元”等单位",
                "not one definite number: write digits, with a unit such as 万元 if need be",
            ),
            Self::Foreign(code) => Label::new(
                format!("金额是外币（{code}），没有按人民币计入。请折算成人民币后再导入"),
                format!("an amount in {code} is not taken as yuan: convert it and import it again"),
            ),
            Self::WrongUnit(unit) => Label::new(
                format!("单位不对，这里要的是 {unit}"),
                format!("of another unit: this fact is counted in {unit}"),
            ),
            Self::NotWhole => Label::new("这里要整数", "a whole number is needed here"),
            Self::Rounded(scale) => Label::new(
                format!("小数超过 {scale} 位，已四舍五入"),
                format!("more than {scale} digits after the point: rounded"),
            ),
            Self::TooLarge => Label::new("数值过大，登记簿存不下", "larger than the register keeps"),
            Self::LostDigits => Label::new(
                "长数字被电子表格四舍五入，末几位已丢失。请把这一列设为文本格式后重新填写",
                "the spreadsheet has rounded this long number and its last digits are lost: format the column as text \
                 and enter it again",
            ),
            Self::NotADay => Label::new(
                "不是日期。请写成 2020-02-06 或 2020年2月6日",
                "no day: write 2020-02-06 or 2020年2月6日",
            ),
            Self::MonthOnly => Label::new(
                "只有月份，没有哪一日。请写全，或在对照文件里写 read = \"month\"",
                "a month without its day: write the day, or read = \"month\" in the mapping file",
            ),
            Self::NotYesOrNo => Label::new("不是“是”或“否”", "neither yes nor no"),
            Self::NotAnOption(options) => {
                let zh: Vec<&str> = options.iter().map(|option| option.zh.as_str()).collect();
                let en: Vec<&str> = options.iter().map(|option| option.en.as_str()).collect();
                Label::new(
                    format!("不在选项之内。可填：{}", zh.join("、")),
                    format!("not one of the options: {}", en.join(", ")),
                )
            }
            Self::NotAnArea => Label::new(
                "不是本市的区划名称或代码",
                "neither the name nor the code of an area of this city",
            ),
            Self::SeveralAreas(names) => {
                let (zh, en) = list(names);
                Label::new(format!("提到了不止一个区划：{zh}"), format!("names more than one area: {en}"))
            }
            Self::AreasDisagree(other) => Label::new(
                format!("与另一列说的区划（{other}）不一致"),
                format!("disagrees with the area of another column ({other})"),
            ),
            Self::NotAPoint => Label::new(
                "不是经纬度。请写成“经度,纬度”，如 113.85,34.02",
                "no position: write 'longitude,latitude' such as 113.85,34.02",
            ),
            Self::BadCode(error) => {
                Label::new(format!("统一社会信用代码有误：{}", uscc_zh(error)), error.to_string())
            }
            Self::UncheckedCode(code, error) => Label::new(
                format!("统一社会信用代码 {code} 有误：{}；名称也对不上已有记录，等人核对", uscc_zh(error)),
                format!("{code}: {error}; no record has its name either, so a person has to look"),
            ),
            Self::FailedFormula => Label::new("表里的公式出错", "the sheet's formula failed"),
            Self::Unreadable => Label::new("有认不出的字符（乱码）", "has characters that could not be read"),
            Self::File => {
                Label::new("附件只能随表单提交，表格里不能填", "files come with a form, not with a sheet")
            }
            Self::MergedNumber => Label::new(
                "一个数合并在几行里，不知各行多少。请拆开逐行填写",
                "one number merged over several rows: write each row's own",
            ),
            Self::NoSuchRecord(kind) => Label::new(
                format!("登记簿里没有这条“{}”。请先导入它，或核对代码、名称", kind.zh),
                format!(
                    "no such {} in the register: import it first, or check the code or the name",
                    kind.en
                ),
            ),
            Self::SeveralRecords(ids) => {
                let (zh, en) = list(ids);
                Label::new(format!("可能是几条记录中的一条：{zh}"), format!("may be any of: {en}"))
            }
            Self::LikeRecords(names) => {
                let (zh, en) = list(names);
                Label::new(
                    format!("没有同名记录，只有相近的：{zh}"),
                    format!("no record of that name, only similar ones: {en}"),
                )
            }
            Self::ByName(id) => {
                Label::new(format!("按名称对上记录 {id}"), format!("matched by name with {id}"))
            }
            Self::ByFact(fact, id) => {
                Label::new(format!("按“{fact}”对上记录 {id}"), format!("matched by '{fact}' with {id}"))
            }
            Self::ByFormerArea(id) => Label::new(
                format!("按区划调整前后的代码对上记录 {id}"),
                format!("matched with {id}, whose code has the area's other code"),
            ),
            Self::CodeAttached(id) => Label::new(
                format!("记录 {id} 原来只有名称，现补上代码"),
                format!("record {id} was known only by its name; it now has a code"),
            ),
            Self::OldNumber => Label::new(
                "15 位是旧注册号，不是统一社会信用代码，按名称登记",
                "fifteen digits are an old registration number, no unified code: known by its name",
            ),
            Self::Conflict { has, source } => Label::new(
                format!("与“{source}”同一天说的“{has}”不一致，两个都留着，等人定"),
                format!("'{source}' says '{has}' for the same day: both are kept until a person decides"),
            ),
            Self::Several(ids) => {
                let (zh, en) = list(ids);
                Label::new(
                    format!("可能是几条记录中的一条：{zh}，等人定"),
                    format!("may be any of {en}: a person has to decide"),
                )
            }
            Self::Similar(names) => {
                let (zh, en) = list(names);
                Label::new(
                    format!("没有代码，名称与已有记录相近：{zh}，等人定"),
                    format!("no code, and a name like {en}: a person has to decide"),
                )
            }
            Self::NameHasOtherCode(id) => Label::new(
                format!("同名记录的代码是 {id}，与这一行不同，等人定"),
                format!("the record of the same name has the code {id}, another one: a person has to decide"),
            ),
            Self::CodeHasOtherName(name) => Label::new(
                format!("主体标识码相同的记录叫“{name}”，等人定"),
                format!(
                    "the record with the same organization code is called '{name}': a person has to decide"
                ),
            ),
            Self::RowsDisagree { sheet, row, has } => Label::new(
                format!("同一文件（“{sheet}”第 {row} 行）对同一条记录说的是“{has}”，等人定"),
                format!("row {row} of '{sheet}' in the same file says '{has}' of the same record"),
            ),
            Self::KeyUnresolved(reason) => {
                let Label { zh, en } = reason.label();
                Label::new(
                    format!("认不出是哪条记录：{zh}"),
                    format!("no way to tell which record it is: {en}"),
                )
            }
            Self::NoKey(needed) => {
                let (zh, en) = list(needed);
                Label::new(
                    format!("没有能认出是哪条记录的内容，需要：{zh}"),
                    format!("nothing to know the record by; needed: {en}"),
                )
            }
            Self::Total => Label::new("合计行，不是一条记录", "a line of totals, not a record"),
            Self::HeaderAgain => Label::new("又是一行表头，不是一条记录", "the header again, not a record"),
            Self::OnlyOtherKey => Label::new(
                "只有旧代码或旧名称，登记簿里对不上，等人核对",
                "only an earlier code or name, which no record has: a person has to look",
            ),
            Self::OutsideArea(own, outside) => outside.label(own),
        }
    }
}

impl Outside {
    fn label(self, own: &Label) -> Label {
        let Label { zh, en } = own;
        match self {
            Self::Registered => Label::new(
                format!(
                    "登记簿里这条记录不属于{zh}，您的账号只能导入{zh}的记录。请核对代码；确属{zh}的，请市级部门先改区域"
                ),
                format!(
                    "the register has this record outside {en}, and your account imports records of {en} only: check \
                     the code; if the record does belong to {en}, ask a city bureau to change its area first"
                ),
            ),
            Self::Told => Label::new(
                format!(
                    "照这一行，记录会在{zh}之外，您的账号只能导入{zh}的记录。请核对区域或所指的记录；要移交别处的，\
                     请市级部门导入"
                ),
                format!(
                    "with this row the record would lie outside {en}, and your account imports records of {en} only: \
                     check the area or the record referred to; to hand a record over, ask a city bureau to import it"
                ),
            ),
            Self::Unknown => Label::new(
                format!("看不出记录在哪个区域，您的账号只能导入{zh}的记录。请补上区域，或先导入所指的记录"),
                format!(
                    "no way to tell in which area the record lies, and your account imports records of {en} only: add \
                     its area, or import the record referred to first"
                ),
            ),
            Self::Perhaps => Label::new(
                format!("可能是{zh}之外的某条记录，对不上唯一一条。请补上正确的代码"),
                format!("may be a record outside {en}, and no single one: add the right code"),
            ),
        }
    }
}

/// A failed check in Chinese; English is its own text.
fn uscc_zh(error: &UsccError) -> String {
    match error {
        UsccError::Length(length) => format!("应为 18 位，这里是 {length} 位"),
        UsccError::Character(character, place) => format!("第 {place} 位不能是“{character}”"),
        UsccError::Check { expected, found } => {
            format!("校验位应为 {expected}，这里是 {found}，多半有字符错了或颠倒了")
        }
    }
}
