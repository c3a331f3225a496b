//! Sheets that are sent: watched, reported row by row, mended, decided.

use axum::body::Body;
use axum::http::header;
use serde_json::{Value, json};
use store::Role;

use super::server::{Client, FIRM, on_every_database, uscc};

/// Sends a sheet with the other fields of its form.
async fn send(
    client: &Client<'_>,
    path: &str,
    sheet: &str,
    fields: &[(&str, &str)],
) -> super::server::Answer {
    let mut form = String::new();
    for (name, value) in fields {
        form += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    form += &format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../firms.csv\"\r\n\r\n{sheet}\r\n--x--\r\n"
    );
    let request = client.request(axum::http::Method::POST, path);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    client.server.send(request.body(Body::from(form)).unwrap()).await
}

/// Waits until an import or a job has ended.
async fn ended(client: &Client<'_>, path: &str) -> Value {
    loop {
        let page = client.get(path).await.ok();
        if !["reading", "matching", "writing", "running"].contains(&page["state"].as_str().unwrap()) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn import(client: &Client<'_>, sheet: &str, fields: &[(&str, &str)]) -> Value {
    let begun =
        send(client, "/api/imports", sheet, &[&[("kind", "firm"), ("on", "2020-03-06")], fields].concat())
            .await;
    assert_eq!(begun.status, 202, "{}", String::from_utf8_lossy(&begun.body));
    ended(client, &format!("/api/imports/{}", begun.json()["id"].as_str().unwrap())).await
}

#[test]
fn every_row_of_a_sheet_is_accounted_for() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let new = uscc("91990001MA0000007");
        let sheet = format!(
            "统一社会信用代码,企业名称,从业人数,联系人手机\n{FIRM},东方小厂,15,13900000001\n{new},新来的厂,3,\n\
             91990001MA00000071,码有误的厂,4,13911112222\n"
        );
        let page = import(&client, &sheet, &[]).await;
        assert_eq!(page["state"], "done", "{page}");
        let result = &page["result"];
        assert_eq!(
            (&result["read"], &result["added"], &result["changed"]),
            (&json!(3), &json!(1), &json!(1))
        );
        let sum: u64 = ["added", "changed", "unchanged", "put_aside", "rejected"]
            .iter()
            .map(|k| result[k].as_u64().unwrap())
            .sum();
        assert_eq!(sum, 3);
        assert_eq!(page["file"], "firms.csv");
        assert_eq!(page["mapping"][0]["fact"], "uscc");
        assert_eq!(page["problems"]["items"][0]["row"], 4);

        let counts = client.get("/api/records?kind=firm").await.ok();
        assert_eq!(counts["total"], 5);
        let firm = client.get(&format!("/api/records/firm/{FIRM}")).await.ok();
        let staff = firm["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == "staff").unwrap();
        assert_eq!((&staff["value"], &staff["source"]), (&json!(15), &json!("firms.csv")));

        let again = import(&client, &sheet, &[]).await;
        assert_eq!((&again["result"]["unchanged"], &again["seq"]), (&json!(2), &json!(null)));

        let rows = client.get(&format!("/api/imports/{}/rows.xlsx", page["id"].as_str().unwrap())).await;
        assert_eq!(rows.status, 200);
        assert!(rows.body.starts_with(b"PK"));

        let listed = client.get("/api/imports").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        let stored = client.get(&format!("/api/imports/event-{}", page["seq"])).await.ok();
        assert_eq!(stored["result"], page["result"]);
        // The auditor sees what became of it, and no cell that may be about a person.
        let auditor = server.sign_in(Role::Auditor).await;
        let seen = auditor.get(&format!("/api/imports/event-{}", page["seq"])).await;
        assert!(!String::from_utf8_lossy(&seen.body).contains("13911112222"));
        assert!(seen.ok()["problems"]["items"][0]["value"].is_null());
    });
}

#[test]
fn a_trial_changes_nothing_and_a_broken_sheet_says_why() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let new = uscc("91990001MA0000007");
        let sheet = format!("统一社会信用代码,企业名称\n{new},新来的厂\n");
        let page = import(&client, &sheet, &[("dry_run", "true")]).await;
        assert_eq!(
            (&page["result"]["added"], &page["seq"], &page["dry_run"]),
            (&json!(1), &json!(null), &json!(true))
        );
        assert_eq!(client.get("/api/records?kind=firm").await.ok()["total"], 4);
        let broken = import(&client, "", &[]).await;
        assert_eq!(broken["state"], "failed");
        assert!(!broken["failure"]["en"].as_str().unwrap().is_empty());
        let bad = send(&client, "/api/imports", &sheet, &[("kind", "ghost")]).await;
        assert_eq!(bad.json()["errors"][0]["field"], "kind");
        let large = "x".repeat(2_500_000);
        let large = send(&client, "/api/imports", &large, &[("kind", "firm")]).await;
        assert_eq!(large.status, 413);
        assert_eq!(large.json()["type"], "/problems/too-large");
    });
}

