//! Gaps become cases, and cases go their way from whoever has them to whoever was to be served.

use axum::body::Body;
use axum::http::Method;
use model::case::{Ending, RecordRef, State};
use model::{Case, Standing};
use serde_json::{Value as Json, json};
use store::{Role, StoredCase, Worklist};
use yingjin::pipeline::{Origin, Reconciled};

use super::server::{Client, FIRM, Server, TODAY, on_every_database};

/// Works on the register off the threads of the runtime, where PostgreSQL's client must not wait.
fn off<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

fn live(server: &Server) -> Vec<StoredCase> {
    off(|| server.app.store().worklist(&Worklist { limit: 99, ..Worklist::default() }).unwrap())
}

fn kept(server: &Server, no: i64) -> Case {
    off(|| server.app.store().case(no).unwrap().unwrap().case)
}

fn last_seq(server: &Server) -> i64 {
    off(|| server.app.store().last_seq().unwrap())
}

fn reconciled(server: &Server) -> Reconciled {
    let origin = Origin { actor: "the tests".to_owned(), at: server.app.now() };
    let read = |snapshot: &_| server.app.days.pipeline().reconcile(snapshot, &origin);
    off(|| server.app.days.read(TODAY.parse().unwrap(), read).unwrap().unwrap())
}

/// The register of the tests has three gaps: a refund and a rent waiver owed to the small firm, and a household.
#[test]
fn every_gap_is_one_case_with_an_owner() {
    on_every_database(async |server| {
        let cases = live(&server);
        let named = |case: &StoredCase| {
            let opening = &case.case.opening;
            let office = &case.case.office;
            format!("{} {} {}", opening.duty.as_ref().unwrap(), office.department, office.area)
        };
        let mut names: Vec<_> = cases.iter().map(named).collect();
        names.sort();
        assert_eq!(names, ["allowance civil 990001", "job-refund hrss 990001", "rent-waiver sasac 990001"]);
        let waiver = cases.iter().find(|case| named(case).starts_with("rent-waiver")).unwrap();
        let firm = RecordRef { kind: "firm".into(), id: FIRM.into() };
        assert_eq!(waiver.case.opening.beneficiary, Some(firm.clone()));
        let bearer = waiver.case.opening.bearer.clone().unwrap();
        assert!(bearer != firm && bearer.kind == firm.kind, "the landlord has to act, not the tenant");
        // Twenty working days from 1 February, of which the first is day zero.
        assert_eq!(waiver.case.due_at.to_rfc3339(), "2020-02-28T16:00:00+00:00");
        let before = last_seq(&server);
        assert_eq!(reconciled(&server), Reconciled::default());
        assert_eq!(last_seq(&server), before, "nothing to do is no event");
    });
}

#[test]
fn evidence_ends_the_case_and_a_lost_fact_lapses_it() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let no = |duty: &str| {
            let cases = live(&server);
            cases.iter().find(|case| case.case.opening.duty == Some(duty.into())).map(|case| case.no)
        };
        let allowance = no("allowance").unwrap();
        admin.patch("/api/records/household/H1", json!({"facts": {"allowance": true}})).await.ok();
        let case = kept(&server, allowance);
        assert_eq!((case.state, case.ending), (State::Closed, Some(Ending::Met)));
        assert_eq!(no("allowance"), None);
        // Taken back, it is owed again, and it is another case.
        admin.patch("/api/records/household/H1", json!({"facts": {"allowance": false}})).await.ok();
        assert!(no("allowance").unwrap() > allowance);
        let refund = no("job-refund").unwrap();
        admin.patch(&format!("/api/records/firm/{FIRM}"), json!({"facts": {"staff": null}})).await.ok();
        let case = kept(&server, refund);
        assert_eq!(case.ending, Some(Ending::Lapsed));
        assert_eq!(no("rent-waiver"), None, "whether it is small is not known any more");
        assert_eq!(reconciled(&server), Reconciled::default(), "a pass finds what the change did");
    });
}

