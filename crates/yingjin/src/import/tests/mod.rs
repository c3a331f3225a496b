//! Imports from the file to the register. The city and everything in its sheets are made up for these tests.

mod bad_files;
mod books;
mod bounds;
mod matching;
mod plain;
mod real;
mod sources;

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use rules::ruleset::RuleSet;
use store::{Schema, Store, StoredRecord};

use super::*;

const CITY: &str = r#"
id = "jiachuan"
name = { zh = "甲川市", en = "Jiachuan" }
[[area]]
code = "990000"
name = { zh = "甲川市", en = "Jiachuan" }
also = ["甲川"]
[[area]]
code = "990001"
name = { zh = "乙河区", en = "Yihe" }
parent = "990000"
also = ["990021", "甲川县"]
[[area]]
code = "990002"
name = { zh = "丙山市", en = "Bingshan" }
parent = "990000"
"#;

const FIRM: &str = r#"
id = "firm"
label = { zh = "企业", en = "firm" }
key = ["uscc"]
also_key = ["former_uscc", "registration_no", "former_name"]
name = "name"
area = "area"
[[fact]]
id = "uscc"
label = { zh = "统一社会信用代码", en = "unified social credit code" }
also = ["代码"]
type = "text"
format = "uscc"
[[fact]]
id = "name"
label = { zh = "企业名称", en = "name of the firm" }
also = ["名称"]
type = "text"
[[fact]]
id = "former_uscc"
label = { zh = "原代码", en = "former code" }
type = "text"
[[fact]]
id = "registration_no"
label = { zh = "注册号", en = "registration number" }
type = "text"
[[fact]]
id = "former_name"
label = { zh = "曾用名", en = "former name" }
type = "text"
[[fact]]
id = "area"
label = { zh = "县区", en = "county" }
also = ["地区"]
type = "area"
[[fact]]
id = "address"
label = { zh = "地址", en = "address" }
type = "text"
[[fact]]
id = "capital"
label = { zh = "注册资本", en = "registered capital" }
also = ["资本", "注册资本(元)"]
type = "decimal"
unit = "CNY"
[[fact]]
id = "founded_on"
label = { zh = "成立日期", en = "founded on" }
also = ["成立"]
type = "date"
[[fact]]
id = "staff"
label = { zh = "职工人数", en = "staff" }
type = "int"
unit = "person"
[[fact]]
id = "open"
label = { zh = "是否营业", en = "open" }
type = "bool"
[[fact]]
id = "legal_person"
label = { zh = "法定代表人", en = "legal representative" }
type = "text"
personal = true
[[fact]]
id = "is_large"
label = { zh = "大型企业", en = "large" }
type = "bool"
value = "staff >= 300"
"#;

const REFUND: &str = r#"
id = "refund"
label = { zh = "返还", en = "refund" }
key = ["firm", "month"]
[[fact]]
id = "firm"
label = { zh = "企业", en = "firm" }
type = "ref"
to = "firm"
[[fact]]
id = "month"
label = { zh = "所属月份", en = "month" }
type = "date"
[[fact]]
id = "amount"
label = { zh = "金额", en = "amount" }
type = "decimal"
unit = "CNY"
"#;

const LEASE: &str = r#"
id = "lease"
label = { zh = "租赁合同", en = "lease" }
key = ["contract_no"]
area = "lessor.area"
[[fact]]
id = "contract_no"
label = { zh = "合同编号", en = "contract number" }
type = "text"
[[fact]]
id = "lessor"
label = { zh = "出租方", en = "lessor" }
type = "ref"
to = "firm"
[[fact]]
id = "tenant"
label = { zh = "承租方", en = "tenant" }
type = "ref"
to = "firm"
[[fact]]
id = "monthly_rent"
label = { zh = "月租金", en = "monthly rent" }
type = "decimal"
unit = "CNY/month"
"#;

const PERSON: &str = r#"
id = "person"
label = { zh = "人员", en = "person" }
key = ["person_no"]
name = "name"
[[fact]]
id = "person_no"
label = { zh = "人员编号", en = "person number" }
type = "text"
[[fact]]
id = "name"
label = { zh = "姓名", en = "name" }
type = "text"
personal = true
"#;

/// A made-up city, its register, and a folder for sheets.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub city: RuleSet,
    pub store: Store,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = folder.path().join("city");
        std::fs::create_dir_all(city.join("kinds")).unwrap();
        std::fs::write(city.join("city.toml"), CITY).unwrap();
        for (name, text) in [("firm", FIRM), ("refund", REFUND), ("lease", LEASE), ("person", PERSON)] {
            std::fs::write(city.join(format!("kinds/{name}.toml")), text).unwrap();
        }
        Self::of(folder, &city)
    }

    pub fn of(folder: tempfile::TempDir, city: &std::path::Path) -> Self {
        let city = rules::city::load(city).unwrap().ruleset;
        let url = format!("sqlite://{}", folder.path().join("register.db").display());
        let store = Store::open(&url, &Schema::of(&city.kinds)).unwrap();
        Self { folder, city, store }
    }

    /// Writes a file and returns where it is.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes.as_ref()).unwrap();
        path
    }

    /// A request for a file, on 1 January 2020, from the source `名册`.
    pub fn request(&self, kind: &str, file: PathBuf) -> Request {
        Request {
            kind: kind.to_owned(),
            file,
            name: None,
            on: day("2020-01-01"),
            source: Some("名册".to_owned()),
            dry_run: false,
            mapping: None,
            actor: "tester".to_owned(),
            at: "2020-03-06T01:02:03Z".parse().unwrap(),
            lang: Lang::Zh,
            rejects: None,
            synthetic: true,
            area: None,
        }
    }

    pub fn run(&self, request: &Request) -> Result<Report, ImportError> {
        let report = import_file(&self.city, &self.store, request, &mut |_| ControlFlow::Continue(()))?;
        let Counts { read, added, changed, unchanged, put_aside, rejected } = report.counts;
        assert_eq!(read, added + changed + unchanged + put_aside + rejected, "every row is accounted for");
        Ok(report)
    }

    /// Imports a text as csv of that kind.
    pub fn csv(&self, kind: &str, text: &str) -> Report {
        self.run(&self.request(kind, self.file("sheet.csv", text))).unwrap()
    }

    pub fn record(&self, kind: &str, id: &str) -> StoredRecord {
        self.store.record(kind, id).unwrap().unwrap_or_else(|| panic!("no {kind} {id}"))
    }

    /// A fact of a record as JSON.
    pub fn fact(&self, kind: &str, id: &str, fact: &str) -> serde_json::Value {
        self.record(kind, id).facts.get(fact).cloned().unwrap_or_default()
    }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// `added changed unchanged put_aside rejected`
pub fn counts(report: &Report) -> [u64; 5] {
    let Counts { added, changed, unchanged, put_aside, rejected, .. } = report.counts;
    [added, changed, unchanged, put_aside, rejected]
}

/// The codes of all problems, in order.
pub fn codes(report: &Report) -> Vec<&'static str> {
    report.problems.iter().map(|problem| problem.code).collect()
}

/// Made-up codes with right check characters: `[A..E]` in 990001, then their forms in the area's former code 990021.
pub const A: &str = "91990001MA0000001R";
pub const B: &str = "91990001MA0000002W";
pub const C: &str = "91990001MA00000030";
pub const A_FORMER: &str = "91990021MA0000001Q";
pub const B_FORMER: &str = "91990021MA0000002U";
