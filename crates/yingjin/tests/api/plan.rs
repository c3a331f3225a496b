//! One firm, one plan: everything that is open about it, once, by day, for whoever may see the firm.

use serde_json::{Value, json};
use store::Role;

use super::letters::{has_all, text};
use super::pairings::pair;
use super::server::{Client, FIRM, TODAY, on_every_database, uscc};

async fn plan(client: &Client<'_>) -> Value {
    client.get(&format!("/api/plan?record={FIRM}")).await.ok()
}

fn list<'a>(page: &'a Value, part: &str) -> &'a Vec<Value> {
    page[part].as_array().unwrap()
}

#[test]
fn all_that_is_open_stands_on_it_by_day() {
    on_every_database(async |server| {
        pair(&server, "2020-02-13");
        let firm = server.sign_in(Role::Firm).await;
        let county = server.sign_in(Role::County).await;
        // Before anything was filed, that is said, and nothing stands there in its place.
        let early = plan(&county).await;
        let people = &list(&early, "parts")[1];
        assert_eq!((&people["record"], &people["facts"]), (&Value::Null, &json!([])));
        assert_eq!(list(&early, "filed").len(), 0);

        let filing = json!({
            "form": "resume", "key": "0123456789abcdef",
            "facts": {"people": 12, "first": 8, "canteen": "none"},
            "ticked": ["masks", "truth"], "signature": "某甲",
        });
        assert_eq!(firm.post("/api/filings", filing).await.status, 201);
        let about = json!({"kind": "firm", "id": FIRM});
        let problem = json!({"kind": "labour", "about": about, "words": "two skilled workers are missing"});
        let no = firm.post("/api/cases", problem).await.json()["no"].clone();
        let defect =
            json!({"masks": "defect", "masks_words": "无", "result": "correct", "correct_by": "2020-03-10"});
        let inspection = json!({"form": "inspect", "by": format!("{FIRM}~{TODAY}"), "key": "0".repeat(16),
            "facts": defect, "ticked": ["cards"], "signature": "某甲、某乙"});
        assert_eq!(county.post("/api/filings", inspection).await.status, 201);

        let page = plan(&county).await;
        let next = list(&page, "next");
        let step = |kind: &str| next.iter().find(|step| step["about"]["type"] == kind).unwrap();
        assert_eq!(step("case")["about"]["no"], no);
        assert_eq!(step("filing")["on"], "2020-03-10");
        let visit = step("visit");
        assert_eq!(
            (&visit["on"], &visit["is_late"], &visit["who"]["en"]),
            (&json!("2020-02-27"), &json!(true), &json!("Li"))
        );
        assert!(next.iter().any(|step| step["about"]["id"] == "job-refund"), "{next:#?}");
        let days: Vec<&Value> = next.iter().map(|step| &step["on"]).filter(|on| !on.is_null()).collect();
        assert!(days.is_sorted_by_key(|on| on.as_str()), "{days:?}");
        // The gap of a duty is a case as well, and is said once.
        let refunds = next.iter().filter(|step| step["what"] == list(&page, "measures")[0]["title"]);
        assert!(refunds.count() <= 1);
        assert_eq!(list(&page, "officials")[0]["official"], "Li");
        assert!(list(&page, "cases").iter().any(|case| case["no"] == no));
        let people = &list(&page, "parts")[1];
        assert_eq!((&people["on"], &people["facts"][0]["value"]), (&json!(TODAY), &json!(12)));
        assert_eq!(people["facts"][2]["value"], Value::Null, "not known, and not zero");
        let phone = &list(&page, "parts")[0]["facts"][1];
        assert_eq!((&phone["masked"], &phone["value"]), (&json!(true), &Value::Null));

        let pdf = text(&county.get(&format!("/api/letters/plan/letter.pdf?record={FIRM}&lang=zh")).await);
        has_all(
            &pdf,
            &["东方小厂", "下一步", "2020-03-10", "2020-02-27逾期", "Li", "12人", "已遮盖", "整改中"],
        );
        let english = text(&firm.get("/api/letters/plan/letter.pdf?lang=en").await);
        has_all(&english, &["What comes next", "not known", "12 people"]);
        // Its own, without saying whose.
        let own = firm.get("/api/plan").await.ok();
        assert_eq!((&own["of"]["id"], list(&own, "next").len()), (&json!(FIRM), next.len()));
    });
}

#[test]
fn who_may_not_see_the_firm_has_no_plan_of_it() {
    on_every_database(async |server| {
        let shop = uscc("91990001MA0000003");
        let path = format!("/api/plan?record={shop}");
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get(&path).await.status, 404, "it lies in the West");
        let firm = server.sign_in(Role::Firm).await;
        assert_eq!(firm.get(&path).await.status, 404);
        assert_eq!(server.nobody().get(&path).await.status, 401);
        assert_eq!(county.get("/api/plan").await.status, 400, "whose?");
        let letter = format!("/api/letters/plan/letter.pdf?record={shop}");
        assert_eq!(county.get(&letter).await.status, 404);
        // The official who visits it has it, wherever it lies.
        pair(&server, "2020-03-02");
        assert_eq!(county.get(&path).await.ok()["of"]["id"], shop);
    });
}

/// Who stands in the way is named by the firm in its own words; whom the register knows is led to, for who may see them.
#[test]
fn whom_its_words_name_is_shown_to_who_may_see_them() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let words = "国有 房产公司、西区商铺，某不在册厂";
        let report = json!({
            "form": "trouble", "key": "a key of the tests 1", "facts": {"sort": "workers", "words": words},
        });
        assert_eq!(firm.post("/api/filings", report).await.status, 201);
        let named = async |client: &Client<'_>| {
            let page = plan(client).await;
            let part = list(&page, "parts").last().unwrap();
            assert_eq!(part["facts"][1]["value"], words);
            let records = part["named"]["words"].as_array().cloned().unwrap_or_default();
            records.iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(named(&server.sign_in(Role::Administrator).await).await, ["国有房产公司", "西区商铺"]);
        assert_eq!(named(&server.sign_in(Role::County).await).await, ["国有房产公司"], "the East's");
        assert_eq!(named(&firm).await, Vec::<String>::new(), "a firm reads its own record alone");
    });
}