/// The number of the live case of a duty, as a reader sees it.
async fn no_of(client: &Client<'_>, duty: &str) -> i64 {
    let list = client.get(&format!("/api/cases?duty={duty}")).await.ok();
    list["items"][0]["no"].as_i64().unwrap_or_else(|| panic!("{list}"))
}

fn act(action: &str) -> Json {
    json!({"action": action, "words": "for the tests", "department": "civil"})
}

#[test]
fn a_worklist_is_ones_own() {
    on_every_database(async |server| {
        let seen = async |role: Role, query: &str| {
            let list = server.sign_in(role).await.get(&format!("/api/cases{query}")).await.ok();
            let items = list["items"].as_array().unwrap();
            assert_eq!(list["total"], items.len());
            items.iter().map(|item| item["duty"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = ["job-refund", "rent-waiver", "allowance"];
        assert_eq!(seen(Role::Administrator, "").await, all, "what is due first comes first");
        assert_eq!(seen(Role::Auditor, "").await, all);
        assert_eq!(seen(Role::County, "").await, all, "all of it is in the East");
        assert_eq!(seen(Role::Bureau, "").await, ["job-refund"]);
        assert_eq!(seen(Role::Firm, "").await, ["job-refund", "rent-waiver"], "what concerns it");
        assert_eq!(seen(Role::County, "?overdue=true").await, ["job-refund", "rent-waiver"]);
        assert_eq!(seen(Role::County, "?kind=labour").await, Vec::<String>::new());
        assert_eq!(seen(Role::County, "?due_from=2020-03-02&department=civil").await, ["allowance"]);
        assert_eq!(seen(Role::County, "?record=household/H1").await, ["allowance"]);
        assert_eq!(seen(Role::Administrator, "?area=990002").await, Vec::<String>::new());
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get("/api/cases?area=990002").await.status, 403);
        // One at a time, and the tag holds while nothing changes.
        let first = county.get("/api/cases?limit=2").await;
        let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
        let rest = county.get(&format!("/api/cases?limit=2&cursor={cursor}")).await.ok();
        assert_eq!((&rest["items"][0]["duty"], &rest["next_cursor"]), (&json!("allowance"), &json!(null)));
        let again = county.request(Method::GET, "/api/cases?limit=2");
        let again = again.header("if-none-match", &first.headers["etag"]).body(Body::empty()).unwrap();
        assert_eq!(server.send(again).await.status, 304);
        let sheet = county.get("/api/cases.xlsx").await.sheets();
        assert_eq!(sheet[0].len(), 5 + 3, "{sheet:?}");
        let due = county.get("/api/cases/due").await.ok();
        assert_eq!(due[0], json!({"on": "2020-02-24", "count": 1}));
    });
}

#[test]
fn who_raised_or_handed_on_a_problem_follows_it_and_nothing_more() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let bureau = server.sign_in(Role::Bureau).await;
        let county = server.sign_in(Role::County).await;
        let nos = async |client: &Client<'_>, query: &str| {
            let list = client.get(&format!("/api/cases{query}")).await.ok();
            let no = |item: &Json| item["no"].as_i64().unwrap();
            list["items"].as_array().unwrap().iter().map(no).collect::<Vec<_>>()
        };
        // A bureau raises what is another department's.
        let raised =
            json!({"kind": "other", "words": "the road is closed", "about": {"kind": "firm", "id": FIRM}});
        let raised = bureau.post("/api/cases", raised).await;
        assert_eq!(raised.status, 201);
        let no = raised.json()["no"].as_i64().unwrap();
        let path = format!("/api/cases/{no}");
        county
            .post(&format!("{path}/steps"), json!({"action": "note", "words": "among ourselves"}))
            .await
            .ok();
        county.post(&format!("{path}/steps"), json!({"action": "answer", "words": "it is open"})).await.ok();
        let page = bureau.get(&path).await.ok();
        assert_eq!((&page["followed"], &page["words"]), (&json!(true), &json!("the road is closed")));
        assert_eq!((&page["state"], &page["office"]["department"]), (&json!("answered"), &json!("front")));
        let steps: Vec<_> =
            page["steps"].as_array().unwrap().iter().map(|step| step["what"]["en"].clone()).collect();
        assert_eq!(steps.len(), 2, "not what the office says among itself: {steps:?}");
        let text = page.to_string();
        for hidden in [FIRM, "among ourselves", "it is open", "东方小厂"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        assert_eq!((&page["actions"], &page["similar"]), (&json!([]), &json!([])));
        for action in ["take", "note", "withdraw", "assign", "merge"] {
            assert_eq!(bureau.post(&format!("{path}/steps"), act(action)).await.status, 404, "{action}");
        }
        assert_eq!(bureau.post(&format!("{path}/link"), json!({})).await.status, 404);
        assert_eq!(nos(&bureau, "?followed=true").await, [no]);
        assert!(!nos(&bureau, "").await.contains(&no), "a worklist is what one works on");
        let list = bureau.get("/api/cases?followed=true").await.ok();
        assert_eq!((&list["items"][0]["about"], &list["items"][0]["bearer"]), (&json!(null), &json!(null)));
        let sheet = bureau.get("/api/cases.xlsx?followed=true").await.sheets();
        assert!(!format!("{sheet:?}").contains(FIRM), "{sheet:?}");

        // A county hands on what was another's before.
        let west = json!({"kind": "labour", "area": "990002", "words": "no workers"});
        let west = admin.post("/api/cases", west).await.json()["no"].as_i64().unwrap();
        let path = format!("/api/cases/{west}");
        assert_eq!(county.get(&path).await.status, 404, "never theirs");
        let to_east = json!({"action": "route", "words": "theirs", "department": "hrss", "area": "990001"});
        admin.post(&format!("{path}/steps"), to_east).await.ok();
        assert_eq!(county.get(&path).await.ok()["followed"], false);
        let back = json!({"action": "route", "words": "not here", "department": "civil", "area": "990002"});
        let after = county.post(&format!("{path}/steps"), back).await.ok();
        assert_eq!(after["followed"], true);
        let page = county.get(&path).await.ok();
        assert_eq!(
            (&page["followed"], &page["words"]),
            (&json!(true), &json!(null)),
            "they did not raise it"
        );
        let said: Vec<_> =
            page["steps"].as_array().unwrap().iter().filter_map(|step| step["words"].as_str()).collect();
        assert_eq!(said, ["not here"]);
        assert_eq!(nos(&county, "?followed=true").await, [west]);
        assert_eq!(nos(&county, "?followed=true&state=closed").await, Vec::<i64>::new());
    });
}

