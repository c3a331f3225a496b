//! Filings by commitment: effective at once, exactly once, and a receipt that tells no more than it should.

use std::ops::ControlFlow;

use axum::http::StatusCode;
use serde_json::{Value, json};
use store::Role;

use super::server::{Client, FIRM, Server, TODAY, on_every_database, uscc};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A filing that can be taken, with a key of its own.
fn complete(key: &str) -> Value {
    json!({
        "form": "resume", "key": key,
        "facts": {"people": 12, "first": 8, "canteen": "shifts", "shifts": 2},
        "ticked": ["masks", "truth"], "signature": " 某甲 ",
    })
}

/// The record that a filing of today made.
fn filed_today(server: &Server) -> store::StoredRecord {
    server.store(|store| store.record("resumption", &format!("{FIRM}~{TODAY}")).unwrap().unwrap())
}

fn with(mut filing: Value, field: &str, value: Value) -> Value {
    filing[field] = value;
    filing
}

#[test]
fn a_firm_types_nothing_that_the_city_knows() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let line = &firm.get("/api/forms").await.ok()[0];
        assert_eq!((&line["id"], &line["by"]), (&json!("resume"), &json!("firm")));
        let form = firm.get("/api/forms/resume").await.ok();
        assert_eq!(form["known"], json!({"people": 12, "phone": "13900000001"}));
        assert_eq!(form["notices"], json!([{"zh": "可以开工。", "en": "You may open."}]));
        assert_eq!((&form["by"]["name"], &form["filed"]), (&json!("东方小厂"), &json!([])));
        let shifts = &form["parts"][0]["fields"][4];
        assert_eq!(shifts["only_if"], json!({"fact": "canteen", "is": ["shifts"]}));
        // An officer is not shown what is about a person.
        let county = server.sign_in(Role::County).await;
        let form = county.get(&format!("/api/forms/resume?by={FIRM}")).await.ok();
        assert_eq!(form["known"], json!({"people": 12}));
        let elsewhere = uscc("91990001MA0000003");
        assert_eq!(
            county.get(&format!("/api/forms/resume?by={elsewhere}")).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn filed_is_effective_at_once_and_once() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let first = firm.post("/api/filings", complete(KEY)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&first.body));
        let events = server.store(|store| store.last_seq().unwrap());
        for _ in 0..4 {
            let again = firm.post("/api/filings", complete(KEY)).await;
            assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()));
        }
        assert_eq!(server.store(|store| store.last_seq().unwrap()), events, "the same filing is there once");
        let record = filed_today(&server);
        let number = first.json()["number"].clone();
        assert_eq!(
            Value::Object(record.facts),
            json!({
                "firm": FIRM, "number": number, "filed_on": TODAY, "commitment": true, "signed_by": "某甲",
                "people": 12, "first": 8, "canteen": "shifts", "shifts": 2,
            })
        );
        let found = server.store(|store| store.verify(|_| ControlFlow::Continue(())).unwrap());
        assert_eq!(found.broken, None);
        let form = firm.get("/api/forms/resume").await.ok();
        assert_eq!(form["filed"][0]["number"], number);
    });
}

#[test]
fn sent_at_the_same_moment_it_is_filed_once() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        // Two servers over one register have nothing in common but the database.
        let other = server.anew();
        let twin = Client { server: &other, cookie: firm.cookie.clone() };
        let (one, two) =
            tokio::join!(firm.post("/api/filings", complete(KEY)), twin.post("/api/filings", complete(KEY)));
        assert!(one.status.is_success() && two.status.is_success(), "{} {}", one.status, two.status);
        assert_eq!(one.json(), two.json());
        let filter =
            store::EventFilter { before: None, event_type: Some(model::event::EventType::Filing), limit: 10 };
        assert_eq!(server.store(move |store| store.latest_events(&filter).unwrap().len()), 1);
    });
}

#[test]
fn a_later_filing_of_the_day_takes_the_place_of_the_first() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let first = firm.post("/api/filings", complete(KEY)).await.json();
        let mended = json!({"people": 12, "first": 6, "canteen": "none"});
        let second = with(complete("another key of the same day"), "facts", mended);
        let second = firm.post("/api/filings", second).await.json();
        let record = filed_today(&server);
        assert_eq!((record.facts.get("shifts"), &record.facts["first"]), (None, &json!(6)));
        let number = |receipt: &Value| receipt["number"].as_str().unwrap().to_owned();
        let old = server.nobody().get(&format!("/api/receipts/{}", number(&first))).await.ok();
        assert_eq!(old["replaced_by"], second["number"]);
    });
}

