//! Exempting by hand: who may, once, for a reason and with proof; and the gap comes back when it is over.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use model::case::{Ending, RecordRef, State};
use model::event::{EventType, Hash};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use store::{EventFilter, Role};
use yingjin::pipeline::Origin;

use super::server::{Answer, Client, FIRM, Server, TODAY, on_every_database};

/// Sends a PDF of its own for each `number`; returns its name.
pub async fn proof(client: &Client<'_>, number: u8) -> String {
    let content = [b"%PDF-1.7 a statement ".as_slice(), &[number]].concat();
    let hash = Hash(Sha256::digest(&content).into()).to_string();
    let request = client.request(Method::PUT, &format!("/api/files/{hash}"));
    let request = request.header(header::CONTENT_TYPE, "application/pdf").body(Body::from(content)).unwrap();
    assert!(client.server.send(request).await.status.is_success());
    hash
}

fn refund(proof: &[&str]) -> Json {
    json!({
        "duty": "job-refund", "record": {"kind": "firm", "id": FIRM}, "reason": "own",
        "note": "企业来函说明自行承担", "proof": proof,
    })
}

async fn exempt(client: &Client<'_>, request: Json) -> Answer {
    client.post("/api/exemptions", request).await
}

fn given(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["number"].as_str().unwrap().to_owned()
}

/// The live case of the small firm's refund.
fn live(server: &Server) -> Option<i64> {
    let firm = RecordRef { kind: "firm".into(), id: FIRM.into() };
    server.store(move |store| store.live_case("job-refund", &firm).unwrap())
}

async fn standing(client: &Client<'_>) -> Json {
    client.get(&format!("/api/records/firm/{FIRM}/duties/job-refund")).await.ok()
}

#[test]
fn a_reason_and_proof_end_the_case_and_say_why() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let no = live(&server).unwrap();
        let page = county.get(&format!("/api/cases/{no}")).await.ok();
        assert_eq!((&page["may_exempt"], &page["by_hand"]), (&json!(true), &json!([])));
        let before = server.store(|store| store.last_seq().unwrap());
        let file = proof(&county, 1).await;
        let answer = exempt(&county, refund(&[&file])).await;
        let number = given(&answer);
        assert_eq!(answer.json()["changed"][0]["to"], "exempt");
        // One event names who, why and the file; verdicts and the case's end follow it.
        let events = server.store(move |store| store.events(before, 99).unwrap());
        let of = |event_type| events.iter().filter(move |stored| stored.event.event_type == event_type);
        let [event] = of(EventType::Exemption).collect::<Vec<_>>()[..] else { panic!("{events:?}") };
        assert_eq!(event.event.actor, "the-county");
        assert_eq!(event.event.summary["why"]["en"], "reasons of its own");
        assert_eq!(event.event.summary["proof"], json!([file]));
        assert_eq!((of(EventType::Verdicts).count(), of(EventType::Case).count()), (1, 1));

        let (case, kept) = server.store(move |store| {
            let case = store.case(no).unwrap().unwrap().case;
            (case, store.verify(|_| ControlFlow::Continue(())).unwrap().broken)
        });
        assert_eq!((case.state, case.ending), (State::Closed, Some(Ending::Exempt)));
        assert_eq!((kept, live(&server)), (None, None));
        let page = county.get(&format!("/api/cases/{no}")).await.ok();
        let why = page["ending"]["en"].as_str().unwrap();
        assert_eq!(
            why,
            format!("an exemption is on record: reasons of its own (given by the-county, number {number})")
        );

        // The explanation has it all, and the auditor reads the proof.
        let auditor = server.sign_in(Role::Auditor).await;
        let proof = auditor.get(&format!("/api/files/{file}")).await;
        assert_eq!(proof.status, StatusCode::OK, "it is about no person");
        // Where there is no gap, nobody is offered to exempt.
        assert_eq!(standing(&county).await["may_exempt"], false);
        let explained = standing(&auditor).await;
        assert_eq!((&explained["standing"], &explained["may_exempt"]), (&json!("exempt"), &json!(false)));
        let clauses = explained["exemptions"].as_array().unwrap();
        let clause = clauses.iter().find(|clause| clause["id"] == "by-hand").unwrap();
        assert_eq!(clause["truth"], "yes");
        let by_hand = &explained["by_hand"][0];
        assert_eq!(
            (
                &by_hand["number"],
                &by_hand["reason"],
                &by_hand["note"],
                &by_hand["given_by"],
                &by_hand["from"]
            ),
            (
                &json!(number),
                &json!("own"),
                &json!("企业来函说明自行承担"),
                &json!("the-county"),
                &json!(TODAY)
            )
        );
        assert_eq!((&by_hand["proof"][0]["hash"], &by_hand["until"]), (&json!(file), &Json::Null));
        assert_eq!(by_hand["may_withdraw"], false);
        assert_eq!(auditor.get(&format!("/api/files/{file}")).await.status, StatusCode::OK);
        // The firm reads what was said of it.
        let firm = server.sign_in(Role::Firm).await;
        assert_eq!(standing(&firm).await["by_hand"][0]["number"], json!(number));
        assert_eq!(firm.get(&format!("/api/files/{file}")).await.status, StatusCode::OK);

        let list = auditor.get("/api/exemptions?duty=job-refund").await.ok();
        assert_eq!((&list["total"], &list["items"][0]["number"]), (&json!(1), &json!(number)));
        assert_eq!(
            list["states"][0],
            json!({"id": "in-force", "label": {"zh": "生效中", "en": "in force"}, "count": 1})
        );
        let sheet = &auditor.get("/api/exemptions.xlsx?lang=en").await.sheets()[0];
        assert!(sheet[2].starts_with("1 exemptions in this list, of 1 ever given"), "{sheet:?}");
        assert!(sheet.iter().any(|line| line.starts_with(&number) && line.contains(&file)), "{sheet:?}");
    });
}

