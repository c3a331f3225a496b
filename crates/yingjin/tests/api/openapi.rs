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
