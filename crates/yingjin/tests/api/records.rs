//! Records: facts with their sources, masked where they are about a person, changed and judged again at once.

use std::collections::BTreeMap;

use model::event::{Event, EventType};
use model::{Change, Value as Fact};
use serde_json::{Value, json};
use store::Role;

use super::server::{Client, FIRM, on_every_database, uscc};

fn fact<'a>(record: &'a Value, id: &str) -> &'a Value {
    record["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == id).unwrap()
}

#[test]
fn a_record_says_what_is_known_and_how() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::County).await;
        let record = client.get(&format!("/api/records/firm/{FIRM}")).await.ok();
        assert_eq!(record["name"], "东方小厂");
        let staff = fact(&record, "staff");
        assert_eq!(
            (&staff["value"], &staff["unit"], &staff["on"]),
            (&json!(12), &json!("person"), &json!("2020-02-01"))
        );
        assert_eq!(staff["source"], "the tests' own sheet");
        assert_eq!(fact(&record, "area")["display"]["en"], "East");
        let small = fact(&record, "is_small");
        assert_eq!((&small["value"], &small["derived"]), (&json!(true), &json!(true)));
        let phone = fact(&record, "contact_phone");
        assert_eq!((&phone["value"], &phone["masked"]), (&json!(null), &json!(true)));
        let duties: Vec<_> = record["duties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|duty| (&duty["duty"], &duty["standing"], &duty["record"]["id"]))
            .collect();
        assert_eq!(
            duties,
            [
                (&json!("job-refund"), &json!("gap"), &json!(null)),
                (&json!("rent-waiver"), &json!("gap"), &json!("L1"))
            ]
        );
        assert_eq!(record["related"][0]["kind"], "lease");
        assert_eq!(record["related"][0]["by"], "tenant");
    });
}

#[test]
fn reading_a_personal_fact_is_an_event_with_a_reason() {
    on_every_database(async |server| {
        let path = format!("/api/records/firm/{FIRM}/reveal");
        let client = server.sign_in(Role::County).await;
        let none = client.post(&path, json!({"facts": ["contact_phone"], "reason": ""})).await;
        assert_eq!(none.json()["errors"][0]["field"], "reason");
        let seen = client
            .post(&path, json!({"facts": ["contact_phone"], "reason": "a call about the refund"}))
            .await
            .ok();
        assert_eq!(seen["facts"], json!({"contact_phone": "13900000001"}));
        let staff =
            client.post(&path, json!({"facts": ["staff"], "reason": "a call about the refund"})).await;
        assert_eq!(staff.status, 400);
        let events = server.sign_in(Role::Auditor).await.get("/api/audit/events?type=reveal").await.ok();
        let event = &events["items"][0];
        assert_eq!((&event["seq"], &event["actor"]), (&seen["seq"], &json!("the-county")));
        assert_eq!(event["summary"]["reason"], "a call about the refund");
        assert!(!event.to_string().contains("13900000001"));
    });
}

#[test]
fn personal_facts_are_masked_wherever_they_could_appear() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        for path in [
            "/api/records/household/H1",
            "/api/records/household/H1/history",
            "/api/records/household/H1/duties/allowance",
            "/api/records?kind=household",
            "/api/duties/allowance/records",
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            let text = String::from_utf8(answer.body).unwrap();
            assert!(!text.contains("某甲") && !text.contains("400.00"), "{path}: {text}");
        }
    });
}

#[test]
fn what_has_no_name_of_its_own_is_called_after_whose_it_is() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let name = async |path: &str| client.get(path).await.ok()["name"].clone();
        assert_eq!(name("/api/records/lease/L1").await, "国有房产公司 · L1");
        assert_eq!(name("/api/records/waiver/W1").await, "国有房产公司 · W1", "by its lease's landlord");
        assert_eq!(name("/api/records/household/H1").await, Value::Null, "a person's name stays masked");
        let found = client.get("/api/duties/rent-waiver/records?q=%E5%9B%BD%E6%9C%89").await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "and is found by it");
    });
}