#[test]
fn withdrawn_the_gap_comes_back() {
    on_every_database(async |server| {
        let bureau = server.sign_in(Role::Bureau).await;
        let first = live(&server).unwrap();
        let file = proof(&bureau, 1).await;
        let number = given(&exempt(&bureau, refund(&[&file])).await);
        let path = format!("/api/exemptions/{number}/withdrawal");
        assert_eq!(bureau.post(&path, json!({"why": " "})).await.status, StatusCode::BAD_REQUEST);
        let done = bureau.post(&path, json!({"why": "来函有误，企业仍要求返还"})).await.ok();
        assert_eq!(done["changed"][0]["to"], "gap");
        assert!(live(&server).unwrap() > first, "it is another case");
        let explained = standing(&bureau).await;
        assert_eq!((&explained["standing"], &explained["may_exempt"]), (&json!("gap"), &json!(true)));
        let by_hand = &explained["by_hand"][0];
        assert_eq!(
            (&by_hand["state"], &by_hand["withdrawn_by"], &by_hand["withdrawn_why"]),
            (&json!("withdrawn"), &json!("the-bureau"), &json!("来函有误，企业仍要求返还"))
        );
        assert_eq!(bureau.post(&path, json!({"why": "once more"})).await.status, StatusCode::CONFLICT);
        // It may be given again, under another number, and both stay on record.
        let again = given(&exempt(&bureau, refund(&[&file])).await);
        assert_ne!(again, number);
        assert_eq!(standing(&bureau).await["by_hand"].as_array().unwrap().len(), 2);
        let withdrawn = bureau.get("/api/exemptions?state=withdrawn").await.ok();
        assert_eq!(withdrawn["items"][0]["number"], json!(number));
    });
}

