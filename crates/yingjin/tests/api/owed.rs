//! What am I owed: open to everybody, and nobody learns of another's facts by it.

use serde_json::{Value, json};
use store::Role;

use super::server::{FIRM, on_every_database, uscc};

fn measure<'a>(owed: &'a Value, duty: &str) -> &'a Value {
    owed["measures"].as_array().unwrap().iter().find(|measure| measure["duty"] == duty).unwrap()
}

#[test]
fn answers_lead_to_a_yes_by_few_questions() {
    on_every_database(async |server| {
        let nobody = server.nobody();
        let first = nobody.post("/api/owed", json!({})).await.ok();
        assert_eq!(first["measures"].as_array().unwrap().len(), 2, "households are no firm's concern");
        assert_eq!(measure(&first, "job-refund")["answer"], "unknown");
        // The staff bears on both measures, so it is asked first.
        assert_eq!(first["questions"][0]["fact"], "staff");
        assert_eq!(first["questions"][0]["settles"], 2);
        let small = nobody.post("/api/owed", json!({"answers": {"staff": 12, "insured": "10"}})).await.ok();
        let refund = measure(&small, "job-refund");
        assert_eq!((&refund["answer"], &refund["amount"]), (&json!("yes"), &json!("3000.00")));
        assert_eq!(
            refund["who_acts"]["en"],
            "Social Security Bureau acts by itself; there is nothing to claim"
        );
        assert_eq!(
            small["known"][0],
            json!({"fact": "insured", "label": {"zh": "参保人数", "en": "insured staff"},
            "display": {"zh": "10", "en": "10"}})
        );
        let asked: Vec<_> =
            small["questions"].as_array().unwrap().iter().map(|q| q["fact"].clone()).collect();
        assert_eq!(asked, ["lease:lessor.ownership"]);
        let rented = json!({"answers": {"staff": 12, "lease:lessor.ownership": "state", "lease:monthly_rent": "4000"}});
        let rented = nobody.post("/api/owed", rented).await.ok();
        let waiver = measure(&rented, "rent-waiver");
        assert_eq!((&waiver["answer"], &waiver["amount"]), (&json!("yes"), &json!("12000.00")));
        let large = nobody.post("/api/owed", json!({"answers": {"staff": 900}})).await.ok();
        assert_eq!(measure(&large, "job-refund")["answer"], "no");
        assert_eq!(measure(&large, "rent-waiver")["answer"], "no");
        assert_eq!(large["questions"], json!([]), "a no is said early");
    });
}

#[test]
fn a_code_shows_nothing_that_is_not_public() {
    on_every_database(async |server| {
        let codes = [FIRM.to_owned(), uscc("91990001MA0000002"), uscc("91990001MA0000004")];
        let mut answers = vec![];
        for reader in [server.nobody(), server.sign_in(Role::Auditor).await] {
            for code in &codes {
                let mut owed = reader.post("/api/owed", json!({ "uscc": code })).await.ok();
                assert_eq!(owed["firm"]["own"], false);
                let name = owed["firm"]["name"].as_str().unwrap().to_owned();
                assert!(name.contains("****"), "{name}");
                owed["firm"] = json!(null);
                answers.push(owed);
            }
        }
        assert!(answers.iter().all(|owed| owed == &answers[0]), "the answers tell one firm from another");
        let unknown =
            server.nobody().post("/api/owed", json!({"uscc": uscc("91990001MA0000009")})).await.ok();
        assert!(unknown["firm"].is_null());
        assert_eq!(server.nobody().post("/api/owed", json!({"uscc": "123"})).await.status, 400);
    });
}

#[test]
fn the_firm_itself_sees_where_it_stands() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let own = firm.post("/api/owed", json!({})).await.ok();
        assert_eq!(own["firm"], json!({"name": "东方小厂", "own": true}));
        let waiver = measure(&own, "rent-waiver");
        assert_eq!(
            (&waiver["standing"], &waiver["amount"], &waiver["due_on"]),
            (&json!("gap"), &json!("12000.00"), &json!("2020-02-28"))
        );
        assert_eq!(measure(&own, "job-refund")["amount"], "3000.00");
        assert_eq!(own["questions"], json!([]));
        let more = firm.post("/api/owed", json!({"answers": {"insured": 11}})).await.ok();
        assert_eq!(measure(&more, "job-refund")["amount"], "3300.00", "an answer counts for this page");
        let again = firm.post("/api/owed", json!({})).await.ok();
        assert_eq!(measure(&again, "job-refund")["amount"], "3000.00", "and is not kept");
        let other = firm.post("/api/owed", json!({"uscc": uscc("91990001MA0000002")})).await.ok();
        assert_eq!(other["firm"]["own"], false);
    });
}

#[test]
fn only_questions_can_be_answered() {
    on_every_database(async |server| {
        let nobody = server.nobody();
        for answers in [
            json!({"contact_phone": "1"}),
            json!({"is_small": true}),
            json!({"staff": "many"}),
            json!({"lease:lessor": FIRM}),
            json!({"lease:tenant.nothing": 1}),
            json!({"household:income": "1"}),
        ] {
            let answer = nobody.post("/api/owed", json!({ "answers": answers })).await;
            assert_eq!(answer.status, 400, "{answers}");
        }
    });
}

#[test]
fn who_asks_too_often_has_to_wait() {
    on_every_database(async |server| {
        for _ in 0..60 {
            assert_eq!(server.nobody().post("/api/owed", json!({})).await.status, 200);
        }
        assert_eq!(server.nobody().post("/api/owed", json!({})).await.status, 429);
    });
}
