//! The document from which the web client is generated.

use super::server::on_every_database;

#[test]
fn the_document_in_the_tree_is_the_one_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
    let in_tree = std::fs::read_to_string(path).unwrap();
    let of_program = yingjin::api::openapi().to_pretty_json().unwrap() + "\n";
    assert!(
        in_tree == of_program,
        "web/openapi.json is not the program's: run `cargo run -p yingjin -- openapi --out web/openapi.json`"
    );
}

#[test]
fn it_is_served_with_pages_to_read_it() {
    on_every_database(async |server| {
        let served = server.nobody().get("/api/openapi.json").await.ok();
        assert_eq!(served["info"]["title"], "Yingjin");
        assert_eq!(server.nobody().get("/api/docs/").await.status, 200);
    });
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(yingjin::api::openapi()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()));
        }
    }
    assert!(names.len() > 30);
}

/// Lists that nobody takes along as a sheet, and why.
const WITHOUT_SHEET: [(&str, &str); 6] = [
    ("/api/cases/due", "counts of the list of cases, for a calendar"),
    ("/api/forms", "what can be filled in, no list of work"),
    ("/api/imports/{id}", "its rows are a sheet of their own"),
    ("/api/notices", "what one account was told; its words are made when it is read"),
    ("/api/pairings/schemes", "the sheet of pairings is all of it"),
    ("/api/receipts/{number}", "one receipt"),
];

/// Whether a shape is a list: an array, or a page of one.
fn is_list(document: &serde_json::Value, get: &serde_json::Value) -> bool {
    let shape = &get["responses"]["200"]["content"]["application/json"]["schema"];
    let is_paged =
        get["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"));
    let named = shape["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
    is_paged || named.unwrap_or(shape)["type"] == "array"
}

#[test]
fn every_list_has_a_sheet() {
    let document = serde_json::to_value(yingjin::api::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut lists = 0;
    for (path, item) in
        paths.iter().filter(|(path, item)| !path.ends_with(".xlsx") && item.get("get").is_some())
    {
        if !is_list(&document, &item["get"]) {
            continue;
        }
        lists += 1;
        let has_sheet = paths.contains_key(&format!("{path}.xlsx"));
        let is_without = WITHOUT_SHEET.iter().any(|(without, _)| without == path);
        assert!(
            has_sheet != is_without,
            "{path}: every list has a sheet, or stands among those that have none"
        );
    }
    assert!(lists > 12, "{lists}");
}
