//! Officials paired with firms: visits due, visits written, problems raised, for the official and for the city.

use model::{Change, Value};
use serde_json::{Value as Json, json};
use store::Role;

use super::server::{Client, FIRM, Server, on_every_database, uscc};

/// Pairs the bureau's account with the small firm of the East since `since`, and the county's with the landlord.
pub fn pair(server: &Server, since: &'static str) {
    let event = server.app.case_event("the tests", json!({"source": "the tests' own sheet"}));
    let event = model::event::Event { event_type: model::event::EventType::Change, ..event };
    let pairing = |scheme: &str, firm: &str, official: &str, account: &str| Change {
        kind: "pairing".into(),
        id: format!("{scheme}|{firm}").into(),
        on: "2020-03-02".parse().unwrap(),
        facts: [
            ("scheme", Value::Text(scheme.to_owned())),
            ("firm", Value::Text(firm.to_owned())),
            ("official", Value::Text(official.to_owned())),
            ("account", Value::Text(account.to_owned())),
            ("since", Value::Date(since.parse().unwrap())),
        ]
        .into_iter()
        .map(|(fact, value)| (fact.into(), Some(value)))
        .collect(),
    };
    let landlord = uscc("91990001MA0000002");
    let shop = uscc("91990001MA0000003");
    let changes = vec![
        pairing("service", FIRM, "Li", "the-bureau"),
        pairing("leader", &landlord, "Wang", "the-county"),
        pairing("service", &shop, "Li", "the-county"),
    ];
    server.store(move |store| store.append(event, changes).unwrap());
}

async fn mine(client: &Client<'_>) -> Vec<Json> {
    let page = client.get("/api/pairings").await.ok();
    assert_eq!(page["form"], "visit");
    page["items"].as_array().unwrap().clone()
}

#[test]
fn a_visit_is_due_and_then_written() {
    on_every_database(async |server| {
        // Fourteen days: due on 27 February, and today is 6 March.
        pair(&server, "2020-02-13");
        let bureau = server.sign_in(Role::Bureau).await;
        let items = mine(&bureau).await;
        assert_eq!(items.len(), 1, "{items:?}");
        let item = &items[0];
        assert_eq!(
            (&item["with"]["id"], &item["due_on"], &item["standing"], &item["visited_on"]),
            (&json!(FIRM), &json!("2020-02-27"), &json!("gap"), &Json::Null)
        );
        let pairing = item["pairing"]["id"].as_str().unwrap().to_owned();
        let form = bureau.get(&format!("/api/forms/visit?by={}", pairing.replace('|', "%7C"))).await.ok();
        assert_eq!(form["by"]["id"], pairing.as_str());
        let filing = json!({
            "form": "visit", "by": pairing, "key": "a key of sixteen or more",
            "facts": {"way": "there", "seen": "two skilled workers are missing"},
        });
        assert_eq!(bureau.post("/api/filings", filing.clone()).await.status, 201);
        assert_eq!(bureau.post("/api/filings", filing).await.status, 200, "once");
        let item = mine(&bureau).await.remove(0);
        assert_eq!(
            (&item["due_on"], &item["standing"], &item["visited_on"]),
            (&json!("2020-03-20"), &json!("done"), &json!("2020-03-06"))
        );
    });
}

#[test]
fn an_official_sees_whom_they_visit_and_nobody_else() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let shop = uscc("91990001MA0000003");
        let path = format!("/api/records/firm/{shop}");
        assert_eq!(county.get(&path).await.status, 404, "it lies in the West");
        pair(&server, "2020-03-02");
        assert_eq!(county.get(&path).await.status, 200, "their own, wherever it lies");
        let other = uscc("91990001MA0000004");
        assert_eq!(county.get(&format!("/api/records/firm/{other}")).await.status, 404);
        let names: Vec<_> = mine(&county).await.iter().map(|item| item["with"]["id"].clone()).collect();
        assert_eq!(names, [json!(shop), json!(uscc("91990001MA0000002"))], "what is due first comes first");
        assert_eq!(mine(&server.sign_in(Role::Auditor).await).await.len(), 0);
        assert_eq!(server.sign_in(Role::Firm).await.get("/api/pairings").await.status, 403);
        let west = server.sign_in(Role::Bureau).await;
        let filing = json!({
            "form": "visit", "by": format!("leader|{}", uscc("91990001MA0000002")),
            "key": "a key of sixteen or more", "facts": {"way": "call"},
        });
        assert_eq!(west.post("/api/filings", filing).await.status, 404, "another's pairing");
    });
}

#[test]
fn problems_of_those_who_are_paired_are_counted() {
    on_every_database(async |server| {
        pair(&server, "2020-03-02");
        let bureau = server.sign_in(Role::Bureau).await;
        let firm = server.sign_in(Role::Firm).await;
        let raise = async |words: &str| {
            let about = json!({"kind": "firm", "id": FIRM});
            let raised = json!({"kind": "labour", "about": about, "words": words});
            bureau.post("/api/cases", raised).await.json()["no"].as_i64().unwrap()
        };
        let (first, second, same) =
            (raise("no workers").await, raise("no bus").await, raise("no bus!").await);
        let steps = async |no: i64, action: Json| {
            bureau.post(&format!("/api/cases/{no}/steps"), action).await.ok();
        };
        steps(same, json!({"action": "merge", "into": second})).await;
        steps(first, json!({"action": "answer", "words": "they come tomorrow"})).await;
        let said = json!({"action": "say", "said": {"answered": true, "solved": true, "satisfied": true}});
        firm.post(&format!("/api/cases/{first}/steps"), said).await.ok();
        let admin = server.sign_in(Role::Administrator).await;
        for _ in 0..2 {
            let refused = json!({"action": "hand-back", "words": "for the tests"});
            admin.post(&format!("/api/cases/{second}/steps"), refused).await.ok();
        }
        let item = mine(&bureau).await.remove(0);
        let counts = json!({"raised": 2, "solved": 1, "passed_up": 1, "open": 1});
        assert_eq!(item["problems"], counts);
        let schemes = admin.get("/api/pairings/schemes?area=990001").await.ok();
        let schemes = schemes.as_array().unwrap();
        assert_eq!(schemes.len(), 2, "{schemes:?}");
        let service = schemes.iter().find(|line| line["problems"]["raised"] == 2).unwrap();
        assert_eq!(
            (&service["paired"], &service["in_time"], &service["overdue"], &service["visits"]),
            (&json!(1), &json!(1), &json!(0), &json!(0))
        );
        let sheet = admin.get("/api/pairings.xlsx").await.sheets();
        let line = sheet[0].iter().find(|line| line.contains(FIRM)).unwrap();
        assert!(line.contains("|East|") && line.ends_with("|2|1|1"), "{line}");
    });
}