#[test]
fn a_board_has_a_column_for_each_person_who_could_have_them() {
    on_every_database(async |server| {
        let board = async |role: Role, query: &str| {
            let board = server.sign_in(role).await.get(&format!("/api/cases/board{query}")).await.ok();
            let columns = board["columns"].as_array().unwrap().iter().map(|column| {
                let items = column["items"].as_array().unwrap();
                assert_eq!(column["count"], items.len());
                let card = |card: &Json| (card["duty"].as_str().unwrap().to_owned(), card["people"].clone());
                (column["officer"].clone(), items.iter().map(card).collect::<Vec<_>>())
            });
            columns.collect::<Vec<_>>()
        };
        let whose = |columns: &[(Json, Vec<(String, Json)>)]| {
            columns.iter().map(|(who, _)| who.as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
        };
        let all = board(Role::Administrator, "").await;
        assert_eq!(whose(&all), ["-", "the-administrator", "the-bureau", "the-county"]);
        let people = |duty: &str| all[0].1.iter().find(|(of, _)| of == duty).unwrap().1.clone();
        assert_eq!(people("job-refund"), json!(["the-administrator", "the-bureau", "the-county"]));
        assert_eq!(people("allowance"), json!(["the-administrator", "the-county"]), "of another department");
        // Where the county has nothing, it has no column.
        assert_eq!(
            whose(&board(Role::Administrator, "?area=990002").await),
            ["-", "the-administrator", "the-bureau"]
        );
        let civil = board(Role::Administrator, "?department=civil").await;
        assert_eq!(whose(&civil), ["-", "the-administrator", "the-county"]);
        let auditors = board(Role::Auditor, "").await;
        assert_eq!(auditors[0].1.len(), 3);
        assert!(
            auditors[0].1.iter().all(|(_, people)| *people == json!([])),
            "an auditor gives nobody anything"
        );
        // Given to somebody, it stands in their column; taken back, in nobody's.
        let county = server.sign_in(Role::County).await;
        let no = no_of(&county, "job-refund").await;
        let give = json!({"items": [{"no": no, "action": "assign", "officer": "the-bureau"}]});
        let done = county.post("/api/cases/steps", give).await.ok();
        assert_eq!(done["done"], 1);
        let given = board(Role::County, "").await;
        assert_eq!(whose(&given), ["-", "the-county", "the-administrator", "the-bureau"]);
        assert_eq!((given[0].1.len(), given[3].1[0].0.as_str()), (2, "job-refund"));
        let list = async |officer: &str| {
            county.get(&format!("/api/cases?officer={officer}")).await.ok()["total"].clone()
        };
        assert_eq!((list("the-bureau").await, list("-").await), (json!(1), json!(2)));
        let undo = json!({"items": done["undo"]});
        assert_eq!(county.post("/api/cases/steps", undo).await.ok()["done"], 1);
        assert_eq!(board(Role::County, "").await[0].1.len(), 3);
    });
}

#[test]
fn another_countys_case_is_not_there() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let raised = json!({"kind": "labour", "area": "990002", "words": "no workers"});
        let raised = admin.post("/api/cases", raised).await;
        assert_eq!(raised.status, 201);
        let raised = raised.json();
        assert_eq!(
            raised["office"]["name"]["en"], "Civil Affairs Bureau, West",
            "the area has a route of its own"
        );
        assert_eq!(raised["due_on"], "2020-03-13");
        let no = raised["no"].as_i64().unwrap();
        let county = server.sign_in(Role::County).await;
        for (path, body) in [("", json!({})), ("/steps", act("take")), ("/link", json!({}))] {
            let path = format!("/api/cases/{no}{path}");
            let answer = if body == json!({}) && !path.ends_with("link") {
                county.get(&path).await
            } else {
                county.post(&path, body).await
            };
            assert_eq!(answer.status, 404, "{path}");
        }
        let bulk = json!({"items": [{"no": no, "action": "take"}]});
        let bulk = county.post("/api/cases/steps", bulk).await.ok();
        assert_eq!((&bulk["done"], bulk["refused"].as_array().unwrap().len()), (&json!(0), 1));
        let merged = json!({"action": "merge", "into": no});
        let own = county.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await.json();
        let own = own["no"].as_i64().unwrap();
        assert_eq!(county.post(&format!("/api/cases/{own}/steps"), merged.clone()).await.status, 404);
        assert_eq!(admin.post(&format!("/api/cases/{own}/steps"), merged).await.ok()["state"], "closed");
    });
}

