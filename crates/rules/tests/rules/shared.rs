//! Data beside the checkout, and small cities built in code.

use std::path::PathBuf;

use model::duty::{Basis, Done, Mode, Validity};
use model::{Areas, Calendar, Duty, Fact, FactType, Kind, Label, Unit};
use rules::expr::{Const, Expr, Node, Type};
use rules::ruleset::{City, CompiledDuty, RuleSet};

/// A file of `../shared/data`. None, with a word about it, on a machine that does not have it; CI has to.
pub fn data(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("{}: {error}", file.display())
        }
        Err(_) => {
            eprintln!("skipped: {} is not here", file.display());
            None
        }
    }
}

/// A fact of a kind, told, a pure number if it is one.
pub fn fact(id: &str, fact_type: FactType) -> Fact {
    let number = matches!(fact_type, FactType::Int | FactType::Decimal { .. });
    Fact {
        id: id.into(),
        label: Label::new(id, id),
        also: vec![],
        fact_type,
        unit: number.then(Unit::one),
        personal: false,
        question: None,
        derived: None,
    }
}

/// A city of one kind and no duties.
pub fn city(facts: Vec<Fact>) -> RuleSet {
    let label = Label::new("row", "row");
    let (key, also_key) = (vec![], vec![]);
    let kind = Kind { id: "row".into(), label: label.clone(), key, also_key, name: None, area: None, facts };
    let (areas, calendar) = (Areas::default(), Calendar::default());
    RuleSet {
        city: City { id: "row".into(), name: label, areas, departments: vec![], calendar, outlines: vec![] },
        kinds: vec![kind],
        parameters: vec![],
        derived: vec![],
        duties: vec![],
        casework: None,
        forms: vec![],
        letters: Default::default(),
        pairings: None,
        chains: None,
        notices: None,
        version: String::new(),
    }
}

/// A duty of that kind that is owed where the condition is yes.
pub fn duty(number: usize, condition: Expr) -> CompiledDuty {
    let id = format!("condition-{number}");
    let from = "2000-01-01".parse().unwrap();
    CompiledDuty {
        duty: Duty {
            id: id.as_str().into(),
            verb: "应查尽查".to_owned(),
            title: Label::new(&*id, &*id),
            summary: None,
            basis: Basis { doc: "made up".to_owned(), clause: None, title: None, confidence: None },
            kind: "row".into(),
            valid: vec![Validity { from, to: None, doc: None }],
            mode: Mode::Automatic,
            owner: "office".into(),
            bearer: None,
            beneficiary: None,
            days: 0,
            should: vec![],
            exempt: vec![],
            done: Done::default(),
            amount: None,
            arises: None,
        },
        kind: 0,
        should: vec![condition],
        exempt: vec![],
        done: Expr { node: Node::Const(Const::Bool(false)), ty: Type::Bool },
        paid: None,
        done_on: None,
        amount: None,
        arises: None,
        cases: vec![],
    }
}
