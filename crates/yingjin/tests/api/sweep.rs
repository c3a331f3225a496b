//! A range of one parameter, before it is law.

use serde_json::json;
use store::Role;

use super::server::on_every_database;

#[test]
fn a_threshold_is_moved_over_its_range() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let request = json!({"parameter": "small_staff", "from": "5", "to": "905", "step": "300"});
        let found = client.post("/api/sweep", request.clone()).await.ok();
        assert_eq!(found["values"], json!(["5", "305", "605", "905"]));
        let refund =
            found["duties"].as_array().unwrap().iter().find(|duty| duty["id"] == "job-refund").unwrap();
        let should: Vec<_> =
            refund["points"].as_array().unwrap().iter().map(|point| &point["should"]).collect();
        assert_eq!(should, [0, 2, 2, 3]);
        assert_eq!((&refund["records"], &refund["now"]["should"]), (&json!(4), &json!(2)));
        assert_eq!(refund["points"][3]["owed"], "249000.00");
        assert_eq!(refund["points"][0]["owed"], "0.00");
        let sheet = client.post("/api/sweep.xlsx", request.clone()).await.sheets().remove(0);
        assert!(sheet[2].contains("at each of these values"), "{sheet:?}");
        let of_refund: Vec<&String> = sheet.iter().filter(|line| line.contains("|905|")).collect();
        assert!(
            of_refund.iter().any(|line| line.contains("|4|3|1|") && line.contains("|249000|")),
            "{sheet:?}"
        );
        assert!(sheet.iter().any(|line| line.contains("|as it is|")), "{sheet:?}");
        // A value swept is what comparing it alone says.
        let county = server.sign_in(Role::County).await;
        let own = county.post("/api/sweep", request).await.ok();
        let own = own["duties"].as_array().unwrap().iter().find(|duty| duty["id"] == "job-refund").unwrap();
        assert_eq!((&own["records"], &own["points"][3]["owed"]), (&json!(2), &json!("243000.00")));
    });
}

#[test]
fn a_range_has_bounds() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let ask = |change: serde_json::Value| {
            let mut request = json!({"parameter": "small_staff", "from": "1", "to": "10", "step": "1"});
            request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            client.post("/api/sweep", request)
        };
        for (change, field) in [
            (json!({"to": "1000"}), "step"),
            (json!({"step": "0"}), "step"),
            (json!({"from": "many"}), "from"),
            (json!({"parameter": "nothing"}), "parameter"),
        ] {
            let answer = ask(change.clone()).await;
            assert_eq!(answer.status, 400, "{change}");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{change}");
        }
        assert_eq!(ask(json!({"duty": "allowance"})).await.ok()["duties"], json!([]));
    });
}