#[test]
fn taken_answered_disputed_and_answered_again() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let county = server.sign_in(Role::County).await;
        let raised =
            firm.post("/api/cases", json!({"kind": "labour", "words": "twelve workers are missing"})).await;
        let raised = raised.json();
        assert_eq!(raised["beneficiary"]["id"], FIRM);
        let path = format!("/api/cases/{}", raised["no"]);
        let steps = format!("{path}/steps");
        assert_eq!(firm.post(&steps, act("take")).await.status, 403);
        let taken = county.post(&steps, act("take")).await.ok();
        assert_eq!((&taken["state"], &taken["officer"]), (&json!("accepted"), &json!("the-county")));
        assert_eq!(county.get("/api/cases?mine=true").await.ok()["total"], 1);
        assert_eq!(county.post(&format!("{path}/link"), json!({})).await.status, 409, "nothing was answered");
        let answer = json!({"action": "answer", "words": "a bus fetches them tomorrow"});
        assert_eq!(county.post(&steps, answer.clone()).await.ok()["state"], "answered");
        assert_eq!(county.post(&steps, answer.clone()).await.status, 409, "it was answered already");
        assert_eq!(county.post(&steps, act("close")).await.status, 409, "there is time left to say");
        let link = county.post(&format!("{path}/link"), json!({})).await.json();
        let link = format!("/api{}", link["path"].as_str().unwrap());
        let asked = server.nobody().get(&link).await.ok();
        assert_eq!(asked["answer"], "a bus fetches them tomorrow");
        let text = asked.to_string();
        assert!(!text.contains("东方小厂") && !text.contains(FIRM) && !text.contains("the-county"), "{text}");
        let said = json!({"answered": true, "solved": false, "satisfied": false, "words": "no bus came"});
        assert_eq!(server.nobody().post(&link, said.clone()).await.ok()["open"], false);
        assert_eq!(server.nobody().post(&link, said).await.status, 409, "it is said once a round");
        let case = county.get(&path).await.ok();
        assert_eq!((&case["state"], &case["due_on"]), (&json!("disputed"), &json!("2020-03-13")));
        county.post(&steps, answer).await.ok();
        let said = json!({"action": "say", "said": {"answered": true, "solved": true, "satisfied": null}});
        let done = firm.post(&steps, said).await.ok();
        assert_eq!(
            (&done["state"], &done["ending"]["en"]),
            (&json!("closed"), &json!("the beneficiary says that it is solved"))
        );
        let rates = county.get("/api/rates").await.ok();
        let jobs = rates["offices"].as_array().unwrap().iter();
        let jobs = jobs.clone().find(|line| line["office"]["department"] == "hrss").unwrap();
        assert_eq!(
            (&jobs["in_time"], &jobs["late"], &jobs["said"], &jobs["solved"]),
            (&json!(2), &json!(0), &json!(2), &json!(1))
        );
        assert_eq!(
            county.get("/api/rates.xlsx").await.sheets()[0].len(),
            3 + rates["offices"].as_array().unwrap().len()
        );
        let other = server.nobody().get(&format!("/api/ask/{}", "0".repeat(64))).await;
        assert_eq!(other.status, 404);
    });
}