#[test]
fn what_a_sheet_would_be_read_as_is_suggested() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let sheet = "统一社会信用代码,企业名称,颜色\n,某厂,红\n";
        let found = send(&client, "/api/imports/suggest", sheet, &[("kind", "firm")]).await.ok();
        assert_eq!(found["mapping"][1]["fact"], "name");
        assert!(found["mapping"][2]["fact"].is_null());
        assert!(found["mapping_file"].as_str().unwrap().contains("uscc"));
        assert!(found["absent"].as_array().unwrap().contains(&json!("staff")));
    });
}

#[test]
fn a_sheet_cannot_say_who_was_drawn() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let sheet = format!("firm,filed_on,people,drawn,tickets\n{FIRM},2020-02-20,12,是,9\n");
        let fields = [("kind", "resumption"), ("on", "2020-03-06")];
        let begun = send(&client, "/api/imports", &sheet, &fields).await.json();
        let page = ended(&client, &format!("/api/imports/{}", begun["id"].as_str().unwrap())).await;
        assert_eq!(page["state"], "done", "{page}");
        let record = client.get(&format!("/api/records/resumption/{FIRM}~2020-02-20")).await.ok();
        let known = |id: &str| {
            let facts = record["facts"].as_array().unwrap();
            facts.iter().find(|fact| fact["id"] == id).map(|fact| fact["value"].clone()).unwrap()
        };
        assert_eq!(
            (known("people"), known("drawn"), known("tickets")),
            (json!(12), json!(null), json!(null))
        );
    });
}

#[test]
fn two_sources_that_disagree_wait_for_a_person() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let sheet = |staff: u32| format!("统一社会信用代码,从业人数\n{FIRM},{staff}\n");
        import(&client, &sheet(40), &[("source", "the tax office")]).await;
        import(&client, &sheet(400), &[("source", "the statistics office")]).await;
        let open = client.get("/api/conflicts").await.ok();
        let conflict = &open["items"][0];
        assert_eq!(
            (&conflict["fact"], &conflict["first"]["value"], &conflict["second"]["value"]),
            (&json!("staff"), &json!(40), &json!(400))
        );
        assert_eq!(conflict["second"]["source"], "the statistics office");
        let shown = client.get(&format!("/api/records/firm/{FIRM}")).await.ok();
        assert_eq!(shown["conflicts"][0]["id"], conflict["id"]);
        let sheet = client.get("/api/conflicts.xlsx").await.sheets().remove(0);
        assert!(sheet[1].contains("1 to decide"), "{sheet:?}");
        assert!(
            sheet.iter().any(|line| line.contains("|40|the tax office|400|the statistics office|")),
            "{sheet:?}"
        );
        let path = format!("/api/conflicts/{}", conflict["id"]);
        let third = json!({"choose": "value", "value": "many", "reason": "the books were seen"});
        assert_eq!(client.post(&path, third).await.status, 400, "no value of the fact");
        let decided =
            client.post(&path, json!({"choose": "second", "reason": "the books were seen"})).await.ok();
        // 400 people are not small: nothing is owed any longer.
        let moved: Vec<_> = decided["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (c["duty"].clone(), c["to"].clone()))
            .collect();
        assert!(moved.contains(&(json!("job-refund"), json!("out"))), "{decided}");
        assert_eq!(client.get("/api/conflicts").await.ok()["items"], json!([]));
        assert_eq!(
            client.post(&path, json!({"choose": "first", "reason": "the books were seen"})).await.status,
            404
        );
    });
}

