//! Draws and inspections: nobody chooses the seed, anybody gets the same again, and the firm sees what became of it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use axum::http::StatusCode;
use model::Change;
use model::event::{Event, EventType};
use serde_json::{Value, json};
use store::Role;

use super::server::{Client, FIRM, Server, TODAY, on_every_database, uscc};

/// Filings of February that came on a sheet: 20 of the small firm of the East, 10 of a shop in the West. Returns the
/// event.
fn filed_in_february(server: &Server) -> i64 {
    server
        .store(|store| {
            let west = uscc("91990001MA0000003");
            let filing = |firm: &str, day: u32| {
                let on = format!("2020-02-{day:02}");
                let facts = [
                    ("firm", model::Value::Text(firm.to_owned())),
                    ("filed_on", model::Value::Date(on.parse().unwrap())),
                    ("people", model::Value::Int(i64::from(day))),
                ];
                let facts = facts.into_iter().map(|(fact, value)| (fact.into(), Some(value))).collect();
                Change {
                    kind: "resumption".into(),
                    id: format!("{firm}~{on}").as_str().into(),
                    on: on.parse().unwrap(),
                    facts,
                }
            };
            let east = (1..=20).map(|day| filing(FIRM, day));
            store.append(
                event("the sheet of February"),
                east.chain((1..=10).map(|day| filing(&west, day))).collect(),
            )
        })
        .unwrap()
}

fn event(source: &str) -> Event {
    Event {
        event_type: EventType::Import,
        at: "2020-03-05T01:02:05Z".parse().unwrap(),
        on: "2020-03-05".parse().unwrap(),
        actor: "the tests".to_owned(),
        synthetic: true,
        summary: json!({ "source": source }),
    }
}

fn draw_of(day: &str) -> Value {
    json!({"form": "resume", "day": day})
}

async fn last_seq(server: &Server) -> i64 {
    server.store(|store| store.last_seq().unwrap())
}

