//! Industrial chains: what is broken, who waits for whom, what would help; each reader within their area.

use std::collections::BTreeMap;

use model::{Change, FactId, Value};
use serde_json::{Value as Json, json};
use store::Role;

use super::server::{FIRM, Server, on_every_database, uscc};

fn east(n: u32) -> String {
    uscc(&format!("91990001MA10000{n:02}"))
}

fn west(n: u32) -> String {
    uscc(&format!("91990002MA20000{n:02}"))
}

/// A mill of the East (FIRM) that buys steel: three quarters from a mill of the West that stands still, a quarter from one of the East
/// that runs. Another of the East could stand in.
fn supplies(server: &Server) {
    let event = server.app.case_event("the tests", json!({"source": "the tests' own sheet"}));
    let event = model::event::Event { event_type: model::event::EventType::Change, ..event };
    let change = |kind: &str, id: &str, facts: Vec<(&str, Value)>| Change {
        kind: kind.into(),
        id: id.into(),
        on: "2020-03-02".parse().unwrap(),
        facts: facts
            .into_iter()
            .map(|(fact, value)| (fact.into(), Some(value)))
            .collect::<BTreeMap<FactId, _>>(),
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let money = |amount: &str| Value::Decimal(amount.parse().unwrap());
    let firm = |id: &str, area: &str, output: &str, works: Option<bool>| {
        let mut facts = vec![
            ("uscc", text(id)),
            ("name", text(&format!("firm {}", &id[8..17]))),
            ("area", text(area)),
            ("industry", text("C3130")),
            ("output_year", money(output)),
        ];
        facts.extend(works.map(|works| ("works", Value::Bool(works))));
        change("firm", id, facts)
    };
    let supply = |supplier: &str, buyer: &str, product: &str, value: &str| {
        let facts = vec![
            ("supplier", text(supplier)),
            ("buyer", text(buyer)),
            ("product", text(product)),
            ("value_year", money(value)),
        ];
        change("supply", &format!("{supplier}~{buyer}~{product}"), facts)
    };
    let mill = change(
        "firm",
        FIRM,
        vec![("industry", text("C3420")), ("output_year", money("1000.00")), ("works", Value::Bool(true))],
    );
    let changes = vec![
        mill,
        firm(&west(1), "990002", "400.00", Some(false)),
        firm(&east(2), "990001", "100.00", Some(true)),
        firm(&east(3), "990001", "900.00", None),
        firm(&west(4), "990002", "50.00", Some(true)),
        supply(&west(1), FIRM, "钢", "300.00"),
        supply(&east(2), FIRM, "steel", "100.00"),
        supply(&east(3), &west(4), "steel", "20.00"),
    ];
    server.store(move |store| store.append(event, changes).unwrap());
}

#[test]
fn a_chain_shows_what_is_broken_and_who_waits() {
    on_every_database(async |server| {
        supplies(&server);
        let admin = server.sign_in(Role::Administrator).await;
        let list = admin.get("/api/chains").await.ok();
        let sheet = admin.get("/api/chains.xlsx?lang=en").await.sheets().remove(0);
        let lines = sheet.iter().skip_while(|line| !line.starts_with("id|chain|")).skip(1);
        let ids: Vec<&str> = lines.map(|line| line.split('|').next().unwrap()).collect();
        assert_eq!(
            ids,
            list.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>()
        );
        let line = &list[0];
        assert_eq!(
            (&line["id"], &line["firms"], &line["stopped"], &line["unknown"], &line["broken"]),
            (&json!("mills"), &json!(5), &json!(1), &json!(1), &json!(1))
        );
        let page = admin.get("/api/chains/mills").await.ok();
        let broken = &page["breakpoints"][0];
        assert_eq!((&broken["buyer"]["id"], &broken["covered"]), (&json!(FIRM), &json!(0.25)));
        assert_eq!((&broken["suppliers"], &broken["running"]), (&json!(2), &json!(1)));
        assert_eq!(broken["waits_for"][0]["id"], west(1).as_str());
        assert_eq!(page["links"].as_array().unwrap().len(), 3);
        assert_eq!(page["bottlenecks"][0]["firm"]["id"], west(1).as_str());
        assert_eq!(page["bottlenecks"][0]["waiting"], 1);
        assert_eq!(page["missing_leading"], json!(["示例龙头"]));

        let firm = admin.get(&format!("/api/chains/firms/{FIRM}")).await.ok();
        let suppliers: Vec<&Json> =
            firm["suppliers"].as_array().unwrap().iter().map(|one| &one["firm"]["id"]).collect();
        assert_eq!(suppliers, [&json!(west(1)), &json!(east(2))], "the larger first");
        assert_eq!(firm["breakpoints"].as_array().unwrap().len(), 1);
        assert!(firm["left"].as_f64().unwrap() < 1.0);
        assert_eq!(firm["path"][0]["id"], west(1).as_str());
        assert_eq!(firm["by_inputs"], true);
        let helper = &firm["substitutes"][0];
        assert_eq!((&helper["firm"]["id"], &helper["same_area"]), (&json!(east(3)), &json!(true)));
        assert_eq!(admin.get("/api/chains/firms/nobody").await.status, 404);
        assert_eq!(admin.get("/api/chains/nothing").await.status, 404);
    });
}

#[test]
fn what_if_and_recovery_change_nothing() {
    on_every_database(async |server| {
        supplies(&server);
        let admin = server.sign_in(Role::Administrator).await;
        let last = server.store(|store| store.last_seq().unwrap());
        let open = json!({"edits": [{"do": "open", "firm": west(1)}]});
        let found = admin.post("/api/chains/what-if", open).await.ok();
        assert_eq!(found["lost_after"], "0.00");
        assert_ne!(found["lost_before"], "0.00");
        let back = found["firms"].as_array().unwrap().iter().find(|one| one["firm"]["id"] == FIRM).unwrap();
        assert_eq!(back["after"], 1.0);
        let close = json!({"edits": [{"do": "close", "firm": east(2)}, {"do": "add", "supplier": east(3), "buyer": FIRM, "value": 50.0}]});
        assert!(admin.post("/api/chains/what-if", close).await.status == 200);
        for wrong in [
            json!({"edits": [{"do": "open", "firm": "nobody"}]}),
            json!({"edits": [{"do": "cut", "supplier": east(3), "buyer": FIRM}]}),
            json!({"edits": [{"do": "add", "supplier": east(3), "buyer": FIRM, "value": 0.0}]}),
            json!({"edits": [{"do": "add", "supplier": FIRM, "buyer": FIRM, "value": 1.0}]}),
        ] {
            assert_eq!(admin.post("/api/chains/what-if", wrong.clone()).await.status, 400, "{wrong}");
        }
        let plan = admin.post("/api/chains/recovery", json!({"firms_per_day": 1.0})).await.ok();
        assert_eq!(plan["best"]["turns"][0]["firm"]["id"], west(1).as_str());
        assert!(plan["bound_days"].as_f64().unwrap() <= plan["best"]["lost_days"].as_f64().unwrap() + 1e-9);
        assert_eq!(admin.post("/api/chains/recovery", json!({"firms_per_day": 0.0})).await.status, 400);
        assert_eq!(server.store(|store| store.last_seq().unwrap()), last);
    });
}

#[test]
fn a_county_sees_its_own_and_who_supplies_it() {
    on_every_database(async |server| {
        supplies(&server);
        let county = server.sign_in(Role::County).await;
        let page = county.get("/api/chains/mills").await.ok();
        let firms: BTreeMap<&str, &Json> = page["firms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["firm"]["id"].as_str().unwrap(), one))
            .collect();
        let (elsewhere, other) = (west(1), west(4));
        assert!(firms.contains_key(FIRM));
        let supplier = firms[elsewhere.as_str()];
        assert_eq!(
            (&supplier["only_named"], &supplier["output"], &supplier["running"]),
            (&json!(true), &Json::Null, &Json::Null)
        );
        assert!(!firms.contains_key(other.as_str()), "it lies in the West, and supplies nobody here");
        assert_eq!(page["links"].as_array().unwrap().len(), 2);
        assert_eq!(page["bottlenecks"], json!([]), "who stands still lies in the West");
        assert_eq!(page["breakpoints"].as_array().unwrap().len(), 1);
        assert_eq!(county.get(&format!("/api/chains/firms/{elsewhere}")).await.status, 404);
        let open = json!({"edits": [{"do": "open", "firm": elsewhere}]});
        assert_eq!(county.post("/api/chains/what-if", open).await.status, 400);
        let plan = county.post("/api/chains/recovery", json!({"firms_per_day": 1.0})).await.ok();
        assert_eq!(plan["best"]["turns"], json!([]));
        assert_eq!(server.sign_in(Role::Bureau).await.get("/api/chains").await.status, 403);
    });
}

#[test]
fn what_follows_from_supplies_is_recorded_and_read_by_nobody_but_the_program() {
    on_every_database(async |server| {
        supplies(&server);
        let app = server.app.clone();
        let differed = tokio::task::spawn_blocking(move || app.follow_supplies().unwrap()).await.unwrap();
        assert!(differed);
        let record = server.store(|store| store.record("firm", FIRM).unwrap().unwrap());
        assert_eq!(record.facts["inputs_missing"], 1);
        let admin = server.sign_in(Role::Administrator).await;
        let events = admin.get("/api/audit/events?type=computed").await.ok();
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
        let app = server.app.clone();
        assert!(!tokio::task::spawn_blocking(move || app.follow_supplies().unwrap()).await.unwrap());
        let told = json!({"facts": {"inputs_missing": 0}});
        assert_eq!(admin.patch(&format!("/api/records/firm/{FIRM}"), told).await.status, 400);
    });
}
