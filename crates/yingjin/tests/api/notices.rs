//! What an account is told: each once, whatever ends meanwhile, and read by nobody else.

use serde_json::{Value as Json, json};
use store::{NoticeCursor, Role};

use super::server::{Client, Server, on_every_database};

/// Looks through all that happened.
async fn look(server: &Server) {
    server.app.blocking(|app| app.look_for_notices(0)).await.unwrap();
}

/// What a client is told, the latest first: kind, words, page.
async fn told(client: &Client<'_>) -> Vec<String> {
    let page = client.get("/api/notices").await.ok();
    let line = |line: &Json| {
        let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
        format!("{}: {} {}", text(&line["kind"]), text(&line["text"]["en"]), text(&line["path"]))
    };
    page["items"].as_array().unwrap().iter().map(line).collect()
}

async fn unread(client: &Client<'_>) -> u64 {
    client.get("/api/notices/count").await.ok()["unread"].as_u64().unwrap()
}

fn act(action: &str) -> Json {
    json!({"action": action, "words": "for the tests", "department": "civil", "area": "990002"})
}

/// The first look tells of the last week and of what is late: that is over before a test begins.
async fn begun(server: &Server) -> [Client<'_>; 4] {
    look(server).await;
    let clients = [
        server.sign_in(Role::Administrator).await,
        server.sign_in(Role::Bureau).await,
        server.sign_in(Role::County).await,
        server.sign_in(Role::Firm).await,
    ];
    for client in &clients {
        client.post("/api/notices/read", json!({"up_to": i64::MAX})).await.ok();
        assert_eq!(unread(client).await, 0);
    }
    clients
}

#[test]
fn the_first_look_tells_of_the_last_week_and_of_what_is_late() {
    on_every_database(async |server| {
        look(&server).await;
        let county = server.sign_in(Role::County).await;
        let late = "overdue: 2 cases are overdue /cases?due_from=2020-02-24&due_to=2020-02-28";
        assert_eq!(told(&county).await, [late, "due: no. 1 is due on 2020-03-09 /cases/1"], "one for both");
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(unread(&bureau).await, 0, "the county is nearer");
        let admin = server.sign_in(Role::Administrator).await;
        assert_eq!(unread(&admin).await, 0);
    });
}

#[test]
fn a_case_on_its_way_tells_whoever_gets_it() {
    on_every_database(async |server| {
        let [admin, bureau, county, firm] = begun(&server).await;
        let raised = firm.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await.json();
        let (no, path) = (&raised["no"], format!("/api/cases/{}/steps", raised["no"]));
        look(&server).await;
        let came = "Social Security Bureau, East, by 2020-03-13";
        assert_eq!(told(&county).await[0], format!("came: labour, no. {no}: 东方小厂, {came} /cases/{no}"));
        assert_eq!([unread(&county).await, unread(&firm).await, unread(&bureau).await], [1, 0, 0]);
        let text = county.get("/api/notices").await.ok().to_string();
        assert!(!text.contains("no workers"), "what people wrote stays in the case");

        // Whoever takes it knows; whoever is given it does not.
        county.post(&path, act("take")).await.ok();
        look(&server).await;
        assert_eq!(unread(&county).await, 1);
        let give = json!({"action": "assign", "officer": "the-bureau"});
        county.post(&path, give).await.ok();
        look(&server).await;
        assert_eq!(told(&bureau).await[0], format!("given: no. {no} was given to you /cases/{no}"));

        // An answer goes to who raised it, once, though it is theirs by two reasons; a dispute to who has it.
        bureau.post(&path, json!({"action": "answer", "words": "a bus comes"})).await.ok();
        look(&server).await;
        assert_eq!(told(&firm).await[0], format!("answered: no. {no} was answered /cases/{no}"));
        assert_eq!(unread(&firm).await, 1);
        let said = json!({"answered": true, "solved": false, "satisfied": null, "words": null});
        firm.post(&path, json!({"action": "say", "said": said})).await.ok();
        look(&server).await;
        assert_eq!(told(&bureau).await[0], format!("disputed: no. {no} is not solved /cases/{no}"));

        // Sent where nobody sits, it is told to whoever keeps the accounts; whom it left reads no more of it.
        county.post(&path, act("route")).await.ok();
        look(&server).await;
        assert_eq!(told(&bureau).await.len(), 2);
        let away = admin.get("/api/notices").await.ok()["items"][0].clone();
        assert_eq!((&away["kind"], &away["path"]), (&json!("came"), &json!(format!("/cases/{no}"))));
    });
}