#[test]
fn verdicts_catch_up_where_an_import_comes_between() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        client.get("/api/duties").await.ok();
        let app = server.app.clone();
        let (shop, other) = (uscc("91990001MA0000003"), uscc("91990001MA0000009"));
        let told = {
            let facts = [("staff".into(), Some(Fact::Int(30)))];
            Change { kind: "firm".into(), id: shop.clone().into(), on: app.today(), facts: facts.into() }
        };
        let sheet = {
            let facts: BTreeMap<_, _> = [("staff", 3), ("insured", 2)]
                .map(|(fact, value)| (fact.into(), Some(Fact::Int(value))))
                .into();
            Change { kind: "firm".into(), id: other.clone().into(), on: app.today(), facts }
        };
        let recorded = tokio::task::spawn_blocking(move || {
            let account = app.store().account("the-administrator").unwrap().unwrap();
            let event = |event_type| app.event(event_type, &account, json!({}));
            let (change, import): (Event, Event) = (event(EventType::Change), event(EventType::Import));
            let patched = app
                .change(&account, |store| {
                    let mut importing = store.import(import)?;
                    importing.change(&sheet)?;
                    importing.commit(json!({}))?;
                    store.append(change, vec![told])
                })
                .unwrap_or_else(|problem| panic!("{:?}", problem.document(model::Lang::En)));
            assert!(patched.changed.is_empty(), "nobody waits for all to be judged anew");
            let recorded = app.catch_up_verdicts().unwrap();
            assert_eq!(app.catch_up_verdicts().unwrap().seq, None, "once is enough");
            // A server that starts looks for what an earlier one left; here is nothing left.
            app.look_behind().unwrap();
            assert_eq!(app.catch_up_verdicts().unwrap().seq, None);
            recorded
        })
        .await
        .unwrap();
        let turned: Vec<_> = recorded.changes.iter().map(|turn| turn.record.as_str()).collect();
        assert_eq!(turned, [shop.as_str(), other.as_str()]);
        let event = &client.get("/api/audit/events?type=verdicts").await.ok()["items"][0];
        assert_eq!((&event["seq"], &event["actor"]), (&json!(recorded.seq), &json!("server")));
    });
}

