//! Registers to test on, and short ways to say what is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use model::event::{Event, EventType};
use model::{Change, FactId, Value};
use serde_json::{Value as Json, json};
use store::{Schema, Store};

/// A register of its own; removed when dropped.
pub struct Register {
    pub url: String,
    place: Place,
}

enum Place {
    Folder(tempfile::TempDir),
    Schema { server: String, name: String },
}

impl Register {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("register.db").display());
        Self { url, place: Place::Folder(folder) }
    }

    /// A new schema in the database named by YINGJIN_TEST_POSTGRES. Without one the test is skipped, but not in CI.
    pub fn postgres() -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var("YINGJIN_TEST_POSTGRES") else {
            assert!(
                std::env::var("CI").is_err(),
                "YINGJIN_TEST_POSTGRES must name a server in CI: postgres://postgres@127.0.0.1:5432/postgres"
            );
            eprintln!("skipped: YINGJIN_TEST_POSTGRES names no PostgreSQL server");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("yingjin_test_{}_{number}", std::process::id());
        sql_on(&server, &format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"));
        let and = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{and}options=-csearch_path%3D{name}");
        Some(Self { url, place: Place::Schema { server, name } })
    }

    pub fn open(&self) -> Store {
        Store::open(&self.url, &schema()).unwrap()
    }

    /// What somebody does who goes around the program.
    pub fn tamper(&self, sql: &str) {
        match &self.place {
            Place::Folder(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("register.db")).unwrap();
                connection.execute_batch(sql).unwrap();
            }
            Place::Schema { .. } => sql_on(&self.url, sql),
        }
    }

    /// Takes the triggers away that stop honest mistakes.
    pub fn unlock(&self) {
        match self.place {
            Place::Folder(_) => self.tamper(
                "DROP TRIGGER event_kept_u; DROP TRIGGER event_kept_d; DROP TRIGGER change_kept_u;
                 DROP TRIGGER change_kept_d; DROP TRIGGER verdict_change_kept_u; DROP TRIGGER verdict_change_kept_d;
                 DROP TRIGGER record_kept_d; DROP TRIGGER case_step_kept_u; DROP TRIGGER case_step_kept_d;",
            ),
            Place::Schema { .. } => self.tamper("DROP FUNCTION yingjin_append_only CASCADE"),
        }
    }
}

impl Drop for Register {
    fn drop(&mut self) {
        if let Place::Schema { server, name } = &self.place {
            sql_on(server, &format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
        }
    }
}

fn sql_on(url: &str, sql: &str) {
    postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
}

/// Firms are found by `uscc` and `name`; leases point to them by `tenant`; visits name files as `photos`.
pub fn schema() -> Schema {
    let kinds = [
        json!({"id": "firm", "key": ["uscc"], "name": "name", "facts": [
            {"id": "uscc", "type": "text"}, {"id": "name", "type": "text"}, {"id": "staff", "type": "int"}]}),
        json!({"id": "lease", "key": ["no"], "facts": [
            {"id": "no", "type": "text"}, {"id": "tenant", "type": "ref", "to": "firm"}]}),
        json!({"id": "visit", "key": ["no"], "facts": [
            {"id": "no", "type": "text"}, {"id": "photos", "type": "files"}]}),
    ];
    Schema::of(&kinds.map(|kind| kind_of(&kind)))
}

fn kind_of(json: &Json) -> model::Kind {
    let ids = |key: &str| json[key].as_array().into_iter().flatten().map(|id| id.as_str().unwrap().into());
    model::Kind {
        id: json["id"].as_str().unwrap().into(),
        label: model::Label::default(),
        key: ids("key").collect(),
        also_key: ids("also_key").collect(),
        name: json["name"].as_str().map(FactId::from),
        area: None,
        facts: (json["facts"].as_array().unwrap().iter())
            .map(|fact| model::Fact {
                id: fact["id"].as_str().unwrap().into(),
                label: model::Label::default(),
                also: vec![],
                fact_type: match fact["type"].as_str().unwrap() {
                    "int" => model::FactType::Int,
                    "ref" => model::FactType::Ref { to: fact["to"].as_str().unwrap().into() },
                    "files" => model::FactType::Text { format: Some(model::value::TextFormat::Files) },
                    _ => model::FactType::Text { format: None },
                },
                unit: None,
                personal: false,
                question: None,
                derived: None,
            })
            .collect(),
    }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn event(event_type: EventType, on: &str) -> Event {
    Event {
        event_type,
        at: "2020-03-06T01:02:03.123456789Z".parse().unwrap(),
        on: day(on),
        actor: "测试".to_owned(),
        synthetic: false,
        summary: json!({"file": "a.csv", "rate": 0.1}),
    }
}

/// A change; null takes a fact back.
pub fn told(kind: &str, id: &str, on: &str, facts: Json) -> Change {
    let facts: BTreeMap<FactId, Option<Value>> = (facts.as_object().unwrap().iter())
        .map(|(fact, value)| {
            let value = match value {
                Json::Null => None,
                Json::Bool(value) => Some(Value::Bool(*value)),
                Json::Number(value) => Some(Value::Int(value.as_i64().unwrap())),
                Json::String(text) => Some(Value::Text(text.clone())),
                other => panic!("{other}"),
            };
            (FactId::from(fact.as_str()), value)
        })
        .collect();
    Change { kind: kind.into(), id: id.into(), on: day(on), facts }
}

pub fn firm(id: &str, on: &str, facts: Json) -> Change {
    told("firm", id, on, facts)
}

pub fn tell(store: &Store, on: &str, changes: Vec<Change>) -> i64 {
    store.append(event(EventType::Change, on), changes).unwrap()
}

pub fn facts(store: &Store, kind: &str, id: &str) -> Json {
    Json::Object(store.record(kind, id).unwrap().unwrap().facts)
}

/// Nothing is wrong with the register.
pub fn assert_sound(store: &Store) {
    let found = store.verify(|_| std::ops::ControlFlow::Continue(())).unwrap();
    assert_eq!(found.broken, None, "{found:?}");
}
