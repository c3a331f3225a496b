//! Random cities: kinds that refer to each other, typed expressions of every form, and registers with much missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::duty::{Basis, Clause, Done, Mode, Validity};
use model::value::CodeOption;
use model::{
    Area, AreaCode, Areas, Calendar, Duty, Fact, FactId, FactType, Kind, Label, ParameterId, Point, RecordId,
    Value,
};
use rules::expr::{
    Comparison, Const, DerivedFact, Expr, Fold, KindIndex, Members, Node, Operator, Path, Type,
};
use rules::parameter::{Dated, Parameter, Setting, Shape};
use rules::ruleset::{City, CompiledDuty, RuleSet};
use rules::table::Tables;
use rust_decimal::Decimal;

/// SplitMix64: small, seeded, the same everywhere.
pub struct Random {
    state: u64,
    /// Whether numbers stay small, and aggregates do not nest: what a database computes without overflow.
    small: bool,
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, small: false }
    }

    pub fn small(seed: u64) -> Self {
        Self { state: seed, small: true }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

pub const DAY: &str = "2020-03-01";
const AREAS: [&str; 4] = ["41", "4101", "4102", "410101"];
const CODES: [&str; 4] = ["a", "b", "c", "d"];
const TEXTS: [&str; 6] = ["", "许昌", "许昌餐饮店", "餐饮", "a", "xa_b%"];
const PATTERNS: [&str; 7] = ["许昌%", "%店", "%餐饮%", "_昌%", "a", "%", "x%\\%"];

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn label(text: &str) -> Label {
    Label::new(text, text)
}

fn fact(id: &str, fact_type: FactType) -> Fact {
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

fn derived(id: &str, fact_type: FactType) -> Fact {
    let how = model::kind::Derived { value: String::new(), from: None, by: None };
    Fact { derived: Some(how), ..fact(id, fact_type) }
}

fn code() -> FactType {
    FactType::Code {
        options: CODES.map(|id| CodeOption { id: id.into(), label: label(id), also: vec![] }).to_vec(),
    }
}

/// Firms, which may have a mother, and leases, which have a tenant.
fn kinds() -> Vec<Kind> {
    let decimal = |scale| FactType::Decimal { scale };
    let reference = |to: &str| FactType::Ref { to: to.into() };
    let firm = vec![
        fact("n", FactType::Int),
        fact("m", FactType::Int),
        fact("d", decimal(2)),
        fact("e", decimal(4)),
        fact("t", FactType::Text { format: None }),
        fact("c", code()),
        fact("b", FactType::Bool),
        fact("on", FactType::Date),
        fact("at", FactType::Point),
        fact("area", FactType::Area { to: None }),
        fact("mother", reference("firm")),
        derived("x1", FactType::Int),
        derived("x2", decimal(2)),
        derived("x3", code()),
        derived("x4", FactType::Bool),
        derived("x5", FactType::Date),
    ];
    let lease = vec![
        fact("tenant", reference("firm")),
        fact("rent", decimal(2)),
        fact("months", FactType::Int),
        fact("flag", FactType::Bool),
        fact("on", FactType::Date),
        fact("t", FactType::Text { format: None }),
        derived("y1", decimal(2)),
        derived("y2", FactType::Bool),
    ];
    let kind = |id: &str, area: &str, facts: Vec<Fact>| Kind {
        id: id.into(),
        label: label(id),
        key: vec![],
        name: None,
        area: Some(area.to_owned()),
        facts,
        also_key: vec![],
    };
    vec![kind("firm", "area", firm), kind("lease", "tenant.area", lease)]
}

fn type_of(fact: &FactType) -> Type {
    rules::evaluate::scalar::type_of(fact)
}

/// Makes expressions over one kind.
struct Maker<'a> {
    random: &'a mut Random,
    kinds: &'a [Kind],
    /// Derived facts that may be read: those before this one.
    ready: Vec<(KindIndex, usize)>,
    kind: KindIndex,
    /// Whether an aggregate may not stand here.
    inside: bool,
}

impl Maker<'_> {
    fn node(node: Node, ty: Type) -> Expr {
        Expr { node, ty }
    }

    fn boxed(&mut self, ty: Type, depth: u32) -> Box<Expr> {
        Box::new(self.expr(ty, depth))
    }

    fn numeric(&mut self) -> Type {
        *self.random.pick(&[Type::Int, Type::Int, Type::Decimal { scale: 2 }, Type::Decimal { scale: 4 }])
    }

    fn any_type(&mut self) -> Type {
        match self.random.below(6) {
            0 => Type::Bool,
            1 => Type::Text,
            2 => Type::Date,
            _ => self.numeric(),
        }
    }

    fn constant(&mut self, ty: Type) -> Const {
        match ty {
            Type::Bool => Const::Bool(self.random.chance(50)),
            Type::Int => Const::Int(self.integer()),
            Type::Decimal { scale } => Const::Decimal(Decimal::new(
                self.integer(),
                u32::from(scale).min(self.random.below(5) as u32),
            )),
            Type::Text => Const::Text(if self.random.chance(50) {
                (*self.random.pick(&CODES)).to_owned()
            } else {
                (*self.random.pick(&TEXTS)).to_owned()
            }),
            Type::Date => Const::Date(day(DAY) + chrono::Days::new(self.random.next() % 400)),
            Type::Point => unreachable!(),
        }
    }

    fn integer(&mut self) -> i64 {
        integer(self.random)
    }

    /// A fact of that type here or along a reference; none if there is none.
    fn fact(&mut self, ty: Type) -> Option<Expr> {
        let mut steps = Vec::new();
        let mut at = self.kind;
        let mut text = String::new();
        while self.random.chance(30) && steps.len() < 2 {
            let name = if at == 0 { "mother" } else { "tenant" };
            let step = self.kinds[at].facts.iter().position(|fact| fact.id.as_str() == name)?;
            at = 0;
            steps.push((step, at));
            text = format!("{text}{name}.");
        }
        let fits = |(place, fact): &(usize, &Fact)| {
            type_of(&fact.fact_type) == ty && (fact.derived.is_none() || self.ready.contains(&(at, *place)))
        };
        let found: Vec<_> = self.kinds[at].facts.iter().enumerate().filter(fits).collect();
        if found.is_empty() {
            return None;
        }
        let (place, fact) = *self.random.pick(&found);
        let text = format!("{text}{}", fact.id);
        Some(Self::node(Node::Fact(Path { kind: self.kind, steps, fact: place, text }), ty))
    }

    fn leaf(&mut self, ty: Type) -> Expr {
        if self.random.chance(60)
            && let Some(fact) = self.fact(ty)
        {
            return fact;
        }
        match (ty, self.random.below(8)) {
            (Type::Int, 0) => Self::node(Node::Parameter(0), ty),
            (Type::Decimal { scale: 2 }, 0) => Self::node(Node::Parameter(1), ty),
            (Type::Int, 1) => {
                let key = self.boxed(Type::Text, 0);
                Self::node(Node::Lookup(3, key), ty)
            }
            (Type::Date, 0) => Self::node(Node::Today, ty),
            (_, 2) => Self::node(Node::Null, ty),
            (Type::Point, _) => Self::node(Node::Null, ty),
            _ => {
                let constant = self.constant(ty);
                Self::node(Node::Const(constant), ty)
            }
        }
    }

    fn expr(&mut self, ty: Type, depth: u32) -> Expr {
        if depth == 0 {
            return self.leaf(ty);
        }
        let depth = depth - 1;
        let general = self.random.below(10);
        match general {
            0 => {
                let arms = 1 + self.random.below(3);
                let arms = (0..arms).map(|_| (self.expr(Type::Bool, depth), self.same(ty, depth))).collect();
                let otherwise = Box::new(self.same(ty, depth));
                return Self::node(Node::Case { arms, otherwise }, ty);
            }
            1 => {
                let parts = vec![self.same(ty, depth), self.same(ty, depth)];
                return Self::node(Node::Coalesce(parts), ty);
            }
            2 if ty != Type::Bool => {
                let parts = (self.boxed(ty, depth), Box::new(self.same(ty, depth)));
                return Self::node(Node::NullIf(parts.0, parts.1), ty);
            }
            3 if ty != Type::Bool => {
                let parts = (0..2 + self.random.below(2)).map(|_| self.same(ty, depth)).collect();
                let node = if self.random.chance(50) { Node::Least(parts) } else { Node::Greatest(parts) };
                return Self::node(node, ty);
            }
            4 if self.kind == 0 && !self.inside => {
                if let Some(aggregate) = self.aggregate(ty, depth) {
                    return aggregate;
                }
            }
            5 => return self.leaf(ty),
            _ => {}
        }
        match ty {
            Type::Bool => self.condition(depth),
            Type::Int | Type::Decimal { .. } => self.number(ty, depth),
            Type::Date => match self.random.below(3) {
                0 => Self::node(Node::AddDays(self.boxed(ty, depth), self.boxed(Type::Int, depth)), ty),
                1 => Self::node(Node::AddMonths(self.boxed(ty, depth), self.boxed(Type::Int, depth)), ty),
                _ => self.leaf(ty),
            },
            Type::Text | Type::Point => self.leaf(ty),
        }
    }

    /// The same type; numbers may have fewer digits, as the parts of a typed expression do.
    fn same(&mut self, ty: Type, depth: u32) -> Expr {
        let ty = match ty {
            Type::Decimal { .. } if self.random.chance(30) => Type::Int,
            other => other,
        };
        self.expr(ty, depth)
    }

    fn number(&mut self, ty: Type, depth: u32) -> Expr {
        let scale = rules::number::scale_of(ty);
        match self.random.below(7) {
            0 | 1 => {
                let operator = *self.random.pick(&[Operator::Add, Operator::Subtract]);
                let parts = (Box::new(self.same(ty, depth)), self.boxed(ty, depth));
                Self::node(Node::Arithmetic(operator, parts.0, parts.1), ty)
            }
            2 => {
                // The scales of a product add up.
                let (a, b) = match scale {
                    0 => (Type::Int, Type::Int),
                    2 => (ty, Type::Int),
                    _ => (Type::Decimal { scale: 2 }, Type::Decimal { scale: 2 }),
                };
                Self::node(
                    Node::Arithmetic(Operator::Multiply, self.boxed(a, depth), self.boxed(b, depth)),
                    ty,
                )
            }
            3 => {
                let (a, b) = (self.numeric(), self.numeric());
                Self::node(Node::Divide(self.boxed(a, depth), self.boxed(b, depth)), ty)
            }
            4 => Self::node(Node::Abs(self.boxed(ty, depth)), ty),
            5 => {
                let from = self.numeric();
                Self::node(Node::Round(self.boxed(from, depth)), ty)
            }
            _ if ty == Type::Int => Self::node(
                Node::DaysBetween(self.boxed(Type::Date, depth), self.boxed(Type::Date, depth)),
                ty,
            ),
            _ => self.leaf(ty),
        }
    }

    pub fn condition(&mut self, depth: u32) -> Expr {
        let ty = Type::Bool;
        let node = match self.random.below(10) {
            0 => Node::Not(self.boxed(ty, depth)),
            1 => Node::And((0..2 + self.random.below(2)).map(|_| self.expr(ty, depth)).collect()),
            2 => Node::Or((0..2 + self.random.below(2)).map(|_| self.expr(ty, depth)).collect()),
            3 | 4 => {
                let of = self.any_type();
                let sign = if of == Type::Bool {
                    *self.random.pick(&[Comparison::Equal, Comparison::NotEqual])
                } else {
                    *self.random.pick(&[
                        Comparison::Equal,
                        Comparison::NotEqual,
                        Comparison::Less,
                        Comparison::LessOrEqual,
                        Comparison::Greater,
                        Comparison::GreaterOrEqual,
                    ])
                };
                let other = match of {
                    Type::Int | Type::Decimal { .. } => self.numeric(),
                    same => same,
                };
                let constant = Self::node(Node::Const(self.constant(other)), other);
                let left = self.boxed(of, depth);
                let right =
                    if self.random.chance(60) { Box::new(constant) } else { self.boxed(other, depth) };
                if self.random.chance(20) {
                    Node::Compare(sign, right, left)
                } else {
                    Node::Compare(sign, left, right)
                }
            }
            5 => {
                let of = self.any_type();
                let list = (0..self.random.below(4)).map(|_| self.constant(of)).collect();
                Node::InList(self.boxed(of, depth), list)
            }
            6 => Node::InParameter(self.boxed(Type::Text, depth), 2),
            7 => Node::Like(self.boxed(Type::Text, depth), (*self.random.pick(&PATTERNS)).to_owned()),
            8 => {
                let of = if self.random.chance(10) { Type::Point } else { self.any_type() };
                match (of, self.fact(of)) {
                    (Type::Point, Some(point)) => Node::IsNull(Box::new(point)),
                    (Type::Point, None) => Node::Const(Const::Bool(true)),
                    _ => Node::IsNull(self.boxed(of, depth)),
                }
            }
            _ => return self.leaf(ty),
        };
        Self::node(node, ty)
    }

    /// Over the leases of a firm, or over its daughters.
    fn aggregate(&mut self, ty: Type, depth: u32) -> Option<Expr> {
        let (kind, by) = *self.random.pick(&[(1, "tenant"), (0, "mother")]);
        let by = self.kinds[kind].facts.iter().position(|fact| fact.id.as_str() == by)?;
        let fold = match ty {
            Type::Bool => *self.random.pick(&[Fold::Any, Fold::All]),
            Type::Int => *self.random.pick(&[Fold::Sum, Fold::Count, Fold::Min, Fold::Max]),
            Type::Decimal { .. } => *self.random.pick(&[Fold::Sum, Fold::Min, Fold::Max]),
            Type::Date | Type::Text => *self.random.pick(&[Fold::Min, Fold::Max]),
            Type::Point => return None,
        };
        let outer = (self.kind, self.inside);
        (self.kind, self.inside) = (kind, self.random.small);
        let argument = match fold {
            Fold::Count if self.random.chance(50) => None,
            Fold::Count | Fold::Any | Fold::All => Some(self.boxed(Type::Bool, depth)),
            Fold::Sum | Fold::Min | Fold::Max => Some(Box::new(self.same(ty, depth))),
        };
        let filter = self.random.chance(40).then(|| self.boxed(Type::Bool, depth));
        (self.kind, self.inside) = outer;
        Some(Self::node(Node::Aggregate { fold, members: Members { kind, by }, argument, filter }, ty))
    }
}

