//! Photographs and documents: what is taken, once, and who may read it.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use model::event::{EventType, Hash};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{EventFilter, Role};

use super::server::{Answer, Client, FIRM, TODAY, on_every_database};

/// A photograph of its own for each `number`, `size` bytes large.
fn photo(number: u8, size: usize) -> Vec<u8> {
    let mut content =
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9".to_vec();
    content.resize(size, number);
    content
}

fn name(content: &[u8]) -> String {
    Hash(Sha256::digest(content).into()).to_string()
}

async fn put(client: &Client<'_>, hash: &str, (media_type, content): (&str, &[u8])) -> Answer {
    let request = client.request(Method::PUT, &format!("/api/files/{hash}"));
    let request = request.header(header::CONTENT_TYPE, media_type);
    client.server.send(request.body(Body::from(content.to_vec())).unwrap()).await
}

/// Sends a photograph; returns its name.
async fn send(client: &Client<'_>, content: &[u8]) -> String {
    let hash = name(content);
    let answer = put(client, &hash, ("image/jpeg", content)).await;
    assert!(answer.status.is_success(), "{}", String::from_utf8_lossy(&answer.body));
    hash
}

/// A filing that names files.
fn filing(key: &str, files: &[(&str, &str)]) -> Value {
    let mut facts = json!({"people": 12, "first": 8, "canteen": "none"});
    for (fact, named) in files {
        facts[*fact] = json!(named);
    }
    json!({"form": "resume", "key": format!("{key:0>16}"), "facts": facts, "ticked": ["masks", "truth"], "signature": "某甲"})
}

#[test]
fn the_same_file_is_kept_once() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let content = photo(1, 5000);
        let hash = name(&content);
        let first = put(&firm, &hash, ("image/jpeg", &content)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&first.body));
        assert_eq!(first.json(), json!({"hash": hash, "media_type": "image/jpeg", "size_bytes": 5000}));
        for _ in 0..4 {
            assert_eq!(put(&firm, &hash, ("image/jpeg", &content)).await.ok(), first.json());
        }
        let kept = firm.get(&format!("/api/files/{hash}")).await;
        assert_eq!(kept.body, content);
        let header = |name: &str| kept.headers[name].to_str().unwrap();
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(header("content-disposition"), format!("inline; filename=\"{}.jpeg\"", &hash[..12]));
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(
            (header("x-content-type-options"), header("cache-control")),
            ("nosniff", "private, no-store")
        );
        // A server that starts anew has it.
        let other = server.anew();
        let again = Client { server: &other, cookie: firm.cookie.clone() };
        assert_eq!(again.get(&format!("/api/files/{hash}")).await.body, content);
    });
}

#[test]
fn what_it_is_not_is_not_taken() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let page = b"<html><script>alert(1)</script></html>".as_slice();
        let small = photo(1, 100);
        let large = photo(1, 2_000_001);
        for (hash, (media_type, content), status) in [
            (name(page), ("image/jpeg", page), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (name(page), ("text/html", page), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (name(&small), ("application/pdf", small.as_slice()), StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (name(page), ("image/jpeg", small.as_slice()), StatusCode::BAD_REQUEST),
            (name(b""), ("image/jpeg", b""), StatusCode::BAD_REQUEST),
            ("short".to_owned(), ("image/jpeg", small.as_slice()), StatusCode::BAD_REQUEST),
            (name(&large), ("image/jpeg", large.as_slice()), StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            let answer = put(&firm, &hash, (media_type, content)).await;
            assert_eq!(answer.status, status, "{media_type} {}", String::from_utf8_lossy(&answer.body));
            assert_eq!(firm.get(&format!("/api/files/{hash}")).await.status, StatusCode::NOT_FOUND);
        }
    });
}

#[test]
fn a_filing_names_its_files_and_is_there_once_with_them() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let (one, two) = (send(&firm, &photo(1, 900)).await, send(&firm, &photo(2, 900)).await);
        let complete = filing("k", &[("photos", &format!("{one} {two}"))]);
        let first = firm.post("/api/filings", complete.clone()).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&first.body));
        for _ in 0..4 {
            send(&firm, &photo(1, 900)).await;
            assert_eq!(firm.post("/api/filings", complete.clone()).await.ok(), first.json());
        }
        let (file, record) = (Hash::from_hex(&one).unwrap(), format!("{FIRM}~{TODAY}"));
        server.store(move |store| {
            let kept = store.record("resumption", &record).unwrap().unwrap();
            assert_eq!(kept.facts["photos"], json!(format!("{one} {two}")));
            assert_eq!(store.file_uses(file).unwrap().len(), 1);
            // Long after, what a record names is there still.
            assert_eq!(store.forget_files("2099-01-01T00:00:00Z".parse().unwrap()).unwrap(), 0);
            assert_eq!(store.verify(|_| ControlFlow::Continue(())).unwrap().broken, None);
        });
    });
}