#[test]
fn anybody_with_the_number_sees_what_was_committed_and_nothing_else() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let filed = firm.post("/api/filings", complete(KEY)).await.json();
        let number = filed["number"].as_str().unwrap();
        let nobody = server.nobody();
        let typed = number.to_lowercase().replace('-', "%20");
        let receipt = nobody.get(&format!("/api/receipts/{typed}")).await.ok();
        assert_eq!(receipt, filed);
        let keys: Vec<&str> = receipt.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["at", "by", "form", "items", "number", "on", "replaced_by", "synthetic", "title"]);
        assert_eq!((&receipt["by"], &receipt["on"]), (&json!("东方小厂"), &json!(TODAY)));
        assert_eq!(receipt["items"].as_array().unwrap().len(), 2);
        let code = nobody.get(&format!("/api/receipts/{number}/qr.svg")).await;
        assert_eq!(code.headers["content-type"], "image/svg+xml");
        for wrong in ["0000-0000-0000", "x", "%00"] {
            assert_eq!(nobody.get(&format!("/api/receipts/{wrong}")).await.status, StatusCode::NOT_FOUND);
        }
    });
}

#[test]
fn every_mistake_is_told_at_once_and_nothing_is_written() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let before = server.store(|store| store.last_seq().unwrap());
        let wrong = json!({
            "form": "resume", "key": KEY,
            "facts": {"people": "many", "first": -1, "canteen": "none", "shifts": 2, "colour": "red"},
            "ticked": ["truth", "gloves"], "signature": "",
        });
        let answer = firm.post("/api/filings", wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let told = answer.json();
        let mut fields: Vec<&str> =
            told["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["colour", "first", "gloves", "masks", "people", "shifts", "signature"]);
        let short = firm.post("/api/filings", with(complete(KEY), "key", json!("short"))).await;
        assert_eq!(short.json()["errors"][0]["field"], "key");
        let more = json!({"people": 12, "first": 13, "canteen": "none"});
        let more = firm.post("/api/filings", with(complete(KEY), "facts", more)).await;
        assert_eq!(more.json()["errors"][0]["detail"], "it cannot be more than \"staff in all\"");
        assert_eq!(server.store(|store| store.last_seq().unwrap()), before);
    });
}

#[test]
fn nobody_files_for_a_firm_that_is_not_theirs() {
    on_every_database(async |server| {
        let elsewhere = uscc("91990001MA0000003");
        let for_another = with(complete(KEY), "by", json!(elsewhere));
        for role in [Role::Firm, Role::County] {
            let answer = server.sign_in(role).await.post("/api/filings", for_another.clone()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role:?}");
        }
        let county = server.sign_in(Role::County).await;
        let nobody_named = county.post("/api/filings", complete(KEY)).await;
        assert_eq!(nobody_named.json()["errors"][0]["field"], "by");
        let in_its_county = county.post("/api/filings", with(complete(KEY), "by", json!(FIRM))).await;
        assert_eq!(in_its_county.status, StatusCode::CREATED);
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(auditor.post("/api/filings", complete(KEY)).await.status, StatusCode::FORBIDDEN);
    });
}

fn report(key: &str, sort: &str) -> Value {
    json!({"form": "trouble", "key": format!("{key:0>16}"), "facts": {"sort": sort, "words": "缺二十个缝纫工"}})
}

