//! What a firm asks for of a duty: to be served, or to be exempted with proof. It is told what was decided and why, and the
//! case of what has come about ends by itself.

use axum::http::StatusCode;
use model::case::{Ending, RecordRef, State};
use model::event::{Event, EventType};
use model::{Change, Value};
use serde_json::{Value as Json, json};
use store::Role;

use super::exemptions::proof;
use super::server::{Answer, Client, FIRM, Server, TODAY, on_every_database};

async fn file(firm: &Client<'_>, form: &str, key: u8, facts: Json) -> Answer {
    firm.post(
        "/api/filings",
        json!({"form": form, "key": format!("a key of the tests {key}"), "facts": facts}),
    )
    .await
}

/// The firm hands in proof that it need not be paid; returns the number of its case.
async fn asked(firm: &Client<'_>, key: u8) -> i64 {
    let papers = proof(firm, key).await;
    let facts = json!({"duty": "job-refund", "reason": "own", "note": "三月停产检修", "papers": papers});
    let answer = file(firm, "unless", key, facts).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
    let number = answer.json()["number"].clone();
    let filed = firm.get("/api/filings").await.ok();
    let line = filed.as_array().unwrap().iter().find(|line| line["number"] == number).unwrap();
    assert_eq!(
        line["cases"][0]["office"]["department"], "hrss",
        "the owner of the duty, not whose kind it is"
    );
    line["cases"][0]["no"].as_i64().unwrap()
}

/// What the firm was told last.
async fn told(server: &Server, firm: &Client<'_>) -> String {
    server.app.blocking(|app| app.look_for_notices(0)).await.unwrap();
    let page = firm.get("/api/notices").await.ok();
    page["items"][0]["text"]["en"].as_str().unwrap_or_default().to_owned()
}

fn ended(server: &Server, no: i64) -> (State, Option<Ending>) {
    let case = server.store(move |store| store.case(no).unwrap().unwrap().case);
    (case.state, case.ending)
}

fn options(form: &Json, fact: &str) -> Vec<String> {
    let fields = form["parts"][0]["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["id"] == fact).unwrap();
    let ids = field["options"].as_array().unwrap().iter();
    ids.map(|option| option["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn proof_that_is_taken_ends_its_case_and_the_gap_s_and_the_firm_is_told() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        told(&server, &firm).await;
        let no = asked(&firm, 1).await;
        let path = format!("/api/cases/{no}");

        // The bureau reads no such records, and still what was filed with its case.
        let bureau = server.sign_in(Role::Bureau).await;
        let page = bureau.get(&path).await.ok();
        assert_eq!(page["may_exempt"], true);
        assert!(page["actions"].as_array().unwrap().contains(&json!("refuse")));
        assert_eq!(page["claimed"]["standing"], "gap");
        let claim = &page["claim"];
        assert_eq!(
            (&claim["record"]["id"], &claim["proof"]),
            (&json!(FIRM), &json!([page["files"][0]["value"]]))
        );
        let file = page["files"][0]["value"].as_str().unwrap();
        assert_eq!(bureau.get(&format!("/api/files/{file}")).await.status, StatusCode::OK);
        let request = json!({
            "duty": claim["duty"], "record": claim["record"], "reason": claim["reason"], "note": claim["note"],
            "proof": claim["proof"], "until": "2020-03-31",
        });
        let given = bureau.post("/api/exemptions", request).await;
        assert_eq!(given.status, StatusCode::CREATED);
        let number = given.json()["number"].as_str().unwrap().to_owned();

        let of = RecordRef { kind: "firm".into(), id: FIRM.into() };
        let live = server.store(move |store| store.live_case("job-refund", &of).unwrap());
        assert_eq!(live, None, "the gap's case has ended");
        assert_eq!(ended(&server, no), (State::Closed, Some(Ending::Granted)));
        let why = format!("reasons of its own (exemption number {number})");
        assert_eq!(told(&server, &firm).await, format!("no. {no} was granted: {why}"));
        let plan = firm.get("/api/plan").await.ok();
        let filed = plan["filed"].as_array().unwrap().iter().find(|line| line["form"] == "unless").unwrap();
        assert_eq!(
            (&filed["decision"]["granted"], &filed["decision"]["why"]["en"]),
            (&json!(true), &json!(why))
        );

        // Nothing is left to ask for, and the form says so.
        let form = firm.get("/api/forms/unless").await.ok();
        assert!(form["closed"]["en"].as_str().unwrap().starts_with("There is nothing to ask for"));
        let again =
            json!({"duty": "job-refund", "reason": "own", "note": "again", "papers": proof(&firm, 1).await});
        let refused = self::file(&firm, "unless", 2, again).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json()["errors"][0]["field"], "duty");
    });
}