#[test]
fn a_row_put_aside_waits_for_a_person() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let page = import(
            &client,
            "统一社会信用代码,企业名称,从业人数\n91990001MA00000012,东方小厂有限公司,33\n",
            &[],
        )
        .await;
        assert_eq!(page["result"]["put_aside"], 1, "{page}");
        let open = client.get("/api/asides").await.ok();
        let aside = &open["items"][0];
        let path = format!("/api/asides/{}", aside["id"]);
        let matched = json!({"choose": "match", "record": FIRM, "reason": "same address and owner"});
        assert_eq!(client.post(&path, matched).await.status, 200);
        let firm = client.get(&format!("/api/records/firm/{FIRM}")).await.ok();
        let staff = firm["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == "staff").unwrap();
        assert_eq!(staff["value"], 33);
        assert_eq!(client.get("/api/asides").await.ok()["items"], json!([]));
    });
}

#[test]
fn a_pass_and_a_walk_along_the_chain_are_jobs() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let shop = uscc("91990001MA0000003");
        import(&client, &format!("统一社会信用代码,从业人数\n{shop},9\n"), &[]).await;
        let begun = client.post("/api/passes", json!({})).await;
        assert_eq!(begun.status, 202);
        let path = format!("/api/jobs/{}", begun.json()["id"].as_str().unwrap());
        let job = ended(&client, &path).await;
        assert_eq!(
            (&job["state"], &job["pass"]["arose"], &job["pass"]["changed"]),
            (&json!("done"), &json!(1), &json!(1)),
            "{job}"
        );
        let again = client.post("/api/passes", json!({})).await.json();
        let again = ended(&client, &format!("/api/jobs/{}", again["id"].as_str().unwrap())).await;
        assert_eq!(
            (&again["pass"]["changed"], &again["pass"]["seq"]),
            (&json!(0), &json!(null)),
            "running it again changes nothing"
        );
        let backwards = client.post("/api/passes", json!({"on": "2020-02-01"})).await.json();
        let backwards = ended(&client, &format!("/api/jobs/{}", backwards["id"].as_str().unwrap())).await;
        assert_eq!(backwards["state"], "failed");

        let walk = client.post("/api/audit/verify", json!({})).await;
        assert_eq!(walk.status, 202);
        let walk = ended(&client, &format!("/api/jobs/{}", walk.json()["id"].as_str().unwrap())).await;
        assert!(walk["verification"]["events"].as_u64().unwrap() > 5);
        assert!(walk["verification"]["broken"].is_null(), "{walk}");
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(bureau.get(&path).await.status, 404, "another's job");
    });
}

#[test]
fn a_person_may_know_better_than_both_sources() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let sheet = |staff: u32| format!("统一社会信用代码,从业人数\n{FIRM},{staff}\n");
        import(&client, &sheet(40), &[("source", "the tax office")]).await;
        import(&client, &sheet(400), &[("source", "the statistics office")]).await;
        let open = client.get("/api/conflicts").await.ok();
        let path = format!("/api/conflicts/{}", open["items"][0]["id"]);
        let third = json!({"choose": "value", "value": 44, "reason": "counted at the gate"});
        assert_eq!(client.post(&path, third).await.status, 200);
        let shown = client.get(&format!("/api/records/firm/{FIRM}")).await.ok();
        let staff = shown["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == "staff").unwrap();
        assert_eq!(staff["value"], 44);
        assert_eq!(shown["conflicts"], json!([]));
    });
}

#[test]
fn rows_put_aside_can_be_taken_along() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let two = format!("统一社会信用代码,从业人数\n{FIRM},40\n{FIRM},41\n");
        import(&client, &two, &[("source", "one sheet")]).await;
        let sheet = client.get("/api/asides.xlsx").await.sheets().remove(0);
        assert!(sheet[1].contains("1 to decide"), "{sheet:?}");
        let row = sheet.last().unwrap();
        assert!(row.contains("|one sheet|") && row.contains("staff 41") && row.contains(FIRM), "{row}");
        let bureau = server.sign_in(Role::Auditor).await;
        assert_eq!(bureau.get("/api/asides.xlsx").await.status, 200);
    });
}

