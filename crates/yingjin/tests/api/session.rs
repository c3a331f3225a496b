//! Signing in and out, and what stands in the way of those who are not who they say.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;
use store::Role;

use super::server::{PASSWORD, on_every_database};

#[test]
fn a_session_begins_and_ends() {
    on_every_database(async |server| {
        assert_eq!(server.nobody().get("/api/session").await.status, 401);
        let answer =
            server.nobody().post("/api/session", json!({"name": "the-county", "password": PASSWORD})).await;
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=3600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(
            answer.ok(),
            json!({"name": "the-county", "role": "county", "area": "990001",
            "department": null, "record": null})
        );
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get("/api/session").await.ok()["name"], "the-county");
        assert_eq!(county.delete("/api/session").await.status, 204);
        assert_eq!(county.get("/api/session").await.status, 401);
    });
}

#[test]
fn a_wrong_password_and_a_wrong_name_look_alike() {
    on_every_database(async |server| {
        let try_in = async |name: &str| {
            server.nobody().post("/api/session", json!({"name": name, "password": "not the password"})).await
        };
        let (wrong, unknown) = (try_in("the-county").await, try_in("nobody-of-that-name").await);
        assert_eq!((wrong.status, unknown.status), (401.try_into().unwrap(), 401.try_into().unwrap()));
        assert_eq!(wrong.json(), unknown.json());
        assert!(wrong.headers.get(header::SET_COOKIE).is_none());
    });
}

#[test]
fn who_guesses_has_to_wait() {
    on_every_database(async |server| {
        for _ in 0..8 {
            let body = json!({"name": "the-auditor", "password": "a guess of many"});
            assert_eq!(server.nobody().post("/api/session", body).await.status, 401);
        }
        let right = json!({"name": "the-auditor", "password": PASSWORD});
        let answer = server.nobody().post("/api/session", right).await;
        assert_eq!(answer.status, 429);
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        let other = json!({"name": "the-county", "password": PASSWORD});
        assert_eq!(server.nobody().post("/api/session", other).await.status, 200);
    });
}

#[test]
fn what_changes_something_needs_the_header() {
    on_every_database(async |server| {
        let client = server.sign_in(Role::Administrator).await;
        let mut request = client.request(Method::POST, "/api/passes");
        request.headers_mut().unwrap().remove("x-yingjin");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = server.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.json()["type"], "/problems/forbidden");
    });
}

#[test]
fn problems_speak_the_readers_language_and_headers_are_set() {
    on_every_database(async |server| {
        let nobody = server.nobody();
        let english = nobody.get("/api/duties").await;
        assert_eq!(english.json()["title"], "Sign in first");
        let chinese = axum::http::Request::get("/api/duties").body(Body::empty()).unwrap();
        let chinese = server.send(chinese).await;
        assert_eq!(chinese.json()["title"], "请先登录");
        for answer in [&english, &chinese] {
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
            assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(answer.headers[header::X_FRAME_OPTIONS], "DENY");
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
            let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        }
        assert_eq!(nobody.get("/api/nothing").await.json()["status"], 404);
        assert_eq!(nobody.delete("/api/city").await.json()["status"], 405);
        let county = server.sign_in(Role::County).await;
        let broken =
            county.request(Method::POST, "/api/compare").header(header::CONTENT_TYPE, "application/json");
        let broken = server.send(broken.body(Body::from("{")).unwrap()).await;
        assert_eq!(broken.json()["errors"][0]["field"], "body");
    });
}

#[test]
fn pages_are_served_to_everybody() {
    on_every_database(async |server| {
        let nobody = server.nobody();
        for path in ["/", "/duties/rent-waiver"] {
            let page = nobody.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.body, b"<title>pages</title>");
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-cache");
        }
        let asset = nobody.get("/assets/a.js").await;
        assert_eq!(asset.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(nobody.get("/assets/gone.js").await.status, 404);
        assert_eq!(nobody.get("/health").await.ok()["status"], "ok");
    });
}