#[test]
fn a_server_that_starts_records_what_the_one_before_could_not() {
    on_every_database(async |server| {
        let app = server.app.clone();
        let shop = uscc("91990001MA0000003");
        let facts = [("staff".into(), Some(Fact::Int(30)))];
        let told = Change { kind: "firm".into(), id: shop.into(), on: app.today(), facts: facts.into() };
        let anew = server.anew().app;
        tokio::task::spawn_blocking(move || {
            let account = app.store().account("the-administrator").unwrap().unwrap();
            // As if it had ended before the verdicts.
            app.store().append(app.event(EventType::Change, &account, json!({})), vec![told]).unwrap();
            assert_eq!(anew.catch_up_verdicts().unwrap().seq, None);
            anew.look_behind().unwrap();
            assert_eq!(anew.catch_up_verdicts().unwrap().changes.len(), 1);
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_change_is_judged_at_once_and_equals_a_full_pass() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        // Every day in memory before the change, so that it is brought up to date and not made anew.
        client.get("/api/duties").await.ok();
        client.get("/api/duties?on=2020-03-01").await.ok();
        let shop = uscc("91990001MA0000003");
        let answer = client
            .patch(
                &format!("/api/records/firm/{shop}"),
                json!({"on": "2020-03-05", "facts": {"staff": 30}, "source": "a call"}),
            )
            .await
            .ok();
        assert_eq!(
            answer["changed"],
            json!([{"duty": "job-refund", "record": {"kind": "firm", "id": shop},
            "from": "unknown", "to": "gap"}])
        );
        let counts = &client.get("/api/duties").await.ok()["duties"];
        let refund =
            counts.as_array().unwrap().iter().find(|line| line["id"] == "job-refund").unwrap().clone();
        assert_eq!((&refund["counts"]["unknown"], &refund["counts"]["gap"]), (&json!(0), &json!(2)));
        let before = &client.get("/api/duties/job-refund?on=2020-03-01").await.ok()["counts"];
        assert_eq!(before["unknown"], 1, "it was not known on the first of March");

        let pipeline = server.app.days.pipeline().clone();
        let (held, anew) = tokio::task::spawn_blocking({
            let app = server.app.clone();
            move || {
                let today = app.today();
                let held = app.days.read(today, |snapshot| snapshot.pass.duties.clone()).unwrap();
                (held, pipeline.judge(today).unwrap().pass.duties)
            }
        })
        .await
        .unwrap();
        assert_eq!(held, anew);

        let history = client.get(&format!("/api/records/firm/{shop}/history")).await.ok();
        let last = history["items"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["seq"], &last["actor"], &last["source"]),
            (&answer["seq"], &json!("the-administrator"), &json!("a call"))
        );
        let verdict = history["verdicts"].as_array().unwrap().last().unwrap();
        assert_eq!((&verdict["from"], &verdict["to"]), (&json!("unknown"), &json!("gap")));
    });
}

#[test]
fn evidence_that_arrives_serves_the_record_it_points_to() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let answer = client
            .patch("/api/records/waiver/W1", json!({"facts": {"lease": "L1"}, "source": "mended"}))
            .await
            .ok();
        let mut changed: Vec<_> = answer["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (c["record"]["id"].clone(), c["to"].clone()))
            .collect();
        changed.sort_by_key(|(id, _)| id.to_string());
        assert_eq!(changed, [(json!("L1"), json!("done")), (json!("L2"), json!("gap"))]);
    });
}

#[test]
fn what_is_held_in_memory_equals_what_a_restart_finds() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let shop = uscc("91990001MA0000003");
        let pages = [
            "/api/duties",
            "/api/duties/job-refund",
            "/api/duties/job-refund/records",
            "/api/duties?on=2020-03-01",
        ];
        for path in pages {
            client.get(path).await.ok();
        }
        for (path, facts) in [
            // The refund was another's: one is served, 21 days after it was owed, and the other no longer is.
            ("/api/records/refund/R1".to_owned(), json!({"firm": FIRM})),
            (format!("/api/records/firm/{shop}"), json!({"staff": 30})),
            (format!("/api/records/firm/{shop}"), json!({"staff": null, "area": "990001"})),
            ("/api/records/lease/L1".to_owned(), json!({"tenant": shop})),
        ] {
            client.patch(&path, json!({ "facts": facts })).await.ok();
            let restarted = server.anew();
            let other = Client { server: &restarted, cookie: client.cookie.clone() };
            for path in pages {
                assert_eq!(client.get(path).await.ok(), other.get(path).await.ok(), "{path} after {facts}");
            }
        }
        let line = client.get("/api/duties/job-refund").await.ok();
        assert_eq!((&line["days_median"], &line["counts"]["done"]), (&json!(21), &json!(1)));
    });
}

#[test]
fn what_cannot_be_is_refused_with_every_mistake() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let path = format!("/api/records/firm/{FIRM}");
        let facts = json!({"staff": "many", "ownership": "mine", "area": "1", "is_small": true, "colour": "red",
            "uscc": "123"});
        let answer = client.patch(&path, json!({ "facts": facts })).await;
        assert_eq!(answer.status, 400);
        let fields: Vec<_> =
            answer.json()["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, ["area", "colour", "is_small", "ownership", "staff", "uscc"]);
        assert_eq!(client.patch(&path, json!({"facts": {}})).await.status, 400);
        assert_eq!(client.patch("/api/records/firm/none", json!({"facts": {"staff": 1}})).await.status, 404);
    });
}