#[test]
fn not_ours_goes_back_once_and_then_up() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let no = no_of(&county, "allowance").await;
        let steps = format!("/api/cases/{no}/steps");
        let silent = json!({"action": "hand-back"});
        assert_eq!(county.post(&steps, silent).await.status, 400, "a reason is wanted");
        let office = |case: &Json| case["office"]["name"]["en"].as_str().unwrap().to_owned();
        let back = county.post(&steps, act("hand-back")).await.ok();
        assert_eq!(office(&back), "District Office, East");
        let sent_on = county.post(&steps, act("route")).await.ok();
        assert_eq!(office(&sent_on), "Civil Affairs Bureau, East");
        let up = county.post(&steps, act("hand-back")).await.ok();
        assert_eq!((office(&up), &up["escalated"]), ("City Office".to_owned(), &json!(true)));
        assert_eq!(up["actions"], json!([]), "it is no longer this county's to act on");
        assert_eq!(county.post(&steps, act("take")).await.status, 403);
        assert_eq!(live(&server).len(), 3, "and it never was without an owner");
    });
}

#[test]
fn many_at_once_and_back() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let numbers: Vec<i64> = live(&server).iter().map(|case| case.no).collect();
        let bulk = async |action: &str| {
            let items: Vec<_> = numbers
                .iter()
                .map(|no| json!({"no": no, "action": action, "words": "for the tests"}))
                .collect();
            county.post("/api/cases/steps", json!({ "items": items })).await.ok()
        };
        let taken = bulk("take").await;
        assert_eq!((&taken["done"], taken["undo"].as_array().unwrap().len()), (&json!(3), 3));
        assert_eq!(county.get("/api/cases?mine=true").await.ok()["total"], 3);
        let undone = county.post("/api/cases/steps", json!({"items": taken["undo"]})).await.ok();
        assert_eq!(undone["done"], 3);
        assert_eq!(county.get("/api/cases?mine=true").await.ok()["total"], 0);
        let paused = bulk("pause").await;
        assert_eq!(
            county.get("/api/cases?overdue=true").await.ok()["total"],
            0,
            "a stopped clock is not late"
        );
        county.post("/api/cases/steps", json!({"items": paused["undo"]})).await.ok();
        assert_eq!(
            county.get("/api/cases?overdue=true").await.ok()["total"],
            2,
            "stopping and starting wins nothing"
        );
        let merged = bulk("merge").await;
        assert_eq!(merged["refused"].as_array().unwrap().len(), 3, "gaps end by evidence alone");
    });
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A duty and a record.
type Pairs = Vec<(String, String)>;