fn integer(random: &mut Random) -> i64 {
    match random.below(12) {
        0 | 1 if random.small => random.below(201) as i64 - 100,
        0 => random.next() as i64 % 1_000_000_000_000_000_000,
        1 => random.below(2_000_000) as i64 - 1_000_000,
        _ => random.below(21) as i64 - 10,
    }
}

fn dated(area: Option<&str>, setting: Setting) -> Dated {
    let basis = Basis { doc: "文".into(), clause: None, title: None, confidence: None };
    Dated { from: day("2020-01-01"), to: None, area: area.map(AreaCode::from), basis, setting }
}

fn parameters(random: &mut Random) -> Vec<Parameter> {
    let texts = |random: &mut Random| {
        (0..random.below(3)).map(|_| Const::Text((*random.pick(&CODES)).to_owned())).collect::<Vec<_>>()
    };
    let parameter = |id: &str, ty: Type, shape: Shape, values: Vec<Dated>| Parameter {
        id: ParameterId::from(id),
        label: label(id),
        ty,
        unit: None,
        shape,
        values,
    };
    let one = |random: &mut Random| Setting::One(Const::Int(integer(random)));
    let mut whole = vec![dated(None, one(random))];
    if random.chance(60) {
        whole.push(dated(Some("4101"), one(random)));
    }
    if random.chance(40) {
        whole.push(dated(Some("410101"), Setting::Unset(label("?"))));
    }
    let mut list = vec![dated(None, Setting::List(texts(random)))];
    if random.chance(40) {
        list.push(dated(Some("4102"), Setting::List(texts(random))));
    }
    let keyed = |random: &mut Random| {
        Setting::Keyed(
            CODES
                .iter()
                .filter(|_| random.chance(70))
                .map(|code| ((*code).to_owned(), Const::Int(3)))
                .collect(),
        )
    };
    let mut by_code = vec![dated(None, keyed(random))];
    if random.chance(40) {
        by_code.push(dated(Some("41"), keyed(random)));
    }
    let decimal = Setting::One(Const::Decimal(Decimal::new(integer(random), 2)));
    vec![
        parameter("p_int", Type::Int, Shape::One, whole),
        parameter("p_dec", Type::Decimal { scale: 2 }, Shape::One, vec![dated(None, decimal)]),
        parameter("p_list", Type::Text, Shape::List, list),
        parameter("p_keyed", Type::Int, Shape::Keyed, by_code),
    ]
}