#[test]
fn a_verdict_is_explained_clause_by_clause() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let landlord = uscc("91990001MA0000002");
        let no = client.get(&format!("/api/records/firm/{landlord}/duties/job-refund")).await.ok();
        assert_eq!((&no["standing"], &no["near_miss"]), (&json!("out"), &json!(true)));
        let small = &no["clauses"][1];
        assert_eq!((&small["id"], &small["truth"]), (&json!("small"), &json!("no")));
        let staff = small["facts"].as_array().unwrap().iter().find(|fact| fact["fact"] == "staff").unwrap();
        assert_eq!((&staff["value"], &staff["source"]), (&json!(900), &json!("the tests' own sheet")));
        assert_eq!(small["parameters"][0]["basis"]["doc"], "试统发〔2011〕1号");
        assert!(
            small["otherwise"][0]["en"].as_str().unwrap().contains("staff would have to be 299"),
            "{small}"
        );

        let shop = uscc("91990001MA0000003");
        let unknown = client.get(&format!("/api/records/firm/{shop}/duties/job-refund")).await.ok();
        assert_eq!(unknown["ask"][0]["fact"], "staff");
        let gap = client.get("/api/records/lease/L1/duties/rent-waiver").await.ok();
        assert_eq!(
            (&gap["amount"], &gap["unit"], &gap["due_on"]),
            (&json!("12000.00"), &json!("CNY"), &json!("2020-02-28"))
        );
        assert_eq!(gap["amount_from"]["parameters"][0]["id"], "rent_waiver_months");
        assert_eq!((&gap["evidence_from"], &no["evidence_from"]), (&json!("waiver"), &json!("refund")));
        assert_eq!(client.get("/api/records/lease/L1/duties/job-refund").await.status, 404);
    });
}

#[test]
fn a_list_of_records_can_be_taken_along_with_its_filters_and_masks() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let found = client.get("/api/records.xlsx?kind=firm&q=%E8%A5%BF%E5%8C%BA").await.sheets().remove(0);
        assert!(found.iter().any(|line| line.contains("2 records in this list, of 4")), "{found:?}");
        let households = client.get("/api/records.xlsx?kind=household").await.sheets().remove(0);
        assert!(households.iter().any(|line| line.starts_with("H1|")));
        assert!(!households.concat().contains("某甲"), "names of persons stay masked");
        let county = server.sign_in(Role::County).await;
        let own = county.get("/api/records.xlsx?kind=household").await.sheets().remove(0).concat();
        assert!(own.contains("H1") && !own.contains("H2"));
        assert_eq!(client.get("/api/records.xlsx?kind=nothing").await.status, 404);
    });
}

#[test]
fn events_and_accounts_can_be_taken_along() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Auditor).await;
        let events = client.get("/api/audit/events").await.ok()["items"].as_array().unwrap().len();
        let lines = client.get("/api/audit/events.xlsx").await.sheets().remove(0);
        assert_eq!(lines.len(), events + 3, "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("2020-03-05 09:02:03")), "in the time of China");
        assert!(
            lines.iter().any(|line| line.contains("|sign-in|") && line.contains("|signed in|")),
            "{lines:?}"
        );
        assert!(!lines.concat().contains("{\""), "no raw summaries");
        let verdicts = client.get("/api/audit/events.xlsx?type=verdicts").await.sheets().remove(0);
        assert!(verdicts[4..].iter().all(|line| line.contains("|verdicts|")), "{verdicts:?}");
        let accounts = client.get("/api/accounts.xlsx").await.sheets().remove(0);
        assert!(accounts[1].contains("5 accounts"), "{accounts:?}");
        assert!(accounts.iter().any(|line| line.starts_with("the-county|county|")));
        assert!(accounts.iter().any(|line| line.contains(&format!("|{FIRM}|东方小厂|"))), "{accounts:?}");
        let listed = client.get("/api/accounts").await.ok();
        let firm =
            listed["items"].as_array().unwrap().iter().find(|line| line["name"] == "the-firm").unwrap();
        assert_eq!(firm["record_name"], "东方小厂");
    });
}
