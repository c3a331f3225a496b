//! Every route of the document, with every role and with none: who gets in.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;
use store::Role;

use super::server::{Client, FIRM, on_every_database};

/// Who may, in the order nobody, administrator, bureau (social security), county (East), firm, auditor.
/// `.` 2xx   `i` 401   `f` 403   `n` 404: not theirs to know of   `b` 400 or 415, `c` 409: let in, and what was sent is refused
const TABLE: &[(&str, &str, &str)] = &[
    ("get", "/health", "......"),
    ("get", "/api/session", "i....."),
    ("post", "/api/session", "......"),
    ("delete", "/api/session", "i....."),
    ("get", "/api/city", "......"),
    ("get", "/api/duties", "i...f."),
    ("get", "/api/duties.xlsx", "i...f."),
    ("get", "/api/duties/{id}", "i...f."),
    ("get", "/api/duties/{id}/records", "i...f."),
    ("get", "/api/duties/{id}/records.xlsx", "i...f."),
    ("get", "/api/records", "i...f."),
    ("get", "/api/records.xlsx", "i...f."),
    ("get", "/api/records/{kind}/{id}", "i....."),
    ("patch", "/api/records/{kind}/{id}", "i...ff"),
    ("get", "/api/records/{kind}/{id}/history", "i....."),
    ("post", "/api/records/{kind}/{id}/reveal", "i....f"),
    ("get", "/api/records/{kind}/{id}/duties/{duty}", "i....."),
    ("post", "/api/owed", "......"),
    ("get", "/api/forms", "i....f"),
    ("get", "/api/forms/{id}", "i....f"),
    ("get", "/api/filings", "i....."),
    ("get", "/api/filings.xlsx", "i.n..."),
    ("post", "/api/filings", "ibbbbf"),
    ("get", "/api/files/{hash}", "innnnn"),
    ("put", "/api/files/{hash}", "ibbbbf"),
    ("get", "/api/receipts/{number}", "nnnnnn"),
    ("get", "/api/receipts/{number}/qr.svg", "......"),
    ("get", "/api/receipts/{number}/receipt.pdf", "nnnnnn"),
    ("get", "/api/letters", "i....."),
    ("get", "/api/letters.xlsx", "i....."),
    ("get", "/api/letters/{id}/letter.pdf", "i....."),
    ("get", "/api/letters/{id}/preview.pdf", "i..fff"),
    ("get", "/api/draws", "i...f."),
    ("post", "/api/draws", "ibnfff"),
    ("get", "/api/draws.xlsx", "i...f."),
    ("get", "/api/draws/{seq}", "innnfn"),
    ("get", "/api/draws/{seq}/lots.xlsx", "innnfn"),
    ("get", "/api/inspections", "i.n.f."),
    ("get", "/api/inspections.xlsx", "i.n.f."),
    ("get", "/api/exemptions", "i...f."),
    ("get", "/api/exemptions.xlsx", "i...f."),
    ("post", "/api/exemptions", "ibbbff"),
    ("get", "/api/exemptions/{number}", "innnnn"),
    ("post", "/api/exemptions/{number}/withdrawal", "innnff"),
    ("get", "/api/imports", "i...f."),
    ("get", "/api/imports.xlsx", "i...f."),
    ("post", "/api/imports", "i...ff"),
    ("post", "/api/imports/suggest", "i...ff"),
    ("get", "/api/imports/{id}", "innnfn"),
    ("delete", "/api/imports/{id}", "innnff"),
    ("get", "/api/imports/{id}/rows.xlsx", "innnff"),
    ("get", "/api/conflicts", "i...f."),
    ("get", "/api/conflicts.xlsx", "i...f."),
    ("post", "/api/conflicts/{id}", "innnff"),
    ("get", "/api/asides", "i...f."),
    ("get", "/api/asides.xlsx", "i...f."),
    ("post", "/api/asides/{id}", "innnff"),
    ("get", "/api/rules", "i....."),
    ("get", "/api/parameters", "i....."),
    ("post", "/api/compare", "i...f."),
    ("post", "/api/compare.xlsx", "i...f."),
    ("post", "/api/sweep", "i...f."),
    ("post", "/api/sweep.xlsx", "i...f."),
    ("post", "/api/passes", "i..fff"),
    ("get", "/api/jobs/{id}", "innffn"),
    ("delete", "/api/jobs/{id}", "innffn"),
    ("get", "/api/casework", "i....."),
    ("get", "/api/cases", "i....."),
    ("post", "/api/cases", "i....f"),
    ("get", "/api/cases.xlsx", "i....."),
    ("get", "/api/cases/due", "i....."),
    ("get", "/api/cases/board", "i...f."),
    ("post", "/api/cases/steps", "i...ff"),
    ("get", "/api/cases/{no}", "i....."),
    ("post", "/api/cases/{no}/steps", "i...ff"),
    ("post", "/api/cases/{no}/link", "icccff"),
    ("get", "/api/ask/{token}", "nnnnnn"),
    ("post", "/api/ask/{token}", "nnnnnn"),
    ("get", "/api/notices", "i....."),
    ("get", "/api/notices/count", "i....."),
    ("post", "/api/notices/read", "i....."),
    ("get", "/api/notices/settings", "i....."),
    ("put", "/api/notices/settings", "i....."),
    ("put", "/api/notices/email", "iccccc"),
    ("delete", "/api/notices/email", "i....."),
    ("post", "/api/notices/confirm/{token}", "nnnnnn"),
    ("put", "/api/notices/webhook", "ibbbbb"),
    ("delete", "/api/notices/webhook", "i....."),
    ("get", "/api/rates", "i...f."),
    ("get", "/api/rates.xlsx", "i...f."),
    ("get", "/api/plan", "i....."),
    ("get", "/api/pairings", "i...f."),
    ("get", "/api/pairings.xlsx", "i...f."),
    ("get", "/api/pairings/schemes", "i...f."),
    ("get", "/api/chains", "i.f.f."),
    ("get", "/api/chains.xlsx", "i.f.f."),
    ("get", "/api/chains/{id}", "i.f.f."),
    ("get", "/api/chains/firms/{id}", "infnfn"),
    ("post", "/api/chains/what-if", "i.f.f."),
    ("post", "/api/chains/recovery", "i.f.f."),
    ("get", "/api/audit/events", "i.fff."),
    ("get", "/api/audit/events.xlsx", "i.fff."),
    ("post", "/api/audit/verify", "i.fff."),
    ("get", "/api/accounts", "i.fff."),
    ("get", "/api/accounts.xlsx", "i.fff."),
    ("post", "/api/accounts", "icffff"),
    ("patch", "/api/accounts/{name}", "i.ffff"),
];