/// A city of random rules.
pub fn rules(random: &mut Random) -> RuleSet {
    let kinds = kinds();
    let parameters = parameters(random);
    let mut ready = Vec::new();
    let mut derived = Vec::new();
    for (kind, fact) in [(0, "x1"), (1, "y1"), (0, "x2"), (0, "x3"), (1, "y2"), (0, "x4"), (0, "x5")] {
        let place = kinds[kind].facts.iter().position(|known| known.id.as_str() == fact).unwrap();
        let ty = type_of(&kinds[kind].facts[place].fact_type);
        let expr = Maker { random, kinds: &kinds, ready: ready.clone(), kind, inside: false }.expr(ty, 3);
        derived.push(DerivedFact { kind, fact: place, id: FactId::from(fact), expr });
        ready.push((kind, place));
    }
    let duties = (0..6).map(|number| duty(random, &kinds, &ready, number)).collect();
    let area = |code: &str, parent: Option<&str>| Area {
        code: code.into(),
        name: label(code),
        parent: parent.map(AreaCode::from),
        also: vec![],
        population: None,
    };
    let areas = vec![
        area("41", None),
        area("4101", Some("41")),
        area("4102", Some("41")),
        area("410101", Some("4101")),
    ];
    RuleSet {
        city: City {
            id: "random".into(),
            name: label("random"),
            areas: Areas::new(areas).unwrap(),
            departments: vec![],
            calendar: Calendar::default(),
            outlines: vec![],
        },
        kinds,
        parameters,
        derived,
        duties,
        casework: None,
        forms: vec![],
        letters: Default::default(),
        pairings: None,
        chains: None,
        notices: None,
        version: "0".into(),
    }
}

