//! Every operation of the OpenAPI document, asked with whatever the document allows and much that it does not: nothing
//! fails inside, and every answer is one that the document names.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::json;
use store::Role;

use super::server::{FIRM, Server, on_every_database};

/// Requests to each operation in a run, beside those that its limits ask for.
const EXAMPLES: &str = "12";

#[test]
fn nothing_an_administrator_sends_fails_inside() {
    fuzz(Role::Administrator);
}

#[test]
fn nothing_an_official_sends_fails_inside() {
    fuzz(Role::County);
}

#[test]
fn nothing_a_firm_sends_fails_inside() {
    fuzz(Role::Firm);
}

fn fuzz(role: Role) {
    let Ok(python) = std::env::var("YINGJIN_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "CI has to set YINGJIN_PYTHON");
        return;
    };
    on_every_database(async |server| {
        let cookie = server.sign_in(role).await.cookie.unwrap();
        let address = serve(&server).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("names.toml"), names()).unwrap();
        let mut command = Command::new(&python);
        command
            .current_dir(folder.path())
            .args(["-m", "schemathesis.cli", "--config-file", "names.toml", "run"])
            .arg(format!("http://{address}/api/openapi.json"))
            .args(["--header", "x-yingjin: 1", "--header", &format!("cookie: {cookie}")])
            // Who has signed out is answered 401 from then on.
            .args(["--exclude-path", "/api/session"])
            .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
            .args(["--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "2020"])
            .args(["--generation-database", "none", "--no-color", "--warnings", "off", "--request-timeout", "60"]);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        assert!(
            output.status.success(),
            "{}{}\npip install -r xtask/requirements.txt where YINGJIN_PYTHON is",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    });
}

async fn serve(server: &Server) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = server.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

/// What is in the register, tried beside what is not: chance alone would find no record.
fn names() -> String {
    let parameter = |name: &str, values: &[&str]| format!("\"{name}\" = {}\n", json!(values));
    "[parameters]\n".to_owned()
        + &parameter("path.kind", &["firm", "lease", "nothing"])
        + &parameter("path.no", &["1", "2", "77777"])
        + &parameter("path.duty", &["rent-waiver", "nothing"])
        + &parameter("path.id", &[FIRM, "rent-waiver", "nothing", "1"])
}
