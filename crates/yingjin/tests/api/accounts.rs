//! Accounts, for the administrator.

use serde_json::json;
use store::Role;

use super::server::{PASSWORD, on_every_database};

#[test]
fn accounts_are_made_changed_and_closed() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let made = admin
            .post("/api/accounts", json!({"name": "west-officer", "password": "ten characters", "role": "county", "area": "990002"}))
            .await;
        assert_eq!(made.status, 201);
        let sign_in = async |password: &str| {
            server
                .nobody()
                .post("/api/session", json!({"name": "west-officer", "password": password}))
                .await
                .status
        };
        assert_eq!(sign_in("ten characters").await, 200);
        let other = json!({"password": "other characters"});
        assert_eq!(admin.patch("/api/accounts/west-officer", other).await.status, 200);
        assert_eq!(sign_in("ten characters").await, 401);
        assert_eq!(sign_in("other characters").await, 200);
        let closed = admin.patch("/api/accounts/west-officer", json!({"closed": true})).await.ok();
        assert_eq!(closed["closed"], true);
        assert_eq!(sign_in("other characters").await, 401);
        let events = admin.get("/api/audit/events?type=account&limit=3").await.ok();
        assert_eq!(events["items"][0]["summary"]["what"], "closed");
        assert!(!events.to_string().contains("argon2"));
        let listed = admin.get("/api/accounts").await;
        assert!(!String::from_utf8_lossy(&listed.body).contains("argon2"));
        assert_eq!(listed.ok()["items"].as_array().unwrap().len(), 6);
    });
}

#[test]
fn what_cannot_be_an_account_is_refused() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let refused = async |account: serde_json::Value| {
            let answer = admin.post("/api/accounts", account).await;
            (answer.status.as_u16(), answer.json()["errors"][0]["field"].clone())
        };
        let password = "ten characters";
        assert_eq!(
            refused(json!({"name": "a b", "password": password, "role": "auditor"})).await,
            (400, json!("name"))
        );
        assert_eq!(
            refused(json!({"name": "server", "password": password, "role": "auditor"})).await,
            (400, json!("name"))
        );
        assert_eq!(
            refused(json!({"name": "abc", "password": "short", "role": "auditor"})).await,
            (400, json!("password"))
        );
        assert_eq!(
            refused(json!({"name": "abc", "password": password, "role": "county"})).await,
            (400, json!("area"))
        );
        assert_eq!(
            refused(json!({"name": "abc", "password": password, "role": "firm"})).await,
            (400, json!("record"))
        );
        assert_eq!(
            refused(json!({"name": "abc", "password": password, "role": "bureau", "department": "x"})).await,
            (400, json!("department"))
        );
        assert_eq!(
            refused(json!({"name": "abc", "password": password, "role": "mayor"})).await,
            (400, json!("body"))
        );
        assert_eq!(admin.patch("/api/accounts/the-administrator", json!({"closed": true})).await.status, 400);
        assert_eq!(admin.patch("/api/accounts/nobody", json!({})).await.status, 404);
    });
}

#[test]
fn a_closed_accounts_sessions_end() {
    on_every_database(async |server| {
        let county = server.sign_in(Role::County).await;
        assert_eq!(county.get("/api/duties").await.status, 200);
        let admin = server.sign_in(Role::Administrator).await;
        admin.patch("/api/accounts/the-county", json!({"closed": true})).await.ok();
        assert_eq!(county.get("/api/duties").await.status, 401);
        let body = json!({"name": "the-county", "password": PASSWORD});
        assert_eq!(server.nobody().post("/api/session", body).await.status, 401);
    });
}