#[test]
fn a_county_imports_its_own_records_and_no_others() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let shop = uscc("91990001MA0000003");
        let new = uscc("91990001MA0000007");
        let sheet = format!(
            "统一社会信用代码,企业名称,区域,从业人数\n{FIRM},东方小厂,东区,15\n{shop},西区商铺,,3\n\
             {FIRM},东方小厂,西区,15\n{new},新来的厂,东区,4\n"
        );
        let page = import(&county, &sheet, &[]).await;
        let result = &page["result"];
        assert_eq!(
            (&result["added"], &result["changed"], &result["rejected"]),
            (&json!(1), &json!(1), &json!(2)),
            "{page}"
        );
        let rows: Vec<_> = page["problems"]["items"].as_array().unwrap().iter().map(|p| &p["row"]).collect();
        assert_eq!(rows, [3, 4]);
        assert!(page["problems"]["items"][1]["reason"]["en"].as_str().unwrap().contains("outside East"));
        let mend = county.get(&format!("/api/imports/{}/rows.xlsx", page["id"].as_str().unwrap())).await;
        assert_eq!(mend.sheets()[0].len(), 3, "a heading and two rows to mend");

        let admin = server.sign_in(Role::Administrator).await;
        let facts = |record: Value| {
            let facts = record["facts"].as_array().unwrap().clone();
            move |id: &str| {
                facts
                    .iter()
                    .find(|fact| fact["id"] == id)
                    .map(|fact| fact["value"].clone())
                    .unwrap_or_default()
            }
        };
        let firm = facts(admin.get(&format!("/api/records/firm/{FIRM}")).await.ok());
        assert_eq!((firm("area"), firm("staff")), (json!("990001"), json!(15)), "it stays in its county");
        let firm = facts(admin.get(&format!("/api/records/firm/{shop}")).await.ok());
        assert_eq!(firm("staff"), json!(null), "another county's record is as it was");

        // Another's import is none of the county's business, neither in the list nor by its number.
        let other = format!("统一社会信用代码,企业名称,从业人数\n{shop},西区商铺,9\nx,无码厂,1\n");
        let city = import(&admin, &other, &[]).await;
        let list = county.get("/api/imports").await.ok();
        let seen: Vec<_> = list["items"].as_array().unwrap().iter().map(|line| &line["actor"]).collect();
        assert_eq!(seen, ["the-county"]);
        for id in [city["id"].as_str().unwrap().to_owned(), format!("event-{}", city["seq"])] {
            assert_eq!(county.get(&format!("/api/imports/{id}")).await.status, 404, "{id}");
            assert_eq!(county.get(&format!("/api/imports/{id}/rows.xlsx")).await.status, 404, "{id}");
        }
        // Its own is there after a restart, too.
        let anew = server.anew();
        let again = Client { server: &anew, cookie: county.cookie.clone() };
        let stored = again.get(&format!("/api/imports/event-{}", page["seq"])).await;
        assert_eq!(stored.ok()["problems"]["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_county_hands_no_record_over_by_hand_either() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let path = format!("/api/records/firm/{FIRM}");
        let refused = county.patch(&path, json!({"facts": {"area": "990002"}})).await;
        assert_eq!(refused.status, 403);
        assert!(
            refused.json()["detail"].as_str().unwrap().contains("ask a city bureau"),
            "{:?}",
            refused.json()
        );
        assert_eq!(county.patch(&path, json!({"facts": {"area": null}})).await.status, 403);
        let lease = "/api/records/lease/L1";
        let west = uscc("91990001MA0000004");
        assert_eq!(county.patch(lease, json!({"facts": {"lessor": west}})).await.status, 403);
        assert_eq!(county.patch(lease, json!({"facts": {"tenant": west}})).await.status, 200);
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(bureau.patch(&path, json!({"facts": {"area": "990002"}})).await.status, 200);
    });
}

#[test]
fn a_bureau_imports_the_kinds_of_its_duties() {
    on_every_database(async |server| {
        let bureau = server.sign_in(Role::Bureau).await;
        for (kind, status) in [("firm", 202), ("refund", 202), ("household", 400), ("lease", 400)] {
            let sent =
                send(&bureau, "/api/imports", "a,b\n1,2\n", &[("kind", kind), ("dry_run", "true")]).await;
            assert_eq!(sent.status, status, "{kind}");
        }
    });
}

#[test]
fn a_row_that_a_county_left_open_waits_for_that_county() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let sheet = "统一社会信用代码,企业名称,区域,从业人数\n91990001MA00000012,无名的厂,东区,33\n";
        let page = import(&county, sheet, &[]).await;
        assert_eq!(page["result"]["put_aside"], 1, "{page}");
        let open = county.get("/api/asides").await.ok();
        assert_eq!(open["items"].as_array().unwrap().len(), 1, "it lies there by its own word");
        let path = format!("/api/asides/{}", open["items"][0]["id"]);
        let new = json!({"choose": "new", "reason": "seen with my own eyes"});
        assert_eq!(county.post(&path, new).await.status, 200);
        assert_eq!(county.get("/api/records?kind=firm").await.ok()["total"], 3);
    });
}