#[test]
fn a_field_takes_what_it_says_and_nothing_of_others() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let county = server.sign_in(Role::County).await;
        let mut names = Vec::new();
        for number in 1..=3 {
            names.push(send(&firm, &photo(number, 900)).await);
        }
        let pdf = b"%PDF-1.7 a scan".as_slice();
        assert_eq!(put(&firm, &name(pdf), ("application/pdf", pdf)).await.status, StatusCode::CREATED);
        let large = send(&firm, &photo(4, 1_000_001)).await;
        let of_another = send(&county, &photo(5, 900)).await;
        let before = server.store(|store| store.last_seq().unwrap());
        for (named, expected) in [
            (names.join(" "), "at most 2 of them"),
            (name(pdf), "no pdf is taken here"),
            (large, "each file is at most 1 MB"),
            (of_another.clone(), "a file is not here: choose it again"),
            ("0".repeat(64), "a file is not here: choose it again"),
            ("my photograph".to_owned(), "files are named by their SHA-256, each once, a space between"),
        ] {
            let answer = firm.post("/api/filings", filing("k", &[("photos", &named)])).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{expected}");
            assert_eq!(answer.json()["errors"][0], json!({"field": "photos", "detail": expected}));
        }
        assert_eq!(firm.get(&format!("/api/files/{of_another}")).await.status, StatusCode::NOT_FOUND);
        // Nor by hand: files come with a form.
        let path = format!("/api/records/resumption/{FIRM}~{TODAY}");
        firm.post("/api/filings", filing("k", &[])).await;
        let by_hand = county.patch(&path, json!({"facts": {"photos": of_another}})).await;
        assert_eq!(by_hand.json()["errors"][0]["detail"], "files come with a form");
        assert!(before < server.store(|store| store.last_seq().unwrap()));
    });
}

#[test]
fn who_may_read_the_record_reads_its_files_and_personal_ones_with_a_reason() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let (site, identity) = (send(&firm, &photo(1, 900)).await, send(&firm, &photo(2, 900)).await);
        let filed = filing("k", &[("photos", &site), ("identity", &identity)]);
        assert_eq!(firm.post("/api/filings", filed).await.status, StatusCode::CREATED);
        let (site, identity) = (format!("/api/files/{site}"), format!("/api/files/{identity}"));
        assert_eq!(server.nobody().get(&site).await.status, StatusCode::UNAUTHORIZED);
        for role in [Role::Administrator, Role::County, Role::Auditor, Role::Firm] {
            let somebody = server.sign_in(role).await;
            assert_eq!(somebody.get(&site).await.status, StatusCode::OK, "{role:?}");
        }
        let reveals = |server: &super::server::Server| {
            let filter = EventFilter { before: None, event_type: Some(EventType::Reveal), limit: 10 };
            server.store(move |store| store.latest_events(&filter).unwrap())
        };
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get(&identity).await.status, StatusCode::BAD_REQUEST);
        assert!(reveals(&server).is_empty());
        assert_eq!(
            county.get(&format!("{identity}?reason=checks%20the%20signature")).await.body,
            photo(2, 900)
        );
        let read = &reveals(&server)[0].event;
        assert_eq!((read.actor.as_str(), &read.summary["facts"]), ("the-county", &json!(["identity"])));
        let auditor = server.sign_in(Role::Auditor).await;
        assert_eq!(auditor.get(&format!("{identity}?reason=curious")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(firm.get(&identity).await.status, StatusCode::OK, "who sent it");
    });
}

#[test]
fn a_firm_sees_what_an_officer_filed_for_it() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        let site = send(&county, &photo(1, 900)).await;
        let mut filed = filing("k", &[("photos", &site)]);
        filed["by"] = json!(FIRM);
        assert_eq!(county.post("/api/filings", filed).await.status, StatusCode::CREATED);
        let firm = server.sign_in(Role::Firm).await;
        assert_eq!(firm.get(&format!("/api/files/{site}")).await.status, StatusCode::OK);
        // A department that nothing of it concerns does not.
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(bureau.get(&format!("/api/files/{site}")).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_firm_sees_the_photographs_of_what_was_found_at_its_own() {
    on_every_database(async |server| {
        let firm = server.sign_in(Role::Firm).await;
        let site = send(&firm, &photo(1, 900)).await;
        let filed = firm.post("/api/filings", filing("k", &[("photos", &site)])).await;
        assert_eq!(filed.status, StatusCode::CREATED);
        let county = server.sign_in(Role::County).await;
        let defect = send(&county, &photo(2, 900)).await;
        assert_eq!(firm.get(&format!("/api/files/{defect}")).await.status, StatusCode::NOT_FOUND);
        let found = json!({"masks": "defect", "masks_words": "无", "result": "correct", "correct_by": "2020-03-20",
            "defect_photos": defect});
        let inspection = json!({"form": "inspect", "by": format!("{FIRM}~{TODAY}"), "key": "0".repeat(16),
            "facts": found, "ticked": ["cards"], "signature": "某甲、某乙"});
        let written = county.post("/api/filings", inspection).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&written.body));
        assert_eq!(firm.get(&format!("/api/files/{defect}")).await.body, photo(2, 900));
        // The page of what became of it names both.
        let became = firm.get("/api/filings").await.ok();
        assert_eq!(became[0]["files"][0]["value"], json!(site));
        let facts = became[0]["inspections"][0]["facts"].as_array().unwrap().clone();
        assert!(facts.iter().any(|fact| fact["type"] == "files" && fact["value"] == json!(defect)));
    });
}
