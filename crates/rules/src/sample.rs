//! A small city for tests, built by hand: leases, their tenants, and waivers of rent.

use model::duty::{Basis, Clause, Done, Mode, Validity};
use model::value::CodeOption;
use model::{
    Area, AreaCode, Areas, Calendar, Duty, Fact, FactId, FactType, Kind, KindId, Label, Record, RecordId,
    Value,
};

use crate::evaluate::Facts;
use crate::evaluate::scalar::type_of;
use crate::expr::{
    Comparison, Const, DerivedFact, Expr, Fold, KindIndex, Members, Node, Operator, Path, Type,
};
use crate::parameter::{Dated, Parameter, Setting, Shape};
use crate::ruleset::{City, CompiledDuty, RuleSet};

/// Records in memory.
pub struct Books(pub Vec<Record>);

impl Facts for Books {
    fn record(&self, kind: &KindId, id: &RecordId) -> Option<Record> {
        self.0.iter().find(|record| record.kind == *kind && record.id == *id).cloned()
    }

    fn members(&self, kind: &KindId, by: &FactId, id: &RecordId) -> Vec<Record> {
        let points = |record: &Record| record.facts.get(by) == Some(&Value::Text(id.to_string()));
        self.0.iter().filter(|record| record.kind == *kind && points(record)).cloned().collect()
    }
}

fn label(text: &str) -> Label {
    Label::new(text, text)
}

/// A fact that is told.
pub fn told(id: &str, fact_type: FactType) -> Fact {
    Fact {
        id: id.into(),
        label: label(id),
        also: vec![],
        fact_type,
        unit: None,
        personal: false,
        question: Some(label(id)),
        derived: None,
    }
}

/// A kind without keys.
pub fn kind(id: &str, area: Option<&str>, facts: Vec<Fact>) -> Kind {
    Kind {
        id: id.into(),
        label: label(id),
        key: vec![],
        also_key: vec![],
        name: None,
        area: area.map(str::to_owned),
        facts,
    }
}

/// A dotted path as an expression.
pub fn fact(rules: &RuleSet, start: &str, text: &str) -> Expr {
    path(&rules.kinds, start, text)
}

fn path(kinds: &[Kind], start: &str, text: &str) -> Expr {
    let kind_place = |id: &str| kinds.iter().position(|kind| kind.id.as_str() == id).unwrap();
    let place =
        |kind: KindIndex, id: &str| kinds[kind].facts.iter().position(|f| f.id.as_str() == id).unwrap();
    let names: Vec<&str> = text.split('.').collect();
    let (last, through) = names.split_last().unwrap();
    let mut at = kind_place(start);
    let mut steps = Vec::new();
    for name in through {
        let step = place(at, name);
        at = kind_place(kinds[at].facts[step].fact_type.target().unwrap().as_str());
        steps.push((step, at));
    }
    let fact = place(at, last);
    let ty = type_of(&kinds[at].facts[fact].fact_type);
    Expr { node: Node::Fact(Path { kind: kind_place(start), steps, fact, text: text.to_owned() }), ty }
}

/// A whole number compared with a constant.
pub fn compare(comparison: Comparison, left: Expr, limit: i64) -> Expr {
    let limit = Expr { node: Node::Const(Const::Int(limit)), ty: Type::Int };
    Expr { node: Node::Compare(comparison, Box::new(left), Box::new(limit)), ty: Type::Bool }
}

/// A text equal to a constant.
pub fn equals(left: Expr, code: &str) -> Expr {
    let code = Expr { node: Node::Const(Const::Text(code.to_owned())), ty: Type::Text };
    Expr { node: Node::Compare(Comparison::Equal, Box::new(left), Box::new(code)), ty: Type::Bool }
}

fn code(text: &str) -> Expr {
    Expr { node: Node::Const(Const::Text(text.to_owned())), ty: Type::Text }
}