/// The ids of the filings that were drawn.
fn drawn(page: &Value) -> BTreeSet<String> {
    let lots = page["drawn_lots"].as_array().unwrap();
    lots.iter().map(|lot| lot["filing"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn drawn_once_and_the_same_again() {
    on_every_database(async |server| {
        let last_filing = filed_in_february(&server);
        let admin = server.sign_in(Role::Administrator).await;
        let made = admin.post("/api/draws", draw_of("2020-03-05")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&made.body));
        let page = made.json();
        assert_eq!(
            (&page["lots"], &page["drawn"], &page["same"], &page["altered"]),
            (&json!(30), &json!(11), &json!(true), &json!(0))
        );
        // Half of the East's, a tenth of the West's; each share is that of its area on the day.
        assert_eq!(
            page["areas"],
            json!([
                {"area": "990001", "share": "0.50", "lots": 20, "drawn": 10},
                {"area": "990002", "share": "0.10", "lots": 10, "drawn": 1},
            ])
        );
        assert_eq!(page["seed_event"], last_filing);
        let hash = server.store(move |store| store.event(last_filing).unwrap().unwrap().hash);
        let seed = model::draw::seed(&"resume".into(), "2020-03-05".parse().unwrap(), hash);
        assert_eq!(page["seed"], seed.to_string());
        // From ten people on a filing has three tickets.
        let tickets =
            |lot: &Value| (lot["filing"]["id"].as_str().unwrap().to_owned(), lot["tickets"].clone());
        for (id, tickets) in page["drawn_lots"].as_array().unwrap().iter().map(tickets) {
            let day: u32 = id[id.len() - 2..].parse().unwrap();
            assert_eq!(tickets, if day >= 10 { 3 } else { 1 }, "{id}");
        }

        // Once more changes nothing, on another server too.
        let before = last_seq(&server).await;
        let again = admin.post("/api/draws", draw_of("2020-03-05")).await;
        assert_eq!((again.status, again.json()), (StatusCode::OK, page.clone()));
        let other = server.anew();
        let twin = Client { server: &other, cookie: admin.cookie.clone() };
        assert_eq!(twin.post("/api/draws", draw_of("2020-03-05")).await.json(), page);
        assert_eq!(last_seq(&server).await, before);

        // The filings say it, and the register is what its events left.
        let day = json!("2020-03-05");
        let of = drawn(&page);
        server.store(move |store| {
            store
                .each_record("resumption", |record| {
                    assert_eq!(record.facts["drawn"], of.contains(record.id.as_str()), "{}", record.id);
                    assert_eq!(record.facts["drawn_for"], day);
                })
                .unwrap();
            assert_eq!(store.verify(|_| ControlFlow::Continue(())).unwrap().broken, None);
        });

        // The county sees its own, and all of it is a sheet with ranks.
        let county = server.sign_in(Role::County).await;
        let seq = page["seq"].as_i64().unwrap();
        let own = county.get(&format!("/api/draws/{seq}")).await.ok();
        assert_eq!((drawn(&own).len(), own["areas"].as_array().unwrap().len()), (10, 1));
        let sheet = &county.get(&format!("/api/draws/{seq}/lots.xlsx")).await.sheets()[0];
        assert_eq!(sheet.iter().filter(|line| line.ends_with("|yes")).count(), 10);
        assert_eq!(sheet.iter().filter(|line| line.starts_with(FIRM)).count(), 20);
    });
}

#[test]
fn who_draws_and_when_changes_nothing() {
    on_every_database(async |server| {
        filed_in_february(&server);
        let prepared = |server: &Server| {
            let pipeline = server.app.days.pipeline().clone();
            server.store(move |_| {
                let origin = yingjin::pipeline::Origin {
                    actor: "somebody".to_owned(),
                    at: "2020-03-06T09:00:00Z".parse().unwrap(),
                };
                let snapshot = pipeline.judge(TODAY.parse().unwrap()).unwrap();
                let form =
                    pipeline.rules.forms.iter().find(|form| form.form.id.as_str() == "resume").unwrap();
                let day = "2020-03-05".parse().unwrap();
                pipeline.prepare_draw(&snapshot, (form, day), &origin).unwrap().unwrap()
            })
        };
        let first = prepared(&server);
        // Signing in, a change of a firm, even one of a filing: none of them moves the seed.
        let admin = server.sign_in(Role::Administrator).await;
        admin.patch(&format!("/api/records/firm/{FIRM}"), json!({"facts": {"staff": 13}})).await.ok();
        let filing = format!("/api/records/resumption/{FIRM}~2020-02-20");
        admin.patch(&filing, json!({"facts": {"people": 19}})).await.ok();
        let second = prepared(&server);
        assert_eq!(first.event.summary["seed"], second.event.summary["seed"]);
        let told = |prepared: &yingjin::pipeline::Prepared| -> Vec<_> {
            prepared.changes.iter().map(|change| (change.id.clone(), change.facts.clone())).collect()
        };
        assert!(told(&first) == told(&second), "the same are drawn");
    });
}

#[test]
fn a_day_has_to_be_over_and_what_comes_late_is_in_the_next_draw() {
    on_every_database(async |server| {
        filed_in_february(&server);
        let admin = server.sign_in(Role::Administrator).await;
        for day in [TODAY, "2020-03-07"] {
            assert_eq!(admin.post("/api/draws", draw_of(day)).await.status, StatusCode::CONFLICT, "{day}");
        }
        let early = admin.post("/api/draws", draw_of("2020-01-01")).await;
        assert_eq!(early.json()["errors"][0]["field"], "day", "nobody had filed");
        let first = admin.post("/api/draws", draw_of("2020-02-05")).await.json();
        assert_eq!(first["lots"], 10);
        let second = admin.post("/api/draws", draw_of("2020-02-10")).await.json();
        assert_eq!(second["lots"], 10, "nobody is in two draws");
        let rest = admin.post("/api/draws", draw_of("2020-03-05")).await.json();
        assert_eq!(rest["lots"], 10);
        assert_eq!(admin.get("/api/draws").await.ok().as_array().unwrap().len(), 3);
    });
}

#[test]
fn nobody_draws_by_hand() {
    on_every_database(async |server| {
        filed_in_february(&server);
        let admin = server.sign_in(Role::Administrator).await;
        let page = admin.post("/api/draws", draw_of("2020-03-05")).await.json();
        let (seq, first) = (page["seq"].as_i64().unwrap(), drawn(&page).pop_first().unwrap());
        for fact in [json!({"drawn": false}), json!({"tickets": 9}), json!({"drawn_for": null})] {
            let answer =
                admin.patch(&format!("/api/records/resumption/{first}"), json!({ "facts": fact })).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fact}");
        }
        // Whoever writes past the program is found out.
        server.store(move |store| {
            let facts = [("drawn".into(), Some(model::Value::Bool(false)))].into_iter().collect();
            let on = "2020-03-05".parse().unwrap();
            let change = Change { kind: "resumption".into(), id: first.as_str().into(), on, facts };
            store.append(event("a sheet that says otherwise"), vec![change]).unwrap();
        });
        let page = admin.get(&format!("/api/draws/{seq}")).await.ok();
        assert_eq!((&page["same"], &page["altered"]), (&json!(true), &json!(1)));
    });
}

/// Sheets say of which day they are and of how many, and hold no more than their reader sees.
#[test]
fn filings_and_draws_are_sheets() {
    on_every_database(async |server| {
        filed_in_february(&server);
        let admin = server.sign_in(Role::Administrator).await;
        let page = admin.post("/api/draws", draw_of("2020-03-05")).await.json();
        let county = server.sign_in(Role::County).await;
        let firm = server.sign_in(Role::Firm).await;
        let sheet = async |client: &Client<'_>, path: &str| client.get(path).await.sheets().remove(0);
        let all = sheet(&admin, "/api/filings.xlsx").await;
        assert!(all[1].contains("Testville, 2020-03-06"), "{all:?}");
        assert!(all[2].starts_with("30 filings in this list, by 2 of 4 records"), "{all:?}");
        let own = sheet(&county, "/api/filings.xlsx").await;
        assert!(own[2].starts_with("20 filings in this list, by 1 of 2 records"), "{own:?}");
        assert_eq!(sheet(&firm, "/api/filings.xlsx").await.len(), own.len(), "all of the East is the firm's");
        assert_eq!(own.iter().filter(|line| line.contains("|yes|2020-03-05|")).count(), 10, "{own:?}");
        let latest = own.iter().find(|line| line.starts_with(FIRM)).unwrap();
        assert!(latest.contains("|2020-02-20|"), "the latest first: {latest}");
        let west = uscc("91990001MA0000003");
        assert_eq!(firm.get(&format!("/api/filings.xlsx?by={west}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(county.get("/api/filings.xlsx?area=990002").await.status, StatusCode::FORBIDDEN);

        let draws = sheet(&admin, "/api/draws.xlsx").await;
        assert!(draws[2].starts_with("Draws in this list: 1. Filings drawn: 11 of 30|"), "{draws:?}");
        assert!(draws.last().unwrap().ends_with(page["seed"].as_str().unwrap()), "{draws:?}");
        let own = sheet(&county, "/api/draws.xlsx").await;
        assert!(own[2].contains("Filings drawn: 10 of 20|"), "{own:?}");
    });
}

/// What an officer writes down about a filing.
fn inspection(form: &str, filing: &str, facts: &Value) -> Value {
    let ticked = if form == "inspect" { json!(["cards"]) } else { json!([]) };
    let key = format!("a key of {form} {} {}", facts["result"], facts["recheck_result"]);
    json!({"form": form, "by": filing, "key": key, "facts": facts, "ticked": ticked, "signature": "某甲、某乙"})
}

async fn state(client: &Client<'_>) -> String {
    let filed = client.get("/api/filings").await.ok();
    filed[0]["state"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_day_from_filing_to_put_right() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let filed = json!({
            "form": "resume", "key": "0123456789abcdef",
            "facts": {"people": 12, "first": 8, "canteen": "none"},
            "ticked": ["masks", "truth"], "signature": "某甲",
        });
        let receipt = firm.post("/api/filings", filed).await;
        assert_eq!(receipt.status, StatusCode::CREATED);
        let number = receipt.json()["number"].as_str().unwrap().to_owned();
        assert_eq!(state(&firm).await, "filed");

        // The next day somebody is drawn: of one filing, half and rounded up.
        let next = server.on("2020-03-07");
        let admin = next.sign_in(Role::Administrator).await;
        let page = admin.post("/api/draws", json!({"form": "resume"})).await.json();
        assert_eq!((&page["day"], &page["drawn"]), (&json!(TODAY), &json!(1)));
        let county = next.sign_in(Role::County).await;
        let list = county.get("/api/inspections").await.ok();
        let line = &list["items"][0];
        assert_eq!((&line["state"], &line["by"]["name"]), (&json!("drawn"), &json!("东方小厂")));
        assert_eq!(list["forms"][0]["id"], "inspect");
        let filing = line["filing"]["id"].as_str().unwrap();
        let form = county.get(&format!("/api/forms/inspect?by={filing}")).await.ok();
        assert_eq!(form["officer"], true);

        // A second look is there once there was a first one that found something.
        assert_eq!(line["forms"], json!(["inspect"]));
        let early = inspection("recheck", filing, &json!({"recheck_result": "corrected"}));
        let early = county.post("/api/filings", early).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert_eq!(early.json()["detail"], "Nothing waits for a second look.");
        let closed = county.get(&format!("/api/forms/recheck?by={filing}")).await.ok();
        assert_eq!(closed["closed"]["en"], "Nothing waits for a second look.");
        let offered = async |client: &Client<'_>| {
            let forms = client.get(&format!("/api/forms?kind=resumption&record={filing}")).await.ok();
            forms.as_array().unwrap().iter().map(|form| form["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(offered(&county).await, ["inspect"]);
        // Not all is kept beside a defect.
        let both = json!({"masks": "defect", "masks_words": "无", "result": "ok"});
        let both = county.post("/api/filings", inspection("inspect", filing, &both)).await;
        assert_eq!(
            both.json()["errors"][0],
            json!({"field": "result", "detail": "it contradicts \"masks\""})
        );

        // A defect, with a day by which it has to be put right.
        let facts = json!({"masks": "defect", "masks_words": "车间无人戴口罩", "result": "correct", "correct_by": "2020-03-10"});
        let written = county.post("/api/filings", inspection("inspect", filing, &facts)).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&written.body));
        let list = county.get("/api/inspections?state=correct").await.ok();
        assert_eq!((&list["total"], &list["items"][0]["due"]), (&json!(1), &json!("2020-03-10")));
        assert_eq!(list["items"][0]["forms"], json!(["inspect", "recheck"]));
        assert_eq!(offered(&county).await, ["inspect", "recheck"]);
        let sheet = &county.get("/api/inspections.xlsx?state=correct").await.sheets()[0];
        assert!(sheet.last().unwrap().ends_with("being put right|2020-03-10"), "{sheet:?}");

        // The firm reads all of it; the receipt that anybody may check says what it said before.
        let own = Client { server: &next, cookie: firm.cookie.clone() };
        let filed = own.get(&format!("/api/filings?number={number}")).await.ok();
        let facts = filed[0]["inspections"][0]["facts"].as_array().unwrap().clone();
        let words = facts.iter().find(|fact| fact["id"] == "masks_words").unwrap();
        assert_eq!(words["value"], "车间无人戴口罩");
        assert_eq!((&filed[0]["drawn"], &filed[0]["due"]), (&json!(true), &json!("2020-03-10")));
        let public = next.nobody().get(&format!("/api/receipts/{number}")).await.ok();
        assert_eq!(public, receipt.json());
        let of_officers = written.json()["number"].as_str().unwrap().to_owned();
        let hidden = next.nobody().get(&format!("/api/receipts/{of_officers}")).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);

        // The day goes by: late, and visible; then it is put right.
        let late = server.on("2020-03-11");
        let county = Client { server: &late, cookie: county.cookie.clone() };
        let own = Client { server: &late, cookie: firm.cookie.clone() };
        assert_eq!(state(&own).await, "overdue");
        assert_eq!(county.get("/api/inspections?state=overdue").await.ok()["total"], 1);
        let put_right = inspection("recheck", filing, &json!({"recheck_result": "corrected"}));
        assert_eq!(county.post("/api/filings", put_right).await.status, StatusCode::CREATED);
        assert_eq!(state(&own).await, "corrected");
        let filed = own.get("/api/filings").await.ok();
        assert_eq!(filed[0]["due"], Value::Null);
        assert_eq!(filed[0]["inspections"].as_array().unwrap().len(), 1, "one record, with its history");

        // Another visit some days later: stopped, and working again.
        let visit = async |day: &str, form: &str, facts: Value| {
            let then = server.on(day);
            let county = Client { server: &then, cookie: county.cookie.clone() };
            let written = county.post("/api/filings", inspection(form, filing, &facts)).await;
            assert_eq!(written.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&written.body));
            state(&Client { server: &then, cookie: firm.cookie.clone() }).await
        };
        assert_eq!(visit("2020-03-16", "inspect", json!({"masks": "ok", "result": "stop"})).await, "stop");
        assert_eq!(visit("2020-03-18", "recheck", json!({"recheck_result": "reopened"})).await, "reopened");
    });
}

#[test]
fn only_the_office_of_the_area_inspects() {
    on_every_database(async |server| {
        filed_in_february(&server);
        let east = format!("{FIRM}~2020-02-20");
        let west = format!("{}~2020-02-10", uscc("91990001MA0000003"));
        let facts = json!({"masks": "ok", "result": "ok"});
        let firm = server.sign_in(Role::Firm).await;
        assert_eq!(firm.get(&format!("/api/forms/inspect?by={east}")).await.status, StatusCode::NOT_FOUND);
        let own = firm.post("/api/filings", inspection("inspect", &east, &facts)).await;
        assert_eq!(own.status, StatusCode::NOT_FOUND);
        let forms = firm.get("/api/forms").await.ok();
        assert!(forms.as_array().unwrap().iter().all(|form| form["officer"] == false), "{forms}");
        let others = firm.get(&format!("/api/filings?by={}", uscc("91990001MA0000003"))).await;
        assert_eq!(others.status, StatusCode::NOT_FOUND);
        let county = server.sign_in(Role::County).await;
        let elsewhere = county.post("/api/filings", inspection("inspect", &west, &facts)).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        let here = county.post("/api/filings", inspection("inspect", &east, &facts)).await;
        assert_eq!(here.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&here.body));
        assert_eq!(county.get("/api/inspections?area=990002").await.status, StatusCode::FORBIDDEN);
    });
}
