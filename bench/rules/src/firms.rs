//! Made-up firms, the same for the same seed. Nothing here is about a real firm.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::{Fact, FactId, FactType, Kind, Label, Value};
use rust_decimal::Decimal;

/// SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn whole(&mut self, limit: u64) -> i64 {
        i64::try_from(self.below(limit)).unwrap_or(0)
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.next()).unwrap_or(0) % list.len();
        list[place]
    }

    /// Between 1 and 10^digits, small ones more often, as sizes of firms are.
    fn size(&mut self, digits: u32) -> i64 {
        let digits = 1 + u32::try_from(self.below(u64::from(digits))).unwrap_or(0);
        1 + self.whole(10u64.pow(digits))
    }
}

/// The type of a column of made-up firms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Int,
    Decimal(u8),
    Bool,
    Date,
    Text,
}

/// The columns.
pub const COLUMNS: [(&str, Sort); 22] = [
    ("uscc", Sort::Text),
    ("name", Sort::Text),
    ("county", Sort::Text),
    ("sector", Sort::Text),
    ("size_class", Sort::Text),
    ("tax_grade", Sort::Text),
    ("risk_tier", Sort::Text),
    ("landlord", Sort::Text),
    ("employees", Sort::Int),
    ("employees_before", Sort::Int),
    ("insured", Sort::Int),
    ("layoffs_12m", Sort::Int),
    ("revenue", Sort::Decimal(2)),
    ("assets", Sort::Decimal(2)),
    ("arrears", Sort::Decimal(2)),
    ("monthly_rent", Sort::Decimal(2)),
    ("rd_ratio", Sort::Decimal(4)),
    ("founded", Sort::Date),
    ("last_tax_date", Sort::Date),
    ("is_exporter", Sort::Bool),
    ("is_hightech", Sort::Bool),
    ("blacklisted", Sort::Bool),
];

const SECTORS: &str = "A01 A02 A03 A04 A05 C13 C14 C15 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31 \
    C32 C33 C34 C35 C36 C37 C38 C39 C40 C41 C42 C43 E47 E48 E49 E50 F51 F52 G53 G54 G55 G56 G57 G58 G59 G60 H61 H62 \
    I63 I64 I65 J66 J67 K70 L71 L72 M73 M74 M75 N76 N77 N78 N79 O80 O81 O82 P83 Q84 Q85 R86 R87 R88 R89 R90";
const PLACES: [&str; 8] = ["杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "台州"];
const WORDS: [&str; 24] = [
    "宏", "达", "信", "瑞", "丰", "泰", "华", "盛", "安", "康", "鑫", "源", "博", "远", "恒", "通", "佳",
    "美", "永", "兴", "正", "和", "东", "方",
];
const TRADES: [&str; 10] = ["科技", "餐饮", "旅游", "制造", "物流", "贸易", "建筑", "纺织", "电子", "食品"];
const ENDINGS: [&str; 3] = ["有限公司", "有限公司", "股份有限公司"];

/// The kind.
pub fn kind() -> Kind {
    let label = |id: &str| Label::new(id, id);
    let fact = |(id, sort): (&str, Sort)| Fact {
        id: id.into(),
        label: label(id),
        also: vec![],
        fact_type: match sort {
            Sort::Int => FactType::Int,
            Sort::Decimal(scale) => FactType::Decimal { scale },
            Sort::Bool => FactType::Bool,
            Sort::Date => FactType::Date,
            Sort::Text => FactType::Text { format: None },
        },
        unit: matches!(sort, Sort::Int | Sort::Decimal(_)).then(model::Unit::one),
        personal: false,
        question: Some(label(id)),
        derived: None,
    };
    Kind {
        id: "firm".into(),
        label: label("firm"),
        key: vec!["uscc".into()],
        also_key: vec![],
        name: Some("name".into()),
        area: Some("county".into()),
        facts: COLUMNS.into_iter().map(fact).collect(),
    }
}

/// One firm; one fact in fifty is missing.
pub fn firm(random: &mut Random, number: u64) -> BTreeMap<FactId, Value> {
    let sectors: Vec<&str> = SECTORS.split_whitespace().collect();
    let text = |text: &str| Value::Text(text.to_owned());
    let money = |value: i64| Value::Decimal(Decimal::new(value, 2));
    let employees = random.size(4);
    let day = |random: &mut Random, first: i32, days: u64| {
        let days = i32::try_from(random.below(days)).unwrap_or(0);
        NaiveDate::from_epoch_days(first + days).map_or(Value::Bool(false), Value::Date)
    };
    let mut facts = BTreeMap::new();
    for (id, _) in COLUMNS {
        let value = match id {
            "uscc" => text(&format!("9133{number:014}")),
            "name" => {
                let mut name = random.pick(&PLACES).to_owned();
                for _ in 0..2 + random.below(3) {
                    name.push_str(random.pick(&WORDS));
                }
                name.push_str(random.pick(&TRADES));
                name.push_str(random.pick(&ENDINGS));
                Value::Text(name)
            }
            "county" => Value::Text(format!("3301{:02}", random.below(100))),
            "sector" => text(random.pick(&sectors)),
            "size_class" => {
                text(random.pick(&["micro", "micro", "micro", "small", "small", "medium", "large"]))
            }
            "tax_grade" => text(random.pick(&["A", "B", "M", "C", "D"])),
            "risk_tier" => text(random.pick(&["low", "low", "medium", "high"])),
            "landlord" => text(random.pick(&["state", "private", "private", "self"])),
            "employees" => Value::Int(employees),
            "employees_before" => Value::Int(employees + random.whole(20)),
            "insured" => Value::Int(employees * random.whole(101) / 100),
            "layoffs_12m" => Value::Int(employees * random.whole(20) / 100),
            "revenue" => money(random.size(11)),
            "assets" => money(random.size(11)),
            "arrears" => money(if random.below(2) == 0 { 0 } else { random.size(7) }),
            "monthly_rent" => money(random.size(7)),
            "rd_ratio" => Value::Decimal(Decimal::new(random.whole(1000), 4)),
            "founded" => day(random, 11_688, 6_900),
            "last_tax_date" => day(random, 17_700, 800),
            "is_exporter" => Value::Bool(random.below(5) == 0),
            "is_hightech" => Value::Bool(random.below(4) == 0),
            _ => Value::Bool(random.below(20) == 0),
        };
        if id == "uscc" || random.below(50) > 0 {
            facts.insert(id.into(), value);
        }
    }
    facts
}