/// The gaps of the day as they are judged, and the live cases of gaps.
fn gaps_and_cases(server: &Server) -> (Pairs, Pairs) {
    let pipeline = server.app.days.pipeline();
    let gaps = |snapshot: &yingjin::pipeline::Snapshot| {
        let duties = snapshot.pass.duties.iter();
        let mut gaps: Vec<_> = duties
            .flat_map(|duty| {
                let ids = snapshot.tables.table(duty.kind).ids();
                duty.rows_in(Standing::Gap).map(|row| (duty.duty.to_string(), ids[row].to_string()))
            })
            .collect();
        gaps.sort();
        gaps
    };
    let gaps = off(|| server.app.days.read(TODAY.parse().unwrap(), gaps).unwrap());
    let mut cases: Vec<_> = live(server)
        .iter()
        .map(|case| {
            let opening = &case.case.opening;
            let departments = &pipeline.rules.city.departments;
            assert!(departments.iter().any(|known| known.id == case.case.office.department), "an owner");
            assert!(pipeline.rules.city.areas.get(case.case.office.area.as_str()).is_some(), "in an area");
            assert!(opening.bearer.is_none() || opening.bearer != opening.beneficiary);
            (opening.duty.as_ref().unwrap().to_string(), opening.about.as_ref().unwrap().id.to_string())
        })
        .collect();
    cases.sort();
    (gaps, cases)
}

#[test]
fn whatever_changes_each_gap_has_one_live_case() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let firms: Vec<String> = ["1", "2", "3", "4"]
            .iter()
            .map(|n| super::server::uscc(&format!("91990001MA000000{n}")))
            .collect();
        let mut dice = Dice(20200306);
        for step in 0..40 {
            let firm = &firms[dice.below(4) as usize];
            let (path, facts) = match dice.below(6) {
                0 => (format!("firm/{firm}"), json!({"staff": dice.below(600)})),
                1 => (format!("firm/{firm}"), json!({"staff": null})),
                2 => (format!("firm/{firm}"), json!({"insured": dice.below(3)})),
                3 => {
                    let area = ["990001", "990002", "990000"][dice.below(3) as usize];
                    (format!("firm/{firm}"), json!({ "area": area }))
                }
                4 => ("household/H1".to_owned(), json!({"allowance": dice.below(2) == 0})),
                _ => (format!("lease/L{}", 1 + dice.below(2)), json!({"tenant": firm})),
            };
            admin.patch(&format!("/api/records/{path}"), json!({"facts": facts.clone()})).await.ok();
            let (gaps, cases) = gaps_and_cases(&server);
            assert_eq!(gaps, cases, "after step {step}: {path} {facts}");
        }
        // Only a pass moves cases whose records moved: their verdicts are the same wherever they lie.
        let Reconciled { moved, .. } = reconciled(&server);
        let (before, again) = (last_seq(&server), reconciled(&server));
        assert_eq!((again, last_seq(&server)), (Reconciled::default(), before), "{moved} moved");
        let verified = off(|| server.app.store().verify(|_| std::ops::ControlFlow::Continue(())).unwrap());
        assert_eq!(verified.broken, None);
    });
}

