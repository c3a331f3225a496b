//! The city, to everybody; what the register holds, to those who may read lists.

use axum::body::Body;
use axum::http::{Method, header};
use store::Role;

use super::server::{TODAY, on_every_database};

#[test]
fn the_city_is_open_and_the_register_is_not() {
    on_every_database(async |server| {
        let open = server.nobody().get("/api/city").await.ok();
        assert_eq!(open["name"]["en"], "Testville");
        assert_eq!(open["today"], TODAY);
        assert_eq!(open["synthetic"], true);
        assert!(open["register"].is_null());
        assert!(open["kinds"].as_array().unwrap().iter().all(|kind| kind["count"].is_null()));
        let seen = server.sign_in(Role::Auditor).await.get("/api/city").await.ok();
        assert_eq!(seen["register"]["records"], 10);
        assert_eq!(seen["register"]["day"], "2020-03-02");
        let firms =
            seen["kinds"].as_array().unwrap().iter().find(|kind| kind["id"] == "firm").unwrap().clone();
        assert_eq!(firms["count"], 4);
        let phone =
            firms["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == "contact_phone").unwrap();
        assert_eq!(phone["personal"], true);
    });
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Auditor).await;
        for path in ["/api/city", "/api/duties", "/api/duties/job-refund", "/api/rules", "/api/parameters"] {
            let first = client.get(path).await;
            let tag = first.headers[header::ETAG].clone();
            assert_eq!(first.headers[header::CACHE_CONTROL], "private, no-cache");
            let again = client.request(Method::GET, path).header(header::IF_NONE_MATCH, tag);
            let again = server.send(again.body(Body::empty()).unwrap()).await;
            assert_eq!(again.status, 304, "{path}");
            assert!(again.body.is_empty());
        }
    });
}