fn duty(random: &mut Random, kinds: &[Kind], ready: &[(KindIndex, usize)], number: usize) -> CompiledDuty {
    let kind = number % 2;
    let mut maker = Maker { random, kinds, ready: ready.to_vec(), kind, inside: false };
    let should: Vec<Expr> = (0..2).map(|_| maker.expr(Type::Bool, 3)).collect();
    let exempt: Vec<Expr> = (0..maker.random.below(3)).map(|_| maker.expr(Type::Bool, 2)).collect();
    let money = maker.numeric();
    let (done, amount) = (maker.expr(Type::Bool, 3), maker.expr(money, 3));
    let (paid, arises) = (maker.expr(Type::Decimal { scale: 2 }, 2), maker.expr(Type::Date, 2));
    let clause = |place: usize| Clause {
        id: format!("c{place}").as_str().into(),
        label: label("c"),
        when: String::new(),
    };
    CompiledDuty {
        duty: Duty {
            id: format!("duty-{number}").as_str().into(),
            verb: "应享尽享".into(),
            title: label("duty"),
            summary: None,
            basis: Basis { doc: "文".into(), clause: None, title: None, confidence: None },
            kind: kinds[kind].id.clone(),
            valid: vec![Validity { from: day("2020-01-01"), to: None, doc: None }],
            mode: Mode::Automatic,
            owner: "office".into(),
            bearer: None,
            beneficiary: None,
            days: 5,
            should: (0..should.len()).map(clause).collect(),
            exempt: (0..exempt.len()).map(clause).collect(),
            done: Done::default(),
            amount: None,
            arises: None,
        },
        kind,
        should,
        exempt,
        done,
        paid: Some(paid),
        done_on: None,
        amount: Some(amount),
        arises: Some(arises),
        cases: vec![],
    }
}