#[test]
fn a_server_that_starts_opens_what_the_one_before_could_not() {
    on_every_database(async |server| {
        let pipeline = server.app.days.pipeline();
        let change = model::Change {
            kind: "household".into(),
            id: "H2".into(),
            on: TODAY.parse().unwrap(),
            facts: [("income".into(), Some(model::Value::Decimal("300.00".parse().unwrap())))].into(),
        };
        off(|| {
            let event = server.app.case_event("the tests", json!({}));
            let event = model::event::Event { event_type: model::event::EventType::Change, ..event };
            pipeline.store.append(event, vec![change]).unwrap();
            // A pass whose server ended before the cases were written.
            let origin = Origin { actor: "the tests".to_owned(), at: server.app.now() };
            let record = |snapshot: &_| pipeline.record_pass(snapshot, &origin, |_, _| true);
            server.app.days.read(TODAY.parse().unwrap(), record).unwrap().unwrap();
        });
        assert_eq!(live(&server).len(), 3);
        let anew = server.anew();
        off(|| anew.app.look_for_cases().unwrap());
        assert_eq!(live(&server).len(), 4);
    });
}

#[test]
fn a_gap_that_was_late_before_it_was_a_case_is_counted_apart() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        // A waiver that was none: owed since 1 February, so due on 28 February, and known only now.
        let change = json!({"facts": {"months": 0}});
        let changed = admin.patch("/api/records/waiver/W1", change).await.ok();
        assert_eq!(changed["changed"].as_array().unwrap().len(), 1, "{changed}");
        let of = async |query: &str| {
            let rates = admin.get(&format!("/api/rates{query}")).await.ok();
            let offices = rates["offices"].as_array().unwrap().clone();
            let line = offices.into_iter().find(|line| line["office"]["department"] == "sasac").unwrap();
            (line["late"].as_i64().unwrap(), line["late_before"].as_i64().unwrap())
        };
        assert_eq!(of("").await, (0, 1));
        assert_eq!(
            of("?from=2020-02-01&to=2020-02-29").await,
            (2, 0),
            "months that are past stay as they were"
        );
        let sheet = admin.get("/api/rates.xlsx").await.sheets();
        assert_eq!(sheet[0].last().unwrap(), "State Assets Office, East|0|0||1|0|0|0||0|0|");
    });
}

