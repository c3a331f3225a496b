//! Letters and sheets: what is in them, who may have them, and that a name in them is nothing but a name.

use std::io::Write;
use std::process::{Command, Stdio};

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use store::Role;

use super::server::{Answer, FIRM, on_every_database, uscc};

/// The text of a PDF, blanks left out, by poppler.
pub fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf");
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils is needed");
    child.stdin.take().unwrap().write_all(&answer.body).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect()
}

pub fn has_all(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        let wanted: String = wanted.split_whitespace().collect();
        assert!(text.contains(&wanted), "no {wanted} in {text}");
    }
}

fn landlord() -> String {
    uscc("91990001MA0000002")
}

#[test]
fn a_landlord_is_told_which_leases_are_left() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let path = format!("/api/letters/landlord/letter.pdf?record={}&lang=zh", landlord());
        let answer = county.get(&path).await;
        let letter = text(&answer);
        has_all(
            &letter,
            &["国有房产公司：", "试资发〔2020〕1号", "东方小厂", "L1", "4000.00", "12,000.00", "2020-03-06"],
        );
        // Of two leases one is done: it is counted, and not listed.
        has_all(&letter, &["共2件，应尽2，已尽1，免尽0，未尽1，未知0", "国资委", "2020年3月6日"]);
        assert!(!letter.contains("西区工坊"), "{letter}");
        // Nor is its amount in the sum of what is listed.
        has_all(&letter, &["合计12,000.00"]);
        has_all(&letter, &["含虚构数据，不代表真实情况", "第1页，共1页"]);
        assert!(answer.body == county.get(&path).await.body, "the same letter has other bytes");
        let english = text(&county.get(&path.replace("zh", "en")).await);
        has_all(
            &english,
            &["2 in all, 2 owed, 1 done", "Page 1 of 1", "6 March 2020", "State Assets Office"],
        );
    });
}

#[test]
fn a_firm_has_its_own_list_with_its_clauses() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let list = text(&firm.get("/api/letters/owed/letter.pdf?lang=zh").await);
        has_all(
            &list,
            &["东方小厂", FIRM, "失业保险稳岗返还", "3,000.00", "试人社发〔2020〕2号，一", "有职工参保"],
        );
        has_all(&list, &["当日涉及企业的政策2项：应享2项，尚不能判定0项，不符合条件0项"]);
    });
}

#[test]
fn sheets_have_their_day_and_their_denominator() {
    on_every_database(async |server| {
        let administrator = server.sign_in(Role::Administrator).await;
        let sheet = text(&administrator.get("/api/letters/dispatch/letter.pdf?lang=zh").await);
        has_all(&sheet, &["2020-03-06", "当日有效责任4项", "东区", "西区", "合计", "失业保险稳岗返还"]);
        let county = server.sign_in(Role::County).await;
        let own = text(&county.get("/api/letters/dispatch/letter.pdf?lang=zh").await);
        has_all(&own, &["每日调度表东区"]);
        assert!(!own.contains("西区"), "{own}");
        let relief = text(&administrator.get("/api/letters/rent-relief/letter.pdf?lang=zh").await);
        has_all(
            &relief,
            &[
                "租赁合同共2件：应尽2，已尽1，免尽0，未尽1；另有未知0件；涉及出租方1家",
                "国有房产公司",
                &landlord(),
                "50.00%",
                "15,000.00",
            ],
        );
        let past = administrator.get("/api/letters/dispatch/letter.pdf?lang=en&on=2020-02-10").await;
        has_all(&text(&past), &["2020-02-10", "10 February 2020"][..1]);
    });
}