#[test]
fn what_is_no_longer_theirs_says_nothing_of_it() {
    on_every_database(async |server| {
        let [admin, .., county, _] = begun(&server).await;
        let raised = json!({"kind": "other", "area": "990002", "words": "a road is closed"});
        let raised = admin.post("/api/cases", raised).await.json();
        let path = format!("/api/cases/{}/steps", raised["no"]);
        let east = json!({"action": "route", "words": "theirs", "department": "hrss", "area": "990001"});
        admin.post(&path, east).await.ok();
        look(&server).await;
        let no = &raised["no"];
        let first = county.get("/api/notices").await.ok()["items"][0].clone();
        assert_eq!(first["words"], "a road is closed", "it is about no record, and has no other name");
        assert!(told(&county).await[0].ends_with(&format!("/cases/{no}")));
        admin.post(&path, act("route")).await.ok();
        look(&server).await;
        assert_eq!(told(&county).await[0], "came: cases that came -", "no name, no number, no way there");
        let gone = county.get("/api/notices").await.ok()["items"][0].clone();
        assert_eq!(gone["words"], json!(null));
    });
}

#[test]
fn a_server_that_ends_neither_loses_nor_doubles_a_notice() {
    on_every_database(async |server| {
        let [.., county, firm] = begun(&server).await;
        let before = server.store(|store| store.notice_cursor().unwrap()).unwrap();
        firm.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await;
        look(&server).await;
        assert_eq!(unread(&county).await, 1);
        // A server that read the same, and comes second, writes nothing.
        let after = server.store(|store| store.notice_cursor().unwrap()).unwrap();
        assert!(after.seq > before.seq);
        let late = NoticeCursor { seq: after.seq + 1, ..after };
        assert!(!server.store(move |store| {
            store.keep_notices((Some(before), late), (vec![], yingjin::clock::now())).unwrap()
        }));
        // Even where all is looked through again, nobody is told twice.
        let again = NoticeCursor { seq: 0, day: None };
        assert!(server.store(move |store| {
            store.keep_notices((Some(after), again), (vec![], yingjin::clock::now())).unwrap()
        }));
        let count = told(&county).await.len();
        server.anew().app.blocking(|app| app.look_for_notices(0)).await.unwrap();
        let told = told(&county).await;
        assert_eq!(told.len(), count + 1, "only what was before the first week is new: {told:?}");
        assert!(told[0].starts_with("came: 4 cases came"), "{told:?}");
    });
}

#[test]
fn days_tell_of_what_is_due_and_what_is_late() {
    on_every_database(async |server| {
        let [.., county, firm] = begun(&server).await;
        firm.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await;
        firm.post("/api/cases", json!({"kind": "labour", "words": "no workers again"})).await;
        let told_on = async |day: &str| {
            let then = server.on(day);
            look(&then).await;
            let client = Client { server: &then, cookie: county.cookie.clone() };
            let told = told(&client).await;
            client.post("/api/notices/read", json!({"up_to": i64::MAX})).await.ok();
            told.into_iter().filter(|line| line.contains(": 2 cases")).collect::<Vec<_>>()
        };
        let due = "due: 2 cases are due soon /cases?due_from=2020-03-13&due_to=2020-03-13";
        assert_eq!(told_on("2020-03-12").await[0], due, "a Thursday");
        assert_eq!(told_on("2020-03-13").await[0], due, "nothing is told again");
        let late = "overdue: 2 cases are overdue /cases?due_from=2020-03-13&due_to=2020-03-13";
        // The server was away for the weekend.
        assert_eq!(told_on("2020-03-16").await[0], late);
        assert_eq!(told_on("2020-03-17").await[0], late);
    });
}