#[test]
fn a_case_goes_with_its_record_until_somebody_has_it() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let move_to = async |area: &str| {
            let change = json!({"facts": {"area": area}});
            admin.patch(&format!("/api/records/firm/{FIRM}"), change).await.ok();
            reconciled(&server)
        };
        let areas = || {
            let found = live(&server).into_iter();
            let mut areas: Vec<_> = found
                .map(|case| format!("{} {}", case.case.opening.duty.unwrap(), case.case.office.area))
                .collect();
            areas.sort();
            areas
        };
        let refund = no_of(&admin, "job-refund").await;
        admin.post(&format!("/api/cases/{refund}/steps"), act("take")).await.ok();
        // The lease lies where its lessor is, the refund is somebody's already.
        assert_eq!(move_to("990002").await, Reconciled::default());
        let undone = json!({"action": "assign"});
        admin.post(&format!("/api/cases/{refund}/steps"), undone).await.ok();
        assert_eq!(reconciled(&server), Reconciled::default(), "it was taken up by the office, if by nobody");
        let waiver = no_of(&admin, "rent-waiver").await;
        let landlord = super::server::uscc("91990001MA0000002");
        let change = json!({"facts": {"area": "990002"}});
        admin.patch(&format!("/api/records/firm/{landlord}"), change).await.ok();
        assert_eq!(reconciled(&server), Reconciled { moved: 1, ..Reconciled::default() });
        assert_eq!(reconciled(&server), Reconciled::default(), "once");
        assert_eq!(areas(), ["allowance 990001", "job-refund 990001", "rent-waiver 990002"]);
        let page = admin.get(&format!("/api/cases/{waiver}")).await.ok();
        let what = &page["steps"][1]["what"]["en"];
        assert_eq!(what, "the record lies elsewhere now: moved to State Assets Office, West");
        // Sent on by a person, it stays where they sent it.
        admin.post(&format!("/api/cases/{waiver}/steps"), act("route")).await.ok();
        let change = json!({"facts": {"area": "990001"}});
        admin.patch(&format!("/api/records/firm/{landlord}"), change).await.ok();
        assert_eq!(reconciled(&server), Reconciled::default());
        let to =
            json!({"action": "route", "words": "for the tests", "department": "sasac", "area": "990001"});
        let sent = admin.post(&format!("/api/cases/{waiver}/steps"), to).await.ok();
        assert_eq!(sent["office"]["name"]["en"], "State Assets Office, East");
        let to = json!({"action": "route", "words": "for the tests", "department": "sasac", "area": "1"});
        assert_eq!(admin.post(&format!("/api/cases/{waiver}/steps"), to).await.status, 400);
    });
}

#[test]
fn what_waits_for_too_long_goes_up_once() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let raised = county.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await.json();
        let no = raised["no"].as_i64().unwrap();
        let send_up = |at: &str| {
            let origin = Origin { actor: "the tests".to_owned(), at: at.parse().unwrap() };
            let read = |snapshot: &_| server.app.days.pipeline().send_up(snapshot, &origin);
            off(|| server.app.days.read(TODAY.parse().unwrap(), read).unwrap().unwrap())
        };
        // Raised on Friday the 6th: two working days are over with Tuesday the 10th, in Shanghai.
        assert_eq!(send_up("2020-03-10T15:59:59Z"), 0);
        assert_eq!(send_up("2020-03-10T16:00:00Z"), 1);
        let before = last_seq(&server);
        assert_eq!((send_up("2020-03-10T16:00:00Z"), send_up("2021-03-10T16:00:00Z")), (0, 0), "once");
        assert_eq!(last_seq(&server), before);
        let case = county.get(&format!("/api/cases/{no}")).await.ok();
        assert_eq!(case["office"]["name"]["en"], "District Office, East");
        assert_eq!(case["escalated"], true);
        assert_eq!(
            case["steps"][1]["what"]["en"],
            "nobody took it within 2 working days: went up by itself to District Office, East"
        );
        assert_eq!(live(&server).iter().filter(|case| case.case.escalated).count(), 1, "no gap does");
        let list = county.get("/api/cases?went_up=true").await.ok();
        assert_eq!((&list["total"], &list["items"][0]["no"]), (&json!(1), &json!(no)));
        let verified = off(|| server.app.store().verify(|_| std::ops::ControlFlow::Continue(())).unwrap());
        assert_eq!(verified.broken, None);
    });
}

#[test]
fn what_may_be_the_same_is_shown() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let raise = async |kind: &str| {
            let raised = county.post("/api/cases", json!({"kind": kind, "words": "no workers"})).await.json();
            raised["no"].as_i64().unwrap()
        };
        let (first, second) = (raise("labour").await, raise("labour").await);
        raise("other").await;
        let page = county.get(&format!("/api/cases/{first}")).await.ok();
        let similar: Vec<_> =
            page["similar"].as_array().unwrap().iter().map(|line| line["no"].clone()).collect();
        assert_eq!(similar, [json!(second)]);
        assert_eq!(
            (&page["similar"][0]["metres"], &page["similar"][0]["same_address"]),
            (&json!(null), &json!(false))
        );
    });
}