const ROLES: [Option<Role>; 6] = [
    None,
    Some(Role::Administrator),
    Some(Role::Bureau),
    Some(Role::County),
    Some(Role::Firm),
    Some(Role::Auditor),
];

/// A request that would do something if it were let in.
async fn status(client: &Client<'_>, method: &str, route: &str) -> u16 {
    let id = if route.contains("duties/{id}") { "job-refund" } else { "77" };
    let id = if route.starts_with("/api/records/") { FIRM } else { id };
    let id = if route.starts_with("/api/forms/") { "resume" } else { id };
    let id = if route.starts_with("/api/letters/") { "owed" } else { id };
    let id = if route == "/api/chains/{id}" { "mills" } else { id };
    let path = route
        .replace("{kind}", "firm")
        .replace("{id}", id)
        .replace("{duty}", "job-refund")
        .replace("{name}", "the-auditor")
        .replace("{no}", &no_of_refund(client))
        .replace("{token}", "nobody's")
        .replace("{seq}", "1")
        .replace("{hash}", &"0".repeat(64))
        .replace("{number}", "0000-0000-0000");
    let path = if matches!(route, "/api/records" | "/api/records.xlsx") { path + "?kind=firm" } else { path };
    let path =
        if route == "/api/plan" || route.ends_with("/letter.pdf") { path + "?record=" + FIRM } else { path };
    let body = match route {
        "/api/session" => json!({"name": "the-county", "password": super::server::PASSWORD}),
        "/api/records/{kind}/{id}/reveal" => {
            json!({"facts": ["contact_phone"], "reason": "a call about the refund"})
        }
        "/api/records/{kind}/{id}" => json!({"facts": {"insured": 10}}),
        "/api/conflicts/{id}" => json!({"choose": "first", "reason": "seen with my own eyes"}),
        "/api/asides/{id}" => json!({"choose": "drop", "reason": "seen with my own eyes"}),
        "/api/compare" | "/api/compare.xlsx" => json!({"a": {}, "b": {"set": {"refund_per_head": "500.00"}}}),
        "/api/sweep" | "/api/sweep.xlsx" => {
            json!({"parameter": "small_staff", "from": "1", "to": "3", "step": "1"})
        }
        "/api/cases" => json!({"kind": "labour", "words": "no workers"}),
        "/api/cases/steps" => json!({"items": []}),
        "/api/cases/{no}/steps" => json!({"action": "note", "words": "looked at"}),
        "/api/ask/{token}" => json!({"answered": true, "solved": true, "satisfied": null, "words": null}),
        "/api/filings" => json!({"form": "resume", "by": FIRM, "key": "a key of sixteen or more"}),
        "/api/notices/settings" => json!({"lang": "en", "ways": {"came": "once"}}),
        "/api/notices/email" => json!({"address": "me@example.cn"}),
        "/api/notices/webhook" => json!({"url": "https://example.cn/", "secret": "no secret"}),
        "/api/notices/read" => json!({"id": 1}),
        "/api/exemptions" => json!({
            "duty": "job-refund", "record": {"kind": "firm", "id": FIRM}, "reason": "own", "note": "", "proof": [],
        }),
        "/api/exemptions/{number}/withdrawal" => json!({"why": "given in error"}),
        "/api/chains/what-if" => json!({"edits": []}),
        "/api/chains/recovery" => json!({"firms_per_day": 2.0}),
        "/api/draws" => json!({"form": "resume"}),
        "/api/accounts" => json!({"name": "the-auditor", "password": "a long password", "role": "auditor"}),
        _ => json!({}),
    };
    let method: Method = method.to_uppercase().parse().unwrap();
    let answer = match (&method, route) {
        (&Method::GET, _) => client.get(&path).await,
        (_, "/api/imports" | "/api/imports/suggest") => {
            let form = "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nfirm\r\n--x\r\n\
                Content-Disposition: form-data; name=\"dry_run\"\r\n\r\ntrue\r\n--x\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                统一社会信用代码,企业名称\r\n,某厂\r\n\r\n--x--\r\n";
            let request =
                client.request(method, &path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
            client.server.send(request.body(Body::from(form)).unwrap()).await
        }
        _ => client.json(method, &path, body).await,
    };
    answer.status.as_u16()
}

/// The case of the refund: of the bureau, the county and the firm alike.
fn no_of_refund(client: &Client<'_>) -> String {
    let firm = model::case::RecordRef { kind: "firm".into(), id: FIRM.into() };
    let store = client.server.app.store();
    let no = std::thread::scope(|scope| scope.spawn(|| store.live_case("job-refund", &firm)).join());
    no.unwrap().unwrap().map_or_else(|| "1".to_owned(), |no| no.to_string())
}

fn letter(status: u16) -> char {
    match status {
        200..=299 => '.',
        400 | 415 => 'b',
        401 => 'i',
        403 => 'f',
        404 => 'n',
        409 => 'c',
        _ => '?',
    }
}

#[test]
fn the_table_has_every_route() {
    let document = serde_json::to_value(yingjin::api::openapi()).unwrap();
    let mut routes: Vec<(String, String)> = vec![];
    for (path, item) in document["paths"].as_object().unwrap() {
        routes.extend(item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())));
    }
    let mut table: Vec<_> =
        TABLE.iter().map(|(method, path, _)| ((*path).to_owned(), (*method).to_owned())).collect();
    routes.sort();
    table.sort();
    assert_eq!(routes, table);
}

