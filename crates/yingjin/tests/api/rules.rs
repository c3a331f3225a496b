//! The rules in words, and who would gain and lose.

use serde_json::json;
use store::Role;

use super::server::{on_every_database, uscc};

#[test]
fn every_duty_and_parameter_is_there_in_words() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Firm).await;
        let rules = client.get("/api/rules").await.ok();
        let refund = rules["duties"]
            .as_array()
            .unwrap()
            .iter()
            .find(|duty| duty["id"] == "job-refund")
            .unwrap()
            .clone();
        assert_eq!(refund["clauses"][0]["when"], "insured > 0");
        assert_eq!(refund["parameters"], json!(["small_staff", "refund_per_head"]));
        assert_eq!(refund["cases"], 2);
        assert_eq!(refund["phase"], "in-force");
        let parameters = client.get("/api/parameters").await.ok();
        let months = parameters["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .find(|p| p["id"] == "rent_waiver_months")
            .unwrap()
            .clone();
        assert_eq!(
            (&months["values"][0]["value"], &months["duties"]),
            (&json!("3"), &json!(["rent-waiver"]))
        );
    });
}

#[test]
fn who_would_gain_is_seen_before_it_is_law() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let request = json!({"a": {}, "b": {"set": {"small_staff": "1000"}}});
        let found = client.post("/api/compare", request.clone()).await.ok();
        let refund = found["duties"]
            .as_array()
            .unwrap()
            .iter()
            .find(|duty| duty["id"] == "job-refund")
            .unwrap()
            .clone();
        let landlord = uscc("91990001MA0000002");
        assert_eq!((&refund["newly_owed"], &refund["no_longer_owed"]), (&json!(1), &json!(0)));
        assert_eq!((&refund["amount_a"], &refund["amount_b"]), (&json!("9000.00"), &json!("249000.00")));
        assert_eq!(refund["examples"][0]["record"]["id"], landlord);
        assert_eq!(
            refund["by_area"],
            json!([{"area": "990001", "newly_owed": 1, "no_longer_owed": 0, "amount_a": "3000.00",
                "amount_b": "243000.00", "amount_unknown_a": 0, "amount_unknown_b": 0}])
        );
        let sheets = client.post("/api/compare.xlsx", request.clone()).await.sheets();
        assert!(sheets[0].iter().any(|line| line.contains("|1|0|3000|0|243000|0|240000|yuan")), "{sheets:?}");
        assert!(sheets[1].iter().any(|line| line.contains(&landlord) && line.ends_with("newly owed")));
        let west = json!({"area": "990002", "duty": "job-refund", "a": request["a"], "b": request["b"]});
        assert_eq!(client.post("/api/compare", west).await.ok()["duties"][0]["newly_owed"], 0);
        let again = client.post("/api/compare", json!({"a": {}, "b": {}})).await.ok();
        assert_eq!(again["duties"], json!([]), "nothing is kept");
    });
}

#[test]
fn two_days_can_be_compared() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let request = json!({"a": {"on": "2020-03-06"}, "b": {"on": "2020-01-15"}, "duty": "rent-waiver"});
        let found = client.post("/api/compare", request).await.ok();
        assert_eq!(found["duties"][0]["no_longer_owed"], 2, "it was not in force in January");
        let wrong = json!({"a": {}, "b": {"set": {"small_staff": "many", "nothing": "1"}}});
        let wrong = client.post("/api/compare", wrong).await;
        let fields: Vec<_> =
            wrong.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
        assert_eq!(fields, ["b.set.nothing", "b.set.small_staff"]);
    });
}