#[test]
fn after_its_last_day_the_gap_comes_back() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let file = proof(&county, 1).await;
        let mut request = refund(&[&file]);
        request["until"] = json!("2020-03-08");
        given(&exempt(&county, request.clone()).await);
        assert_eq!(live(&server), None);
        for (day, is_gap) in [("2020-03-08", false), ("2020-03-09", true)] {
            let other = server.on(day);
            let pass = {
                let app = other.app.clone();
                let judge = move || {
                    let pipeline = app.days.pipeline();
                    let origin = Origin { actor: "the tests".to_owned(), at: app.now() };
                    let snapshot = pipeline.judge(app.today()).unwrap();
                    pipeline.record_pass(&snapshot, &origin, |_, _| true).unwrap();
                    pipeline.reconcile(&snapshot, &origin).unwrap();
                };
                std::thread::spawn(judge)
            };
            pass.join().unwrap();
            assert_eq!(live(&server).is_some(), is_gap, "{day}");
            let there = Client { server: &other, cookie: county.cookie.clone() };
            let state = if is_gap { "over" } else { "in-force" };
            assert_eq!(standing(&there).await["by_hand"][0]["state"], state, "{day}");
        }
        // Spans that follow each other may be given; spans that meet may not.
        let other = server.on("2020-03-09");
        let there = Client { server: &other, cookie: county.cookie.clone() };
        request["from"] = json!("2020-03-08");
        request["until"] = json!("2020-04-30");
        assert_eq!(exempt(&there, request.clone()).await.status, StatusCode::CONFLICT);
        request["from"] = json!("2020-03-09");
        given(&exempt(&there, request).await);
    });
}

#[test]
fn two_at_once_are_one() {
    on_every_database(async |server| {
        let (county, bureau) = (server.sign_in(Role::County).await, server.sign_in(Role::Bureau).await);
        // Two servers, each with the register as it was before.
        let other = server.anew();
        let there = Client { server: &other, cookie: bureau.cookie.clone() };
        standing(&there).await;
        let (one, two) = (proof(&county, 1).await, proof(&bureau, 2).await);
        let (one, two) = ([one.as_str()], [two.as_str()]);
        let (first, second) = tokio::join!(exempt(&county, refund(&one)), exempt(&there, refund(&two)));
        let mut found = [first.status, second.status];
        found.sort();
        assert_eq!(found, [StatusCode::CREATED, StatusCode::CONFLICT]);
        let refused = if first.status == StatusCode::CONFLICT { &first } else { &second };
        let says = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(says.contains("by the-"), "{says}");
        let filter = EventFilter { before: None, event_type: Some(EventType::Exemption), limit: 9 };
        assert_eq!(server.store(move |store| store.latest_events(&filter).unwrap().len()), 1);

        let number = if first.status == StatusCode::CREATED { given(&first) } else { given(&second) };
        let path = format!("/api/exemptions/{number}/withdrawal");
        let why = json!({"why": "given in error"});
        standing(&there).await;
        let (first, second) = tokio::join!(county.post(&path, why.clone()), there.post(&path, why.clone()));
        let mut found = [first.status, second.status];
        found.sort();
        assert_eq!(found, [StatusCode::OK, StatusCode::CONFLICT]);
    });
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_kept() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let file = proof(&county, 1).await;
        let of_another = proof(&server.sign_in(Role::Administrator).await, 2).await;
        let before = server.store(|store| store.last_seq().unwrap());
        let with = |key: &str, value: Json| {
            let mut request = refund(&[&file]);
            request[key] = value;
            request
        };
        for (request, field) in [
            (with("reason", json!("because")), "reason"),
            (with("note", json!("  ")), "note"),
            (with("proof", json!([])), "proof"),
            (with("proof", json!([file, file])), "proof"),
            (with("proof", json!(["0".repeat(64)])), "proof"),
            (with("proof", json!([of_another])), "proof"),
            (with("until", json!("2020-03-05")), "until"),
        ] {
            let answer = exempt(&county, request).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}");
            assert_eq!(answer.json()["errors"][0]["field"], field);
        }
        // A reason of one duty is none of another.
        let household = json!({
            "duty": "allowance", "record": {"kind": "household", "id": "H1"}, "reason": "own",
            "note": "户主书面放弃", "proof": [file],
        });
        assert_eq!(exempt(&county, household).await.json()["errors"][0]["field"], "reason");
        assert_eq!(server.store(|store| store.last_seq().unwrap()), before);
        // Who was served, or is owed nothing, needs none.
        let admin = server.sign_in(Role::Administrator).await;
        for number in ["2", "4"] {
            let code = super::server::uscc(&format!("91990001MA000000{number}"));
            let mut request = refund(&[&of_another]);
            request["record"]["id"] = json!(code);
            assert_eq!(exempt(&admin, request).await.status, StatusCode::CONFLICT, "{code}");
        }
    });
}

