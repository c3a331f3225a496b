//! Duties with their denominators, and the sets as lists.

use serde_json::{Value, json};
use store::Role;

use super::server::{FIRM, on_every_database};

fn line<'a>(duties: &'a Value, id: &str) -> &'a Value {
    duties["duties"].as_array().unwrap().iter().find(|line| line["id"] == id).unwrap()
}

#[test]
fn every_duty_has_its_denominator() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let duties = client.get("/api/duties").await.ok();
        let refund = line(&duties, "job-refund");
        assert_eq!(
            refund["counts"],
            json!({"records": 4, "should": 2, "done": 1, "exempt": 0, "gap": 1,
            "leak": 0, "unknown": 1})
        );
        assert_eq!(refund["rate"], 0.5);
        assert_eq!((&refund["owed"], &refund["paid"]), (&json!("9000.00"), &json!("6000.00")));
        // Found owed by the pass of 10 February, served on 2 March.
        assert_eq!((&refund["days_median"], &refund["days_p90"]), (&json!(21), &json!(21)));
        // Ten working days after 10 February is 24 February: late on 6 March.
        assert_eq!(refund["overdue"], 1);
        let waiver = line(&duties, "rent-waiver");
        assert_eq!(waiver["counts"]["gap"], 1);
        // Twenty working days after Saturday 1 February end on 28 February.
        assert_eq!(waiver["overdue"], 1);
        assert_eq!(waiver["days_median"], 19);
    });
}

#[test]
fn an_area_counts_its_own() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let west = client.get("/api/duties?area=990002").await.ok();
        assert_eq!(line(&west, "job-refund")["counts"]["records"], 2);
        assert_eq!(client.get("/api/duties?area=1").await.status, 400);
        assert_eq!(client.get("/api/duties?on=yesterday").await.status, 400);
        let county = server.sign_in(Role::County).await;
        let own = county.get("/api/duties").await.ok();
        assert_eq!(own["area"], "990001");
        assert_eq!(line(&own, "job-refund")["counts"]["unknown"], 0);
        assert_eq!(county.get("/api/duties?area=990002").await.status, 403);
        let bureau = server.sign_in(Role::Bureau).await.get("/api/duties").await.ok();
        assert_eq!(bureau["duties"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_past_day_is_judged_as_it_was() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let before = client.get("/api/duties?on=2020-03-01").await.ok();
        assert_eq!(line(&before, "job-refund")["counts"]["done"], 0);
        assert_eq!(line(&before, "job-refund")["counts"]["gap"], 2);
    });
}

#[test]
fn one_duty_says_everything() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let page = client.get("/api/duties/job-refund").await.ok();
        assert_eq!(page["clauses"][1]["id"], "small");
        assert_eq!(
            page["ask"],
            json!([{"fact": "staff", "label": {"zh": "从业人数", "en": "staff"}, "count": 1}])
        );
        let parameters: Vec<_> =
            page["parameters"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect();
        // The size limit is read through the derived fact.
        assert!(parameters.contains(&json!("small_staff")) && parameters.contains(&json!("refund_per_head")));
        assert_eq!(page["parameters"].as_array().unwrap().len(), 2);
        let areas: Vec<_> =
            page["by_area"].as_array().unwrap().iter().map(|a| (&a["area"], &a["counts"]["gap"])).collect();
        assert_eq!(areas, [(&json!("990001"), &json!(1)), (&json!("990002"), &json!(0))]);
        let days: Vec<_> =
            page["trend"].as_array().unwrap().iter().map(|p| (&p["on"], &p["counts"]["gap"])).collect();
        assert_eq!(days, [(&json!("2020-02-10"), &json!(2)), (&json!("2020-03-05"), &json!(1))]);
        assert_eq!(client.get("/api/duties/nothing").await.status, 404);
    });
}