/// Facts of one record, about one in five missing.
pub fn facts(random: &mut Random, kind: &Kind, firms: usize) -> BTreeMap<FactId, Value> {
    let mut facts = BTreeMap::new();
    for fact in &kind.facts {
        if fact.derived.is_some() || random.chance(20) {
            continue;
        }
        let value = match &fact.fact_type {
            FactType::Bool => Value::Bool(random.chance(50)),
            FactType::Int => Value::Int(integer(random)),
            FactType::Decimal { scale } => Value::Decimal(Decimal::new(integer(random), u32::from(*scale))),
            FactType::Text { .. } => Value::Text((*random.pick(&TEXTS)).to_owned()),
            FactType::Code { .. } => Value::Text((*random.pick(&CODES)).to_owned()),
            FactType::Date => Value::Date(day(DAY) + chrono::Days::new(random.next() % 400)),
            FactType::Point => Value::Point(Point { lon: 113.8, lat: 34.0 }),
            FactType::Area { .. } => Value::Text((*random.pick(&AREAS)).to_owned()),
            FactType::Ref { .. } => Value::Text(format!("firm{}", random.below(firms + 2))),
        };
        facts.insert(fact.id.clone(), value);
    }
    facts
}

/// A register: kind, id and facts of each record.
pub type Register = Vec<(usize, RecordId, BTreeMap<FactId, Value>)>;