#[test]
fn only_who_may_work_the_case_may_exempt() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let file = proof(&admin, 1).await;
        let of = |duty: &str, kind: &str, id: &str| {
            json!({
                "duty": duty, "record": {"kind": kind, "id": id}, "reason": "declined",
                "note": "书面放弃", "proof": [file],
            })
        };
        let county = server.sign_in(Role::County).await;
        let bureau = server.sign_in(Role::Bureau).await;
        let west = of("allowance", "household", "H2");
        assert_eq!(exempt(&county, west).await.status, StatusCode::NOT_FOUND, "another county's");
        let others = of("allowance", "household", "H1");
        assert_eq!(
            exempt(&bureau, others.clone()).await.status,
            StatusCode::NOT_FOUND,
            "another bureau's duty"
        );
        for role in [Role::Firm, Role::Auditor] {
            let client = server.sign_in(role).await;
            assert_eq!(exempt(&client, refund(&[&file])).await.status, StatusCode::FORBIDDEN);
        }

        let number = given(&exempt(&admin, others).await);
        let path = format!("/api/exemptions/{number}/withdrawal");
        let why = json!({"why": "given in error"});
        assert_eq!(bureau.post(&path, why.clone()).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bureau.get(&format!("/api/exemptions/{number}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bureau.get("/api/exemptions").await.ok()["total"], 0);
        assert_eq!(
            bureau.get(&format!("/api/records/exemption/{number}")).await.status,
            StatusCode::NOT_FOUND
        );
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(auditor.post(&path, why.clone()).await.status, StatusCode::FORBIDDEN);
        assert_eq!(county.get(&format!("/api/exemptions/{number}")).await.status, StatusCode::OK);
        // Proof about a person is read with a reason.
        let file = format!("/api/files/{file}");
        assert_eq!(county.get(&file).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(county.get(&format!("{file}?reason=checking+the+exemption")).await.status, StatusCode::OK);
        assert_eq!(bureau.get(&file).await.status, StatusCode::NOT_FOUND);
        // As with every personal fact, an auditor sees that it is there, and reads it not even with a reason.
        let masked = auditor.get(&format!("{file}?reason=checking+the+exemption")).await;
        assert_eq!(masked.status, StatusCode::FORBIDDEN);
        let shown = |page: Json| (page["proof"][0]["hash"].is_string(), page["may_read_proof"].clone());
        let path_of = format!("/api/exemptions/{number}");
        assert_eq!(shown(auditor.get(&path_of).await.ok()), (true, json!(false)));
        assert_eq!(shown(county.get(&path_of).await.ok()), (true, json!(true)));

        // There is no other way in: neither by hand nor by a sheet.
        let record = format!("/api/records/exemption/{number}");
        let until = json!({"facts": {"until_on": "2030-01-01"}});
        assert_eq!(county.patch(&record, until).await.status, StatusCode::CONFLICT);
        assert_eq!(admin.get("/api/records?kind=exemption").await.status, StatusCode::NOT_FOUND);
        county.post(&path, why).await.ok();
    });
}

/// A case that was sent to a department that does not own the duty: whoever has it may exempt.
#[test]
fn whoever_was_sent_the_case_may_exempt() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let bureau = server.sign_in(Role::Bureau).await;
        let household = RecordRef { kind: "household".into(), id: "H1".into() };
        let no = server.store(move |store| store.live_case("allowance", &household).unwrap().unwrap());
        let route = json!({"action": "route", "words": "theirs to look at", "department": "hrss"});
        admin.post(&format!("/api/cases/{no}/steps"), route).await.ok();
        let page = bureau.get(&format!("/api/cases/{no}")).await.ok();
        assert_eq!(page["may_exempt"], true);
        let file = proof(&bureau, 1).await;
        let request = json!({
            "duty": "allowance", "record": {"kind": "household", "id": "H1"}, "reason": "declined",
            "note": "户主书面放弃", "proof": [file],
        });
        given(&exempt(&bureau, request).await);
        let case = server.store(move |store| store.case(no).unwrap().unwrap().case);
        assert_eq!(case.ending, Some(Ending::Exempt));
    });
}