#[test]
fn sets_are_lists_with_filters_and_pages() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let gap = client.get("/api/duties/job-refund/records?standing=gap").await.ok();
        assert_eq!(gap["total"], 1);
        assert_eq!(
            gap["items"][0],
            json!({"kind": "firm", "id": FIRM, "name": "东方小厂", "area": "990001",
            "standing": "gap", "amount": "3000.00", "paid": "0.00", "arose_on": "2020-02-10", "due_on": "2020-02-24",
            "met_on": null, "missing": [], "near_miss": null, "synthetic": true})
        );
        let unknown = client.get("/api/duties/job-refund/records?missing=staff").await.ok();
        assert_eq!(unknown["items"][0]["missing"], json!(["staff"]));
        let near = client.get("/api/duties/job-refund/records?near_miss=true").await.ok();
        assert_eq!(near["items"][0]["near_miss"], "small");
        let text = client.get("/api/duties/job-refund/records?q=%E8%A5%BF%E5%8C%BA").await.ok();
        assert_eq!(text["total"], 2);

        let mut seen = vec![];
        let mut path = "/api/duties/job-refund/records?limit=3".to_owned();
        loop {
            let page = client.get(&path).await.ok();
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/duties/job-refund/records?limit=3&cursor={cursor}");
        }
        assert_eq!(seen.len(), 4);
        seen.dedup();
        assert_eq!(seen.len(), 4);
        assert_eq!(client.get("/api/duties/job-refund/records?cursor=zz").await.status, 400);
    });
}

#[test]
fn names_of_persons_are_masked_in_lists() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let list = client.get("/api/duties/allowance/records").await;
        assert!(list.ok()["items"][0]["name"].is_null());
        assert!(!String::from_utf8_lossy(&list.body).contains("某甲"));
        let found = client.get("/api/records?kind=household&q=%E6%9F%90%E7%94%B2").await.ok();
        assert_eq!(found["total"], 0, "a search does not tell whose name it is");
    });
}

#[test]
fn a_list_can_be_taken_along() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Auditor).await;
        let sheet = client.get("/api/duties/job-refund/records.xlsx?standing=gap").await;
        let text = sheet.sheets().remove(0);
        assert!(
            text.iter().any(|line| line.contains("2020-03-06") && line.contains("1 records")),
            "{text:?}"
        );
        assert!(text.iter().any(|line| line.contains("Of all 4 records: should 2, done 1")), "{text:?}");
        assert!(text.iter().any(|line| line.contains("made-up")), "{text:?}");
        assert!(text.iter().any(|line| line.starts_with(FIRM) && line.contains("|3000|0|yuan|")), "{text:?}");
    });
}

#[test]
fn the_overview_can_be_taken_along() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let lines = client.get("/api/duties.xlsx").await.sheets().remove(0);
        assert!(lines[1].contains("2020-03-06"), "{lines:?}");
        let refund = lines.iter().find(|line| line.starts_with("job-refund|")).unwrap();
        assert!(refund.contains("|4|2|1|0|1|0|1|50|50|9000|6000|0|yuan|21|21|1"), "{refund}");
        let chinese = client.get("/api/duties.xlsx?lang=zh&mode=visit").await.sheets().remove(0);
        assert!(chinese.iter().any(|line| line.contains("应尽")) && !chinese.concat().contains("job-refund"));
        let county = server.sign_in(Role::County).await;
        let own = county.get("/api/duties.xlsx").await.sheets().remove(0);
        assert!(
            own.iter().any(|line| line.starts_with("job-refund|") && line.contains("|2|1|0|0|1|")),
            "{own:?}"
        );
    });
}

#[test]
fn money_paid_to_those_not_owed_is_summed() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let duties = client.get("/api/duties").await.ok();
        assert_eq!(line(&duties, "job-refund")["leaked"], "0.00");
        // The refunded firm turns out to be no small one: what it got was not owed.
        let paid = super::server::uscc("91990001MA0000004");
        let change = json!({"facts": {"staff": 5000}, "source": "its own word"});
        assert_eq!(client.patch(&format!("/api/records/firm/{paid}"), change).await.status, 200);
        let duties = client.get("/api/duties").await.ok();
        let refund = line(&duties, "job-refund");
        assert_eq!((&refund["counts"]["leak"], &refund["leaked"]), (&json!(1), &json!("6000.00")));
        assert_eq!(refund["paid"], "0.00");
    });
}