pub fn register(random: &mut Random, rules: &RuleSet, firms: usize) -> Register {
    let mut records = Vec::new();
    // Often there are members, now and then one, and now and then a kind of which there is no record at all.
    let members = [0, 1, firms, firms * 2, firms * 2][random.below(5)];
    for (kind, count) in [(0, firms), (1, members)] {
        let declared = &rules.kinds[kind];
        for number in 0..count {
            let id = RecordId::from(format!("{}{number}", declared.id));
            records.push((kind, id, facts(random, declared, firms)));
        }
    }
    records
}

pub fn tables(rules: &RuleSet, register: &Register) -> Tables {
    let mut builder = Tables::builder(rules);
    for (kind, id, facts) in register {
        builder.push(&rules.kinds[*kind].id, id.clone(), facts).unwrap();
    }
    builder.finish()
}

/// Makes the first clause of the first duty of each kind draw a line at the parameter `p_int`, and its amount one that
/// does not turn on it.
pub fn draw_lines(random: &mut Random, rules: &mut RuleSet) {
    let kinds = rules.kinds.clone();
    for duty in rules.duties.iter_mut().take(2) {
        let name = if duty.kind == 0 { "m" } else { "months" };
        let place = kinds[duty.kind].facts.iter().position(|fact| fact.id.as_str() == name).unwrap();
        let path = |fact: usize| Path { kind: duty.kind, steps: vec![], fact, text: name.to_owned() };
        let left = Box::new(Expr { node: Node::Fact(path(place)), ty: Type::Int });
        let right = Box::new(Expr { node: Node::Parameter(0), ty: Type::Int });
        let sign = *random.pick(&[
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ]);
        duty.amount = Some((*left).clone());
        let flag = if duty.kind == 0 { "b" } else { "flag" };
        let flag = kinds[duty.kind].facts.iter().position(|fact| fact.id.as_str() == flag).unwrap();
        duty.should = vec![
            Expr { node: Node::Compare(sign, left, right), ty: Type::Bool },
            Expr { node: Node::Fact(path(flag)), ty: Type::Bool },
        ];
    }
}