#[test]
fn a_firm_is_told_of_its_draw_and_of_what_to_put_right() {
    on_every_database(async |server| {
        let [.., firm] = begun(&server).await;
        let filed = json!({
            "form": "resume", "key": "0123456789abcdef",
            "facts": {"people": 12, "first": 8, "canteen": "none"},
            "ticked": ["masks", "truth"], "signature": "某甲",
        });
        let receipt = firm.post("/api/filings", filed).await.json();
        let number = receipt["number"].as_str().unwrap();
        let next = server.on("2020-03-07");
        let admin = next.sign_in(Role::Administrator).await;
        admin.post("/api/draws", json!({"form": "resume"})).await;
        look(&next).await;
        let own = Client { server: &next, cookie: firm.cookie.clone() };
        let drawn = &told(&own).await[0];
        assert!(
            drawn.starts_with("drawn: ") && drawn.ends_with(&format!("{number} /receipts/{number}")),
            "{drawn}"
        );

        let county = next.sign_in(Role::County).await;
        let filing = county.get("/api/inspections").await.ok()["items"][0]["filing"]["id"].clone();
        let written = |key: &str, facts: Json| json!({"form": "inspect", "by": filing, "key": key, "facts": facts, "ticked": ["cards"], "signature": "某乙"});
        let facts = json!({"masks": "defect", "masks_words": "无口罩", "result": "correct", "correct_by": "2020-03-13"});
        let answer = county.post("/api/filings", written("a key of sixteen or more", facts)).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        look(&next).await;
        let correct = format!("correct: {number} is to be put right by 2020-03-13 /receipts/{number}");
        assert_eq!(told(&own).await[0], correct);
        assert_eq!(unread(&own).await, 2);

        // Two working days before, and once it is over: the firm and whoever inspected, each once.
        let told_on = async |day: &str| {
            let then = server.on(day);
            look(&then).await;
            look(&then).await;
            let told_to = async |cookie: &Option<String>| {
                let client = Client { server: &then, cookie: cookie.clone() };
                let told = told(&client).await;
                told.into_iter().filter(|line| line.starts_with("correct-")).collect::<Vec<_>>()
            };
            [told_to(&firm.cookie).await, told_to(&county.cookie).await]
        };
        let soon = format!(
            "correct-soon: {number} is to be put right by 2020-03-13, which is near /receipts/{number}"
        );
        let over = format!("correct-over: {number} was to be put right by 2020-03-13 /receipts/{number}");
        let both = |lines: &[&String]| {
            [lines.iter().copied().cloned().collect::<Vec<_>>(), lines.iter().copied().cloned().collect()]
        };
        assert_eq!(told_on("2020-03-10").await, both(&[]), "a Tuesday");
        assert_eq!(told_on("2020-03-11").await, both(&[&soon]));
        assert_eq!(
            told_on("2020-03-13").await,
            both(&[&soon]),
            "nothing is told again, and today is in time"
        );
        // The server was away for the weekend.
        assert_eq!(told_on("2020-03-16").await, both(&[&over, &soon]));
        assert_eq!(told_on("2020-03-17").await, both(&[&over, &soon]));
    });
}

#[test]
fn only_who_is_told_reads_it_and_marks_it() {
    on_every_database(async |server| {
        let [admin, _, county, firm] = begun(&server).await;
        for words in ["no workers", "none at all"] {
            firm.post("/api/cases", json!({"kind": "labour", "words": words})).await;
            look(&server).await;
        }
        let page = county.get("/api/notices?unread=true&limit=1").await.ok();
        let latest = page["items"][0]["id"].clone();
        let rest = format!("/api/notices?unread=true&cursor={}", page["next_cursor"].as_str().unwrap());
        let rest = county.get(&rest).await.ok();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Json::Null));
        let earlier = rest["items"][0]["id"].clone();
        // Another's number changes nothing of theirs.
        assert_eq!(admin.post("/api/notices/read", json!({"id": latest})).await.ok()["unread"], 0);
        assert_eq!(unread(&county).await, 2);
        assert_eq!(county.post("/api/notices/read", json!({"id": latest})).await.ok()["unread"], 1);
        assert_eq!(county.get("/api/notices?unread=true").await.ok()["items"][0]["id"], earlier);
        assert_eq!(county.post("/api/notices/read", json!({"up_to": latest})).await.ok()["unread"], 0);
        assert_eq!(county.post("/api/notices/read", json!({})).await.status, 400);
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(told(&auditor).await, Vec::<String>::new());
        assert_eq!(server.nobody().get("/api/notices").await.status, 401);
    });
}