/// The city.
pub fn rules() -> RuleSet {
    let area = |code: &str, parent: Option<&str>| Area {
        code: code.into(),
        name: label(code),
        parent: parent.map(AreaCode::from),
        also: vec![],
        population: None,
    };
    let options =
        ["micro", "small", "large"].map(|id| CodeOption { id: id.into(), label: label(id), also: vec![] });
    let mut size_class = told("size_class", FactType::Code { options: options.to_vec() });
    size_class.derived = Some(model::kind::Derived { value: String::new(), from: None, by: None });
    let kinds = vec![
        kind(
            "firm",
            Some("area"),
            vec![told("staff", FactType::Int), size_class, told("area", FactType::Area { to: None })],
        ),
        kind(
            "lease",
            Some("tenant.area"),
            vec![
                told("tenant", FactType::Ref { to: "firm".into() }),
                told("rent", FactType::Decimal { scale: 2 }),
            ],
        ),
        kind(
            "waiver",
            None,
            vec![told("lease", FactType::Ref { to: "lease".into() }), told("months", FactType::Int)],
        ),
    ];
    let staff = || path(&kinds, "firm", "staff");
    let size = Expr {
        node: Node::Case {
            arms: vec![
                (compare(Comparison::Less, staff(), 20), code("micro")),
                (compare(Comparison::Less, staff(), 300), code("small")),
            ],
            otherwise: Box::new(code("large")),
        },
        ty: Type::Text,
    };
    let basis = Basis { doc: "许政〔2020〕1号".into(), clause: None, title: None, confidence: None };
    let months = |area: Option<&str>, months: i64| Dated {
        from: "2020-01-01".parse().unwrap(),
        to: None,
        area: area.map(AreaCode::from),
        basis: basis.clone(),
        setting: Setting::One(Const::Int(months)),
    };
    let parameter = Parameter {
        id: "rent_waiver_months".into(),
        label: label("months"),
        ty: Type::Int,
        unit: None,
        shape: Shape::One,
        values: vec![months(None, 3), months(Some("411002"), 6)],
    };
    let wanted = || Box::new(Expr { node: Node::Parameter(0), ty: Type::Int });
    let sum = Expr {
        node: Node::Aggregate {
            fold: Fold::Sum,
            members: Members { kind: 2, by: 0 },
            argument: Some(Box::new(path(&kinds, "waiver", "months"))),
            filter: None,
        },
        ty: Type::Int,
    };
    let small = Node::InList(
        Box::new(path(&kinds, "lease", "tenant.size_class")),
        vec![Const::Text("micro".into()), Const::Text("small".into())],
    );
    let amount = Node::Arithmetic(Operator::Multiply, Box::new(path(&kinds, "lease", "rent")), wanted());
    let duty = CompiledDuty {
        duty: Duty {
            id: "rent-waiver".into(),
            verb: "应免尽免".into(),
            title: label("rent waiver"),
            summary: None,
            basis: basis.clone(),
            kind: "lease".into(),
            valid: vec![Validity { from: "2020-01-01".parse().unwrap(), to: None, doc: None }],
            mode: Mode::ThirdParty,
            owner: "finance".into(),
            bearer: None,
            beneficiary: None,
            days: 20,
            should: vec![Clause { id: "small-tenant".into(), label: label("small"), when: String::new() }],
            exempt: vec![],
            done: Done::default(),
            amount: None,
            arises: None,
        },
        kind: 1,
        should: vec![Expr { node: small, ty: Type::Bool }],
        exempt: vec![],
        done: Expr {
            node: Node::Compare(Comparison::GreaterOrEqual, Box::new(sum), wanted()),
            ty: Type::Bool,
        },
        paid: None,
        done_on: None,
        amount: Some(Expr { node: amount, ty: Type::Decimal { scale: 2 } }),
        arises: None,
        cases: vec![],
    };
    let derived = DerivedFact { kind: 0, fact: 1, id: "size_class".into(), expr: size };
    RuleSet {
        city: City {
            id: "sample".into(),
            name: label("sample"),
            areas: Areas::new(vec![area("411000", None), area("411002", Some("411000"))]).unwrap(),
            departments: vec![],
            calendar: Calendar::default(),
            outlines: vec![],
        },
        kinds,
        parameters: vec![parameter],
        derived: vec![derived],
        duties: vec![duty],
        casework: None,
        forms: vec![],
        pairings: None,
        chains: None,
        notices: None,
        letters: Default::default(),
        version: "0".into(),
    }
}

/// A record.
pub fn record(kind: &str, id: &str, facts: &[(&str, Value)]) -> Record {
    let facts = facts.iter().map(|(id, value)| ((*id).into(), value.clone())).collect();
    Record { kind: kind.into(), id: id.into(), facts }
}