#[test]
fn a_filing_opens_one_case_with_itself() {
    use model::case::{Ending, State};
    use model::event::EventType;
    use store::Worklist;

    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let open = |server: &Server| {
            let list = Worklist { kind: Some("labour".into()), limit: 9, ..Worklist::default() };
            server.store(move |store| store.worklist(&list).unwrap())
        };
        let before = server.store(|store| store.last_seq().unwrap());
        let first = firm.post("/api/filings", report("k", "workers")).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&first.body));
        // A phone that sends it again, and a server that starts anew.
        let other = server.anew();
        let there = Client { server: &other, cookie: firm.cookie.clone() };
        for client in [&firm, &there] {
            assert_eq!(client.post("/api/filings", report("k", "workers")).await.status, StatusCode::OK);
        }
        let cases = open(&server);
        let [case] = cases.as_slice() else { panic!("{cases:?}") };
        let opening = &case.case.opening;
        assert_eq!(opening.words.as_deref(), Some("缺人 · no workers\n缺二十个缝纫工"));
        assert_eq!((opening.office.department.as_str(), opening.office.area.as_str()), ("hrss", "990001"));
        assert_eq!(opening.beneficiary.as_ref().unwrap().id.as_str(), FIRM);
        // Seven days from the 6th, and Friday the 13th is the last.
        assert_eq!(case.case.due_at.to_rfc3339(), "2020-03-13T16:00:00+00:00");
        let (seq, kept) =
            (case.seq, server.store(|store| store.verify(|_| ControlFlow::Continue(())).unwrap()));
        assert_eq!((seq, kept.broken), (before + 1, None), "one event has the filing and its case");
        assert_eq!(
            server.store(move |store| store.event(before + 1).unwrap().unwrap().event.event_type),
            EventType::Filing
        );

        // The firm follows it from what it filed; the office has the filing from the case.
        let filed = firm.get("/api/filings").await.ok();
        let line = &filed[0]["cases"][0];
        assert_eq!((&line["no"], &line["state"]), (&json!(case.no), &json!("open")));
        let county = server.sign_in(Role::County).await;
        let page = county.get(&format!("/api/cases/{}", case.no)).await.ok();
        assert_eq!((&page["filing"]["kind"], &page["about"]["id"]), (&json!("report"), &json!(FIRM)));
        let no = case.no;
        county
            .post(&format!("/api/cases/{no}/steps"), json!({"action": "answer", "words": "十人已到岗"}))
            .await
            .ok();
        let said = json!({"action": "say", "said": {"answered": true, "solved": true}});
        firm.post(&format!("/api/cases/{no}/steps"), said).await.ok();
        let ended = server.store(move |store| store.case(no).unwrap().unwrap().case);
        assert_eq!((ended.state, ended.ending), (State::Closed, Some(Ending::Confirmed)));
        let filed = firm.get("/api/filings").await.ok();
        assert_eq!(filed[0]["cases"][0]["state"], "closed");

        // Another filing is another case; one that asks nothing of anybody opens none.
        for (key, sort, count) in [("l", "workers", 1), ("m", "thanks", 1)] {
            assert_eq!(firm.post("/api/filings", report(key, sort)).await.status, StatusCode::CREATED);
            assert_eq!(open(&server).len(), count, "{key}");
        }
    });
}

#[test]
fn what_could_not_be_written_is_seen_by_nobody() {
    on_every_database(async |server| {
        let app = server.app.clone();
        let firm = server.sign_in(Role::Firm).await;
        let seen = tokio::task::spawn_blocking(move || {
            let pipeline = app.days.pipeline();
            let (today, at) = (app.today(), "2020-03-06T01:00:00Z".parse().unwrap());
            let origin = yingjin::pipeline::Origin { actor: "the tests".to_owned(), at };
            let text = |text: &str| Some(model::Value::Text(text.to_owned()));
            let filing = |id: &str, more: Option<(model::FactId, Option<model::Value>)>| {
                let facts = [("firm".into(), text(FIRM)), ("number".into(), text(id))];
                let facts = facts.into_iter().chain(more).collect();
                let change = model::Change { kind: "resumption".into(), id: id.into(), on: today, facts };
                let event = model::event::Event {
                    event_type: model::event::EventType::Filing,
                    at,
                    on: today,
                    actor: "the tests".to_owned(),
                    synthetic: true,
                    summary: json!({}),
                };
                store::Filing { event, change, number: ("number".into(), id.to_owned()), opens: None }
            };
            // The second names a file that is not there.
            let lost = ("photos".into(), text(&"0".repeat(64)));
            let filings = vec![filing("a", None), filing("b", Some(lost))];
            let refused =
                app.days.write(today, |day| pipeline.file_together(day, filings.clone(), (&origin, at)));
            assert!(refused.is_err(), "{refused:?}");
            let kind = pipeline.rules.kind("resumption").unwrap().0;
            let seen = |id: &str| app.days.read(today, |day| day.row(kind, id).is_some()).unwrap();
            let before = (seen("a"), seen("b"));
            let filed = app
                .days
                .write(today, |day| pipeline.file_together(day, vec![filing("a", None)], (&origin, at)))
                .unwrap();
            (before, filed[0].is_ok(), seen("a"))
        })
        .await
        .unwrap();
        assert_eq!(seen, ((false, false), true, true));
        assert_eq!(firm.get("/api/forms/resume").await.status, StatusCode::OK);
    });
}