#[test]
fn every_role_gets_in_where_it_may_and_nowhere_else() {
    on_every_database(async |server| {
        let mut wrong = BTreeMap::new();
        for (column, role) in ROLES.into_iter().enumerate() {
            let sign_in = async || match role {
                None => server.nobody(),
                Some(role) => server.sign_in(role).await,
            };
            let mut client = sign_in().await;
            for (method, path, expected) in TABLE {
                let found = status(&client, method, path).await;
                let expected = expected.chars().nth(column).unwrap();
                if letter(found) != expected {
                    wrong.insert(format!("{method} {path} {role:?}"), (found, expected));
                }
                if (*method, *path) == ("delete", "/api/session") {
                    client = sign_in().await;
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn nobody_sees_what_is_not_theirs() {
    on_every_database(async |server| {
        let other = super::server::uscc("91990001MA0000003");
        let firm = server.sign_in(Role::Firm).await;
        for path in ["", "/history", "/duties/job-refund"] {
            assert_eq!(firm.get(&format!("/api/records/firm/{other}{path}")).await.status, 404, "{path}");
        }
        assert_eq!(firm.get("/api/records/lease/L1").await.status, 404);
        let own = format!("/api/records/firm/{FIRM}");
        assert_eq!(firm.get(&format!("{own}?on=2020-03-01")).await.status, 400, "other days take work");
        let past = json!({"on": "2020-03-01"});
        assert_eq!(server.nobody().post("/api/owed", past).await.status, 400);
        let county = server.sign_in(Role::County).await;
        assert_eq!(
            county.get(&format!("/api/records/firm/{other}")).await.status,
            404,
            "it lies in the West"
        );
        assert_eq!(county.get("/api/records/household/H2").await.status, 404);
        assert_eq!(county.get("/api/records/household/H1").await.status, 200);
        let list = county.get("/api/records?kind=firm").await.ok();
        assert_eq!(list["total"], 2);
        let bureau = server.sign_in(Role::Bureau).await;
        assert_eq!(
            bureau.get("/api/records/household/H1").await.status,
            404,
            "none of its duties reads households"
        );
        assert_eq!(bureau.get("/api/records/refund/R1").await.status, 200);
        assert_eq!(bureau.get("/api/duties/allowance").await.status, 404);
    });
}