#[test]
fn who_may_have_a_letter() {
    on_every_database(async |server| {
        let landlord = format!("/api/letters/landlord/letter.pdf?record={}", landlord());
        let ids = |letters: Value| -> Vec<String> {
            letters.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
        };
        let firm = server.sign_in(Role::Firm).await;
        assert_eq!(ids(firm.get("/api/letters").await.ok()), ["owed", "plan", "receipt"]);
        assert_eq!(firm.get(&landlord).await.status, StatusCode::NOT_FOUND);
        assert_eq!(firm.get("/api/letters/dispatch/letter.pdf").await.status, StatusCode::FORBIDDEN);
        let other = format!("/api/letters/owed/letter.pdf?record={}", uscc("91990001MA0000003"));
        assert_eq!(firm.get(&other).await.status, StatusCode::NOT_FOUND);
        // Of another county.
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get(&other).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            county.get("/api/letters/dispatch/letter.pdf?area=990002").await.status,
            StatusCode::FORBIDDEN
        );
        // The duty is another bureau's.
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(bureau.get(&landlord).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ids(bureau.get("/api/letters").await.ok()), ["dispatch", "owed", "plan", "receipt"]);
        // Only what concerns a record is offered for it.
        let of = |id: &str| format!("/api/letters?kind=firm&record={id}");
        assert_eq!(ids(county.get(&of(&uscc("91990001MA0000002"))).await.ok()), ["landlord", "owed", "plan"]);
        assert_eq!(ids(county.get(&of(FIRM)).await.ok()), ["owed", "plan"]);
        assert_eq!(county.get("/api/letters/nothing/letter.pdf").await.status, StatusCode::NOT_FOUND);
        assert_eq!(county.get("/api/letters/owed/letter.pdf").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(county.get("/api/letters/owed/preview.pdf").await.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn a_landlord_has_its_own_letter_while_something_is_left() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let record = json!({"kind": "firm", "id": landlord()});
        let account =
            json!({"name": "the-landlord", "password": "ten characters", "role": "firm", "record": record});
        let made = admin.post("/api/accounts", account).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&made.body));
        let signing = json!({"name": "the-landlord", "password": "ten characters"});
        let signed = server.nobody().post("/api/session", signing).await;
        let cookie =
            signed.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let own = super::server::Client { server: &server, cookie: Some(cookie) };
        let offered = async |client: &super::server::Client<'_>, query: &str| {
            let letters = client.get(&format!("/api/letters{query}")).await.ok();
            letters.as_array().unwrap().iter().any(|line| line["id"] == "landlord")
        };
        assert!(offered(&own, "").await);
        // The same as the office would send.
        let to_itself = text(&own.get("/api/letters/landlord/letter.pdf?lang=zh").await);
        let path = format!("/api/letters/landlord/letter.pdf?record={}&lang=zh", landlord());
        assert_eq!(to_itself, text(&admin.get(&path).await));
        let other = format!("/api/letters/landlord/letter.pdf?record={FIRM}");
        assert_eq!(own.get(&other).await.status, StatusCode::NOT_FOUND);

        let of_landlord = format!("?kind=firm&record={}", landlord());
        let county = server.sign_in(Role::County).await;
        assert!(offered(&county, &of_landlord).await);
        // A tenant that is not small is owed nothing: there is nothing left to write about.
        admin.patch(&format!("/api/records/firm/{FIRM}"), json!({"facts": {"staff": 9000}})).await.ok();
        assert!(!offered(&county, &of_landlord).await);
        assert!(!offered(&own, "").await);
    });
}

#[test]
fn a_name_is_nothing_but_a_name() {
    on_every_database(async |server| {
        let name = r#"#panic("x")*甲*$y$[z]<a>@b//c🏭"#;
        let administrator = server.sign_in(Role::Administrator).await;
        let path = format!("/api/records/firm/{FIRM}");
        let changed = administrator.patch(&path, json!({"facts": {"name": name}, "reason": "a test"})).await;
        assert!(changed.status.is_success(), "{}", String::from_utf8_lossy(&changed.body));
        let firm = server.sign_in(Role::Firm).await;
        let list = text(&firm.get("/api/letters/owed/letter.pdf").await);
        // What no font has is the printer's sign for it, never an empty box.
        has_all(&list, &[&name.replace('🏭', "〓")]);
    });
}

#[test]
fn a_receipt_hangs_on_the_door() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let filing = json!({
            "form": "resume", "key": "0123456789abcdef0123456789abcdef",
            "facts": {"people": 12, "first": 8, "canteen": "shifts", "shifts": 2},
            "ticked": ["masks", "truth"], "signature": "某甲",
        });
        let receipt = firm.post("/api/filings", filing).await.json();
        let number = receipt["number"].as_str().unwrap();
        let nobody = server.nobody();
        let pdf = text(&nobody.get(&format!("/api/receipts/{number}/receipt.pdf?lang=zh")).await);
        has_all(&pdf, &[number, "东方小厂", "承诺事项共2条", "2020年3月6日"]);
        // What was filled in, and who signed, are nobody else's business.
        assert!(!pdf.contains("某甲") && !pdf.contains("13900000001"), "{pdf}");
    });
}

#[test]
fn every_template_is_tried_with_made_up_data() {
    on_every_database(async |server| {
        let bureau = server.sign_in(Role::Bureau).await;
        for letter in ["landlord", "owed", "receipt", "dispatch", "rent-relief"] {
            for amount in ["much", "nothing", "signs"] {
                let path = format!("/api/letters/{letter}/preview.pdf?lang=zh&amount={amount}");
                has_all(&text(&bureau.get(&path).await), &["2020-05-31", "虚构的总数：100件"]);
            }
        }
    });
}