#[test]
fn proof_that_is_refused_says_why_and_may_be_disputed() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        told(&server, &firm).await;
        let no = asked(&firm, 1).await;
        let steps = format!("/api/cases/{no}/steps");
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(
            bureau.post(&steps, json!({"action": "refuse"})).await.status,
            StatusCode::BAD_REQUEST,
            "why?"
        );
        let refuse = json!({"action": "refuse", "words": "the statement bears no seal"});
        for client in [&firm, &server.sign_in(Role::Auditor).await] {
            assert_eq!(client.post(&steps, refuse.clone()).await.status, StatusCode::FORBIDDEN);
        }
        bureau.post(&steps, refuse.clone()).await.ok();
        assert_eq!(ended(&server, no).0, State::Answered);
        assert_eq!(told(&server, &firm).await, format!("no. {no} was refused: the statement bears no seal"));
        let decision = firm.get("/api/plan").await.ok()["filed"][0]["decision"].clone();
        assert_eq!(
            (&decision["granted"], &decision["why"]["en"]),
            (&json!(false), &json!("the statement bears no seal"))
        );
        let of = RecordRef { kind: "firm".into(), id: FIRM.into() };
        assert!(
            server.store(move |store| store.live_case("job-refund", &of).unwrap()).is_some(),
            "still owed"
        );

        // Disputed, it is with the office again, and nothing is decided.
        let said =
            json!({"answered": true, "solved": false, "satisfied": null, "words": "the seal is on page two"});
        firm.post(&steps, json!({"action": "say", "said": said})).await.ok();
        assert_eq!(firm.get("/api/plan").await.ok()["filed"][0]["decision"], Json::Null);

        // A problem that asks for nothing cannot be refused.
        let raised = firm.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await.json();
        let path = format!("/api/cases/{}/steps", raised["no"]);
        let admin = server.sign_in(Role::Administrator).await;
        assert_eq!(admin.post(&path, refuse).await.status, StatusCode::CONFLICT);
    });
}

/// The form offers what the firm can be exempted from, and the server takes nothing else.
#[test]
fn a_form_offers_the_duties_that_are_open_and_their_reasons() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let form = firm.get("/api/forms/unless").await.ok();
        assert_eq!(options(&form, "duty"), ["job-refund"], "not the duties about leases and households");
        let reason = form["parts"][0]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["id"] == "reason")
            .unwrap();
        assert_eq!(reason["options_by"]["options"]["job-refund"], json!(["declined", "own"]));
        let papers = proof(&firm, 1).await;
        let facts = json!({"duty": "allowance", "reason": "own", "note": "for the tests", "papers": papers});
        let refused = file(&firm, "unless", 1, facts).await.json();
        assert_eq!(refused["errors"][0]["field"], "duty", "{refused}");
    });
}

#[test]
fn a_claim_ends_when_evidence_closes_the_gap_it_claims() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        told(&server, &firm).await;
        let answer =
            file(&firm, "wanted", 1, json!({"duty": "job-refund", "why": "we are small and insured"})).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let filed = firm.get("/api/filings").await.ok();
        let no = filed[0]["cases"][0]["no"].as_i64().unwrap();
        // What names no duty is for a person to answer.
        let other = file(&firm, "wanted", 2, json!({"why": "whatever there is"})).await;
        assert_eq!(other.status, StatusCode::CREATED);

        server.store(|store| {
            let on = TODAY.parse().unwrap();
            let text = |text: &str| Some(Value::Text(text.to_owned()));
            let facts = [
                ("refund_no", text("R1")),
                ("firm", text(FIRM)),
                ("amount", Some(Value::Decimal("3000".parse().unwrap()))),
                ("paid_on", Some(Value::Date(on))),
            ];
            let facts = facts.into_iter().map(|(fact, value)| (fact.into(), value)).collect();
            let change = Change { kind: "refund".into(), id: "R1".into(), on, facts };
            let event = Event {
                event_type: EventType::Import,
                at: "2020-03-06T03:00:00Z".parse().unwrap(),
                on,
                actor: "the tests".to_owned(),
                synthetic: false,
                summary: json!({}),
            };
            store.append(event, vec![change]).unwrap();
        });
        let admin = server.sign_in(Role::Administrator).await;
        assert!(admin.post("/api/passes", json!({})).await.status.is_success());
        for _ in 0..500 {
            if ended(&server, no).0 == State::Closed {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(ended(&server, no), (State::Closed, Some(Ending::Granted)));
        assert_eq!(ended(&server, no + 1).0, State::Open);
        assert_eq!(
            told(&server, &firm).await,
            format!("no. {no} was granted: what was asked for has come about")
        );
    });
}
